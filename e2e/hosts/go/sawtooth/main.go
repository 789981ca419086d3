// Command sawtooth makes much garbage and has it collected seldom: its heap in use climbs for seconds and falls at each
// collection. What lives does not grow. -mib-per-second and GOGC say how long a tooth is.
package main

import (
	"flag"
	"runtime"

	"example.org/ballonet/hosts/host"
)

const requestBytes = 64 << 10

var (
	kept    = host.Block(16 * host.MiB)
	request []byte
)

func main() {
	mibPerSecond := flag.Int("mib-per-second", 12, "garbage")
	flag.Parse()
	go host.Every(*mibPerSecond*host.MiB/requestBytes, func() bool {
		request = host.Block(requestBytes)
		return false
	})
	host.Serve()
	runtime.KeepAlive(kept)
}
