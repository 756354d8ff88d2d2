package machine_test

import (
	"strings"
	"testing"

	"zafe/ui/machine"
)

// TestTheClockOfAPCThatSleeps goes on: a time that also carries the other clock's reading says so in words.
func TestTheClockOfAPCThatSleeps(t *testing.T) {
	if now := machine.Now(); strings.Contains(now.String(), "m=") {
		t.Errorf("%s is compared by the clock that stands still", now)
	}
}
