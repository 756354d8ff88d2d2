package crypt

import "errors"

// walHandle is one connection's handle of the log.
type walHandle struct {
	noIndex
	w       *walFile
	gen     id
	aad     frameAAD
	scratch [walRecord]byte
	held    uint32 // frame whose header waits for its page; 0: none
	head    [sqlFrameHead]byte
	reread  uint32 // frame that was just read as a whole; 0: none
}

// errDropped refuses to rely on the log.
var errDropped = errors.New("an earlier flush failed, and may have dropped a part of the transaction")

// bind prepares for the current generation and returns the number of readable frames.
func (h *walHandle) bind() uint32 {
	h.w.mu.RLock()
	gen, good := h.w.gen, h.w.good
	h.w.mu.RUnlock()
	if gen != h.gen {
		h.gen, h.aad = gen, newFrameAAD(h.w.db.fileID, gen)
	}
	return good
}

// locate maps an offset as SQLite counts it to a frame and the place in it.
func locate(off int64) (uint32, int) {
	rel := off - sqlWALHeader
	return uint32(rel/sqlFrame + 1), int(rel % sqlFrame)
}

// fetch opens frame n into the scratch buffer and returns its 24 + 4096 bytes, nil if the record is
// not authentic.
func (h *walHandle) fetch(n uint32) ([]byte, error) {
	got, err := h.w.f.ReadAt(h.scratch[:], recordAt(n))
	if got < walRecord {
		return nil, ignoreEOF(err)
	}
	if !frameOf(h.scratch[:], h.gen, n) {
		return nil, nil
	}
	body := h.scratch[walClear:]
	if !h.w.db.m.logs.open(body, body, h.aad.frame(n, firstOf(h.scratch[:]))) {
		return nil, nil
	}
	return body[:sqlFrame], nil
}

// frameOf reports whether a record says that it is frame n of gen.
func frameOf(rec []byte, gen id, n uint32) bool { return id(rec) == gen && be.Uint32(rec[16:]) == n }

// firstOf is the first frame of the transaction to which a record says it belongs.
func firstOf(rec []byte) uint32 { return be.Uint32(rec[20:]) }

// readAt serves the header, whole frames (recovery, checksum rewriting), the pages in them, and the
// eight bytes of a checksum.
func (h *walHandle) readAt(p []byte, off int64) error {
	h.reread = 0
	if err := h.paired(); err != nil {
		return err
	}
	good := h.bind()
	if off >= 0 && off+int64(len(p)) <= sqlWALHeader {
		clear(p)
		if !h.gen.isZero() {
			h.w.mu.Lock()
			copy(p, h.w.head[off:])
			h.w.mu.Unlock()
		}
		return nil
	}
	if off < sqlWALHeader {
		return errors.New("unexpected read of the log")
	}
	n, in := locate(off)
	if in+len(p) > sqlFrame {
		return errors.New("unexpected read of the log")
	}
	if n > good && in == 0 {
		clear(p) // recovery: zeros end the log there
		return nil
	}
	frame, err := h.fetch(n)
	if err != nil || frame == nil || n > good {
		clear(p)
		if err == nil {
			err = &Fault{Kind: ErrTampered, File: h.w.db.path + walSuffix, Page: n, What: "does not open"}
		}
		return err
	}
	copy(p, frame[in:])
	if len(p) == sqlFrame {
		h.reread = n
	}
	return nil
}

// writeAt gathers a frame's header and page, which SQLite writes one after the other, into one record and one write.
// A page alone replaces that of a frame of the running transaction; a header alone, at the end of the transaction, that
// of the frame just read. It is written at once: another connection may flush the log, and rely on it.
func (h *walHandle) writeAt(p []byte, off int64) error {
	reread := h.reread
	h.reread = 0
	if off == 0 && len(p) == sqlWALHeader {
		if err := h.paired(); err != nil {
			return err
		}
		return h.w.start(p)
	}
	if off < sqlWALHeader {
		return errors.New("unexpected write to the log")
	}
	n, in := locate(off)
	switch {
	case in == 0 && len(p) == sqlFrameHead:
		if err := h.paired(); err != nil {
			return err
		}
		if n == reread {
			return h.rewrite(n, p, nil)
		}
		h.held = n
		copy(h.head[:], p)
		return nil
	case in == sqlFrameHead && len(p) == pageSize:
		if !sealable(p, 2) { // reserve only; which page it is says the frame's header
			return errors.New("a page without the reserve of 40 zero bytes cannot be sealed")
		}
		if h.held != n {
			return errors.Join(h.paired(), h.rewrite(n, nil, p))
		}
		h.held = 0
		h.bind()
		copy(h.scratch[walClear+sqlFrameHead:], p)
		if err := h.store(n, h.w.begun(n), h.head[:]); err != nil {
			return err
		}
		h.w.appended(h, n, be.Uint32(h.head[4:]) != 0)
		return nil
	}
	return errors.New("unexpected write to the log")
}

// paired fails if a header waits for its page, of which nothing is in the file.
func (h *walHandle) paired() error {
	if h.held == 0 {
		return nil
	}
	h.held = 0
	return errors.New("a frame's header without its page")
}

// rewrite replaces header or page of a frame of the running transaction.
func (h *walHandle) rewrite(n uint32, head, page []byte) error {
	if good := h.bind(); n > good {
		return errors.New("half a frame at the end of the log")
	}
	frame, err := h.fetch(n)
	if err != nil {
		return err
	}
	if frame == nil {
		return &Fault{Kind: ErrTampered, File: h.w.db.path + walSuffix, Page: n, What: "does not open"}
	}
	if page != nil {
		copy(frame[sqlFrameHead:], page)
	}
	if head == nil {
		head = frame[:sqlFrameHead]
	}
	if err := h.store(n, firstOf(h.scratch[:]), head); err != nil {
		return err
	}
	h.w.rewritten()
	return nil
}

// store seals and writes frame n, whose page is in the scratch buffer already.
func (h *walHandle) store(n, first uint32, head []byte) error {
	if err := h.w.admit(n, be.Uint32(head)); err != nil {
		return err
	}
	copy(h.scratch[:], h.gen[:])
	be.PutUint32(h.scratch[16:], n)
	be.PutUint32(h.scratch[20:], first)
	body := h.scratch[walClear:]
	copy(body, head)
	h.w.db.m.logs.seal(body, body[:sqlFrame], h.aad.frame(n, first))
	_, err := h.w.f.WriteAt(h.scratch[:], recordAt(n))
	return err
}

func (h *walHandle) truncate(size int64) error { return errors.Join(h.paired(), h.w.truncate(size)) }

func (h *walHandle) sync() error {
	if err := h.paired(); err != nil {
		return err
	}
	return h.w.sync(h)
}

func (h *walHandle) size() (int64, error) { return h.w.length() }

func (h *walHandle) close() error { return h.w.release() }
