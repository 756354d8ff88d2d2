package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// general is the tab of the ledger of one account or party.
type general struct {
	*book
	combo  *kit.Combo
	span   *span
	open   *kit.Switch
	grid   *kit.Grid
	name   *kit.Label
	foot   *kit.Label
	match  *kit.Button
	figure map[string]*kit.Label
	list   chain[ledger.LineRow, ledger.LineMark]
	got    ledger.GeneralLedger

	account, aux string
	root         fyne.CanvasObject
}

func newGeneral(b *book) *general {
	e := b.env
	s := &general{book: b, name: kit.Sub(""), foot: kit.Caption(""), figure: map[string]*kit.Label{}}
	s.list.fetch, s.list.arrived = s.fetch, s.arrived
	s.combo = accountCombo(e, b.years, false, func(account, aux string) {
		s.account, s.aux = account, aux
		s.restart()
	})
	s.span = newSpan(e, b.years, false, s.restart)
	s.open = kit.NewSwitch(e.T("books.general.open"), "", func(bool) { s.restart() })
	s.match = kit.NewButton(e.T("books.tab.match"), "link", kit.Secondary, func() {
		s.show(tabMatch, s.account, s.aux)
	}).Small()
	s.makeGrid()
	sums := kit.HBox(24, s.name, kit.Spacer())
	for _, key := range []string{"opening", "debit", "credit", "closing"} {
		s.figure[key] = kit.NewLabel("", kit.Style{Weight: kit.Bold})
		sums.Add(kit.HBox(6, kit.NewLabel(e.T("books.sum."+key), kit.Style{Color: theme.Muted}), s.figure[key]))
	}
	bar := kit.HBox(12, kit.Fixed(264, 0, s.combo), s.span.object(), s.open, kit.Spacer(), s.match)
	head := kit.NewCard("", sums).Room(12)
	s.root = kit.VFill(10, 2, bar, head, s.grid,
		kit.HBox(8, s.foot, kit.Spacer(), kit.Caption(e.T("books.hint_lines"))))
	s.aim(b.target)
	return s
}

func (s *general) makeGrid() {
	e := s.env
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.date"), Width: 92},
		{Title: e.T("books.column.journal"), Width: 62, Spare: true},
		{Title: e.T("books.column.num"), Width: 104},
		{Title: e.T("books.column.ref"), Width: 112},
		{Title: e.T("books.column.label"), Width: 200, Weight: 1},
		{Title: e.T("books.column.party"), Width: 130},
		{Title: e.T("books.column.match"), Width: 62},
		{Title: e.T("books.column.debit"), Width: 106, Align: right},
		{Title: e.T("books.column.credit"), Width: 106, Align: right},
		{Title: e.T("books.column.balance"), Width: 112, Align: right},
	}, s.list.count, func(row, col int) kit.CellView {
		r, _ := s.list.at(row)
		if col == 9 {
			return kit.CellView{Text: e.Text.AmountBare(r.Balance), Weight: kit.Medium}
		}
		names := []string{"date", "journal", "num", "ref", "label", "party", "match", "debit", "credit"}
		return lineCell(e, r, names[col])
	})
	s.grid.Loaded, s.grid.Need = s.list.loaded, s.list.need
	s.grid.OnOpen = func(row int) {
		if r, ok := s.list.at(row); ok {
			s.book.open(r.Entry)
		}
	}
	s.grid.OnType = func(r rune) {
		kit.Focus(s.combo.Edit())
		s.combo.Edit().TypedRune(r)
	}
}

// lineCell is a cell of a list of lines.
func lineCell(e *page.Env, r ledger.LineRow, col string) kit.CellView {
	switch col {
	case "date":
		return kit.CellView{Text: e.Text.Date(r.Date), Color: theme.Muted}
	case "journal":
		return kit.CellView{Text: r.Journal, Weight: kit.Medium}
	case "num":
		return kit.CellView{Text: r.Num, Color: theme.Muted}
	case "ref":
		return kit.CellView{Text: r.Ref, Color: theme.Muted}
	case "account":
		return kit.CellView{Text: r.Account, Weight: kit.Bold}
	case "title":
		return kit.CellView{Text: r.Title, Color: theme.Muted}
	case "party":
		if r.AuxLabel == "" {
			return kit.CellView{Text: r.Aux, Color: theme.Muted}
		}
		return kit.CellView{Text: r.AuxLabel, Color: theme.Muted}
	case "match":
		if r.Match == "" {
			return kit.CellView{}
		}
		tone := kit.Ok
		if r.Partial {
			tone = kit.Warn
		}
		return kit.CellView{Text: r.Match, Pill: true, Tone: tone}
	case "debit":
		return figure(e, r.Debit, kit.Regular)
	case "credit":
		return figure(e, r.Credit, kit.Regular)
	}
	return kit.CellView{Text: r.Label}
}

// aim shows an account, or one of its auxiliaries: "411000:C000012".
func (s *general) aim(target string) {
	s.account, s.aux, _ = strings.Cut(target, ":")
	s.combo.SetChosen(kit.Option{Key: target, Text: strings.TrimSpace(strings.ReplaceAll(target, ":", " "))})
	s.restart()
}

func (s *general) restart() {
	s.grid.ScrollToTop()
	if s.account == "" {
		s.list.rows, s.list.more = nil, false
		s.put(ledger.GeneralLedger{})
		page.Answered(s.env, nil, s.grid)
		s.grid.SetEmpty(kit.NewEmpty("book-open", s.env.T("books.general.choose"),
			s.env.T("books.general.choose_hint"), nil))
		s.grid.Reload()
		return
	}
	s.list.reset()
}

func (s *general) fetch(after ledger.LineMark, answer func([]ledger.LineRow, bool, ledger.LineMark, error)) {
	days := s.span.days()
	req := ledger.GeneralLedgerRequest{
		Account: s.account, Aux: s.aux, From: days.From, To: days.To, OpenOnly: s.open.On(), After: after,
	}
	page.Call(s.env, ledger.GeneralLedgerOf, req, func(g ledger.GeneralLedger, err error) {
		s.got = g
		answer(g.Lines, g.More, g.Next, err)
	})
}

func (s *general) arrived(first bool, err error) {
	e := s.env
	if first {
		page.Answered(e, err, s.grid)
	}
	if err != nil {
		e.Shell.Fail(err)
		return
	}
	if first {
		s.put(s.got)
		s.grid.SetEmpty(kit.NewEmpty("book-open", e.T("books.general.none"), e.T("books.general.none_hint"), nil))
	}
	key := "books.count_line"
	if s.list.more {
		key = "books.count_line_more"
	}
	s.foot.SetText(e.Text.N(key, len(s.list.rows), nil))
	s.grid.Reload()
}

// put shows the totals of the account.
func (s *general) put(g ledger.GeneralLedger) {
	e := s.env
	name := strings.TrimSpace(s.account + " " + g.Title)
	if s.aux != "" {
		name = strings.TrimSpace(s.aux + " " + g.Title)
	}
	s.name.SetText(name)
	for key, a := range map[string]money.Amount{
		"opening": g.Opening, "debit": g.Debit, "credit": g.Credit, "closing": g.Closing,
	} {
		s.figure[key].SetText(e.Text.Amount(a))
	}
	s.match.Hide()
	if s.account != "" {
		s.foot.SetText("")
		s.match.Show()
	}
}

func (s *general) object() fyne.CanvasObject { return s.root }
func (s *general) refresh()                  { s.restart() }
func (s *general) search() fyne.Focusable    { return s.combo.Edit() }
