package billing

import (
	"context"
	"fmt"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/money"
)

// CreditRequest makes the draft of a credit note of an invoice: of all that is left of it when Lines
// is empty.
type CreditRequest struct {
	Invoice DocumentID   `json:"invoice"`
	Lines   []CreditLine `json:"lines,omitempty"`
	Reason  string       `json:"reason,omitempty"` // becomes the subject
}

// CreditLine takes a quantity off a line (from 1) of the invoice; 0 is all that is left of it.
type CreditLine struct {
	Line     int            `json:"line"`
	Quantity money.Quantity `json:"quantity,omitempty"`
}

// Validate implements op.Validator.
func (r CreditRequest) Validate() error {
	if len(r.Lines) > LinesMax {
		return fault.Field("lines", "billing.too_many_lines", "max", LinesMax)
	}
	seen := map[int]bool{}
	for i, l := range r.Lines {
		if l.Line < 1 || l.Line > LinesMax || seen[l.Line] {
			return fault.Field(fmt.Sprintf("lines[%d].line", i), "billing.origin_wrong")
		}
		seen[l.Line] = true
	}
	if f := checkText("reason", r.Reason, TextMax); f != nil {
		return f
	}
	return known(r.Invoice)
}

// credit makes the draft of a credit note. It is issued like an invoice, by invoice.issue.
func credit[T Tx](ctx context.Context, tx T, req CreditRequest) (Document, error) {
	return creditInvoice(ctx, tx, req)
}

func creditInvoice(ctx context.Context, tx Tx, req CreditRequest) (Document, error) {
	o, err := document(ctx, tx, req.Invoice, auth.SalesWrite)
	if err != nil {
		return o, err
	}
	if err := ofKind(o, Invoice); err != nil {
		return o, err
	}
	if !o.Final {
		return o, fault.New(fault.Conflict, "billing.credit_of_draft")
	}
	credited, err := creditedQuantities(tx, o)
	if err != nil {
		return o, err
	}
	d := Document{Kind: CreditNote, Source: o.ID, Header: o.Header, Created: stampOf(ctx, tx)}
	d.Subject = req.Reason
	d.Date, d.DueDate, d.Notes, d.Terms = noDate, noDate, "", nil
	if d.Lines, err = creditLines(o, credited, req.Lines); err != nil {
		return d, err
	}
	if len(d.Lines) == 0 {
		return d, fault.New(fault.Conflict, "billing.nothing_to_credit", "number", o.Number)
	}
	return d, store(ctx, tx, &d)
}

// creditLines returns the lines of a credit note: those asked for, or all with something left.
func creditLines(o Document, credited map[int]money.Quantity, asked []CreditLine) ([]Line, error) {
	if len(asked) == 0 {
		for i, l := range o.Lines {
			if l.Kind == ItemLine && l.Quantity != credited[i+1] {
				asked = append(asked, CreditLine{Line: i + 1})
			}
		}
	}
	var lines []Line
	for i, a := range asked {
		field := fmt.Sprintf("lines[%d]", i)
		if a.Line > len(o.Lines) || o.Lines[a.Line-1].Kind != ItemLine {
			return nil, fault.Field(field+".line", "billing.origin_wrong")
		}
		l := o.Lines[a.Line-1]
		rest := l.Quantity - credited[a.Line]
		if a.Quantity != 0 {
			if abs(a.Quantity) > abs(rest) || (a.Quantity < 0) != (rest < 0) {
				return nil, fault.Field(field+".quantity", "billing.credit_quantity", "left", rest)
			}
			rest = a.Quantity
		}
		if rest == 0 {
			return nil, fault.Field(field+".quantity", "billing.credit_quantity", "left", rest)
		}
		l.Quantity, l.Origin = rest, a.Line
		lines = append(lines, l)
	}
	return lines, nil
}

func abs(q money.Quantity) money.Quantity { return max(q, -q) }

// creditedQuantities returns what issued credit notes took off each line of an invoice.
func creditedQuantities(tx Tx, o Document) (map[int]money.Quantity, error) {
	out := map[int]money.Quantity{}
	err := eachCredit(tx, o.ID, 0, func(c Document) {
		for _, l := range c.Lines {
			if l.Origin > 0 {
				out[l.Origin] += l.Quantity
			}
		}
	})
	return out, err
}

// eachCredit calls fn for the issued credit notes of an invoice in order of issue, up to but without
// the one named, if any.
func eachCredit(tx Tx, invoice, until DocumentID, fn func(Document)) error {
	links, err := tx.DocumentsFrom(invoice)
	if err != nil {
		return err
	}
	for _, l := range links {
		if !l.Final || l.ID == until {
			break
		}
		c, _, err := tx.Document(l.ID)
		if err != nil {
			return err
		}
		fn(c)
	}
	return nil
}

// inherit gives a credit note what it takes from its invoice, and returns what of each rate the
// invoice still had before it.
func inherit(tx Tx, d *Document) ([]VATRow, error) {
	o, ok, err := tx.Document(d.Source)
	if err != nil {
		return nil, err
	}
	if !ok || o.Kind != Invoice || !o.Final {
		return nil, fault.New(fault.Conflict, "billing.credit_of_draft")
	}
	d.OnCollection = o.OnCollection
	return leftToCredit(tx, o, d.ID)
}

// leftToCredit returns the tax rows of an invoice less those of its credit notes before one.
func leftToCredit(tx Tx, o Document, before DocumentID) ([]VATRow, error) {
	left := append([]VATRow(nil), o.Rows...)
	err := eachCredit(tx, o.ID, before, func(c Document) {
		for _, r := range c.Rows {
			for i := range left {
				if l := &left[i]; l.sameAs(r) {
					l.Base, l.Tax = l.Base.Sub(r.Base), l.Tax.Sub(r.Tax)
					l.PendingBase, l.PendingTax = l.PendingBase.Sub(
						r.PendingBase,
					), l.PendingTax.Sub(
						r.PendingTax,
					)
				}
			}
		}
	})
	return left, err
}
