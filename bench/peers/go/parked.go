// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

func parkedInSleep(o options) {
	parked(1000000/o.divide, func() { time.Sleep(time.Hour) })
}

func parkedOnChannel(o options) {
	never := make(chan struct{})
	parked(1000000/o.divide, func() { <-never })
}

// A million goroutines wait at once.
func parked(n int, park func()) {
	runtime.GOMAXPROCS(1)
	var waiting int64
	resident, tables := memory()
	start := time.Now()
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&waiting, 1)
			park()
		}()
	}
	for atomic.LoadInt64(&waiting) < int64(n) {
		runtime.Gosched()
	}
	report("parked_start", each(start, n), "ns")
	report("parked_count", float64(waiting), "tasks")
	residentNow, tablesNow := memory()
	report("parked_bytes", (residentNow-resident)/float64(n), "B")
	report("parked_tables", (tablesNow-tables)/float64(n), "B")
}

// Resident memory and page tables of this process in bytes.
func memory() (resident, tables float64) {
	file, err := os.Open("/proc/self/status")
	require(err == nil, "/proc/self/status cannot be read")
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fmt.Sscanf(strings.TrimSpace(lines.Text()), "VmRSS: %f", &resident)
		fmt.Sscanf(strings.TrimSpace(lines.Text()), "VmPTE: %f", &tables)
	}
	return resident * 1024, tables * 1024
}
