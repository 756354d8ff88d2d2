package crypt

import (
	"errors"
	"sync"
	"sync/atomic"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// errBusy is a lock another connection holds.
var errBusy = errors.New("busy")

// sharedIndex is the index of the log that SQLite keeps in shared memory. A database is open in one
// process only, so the memory is this process's own and no -shm file exists.
type sharedIndex struct {
	mu      sync.Mutex
	regions []uintptr
	shared  [sqlite3.SQLITE_SHM_NLOCK]int
	owned   [sqlite3.SQLITE_SHM_NLOCK]bool
	fence   atomic.Uint32
}

// writeLock is the lock on the index of the one connection that writes to the log (https://sqlite.org/walformat.html,
// 2.3.1). Between two barriers SQLite shows the others what it committed, when all of its frames are written.
const writeLock = 0

// indexLocks are the locks one connection holds on the index, as bit masks.
type indexLocks struct{ shared, owned uint32 }

// region returns the address of a region, allocating up to it if extend is set; 0 if there is none.
func (x *sharedIndex) region(tls *libc.TLS, n, size int32, extend bool) (uintptr, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for extend && int32(len(x.regions)) <= n {
		p := sqlite3.Xsqlite3_malloc64(tls, sqlite3.Tsqlite3_uint64(size))
		if p == 0 {
			return 0, errors.New("out of memory")
		}
		clear(bytesAt(p, int(size)))
		x.regions = append(x.regions, p)
	}
	if int32(len(x.regions)) <= n {
		return 0, nil
	}
	return x.regions[n], nil
}

// backfillAt is where SQLite's index says how many frames of the log are in the database: behind two copies of its
// header (https://sqlite.org/walformat.html, 2.3).
const backfillAt = 2 * 48

// again has the next checkpoint copy every frame of the log, after a flush of the database that failed: the system may
// have dropped what it could not write and call the next flush done without it, and what an earlier checkpoint copied
// would not be copied again. Whoever flushes holds the lock of the checkpoint, if there is a log.
func (x *sharedIndex) again() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.regions) > 0 {
		atomic.StoreUint32((*uint32)(at(x.regions[0]+backfillAt)), 0)
	}
}

// free gives the regions back.
func (x *sharedIndex) free() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.regions) == 0 {
		return
	}
	tls := libc.NewTLS()
	defer tls.Close()
	for _, p := range x.regions {
		sqlite3.Xsqlite3_free(tls, p)
	}
	x.regions = nil
}

// change takes or releases the locks first..first+n-1 for one connection, as SQLite's xShmLock.
func (x *sharedIndex) change(own *indexLocks, first, n, flags int32) error {
	if first < 0 || n < 1 || first+n > sqlite3.SQLITE_SHM_NLOCK {
		return errors.New("no such lock")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	mask := (uint32(1)<<n - 1) << first
	switch {
	case flags&sqlite3.SQLITE_SHM_UNLOCK != 0:
		x.release(own, mask)
		return nil
	case flags&sqlite3.SQLITE_SHM_SHARED != 0:
		return x.share(own, mask)
	}
	return x.own(own, mask)
}

func (x *sharedIndex) release(own *indexLocks, mask uint32) {
	for i := range x.shared {
		bit := uint32(1) << i & mask
		if own.shared&bit != 0 {
			x.shared[i]--
		}
		if own.owned&bit != 0 {
			x.owned[i] = false
		}
	}
	own.shared &^= mask
	own.owned &^= mask
}

func (x *sharedIndex) share(own *indexLocks, mask uint32) error {
	mask &^= own.shared
	for i := range x.shared {
		if mask&(1<<i) != 0 && x.owned[i] {
			return errBusy
		}
	}
	for i := range x.shared {
		if mask&(1<<i) != 0 {
			x.shared[i]++
		}
	}
	own.shared |= mask
	return nil
}

func (x *sharedIndex) own(own *indexLocks, mask uint32) error {
	mask &^= own.owned
	for i := range x.shared {
		if mask&(1<<i) != 0 && (x.owned[i] || x.shared[i] > 0) {
			return errBusy
		}
	}
	for i := range x.shared {
		if mask&(1<<i) != 0 {
			x.owned[i] = true
		}
	}
	own.owned |= mask
	return nil
}

// barrier orders the memory accesses before it and after it.
func (x *sharedIndex) barrier() { x.fence.Add(1) }

// fileLocks are SQLite's five lock levels on the database file, between the connections of this
// process.
type fileLocks struct {
	mu       sync.Mutex
	shared   int
	reserved *mainFile // holds RESERVED or more
	pending  *mainFile // waits for the readers to leave, or holds EXCLUSIVE
}

func (l *fileLocks) lock(f *mainFile, level int32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.level >= level {
		return nil
	}
	others := func(p *mainFile) bool { return p != nil && p != f }
	if others(l.pending) || level > sqlite3.SQLITE_LOCK_SHARED && others(l.reserved) {
		return errBusy
	}
	if f.level == sqlite3.SQLITE_LOCK_NONE {
		l.shared++
		f.level = sqlite3.SQLITE_LOCK_SHARED
	}
	if level == sqlite3.SQLITE_LOCK_SHARED {
		return nil
	}
	l.reserved = f
	if level == sqlite3.SQLITE_LOCK_EXCLUSIVE {
		l.pending = f
		if l.shared > 1 {
			f.level = sqlite3.SQLITE_LOCK_PENDING
			return errBusy
		}
	}
	f.level = level
	return nil
}

func (l *fileLocks) unlock(f *mainFile, level int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.level <= level {
		return
	}
	if l.reserved == f {
		l.reserved = nil
	}
	if l.pending == f {
		l.pending = nil
	}
	if level == sqlite3.SQLITE_LOCK_NONE {
		l.shared--
	}
	f.level = level
}

func (l *fileLocks) taken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reserved != nil
}
