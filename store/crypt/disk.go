package crypt

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"zafe/app/durable"

	"github.com/gofrs/flock"
)

// fileMode is the mode of every file made here: the owner of the process, nobody else.
const fileMode fs.FileMode = 0o600

// disk is where files live; tests replace it to simulate power cuts and failing hardware.
type disk interface {
	open(path string, create bool) (diskFile, error)
	size(path string) (int64, error) // fs.ErrNotExist if absent
	remove(path string) error
	rename(from, to string) error
	syncDir(path string) error // makes creations, renames and removals in path's folder durable
	lock(path string) (io.Closer, error)
}

// diskFile is one open file. Its methods are safe for concurrent use, except that Close comes last.
type diskFile interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	Truncate(size int64) error
	Size() (int64, error)
	Close() error
}

// osDisk is the real thing.
type osDisk struct{}

type osFile struct {
	*os.File
	warm warmReads
}

// ReadAt reads as the file does, and what the system has in its memory in less time.
func (f *osFile) ReadAt(p []byte, off int64) (int, error) {
	if f.warm.read(p, off) {
		return len(p), nil
	}
	return f.File.ReadAt(p, off)
}

// Close closes the file.
func (f *osFile) Close() error {
	f.warm.stop()
	return f.File.Close()
}

// Size returns the file's length in bytes.
func (f *osFile) Size() (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func (osDisk) open(path string, create bool) (diskFile, error) {
	flag := os.O_RDWR
	if create {
		flag |= os.O_CREATE
	}
	file, err := os.OpenFile(path, flag, fileMode)
	if err != nil {
		return nil, err
	}
	f := &osFile{File: file}
	f.warm.start(file)
	return f, nil
}

func (osDisk) size(path string) (int64, error) {
	st, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if !st.Mode().IsRegular() {
		return 0, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	return st.Size(), nil
}

// remove deletes path. On Windows a virus scanner may hold a file for a moment: it is retried.
func (osDisk) remove(path string) error { return retry(func() error { return os.Remove(path) }) }

func (osDisk) rename(from, to string) error {
	return retry(func() error { return os.Rename(from, to) }) //nolint:gosec // the book is where its owner says
}

func retry(f func() error) error {
	err := f()
	for wait := 5 * time.Millisecond; runtime.GOOS == "windows" && wait < time.Second; wait *= 2 {
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			break
		}
		time.Sleep(wait)
		err = f()
	}
	return err
}

func (osDisk) syncDir(path string) error { return durable.Folder(filepath.Dir(path)) }

// processLock is an exclusive lock on a file of its own, removed on release.
type processLock struct {
	f    *flock.Flock
	path string
}

// lock takes the lock on path, or fails with ErrInUse. The file is removed on release; whoever
// obtained the lock on a file no longer under its name tries again.
func (osDisk) lock(path string) (io.Closer, error) {
	for range 16 {
		f := flock.New(path, flock.SetPermissions(fileMode))
		ok, err := f.TryLock()
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, &Fault{Kind: ErrInUse, File: path}
		}
		held, err1 := f.Stat()
		named, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(held, named) {
			return &processLock{f, path}, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return nil, &Fault{Kind: ErrInUse, File: path}
}

// Free fails with [ErrInUse] while a process has the database at path open. It needs no key, so that a
// database that can no longer be opened can be moved away.
func Free(path string) error {
	lock, err := osDisk{}.lock(path + lockSuffix)
	if err != nil {
		return err
	}
	return lock.Close()
}

// Lock takes an exclusive lock on a file made for it, until it is closed or the process ends. It fails with
// [ErrInUse] while another has it.
func Lock(path string) (io.Closer, error) { return osDisk{}.lock(path) }

// Rename gives a file or folder another name. On Windows a virus scanner may hold it for a moment: it is
// tried again for a second.
func Rename(from, to string) error { return osDisk{}.rename(from, to) }

// IsLock tells whether a file beside a database is its lock: it has no content, and on Windows it cannot
// be read while the database is open.
func IsLock(name string) bool { return strings.HasSuffix(name, lockSuffix) }

// Close removes the lock file, where an open file can be removed, and lets go of the lock.
func (l *processLock) Close() error {
	if runtime.GOOS != "windows" {
		_ = os.Remove(l.path) // a left-over lock file is harmless
	}
	return l.f.Close()
}

// replaceFile puts data under path so that a crash leaves the old content or the new.
func replaceFile(d disk, path string, data []byte) error {
	if err := prepareFile(d, path, data); err != nil {
		return err
	}
	return installFile(d, path)
}

// prepareFile writes what is to replace path beside it, flushed. On error nothing stays.
func prepareFile(d disk, path string, data []byte) error {
	tmp := path + newSuffix
	f, err := d.open(tmp, true)
	if err != nil {
		return err
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt(data, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = d.remove(tmp)
	}
	return err
}

// installFile gives what was prepared its name. Where it fails, either may be under it.
func installFile(d disk, path string) error {
	tmp := path + newSuffix
	if err := d.rename(tmp, path); err != nil {
		_ = d.remove(tmp)
		return err
	}
	return d.syncDir(path)
}

// readFile reads at most limit bytes of path.
func readFile(d disk, path string, limit int64) ([]byte, error) {
	size, err := d.size(path)
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, &Fault{Kind: ErrTampered, File: path, What: "larger than it can be"}
	}
	f, err := d.open(path, false)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, size), buf)
	return buf, errors.Join(err, f.Close())
}
