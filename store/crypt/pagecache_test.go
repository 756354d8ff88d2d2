package crypt

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// cacheModel is a page cache without its lists: what is there, what of it is in use, and in which order the rest
// came to rest.
type cacheModel struct {
	slots map[uint32]uintptr // of what is in the cache
	used  map[uint32]bool
	idle  []uint32
	marks map[uint32]byte // what was written on the page
}

func (m *cacheModel) drop(n uint32) {
	delete(m.slots, n)
	delete(m.used, n)
	delete(m.marks, n)
	for i, x := range m.idle {
		if x == n {
			m.idle = append(m.idle[:i:i], m.idle[i+1:]...)
			break
		}
	}
}

func (m *cacheModel) evict(limit int) {
	for len(m.slots) > limit && len(m.idle) > 0 {
		m.drop(m.idle[0])
	}
}

// pick is a page in use, or not.
func (m *cacheModel) pick(rnd *rand.Rand, used bool) (uint32, bool) {
	for range 20 {
		n := 1 + rnd.Uint32N(600)
		if _, here := m.slots[n]; here && m.used[n] == used {
			return n, true
		}
	}
	return 0, false
}

// cacheThread is what SQLite's functions are called with.
func cacheThread(t *testing.T) *libc.TLS {
	t.Helper()
	installPageCache() // too late after the first call
	tls := libc.NewTLS()
	t.Cleanup(tls.Close)
	return tls
}

// TestPageCacheDoesWhatSQLiteExpects compares with a plain model of sqlite.org/c3ref/pcache_methods2.html, each page
// with a mark of its own: none is lost, moved or given to two.
func TestPageCacheDoesWhatSQLiteExpects(t *testing.T) {
	tls := cacheThread(t)
	for _, purgeable := range []bool{true, false} {
		for seed := range uint64(40) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			c := newPageCache(pageSize, 200, purgeable)
			limit := 5 + rnd.IntN(400)
			c.resize(limit)
			m := &cacheModel{map[uint32]uintptr{}, map[uint32]bool{}, nil, map[uint32]byte{}}
			for step := range 6000 {
				switch what := rnd.IntN(100); {
				case what < 55:
					n, create := 1+rnd.Uint32N(600), int32(rnd.IntN(3))
					_, here := m.slots[n]
					refused := !here && (create == 0 || create == 1 && len(m.used) >= c.limit*9/10)
					if !here && !refused && purgeable && len(m.slots)+1 >= limit && len(m.idle) > 0 {
						m.drop(m.idle[0])
					}
					slot := c.fetch(tls, n, create)
					switch {
					case refused != (slot == 0):
						t.Fatalf("step %d: page %d of %d, create %d: slot %x", step, n, len(m.slots), create, slot)
					case refused:
						continue
					case here && slot != m.slots[n]:
						t.Fatalf("step %d: page %d moved", step, n)
					}
					p := (*sqlite3.Tsqlite3_pcache_page)(at(slot))
					if here {
						for i, x := range m.idle {
							if x == n {
								m.idle = append(m.idle[:i:i], m.idle[i+1:]...)
								break
							}
						}
						if first, last := *(*byte)(at(p.FpBuf)), *(*byte)(at(p.FpBuf + pageSize - 1)); first != m.marks[n] || last != first {
							t.Fatalf("step %d: page %d reads %d and %d, not %d", step, n, first, last, m.marks[n])
						}
					} else {
						if extra := bytesAt(p.FpExtra, 8); string(extra) != "\x00\x00\x00\x00\x00\x00\x00\x00" {
							t.Fatalf("step %d: a new slot says %x", step, extra)
						}
						if p.FpBuf%pageSize != 0 || p.FpExtra%8 != 0 {
							t.Fatalf("step %d: a page at %x, %x", step, p.FpBuf, p.FpExtra)
						}
						m.slots[n], m.marks[n] = slot, byte(rnd.Uint32())
						for _, b := range [][]byte{bytesAt(p.FpBuf, pageSize), bytesAt(p.FpExtra, 200)} {
							for i := range b {
								b[i] = m.marks[n]
							}
						}
					}
					m.used[n] = true
				case what < 90:
					if n, ok := m.pick(rnd, true); ok {
						discard := rnd.IntN(8) == 0
						c.unpin(m.slots[n], discard)
						if discard || purgeable && len(m.slots) > limit {
							m.drop(n)
						} else {
							delete(m.used, n)
							m.idle = append(m.idle, n)
						}
					}
				case what < 95:
					if n, ok := m.pick(rnd, true); ok {
						to := 1 + rnd.Uint32N(600)
						if to == n || m.used[to] {
							continue // SQLite never does
						}
						c.rekey(m.slots[n], to)
						m.drop(to)
						slot, mark := m.slots[n], m.marks[n]
						m.drop(n)
						m.slots[to], m.marks[to], m.used[to] = slot, mark, true
					}
				case what < 98:
					from := rnd.Uint32N(700)
					if rnd.IntN(4) > 0 {
						from = 500 + rnd.Uint32N(200)
					}
					c.truncate(from)
					for n := range m.slots {
						if n >= from {
							m.drop(n)
						}
					}
				case what < 99:
					limit = 5 + rnd.IntN(400)
					c.resize(limit)
					if purgeable {
						m.evict(limit)
					}
				default:
					c.shrink(tls)
					if purgeable {
						m.evict(0)
					}
				}
				if c.held != len(m.slots) || c.idle != len(m.idle) || len(m.used)+len(m.idle) != len(m.slots) {
					t.Fatalf("step %d: %d pages, %d idle; want %d, %d", step, c.held, c.idle, len(m.slots), len(m.idle))
				}
			}
			c.release(tls)
		}
	}
}

