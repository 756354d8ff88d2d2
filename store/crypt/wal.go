package crypt

import (
	"errors"
	"io"
	"io/fs"
	"sync"
)

// walFile is the log of one database, shared by its connections. The log on disk belongs to a
// generation: SQLite writing a new header starts one, and the ledger hears of it first.
type walFile struct {
	db *database

	syncing sync.Mutex

	mu     sync.RWMutex
	f      diskFile
	opens  int
	gen    id                 // current generation; zero: no log as far as SQLite is concerned
	onDisk id                 // generation whose header is durably in the file; zero: none
	unsure bool               // a header that failed to be written may be in the file instead
	head   [sqlWALHeader]byte // SQLite's header of gen
	good   uint32             // frames SQLite may read
	commit uint32             // last frame of the transactions that SQLite has committed
	ending uint32             // last frame of one that it has not yet: it may still write headers of it again
	ender  *walHandle         // whose it is; nil: there is none
	synced uint32             // last frame of the transactions on the disk
	doubt  uint32             // last frame that a failed flush made uncertain; only those behind synced are
	reach  uint32             // last frame of the running transaction that may be in the file
	dirty  bool               // written since the last flush
	live   bool               // mirrors the ledger
	relax  bool               // mirrors the ledger
	pages  map[uint32]bool    // pages that frames of gen were written for, those given up since included
}

// flushed returns the frames of which the ledger may demand the presence.
func (w *walFile) flushed() (uint32, id) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.synced, w.gen
}

// handle opens the log for one connection.
func (w *walFile) handle(create bool) (*walHandle, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.f == nil {
		f, err := w.db.m.disk.open(w.db.path+walSuffix, create)
		if err != nil {
			return nil, err
		}
		if err := w.db.m.disk.syncDir(w.db.path); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		w.f = f
	}
	w.opens++
	return &walHandle{w: w}, nil
}

// release is called when a connection closes its handle.
func (w *walFile) release() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opens--; w.opens > 0 || w.f == nil {
		return nil
	}
	err := w.f.Close()
	w.f = nil
	return err
}

func (w *walFile) closeFile() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.f == nil {
		return nil
	}
	err := w.f.Close()
	w.f = nil
	return err
}

// settle empties a file of which nobody knows whose header it holds: the ledger can name only one
// generation that may still be there. It is asked when all of the log is in the database; w.mu is held.
func (w *walFile) settle() error {
	if !w.unsure {
		return nil
	}
	f, err := w.db.m.disk.open(w.db.path+walSuffix, false) // SQLite may have closed it
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(0), f.Sync(), f.Close()); err != nil {
		return err
	}
	w.onDisk, w.unsure = id{}, false
	return nil
}

// forget tells the ledger that no log is needed any more; w.mu is held. SQLite empties or deletes
// the log only when all of it is in the database.
func (w *walFile) forget() error {
	if st, _ := w.db.ledgerNow(); st.gen.isZero() {
		return nil
	}
	if err := w.settle(); err != nil {
		return err
	}
	err := w.db.record(nil, func(st *ledgerState) {
		st.gen, st.prev, st.frames, st.live, st.relaxed = id{}, w.onDisk, 0, false, false
	})
	if err == nil {
		w.reset(id{})
	}
	return err
}

// reset forgets all frames; w.mu is held.
func (w *walFile) reset(gen id) {
	w.gen, w.good, w.commit, w.ending, w.ender = gen, 0, 0, 0, nil
	w.synced, w.doubt, w.reach, w.live, w.relax = 0, 0, 0, false, false
	w.pages = make(map[uint32]bool)
}

// delete removes the log after the last connection closed it.
func (w *walFile) delete() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.forget(); err != nil {
		return err
	}
	if err := w.db.m.disk.remove(w.db.path + walSuffix); err != nil {
		return err
	}
	w.onDisk = id{} // gone for good before the next one begins: handle flushes the folder
	return nil
}

// truncate cuts the log to the given length as SQLite counts it.
func (w *walFile) truncate(size int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if size == 0 {
		if err := w.forget(); err != nil {
			return err
		}
		if err := errors.Join(w.f.Truncate(0), w.f.Sync()); err != nil {
			return err
		}
		w.onDisk = id{}
		return nil
	}
	frames := (max(size, sqlWALHeader) - sqlWALHeader + sqlFrame - 1) / sqlFrame
	if frames < int64(w.commit) {
		return errors.New("cuts committed frames off the log")
	}
	if err := w.f.Truncate(recordAt(uint32(frames) + 1)); err != nil {
		return err
	}
	w.good = min(w.good, uint32(frames))
	return nil
}

// start begins a generation with SQLite's header h: first the ledger, then the file.
func (w *walFile) start(h []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.settle(); err != nil {
		return err
	}
	gen := newID()
	err := w.db.record(nil, func(st *ledgerState) {
		st.gen, st.prev, st.frames, st.live, st.relaxed = gen, w.onDisk, 0, false, false
	})
	if err != nil {
		return err
	}
	w.reset(gen)
	copy(w.head[:], h)
	w.unsure = true
	raw := sealWALHeader(w.db.m.logs, w.db.fileID, gen, h)
	if _, err := w.f.WriteAt(raw, 0); err != nil {
		return err
	}
	if err := w.f.Sync(); err != nil {
		return err
	}
	w.onDisk, w.unsure = gen, false
	return nil
}

