// Package host is what the scenarios share. Each of them is a small real service whose memory does one thing; tests
// look at it and must be told which. Standard library only, so that they build without a network.
package host

import (
	"encoding/json"
	_ "expvar" // /debug/vars
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof" // /debug/pprof/
	"os"
	"time"
)

// MiB is 2^20 bytes.
const MiB = 1 << 20

// Serve answers /debug/pprof/ and /debug/vars on a free loopback port, and prints one JSON line {"url":…,"pid":…} when
// it does. It ends the process when standard input closes, so that a scenario never outlives whoever started it.
func Serve() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(err)
	Must(json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"url": "http://" + listener.Addr().String(), "pid": os.Getpid(),
	}))
	Must(http.Serve(listener, nil))
}

// Must ends the process with a message when there is an error.
func Must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Fill writes to every page, with nothing that could be merged or compressed away.
func Fill(memory []byte) {
	for i := range memory {
		memory[i] = byte(i*7+i>>12) | 1
	}
}

// Block is memory of Go's heap with every page touched.
func Block(size int) []byte {
	block := make([]byte, size)
	Fill(block)
	return block
}

// Every calls step that many times a second, until it says that it is done.
func Every(perSecond int, step func() (done bool)) {
	for range time.Tick(time.Second / time.Duration(perSecond)) {
		if step() {
			return
		}
	}
}
