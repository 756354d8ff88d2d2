package sales

import "time"

// Clock replaces the clock of the pages until the returned function puts it back.
func Clock(at func() time.Time, wait func(time.Duration, func()) func() bool) (restore func()) {
	n, a := now, after
	now, after = at, wait
	return func() { now, after = n, a }
}
