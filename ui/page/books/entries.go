package books

import (
	"errors"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// entries is the tab of the entries: drafts to validate, or posted ones.
type entries struct {
	*book
	kind    *kit.Choice
	journal *kit.Select
	span    *span
	text    *kit.LineEdit
	act     *kit.Button
	grid    *kit.Grid
	foot    *kit.Label
	hint    *kit.Label
	list    chain[ledger.EntryHead, ledger.EntryMark]
	typing  kit.Later
	root    fyne.CanvasObject
}

// The chips of the entries.
const (
	kindDraft  = "draft"
	kindPosted = "posted"
)

func newEntries(b *book) *entries {
	e := b.env
	s := &entries{book: b, foot: kit.Caption(""), hint: kit.Caption(""), typing: kit.Later{Wait: restKey}}
	s.list.fetch, s.list.arrived = s.fetch, s.arrived
	s.kind = kit.NewChips(kit.Options(kindDraft, e.T("books.kind.draft"), kindPosted, e.T("books.kind.posted")),
		func(string) { s.restart() })
	s.journal = kit.NewSelect(append(kit.Options("", e.T("books.all_journals")), journalOptions(b.journals)...),
		func(string) { s.restart() })
	s.journal.SetKey("")
	s.journal.Placeholder = e.T("books.all_journals")
	s.span = newSpan(e, b.years, true, s.restart)
	s.text = kit.NewSearch(e.T("books.search_entry"), func(string) { s.typing.Do(s.restart) })
	s.act = s.Write(kit.NewButton(e.T("books.post"), "check", kit.Secondary, s.post).Small())
	s.makeGrid()
	if !slices.ContainsFunc(b.years, func(y ledger.FiscalYear) bool { return y.Drafts > 0 }) {
		s.kind.SetKey(kindPosted)
	}
	bar := kit.HBox(8, s.kind, kit.Fixed(170, 0, s.journal), s.span.object(),
		kit.Fixed(190, 0, s.text), kit.Spacer())
	foot := kit.HBox(8, s.foot, kit.Spacer(), s.hint)
	if e.Can(ledger.EntryPost.Spec) {
		foot.Add(s.act)
	}
	s.root = kit.VFill(10, 1, bar, s.grid, foot)
	s.restart()
	kit.After(paging.RestShown, func() { kit.Focus(s.grid) })
	return s
}

func (s *entries) drafts() bool { return s.kind.Key() == kindDraft }

func (s *entries) makeGrid() {
	e := s.env
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.date"), Width: 92},
		{Title: e.T("books.column.journal"), Width: 66},
		{Title: e.T("books.column.num"), Width: 104},
		{Title: e.T("books.column.ref"), Width: 156},
		{Title: e.T("books.column.label"), Width: 220, Weight: 1},
		{Title: e.T("books.column.debit"), Width: 112, Align: right},
		{Title: e.T("books.column.credit"), Width: 112, Align: right},
		{Title: e.T("books.column.state"), Width: 124},
	}, s.list.count, func(row, col int) kit.CellView {
		h, _ := s.list.at(row)
		return s.cell(h, col)
	})
	s.grid.Loaded, s.grid.Need = s.list.loaded, s.list.need
	s.grid.RowKey = func(row int) string {
		h, _ := s.list.at(row)
		return strconv.FormatInt(int64(h.ID), 10)
	}
	s.grid.OnOpen = func(row int) {
		if h, ok := s.list.at(row); ok {
			s.open(h.ID)
		}
	}
	s.grid.OnChecked = func([]string) { s.showAct() }
	s.grid.OnType = func(r rune) {
		kit.Focus(s.text)
		s.text.TypedRune(r)
	}
}

func (s *entries) cell(h ledger.EntryHead, col int) kit.CellView {
	e := s.env
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Date(h.Date), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: h.Journal, Weight: kit.Medium}
	case 2:
		if h.Num == "" {
			return kit.CellView{Text: "–", Color: theme.Faint}
		}
		return kit.CellView{Text: h.Num, Weight: kit.Medium}
	case 3:
		return kit.CellView{Text: h.Ref, Color: theme.Muted}
	case 4:
		return kit.CellView{Text: h.Label}
	case 5:
		return figure(e, h.Debit, kit.Regular)
	case 6:
		return figure(e, h.Credit, kit.Regular)
	}
	key, tone := "posted", kit.Ok
	switch {
	case h.ID.IsDraft() && (h.Debit != h.Credit || h.Debit == 0):
		key, tone = "unbalanced", kit.Warn
	case h.ID.IsDraft():
		key, tone = "draft", kit.Info
	case h.ReversedBy != 0:
		key, tone = "reversed", kit.Neutral
	case h.Import != 0:
		key, tone = "imported", kit.Neutral
	}
	return kit.CellView{Text: e.T("books.state." + key), Pill: true, Tone: tone}
}

