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

// TestABlockStaysWhereItIs: what was sealed as one block of one temporary file opens as no other, of none other.
func TestABlockStaysWhereItIs(t *testing.T) {
	s := newSuite(testRoot.Sub("temporary"))
	files := [2]*tempFile{newTempFile(s, t.TempDir()), newTempFile(s, t.TempDir())}
	page := make([]byte, pageSize)
	for i, f := range files {
		for n := range int64(2) {
			page[0] = byte(10*i) + byte(n)
			if err := f.writeAt(page, n*pageSize); err != nil {
				t.Fatal(err)
			}
		}
		defer func() { _ = f.close() }()
	}
	block := func(f *tempFile, n int64) []byte {
		b := make([]byte, blockOnDisk)
		if _, err := f.f.ReadAt(b, n*blockOnDisk); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for what, other := range map[string][]byte{
		"another block": block(files[0], 1), "another file's": block(files[1], 0),
	} {
		was := block(files[0], 0)
		if _, err := files[0].f.WriteAt(other, 0); err != nil {
			t.Fatal(err)
		}
		if err := files[0].readAt(page, 0); err == nil {
			t.Errorf("%s is read", what)
		}
		if _, err := files[0].f.WriteAt(was, 0); err != nil {
			t.Fatal(err)
		}
		if err := files[0].readAt(page, 0); err != nil || page[0] != 0 {
			t.Error(err)
		}
	}
}
