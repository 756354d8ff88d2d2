//go:build linux

package keyring

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"zafe/app/tooltest"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// emulator starts a chip in software, with a state of its own, until the test ends.
func emulator(t *testing.T) func() (transport.TPMCloser, error) {
	t.Helper()
	tooltest.Program(t, "swtpm")
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	c := exec.CommandContext(t.Context(), "swtpm", "socket", "--tpm2", "--tpmstate", "dir="+dir,
		"--server", "type=unixio,path="+socket, "--ctrl", "type=unixio,path="+socket+".ctrl",
		"--flags", "not-need-init,startup-clear")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Process.Kill(), c.Wait() })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			return func() (transport.TPMCloser, error) { return linuxudstpm.Open(socket) }
		}
	}
	t.Fatal("the emulator did not start")
	return nil
}

func newTestChip(t *testing.T, path string) *Chip {
	t.Helper()
	return &Chip{newPatience(time.Minute), path, emulator(t)}
}

func TestTheChipKeepsGivesAndForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chip")
	c, secret := newTestChip(t, path), bytes.Repeat([]byte{7}, 32)
	if _, err := c.Get("book"); !errors.Is(err, ErrAbsent) {
		t.Fatal(err)
	}
	for _, fill := range []byte{7, 8} {
		secret = bytes.Repeat([]byte{fill}, 32)
		if err := c.Set("book", secret); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Get("book"); err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%x %v", got, err)
		}
	}
	if _, err := c.Get("another"); !errors.Is(err, ErrAbsent) {
		t.Error("given for another book:", err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, secret) {
		t.Error("the secret stands in the file", err)
	}
	for range 8 { // a chip holds few objects: each is put away again
		if _, err := c.Get("book"); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := c.Delete("book"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Get("book"); !errors.Is(err, ErrAbsent) {
		t.Error(err)
	}
}

// TestWhatOneChipSealedIsOfNoUseElsewhere, nor once a byte of it was changed.
func TestWhatOneChipSealedIsOfNoUseElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chip")
	mine := newTestChip(t, path)
	if err := mine.Set("book", bytes.Repeat([]byte{7}, 32)); err != nil {
		t.Fatal(err)
	}
	if got, err := newTestChip(t, path).Get("book"); err == nil {
		t.Errorf("another chip gave %x", got)
	}
	s := sealed{}
	got, err := mine.do(func(tp transport.TPM) ([]byte, error) {
		var err error
		if s, err = seal(tp, "book", []byte("abc")); err != nil {
			return nil, err
		}
		s.Private[len(s.Private)/2] ^= 1
		return unseal(tp, s)
	})
	if err == nil {
		t.Errorf("altered, it gave %x", got)
	}
	if _, err := mine.Get("book"); err != nil {
		t.Error("and is of use no more here:", err)
	}
}

func TestAPCWithoutAChip(t *testing.T) {
	c := NewChip(filepath.Join(t.TempDir(), "chip"))
	c.open = func() (transport.TPMCloser, error) { return linuxudstpm.Open("/nowhere") }
	if err := c.Set("book", make([]byte, 32)); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if _, err := c.Get("book"); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}
