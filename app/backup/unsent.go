package backup

import (
	"time"

	"zafe/app/fault"
)

// Unsent is work that is on this PC only when the program ends, because the last backup did not leave.
type Unsent struct {
	Since time.Time // of the oldest of it
	Why   *fault.Fault
	Again bool // to try again may help
}

// OnlyHere is since when work is on the main PC only: of the oldest of what no sound copy on another disk has. Zero where
// one has everything, or where there is no such copy.
func (s Status) OnlyHere() (since time.Time) {
	for _, c := range s.Copies {
		switch {
		case c.OnDisk || !c.Sound():
		case c.Oldest.IsZero():
			return time.Time{}
		case c.Oldest.After(since):
			since = c.Oldest
		}
	}
	return since
}
