package crypt

import (
	"errors"
	"io"
	"slices"
)

// mainFile is one connection's handle of a database.
type mainFile struct {
	db      *database
	aad     pageAAD
	scratch []byte // one page, see newMainFile
	ahead   ahead
	level   int32 // of the lock held
	index   indexLocks
	persist bool // keep the log when the last connection closes
}

// newMainFile makes a handle. Its buffer is an allocation of its own, which Go puts at the beginning of a
// page of memory: some processors take several times as long to copy from a few bytes before its end.
func newMainFile(d *database) *mainFile {
	return &mainFile{db: d, aad: newPageAAD(d.fileID), scratch: make([]byte, pageSize)}
}

// fault reports a refused page.
func (f *mainFile) fault(n uint32, what string) error {
	return &Fault{Kind: ErrTampered, File: f.db.path, Page: n, What: what}
}

// readAt serves whole pages, checked against the ledger, and the two small reads SQLite makes of
// the header before it has looked for a log.
func (f *mainFile) readAt(p []byte, off int64) error {
	if len(p) != pageSize || off%pageSize != 0 {
		return f.readHeader(p, off)
	}
	n := uint32(off/pageSize + 1)
	if n == lockPage {
		clear(p)
		return nil
	}
	if page := f.ahead.page(f.db.f, n); page != nil {
		if version, ok := openPageTo(f.db.m.pages, &f.aad, p, page, n); ok && f.db.current(n, version) {
			return nil
		}
	}
	got, err := f.db.f.ReadAt(p, off)
	if got < pageSize {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		clear(p)
		if n <= f.db.known() {
			return f.fault(n, "missing")
		}
		return errShortRead
	}
	version, ok := openPage(f.db.m.pages, &f.aad, p, n)
	if !ok {
		clear(p)
		return f.fault(n, "does not open")
	}
	if !f.db.current(n, version) {
		clear(p)
		return f.fault(n, "not its latest version")
	}
	return nil
}

// readHeader serves reads smaller than a page. They never fail on an unreadable first page: after a
// power cut it may be torn while the log holds its repair, and the whole-page read that follows
// decides. SQLite then sees a header that says nothing but page size and reserve.
func (f *mainFile) readHeader(p []byte, off int64) error {
	if off < 0 || off+int64(len(p)) > pageSize {
		return errors.New("unexpected read")
	}
	page := f.scratch
	if f.db.pages.Load() == 0 || f.readAt(page, 0) != nil {
		clear(page)
		copy(page, blankHeader())
		fillRandom(page[24:40]) // the version SQLite compares: never equal to any other
	}
	copy(p, page[off:])
	return nil
}

// writeAt seals whole pages.
func (f *mainFile) writeAt(p []byte, off int64) error {
	if off%pageSize != 0 || off/pageSize >= 1<<32-2 {
		return errors.New("unexpected write")
	}
	n := uint32(off/pageSize + 1)
	if !sealable(p, n) {
		return errors.New("a page without the reserve of 40 zero bytes cannot be sealed")
	}
	d := f.db
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := d.begin(); err != nil {
		return err
	}
	if err := f.fill(n - 1); err != nil {
		return err
	}
	return f.put(p, n)
}

// begin makes sure a ledger exists before the first page does.
func (d *database) begin() error {
	d.ledgerMu.Lock()
	missing := d.ledger == nil
	d.ledgerMu.Unlock()
	if !missing {
		return nil
	}
	return d.record(nil, func(*ledgerState) {})
}

// put seals and writes one page; d.writing is held.
func (f *mainFile) put(p []byte, n uint32) error {
	d := f.db
	version := sealPage(d.m.pages, &f.aad, f.scratch, p, n)
	if _, err := d.f.WriteAt(f.scratch, int64(n-1)*pageSize); err != nil {
		d.doubt(n)
		return err
	}
	if n > d.pages.Load() {
		d.pages.Store(n)
	}
	delete(d.torn, n)
	d.versionMu.Lock()
	d.versions = resize(d.versions, max(n, uint32(len(d.versions))))
	d.versions[n-1] = version
	d.dirty = append(d.dirty, n)
	d.versionMu.Unlock()
	return nil
}

