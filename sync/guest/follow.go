package guest

import (
	"context"
	"io"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/sync/lan"
)

// Copy is the copy of the book that this PC keeps; a store's standby is one.
type Copy interface {
	Ready() bool
	Ask() ([]byte, error)
	Receive(ctx context.Context, answer io.Reader) (steps int, err error)
	Close() error
}

// Follower keeps a copy of the book of the main PC while that has named this PC its relay.
type Follower struct {
	Book *Book
	// Open takes the copy; it fails while another program of this PC has it.
	Open  func() (Copy, error)
	At    []string // where this PC can be reached once it is the main one
	Clock func() time.Time
	// Kept is told of the first moment of each copy that follows, and then of each answer.
	Kept func(at time.Time)
	Warn func(what string, err error)

	mu   sync.Mutex
	stop context.CancelFunc
	over chan struct{}
}

// How long a follower waits before it tries again.
const (
	notNamedWait = 10 * time.Second
	brokenWait   = time.Second
)

// Start follows until Stop.
func (f *Follower) Start() {
	f.mu.Lock()
	defer f.mu.Unlock()
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan struct{})
	f.stop, f.over = stop, over
	go func() {
		defer close(over)
		f.run(ctx)
	}()
}

// Stop lets go of the copy. It may be called again.
func (f *Follower) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stop == nil {
		return
	}
	f.stop()
	<-f.over
	f.stop = nil
}

func (f *Follower) run(ctx context.Context) {
	told := ""
	for ctx.Err() == nil {
		wait := brokenWait
		if err := f.follow(ctx); err != nil && ctx.Err() == nil {
			if key := fault.KeyOf(err); key != told {
				told = key
				f.Warn("the copy of the book does not follow", err)
			}
			if fault.KeyOf(err) == "relay.not_named" {
				wait = notNamedWait
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
func (f *Follower) follow(ctx context.Context) error {
	h, err := f.Book.Hello(ctx)
	if err == nil && h.Term < f.Book.term() {
		return fault.New(fault.Unavailable, "relay.old_host", "host", f.Book.Addr())
	}
	if err != nil {
		return f.Book.Retry(ctx)
	}
	if !h.Relay {
		return fault.New(fault.Forbidden, "relay.not_named")
	}
	f.Book.moved(f.Book.seated().Moved(f.Book.Addr(), h))
	c, err := f.Open()
	if err != nil {
		return err
	}
	for err == nil && ctx.Err() == nil {
		err = f.once(ctx, c)
	}
	if closeErr := c.Close(); err == nil {
		err = closeErr
	}
	return err
}

// once is one exchange.
func (f *Follower) once(ctx context.Context, c Copy) error {
	ask, err := c.Ask()
	if err != nil {
		return err
	}
	answer, err := f.Book.Feed(ctx, f.At, ask)
	if err != nil {
		return err
	}
	_, err = c.Receive(ctx, answer)
	_ = answer.Close() // what it had to say is done or not
	if err == nil && c.Ready() {
		f.Kept(f.Clock())
	}
	return err
}

func (b *Book) seated() lan.Seat { b.mu.Lock(); defer b.mu.Unlock(); return b.seat }

func (b *Book) term() int64 { return b.seated().Term }
