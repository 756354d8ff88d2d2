package billing

import (
	"context"
	"fmt"
	"strconv"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/search"
)

// paymentSeries is the series of payment numbers, by year; they begin with paymentPrefix and the year.
const (
	paymentSeries = "payment"
	paymentPrefix = "R-"
)

func record[T Tx](ctx context.Context, tx T, req RecordRequest) (Payment, error) {
	return recordPayment(ctx, tx, req)
}

// recordPayment books a payment and settles what it was allocated to, in one transaction.
func recordPayment(ctx context.Context, tx Tx, req RecordRequest) (Payment, error) {
	if req.Date.After(tx.Today()) {
		return Payment{}, fault.Field("date", "billing.payment_in_future")
	}
	c, err := customer(ctx, tx, req.Customer, auth.PaymentWrite)
	if err != nil {
		return Payment{}, err
	}
	docs, err := allocated(ctx, tx, req.Customer, req.Refund, req.Allocations)
	if err != nil {
		return Payment{}, err
	}
	p := Payment{
		Refund: req.Refund, Customer: c.ID, CustomerCode: c.Code, CustomerName: c.Name, Owner: c.Owner,
		Date: req.Date, Amount: req.Amount, Method: req.Method, Account: req.Account,
		Reference: req.Reference, Note: req.Note, Recorded: stampOf(ctx, tx),
		Period: strconv.Itoa(req.Date.Year),
	}
	if p.Account, err = treasury(tx, req); err != nil {
		return p, err
	}
	if err := confirmed(tx); err != nil {
		return p, err
	}
	if p.Serial, err = tx.NextNumber(paymentSeries, p.Period); err != nil {
		return p, err
	}
	p.Number = fmt.Sprintf("%s%s-%04d", paymentPrefix, p.Period, p.Serial)
	rest := req.Amount
	for _, a := range req.Allocations {
		rest = rest.Sub(a.Amount)
	}
	e, err := ledger.Post(ctx, tx, paymentEntry(p, c, docs, req.Allocations, rest))
	if err != nil {
		return p, posting(err)
	}
	p.Entry = e.ID
	lines := receivables(e)
	if rest > 0 {
		p.Line = lines[len(lines)-1]
	}
	p.Digest = paymentDigest(p)
	if p.ID, err = tx.AddPayment(p); err != nil {
		return p, err
	}
	for i, a := range req.Allocations {
		s := Settlement{Document: a.Document, Payment: p.ID, Amount: a.Amount, Date: p.Date, Line: lines[i]}
		if err := settle(ctx, tx, s); err != nil {
			return p, err
		}
	}
	op.Note(ctx, "payment", int64(p.ID), p.Digest, "")
	if err := tx.IndexSearch(search.Payment, int64(p.ID), p.Number, c.Name,
		c.Name+" "+c.Code+" "+p.Reference); err != nil {
		return p, err
	}
	if p, _, err = tx.Payment(p.ID); err != nil {
		return p, err
	}
	p.Checks, err = cashChecks(tx, p)
	return p, err
}

// allocated returns the documents named by allocations, checked: final, of this customer, with that
// much left; invoices for a receipt, credit notes for a refund.
func allocated(
	ctx context.Context, tx Tx, who party.CustomerID, refund bool, as []Allocation,
) ([]Document, error) {
	kind := Invoice
	if refund {
		kind = CreditNote
	}
	docs := make([]Document, len(as))
	for i, a := range as {
		field := fmt.Sprintf("allocations[%d]", i)
		d, ok, err := tx.Document(a.Document)
		if err != nil {
			return nil, err
		}
		switch {
		case !ok || !d.visibleTo(op.Actor(ctx), auth.PaymentWrite):
			return nil, fault.New(fault.NotFound, "billing.not_found")
		case !d.Final || d.Kind != kind:
			return nil, fault.Field(field+".document", "billing.cannot_settle")
		case d.Customer != who:
			return nil, fault.Field(field+".document", "billing.other_customer", "number", d.Number)
		case a.Amount > d.Balance.Open:
			return nil, fault.Field(field+".amount", "billing.more_than_open",
				"number", d.Number, "open", d.Balance.Open)
		}
		docs[i] = d
	}
	return docs, nil
}

// paymentEntry books a payment: treasury on one side, the customer on the other with a line for each
// document settled, so that each can be matched alone, and one for what stays on account.
func paymentEntry(
	p Payment, c party.Customer, docs []Document, as []Allocation, rest money.Amount,
) ledger.Entry {
	side := money.Amount(1)
	if p.Refund {
		side = -1
	}
	ref := p.Reference
	if ref == "" {
		ref = p.Number
	}
	e := ledger.Entry{
		Journal: journalOf(p.Account), Date: p.Date, Ref: ref, RefDate: p.Date,
		Label: entryLabel(p.Number, c.Name), Source: "payment:" + p.Number,
	}
	e.Lines = addLine(nil, p.Account, side*p.Amount)
	for i, a := range as {
		e.Lines = addLine(e.Lines, ledger.Customers, -side*a.Amount)
		e.Lines[len(e.Lines)-1].Label = entryLabel(docs[i].Number, c.Name)
	}
	e.Lines = addLine(e.Lines, ledger.Customers, -side*rest)
	for i := range e.Lines[1:] {
		e.Lines[i+1].Aux, e.Lines[i+1].AuxLabel = c.Code, c.Name
	}
	return e
}

// receivables returns the ids of an entry's customer lines, in order.
func receivables(e ledger.Entry) []ledger.LineID {
	var out []ledger.LineID
	for _, l := range e.Lines {
		if l.Account == ledger.Customers {
			out = append(out, l.ID)
		}
	}
	return out
}
