package crypt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
)

// openLog looks at the log before SQLite does, decides whether it is the one the ledger expects,
// and finds the frames SQLite may read.
func (d *database) openLog() error {
	w := &d.log
	w.db = d
	path := d.path + walSuffix
	st, _ := d.ledgerNow()
	missing := &Fault{Kind: ErrMissingWAL, File: path}
	f, err := d.m.disk.open(path, false)
	if errors.Is(err, fs.ErrNotExist) {
		if st.live {
			return missing
		}
		return nil // an older one may come back until a new one is begun, and is known as the one before
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from and flushed
	size, err := f.Size()
	if err != nil {
		return err
	}
	if size < walHeader {
		if st.live {
			missing.What = "empty"
			return missing
		}
		return f.Sync()
	}
	return w.inspect(f, st, size)
}

// inspect judges a log that is there.
func (w *walFile) inspect(f diskFile, st ledgerState, size int64) error {
	d, path := w.db, w.db.path+walSuffix
	refuse := func(what string) error { return &Fault{Kind: ErrTampered, File: path, What: what} }
	raw := make([]byte, walHeader)
	if _, err := f.ReadAt(raw, 0); err != nil {
		return err
	}
	file, gen, head, ok := openWALHeader(d.m.logs, raw)
	switch {
	case ok && file != d.fileID:
		return refuse("the log of another database")
	case ok && (be.Uint16(raw[8:]) != formatVersion || raw[10] != suiteXAES):
		return &Fault{Kind: ErrNewer, File: path}
	case ok && gen == st.gen: // the expected one
	case st.live && ok:
		return refuse("an older log")
	case st.live:
		return refuse("its header does not open")
	case ok && gen == st.prev: // all of it is in the database; its removal got lost in a crash
		w.onDisk = gen // a generation is followed by another only when its header is on the disk
		return nil
	case ok:
		return refuse("an older log")
	default: // torn while being written; nothing of it was ever confirmed
		d.m.event(Event{Kind: EventWALDropped, File: path, What: "header does not open"})
		return f.Sync()
	}
	w.reset(gen)
	w.onDisk, w.head, w.live, w.relax = gen, head, st.live, st.relaxed
	return w.scan(f, st, uint32(min((size-walHeader)/walRecord, 1<<31)))
}

// frameReader reads frames of one generation, outside SQLite.
type frameReader struct {
	f   diskFile
	s   *suite
	gen id
	aad frameAAD
	rec [walRecord]byte
}

// frame returns the 24 + 4096 bytes of frame n, nil if it is not authentic, and whether the record
// claims to be that frame. The bytes are valid until the next call.
func (r *frameReader) frame(n uint32) (body []byte, claims bool, err error) {
	got, err := r.f.ReadAt(r.rec[:], recordAt(n))
	if got < walRecord {
		return nil, false, ignoreEOF(err)
	}
	claims = frameOf(r.rec[:], r.gen, n)
	body = r.rec[walClear:]
	if !claims || !r.s.open(body, body, r.aad.frame(n, firstOf(r.rec[:]))) {
		return nil, claims, nil
	}
	return body[:sqlFrame], claims, nil
}

// altered reports whether a record that does not say so is frame n of the transaction that begins at first: what it
// says in the clear was changed, or, or torn by a power cut where it ends with a sector of the disk.
func (r *frameReader) altered(n, first uint32) (bool, error) {
	got, err := r.f.ReadAt(r.rec[:], recordAt(n))
	if got < walRecord {
		return false, ignoreEOF(err)
	}
	body := r.rec[walClear:]
	return r.s.open(body, body, r.aad.frame(n, first)), nil
}

// extent is how far a log goes.
type extent struct {
	commit  uint32          // last frame that ends a transaction
	end     uint32          // first frame that does not belong to the log
	damaged bool            // that frame claims to, but does not open; or it would, and does not claim to
	pages   map[uint32]bool // pages in the frames up to commit
}

// torn reports whether the log goes on behind its last commit: with a record that does not open, or with frames
// of a transaction without an end.
func (x *extent) torn() bool { return x.damaged || x.end-1 > x.commit }

// measure reads a log from its beginning, as SQLite's recovery does.
func (r *frameReader) measure(head []byte, frames uint32) (extent, error) {
	sum := newWALSum(head)
	x := extent{end: 1, pages: make(map[uint32]bool)}
	var run []uint32 // pages of the transaction being read
	for ; x.end <= frames; x.end++ {
		body, claims, err := r.frame(x.end)
		if err != nil {
			return x, err
		}
		if body == nil || !sum.next(body) {
			if x.damaged = body == nil && claims; body == nil && !claims {
				x.damaged, err = r.altered(x.end, x.commit+1)
			}
			return x, err
		}
		if run = append(run, be.Uint32(body)); be.Uint32(body[4:]) != 0 {
			x.commit = x.end
			for _, n := range run {
				x.pages[n] = true
			}
			run = run[:0]
		}
	}
	return x, nil
}

// scan finds the last committed transaction and decides whether what follows can be the work of a
// crash. Commits are flushed one by one unless the ledger says otherwise: so only the last
// transaction can be incomplete, and no other can have begun behind it.
func (w *walFile) scan(f diskFile, st ledgerState, frames uint32) error {
	path := w.db.path + walSuffix
	r := &frameReader{f: f, s: w.db.m.logs, gen: w.gen, aad: newFrameAAD(w.db.fileID, w.gen)}
	x, err := r.measure(w.head[:], frames)
	if err != nil {
		return err
	}
	w.commit, w.good, w.db.torn = x.commit, x.commit, x.pages
	maps.Copy(w.pages, x.pages)
	if w.commit < st.frames || st.live && w.commit == 0 {
		what := "committed frames are missing or damaged"
		return &Fault{Kind: ErrTampered, File: path, Page: x.end, What: what}
	}
	if !w.relax {
		if err := r.whole(path, x.end, frames); err != nil {
			return err
		}
	}
	if x.torn() {
		lost := x.end - 1 - x.commit
		what := fmt.Sprintf("ends after frame %d; %d frames of the last transaction dropped", x.commit, lost)
		w.db.m.event(Event{Kind: EventWALCut, File: path, Page: x.end, What: what})
	}
	if err := f.Sync(); err != nil {
		return err
	}
	w.synced = w.commit
	if w.commit != 0 && !w.live {
		return w.enliven()
	}
	return nil
}

// whole refuses a log of which frame end does not belong to it although a transaction began behind that:
// whatever was committed before had been flushed by then.
func (r *frameReader) whole(path string, end, frames uint32) error {
	for n := end + 1; n <= frames; n++ {
		body, _, err := r.frame(n)
		if err != nil {
			return err
		}
		if first := firstOf(r.rec[:]); body != nil && first > end {
			what := fmt.Sprintf("damaged, although a transaction began later, at %d", first)
			return &Fault{Kind: ErrTampered, File: path, Page: end, What: what}
		}
	}
	return nil
}

// walSum is SQLite's running checksum over the frames of a log (fileformat2.html, section 4.2).
type walSum struct {
	big    bool // words are read big-endian
	s0, s1 uint32
	salt   [8]byte
}

func newWALSum(head []byte) walSum {
	return walSum{head[3]&1 != 0, be.Uint32(head[24:]), be.Uint32(head[28:]), [8]byte(head[16:])}
}

// next adds a frame and reports whether it continues the log.
func (s *walSum) next(frame []byte) bool {
	s.add(frame[:8])
	s.add(frame[sqlFrameHead:])
	return [8]byte(frame[8:]) == s.salt && be.Uint32(frame) != 0 &&
		be.Uint32(frame[16:]) == s.s0 && be.Uint32(frame[20:]) == s.s1
}

func (s *walSum) add(p []byte) {
	a, b := s.s0, s.s1
	for ; len(p) >= 8; p = p[8:] {
		if s.big {
			a += be.Uint32(p) + b
			b += be.Uint32(p[4:]) + a
		} else {
			a += le.Uint32(p) + b
			b += le.Uint32(p[4:]) + a
		}
	}
	s.s0, s.s1 = a, b
}
