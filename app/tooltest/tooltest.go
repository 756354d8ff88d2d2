// Package tooltest gives tests the programs of this machine that they check with. Only tests may import it.
package tooltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Lacks ends a test that cannot run here. What .ci/deps installs must be there where CI or ZAFE_ALL_SERVERS is
// set: the test fails; elsewhere it is skipped.
func Lacks(t testing.TB, what ...any) {
	t.Helper()
	if os.Getenv("CI") != "" || os.Getenv("ZAFE_ALL_SERVERS") != "" {
		t.Fatal(what...)
	}
	t.Skip(what...)
}

// Program finds what a test needs, or ends it; see Lacks.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Lacks(t, err)
	}
	return path
}

// Say runs a program on a content, whose file the argument "FILE" stands for, and returns what it says.
func Say(t testing.TB, content []byte, name string, args ...string) string {
	t.Helper()
	program := Program(t, name)
	file := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	args = slices.Clone(args)
	for i, a := range args {
		if a == "FILE" {
			args[i] = file
		}
	}
	var out, refused bytes.Buffer
	c := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // only tests call it
	c.Stdout, c.Stderr = &out, &refused
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out.String(), refused.String())
	}
	return out.String()
}
