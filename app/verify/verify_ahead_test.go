package verify_test

import (
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/store"
)

// TestAJournalWithADateToComeIsTold: as long as the clock has not got there, whatever is recorded meanwhile; some minutes
// are no news.
func TestAJournalWithADateToComeIsTold(t *testing.T) {
	w := newWorld(t)
	right := w.Clock.Now()
	record := func() {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			_, err := tx.AppendEvent(audit.Event{Op: "test"})
			return err
		})
	}
	ahead := right.Add(8 * 24 * time.Hour)
	w.Clock.Set(ahead)
	record()
	w.Clock.Set(right)
	record()
	if st := w.status(t); !st.Ahead.Equal(ahead) {
		t.Errorf("told of %v", st.Ahead)
	}
	w.Clock.Set(ahead.Add(-4 * time.Minute))
	if st := w.status(t); !st.Ahead.IsZero() {
		t.Errorf("four minutes are told: %v", st.Ahead)
	}
}
