package tooltest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// alone is set for the process of a test that has networks of its own.
const alone = "ZAFE_TEST_ALONE"

// Alone has a test run in a process whose networks nobody else sees, in which it is root, and returns true there. In
// the process that started it, it returns false once that one is done: nothing of the test is to be done there.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(alone) != "" {
		do(t, "mount", "-t", "tmpfs", "tmpfs", "/run") // the names of networks are kept there
		return true
	}
	for _, name := range []string{"unshare", "nsenter", "ip", "mount"} {
		Program(t, name)
	}
	own := []string{"--net", "--mount"}
	if os.Geteuid() != 0 {
		own = append(own, "--user", "--map-root-user")
	}
	try := exec.CommandContext(t.Context(), "unshare", append(own, "true")...) //nolint:gosec // what is above
	if out, err := try.CombinedOutput(); err != nil {
		Lacks(t, "no networks of its own: ", err, string(out))
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own = append(own, "--", program, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	c := exec.CommandContext(t.Context(), "unshare", own...)
	c.Env = append(os.Environ(), alone+"=1")
	out, err := c.CombinedOutput()
	text := string(out)
	if err != nil || !strings.Contains(text, "--- PASS: "+t.Name()) || strings.Contains(text, "DATA RACE") {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(text)
	return false
}

// Switch is what the PCs of an office are plugged into. Only a test that is alone has one.
type Switch struct {
	t    *testing.T
	name string
}

// NewSwitch makes one, with a name of at most eight letters.
func NewSwitch(t *testing.T, name string) *Switch {
	t.Helper()
	do(t, "ip", "link", "add", name, "type", "bridge")
	do(t, "ip", "link", "set", name, "up")
	return &Switch{t, name}
}

func do(t *testing.T, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...) //nolint:gosec // a test says what
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v %s", name, strings.Join(args, " "), err, out)
	}
}

// PC is one on a switch, by the name of its card eth0; it has no gateway.
type PC struct {
	t    *testing.T
	name string
}

// PC plugs one in, with a name of at most eight letters and an address as 10.0.0.1/24.
func (s *Switch) PC(name, addr string) *PC {
	s.t.Helper()
	p := &PC{s.t, name}
	do(s.t, "ip", "netns", "add", name)
	p.IP("link", "set", "lo", "up")
	p.Plug(s, addr)
	return p
}

// Plug gives it its card.
func (p *PC) Plug(s *Switch, addr string) {
	p.t.Helper()
	do(p.t, "ip", "link", "add", "to-"+p.name, "type", "veth", "peer", "name", "eth0", "netns", p.name)
	do(p.t, "ip", "link", "set", "to-"+p.name, "master", s.name, "up")
	p.IP("link", "set", "eth0", "up")
	p.Moves(addr)
}

// Unplug takes the card away.
func (p *PC) Unplug() {
	p.t.Helper()
	do(p.t, "ip", "link", "del", "to-"+p.name)
}

// Moves gives it another address.
func (p *PC) Moves(addr string) {
	p.t.Helper()
	p.IP("addr", "flush", "dev", "eth0")
	p.IP("addr", "add", addr, "broadcast", "+", "dev", "eth0")
}

// IP runs the ip program there.
func (p *PC) IP(args ...string) {
	p.t.Helper()
	own := p.Prefix()
	do(p.t, own[0], append(own[1:], append([]string{"ip"}, args...)...)...)
}

// Prefix is what is put before a command for it to run there.
func (p *PC) Prefix() []string { return []string{"nsenter", "--net=/run/netns/" + p.name, "--"} }

// Command prepares a program to run there until ctx ends.
func (p *PC) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	own := p.Prefix()
	all := append(own[1:], append([]string{name}, args...)...)
	return exec.CommandContext(ctx, own[0], all...) //nolint:gosec // a test says what
}
