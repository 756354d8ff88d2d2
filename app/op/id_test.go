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
		if got := op.TimeOf(id); !got.Equal(at) {
			t.Fatalf("%s was made at %v, want %v", id, got, at)
		}
		seen[id], last = true, id
		at = at.Add(time.Second)
	}
	for _, id := range []string{"", "v", "company-1", "0a2b3c4d-0000-4000-8000-000000000000"} {
		if got := op.TimeOf(id); !got.IsZero() {
			t.Errorf("%q was made at %v", id, got)
		}
	}
	if a, b := op.NewID(at), op.NewID(at.Add(time.Millisecond)); a >= b {
		t.Errorf("%s does not come before %s", a, b)
	}
}
