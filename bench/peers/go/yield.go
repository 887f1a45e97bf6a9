// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"sync"
	"time"
)

// Two goroutines of one thread yield to each other.
func yield(o options) {
	runtime.GOMAXPROCS(1)
	turns := 10000000 / o.divide
	var group sync.WaitGroup
	group.Add(2)
	start := time.Now()
	for i := 0; i < 2; i++ {
		go func() {
			for n := 0; n < turns; n++ {
				runtime.Gosched()
			}
			group.Done()
		}()
	}
	group.Wait()
	report("yield", each(start, 2*turns), "ns")
}
