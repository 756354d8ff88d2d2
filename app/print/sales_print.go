package print

import (
	"errors"
	"fmt"
	"io"

	"zafe/app/i18n"
	"zafe/app/money"
)

// Styles shared by the documents.
var (
	textTitle   = style{semiBold, 21, inkText}
	textBody    = style{regular, 9, inkText}
	textStrong  = style{semiBold, 9, inkText}
	textDetail  = style{regular, 8, inkMuted}
	textLabel   = style{regular, 7.3, inkMuted}
	textValue   = style{medium, 8.8, inkText}
	textMention = style{regular, 7.3, inkMuted}
	textLegal   = style{regular, 6.8, inkMuted}
)

// ErrDocument says that a document handed over cannot be printed as it is; the
// text names the part. It is a programmer's error: billing refuses such
// documents before.
var ErrDocument = errors.New("print: unprintable document")

// salesPrinter lays one sales document out.
type salesPrinter struct {
	letter
	d    SalesDoc
	cols []column
}

// Sales writes a quote, an order, an invoice or a credit note as a PDF file in
// the language of p. The same document always gives the same bytes. Errors are
// ErrDocument, ErrLogo or those of w.
func Sales(w io.Writer, p *i18n.Printer, d SalesDoc) error {
	if err := d.check(); err != nil {
		return err
	}
	s, err := layOut(p, d, false)
	if err != nil {
		return err
	}
	if pages := len(s.sheets); pages > 1 && pages <= tightPagesMax {
		tight, err := layOut(p, d, true)
		if err != nil {
			return err
		}
		if len(tight.sheets) < pages {
			s = tight
		}
	}
	return s.write(w, s.furniture)
}

// tightPagesMax is the number of pages up to which less white space is tried
// for the sake of one page less.
const tightPagesMax = 3

// layOut lays a whole document out without drawing anything.
func layOut(p *i18n.Printer, d SalesDoc, tight bool) (*salesPrinter, error) {
	t := words{p}
	number := d.Number
	if number == "" {
		number = t.say("print.draft")
	}
	l, err := newLetter(p, letter{
		seller: d.Seller, buyer: d.Buyer, title: t.say("print.kind." + string(d.Kind)), number: number,
		draft: d.Draft, accent: d.Accent, tight: tight,
	}, d.Subject, d.Date)
	if err != nil {
		return nil, err
	}
	s := &salesPrinter{letter: l, d: d}
	s.head()
	s.table()
	s.after()
	return s, nil
}

// check refuses what cannot be laid out faithfully.
func (d SalesDoc) check() error {
	switch d.Kind {
	case Quote, Order, Invoice, DepositInvoice, CreditNote, ProForma:
	default:
		return fmt.Errorf("%w: kind %q", ErrDocument, d.Kind)
	}
	switch d.Nature {
	case NatureUnset, NatureGoods, NatureServices, NatureMixed:
	default:
		return fmt.Errorf("%w: nature %q", ErrDocument, d.Nature)
	}
	if d.Number == "" && !d.Draft {
		return fmt.Errorf("%w: no number", ErrDocument)
	}
	if d.Date.IsZero() {
		return fmt.Errorf("%w: no date", ErrDocument)
	}
	amounts := []money.Amount{d.TotalNet, d.TotalVAT, d.TotalGross, d.Due, d.Discount, d.Seller.Capital}
	for _, l := range d.Lines {
		amounts = append(amounts, l.Net)
	}
	for _, v := range d.VAT {
		amounts = append(amounts, v.Base, v.Tax)
	}
	for _, r := range d.Settled {
		amounts = append(amounts, r.Amount)
	}
	for _, a := range amounts {
		if !a.Valid() {
			return fmt.Errorf("%w: amount %d out of range", ErrDocument, a)
		}
	}
	return nil
}
