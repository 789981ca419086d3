// Command page-cache reads a big file through a mapping: its pages are in RSS, and the kernel may drop them any time.
package main

import (
	"flag"
	"os"
	"syscall"

	"example.org/ballonet/hosts/host"
)

const sizeBytes = 150 * host.MiB

var sum byte

func main() {
	dir := flag.String("dir", "", "a folder on a disk, for the file; it has no name there")
	flag.Parse()
	mapping := mapFile(*dir)
	for at := 0; at < len(mapping); at += os.Getpagesize() {
		sum += mapping[at]
	}
	host.Serve()
}

// mapFile maps a file of holes: it takes no room on the disk, and its pages are page cache like any other's.
func mapFile(dir string) []byte {
	file, err := os.CreateTemp(dir, "page-cache-")
	host.Must(err)
	host.Must(os.Remove(file.Name()))
	host.Must(file.Truncate(sizeBytes))
	mapping, err := syscall.Mmap(int(file.Fd()), 0, sizeBytes, syscall.PROT_READ, syscall.MAP_SHARED)
	host.Must(err)
	return mapping
}
