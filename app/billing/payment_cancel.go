package billing

import (
	"context"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/search"
)

// CancelRequest cancels a payment recorded by mistake, or a cheque that bounced. Date zero is today.
type CancelRequest struct {
	ID     PaymentID  `json:"id"`
	Date   civil.Date `json:"date"`
	Reason string     `json:"reason"`
}

// Validate implements op.Validator.
func (r CancelRequest) Validate() error {
	switch {
	case r.ID <= 0:
		return fault.New(fault.NotFound, "billing.payment_not_found")
	case r.Reason == "":
		return fault.Field("reason", "billing.reason_needed")
	case !r.Date.IsZero() && !r.Date.Valid():
		return fault.Field("date", "billing.date_wrong")
	}
	if f := checkText("reason", r.Reason, TextMax); f != nil {
		return f
	}
	return nil
}

func cancel[T Tx](ctx context.Context, tx T, req CancelRequest) (Payment, error) {
	return cancelPayment(ctx, tx, req)
}

// cancelPayment books the opposite of a payment, undoes what it settled and takes back the tax that
// it made due. The payment itself stays, marked cancelled.
func cancelPayment(ctx context.Context, tx Tx, req CancelRequest) (Payment, error) {
	p, err := payment(ctx, tx, req.ID, auth.PaymentWrite)
	if err != nil {
		return p, err
	}
	if req.Date.IsZero() {
		req.Date = tx.Today()
	}
	switch {
	case p.Cancelled != nil:
		return p, fault.New(fault.Conflict, "billing.payment_already_cancelled", "number", p.Number)
	case req.Date.Before(p.Date):
		return p, fault.Field("date", "billing.cancel_before_payment", "date", p.Date)
	case req.Date.After(tx.Today()):
		return p, fault.Field("date", "billing.payment_in_future")
	}
	old, _, err := tx.LedgerEntry(p.Entry)
	if err != nil {
		return p, err
	}
	loose, err := loosen(tx, receivables(old))
	if err != nil {
		return p, err
	}
	if old, _, err = tx.LedgerEntry(p.Entry); err != nil { // its lines are free now
		return p, err
	}
	c := Cancellation{Date: req.Date, Reason: req.Reason, Stamp: stampOf(ctx, tx)}
	back, err := ledger.Reverse(ctx, tx, old, req.Date, req.Reason)
	if err != nil {
		return p, posting(err)
	}
	c.Entry = back.ID
	if err := tx.AddCancel(p.ID, c); err != nil {
		return p, err
	}
	if err := undo(ctx, tx, p, req.Date); err != nil {
		return p, err
	}
	if err := rematch(ctx, tx, old, loose); err != nil {
		return p, err
	}
	op.Note(ctx, "payment", int64(p.ID), p.Digest, "")
	if err := tx.DropSearch(search.Payment, int64(p.ID)); err != nil {
		return p, err
	}
	p, _, err = tx.Payment(p.ID)
	return p, err
}

// loosen undoes the matching groups of some lines and returns every line they held.
func loosen(tx Tx, lines []ledger.LineID) ([]ledger.LineID, error) {
	var loose []ledger.LineID
	for _, l := range lines {
		mates, err := tx.DropMatch(l)
		if err != nil {
			return nil, err
		}
		loose = append(loose, mates...)
	}
	return loose, nil
}

// undo takes back each imputation of a payment and the tax it made due.
func undo(ctx context.Context, tx Tx, p Payment, day civil.Date) error {
	for _, s := range p.Settlements {
		back := s
		back.ID, back.Amount, back.Date, back.Undoes = 0, s.Amount.Neg(), day, s.ID
		if _, err := tx.AddSettlement(back); err != nil {
			return err
		}
		if err := release(ctx, tx, s.Document, day); err != nil {
			return err
		}
	}
	return nil
}

// rematch groups again the lines that a cancelled payment was grouped with, without its own.
func rematch(ctx context.Context, tx Tx, old ledger.Entry, loose []ledger.LineID) error {
	gone := map[ledger.LineID]bool{}
	for _, l := range receivables(old) {
		gone[l] = true
	}
	for _, l := range loose {
		if gone[l] {
			continue
		}
		if err := match(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}
