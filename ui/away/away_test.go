package away

import (
	"testing"
	"time"
)

// TestAPCThatSleptWasLeft: a jump of the clock on the wall says so; a slow moment does not.
func TestAPCThatSleptWasLeft(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for gap, want := range map[time.Duration]bool{look: false, 20 * time.Second: false, time.Hour: true, -time.Hour: false} {
		if got := asleep(noon, noon.Add(gap)); got != want {
			t.Errorf("%s: %t", gap, got)
		}
	}
}
