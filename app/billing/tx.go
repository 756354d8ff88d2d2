package billing

import (
	"zafe/app/audit"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
)

// Tx is what billing asks of a transaction; the store implements it.
type Tx interface {
	ledger.Poster
	company.Settings
	// NextNumber takes the next number of a series, LastNumber tells the last one taken.
	NextNumber(kind, period string) (int64, error)
	LastNumber(kind, period string) (int64, error)
	// Customer returns a customer: fault party.not_found.
	Customer(id party.CustomerID) (party.Customer, error)
	// Item returns an article: fault catalog.not_found.
	Item(id catalog.ItemID) (catalog.Item, error)
	IndexSearch(kind string, ref int64, title, detail, body string) error
	DropSearch(kind string, ref int64) error
	// SubjectName is what people call a subject of the journal, here a "user"; "" for none.
	SubjectName(kind string, id int64) (string, error)
	// Events returns the latest events of a subject, newest first.
	Events(kind string, id, before int64, limit int) ([]audit.Event, error)

	documentStore
	paymentStore
	gapStore
}

// documentStore is the storage of documents.
type documentStore interface {
	// Document returns a document with its lines, tax, balance and answer, and whether it exists.
	// The status, the buyer and the mentions of a draft are left to the caller.
	Document(id DocumentID) (Document, bool, error)
	// AddDocument stores a new draft and returns its id.
	AddDocument(d Document) (DocumentID, error)
	// PutDocument writes a draft again, lines and tax included; when d.Final is set it becomes final,
	// with its balance, for ever.
	PutDocument(d Document) error
	// DropDocument deletes a draft.
	DropDocument(id DocumentID) error
	// AddAnswer keeps what the customer answered to a quote.
	AddAnswer(id DocumentID, a Answer) error
	// LastIssued returns the final document with the highest serial of a series, and whether there is one.
	LastIssued(kind Kind, period string) (Issuance, bool, error)
	// DocumentsFrom returns the documents made from one: invoices of a quote, credit notes of an invoice,
	// in order of issue.
	DocumentsFrom(source DocumentID) ([]Link, error)
	// DocumentList returns a page of documents and the totals of all that the filter keeps.
	DocumentList(f Filter) (Page, error)
}

// paymentStore is the storage of payments and of what they settle.
type paymentStore interface {
	// Payment returns a payment with its settlements, and whether it exists.
	Payment(id PaymentID) (Payment, bool, error)
	// AddPayment stores a payment for ever and returns its id.
	AddPayment(p Payment) (PaymentID, error)
	// AddCancel keeps the cancellation of a payment.
	AddCancel(id PaymentID, c Cancellation) error
	// PaymentList returns a page of payments and the totals of all that the filter keeps.
	PaymentList(f PaymentFilter) (PaymentPage, error)
	// Settlements returns the imputations in force on a document, oldest first.
	Settlements(document DocumentID) ([]Settlement, error)
	// CreditUses returns the imputations in force made with a credit note.
	CreditUses(credit DocumentID) ([]Settlement, error)
	// AddSettlement stores one imputation and moves the balance of the document and of the credit
	// note used; a negative amount undoes the one that Undoes names.
	AddSettlement(s Settlement) (SettlementID, error)
	// SettledWith returns a ledger line and all those tied to it by imputations in force.
	SettledWith(line ledger.LineID) ([]ledger.LineID, error)
	// Released returns the tax on services already released for a document, by rate.
	Released(document DocumentID) (map[money.Rate]money.Amount, error)
	// AddRelease keeps a release of tax.
	AddRelease(r Release) error
}

// Issuance is a place taken in a series.
type Issuance struct {
	Number string
	Serial int64
	Date   civil.Date
}
