package past

import (
	"strconv"
	"strings"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fr"
	"zafe/app/party"
)

// The fields of the records by their names on the wire, in the order people look for them.
var (
	customerFields = []string{
		"name", "kind", "legal_form", "siren", "siret", "vat_number", "email", "phone", "street", "street2", "postal_code",
		"city", "country", "delivery", "contacts", "payment_days", "payment_end_of_month", "notes", "prospect", "archived",
	}
	itemFields = []string{
		"label", "code", "description", "price", "vat_rate", "unit", "nature", "sales_account", "archived",
	}
)

// draftFields are those of a draft.
var draftFields = []string{
	"customer", "subject", "lines", "gross", "date", "due_date", "valid_until", "delivery_date", "customer_ref",
	"purchase_order", "method", "delivery", "housing_works", "notes",
}

func (b *book) yesNo(on bool) string {
	if on {
		return b.env.T("past.yes")
	}
	return b.env.T("past.no")
}

// customerTexts are the fields of a customer as people read them.
func (b *book) customerTexts(c party.Customer) map[string]string {
	texts := map[string]string{
		"name": c.Name, "kind": b.env.T("customers.kind." + string(c.Kind)), "legal_form": c.LegalForm,
		"siren": fr.FormatSIREN(c.SIREN), "siret": fr.FormatSIRET(c.SIRET), "vat_number": c.VATNumber,
		"email": b.env.Seen(c.Email, auth.Contact), "phone": b.env.Seen(c.Phone, auth.Contact), "street": c.Street, "street2": c.Street2, "postal_code": c.PostalCode,
		"city": c.City, "country": c.Country, "payment_days": strconv.Itoa(c.PaymentDays),
		"payment_end_of_month": b.yesNo(c.PaymentEndOfMonth), "notes": c.Notes, "prospect": b.yesNo(c.Prospect),
		"archived": b.yesNo(c.Archived),
	}
	if d := c.Delivery; d != nil {
		texts["delivery"] = joined(", ", d.Street, d.Street2, joined(" ", d.PostalCode, d.City), d.Country)
	}
	people := make([]string, len(c.Contacts))
	for i, p := range c.Contacts {
		people[i] = joined(", ", p.Name, p.Role, p.Email, p.Phone)
	}
	texts["contacts"] = b.env.Seen(strings.Join(people, "\n"), auth.Contact)
	return texts
}

// itemTexts are the fields of an item as people read them.
func (b *book) itemTexts(i catalog.Item) map[string]string {
	unit := i.Unit
	if u, ok := fr.UnitOf(i.Unit); ok {
		unit = u.Singular
	}
	return map[string]string{
		"label": i.Label, "code": i.Code, "description": i.Description, "price": b.env.Text.UnitPrice(i.Price),
		"vat_rate": b.env.Text.Rate(i.VATRate), "unit": unit, "nature": b.env.T("items.nature." + string(i.Nature)),
		"sales_account": i.SalesAccount, "archived": b.yesNo(i.Archived),
	}
}

// joined puts what there is of some texts together.
func joined(by string, texts ...string) string {
	var there []string
	for _, t := range texts {
		if t != "" {
			there = append(there, t)
		}
	}
	return strings.Join(there, by)
}

// draftTexts are what was written in a draft as people read it.
func (b *book) draftTexts(d billing.Document) map[string]string {
	p := b.env.Text
	texts := map[string]string{
		"customer": d.Buyer.Name, "subject": d.Subject, "gross": p.Amount(d.Gross), "date": p.Date(d.Date),
		"due_date": p.Date(d.DueDate), "valid_until": p.Date(d.ValidUntil), "delivery_date": p.Date(d.DeliveryDate),
		"customer_ref": d.CustomerRef, "purchase_order": d.PurchaseOrder, "notes": d.Notes,
	}
	if d.Method != "" {
		texts["method"] = b.env.T("fr.payment." + string(d.Method))
	}
	if d.HousingWorks {
		texts["housing_works"] = b.yesNo(true)
	}
	if a := d.Delivery; a != nil {
		texts["delivery"] = joined(", ", a.Street, a.Street2, joined(" ", a.PostalCode, a.City), a.Country)
	}
	lines := make([]string, len(d.Lines))
	for i, l := range d.Lines {
		if lines[i] = l.Description; l.Kind == billing.ItemLine {
			lines[i] = b.env.T("past.line", "what", l.Description, "quantity", p.Quantity(l.Quantity), "price", p.UnitPrice(l.UnitPrice))
		}
		if l.Discount != 0 {
			lines[i] += " – " + p.Rate(l.Discount)
		}
	}
	texts["lines"] = strings.Join(lines, "\n")
	return texts
}
