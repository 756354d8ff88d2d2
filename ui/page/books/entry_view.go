package books

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
	"zafe/ui/theme"
)

// view shows an entry that cannot be changed: posted, or read by somebody who may not write.
type view struct {
	*entry
	frame *kit.Page
	tabs  *kit.Tabs
}

func newView(p *entry) *view {
	e := p.env
	v := &view{entry: p}
	was := p.was
	title, under := was.Num, e.T("books.view.under", "date", was.ValidDate, "who", was.ChangedBy)
	switch {
	case was.ID.IsDraft():
		title, under = e.T("books.entry.draft"), e.T("books.entry.saved", "who", was.ChangedBy, "at", was.ChangedAt)
	case was.ChangedBy == "":
		under = e.T("books.view.under_date", "date", was.ValidDate)
	}
	head := kit.NewHeader(title, under, v.actions()...).OnBack(e.T("common.back"), e.Shell.Back)
	p.files = attached.New(e, file.Subject{Kind: file.Entry, ID: int64(was.ID)})
	v.tabs = kit.NewTabs(kit.Tab{Key: "lines", Text: e.T("books.view.lines"), Make: v.grid},
		kit.Tab{Key: "files", Text: e.T("attached.title"), Make: p.files.Object})
	p.files.OnCount = func(n int) { v.tabs.SetCount("files", attached.Count(e, n)) }
	p.files.Read()
	p.drop = func(paths []string) {
		v.tabs.SetKey("files")
		p.files.Drop(paths)
	}
	v.frame = kit.NewPage(head, kit.VFill(theme.GapCard, 1, v.facts(), kit.NewCard("", v.tabs).Room(14)))
	if o := v.links(); o != nil {
		v.frame.Bar(o)
	}
	return v
}

func (v *view) object() fyne.CanvasObject { return v.frame }

func (v *view) actions() []fyne.CanvasObject {
	e, was := v.env, v.was
	v.Forget()
	var out []fyne.CanvasObject
	if !e.Can(ledger.EntrySave.Spec) || was.ID.IsDraft() {
		return out
	}
	repeat := func() {
		e.Shell.Open(page.Route{Name: routeEntry, Arg: copyArg + strconv.FormatInt(int64(was.ID), 10)})
	}
	out = append(out, v.Write(kit.NewButton(e.T("common.duplicate"), "copy", kit.Ghost, repeat)))
	if e.Can(ledger.EntryReverse.Spec) && was.ReversedBy == 0 && was.Reverses == 0 && was.Source == "" {
		reverse := kit.NewButton(e.T("books.reverse"), "arrow-counter-clockwise", kit.Secondary, v.reverse)
		out = append(out, v.Write(reverse))
	}
	return append(out, v.Write(kit.NewButton(e.T("books.new"), "plus", kit.Primary, v.next)))
}

// links lead to the entry that cancels this one, or that this one cancels.
func (v *view) links() fyne.CanvasObject {
	e, was := v.env, v.was
	to := func(id ledger.EntryID) *kit.Button {
		return kit.NewButton(e.T("books.view.see"), "arrow-square-out", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: routeEntry, ID: int64(id)})
		}).Small()
	}
	switch {
	case was.ReversedBy != 0:
		return kit.NewNotice(kit.Warn, e.T("books.view.reversed"), e.T("books.view.reversed_text"), to(was.ReversedBy))
	case was.Reverses != 0:
		return kit.NewNotice(kit.Info, e.T("books.view.reverses"), was.Reason, to(was.Reverses))
	case was.Import != 0:
		return kit.NewNotice(kit.Info, e.T("books.view.imported"), e.T("books.view.imported_text"))
	}
	return nil
}

// facts is the head of the entry.
func (v *view) facts() fyne.CanvasObject {
	e, was := v.env, v.was
	fact := func(key, text string) fyne.CanvasObject {
		if text == "" {
			text = "–"
		}
		return kit.VBox(2, kit.Caption(e.T("books.field."+key)),
			kit.NewLabel(text, kit.Style{Weight: kit.Medium, Shrink: true}))
	}
	key, tone := "posted", kit.Ok
	switch {
	case was.ID.IsDraft():
		key, tone = "draft", kit.Info
	case was.ReversedBy != 0:
		key, tone = "reversed", kit.Neutral
	case was.Import != 0:
		key, tone = "imported", kit.Neutral
	}
	state := kit.VBox(2, kit.Caption(e.T("books.column.state")),
		kit.HBox(0, kit.NewPill(e.T("books.state."+key), tone)))
	j := v.journal(was.Journal)
	date := ""
	if !was.RefDate.IsZero() {
		date = e.Text.Date(was.RefDate)
	}
	cols := []fyne.CanvasObject{
		fact("journal", strings.TrimSuffix(j.Code+" – "+j.Title, " – ")), fact("date", e.Text.Date(was.Date)),
		fact("ref", was.Ref), fact("ref_date", date), fact("label", was.Label), state,
	}
	if o := v.source(); o != nil {
		cols = append(cols, o)
	}
	return kit.NewCard("", kit.Cols(theme.GapCard, []float32{1.4, 0.9, 1.1, 0.9, 2.4, 1, 1.2}, cols...))
}

