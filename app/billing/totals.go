package billing

import (
	"fmt"
	"sort"

	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/tax"
)

// VATRow is the base and the tax of one rate, or of one exemption, on a document. Pending is the
// part on services whose tax falls due only when the customer pays; the rest is due on issue.
type VATRow struct {
	Rate        money.Rate    `json:"rate"`
	Exemption   tax.Exemption `json:"exemption,omitempty"`
	Category    tax.Category  `json:"category"`
	Base        money.Amount  `json:"base"`
	Tax         money.Amount  `json:"tax"`
	PendingBase money.Amount  `json:"pending_base"`
	PendingTax  money.Amount  `json:"pending_tax"`
}

// sameAs tells whether two rows are of the same rate and exemption.
func (r VATRow) sameAs(o VATRow) bool { return r.Rate == o.Rate && r.Exemption == o.Exemption }

// Totals are the amounts of a document: a function of its lines, and for a credit note of what is
// left to credit on the invoice.
type Totals struct {
	Net   money.Amount `json:"net"`   // total HT
	VAT   money.Amount `json:"vat"`   // total TVA
	Gross money.Amount `json:"gross"` // total TTC
	Rows  []VATRow     `json:"rows"`
}

// Compute fills the Net of each line in place and returns the totals. Tax is the base of all the
// lines of a rate times that rate, rounded once, half away from zero, never line by line (domain
// rule; EN 16931 BR-CO-17). onCollection tells that the tax on services waits for payment.
//
// left is nil but for a credit note, where it holds what the invoice still has of each rate: the
// credit that takes the last of a base takes the last of its tax too, and none takes more, so that
// an invoice credited in parts ends at zero exactly.
//
// It is the only place where amounts of documents are computed: drafts, previews, issues and
// Verify use it. Faults: billing.amount_too_large.
func Compute(lines []Line, onCollection bool, left []VATRow) (Totals, error) {
	t := Totals{Rows: []VATRow{}}
	var since money.Amount
	for i := range lines {
		l := &lines[i]
		l.Net = 0
		switch l.Kind {
		case HeadingLine:
			since = 0
		case SubtotalLine:
			l.Net, since = since, 0
		case ItemLine:
			l.Net = money.LineNet(l.Quantity, l.UnitPrice, l.Discount)
			if !l.Net.Valid() {
				return t, fault.Field(fmt.Sprintf("lines[%d].unit_price", i), "billing.amount_too_large")
			}
			since = since.Add(l.Net)
			t.Rows = addBase(t.Rows, *l, onCollection)
		case TextLine: // has no amount
		}
	}
	sortRows(t.Rows)
	for i := range t.Rows {
		r := &t.Rows[i]
		r.Tax = r.Base.Mul(r.Rate)
		r.PendingTax = r.PendingBase.Mul(r.Rate)
		capRow(r, left)
		t.Net, t.VAT = t.Net.Add(r.Base), t.VAT.Add(r.Tax)
	}
	t.Gross = t.Net.Add(t.VAT)
	if !t.Gross.Valid() || !t.Net.Valid() {
		return t, fault.Field("lines", "billing.amount_too_large")
	}
	return t, nil
}

// addBase adds a line to the row of its rate and exemption.
func addBase(rows []VATRow, l Line, onCollection bool) []VATRow {
	r := VATRow{Rate: l.VATRate, Exemption: l.Exemption, Category: tax.CategoryOf(l.Exemption), Base: l.Net}
	if onCollection && l.Nature == tax.Services && l.VATRate != 0 {
		r.PendingBase = l.Net
	}
	for i := range rows {
		if rows[i].sameAs(r) {
			rows[i].Base = rows[i].Base.Add(r.Base)
			rows[i].PendingBase = rows[i].PendingBase.Add(r.PendingBase)
			return rows
		}
	}
	return append(rows, r)
}

// capRow bends the tax of a credit note's row to what the invoice has left of it.
func capRow(r *VATRow, left []VATRow) {
	for _, l := range left {
		if !l.sameAs(*r) {
			continue
		}
		r.Tax = bend(r.Base, r.Tax, l.Base, l.Tax)
		r.PendingTax = bend(r.PendingBase, r.PendingTax, l.PendingBase, l.PendingTax)
	}
}

// bend returns the whole tax left when the whole base left is taken, and else the tax computed but
// no further from zero than what is left. Amounts of opposite signs are left to the check that
// refuses them.
func bend(base, tax, leftBase, leftTax money.Amount) money.Amount {
	switch {
	case base == leftBase:
		return leftTax
	case tax.Sign() == leftTax.Sign() && tax.Abs() > leftTax.Abs():
		return leftTax
	default:
		return tax
	}
}

// sortRows puts the highest rate first, then exemptions by name: the order of the printed table.
func sortRows(rows []VATRow) {
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].Rate != rows[j].Rate {
			return rows[i].Rate > rows[j].Rate
		}
		return rows[i].Exemption < rows[j].Exemption
	})
}

// natureOf returns the nature of a document: that of its lines, or Mixed.
func natureOf(lines []Line) tax.Nature {
	var n tax.Nature
	for _, l := range lines {
		if l.Kind == ItemLine {
			n = n.With(l.Nature)
		}
	}
	return n
}
