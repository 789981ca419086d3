// Command mmap-growth maps memory outside of Go's heap and forgets it: RSS grows, Go's own numbers do not.
package main

import (
	"syscall"

	"example.org/ballonet/hosts/host"
)

const (
	blockBytes = host.MiB
	most       = 190
)

var lost [][]byte

func main() {
	go host.Every(3, func() bool {
		memory, err := syscall.Mmap(-1, 0, blockBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
		host.Must(err)
		host.Fill(memory)
		lost = append(lost, memory)
		return len(lost) >= most
	})
	host.Serve()
}
