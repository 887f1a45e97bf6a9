// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"sync"
	"time"
)

// All sides spin so long first, until the kernel has spread the threads: see queue_race.h.
const spread = 30 * time.Millisecond

func waitBegin(begin time.Time) {
	for time.Now().Before(begin) {
	}
}

// A channel of 1,024 between goroutines on two threads: as queue_race.h.
func queue(o options) {
	runtime.GOMAXPROCS(2)
	items := 10000000 / o.divide
	queueRace("queue_1_1", 1, items)
	queueRace("queue_2_2", 2, items)
}

func queueRace(name string, sides, items int) {
	channel := make(chan uint64, 1024)
	sums := make([]uint64, sides)
	count := items / sides
	var group sync.WaitGroup
	group.Add(2 * sides)
	begin := time.Now().Add(spread)
	for i := 0; i < sides; i++ {
		i := i
		go func() {
			waitBegin(begin)
			for n := 0; n < count; n++ {
				channel <- uint64(1 + i*count + n)
			}
			group.Done()
		}()
		go func() {
			waitBegin(begin)
			sum := uint64(0)
			for n := 0; n < count; n++ {
				sum += <-channel
			}
			sums[i] = sum
			group.Done()
		}()
	}
	group.Wait()
	took := time.Since(begin)
	sum := uint64(0)
	for _, part := range sums {
		sum += part
	}
	n := uint64(items)
	require(sum == n*(n+1)/2, "items were lost or came twice")
	report(name, float64(items)*1e3/float64(took), "M/s")
}
