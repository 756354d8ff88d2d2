package shell_test

import (
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/ui/kit"
)

// TestWhoLogsInLaterAlsoSeesThatTheOthersAreLetIn: the end of what began before is told to pages that are gone.
func TestWhoLogsInLaterAlsoSeesThatTheOthersAreLetIn(t *testing.T) {
	d := newClosedDesk(t, auth.Owner, nil)
	var again func()
	kit.After = func(wait time.Duration, fn func()) func() bool {
		if wait == 30*time.Second {
			again = fn
		}
		return func() bool { return true }
	}
	d.book.local = true
	d.Start()
	for range 3 { // the callbacks are never called: they are those of the pages before
		if again == nil {
			t.Fatal("not looked after")
		}
		ask := again
		again, d.taken = nil, nil
		if ask(); d.taken == nil {
			t.Fatal("not asked again")
		}
	}
	d.Close()
	d.taken = nil
	if again(); d.taken != nil {
		t.Error("asked by pages that are gone")
	}
}
