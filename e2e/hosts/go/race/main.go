// Command race is a quiet service; built with -race it needs several times the memory.
package main

import (
	"runtime"

	"example.org/ballonet/hosts/host"
)

var kept = host.Block(16 * host.MiB)

func main() {
	host.Serve()
	runtime.KeepAlive(kept)
}
