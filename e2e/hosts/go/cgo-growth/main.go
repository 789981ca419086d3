// Command cgo-growth loses memory of C's malloc: RSS grows, and Go's own numbers know nothing of it.
package main

/*
#include <stdlib.h>
#include <string.h>

static void *lose(size_t size) {
	void *memory = malloc(size);
	if (memory != NULL) memset(memory, 0x5a, size);
	return memory;
}
*/
import "C"

import (
	"fmt"
	"unsafe"

	"example.org/ballonet/hosts/host"
)

const (
	blockBytes = 64 << 10
	mostBytes  = 180 * host.MiB
)

var lost []unsafe.Pointer

func main() {
	go host.Every(40, func() bool {
		memory := C.lose(blockBytes)
		if memory == nil {
			host.Must(fmt.Errorf("malloc gave nothing"))
		}
		lost = append(lost, memory)
		return len(lost)*blockBytes >= mostBytes
	})
	host.Serve()
}
