package store

import "testing"

// TestPace: what is written goes to the file at the next tick, the log is emptied after a while without a commit
// or at once when it is too long, and a log that cannot be emptied is told each time it has doubled.
func TestPace(t *testing.T) {
	p := pace{max: 100}
	tick := func(written bool, want string, bytes int64, emptied, told bool) {
		t.Helper()
		if got := p.next(written); got != want {
			t.Fatalf("%q is due, not %q", got, want)
		}
		if want == "" {
			return
		}
		if got := p.done(bytes, emptied); (got != "") != told {
			t.Fatalf("told %q", got)
		}
	}
	tick(false, "", 0, false, false)
	tick(true, "PASSIVE", 50, false, false)
	for range idleTicks - 1 {
		tick(false, "", 0, false, false)
	}
	tick(false, "TRUNCATE", 50, false, false)
	tick(false, "TRUNCATE", 0, true, false)
	tick(false, "", 0, false, false)
	tick(true, "PASSIVE", 150, false, true)
	tick(true, "TRUNCATE", 250, false, false)
	tick(false, "TRUNCATE", 300, false, true)
	tick(true, "TRUNCATE", 0, true, false)
	tick(true, "PASSIVE", 120, false, true)
}
