package guest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/sync/lan"
)

// Copy is the copy of the book that this PC keeps; a store's standby is one.
type Copy interface {
	Ready() bool
	Follows() bool // it is where the main PC knows what it lacks
	Ask() ([]byte, error)
	Receive(ctx context.Context, answer io.Reader) (steps int, err error)
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
	Clock func() time.Time
	Warn  func(what string, err error)

	turn sync.Mutex // held while the copy is worked on, or must not be
	mu   sync.Mutex
	stop context.CancelFunc // ends the work that is under way; nil for none
	held int                // of those who paused it, or are about to
	kept time.Time
}

// How long a follower waits before it tries again.
const (
	notJoinedWait = 10 * time.Second
	notNamedWait  = 10 * time.Second
	brokenWait    = time.Second
)

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

// starts is whether work may begin that stop ends: nobody wants the copy for themselves.
func (f *Follower) starts(stop context.CancelFunc) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop = stop
	return f.held == 0
}

// Kept is when the copy was known to have everything, zero if not since the program started.
func (f *Follower) Kept() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.kept }

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
	told := ""
	for ctx.Err() == nil {
		wait := brokenWait
		if err := f.follow(ctx, b, at); err != nil && ctx.Err() == nil {
			if key := fault.KeyOf(err); key != told {
				told = key
				f.Warn("the copy of the book does not follow", err)
			}
			if key := fault.KeyOf(err); key == "relay.not_named" || key == "lan.device_refused" {
				wait = notNamedWait
				f.remove()
			}
		} else {
			told = ""
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// follow keeps the copy until something is in the way.
func (f *Follower) follow(ctx context.Context, b *Book, at []string) error {
	h, err := b.hello(ctx)
	if err == nil && h.Term < b.term() {
		return fault.New(fault.Unavailable, "relay.old_host", "host", b.Addr())
	}
	if err != nil {
		return b.Retry(ctx)
	}
	if !h.Relay {
		return fault.New(fault.Forbidden, "relay.not_named")
	}
	b.moved(b.seated().Moved(b.Addr(), h))
	if err := b.look(ctx, h); err != nil {
		return err
	}
	c, err := f.Open()
	if err != nil {
		return err
	}
	for err == nil && ctx.Err() == nil {
		err = f.once(ctx, b, at, c)
	}
	if closeErr := c.Close(); err == nil {
		err = closeErr
	}
	return err
}

// remove removes the copy, if there is one.
func (f *Follower) remove() {
	c, err := f.Open()
	if err == nil {
		if c.Ready() {
			err = c.Remove()
			f.mu.Lock()
			f.kept = time.Time{}
			f.mu.Unlock()
		}
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		f.Warn("the copy of the book is not removed", err)
	}
}

// once is one exchange.
func (f *Follower) once(ctx context.Context, b *Book, at []string, c Copy) error {
	if len(at) == 0 { // they change: the network may not have been there yet
		at = lan.Addresses(lan.Port)
	}
	ask, err := c.Ask()
	if err != nil {
		return err
	}
	since := f.Clock()
	answer, err := b.Feed(ctx, at, ask)
	if err != nil {
		return err
	}
	steps, err := c.Receive(ctx, answer)
	_ = answer.Close() // what it had to say is done or not
	// More may wait behind an answer that had something. An empty one says that all was there when it was asked for.
	if err == nil && steps == 0 && c.Follows() {
		f.mu.Lock()
		f.kept = since
		f.mu.Unlock()
	}
	return err
}

func (b *Book) seated() lan.Seat { b.mu.Lock(); defer b.mu.Unlock(); return b.seat }

func (b *Book) term() int64 { return b.seated().Term }
