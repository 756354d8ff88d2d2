package crypt

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// Rebaseline rebuilds the lost or damaged ledger of a closed database from the database as it is. It
// is for an owner without a usable backup who was told what it means: every page still has to be
// authentic, but whether it is the latest one is no longer known. head is the last value of
// [Mount.Head] noted elsewhere, 0 if there is none; the new ledger continues after it. An
// [EventRebaselined] tells of it. It fails with [ErrTampered] if a page or the log does not open, and
// with [ErrInUse] if the database is open.
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
	first, err := readHead(m.disk, path, idSize)
	if err != nil {
		return err
	}
	l := newLedger(m.disk, path+ledgerSuffix, m.ledgers, id(first))
	l.seq = head
	if old, _, err := loadLedger(m.disk, l.path, m.ledgers); err == nil {
		l.seq = max(head, old.seq)
		if err := old.close(); err != nil {
			return err
		}
	}
	st, inLog, err := m.surveyLog(path, id(first))
	if err != nil {
		return err
	}
	versions, err := m.surveyPages(ctx, path, id(first), uint32(size/pageSize), inLog)
	if err != nil {
		return err
	}
	return errors.Join(l.write(st, versions), l.close())
}

// surveyLog takes the log as it is and returns the pages in it. The state it returns demands nothing
// of the log; what opens of it becomes binding again when the database is opened.
func (m *Mount) surveyLog(path string, file id) (ledgerState, map[uint32]bool, error) {
	size, err := m.disk.size(path + walSuffix)
	if errors.Is(err, fs.ErrNotExist) || err == nil && size < walHeader {
		return ledgerState{}, nil, nil
	}
	if err != nil {
		return ledgerState{}, nil, err
	}
	f, err := m.disk.open(path+walSuffix, false)
	if err != nil {
		return ledgerState{}, nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	raw := make([]byte, walHeader)
	if _, err := f.ReadAt(raw, 0); err != nil {
		return ledgerState{}, nil, err
	}
	from, gen, head, ok := openWALHeader(m.logs, raw)
	if !ok || from != file {
		return ledgerState{}, nil, &Fault{Kind: ErrTampered, File: path + walSuffix, What: "not its log"}
	}
	r := &frameReader{f: f, s: m.logs, gen: gen, aad: newFrameAAD(file, gen)}
	x, err := r.measure(head[:], uint32(min((size-walHeader)/walRecord, 1<<31)))
	return ledgerState{gen: gen, relaxed: true}, x.pages, err
}

// surveyPages returns the versions of all pages as they are. A page that does not open is left to
// the log.
func (m *Mount) surveyPages(
	ctx context.Context, path string, file id, pages uint32, inLog map[uint32]bool,
) ([]uint64, error) {
	f, err := m.disk.open(path, false)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	versions := make([]uint64, pages)
	aad, page := newPageAAD(file), make([]byte, pageSize)
	for n := uint32(1); n <= pages; n++ {
		if n%verifyBatch == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if _, err := f.ReadAt(page, int64(n-1)*pageSize); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		version, ok := openPage(m.pages, &aad, page, n)
		if !ok && !inLog[n] && n != lockPage {
			return nil, &Fault{Kind: ErrTampered, File: path, Page: n, What: "does not open"}
		}
		versions[n-1] = version
	}
	return versions, nil
}

// LedgerSuffix is what the name of a ledger adds to its database's.
const LedgerSuffix = ledgerSuffix
