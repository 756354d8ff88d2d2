package blob

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zafe/store/crypt"
)

// names are those of contents that come back, and what they hold.
func names(t *testing.T, f *Folder, contents ...string) []string {
	t.Helper()
	var all []string
	for _, data := range contents {
		c, err := f.Receive(t.Context(), strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Discard(); err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Name)
	}
	return all
}

func bring(t *testing.T, f *Folder, name, data string) {
	t.Helper()
	if err := f.Bring(t.Context(), strings.NewReader(data), name, crypt.StreamKey{7}); err != nil {
		t.Fatal(err)
	}
}

// here tells how many of some contents are there, and how many files are half written.
func here(t *testing.T, f *Folder, names []string, contents []string) (whole, half int) {
	t.Helper()
	for i, name := range names {
		is, err := f.Has(name, int64(len(contents[i])))
		if err != nil {
			t.Fatal(err)
		}
		if is {
			whole++
		}
	}
	left, err := filepath.Glob(filepath.Join(f.dir, "*"+newSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return whole, len(left)
}

func TestBroughtContentsGetTheirNamesTogether(t *testing.T) {
	contents := []string{"one", "two", strings.Repeat("three", 50_000)}
	f := New(filepath.Join(t.TempDir(), "files"), NameKey{1})
	var told []string
	f.Changed = func(name string) { told = append(told, name) }
	all := names(t, f, contents...)
	for i, name := range all {
		bring(t, f, name, contents[i])
	}
	if whole, half := here(t, f, all, contents); whole != 0 || half != 3 || len(told) != 0 {
		t.Errorf("before: %d are there, %d wait, %d told of", whole, half, len(told))
	}

	// Another process finds nothing but what is to be removed, and they are brought again.
	again := New(f.dir, NameKey{1})
	if err := again.Tidy(); err != nil {
		t.Fatal(err)
	}
	if whole, half := here(t, again, all, contents); whole != 0 || half != 0 {
		t.Errorf("after a kill: %d are there, %d wait", whole, half)
	}
	if err := f.Settle(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what is gone was settled: %v", err)
	}
	for i, name := range all {
		bring(t, f, name, contents[i])
	}
	if err := f.Settle(); err != nil {
		t.Fatal(err)
	}
	if whole, half := here(t, f, all, contents); whole != 3 || half != 0 || len(told) != 3 {
		t.Errorf("after: %d are there, %d wait, %d told of", whole, half, len(told))
	}
	for i, name := range all {
		in, err := f.Read(name, crypt.StreamKey{7})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(in); err != nil || got.String() != contents[i] {
			t.Errorf("%d: %d bytes, %v", i, got.Len(), err)
		}
		_ = in.Close()
	}
	if f.coming.users != 0 {
		t.Errorf("%d still hold the disk", f.coming.users)
	}
}

func TestAnotherContentIsNotBrought(t *testing.T) {
	f := New(filepath.Join(t.TempDir(), "files"), NameKey{1})
	all := names(t, f, "one", "two")
	if err := f.Bring(t.Context(), strings.NewReader("two"), all[0], crypt.StreamKey{7}); !errors.Is(err, ErrOther) {
		t.Errorf("another content: %v", err)
	}
	if err := f.Settle(); err != nil {
		t.Fatal(err)
	}
	if whole, half := here(t, f, all, []string{"one", "two"}); whole != 0 || half != 0 || f.coming.users != 0 {
		t.Errorf("%d are there, %d wait, %d hold the disk", whole, half, f.coming.users)
	}
}

// TestNoNameBeforeTheFlush: a name whose content is not on the disk would be a damaged attachment after a power cut.
func TestNoNameBeforeTheFlush(t *testing.T) {
	f := New(filepath.Join(t.TempDir(), "files"), NameKey{1})
	contents := []string{"one", "two"}
	all := names(t, f, contents...)
	flushed := errors.New("the disk is gone")
	for i, name := range all {
		bring(t, f, name, contents[i])
	}
	f.coming.flush = func(disk, []*Content) error {
		if whole, half := here(t, f, all, contents); whole != 0 || half != 2 {
			t.Errorf("when they are flushed, %d have names and %d wait", whole, half)
		}
		return flushed
	}
	if err := f.Settle(); !errors.Is(err, flushed) {
		t.Errorf("a flush that failed: %v", err)
	}
	if whole, half := here(t, f, all, contents); whole != 0 || half != 0 {
		t.Errorf("after it %d have names and %d wait", whole, half)
	}
}

// TestFlushEach is the way where a file system has no call for all of it.
func TestFlushEach(t *testing.T) {
	f := New(filepath.Join(t.TempDir(), "files"), NameKey{1})
	var all []*Content
	for range 20 {
		c, err := f.Receive(t.Context(), strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := flushEach(all); err != nil {
		t.Error(err)
	}
	if err := all[7].Discard(); err != nil {
		t.Fatal(err)
	}
	if err := flushEach(all); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("one that is gone: %v", err)
	}
}
