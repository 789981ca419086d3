// Command thp keeps little of a heap that was returned to the kernel, spread over all of it, in huge pages: each of
// them is wholly in RSS for the few KiB that are used. khugepaged makes such pages in minutes (golang/go#64332);
// MADV_COLLAPSE (Linux 6.1) makes them at once.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"example.org/ballonet/hosts/host"
)

const (
	madvCollapse  = 25
	hugePageBytes = 2 * host.MiB
	blockBytes    = 32 << 10
	sizeBytes     = 160 * host.MiB
)

var kept [][]byte

func main() {
	from, to := scatter()
	runtime.GC()
	debug.FreeOSMemory()
	if huge := collapse(from, to); huge < sizeBytes/2 {
		host.Must(fmt.Errorf("no huge pages: %d bytes", huge))
	}
	host.Serve()
}

// scatter fills the heap, keeps one block in each huge page, and says where they lie.
func scatter() (from, to uintptr) {
	all := make([][]byte, 0, sizeBytes/blockBytes)
	for i := 0; i < cap(all); i++ {
		all = append(all, host.Block(blockBytes))
	}
	seen := map[uintptr]bool{}
	for _, block := range all {
		page := uintptr(unsafe.Pointer(&block[0])) / hugePageBytes
		if seen[page] {
			continue
		}
		seen[page] = true
		kept = append(kept, block)
		if from == 0 || page*hugePageBytes < from {
			from = page * hugePageBytes
		}
		if (page+1)*hugePageBytes > to {
			to = (page + 1) * hugePageBytes
		}
	}
	return from, to
}

// collapse makes huge pages of what is in use between these addresses, and says how many bytes it could.
func collapse(from, to uintptr) (bytes int) {
	for at := from; at < to; at += hugePageBytes {
		// The runtime had asked for none where it returned memory.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, at, hugePageBytes, syscall.MADV_HUGEPAGE)
		if _, _, code := syscall.Syscall(syscall.SYS_MADVISE, at, hugePageBytes, madvCollapse); code == 0 {
			bytes += hugePageBytes
		}
	}
	return bytes
}
