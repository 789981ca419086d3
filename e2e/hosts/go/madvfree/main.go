// Command madvfree had much in use once and gave it back to the kernel. With GODEBUG=madvdontneed=0 it gives back by
// MADV_FREE, so that RSS stays high until the kernel needs the memory. With -mib-per-second it answers requests meanwhile.
package main

import (
	"flag"
	"runtime"
	"runtime/debug"

	"example.org/ballonet/hosts/host"
)

const requestBytes = 64 << 10

var (
	kept    = host.Block(24 * host.MiB)
	request []byte
)

func main() {
	mibPerSecond := flag.Int("mib-per-second", 0, "garbage of requests")
	flag.Parse()
	peak()
	debug.FreeOSMemory()
	if *mibPerSecond > 0 {
		go host.Every(*mibPerSecond*host.MiB/requestBytes, func() bool {
			request = host.Block(requestBytes)
			return false
		})
	}
	host.Serve()
	runtime.KeepAlive(kept)
}

// peak is the burst of requests that was long ago.
func peak() {
	var blocks [][]byte
	for i := 0; i < 136; i++ {
		blocks = append(blocks, host.Block(host.MiB))
	}
	runtime.KeepAlive(blocks)
}
