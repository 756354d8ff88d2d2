package lan_test

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// dial opens a connection to pair, from an address of this machine, and says nothing on it.
func (o *office) dial(t *testing.T, from string) (*tls.Conn, error) {
	t.Helper()
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	d := &net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := tls.DialWithDialer(d, "tcp", o.addr, &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{id.TLS}, NextProtos: []string{pair.Protocol},
	})
	if err == nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, err
}

// held tells whether the host still holds a connection after a while.
func held(conn net.Conn, wait time.Duration) bool {
	_ = conn.SetReadDeadline(time.Now().Add(wait))
	_, err := conn.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func TestNobodyIsListenedToWithoutACodeOut(t *testing.T) {
	o := newOffice(t)
	if _, err := o.dial(t, "127.0.0.1"); err == nil || !strings.Contains(err.Error(), "no application protocol") {
		t.Fatalf("a stranger was let in: %v", err)
	}
	if _, _, err := o.desk.Invite(1); err != nil {
		t.Fatal(err)
	}
	conn, err := o.dial(t, "127.0.0.1")
	if err != nil || !held(conn, 100*time.Millisecond) {
		t.Fatalf("with a code out: %v", err)
	}
	o.world.Clock.Add(pair.CodeFor + time.Second)
	if _, err := o.dial(t, "127.0.0.1"); err == nil {
		t.Error("a stranger was let in after the code")
	}
}

func TestAStrangerWhoSaysNothingIsCut(t *testing.T) {
	o := newOffice(t)
	o.desk.Patience = 300 * time.Millisecond
	if _, _, err := o.desk.Invite(1); err != nil {
		t.Fatal(err)
	}
	conn, err := o.dial(t, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if held(conn, 20*time.Second) {
		t.Error("still held")
	}
}

func TestStrangersAreFewAndKeepNoPairedPCOut(t *testing.T) {
	o := newOffice(t)
	pc, _ := o.pc(t, "owner")
	pc.Close()
	if _, _, err := o.desk.Invite(1); err != nil {
		t.Fatal(err)
	}
	const tried = 40
	let := 0
	for range tried {
		conn, err := o.dial(t, "127.0.0.2")
		if err != nil && strings.Contains(err.Error(), "assign") {
			t.Skip("this system has one loopback address")
		}
		if err == nil && held(conn, time.Millisecond) {
			let++
		}
	}
	if let == 0 || let > 16 {
		t.Errorf("%d of %d connections of one address are held", let, tried)
	}
	for range 30 { // each a new connection
		if _, err := take.Call(t.Context(), pc, numberRequest{"k"}); err != nil {
			t.Fatalf("a paired PC: %v", err)
		}
		pc.Close()
	}
}

// TestConnectionsThatSayNothingAreFew: not even TLS is spoken on them.
func TestConnectionsThatSayNothingAreFew(t *testing.T) {
	o := newOffice(t)
	let := 0
	for range 40 {
		conn, err := net.Dial("tcp", o.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if held(conn, 50*time.Millisecond) {
			let++
		}
	}
	if let == 0 || let > 16 {
		t.Errorf("%d are held", let)
	}
	conn, err := net.Dial("tcp", o.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("one more: %v", err)
	}
}

// TestPairedPCsAreNoStrangers: as many as an office has work at once from one address.
func TestPairedPCsAreNoStrangers(t *testing.T) {
	o := newOffice(t)
	for i := range 24 {
		pc, _ := o.pc(t, "owner")
		if _, err := take.Call(t.Context(), pc, numberRequest{"k"}); err != nil {
			t.Fatalf("PC %d: %s", i, fault.KeyOf(err))
		}
	}
	if n := o.server.Connected(); n < 24 {
		t.Errorf("%d PCs are connected", n)
	}
}

// tail is a connection that carries no more than so many records of TLS to the host.
type tail struct {
	net.Conn
	left int
}

// Write implements net.Conn; TLS writes whole records.
func (c *tail) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 4; {
		n := 5 + int(binary.BigEndian.Uint16(rest[3:]))
		if c.left--; c.left < 0 {
			break
		}
		if _, err := c.Conn.Write(rest[:n]); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// TestACopiedCertificateIsAStranger: what a PC presents is known to whoever it once talked to. Until it has
// signed with its key, it counts among the strangers.
func TestACopiedCertificateIsAStranger(t *testing.T) {
	o := newOffice(t)
	pc, id := o.pc(t, "owner")
	pc.Close()
	thief, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	mask := tls.Certificate{Certificate: id.TLS.Certificate, PrivateKey: thief.TLS.PrivateKey}
	let := 0
	for range 40 {
		conn, err := net.Dial("tcp", o.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		// The greeting, the change of cipher and the certificate; the signature stays away.
		c := tls.Client(&tail{conn, 3}, &tls.Config{
			InsecureSkipVerify: true, NextProtos: []string{"h2"},
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &mask, nil },
		})
		if c.Handshake() == nil && held(conn, 100*time.Millisecond) {
			let++
		}
	}
	if let == 0 || let > 16 {
		t.Errorf("%d are held", let)
	}
}
