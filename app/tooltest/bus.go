package tooltest

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
)

// Bus starts a dbus-daemon of the test's own, which ends with it, and returns its address.
func Bus(t *testing.T) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), Program(t, "dbus-daemon"), //nolint:gosec // a program of this machine
		"--session", "--nofork", "--nosyslog", "--print-address")
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}
