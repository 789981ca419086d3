// Command near-limit keeps what it is told to: almost as much as its cgroup or GOMEMLIMIT allows.
package main

import (
	"flag"
	"runtime"
	"runtime/debug"

	"example.org/ballonet/hosts/host"
)

func main() {
	keepMiB := flag.Int("keep-mib", 90, "kept in use")
	flag.Parse()
	kept := make([][]byte, 0, *keepMiB)
	for i := 0; i < *keepMiB; i++ {
		kept = append(kept, host.Block(host.MiB))
	}
	debug.FreeOSMemory()
	host.Serve()
	runtime.KeepAlive(kept)
}
