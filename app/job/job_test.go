package job

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a book that remembers, and may fail to.
type memory struct {
	mu   sync.Mutex
	last map[string]time.Time
	fail error
}

func (m *memory) Last(context.Context) (map[string]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]time.Time{}
	maps.Copy(out, m.last)
	return out, m.fail
}

func (m *memory) Done(_ context.Context, name string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last[name] = at
	return m.fail
}

// fails is for jobs about which there is nothing to warn of.
func fails(t *testing.T) func(string, error) {
	return func(what string, err error) { t.Error(what, err) }
}

const week = 7 * 24 * time.Hour

func TestAJobRunsAWeekAfterItsLastSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var runs []time.Duration
		weekly := Job{Name: "weekly", Every: week, Run: func(context.Context) error {
			runs = append(runs, time.Since(start))
			time.Sleep(10 * time.Minute)
			return nil
		}}
		m := &memory{last: map[string]time.Time{}}
		s := &Scheduler{Jobs: []Job{weekly}, Memory: m, Clock: time.Now, Warn: fails(t)}
		ctx, stop := context.WithTimeout(t.Context(), 3*week)
		defer stop()
		s.Run(ctx)
		if len(runs) < 3 || len(runs) > 4 || runs[0] != AtStart {
			t.Fatalf("ran at %v", runs)
		}
		for i := 1; i < len(runs); i++ {
			if gap := runs[i] - runs[i-1]; gap < week-week/spread || gap > week+time.Hour {
				t.Errorf("%v between two runs", gap)
			}
		}
	})
}

func TestAFailedJobIsTriedAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries, warned := 0, 0
		bad := Job{Name: "bad", Every: week, Run: func(context.Context) error { tries++; return errors.New("no") }}
		good := 0
		other := Job{Name: "other", Every: week, Run: func(context.Context) error { good++; return nil }}
		m := &memory{last: map[string]time.Time{}}
		s := &Scheduler{Jobs: []Job{bad, other}, Memory: m, Clock: time.Now, Warn: func(string, error) { warned++ }}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Hour+AtStart+time.Second)
		defer stop()
		s.Run(ctx)
		if tries != 11 || warned != tries || good != 1 {
			t.Errorf("%d tries, %d warnings, the other ran %d times", tries, warned, good)
		}
		if _, ok := m.last["bad"]; ok {
			t.Error("a failure is noted as a success")
		}
	})
}

func TestAJobThatWasStoppedIsDueAtTheNextStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := Job{Name: "long", Every: week, Run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		m := &memory{last: map[string]time.Time{}}
		s := &Scheduler{Jobs: []Job{long}, Memory: m, Clock: time.Now, Warn: fails(t)}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		s.Run(ctx)
		if len(m.last) != 0 || !due(long, m.last["long"], s.failed["long"], time.Now()) {
			t.Error("the job that was stopped is not due")
		}
	})
}

func TestAForgetfulBookDoesNotMakeAJobRunWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		j := Job{Name: "j", Every: week, Run: func(context.Context) error { runs++; return nil }}
		m := &forgetful{}
		s := &Scheduler{Jobs: []Job{j}, Memory: m, Clock: time.Now, Warn: func(string, error) {}}
		ctx, stop := context.WithTimeout(t.Context(), AtStart+90*time.Minute)
		defer stop()
		s.Run(ctx)
		if runs != 2 {
			t.Errorf("%d runs in an hour and a half", runs)
		}
	})
}

type forgetful struct{}

func (forgetful) Last(context.Context) (map[string]time.Time, error) { return nil, nil }

func (forgetful) Done(context.Context, string, time.Time) error { return errors.New("disk full") }

func TestDue(t *testing.T) {
	j := Job{Name: "x", Every: week}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		last, failed time.Time
		want         bool
	}{
		"never done":              {time.Time{}, time.Time{}, true},
		"yesterday":               {now.AddDate(0, 0, -1), time.Time{}, false},
		"a week ago":              {now.Add(-week), time.Time{}, true},
		"after a sleep of months": {now.AddDate(0, -5, 0), time.Time{}, true},
		"noted in the future":     {now.AddDate(1, 0, 0), time.Time{}, true},
		"failed just now":         {time.Time{}, now.Add(-time.Minute), false},
		"failed long ago":         {time.Time{}, now.Add(-Retry), true},
		"failed in the future":    {time.Time{}, now.AddDate(1, 0, 0), true},
	} {
		if got := due(j, tt.last, tt.failed, now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	a, b := shift(Job{Name: "a", Every: week}), shift(Job{Name: "b", Every: week})
	if a == b || max(a, b) > week/spread || min(a, b) < 0 {
		t.Errorf("shifts %v %v", a, b)
	}
}
