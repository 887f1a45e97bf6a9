// SPDX-License-Identifier: MIT

package main

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const waves = 5

// 100,000 goroutines each sleep 300 ms, all at once, a WaitGroup for all of them; a few times over.
func gather(o options) {
	n := 100000 / o.divide
	wave(n)
	start, before := time.Now(), cpuTime()
	for i := 0; i < waves; i++ {
		wave(n)
	}
	report("gather", float64(cpuTime()-before)/float64(n*waves), "ns")
	report("gather_elapsed", float64(time.Since(start))/waves/1e6, "ms")
}

func wave(n int) {
	var group sync.WaitGroup
	var awake int64
	group.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			time.Sleep(300 * time.Millisecond)
			atomic.AddInt64(&awake, 1)
			group.Done()
		}()
	}
	group.Wait()
	require(awake == int64(n), "not every goroutine has slept")
}

// User and system time of this process in nanoseconds.
func cpuTime() int64 {
	var usage syscall.Rusage
	require(syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil, "getrusage failed")
	return usage.Utime.Nano() + usage.Stime.Nano()
}
