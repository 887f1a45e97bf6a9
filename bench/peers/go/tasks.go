// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"sync"
	"time"
)

const batchSize = 1000

// Start 1,000 goroutines that return at once, wait for all; many times over.
func tasks(o options) {
	runtime.GOMAXPROCS(1)
	batches := 3000 / o.divide
	batch()
	start := time.Now()
	for i := 0; i < batches; i++ {
		batch()
	}
	// A wait group is how goroutines are joined: the same figure stands beside both of ours.
	took := each(start, batches*batchSize)
	report("task", took, "ns")
	report("task_group", took, "ns")
}

func batch() {
	var group sync.WaitGroup
	// Made once: "go group.Done()" would allocate a closure each time.
	finish := func() { group.Done() }
	group.Add(batchSize)
	for i := 0; i < batchSize; i++ {
		go finish()
	}
	group.Wait()
}
