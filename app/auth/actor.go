package auth

import "time"

// UserID identifies a person with a login in one book.
type UserID int64

// Actor is who performs a call: a logged-in person on a known device, or the program itself.
type Actor struct {
	User      UserID
	Name      string // display name, kept in events
	Login     string
	Role      Role
	Rights    Rights    // of the role
	Team      []UserID  // those whose records are the team's, the actor among them or not
	Device    string    // device id (SPKI fingerprint), "" at the host's own keyboard
	Session   int64     // row id of the session, 0 for the system actor
	FreshAt   time.Time // last time the second factor (or password without one) was given, UTC
	System    bool      // jobs and set-up: holds every permission
	MustSetUp bool      // logged in but must still enrol the second factor: only Anyone operations
	// Viewer is the owner who looks through the actor's eyes, 0 for the actor themselves: nothing but reading is done.
	Viewer     UserID
	ViewerName string
	// Support is the access by which somebody from outside helps (package support), 0 for the people of the book, of
	// whom that one is none: nothing but reading is done.
	Support int64
	Locked  bool // nobody has been at the session for too long: only Public operations, until it is confirmed
}

// System is the actor of the program's own jobs.
var System = Actor{Name: "Zafè", Login: "system", Role: Owner, System: true}

// Scope returns on which records the actor holds p. A person who must still enrol the second
// factor holds nothing but what everyone holds.
func (a Actor) Scope(p Permission) Scope {
	if p == Public {
		return All
	}
	if a.System {
		return All
	}
	if a.User == 0 && a.Support == 0 || a.Locked {
		return None
	}
	if p == Anyone {
		return All
	}
	if a.MustSetUp {
		return None
	}
	return a.Rights.Scope(p)
}

// Doer is who really does what the actor does.
func (a Actor) Doer() (UserID, string) {
	if a.Viewer != 0 {
		return a.Viewer, a.ViewerName
	}
	return a.User, a.Name
}

// OnlyReads tells whether the actor does nothing but read, whatever they have the right to: who looks through
// somebody's eyes, and who helps from outside.
func (a Actor) OnlyReads() bool { return a.Viewer != 0 || a.Support != 0 }

// May tells whether the actor holds p on at least some records.
func (a Actor) May(p Permission) bool { return a.Scope(p) != None }

// FreshFor is how long a second factor counts as fresh for step-up operations.
const FreshFor = 5 * time.Minute

// ClockSlack is by how much a clock may be set back before what was set under it counts as of a clock that was ahead.
const ClockSlack = 5 * time.Minute

// Fresh tells whether the actor proved who they are just now. A proof under a clock that was ahead is none: it would
// stay fresh until the clock gets there.
func (a Actor) Fresh(now time.Time) bool {
	return now.Sub(a.FreshAt) <= FreshFor && !Ahead(a.FreshAt, now, 0)
}

// Ahead tells whether an end was set under a clock that was ahead: later than now and what it can be set to at most.
// Whoever trusted it would wait, or let somebody in, until the clock gets there.
func Ahead(end, now time.Time, most time.Duration) bool { return end.After(now.Add(most + ClockSlack)) }
