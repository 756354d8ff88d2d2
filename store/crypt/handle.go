package crypt

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// errShortRead tells SQLite that the file ended; the rest of the buffer is zero.
var errShortRead = errors.New("short read")

// handle is an open file as SQLite sees it. SQLite uses a handle from one goroutine at a time.
type handle interface {
	readAt(p []byte, off int64) error
	writeAt(p []byte, off int64) error
	truncate(size int64) error
	sync() error
	size() (int64, error)
	close() error
	main() *mainFile // nil unless the handle is a database's
}

// noIndex is embedded in handles.
type noIndex struct{}

func (noIndex) main() *mainFile { return nil }

func (f *mainFile) main() *mainFile { return f }

func (f *mainFile) close() error {
	f.db.locks.unlock(f, sqlite3.SQLITE_LOCK_NONE)
	_ = f.db.shm.change(&f.index, 0, sqlite3.SQLITE_SHM_NLOCK, sqlite3.SQLITE_SHM_UNLOCK)
	return f.db.m.release(f.db)
}

// sqlFile is the file object in SQLite's memory: its method table, and who we are.
type sqlFile struct {
	methods uintptr
	number  uintptr // in openHandles
}

// slot is one entry of the table of handles.
type slot struct {
	m *Mount
	h handle
}

// table maps numbers to values. Reading takes no lock: each call from SQLite does it.
type table[T any] struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*T]
}

// add stores v and returns its number, at least 1.
func (t *table[T]) add(v *T) uintptr {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []*T
	if old := t.list.Load(); old != nil {
		list = append(list, *old...)
	}
	for i, x := range list {
		if x == nil {
			list[i] = v
			t.list.Store(&list)
			return uintptr(i + 1)
		}
	}
	list = append(list, v)
	t.list.Store(&list)
	return uintptr(len(list))
}

func (t *table[T]) get(n uintptr) *T { return (*t.list.Load())[n-1] }

func (t *table[T]) remove(n uintptr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := append([]*T(nil), *t.list.Load()...)
	list[n-1] = nil
	t.list.Store(&list)
}

// What SQLite's numbers refer to: process-wide, as SQLite's list of VFSes is.
var (
	openHandles table[slot]
	mounts      table[Mount]
)

// handleOf finds the handle behind SQLite's pointer.
func handleOf(p uintptr) *slot { return openHandles.get((*sqlFile)(at(p)).number) }

// code translates an error for SQLite, falling back to the given code, and tells the mount.
func (m *Mount) code(err error, fallback int32) int32 {
	if err == nil {
		return sqlite3.SQLITE_OK
	}
	return m.failure(err, fallback)
}

// failure is the rest of code: most calls succeed, and need not pay for what it allocates.
func (m *Mount) failure(err error, fallback int32) int32 {
	var f *Fault
	switch {
	case err == errShortRead: //nolint:errorlint // never wrapped, and on the hot path
		return sqlite3.SQLITE_IOERR_SHORT_READ
	case errors.Is(err, errBusy):
		return sqlite3.SQLITE_BUSY
	case errors.As(err, &f):
		m.fault(f)
		switch {
		case errors.Is(f, ErrInUse):
			return sqlite3.SQLITE_BUSY
		case errors.Is(f, ErrMissingDB), errors.Is(f, ErrMissingLedger), errors.Is(f, ErrMissingWAL):
			return sqlite3.SQLITE_CANTOPEN
		}
		if fallback == sqlite3.SQLITE_CANTOPEN {
			return sqlite3.SQLITE_NOTADB
		}
		return sqlite3.SQLITE_IOERR_DATA
	case DiskFull(err):
		return sqlite3.SQLITE_FULL
	}
	m.trouble(err)
	return fallback
}

// DiskFull reports an error that means there is no room: ENOSPC, EDQUOT, or Windows'
// ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
func DiskFull(err error) bool {
	var n syscall.Errno
	return errors.As(err, &n) && isDiskFull(n)
}

func ioRead(_ *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	s := handleOf(p)
	return s.m.code(s.h.readAt(bytesAt(buf, int(n)), off), sqlite3.SQLITE_IOERR_READ)
}

func ioWrite(_ *libc.TLS, p, buf uintptr, n int32, off int64) int32 {
	s := handleOf(p)
	return s.m.code(s.h.writeAt(bytesAt(buf, int(n)), off), sqlite3.SQLITE_IOERR_WRITE)
}

func ioTruncate(_ *libc.TLS, p uintptr, size int64) int32 {
	s := handleOf(p)
	return s.m.code(s.h.truncate(size), sqlite3.SQLITE_IOERR_TRUNCATE)
}

