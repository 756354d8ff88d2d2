package crypt

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io/fs"
)

// Report is what [Mount.Verify] found.
type Report struct {
	Pages      uint32   // pages of the database file
	Frames     uint32   // committed frames of the log
	Superseded uint32   // pages a crash left torn or half-recorded, which the log holds and will repair
	Head       uint64   // as [Mount.Head]
	Faults     []*Fault // at most faultsMax
}

// PageSize is the size of a page of a sealed database, in bytes.
const PageSize = pageSize

// faultsMax bounds a report: a file overwritten as a whole need not be listed page by page.
const faultsMax = 100

// verifyBatch is how many pages are read while writers wait.
const verifyBatch = 64

// Verify reads every page of the database, every committed frame of the log and the ledger, and checks them
// against keys and ledger, without SQLite, while connections go on working. progress, which may be
// nil, is told pages done and pages in all. What the disk does not give back is a fault as any other, and does
// not keep the rest from being checked; a disk that gives back nothing more is given up after faultsMax. The
// error is the first of Report.Faults, one of opening the database, or the context's.
func (m *Mount) Verify(ctx context.Context, path string, progress func(done, total uint32)) (Report, error) {
	var rep Report
	err := m.with(path, func(d *database) error {
		return d.verify(ctx, &rep, progress)
	})
	if err == nil && len(rep.Faults) > 0 {
		for _, f := range rep.Faults {
			m.fault(f)
		}
		err = rep.Faults[0]
	}
	return rep, err
}

func (d *database) verify(ctx context.Context, rep *Report, progress func(done, total uint32)) error {
	if err := d.verifyLog(ctx, rep); err != nil {
		return err
	}
	d.verifyLedger(rep)
	_, rep.Head = d.ledgerNow()
	return d.verifyDatabase(ctx, rep, progress)
}

// verifyDatabase checks every page of the database file.
func (d *database) verifyDatabase(ctx context.Context, rep *Report, progress func(done, total uint32)) error {
	buf := make([]byte, verifyBatch*pageSize)
	aad := newPageAAD(d.fileID)
	for from := uint32(1); ; from += verifyBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !d.verifyPages(rep, buf, &aad, from) {
			return nil
		}
		if progress != nil {
			progress(min(from+verifyBatch-1, rep.Pages), rep.Pages)
		}
	}
}

// verifyPages checks one batch and reports whether more follow. No page is written meanwhile.
func (d *database) verifyPages(rep *Report, buf []byte, aad *pageAAD, from uint32) bool {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.versionMu.RLock()
	defer d.versionMu.RUnlock()
	pages := uint32(len(d.versions))
	rep.Pages = pages
	if from > pages {
		return false
	}
	n := min(pages-from+1, verifyBatch)
	got, failed := d.readPages(buf[:n*pageSize], from)
	for i := range n {
		page, no := buf[i*pageSize:(i+1)*pageSize], from+i
		if no == lockPage {
			continue
		}
		what := ""
		if err := failed[no]; err != nil {
			rep.add(unreadable(d.path, no, err))
			continue
		}
		if int((i+1)*pageSize) > got {
			what = "missing"
		} else if version, ok := openPage(d.m.pages, aad, page, no); !ok {
			what = "does not open"
		} else if version != d.versions[no-1] {
			what = "not its latest version"
		}
		switch {
		case what == "":
		case d.torn[no]:
			rep.Superseded++
		default:
			rep.add(&Fault{Kind: ErrTampered, File: d.path, Page: no, What: what})
		}
	}
	return len(failed) == 0 || len(rep.Faults) < faultsMax
}

// add takes a fault into the report, if there is room.
func (r *Report) add(f *Fault) {
	if len(r.Faults) < faultsMax {
		r.Faults = append(r.Faults, f)
	}
}

// readPages fills buf with pages from one on and returns how many bytes there are. Where the disk fails it reads
// page by page, and tells which of them are lost.
func (d *database) readPages(buf []byte, from uint32) (got int, failed map[uint32]error) {
	start := int64(from-1) * pageSize
	got, err := d.f.ReadAt(buf, start)
	if ignoreEOF(err) == nil {
		return got, nil
	}
	failed, got = make(map[uint32]error), 0
	for at := 0; at < len(buf); at += pageSize {
		n, err := d.f.ReadAt(buf[at:at+pageSize], start+int64(at))
		if ignoreEOF(err) != nil {
			failed[from+uint32(at/pageSize)] = err
			n = pageSize
		}
		got += n
	}
	return got, failed
}

