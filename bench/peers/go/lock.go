// SPDX-License-Identifier: MIT

package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// What the lock protects, and the lock; apart from everything else.
var race struct {
	_     [128]byte
	mutex sync.Mutex
	_     [128]byte
	state uint64
	_     [128]byte
	over  uint32
	_     [128]byte
}

// The same loop as bench_work() in bench.h.
func work(x uint64, steps int) uint64 {
	for i := 0; i < steps; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

// Two threads with a short and a longer section inside, then one alone: as lock_race.h.
func lock(o options) {
	runtime.GOMAXPROCS(2)
	raceTwo("lock_4ns", o.steps[0], o)
	raceTwo("lock_10ns", o.steps[1], o)
	section("lock_section_4ns", o.steps[0], o)
	section("lock_section_10ns", o.steps[1], o)
	turns := 20000000 / o.divide
	start := time.Now()
	for i := 0; i < turns; i++ {
		race.mutex.Lock()
		race.mutex.Unlock()
	}
	report("lock_uncontended", each(start, turns), "ns")
}

func raceTwo(name string, steps int, o options) {
	var turns [2]uint64
	var ready int32
	var group sync.WaitGroup
	atomic.StoreUint32(&race.over, 0)
	group.Add(2)
	start := time.Now()
	until := start.Add(time.Second / time.Duration(o.divide))
	for me := 0; me < 2; me++ {
		me := me
		go func() {
			atomic.AddInt32(&ready, 1)
			for atomic.LoadInt32(&ready) < 2 {
			}
			turns[me] = racer(steps, until)
			group.Done()
		}()
	}
	group.Wait()
	sum, less := turns[0]+turns[1], turns[0]
	if turns[1] < less {
		less = turns[1]
	}
	report(name, float64(sum)*1e3/float64(time.Since(start)), "M/s")
	report(name+"_share", 100*float64(less)/float64(sum), "%")
}

func racer(steps int, until time.Time) uint64 {
	turns := uint64(0)
	for atomic.LoadUint32(&race.over) == 0 {
		race.mutex.Lock()
		race.state = work(race.state, steps)
		race.mutex.Unlock()
		turns++
		if turns%4096 == 0 && time.Now().After(until) {
			atomic.StoreUint32(&race.over, 1)
		}
	}
	return turns
}

// The section without the lock: to be compared with what calibrate says of the C one.
func section(name string, steps int, o options) {
	turns := 10000000 / o.divide
	start := time.Now()
	for i := 0; i < turns; i++ {
		race.state = work(race.state, steps)
	}
	report(name, each(start, turns), "ns")
}
