package books

import (
	"time"

	"zafe/ui/page/paging"
)

// Clock gives the pages another clock, and runs what waits for typing to rest at once.
func Clock(at func() time.Time) (restore func()) {
	was, after := now, paging.After
	now = at
	paging.After = func(_ time.Duration, fn func()) func() bool {
		fn()
		return func() bool { return false }
	}
	return func() { now, paging.After = was, after }
}
