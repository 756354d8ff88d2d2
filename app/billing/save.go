package billing

import (
	"cmp"
	"context"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/party"
)

func saveQuote[T Tx](ctx context.Context, tx T, req SaveRequest) (Document, error) {
	return save(ctx, tx, req, Quote)
}

func saveInvoice[T Tx](ctx context.Context, tx T, req SaveRequest) (Document, error) {
	return save(ctx, tx, req, Invoice, CreditNote)
}

// save writes a draft of the first of kinds, or one that exists of any of them. The totals, tax,
// mentions and checks of the answer are those of the moment.
func save(ctx context.Context, tx Tx, req SaveRequest, kinds ...Kind) (Document, error) {
	d := Document{Kind: kinds[0], Created: stampOf(ctx, tx)}
	if req.ID != 0 {
		old, err := draftOf(ctx, tx, req.ID, req.Version, req.ChangedAt, auth.SalesWrite, kinds...)
		if err != nil {
			return d, gone(ctx, tx, req.ID, err)
		}
		if old.Kind == CreditNote {
			req.Customer = old.Customer // a credit note is for the customer of its invoice
		}
		d = old
	}
	was := d
	if err := write(ctx, tx, &d, req); err != nil {
		return d, err
	}
	if err := store(ctx, tx, &d); err != nil || was.ID == 0 {
		return d, err
	}
	return d, lose(ctx, was, d.Version)
}

// lose keeps a draft as it was before it got a version, 0 for one that is thrown away.
func lose(ctx context.Context, was Document, version int64) error {
	name := cmp.Or(was.Subject, was.Buyer.Name)
	return op.Lose(ctx, op.Lost{Kind: string(was.Kind), ID: int64(was.ID), Name: name, Was: was, After: version})
}

// write puts a request into a draft, within the rights of the actor: nobody gives a document to somebody
// whose documents they may not change.
func write(ctx context.Context, tx Tx, d *Document, req SaveRequest) error {
	owner := req.Owner
	if req.Customer != 0 {
		c, err := customer(ctx, tx, req.Customer, auth.SalesWrite)
		if err != nil {
			return at(err, "customer")
		}
		if owner == 0 {
			owner = c.Owner
		}
	}
	actor := op.Actor(ctx)
	if owner == 0 || owner != d.Owner && !actor.Sees(auth.SalesWrite, auth.Whose{Owner: owner}) {
		owner = actor.User
	}
	d.Header, d.Lines = req.Header, make([]Line, len(req.Lines))
	d.Owner = owner
	d.Subject, d.Notes = strings.TrimSpace(d.Subject), strings.TrimSpace(d.Notes)
	d.CustomerRef, d.PurchaseOrder = strings.TrimSpace(d.CustomerRef), strings.TrimSpace(d.PurchaseOrder)
	if d.Delivery != nil && *d.Delivery == (party.Address{}) {
		d.Delivery = nil
	}
	for i, l := range req.Lines {
		l.Description = strings.TrimRight(l.Description, " \n\t")
		d.Lines[i] = l
	}
	return nil
}

// store refreshes a draft and writes it, new when it has no id.
func store(ctx context.Context, tx Tx, d *Document) error {
	if err := refresh(tx, d); err != nil {
		return err
	}
	kept := *d
	kept.follow(tx)
	d.Changed = stampOf(ctx, tx)
	kept.Changed = d.Changed
	d.Version++
	kept.Version = d.Version
	var err error
	if d.ID == 0 {
		d.ID, err = tx.AddDocument(kept)
	} else {
		err = tx.PutDocument(kept)
	}
	if err != nil {
		return err
	}
	op.Note(ctx, string(d.Kind), int64(d.ID), "", "")
	return index(tx, *d)
}

// follow forgets a due date that only follows from the terms, so that it moves with the date of
// issue.
func (d *Document) follow(tx Tx) {
	if d.Kind == Invoice && d.Terms != nil && d.DueDate == d.Terms.DueDate(d.day(tx.Today())) {
		d.DueDate = noDate
	}
}

// index keeps the search box in step with a document. A draft has the name of its customer, and before it has one that of
// what it is about.
func index(tx Tx, d Document) error {
	title, detail := d.Number, d.Buyer.Name
	switch {
	case d.Number != "":
	case d.Buyer.Name == "":
		title = d.Subject
	default:
		title, detail = d.Buyer.Name, d.Subject
	}
	if title == "" {
		return tx.DropSearch(string(d.Kind), int64(d.ID))
	}
	body := strings.Join([]string{d.Buyer.Name, d.Buyer.Code, d.Subject, d.CustomerRef, d.PurchaseOrder}, " ")
	return tx.IndexSearch(string(d.Kind), int64(d.ID), title, detail, body)
}

// draftOf is draft for documents of some kinds: fault billing.not_found for another kind.
func draftOf(
	ctx context.Context, tx Tx, id DocumentID, version int64, seen time.Time, p auth.Permission, kinds ...Kind,
) (Document, error) {
	d, err := draft(ctx, tx, id, version, seen, p)
	if err != nil {
		return d, err
	}
	return d, ofKind(d, kinds...)
}
