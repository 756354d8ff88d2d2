// Package past is the time machine: the book as it was at a restore point, opened beside the one at work, looked at by
// whoever may, and what one needs of it taken back. What one may see of it follows the rights of today, those on all
// records of a kind: whose a record was then says nothing about today. How a point is put together is the business of
// an Engine; nothing is ever written to what was.
package past

import (
	"context"
	"io"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
)

// IdleMax is how long a point stays open that nobody looks at.
const IdleMax = 30 * time.Minute

// tick is how often an open point is asked whether anybody still looks at it.
const tick = time.Minute

// Copy is a book as it was. Its operations are the Queries and Streams of the product, performed for the actor of the
// context: see [op.AsActor].
type Copy interface {
	op.Caller
	Point() backup.Point
	// Content gives the content of an attachment, by its digest, from where the point is to take, which reads it to
	// its end. Faults: file.not_found, backup.files_damaged, those of the place and of take.
	Content(ctx context.Context, digest string, take func(ctx context.Context, content io.Reader) error) error
	// Close removes it from the disk.
	Close() error
}

// Engine puts the book of a restore point together in a private folder of the main PC. Faults: backup.point_gone,
// store.no_room, store.newer_book, those of the place.
type Engine interface {
	Open(ctx context.Context, place, point string, progress func(backup.Progress)) (Copy, error)
}

// State is what is open, and what the actor may read of it.
type State struct {
	Point *backup.Point `json:"point,omitempty"` // nil: none is open
	Place string        `json:"place,omitempty"` // a destination's id, "" for the main PC
	By    string        `json:"by,omitempty"`    // who opened it
	Mine  bool          `json:"mine,omitempty"`  // the actor did
	// Opening is how far the opening of a point has come, nil when none is under way.
	Opening *backup.Running `json:"opening,omitempty"`

	Customers bool `json:"customers"`
	Items     bool `json:"items"`
	Documents bool `json:"documents"`
}

// Service keeps at most one point open.
type Service struct {
	engine Engine
	clock  func() time.Time
	warn   func(what string, err error)

	mu      sync.Mutex
	open    *opened
	opening *opening
	ended   bool
}

// opened is a point that is open.
type opened struct {
	copy  Copy
	place string
	by    auth.Actor
	used  time.Time
	users sync.RWMutex // held in part by whoever reads, whole by what closes it
}

// opening is a point on its way.
type opening struct {
	backup.Running
	cancel context.CancelFunc
	done   chan struct{}
}

// New makes a service with nothing open. Nothing that goes wrong at closing keeps anybody from working: warn is told.
func New(e Engine, clock func() time.Time, warn func(what string, err error)) *Service {
	return &Service{engine: e, clock: clock, warn: warn}
}

// Open opens a point, instead of the one the actor had open. Faults: past.in_use, past.busy, those of the engine.
func (s *Service) Open(ctx context.Context, place, point string) (backup.Point, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o, was, err := s.begin(op.Actor(ctx), point, cancel)
	if err != nil {
		return backup.Point{}, err
	}
	if o == nil {
		return was.copy.Point(), nil
	}
	defer close(o.done)
	s.shut(was)
	made, err := s.engine.Open(ctx, place, point, func(p backup.Progress) {
		s.mu.Lock()
		defer s.mu.Unlock()
		o.Stage, o.Done, o.Total, o.Files, o.Of = p.Stage, p.Done, p.Total, p.Files, p.Of
	})
	s.mu.Lock()
	s.opening = nil
	if err == nil && ctx.Err() == nil {
		s.open = &opened{copy: made, place: place, by: op.Actor(ctx), used: s.clock()}
		s.mu.Unlock()
		return made.Point(), nil
	}
	s.mu.Unlock()
	if err == nil { // given up at the last moment
		s.close(made)
		err = ctx.Err()
	}
	return backup.Point{}, err
}

