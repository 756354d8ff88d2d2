package sales

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/merge"
)

var _ page.Shared = (*document)(nil)

// Elsewhere implements page.Shared: what is typed is saved, which tells whether somebody else was faster.
func (d *document) Elsewhere() {
	if f, ok := d.sheet.(*form); ok {
		f.refresh()
	}
}

// settle asks what becomes of a draft that somebody else changed, or that went back with the book. Nothing is saved
// before.
func (f *form) settle(now billing.Card) {
	d := f.page
	f.asked = now.Version
	was, back := f.base, f.wentBack(now.Document)
	if back { // what was saved here before counts as typed
		was = now.Document
	}
	current := func() *form { g, _ := d.sheet.(*form); return g }
	merge.Case[billing.Document]{
		Env: f.env, Fields: f.shared(now.Document), Was: was, Mine: f.written, Theirs: now.Document,
		Who: now.Changed.Name, At: now.Changed.At, Back: back,
		Bar: func() *fyne.Container { return current().banner }, Moved: func() { current().body.Refresh() },
		Save: func() {
			current().save(func() { f.env.Shell.Toast(kit.Ok, f.env.T("sales_ui.saved")) })
		},
		Show: func(billing.Document) { d.show(now) },
		Put: func(r billing.Document) {
			c := now
			c.Document = r
			d.show(c)
			g := current()
			g.base = now.Document
			g.changed()
		},
	}.Ask()
}

// wentBack tells whether the book has the draft as it was before, or as another line of the book had it: another PC
// became the main one, or a backup was restored.
func (f *form) wentBack(now billing.Document) bool {
	return now.Version < f.base.Version || now.Version == f.base.Version && !now.Changed.At.Equal(f.base.Changed.At)
}

// another tells whether the book gave the number of this draft to one that was begun elsewhere, after it went back.
func (f *form) another(now billing.Document) bool { return !now.Created.At.Equal(f.base.Created.At) }

// askAgain has what the other one typed since come into the question that is open: it is asked once, about all of it.
func (f *form) askAgain() {
	page.Call(f.env, billing.Get, billing.DocumentRequest{ID: f.doc.ID}, func(c billing.Card, err error) {
		open := f.locked && !f.saving && !f.gone && f.asked != 0
		if err == nil && open && !c.Final && c.Version > f.asked && !f.another(c.Document) {
			f.settle(c)
		}
	})
}

// written is the draft as typed; what the book gave it meanwhile counts as typed, or it would seem to be emptied.
func (f *form) written() (billing.Document, bool) {
	good := f.grid.Commit()
	r, out := f.request(), f.doc
	out.Header, out.Lines = r.Header, r.Lines
	if out.Terms == nil {
		out.Terms = f.doc.Terms
	}
	if out.ValidUntil.IsZero() {
		out.ValidUntil = f.doc.ValidUntil
	}
	return out, good
}

