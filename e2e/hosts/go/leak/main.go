// Command leak opens sessions and never closes them: its heap in use grows steadily, under the garbage of its requests.
package main

import "example.org/ballonet/hosts/host"

const (
	sessionBytes = 64 << 10
	garbageBytes = 256 << 10
)

type session struct{ buffer []byte }

var (
	sessions = map[int]*session{}
	request  []byte
)

func main() {
	for len(sessions)*sessionBytes < 8*host.MiB {
		openSession()
	}
	go host.Every(28, func() bool {
		request = host.Block(garbageBytes)
		openSession()
		return len(sessions)*sessionBytes >= 180*host.MiB
	})
	host.Serve()
}

func openSession() {
	sessions[len(sessions)] = &session{buffer: host.Block(sessionBytes)}
}
