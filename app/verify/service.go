package verify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/job"
	"zafe/app/op"
)

// findingsMax bounds a report: a book with more is not looked at line by line.
const findingsMax = 200

// The settings that hold the last report, and what was accepted.
const (
	lastKey     = "verify.last"
	acceptedKey = "verify.accepted"
)

// Found is what a step met.
type Found struct {
	Findings []Finding
	Count    int64 // of what it went through
	Stop     bool  // what cannot be read cannot be checked further
}

// Step is a check of the book's files, outside any transaction. progress may be called at any pace. An
// error means that checking itself failed: what is wrong with the book is a finding.
type Step struct {
	Name string
	Run  func(ctx context.Context, progress func(done, total int64)) (Found, error)
}

// Check is one area's own check of its rows.
type Check[T Tx] struct {
	Name string
	Run  func(tx T) ([]Finding, error)
}

// Settings are what a service works with.
type Settings[T Tx] struct {
	Work   op.Work[T]
	Clock  func() time.Time
	Steps  []Step // in this order, before the rows
	Checks []Check[T]
	Around func() Surroundings
	// Notices tells what opening the book found and mended; may be nil.
	Notices func() []Finding
	// Known is what was kept of the book's health when it was open last; Keep keeps it from now on. It is told
	// each change, from any goroutine. Keep may be nil.
	Known Health
	Keep  func(Health)
}

// Service checks one open book, one check at a time.
type Service[T Tx] struct {
	Settings[T]

	mu      sync.Mutex
	running *Progress
	last    *Report
	health  Health // its state is "" until it is known
}

// New returns the service of an open book.
func New[T Tx](s Settings[T]) *Service[T] { return &Service[T]{Settings: s, health: s.Known} }

// Health implements [HealthOf].
func (s *Service[T]) Health(ctx context.Context) (Health, error) {
	st, err := s.Status(ctx)
	return st.Health, err
}

// Hurt takes note that the work met a file that is not what was written. The next check has the last word.
func (s *Service[T]) Hurt() { s.settle(Damaged, s.Clock()) }

// settle takes note of the book's health.
func (s *Service[T]) settle(state State, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.health.State == state {
		return
	}
	s.health = Health{State: state, Since: at}
	if state == Sound {
		s.health.Since = time.Time{}
	}
	if s.Keep != nil {
		s.Keep(s.health)
	}
}

// Status implements [Integrity].
func (s *Service[T]) Status(ctx context.Context) (Status, error) {
	st := Status{Surroundings: s.Around()}
	if s.Notices != nil {
		st.Notices = s.Notices()
	}
	s.mu.Lock()
	if s.running != nil {
		now := *s.running
		st.Running = &now
	}
	st.Last, st.Health = s.last, s.health
	s.mu.Unlock()
	last, accepted, ahead, err := s.kept(ctx)
	st.Ahead = ahead
	if err != nil && st.Health.State != Damaged { // nobody wonders that it cannot be read
		return st, err
	}
	st.Accepted = accepted
	if st.Last == nil {
		st.Last = last
	}
	if st.Health.State == "" {
		st.Health.State = Sound
		if st.Last != nil && st.Last.State() != Sound {
			st.Health = Health{State: st.Last.State(), Since: st.Last.At}
		}
	}
	return st, nil
}

// kept is what the book itself has: the last report, nil when there is none, what was accepted, and [Status.Ahead].
func (s *Service[T]) kept(ctx context.Context) (last *Report, accepted []Acceptance, ahead time.Time, err error) {
	err = s.Work.View(ctx, func(tx T) error {
		_, err := tx.Setting(lastKey, &last)
		if err == nil {
			_, err = tx.Setting(acceptedKey, &accepted)
		}
		if err != nil {
			return err
		}
		latest, err := tx.LatestAt(aheadAmong)
		if latest.After(tx.Now().Add(aheadBy)) {
			ahead = latest
		}
		return err
	})
	return last, accepted, ahead, err
}

// Accept keeps with the book that it was accepted as it is.
func Accept[T Tx](tx T, a Acceptance) error {
	var all []Acceptance
	if _, err := tx.Setting(acceptedKey, &all); err != nil {
		return err
	}
	return tx.SetSetting(acceptedKey, append(all, a))
}

// Forget drops what a book that was restored says of its last check: the files it was made of are others.
func Forget(tx interface{ SetSetting(key string, v any) error }) error {
	return tx.SetSetting(lastKey, nil)
}

