// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"runtime"
	"time"
)

func forkFib(n int) int {
	if n < 2 {
		return n
	}
	x := make(chan int, 1)
	go func() { x <- forkFib(n - 1) }()
	y := forkFib(n - 2)
	return <-x + y
}

func forksOf(n int) int {
	before, forks := 0, 0
	for i := 2; i <= n; i++ {
		before, forks = forks, forks+before+1
	}
	return forks
}

// As fork_race.h does, but for a smaller number: it takes so much longer.
func fork(workers int) func(options) {
	return func(o options) {
		runtime.GOMAXPROCS(workers)
		n := 27
		if o.divide > 1 {
			n = 22
		}
		forkFib(20)
		best := time.Duration(1 << 62)
		for i := 0; i < 3; i++ {
			start := time.Now()
			forkFib(n)
			if took := time.Since(start); took < best {
				best = took
			}
		}
		report(fmt.Sprintf("fork_%d", workers), float64(best)/float64(forksOf(n)), "ns")
	}
}
