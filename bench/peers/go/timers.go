// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"time"
)

// A million timers set, then cancelled in the order they were set. Their deadlines are spread
// over one second as in timer_race.h but start in an hour: Go's scheduler would fire nearer ones
// while they are still being set. Firing is left out for the same reason: nobody can hold it back
// until all are due.
func timers(o options) {
	runtime.GOMAXPROCS(1)
	n := 1000000 / o.divide
	all := make([]*time.Timer, n)
	delays := make([]time.Duration, n)
	x := uint64(0x9e3779b97f4a7c15)
	for i := range delays {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		delays[i] = time.Hour + time.Duration(x%1000000000)
	}
	start := time.Now()
	for i := range all {
		all[i] = time.AfterFunc(delays[i], func() {})
	}
	report("timer_set", each(start, n), "ns")
	start = time.Now()
	for _, timer := range all {
		require(timer.Stop(), "a timer had fired")
	}
	report("timer_cancel", each(start, n), "ns")
	runtime.Gosched() // the scheduler now clears out what Stop only marked
	report("timer_removed", each(start, n), "ns")
}
