package crypt

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// simDisk is a disk in memory. It remembers every physical operation in order, so that the state
// after a power cut at any moment can be made up, and can fail operations on demand.
type simDisk struct {
	mu    sync.Mutex
	files map[string]*simData
	locks map[string]bool
	start map[string]*simData // the names at the beginning
	first map[*simData][]byte // and what they held
	trace []simOp
	keep  bool // record the trace

	fault  *simFault // nil: none
	failed int       // operations that failed
}

// simFault is hardware failing at one operation of those it concerns, or from there on.
type simFault struct {
	at   int // counted down
	kind faultKind
	part int // quarters of the bytes that a failing write still writes
}

type faultKind string

const (
	failOnce   faultKind = "once"   // any change
	failAlways faultKind = "always" // any change, and all that follow
	failFull   faultKind = "full"   // writes that lengthen a file, until some room is made
	failFlush  faultKind = "flush"  // a flush; what it should have flushed may be lost for good
	failRead   faultKind = "read"   // reading or opening
)

// fullFor is how many writes find no room before there is some again.
const fullFor = 20

// simData is the content of one file, whatever its name.
type simData struct{ data []byte }

type simKind int

const (
	simWrite simKind = iota
	simTruncate
	simSync
	simLink   // a name appears
	simUnlink // a name goes
	simRename
	simSyncDir
	simLost // a flush failed
	simAck  // a transaction was confirmed
	simRead // never in a trace
)

// simOp is one physical operation.
type simOp struct {
	kind simKind
	file *simData
	path string
	to   string
	off  int64
	data []byte
	ack  int
}

func newSimDisk(files map[string][]byte) *simDisk {
	d := &simDisk{files: make(map[string]*simData), locks: make(map[string]bool)}
	d.first = make(map[*simData][]byte)
	for p, b := range files {
		d.files[p] = &simData{bytes.Clone(b)}
		d.first[d.files[p]] = b
	}
	d.start = maps.Clone(d.files)
	return d
}

// begin starts the trace here: everything so far is durable.
func (d *simDisk) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keep, d.trace, d.start = true, nil, maps.Clone(d.files)
	d.first = make(map[*simData][]byte)
	for _, f := range d.files {
		d.first[f] = bytes.Clone(f.data)
	}
}

// content copies all files.
func (d *simDisk) content() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := make(map[string][]byte)
	for p, f := range d.files {
		c[p] = bytes.Clone(f.data)
	}
	return c
}

var errSim = errors.New("simulated hardware failure")

// fails reports whether an operation fails, and how; d.mu is held.
func (d *simDisk) fails(kind simKind, grows bool) error {
	f := d.fault
	if f == nil {
		return nil
	}
	concerned := kind != simRead
	switch f.kind {
	case failFull:
		concerned = kind == simWrite && grows
	case failFlush:
		concerned = kind == simSync || kind == simSyncDir
	case failRead:
		concerned = kind == simRead
	case failOnce, failAlways:
	}
	if !concerned {
		return nil
	}
	if f.at--; f.at > 0 {
		return nil
	}
	d.failed++
	switch f.kind {
	case failAlways:
	case failFull:
		if f.at <= -fullFor {
			d.fault = nil
		}
		return syscall.ENOSPC
	default:
		d.fault = nil
	}
	return errSim
}

// do records a changing operation unless it fails; d.mu is held.
func (d *simDisk) do(op simOp) error {
	grows := op.kind == simWrite && op.off+int64(len(op.data)) > int64(len(op.file.data))
	err := d.fails(op.kind, grows)
	if err != nil && op.kind == simSync {
		d.note(simOp{kind: simLost, file: op.file})
	}
	if err == nil {
		d.note(op)
	}
	return err
}

// note adds to the trace.
func (d *simDisk) note(op simOp) {
	if d.keep {
		op.data = bytes.Clone(op.data)
		d.trace = append(d.trace, op)
	}
}

func (d *simDisk) acknowledge(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note(simOp{kind: simAck, ack: n})
}