func (s *entries) fetch(
	after ledger.EntryMark, answer func([]ledger.EntryHead, bool, ledger.EntryMark, error),
) {
	days := s.span.days()
	req := ledger.EntryListRequest{
		Drafts: s.drafts(), Journal: s.journal.Key(), From: days.From, To: days.To,
		Text: s.text.Text(), Before: after,
	}
	page.Call(s.env, ledger.EntryListing, req, func(l ledger.EntryList, err error) {
		answer(l.Entries, l.More, l.Next, err)
	})
}

func (s *entries) restart() {
	s.grid.ClearChecked()
	s.grid.Multi = s.drafts() && s.env.Can(ledger.EntryPost.Spec)
	s.grid.Refresh()
	s.grid.ScrollToTop()
	s.list.reset()
}

func (s *entries) arrived(first bool, err error) {
	e := s.env
	if first {
		page.Answered(e, err, s.grid)
	}
	if err != nil {
		e.Shell.Fail(err)
		return
	}
	if first {
		s.grid.SetEmpty(s.empty())
	}
	s.grid.Reload()
	var debit, credit money.Amount
	for _, h := range s.list.rows {
		debit, credit = debit.Add(h.Debit), credit.Add(h.Credit)
	}
	key := "books.count_entry"
	if s.list.more {
		key = "books.count_entry_more"
	}
	s.foot.SetText(e.Text.N(key, len(s.list.rows), map[string]any{"debit": debit}))
	s.showAct()
}

// showAct keeps the button in step with what is ticked.
func (s *entries) showAct() {
	e := s.env
	if !s.drafts() {
		s.hint.SetText(e.T("books.hint_lines"))
		s.act.Hide()
		return
	}
	s.hint.SetText(e.T("books.hint_list"))
	s.act.Show()
	n := len(s.grid.Checked())
	if n == 0 {
		s.act.SetText(e.T("books.post"))
		s.act.DisableWith(e.T("books.post_none"))
		return
	}
	s.act.SetText(e.Text.N("books.post_n", n, nil))
	s.act.Enable()
}

func (s *entries) empty() fyne.CanvasObject {
	e := s.env
	switch {
	case s.text.Text() != "" || s.journal.Key() != "" || !s.span.days().IsZero():
		return kit.NewEmpty("magnifying-glass", e.T("books.nothing"), e.T("books.nothing_hint"), nil)
	case s.drafts():
		return kit.NewEmpty("check-circle", e.T("books.no_draft"), e.T("books.no_draft_hint"), nil)
	}
	var act *kit.Button
	if e.Can(ledger.EntrySave.Spec) {
		act = s.Lone(kit.NewButton(e.T("books.new"), "plus", kit.Secondary, s.create))
	}
	return kit.NewEmpty("books", e.T("books.no_entry"), e.T("books.no_entry_hint"), act)
}

// post validates the ticked drafts, the earliest first.
func (s *entries) post() {
	e := s.env
	var ids []ledger.EntryID
	for _, h := range slices.Backward(s.list.rows) {
		if slices.Contains(s.grid.Checked(), strconv.FormatInt(int64(h.ID), 10)) {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 || !s.drafts() {
		e.Shell.Toast(kit.Info, e.T("books.post_none"))
		return
	}
	page.Writable(e, func() {
		title, text := e.Text.N("books.post_n_ask", len(ids), nil), e.T("books.post_text")
		e.Shell.Confirm(title, text, e.Text.N("books.post_n", len(ids), nil), false, func() {
			page.Call(e, ledger.EntryPost, ledger.PostRequest{IDs: ids}, func(_ ledger.PostResult, err error) {
				s.posted(ids, err)
			})
		})
	})
}

// posted shows what was validated, or which draft stood in the way.
func (s *entries) posted(ids []ledger.EntryID, err error) {
	e := s.env
	if err == nil {
		e.Shell.Toast(kit.Ok, e.Text.N("books.posted_n", len(ids), nil))
		e.Shell.Changed("ledger")
		s.Refresh()
		return
	}
	e.Shell.Fail(err)
	at, id := faultItem(err), ids[0]
	if at >= 0 && at < len(ids) {
		id = ids[at]
	}
	s.grid.Select(slices.IndexFunc(s.list.rows, func(h ledger.EntryHead) bool { return h.ID == id }))
}

// faultItem is the entry a refusal names ("ids[2].lines[0].account"), -1 for none.
func faultItem(err error) int {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return -1
	}
	return indexIn(f.Field, "ids")
}

func (s *entries) object() fyne.CanvasObject { return s.root }
func (s *entries) refresh()                  { s.list.reset() }
func (s *entries) search() fyne.Focusable    { return s.text }