// sealWALHeader encodes the 128 bytes a log begins with.
func sealWALHeader(s *suite, file, gen id, h []byte) []byte {
	raw := make([]byte, walHeader)
	copy(raw, "zafe-wal")
	be.PutUint16(raw[8:], formatVersion)
	raw[10] = suiteXAES
	copy(raw[24:], file[:])
	copy(raw[40:], gen[:])
	s.seal(raw[56:], h, raw[:56])
	return raw
}

// openWALHeader decodes them.
func openWALHeader(s *suite, raw []byte) (file, gen id, h [sqlWALHeader]byte, ok bool) {
	if string(raw[:8]) != "zafe-wal" || !s.open(h[:], raw[56:walHeader], raw[:56]) {
		return
	}
	return id(raw[24:]), id(raw[40:]), h, true
}

// sync makes the log durable. It is what commits the transaction that h has written, if any. The first committed
// transaction of a generation makes it live.
func (w *walFile) sync(h *walHandle) error {
	w.syncing.Lock() // whoever finds nothing to flush must not return before it is flushed
	defer w.syncing.Unlock()
	w.mu.Lock()
	gen, commit, dirty := w.gen, w.commit, w.dirty
	if w.ender == h {
		commit = w.ending
	}
	w.dirty = false
	w.mu.Unlock()
	if dirty {
		if err := w.f.Sync(); err != nil {
			w.lost()
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.gen != gen || commit <= w.synced:
		return nil
	case w.doubt > w.synced && w.ender != h:
		return errors.Join(ErrReopen, errDropped)
	case w.doubt > w.synced:
		return errDropped // SQLite gives the transaction up; the next one is written in its place
	}
	w.synced, w.commit = commit, max(w.commit, commit)
	if w.ender == h {
		w.ending, w.ender = 0, nil
	}
	if w.live {
		return nil
	}
	return w.enliven()
}

// published is told when SQLite shows the other connections what was committed: from then on no header of it is
// written again.
func (w *walFile) published() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ender != nil {
		w.commit, w.ending, w.ender = w.ending, 0, nil
	}
}

// abandoned is told when the writer lets go of the log: what it has not committed by then it has given up, after an
// error perhaps that only SQLite knows of, and part of it may have been changed already.
func (w *walFile) abandoned() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ending, w.ender = 0, nil
}

// enliven records that the log holds committed transactions; w.mu is held.
func (w *walFile) enliven() error {
	err := w.db.record(nil, func(st *ledgerState) { st.live, st.frames = true, w.synced })
	w.live = err == nil
	return err
}

// admit is asked before frame n is written, which is of a page.
func (w *walFile) admit(n, page uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.gen.isZero() || n > w.good+1:
		return errors.New("unexpected frame")
	case n <= w.commit:
		// What is on the disk was not shown: SQLite found no memory for its index. Whoever opens the log anew finds it.
		return errors.Join(ErrReopen, errors.New("a frame in the place of one that is on the disk"))
	}
	w.pages[page] = true
	if w.commit <= w.synced || w.relax {
		return nil
	}
	// A further transaction begins and the last was not flushed: from here on a torn transaction
	// may be followed by a whole one, and the check of the next start must know.
	err := w.db.record(nil, func(st *ledgerState) { st.relaxed = true })
	w.relax = err == nil
	return err
}

// begun returns the first frame of the transaction to which a frame belongs that is about to be added as number n.
// What an error made uncertain from there on is written again.
func (w *walFile) begun(n uint32) uint32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reach, w.doubt = n, min(w.doubt, n-1)
	return w.commit + 1
}

// appended notes that h added frame n behind the frame before it, and whether a transaction ends with it. What stood
// there and behind belonged to a transaction that was rolled back, or whose commit failed.
func (w *walFile) appended(h *walHandle, n uint32, ends bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.good, w.dirty, w.ending, w.ender = n, true, 0, nil
	if ends {
		w.ending, w.ender = n, h
	}
}

// lost notes a flush that failed: the system may have dropped what was written since the one before, and call the next
// one done without it. Among that may be frames that another connection is about to have confirmed.
func (w *walFile) lost() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doubt, w.dirty = max(w.doubt, w.reach), true
}

// rewritten notes that a frame of the running transaction changed.
func (w *walFile) rewritten() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dirty = true
}

// recordAt is the place of frame n in the file.
func recordAt(n uint32) int64 { return walHeader + int64(n-1)*walRecord }

// length is the log's size as SQLite counts it.
func (w *walFile) length() (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gen.isZero() {
		return 0, nil
	}
	size, err := w.f.Size()
	if err != nil || size < walHeader {
		return 0, err
	}
	return sqlWALHeader + (size-walHeader)/walRecord*sqlFrame, nil
}

// exists answers SQLite's question whether there is a log to look at.
func (w *walFile) exists() (bool, error) {
	size, err := w.db.m.disk.size(w.db.path + walSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return size > 0, err
}

// ignoreEOF drops the error of a read past the end.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
