// Command warming-cache fills a cache of a fixed size and then replaces its oldest entries: it grows, and then levels off.
package main

import (
	"flag"

	"example.org/ballonet/hosts/host"
)

const entryBytes = 64 << 10

func main() {
	sizeMiB := flag.Int("size-mib", 48, "where the cache is full")
	flag.Parse()
	cache := make([][]byte, *sizeMiB*host.MiB/entryBytes)
	next := 0
	go host.Every(256, func() bool {
		cache[next] = host.Block(entryBytes)
		next = (next + 1) % len(cache)
		return false
	})
	host.Serve()
}
