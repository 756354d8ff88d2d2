package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"zafe/app/tooltest"
	"zafe/app/user"
)

// terminal is one that a verb runs in.
type terminal struct {
	master, slave *os.File
	mu            sync.Mutex
	shown         bytes.Buffer // what was typed and not hidden, and what the verb said
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		tooltest.Lacks(t, err)
	}
	number, unlocked := 0, 0
	for request, arg := range map[uintptr]*int{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(arg))); e != 0 {
			t.Fatal(e)
		}
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	tty := &terminal{master: master, slave: slave}
	t.Cleanup(func() { _, _ = slave.Close(), master.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			tty.mu.Lock()
			tty.shown.Write(buf[:n])
			tty.mu.Unlock()
		}
	}()
	return tty
}

func (tty *terminal) text() string {
	tty.mu.Lock()
	defer tty.mu.Unlock()
	return strings.ReplaceAll(tty.shown.String(), "\u00a0", " ")
}

// run performs a verb, types each answer once its question stands there, and returns the exit code.
func (tty *terminal) run(d *desk, answers [][2]string, args ...string) int {
	d.t.Helper()
	cmd := d.command(args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty.slave, tty.slave, tty.slave
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	for _, a := range answers {
		for end := time.Now().Add(time.Minute); !strings.HasSuffix(strings.TrimSpace(tty.text()), a[0]); {
			if time.Now().After(end) {
				_ = cmd.Process.Kill()
				d.t.Fatalf("%v asks for no %q: %q", args, a[0], tty.text())
			}
			time.Sleep(20 * time.Millisecond)
		}
		if _, err := tty.master.WriteString(a[1] + "\n"); err != nil {
			d.t.Fatal(err)
		}
	}
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// TestVerbsAskForWhatTheyNeed: at a terminal, without showing a password; elsewhere they say how to give it.
func TestVerbsAskForWhatTheyNeed(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	s := newStory(t)
	s.found(t)
	d := s.a.as()
	for _, args := range [][]string{{"verify"}, {"repair"}, {"op", "customer.list"}, {"restore", "--before-update"}} {
		d.refused("--password-file", args...)
	}
	secret, err := os.ReadFile(s.totp)
	if err != nil {
		t.Fatal(err)
	}
	// The code of now has just been used to set up the second factor.
	code, err := user.CodeAt(strings.TrimSpace(string(secret)), time.Now().Add(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	tty := newTerminal(t)
	rc := tty.run(d, [][2]string{
		{"Identifiant :", "claire"}, {"Mot de passe :", ownerPassword}, {"votre téléphone :", code},
	}, "verify")
	if rc != 0 || !strings.Contains(tty.text(), "Le dossier est sain") {
		t.Errorf("verify ended with %d: %q", rc, tty.text())
	}
	if err := os.Remove(filepath.Join(d.dir, "book", "book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	rc = tty.run(d, [][2]string{{"Identifiant :", "luc"}, {"Mot de passe :", ownerPassword}}, "repair")
	if rc != 1 || !strings.Contains(tty.text(), "Identifiant ou mot de passe incorrect") {
		t.Errorf("repair by another ended with %d: %q", rc, tty.text())
	}
	rc = tty.run(d, [][2]string{{"Identifiant :", "claire"}, {"Mot de passe :", ownerPassword}}, "repair")
	if rc != 0 || !strings.Contains(tty.text(), "--accept") {
		t.Errorf("repair ended with %d: %q", rc, tty.text())
	}
	if strings.Contains(tty.text(), ownerPassword) {
		t.Error("the password stands on the screen")
	}
}
