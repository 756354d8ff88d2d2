package auth_test

import (
	"testing"
	"time"

	"zafe/app/auth"
)

// TestFresh: for five minutes, and not until a clock that was ahead gets there.
func TestFresh(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]bool{
		0: true, auth.FreshFor: true, auth.FreshFor + time.Second: false,
		-auth.ClockSlack: true, -auth.ClockSlack - time.Second: false, -24 * time.Hour: false,
	} {
		if got := (auth.Actor{FreshAt: now.Add(-ago)}).Fresh(now); got != want {
			t.Errorf("proven %s ago: fresh %t", ago, got)
		}
	}
}
