// Command goroutine-leak starts goroutines that wait for ever, deep in their stacks: these grow, its heap does not.
package main

import "example.org/ballonet/hosts/host"

const (
	frameBytes = 2048
	depth      = 10
	most       = 6000
)

var answer = make(chan byte)

func main() {
	count := 0
	go host.Every(80, func() bool {
		go wait(depth)
		count++
		return count >= most
	})
	host.Serve()
}

// wait uses 20 KiB of stack, for which the runtime takes 32 KiB, and asks a channel that nobody answers.
//
//go:noinline
func wait(depth int) byte {
	var frame [frameBytes]byte
	host.Fill(frame[:])
	if depth == 0 {
		return <-answer
	}
	return wait(depth-1) + frame[depth]
}
