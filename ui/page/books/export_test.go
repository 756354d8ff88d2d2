package books

import (
	"time"

	"zafe/ui/kit"
)

// Clock gives the pages another clock, and runs what waits for typing to rest at once.
func Clock(at func() time.Time) (restore func()) {
	was, after := now, kit.After
	now = at
	kit.After = func(_ time.Duration, fn func()) func() bool {
		fn()
		return func() bool { return false }
	}
	return func() { now, kit.After = was, after }
}
