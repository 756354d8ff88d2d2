package crypt

import (
	"errors"
	"fmt"
	"slices"
)

// Sizes and kinds of the ledger's parts; see FORMAT.md.
const (
	ledgerHeader   = 32
	ledgerPrefix   = 12 // length and sequence number
	ledgerFixed    = 48 // the state every record carries
	ledgerSnapshot = 1
	ledgerChanges  = 2

	flagLive    = 1
	flagRelaxed = 2

	ledgerMagic = "zafe-ldg"
	// ledgerSlack is how far the file may outgrow twice its contents before it is rewritten.
	ledgerSlack = 1 << 20
	// ledgerTries bounds how much is opened that looks like a record behind a damaged one: the next one is, or
	// the one after it; anything more was put there to keep us busy.
	ledgerTries = 16
	// ledgerBase is what may always be read of a ledger: a database that was just made shorter, by up to 36 GiB,
	// may still have that of its former length.
	ledgerBase = 256 << 20
)

// ledgerMax bounds what is read of the ledger of a database of so many pages: twice a version for each, before
// it is rewritten, and a change of each. A file that only says that it is larger must not exhaust the memory.
func ledgerMax(pages int64) int64 { return ledgerBase + (2*8+12)*pages }

// ledgerState is what each record states about the database and its log.
type ledgerState struct {
	pages   uint32 // length of the database; the file is never shorter
	frames  uint32 // frames of the current generation known to be on disk, up to a commit
	gen     id     // generation of the log; zero: none
	prev    id     // generation that may still be on disk if gen's header never got there
	live    bool   // gen holds a committed transaction: the log must exist
	relaxed bool   // commits of gen were not flushed one by one (synchronous=NORMAL)
}

// change is the new version of one page.
type change struct {
	page    uint32
	version uint64
}

// ledger is the append-only file that remembers the latest version of every page and the state of
// the log. Records are sealed and chained: each is bound to the tag of the one before.
// It is not safe for concurrent use.
type ledger struct {
	d      disk
	path   string
	s      *suite
	f      diskFile
	header [ledgerHeader]byte
	state  ledgerState
	seq    uint64
	prev   [tagSize]byte
	size   int64
	// cut says that something stands behind the last record: one that a crash left incomplete, or that the
	// disk lost. It stays until the next record takes its place.
	cut bool
}

func (l *ledger) identity() id { return id(l.header[16:]) }

func (l *ledger) aad(seq uint64) []byte {
	a := make([]byte, 0, ledgerHeader+8+tagSize)
	a = append(a, l.header[:]...)
	a = be.AppendUint64(a, seq)
	return append(a, l.prev[:]...)
}

// newLedger prepares the ledger of a new file; write creates it.
func newLedger(d disk, path string, s *suite, file id) *ledger {
	l := &ledger{d: d, path: path, s: s}
	copy(l.header[:], ledgerMagic)
	be.PutUint16(l.header[8:], formatVersion)
	l.header[10] = suiteXAES
	copy(l.header[16:], file[:])
	return l
}

// loadLedger reads the ledger of a database with so many pages and returns it with the version of each.
func loadLedger(d disk, path string, s *suite, pages int64) (*ledger, []uint64, error) {
	data, err := readFile(d, path, ledgerMax(pages))
	if err != nil {
		return nil, nil, err
	}
	l := &ledger{d: d, path: path, s: s}
	versions, err := l.parse(data)
	if err != nil {
		return nil, nil, err
	}
	if l.f, err = d.open(path, false); err != nil {
		return nil, nil, err
	}
	l.cut = l.size < int64(len(data))
	// A process killed before its flush may have left the last record to memory only. What is decided
	// by it from here on, such as to delete the log, must not outlive it.
	if err := l.f.Sync(); err != nil {
		return nil, nil, errors.Join(err, l.f.Close())
	}
	return l, versions, nil
}

