package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"zafe/app/durable"
	"zafe/store/blob"
	"zafe/store/crypt"
)

// comingSuffix is of the folder with the attachments of a whole copy that is not whole yet: those that came need not
// come again.
const comingSuffix = ".coming"

// Standby is the copy of another PC's book, in a folder of its own that [Open] opens at any moment, with the
// secrets of the book. It is not safe for concurrent use.
type Standby struct {
	dir     string
	lock    io.Closer
	session string // "" until a whole copy came from the program at the other end
	seq     uint64 // of the last step done
	copy    *mirror

	check    *checking // the comparison under way, nil for none
	next     checking  // where it goes on once the part that was sent is answered
	answered bool      // it is
	matches  bool      // the last one found all the same
}

// OpenStandby takes the copy in dir, which may not be there yet, until Close. Fault store.in_use.
func OpenStandby(dir string) (*Standby, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, classify(err)
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, classify(err)
	}
	if err := settle(dir); err != nil {
		return nil, errors.Join(classify(err), lock.Close())
	}
	return &Standby{dir: dir, lock: lock, copy: &mirror{dir: dir}}, nil
}

// Close lets go of the copy.
func (s *Standby) Close() error { return errors.Join(s.copy.close(), s.lock.Close()) }

// Follows tells whether the copy is at a place that the other end knows, not about to begin anew.
func (s *Standby) Follows() bool { return s.session != "" }

