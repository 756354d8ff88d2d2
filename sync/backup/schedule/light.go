package schedule

import "time"

// Light is how worried the owner should be.
type Light string

// The three lights.
const (
	Green Light = "green"
	Amber Light = "amber"
	Red   Light = "red"
)

// The limits of a copy: how old the oldest work it lacks may be. A USB disk is not always plugged in.
const (
	CloudLimit = 24 * time.Hour
	DiskLimit  = 7 * 24 * time.Hour
)

// unseen is after how many limits, of a day at least, a copy that lacks nothing must have been looked at again.
const unseen = 7

// redAtLeast is how long work may be late, however little the owner accepts to lose, before it is an alarm: a line
// that is down for an hour, a PC that wakes up, mend themselves.
const redAtLeast = 2 * time.Hour

// RedAfter is how long work may lack until the light is red, where it may lack for a limit until it is amber.
func RedAfter(limit time.Duration) time.Duration { return max(2*limit, redAtLeast) }

// Copy is what is known about one destination.
type Copy struct {
	Made    time.Time // when the owner set it up
	LastOK  time.Time // last successful sending or check; zero: never
	Lacks   time.Time // since when it lacks work of the book; zero: it lacks nothing
	Stopped bool      // only the owner can help: a login, a full storage
	Again   bool      // it had all of it under an earlier recovery key, and is filled anew since Made
}

// LightOf turns red by the clock, not by an error: silence is as bad as a failure. Work lacking for
// one limit is amber, for two red. A copy that lacks nothing but was not looked at for seven limits is
// amber. One that waits for the owner is never green. One that never worked is amber from its first day,
// unless it is only filled anew, and has a day at least for the first sending.
func LightOf(now time.Time, c Copy, limit time.Duration) Light {
	since := c.Lacks
	day := max(limit, CloudLimit)
	if c.LastOK.IsZero() {
		since, limit = c.Made, day
	}
	light := Green
	if !since.IsZero() {
		switch age := now.Sub(since); {
		case age >= RedAfter(limit):
			return Red
		case age >= limit || c.LastOK.IsZero() && !c.Again:
			light = Amber
		}
	}
	if c.Stopped || !c.LastOK.IsZero() && now.Sub(c.LastOK) >= unseen*day {
		light = Amber
	}
	return light
}

// Worst gives the overall light of several; of none it is red: no copy outside the house.
func Worst(lights []Light) Light {
	worst := Green
	for _, l := range lights {
		if l == Red || worst == Red {
			worst = Red
		} else if l == Amber {
			worst = Amber
		}
	}
	if len(lights) == 0 {
		return Red
	}
	return worst
}
