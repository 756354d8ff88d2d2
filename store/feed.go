package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zafe/store/crypt"
)

// errSession ends a whole copy of files that are in the book's place no more, or that ran away from it.
var errSession = errors.New("store: the standby has to start anew")

// Feed answers what a standby asks ([Standby.Ask]): the steps it has not done yet, after a moment none, or a
// whole copy. What was written to w counts although an error is returned: the standby did it.
func (s *Store) Feed(ctx context.Context, ask io.Reader, w io.Writer) error {
	var a standbyAsk
	if err := json.NewDecoder(io.LimitReader(ask, wireAskMax)).Decode(&a); err != nil {
		return err
	}
	if s.life.Err() != nil {
		return errClosed()
	}
	w = heard{w, s.journal}
	switch {
	case a.Base:
		return (&feeding{s, w, a}).base(ctx)
	case !s.journal.acknowledge(a.Session, a.Seq):
		return wireStep{kind: wireStale}.write(w)
	case a.Check != nil:
		return (&feeding{s, w, a}).compareAndStep(ctx)
	default:
		return (&feeding{s, w, a}).steps(ctx)
	}
}

// compareAndStep compares a part, and sends what came meanwhile without waiting for more.
func (f *feeding) compareAndStep(ctx context.Context) error {
	differ, err := f.compare(ctx)
	if errors.Is(err, errSession) {
		return wireStep{kind: wireStale}.write(f.w)
	}
	if err != nil || len(differ) > 0 {
		return err
	}
	steps, _, ok := f.journal.after(f.ask.Session, f.ask.Seq)
	if !ok {
		return wireStep{kind: wireStale}.write(f.w)
	}
	return f.send(ctx, steps)
}

// heard notes that the standby is there as long as it takes what it is sent: a large file takes its time.
type heard struct {
	io.Writer
	journal *journal
}

// Write implements io.Writer.
func (h heard) Write(p []byte) (int, error) {
	n, err := h.Writer.Write(p)
	if err == nil {
		h.journal.hears()
	}
	return n, err
}

// feeding is one answer.
type feeding struct {
	*Store
	w   io.Writer
	ask standbyAsk
}

