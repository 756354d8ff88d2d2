package billing

import (
	"context"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// AcceptRequest keeps a customer's agreement to a quote: who signed it and when (bon pour accord).
// Date zero is today.
type AcceptRequest struct {
	ID     DocumentID `json:"id"`
	Date   civil.Date `json:"date"`
	Signer string     `json:"signer"`
}

// Validate implements op.Validator.
func (r AcceptRequest) Validate() error {
	if f := checkText("signer", r.Signer, TextMax); f != nil {
		return f
	}
	return known(r.ID)
}

// RefuseRequest keeps a customer's refusal of a quote. Date zero is today.
type RefuseRequest struct {
	ID     DocumentID `json:"id"`
	Date   civil.Date `json:"date"`
	Reason string     `json:"reason,omitempty"`
}

// Validate implements op.Validator.
func (r RefuseRequest) Validate() error {
	if f := checkText("reason", r.Reason, TextMax); f != nil {
		return f
	}
	return known(r.ID)
}

// DocumentRequest names a document.
type DocumentRequest struct {
	ID DocumentID `json:"id"`
}

// Validate implements op.Validator.
func (r DocumentRequest) Validate() error { return known(r.ID) }

// send numbers a quote and freezes it: what the customer may sign cannot change any more. A quote to
// be changed is duplicated.
func send[T Tx](ctx context.Context, tx T, req IssueRequest) (Document, error) {
	d, err := draftOf(ctx, tx, req.ID, req.Version, req.ChangedAt, auth.SalesWrite, Quote)
	if err != nil {
		return d, err
	}
	if err := number(ctx, tx, &d); err != nil {
		return d, err
	}
	if err := seal(ctx, tx, &d); err != nil {
		return d, err
	}
	return read(tx, d.ID)
}

func accept[T Tx](ctx context.Context, tx T, req AcceptRequest) (Document, error) {
	return answer(ctx, tx, req.ID,
		Answer{Accepted: true, Date: req.Date, Signer: strings.TrimSpace(req.Signer)})
}

func refuse[T Tx](ctx context.Context, tx T, req RefuseRequest) (Document, error) {
	return answer(ctx, tx, req.ID, Answer{Date: req.Date, Reason: strings.TrimSpace(req.Reason)})
}

// answer keeps what the customer said. A later answer replaces an earlier one until the quote is
// invoiced. Faults: billing.quote_not_sent, billing.already_invoiced, billing.date_wrong.
func answer(ctx context.Context, tx Tx, id DocumentID, a Answer) (Document, error) {
	d, err := sentQuote(ctx, tx, id)
	if err != nil {
		return d, err
	}
	if a.Date.IsZero() {
		a.Date = tx.Today()
	}
	if !a.Date.Valid() || a.Date.Before(d.Date) || a.Date.After(tx.Today()) {
		return d, fault.Field("date", "billing.answer_date", "from", d.Date)
	}
	a.Stamp = stampOf(ctx, tx)
	if err := tx.AddAnswer(id, a); err != nil {
		return d, err
	}
	op.Note(ctx, string(Quote), int64(id), d.Digest, "")
	return read(tx, id)
}

// sentQuote returns a quote that was sent and is not invoiced yet.
func sentQuote(ctx context.Context, tx Tx, id DocumentID) (Document, error) {
	d, err := document(ctx, tx, id, auth.SalesWrite)
	if err != nil {
		return d, err
	}
	if err := ofKind(d, Quote); err != nil {
		return d, err
	}
	if !d.Final {
		return d, fault.New(fault.Conflict, "billing.quote_not_sent")
	}
	from, err := tx.DocumentsFrom(id)
	if err != nil {
		return d, err
	}
	if len(from) > 0 {
		return d, fault.New(fault.Conflict, "billing.already_invoiced", "number", from[0].Number)
	}
	return d, nil
}

// toInvoice makes a draft invoice of a quote that the customer did not refuse.
func toInvoice[T Tx](ctx context.Context, tx T, req DocumentRequest) (Document, error) {
	q, err := sentQuote(ctx, tx, req.ID)
	if err != nil {
		return q, err
	}
	if q.Answer != nil && !q.Answer.Accepted {
		return q, fault.New(fault.Conflict, "billing.quote_refused", "number", q.Number)
	}
	d := Document{Kind: Invoice, Source: q.ID, Header: q.Header, Lines: q.Lines, Created: stampOf(ctx, tx)}
	d.Date, d.DueDate, d.ValidUntil = noDate, noDate, noDate
	return d, store(ctx, tx, &d)
}

// duplicate makes a new draft like a quote or an invoice, for today's customer, rates and prices as
// they were.
func duplicate[T Tx](ctx context.Context, tx T, req DocumentRequest) (Document, error) {
	o, err := document(ctx, tx, req.ID, auth.SalesRead)
	if err != nil {
		return o, err
	}
	if err := ofKind(o, Quote, Invoice); err != nil {
		return o, fault.New(fault.Conflict, "billing.credit_not_duplicated")
	}
	d := Document{Kind: o.Kind, Created: stampOf(ctx, tx)}
	h := o.Header
	h.Date, h.DueDate, h.DeliveryDate, h.ValidUntil = noDate, noDate, noDate, noDate
	h.CustomerRef, h.PurchaseOrder = "", ""
	if err := write(ctx, tx, &d, SaveRequest{Header: h, Lines: o.Lines}); err != nil {
		return d, err
	}
	return d, store(ctx, tx, &d)
}

// deleteDraft throws a draft away: it never had a number.
func deleteDraft[T Tx](ctx context.Context, tx T, req IssueRequest) (op.Empty, error) {
	d, err := draft(ctx, tx, req.ID, req.Version, req.ChangedAt, auth.SalesDelete)
	if err != nil {
		return op.Empty{}, err
	}
	if err := lose(ctx, d, 0); err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, string(d.Kind), int64(d.ID), "", "")
	if err := tx.DropSearch(string(d.Kind), int64(d.ID)); err != nil {
		return op.Empty{}, err
	}
	return op.Empty{}, tx.DropDocument(d.ID)
}