// verifyLog checks the committed frames. If SQLite starts the log anew meanwhile, everything in it was
// written to the database and is checked there.
func (d *database) verifyLog(ctx context.Context, rep *Report) error {
	w := &d.log
	gen, commit := w.confirmed()
	if commit == 0 {
		return nil
	}
	path := d.path + walSuffix
	f, err := d.m.disk.open(path, false)
	if err != nil {
		now, _ := w.committed()
		switch {
		case now != gen:
		case errors.Is(err, fs.ErrNotExist):
			rep.add(&Fault{Kind: ErrMissingWAL, File: path})
		default:
			rep.add(unreadable(path, 0, err))
		}
		return nil
	}
	defer func() { _ = f.Close() }() // only read from
	r := &frameReader{f: f, s: d.m.logs, gen: gen, aad: newFrameAAD(d.fileID, gen)}
	for n := uint32(1); n <= commit; n++ {
		if n%verifyBatch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		body, _, err := r.frame(n)
		if body != nil && err == nil {
			rep.Frames++
			continue
		}
		if now, _ := w.committed(); now != gen || len(rep.Faults) == faultsMax {
			return nil
		}
		if err != nil {
			rep.add(unreadable(path, n, err))
			continue
		}
		rep.add(&Fault{ErrTampered, path, n, fmt.Sprintf("one of %d committed frames does not open", commit)})
	}
	return nil
}

// confirmed is committed without a transaction that was given up: nobody misses its frames.
func (w *walFile) confirmed() (id, uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.doubt > w.synced {
		return w.gen, w.synced
	}
	return w.gen, w.commit
}

// committed returns the current generation and its last frame that ends a transaction.
func (w *walFile) committed() (id, uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gen, w.commit
}

// verifyLedger reads the ledger again, as the next opening will, and compares it with what this process
// knows of it: a disk that lost it meanwhile is found while a copy of the book can still be made.
func (d *database) verifyLedger(rep *Report) {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.ledgerMu.Lock()
	defer d.ledgerMu.Unlock()
	d.versionMu.RLock()
	defer d.versionMu.RUnlock()
	if d.ledger == nil {
		return
	}
	data, err := readFile(d.m.disk, d.ledger.path, ledgerMax(int64(len(d.versions))))
	if errors.Is(err, fs.ErrNotExist) {
		rep.add(&Fault{Kind: ErrMissingLedger, File: d.ledger.path})
		return
	}
	var versions []uint64
	again := &ledger{d: d.m.disk, path: d.ledger.path, s: d.m.ledgers}
	if err == nil {
		versions, err = again.parse(data)
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		rep.add(f)
		return
	}
	if err != nil {
		rep.add(unreadable(d.ledger.path, 0, err))
		return
	}
	dirty := make(map[uint32]bool, len(d.dirty))
	for _, n := range d.dirty {
		dirty[n] = true
	}
	if d.ledger.f == nil && again.seq == d.ledger.seq+1 {
		return // the record of which the flush failed is there all the same
	}
	same := again.seq == d.ledger.seq && again.prev == d.ledger.prev && again.state == d.ledger.state
	for i := 0; same && i < min(len(versions), len(d.versions)); i++ {
		same = versions[i] == d.versions[i] || dirty[uint32(i+1)] || d.torn[uint32(i+1)]
	}
	if !same {
		rep.add(&Fault{Kind: ErrTampered, File: d.ledger.path, What: "not what was last written"})
	}
}

// Verify reads the key file and its copy again and compares them with what was unlocked. It fails with a
// [Fault] on the first that is missing, unreadable, damaged, or not the current one.
func (k *Keys) Verify(root Root) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.doc == nil || !hmac.Equal(k.doc.MAC, k.doc.mac(root)) {
		return errors.New("crypt: the key file is not unlocked with this root key")
	}
	want := k.doc.encode()
	for _, p := range []string{k.path, copyPath(k.path)} {
		data, err := readFile(k.disk, p, keyFileMax)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &Fault{Kind: ErrMissingKeys, File: p}
		case err != nil:
			return unreadable(p, 0, err)
		case !bytes.Equal(data, want):
			return &Fault{Kind: ErrTampered, File: p, What: "not the current key file"}
		}
	}
	return nil
}
