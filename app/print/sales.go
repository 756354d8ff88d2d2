package print

import (
	"zafe/app/civil"
	"zafe/app/money"
)

// Kind says which sales document is printed.
type Kind string

// The sales documents. A draft of any of them is printed with Draft set.
const (
	Quote          Kind = "quote"           // devis
	Order          Kind = "order"           // commande client
	Invoice        Kind = "invoice"         // facture
	DepositInvoice Kind = "deposit_invoice" // facture d'acompte
	CreditNote     Kind = "credit_note"     // avoir
	ProForma       Kind = "pro_forma"       // facture pro forma, not an invoice
)

// Nature is the category of the operations invoiced, one of the mentions added
// by decree 2022-1299 (CGI ann. II 242 nonies A, I-8° bis).
type Nature string

// The three natures, and none.
const (
	NatureUnset    Nature = ""
	NatureGoods    Nature = "goods"    // livraison de biens
	NatureServices Nature = "services" // prestation de services
	NatureMixed    Nature = "mixed"    // both
)

// SalesDoc is everything printed on a sales document. Package print computes
// no amount and knows no law: totals, VAT and mentions come from billing and
// from the legal texts, and are printed as given.
type SalesDoc struct {
	Kind   Kind
	Number string     // empty on a draft only
	Draft  bool       // prints the word BROUILLON across every page
	PaidOn civil.Date // zero: not fully paid; else prints PAYÉE with the date

	Date         civil.Date // date of issue
	DueDate      civil.Date // échéance; zero on quotes
	DeliveryDate civil.Date // of the goods or the service, when it differs from Date
	Period       string     // period of a service, in words, instead of DeliveryDate
	ValidUntil   civil.Date // of a quote

	Subject       string // objet, one or two lines
	CustomerRef   string // the customer's own reference
	PurchaseOrder string // the customer's order number
	Nature        Nature
	Originals     []Reference // documents that a credit note corrects, or that this one follows

	Seller Seller
	Buyer  Buyer

	Lines      []Line
	WithoutVAT bool // no VAT column and no VAT total: franchise, Guyane, Mayotte
	VAT        []VATRow

	Discount   money.Amount // on the whole document, already taken off TotalNet
	TotalNet   money.Amount // total HT
	TotalVAT   money.Amount
	TotalGross money.Amount // total TTC
	Settled    []Settlement // deposits and payments already received
	Due        money.Amount // net à payer

	Payment  Payment
	Notes    string   // free words to the customer
	Mentions []string // legal mentions, in the order they are to be read

	Accent Color // zero: DefaultAccent
}

// Reference names another document.
type Reference struct {
	Number string
	Date   civil.Date
}

// Seller is the issuer as the law wants it named (C. com. R123-237, CGI ann. II
// 242 nonies A). Empty parts are left out.
type Seller struct {
	Name       string // legal name; of a sole trader, first name and name
	TradeName  string // enseigne, when it differs
	SoleTrader bool   // entrepreneur individuel: "EI" is set beside the name
	LegalForm  string // SARL, SAS…; empty for a sole trader
	Capital    money.Amount
	Address    Address
	SIREN      string
	SIRET      string
	Register   string // "RCS Pointe-à-Pitre", "RM 971"
	VATNumber  string
	Phone      string
	Email      string
	Website    string
	Insurance  string // professional insurance: insurer, policy, area covered
	FiscalRep  string // fiscal representative, if any
	Logo       []byte // PNG or JPEG, see CheckLogo
}

// Buyer is the customer. Address is the seat; Billing and Delivery are given
// only when they differ from it.
type Buyer struct {
	Name      string
	Contact   string
	Code      string // the seller's own code for this customer
	Address   Address
	Billing   *Address
	Delivery  *Address
	SIREN     string
	VATNumber string
}

// Address is a postal address. Country is empty for the seller's own.
type Address struct {
	Street   []string // one to three lines
	Postcode string
	City     string
	Country  string
}

// LineKind says how a line is printed.
type LineKind int

// The kinds of line.
const (
	ItemLine     LineKind = iota // quantity, price and amount
	HeadingLine                  // a title above the lines that follow
	TextLine                     // words only
	SubtotalLine                 // Net is the sum since the last heading or subtotal
)

// Line is one line of a document. The first line of Description is its title.
type Line struct {
	Kind        LineKind
	Code        string // the article's reference, optional
	Description string
	Quantity    money.Quantity
	Unit        string // "h", "m²", "forfait"; may be empty
	UnitPrice   money.UnitPrice
	Discount    money.Rate
	VATRate     money.Rate
	VATLabel    string // shown instead of the rate: "Exo.", "Autoliq."
	Net         money.Amount
}

// VATRow is the base and the tax of one rate. Label, when given, is shown
// instead of the rate: "Exonéré", "Autoliquidation".
type VATRow struct {
	Rate  money.Rate
	Label string
	Base  money.Amount
	Tax   money.Amount
}

// Settlement is a sum already received: a deposit invoice, a payment.
type Settlement struct {
	Label  string
	Amount money.Amount
}

// Payment says how and when to pay.
type Payment struct {
	Terms  string // "30 jours fin de mois", or the schedule of a quote
	Means  string // "Virement", "Chèque"
	Holder string // account holder, when not the seller
	Bank   string
	IBAN   string
	BIC    string
}

// isEmpty tells that nothing is to be printed about the payment.
func (p Payment) isEmpty() bool { return p == Payment{} }

// lines returns the address as it stands on an envelope.
func (a Address) lines() []string {
	var out []string
	for _, s := range a.Street {
		if s != "" {
			out = append(out, s)
		}
	}
	if city := joinWords(" ", a.Postcode, a.City); city != "" {
		out = append(out, city)
	}
	if a.Country != "" {
		out = append(out, a.Country)
	}
	return out
}

// displayName is the seller's name with the mention the law asks of sole
// traders (C. com. L526-22, R526-27: "entrepreneur individuel" or "EI" beside
// the name).
func (s Seller) displayName() string {
	if s.SoleTrader {
		return joinWords(" ", s.Name, "EI")
	}
	return s.Name
}
