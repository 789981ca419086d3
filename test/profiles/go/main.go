// Writes real profiles of itself into a folder: recursion, inlining, generic functions, closures, methods, labels.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

type tree struct {
	left, right *tree
	payload     []byte
}

var kept []*tree
var sink [][]byte

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{payload: fill(900)}
	}
	return &tree{left: grow(depth - 1), right: odd(depth - 1), payload: fill(64 * depth)}
}

// Mutual recursion.
func odd(depth int) *tree {
	if depth <= 0 {
		return nil
	}
	return grow(depth - 1)
}

func fill(size int) []byte { return small(size + 16) }

func small(size int) []byte { return make([]byte, size) }

func Map[T, U any](list []T, change func(T) U) []U {
	changed := make([]U, 0, len(list))
	for _, item := range list {
		changed = append(changed, change(item))
	}
	return changed
}

type store[T any] struct{ items []T }

func (s *store[T]) Add(item T) { s.items = append(s.items, item) }

//go:noinline
func closures(count int) {
	for i := 0; i < count; i++ {
		func() { sink = append(sink, small(2048)) }()
	}
	if count%2 == 0 {
		sink = sink[:len(sink)/2]
	}
}

func spin(until time.Time) (sum int) {
	for time.Now().Before(until) {
		for i := 0; i < 100000; i++ {
			sum += mix(i, sum)
		}
	}
	return sum
}

func mix(a, b int) int { return half(a) ^ half(b) }

func half(a int) int { return a >> 1 }

func contend() {
	var lock sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for j := 0; j < 20; j++ {
				lock.Lock()
				time.Sleep(100 * time.Microsecond)
				lock.Unlock()
			}
		}()
	}
	group.Wait()
}

func main() {
	dir := os.Args[1]
	rate, _ := strconv.Atoi(os.Args[2])
	runtime.MemProfileRate = rate
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	cpu := create(dir, "cpu")
	check(pprof.StartCPUProfile(cpu))
	texts := store[string]{}
	for i := 0; i < 60; i++ {
		kept = append(kept, grow(7))
		closures(40 + i%3)
		for _, text := range Map([]int{1, 2, 3}, func(i int) string { return fmt.Sprint(i, "text") }) {
			texts.Add(text)
		}
	}
	kept = kept[:20]
	spin(time.Now().Add(150 * time.Millisecond))
	pprof.Do(context.Background(), pprof.Labels("route", "/a", "user", "1"), func(context.Context) {
		spin(time.Now().Add(60 * time.Millisecond))
	})
	pprof.StopCPUProfile()
	check(cpu.Close())
	contend()
	hold := make(chan bool)
	for i := 0; i < 30; i++ {
		go func() { <-hold }()
	}
	time.Sleep(5 * time.Millisecond)
	for _, name := range []string{"heap", "allocs", "goroutine", "mutex", "block", "threadcreate"} {
		runtime.GC()
		file := create(dir, name)
		check(pprof.Lookup(name).WriteTo(file, 0))
		check(file.Close())
	}
	close(hold)
	runtime.KeepAlive(texts)
}

func create(dir, name string) *os.File {
	file, err := os.Create(filepath.Join(dir, name+".pb.gz"))
	check(err)
	return file
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
