package crypt

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLeftTemporaries: what a killed process could not remove, as on Windows, goes with the next mount; nothing
// else does.
func TestLeftTemporaries(t *testing.T) {
	dir := t.TempDir()
	keep := []string{"book.db", "zafe-notes.txt", "other.tmp"}
	for _, name := range append(keep, "zafe-1234.tmp", "zafe-987654321.tmp") {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mountOn(t, Options{TempDir: dir})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(keep) {
		t.Errorf("%v %v", left, err)
	}
	for _, name := range keep {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