// begin notes that a point is on its way, and returns the one that is open no longer; or nothing and the one that is
// open, when that is the point asked for.
func (s *Service) begin(who auth.Actor, point string, cancel context.CancelFunc) (*opening, *opened, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.open
	switch {
	case s.ended:
		return nil, nil, fault.New(fault.Unavailable, "store.closed")
	case s.opening != nil:
		return nil, nil, fault.New(fault.Conflict, "past.busy")
	case was != nil && was.copy.Point().ID == point:
		was.used = s.clock()
		return nil, was, nil
	case was != nil && was.by.User != who.User:
		return nil, nil, fault.New(fault.Conflict, "past.in_use", "who", was.by.Name, "made", was.copy.Point().Made)
	}
	s.open, s.opening = nil, &opening{cancel: cancel, done: make(chan struct{})}
	return s.opening, was, nil
}

// shut closes what is no longer open, once nobody reads it any more.
func (s *Service) shut(o *opened) {
	if o == nil {
		return
	}
	o.users.Lock()
	defer o.users.Unlock()
	s.close(o.copy)
}

func (s *Service) close(c Copy) {
	if err := c.Close(); err != nil {
		s.warn("a book of the past was not removed", err)
	}
}

// Close gives up a point that is on its way and closes the one that is open.
func (s *Service) Close() {
	s.mu.Lock()
	coming := s.opening
	s.mu.Unlock()
	if coming != nil {
		coming.cancel()
		<-coming.done
	}
	s.closeIf(func(*opened) bool { return true })
}

// closeIf closes the open point when it is due.
func (s *Service) closeIf(due func(*opened) bool) {
	s.mu.Lock()
	o := s.open
	if o == nil || !due(o) {
		s.mu.Unlock()
		return
	}
	s.open = nil
	s.mu.Unlock()
	s.shut(o)
}

// Care closes a point that nobody looks at any more, until ctx ends.
func (s *Service) Care(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.Tidy()
		}
	}
}

// Tidy closes a point that nobody looked at for [IdleMax].
func (s *Service) Tidy() {
	now := s.clock()
	s.closeIf(func(o *opened) bool { return now.Sub(o.used) >= IdleMax })
}

// End closes what is open for good: the book at work closes.
func (s *Service) End() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.Close()
}

// State tells what is open to the actor of the running call.
func (s *Service) State(ctx context.Context) State {
	who := op.Actor(ctx)
	st := State{
		Customers: who.Scope(auth.CustomerRead) == auth.All, Items: who.Scope(auth.ItemRead) == auth.All,
		Documents: who.Scope(auth.SalesRead) == auth.All,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opening != nil {
		running := s.opening.Running
		st.Opening = &running
	}
	if o := s.open; o != nil {
		p := o.copy.Point().For(who)
		st.Point, st.Place, st.By, st.Mine = &p, o.place, o.by.Name, o.by.User == who.User
	}
	return st
}

// use lets the actor of the running call read the open point, whose records of a kind they may all read today; point
// is the one they mean, "" for whichever is open. Faults: past.closed, past.not_all.
func (s *Service) use(ctx context.Context, right auth.Permission, point string,
	fn func(context.Context, Copy) error,
) error {
	who := op.Actor(ctx)
	if who.Scope(right) != auth.All {
		return fault.New(fault.Forbidden, "past.not_all")
	}
	s.mu.Lock()
	o := s.open
	if o == nil || point != "" && o.copy.Point().ID != point {
		s.mu.Unlock()
		return fault.New(fault.NotFound, "past.closed")
	}
	o.used = s.clock()
	o.users.RLock() // nothing holds it whole that is open
	s.mu.Unlock()
	defer o.users.RUnlock()
	return fn(op.AsActor(ctx, who), o.copy)
}

// read performs an operation on the open point.
func read[Req, Resp any](ctx context.Context, s *Service, o op.Op[Req, Resp], req Req) (out Resp, err error) {
	err = s.use(ctx, o.Needs, "", func(ctx context.Context, c Copy) error {
		out, err = o.Call(ctx, c, req)
		return err
	})
	return out, err
}
