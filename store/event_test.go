package store_test

import (
	"testing"

	"zafe/app/audit"
	"zafe/app/history"
	"zafe/store"
	"zafe/store/storetest"
)

// TestASearchGoesThroughALongJournalInParts: no page reads years at once, and nothing is passed over.
func TestASearchGoesThroughALongJournalInParts(t *testing.T) {
	w := storetest.NewWorld(t)
	const rare = 7
	w.Update(func(tx *store.Tx) error {
		if _, err := tx.AppendEvent(audit.Event{Op: "test.done"}); err != nil {
			return err
		}
		return store.Exec(tx, `WITH RECURSIVE n(i) AS (VALUES(2) UNION ALL SELECT i+1 FROM n WHERE i < 120000)
			INSERT INTO event SELECT i, e.at, iif(i % 50000 = 7, 7, 1), 'x', '', 'test.done', '', 0, NULL, '', '', e.hash, e.hash
			FROM n, event e WHERE e.id = 1`)
	})
	var found []int64
	pages := 0
	w.Update(func(tx *store.Tx) error {
		for f := (history.Filter{Person: rare, Limit: 10}); ; {
			es, next, err := tx.EventPage(f)
			if err != nil {
				return err
			}
			for _, e := range es {
				found = append(found, e.ID)
			}
			if pages++; next == 0 {
				return nil
			}
			f.Before = next
		}
	})
	if len(found) != 3 || found[0] != 100007 || found[1] != 50007 || found[2] != 7 || pages != 3 {
		t.Errorf("%v in %d pages", found, pages)
	}
}
