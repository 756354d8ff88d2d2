package sales

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// deliveryFields are where the goods or the works are, and what goes with them.
type deliveryFields struct {
	street, code, city *kit.LineEdit
	country            *kit.Select
	order              *kit.LineEdit
	date               *kit.DateField
	works              *kit.Check
}

// address returns the place typed, nil when it is the customer's.
func (d deliveryFields) address() *party.Address {
	a := party.Address{
		Street: strings.TrimSpace(d.street.Text()), PostalCode: strings.TrimSpace(d.code.Text()),
		City: strings.TrimSpace(d.city.Text()),
	}
	if a == (party.Address{}) {
		return nil
	}
	a.Country = d.country.Key()
	return &a
}

func (d deliveryFields) show(a *party.Address) {
	if a == nil {
		a = &party.Address{}
	}
	d.street.SetText(a.Street)
	d.code.SetText(a.PostalCode)
	d.city.SetText(a.City)
	country := a.Country
	if country == "" {
		country = "FR"
	}
	d.country.SetKey(country)
}

// makeNotes makes the card at the bottom left: the note to the customer, the legal mentions, and the
// delivery.
func (f *form) makeNotes() fyne.CanvasObject {
	e := f.env
	f.notes = kit.NewTextArea(e.T("sales_ui.notes_hint"), 3)
	f.notes.OnChanged = func(s string) { f.set(func() { f.head.Notes = s }) }
	f.makeDelivery()
	tabs := []kit.Tab{
		{Key: "notes", Text: e.T("sales_ui.tab.notes"), Make: func() fyne.CanvasObject { return f.notes }},
		{Key: "mentions", Text: e.T("sales_ui.tab.mentions"), Make: f.mentions},
	}
	if f.kind != billing.CreditNote {
		tabs = append(tabs, kit.Tab{Key: "delivery", Text: e.T("sales_ui.tab.delivery"), Make: f.delivery})
	}
	f.tabs = kit.NewTabs(tabs...)
	return f.tabs
}

// mentions lists the legal texts the document will bear; they follow from what it holds.
func (f *form) mentions() fyne.CanvasObject {
	f.legal = kit.VBox(4)
	f.showMentions()
	return kit.NewScroll(f.legal)
}

func (f *form) showMentions() {
	if f.legal == nil {
		return
	}
	f.legal.Objects = nil
	for _, m := range f.doc.Mentions {
		f.legal.Add(kit.NewLabel(m, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	}
	f.legal.Refresh()
}

func (f *form) makeDelivery() {
	e := f.env
	d := &f.place
	put := func(string) {}
	d.street = f.text(e.T("sales_ui.delivery.street"), put)
	d.code = f.text(e.T("sales_ui.delivery.code"), put)
	d.city = f.text(e.T("sales_ui.delivery.city"), put)
	d.country = kit.NewSelect(countries(e.Text.Lang()), func(string) { f.changed() })
	d.order = f.text("", func(s string) { f.head.PurchaseOrder = s })
	d.date = dateField(e, func(v civil.Date) { f.set(func() { f.head.DeliveryDate = v }) })
	d.works = kit.NewCheck(e.T("sales_ui.delivery.works"), func(on bool) {
		f.set(func() { f.head.HousingWorks = on })
	})
	f.fields["delivery"] = kit.NewField(e.T("sales_ui.field.delivery"),
		kit.VBox(6, d.street, kit.Cols(6, []float32{1, 1.5, 1.4}, d.code, d.city, d.country)))
	f.field("purchase_order", "purchase_order", d.order)
	f.field("delivery_date", "delivery_date", d.date)
	d.date.OnRefused = f.refused("delivery_date")
}

func (f *form) delivery() fyne.CanvasObject {
	return kit.NewScroll(kit.VBox(8, f.fields["delivery"],
		kit.Cols(6, []float32{1, 1}, f.fields["purchase_order"], f.fields["delivery_date"]), f.place.works))
}

// countries are the countries to choose from, in the reader's language.
func countries(lang string) []kit.Option {
	var out []kit.Option
	for _, c := range fr.Countries() {
		name := c.French
		if lang == i18n.English {
			name = c.Name
		}
		out = append(out, kit.Option{Key: c.Code, Text: name})
	}
	return out
}
