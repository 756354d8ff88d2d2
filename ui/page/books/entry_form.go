package books

import (
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
	"zafe/ui/theme"
)

// form is a draft being typed.
type form struct {
	*entry
	frame   *kit.Page
	head    *kit.Header
	journal *kit.Select
	date    *kit.DateField
	ref     *kit.LineEdit
	label   *kit.LineEdit
	fields  map[string]*kit.Field
	lines   *lines
	grid    *kit.EditGrid
	banner  *fyne.Container
	files   *attached.Draft

	turn   int   // grows with every change
	saved  int   // turn that the book has
	saving bool  // an answer is awaited
	locked bool  // somebody else changed the draft: the person chooses first
	asked  int64 // the version of the book that the choice is about; 0 without one
}

func newForm(p *entry) *form {
	e := p.env
	f := &form{entry: p, fields: map[string]*kit.Field{}, banner: kit.VBox(0)}
	f.files = attached.NewDraft(e, file.Entry, int64(p.was.ID), f.keep)
	f.head = kit.NewHeader("", "").OnBack(e.T("common.back"), e.Shell.Back)
	f.files.OnCount = f.head.Refresh
	f.head.SetActions(f.actions()...)
	f.journal = kit.NewSelect(journalOptions(p.journals), func(string) { f.changed() })
	f.date = dateField(e, func(civil.Date) { f.changed() })
	f.date.OnRefused = func(err error) { f.fields["date"].SetError(refusal(e, err)) }
	text := func() *kit.LineEdit {
		w := kit.NewLineEdit("")
		w.MaxLength = ledger.TextMax
		w.OnChanged = func(string) { f.changed() }
		return w
	}
	f.ref, f.label = text(), text()
	f.label.OnChanged = func(string) {
		f.changed()
		f.grid.Refresh()
	}
	f.label.OnSubmitted = func(string) { f.grid.Focus() }
	commit := f.date.Edit().OnSubmitted
	f.date.Edit().OnSubmitted = func(text string) {
		if commit != nil {
			commit(text)
		}
		if f.date.Commit() {
			kit.Focus(f.ref)
		}
	}
	f.ref.OnSubmitted = func(string) { kit.Focus(f.label) }
	for name, o := range map[string]fyne.CanvasObject{
		"journal": f.journal, "date": f.date, "ref": f.ref, "label": f.label,
	} {
		f.fields[name] = kit.NewField(e.T("books.field."+name), o)
	}
	f.makeGrid()
	f.banner.Hide()
	top := kit.NewCard("", kit.Cols(theme.GapCard, []float32{1.5, 0.9, 1, 2.6}, f.fields["journal"].Required(),
		f.fields["date"].Required(), f.fields["ref"], f.fields["label"].Required()))
	f.frame = kit.NewPage(f.head, kit.VFill(theme.GapCard, 1, top, f.grid)).Bar(f.banner).
		Foot(kit.HBox(8, kit.Caption(e.T("books.hint_entry")), kit.Spacer()))
	f.show(p.was)
	if e.Still() {
		kit.Still(f.frame)
	}
	return f
}

// refusal is what a field says is wrong, nothing when all is right.
func refusal(e *page.Env, err error) string {
	if err == nil {
		return ""
	}
	return e.Text.Fault(err)
}

func (f *form) actions() []fyne.CanvasObject {
	e, gate := f.env, f.entry.Gate
	gate.Forget()
	out := []fyne.CanvasObject{gate.Write(f.files.Button)}
	if f.was.ID != 0 && e.Can(ledger.EntryDelete.Spec) {
		out = append(out, gate.Write(kit.NewButton(e.T("common.delete"), "trash", kit.Ghost, f.remove)))
	}
	kind := kit.Primary
	if e.Can(ledger.EntryPost.Spec) {
		kind = kit.Secondary
	}
	out = append(out, gate.Write(kit.NewButton(e.T("books.save_draft"), "floppy-disk", kind, f.saveNow)))
	if e.Can(ledger.EntryPost.Spec) {
		out = append(out, gate.Write(kit.NewButton(e.T("books.post_one"), "check", kit.Primary, f.post)))
	}
	return out
}

func (f *form) makeGrid() {
	e := f.env
	f.lines = &lines{
		text: e.Text, accounts: f.accounts, parties: f.parties, clients: map[string]bool{},
		label:   func() string { return f.label.Text() },
		journal: func() ledger.Journal { return f.entry.journal(f.journal.Key()) },
	}
	if e.Can(party.Names.Spec) {
		f.lines.ask = f.askParties
	}
	f.grid = kit.NewEditGrid([]kit.EditColumn{
		{Title: e.T("books.column.account"), Width: 96, Pick: true},
		{Title: e.T("books.column.title"), Width: 220, Weight: 1},
		{Title: e.T("books.column.party"), Width: 112, Pick: true},
		{Title: e.T("books.column.label"), Width: 230, Weight: 1.2},
		{Title: e.T("books.column.debit"), Width: 118, Align: right, Decimal: true},
		{Title: e.T("books.column.credit"), Width: 118, Align: right, Decimal: true},
	}, f.lines)
	f.grid.Explain = func(err error) string { return e.Text.Fault(err) }
	f.grid.OnChanged = f.typed
	f.grid.OnDone = f.done
}

