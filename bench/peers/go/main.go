// SPDX-License-Identifier: MIT

// The Go peer: one program, one mode per benchmark. Takes the options of bench.h and prints its
// lines.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

type options struct {
	divide int    // 1; with --quick 10: every mode divides its count by it
	steps  [2]int // of the work inside a lock
}

var modes = map[string]func(options){
	"tasks":        tasks,
	"gather":       gather,
	"yield":        yield,
	"parked-sleep": parkedInSleep,
	"parked-chan":  parkedOnChannel,
	"lock":         lock,
	"queue":        queue,
	"select":       selects,
	"timers":       timers,
	"pool":         pool,
	"fork-1":       fork(1),
	"fork-2":       fork(2),
	"echo":         echo("echo"),
	"accept":       echo("accept"),
	"accept_same":  echo("accept_same"),
	"idle":         echo("idle"),
	"http":         httpServer,
}

func main() {
	o := options{1, [2]int{4, 10}}
	var mode func(options)
	for _, word := range os.Args[1:] {
		if word == "--quick" {
			o.divide = 10
		} else if strings.HasPrefix(word, "--steps=") {
			_, err := fmt.Sscanf(word, "--steps=%d,%d", &o.steps[0], &o.steps[1])
			require(err == nil, "--steps wants N,M")
		} else {
			mode = modes[word]
		}
	}
	require(mode != nil, "usage: PROGRAM MODE [--quick] [--steps=N,M]")
	mode(o)
}

func require(fine bool, what string) {
	if !fine {
		fmt.Fprintln(os.Stderr, what)
		os.Exit(1)
	}
}

func report(name string, value float64, unit string) {
	fmt.Printf("%s %.6g %s\n", name, value, unit)
}

// Nanoseconds since start for each of n things.
func each(start time.Time, n int) float64 {
	return float64(time.Since(start)) / float64(n)
}
