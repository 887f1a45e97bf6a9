// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"time"
)

// select over three channels, of which one never has anything: as ours/select.c.
func selects(o options) {
	runtime.GOMAXPROCS(1)
	selectReady(2000 / o.divide)
	selectExchange(3000000 / o.divide)
	runtime.GOMAXPROCS(2)
	selectThreads(5000000 / o.divide)
}

func channels(bound int) (chan uint64, chan uint64, chan uint64) {
	return make(chan uint64, bound), make(chan uint64, bound), make(chan uint64, bound)
}

func selectReady(rounds int) {
	const n = 2 * 1024
	first, second, quit := channels(1024)
	sum, took := uint64(0), time.Duration(0)
	for r := 0; r < rounds; r++ {
		for i := 0; i < n; i += 2 {
			second <- uint64(i + 1)
			first <- uint64(i + 2)
		}
		start := time.Now()
		for i := 0; i < n; i++ {
			select {
			case item := <-first:
				sum += item
			case item := <-second:
				sum += item
			case <-quit:
				return
			}
		}
		took += time.Since(start)
	}
	require(sum == uint64(rounds)*n*(n+1)/2, "items were lost or came twice")
	report("select_ready", float64(took)/float64(rounds)/n, "ns")
}

func selectExchange(items int) {
	first, second, quit := channels(1)
	answers := make(chan uint64, 1)
	start := time.Now()
	go func() {
		for n := 0; n < items; n++ {
			select {
			case item := <-first:
				answers <- item + 1
			case item := <-second:
				answers <- item + 1
			case <-quit:
				return
			}
		}
	}()
	sum, n := uint64(0), uint64(items)
	for i := uint64(0); i < n; i++ {
		if i%2 == 1 {
			first <- i
		} else {
			second <- i
		}
		sum += <-answers
	}
	require(sum == n*(n+1)/2, "answers were lost or came twice")
	report("select_exchange", each(start, items), "ns")
}

func selectThreads(items int) {
	first, second, quit := channels(1024)
	begin := time.Now().Add(spread)
	go func() {
		waitBegin(begin)
		for i := 0; i < items; i++ {
			if i%2 == 1 {
				first <- uint64(i + 1)
			} else {
				second <- uint64(i + 1)
			}
		}
	}()
	waitBegin(begin)
	sum, n := uint64(0), uint64(items)
	for i := 0; i < items; i++ {
		select {
		case item := <-first:
			sum += item
		case item := <-second:
			sum += item
		case <-quit:
			return
		}
	}
	require(sum == n*(n+1)/2, "items were lost or came twice")
	report("select_threads", float64(items)*1e3/float64(time.Since(begin)), "M/s")
}
