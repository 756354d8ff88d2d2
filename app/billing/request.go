package billing

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/tax"
)

// SaveRequest writes a draft: a new one when ID is 0. Version is that of the draft that was read, and ChangedAt its
// Changed.At, zero from a client that does not tell: the version alone is not enough where the book went back, as what is
// written after that gets the numbers and versions that were given before.
type SaveRequest struct {
	ID        DocumentID `json:"id,omitempty"`
	Version   int64      `json:"version,omitempty"`
	ChangedAt time.Time  `json:"changed_at,omitzero"`
	Header
	Lines []Line `json:"lines"`
}

// Validate implements op.Validator: what can be refused without looking at the book.
func (r SaveRequest) Validate() error {
	if err := r.Header.validate(); err != nil {
		return err
	}
	if len(r.Lines) > LinesMax {
		return fault.Field("lines", "billing.too_many_lines", "max", LinesMax)
	}
	for i, l := range r.Lines {
		if f := l.validate(); f != nil {
			return f.At(fmt.Sprintf("lines[%d]", i))
		}
	}
	return nil
}

func (h Header) validate() error {
	dates := map[string]civil.Date{
		"date": h.Date, "due_date": h.DueDate, "delivery_date": h.DeliveryDate, "valid_until": h.ValidUntil,
	}
	for _, field := range []string{"date", "due_date", "delivery_date", "valid_until"} {
		if d := dates[field]; !d.IsZero() && (!d.Valid() || d.Year < 1990 || d.Year > 2100) {
			return fault.Field(field, "billing.date_wrong")
		}
	}
	if h.Owner < 0 {
		return fault.Field("owner", "user.not_found")
	}
	if t := h.Terms; t != nil && (t.Days < 0 || t.Days > TermDaysMax) {
		return fault.Field("terms", "billing.terms_wrong", "max", TermDaysMax)
	}
	if h.Method != "" && !h.Method.Known() {
		return fault.Field("method", "billing.method_unknown")
	}
	for _, text := range []struct {
		field, value string
		max          int
	}{
		{"subject", h.Subject, TextMax},
		{"customer_ref", h.CustomerRef, TextMax},
		{"purchase_order", h.PurchaseOrder, TextMax},
		{"notes", h.Notes, NotesMax},
	} {
		if f := checkText(text.field, text.value, text.max); f != nil {
			return f
		}
	}
	if a := h.Delivery; a != nil {
		for _, v := range []string{a.Street, a.Street2, a.PostalCode, a.City, a.Country} {
			if f := checkText("delivery", v, TextMax); f != nil {
				return f
			}
		}
	}
	return nil
}

// checkText refuses texts that are too long or hold control characters other than line breaks.
func checkText(field, s string, max int) *fault.Fault {
	if utf8.RuneCountInString(s) > max {
		return fault.Field(field, "billing.text_too_long", "max", max)
	}
	if !utf8.ValidString(s) ||
		strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
		return fault.Field(field, "billing.text_wrong")
	}
	return nil
}

func (l Line) validate() *fault.Fault {
	if f := checkText("description", l.Description, DescriptionMax); f != nil {
		return f
	}
	if f := checkText("code", l.Code, TextMax); f != nil {
		return f
	}
	switch l.Kind {
	case HeadingLine, TextLine, SubtotalLine:
		if l.Quantity != 0 || l.UnitPrice != 0 || l.Discount != 0 || l.VATRate != 0 {
			return fault.Field("kind", "billing.line_without_amount")
		}
		return nil
	case ItemLine:
	default:
		return fault.Field("kind", "billing.line_kind_unknown")
	}
	_, known := tax.RuleOf(l.Exemption)
	switch {
	case !l.Quantity.Valid():
		return fault.Field("quantity", "billing.quantity_wrong")
	case !l.UnitPrice.Valid():
		return fault.Field("unit_price", "billing.amount_too_large")
	case l.Discount < 0 || l.Discount > money.WholePct:
		return fault.Field("discount", "billing.discount_wrong")
	case l.VATRate < 0 || l.VATRate > money.WholePct:
		return fault.Field("vat_rate", "billing.vat_rate_wrong")
	case l.Nature != "" && !l.Nature.Known():
		return fault.Field("nature", "billing.nature_unknown")
	case l.Exemption != tax.None && !known:
		return fault.Field("exemption", "billing.exemption_unknown")
	case l.Account != "" && !salesAccount(l.Account):
		return fault.Field("account", "billing.account_wrong")
	case len(l.Unit) > 10:
		return fault.Field("unit", "billing.unit_wrong")
	case l.Origin < 0 || l.Origin > LinesMax:
		return fault.Field("origin", "billing.origin_wrong")
	}
	return nil
}

// salesAccount tells whether a is an income account: class 7, six digits or more.
func salesAccount(a string) bool {
	if len(a) < 6 || len(a) > 20 || a[0] != '7' {
		return false
	}
	return strings.Trim(a[:3], "0123456789") == "" &&
		strings.Trim(a, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
