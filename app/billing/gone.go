package billing

import (
	"context"
	"slices"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// gone says of a draft that is not there any more who deleted it and when: fault billing.deleted, in the place of
// billing.not_found. Only who reads the sales of everybody, or worked on that draft, is told: a number that somebody
// guesses says nothing. err is passed on otherwise.
func gone(ctx context.Context, tx Tx, id DocumentID, err error) error {
	if fault.KeyOf(err) != "billing.not_found" {
		return err
	}
	a := op.Actor(ctx)
	for _, k := range []Kind{Quote, Invoice, CreditNote} {
		events, failed := tx.Events(string(k), int64(id), 0, historyMax)
		if failed != nil {
			return failed
		}
		if len(events) == 0 || events[0].Op != DeleteDraft.Name {
			continue
		}
		theirs := func(e audit.Event) bool { return e.Actor == int64(a.User) }
		if a.Scope(auth.SalesRead) == auth.All || slices.ContainsFunc(events, theirs) {
			return fault.New(fault.NotFound, "billing.deleted", "who", events[0].ActorName, "at", events[0].At)
		}
	}
	return err
}
