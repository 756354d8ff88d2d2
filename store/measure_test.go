package store_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/store"
	"zafe/store/storetest"
)

// TestMeasuresAreInTheChain, come back as they were written, and are no work that a backup lacks.
func TestMeasuresAreInTheChain(t *testing.T) {
	st, clock := storetest.New(t)
	write := func(do func(tx *store.Tx) error) {
		t.Helper()
		clock.Add(time.Minute)
		if err := st.Update(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	work := func() {
		write(func(tx *store.Tx) error { _, err := tx.AppendEvent(audit.Event{Op: "customer.save"}); return err })
	}
	trial := func(seq uint64, older bool, bad string) backup.Measure {
		m := backup.Measure{
			Kind: backup.TrialMeasure, Millis: 4200, Promised: 900_000, Place: "x", Label: `"É"`, Away: true, Older: older,
			Seq: seq, Made: storetest.Noon, Bytes: 7, Files: backup.FilesRead{Bytes: 1, Millis: 2, All: 3},
			Debit: 100, Credit: 100, Invoices: 1, Fault: bad,
		}
		write(func(tx *store.Tx) error { return tx.AddMeasure(m) })
		m.At = clock.Now()
		return m
	}
	work()
	first := clock.Now()
	all := []backup.Measure{trial(7, false, ""), trial(7, true, ""), trial(8, false, "backup.totals_differ"), trial(7, false, "")}
	loss := backup.Measure{Kind: backup.LossMeasure, Millis: 60_000, Promised: 7_200_000}
	write(func(tx *store.Tx) error { return tx.AddMeasure(loss) })
	loss.At = clock.Now()
	all = append(all, loss)
	for i := range all {
		all[i].Event = int64(i + 2)
	}
	err := st.View(t.Context(), func(tx *store.Tx) error {
		got, err := tx.Measures(first.Add(time.Second))
		if err != nil || !reflect.DeepEqual(got, all) {
			t.Errorf("%+v\nwant\n%+v, %v", got, all, err)
		}
		if got, err = tx.Measures(all[3].At); err != nil || len(got) != 2 {
			t.Errorf("since the fourth: %+v, %v", got, err)
		}
		if p, err := tx.Proof(7); err != nil || p == nil || p.Event != 5 {
			t.Errorf("the newest proof of 7: %+v, %v", p, err)
		}
		if p, err := tx.Proof(8); err != nil || p != nil {
			t.Errorf("8 failed: %+v, %v", p, err)
		}
		change, err := tx.LastChange()
		if err != nil || change != 1 {
			t.Errorf("the last change is %d, %v", change, err)
		}
		for after, want := range map[uint64]time.Time{0: first, 1: {}} {
			if at, err := tx.ChangeAfter(after); err != nil || !at.Equal(want) {
				t.Errorf("after %d: %v, %v", after, at, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	work()
	err = st.View(t.Context(), func(tx *store.Tx) error {
		at, err := tx.ChangeAfter(1)
		if !at.Equal(clock.Now()) {
			t.Errorf("the change after is of %v", at)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = st.View(t.Context(), func(tx *store.Tx) error {
		events, err := tx.Events("", 0, 4, 1)
		if len(events) != 1 || events[0].Seal() != events[0].Hash || !strings.Contains(events[0].Payload, `"ms":4200`) {
			t.Errorf("%+v", events)
		}
		changed := events[0]
		changed.Payload = strings.Replace(changed.Payload, "4200", "200", 1)
		if changed.Seal() == events[0].Hash {
			t.Error("a measure that was changed passes")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
