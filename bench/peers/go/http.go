// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
)

// httpServer says its port and serves for ever: http_race.py asks.
func httpServer(options) {
	runtime.GOMAXPROCS(1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require(err == nil, "cannot listen")
	big := make([]byte, 1<<20)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "hello\n")
	})
	http.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", "1048576")
		w.Write(big)
	})
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	os.Stdout.Sync()
	http.Serve(l, nil)
}