// Care checks the book by itself until ctx ends, through c. What was wrong with it when it was open last is looked
// at first: it may be another by now. memory keeps when it was done; warn is told what failed.
func (s *Service[T]) Care(ctx context.Context, c op.Caller, memory job.Memory, warn func(what string, err error)) {
	check := func(ctx context.Context) error {
		_, err := Book.Call(op.AsSystem(ctx), c, op.Empty{})
		return err
	}
	if s.Known.State == Damaged {
		if err := check(ctx); err != nil && ctx.Err() == nil {
			warn("the book was not checked again", err)
		}
	}
	jobs := job.Scheduler{
		Memory: memory, Clock: s.Clock, Warn: warn, Jobs: []job.Job{{Name: "verify", Every: Every, Run: check}},
	}
	jobs.Run(ctx)
}

// Run implements [Book]: it performs every check and keeps the outcome. Fault verify.running.
func (s *Service[T]) Run(ctx context.Context) (Report, error) {
	s.mu.Lock()
	if s.running != nil {
		s.mu.Unlock()
		return Report{}, fault.New(fault.Conflict, "verify.running")
	}
	s.running = &Progress{}
	s.mu.Unlock()
	rep, err := s.run(ctx)
	s.mu.Lock()
	if s.running = nil; err == nil {
		s.last = &rep // known here even if the book takes no more writes
	}
	s.mu.Unlock()
	if err != nil {
		return rep, err
	}
	s.settle(rep.State(), rep.At)
	return rep, s.Work.Update(context.WithoutCancel(ctx), func(tx T) error {
		return errors.Join(tx.SetSetting(lastKey, rep), op.RecordIn(ctx, tx))
	})
}

func (s *Service[T]) run(ctx context.Context) (Report, error) {
	rep := Report{Findings: []Finding{}}
	begun := s.Clock()
	for _, step := range append(slices.Clip(s.Steps), s.rows(&rep)...) {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		start := s.Clock()
		found, err := step.Run(ctx, s.progress(step.Name))
		if err != nil {
			return rep, err
		}
		took := s.Clock().Sub(start).Milliseconds()
		rep.Parts = append(rep.Parts, Part{
			Name: step.Name, Count: found.Count, Millis: took, Findings: len(found.Findings),
		})
		rep.Findings = append(rep.Findings, found.Findings...)
		if found.Stop {
			break
		}
	}
	if len(rep.Findings) > findingsMax {
		rep.Findings = rep.Findings[:findingsMax]
	}
	rep.At = s.Clock()
	rep.Millis = rep.At.Sub(begun).Milliseconds()
	return rep, nil
}

func (s *Service[T]) progress(part string) func(done, total int64) {
	tell := func(done, total int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running = &Progress{Part: part, Done: done, Total: total}
	}
	tell(0, 0)
	return tell
}

// rows are the steps that read the book through SQLite, each in a transaction of its own: a long one would
// keep the log from being emptied.
func (s *Service[T]) rows(rep *Report) []Step {
	steps := []Step{
		s.inside("structure", structure[T]),
		{"chain", func(ctx context.Context, tell func(int64, int64)) (f Found, err error) {
			err = s.Work.View(ctx, func(tx T) (err error) { f, err = chain(tx, rep, tell); return err })
			return f, err
		}},
	}
	for _, c := range s.Checks {
		steps = append(steps, s.inside(c.Name, c.Run))
	}
	return steps
}

func (s *Service[T]) inside(name string, check func(T) ([]Finding, error)) Step {
	return Step{name, func(ctx context.Context, _ func(int64, int64)) (f Found, err error) {
		err = s.Work.View(ctx, func(tx T) (err error) { f.Findings, err = check(tx); return err })
		return f, err
	}}
}

func structure[T Tx](tx T) (out []Finding, err error) {
	lines, err := tx.CheckIntegrity()
	for _, l := range lines {
		out = append(out, Finding{Key: "verify.structure", Args: map[string]any{"detail": l}})
	}
	return out, err
}

// tellEvery is after how many events progress is told.
const tellEvery = 1000

// chain follows the events from the first, and names the first that does not hold.
func chain(tx Tx, rep *Report, tell func(done, total int64)) (f Found, err error) {
	head, err := tx.Head()
	if err != nil {
		return f, err
	}
	walked, err := audit.Walk(tx, func(c audit.Chain) {
		if c.Events%tellEvery == 0 {
			tell(c.Events, head.ID)
		}
	})
	rep.Events, rep.Head, f.Count = walked.Events, walked.Head.String(), walked.Events
	if broken, ok := errors.AsType[audit.Broken](err); ok {
		f.Findings = append(f.Findings, Finding{Key: "verify.chain", Args: map[string]any{"event": int64(broken)}})
		return f, nil
	}
	return f, err
}