func (d *simDisk) open(path string, create bool) (diskFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails(simRead, false); err != nil {
		return nil, err
	}
	f := d.files[path]
	if f == nil {
		if !create {
			return nil, fs.ErrNotExist
		}
		f = &simData{}
		if err := d.do(simOp{kind: simLink, path: path, file: f}); err != nil {
			return nil, err
		}
		d.files[path] = f
	}
	return &simFile{d, f}, nil
}

func (d *simDisk) size(path string) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[path]; f != nil {
		return int64(len(f.data)), nil
	}
	return 0, fs.ErrNotExist
}

func (d *simDisk) remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[path] == nil {
		return fs.ErrNotExist
	}
	if err := d.do(simOp{kind: simUnlink, path: path}); err != nil {
		return err
	}
	delete(d.files, path)
	return nil
}

func (d *simDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.do(simOp{kind: simRename, path: from, to: to}); err != nil {
		return err
	}
	d.files[to] = d.files[from]
	delete(d.files, from)
	return nil
}

func (d *simDisk) syncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.do(simOp{kind: simSyncDir})
}

func (d *simDisk) lock(path string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks[path] {
		return nil, &Fault{Kind: ErrInUse, File: path}
	}
	d.locks[path] = true
	return simLock{d, path}, nil
}

type simLock struct {
	d    *simDisk
	path string
}

func (l simLock) Close() error {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	delete(l.d.locks, l.path)
	return nil
}

type simFile struct {
	d *simDisk
	f *simData
}

