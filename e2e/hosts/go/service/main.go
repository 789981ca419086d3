// Command service is a small real Go service whose memory behaves as it is told to. Tests and the demo look at it.
//
// It prints one JSON line {"url":…,"pid":…} when its memory is as the scenario says and it answers, and it ends when
// its standard input closes, so that it never outlives the process that started it. Standard library only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	// Registers /debug/vars on the default mux; ours serves it only when -expvar is on.
	"expvar"
)

const mib = 1 << 20

// hold keeps what must stay in use alive.
var hold struct {
	sync.Mutex
	chunks [][]byte
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	scenario := flag.String("scenario", "madvfree", "madvfree: allocate, drop, return to the kernel; leak: keep growing; idle: keep -keep-mib")
	allocMiB := flag.Int("alloc-mib", 2000, "allocated at the start (madvfree)")
	keepMiB := flag.Int("keep-mib", 300, "kept in use")
	leakMiB := flag.Int("leak-mib-per-second", 10, "growth (leak)")
	capMiB := flag.Int("leak-cap-mib", 1000, "the leak stops growing here")
	withVars := flag.Bool("expvar", true, "serve /debug/vars")
	withPprof := flag.Bool("pprof", true, "serve /debug/pprof/")
	withMetrics := flag.Bool("metrics", false, "serve /metrics in Prometheus' text format")
	flag.Parse()

	go endWithStdin()

	switch *scenario {
	case "madvfree":
		grow(*keepMiB)
		waste(*allocMiB - *keepMiB)
	case "leak":
		grow(*keepMiB)
		go leak(*leakMiB, *capMiB)
	case "idle":
		grow(*keepMiB)
	default:
		fmt.Fprintf(os.Stderr, "unknown scenario %q\n", *scenario)
		os.Exit(2)
	}
	debug.FreeOSMemory()

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ready := map[string]interface{}{"url": "http://" + listener.Addr().String(), "pid": os.Getpid()}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		os.Exit(1)
	}
	err = http.Serve(listener, handler(*withPprof, *withVars, *withMetrics))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func handler(withPprof, withVars, withMetrics bool) http.Handler {
	mux := http.NewServeMux()
	if withPprof {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
	}
	if withVars {
		mux.Handle("/debug/vars", expvar.Handler())
	}
	if withMetrics {
		mux.HandleFunc("/metrics", writeMetrics)
	}
	return mux
}

// endWithStdin reads standard input to its end: the other end of the pipe closes however its owner dies.
func endWithStdin() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// newChunk is 1 MiB with no page of zeros, so that nothing can merge or compress it to nothing.
func newChunk(seed int) []byte {
	chunk := make([]byte, mib)
	for i := range chunk {
		chunk[i] = byte(i*7+i>>12+seed) | 1
	}
	return chunk
}

func grow(count int) {
	for i := 0; i < count; i++ {
		chunk := newChunk(i)
		hold.Lock()
		hold.chunks = append(hold.chunks, chunk)
		hold.Unlock()
	}
}

// waste has count MiB in use at one moment and none of them after it.
func waste(count int) {
	if count <= 0 {
		return
	}
	chunks := make([][]byte, 0, count)
	for i := 0; i < count; i++ {
		chunks = append(chunks, newChunk(i))
	}
	runtime.KeepAlive(chunks)
}

func leak(perSecond, capMiB int) {
	if perSecond <= 0 {
		return
	}
	for range time.Tick(time.Second / time.Duration(perSecond)) {
		hold.Lock()
		isFull := len(hold.chunks) >= capMiB
		hold.Unlock()
		if isFull {
			return
		}
		grow(1)
	}
}

// writeMetrics answers as the Go collector of Prometheus' client does, with the values that matter here.
func writeMetrics(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	gauge := func(name string, value uint64) {
		fmt.Fprintf(w, "# TYPE %s gauge\n%s %v\n", name, name, float64(value))
	}
	fmt.Fprintf(w, "# TYPE go_info gauge\ngo_info{version=%q} 1\n", runtime.Version())
	gauge("go_goroutines", uint64(runtime.NumGoroutine()))
	gauge("go_memstats_heap_alloc_bytes", m.HeapAlloc)
	gauge("go_memstats_heap_inuse_bytes", m.HeapInuse)
	gauge("go_memstats_heap_idle_bytes", m.HeapIdle)
	gauge("go_memstats_heap_released_bytes", m.HeapReleased)
	gauge("go_memstats_heap_sys_bytes", m.HeapSys)
	gauge("go_memstats_stack_inuse_bytes", m.StackInuse)
	gauge("go_memstats_sys_bytes", m.Sys)
	gauge("go_memstats_next_gc_bytes", m.NextGC)
	fmt.Fprintf(w, "# TYPE go_memstats_last_gc_time_seconds gauge\ngo_memstats_last_gc_time_seconds %v\n", float64(m.LastGC)/1e9)
	fmt.Fprintf(w, "go_gc_duration_seconds_count %d\n", m.NumGC)
}
