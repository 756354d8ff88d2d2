package billing

import (
	"context"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/search"
)

// historyMax is how many events of a document are shown, the latest first.
const historyMax = 100

// Card is a document with all that goes with it.
type Card struct {
	Document
	Payments []Settlement `json:"payments"` // what settled it, or what a credit note settled
	From     *Link        `json:"from,omitempty"`
	Into     []Link       `json:"into"` // invoices of a quote, credit notes of an invoice
	History  []Event      `json:"history"`
	// Lacks are the permissions that who asks holds on other documents and not on this one.
	Lacks  []auth.Permission `json:"lacks,omitempty"`
	Keeper string            `json:"keeper,omitempty"` // the name of who is in charge, when there are some
}

// Event is one operation on a document.
type Event struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"` // who
	Op   string    `json:"op"`
}

// See is a document that the actor may read, a draft as it would be issued now. Faults billing.not_found, op.forbidden.
func See(ctx context.Context, tx Tx, id DocumentID) (Document, error) {
	if _, err := document(ctx, tx, id, auth.SalesRead); err != nil {
		return Document{}, err
	}
	return read(tx, id)
}

// read returns a document as people see it: with its status, and for a draft as it would be issued now.
func read(tx Tx, id DocumentID) (Document, error) {
	d, _, err := tx.Document(id)
	if err != nil {
		return d, err
	}
	if !d.Final {
		return d, refresh(tx, &d)
	}
	invoiced := false
	if d.Kind == Quote {
		from, err := tx.DocumentsFrom(id)
		if err != nil {
			return d, err
		}
		invoiced = len(from) > 0
	}
	d.Status = d.statusOn(tx.Today(), invoiced)
	return d, nil
}

func get[T Tx](ctx context.Context, tx T, req DocumentRequest) (Card, error) {
	c, err := card(ctx, tx, req.ID)
	return c, gone(ctx, tx, req.ID, err)
}

func card(ctx context.Context, tx Tx, id DocumentID) (Card, error) {
	var c Card
	var err error
	if c.Document, err = See(ctx, tx, id); err != nil {
		return c, err
	}
	c.Lacks = op.Actor(ctx).Lacks(c.Whose(), auth.SalesWrite, auth.SalesDelete, auth.InvoiceIssue, auth.PaymentWrite)
	if len(c.Lacks) > 0 {
		if c.Keeper, err = tx.SubjectName("user", int64(c.Owner)); err != nil {
			return c, err
		}
	}
	if c.Payments, err = settlements(tx, c.Document); err != nil {
		return c, err
	}
	if c.Source != 0 {
		o, _, err := tx.Document(c.Source)
		if err != nil {
			return c, err
		}
		c.From = &Link{ID: o.ID, Kind: o.Kind, Final: o.Final, Number: o.Number, Date: o.Date, Gross: o.Gross}
	}
	if c.Into, err = tx.DocumentsFrom(id); err != nil {
		return c, err
	}
	if c.Into == nil {
		c.Into = []Link{}
	}
	events, err := tx.Events(string(c.Kind), int64(id), 0, historyMax)
	if err != nil {
		return c, err
	}
	c.History = make([]Event, len(events))
	for i, e := range events {
		c.History[i] = Event{At: e.At, Name: e.ActorName, Op: e.Op}
	}
	return c, nil
}

// settlements returns what settled a document, and what it settled when it is a credit note.
func settlements(tx Tx, d Document) ([]Settlement, error) {
	out := []Settlement{}
	if !d.Final || d.Kind == Quote {
		return out, nil
	}
	on, err := tx.Settlements(d.ID)
	if err != nil {
		return nil, err
	}
	out = append(out, on...)
	if d.Kind == CreditNote {
		uses, err := tx.CreditUses(d.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, uses...)
	}
	return out, nil
}

// owed refuses a list by what is owed to whom it is not shown: op.field_hidden. That an invoice is overdue, and
// what was paid on it, everybody sees who sees the invoice.
func owed(ctx context.Context, told bool) error {
	if told && op.Actor(ctx).Hides(auth.Balance) {
		return fault.New(fault.Forbidden, "op.field_hidden")
	}
	return nil
}

func list[T Tx](ctx context.Context, tx T, req ListRequest) (Page, error) {
	if err := owed(ctx, req.Open || req.Sort == ByOpen); err != nil {
		return Page{}, err
	}
	if req.Limit == 0 {
		req.Limit = PageDefault
	}
	p, err := tx.DocumentList(Filter{
		ListRequest: req, Query: search.Parse(req.Text), Today: tx.Today(),
		Allowed: op.Actor(ctx).Where(auth.SalesRead),
	})
	if p.Rows == nil {
		p.Rows = []Row{}
	}
	op.Listed(ctx, req.Offset, len(p.Rows))
	return p, err
}

func payments[T Tx](ctx context.Context, tx T, req PaymentListRequest) (PaymentPage, error) {
	if err := owed(ctx, req.OnAccount); err != nil {
		return PaymentPage{}, err
	}
	if req.Limit == 0 {
		req.Limit = PageDefault
	}
	p, err := tx.PaymentList(PaymentFilter{
		PaymentListRequest: req, Query: search.Parse(req.Text), Allowed: op.Actor(ctx).Where(auth.SalesRead),
	})
	if p.Rows == nil {
		p.Rows = []Payment{}
	}
	op.Listed(ctx, req.Offset, len(p.Rows))
	return p, err
}
