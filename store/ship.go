package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"time"

	"zafe/store/crypt"
)

// A standby is a copy of a book's files on another PC that does what is done to them here, step by step and in
// the same order (crypt.Tap). So at every moment, wherever either end or the line between them fails, it is what
// a crash could have left here, and opens as a book opens after a crash; nothing new has to be proven for it.
// What goes there is sealed: the other PC needs no key, until an owner opens the copy with one.
//
// A whole copy is made while people work: the files are read as they are, and what was done to them since the
// reading began is done again over that. Everything a step changes it sets to one value, so that it does not
// matter whether the reading saw it; at the end the copy is what the files were when the reading ended. Only
// then does it take the place of the copy before. The ledger is read at once with the beginning, because its
// file is exchanged for another.

// Limits of what is kept for a standby.
const (
	journalMax = 64 << 20         // bytes of steps it has not done yet; beyond, it takes a whole copy
	journalFor = 10 * time.Minute // without a word from it
	stepCost   = 128              // bytes of a step without data
	feedMax    = 8 << 20          // bytes of steps in one answer
	feedWait   = 2 * time.Second  // how long an answer waits for a step
)

// journal keeps what was done to a book's files until the standby has done the same. While there is no standby
// it keeps nothing.
type journal struct {
	clock func() time.Time
	// hand is held for reading while a file is changed and that is noted, and for writing to read a file of
	// which no change is under way.
	hand sync.RWMutex

	mu      sync.Mutex
	session string // "" while nobody listens
	seq     uint64 // of the last step
	steps   []noted
	bytes   int64
	came    chan struct{} // closed when a step comes; nil when nobody waits
	asked   time.Time     // when the standby spoke last
	whole   bool          // it has a whole copy, and follows
}

type noted struct {
	wireStep
	since time.Time
}

var _ crypt.Tap = (*journal)(nil)

// Do implements crypt.Tap. A flush changes nothing that is read, and takes long.
func (j *journal) Do(s crypt.Step, do func() error) error {
	if s.Kind != crypt.StepSynced && s.Kind != crypt.StepFolder {
		j.hand.RLock()
		defer j.hand.RUnlock()
	}
	err := do()
	if name := filepath.Base(s.Path); isBookFile(name) || s.Kind == crypt.StepFolder {
		step := wireStep{kind: s.Kind, name: name, at: s.At}
		if s.To != "" {
			step.to = filepath.Base(s.To)
		}
		j.note(step, s.Data, err)
	}
	return err
}

// isBookFile tells whether a file is one of those that make up a database, or is about to take the place of one.
func isBookFile(name string) bool {
	for _, f := range crypt.Files(bookFile) {
		if name == f || name == f+"-new" {
			return true
		}
	}
	return false
}

// note keeps a step; after one that failed nobody knows what the file holds, and a standby starts anew.
func (j *journal) note(s wireStep, data []byte, failed error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.session == "" {
		return
	}
	now := j.clock()
	if failed != nil || j.bytes > journalMax || now.Sub(j.asked) > journalFor {
		j.drop()
		return
	}
	j.seq++
	s.seq, s.data = j.seq, append([]byte(nil), data...)
	j.steps = append(j.steps, noted{s, now})
	j.bytes += stepCost + int64(len(data))
	j.wake()
}

// drop stops listening; mu is held.
func (j *journal) drop() {
	j.session, j.whole, j.steps, j.bytes = "", false, nil, 0
	j.wake()
}

func (j *journal) wake() {
	if j.came != nil {
		close(j.came)
		j.came = nil
	}
}

// restart makes a standby start anew: other files are in the place of the book's.
func (j *journal) restart() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop()
}

// put notes that the key file is another.
func (j *journal) put(path string) {
	data, err := os.ReadFile(path)
	j.note(wireStep{kind: wirePut, name: filepath.Base(path)}, data, err)
}

// file notes that an attachment came or went.
func (j *journal) file(name string) { j.note(wireStep{kind: wireFile, name: name}, nil, nil) }

// begin starts a session, and reads with read what has to be read at that very moment.
func (j *journal) begin(read func() error) (session string, from uint64, err error) {
	j.hand.Lock()
	defer j.hand.Unlock()
	j.mu.Lock()
	j.drop()
	j.session, j.asked = rand.Text(), j.clock()
	session, from = j.session, j.seq
	j.mu.Unlock()
	return session, from, read()
}

// still runs read while no file changes, unless the session is over.
func (j *journal) still(session string, read func() error) error {
	j.hand.Lock()
	defer j.hand.Unlock()
	if !j.on(session) {
		return errSession
	}
	return read()
}

// on tells whether a session goes on.
func (j *journal) on(session string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.session == session
}

// hears notes that the standby is there.
func (j *journal) hears() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = j.clock()
}

// acknowledge forgets the steps up to seq, which a standby has done; false: its place is not known.
func (j *journal) acknowledge(session string, seq uint64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := j.seq - uint64(len(j.steps)) // the last step forgotten
	if session == "" || session != j.session || seq < first || seq > j.seq {
		return false
	}
	j.asked, j.whole = j.clock(), true
	for _, s := range j.steps[:seq-first] {
		j.bytes -= stepCost + int64(len(s.data))
	}
	j.steps = append([]noted(nil), j.steps[seq-first:]...)
	return true
}

// after returns the steps behind seq, feedMax of them or a little more, and what is closed when there are more
// than none.
func (j *journal) after(session string, seq uint64) (steps []noted, came <-chan struct{}, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := j.seq - uint64(len(j.steps))
	if session != j.session || seq < first {
		return nil, nil, false
	}
	var size int64
	for _, s := range j.steps[seq-first:] {
		if steps = append(steps, s); size > feedMax {
			break
		}
		size += int64(len(s.data))
	}
	if len(steps) == 0 {
		if j.came == nil {
			j.came = make(chan struct{})
		}
		came = j.came
	}
	return steps, came, true
}

// EndFeed makes the standby start anew, if it may: another PC may be the one that is fed from now on. What it is being
// given ends.
func (s *Store) EndFeed() { s.journal.restart() }

// Fed is how far a standby is.
type Fed struct {
	// Asked is when it spoke last, zero if not since the book was opened or since it was given up.
	Asked time.Time
	// Whole tells that it has a whole copy and follows; before, it is being given one.
	Whole bool
	// Behind is for how long what it has not done yet has waited, as of now; zero when it has everything.
	Behind time.Duration
}

// Fed tells how far the standby of this book is.
func (s *Store) Fed() Fed {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.session == "" {
		return Fed{}
	}
	f := Fed{Asked: j.asked, Whole: j.whole}
	if len(j.steps) > 0 {
		f.Behind = max(j.clock().Sub(j.steps[0].since), 0)
	}
	return f
}

// sumOf is the sum of a block of the database.
func sumOf(block []byte) [blockSum]byte {
	sum := sha256.Sum256(block)
	return [blockSum]byte(sum[:])
}

// markOf tells two sealed contents of one name apart: the nonce of the last segment is drawn anew each time.
func markOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	tail := make([]byte, min(st.Size(), 24))
	if _, err := f.ReadAt(tail, st.Size()-int64(len(tail))); err != nil {
		return "", err
	}
	return hex.EncodeToString(tail), nil
}
