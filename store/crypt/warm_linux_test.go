package crypt

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// warmFile makes a file of three different pages and opens it.
func warmFile(t *testing.T) (f *osFile, content []byte) {
	t.Helper()
	for i := range 3 {
		content = append(content, bytes.Repeat([]byte{byte(i + 1)}, pageSize)...)
	}
	opened, err := osDisk{}.open(filepath.Join(t.TempDir(), "pages"), true)
	if err != nil {
		t.Fatal(err)
	}
	f = opened.(*osFile)
	t.Cleanup(func() { _ = f.Close() }) // most tests read only; one has closed it
	if _, err := f.WriteAt(content, 0); err != nil {
		t.Fatal(err)
	}
	return f, content
}

// TestWarmReads sees that pages in memory are read at once, and that nothing else is taken for a whole read.
func TestWarmReads(t *testing.T) {
	f, content := warmFile(t)
	p := make([]byte, pageSize)
	if !f.warm.read(p, pageSize) {
		if f.warm.off.Load() {
			t.Skip("not possible where temporary files lie")
		}
		t.Fatal("a page just written is not in memory")
	}
	if !bytes.Equal(p, content[pageSize:2*pageSize]) {
		t.Error("another page was read")
	}
	if f.warm.read(p, 3*pageSize-1) || f.warm.read(p, 3*pageSize) {
		t.Error("a read across the end counts as whole")
	}
	if _, err := f.Seek(pageSize, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if f.warm.read(p, -1) {
		t.Error("read where the file stands")
	}
	if n := testing.AllocsPerRun(100, func() { f.warm.read(p, 0) }); n != 0 {
		t.Errorf("%v allocations a read", n)
	}
}

// TestWarmReadsAsUsual compares reads with those of the file itself, in memory and not.
func TestWarmReadsAsUsual(t *testing.T) {
	f, content := warmFile(t)
	for _, cold := range []bool{false, true} {
		for _, off := range []int64{-1, 0, 100, pageSize, 3*pageSize - 1, 3 * pageSize, 1 << 33} {
			for _, size := range []int{0, 1, 100, pageSize, 4 * pageSize} {
				if cold {
					if err := errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)); err != nil {
						t.Fatal(err)
					}
				}
				got, want := make([]byte, size), make([]byte, size)
				n, err := f.ReadAt(got, off)
				n2, err2 := bytes.NewReader(content).ReadAt(want, off)
				if size == 0 && off >= 0 { // a file says nothing of its end when nothing is read
					err2 = nil
				}
				if n != n2 || !bytes.Equal(got, want) || (err == nil) != (err2 == nil) ||
					errors.Is(err, io.EOF) != errors.Is(err2, io.EOF) {
					t.Errorf("%d bytes at %d, cold %v: %d, %v; want %d, %v", size, off, cold, n, err, n2, err2)
				}
			}
		}
	}
}

// TestWarmReadsClosed sees that a closed file's number is not used again.
func TestWarmReadsClosed(t *testing.T) {
	f, _ := warmFile(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(os.Args[0]) // takes the number
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }() // only read from
	if _, err := f.ReadAt(make([]byte, pageSize), 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a closed file reads: %v", err)
	}
}

// TestWarmReadsRefused sees that a file that cannot be read so is read as usual, and not asked again.
func TestWarmReadsRefused(t *testing.T) {
	file, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	f := &osFile{File: file}
	f.warm.start(file)
	defer func() { _ = f.Close() }() // only read from
	if n, err := f.ReadAt(make([]byte, 16), 0); n != 16 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if !f.warm.off.Load() {
		t.Error("it will be asked again")
	}
}
