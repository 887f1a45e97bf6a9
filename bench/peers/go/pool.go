// SPDX-License-Identifier: MIT

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

const poolWorkers = 2

func millions(start time.Time, n int) float64 {
	return float64(n) / 1e6 / time.Since(start).Seconds()
}

// Two goroutines that receive from one channel.
func poolPlain(n int) {
	jobs := make(chan int64, 1024)
	var counted int64
	var done sync.WaitGroup
	for i := 0; i < poolWorkers; i++ {
		done.Add(1)
		go func() {
			for n := range jobs {
				atomic.AddInt64(&counted, n)
			}
			done.Done()
		}()
	}
	start := time.Now()
	for i := 0; i < n; i++ {
		jobs <- 1
	}
	close(jobs)
	done.Wait()
	report("pool_plain", millions(start, n), "M/s")
	report("pool_each", millions(start, n), "M/s")
	require(counted == int64(n), "not every job ran once")
}

type poolJob struct {
	arg    int64
	result chan int64
}

// The same with a channel for each result: what a future is in Go.
func poolResults(n int) {
	jobs := make(chan poolJob, 1024)
	all := make([]chan int64, n)
	for i := 0; i < poolWorkers; i++ {
		go func() {
			for job := range jobs {
				job.result <- job.arg * job.arg
			}
		}()
	}
	round := func() {
		for i := range all {
			all[i] = make(chan int64, 1)
			jobs <- poolJob{int64(i), all[i]}
		}
		for i, result := range all {
			require(<-result == int64(i)*int64(i), "a result is wrong")
		}
	}
	round() // does not count: memory is there
	start := time.Now()
	round()
	report("pool_results", millions(start, n), "M/s")
	close(jobs)
}

func pool(o options) {
	n := 1000000 / o.divide
	poolPlain(n)
	poolResults(n)
}