// askParties looks for customers and shows the proposals again when they came.
func (f *form) askParties(text string) {
	req := party.NamesRequest{Text: text, Limit: proposalsMax}
	page.Call(f.env, party.Names, req, func(found []party.Name, err error) {
		if err != nil {
			return // the line can be typed by hand
		}
		f.lines.answer(text, found)
		field := f.grid.Field()
		_, col := f.grid.Cell()
		if (col == colAccount || col == colAux) && strings.TrimSpace(field.Text()) == text {
			field.OnChanged(field.Text()) // asks the model again
		}
	})
}

// show puts a draft in the fields.
func (f *form) show(e ledger.Entry) {
	f.entry.was = e
	f.journal.SetKey(e.Journal)
	f.date.SetDate(e.Date)
	f.ref.SetText(e.Ref)
	f.label.SetText(e.Label)
	f.lines.rows = slices.Clone(e.Lines)
	f.lines.bad = nil
	f.saved = f.turn
	f.grid.Reload()
	f.state()
}

// focus starts where typing starts: the date of a new entry, else its lines.
func (f *form) focus() {
	if f.was.ID == 0 {
		kit.Focus(f.date.Edit())
		return
	}
	f.grid.Focus()
}

// changed notes that the draft is no longer what the book has.
func (f *form) changed() {
	f.turn++
	f.state()
}

// typed follows a value taken by the grid: the first label typed is that of the entry.
func (f *form) typed() {
	if rows := f.lines.rows; f.label.Text() == "" && len(rows) > 0 && rows[0].Label != "" {
		f.label.SetText(rows[0].Label)
		rows[0].Label = ""
	}
	f.changed()
}

func (f *form) unsaved() bool { return f.turn != f.saved && !f.empty() }

func (f *form) empty() bool {
	typed := func(l ledger.Line) bool { return !blank(l) }
	return f.ref.Text() == "" && f.label.Text() == "" && !slices.ContainsFunc(f.lines.rows, typed)
}

// state writes the title, the totals and what is left to do.
func (f *form) state() {
	e := f.env
	title, under := e.T("books.new"), e.T("books.entry.unsaved")
	if f.was.ID != 0 {
		title = e.T("books.entry.draft")
		under = e.T("books.entry.saved", "who", f.was.ChangedBy, "at", f.was.ChangedAt)
	}
	if f.turn != f.saved && f.was.ID != 0 {
		under = e.T("books.entry.changed")
	}
	f.head.SetTitle(title)
	f.head.SetUnder(under)
	debit, credit := f.lines.totals()
	gap := debit.Sub(credit)
	tone := kit.Ok
	if gap != 0 {
		tone = kit.Warn
	}
	f.grid.SetTotals(kit.Total{Label: e.T("books.sum.debit"), Value: e.Text.AmountBare(debit)},
		kit.Total{Label: e.T("books.sum.credit"), Value: e.Text.AmountBare(credit)},
		kit.Total{Label: e.T("books.sum.gap"), Value: e.Text.AmountBare(gap.Abs()), Tone: tone})
	f.hint(gap, debit)
}

func (f *form) hint(gap, debit money.Amount) {
	e := f.env
	switch {
	case len(f.lines.bad) > 0: // the refusal stays in view until its cell is corrected
	case gap > 0:
		f.grid.SetHint(kit.Warn, e.T("books.entry.gap_credit", "gap", gap))
	case gap < 0:
		f.grid.SetHint(kit.Warn, e.T("books.entry.gap_debit", "gap", gap.Abs()))
	case debit == 0:
		f.grid.SetHint(kit.Neutral, e.T("books.entry.start"))
	default:
		f.grid.SetHint(kit.Ok, e.T("books.entry.balanced"))
	}
}

// request is the draft as typed; lines in which nothing was typed are left out.
func (f *form) request() ledger.EntrySaveRequest {
	return ledger.EntrySaveRequest{
		ID: f.was.ID, Version: f.was.Version, ChangedAt: f.was.ChangedAt, Journal: f.journal.Key(), Date: f.date.Date(),
		Ref: f.ref.Text(), RefDate: f.was.RefDate, Label: f.label.Text(), Lines: f.lines.filled(),
	}
}

// explain shows a refusal at the cell or the field it names, and tells whether there was one.
func (f *form) explain(err error) bool {
	for _, w := range f.fields {
		w.SetError("")
	}
	f.lines.bad = nil
	var why *fault.Fault
	if !errors.As(err, &why) {
		f.state()
		return false
	}
	text := f.env.Text.Fault(err)
	if w := f.fields[why.Field]; w != nil {
		w.SetError(text)
		return true
	}
	if row, col, ok := f.lines.blame(why.Field); ok {
		f.grid.Reload()
		f.grid.Goto(row, col)
		f.grid.Focus()
		f.grid.SetHint(kit.Error, text)
		return true
	}
	if why.Field == "lines" {
		f.grid.SetHint(kit.Error, text)
		return true
	}
	return false
}
