package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// askIssue rehearses the issue of the draft and shows what it will do; a yes does it.
func (f *form) askIssue() {
	page.Writable(f.env, func() {
		f.changedLine()
		f.save(func() {
			req := f.read()
			if f.kind == billing.Quote {
				page.Preview(f.env, billing.SendQuote, req, func(d billing.Document, err error) {
					f.rehearsed(billing.IssueAnswer{Document: d}, err)
				})
				return
			}
			page.Preview(f.env, billing.Issue, req, f.rehearsed)
		})
	})
}

// rehearsed shows the number to be, the amount and the entry, or why the draft cannot be issued.
func (f *form) rehearsed(a billing.IssueAnswer, err error) {
	e := f.env
	if err != nil {
		if !f.explain(err) {
			e.Shell.Fail(err)
		}
		f.goToFault(err)
		return
	}
	kind := string(f.kind)
	facts := kit.VBox(6,
		kit.Line(e.T("sales_ui.issue.number"), a.Number),
		kit.Line(e.T("sales_ui.issue.customer"), a.Buyer.Name),
		kit.Line(e.T("sales_ui.issue.date"), e.Text.Date(a.Date)))
	if f.kind == billing.Invoice {
		facts.Add(kit.Line(e.T("sales_ui.issue.due"), e.Text.Date(a.DueDate)))
	}
	facts.Add(kit.Separator())
	facts.Add(kit.TotalLine(e.T("sales_ui.issue.gross"),
		kit.NewLabel(e.Text.Amount(a.Gross), kit.Style{Size: theme.SizeTitle, Weight: kit.Bold})))
	body := kit.VBox(14, kit.MutedParagraph(e.T("sales_ui.issue.text."+kind)), facts)
	var entry *kit.Grid
	if len(a.Posting.Lines) > 0 {
		title := e.T("sales_ui.issue.entry", "journal", a.Posting.Journal)
		body.Add(kit.NewLabel(title, kit.Style{Weight: kit.Medium}))
		entry = entryGrid(e, a.Posting)
		rows := min(len(a.Posting.Lines), entryRowsMax)
		body.Add(kit.Fixed(0, theme.RowHeader+float32(rows)*theme.RowCompact+6, entry))
	}
	var m *kit.Modal
	do := func() {
		m.Close()
		f.doIssue()
	}
	yes := kit.NewButton(e.T("sales_ui.issue.act."+kind, "number", a.Number), "check", kit.Primary, do)
	m = kit.NewModal(e.T("sales_ui.issue.title."+kind), 620, body,
		kit.NewButton(e.T("sales_ui.issue.not_yet"), "", kit.Secondary, func() { m.Close() }), yes).OnEnter(do)
	m.Show(e.Window)
	m.Focus(yes)
	if entry != nil {
		entry.Unselect() // opening put the focus on it for an instant
	}
}

// entryGrid shows an accounting entry.
func entryGrid(e *page.Env, entry ledger.Entry) *kit.Grid {
	amount := func(a money.Amount) kit.CellView {
		if a == 0 {
			return kit.CellView{}
		}
		return kit.CellView{Text: e.Text.AmountBare(a)}
	}
	g := kit.NewGrid([]kit.Column{
		{Title: e.T("sales_ui.entry.account"), Width: 84},
		{Title: e.T("sales_ui.entry.label"), Width: 180, Weight: 1},
		{Title: e.T("sales_ui.entry.debit"), Width: 100, Align: fyne.TextAlignTrailing},
		{Title: e.T("sales_ui.entry.credit"), Width: 100, Align: fyne.TextAlignTrailing},
	}, func() int { return len(entry.Lines) }, func(row, col int) kit.CellView {
		l := entry.Lines[row]
		switch col {
		case 0:
			return kit.CellView{Text: l.Account, Weight: kit.Medium}
		case 1:
			text := l.AuxLabel
			if text == "" {
				text = l.Label
			}
			if text == "" {
				text = entry.Label
			}
			return kit.CellView{Text: text, Color: theme.Muted}
		case 2:
			return amount(l.Debit)
		default:
			return amount(l.Credit)
		}
	})
	g.Plain = true
	return g
}

// entryRowsMax is how many lines of an entry are shown before it scrolls.
const entryRowsMax = 7

// doIssue makes the draft final and turns to its view.
func (f *form) doIssue() {
	e := f.env
	req := f.read()
	done := func(d billing.Document, err error) {
		if err != nil {
			f.refusedIssue(err)
			return
		}
		f.leave()
		f.page.changed()
		e.Shell.Changed("ledger")
		e.Shell.Toast(kit.Ok, e.T("sales_ui.issued."+string(f.kind), "number", d.Number))
		f.page.load()
	}
	if f.kind == billing.Quote {
		page.Call(e, billing.SendQuote, req, done)
		return
	}
	page.Call(e, billing.Issue, req, func(a billing.IssueAnswer, err error) { done(a.Document, err) })
}

func (f *form) refusedIssue(err error) {
	f.refusedSave(err)
	f.failure = nil
	if !f.locked {
		f.env.Shell.Fail(err)
	}
}
