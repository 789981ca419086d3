// Command shmem keeps its store in shared memory: in RSS as RssShmem, and only swap could take it.
package main

import (
	"syscall"

	"example.org/ballonet/hosts/host"
)

const sizeBytes = 150 * host.MiB

func main() {
	store, err := syscall.Mmap(-1, 0, sizeBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANON)
	host.Must(err)
	host.Fill(store)
	host.Serve()
}
