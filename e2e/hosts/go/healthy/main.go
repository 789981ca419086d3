// Command healthy answers its requests with garbage that is collected soon: nothing about its memory is unusual.
package main

import (
	"runtime"

	"example.org/ballonet/hosts/host"
)

var (
	kept    = host.Block(48 * host.MiB)
	request []byte
)

func main() {
	go host.Every(20, func() bool {
		request = host.Block(256 << 10)
		return false
	})
	host.Serve()
	runtime.KeepAlive(kept)
}
