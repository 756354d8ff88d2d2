package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"zafe/store/blob"
	"zafe/store/crypt"
)

// A standby does what is done to the book's files, but nobody reads what it wrote until it is needed: a disk that
// forgets, or somebody who changes a file, is found when the main PC is gone. So it is compared from time to time. In
// each of its requests the standby sends the sums of a part of its files; the book's PC reads the same part of its
// own, and what is not the same though nothing was done to it since the standby's place is a difference. No key is
// needed for it, and nobody waits. A whole copy mends what differs.

const (
	checkBytes  = 32 << 20        // read for one request
	checkSlices = 16              // the attachments are read in as many nights; the rest is read each time
	checkAgain  = 2 * time.Second // until a difference in a file outside the seal is looked at again
)

// checkPart is what a standby has of a file from a place on.
type checkPart struct {
	Name string `json:"name"`
	At   int64  `json:"at"`
	Sums []byte `json:"sums,omitempty"` // of the blocks from there, one behind the other
	End  bool   `json:"end,omitempty"`  // the file ends behind them
	Size int64  `json:"size,omitempty"` // then: its size, 0 for one that is not there
}

// checkAsk is a part of a comparison. The last one has all attachments with their marks.
type checkAsk struct {
	Parts []checkPart       `json:"parts,omitempty"`
	Last  bool              `json:"last,omitempty"`
	Files map[string]string `json:"files,omitempty"`
}

// checking is how far a comparison is.
type checking struct {
	names []string // still to be read, the first from at on
	at    int64
}

// Check begins a comparison with the book at the other end, which goes on with each request. Of the attachments those
// of one part of sixteen are read, of the others their names and ends.
func (s *Standby) Check(part int) error {
	s.check, s.matches = nil, false
	if s.session == "" {
		return nil
	}
	c := checking{names: append(bookFiles(), keysFile)}
	marks := map[string]string{}
	if err := fileMarks(filepath.Join(s.dir, filesDir), marks); err != nil {
		return classify(err)
	}
	for name := range marks {
		if digit, err := strconv.ParseUint(name[:1], checkSlices, 8); err == nil && int(digit) == part%checkSlices {
			c.names = append(c.names, name)
		}
	}
	s.check = &c
	return nil
}

// Checking tells whether a comparison is under way.
func (s *Standby) Checking() bool { return s.check != nil }

// Matches tells whether the last comparison came to its end without a difference.
func (s *Standby) Matches() bool { return s.matches }

func bookFiles() (names []string) {
	for _, f := range crypt.Files(bookFile) {
		names = append(names, filepath.Base(f))
	}
	return names
}

// filePath is where a file of the book is in a folder.
func filePath(dir, name string) string {
	if isContent(name) {
		return filepath.Join(dir, filesDir, name[:2], name)
	}
	return filepath.Join(dir, name)
}

// part reads the next part of a comparison, and where the one after it begins.
func (s *Standby) part() (a checkAsk, next checking, err error) {
	next = *s.check
	for left := int64(checkBytes); left > 0 && len(next.names) > 0; {
		p, err := readPart(filePath(s.dir, next.names[0]), next.at, left)
		if err != nil {
			return a, next, err
		}
		p.Name = next.names[0]
		read := int64(len(p.Sums) / blockSum * blockBytes)
		next.at += read
		left -= max(read, blockBytes)
		if p.End {
			next = checking{names: next.names[1:]}
		}
		a.Parts = append(a.Parts, p)
	}
	if a.Last = len(next.names) == 0; a.Last {
		a.Files = map[string]string{}
		err = fileMarks(filepath.Join(s.dir, filesDir), a.Files)
	}
	return a, next, err
}

// readPart reads the sums of a file from a place on, as far as left bytes go.
func readPart(path string, at, left int64) (p checkPart, err error) {
	p.At = at
	block := make([]byte, blockBytes)
	for ; left > 0; left -= blockBytes {
		n, err := readBlock(path, block, at)
		if err != nil {
			return p, err
		}
		if n > 0 {
			sum := sumOf(block[:n])
			p.Sums = append(p.Sums, sum[:]...)
		}
		at += int64(n)
		if n < len(block) {
			p.End, p.Size = true, at
			break
		}
	}
	return p, nil
}

