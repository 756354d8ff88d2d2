package store

import (
	"encoding/json"
	"fmt"

	"zafe/app/ledger"
)

const draftColumns = `id, journal, date, ref, ref_date, label, lines, version, changed_by, changed_at`

func scanDraft(scan func(...any) error, e *ledger.Entry) error {
	var id int64
	var lines []byte
	if err := scan(&id, &e.Journal, toDate{&e.Date}, &e.Ref, toDate{&e.RefDate}, &e.Label, &lines,
		&e.Version, &e.ChangedBy, toInstant{&e.ChangedAt}); err != nil {
		return err
	}
	e.ID = ledger.EntryID(-id)
	if err := json.Unmarshal(lines, &e.Lines); err != nil {
		return fmt.Errorf("store: draft %d: %w", id, err)
	}
	return nil
}

// SaveDraft stores a draft as it is, every field, and returns its id: a new one when e.ID is zero.
func (t *Tx) SaveDraft(e ledger.Entry) (ledger.EntryID, error) {
	lines, err := json.Marshal(e.Lines)
	if err != nil {
		return 0, err
	}
	debit, credit := e.Totals()
	id, err := t.insert(`INSERT INTO draft(`+draftColumns+`, debit, credit) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT(id) DO UPDATE SET journal = excluded.journal, date = excluded.date, ref = excluded.ref,
			ref_date = excluded.ref_date, label = excluded.label, lines = excluded.lines,
			version = excluded.version, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
			debit = excluded.debit, credit = excluded.credit`,
		nullID(-int64(e.ID)), e.Journal, e.Date.String(), e.Ref, e.RefDate.String(), e.Label, string(lines),
		e.Version, e.ChangedBy, instant(e.ChangedAt), int64(debit), int64(credit))
	if e.ID != 0 {
		return e.ID, err
	}
	return ledger.EntryID(-id), err
}

// DeleteDraft removes a draft.
func (t *Tx) DeleteDraft(id ledger.EntryID) error {
	_, err := t.exec(`DELETE FROM draft WHERE id = ?`, -int64(id))
	return err
}
