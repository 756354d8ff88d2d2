package books

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// matching is the tab that matches the open lines of an account (lettrage), and undoes a match.
type matching struct {
	*book
	combo   *kit.Combo
	kind    *kit.Choice
	grid    *kit.Grid
	closed  *kit.Grid
	body    *fyne.Container
	ideas   *fyne.Container
	aside   *kit.Card
	sums    map[string]*kit.Label
	act     *kit.Button
	undo    *kit.Button
	items   []ledger.OpenItem
	matched []ledger.LineRow
	foot    *kit.Label
	turn    int

	account, aux string
	root         fyne.CanvasObject
}

// The chips of the matching.
const (
	kindOpen    = "open"
	kindMatched = "matched"
)

// matchedMax is how many matched lines are shown, of the fiscal year.
const matchedMax = 1000

func newMatching(b *book) *matching {
	e := b.env
	s := &matching{book: b, sums: map[string]*kit.Label{}, ideas: kit.VBox(8), foot: kit.Caption("")}
	s.combo = accountCombo(e, b.years, true, func(account, aux string) {
		s.account, s.aux = account, aux
		s.refresh()
	})
	s.kind = kit.NewChips(kit.Options(kindOpen, e.T("books.match.open"), kindMatched, e.T("books.match.matched")),
		func(string) { s.refresh() })
	s.act = s.Write(kit.NewButton(e.T("books.match.do"), "link", kit.Secondary, s.match).Small())
	s.undo = s.Write(kit.NewButton(e.T("books.match.undo"), "link-break", kit.Secondary, s.unmatch).Small())
	s.makeGrids()
	s.aside = kit.NewCard(e.T("books.match.ideas"), kit.NewScroll(s.ideas))
	s.body = kit.VFill(0, 0, s.grid)
	foot := kit.HBox(18, s.foot, kit.Spacer())
	for _, key := range []string{"debit", "credit", "gap"} {
		s.sums[key] = kit.NewLabel("", kit.Style{Weight: kit.Bold})
		foot.Add(kit.HBox(6, kit.NewLabel(e.T("books.sum."+key), kit.Style{Color: theme.Muted}), s.sums[key]))
	}
	if e.Can(ledger.MatchLinesOp.Spec) {
		foot.Add(s.act)
		foot.Add(s.undo)
	}
	bar := kit.HBox(12, kit.Fixed(340, 0, s.combo), s.kind, kit.Spacer())
	s.root = kit.VFill(10, 1, bar, s.body, foot)
	s.aim(b.target)
	return s
}

func (s *matching) makeGrids() {
	e := s.env
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.date"), Width: 92},
		{Title: e.T("books.column.due"), Width: 92},
		{Title: e.T("books.column.num"), Width: 94},
		{Title: e.T("books.column.ref"), Width: 100},
		{Title: e.T("books.column.label"), Width: 120, Weight: 1},
		{Title: e.T("books.column.match"), Width: 60},
		{Title: e.T("books.column.debit"), Width: 98, Align: right},
		{Title: e.T("books.column.credit"), Width: 98, Align: right},
	}, func() int { return len(s.items) }, s.cell)
	s.grid.Multi = e.Can(ledger.MatchLinesOp.Spec)
	s.grid.RowKey = func(row int) string { return strconv.FormatInt(int64(s.items[row].Line), 10) }
	s.grid.OnChecked = func([]string) { s.sum() }
	s.grid.OnOpen = func(row int) { s.open(s.items[row].Entry) }
	cols := []string{"date", "num", "ref", "label", "party", "match", "debit", "credit"}
	var columns []kit.Column
	for i, c := range cols {
		w := []float32{92, 104, 116, 200, 140, 70, 112, 112}[i]
		col := kit.Column{Title: e.T("books.column." + c), Width: w}
		if i == 3 {
			col.Weight = 1
		}
		if i > 5 {
			col.Align = right
		}
		columns = append(columns, col)
	}
	s.closed = kit.NewGrid(columns, func() int { return len(s.matched) }, func(row, col int) kit.CellView {
		return lineCell(e, s.matched[row], cols[col])
	})
	s.closed.OnSelect = func(row int) { s.showUndo(row >= 0) }
	s.closed.OnOpen = func(row int) { s.open(s.matched[row].Entry) }
	s.closed.SetEmpty(kit.NewEmpty("link-break", e.T("books.match.none_matched"), "", nil))
}

