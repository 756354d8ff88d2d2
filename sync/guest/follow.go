package guest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/sync/lan"
)

// Copy is the copy of the book that this PC keeps; a store's standby is one.
type Copy interface {
	Follows() bool // it is where the main PC knows what it lacks
	Ask() ([]byte, error)
	Receive(ctx context.Context, answer io.Reader) (steps int, err error)
	// Check begins a comparison with the book of the main PC, part by part with what is asked from now on; of the
	// attachments it reads one part of sixteen. Matches tells whether the last one ended without a difference.
	Check(part int) error
	Checking() bool
	Matches() bool
	Remove() error
	Close() error
}

// Follower keeps a copy of the book of the main PC while that has named this PC its relay, and removes it once the
// main PC has named another, or none, or shuts this PC out: with the copy anybody could take over, and guess at the
// passwords of its day.
type Follower struct {
	// Connect reaches the main PC as [Connect] does; nil while this PC works on the book of no other.
	Connect func(ctx context.Context) (*Book, error)
	// Open takes the copy; it fails while another program of this PC has it.
	Open  func() (Copy, error)
	Path  string // of the file that keeps when the copy last had everything
	Clock func() time.Time
	Warn  func(what string, err error)

	turn sync.Mutex // held while the copy is worked on, or must not be
	mu   sync.Mutex
	stop context.CancelFunc // ends the work that is under way; nil for none
	held int                // of those who paused it, or are about to
	kept copied
	told time.Time // what the file says of that
}

// copied is what the file of a follower holds.
type copied struct {
	At       time.Time `json:"at,omitzero"`       // when the copy was known to have everything
	Compared time.Time `json:"compared,omitzero"` // when it was last found to be the book, byte for byte
}

// How long a follower waits before it tries again.
const (
	notJoinedWait = 10 * time.Second
	notNamedWait  = 10 * time.Second
	brokenWait    = time.Second
	brokenMost    = time.Minute      // where something stays in the way, as a full disk does
	lostMost      = 15 * time.Second // where the main PC does not answer: each try knocks at every place it may be
	doublingsMax  = 6
	holdFor       = 30 * time.Second // without a word from the main PC
)

// keptEvery is how often it is written down that the copy has everything: what is written is at most that much older
// than the truth.
const keptEvery = time.Minute

// When a copy is compared: at night, or by day when no night was there for it. One that could not be compared to the
// end, or was not the same, is not tried again at once.
const (
	comparedNight = 12 * time.Hour
	comparedDay   = 24 * time.Hour
	comparedAgain = time.Hour
	nightFrom     = 1 // o'clock
	nightTo       = 5
)

// due tells whether a copy that was last found the same at compared, and last tried at tried, is to be compared.
func due(now, compared, tried time.Time) bool {
	since := now.Sub(compared).Abs()
	night := now.Local().Hour() >= nightFrom && now.Local().Hour() < nightTo
	return now.Sub(tried).Abs() >= comparedAgain && (since >= comparedDay || night && since >= comparedNight)
}

// Run follows until ctx ends. at are the addresses of this PC once it is the main one, its own for nil.
func (f *Follower) Run(ctx context.Context, at []string) {
	for ctx.Err() == nil {
		f.turn.Lock()
		f.joined(ctx, at)
		f.turn.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(notJoinedWait):
		}
	}
}

// Pause lets go of the copy until resume is called.
func (f *Follower) Pause() (resume func()) {
	f.mu.Lock()
	f.held++
	if f.stop != nil {
		f.stop()
	}
	f.mu.Unlock()
	f.turn.Lock()
	return func() {
		f.mu.Lock()
		f.held--
		f.mu.Unlock()
		f.turn.Unlock()
	}
}

// Sit keeps in the file at path the seat that this PC follows by from now on: what followed by the one of before has ended,
// and does not write that over it.
func (f *Follower) Sit(path string, s lan.Seat) error {
	defer f.Pause()()
	return durable.WriteJSON(path, s)
}

// Leave gives up the seat that is kept at path. Who paused the work removes the file itself.
func (f *Follower) Leave(path string) error {
	defer f.Pause()()
	return os.Remove(path)
}

// starts is whether work may begin that stop ends: nobody wants the copy for themselves.
func (f *Follower) starts(stop context.CancelFunc) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop = stop
	return f.held == 0
}

// Kept is when the copy was known to have everything, zero if nobody knows. It may have had everything later.
func (f *Follower) Kept() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept.At.IsZero() {
		if err := durable.ReadJSON(f.Path, &f.kept); err != nil {
			f.Warn("when the copy of the book last had everything cannot be read", err)
		}
		f.told = f.kept.At
	}
	return f.kept.At
}

// keep notes when the copy had everything.
func (f *Follower) keep(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept.At = at; at.Sub(f.told).Abs() < keptEvery {
		return
	}
	f.told = at
	if err := durable.WriteJSON(f.Path, f.kept); err != nil {
		f.Warn("when the copy of the book last had everything was not noted", err)
	}
}

