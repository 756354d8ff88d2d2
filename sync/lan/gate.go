package lan

import (
	"net"
	"net/netip"
	"sync"
)

// newGate caps the connections accepted at once; more wait in the system's queue. Those of which it is
// not known yet that a paired PC is at the other end have a lower cap, in all and by address, beyond
// which they are closed at once: whoever is on the network can open connections.
func newGate(ln net.Listener) net.Listener {
	return &gate{Listener: ln, slots: make(chan struct{}, connsMax), from: map[string]int{}}
}

type gate struct {
	net.Listener
	slots chan struct{}

	mu        sync.Mutex
	strangers int
	from      map[string]int // strangers by [hostOf] their address
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	for {
		g.slots <- struct{}{}
		c, err := g.Listener.Accept()
		if err != nil {
			<-g.slots
			return nil, err
		}
		addr := hostOf(c.RemoteAddr())
		if g.enter(addr) {
			return &gated{
				Conn: c, welcome: sync.OnceFunc(func() { g.leave(addr) }), free: sync.OnceFunc(func() { <-g.slots }),
			}, nil
		}
		_ = c.Close()
		<-g.slots
	}
}

func (g *gate) enter(addr string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.strangers >= strangersMax || g.from[addr] >= strangersFromMax {
		return false
	}
	g.strangers++
	g.from[addr]++
	return true
}

func (g *gate) leave(addr string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strangers--
	if g.from[addr]--; g.from[addr] == 0 {
		delete(g.from, addr)
	}
}

// hostOf is where a connection comes from. Of IPv6 it is the network: a machine has as many addresses of
// its own as it likes.
func hostOf(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	host := at.Addr().Unmap()
	if host.Is4() {
		return host.String()
	}
	return netip.PrefixFrom(host, networkBits).Masked().String()
}

// gated is a connection from a stranger until it is welcome.
type gated struct {
	net.Conn
	welcome func()
	free    func()
}

// Close implements net.Conn.
func (c *gated) Close() error {
	defer c.free()
	defer c.welcome()
	return c.Conn.Close()
}
