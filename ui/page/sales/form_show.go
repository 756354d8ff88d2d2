package sales

import (
	"errors"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/party"
	"zafe/app/tax"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// fill puts the document in the fields, once.
func (f *form) fill() {
	h := f.head
	if h.Customer != 0 && f.doc.Buyer.Name != "" {
		f.customer.SetChosen(kit.Option{Key: customerKey(h.Customer), Text: f.doc.Buyer.Name})
	}
	if f.kind == billing.CreditNote {
		f.customer.Disable()
	}
	f.date.SetDate(h.Date)
	f.date.Edit().Placeholder = f.env.T("sales_ui.date_of_issue")
	f.until.SetDate(*f.untilDate())
	f.subject.SetText(h.Subject)
	f.ref.SetText(h.CustomerRef)
	f.method.SetKey(string(h.Method))
	f.notes.SetText(h.Notes)
	f.place.show(h.Delivery)
	f.place.order.SetText(h.PurchaseOrder)
	f.place.date.SetDate(h.DeliveryDate)
	f.place.works.SetOn(h.HousingWorks)
	f.number.SetText(f.env.T("sales_ui.number_later." + string(f.kind)))
}

// answered shows what the book made of the draft: amounts, dates that follow, checks, mentions.
// Version and identity are only taken from a save.
func (f *form) answered(d billing.Document) {
	id, version := f.doc.ID, f.doc.Version
	f.doc = d
	f.doc.ID, f.doc.Version = id, version
	if len(d.Lines) == len(f.lines.rows) {
		for i, l := range d.Lines {
			mine := &f.lines.rows[i]
			mine.Net = l.Net
			if mine.Nature == "" && mine.Account == "" {
				mine.Nature, mine.Account = l.Nature, l.Account
			}
		}
	}
	if f.untilDate().IsZero() {
		if f.kind == billing.Quote {
			f.until.SetDate(d.ValidUntil)
		} else {
			f.until.SetDate(d.DueDate)
		}
	}
	f.showTerms(d.Terms)
	f.mark(d.Checks)
	f.checks.show(f.env, d.Checks)
	f.totals.Objects = totalRows(f.env, d)
	f.totals.Refresh()
	f.showMentions()
	f.grid.Refresh()
	f.showState()
	f.gate()
}

// mark shows which cells of the lines a red check names.
func (f *form) mark(checks []billing.Check) {
	f.lines.bad = map[[2]int]bool{}
	for _, c := range checks {
		if c.Level == billing.Blocked {
			f.markField(c.Field)
		}
	}
}

// markField marks the cell a field such as "lines[2].vat_rate" names and tells whether there is one.
func (f *form) markField(field string) bool {
	row, col, ok := cellOf(field)
	if ok {
		f.lines.bad[[2]int{row, col}] = true
	}
	return ok
}

// cellOf finds the cell of a field of the request.
func cellOf(field string) (row, col int, ok bool) {
	if n, err := fmt.Sscanf(field, "lines[%d]", &row); n != 1 || err != nil {
		return 0, 0, false
	}
	_, name, _ := strings.Cut(field, "].")
	col, known := map[string]int{
		"description": colText, "quantity": colQuantity, "unit": colUnit, "unit_price": colPrice,
		"discount": colDiscount, "vat_rate": colVAT, "exemption": colVAT,
	}[name]
	if !known {
		col = colText
	}
	return row, col, true
}

// goTo puts the caret where a field is mended.
func (f *form) goTo(field string) {
	if row, col, ok := cellOf(field); ok {
		f.grid.Goto(row, col)
		f.grid.Focus()
		return
	}
	switch field {
	case "lines":
		f.grid.Goto(len(f.lines.rows), colText)
		f.grid.Focus()
	case "customer":
		f.customer.Focus()
	case "date":
		kit.Focus(f.date.Edit())
	case "due_date", "valid_until":
		kit.Focus(f.until.Edit())
	case "housing_works", "delivery", "delivery_date":
		f.tabs.SetKey("delivery")
	}
}

// explain shows a refusal beside the field it names, and tells whether there was such a field.
func (f *form) explain(err error) bool {
	for name, w := range f.fields {
		if name != "date" && name != f.untilName() { // what is typed there has its own say
			w.SetError("")
		}
	}
	var refusal *fault.Fault
	if !errors.As(err, &refusal) || refusal.Field == "" {
		return false
	}
	if f.markField(refusal.Field) {
		f.grid.Refresh()
		return false
	}
	w, ok := f.fields[refusal.Field]
	if ok {
		w.SetError(f.env.Text.Fault(err))
	}
	return ok
}

// showState writes the title, the pill and the grey line.
func (f *form) showState() {
	e := f.env
	title := e.T("sales_ui.new." + string(f.kind))
	if f.doc.ID != 0 {
		title = e.T("sales_ui.draft." + string(f.kind))
	}
	f.header.SetTitle(title)
	var parts []string
	if name := f.customer.Chosen().Text; name != "" {
		parts = append(parts, name)
	}
	f.header.SetUnder(strings.Join(append(parts, f.state()), "  ·  "))
	text, tone := statusOf(e, f.kind, billing.Draft)
	f.pill.Set(text, tone)
}

// state says whether what is typed is in the book.
func (f *form) state() string {
	e := f.env
	switch {
	case f.blank():
		return e.T("sales_ui.state.empty")
	case f.locked:
		return e.T("sales_ui.state.conflict")
	case !e.Shell.Online() && f.turn != f.saved:
		return e.T("sales_ui.state.offline")
	case f.failure != nil && f.turn != f.saved:
		return e.T("sales_ui.state.failed", "why", e.Text.Fault(f.failure))
	case f.turn != f.saved || f.doc.ID == 0:
		return e.T("sales_ui.state.typing")
	default:
		return e.T("sales_ui.state.saved", "time", e.Text.Clock(f.savedAt))
	}
}

// totalRows are the lines of the card of totals.
func totalRows(e *page.Env, d billing.Document) []fyne.CanvasObject {
	out := []fyne.CanvasObject{kit.Line(e.T("sales_ui.total.net"), e.Text.Amount(d.Net))}
	for _, r := range d.Rows {
		if r.Exemption != tax.None {
			out = append(out, kit.Line(e.T("sales_ui.total.exempt",
				"why", e.T("tax.category."+string(r.Category)), "base", r.Base), e.Text.Amount(0)))
			continue
		}
		label := e.T("sales_ui.total.rate", "rate", r.Rate, "base", r.Base)
		out = append(out, kit.Line(label, e.Text.Amount(r.Tax)))
	}
	if len(d.Rows) != 1 {
		out = append(out, kit.Line(e.T("sales_ui.total.vat"), e.Text.Amount(d.VAT)))
	}
	label := "sales_ui.total.to_pay"
	if d.Kind != billing.Invoice {
		label = "sales_ui.total.gross." + string(d.Kind)
	}
	return append(out, kit.Separator(), kit.TotalLine(e.T(label),
		kit.NewLabel(e.Text.Amount(d.Gross), kit.Style{Size: theme.SizeTitle, Weight: kit.Bold})))
}

// chooseCustomer takes a customer; terms that nobody chose become theirs.
func (f *form) chooseCustomer(id party.CustomerID) {
	f.set(func() {
		f.head.Customer, f.head.Owner = id, 0
		f.head.Terms, f.head.DueDate = nil, civil.Date{}
	})
}

// goToFault puts the caret on the field that a refusal names.
func (f *form) goToFault(err error) {
	if refusal := fault.Of(err); refusal != nil && refusal.Field != "" {
		f.goTo(refusal.Field)
	}
}