// Forget forgets when the copy had everything: there is none, or it is the book of this PC now.
func (f *Follower) Forget() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept, f.told = copied{}, time.Time{}
	if err := os.Remove(f.Path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// joined follows the main PC of this one, if there is one, until ctx ends or Pause.
func (f *Follower) joined(ctx context.Context, at []string) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if !f.starts(stop) {
		return
	}
	b, err := f.Connect(ctx)
	if b == nil {
		if err != nil && ctx.Err() == nil {
			f.Warn("the copy of the book does not follow", err)
		}
		return
	}
	defer b.quit()
	h := hold{Follower: f, b: b, at: at}
	defer h.letGo()
	told := ""
	for ctx.Err() == nil {
		wait := brokenWait
		if err := h.follow(ctx); err != nil && ctx.Err() == nil {
			key := fault.KeyOf(err)
			if key != told {
				told = key
				f.Warn("the copy of the book does not follow", err)
			}
			wait = h.after(key)
		} else {
			told = ""
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// hold is a copy at work.
type hold struct {
	*Follower
	b  *Book
	at []string // where this PC will be the main one

	copy   Copy      // nil while it is not held
	heard  time.Time // when the main PC last answered
	failed int       // how often in a row something else than the line was in the way
	lost   int       // how often in a row the main PC did not answer
	tried  time.Time // when a comparison was begun last
	check  bool      // it is under way
}

// after does what a fault asks for, and tells how long to wait then. A copy that lost the main PC is held for a
// while: let go of, it would have to be compared as a whole.
func (h *hold) after(key string) time.Duration {
	switch {
	case key == "relay.not_named" || key == "lan.device_refused":
		h.letGo()
		h.remove()
		if key == "relay.not_named" {
			return notNamedWait
		}
		h.failed++ // it may be let in again, and is not to knock for ever as if it were
		return min(notNamedWait<<min(h.failed-1, doublingsMax), brokenMost)
	case strings.HasPrefix(key, "store.") || h.Clock().Sub(h.heard).Abs() > holdFor:
		h.letGo()
	}
	if key == "lan.host_unreachable" || key == "relay.old_host" { // it may come back at any moment
		h.lost++
		return min(brokenWait<<min(h.lost-1, doublingsMax), lostMost)
	}
	h.failed++
	return min(brokenWait<<min(h.failed-1, doublingsMax), brokenMost)
}

func (h *hold) letGo() {
	if h.copy == nil {
		return
	}
	if err := h.copy.Close(); err != nil {
		h.Warn("the copy of the book was not closed well", err)
	}
	h.copy = nil
}

// follow keeps the copy until something is in the way.
func (h *hold) follow(ctx context.Context) error {
	if h.lost > 0 { // it knocks there as well: once is enough
		if err := h.b.Retry(ctx); err != nil {
			return err
		}
	}
	hello, err := h.b.hello(ctx)
	if err == nil && hello.Term < h.b.term() {
		return fault.New(fault.Unavailable, "relay.old_host", "host", h.b.Addr())
	}
	if err != nil {
		return h.b.Retry(ctx)
	}
	h.lost = 0
	if !hello.Relay {
		return fault.New(fault.Forbidden, "relay.not_named")
	}
	h.b.moved(h.b.seated().Moved(h.b.Addr(), hello))
	if err := h.b.look(ctx, hello); err != nil {
		return err
	}
	if lacks(hello, h.b.witness.Memory.Seen().Checkpoint) { // the copy here has what that book lost
		return fault.New(fault.Conflict, "relay.older_host", "host", h.b.Addr())
	}
	if h.copy == nil {
		if h.copy, err = h.Open(); err != nil {
			h.copy = nil
			return err
		}
	}
	for err == nil && ctx.Err() == nil {
		err = h.once(ctx)
	}
	return err
}

// remove removes the copy, if there is one.
func (f *Follower) remove() {
	c, err := f.Open()
	if err == nil {
		err = errors.Join(c.Remove(), f.Forget())
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		f.Warn("the copy of the book is not removed", err)
	}
}

// once is one exchange.
func (h *hold) once(ctx context.Context) error {
	at := h.at
	if len(at) == 0 { // they change: the network may not have been there yet
		at = lan.Addresses(lan.Port)
	}
	ask, err := h.copy.Ask()
	if err != nil {
		return err
	}
	since := h.Clock()
	answer, err := h.b.Feed(ctx, at, ask)
	if err != nil {
		return err
	}
	steps, err := h.copy.Receive(ctx, answer)
	_ = answer.Close() // what it had to say is done or not
	if err != nil {
		return err
	}
	h.heard, h.failed = h.Clock(), 0
	if err := h.compare(); err != nil {
		return err
	}
	// More may wait behind an answer that had something. An empty one says that all was there when it was asked for.
	if steps == 0 && h.copy.Follows() {
		h.keep(since)
	}
	return nil
}

// compare begins a comparison when it is time for one, and notes how one ended. What differs comes with a fresh copy,
// which is compared as well.
func (h *hold) compare() error {
	now := h.Clock()
	if h.check && !h.copy.Checking() {
		h.check = false
		if h.copy.Matches() {
			h.same(now)
		}
	}
	if h.check || !h.copy.Follows() || !due(now, h.lastSame(), h.tried) {
		return nil
	}
	h.check, h.tried = true, now
	return h.copy.Check(now.YearDay())
}

// lastSame is when the copy was last found to be the book.
func (f *Follower) lastSame() time.Time {
	f.Kept()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept.Compared
}

// same notes that the copy is the book.
func (f *Follower) same(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept.Compared = at
	if err := durable.WriteJSON(f.Path, f.kept); err != nil {
		f.Warn("that the copy of the book was compared was not noted", err)
	}
}

func (b *Book) seated() lan.Seat { b.mu.Lock(); defer b.mu.Unlock(); return b.seat }

func (b *Book) term() int64 { return b.seated().Term }
