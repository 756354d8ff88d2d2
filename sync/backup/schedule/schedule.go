// Package schedule decides when backups are due and how worried the owner should be. It is pure
// logic on a given clock: it starts nothing, measures nothing and knows no destination by more than
// its identifier.
package schedule

import (
	"slices"
	"time"
)

// Policy is the rhythm.
type Policy struct {
	AfterFirst time.Duration   // at the latest this long after the first unsaved change
	WhenIdle   time.Duration   // already this long after the last one
	AtStart    time.Duration   // a missed run follows this long after the start
	Retry      []time.Duration // waits after a passing failure; the last one repeats
	CheckEvery time.Duration   // names and sizes of every copy
	DrillEvery time.Duration   // complete trial restore
}

// Default is the rhythm of the product.
var Default = Policy{
	AfterFirst: 15 * time.Minute,
	WhenIdle:   2 * time.Minute,
	AtStart:    90 * time.Second,
	Retry:      []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour},
	CheckEvery: 24 * time.Hour,
	DrillEvery: 7 * 24 * time.Hour,
}

// PolicyFor is the rhythm that keeps the work lost at worst below most: a point is made after a quarter of it, so
// that the sending, and the end of another under way, have the rest. A broken line is tried again as often. However
// much may be lost, the rhythm is never slower than Default.
func PolicyFor(most time.Duration) Policy {
	p := Default
	p.AfterFirst = min(p.AfterFirst, most/4)
	p.WhenIdle = min(p.WhenIdle, p.AfterFirst/2)
	p.Retry = slices.Clone(p.Retry)
	for i := range p.Retry {
		p.Retry[i] = min(p.Retry[i], max(most/4, p.Retry[0]))
	}
	return p
}

// Follow changes the rhythm from now on.
func (s *Schedule) Follow(p Policy) { s.policy = p }

// Pause lets nothing be due at any destination before a time; the book is saved on this PC all the same. Zero ends a
// pause: what waited goes on at once, whatever it waited for besides the owner.
func (s *Schedule) Pause(until time.Time) {
	if until.IsZero() && !s.paused.IsZero() {
		for _, t := range s.targets {
			t.send.notUntil = time.Time{}
		}
	}
	s.paused = until
}

// Held notes a task of a destination that a pause has stopped: that is no failure, and it is due again after it.
func (s *Schedule) Held(task Task) {
	for _, t := range s.targets {
		if t.id == task.Target && task.Kind == Send {
			t.sending, t.late = false, false
		}
	}
}

// Kind is what is to be done.
type Kind string

// The kinds of task, in the order they run when due together.
const (
	Snapshot Kind = "snapshot" // a restore point in the local vault
	Send     Kind = "send"     // a destination follows
	Check    Kind = "check"    // names and sizes of a destination
	Drill    Kind = "drill"    // a complete trial restore from a destination
)

// Task is one thing due. Target is the destination, empty for a snapshot.
type Task struct {
	Kind   Kind
	Target string
}

// Schedule remembers what is unsaved, unsent and unchecked. It is not safe for several goroutines.
type Schedule struct {
	policy      Policy
	firstChange time.Time // of the changes no restore point has; zero when there are none
	lastChange  time.Time
	paused      time.Time // nothing is sent before
	snapshot    attempt
	targets     []*target
}

type target struct {
	id      string
	pending bool // a restore point is not there yet
	sending bool // one is on its way
	late    bool // another was made since that sending began
	send    attempt
	drill   attempt // apart: a damaged old object must not keep new work from leaving the house
	checked time.Time
	drilled time.Time
	sent    time.Time // the last sending that worked
	rhythm  Rhythm
	plugged bool // somebody waits beside it
	hurt    bool // what is there is damaged
}

// attempt is the back-off of one task.
type attempt struct {
	failures int
	notUntil time.Time
	stopped  bool // only the owner can help
}

func (a *attempt) failed(now time.Time, waits []time.Duration, passing bool) {
	a.stopped = !passing
	a.notUntil = now.Add(waits[min(a.failures, len(waits)-1)])
	a.failures++
}

// New starts a schedule at the start of the program. Unsaved says that the book has changes no restore
// point has.
func New(p Policy, now time.Time, unsaved bool) *Schedule {
	s := &Schedule{policy: p}
	if unsaved {
		s.firstChange, s.lastChange = now, now
		s.snapshot.notUntil = now.Add(p.AtStart)
	}
	return s
}

// Add makes a destination known. Current says that it has the newest restore point; checked and
// drilled are the last times those worked, zero if never.
func (s *Schedule) Add(now time.Time, id string, current bool, checked, drilled time.Time) {
	s.Remove(id)
	t := &target{id: id, pending: !current, checked: checked, drilled: drilled}
	t.send.notUntil = now.Add(s.policy.AtStart)
	s.targets = append(s.targets, t)
}

// Remove forgets a destination.
func (s *Schedule) Remove(id string) {
	s.targets = slices.DeleteFunc(s.targets, func(t *target) bool { return t.id == id })
}

// Changed notes that something was saved in the book.
func (s *Schedule) Changed(now time.Time) {
	if s.firstChange.IsZero() {
		s.firstChange = now
	}
	s.lastChange = now
}