// TestPageCacheOutOfMemory: when there is no memory a page is refused, nothing that is there is lost, and it goes on
// once there is some.
func TestPageCacheOutOfMemory(t *testing.T) {
	tls := cacheThread(t)
	c := newPageCache(pageSize, 200, true)
	c.resize(10_000)
	t.Cleanup(func() { c.release(tls) })
	for n := range uint32(firstBlock) {
		c.fetch(tls, n+1, 2)
	}
	c.pageSize = 1 << 29 // more in a block than SQLite gives out at once
	full := c.fetch(tls, 500, 2)
	c.pageSize = pageSize
	if full != 0 || c.held != firstBlock {
		t.Fatalf("with no memory left: slot %x, %d pages", full, c.held)
	}
	if c.fetch(tls, 500, 2) == 0 || c.held != firstBlock+1 {
		t.Errorf("with memory again: %d pages", c.held)
	}
}

// TestPageCacheWipes: nothing of a page is left once the database is closed.
func TestPageCacheWipes(t *testing.T) {
	tls := cacheThread(t)
	c := newPageCache(pageSize, 200, true)
	t.Cleanup(func() { c.release(tls) })
	c.resize(100)
	var pages [][]byte
	for n := range uint32(3 * firstBlock) {
		slot := c.fetch(tls, n+1, 2)
		page := bytesAt((*sqlite3.Tsqlite3_pcache_page)(at(slot)).FpBuf, pageSize)
		for i := range page {
			page[i] = 1
		}
		pages = append(pages, page)
		c.unpin(slot, n%2 == 0)
	}
	c.wipe()
	for i, page := range pages {
		if slices.ContainsFunc(page, func(b byte) bool { return b != 0 }) {
			t.Errorf("page %d is still there", i)
		}
	}
}

// TestPageCacheIsInUse: a database's pages are in it, and gone when the database is closed.
func TestPageCacheIsInUse(t *testing.T) {
	held := func() (caches, pages int) {
		list := pageCaches.list.Load()
		if list == nil {
			return 0, 0
		}
		for _, c := range *list {
			if c != nil {
				caches, pages = caches+1, pages+c.held
			}
		}
		return caches, pages
	}
	caches, pages := held()
	m, db, err := openSim(newSimDisk(nil), "company.db", "FULL")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create("company.db"); err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE a(b)")
	run(t, db, "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO a SELECT hex(i) FROM n")
	if c, p := held(); c <= caches || p < pages+3 {
		t.Errorf("%d caches with %d pages, before there were %d with %d", c, p, caches, pages)
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	if c, p := held(); c != caches || p != pages {
		t.Errorf("closed: %d caches with %d pages, before there were %d with %d", c, p, caches, pages)
	}
}

// TestPageCacheLeavesSQLiteItsLock: SQLite counts its working pages under the lock of its own cache, which it has also
// when that cache is not used: whoever opens a database waits for it.
func TestPageCacheLeavesSQLiteItsLock(t *testing.T) {
	tls := cacheThread(t)
	open := func() error {
		db, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			return err
		}
		return errors.Join(db.Ping(), db.Close())
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	lock, opened := sqlite3.Xsqlite3_mutex_alloc(tls, sqlite3.SQLITE_MUTEX_STATIC_PMEM), make(chan error, 1)
	sqlite3.Xsqlite3_mutex_enter(tls, lock)
	go func() { opened <- open() }()
	select {
	case <-opened: //nolint:errcheck // that it came so soon is the fault
		t.Error("two connections count at once")
		sqlite3.Xsqlite3_mutex_leave(tls, lock)
	case <-time.After(time.Second / 2):
		sqlite3.Xsqlite3_mutex_leave(tls, lock)
		if err := <-opened; err != nil {
			t.Error(err)
		}
	}
}
