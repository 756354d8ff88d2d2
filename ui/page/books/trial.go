package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// trial is the tab of the trial balance.
type trial struct {
	*book
	span   *span
	prefix *kit.LineEdit
	detail *kit.Switch
	grid   *kit.Grid
	foot   *kit.Label
	drafts *kit.Label
	typing kit.Later
	turn   int
	got    ledger.TrialBalance
	rows   []trialRow
	root   fyne.CanvasObject
}

// trialRow is an account, or the total of a class.
type trialRow struct {
	row ledger.TrialRow
	sum *ledger.TrialSum
}

func newTrial(b *book) *trial {
	e := b.env
	s := &trial{book: b, foot: kit.Caption(""), typing: kit.Later{Wait: restKey}}
	s.drafts = kit.NewLabel("", kit.Style{Size: theme.SizeCaption, Color: theme.WarnText, Shrink: true})
	s.span = newSpan(e, b.years, false, s.refresh)
	s.prefix = kit.NewSearch(e.T("books.trial.prefix"), func(string) { s.typing.Do(s.refresh) })
	s.detail = kit.NewSwitch(e.T("books.trial.detail"), "", func(bool) { s.refresh() })
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.account"), Width: 92},
		{Title: e.T("books.column.title"), Width: 200, Weight: 1},
		{Title: e.T("books.column.opening_debit"), Width: 112, Align: right},
		{Title: e.T("books.column.opening_credit"), Width: 112, Align: right},
		{Title: e.T("books.column.debit"), Width: 112, Align: right},
		{Title: e.T("books.column.credit"), Width: 112, Align: right},
		{Title: e.T("books.column.closing_debit"), Width: 112, Align: right},
		{Title: e.T("books.column.closing_credit"), Width: 112, Align: right},
	}, func() int { return len(s.rows) }, s.cell)
	s.grid.OnOpen = func(row int) {
		if r := s.rows[row]; r.sum == nil {
			s.show(tabGeneral, r.row.Account, r.row.Aux)
		}
	}
	s.grid.OnType = func(r rune) {
		kit.Focus(s.prefix)
		s.prefix.TypedRune(r)
	}
	bar := kit.HBox(12, s.span.object(), kit.Fixed(210, 0, s.prefix), s.detail, kit.Spacer())
	s.root = kit.VFill(10, 1, bar, s.grid,
		kit.HBox(12, s.foot, s.drafts, kit.Spacer(), kit.Caption(e.T("books.hint_trial"))))
	s.refresh()
	return s
}

func (s *trial) cell(row, col int) kit.CellView {
	e, r := s.env, s.rows[row]
	if r.sum != nil {
		return s.total(e.T("books.trial.class", "class", r.sum.Class), *r.sum, col, kit.Bold)
	}
	a := r.row
	switch col {
	case 0:
		if a.Aux != "" {
			return kit.CellView{Text: a.Aux, Color: theme.Muted}
		}
		return kit.CellView{Text: a.Account, Weight: kit.Bold}
	case 1:
		if a.Aux != "" {
			return kit.CellView{Text: a.AuxTitle, Color: theme.Muted}
		}
		return kit.CellView{Text: a.Title}
	case 2, 3:
		return side(e, a.Opening, col == 2, kit.Regular)
	case 4:
		return figure(e, a.Debit, kit.Regular)
	case 5:
		return figure(e, a.Credit, kit.Regular)
	default:
		return side(e, a.Closing, col == 6, kit.Medium)
	}
}

// total is a cell of the total of a class, or of the whole.
func (s *trial) total(name string, t ledger.TrialSum, col int, w kit.Weight) kit.CellView {
	e := s.env
	switch col {
	case 0:
		return kit.CellView{}
	case 1:
		return kit.CellView{Text: name, Weight: w, Color: theme.PrimaryText}
	case 2:
		return figure(e, t.OpeningDebit, w)
	case 3:
		return figure(e, t.OpeningCredit, w)
	case 4:
		return figure(e, t.Debit, w)
	case 5:
		return figure(e, t.Credit, w)
	case 6:
		return figure(e, t.ClosingDebit, w)
	default:
		return figure(e, t.ClosingCredit, w)
	}
}

func (s *trial) refresh() {
	e, days := s.env, s.span.days()
	if days == (civil.Period{}) {
		return
	}
	s.turn++
	turn := s.turn
	req := ledger.TrialBalanceRequest{
		From: days.From, To: days.To,
		Prefix: strings.TrimRight(strings.TrimSpace(s.prefix.Text()), "*"), Detail: s.detail.On(),
	}
	page.Call(e, ledger.TrialBalanceOf, req, func(t ledger.TrialBalance, err error) {
		if turn != s.turn {
			return
		}
		page.Answered(e, err, s.grid)
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		s.put(t)
	})
}

// put shows a balance: accounts, the total of each class after its last, the whole at the foot.
func (s *trial) put(t ledger.TrialBalance) {
	e := s.env
	s.got, s.rows = t, nil
	for i, r := range t.Rows {
		s.rows = append(s.rows, trialRow{row: r})
		if i+1 < len(t.Rows) && t.Rows[i+1].Account[:1] == r.Account[:1] {
			continue
		}
		for n := range t.Classes {
			if t.Classes[n].Class == r.Account[:1] {
				s.rows = append(s.rows, trialRow{sum: &t.Classes[n]})
			}
		}
	}
	var foot []kit.CellView
	for col := range 8 {
		c := s.total(e.T("books.trial.total"), t.Total, col, kit.Bold)
		if c.Color == theme.PrimaryText {
			c.Color = ""
		}
		foot = append(foot, c)
	}
	if len(t.Rows) == 0 {
		foot = nil
	}
	s.grid.SetEmpty(kit.NewEmpty("scales", e.T("books.trial.none"), e.T("books.trial.none_hint"), nil))
	s.grid.SetFoot(foot)
	s.grid.Reload()
	s.foot.SetText(e.Text.N("books.count_account", len(t.Rows), nil))
	s.drafts.SetText("")
	if t.Drafts > 0 {
		s.drafts.SetText(e.Text.N("books.trial.drafts", int(t.Drafts), nil))
	}
}

func (s *trial) object() fyne.CanvasObject { return s.root }
func (s *trial) search() fyne.Focusable    { return s.prefix }
