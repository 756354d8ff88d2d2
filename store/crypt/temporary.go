package crypt

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// memoryFile is a file in memory: the rollback journal of a database being created.
type memoryFile struct {
	mu   sync.Mutex
	data []byte
}

func (f *memoryFile) readAt(p []byte, off int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	if off < int64(len(f.data)) {
		n = copy(p, f.data[off:])
	}
	if n < len(p) {
		clear(p[n:])
		return errShortRead
	}
	return nil
}

func (f *memoryFile) writeAt(p []byte, off int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if end := off + int64(len(p)); end > int64(len(f.data)) {
		f.data = append(f.data, make([]byte, end-int64(len(f.data)))...)
	}
	copy(f.data[off:], p)
	return nil
}

func (f *memoryFile) truncate(size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.data = f.data[:min(size, int64(len(f.data)))]
	return nil
}

func (f *memoryFile) size() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.data)), nil
}

// journalHandle is one connection's handle of a memoryFile, which outlives it.
type journalHandle struct {
	noIndex
	*memoryFile
}

func (journalHandle) sync() error  { return nil }
func (journalHandle) close() error { return nil }

// blockOnDisk is the size of a sealed 4096-byte block of a temporary file.
const blockOnDisk = pageSize + overhead

// tempFile holds what SQLite spills: sorts, temporary tables, statement journals. Blocks are sealed
// under a key that only this process ever knows.
type tempFile struct {
	noIndex
	s      *suite
	f      *os.File // nil until something is written
	dir    string
	path   string
	aad    pageAAD
	length int64
	block  [blockOnDisk]byte
}

// The name of a temporary file: what os.CreateTemp puts between is of no consequence.
const tempPrefix, tempSuffix = "zafe-", ".tmp"

// removeTemps removes what a killed process left behind, where an open file has to keep its name. One that is in
// use stays, or loses a name that it does not need.
func removeTemps(dir string) {
	files, _ := os.ReadDir(dir) // a folder that cannot be listed is met again when a file is made in it
	for _, f := range files {
		if strings.HasPrefix(f.Name(), tempPrefix) && strings.HasSuffix(f.Name(), tempSuffix) {
			_ = os.Remove(filepath.Join(dir, f.Name()))
		}
	}
}

func newTempFile(s *suite, dir string) *tempFile {
	return &tempFile{s: s, dir: dir, aad: newPageAAD(newID())}
}

// open makes the file; where an open file can be removed, its name is gone at once.
func (t *tempFile) open() error {
	f, err := os.CreateTemp(t.dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		return err
	}
	t.f, t.path = f, f.Name()
	if runtime.GOOS != "windows" {
		_ = os.Remove(t.path) // tried again on closing
	}
	return nil
}

// load opens block n into t.block; blocks never written are empty.
func (t *tempFile) load(n int64) error {
	if t.f == nil || n*pageSize >= t.length {
		clear(t.block[:])
		return nil
	}
	got, err := t.f.ReadAt(t.block[:], n*blockOnDisk)
	if got < blockOnDisk {
		return errors.Join(err, errors.New("temporary file is too short"))
	}
	if !t.s.open(t.block[:], t.block[:], t.aad.page(uint32(n))) {
		return &Fault{Kind: ErrTampered, File: t.path, Page: uint32(n + 1), What: "does not open"}
	}
	if end := t.length - n*pageSize; end < pageSize {
		clear(t.block[end:pageSize]) // cut off earlier
	}
	return nil
}

// store seals t.block as block n.
func (t *tempFile) store(n int64) error {
	t.s.seal(t.block[:], t.block[:pageSize], t.aad.page(uint32(n)))
	_, err := t.f.WriteAt(t.block[:], n*blockOnDisk)
	return err
}

func (t *tempFile) readAt(p []byte, off int64) error {
	short := false
	if end := off + int64(len(p)); end > t.length {
		n := max(t.length-off, 0)
		clear(p[n:])
		p, short = p[:n], true
	}
	for len(p) > 0 {
		if err := t.load(off / pageSize); err != nil {
			return err
		}
		n := copy(p, t.block[off%pageSize:pageSize])
		p, off = p[n:], off+int64(n)
	}
	if short {
		return errShortRead
	}
	return nil
}

func (t *tempFile) writeAt(p []byte, off int64) error {
	if t.f == nil {
		if err := t.open(); err != nil {
			return err
		}
	}
	if off > t.length { // SQLite may skip: what lies between reads as zeros
		if err := t.truncate(off); err != nil {
			return err
		}
	}
	for len(p) > 0 {
		n, in := off/pageSize, int(off%pageSize)
		if in == 0 && len(p) >= pageSize {
			clear(t.block[:])
		} else if err := t.load(n); err != nil {
			return err
		}
		k := copy(t.block[in:pageSize], p)
		if err := t.store(n); err != nil {
			return err
		}
		p, off = p[k:], off+int64(k)
		t.length = max(t.length, off)
	}
	return nil
}

func (t *tempFile) truncate(size int64) error {
	if t.f == nil && size == 0 {
		return nil
	}
	if t.f == nil {
		if err := t.open(); err != nil {
			return err
		}
	}
	for t.length < size { // lengthen block by block
		n := t.length / pageSize
		if err := t.load(n); err != nil {
			return err
		}
		if err := t.store(n); err != nil {
			return err
		}
		t.length = min((n+1)*pageSize, size)
	}
	t.length = size
	blocks := (size + pageSize - 1) / pageSize
	return t.f.Truncate(blocks * blockOnDisk)
}

func (t *tempFile) sync() error          { return nil } // nobody reads it after a crash
func (t *tempFile) size() (int64, error) { return t.length, nil }

func (t *tempFile) close() error {
	if t.f == nil {
		return nil
	}
	err := t.f.Close()
	if rm := os.Remove(t.path); rm != nil && !errors.Is(rm, os.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}
