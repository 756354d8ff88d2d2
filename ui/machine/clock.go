package machine

import "time"

// Now is the clock of this PC, as people read it on the wall. It has no reading of the one that only goes forward: that
// stands still while a PC sleeps, and what is asked of a clock here is how old work and copies are, and how long nobody
// has been there.
func Now() time.Time { return time.Now().Round(0) } //nolint:forbidigo // what main gives as the clock
