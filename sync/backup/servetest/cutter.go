package servetest

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// Cutter is a proxy in front of a server that cuts every connection after some bytes of upload.
type Cutter struct {
	Addr  string
	limit atomic.Int64 // bytes per connection; 0 lets everything through
	cuts  atomic.Int64
}

// NewCutter puts a proxy in front of addr.
func NewCutter(t testing.TB, addr string, limit int64) *Cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &Cutter{Addr: l.Addr().String()}
	c.limit.Store(limit)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client, addr)
		}
	}()
	return c
}

// Limit changes how many bytes a new connection may upload; 0 lets everything through.
func (c *Cutter) Limit(bytes int64) { c.limit.Store(bytes) }

// Cuts tells how many connections were cut.
func (c *Cutter) Cuts() int64 { return c.cuts.Load() }

func (c *Cutter) serve(client net.Conn, addr string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	limit := c.limit.Load()
	if limit == 0 {
		_, _ = io.Copy(server, client)
		return
	}
	if n, _ := io.CopyN(server, client, limit); n == limit {
		c.cuts.Add(1)
		reset(client)
		reset(server)
	}
}

// reset makes the other side see a broken connection instead of an orderly end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