// parse reads header and records.
func (l *ledger) parse(data []byte) ([]uint64, error) {
	bad := func(what string) error { return &Fault{Kind: ErrTampered, File: l.path, What: what} }
	if len(data) < ledgerHeader || string(data[:8]) != ledgerMagic {
		return nil, bad("not a ledger")
	}
	if v := be.Uint16(data[8:]); v > formatVersion {
		return nil, &Fault{Kind: ErrNewer, File: l.path, What: fmt.Sprintf("format %d", v)}
	}
	copy(l.header[:], data)
	l.size = ledgerHeader
	var versions []uint64
	for rest := data[ledgerHeader:]; len(rest) > 0; {
		n := int64(0)
		if len(rest) >= ledgerPrefix {
			n = int64(be.Uint32(rest))
		}
		if n < ledgerFixed+overhead || n > int64(len(rest)-ledgerPrefix) {
			break
		}
		seq, body := be.Uint64(rest[4:]), rest[ledgerPrefix:ledgerPrefix+n]
		plain := make([]byte, n-overhead)
		if !l.s.open(plain, body, l.aad(seq)) {
			if seq == l.seq+1 && n < int64(len(rest)-ledgerPrefix) {
				return nil, bad("a record inside does not open")
			}
			break
		}
		if l.seq != 0 && seq != l.seq+1 || seq == 0 {
			return nil, bad("records out of order")
		}
		var err error
		if versions, err = l.apply(versions, plain); err != nil {
			return nil, bad(err.Error())
		}
		l.seq, l.prev = seq, [tagSize]byte(body[n-overhead:])
		l.size += ledgerPrefix + n
		rest = rest[ledgerPrefix+n:]
	}
	if l.seq == 0 {
		return nil, bad("its first record does not open with this key")
	}
	if seq := l.later(data[l.size:]); seq != 0 {
		return nil, bad(fmt.Sprintf("record %d does not open, and %d follows", l.seq+1, seq))
	}
	return versions, nil
}

// later looks for a record behind one that does not open, and returns its number: then that one had been
// flushed, and no crash cut it. A record opens by itself: the tag it continues is in the bytes before it.
func (l *ledger) later(rest []byte) uint64 {
	probe, tries := *l, ledgerTries
	for at := overhead; at+ledgerPrefix <= len(rest) && tries > 0; at++ {
		n, seq := int64(be.Uint32(rest[at:])), be.Uint64(rest[at+4:])
		if seq < l.seq+2 || seq-l.seq > uint64(len(rest)) ||
			n < ledgerFixed+overhead || n > int64(len(rest)-at-ledgerPrefix) {
			continue
		}
		tries--
		probe.prev = [tagSize]byte(rest[at-overhead:])
		body := rest[at+ledgerPrefix:][:n]
		if l.s.open(make([]byte, n-overhead), body, probe.aad(seq)) {
			return seq
		}
	}
	return 0
}

// apply reads one record's plaintext.
func (l *ledger) apply(versions []uint64, p []byte) ([]uint64, error) {
	kind, flags, count := p[0], p[1], be.Uint32(p[12:])
	st := ledgerState{
		pages: be.Uint32(p[4:]), frames: be.Uint32(p[8:]),
		gen: id(p[16:]), prev: id(p[32:]),
		live: flags&flagLive != 0, relaxed: flags&flagRelaxed != 0,
	}
	p = p[ledgerFixed:]
	switch {
	case kind == ledgerSnapshot && count == st.pages && uint64(len(p)) == 8*uint64(count):
		versions = make([]uint64, count)
		for i := range versions {
			versions[i] = be.Uint64(p[8*i:])
		}
	case kind == ledgerChanges && l.seq != 0 && uint64(len(p)) == 12*uint64(count):
		if int64(st.pages) > int64(len(versions))+int64(count)+1 { // one more for the lock page
			return nil, errors.New("grows without saying how")
		}
		versions = resize(versions, st.pages)
		for ; len(p) > 0; p = p[12:] {
			n := be.Uint32(p)
			if n == 0 || n > st.pages {
				return nil, errors.New("a change lies outside")
			}
			versions[n-1] = be.Uint64(p[4:])
		}
	default:
		return nil, errors.New("unknown record")
	}
	l.state = st
	return versions, nil
}

