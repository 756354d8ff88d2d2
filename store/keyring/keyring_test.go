package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/tooltest"
)

// act names what a child of the test does with the keyring of its own session.
const act = "ZAFE_KEYRING_ACT"

// The library keeps one connection for the life of a process: each session needs its own.
func TestMain(m *testing.M) {
	what, book, _ := strings.Cut(os.Getenv(act), " ")
	r := New()
	var err error
	switch what {
	case "":
		os.Exit(m.Run())
	case "set":
		err = r.Set(book, bytes.Repeat([]byte{7}, 32))
	case "get":
		var got []byte
		if got, err = r.Get(book); err == nil {
			fmt.Printf("\ngot %x", got)
		}
	case "delete":
		err = r.Delete(book)
	case "twice":
		r.wait = 200 * time.Millisecond
		_, first := r.Get(book)
		_, err = r.Get(book)
		err = errors.Join(first, err)
	}
	fmt.Printf("\nerror: %v\n", err)
	os.Exit(0)
}

// child performs an act in a process of its own and returns what it printed.
func child(t *testing.T, what string, env []string, through ...string) string {
	t.Helper()
	args := append(through, os.Args[0])
	c := exec.CommandContext(t.Context(), args[0], args[1:]...)
	c.Env = append(append(os.Environ(), env...), act+"="+what)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// session starts a bus with a real keyring and runs acts in it, one process each.
func session(t *testing.T, acts ...string) string {
	t.Helper()
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		tooltest.Program(t, tool)
	}
	script := "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n"
	for _, a := range acts {
		script += act + "='" + a + "' " + os.Args[0] + "\n"
	}
	home := t.TempDir()
	c := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c", script)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := "" // among what the daemons say
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "got ") || strings.HasPrefix(line, "error: ") {
			said += line
		}
	}
	return said
}

func TestARealKeyringKeepsGivesAndForgets(t *testing.T) {
	out := session(t, "get book", "set book", "get book", "get other", "delete book", "get book", "delete book")
	want := "error: " + ErrAbsent.Error() + "\n" + "error: <nil>\n" +
		"got " + strings.Repeat("07", 32) + "\nerror: <nil>\n" + "error: " + ErrAbsent.Error() + "\n" +
		"error: <nil>\n" + "error: " + ErrAbsent.Error() + "\n" + "error: <nil>\n"
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

// TestWithoutASessionNothingIsStarted: dbus-launch hangs where there is no display.
func TestWithoutASessionNothingIsStarted(t *testing.T) {
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		t.Skip("this session has a bus")
	}
	dir := t.TempDir()
	trap, mark := filepath.Join(dir, "dbus-launch"), filepath.Join(dir, "started")
	if err := os.WriteFile(trap, []byte("#!/bin/sh\n: > "+mark+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"", "autolaunch:"} {
		out := child(t, "get book", []string{"DBUS_SESSION_BUS_ADDRESS=" + addr, "PATH=" + dir})
		if !strings.Contains(out, ErrNone.Error()) {
			t.Errorf("%q: %s", addr, out)
		}
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("dbus-launch was started")
	}
}

// TestASilentBusIsGivenUp: it takes the connection and never says a word. The second request does not
// wait behind the first.
func TestASilentBusIsGivenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	out := child(t, "twice book", []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + path})
	if strings.Count(out, ErrSilent.Error()) != 2 {
		t.Error(out)
	}
}
