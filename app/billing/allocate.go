package billing

import (
	"context"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
)

// AllocateRequest uses what a payment left on account, or what a credit note still has, to settle
// invoices. Exactly one of Payment and Credit is given. Date zero is today.
type AllocateRequest struct {
	Payment     PaymentID    `json:"payment,omitempty"`
	Credit      DocumentID   `json:"credit,omitempty"`
	Date        civil.Date   `json:"date"`
	Allocations []Allocation `json:"allocations"`
}

// Validate implements op.Validator.
func (r AllocateRequest) Validate() error {
	switch {
	case (r.Payment > 0) == (r.Credit > 0):
		return fault.Field("payment", "billing.payment_not_found")
	case len(r.Allocations) == 0:
		return fault.Field("allocations", "billing.nothing_allocated")
	case !r.Date.IsZero() && !r.Date.Valid():
		return fault.Field("date", "billing.date_wrong")
	}
	return checkAllocations(r.Allocations, money.AmountMax, false)
}

func allocate[T Tx](ctx context.Context, tx T, req AllocateRequest) (op.Empty, error) {
	return op.Empty{}, allocateTo(ctx, tx, req)
}

// allocateTo settles invoices without any money moving: the ledger lines are matched, and tax on
// services falls due as if the customer paid on that day.
func allocateTo(ctx context.Context, tx Tx, req AllocateRequest) error {
	if req.Date.IsZero() {
		req.Date = tx.Today()
	}
	if req.Date.After(tx.Today()) {
		return fault.Field("date", "billing.payment_in_future")
	}
	from, who, left, err := sourceOf(ctx, tx, req)
	if err != nil {
		return err
	}
	docs, err := allocated(ctx, tx, who, false, req.Allocations)
	if err != nil {
		return err
	}
	had := left
	for i, a := range req.Allocations {
		if left = left.Sub(a.Amount); left < 0 {
			return fault.Field("allocations", "billing.allocated_too_much",
				"allocated", had.Sub(left), "amount", had)
		}
		s := from
		s.Document, s.Amount, s.Date = a.Document, a.Amount, req.Date
		c, _, err := tx.Document(s.Credit)
		if err != nil {
			return err
		}
		s.Netted = s.Credit != 0 && c.Source == docs[i].ID
		if err := settle(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// sourceOf returns the settling side of an allocation, its customer and what it has left.
func sourceOf(
	ctx context.Context, tx Tx, req AllocateRequest,
) (Settlement, party.CustomerID, money.Amount, error) {
	if req.Payment != 0 {
		p, err := payment(ctx, tx, req.Payment, auth.PaymentWrite)
		if err == nil && (p.Cancelled != nil || p.OnAccount == 0) {
			err = fault.New(fault.Conflict, "billing.nothing_on_account", "number", p.Number)
		}
		op.Note(ctx, "payment", int64(p.ID), p.Digest, "")
		return Settlement{Payment: p.ID, Line: p.Line}, p.Customer, p.OnAccount, err
	}
	c, err := document(ctx, tx, req.Credit, auth.PaymentWrite)
	if err == nil {
		err = ofKind(c, CreditNote)
	}
	if err == nil && (!c.Final || c.Balance.Open == 0) {
		err = fault.New(fault.Conflict, "billing.nothing_on_account", "number", c.Number)
	}
	op.Note(ctx, string(CreditNote), int64(c.ID), c.Digest, "")
	return Settlement{Credit: c.ID, Line: c.Receivable}, c.Customer, c.Balance.Open, err
}

// payment returns a payment the actor holds p on: fault billing.payment_not_found.
func payment(ctx context.Context, tx Tx, id PaymentID, p auth.Permission) (Payment, error) {
	got, ok, err := tx.Payment(id)
	if err == nil && (!ok || !op.Actor(ctx).Sees(p, got.Whose())) {
		err = fault.New(fault.NotFound, "billing.payment_not_found")
	}
	return got, err
}
