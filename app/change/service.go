package change

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// How things are told.
const (
	// BeatEvery is how often something is said though nothing changed: that the main PC is there.
	BeatEvery = 2 * time.Second
	gather    = 40 * time.Millisecond // from a change to the line that tells it, with those that come meanwhile
	kept      = 4096                  // entries that are remembered
	listeners = 500                   // at once
	ofSession = 8                     // listeners of one session, a program that starts again among them
)

// Service tells what changes in one open book.
type Service struct {
	// Still tells whether somebody who listens may go on; a fault ends it. It is asked after each event that
	// changes people or rights, before anything later is told, and at each beat. nil: they always may.
	Still func(ctx context.Context, a auth.Actor) error
	// Every is the pace of the beats; the zero value is right.
	Every time.Duration

	mu       sync.Mutex
	head     int64   // last event of the book
	entries  []Entry // the last ones, in order
	from     int64   // all after this event are remembered
	came     chan struct{}
	sessions map[int64]int // who listens
	count    int
}

// New makes the service of a book whose last event is head.
func New(head int64, still func(ctx context.Context, a auth.Actor) error) *Service {
	return &Service{Still: still, head: head, from: head, came: make(chan struct{}), sessions: map[int64]int{}}
}

// Tell takes note of events that the book has now, in order. It waits for nobody.
func (s *Service) Tell(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entries...)
	s.head = entries[len(entries)-1].Event
	if over := len(s.entries) - kept; over > 0 {
		s.from = s.entries[over-1].Event
		s.entries = slices.Clone(s.entries[over:])
	}
	close(s.came)
	s.came = make(chan struct{})
}

// since returns what came after an event, whether that is all of it, and what is closed when more comes.
func (s *Service) since(after int64) (entries []Entry, head int64, whole bool, came <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after < s.from || after > s.head {
		return nil, s.head, false, s.came
	}
	at, found := slices.BinarySearchFunc(s.entries, after, func(e Entry, after int64) int {
		return cmp.Compare(e.Event, after)
	})
	if found {
		at++
	}
	return slices.Clone(s.entries[at:]), s.head, true, s.came
}

// enter counts a listener in, until leave. Fault change.too_many.
func (s *Service) enter(a auth.Actor) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count >= listeners || a.Session != 0 && s.sessions[a.Session] >= ofSession {
		return nil, fault.New(fault.Unavailable, "change.too_many")
	}
	s.count++
	s.sessions[a.Session]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.count--
		if s.sessions[a.Session]--; s.sessions[a.Session] == 0 {
			delete(s.sessions, a.Session)
		}
	}, nil
}

// Bind registers the operation.
func Bind[T op.Tx](r *op.Registry[T], s *Service) { op.BindWatch(r, Follow, s.follow) }

// follow tells somebody what changes until ctx ends or they may not go on.
func (s *Service) follow(ctx context.Context, req FollowRequest, send func(News) error) error {
	a := op.Actor(ctx)
	leave, err := s.enter(a)
	if err != nil {
		return err
	}
	defer leave()
	l := listener{Service: s, actor: a, at: req.After}
	if l.at == 0 {
		_, l.at, _, _ = s.since(0)
	}
	every := s.Every
	if every == 0 {
		every = BeatEvery
	}
	beat := time.NewTicker(every)
	defer beat.Stop()
	for due := true; ; {
		came, err := l.tell(ctx, due, send)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			due = true
		case <-came:
			due = false
			if err := rest(ctx); err != nil {
				return err
			}
		}
	}
}

// rest waits for what comes with a change.
func rest(ctx context.Context) error {
	t := time.NewTimer(gather)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// listener is somebody who listens.
type listener struct {
	*Service
	actor auth.Actor
	at    int64 // what came up to this event was told
}

// tell sends what came since, or else when due that there is nothing, and returns what is closed when more comes.
func (l *listener) tell(ctx context.Context, due bool, send func(News) error) (came <-chan struct{}, err error) {
	entries, head, whole, came := l.since(l.at)
	unsettled := slices.ContainsFunc(entries, Entry.unsettles)
	if l.Still != nil && l.actor.Session != 0 && (due || unsettled) {
		err := l.Still(ctx, l.actor)
		if f := fault.Of(err); err != nil && (unsettled || f.Code != fault.Unavailable) { // a book that is busy says nothing
			return nil, err
		}
	}
	n := News{Head: head, All: !whole}
	if whole {
		n.Changes = toldTo(l.actor, entries)
	}
	l.at = head
	if !due && !n.All && len(n.Changes) == 0 {
		return came, nil
	}
	return came, send(n)
}
