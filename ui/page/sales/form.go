package sales

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/party"
	"zafe/app/tax"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
)

// form is the draft of a document being written. The book's answer to each rehearsed or real save is
// what it shows of totals, tax, dates and checks; what the person typed stays theirs.
type form struct {
	page  *document
	env   *page.Env
	kind  billing.Kind
	doc   billing.Document // the book's last answer
	base  billing.Document // what is in the book, as far as the form knows
	head  billing.Header   // as typed
	lines *lines

	turn    int // grows with each change
	saved   int // the turn that is in the book
	savedAt time.Time
	saving  bool
	next    func() // to do after the save under way
	failure error  // of the last save
	locked  bool   // a conflict waits for the person's choice
	asked   int64  // the version of the book that the choice is about; 0 without one
	gone    bool   // another sheet took the place

	rehearsal, autosave kit.Later

	fields   map[string]*kit.Field // by name of the request's field
	customer *kit.Combo
	number   *kit.LineEdit
	date     *kit.DateField
	until    *kit.DateField // due date of an invoice, validity of a quote
	terms    *kit.Select
	method   *kit.Select
	subject  *kit.LineEdit
	ref      *kit.LineEdit
	notes    *kit.TextArea
	place    deliveryFields
	tabs     *kit.Tabs
	legal    *fyne.Container // the mentions, nil until they are shown
	files    *attached.Draft

	grid    *kit.EditGrid
	header  *kit.Header
	pill    *kit.Pill
	issue   *kit.Button
	actions []*kit.Button // off while the book is out of reach
	banner  *fyne.Container
	checks  *checkList
	totals  *fyne.Container
	body    *kit.Page
}

func newForm(d *document, doc billing.Document) *form {
	f := &form{
		page: d, env: d.env, kind: doc.Kind, doc: doc, base: doc, head: doc.Header, fields: map[string]*kit.Field{},
		rehearsal: kit.Later{Wait: restPreview}, autosave: kit.Later{Wait: restSave},
	}
	f.lines = &lines{text: f.env.Text, rows: append([]billing.Line(nil), doc.Lines...), ask: f.findItems}
	seller := tax.Seller{Territory: d.from.Territory, Regime: d.from.Regime, Exigibility: d.from.Exigibility}
	f.lines.free = seller.Imposed()
	f.lines.rates = fr.VATRates(d.from.Territory, today())
	if doc.ID != 0 {
		f.savedAt = doc.Changed.At
		f.followTerms()
	}
	f.build()
	f.fill()
	f.answered(doc)
	if f.env.Still() {
		kit.Still(f.body)
		return f
	}
	if doc.ID == 0 {
		if doc.Customer != 0 {
			f.readCustomer(doc.Customer)
		}
		f.rehearse()
		kit.After(restShown, f.begin)
	}
	return f
}

// begin puts the caret where a new document starts.
func (f *form) begin() {
	switch {
	case f.gone || f.turn > 0:
	case f.head.Customer == 0:
		f.customer.Focus()
	default:
		f.grid.Focus()
	}
}

// followTerms forgets a due date that is that of the terms, so that it goes on following them.
func (f *form) followTerms() {
	day := f.doc.Date
	if day.IsZero() {
		day = today()
	}
	if t := f.head.Terms; t != nil && t.DueDate(day) == f.head.DueDate {
		f.head.DueDate = civil.Date{}
	}
}

// findItems asks for the articles a text may mean and shows them when they come.
func (f *form) findItems(text string) {
	page.Call(f.env, catalog.Names, catalog.NamesRequest{Text: text}, func(found []catalog.Item, err error) {
		if err != nil {
			return // the line can be typed by hand
		}
		f.lines.answer(text, found)
		field := f.grid.Field()
		if _, col := f.grid.Cell(); col == colText && field.Text() == text {
			field.OnChanged(text) // asks the model again
		}
	})
}

// readCustomer shows the customer a new document starts with.
func (f *form) readCustomer(id party.CustomerID) {
	page.Call(f.env, party.Get, party.IDRequest{ID: id}, func(c party.Customer, err error) {
		if err == nil {
			f.customer.SetChosen(kit.Option{Key: customerKey(c.ID), Text: c.Name})
		}
	})
}

