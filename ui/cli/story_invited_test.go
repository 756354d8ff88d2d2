package cli_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// invited has a PC that is elsewhere join with an invitation file. The power goes there after the host let it in and
// before it knows; it joins then with the same file, and no other PC does.
func (s *story) invited(t *testing.T, h *host) {
	wire := newWire(t, h.addr)
	file := filepath.Join(s.files, "poste.zafe-invitation")
	claire := s.a.as(s.owner(ownerPassword)...)
	ask := fmt.Sprintf(`{"address":%q}`, wire.addr)
	if _, refusal, code := claire.run(ask, "op", "device.invite_file", "-", "-o", file); code != 0 {
		t.Fatal(refusal)
	}
	pc := newDesk(t, t.TempDir(), "remote")
	cut := pc.command("join", "--invitation", file, "--name", "Portable")
	if err := cut.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-wire.answered:
	case <-time.After(time.Minute):
		t.Error("the host does not answer")
	}
	_ = cut.Process.Kill()
	_ = cut.Wait()
	if _, err := os.Stat(filepath.Join(pc.dir, "host.json")); err == nil {
		t.Error("it was not cut off before it knew")
	}
	wire.whole.Store(true)
	newDesk(t, t.TempDir(), "fourth").refused("déjà servi", "join", "--invitation", file)
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if out := pc.ok("join", "--invitation", file, "--name", "Portable"); !strings.Contains(out, "poste principal "+name) {
		t.Errorf("joined: %q", out)
	}
	other := file + "2"
	if _, refusal, code := claire.run(ask, "op", "device.invite_file", "-", "-o", other); code != 0 {
		t.Fatal(refusal)
	}
	pc.refused("travaille déjà", "join", "--invitation", other, "--name", "Portable")
	newDesk(t, t.TempDir(), "fifth").ok("join", "--invitation", other, "--name", "Cinq") // for which it was, unused
	if me := pc.as(s.person("yann", salesPassword)...).ok("op", "session.me"); !strings.Contains(me, "yann") {
		t.Errorf("at work there: %s", me)
	}
	if left, err := filepath.Glob(filepath.Join(pc.dir, "joining*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// wire carries what is said to a host and back, but for its answers until it is whole.
type wire struct {
	addr     string
	whole    atomic.Bool
	answered chan bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	l := &wire{addr: ln.Addr().String(), answered: make(chan bool, 1)}
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				return
			}
			go l.carry(near, far)
		}
	}()
	return l
}

// carry joins two connections. What a host says after the second thing that it is told is its answer: before that
// comes its part of the handshake.
func (l *wire) carry(near, far net.Conn) {
	var said atomic.Int64
	go func() {
		defer func() { _ = far.Close() }()
		_, _ = io.Copy(io.MultiWriter(far, counter{&said}), near)
	}()
	defer func() { _ = near.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := far.Read(buf)
		if err != nil {
			return
		}
		if said.Load() > 1 && !l.whole.Load() {
			select {
			case l.answered <- true:
			default:
			}
			continue
		}
		if _, err := near.Write(buf[:n]); err != nil {
			return
		}
	}
}

// counter counts what is written.
type counter struct{ n *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) { c.n.Add(1); return len(p), nil }