func (s *matching) cell(row, col int) kit.CellView {
	e, it := s.env, s.items[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Date(it.Date), Color: theme.Muted}
	case 1:
		v := kit.CellView{Text: e.Text.Date(it.Due), Color: theme.Muted}
		if it.Net > 0 && it.Due.Before(today()) {
			v.Color = theme.WarnText
		}
		return v
	case 2:
		return kit.CellView{Text: it.Num, Color: theme.Muted}
	case 3:
		return kit.CellView{Text: it.Ref, Weight: kit.Medium}
	case 4:
		if s.aux == "" && it.Name != "" {
			return kit.CellView{Text: it.Name + " – " + it.Label}
		}
		return kit.CellView{Text: it.Label}
	case 5:
		if it.Match == "" {
			return kit.CellView{}
		}
		return kit.CellView{Text: it.Match, Pill: true, Tone: kit.Warn}
	default:
		return side(e, it.Net, col == 6, kit.Regular)
	}
}

// aim shows an account, or one of its auxiliaries: "411000:C000012".
func (s *matching) aim(target string) {
	s.account, s.aux, _ = strings.Cut(target, ":")
	s.combo.SetChosen(kit.Option{Key: target, Text: strings.TrimSpace(strings.ReplaceAll(target, ":", " "))})
	s.refresh()
}

func (s *matching) refresh() {
	e := s.env
	s.turn++
	page.Answered(e, nil, s.grid, s.closed)
	s.grid.ClearChecked()
	s.items, s.matched = nil, nil
	s.grid.Reload()
	s.closed.Reload()
	opened := s.kind.Key() == kindOpen
	s.body.Objects = []fyne.CanvasObject{s.closed}
	if opened {
		s.body.Objects = []fyne.CanvasObject{kit.Cols(theme.GapCard, []float32{3.4, 1}, s.grid, s.aside)}
		s.act.Show()
		s.undo.Hide()
	} else {
		s.act.Hide()
		s.undo.Show()
	}
	s.body.Refresh()
	s.showUndo(false)
	if s.account == "" {
		s.grid.SetEmpty(kit.NewEmpty("link", e.T("books.match.choose"), e.T("books.match.choose_hint"), nil))
		s.put(ledger.OpenItemList{})
		return
	}
	s.grid.SetEmpty(kit.NewEmpty("check-circle", e.T("books.match.none"), e.T("books.match.none_hint"), nil))
	if opened {
		s.fetchOpen()
	} else {
		s.fetchMatched()
	}
}

func (s *matching) fetchOpen() {
	turn := s.turn
	req := ledger.OpenItemsRequest{Account: s.account, Aux: s.aux}
	page.Call(s.env, ledger.OpenItemsOp, req, func(l ledger.OpenItemList, err error) {
		if turn != s.turn {
			return
		}
		page.Answered(s.env, err, s.grid)
		if err != nil {
			s.env.Shell.Fail(err)
			return
		}
		s.put(l)
	})
}

// fetchMatched reads the matched lines of the current fiscal year.
func (s *matching) fetchMatched() {
	turn := s.turn
	y, ok := yearOf(s.years, today())
	if !ok {
		return
	}
	req := ledger.GeneralLedgerRequest{
		Account: s.account, Aux: s.aux, From: y.Period.From, To: y.Period.To, Limit: matchedMax,
	}
	page.Call(s.env, ledger.GeneralLedgerOf, req, func(g ledger.GeneralLedger, err error) {
		if turn != s.turn {
			return
		}
		page.Answered(s.env, err, s.closed)
		if err != nil {
			s.env.Shell.Fail(err)
			return
		}
		s.matched = slices.DeleteFunc(g.Lines, func(l ledger.LineRow) bool { return l.Match == "" })
		slices.SortStableFunc(s.matched, func(a, b ledger.LineRow) int {
			return strings.Compare(a.Aux+a.Match, b.Aux+b.Match)
		})
		s.closed.Reload()
		s.foot.SetText(s.env.Text.N("books.count_line", len(s.matched), nil))
		s.sum()
	})
}

