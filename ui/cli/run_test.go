package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the program without a desktop, built once for all tests of this package, or the one that
// ZAFE_BINARY names.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("ZAFE_BINARY"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "zafe-cli-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "zafe")
	cmd := exec.Command("go", "build", "-tags", "headless,fastdev", "-o", path, "zafe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	if to := os.Getenv(strange); to != "" {
		fmt.Fprintln(os.Stderr, stranger(to))
		os.Exit(1)
	}
	code := m.Run()
	if path, err := binary(); err == nil && os.Getenv("ZAFE_BINARY") == "" {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// desk is a PC: its data folder, its temporary files, and what its people type.
type desk struct {
	t         *testing.T
	dir, temp string
	flags     []string // given to every verb
	network   []string // what puts its programs on a network of their own; nil for this machine's
}

func newDesk(t *testing.T, root, name string, flags ...string) *desk {
	t.Helper()
	d := &desk{t: t, dir: filepath.Join(root, name), temp: filepath.Join(root, name+"-tmp"), flags: flags}
	if err := os.MkdirAll(d.temp, 0o700); err != nil {
		t.Fatal(err)
	}
	return d
}

// as gives the same PC with other flags.
func (d *desk) as(flags ...string) *desk {
	c := *d
	c.flags = flags
	return &c
}

func (d *desk) command(args ...string) *exec.Cmd {
	d.t.Helper()
	path, err := binary()
	if err != nil {
		d.t.Fatal(err)
	}
	all := append(append(append(slices.Clone(d.network), path, "--dir", d.dir), d.flags...), args...)
	cmd := exec.CommandContext(d.t.Context(), all[0], all[1:]...)
	cmd.Env = append(os.Environ(), "TMPDIR="+d.temp, "LANG=fr_FR.UTF-8", "ZAFE_DIR=")
	cmd.Dir = d.temp
	return cmd
}

// run performs a verb and returns what it printed and its exit code.
func (d *desk) run(stdin string, args ...string) (out, refusal string, code int) {
	d.t.Helper()
	cmd := d.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	return stdout.String(), strings.TrimSuffix(stderr.String(), "\n"), cmd.ProcessState.ExitCode()
}

// ok performs a verb that must succeed and say nothing on the error stream.
func (d *desk) ok(args ...string) string {
	d.t.Helper()
	out, refusal, code := d.run("", args...)
	if code != 0 || refusal != "" {
		d.t.Fatalf("zafe %s: code %d: %s", strings.Join(args, " "), code, refusal)
	}
	return out
}

// refused performs a verb that must end with 1 and one sentence that holds what is wanted.
func (d *desk) refused(want string, args ...string) {
	d.t.Helper()
	out, refusal, code := d.run("", args...)
	sentence(d.t, strings.Join(args, " "), refusal, code)
	if !strings.Contains(refusal, want) {
		d.t.Errorf("zafe %s: refused with %q, want %q", strings.Join(args, " "), refusal, want)
	}
	if out != "" {
		d.t.Errorf("zafe %s: refused, yet printed %.300q", strings.Join(args, " "), out)
	}
}

// sentence checks that a refusal is one line a person can read.
func sentence(t *testing.T, what, refusal string, code int) {
	t.Helper()
	if code != 1 {
		t.Errorf("zafe %s: code %d, want 1 (%s)", what, code, refusal)
	}
	if refusal == "" || strings.Contains(refusal, "\n") || !strings.HasSuffix(refusal, ".") ||
		strings.Contains(refusal, "{{") || strings.Contains(refusal, "goroutine") {
		t.Errorf("zafe %s: not one sentence: %q", what, refusal)
	}
}

// op performs an operation and reads its answer.
func op[T any](d *desk, name string, req any) (answer T) {
	d.t.Helper()
	body, err := json.Marshal(req)
	if err != nil {
		d.t.Fatal(err)
	}
	out := d.ok("op", name, string(body))
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		d.t.Fatalf("%s: %v in %s", name, err, out)
	}
	return answer
}

// call is a line of `op --lines`.
type call struct {
	Op      string `json:"op"`
	ID      string `json:"id,omitempty"`
	Request any    `json:"request,omitempty"`
}

func lines(t *testing.T, calls []call) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	for _, c := range calls {
		if err := e.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// answers reads the answers of `op --lines`.
func answers[T any](t *testing.T, out string) (all []T) {
	t.Helper()
	for line := range strings.Lines(out) {
		var a T
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, a)
	}
	return all
}

// host is a running `serve`.
type host struct {
	cmd        *exec.Cmd
	addr, code string
	stderr     *bytes.Buffer
}

// serve starts the host and waits until it tells where it listens, and its code when it invites.
func (d *desk) serve(listen string, more ...string) *host {
	d.t.Helper()
	h := &host{cmd: d.command(append([]string{"serve", "--listen", listen}, more...)...), stderr: &bytes.Buffer{}}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	h.cmd.Stderr = h.stderr
	if err := h.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = h.cmd.Process.Kill() })
	r := bufio.NewScanner(out)
	for wanted := 1 + len(more); wanted > 0; wanted-- {
		if !r.Scan() {
			_ = h.cmd.Wait()
			d.t.Fatalf("serve: %v %s", r.Err(), h.stderr)
		}
		for word := range strings.FieldsSeq(r.Text()) {
			switch {
			case strings.HasPrefix(word, "127.0.0.1:"):
				h.addr = strings.TrimSuffix(word, ".")
			case len(word) == 9 && word[4] == '-' && strings.ToUpper(word) == word:
				h.code = word
			}
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return h
}

// stop asks the host to end, as closing the session does.
func (h *host) stop(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("serve ended badly: %v %s", err, h.stderr)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("serve does not end")
	}
}

// kill ends the host as a power cut does.
func (h *host) kill(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait()
}

// write makes a file and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
