package billing

import (
	"context"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
)

// TakeBack makes a new draft of a draft quote or invoice of the past, in a transaction of another operation, for a
// customer of today, 0 for none. The person in charge is that of the customer. A final document is never taken back: it
// is in the ledger, and its number was given once. The event's subject is noted. Faults: op.forbidden,
// billing.final_stays, billing.credit_not_duplicated, those of [SaveRequest.Validate].
func TakeBack(ctx context.Context, tx Tx, then Document, customer party.CustomerID) (Document, error) {
	d := Document{Kind: then.Kind, Created: stampOf(ctx, tx)}
	switch {
	case !op.Actor(ctx).May(auth.SalesWrite):
		return d, fault.New(fault.Forbidden, "op.forbidden")
	case then.Final:
		return d, fault.New(fault.Conflict, "billing.final_stays", "number", then.Number)
	case then.Kind == CreditNote:
		return d, fault.New(fault.Conflict, "billing.credit_not_duplicated")
	}
	req := SaveRequest{Header: then.Header, Lines: then.Lines}
	req.Owner, req.Customer = 0, customer
	for i, l := range req.Lines {
		if l.Item == 0 {
			continue
		}
		if it, err := tx.Item(l.Item); err == nil && it.Code == l.Code {
			continue
		} else if err != nil && fault.KeyOf(err) != "catalog.not_found" {
			return d, err
		}
		req.Lines[i].Item = 0 // its words and its price stay
	}
	if err := req.Validate(); err != nil {
		return d, err
	}
	if err := write(ctx, tx, &d, req); err != nil {
		return d, err
	}
	return d, store(ctx, tx, &d)
}

// Bring puts a draft back as it was before somebody changed it, if it is still at the version which that left; or one
// that was thrown away, 0, under a number of its own. Faults billing.not_found, billing.already_final,
// billing.changed_meanwhile, op.forbidden.
func Bring(ctx context.Context, tx Tx, was Document, version int64) (Document, error) {
	switch {
	case !op.Actor(ctx).Sees(auth.SalesWrite, was.Whose()):
		return was, fault.New(fault.Forbidden, "op.forbidden")
	case version == 0:
		was.ID = 0
	default:
		now, err := draft(ctx, tx, was.ID, version, time.Time{}, auth.SalesWrite)
		if err != nil {
			return was, err
		}
		was.Version = now.Version
	}
	return was, store(ctx, tx, &was)
}
