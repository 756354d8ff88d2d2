package books

import (
	"fyne.io/fyne/v2"

	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// journal is the tab of one journal, line by line, or of the totals of all month by month.
type journal struct {
	*book
	pick    *kit.Select
	span    *span
	grid    *kit.Grid
	central *kit.Grid
	months  []ledger.JournalMonth
	foot    *kit.Label
	list    chain[ledger.LineRow, ledger.LineMark]
	got     ledger.JournalPage
	body    *fyne.Container
	root    fyne.CanvasObject
}

// centralKey is the option that shows the totals of every journal.
const centralKey = "*"

func newJournal(b *book) *journal {
	e := b.env
	s := &journal{book: b, foot: kit.Caption("")}
	s.list.fetch, s.list.arrived = s.fetch, s.arrived
	options := append(kit.Options(centralKey, e.T("books.journal.central")), journalOptions(b.journals)...)
	s.pick = kit.NewSelect(options, func(string) { s.refresh() })
	s.pick.SetKey(centralKey)
	for _, j := range b.journals {
		if j.Kind == ledger.SalesJournal && !j.Archived {
			s.pick.SetKey(j.Code)
			break
		}
	}
	s.span = newSpan(e, b.years, false, s.refresh)
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.date"), Width: 92},
		{Title: e.T("books.column.num"), Width: 104},
		{Title: e.T("books.column.ref"), Width: 116},
		{Title: e.T("books.column.account"), Width: 82},
		{Title: e.T("books.column.title"), Width: 150, Weight: 1},
		{Title: e.T("books.column.party"), Width: 140, Weight: 1.2},
		{Title: e.T("books.column.label"), Width: 190, Weight: 1.6},
		{Title: e.T("books.column.debit"), Width: 108, Align: right},
		{Title: e.T("books.column.credit"), Width: 108, Align: right},
	}, s.list.count, func(row, col int) kit.CellView {
		r, _ := s.list.at(row)
		names := []string{"date", "num", "ref", "account", "title", "party", "label", "debit", "credit"}
		v := lineCell(e, r, names[col])
		if before, ok := s.list.at(row - 1); ok && before.Entry == r.Entry && col < 3 {
			return kit.CellView{} // the head of an entry is told once
		}
		return v
	})
	s.grid.Loaded, s.grid.Need, s.grid.Plain = s.list.loaded, s.list.need, true
	s.grid.OnOpen = func(row int) {
		if r, ok := s.list.at(row); ok {
			s.open(r.Entry)
		}
	}
	s.makeCentral()
	s.body = kit.VFill(0, 0, s.grid)
	bar := kit.HBox(12, kit.Fixed(240, 0, s.pick), s.span.object(), kit.Spacer())
	s.root = kit.VFill(10, 1, bar, s.body,
		kit.HBox(8, s.foot, kit.Spacer(), kit.Caption(e.T("books.hint_lines"))))
	s.refresh()
	return s
}

// makeCentral is the grid of the totals of all journals (centralisateur).
func (s *journal) makeCentral() {
	e := s.env
	s.central = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.journal"), Width: 80},
		{Title: e.T("books.column.title"), Width: 220, Weight: 1},
		{Title: e.T("books.column.month"), Width: 150},
		{Title: e.T("books.column.entries"), Width: 100, Align: right},
		{Title: e.T("books.column.debit"), Width: 130, Align: right},
		{Title: e.T("books.column.credit"), Width: 130, Align: right},
	}, func() int { return len(s.months) }, func(row, col int) kit.CellView {
		m := s.months[row]
		switch col {
		case 0:
			return kit.CellView{Text: m.Journal, Weight: kit.Bold}
		case 1:
			return kit.CellView{Text: m.Title, Color: theme.Muted}
		case 2:
			return kit.CellView{Text: monthName(e, m.Month)}
		case 3:
			return kit.CellView{Text: e.Text.Number(m.Entries)}
		case 4:
			return figure(e, m.Debit, kit.Regular)
		default:
			return figure(e, m.Credit, kit.Regular)
		}
	})
	s.central.OnOpen = func(row int) {
		m := s.months[row]
		if p, ok := monthOf(m.Month); ok {
			s.pick.SetKey(m.Journal)
			s.span.pick.SetKey(spanCustom)
			s.span.set(p)
			s.refresh()
		}
	}
	s.central.SetEmpty(kit.NewEmpty("books", e.T("books.journal.none"), e.T("books.nothing_hint"), nil))
}

func (s *journal) refresh() {
	if s.pick.Key() != centralKey {
		s.body.Objects = []fyne.CanvasObject{s.grid}
		s.body.Refresh()
		s.grid.ScrollToTop()
		s.list.reset()
		return
	}
	s.body.Objects = []fyne.CanvasObject{s.central}
	s.body.Refresh()
	days := s.span.days()
	req := ledger.CentralRequest{From: days.From, To: days.To}
	page.Fill(s.env, ledger.CentralOf, req, func(c ledger.Central) {
		s.months = c.Months
		s.central.SetFoot(s.sums(6, c.Debit, c.Credit))
		s.central.Reload()
		s.foot.SetText("")
	}, s.central)
}

func (s *journal) fetch(after ledger.LineMark, answer func([]ledger.LineRow, bool, ledger.LineMark, error)) {
	days := s.span.days()
	req := ledger.JournalRequest{Journal: s.pick.Key(), From: days.From, To: days.To, After: after}
	page.Call(s.env, ledger.JournalOf, req, func(p ledger.JournalPage, err error) {
		s.got = p
		answer(p.Lines, p.More, p.Next, err)
	})
}

func (s *journal) arrived(first bool, err error) {
	e := s.env
	if first {
		page.Answered(e, err, s.grid)
	}
	if err != nil {
		e.Shell.Fail(err)
		return
	}
	if first {
		s.grid.SetEmpty(kit.NewEmpty("books", e.T("books.journal.none"), e.T("books.nothing_hint"), nil))
		s.grid.SetFoot(s.sums(9, s.got.Debit, s.got.Credit))
	}
	key := "books.count_line"
	if s.list.more {
		key = "books.count_line_more"
	}
	s.foot.SetText(e.Text.N(key, len(s.list.rows), nil))
	s.grid.Reload()
}

// sums is the line of totals of a grid whose last two columns are the debit and the credit.
func (s *journal) sums(columns int, debit, credit money.Amount) []kit.CellView {
	if debit == 0 && credit == 0 {
		return nil
	}
	out := make([]kit.CellView, columns)
	out[1] = kit.CellView{Text: s.env.T("books.total"), Weight: kit.Bold}
	out[columns-2] = figure(s.env, debit, kit.Bold)
	out[columns-1] = figure(s.env, credit, kit.Bold)
	return out
}

func (s *journal) object() fyne.CanvasObject { return s.root }
func (s *journal) search() fyne.Focusable    { return s.pick }