// source leads to the document that made the entry.
func (v *view) source() fyne.CanvasObject {
	e := v.env
	kind, ref, ok := strings.Cut(v.was.Source, ":")
	if !ok {
		return nil
	}
	route := page.Route{Name: "payments"}
	if kind != "payment" {
		id, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			return nil
		}
		route = page.Route{Name: "invoice", ID: id}
	}
	return kit.NewButton(e.T("books.view.source"), "arrow-square-out", kit.Secondary,
		func() { e.Shell.Open(route) }).Small()
}

func (v *view) grid() fyne.CanvasObject {
	e, rows := v.env, v.was.Lines
	grid := kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.account"), Width: 92},
		{Title: e.T("books.column.title"), Width: 190, Weight: 1},
		{Title: e.T("books.column.party"), Width: 150},
		{Title: e.T("books.column.label"), Width: 190, Weight: 1.2},
		{Title: e.T("books.column.due"), Width: 92},
		{Title: e.T("books.column.match"), Width: 66},
		{Title: e.T("books.column.debit"), Width: 112, Align: right},
		{Title: e.T("books.column.credit"), Width: 112, Align: right},
	}, func() int { return len(rows) }, func(row, col int) kit.CellView {
		l := rows[row]
		switch col {
		case 4:
			if l.DueDate.IsZero() {
				return kit.CellView{}
			}
			return kit.CellView{Text: e.Text.Date(l.DueDate), Color: theme.Muted}
		case 3:
			if l.Label == "" {
				return kit.CellView{Text: v.was.Label, Color: theme.Muted}
			}
			return kit.CellView{Text: l.Label}
		}
		r := ledger.LineRow{
			Account: l.Account, Title: v.title(l.Account), Aux: l.Aux, AuxLabel: l.AuxLabel, Match: l.Match,
			Partial: l.Match != strings.ToUpper(l.Match), Debit: l.Debit, Credit: l.Credit,
		}
		return lineCell(e, r, []string{"account", "title", "party", "", "", "match", "debit", "credit"}[col])
	})
	grid.OnOpen = func(row int) {
		l := rows[row]
		target := tabGeneral + ":" + l.Account
		if l.Aux != "" {
			target += ":" + l.Aux
		}
		e.Shell.Open(page.Route{Name: routeBooks, Arg: target})
	}
	grid.Frameless = true
	debit, credit := v.was.Totals()
	grid.SetFoot([]kit.CellView{
		{},
		{Text: e.T("books.total"), Weight: kit.Bold},
		{},
		{},
		{},
		{},
		figure(e, debit, kit.Bold), figure(e, credit, kit.Bold),
	})
	return grid
}

// reverse asks why, then posts the entry that cancels this one.
func (v *view) reverse() {
	e := v.env
	page.Writable(e, func() {
		reason := kit.NewLineEdit(e.T("books.reverse.hint"))
		reason.MaxLength = ledger.TextMax
		date := dateField(e, nil)
		fields := map[string]*kit.Field{
			"reason": kit.NewField(e.T("books.reverse.reason"), reason).Required(),
			"date":   kit.NewField(e.T("books.reverse.date"), date).Hint(e.T("books.reverse.date_hint")),
		}
		var m *kit.Modal
		run := func() {
			if !date.Commit() {
				return
			}
			req := ledger.ReverseRequest{ID: v.was.ID, Date: date.Date(), Reason: reason.Text()}
			page.Call(e, ledger.EntryReverse, req, func(r ledger.Entry, err error) {
				for _, f := range fields {
					f.SetError("")
				}
				if err != nil {
					f := fault.Of(err)
					at := fields[f.Field]
					if at == nil {
						at = fields["reason"]
					}
					at.SetError(e.Text.Fault(f))
					return
				}
				m.Close()
				e.Shell.Toast(kit.Ok, e.T("books.reverse.done", "num", r.Num))
				e.Shell.Changed("ledger")
				v.read()
			})
		}
		body := kit.VBox(14, kit.MutedParagraph(e.T("books.reverse.text", "num", v.was.Num)),
			fields["reason"], fields["date"])
		m = kit.NewModal(e.T("books.reverse"), 520, body,
			kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
			kit.NewButton(e.T("books.reverse"), "check", kit.Primary, run)).OnEnter(run)
		m.Show(e.Window)
		m.Focus(reason)
	})
}