// AtOnce makes a restore point due now, with no wait for a start or for people to pause.
func (s *Schedule) AtOnce(now time.Time) {
	s.firstChange, s.lastChange = now.Add(-s.policy.AfterFirst), now
	s.snapshot = attempt{}
}

// Unsaved says whether the book has changes no restore point has.
func (s *Schedule) Unsaved() bool { return !s.firstChange.IsZero() }

// Due lists what is to be done now, in order, and the moment to ask again (zero: after the next
// Changed).
func (s *Schedule) Due(now time.Time) (tasks []Task, next time.Time) {
	ask := func(task Task, at time.Time) {
		switch {
		case !at.After(now):
			tasks = append(tasks, task)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	if s.Unsaved() && !s.snapshot.stopped {
		at := earlier(s.firstChange.Add(s.policy.AfterFirst), s.lastChange.Add(s.policy.WhenIdle))
		ask(Task{Kind: Snapshot}, later(at, s.snapshot.notUntil))
	}
	for _, t := range s.targets {
		if t.send.stopped {
			continue
		}
		from := later(t.send.notUntil, s.paused)
		send := later(from, t.sendable(now))
		if t.pending {
			ask(Task{Kind: Send, Target: t.id}, t.opens(send, now))
		}
		if !t.pending || !t.sendable(now).After(now) { // a sending ends with the comparison
			ask(Task{Kind: Check, Target: t.id}, t.opens(later(turn(t.checked, s.policy.CheckEvery, now), from), now))
		}
		ask(Task{Kind: Drill, Target: t.id},
			t.opens(later(turn(t.drilled, s.policy.DrillEvery, now), later(from, t.drill.notUntil)), now))
	}
	slices.SortStableFunc(tasks, func(a, b Task) int { return order(a.Kind) - order(b.Kind) })
	return tasks, next
}

// OnClose lists what to do before the program ends: save, then send to every destination that does not
// wait for the owner nor for its hours, unless there is a pause.
func (s *Schedule) OnClose(now time.Time) []Task {
	var tasks []Task
	if s.Unsaved() {
		tasks = append(tasks, Task{Kind: Snapshot})
	}
	for _, t := range s.targets {
		held := t.send.stopped || s.paused.After(now) || t.sendable(now).After(now)
		if (t.pending || s.Unsaved()) && !held {
			tasks = append(tasks, Task{Kind: Send, Target: t.id})
		}
	}
	return tasks
}

// Saved notes a snapshot made of the book as it was at the moment given: changes after it stay unsaved.
func (s *Schedule) Saved(began time.Time) {
	s.snapshot = attempt{}
	if s.lastChange.After(began) {
		s.firstChange = later(s.firstChange, began)
	} else {
		s.firstChange, s.lastChange = time.Time{}, time.Time{}
	}
	for _, t := range s.targets {
		t.pending, t.late = true, t.sending
		if t.send.failures == 0 {
			t.send.notUntil = time.Time{}
		}
	}
}

// Started notes that a task of a destination is under way: a restore point made before it ends may not
// be part of what is sent.
func (s *Schedule) Started(task Task) {
	for _, t := range s.targets {
		if t.id == task.Target && task.Kind == Send {
			t.sending, t.late = true, false
		}
	}
}

// Done notes a task of a destination that worked.
func (s *Schedule) Done(now time.Time, task Task) {
	for _, t := range s.targets {
		if t.id != task.Target {
			continue
		}
		switch task.Kind {
		case Send:
			t.send = attempt{}
			t.pending, t.checked, t.sent = t.late, now, now // sending ends with the comparison
			t.sending, t.late = false, false
			t.plugged = t.plugged && t.pending
		case Check:
			t.send = attempt{}
			t.checked = now
		case Drill:
			t.drill = attempt{}
			t.drilled, t.checked = now, now // it begins with the comparison
		case Snapshot: // no destination's
		}
	}
}

// Failed notes a task that did not work. Passing says that trying again can help; otherwise nothing
// more is sent there until Mended. A failed drill is tried again after the same waits, or the next day
// if trying again cannot help, and stops nothing else.
func (s *Schedule) Failed(now time.Time, task Task, passing bool) {
	if task.Kind == Snapshot {
		s.snapshot.failed(now, s.policy.Retry, true) // the book must be saved: never give up
		return
	}
	for _, t := range s.targets {
		switch {
		case t.id != task.Target:
		case task.Kind == Drill && !passing:
			t.drill.notUntil = now.Add(s.policy.CheckEvery)
		case task.Kind == Drill:
			t.drill.failed(now, s.policy.Retry, true)
		default:
			t.sending, t.late, t.plugged = false, false, false
			t.send.failed(now, s.policy.Retry, passing)
		}
	}
}

// Mended notes that the owner changed a destination, or wants it tried at once.
func (s *Schedule) Mended(id string) {
	for _, t := range s.targets {
		if t.id == id {
			t.send, t.drill = attempt{}, attempt{}
		}
	}
}

func order(k Kind) int { return slices.Index([]Kind{Snapshot, Send, Check, Drill}, k) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// turn is when what was last done at a moment is due again: at once where that is still to come, as after a clock that was
// ahead was set right.
func turn(done time.Time, every time.Duration, now time.Time) time.Time {
	if done.After(now) {
		return now
	}
	return done.Add(every)
}