// steps sends what came since the place of the standby.
func (f *feeding) steps(ctx context.Context) error {
	wait := time.NewTimer(feedWait)
	defer wait.Stop()
	for {
		steps, came, ok := f.journal.after(f.ask.Session, f.ask.Seq)
		if !ok {
			return wireStep{kind: wireStale}.write(f.w)
		}
		if len(steps) > 0 {
			return f.send(ctx, steps)
		}
		select {
		case <-came:
		case <-wait.C:
			return nil
		case <-f.life.Done():
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *feeding) send(ctx context.Context, steps []noted) error {
	for _, s := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := error(nil)
		if s.kind == wireFile {
			err = f.file(s.seq, s.name)
		} else {
			err = s.write(f.w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *feeding) attachment(name string) string {
	return filepath.Join(f.dir, filesDir, name[:2], name)
}

// file sends an attachment as it is now: it came, or went.
func (f *feeding) file(seq uint64, name string) error {
	in, err := os.Open(f.attachment(name))
	if errors.Is(err, fs.ErrNotExist) {
		return wireStep{kind: wireGone, seq: seq, name: name}.write(f.w)
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	st, err := in.Stat()
	if err != nil {
		return err
	}
	if err := (wireStep{kind: wireFile, seq: seq, name: name, at: st.Size()}).write(f.w); err != nil {
		return err
	}
	_, err = io.CopyN(f.w, in, st.Size())
	return err
}

// base sends a whole copy: what the standby does not have of it.
func (f *feeding) base(ctx context.Context) error {
	var small []wireStep // the ledger, at the beginning
	var size int64
	session, from, err := f.journal.begin(func() (err error) {
		small, size, err = f.beginning()
		return err
	})
	if err != nil {
		return err
	}
	err = wireStep{kind: wireBegin, seq: from, data: []byte(session)}.write(f.w)
	if err == nil {
		err = f.attachments(ctx, session, from)
	}
	for _, s := range small {
		if s.seq = from; err == nil {
			err = s.write(f.w)
		}
	}
	if err == nil {
		err = f.blocks(ctx, session, bookFile, from, size, f.ask.Blocks)
	}
	if err == nil {
		err = f.blocks(ctx, session, bookFile+walSuffix, from, 0, nil)
	}
	if err == nil {
		err = f.keyFile(from)
	}
	if err != nil {
		return err
	}
	return f.catchUp(ctx, session, from)
}

// walSuffix is SQLite's, of the log beside a database.
const walSuffix = "-wal"

// beginning reads the ledger, and what is about to take its place, and measures the database.
func (f *feeding) beginning() (small []wireStep, size int64, err error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		name := e.Name()
		if !isBookFile(name) || name == bookFile || name == bookFile+walSuffix {
			continue
		}
		data, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil {
			return nil, 0, err
		}
		small = append(small, wireStep{kind: crypt.StepCut, name: name},
			wireStep{kind: crypt.StepWrote, name: name, data: data})
	}
	st, err := os.Stat(filepath.Join(f.dir, bookFile))
	if err != nil {
		return nil, 0, err
	}
	return small, st.Size(), nil
}

// attachments sends those that the standby lacks, and tells which are no more.
func (f *feeding) attachments(ctx context.Context, session string, seq uint64) error {
	root := filepath.Join(f.dir, filesDir)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && (d.IsDir() || !isContent(d.Name())) {
			return nil
		}
		if err == nil && !f.journal.on(session) {
			err = errSession
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		mark, err := markOf(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		have, ok := f.ask.Files[d.Name()]
		delete(f.ask.Files, d.Name())
		if err != nil || ok && have == mark {
			return err
		}
		return f.file(seq, d.Name())
	})
	for name := range f.ask.Files {
		if isContent(name) {
			err = errors.Join(err, wireStep{kind: wireGone, seq: seq, name: name}.write(f.w))
		}
	}
	return err
}

// isContent tells whether a name is an attachment's (store/crypt/FORMAT.md).
func isContent(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

// blocks sends a file of size bytes, or as long as it is now for 0, but for the blocks whose sums are known.
func (f *feeding) blocks(ctx context.Context, session, name string, seq uint64, size int64, sums []byte) error {
	path := filepath.Join(f.dir, name)
	if err := (wireStep{kind: crypt.StepCut, seq: seq, name: name, at: size}).write(f.w); err != nil {
		return err
	}
	block := make([]byte, blockBytes)
	for at := int64(0); size == 0 || at < size; at += blockBytes {
		var n int
		err := f.journal.still(session, func() (err error) { n, err = readBlock(path, block, at); return err })
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		sum := sumOf(block[:n])
		if len(sums) >= blockSum && bytes.Equal(sums[:blockSum], sum[:]) {
			sums = sums[blockSum:]
			continue
		}
		sums = sums[min(blockSum, len(sums)):]
		if err := (wireStep{kind: crypt.StepWrote, seq: seq, name: name, at: at, data: block[:n]}).write(f.w); err != nil {
			return err
		}
	}
	return nil
}

// readBlock reads what there is of a block; nothing of a file that is not there. The file is open no longer than
// that: where an open file cannot be exchanged for another, the book's own work would fail.
func readBlock(path string, block []byte, at int64) (n int, err error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err = in.ReadAt(block, at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, errors.Join(err, in.Close())
}

func (f *feeding) keyFile(seq uint64) error {
	data, err := os.ReadFile(filepath.Join(f.dir, keysFile))
	if err != nil {
		return err
	}
	return wireStep{kind: wirePut, seq: seq, name: keysFile, data: data}.write(f.w)
}

// catchUp sends what was done while the files were read, and says that the copy is whole.
func (f *feeding) catchUp(ctx context.Context, session string, from uint64) error {
	f.journal.mu.Lock()
	end := f.journal.seq
	f.journal.mu.Unlock()
	for from < end {
		steps, _, ok := f.journal.after(session, from)
		if !ok || len(steps) == 0 {
			return errSession
		}
		if err := f.send(ctx, steps); err != nil {
			return err
		}
		from = steps[len(steps)-1].seq
	}
	if !f.journal.on(session) {
		return errSession
	}
	return wireStep{kind: wireWhole, seq: from}.write(f.w)
}
