package op_test

import (
	"regexp"
	"testing"
	"time"

	"zafe/app/op"
)

func TestNewIDIsAUUIDThatSortsByTime(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	last, seen := "", map[string]bool{}
	for range 200 {
		id := op.NewID(at)
		if !form.MatchString(id) || id <= last && id[:8] < last[:8] || seen[id] {
			t.Fatalf("%s after %s", id, last)
		}
		seen[id], last = true, id
		at = at.Add(time.Second)
	}
	if a, b := op.NewID(at), op.NewID(at.Add(time.Millisecond)); a >= b {
		t.Errorf("%s does not come before %s", a, b)
	}
}
