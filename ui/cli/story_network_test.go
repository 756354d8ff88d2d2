package cli_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/tooltest"
	"zafe/sync/device"
	"zafe/sync/discover"
	"zafe/sync/pair"
)

// networkStory is an office of two PCs on a switch, with a machine that does not belong there.
type networkStory struct {
	*story
	main, second, stranger *tooltest.PC
}

// Where they are at first.
const (
	mainAt     = "10.77.0.1"
	movedAt    = "10.77.0.9"
	strangerAt = "10.77.0.66"
	servedAt   = ":24653"
)

// TestAnOfficeOnItsNetwork has PCs find each other, the main one move, and a machine in the middle be of no use, on
// a network of their own.
func TestAnOfficeOnItsNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZAFE_BINARY", path)
	if !tooltest.Alone(t) {
		return
	}
	root := t.TempDir()
	s := &networkStory{story: &story{t: t, files: filepath.Join(root, "papers")}}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		t.Fatal(err)
	}
	s.recovery, s.totp = filepath.Join(s.files, "recovery"), filepath.Join(s.files, "totp")
	s.a, s.b = newDesk(t, root, "a", "--recovery-file", s.recovery), newDesk(t, root, "b")
	sw := tooltest.NewSwitch(t, "office")
	s.main, s.second = sw.PC("main", mainAt+"/24"), sw.PC("second", "10.77.0.2/24")
	s.stranger = sw.PC("stranger", strangerAt+"/24")
	s.a.network, s.b.network = s.main.Prefix(), s.second.Prefix()
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"found without an address", s.finds},
		{"a machine in the middle", s.relayed},
		{"the main PC moves", s.moves},
	} {
		if !t.Run(step.name, func(t *testing.T) { s.t, s.a.t, s.b.t = t, t, t; step.do(t) }) {
			return
		}
	}
}

// seatOf is where a PC looks for the main one; "" where it has none.
func seatOf(t *testing.T, d *desk) string {
	t.Helper()
	var seat struct {
		Addr string `json:"addr"`
	}
	data, err := os.ReadFile(filepath.Join(d.dir, "host.json"))
	if os.IsNotExist(err) {
		return ""
	}
	if err == nil {
		err = json.Unmarshal(data, &seat)
	}
	if err != nil {
		t.Fatal(err)
	}
	return seat.Addr
}

// enrolled are the names of the PCs of the office, while it is not served.
func (s *networkStory) enrolled() (names []string) {
	s.t.Helper()
	list := op[struct {
		Devices []struct {
			Name string `json:"name"`
		} `json:"devices"`
	}](s.a, "device.list", object{})
	for _, d := range list.Devices {
		names = append(names, d.Name)
	}
	return names
}

func (s *networkStory) finds(t *testing.T) {
	s.b.refused("--host", "join", "--code", "AAAA-AAAA")
	s.found(t)
	op[object](s.a, "user.save", object{"login": "marc", "name": "Marc", "role": "assistant", "password": deskPassword})
	h := s.a.serve(servedAt, "--invite")
	s.b.ok("join", "--code", h.code, "--name", "Atelier")
	if at := seatOf(t, s.b); at != mainAt+servedAt {
		t.Errorf("joined at %q", at)
	}
	op[object](s.b.as(s.person("marc", deskPassword)...), "session.me", object{})
	h.stop(t)
	if got := s.enrolled(); len(got) != 1 || got[0] != "Atelier" {
		t.Errorf("enrolled: %q", got)
	}
}