// doubt notes that the disk may hold anything in place of some pages. Until they are written again SQLite reads them
// from the log; writing is held.
func (d *database) doubt(pages ...uint32) {
	if d.torn == nil {
		d.torn = make(map[uint32]bool)
	}
	for _, n := range pages {
		d.torn[n] = true
	}
}

// emptyPage is what a page that SQLite left out holds.
var emptyPage [pageSize]byte

// fill writes sealed empty pages up to page n: a checkpoint that a reader holds back leaves out pages which a
// later transaction wrote again, and a hole would be a page that does not open. It starts behind what the ledger
// knows, not behind the end of the file, which a crash may have left longer.
func (f *mainFile) fill(n uint32) error {
	for k := f.db.known() + 1; k <= n; k++ {
		if k == lockPage {
			continue
		}
		if err := f.put(emptyPage[:], k); err != nil {
			return err
		}
	}
	return nil
}

// truncate cuts or lengthens the file to whole pages. The ledger learns of a shorter length first:
// it never says more pages than there are.
func (f *mainFile) truncate(size int64) error {
	if size%pageSize != 0 || size/pageSize >= 1<<32-1 {
		return errors.New("unexpected length")
	}
	d, n := f.db, uint32(size/pageSize)
	d.writing.Lock()
	defer d.writing.Unlock()
	if n > d.known() {
		if err := errors.Join(d.begin(), f.fill(n)); err != nil {
			return err
		}
	}
	// Asked for even if it says no more already: once one of its flushes failed, it may say more on disk.
	if st, _ := d.ledgerNow(); n < max(st.pages, d.pages.Load()) {
		if err := d.record(nil, func(st *ledgerState) { st.pages = min(st.pages, n) }); err != nil {
			return err
		}
	}
	d.versionMu.Lock()
	d.versions = resize(d.versions, min(n, uint32(len(d.versions))))
	d.dirty = slices.DeleteFunc(d.dirty, func(p uint32) bool { return p > n })
	d.versionMu.Unlock()
	if n >= d.pages.Load() {
		return nil
	}
	if err := d.f.Truncate(size); err != nil {
		return err
	}
	d.pages.Store(n)
	return nil
}

func (f *mainFile) sync() error { return f.db.flush() }

// flush makes the pages durable and then tells the ledger.
func (d *database) flush() error {
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := d.f.Sync(); err != nil {
		d.shm.again()
		d.doubt(d.dirty...)
		return err
	}
	d.versionMu.RLock()
	slices.Sort(d.dirty)
	changes := make([]change, 0, len(d.dirty))
	for i, n := range d.dirty {
		if i == 0 || d.dirty[i-1] != n {
			changes = append(changes, change{n, d.versions[n-1]})
		}
	}
	pages := uint32(len(d.versions))
	d.versionMu.RUnlock()
	if st, _ := d.ledgerNow(); len(changes) == 0 && st.pages == pages {
		return nil
	}
	frames, gen := d.log.flushed()
	err := d.record(changes, func(st *ledgerState) {
		st.pages = pages
		if st.gen == gen {
			st.frames = max(st.frames, frames)
		}
	})
	if err != nil {
		return err
	}
	d.versionMu.Lock()
	d.dirty = d.dirty[:0]
	d.versionMu.Unlock()
	return d.compact()
}

// compact rewrites a ledger that has grown; all pages are flushed and recorded.
func (d *database) compact() error {
	d.ledgerMu.Lock()
	defer d.ledgerMu.Unlock()
	if !d.ledger.bulky() {
		return nil
	}
	return d.ledger.write(d.ledger.state, d.versions) // d.writing keeps versions from changing
}

func (f *mainFile) size() (int64, error) { return int64(f.db.pages.Load()) * pageSize, nil }

// known is the number of pages that must exist.
func (d *database) known() uint32 {
	d.versionMu.RLock()
	defer d.versionMu.RUnlock()
	return uint32(len(d.versions))
}

// current reports whether version is the latest of page n.
func (d *database) current(n uint32, version uint64) bool {
	d.versionMu.RLock()
	is := n <= uint32(len(d.versions)) && d.versions[n-1] == version
	d.versionMu.RUnlock()
	return is
}
