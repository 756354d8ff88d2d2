package store

import (
	"slices"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/change"
)

// The owner of records, and that of the customer they are about, 0 for none. They are asked by a list of numbers.
const (
	handsOfCustomers = `SELECT DISTINCT owner, 0 FROM customer WHERE id IN (SELECT value FROM json_each(?))`
	handsOfDocuments = `SELECT DISTINCT d.owner, coalesce(c.owner, 0) FROM document d
		LEFT JOIN customer c ON c.id = d.customer WHERE d.id IN (SELECT value FROM json_each(?))`
	handsOfPayments = `SELECT DISTINCT p.owner, coalesce(c.owner, 0) FROM payment p
		LEFT JOIN customer c ON c.id = p.customer WHERE p.id IN (SELECT value FROM json_each(?))`
)

// handsOf are the subjects of events whose records belong to people.
var handsOf = map[string]string{
	"customer": handsOfCustomers, "quote": handsOfDocuments, "invoice": handsOfDocuments,
	"credit_note": handsOfDocuments, "payment": handsOfPayments,
}

// tell has who listens told of an event once it is committed.
func (t *Tx) tell(e audit.Event) error {
	if t.st.onChange.Load() == nil {
		return nil
	}
	if query := handsOf[e.SubjectKind]; query != "" {
		if err := t.hold(query, []int64{e.SubjectID}); err != nil {
			return err
		}
	}
	t.told = append(t.told, change.Entry{
		Event: e.ID, Op: e.Op, Kind: e.SubjectKind, ID: e.SubjectID, Whose: slices.Clone(t.hands),
	})
	return nil
}

// hold notes in whose hands records are that are about to change, or just did: they are told of it.
func (t *Tx) hold(query string, ids []int64) error {
	if t.st.onChange.Load() == nil {
		return nil
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := all(t, query, []any{idList(ids)}, func(scan func(...any) error, w *auth.Whose) error {
		return scan(&w.Owner, &w.Customer)
	})
	for _, w := range found {
		if !slices.Contains(t.hands, w) {
			t.hands = append(t.hands, w)
		}
	}
	return err
}
