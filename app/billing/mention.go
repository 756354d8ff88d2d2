package billing

import (
	"strings"

	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/party"
	"zafe/app/tax"
)

// cite sets the mentions that the law wants on the document (CGI ann. II art. 242 nonies A, C. com.
// L441-9): texts of package fr, chosen by the circumstances. They are legal text: French, whatever
// the language of the person at the screen. What the printed document shows in fields of its own
// (seller's registration, nature, original of a credit note) is not repeated here.
func (d *Document) cite(day civil.Date) {
	values := map[string]string{}
	if r := d.Seller.LatePenaltyRate; r != 0 {
		values["rate"] = i18n.For(i18n.French).Rate(r)
	}
	d.Mentions = []string{}
	for _, m := range fr.Mentions(day, d.tags(day)...) {
		if text, complete := m.Fill(values); complete {
			d.Mentions = append(d.Mentions, text)
		}
	}
}

// tags returns the circumstances of a document that call for mentions.
func (d Document) tags(day civil.Date) []fr.Tag {
	var tags []fr.Tag
	for _, r := range d.Rows {
		if r.Exemption != tax.None {
			tags = append(tags, fr.Tag(r.Exemption))
		}
	}
	if d.Seller.Exigibility == fr.OnDebit && taxSeller(d.Seller).Imposed() == tax.None &&
		d.Nature != tax.Goods {
		tags = append(tags, fr.TagDebits)
	}
	if d.HousingWorks && d.reducedServices(day, "") {
		tags = append(tags, fr.TagHousingWorks)
	}
	switch d.Kind {
	case Quote:
		return append(tags, fr.TagQuote)
	case Invoice:
		tags = append(tags, fr.TagNoDiscount)
		if d.Buyer.Kind == party.Company {
			tags = append(tags, fr.TagBusiness)
		}
		if d.Seller.LatePenaltyRate == 0 {
			return append(tags, fr.TagLatePenaltiesByDefault)
		}
		return append(tags, fr.TagLatePenaltiesRate)
	default:
		return tags
	}
}

// reducedServices tells whether services whose account starts so are sold below the normal rate.
func (d Document) reducedServices(day civil.Date, account string) bool {
	normal := fr.NormalVATRate(d.Seller.Territory, day)
	for _, l := range d.Lines {
		if l.Kind == ItemLine && l.Nature == tax.Services && l.VATRate != 0 && l.VATRate < normal &&
			strings.HasPrefix(l.Account, account) {
			return true
		}
	}
	return false
}

// openFor tells whether the ledger has an open fiscal year for the document's date.
func openFor(tx Tx, d Document) (bool, error) {
	years, err := tx.FiscalYears()
	if err != nil {
		return false, err
	}
	day := d.day(tx.Today())
	for _, y := range years {
		if y.Period.Contains(day) {
			return y.State == ledger.YearOpen && (y.ClosedUntil.IsZero() || day.After(y.ClosedUntil)), nil
		}
	}
	return false, nil
}
