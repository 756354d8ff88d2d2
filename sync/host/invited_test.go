package host_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/auth"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

// file has an owner make an invitation file, with one more address.
func (o *office) file(t *testing.T, address string) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := appdevice.InviteFile.Fetch(o.Ctx(), o.As("owner"), appdevice.InviteFileRequest{Address: address}, &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// remote is a PC that is elsewhere.
type remote struct {
	t    *testing.T
	path string // where it remembers what it began
}

func newRemote(t *testing.T) remote {
	t.Helper()
	return remote{t, filepath.Join(t.TempDir(), "joining.json")}
}

func (r remote) join(file []byte) (lan.Seat, string) {
	r.t.Helper()
	seat, err := lan.JoinInvited(r.t.Context(), r.path, file, "Portable", storetest.Noon)
	r.t.Logf("joined: %v", err)
	return seat, fault.KeyOf(err)
}

// paired lists the PCs that are let in.
func (o *office) paired(t *testing.T) (names []string) {
	t.Helper()
	list, err := appdevice.List.Call(o.Ctx(), o.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Devices {
		if d.State == appdevice.Active {
			names = append(names, d.Name)
		}
	}
	return names
}

// TestAnInvitationFileLetsOnePCIn, in the name of who made it.
func TestAnInvitationFileLetsOnePCIn(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	file := o.file(t, addr)
	ticket, err := pair.ReadTicket(file)
	if err != nil || ticket.Addresses[0] != addr || len(ticket.Token) != 16 ||
		!ticket.Expires.Equal(o.Clock.Now().Add(72*time.Hour)) {
		t.Fatalf("%+v, %v", ticket, err)
	}
	seat, key := newRemote(t).join(file)
	if key != "" || seat.Addr != addr {
		t.Fatal(seat.Addr, key)
	}
	r, err := seat.Reach(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	if events, _ := o.said(t, "device.enrolled", 1); len(events) != 1 || events[0] != "Claire" {
		t.Errorf("let in by %q", events)
	}
	for range 2 {
		if _, key := newRemote(t).join(file); key != "pair.invitation_used" {
			t.Errorf("another PC: %q", key)
		}
	}
	events, notices := o.said(t, "device.pair_refused", 1)
	if len(events) != 1 || len(notices) != 1 || notices[0] != "invited Claire 127.0.0.1" {
		t.Errorf("the owner hears %q, the journal %q", notices, events)
	}
	if got := o.paired(t); len(got) != 1 || got[0] != "Portable" {
		t.Errorf("let in: %q", got)
	}
	if events, _ := o.said(t, "device.invite_file", 1); len(events) != 1 {
		t.Errorf("made: %q", events)
	}
}

// TestInvitationsThatAreWorthNothing.
func TestInvitationsThatAreWorthNothing(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	if _, key := newRemote(t).join(o.forged(t, addr)); key != "pair.invitation_unknown" {
		t.Errorf("without any that is out: %q", key)
	}
	late := o.file(t, addr)
	o.Clock.Add(71 * time.Hour)
	good := o.file(t, addr)
	o.Clock.Add(time.Hour)
	if _, key := newRemote(t).join(late); key != "pair.invitation_over" {
		t.Errorf("too late: %q", key)
	}
	if _, key := newRemote(t).join(o.forged(t, addr)); key != "pair.invitation_unknown" {
		t.Errorf("with a token of its own: %q", key)
	}
	for what, c := range map[string]struct{ old, new, want string }{
		"another address": {addr, "10.0.0.99:24653", "pair.invitation_altered"},
		"another end":     {`"expires": "2026`, `"expires": "2027`, "pair.invitation_altered"},
		"another file":    {"invitation/1", "facture/1", "pair.not_invitation"},
		"half a file":     {"}", "", "pair.not_invitation"},
	} {
		altered := bytes.Replace(good, []byte(c.old), []byte(c.new), 1)
		if _, key := newRemote(t).join(altered); key != c.want || bytes.Equal(altered, good) {
			t.Errorf("%s: %q, want %s", what, key, c.want)
		}
	}
	o.Update(func(tx *store.Tx) error {
		u, err := tx.User(1)
		u.Role = auth.Sales
		_, saved := tx.SaveUser(u)
		return errors.Join(err, saved)
	})
	if _, key := newRemote(t).join(good); key != "pair.invitation_unknown" {
		t.Errorf("made by somebody who may let no PC in any more: %q", key)
	}
	o.Update(func(tx *store.Tx) error {
		u, err := tx.User(1)
		u.Role = auth.Owner
		_, saved := tx.SaveUser(u)
		return errors.Join(err, saved)
	})
	if _, err := appdevice.Withdraw.Call(o.Ctx(), o.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, key := newRemote(t).join(good); key != "pair.invitation_unknown" {
		t.Errorf("withdrawn: %q", key)
	}
	if got := o.paired(t); len(got) != 0 {
		t.Errorf("let in: %q", got)
	}
}

// forged is an invitation file to the office that nobody of it made.
func (o *office) forged(t *testing.T, addr string) []byte {
	t.Helper()
	file, _, err := pair.NewTicket(o.root.Cert, []string{addr}, o.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestNothingIsSaidToAnotherHost: what answers at the address without the root of the file is told no token.
func TestNothingIsSaidToAnotherHost(t *testing.T) {
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	id, err := root.Host()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS},
		ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{pair.InviteProtocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	heard := make(chan int64, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		n, _ := io.Copy(io.Discard, conn)
		heard <- n
	}()
	o := newOffice(t)
	if _, key := newRemote(t).join(o.forged(t, ln.Addr().String())); key != "pair.wrong_host" {
		t.Errorf("%q", key)
	}
	select {
	case n := <-heard:
		if n != 0 {
			t.Errorf("%d bytes were said to it", n)
		}
	case <-time.After(time.Minute):
		t.Error("still connected")
	}
	// An address of the main PC's own network may be another machine's where the file is used.
	o.owners()
	addr, _ := o.serve(t)
	if seat, key := newRemote(t).join(o.at(t, "127.0.0.1:1", addr)); key != "" || seat.Addr != addr {
		t.Errorf("joined at %q, %q", seat.Addr, key)
	}
}

// silenced carries what a PC says to a host, and nothing back once the connection is encrypted for it: the power went
// before the answer.
func silenced(t *testing.T, to string, done func() bool) (addr string, speak func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	var speaks atomic.Bool
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
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			go func() {
				defer func() { _ = near.Close() }()
				buf := make([]byte, 64<<10)
				for {
					n, err := far.Read(buf)
					if err != nil || !speaks.Load() && done() {
						return
					}
					if _, err := near.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String(), func() { speaks.Store(true) }
}

// TestAnAnswerThatWasLostLocksNobodyOut: the main PC let the PC in and the power went before it was told. Tried again,
// it is let in as the same PC; no other is, nor is it once it was shut out.
func TestAnAnswerThatWasLostLocksNobodyOut(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	between, speak := silenced(t, addr, func() bool { return len(o.paired(t)) > 0 })
	file, pc := o.at(t, between), newRemote(t)
	if _, key := pc.join(file); key == "" || len(o.paired(t)) != 1 {
		t.Fatalf("not cut between: %q, let in: %q", key, o.paired(t))
	}
	speak()
	if _, key := newRemote(t).join(file); key != "pair.invitation_used" {
		t.Errorf("another PC meanwhile: %q", key)
	}
	seat, key := pc.join(file)
	if key != "" || len(o.paired(t)) != 1 {
		t.Fatalf("again: %q, let in: %q", key, o.paired(t))
	}
	id, err := device.Parse(seat.Key)
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(id.Fingerprint))
		d.State = appdevice.Revoked
		_, saved := tx.SaveDevice(d)
		return errors.Join(err, saved)
	})
	if _, key := pc.join(file); key != "pair.invitation_used" || len(o.paired(t)) != 0 {
		t.Errorf("once it was shut out: %q, let in: %q", key, o.paired(t))
	}
}

// at is an invitation file of the office with those addresses alone.
func (o *office) at(t *testing.T, addrs ...string) []byte {
	t.Helper()
	file, hash, err := pair.NewTicket(o.root.Cert, addrs, o.Clock.Now().Add(appdevice.InvitedFor))
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error { return appdevice.KeepInvitation(tx, hash, 1) })
	return file
}

// TestInvitationsAreFew.
func TestInvitationsAreFew(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	for range 20 {
		o.file(t, addr)
	}
	ask := func() string {
		_, err := appdevice.InviteFile.Fetch(o.Ctx(), o.As("owner"), appdevice.InviteFileRequest{}, io.Discard)
		return fault.KeyOf(err)
	}
	if key := ask(); key != "device.invitations_max" {
		t.Errorf("one more: %q", key)
	}
	o.Clock.Add(appdevice.InvitedFor)
	if key := ask(); key != "" {
		t.Errorf("once they are over: %q", key)
	}
}