// put shows the open lines and what could be matched.
func (s *matching) put(l ledger.OpenItemList) {
	e := s.env
	s.items = l.Items
	s.grid.Reload()
	s.foot.SetText("")
	if s.account != "" {
		s.foot.SetText(e.Text.N("books.match.count", len(l.Items), map[string]any{"net": l.Net}))
	}
	s.ideas.Objects = nil
	for _, g := range l.Suggestions {
		s.ideas.Add(s.idea(g))
	}
	switch {
	case s.account == "":
		s.ideas.Add(kit.MutedParagraph(e.T("books.match.ideas_none")))
	case len(l.Suggestions) == 0:
		s.ideas.Add(kit.MutedParagraph(e.T("books.match.no_idea")))
	}
	s.ideas.Refresh()
	s.sum()
}

// idea is a proposal: the lines that settle each other and a button that matches them.
func (s *matching) idea(g ledger.Suggestion) fyne.CanvasObject {
	e := s.env
	var names []string
	for _, it := range s.items {
		if slices.Contains(g.Lines, it.Line) {
			name := it.Ref
			if name == "" {
				name = it.Num
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	row := kit.HBox(8, kit.VBox(2, kit.Strong(e.Text.Amount(g.Amount)),
		kit.Caption(strings.Join(names, " · "))), kit.Spacer())
	if e.Can(ledger.MatchLinesOp.Spec) {
		row.Add(kit.NewButton(e.T("books.match.do"), "", kit.Secondary, func() { s.send(g.Lines) }).Small())
	}
	return kit.VBox(8, row, kit.Separator())
}

// ticked are the open lines chosen.
func (s *matching) ticked() []ledger.OpenItem {
	keys := s.grid.Checked()
	var out []ledger.OpenItem
	for _, it := range s.items {
		if slices.Contains(keys, strconv.FormatInt(int64(it.Line), 10)) {
			out = append(out, it)
		}
	}
	return out
}

// sum adds up what is ticked and says what matching it would be.
func (s *matching) sum() {
	e := s.env
	var debit, credit money.Amount
	chosen := s.ticked()
	for _, it := range chosen {
		debit, credit = debit.Add(max(it.Net, 0)), credit.Add(max(-it.Net, 0))
	}
	for key, a := range map[string]money.Amount{"debit": debit, "credit": credit, "gap": debit.Sub(credit)} {
		s.sums[key].SetText(e.Text.Amount(a))
	}
	color := theme.Text
	if len(chosen) > 0 && debit == credit {
		color = theme.OkText
	} else if debit != credit {
		color = theme.WarnText
	}
	s.sums["gap"].SetColor(color)
	s.act.SetText(e.T("books.match.do"))
	if debit != credit {
		s.act.SetText(e.T("books.match.partial"))
	}
	if len(chosen) < 2 {
		s.act.DisableWith(e.T("books.match.tick"))
		return
	}
	s.act.Enable()
}

func (s *matching) showUndo(on bool) {
	if on {
		s.undo.Enable()
		return
	}
	s.undo.DisableWith(s.env.T("books.match.pick"))
}

func (s *matching) match() {
	var lines []ledger.LineID
	for _, it := range s.ticked() {
		lines = append(lines, it.Line)
	}
	s.send(lines)
}

func (s *matching) send(lines []ledger.LineID) {
	e := s.env
	page.Writable(e, func() {
		page.Do(e, ledger.MatchLinesOp, ledger.MatchRequest{Lines: lines}, func(r ledger.MatchResult) {
			key := "books.match.done"
			if r.Partial {
				key = "books.match.done_partial"
			}
			e.Shell.Toast(kit.Ok, e.T(key, "code", r.Code))
			e.Shell.Changed("ledger")
			s.refresh()
		})
	})
}

func (s *matching) unmatch() {
	e, row := s.env, s.closed.Selected()
	if row < 0 || row >= len(s.matched) {
		return
	}
	line := s.matched[row]
	page.Writable(e, func() {
		title := e.T("books.match.undo_ask", "code", line.Match)
		e.Shell.Confirm(title, e.T("books.match.undo_text"), e.T("books.match.undo"), false, func() {
			page.Do(e, ledger.UnmatchOp, ledger.UnmatchRequest{Line: line.ID}, func(ledger.UnmatchResult) {
				e.Shell.Toast(kit.Ok, e.T("books.match.undone", "code", line.Match))
				e.Shell.Changed("ledger")
				s.refresh()
			})
		})
	})
}

func (s *matching) object() fyne.CanvasObject { return s.root }
func (s *matching) search() fyne.Focusable    { return s.combo.Edit() }
