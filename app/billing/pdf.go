package billing

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/print"
	"zafe/app/tax"
)

// PDFRequest asks for a document as PDF. Lang is "fr" or "en", "" for French.
type PDFRequest struct {
	ID   DocumentID `json:"id"`
	Lang string     `json:"lang,omitempty"`
}

// Subject names the document in the event of its printing.
func (r PDFRequest) Subject() (kind string, id int64) { return "document", int64(r.ID) }

// Validate implements op.Validator.
func (r PDFRequest) Validate() error { return known(r.ID) }

func pdf[T Tx](ctx context.Context, tx T, req PDFRequest, w io.Writer) (op.Download, error) {
	return writePDF(ctx, tx, req, w)
}

func writePDF(ctx context.Context, tx Tx, req PDFRequest, w io.Writer) (op.Download, error) {
	var file op.Download
	if _, err := document(ctx, tx, req.ID, auth.SalesRead); err != nil {
		return file, err
	}
	d, err := read(tx, req.ID)
	if err != nil {
		return file, err
	}
	p := i18n.For(req.Lang)
	sheet := salesDoc(d, p)
	if d.Date.IsZero() {
		sheet.Date = tx.Today()
	}
	now, err := company.Of(tx)
	if err != nil {
		return file, err
	}
	sheet.Seller.Logo = now.Logo
	if err := settled(tx, d, p, &sheet); err != nil {
		return file, err
	}
	file = op.Download{Name: d.Number + ".pdf", Type: "application/pdf"}
	if !d.Final {
		file.Name = p.T("billing.pdf.draft", map[string]any{"id": fmt.Sprint(d.ID)}) + ".pdf"
	}
	return file, print.Sales(w, p, sheet)
}

// settled prints what was already received, and the document this one follows.
func settled(tx Tx, d Document, p *i18n.Printer, sheet *print.SalesDoc) error {
	if d.Source != 0 {
		o, _, err := tx.Document(d.Source)
		if err != nil {
			return err
		}
		sheet.Originals = []print.Reference{{Number: o.Number, Date: o.Date}}
	}
	if !d.Final || d.Kind != Invoice {
		return nil
	}
	on, err := tx.Settlements(d.ID)
	if err != nil {
		return err
	}
	for _, s := range on {
		key := "billing.pdf.payment"
		if s.Credit != 0 {
			key = "billing.pdf.credit"
		}
		label := p.T(key, map[string]any{"number": s.By, "date": s.Date})
		sheet.Settled = append(sheet.Settled, print.Settlement{Label: label, Amount: s.Amount})
		if d.Status == Paid {
			sheet.PaidOn = s.Date
		}
	}
	sheet.Due = d.Balance.Open
	return nil
}

// salesDoc turns a document into what the printer lays out.
func salesDoc(d Document, p *i18n.Printer) print.SalesDoc {
	s := print.SalesDoc{
		Kind: print.Kind(d.Kind), Number: d.Number, Draft: !d.Final, Date: d.Date,
		DeliveryDate: d.DeliveryDate, ValidUntil: d.ValidUntil,
		Subject: d.Subject, CustomerRef: d.CustomerRef, PurchaseOrder: d.PurchaseOrder,
		Nature: print.Nature(d.Nature), Seller: printedSeller(d.Seller), Buyer: printedBuyer(d, p),
		WithoutVAT: taxSeller(d.Seller).Imposed() != tax.None,
		TotalNet:   d.Net, TotalVAT: d.VAT, TotalGross: d.Gross, Due: d.Gross,
		Notes: d.Notes, Mentions: d.Mentions, Accent: accent(d.Seller.Accent),
	}
	if d.Kind == Invoice {
		s.DueDate, s.Payment = d.DueDate, printedPayment(d, p)
	}
	for _, l := range d.Lines {
		s.Lines = append(s.Lines, printedLine(l, p))
	}
	for _, r := range d.Rows {
		s.VAT = append(
			s.VAT,
			print.VATRow{Rate: r.Rate, Label: exemptionLabel(r.Exemption, p), Base: r.Base, Tax: r.Tax},
		)
	}
	return s
}