// Remove removes the copy, and what came of one: this PC is not to have it any more.
func (s *Standby) Remove() error {
	s.session = ""
	err := s.copy.close()
	for _, dir := range []string{s.dir, s.dir + oldSuffix, s.dir + comingSuffix} {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// Ask is what to ask of [Store.Feed]. Without a place in what the other end knows it is a whole copy, but for
// what is here already; to say that, all of the copy is read.
func (s *Standby) Ask() ([]byte, error) {
	a := standbyAsk{Session: s.session, Seq: s.seq}
	if s.session == "" {
		a.Base = true
		var err error
		if a.Blocks, err = blockSums(filepath.Join(s.dir, bookFile)); err != nil {
			return nil, err
		}
		a.Files = map[string]string{}
		for _, dir := range []string{s.dir, s.dir + comingSuffix} {
			if err := fileMarks(filepath.Join(dir, filesDir), a.Files); err != nil {
				return nil, err
			}
		}
		s.check = nil // all of it comes anew
	}
	if s.check != nil {
		part, next, err := s.part()
		if err != nil {
			return nil, err
		}
		a.Check, s.next, s.answered = &part, next, false
	}
	return json.Marshal(a)
}

func blockSums(path string) (all []byte, err error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	block := make([]byte, blockBytes)
	for {
		n, err := io.ReadFull(in, block)
		if n > 0 {
			sum := sumOf(block[:n])
			all = append(all, sum[:]...)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// fileMarks adds what tells the attachments under root apart.
func fileMarks(root string, all map[string]string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && (d.IsDir() || !isContent(d.Name())) {
			return nil
		}
		if err != nil {
			return err
		}
		mark, err := markOf(path)
		if errors.Is(err, fs.ErrNotExist) { // it went meanwhile
			return nil
		}
		all[d.Name()] = mark
		return err
	})
}

// Receive does what an answer says, and returns the number of steps done. An answer that breaks off is no loss:
// the next one goes on where it ended. Faults store.disk_full, store.disk.
func (s *Standby) Receive(ctx context.Context, answer io.Reader) (steps int, err error) {
	r := bufio.NewReaderSize(answer, blockBytes)
	for ctx.Err() == nil {
		step, err := readWire(r)
		switch {
		case errors.Is(err, io.EOF):
			if s.check != nil && !s.answered { // the main PC is too old to compare
				s.check = nil
			}
			return steps, nil
		case err != nil:
			return steps, err
		case step.kind == wireStale:
			s.session = ""
			return steps, nil
		case step.kind == wireBegin:
			err := s.whole(ctx, r, step)
			return steps, classify(err)
		case step.kind == wireCompared:
			if err := s.compared(step.data); err != nil || s.session == "" {
				return steps, classify(err)
			}
			continue
		case s.session == "" || step.seq != s.seq+1:
			s.session = ""
			return steps, fmt.Errorf("store: step %d where %d was due", step.seq, s.seq+1)
		}
		if err := s.copy.do(step, r); err != nil {
			if step.kind != wireFile { // a file is there or not; of others nobody knows how much was done
				s.session = ""
			}
			return steps, classify(err)
		}
		s.seq = step.seq
		steps++
	}
	return steps, ctx.Err()
}

// whole takes a whole copy in, which takes the place of the one that is here once it is on the disk.
func (s *Standby) whole(ctx context.Context, r *bufio.Reader, begin wireStep) error {
	s.session = ""
	if err := errors.Join(s.copy.close(), os.RemoveAll(s.dir+oldSuffix)); err != nil {
		return err
	}
	var o Options
	var last uint64
	err := o.replace(s.dir, s.dir+oldSuffix, func(fresh string) (err error) {
		// What came of a copy that was cut is younger than the attachments of the one before.
		if err := errors.Join(o.linkFiles(fresh, s.dir+comingSuffix), o.linkFiles(fresh, s.dir)); err != nil {
			return err
		}
		old := filepath.Join(s.dir, bookFile)
		if err := copyFile(filepath.Join(fresh, bookFile), old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		coming := s.dir + comingSuffix
		m := &mirror{dir: fresh, building: true, coming: coming}
		last, err = m.fill(ctx, r)
		if err = errors.Join(err, m.close()); err != nil {
			return err
		}
		return o.linkFiles(fresh, coming)
	})
	if err != nil {
		return err
	}
	s.session, s.seq = string(begin.data), last
	return errors.Join(os.RemoveAll(s.dir+oldSuffix), os.RemoveAll(s.dir+comingSuffix))
}

// mirror does to the files of a folder what was done to a book's.
type mirror struct {
	dir      string
	building bool   // nobody opens it yet: all is flushed at the end, and what is missing came later
	coming   string // while building: where attachments go first, which stay there if it does not get to its end
	files    map[string]*os.File
}

func (m *mirror) fill(ctx context.Context, r *bufio.Reader) (last uint64, err error) {
	for ctx.Err() == nil {
		step, err := readWire(r)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		if step.kind != wireWhole {
			if err := m.do(step, r); err != nil {
				return 0, err
			}
			continue
		}
		for _, f := range m.files {
			err = errors.Join(err, f.Sync())
		}
		return step.seq, err
	}
	return 0, ctx.Err()
}

func (m *mirror) close() error {
	var errs []error
	for name, f := range m.files {
		errs = append(errs, f.Close())
		delete(m.files, name)
	}
	return errors.Join(errs...)
}

// do does one step; r has the content of an attachment.
func (m *mirror) do(s wireStep, r io.Reader) error {
	switch s.kind {
	case wirePut:
		if s.name != keysFile {
			return errStrange(s)
		}
		path := filepath.Join(m.dir, keysFile)
		return errors.Join(durable.WriteFile(path, s.data), durable.WriteFile(path+".bak", s.data))
	case wireFile, wireGone:
		if !isContent(s.name) {
			return errStrange(s)
		}
		return m.attachment(s, r)
	case crypt.StepFolder:
		if m.building {
			return nil
		}
		return durable.Folder(m.dir)
	default:
		if !isBookFile(s.name) || s.to != "" && !isBookFile(s.to) {
			return errStrange(s)
		}
		return m.doFile(s)
	}
}

// attachment takes or drops an attachment.
func (m *mirror) attachment(s wireStep, r io.Reader) error {
	files := filepath.Join(m.dir, filesDir)
	if m.building {
		if err := blob.Drop(files, s.name); err != nil { // another one of that name
			return err
		}
		files = filepath.Join(m.coming, filesDir)
	}
	if s.kind == wireGone {
		return blob.Drop(files, s.name)
	}
	return blob.Take(files, s.name, io.LimitReader(r, s.at), s.at)
}

func errStrange(s wireStep) error {
	return fmt.Errorf("store: a step %d on %q, which no book makes", s.kind, s.name)
}

// doFile does one step to a file beside the database.
func (m *mirror) doFile(s wireStep) error {
	if s.kind == crypt.StepRenamed || s.kind == crypt.StepRemoved {
		return m.name(s)
	}
	f, err := m.open(s.name)
	if err != nil {
		return err
	}
	switch s.kind {
	case crypt.StepMade:
		return nil
	case crypt.StepWrote:
		_, err := f.WriteAt(s.data, s.at)
		return err
	case crypt.StepCut:
		return f.Truncate(s.at)
	case crypt.StepSynced:
		if m.building {
			return nil
		}
		return f.Sync()
	default:
		return errStrange(s)
	}
}

// name renames or removes a file.
func (m *mirror) name(s wireStep) error {
	for _, name := range []string{s.name, s.to} {
		if f := m.files[name]; f != nil {
			delete(m.files, name)
			if err := errors.Join(f.Sync(), f.Close()); err != nil {
				return err
			}
		}
	}
	path := filepath.Join(m.dir, s.name)
	var err error
	if s.kind == crypt.StepRemoved {
		err = os.Remove(path)
	} else {
		err = crypt.Rename(path, filepath.Join(m.dir, s.to))
	}
	if m.building && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (m *mirror) open(name string) (*os.File, error) {
	if f := m.files[name]; f != nil {
		return f, nil
	}
	f, err := os.OpenFile(filepath.Join(m.dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if m.files == nil {
		m.files = map[string]*os.File{}
	}
	m.files[name] = f
	return f, nil
}
