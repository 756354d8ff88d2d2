package billing

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/tax"
)

// Accounts that a line's sale goes to when nothing says better.
const (
	goodsAccount    = "707000" // ventes de marchandises
	servicesAccount = "706000" // prestations de services
)

// taxSeller returns what a profile decides about tax.
func taxSeller(p company.Profile) tax.Seller {
	return tax.Seller{Territory: p.Territory, Regime: p.Regime, Exigibility: p.Exigibility}
}

// stampOf says that the actor of the running call does something now.
func stampOf(ctx context.Context, tx Tx) Stamp {
	a := op.Actor(ctx)
	return Stamp{At: tx.Now(), By: a.User, Name: a.Name}
}

// customer returns a customer the actor may use under p. Faults: party.not_found, and of one they may only see
// billing.customer_not_yours.
func customer(ctx context.Context, tx Tx, id party.CustomerID, p auth.Permission) (party.Customer, error) {
	c, err := tx.Customer(id)
	switch a := op.Actor(ctx); {
	case err != nil || a.Sees(p, c.Whose()):
		return c, err
	case a.Sees(auth.CustomerRead, c.Whose()):
		return c, notYours(tx, "billing.customer_not_yours", c.Owner)
	}
	return c, fault.New(fault.NotFound, "party.not_found")
}

// document returns a document the actor holds p on. Faults: billing.not_found, and of one they may only see
// billing.not_yours.
func document(ctx context.Context, tx Tx, id DocumentID, p auth.Permission) (Document, error) {
	d, ok, err := tx.Document(id)
	switch a := op.Actor(ctx); {
	case err != nil || ok && d.visibleTo(a, p):
		return d, err
	case ok && d.visibleTo(a, auth.SalesRead):
		return d, notYours(tx, "billing.not_yours", d.Owner)
	}
	return d, fault.New(fault.NotFound, "billing.not_found")
}

// notYours is the refusal of what the actor may see and not change, with the name of who is in charge.
func notYours(tx Tx, key string, owner auth.UserID) error {
	name, err := tx.SubjectName("user", int64(owner))
	if err != nil {
		return err
	}
	return fault.New(fault.Forbidden, key, "name", name)
}

// draft returns a draft to change. Faults: billing.not_found, billing.not_yours, billing.already_final or for
// a quote billing.quote_final, billing.changed_meanwhile when version is not the draft's, or seen, where it is known, not
// when the draft was changed.
func draft(
	ctx context.Context, tx Tx, id DocumentID, version int64, seen time.Time, p auth.Permission,
) (Document, error) {
	d, err := document(ctx, tx, id, p)
	switch {
	case err != nil:
		return d, err
	case d.Final && d.Kind == Quote:
		return d, fault.New(fault.Conflict, "billing.quote_final", "number", d.Number)
	case d.Final:
		return d, fault.New(fault.Conflict, "billing.already_final", "number", d.Number)
	case version != d.Version, !seen.IsZero() && !seen.Equal(d.Changed.At):
		return d, fault.New(fault.Conflict, "billing.changed_meanwhile", "who", d.Changed.Name, "at",
			d.Changed.At)
	}
	return d, nil
}

// refresh brings a draft up to date with the customer's card, the company's profile and the law of
// the day: what it would be if it were issued now. It stores nothing.
func refresh(tx Tx, d *Document) error {
	p, err := company.Of(tx)
	if err != nil {
		return err
	}
	p.Logo = nil // frozen with each document it would fill the book; it says nothing the law asks
	d.Seller, d.Buyer = p, Buyer{}
	var c party.Customer
	if d.Customer != 0 {
		if c, err = tx.Customer(d.Customer); err != nil {
			return err
		}
		d.Buyer = buyerOf(c)
	}
	d.schedule(tx, c)
	var left []VATRow
	if d.Kind == CreditNote {
		if left, err = inherit(tx, d); err != nil {
			return err
		}
	} else {
		d.OnCollection = taxSeller(p).OnCollection()
		if err := completeLines(tx, d); err != nil {
			return err
		}
	}
	if d.Totals, err = Compute(d.Lines, d.OnCollection, left); err != nil {
		return err
	}
	d.Nature = natureOf(d.Lines)
	d.cite(d.day(tx.Today()))
	d.Status = d.statusOn(tx.Today(), false)
	d.Checks, err = review(tx, *d, c, left)
	return err
}

// schedule fills the terms and the dates that follow from others.
func (d *Document) schedule(tx Tx, c party.Customer) {
	if d.Kind == CreditNote {
		d.Terms, d.DueDate, d.ValidUntil = &Terms{}, noDate, noDate
		return
	}
	if d.Terms == nil {
		d.Terms = &Terms{Days: c.PaymentDays, EndOfMonth: c.PaymentEndOfMonth}
		if d.Customer == 0 {
			d.Terms = &Terms{Days: d.Seller.PaymentDays, EndOfMonth: d.Seller.PaymentEndOfMonth}
		}
	}
	if d.Kind == Invoice {
		d.DueDate = d.due(tx.Today())
	}
	if d.Kind == Quote && d.ValidUntil.IsZero() {
		d.ValidUntil = d.day(tx.Today()).AddDays(d.Seller.QuoteDays)
	}
}

// completeLines gives each line what it leaves out: all of an article that is only named, the
// nature, the sales account, and the exemption that the seller's situation imposes.
func completeLines(tx Tx, d *Document) error {
	imposed := taxSeller(d.Seller).Imposed()
	for i := range d.Lines {
		l := &d.Lines[i]
		if l.Kind != ItemLine {
			continue
		}
		if l.Item != 0 && l.Description == "" {
			if err := fromItem(tx, l); err != nil {
				return at(err, fmt.Sprintf("lines[%d]", i))
			}
		}
		if l.Nature == "" {
			l.Nature = natureOfAccount(l.Account)
		}
		if l.Account == "" {
			l.Account = servicesAccount
			if l.Nature == tax.Goods {
				l.Account = goodsAccount
			}
		}
		if imposed != tax.None {
			l.Exemption = imposed
		} else if r, _ := tax.RuleOf(l.Exemption); r.Imposed {
			l.Exemption = tax.None // a copy of a document made under another regime
		}
		if l.Exemption != tax.None {
			l.VATRate = 0
		}
	}
	return nil
}

// natureOfAccount guesses the nature of a line from its sales account: 701 to 703 and 707 are
// goods; anything else, and nothing, is a service.
func natureOfAccount(account string) tax.Nature {
	if len(account) >= 3 {
		switch account[:3] {
		case "701", "702", "703", "707":
			return tax.Goods
		}
	}
	return tax.Services
}

// fromItem copies an article into a line that only names it.
func fromItem(tx Tx, l *Line) error {
	item, err := tx.Item(l.Item)
	if err != nil {
		return err
	}
	l.Code, l.Description, l.Unit = item.Code, item.Label, item.Unit
	if item.Description != "" {
		l.Description += "\n" + item.Description
	}
	if l.UnitPrice == 0 {
		l.UnitPrice = item.Price
	}
	if l.VATRate == 0 && l.Exemption == tax.None {
		l.VATRate = item.VATRate
	}
	if l.Nature == "" {
		l.Nature = tax.Nature(item.Nature)
	}
	if l.Account == "" {
		l.Account = item.SalesAccount
	}
	return nil
}

// at puts a fault's field under a part of the request; other errors pass.
func at(err error, prefix string) error {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f.At(prefix)
	}
	return err
}

// period returns the series period of a document: the year of its date.
func (d Document) period(tx Tx) string { return strconv.Itoa(d.day(tx.Today()).Year) }