// shared are the fields of the form, beside those of another version.
func (f *form) shared(theirs billing.Document) []merge.Field[billing.Document] {
	e := f.env
	var out []merge.Field[billing.Document]
	add := func(key string, text func(billing.Document) string, take func(to *billing.Document, from billing.Document)) {
		out = append(out, merge.Field[billing.Document]{Name: e.T(key), Text: text, Take: take})
	}
	plain := func(key string, at func(*billing.Document) *string) { out = append(out, merge.Plain(e.T(key), at)) }
	add("sales_ui.field.customer", func(d billing.Document) string { return f.customerName(d.Customer, theirs) },
		func(to *billing.Document, from billing.Document) {
			to.Customer, to.Owner, to.Buyer = from.Customer, from.Owner, f.buyer(from)
		})
	add("sales_ui.field.date", func(d billing.Document) string { return e.Text.Date(d.Date) },
		func(to *billing.Document, from billing.Document) { to.Date = from.Date })
	plain("sales_ui.field.subject", func(d *billing.Document) *string { return &d.Subject })
	plain("sales_ui.field.customer_ref", func(d *billing.Document) *string { return &d.CustomerRef })
	add("sales_ui.field.terms", func(d billing.Document) string { return f.termsText(d) },
		func(to *billing.Document, from billing.Document) { to.Terms, to.DueDate = from.Terms, from.DueDate })
	if f.kind == billing.Quote {
		add("sales_ui.field.valid_until", func(d billing.Document) string { return e.Text.Date(d.ValidUntil) },
			func(to *billing.Document, from billing.Document) { to.ValidUntil = from.ValidUntil })
	}
	add("sales_ui.field.method", func(d billing.Document) string {
		if d.Method == "" {
			return ""
		}
		return e.T("fr.payment." + string(d.Method))
	}, func(to *billing.Document, from billing.Document) { to.Method = from.Method })
	add("merge.lines", func(d billing.Document) string {
		rows := make([]string, len(d.Lines))
		for i, l := range d.Lines {
			rows[i] = f.lineText(l)
		}
		return strings.Join(rows, "\n")
	}, func(to *billing.Document, from billing.Document) { to.Lines = from.Lines })
	plain("sales_ui.tab.notes", func(d *billing.Document) *string { return &d.Notes })
	plain("sales_ui.field.purchase_order", func(d *billing.Document) *string { return &d.PurchaseOrder })
	add("sales_ui.field.delivery_date", func(d billing.Document) string { return e.Text.Date(d.DeliveryDate) },
		func(to *billing.Document, from billing.Document) { to.DeliveryDate = from.DeliveryDate })
	add("sales_ui.field.delivery", func(d billing.Document) string { return placeText(d.Delivery) },
		func(to *billing.Document, from billing.Document) { to.Delivery = from.Delivery })
	add("sales_ui.delivery.works", func(d billing.Document) string {
		return e.T(map[bool]string{true: "merge.yes", false: "merge.no"}[d.HousingWorks])
	}, func(to *billing.Document, from billing.Document) { to.HousingWorks = from.HousingWorks })
	return out
}

// customerName is what people call the customer of one of the versions.
func (f *form) customerName(id party.CustomerID, theirs billing.Document) string {
	switch {
	case id == 0:
		return ""
	case id == f.head.Customer:
		return f.customer.Chosen().Text
	case id == theirs.Customer:
		return theirs.Buyer.Name
	default:
		return f.base.Buyer.Name
	}
}

// buyer is that of a version, with the name that was chosen where the book does not know it yet.
func (f *form) buyer(d billing.Document) billing.Buyer {
	b := d.Buyer
	if d.Customer == f.head.Customer {
		b.Name = f.customer.Chosen().Text
	}
	return b
}

// termsText says when a version is to be paid. A due date that follows from the terms goes without saying.
func (f *form) termsText(d billing.Document) string {
	if d.Terms == nil {
		return f.env.Text.Date(d.DueDate)
	}
	day := d.Date
	if day.IsZero() {
		day = today()
	}
	text := termsName(f.env, *d.Terms)
	if due := d.DueDate; due != (civil.Date{}) && due != d.Terms.DueDate(day) {
		text += " (" + f.env.Text.Date(due) + ")"
	}
	return text
}

// lineText is a line as people read it.
func (f *form) lineText(l billing.Line) string {
	text := f.env.Text
	if l.Kind != billing.ItemLine {
		return strings.TrimSpace(l.Description)
	}
	unit := l.Unit
	if u, ok := fr.UnitOf(l.Unit); ok {
		unit = u.Abbreviation
	}
	parts := []string{
		strings.TrimSpace(text.Quantity(l.Quantity) + " " + unit), strings.TrimSpace(l.Description),
		text.UnitPrice(l.UnitPrice), text.Rate(l.VATRate), l.Account,
	}
	if l.Discount != 0 {
		parts = append(parts, "− "+text.Rate(l.Discount))
	}
	return strings.Join(parts, "  ")
}

// placeText is a place as people read it.
func placeText(a *party.Address) string {
	if a == nil {
		return ""
	}
	return strings.Join(strings.Fields(a.Street+" "+a.Street2+" "+a.PostalCode+" "+a.City+" "+a.Country), " ")
}