// changed is told of everything the person does to the draft.
func (f *form) changed() {
	f.turn++
	f.showState()
	if f.locked {
		return
	}
	f.rehearsal.Do(f.rehearse)
	f.autosave.Do(func() { f.save(nil) })
}

// request is the draft as typed.
func (f *form) request() billing.SaveRequest {
	r := billing.SaveRequest{ID: f.doc.ID, Version: f.doc.Version, Header: f.head}
	if r.ID != 0 {
		r.ChangedAt = f.base.Changed.At
	}
	r.Delivery = f.place.address()
	r.Lines = append([]billing.Line{}, f.lines.rows...)
	return r
}

// read names the draft as it is known here.
func (f *form) read() billing.IssueRequest {
	return billing.IssueRequest{ID: f.doc.ID, Version: f.doc.Version, ChangedAt: f.base.Changed.At}
}

// blank tells whether nothing worth keeping was typed yet.
func (f *form) blank() bool {
	return f.doc.ID == 0 && f.head.Customer == 0 && len(f.lines.rows) == 0 && f.head.Subject == "" &&
		f.head.Notes == "" && f.head.CustomerRef == "" && f.head.PurchaseOrder == ""
}

// object implements sheet.
func (f *form) object() fyne.CanvasObject { return f.body }

// unsaved implements sheet. What is under the caret of the lines counts.
func (f *form) unsaved() bool {
	return f.grid.Refusal() != "" || !f.grid.Commit() || f.turn != f.saved && !f.blank()
}

// keep saves the draft, for what needs it in the book, then goes on with its id.
func (f *form) keep(then func(id int64)) {
	f.changedLine()
	if f.blank() {
		f.env.Shell.Toast(kit.Info, f.env.T("attached.nothing_yet"))
		return
	}
	f.save(func() { then(int64(f.doc.ID)) })
}

// leave stops what was waiting, when another sheet takes the place.
func (f *form) leave() {
	f.gone = true
	f.rehearsal.Stop()
	f.autosave.Stop()
}

// refresh implements sheet: what is typed is saved rather than lost, and what others changed is shown
// when nothing is typed.
func (f *form) refresh() {
	f.gate()
	if f.locked && f.asked != 0 && !f.saving {
		f.askAgain()
	}
	if f.locked || f.saving {
		return
	}
	if f.unsaved() {
		f.save(nil)
		return
	}
	if f.doc.ID == 0 {
		f.rehearse()
		return
	}
	turn := f.turn
	page.Call(f.env, billing.Get, billing.DocumentRequest{ID: f.doc.ID}, func(c billing.Card, err error) {
		switch {
		case missing(err) && !f.gone && !f.locked:
			f.turn++ // nothing of it is in the book
			f.conflict(err)
		case err != nil || f.gone || turn != f.turn:
		case f.another(c.Document):
			f.turn++
			f.conflict(fault.New(fault.NotFound, "billing.not_found"))
		case !c.Final && f.wentBack(c.Document):
			f.turn++
			f.lock()
			f.settle(c)
		case c.Final || c.Version != f.doc.Version:
			f.page.show(c)
		default:
			f.answered(c.Document)
		}
	})
}

// online implements sheet: what was typed meanwhile is saved when the book is back.
func (f *form) online() {
	f.gate()
	f.files.SetOnline(f.env.Shell.Online())
	f.showState()
	if f.env.Shell.Online() && f.unsaved() {
		f.save(nil)
	}
}

// commands implements sheet.
func (f *form) commands() []kit.Command {
	const ctrl = fyne.KeyModifierShortcutDefault
	out := []kit.Command{
		{Key: fyne.KeyS, Mod: ctrl, Run: f.saveNow},
		{Key: fyne.KeyP, Mod: ctrl, Run: f.preview},
		{Key: fyne.KeyF4, Run: f.editLine},
		{Key: fyne.KeyEscape, Run: f.env.Shell.Back},
		{Key: fyne.KeyN, Mod: ctrl, Run: func() {
			page.Writable(f.env, func() { f.env.Shell.Open(routeOf(f.kind, 0)) })
		}},
	}
	if f.issue != nil {
		out = append(out, kit.Command{Key: fyne.KeyF10, Run: f.askIssue})
	}
	return out
}
