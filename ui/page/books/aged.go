package books

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// aged is the tab of the aged balance.
type aged struct {
	*book
	who  *kit.Choice
	at   *kit.DateField
	grid *kit.Grid
	foot *kit.Label
	got  ledger.Aged
	root fyne.CanvasObject
}

func newAged(b *book) *aged {
	e := b.env
	s := &aged{book: b, foot: kit.Caption("")}
	s.who = kit.NewSegmented(kit.Options("411", e.T("books.aged.customers"), "401", e.T("books.aged.suppliers")),
		func(string) { s.refresh() })
	s.at = dateField(e, func(civil.Date) { s.refresh() })
	s.at.SetDate(today())
	columns := []kit.Column{
		{Title: e.T("books.column.code"), Width: 92}, {Title: e.T("books.column.party"), Width: 190, Weight: 1},
	}
	for _, key := range []string{"not_due", "days_30", "days_60", "days_90", "older", "unmatched", "total"} {
		columns = append(columns, kit.Column{Title: e.T("books.aged." + key), Width: 106, Align: right})
	}
	s.grid = kit.NewGrid(columns, func() int { return len(s.got.Rows) }, func(row, col int) kit.CellView {
		r := s.got.Rows[row]
		switch col {
		case 0:
			if r.Aux == "" {
				return kit.CellView{Text: r.Account, Color: theme.Muted}
			}
			return kit.CellView{Text: r.Aux, Color: theme.Muted}
		case 1:
			if r.Name == "" {
				return kit.CellView{Text: e.T("books.aged.no_party"), Color: theme.Muted}
			}
			return kit.CellView{Text: r.Name, Weight: kit.Bold}
		}
		return s.share(r, col, kit.Regular)
	})
	s.grid.OnOpen = func(row int) {
		r := s.got.Rows[row]
		s.show(tabMatch, r.Account, r.Aux)
	}
	bar := kit.HBox(12, kit.Fixed(216, 0, s.who),
		kit.HBox(6, kit.Muted(e.T("books.aged.at")), kit.Fixed(116, 0, s.at)), kit.Spacer())
	s.root = kit.VFill(10, 1, bar, s.grid,
		kit.HBox(8, s.foot, kit.Spacer(), kit.Caption(e.T("books.hint_aged"))))
	s.refresh()
	return s
}

// share is one column of a row of the aged balance; what is late by more than 60 days stands out.
func (s *aged) share(r ledger.AgedRow, col int, w kit.Weight) kit.CellView {
	parts := []money.Amount{r.NotDue, r.Days30, r.Days60, r.Days90, r.Older, r.Unmatched, r.Total}
	v := figure(s.env, parts[col-2], w)
	switch {
	case parts[col-2] == 0:
	case col == 6:
		v.Color = theme.ErrorText
	case col == 5:
		v.Color = theme.WarnText
	case col == 8:
		v.Weight = kit.Bold
	}
	return v
}

func (s *aged) refresh() {
	e := s.env
	page.Fill(e, ledger.AgedOf, ledger.AgedRequest{At: s.at.Date(), Prefix: s.who.Key()}, func(a ledger.Aged) {
		s.got = a
		s.grid.SetEmpty(kit.NewEmpty("hand-coins", e.T("books.aged.none"), e.T("books.aged.none_hint"), nil))
		var foot []kit.CellView
		if len(a.Rows) > 0 {
			foot = []kit.CellView{{}, {Text: e.T("books.total"), Weight: kit.Bold}}
			for col := 2; col < 9; col++ {
				foot = append(foot, s.share(a.Total, col, kit.Bold))
			}
		}
		s.grid.SetFoot(foot)
		s.grid.Reload()
		s.foot.SetText(e.Text.N("books.count_party", len(a.Rows), nil))
	}, s.grid)
}

func (s *aged) object() fyne.CanvasObject { return s.root }
func (s *aged) search() fyne.Focusable    { return s.at.Edit() }

// monthOf reads "2026-11".
func monthOf(text string) (civil.Period, bool) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return civil.Period{}, false
	}
	return civil.MonthOf(civil.Of(t)), true
}

func monthName(e *page.Env, text string) string {
	if p, ok := monthOf(text); ok {
		return e.Text.MonthYear(p.From)
	}
	return text
}
