package servetest

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Cutter is a line to a server that can be cut after some bytes in either direction, or lead to a captive
// portal instead: the page of a hotel or of a provider that has not been paid.
type Cutter struct {
	Addr     string
	up, down atomic.Int64 // bytes per connection; 0 lets everything through
	portal   atomic.Int64 // HTTP status the portal answers; 0 for none
	cuts     atomic.Int64
	greets   bool // the server speaks first, as one of FTP does

	mu   sync.Mutex
	open map[net.Conn]bool // clients
}

// NewCutter puts a line in front of addr whose connections are cut after limit bytes of upload.
func NewCutter(t testing.TB, addr string, limit int64) *Cutter {
	t.Helper()
	c := newCutter()
	c.up.Store(limit)
	c.Addr = c.listen(t, "127.0.0.1:0", addr)
	return c
}

func newCutter() *Cutter { return &Cutter{open: map[net.Conn]bool{}} }

// listen relays one address to another until the test ends.
func (c *Cutter) listen(t testing.TB, at, addr string) string {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client, addr)
		}
	}()
	return l.Addr().String()
}

// Limit changes how many bytes each connection may upload; 0 lets everything through. Connections that are open
// are broken, as by LimitDown and Portal.
func (c *Cutter) Limit(bytes int64) { c.change(&c.up, bytes) }

// LimitDown changes how many bytes each connection may download; 0 lets everything through.
func (c *Cutter) LimitDown(bytes int64) { c.change(&c.down, bytes) }

// Portal makes each connection get a page in HTML with this HTTP status, whatever is asked; 0 leads to the server
// again.
func (c *Cutter) Portal(status int) { c.change(&c.portal, int64(status)) }

func (c *Cutter) change(what *atomic.Int64, to int64) {
	what.Store(to)
	c.mu.Lock()
	defer c.mu.Unlock()
	for client := range c.open {
		reset(client)
	}
}

// Cuts tells how many connections were cut.
func (c *Cutter) Cuts() int64 { return c.cuts.Load() }

func (c *Cutter) serve(client net.Conn, addr string) {
	c.note(client, true)
	defer func() { _ = client.Close(); c.note(client, false) }()
	if status := c.portal.Load(); status != 0 {
		c.answerAsPortal(client, status)
		return
	}
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go c.relay(client, server, c.down.Load())
	c.relay(server, client, c.up.Load())
}

func (c *Cutter) note(client net.Conn, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if open {
		c.open[client] = true
	} else {
		delete(c.open, client)
	}
}

// relay copies one direction to its end or to its limit.
func (c *Cutter) relay(to, from net.Conn, limit int64) {
	if limit == 0 {
		_, _ = io.Copy(to, from)
		half(to)
		return
	}
	if n, _ := io.CopyN(to, from, limit); n == limit {
		c.cuts.Add(1)
		reset(to)
		reset(from)
		return
	}
	half(to)
}

// half ends one direction and leaves the other open: an upload by FTP ends so, before it is answered.
func half(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// reset makes the other side see a broken connection instead of an orderly end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

const portalPage = `<!doctype html><title>Bienvenue</title><p>Acceptez les conditions pour continuer.</p>`

// answerAsPortal answers whatever is asked, in whatever protocol.
func (c *Cutter) answerAsPortal(client net.Conn, status int64) {
	if !c.greets {
		if n, _ := client.Read(make([]byte, 4096)); n == 0 {
			return
		}
	}
	page := strings.Repeat(portalPage, 4)
	_, _ = fmt.Fprintf(client, "HTTP/1.1 %d Portal\r\nContent-Type: text/html\r\nContent-Length: %d\r\n"+
		"Connection: close\r\n\r\n%s", status, len(page), page)
	half(client)
	_, _ = io.Copy(io.Discard, client)
}
