package crypt

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
)

// Rebaseline rebuilds the lost or damaged ledger of a closed database from the database as it is. It
// is for an owner without a usable backup who was told what it means: every page still has to be
// authentic, but whether it is the latest one is no longer known. The log is judged as on any opening: what
// a power cut leaves of its last transaction is dropped, and told when the database is opened next; any other
// damage is refused. head is the last value of [Mount.Head] noted elsewhere, 0 if there is none; the new
// ledger continues after it. An [EventRebaselined] tells of it. It fails with [ErrTampered] if a page or the
// log is not what was written, and with [ErrInUse] if the database is open.
func (m *Mount) Rebaseline(ctx context.Context, path string, head uint64) error {
	path, err := canonical(path)
	if err != nil {
		return err
	}
	lock, err := m.disk.lock(path + lockSuffix)
	if err != nil {
		return err
	}
	if err = errors.Join(m.rebaseline(ctx, path, head), lock.Close()); err != nil {
		return err
	}
	m.event(Event{Kind: EventRebaselined, File: path + ledgerSuffix, What: "rebuilt from the database"})
	return nil
}

func (m *Mount) rebaseline(ctx context.Context, path string, head uint64) error {
	size, err := m.disk.size(path)
	if err != nil {
		return err
	}
	if size < pageSize {
		return &Fault{Kind: ErrNotSealed, File: path}
	}
	log, err := m.surveyLog(path)
	if err != nil {
		return err
	}
	if log.file.isZero() {
		first, err := readHead(m.disk, path, idSize)
		if err != nil {
			return err
		}
		log.file = id(first)
	}
	versions, err := m.surveyPages(ctx, path, uint32(size/pageSize), log)
	if err != nil {
		return err
	}
	l := newLedger(m.disk, path+ledgerSuffix, m.ledgers, log.file)
	l.seq = head
	if old, _, err := loadLedger(m.disk, l.path, m.ledgers, size/pageSize); err == nil {
		if l.seq = max(head, old.seq); old.cut { // the record that is lost had a number, too
			l.seq = max(head, old.seq+1)
		}
		if err := old.close(); err != nil {
			return err
		}
	}
	return errors.Join(l.write(log.state, versions), l.close())
}

// survey is what a log says without a ledger.
type survey struct {
	file    id // zero: there is none. In the first page of the database a power cut may have garbled it.
	state   ledgerState
	last    map[uint32]pageSum // pages up to the last commit
	dropped map[uint32]pageSum // pages behind it: of a transaction that a power cut tore, if any
}

// pageSum stands for the content of a page.
type pageSum [sha256.Size]byte

// surveyLog reads the log as an opening does that has no reason to believe that its transactions were not
// flushed one by one: only the last one can be incomplete. What it finds is binding from now on.
func (m *Mount) surveyLog(path string) (v survey, err error) {
	path += walSuffix
	f, err := m.disk.open(path, false)
	if errors.Is(err, fs.ErrNotExist) {
		return v, m.disk.syncDir(path) // so that an older log cannot come back
	}
	if err != nil {
		return v, err
	}
	defer func() { _ = f.Close() }() // only read from and flushed
	size, err := f.Size()
	if err != nil {
		return v, err
	}
	if size < walHeader {
		return v, f.Sync()
	}
	raw := make([]byte, walHeader)
	if _, err := f.ReadAt(raw, 0); err != nil {
		return v, err
	}
	file, gen, head, ok := openWALHeader(m.logs, raw)
	if !ok {
		return v, &Fault{Kind: ErrTampered, File: path, What: "its header does not open"}
	}
	frames := uint32(min((size-walHeader)/walRecord, 1<<31))
	r := &frameReader{f: f, s: m.logs, gen: gen, aad: newFrameAAD(file, gen)}
	x, err := r.measure(head[:], frames)
	if err != nil {
		return v, err
	}
	if err := r.whole(path, x.end, frames); err != nil {
		return v, err
	}
	v.file, v.state = file, ledgerState{gen: gen, frames: x.commit, live: x.commit != 0}
	if v.last, err = r.contents(1, x.commit); err == nil && x.torn() {
		v.dropped, err = r.contents(x.commit+1, frames)
	}
	return v, errors.Join(err, f.Sync())
}

// contents returns the last content of each page in the frames from one to another that open.
func (r *frameReader) contents(from, to uint32) (map[uint32]pageSum, error) {
	all := make(map[uint32]pageSum)
	for n := from; n <= to; n++ {
		body, _, err := r.frame(n)
		if err != nil {
			return nil, err
		}
		if body != nil {
			all[be.Uint32(body)] = sha256.Sum256(body[sqlFrameHead:])
		}
	}
	return all, nil
}

// surveyPages returns the versions of all pages as they are. A page that does not open is left to the log. If the
// database has every page as the dropped transaction made it, and the log an earlier one, that transaction had been
// confirmed: the end of the log was not torn by a power cut, and without it old and new pages would be mixed.
func (m *Mount) surveyPages(
	ctx context.Context, path string, pages uint32, log survey,
) ([]uint64, error) {
	f, err := m.disk.open(path, false)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from and flushed
	versions := make([]uint64, pages)
	aad, page := newPageAAD(log.file), make([]byte, pageSize)
	same, mixed := 0, false
	for n := uint32(1); n <= pages; n++ {
		if n%verifyBatch == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if _, err := f.ReadAt(page, int64(n-1)*pageSize); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		version, ok := openPage(m.pages, &aad, page, n)
		last, inLog := log.last[n]
		if !ok && !inLog && n != lockPage {
			return nil, &Fault{Kind: ErrTampered, File: path, Page: n, What: "does not open"}
		}
		if lost, is := log.dropped[n]; ok && is && lost == sha256.Sum256(page) {
			same++
			mixed = mixed || inLog && last != lost && n != 1 // which counts, and often is again what it was
		}
		versions[n-1] = version
	}
	if mixed && same == len(log.dropped) {
		what := "damaged behind a commit that is in the database"
		return nil, &Fault{Kind: ErrTampered, File: path + walSuffix, What: what}
	}
	return versions, f.Sync()
}

// LedgerSuffix is what the name of a ledger adds to its database's.
const LedgerSuffix = ledgerSuffix
