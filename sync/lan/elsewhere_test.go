package lan_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/store/storetest"
	"zafe/sync/lan"
)

// elsewhere is a listener whose connections come from other PCs, as far as it can be told.
type elsewhere struct {
	net.Listener
	from func() string // the address of the next, without its port
}

func (l elsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return distant{c, &net.TCPAddr{IP: net.ParseIP(l.from()), Port: 4711}}, nil
}

type distant struct {
	net.Conn
	addr net.Addr
}

func (d distant) RemoteAddr() net.Addr { return d.addr }

// hear has a server like the office's answer others, and gives its address.
func (o *office) hear(t *testing.T, s *lan.Server, from func() string) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Registry, s.Devices, s.Desk, s.Identity = o.server.Registry, o.server.Devices, o.desk, o.server.Identity
	s.Hello, s.Log = o.server.Hello, o.server.Log
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, elsewhere{ln, from}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// TestTheKeyOfTheProgramsOfThisPCOpensNothingElsewhere: the file it lies in may be copied.
func TestTheKeyOfTheProgramsOfThisPCOpensNothingElsewhere(t *testing.T) {
	o := newOffice(t)
	seat, self, err := lan.Own("", o.root.Cert, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	var from atomic.Pointer[string]
	s := &lan.Server{Self: self, Raise: func() bool { return true }}
	seat.Addr = o.hear(t, s, func() string { return *from.Load() })
	for addr, want := range map[string]string{
		"127.0.0.1": "", "::1": "", "::ffff:127.0.0.3": "", "192.168.1.7": "lan.device_refused",
		"10.0.0.1": "lan.device_refused", "fe80::1": "lan.device_refused", "2001:db8::1": "lan.device_refused",
	} {
		from.Store(&addr)
		r, err := seat.Reach(t.Context(), "there")
		if fault.KeyOf(err) != want {
			t.Errorf("%s: %v", addr, err)
		}
		if err == nil {
			if err := r.Raise(t.Context()); err != nil {
				t.Errorf("%s: %v", addr, err)
			}
		}
		r.Client.Close()
	}
}

// TestStrangersAreCountedByMachine: one has a whole network of IPv6 addresses, but one of IPv4.
func TestStrangersAreCountedByMachine(t *testing.T) {
	o := newOffice(t)
	for from, most := range map[string]int{"2001:db8::%d": 16, "fe80::1:%d": 16, "192.0.2.%d": 20, "2001:db8:0:%d::1": 20} {
		n := 0
		addr := o.hear(t, &lan.Server{}, func() string { n++; return fmt.Sprintf(from, n) })
		let := 0
		for range 20 {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if held(conn, 50*time.Millisecond) {
				let++
			}
		}
		if let != most {
			t.Errorf("%s: %d are held, not %d", from, let, most)
		}
	}
}
