package sales

import (
	"time"

	"zafe/ui/page/paging"
)

// Clock replaces the clock of the pages until the returned function puts it back.
func Clock(at func() time.Time, wait func(time.Duration, func()) func() bool) (restore func()) {
	n, a := now, paging.After
	now, paging.After = at, wait
	return func() { now, paging.After = n, a }
}
