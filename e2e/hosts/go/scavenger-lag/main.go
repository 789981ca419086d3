// Command scavenger-lag collects its garbage itself, with the collector's own pace switched off: the runtime keeps what
// was freed (HeapIdle) and returns next to none of it to the kernel (HeapReleased).
package main

import (
	"runtime"
	"runtime/debug"

	"example.org/ballonet/hosts/host"
)

var kept = host.Block(16 * host.MiB)

func main() {
	debug.SetGCPercent(-1)
	batch()
	runtime.GC()
	host.Serve()
	runtime.KeepAlive(kept)
}

func batch() {
	var blocks [][]byte
	for i := 0; i < 140; i++ {
		blocks = append(blocks, host.Block(host.MiB))
	}
	runtime.KeepAlive(blocks)
}