func ioSync(_ *libc.TLS, p uintptr, _ int32) int32 {
	s := handleOf(p)
	return s.m.code(s.h.sync(), sqlite3.SQLITE_IOERR_FSYNC)
}

func ioFileSize(_ *libc.TLS, p, out uintptr) int32 {
	s := handleOf(p)
	n, err := s.h.size()
	setInt64(out, n)
	return s.m.code(err, sqlite3.SQLITE_IOERR_FSTAT)
}

func ioClose(_ *libc.TLS, p uintptr) int32 {
	n := (*sqlFile)(at(p)).number
	s := openHandles.get(n)
	openHandles.remove(n)
	(*sqlFile)(at(p)).methods = 0
	return s.m.code(s.h.close(), sqlite3.SQLITE_IOERR_CLOSE)
}

func ioLock(_ *libc.TLS, p uintptr, level int32) int32 {
	s := handleOf(p)
	if f := s.h.main(); f != nil {
		return s.m.code(f.db.locks.lock(f, level), sqlite3.SQLITE_IOERR_LOCK)
	}
	return sqlite3.SQLITE_OK
}

func ioUnlock(_ *libc.TLS, p uintptr, level int32) int32 {
	if f := handleOf(p).h.main(); f != nil {
		f.db.locks.unlock(f, level)
	}
	return sqlite3.SQLITE_OK
}

func ioCheckReservedLock(_ *libc.TLS, p, out uintptr) int32 {
	setInt32(out, 0)
	if f := handleOf(p).h.main(); f != nil && f.db.locks.taken() {
		setInt32(out, 1)
	}
	return sqlite3.SQLITE_OK
}

func ioSectorSize(_ *libc.TLS, _ uintptr) int32 { return pageSize }

// ioDevice promises only that a write does not damage bytes beside it. Sub-page reads, atomic
// writes and the like, which the platform's VFS offers, would bypass the sealing.
func ioDevice(_ *libc.TLS, _ uintptr) int32 { return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE }

func ioShmMap(tls *libc.TLS, p uintptr, n, size, extend int32, out uintptr) int32 {
	s := handleOf(p)
	f := s.h.main()
	if f == nil {
		return sqlite3.SQLITE_IOERR_SHMMAP
	}
	r, err := f.db.shm.region(tls, n, size, extend != 0)
	*(*uintptr)(at(out)) = r
	return s.m.code(err, sqlite3.SQLITE_NOMEM)
}

func ioShmLock(_ *libc.TLS, p uintptr, first, n, flags int32) int32 {
	s := handleOf(p)
	f := s.h.main()
	if f == nil {
		return sqlite3.SQLITE_IOERR_SHMLOCK
	}
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 && first == writeLock && f.index.owned&(1<<writeLock) != 0 {
		f.db.log.abandoned()
	}
	return s.m.code(f.db.shm.change(&f.index, first, n, flags), sqlite3.SQLITE_IOERR_SHMLOCK)
}

func ioShmBarrier(_ *libc.TLS, p uintptr) {
	f := handleOf(p).h.main()
	if f == nil {
		return
	}
	if f.index.owned&(1<<writeLock) != 0 {
		f.db.log.published()
	}
	f.db.shm.barrier()
}

func ioShmUnmap(_ *libc.TLS, p uintptr, _ int32) int32 {
	if f := handleOf(p).h.main(); f != nil {
		_ = f.db.shm.change(&f.index, 0, sqlite3.SQLITE_SHM_NLOCK, sqlite3.SQLITE_SHM_UNLOCK)
	}
	return sqlite3.SQLITE_OK
}

// newMethods builds the method table. Version 2: SQLite must not map files, which are ciphertext.
func newMethods(p uintptr) {
	*(*sqlite3.Tsqlite3_io_methods)(at(p)) = sqlite3.Tsqlite3_io_methods{
		FiVersion:               2,
		FxClose:                 funcAddr(ioClose),
		FxRead:                  funcAddr(ioRead),
		FxWrite:                 funcAddr(ioWrite),
		FxTruncate:              funcAddr(ioTruncate),
		FxSync:                  funcAddr(ioSync),
		FxFileSize:              funcAddr(ioFileSize),
		FxLock:                  funcAddr(ioLock),
		FxUnlock:                funcAddr(ioUnlock),
		FxCheckReservedLock:     funcAddr(ioCheckReservedLock),
		FxFileControl:           funcAddr(ioFileControl),
		FxSectorSize:            funcAddr(ioSectorSize),
		FxDeviceCharacteristics: funcAddr(ioDevice),
		FxShmMap:                funcAddr(ioShmMap),
		FxShmLock:               funcAddr(ioShmLock),
		FxShmBarrier:            funcAddr(ioShmBarrier),
		FxShmUnmap:              funcAddr(ioShmUnmap),
	}
}

const methodsSize = unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})
