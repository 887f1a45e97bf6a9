// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// pin lets every thread of this process, and those they start, run on one CPU.
func pin(cpu uint) {
	mask := [16]uint64{1 << cpu}
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		id, _ := strconv.Atoi(t.Name())
		syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, uintptr(id), unsafe.Sizeof(mask),
			uintptr(unsafe.Pointer(&mask)))
	}
}

func answerAll(c net.Conn, room int) {
	block := make([]byte, room)
	for {
		n, err := c.Read(block)
		if err != nil {
			c.Close()
			return
		}
		if _, err = c.Write(block[:n]); err != nil {
			c.Close()
			return
		}
	}
}

// reportIdle hears of the client when all connections wait, and when each has asked once.
func reportIdle(n int) {
	heard := make(chan os.Signal, 2)
	signal.Notify(heard, syscall.SIGUSR1, syscall.SIGUSR2)
	before, _ := memory()
	for s := range heard {
		now, _ := memory()
		if s == syscall.SIGUSR1 {
			report("idle_bytes", (now-before)/float64(n), "B")
			continue
		}
		report("idle_asked", (now-before)/float64(n), "B")
		os.Exit(0)
	}
}

// echo is asked by the same client as the servers in C, see echo_race.h.
func echo(mode string) func(options) {
	return func(o options) {
		runtime.GOMAXPROCS(1)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require(err == nil, "cannot listen")
		ns := 2000000000 / o.divide
		room := 4096
		if mode == "idle" { // one message is all the room that it needs
			ns = 10000 / o.divide
			room = 64
			go reportIdle(ns)
		}
		cpu := "1"
		if mode == "accept_same" {
			cpu = "0"
		}
		client := exec.Command("taskset", "-c", cpu,
			filepath.Join(filepath.Dir(os.Args[0]), "echo_client"),
			strconv.Itoa(l.Addr().(*net.TCPAddr).Port), mode, strconv.Itoa(ns))
		pin(0)
		go func() {
			for {
				c, err := l.Accept()
				require(err == nil, "cannot accept")
				if strings.HasPrefix(mode, "accept") {
					c.Close()
				} else {
					go answerAll(c, room)
				}
			}
		}()
		began := cpuTime()
		out, err := client.Output()
		used := float64(cpuTime() - began)
		require(err == nil, "the client has failed")
		n, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		require(err == nil && n > 0, "the client has failed")
		report(mode, n*1e9/float64(ns), "1/s")
		report(fmt.Sprintf("%s_cpu", mode), used/n, "ns")
	}
}
