package sales

import (
	"time"

	"zafe/ui/kit"
)

// Clock replaces the clock of the pages until the returned function puts it back.
func Clock(at func() time.Time, wait func(time.Duration, func()) func() bool) (restore func()) {
	n, a := now, kit.After
	now, kit.After = at, wait
	return func() { now, kit.After = n, a }
}
