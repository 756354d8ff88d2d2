// Package billing is quote to cash: quotes (devis), invoices (factures), credit notes (avoirs) and
// payments (règlements). A document is a draft that people edit, then final: numbered, frozen with
// the seller and the customer as they were, booked in the ledger, sealed by a digest in the journal
// of events. What happens to a final document afterwards (accepted, paid, credited) is kept beside
// it, never in it.
//
// It must not know SQL, screens or files; amounts are computed in one place, Compute.
package billing

import (
	"time"

	"zafe/app/auth"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/tax"
)

// Limits of a document. They are far above what small firms write and keep every answer short.
const (
	LinesMax       = 500
	DescriptionMax = 2000 // characters
	NotesMax       = 4000
	TextMax        = 200 // other free texts
	TermDaysMax    = 365
)

// DocumentID identifies a quote, an invoice or a credit note of the book.
type DocumentID int64

// Kind says what a document is.
type Kind string

// The kinds of documents, permanent.
const (
	Quote      Kind = "quote"       // devis
	Invoice    Kind = "invoice"     // facture
	CreditNote Kind = "credit_note" // avoir
)

// Known tells whether k is one of the kinds.
func (k Kind) Known() bool { return k == Quote || k == Invoice || k == CreditNote }

// Status is where a document stands. Only Draft and final are stored in the document itself; the
// rest is derived from what happened to it.
type Status string

// The statuses. Overdue and Expired depend on the day of reading.
const (
	Draft      Status = "draft"       // brouillon
	Sent       Status = "sent"        // devis envoyé
	Accepted   Status = "accepted"    // devis accepté
	Refused    Status = "refused"     // devis refusé
	Expired    Status = "expired"     // devis dont la validité est passée
	Invoiced   Status = "invoiced"    // devis transformé en facture
	Issued     Status = "issued"      // facture ou avoir validé, rien de réglé
	PartlyPaid Status = "partly_paid" // réglée en partie
	Paid       Status = "paid"        // réglée, ou avoir imputé ou remboursé
	Overdue    Status = "overdue"     // échéance passée, reste à payer
	Credited   Status = "credited"    // annulée par des avoirs
)

// Statuses returns every status, in the order screens show them.
func Statuses() []Status {
	return []Status{
		Draft,
		Sent,
		Accepted,
		Refused,
		Expired,
		Invoiced,
		Issued,
		PartlyPaid,
		Overdue,
		Paid,
		Credited,
	}
}

// LineKind says what a line holds.
type LineKind string

// The kinds of lines.
const (
	ItemLine     LineKind = "item"     // quantity and price
	HeadingLine  LineKind = "heading"  // a title for the lines below
	TextLine     LineKind = "text"     // words only
	SubtotalLine LineKind = "subtotal" // sum since the last heading or subtotal
)

// Line is one line of a document. Net is an answer: what is sent is ignored.
type Line struct {
	Kind        LineKind        `json:"kind"`
	Item        catalog.ItemID  `json:"item,omitempty"`
	Code        string          `json:"code,omitempty"` // the article's code
	Description string          `json:"description"`
	Quantity    money.Quantity  `json:"quantity,omitempty"`
	Unit        string          `json:"unit,omitempty"` // UN/ECE Rec 20 code
	UnitPrice   money.UnitPrice `json:"unit_price,omitempty"`
	Discount    money.Rate      `json:"discount,omitempty"`
	VATRate     money.Rate      `json:"vat_rate,omitempty"`
	Nature      tax.Nature      `json:"nature,omitempty"`
	Account     string          `json:"account,omitempty"` // sales account, class 7
	Exemption   tax.Exemption   `json:"exemption,omitempty"`
	// Origin is the line (from 1) of the invoice that a line of a credit note reverses, 0 for none.
	Origin int          `json:"origin,omitempty"`
	Net    money.Amount `json:"net"`
}

// Header is the part of a document a person fills in, beside its lines.
type Header struct {
	Customer party.CustomerID `json:"customer,omitempty"` // 0 while a draft has none yet
	Owner    auth.UserID      `json:"owner,omitempty"`    // salesperson (commercial), 0: the customer's
	// Date is the date of issue; zero on a draft is the day of issue.
	Date civil.Date `json:"date"`
	// DueDate is computed from Terms when it is zero (échéance).
	DueDate      civil.Date `json:"due_date"`
	Terms        *Terms     `json:"terms,omitempty"` // nil in a request: the customer's
	DeliveryDate civil.Date `json:"delivery_date"`   // of the goods or the service, when not Date
	ValidUntil   civil.Date `json:"valid_until"`     // of a quote

	Subject       string `json:"subject,omitempty"`
	CustomerRef   string `json:"customer_ref,omitempty"`
	PurchaseOrder string `json:"purchase_order,omitempty"`
	Method        Method `json:"method,omitempty"` // how the customer is to pay
	// Delivery is where the goods or the works are (adresse de chantier), nil: at the customer's.
	Delivery *party.Address `json:"delivery,omitempty"`
	Notes    string         `json:"notes,omitempty"`
	// HousingWorks tells that the works are on dwellings over two years old, at a reduced rate: the
	// customer's certificate is a sentence on the document (CGI 278-0 bis A and 279-0 bis).
	HousingWorks bool `json:"housing_works,omitempty"`
}

// Terms are payment terms (conditions de règlement): days after the date of issue, then, when
// EndOfMonth, to the end of that month.
type Terms struct {
	Days       int  `json:"days"`
	EndOfMonth bool `json:"end_of_month,omitempty"`
}

// DueDate returns the date payment is due for a document issued on d.
func (t Terms) DueDate(d civil.Date) civil.Date {
	due := d.AddDays(t.Days)
	if t.EndOfMonth {
		return due.EndOfMonth()
	}
	return due
}

// Stamp says who did something and when; the zero Stamp says that nobody did.
type Stamp struct {
	At   time.Time   `json:"at"`
	By   auth.UserID `json:"by"`
	Name string      `json:"name"`
}

// Buyer is the customer as printed on a document: the customer's card while it is a draft, frozen
// on issue.
type Buyer struct {
	Code      string        `json:"code"` // auxiliary account
	Kind      party.Kind    `json:"kind"`
	Name      string        `json:"name"`
	SIREN     string        `json:"siren,omitempty"`
	SIRET     string        `json:"siret,omitempty"`
	VATNumber string        `json:"vat_number,omitempty"`
	Email     string        `json:"email,omitempty" class:"contact"`
	Address   party.Address `json:"address"`
}

// buyerOf copies what a document keeps of a customer.
func buyerOf(c party.Customer) Buyer {
	return Buyer{
		Code: c.Code, Kind: c.Kind, Name: c.Name, SIREN: c.SIREN, SIRET: c.SIRET,
		VATNumber: c.VATNumber, Email: c.Email, Address: c.Address,
	}
}
