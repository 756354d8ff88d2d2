package pair_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// host is a main PC at its door.
type host struct {
	*pair.Desk
	addr string

	mu  sync.Mutex
	in  []string // the names of the PCs that were let in
	bad []pair.Refusal
}

func newHost(t *testing.T) *host {
	t.Helper()
	root, id := authority(t)
	h := &host{}
	h.Desk = &pair.Desk{
		Root: root, Clock: time.Now,
		Enrol: func(_ context.Context, _ device.Fingerprint, name string, _ int64) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.in = append(h.in, name)
			return nil
		},
		Refused: func(_ context.Context, r pair.Refusal) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.bad = append(h.bad, r)
			return nil
		},
	}
	h.addr = listen(t, id, func(conn *tls.Conn) { _ = h.Serve(t.Context(), conn) })
	return h
}

// authority makes the root of a main PC, and what it shows to who connects.
func authority(t *testing.T) (root *x509.Certificate, id device.Identity) {
	t.Helper()
	r, err := device.NewRoot(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if id, err = r.Host(); err != nil {
		t.Fatal(err)
	}
	return r.Cert, id
}

// listen has each connection answered that was made to pair.
func listen(t *testing.T, id device.Identity, serve func(*tls.Conn)) (addr string) {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS},
		ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{pair.Protocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				if tc := conn.(*tls.Conn); tc.Handshake() == nil {
					serve(tc)
				}
			}()
		}
	}()
	return ln.Addr().String()
}

func newPC(t *testing.T) device.Identity {
	t.Helper()
	id, err := device.NewPC(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestAHostThatCannotProveTheCodeIsNotPinned: one that shows a root of its own, as good as any, and knows no code. A
// PC that took it would work on somebody else's book, and say its passwords there.
func TestAHostThatCannotProveTheCodeIsNotPinned(t *testing.T) {
	root, id := authority(t)
	addr := listen(t, id, func(conn *tls.Conn) {
		defer func() { _ = conn.Close() }()
		if _, err := bufio.NewReader(conn).ReadBytes('\n'); err != nil {
			return
		}
		mac := make([]byte, 32)
		_, _ = rand.Read(mac)
		line, _ := json.Marshal(map[string][]byte{"root": root.Raw, "mac": mac})
		_, _ = conn.Write(append(line, '\n'))
	})
	got, err := pair.Join(t.Context(), addr, "ABCD-EFGH", "PC", newPC(t))
	if fault.KeyOf(err) != "pair.wrong_host" || got != nil {
		t.Errorf("pinned %v, %v", got, err)
	}
}

// TestARequestIsGoodOnItsOwnConnection: seen by whoever sits in between, it is worth nothing on another one, with the
// same key even.
func TestARequestIsGoodOnItsOwnConnection(t *testing.T) {
	h, id := newHost(t), newPC(t)
	code, _, err := h.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *tls.Conn {
		conn, err := tls.Dial("tcp", h.addr, &tls.Config{
			InsecureSkipVerify: true, Certificates: []tls.Certificate{id.TLS}, NextProtos: []string{pair.Protocol},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	first, second := dial(), dial()
	line, err := pair.Request(first, code, "PC", id)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(conn net.Conn) (a struct{ Error string }) {
		if _, err := conn.Write(line); err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(conn)
		if err == nil {
			err = json.Unmarshal(raw, &a)
		}
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := answer(second); a.Error != "pair.bad_code" || len(h.in) > 0 {
		t.Errorf("on another connection: %q, let in: %v", a.Error, h.in)
	}
	if a := answer(first); a.Error != "" || len(h.in) != 1 {
		t.Errorf("on its own: %q, let in: %v", a.Error, h.in)
	}
}

// TestOneCodeLetsOnePCIn, of two that give it at the same moment.
func TestOneCodeLetsOnePCIn(t *testing.T) {
	h := newHost(t)
	code, _, err := h.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	var racing sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		id := newPC(t)
		racing.Go(func() { _, errs[i] = pair.Join(t.Context(), h.addr, code, "PC", id) })
	}
	racing.Wait()
	won, lost := errs[0], errs[1]
	if won != nil {
		won, lost = lost, won
	}
	if won != nil || fault.KeyOf(lost) != "pair.no_code" || len(h.in) != 1 {
		t.Errorf("%v, %v; let in: %v", errs[0], errs[1], h.in)
	}
}

// TestWrongCodesAreTold, where they came from and which one used the right code up.
func TestWrongCodesAreTold(t *testing.T) {
	h := newHost(t)
	if _, _, err := h.Invite(7); err != nil {
		t.Fatal(err)
	}
	id := newPC(t)
	for range 4 { // the last one finds no code
		if _, err := pair.Join(t.Context(), h.addr, "0000-0000", "PC", id); err == nil {
			t.Fatal("let in")
		}
	}
	if len(h.bad) != 3 {
		t.Fatalf("%d were told", len(h.bad))
	}
	for i, r := range h.bad {
		host, _, err := net.SplitHostPort(r.From.String())
		if err != nil || host != "127.0.0.1" || r.Device != id.Fingerprint || r.By != 7 || r.Burnt != (i == 2) {
			t.Errorf("%d: %+v", i, r)
		}
	}
}

// TestACodeOfAClockThatWasAheadIsNone: it would let a PC in until the clock gets there.
func TestACodeOfAClockThatWasAheadIsNone(t *testing.T) {
	h := newHost(t)
	h.Clock = func() time.Time { return time.Now().Add(24 * time.Hour) }
	code, _, err := h.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock = time.Now
	if _, err := pair.Join(t.Context(), h.addr, code, "PC", newPC(t)); fault.KeyOf(err) != "pair.no_code" || h.Open() {
		t.Errorf("%v; open: %t", err, h.Open())
	}
}