func (f *simFile) ReadAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.fails(simRead, false); err != nil {
		return 0, err
	}
	if off >= int64(len(f.f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.f.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *simFile) WriteAt(p []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	fault := f.d.fault
	if err := f.d.do(simOp{kind: simWrite, file: f.f, off: off, data: p}); err != nil {
		n := len(p) * fault.part / 4
		if n > 0 {
			f.f.write(p[:n], off)
			f.d.note(simOp{kind: simWrite, file: f.f, off: off, data: p[:n]})
		}
		return n, err
	}
	f.f.write(p, off)
	return len(p), nil
}

func (f *simData) write(p []byte, off int64) {
	if end := off + int64(len(p)); end > int64(len(f.data)) {
		f.data = append(f.data, make([]byte, end-int64(len(f.data)))...)
	}
	copy(f.data[off:], p)
}

func (f *simData) truncate(size int64) {
	if size <= int64(len(f.data)) {
		f.data = f.data[:size:size]
		return
	}
	f.data = append(f.data, make([]byte, size-int64(len(f.data)))...)
}

func (f *simFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return f.d.do(simOp{kind: simSync, file: f.f})
}

func (f *simFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.do(simOp{kind: simTruncate, file: f.f, off: size}); err != nil {
		return err
	}
	f.f.truncate(size)
	return nil
}

func (f *simFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return int64(len(f.f.data)), nil
}

func (f *simFile) Close() error { return nil }

// crash is what may be on the disk after a power cut behind operation n of the trace, and the last
// transaction confirmed by then. Of what was not flushed, each operation arrived as a whole, in
// part, or not at all; the one sector being written may hold anything.
func (d *simDisk) crash(n int, rnd *rand.Rand) (map[string][]byte, int) {
	type state struct {
		durable simData
		pending []simOp
	}
	states := make(map[*simData]*state)
	find := func(f *simData) *state {
		if states[f] == nil {
			states[f] = &state{durable: simData{bytes.Clone(d.first[f])}}
		}
		return states[f]
	}
	names := maps.Clone(d.start)
	var links []simOp
	acked := 0
	for _, op := range d.trace[:n] {
		switch op.kind {
		case simAck:
			acked = op.ack
		case simWrite, simTruncate:
			s := find(op.file)
			s.pending = append(s.pending, op)
		case simSync:
			s := find(op.file)
			for _, p := range s.pending {
				applyOp(&s.durable, p)
			}
			s.pending = nil
		case simLost: // the system may think it written, and not try again
			s := find(op.file)
			for _, p := range s.pending {
				applyPart(&s.durable, p, rnd)
			}
			s.pending = nil
		case simLink, simUnlink, simRename:
			links = append(links, op)
		case simSyncDir:
			for _, l := range links {
				applyLink(names, l)
			}
			links = nil
		default: // reading changes nothing
		}
	}
	applyNames(names, links, rnd)
	out := make(map[string][]byte)
	for _, p := range slices.Sorted(maps.Keys(names)) { // in order: a seed tells the same story again
		s := find(names[p])
		d := simData{bytes.Clone(s.durable.data)}
		for _, op := range s.pending {
			applyPart(&d, op, rnd)
		}
		out[p] = d.data
	}
	return out, acked
}

// fork is the disk as a process killed behind operation n of the trace leaves it, the power staying
// on: what was not flushed can be read, and is lost in a power cut later.
func (d *simDisk) fork(n int) *simDisk {
	twins := make(map[*simData]*simData)
	twin := func(f *simData) *simData {
		if f != nil && twins[f] == nil {
			twins[f] = &simData{bytes.Clone(d.first[f])}
		}
		return twins[f]
	}
	c := newSimDisk(nil)
	c.keep = true
	for p, f := range d.start {
		c.start[p], c.files[p] = twin(f), twin(f)
	}
	for _, op := range d.trace[:n] {
		op.file = twin(op.file)
		c.trace = append(c.trace, op)
		switch op.kind {
		case simWrite, simTruncate:
			applyOp(op.file, op)
		case simLink, simUnlink, simRename:
			applyLink(c.files, op)
		default: // changes nothing
		}
	}
	for f, t := range twins {
		c.first[t] = d.first[f]
	}
	return c
}

func applyOp(d *simData, op simOp) {
	if op.kind == simTruncate {
		d.truncate(op.off)
		return
	}
	d.write(op.data, op.off)
}

// applyNames applies what a power cut leaves of changes of names: most systems of files write them in order, so that
// some of the last are missing; none promises it.
func applyNames(names map[string]*simData, links []simOp, rnd *rand.Rand) {
	if rnd.IntN(2) == 0 {
		links = links[:rnd.IntN(len(links)+1)]
	} else {
		links = slices.DeleteFunc(slices.Clone(links), func(simOp) bool { return rnd.IntN(2) == 0 })
	}
	for _, l := range links {
		if l.kind != simRename || names[l.path] != nil {
			applyLink(names, l)
		}
	}
}

func applyLink(names map[string]*simData, op simOp) {
	switch op.kind {
	case simLink:
		names[op.path] = op.file
	case simUnlink:
		delete(names, op.path)
	case simRename:
		names[op.to] = names[op.path]
		delete(names, op.path)
	default: // no name
	}
}

// applyPart applies what a power cut leaves of an operation.
func applyPart(d *simData, op simOp, rnd *rand.Rand) {
	const sector = 512
	switch rnd.IntN(4) {
	case 0: // nothing
		return
	case 1: // all
		applyOp(d, op)
		return
	}
	if op.kind == simTruncate {
		return
	}
	garbage := -1
	sectors := int((op.off+int64(len(op.data))-1)/sector - op.off/sector + 1)
	if rnd.IntN(2) == 0 {
		garbage = rnd.IntN(sectors)
	}
	for i, at := 0, op.off; at < op.off+int64(len(op.data)); i++ {
		end := min((at/sector+1)*sector, op.off+int64(len(op.data)))
		part := op.data[at-op.off : end-op.off]
		switch {
		case i == garbage:
			junk := make([]byte, len(part))
			for j := range junk {
				junk[j] = byte(rnd.Uint32())
			}
			d.write(junk, at)
		case rnd.IntN(2) == 0:
			d.write(part, at)
		}
		at = end
	}
}

func TestSimDisk(t *testing.T) {
	d := newSimDisk(nil)
	d.keep = true
	f, err := d.open("a", true)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteAt([]byte("one"), 0)
	_ = f.Sync()
	_ = d.syncDir("a")
	d.acknowledge(1)
	_, _ = f.WriteAt([]byte("two"), 0)
	seen := make(map[string]bool)
	for seed := range uint64(50) {
		files, acked := d.crash(len(d.trace), rand.New(rand.NewPCG(seed, 0)))
		if acked != 1 {
			t.Fatal("acknowledgement lost")
		}
		seen[string(files["a"])] = true
	}
	if !seen["one"] || !seen["two"] {
		t.Errorf("states: %v", seen)
	}
}
