package sales

import (
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// build makes the widgets of the form.
func (f *form) build() {
	e := f.env
	f.pill = kit.NewPill("", kit.Neutral)
	f.header = kit.NewHeader("", "").OnBack(e.T("sales_ui.key.back"), e.Shell.Back)
	f.makeActions()
	f.makeFields()
	f.makeGrid()
	f.banner = kit.VBox(0)
	f.banner.Hide()
	f.checks = newCheckList(f.goTo)
	f.totals = kit.VBox(5)

	weights := []float32{2.1, 1.25, 1.05, 1.35}
	top := kit.NewCard("", kit.VBox(theme.GapField,
		kit.Cols(theme.GapCard, weights, f.field("customer", "customer", f.customer),
			kit.NewField(e.T("sales_ui.field.number"), f.number), f.field("date", "date", f.date), f.termsField()),
		kit.Cols(theme.GapCard, weights, f.field("subject", "subject", f.subject),
			f.field("customer_ref", "customer_ref", f.ref), f.untilField(), f.field("method", "method", f.method)),
	))
	bottom := kit.Cols(theme.GapCard, []float32{1.3, 1, 1.17},
		kit.NewCard("", f.makeNotes()).Room(12),
		kit.NewCard("", kit.VFill(theme.GapTight, 1,
			kit.Caption(e.T("sales_ui.checks."+string(f.kind))), f.checks.object)),
		kit.NewCard("", f.totals))
	f.body = kit.NewPage(f.header, kit.NewScroll(kit.Split(theme.GapCard, []float32{0, 1, 0}, top,
		kit.Fixed(0, linesLeast, f.grid), kit.Fixed(0, bottomHeight, bottom)))).Bar(f.banner)
}

// bottomHeight is that of the cards under the lines. The lines have linesLeast at least, four of them: where there is
// less room, on a low screen under banners, the whole form scrolls.
const (
	bottomHeight float32 = 180
	linesLeast   float32 = 182
)

// field labels a control and keeps it under the name of its field in the request.
func (f *form) field(name, label string, control fyne.CanvasObject) *kit.Field {
	w := kit.NewField(f.env.T("sales_ui.field."+label), control)
	f.fields[name] = w
	return w
}

func (f *form) makeFields() {
	e := f.env
	f.customer = newCustomerCombo(e, f.chooseCustomer, f.createCustomer)
	f.number = kit.NewLineEdit("")
	f.number.ReadOnly = true
	f.number.Disable()
	f.date = dateField(e, func(d civil.Date) { f.set(func() { f.head.Date = d }) })
	f.date.OnRefused = f.refused("date")
	f.until = dateField(e, func(d civil.Date) { f.set(func() { *f.untilDate() = d }) })
	f.until.OnRefused = f.refused(f.untilName())
	f.terms = kit.NewSelect(nil, func(key string) {
		f.set(func() { f.head.Terms, f.head.DueDate = termsOf(key), civil.Date{} })
	})
	f.method = kit.NewSelect(methods(e), func(key string) {
		f.set(func() { f.head.Method = billing.Method(key) })
	})
	f.subject = f.text("", func(s string) { f.head.Subject = s })
	f.ref = f.text("", func(s string) { f.head.CustomerRef = s })
	// Enter leads from the customer to the lines, the rest of the header being right most of the time.
	f.customer.Edit().OnSubmitted = func(string) { kit.Focus(f.subject) }
	f.subject.OnSubmitted = func(string) { f.grid.Focus() }
	f.ref.OnSubmitted = func(string) { f.grid.Focus() }
}

// set changes the header and tells it.
func (f *form) set(change func()) {
	change()
	f.changed()
}

func (f *form) text(placeholder string, put func(string)) *kit.LineEdit {
	w := kit.NewLineEdit(placeholder)
	w.MaxLength = billing.TextMax
	w.OnChanged = func(s string) { f.set(func() { put(s) }) }
	return w
}

// refused shows what is wrong with a date under its field.
func (f *form) refused(name string) func(error) {
	return func(err error) { f.fields[name].SetError(f.env.Text.Fault(err)) }
}

// untilDate is the date after which a document is late: due date, or end of validity of a quote.
func (f *form) untilDate() *civil.Date {
	if f.kind == billing.Quote {
		return &f.head.ValidUntil
	}
	return &f.head.DueDate
}

func (f *form) untilName() string {
	if f.kind == billing.Quote {
		return "valid_until"
	}
	return "due_date"
}

func (f *form) untilField() fyne.CanvasObject {
	w := f.field(f.untilName(), f.untilName(), f.until)
	if f.kind == billing.CreditNote {
		f.until.Disable()
	}
	return w
}

func (f *form) termsField() fyne.CanvasObject {
	w := f.field("terms", "terms", f.terms)
	if f.kind == billing.CreditNote {
		f.terms.Disable()
	}
	return w
}

// methods are the means of payment to choose from.
func methods(e *page.Env) []kit.Option {
	out := []kit.Option{{Key: "", Text: e.T("sales_ui.method.any")}}
	for _, m := range fr.AllPaymentMeans() {
		out = append(out, kit.Option{Key: m.Key, Text: e.T("fr.payment." + m.Key)})
	}
	return out
}

// usualTerms are the payment terms people choose among, as keys of termsOf.
var usualTerms = []string{"0", "8", "15", "30", "45", "60", "30e", "45e"}

// termsKey writes payment terms as the key of an option: days, and "e" for the end of the month.
func termsKey(t *billing.Terms) string {
	if t == nil {
		return ""
	}
	key := strconv.Itoa(t.Days)
	if t.EndOfMonth {
		key += "e"
	}
	return key
}

// termsOf reads the key of an option.
func termsOf(key string) *billing.Terms {
	t := billing.Terms{}
	if n := len(key); n > 0 && key[n-1] == 'e' {
		t.EndOfMonth = true
		key = key[:n-1]
	}
	days, err := strconv.Atoi(key)
	if err != nil {
		return nil
	}
	t.Days = days
	return &t
}

// termsName says payment terms in words.
func termsName(e *page.Env, t billing.Terms) string {
	switch {
	case t.Days == 0 && !t.EndOfMonth:
		return e.T("billing.terms.now")
	case t.EndOfMonth:
		return e.Text.N("billing.terms.end_of_month", t.Days, nil)
	default:
		return e.Text.N("billing.terms.days", t.Days, nil)
	}
}

// showTerms offers the usual terms and those of the document.
func (f *form) showTerms(t *billing.Terms) {
	if t == nil {
		return
	}
	current := termsKey(t)
	var options []kit.Option
	known := false
	for _, key := range usualTerms {
		options = append(options, kit.Option{Key: key, Text: termsName(f.env, *termsOf(key))})
		known = known || key == current
	}
	if !known {
		options = append(options, kit.Option{Key: current, Text: termsName(f.env, *t)})
	}
	f.terms.SetOptions(options)
	f.terms.SetKey(current)
}

func (f *form) makeGrid() {
	e := f.env
	f.grid = kit.NewEditGrid([]kit.EditColumn{
		{Title: e.T("sales_ui.line.text"), Width: 220, Weight: 1, Offer: true},
		{Title: e.T("sales_ui.line.quantity"), Width: 70, Align: fyne.TextAlignTrailing, Decimal: true},
		{Title: e.T("sales_ui.line.unit"), Width: 64, Pick: true},
		{Title: e.T("sales_ui.line.price"), Width: 98, Align: fyne.TextAlignTrailing, Decimal: true},
		{Title: e.T("sales_ui.line.discount"), Width: 74, Align: fyne.TextAlignTrailing, Decimal: true},
		{Title: e.T("sales_ui.line.vat"), Width: 78, Align: fyne.TextAlignTrailing, Decimal: true, Pick: true},
		{Title: e.T("sales_ui.line.net"), Width: 108, Align: fyne.TextAlignTrailing},
	}, f.lines)
	f.grid.Explain = e.Text.Fault
	f.grid.OnChanged = f.changed
	f.grid.OnMoved = func(row, _ int) { f.hint(row) }
	f.grid.OnDone = func() { f.notes.Focus() }
	f.hint(0)
}

// hint says under the lines what the keys do, and what a line holds that is not seen.
func (f *form) hint(row int) {
	text := f.env.T("sales_ui.line.hint")
	if l, ok := f.lines.line(row); ok {
		if n := newlines(l.Description); n > 0 {
			text = f.env.Text.N("sales_ui.line.more", n, nil)
		}
	}
	if f.env.Still() {
		text = page.Shut(f.env)
	}
	if f.grid != nil {
		f.grid.SetHint(kit.Neutral, text)
	}
}

func newlines(s string) int {
	n := 0
	for _, r := range s {
		if r == '\n' {
			n++
		}
	}
	return n
}
