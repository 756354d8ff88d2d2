package user

import (
	"sync"
	"time"

	"zafe/app/fault"
)

// throttle slows guessing down without letting an attacker lock the owner out: an account has one
// counter for each known place (a paired PC, the host's keyboard) and the counters of the others do
// not touch it. It lives in memory: a restart of the host takes longer than it would give.
type throttle struct {
	mu    sync.Mutex
	tries map[string]*tries
}

type tries struct {
	failed int
	until  time.Time
	last   time.Time
}

const (
	freeTries    = 5
	firstWait    = 2 * time.Second
	longestWait  = 5 * time.Minute
	forgetTries  = 24 * time.Hour
	triesTracked = 10_000
)

// take spends a try at a place; fault user.wait when it must wait. A try counts as failed until
// succeeded says otherwise: tries sent at the same moment are counted before any has an answer.
func (t *throttle) take(key string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tries == nil {
		t.tries = map[string]*tries{}
	}
	t.prune(now)
	e := t.tries[key]
	if e == nil {
		e = &tries{}
		t.tries[key] = e
	}
	if now.Before(e.until) {
		return fault.New(fault.Unavailable, "user.wait", "seconds", int(e.until.Sub(now).Seconds())+1)
	}
	e.failed, e.last = e.failed+1, now
	if over := e.failed - freeTries; over >= 0 {
		e.until = now.Add(min(firstWait<<min(over, 10), longestWait))
	}
	return nil
}

func (t *throttle) succeeded(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, key)
}

// prune forgets old entries once the table is large; an attacker cannot make it grow without end.
func (t *throttle) prune(now time.Time) {
	if len(t.tries) < triesTracked {
		return
	}
	for k, e := range t.tries {
		if now.Sub(e.last) > forgetTries || len(t.tries) >= triesTracked && now.After(e.until) {
			delete(t.tries, k)
		}
	}
}