func printedLine(l Line, p *i18n.Printer) print.Line {
	kinds := map[LineKind]print.LineKind{
		ItemLine:     print.ItemLine,
		HeadingLine:  print.HeadingLine,
		TextLine:     print.TextLine,
		SubtotalLine: print.SubtotalLine,
	}
	unit := l.Unit
	if u, ok := fr.UnitOf(l.Unit); ok {
		unit = u.Abbreviation
	}
	return print.Line{
		Kind:        kinds[l.Kind],
		Code:        l.Code,
		Description: l.Description,
		Quantity:    l.Quantity,
		Unit:        unit,
		UnitPrice:   l.UnitPrice,
		Discount:    l.Discount,
		VATRate:     l.VATRate,
		VATLabel:    exemptionLabel(l.Exemption, p),
		Net:         l.Net,
	}
}

// exemptionLabel is the short word that stands for a rate: "Exo.", "Autoliq.".
func exemptionLabel(e tax.Exemption, p *i18n.Printer) string {
	if e == tax.None {
		return ""
	}
	return p.T("tax.category."+string(tax.CategoryOf(e)), nil)
}

func printedSeller(c company.Profile) print.Seller {
	form, _ := fr.LegalFormOf(c.LegalForm)
	s := print.Seller{
		Name: c.Name, TradeName: c.TradeName, SoleTrader: form.Kind == fr.Individual,
		Address: print.Address{Street: []string{c.Street, c.Street2}, Postcode: c.PostalCode, City: c.City},
		SIREN:   c.SIREN, SIRET: c.SIRET, Register: register(c, form), VATNumber: c.VATNumber,
		Phone: c.Phone, Email: c.Email, Website: c.Website, Insurance: c.Insurance,
	}
	if form.Kind != fr.Individual {
		s.LegalForm = form.Abbreviation
	}
	if form.Capital {
		s.Capital = money.Amount(c.Capital)
	}
	return s
}

// register names where the company is registered (C. com. R123-237).
func register(c company.Profile, form fr.LegalForm) string {
	switch {
	case form.Register == "rna" && c.RNA != "":
		return "RNA " + c.RNA
	case c.RCSCity != "":
		return "RCS " + c.RCSCity
	case form.Register == "rcs_or_rne":
		return "RNE " + fr.FormatSIREN(c.SIREN)
	default:
		return ""
	}
}

func printedBuyer(d Document, p *i18n.Printer) print.Buyer {
	b := print.Buyer{
		Name: d.Buyer.Name, Code: d.Buyer.Code, Address: printedAddress(d.Buyer.Address, p),
		SIREN: d.Buyer.SIREN, VATNumber: d.Buyer.VATNumber,
	}
	if d.Delivery != nil {
		a := printedAddress(*d.Delivery, p)
		b.Delivery = &a
	}
	return b
}

func printedAddress(a party.Address, p *i18n.Printer) print.Address {
	out := print.Address{Street: []string{a.Street, a.Street2}, Postcode: a.PostalCode, City: a.City}
	if c, ok := fr.CountryOf(a.Country); ok && a.Country != "FR" {
		out.Country = c.French
		if p.Lang() == i18n.English {
			out.Country = c.Name
		}
	}
	return out
}

func printedPayment(d Document, p *i18n.Printer) print.Payment {
	out := print.Payment{
		Terms: termsText(d, p),
		Bank:  d.Seller.Bank.Label,
		IBAN:  d.Seller.Bank.IBAN,
		BIC:   d.Seller.Bank.BIC,
	}
	if d.Method != "" {
		out.Means = p.T("fr.payment."+string(d.Method), nil)
	}
	return out
}

func termsText(d Document, p *i18n.Printer) string {
	switch t := d.Terms; {
	case t == nil || d.DueDate != t.DueDate(d.day(d.Date)):
		return ""
	case t.Days == 0 && !t.EndOfMonth:
		return p.T("billing.terms.now", nil)
	case t.EndOfMonth:
		return p.N("billing.terms.end_of_month", t.Days, nil)
	default:
		return p.N("billing.terms.days", t.Days, nil)
	}
}

// accent reads the colour "#2456d3" of a profile; the printer has its own when there is none.
func accent(s string) print.Color {
	rgb, err := hex.DecodeString(strings.TrimPrefix(s, "#"))
	if err != nil || len(rgb) != 3 {
		return print.Color{}
	}
	return print.Color{R: rgb[0], G: rgb[1], B: rgb[2]}
}