// relayed has a new PC meet a machine that says to be the main PC and passes on what it is told, through connections of
// its own: it lets nobody in, and neither PC takes it for the other.
func (s *networkStory) relayed(t *testing.T) {
	h := s.a.serve(servedAt, "--invite")
	stop := s.mallory(t)
	c := newDesk(t, t.TempDir(), "c")
	c.network = s.second.Prefix()
	out, refusal, code := c.run("", "join", "--code", h.code)
	if code == 0 || !strings.Contains(refusal, mainAt) || !strings.Contains(refusal, strangerAt) {
		t.Errorf("with two that say to be the main PC: %q %q", out, refusal)
	}
	c.refused("code", "join", "--code", h.code, "--host", strangerAt)
	if at := seatOf(t, c); at != "" {
		t.Errorf("it works on the book of %s", at)
	}
	marc := s.b.as(s.person("marc", deskPassword)...)
	op[object](marc, "session.me", object{})
	c.ok("join", "--code", h.code, "--host", mainAt, "--name", "Comptoir") // the code is still good
	h.stop(t)
	marc.refused("ne répond pas", "op", "session.me") // the one that answers is not asked to log anybody in
	if at := seatOf(t, s.b); at != mainAt+servedAt {
		t.Errorf("the seat went to %s", at)
	}
	stop()
	if got := strings.Join(s.enrolled(), " "); len(strings.Fields(got)) != 2 || !strings.Contains(got, "Comptoir") {
		t.Errorf("enrolled: %q", got)
	}
}

// moves gives the main PC another address while it is served: its PCs find it again, and keep that.
func (s *networkStory) moves(t *testing.T) {
	h := s.a.serve(servedAt)
	marc := s.b.as(s.person("marc", deskPassword)...)
	op[object](marc, "session.me", object{})
	s.main.Moves(movedAt + "/24")
	time.Sleep(3 * time.Second) // the main PC looks every two seconds where it is
	op[object](marc, "session.me", object{})
	if at := seatOf(t, s.b); at != movedAt+servedAt {
		t.Errorf("it keeps %s", at)
	}
	h.stop(t)
}

// strange is set for the process of the machine that does not belong: the address of the main PC.
const strange = "ZAFE_TEST_STRANGER"

// mallory starts it.
func (s *networkStory) mallory(t *testing.T) (stop func()) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := s.stranger.Command(t.Context(), program)
	c.Env = append(os.Environ(), strange+"="+mainAt+servedAt)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal("the stranger is not there", err)
	}
	stop = func() { _ = c.Process.Kill(); _ = c.Wait() }
	t.Cleanup(stop)
	return stop
}

// stranger says to be the main PC at an address, as one that is asked by multicast and broadcast does, and passes on
// what is said in either direction of every connection.
func stranger(to string) error {
	ctx := context.Background()
	root, err := device.NewRoot(time.Now())
	if err != nil {
		return err
	}
	id, err := root.Host()
	if err != nil {
		return err
	}
	own, err := device.NewPC(time.Now())
	if err != nil {
		return err
	}
	up := &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{own.TLS}, NextProtos: []string{pair.Protocol},
	}
	seen, err := tls.Dial("tcp", to, up)
	if err != nil {
		return err
	}
	mains := device.FingerprintOf(seen.ConnectionState().PeerCertificates[1])
	_ = seen.Close()
	ln, err := tls.Listen("tcp", servedAt, &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS}, ClientAuth: tls.RequireAnyClientCert,
		NextProtos: []string{pair.Protocol, "h2"},
	})
	if err != nil {
		return err
	}
	go discover.Announcement{
		At: netip.MustParseAddrPort("0.0.0.0" + servedAt), Root: mains,
		Warn: func(what string, err error) { fmt.Fprintln(os.Stderr, what, err) },
	}.Run(ctx)
	fmt.Print("!")
	for {
		down, err := ln.Accept()
		if err != nil {
			return err
		}
		go pass(down, to, up)
	}
}

func pass(down net.Conn, to string, config *tls.Config) {
	defer func() { _ = down.Close() }()
	if down.(*tls.Conn).Handshake() != nil { // a PC of the office sees another root
		return
	}
	up, err := tls.Dial("tcp", to, config)
	if err != nil {
		return
	}
	go func() { _, _ = io.Copy(up, down) }()
	_, _ = io.Copy(down, up)
	_ = up.Close()
}