// compared takes the answer to a part: what differs comes again with a whole copy.
func (s *Standby) compared(data []byte) error {
	if s.check == nil {
		return nil
	}
	var differ []string
	if err := json.Unmarshal(data, &differ); err != nil {
		return err
	}
	next := s.next
	s.check, s.answered = &next, true
	if len(differ) > 0 {
		s.check, s.session = nil, ""
		for _, name := range differ { // of attachments a whole copy compares no more than their ends
			if isContent(name) {
				if err := blob.Drop(filepath.Join(s.dir, filesDir), name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if len(next.names) == 0 {
		s.check, s.matches = nil, true
	}
	return nil
}

// compare reads what a standby sent the sums of, says what differs and tells the book's PC.
func (f *feeding) compare(ctx context.Context) (differ []string, err error) {
	c := f.ask.Check
	for _, p := range c.Parts {
		if p.Name != keysFile && !isContent(p.Name) && !slices.Contains(bookFiles(), p.Name) {
			return nil, fmt.Errorf("store: a comparison of %q, which no book has", p.Name)
		}
		same, err := f.same(ctx, p)
		if err != nil {
			return nil, err
		}
		if !same {
			differ = append(differ, p.Name)
		}
	}
	if c.Last {
		others, err := f.marks(ctx, c.Files)
		if err != nil {
			return nil, err
		}
		differ = append(differ, others...)
	}
	slices.Sort(differ)
	differ = slices.Compact(differ)
	if len(differ) > 0 || c.Last {
		if told := f.onCompared.Load(); told != nil {
			(*told)(differ)
		}
	}
	data, err := json.Marshal(append([]string{}, differ...))
	if err != nil {
		return nil, err
	}
	return differ, wireStep{kind: wireCompared, data: data}.write(f.w)
}

// same tells whether a file here is as the standby has it, but for what was done to it since. A file outside the seal
// is looked at twice: that it changed is noted a moment after.
func (f *feeding) same(ctx context.Context, p checkPart) (bool, error) {
	same, err := f.looksSame(ctx, p)
	if same || err != nil || slices.Contains(bookFiles(), p.Name) {
		return same, err
	}
	if err := pause(ctx, checkAgain); err != nil {
		return false, err
	}
	return f.looksSame(ctx, p)
}

func (f *feeding) looksSame(ctx context.Context, p checkPart) (bool, error) {
	path, block := filePath(f.dir, p.Name), make([]byte, blockBytes)
	at := p.At
	for sums := p.Sums; len(sums) >= blockSum; sums = sums[blockSum:] {
		var n int
		err := f.journal.still(f.ask.Session, func() (err error) { n, err = readBlock(path, block, at); return err })
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, err
		}
		f.journal.hears()
		sum := sumOf(block[:n])
		if !bytes.Equal(sums[:blockSum], sum[:]) && !f.journal.touched(f.ask.Seq, p.Name, at, at+blockBytes) {
			return false, nil
		}
		at += blockBytes
	}
	if !p.End {
		return true, nil
	}
	var size int64
	err := f.journal.still(f.ask.Session, func() error {
		st, err := os.Stat(path)
		if err == nil {
			size = st.Size()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return size == p.Size || f.journal.touched(f.ask.Seq, p.Name, min(size, p.Size), math.MaxInt64), err
}

// marks tells which attachments are not the same on both sides, by name and end.
func (f *feeding) marks(ctx context.Context, theirs map[string]string) (differ []string, err error) {
	look := func() error {
		differ = nil
		here := map[string]string{}
		if err := fileMarks(filepath.Join(f.dir, filesDir), here); err != nil {
			return err
		}
		for name := range theirs {
			if _, ok := here[name]; !ok {
				here[name] = ""
			}
		}
		for name, mark := range here {
			if isContent(name) && mark != theirs[name] && !f.journal.touched(f.ask.Seq, name, 0, math.MaxInt64) {
				differ = append(differ, name)
			}
		}
		return nil
	}
	if err := look(); err != nil || len(differ) == 0 {
		return nil, err
	}
	if err := pause(ctx, checkAgain); err != nil {
		return nil, err
	}
	return differ, look()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// touched tells whether a step after seq may have changed a file between two places.
func (j *journal) touched(seq uint64, name string, from, to int64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.steps, func(s noted) bool {
		if s.seq <= seq || s.name != name && s.to != name {
			return false
		}
		switch s.kind {
		case crypt.StepSynced, crypt.StepFolder:
			return false
		case crypt.StepWrote:
			return s.at < to && s.at+int64(len(s.data)) > from
		default: // cut, made, renamed, removed, come anew
			return true
		}
	})
}

// OnCompared sets a function told what came of a comparison with a standby: the names of what differs, none when all
// was the same. From any goroutine; it may use the book.
func (s *Store) OnCompared(fn func(differ []string)) { s.onCompared.Store(&fn) }