// resize returns v with n elements, new ones zero.
func resize(v []uint64, n uint32) []uint64 {
	if int(n) <= len(v) {
		return v[:n]
	}
	return append(v, make([]uint64, int(n)-len(v))...)
}

// encode seals the next record and returns it with its tag.
func (l *ledger) encode(st ledgerState, versions []uint64, changes []change) ([]byte, [tagSize]byte) {
	kind, count, tail := byte(ledgerChanges), len(changes), 12*len(changes)
	if versions != nil {
		kind, count, tail = ledgerSnapshot, len(versions), 8*len(versions)
	}
	rec := make([]byte, ledgerPrefix+ledgerFixed, ledgerPrefix+ledgerFixed+tail+overhead)
	be.PutUint32(rec, uint32(ledgerFixed+tail+overhead))
	be.PutUint64(rec[4:], l.seq+1)
	p := rec[ledgerPrefix:]
	p[0] = kind
	if st.live {
		p[1] |= flagLive
	}
	if st.relaxed {
		p[1] |= flagRelaxed
	}
	be.PutUint32(p[4:], st.pages)
	be.PutUint32(p[8:], st.frames)
	be.PutUint32(p[12:], uint32(count))
	copy(p[16:], st.gen[:])
	copy(p[32:], st.prev[:])
	for _, v := range versions {
		rec = be.AppendUint64(rec, v)
	}
	for _, c := range changes {
		rec = be.AppendUint64(be.AppendUint32(rec, c.page), c.version)
	}
	plain := rec[ledgerPrefix:]
	rec = rec[:len(rec)+overhead]
	l.s.seal(rec[ledgerPrefix:], plain, l.aad(l.seq+1))
	return rec, [tagSize]byte(rec[len(rec)-overhead:])
}

// append writes one record and makes it durable. After a failed write the part written is cut off
// again; after a failed flush nobody knows what is on disk and the ledger is closed for good.
func (l *ledger) append(st ledgerState, changes []change) error {
	if l.f == nil {
		return ErrReopen
	}
	if l.cut { // what stands there must be gone before a record that a crash could leave shorter
		if err := errors.Join(l.f.Truncate(l.size), l.f.Sync()); err != nil {
			return err
		}
		l.cut = false
	}
	rec, tag := l.encode(st, nil, changes)
	if _, err := l.f.WriteAt(rec, l.size); err != nil {
		if cut := l.f.Truncate(l.size); cut != nil {
			err = errors.Join(err, cut, l.close())
		}
		return err
	}
	if err := l.f.Sync(); err != nil {
		return errors.Join(ErrReopen, err, l.close())
	}
	l.state, l.prev, l.seq, l.size = st, tag, l.seq+1, l.size+int64(len(rec))
	return nil
}

// bulky reports whether a rewrite is worth it.
func (l *ledger) bulky() bool {
	return l.size > 2*(ledgerHeader+ledgerPrefix+ledgerFixed+8*int64(l.state.pages))+ledgerSlack
}

// write replaces the file by one snapshot record.
func (l *ledger) write(st ledgerState, versions []uint64) error {
	st.pages = uint32(len(versions))
	if versions == nil {
		versions = []uint64{}
	}
	next := *l
	next.prev = [tagSize]byte{}
	rec, tag := next.encode(st, versions, nil)
	if err := prepareFile(l.d, l.path, slices.Concat(l.header[:], rec)); err != nil {
		return err // no room, perhaps: the file as it is goes on
	}
	if err := errors.Join(l.close(), installFile(l.d, l.path)); err != nil {
		return err
	}
	f, err := l.d.open(l.path, false)
	if err != nil {
		return err
	}
	l.f, l.state, l.prev, l.seq = f, st, tag, l.seq+1
	l.size, l.cut = ledgerHeader+int64(len(rec)), false
	return nil
}

func (l *ledger) close() error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}
