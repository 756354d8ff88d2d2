package billing

import (
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/tax"
)

// Document is a quote, an invoice or a credit note with all it holds.
type Document struct {
	ID      DocumentID `json:"id"`
	Kind    Kind       `json:"kind"`
	Status  Status     `json:"status"`
	Final   bool       `json:"final"`
	Number  string     `json:"number,omitempty"` // "F-2026-0001", "" for a draft
	Version int64      `json:"version"`
	Header
	// Source is the quote an invoice comes from, or the invoice a credit note corrects.
	Source DocumentID `json:"source,omitempty"`
	Buyer  Buyer      `json:"buyer"`
	Lines  []Line     `json:"lines"`
	Totals
	Nature tax.Nature `json:"nature,omitempty"`
	// OnCollection tells that the tax on services waits for the payment (TVA sur les encaissements).
	OnCollection bool     `json:"on_collection"`
	Mentions     []string `json:"mentions,omitempty"` // legal texts, in French, in reading order
	Balance      Balance  `json:"balance" class:"balance"`
	Answer       *Answer  `json:"answer,omitempty"` // of the customer to a quote
	Checks       []Check  `json:"checks,omitempty"` // of a draft

	Entry  ledger.EntryID `json:"entry,omitempty"` // in the ledger, of a final invoice or credit note
	Digest string         `json:"digest,omitempty"`

	Created Stamp `json:"created"`
	Changed Stamp `json:"changed"`
	Issued  Stamp `json:"issued"`

	// What people need not see: the seller as frozen on issue, the place in the series, the ledger
	// line that is to be settled.
	Seller     company.Profile `json:"-"`
	SellerText string          `json:"-"` // the same as stored: what the digest is taken of
	Period     string          `json:"-"`
	Serial     int64           `json:"-"`
	Receivable ledger.LineID   `json:"-"`

	CustomerOwner auth.UserID `json:"-"` // whose the customer is now
}

// Balance is what is left of a final invoice or credit note.
type Balance struct {
	Paid   money.Amount `json:"paid"`   // received, or paid back on a credit note
	Netted money.Amount `json:"netted"` // cancelled between an invoice and its own credit notes
	Open   money.Amount `json:"open"`   // reste à payer, or left to use on a credit note
}

// Answer is what the customer said to a quote.
type Answer struct {
	Accepted bool       `json:"accepted"`
	Date     civil.Date `json:"date"`
	Signer   string     `json:"signer,omitempty"` // who signed "bon pour accord"
	Reason   string     `json:"reason,omitempty"`
	Stamp    Stamp      `json:"stamp"`
}

// statusOn derives the status on a day. invoiced tells that a quote has become an invoice.
func (d Document) statusOn(today civil.Date, invoiced bool) Status {
	switch {
	case !d.Final:
		return Draft
	case d.Kind == Quote:
		return d.quoteStatus(today, invoiced)
	case d.Balance.Open == 0 && d.Balance.Paid == 0 && d.Kind == Invoice:
		return Credited
	case d.Balance.Open == 0:
		return Paid
	case d.Kind == Invoice && d.DueDate.Before(today):
		return Overdue
	case d.Balance.Paid != 0 || d.Balance.Netted != 0:
		return PartlyPaid
	default:
		return Issued
	}
}

func (d Document) quoteStatus(today civil.Date, invoiced bool) Status {
	switch {
	case invoiced:
		return Invoiced
	case d.Answer != nil && d.Answer.Accepted:
		return Accepted
	case d.Answer != nil:
		return Refused
	case !d.ValidUntil.IsZero() && d.ValidUntil.Before(today):
		return Expired
	default:
		return Sent
	}
}

// day returns the document's date, or today for a draft that has none.
func (d Document) day(today civil.Date) civil.Date {
	if d.Date.IsZero() {
		return today
	}
	return d.Date
}

// due returns the date payment is due, computed from the terms when none was chosen.
func (d Document) due(today civil.Date) civil.Date {
	if !d.DueDate.IsZero() || d.Kind != Invoice || d.Terms == nil {
		return d.DueDate
	}
	return d.Terms.DueDate(d.day(today))
}

// Whose tells the document's owner and its customer's.
func (d Document) Whose() auth.Whose { return auth.Whose{Owner: d.Owner, Customer: d.CustomerOwner} }

// visibleTo tells whether the actor holds p on the document.
func (d Document) visibleTo(a auth.Actor, p auth.Permission) bool { return a.Sees(p, d.Whose()) }
