// Package job runs what a book does by itself at a steady pace. A PC that is off at night needs "not for a
// week", not "on Sunday at three": a job is due when its last success is too old, whenever the PC is on.
// It knows neither what the jobs do nor where their last success is kept. Whatever else is under way on something that
// closes is a Group.
package job

import (
	"context"
	"hash/fnv"
	"time"
)

// Job is one thing to do again and again.
type Job struct {
	Name  string        // permanent: its last success is kept under it
	Every time.Duration // at least this long between two successes
	Run   func(ctx context.Context) error
}

// Memory keeps the last success of each job, in the book.
type Memory interface {
	Last(ctx context.Context) (map[string]time.Time, error)
	Done(ctx context.Context, name string, at time.Time) error
}

// The rhythm.
const (
	// AtStart leaves the first minutes of a day to the people.
	AtStart = 5 * time.Minute
	// Look is how often it is looked whether a job is due; it is what a PC that slept is late by.
	Look = time.Minute
	// Retry follows a failure.
	Retry = time.Hour
	// spread is the part of a job's pace over which its turn is moved, so that the jobs of one book do not
	// all fall due together.
	spread = 20
)

// Scheduler runs the jobs of one open book, one at a time.
type Scheduler struct {
	Jobs   []Job
	Memory Memory
	Clock  func() time.Time
	Warn   func(what string, err error)

	failed map[string]time.Time
}

// Run looks after the jobs until ctx ends; a job that is under way is told by its own context.
func (s *Scheduler) Run(ctx context.Context) {
	s.failed = map[string]time.Time{}
	for wait := AtStart; ; wait = Look {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		s.look(ctx)
	}
}

// look runs what is due.
func (s *Scheduler) look(ctx context.Context) {
	last, err := s.Memory.Last(ctx)
	if err != nil {
		s.Warn("jobs", err)
		return
	}
	for _, j := range s.Jobs {
		if ctx.Err() != nil {
			return
		}
		now := s.Clock()
		if !due(j, last[j.Name], s.failed[j.Name], now) {
			continue
		}
		if err := j.Run(ctx); err != nil {
			if ctx.Err() == nil {
				s.failed[j.Name] = now
				s.Warn(j.Name, err)
			}
			continue
		}
		delete(s.failed, j.Name)
		if err := s.Memory.Done(ctx, j.Name, s.Clock()); err != nil {
			s.failed[j.Name] = now
			s.Warn(j.Name, err)
		}
	}
}

// due tells whether a job's turn has come. A success or a failure in the future was noted by a clock that
// was wrong: it holds nothing back.
func due(j Job, last, failed, now time.Time) bool {
	if !failed.IsZero() && !failed.After(now) && now.Sub(failed) < Retry {
		return false
	}
	return last.IsZero() || last.After(now) || now.Sub(last) >= j.Every-shift(j)
}

// shift moves a job's turn forward by up to a part of its pace, always the same for a job.
func shift(j Job) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(j.Name)) // a hash takes everything
	most := j.Every / spread
	return most * time.Duration(h.Sum32()%1000) / 1000
}
