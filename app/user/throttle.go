package user

import (
	"strings"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
)

// pace is how fast guesses may come. What is free costs no wait; then each wait is twice the one before.
type pace struct {
	free     int
	first    time.Duration // after the first guess that is not free; 0: no wait
	longest  time.Duration
	daily    int           // guesses a day, 0: any number
	burst    int           // guesses in burstFor, 0: any number
	burstFor time.Duration // shorter than a day
	forgives bool          // a right one clears what was counted; else it takes back its own
	kept     bool          // in the book: a restart does not forget
}

// The three counters. Whoever guesses at one place slows nobody down at another, so that an attacker cannot lock
// the owner out: at the main PC's own keyboard, and where a person has logged in before, only their own wrong tries
// there count.
var (
	// paceKnown: a person at a place where they have logged in.
	paceKnown = pace{free: 5, first: time.Second, longest: 5 * time.Minute, forgives: true}
	// paceElsewhere: a person at all the places where they never have, together.
	paceElsewhere = pace{free: 5, first: 30 * time.Second, longest: 15 * time.Minute, daily: 25, kept: true}
	// paceSource: a paired PC, for all those who have never logged in there.
	paceSource = pace{daily: 100, burst: 20, burstFor: 10 * time.Minute, kept: true}
)

const (
	guessDay     = 24 * time.Hour
	alertAt      = 10     // wrong tries for a person in a day of which the owners are told
	nobodysKept  = 10_000 // counters of names that nobody has
	doublingsMax = 16
)

// Guesses are what was counted under a name since its day began.
type Guesses struct {
	Since time.Time
	Last  time.Time
	Wrong int
}

// over tells whether the day of a counter is over.
func (g Guesses) over(now time.Time) bool { return now.Sub(g.Since) >= guessDay || now.Before(g.Since) }

// counted is one counter that a guess counts in.
type counted struct {
	what   string
	nobody bool // of a name that nobody has
	pace   *pace
	stored Guesses // as the book has it
}

// guess is a password or a code that is about to be checked.
type guess []counted

// guessOf says what a guess counts in; at tells the password of a log-in, the password of a proof and codes apart, so
// that who knows one clears no counter of another, and who has waited to be let in by one need not wait for the next. typed is the name of somebody who is not known.
func guessOf(tx Tx, u User, typed, device, at string) (guess, error) {
	who := SlotLabel(u.ID)
	if u.ID == 0 {
		who = "name:" + strings.ToLower(strings.TrimSpace(typed))
	}
	who = at + "\x00" + who
	known := device == ""
	if !known && u.ID != 0 {
		var err error
		if _, known, err = tx.Place(u.ID, device); err != nil {
			return nil, err
		}
	}
	g := guess{{what: who, nobody: u.ID == 0, pace: &paceElsewhere}}
	if known {
		g[0].what, g[0].pace = who+"\x00"+device, &paceKnown
	} else {
		g = append(g, counted{what: "pc:" + device, pace: &paceSource})
	}
	for i, c := range g {
		if c.pace.kept && !c.nobody {
			var err error
			if g[i].stored, err = tx.Guesses(c.what); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}

// throttle counts guesses.
type throttle struct {
	mu      sync.Mutex
	tries   map[string]*tries
	nobodys map[string]*tries // what it forgets are waits of names that nobody has
}

type tries struct {
	Guesses
	burst Guesses
}

// take spends a try; faults user.wait and user.wait_day when it must wait. A try counts as wrong until another word
// is said: tries sent at the same moment are counted before any has an answer.
func (t *throttle) take(g guess, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, c := range g {
		wait = max(wait, c.pace.wait(t.entry(c, now), now))
	}
	if wait > time.Hour {
		return fault.New(fault.Unavailable, "user.wait_day", "hours", int(wait.Hours())+1)
	}
	if wait > 0 {
		return fault.New(fault.Unavailable, "user.wait", "seconds", int(wait.Seconds())+1)
	}
	for _, c := range g {
		e := t.entry(c, now)
		e.count(now)
		e.burst.count(now)
	}
	return nil
}

func (g *Guesses) count(now time.Time) {
	if g.Wrong == 0 {
		g.Since = now
	}
	g.Wrong, g.Last = g.Wrong+1, now
}

// entry is what is counted under a name, anew once its day is over.
func (t *throttle) entry(c counted, now time.Time) *tries {
	if t.tries == nil {
		t.tries, t.nobodys = map[string]*tries{}, map[string]*tries{}
	}
	in := t.tries
	if c.nobody {
		if in = t.nobodys; len(in) >= nobodysKept {
			clear(in)
		}
	}
	e := in[c.what]
	if e == nil {
		e = &tries{Guesses: c.stored}
		in[c.what] = e
	}
	if e.over(now) {
		e.Guesses = Guesses{}
	}
	// A try that was counted while the clock was ahead counts from now: nobody waits until the clock gets there.
	e.Last, e.burst.Since = earlier(e.Last, now), earlier(e.burst.Since, now)
	if now.Sub(e.burst.Since) >= c.pace.burstFor {
		e.burst = Guesses{}
	}
	return e
}

// wait is how long the next guess must.
func (p *pace) wait(e *tries, now time.Time) time.Duration {
	var until time.Time
	if over := e.Wrong - p.free; p.first > 0 && over >= 0 {
		until = e.Last.Add(min(p.first<<min(over, doublingsMax), p.longest))
	}
	if p.daily > 0 && e.Wrong >= p.daily {
		until = e.Since.Add(guessDay)
	}
	if p.burst > 0 && e.burst.Wrong >= p.burst {
		until = later(until, e.burst.Since.Add(p.burstFor))
	}
	return until.Sub(now)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// right takes a guess back that was right: where it is forgiving, all the wrong ones before it.
func (t *throttle) right(g guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range g {
		switch {
		case !c.pace.forgives:
			t.back(c)
		case c.nobody:
			delete(t.nobodys, c.what)
		default:
			delete(t.tries, c.what)
		}
	}
}

// unanswered takes a guess back that nobody looked at: it told its sender nothing.
func (t *throttle) unanswered(g guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range g {
		t.back(c)
	}
}

func (t *throttle) back(c counted) {
	in := t.tries
	if c.nobody {
		in = t.nobodys
	}
	if e := in[c.what]; e != nil {
		e.Wrong, e.burst.Wrong = max(0, e.Wrong-1), max(0, e.burst.Wrong-1)
	}
}

// keep writes what was counted into the book, for a restart.
func (t *throttle) keep(tx Tx, g guess) error {
	for _, c := range g {
		if !c.pace.kept || c.nobody {
			continue
		}
		t.mu.Lock()
		var now Guesses
		if e := t.tries[c.what]; e != nil {
			now = e.Guesses
		}
		t.mu.Unlock()
		if now.Wrong == 0 {
			continue
		}
		if err := tx.SaveGuesses(c.what, now, tx.Now().Add(-guessDay)); err != nil {
			return err
		}
	}
	return nil
}

// alarm counts a wrong try for a person wherever it came from; true for the one of which the owners are told.
func alarm(tx Tx, id auth.UserID) (bool, error) {
	what := "wrong:" + SlotLabel(id)
	g, err := tx.Guesses(what)
	if err != nil {
		return false, err
	}
	if g.over(tx.Now()) {
		g = Guesses{}
	}
	g.count(tx.Now())
	return g.Wrong == alertAt, tx.SaveGuesses(what, g, tx.Now().Add(-guessDay))
}
