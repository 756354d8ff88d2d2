package crypt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
)

// database is one sealed database file with its ledger and log, shared by all connections of this
// process. Locks are taken in the order writing, log.mu, ledgerMu, versionMu.
type database struct {
	m      *Mount
	path   string
	refs   int // guarded by Mount.mu
	lock   io.Closer
	fileID id
	f      diskFile
	log    walFile
	shm    sharedIndex
	locks  fileLocks

	writing sync.Mutex // held while pages are written or checked from outside SQLite
	// torn are the pages that the log held when it was found, until they are written again: a crash
	// may have left them unreadable or newer than the ledger knows. SQLite reads them from the log.
	torn  map[uint32]bool // guarded by writing
	pages atomic.Uint32
	// creating is true until the first log is opened: SQLite then still uses a rollback journal,
	// which is kept in memory.
	creating  atomic.Bool
	journalMu sync.Mutex
	journal   *memoryFile

	ledgerMu sync.Mutex
	ledger   *ledger // nil until the first page is written

	versionMu sync.RWMutex
	versions  []uint64 // current version of each page, including those not in the ledger yet
	dirty     []uint32 // pages written since the last flush, perhaps more than once
}

// openDatabase locks and checks the files of a database. With create, a database of which no file
// exists is made on the first write.
func openDatabase(m *Mount, path string, create bool) (_ *database, err error) {
	d := &database{m: m, path: path}
	if _, err := m.disk.size(path); errors.Is(err, fs.ErrNotExist) && !create {
		if _, err := m.disk.size(path + ledgerSuffix); err == nil {
			return nil, &Fault{Kind: ErrMissingDB, File: path}
		}
		return nil, err
	}
	if d.lock, err = m.disk.lock(path + lockSuffix); err != nil {
		return nil, err
	}
	if err = d.load(create); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// load reads what there is.
func (d *database) load(create bool) error {
	size, err := d.m.disk.size(d.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	present := err == nil
	d.ledger, d.versions, err = loadLedger(d.m.disk, d.path+ledgerSuffix, d.m.ledgers)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if size > 0 {
			return d.withoutLedger(size)
		}
		if _, err := d.m.disk.size(d.path + walSuffix); err == nil {
			return &Fault{Kind: ErrMissingDB, File: d.path, What: "a log is there"}
		}
		if !present && !create {
			return fs.ErrNotExist
		}
		d.creating.Store(true)
		d.fileID = newID()
	case err != nil:
		return err
	default:
		if err := d.accept(size); err != nil {
			return d.blame(err)
		}
	}
	if d.f, err = d.m.disk.open(d.path, create); err != nil {
		return err
	}
	d.pages.Store(uint32(size / pageSize))
	if err := d.openLog(); err != nil {
		return d.blame(err)
	}
	return d.checkCut()
}

// blame makes of what contradicts a ledger that lost its end a fault of the ledger: the record that a crash left
// incomplete told of nothing yet that the other files could lack, so it was the disk that lost it.
func (d *database) blame(err error) error {
	f, ok := errors.AsType[*Fault](err)
	if !ok || d.ledger == nil || !d.ledger.cut || !errors.Is(f, ErrTampered) && !errors.Is(f, ErrMissingWAL) {
		return err
	}
	return &Fault{Kind: ErrTampered, File: d.ledger.path, What: "its end is damaged: " + f.Error()}
}

// checkCut compares every page with a ledger that lost its end, before anybody reads one.
func (d *database) checkCut() error {
	if d.ledger == nil || !d.ledger.cut {
		return nil
	}
	var rep Report
	err := d.verifyDatabase(context.Background(), &rep, nil)
	for _, f := range rep.Faults {
		if !errors.Is(f, ErrUnreadable) { // whoever needs that page is told
			return d.blame(f)
		}
	}
	return err
}

// accept checks the length of the database against its ledger.
func (d *database) accept(size int64) error {
	if d.ledger.cut {
		d.m.event(Event{Kind: EventLedgerCut, File: d.ledger.path, What: "incomplete last record ignored"})
	}
	d.fileID = d.ledger.identity()
	pages := d.ledger.state.pages
	switch {
	case pages == 0 && d.ledger.state.gen.isZero():
		if size > 0 {
			return &Fault{Kind: ErrUnfinished, File: d.path}
		}
		d.creating.Store(true)
	case size == 0:
		return &Fault{Kind: ErrMissingDB, File: d.path, What: "empty"}
	case size/pageSize < int64(pages):
		what := fmt.Sprintf("%d of %d pages left", size/pageSize, pages)
		return &Fault{Kind: ErrTampered, File: d.path, What: what}
	case size/pageSize >= 1<<32-1:
		return &Fault{Kind: ErrTampered, File: d.path, What: "larger than it can be"}
	}
	return nil
}

// withoutLedger explains a database file that has no ledger.
func (d *database) withoutLedger(size int64) error {
	head, err := readHead(d.m.disk, d.path, min(size, 16))
	if err != nil {
		return err
	}
	if size < pageSize || string(head) == magicText {
		return &Fault{Kind: ErrNotSealed, File: d.path}
	}
	return &Fault{Kind: ErrMissingLedger, File: d.path + ledgerSuffix}
}

func readHead(dk disk, path string, n int64) ([]byte, error) {
	f, err := dk.open(path, false)
	if err != nil {
		return nil, err
	}
	head := make([]byte, n)
	_, err = f.ReadAt(head, 0)
	return head, errors.Join(err, f.Close())
}

// close flushes what SQLite did not ask to flush and lets go of the files.
func (d *database) close() error {
	var errs []error
	if d.f != nil {
		if d.dirtyPages() {
			errs = append(errs, d.flush())
		}
		errs = append(errs, d.f.Close())
	}
	if d.ledger != nil {
		errs = append(errs, d.ledger.close())
	}
	errs = append(errs, d.log.closeFile())
	d.shm.free()
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// record appends to the ledger, creating it if this is the first time. edit changes a copy of the
// present state.
func (d *database) record(changes []change, edit func(*ledgerState)) error {
	d.ledgerMu.Lock()
	defer d.ledgerMu.Unlock()
	if d.ledger == nil {
		l := newLedger(d.m.disk, d.path+ledgerSuffix, d.m.ledgers, d.fileID)
		if err := l.write(ledgerState{}, nil); err != nil {
			return err
		}
		d.ledger = l
	}
	st := d.ledger.state
	edit(&st)
	return d.ledger.append(st, changes)
}

// ledgerNow returns the present state and number.
func (d *database) ledgerNow() (ledgerState, uint64) {
	d.ledgerMu.Lock()
	defer d.ledgerMu.Unlock()
	if d.ledger == nil {
		return ledgerState{}, 0
	}
	return d.ledger.state, d.ledger.seq
}

func (d *database) dirtyPages() bool {
	d.versionMu.RLock()
	defer d.versionMu.RUnlock()
	return len(d.dirty) > 0
}
