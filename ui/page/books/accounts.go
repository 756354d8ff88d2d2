package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/search"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// accounts is the tab of the chart of accounts.
type accounts struct {
	*book
	text     *kit.LineEdit
	archived *kit.Switch
	grid     *kit.Grid
	rows     []ledger.Account
	found    []ledger.Account
	foot     *kit.Label
	root     fyne.CanvasObject
}

func newAccounts(b *book) *accounts {
	e := b.env
	s := &accounts{book: b, foot: kit.Caption("")}
	s.text = kit.NewSearch(e.T("books.chart.find"), func(string) { s.filter() })
	s.archived = kit.NewSwitch(e.T("books.chart.archived"), "", func(bool) { s.refresh() })
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.account"), Width: 130},
		{Title: e.T("books.column.title"), Width: 300, Weight: 1},
		{Title: e.T("books.column.class"), Width: 260},
		{Title: e.T("books.column.state"), Width: 130},
	}, func() int { return len(s.found) }, func(row, col int) kit.CellView {
		a := s.found[row]
		switch {
		case col == 0:
			return kit.CellView{Text: a.Number, Weight: kit.Bold}
		case col == 1:
			return kit.CellView{Text: a.Title}
		case col == 2:
			return kit.CellView{Text: e.T("books.class." + a.Number[:1]), Color: theme.Muted}
		case a.Archived:
			return kit.CellView{Text: e.T("books.chart.state.archived"), Pill: true}
		case a.Custom:
			return kit.CellView{Text: e.T("books.chart.state.custom"), Pill: true, Tone: kit.Info}
		}
		return kit.CellView{}
	})
	s.grid.Muted = func(row int) bool { return s.found[row].Archived }
	s.grid.OnOpen = func(row int) {
		if e.Can(ledger.AccountSave.Spec) {
			s.edit(s.found[row])
		} else {
			s.show(tabGeneral, s.found[row].Number, "")
		}
	}
	s.grid.OnType = func(r rune) {
		kit.Focus(s.text)
		s.text.TypedRune(r)
	}
	ledgerOf := kit.NewButton(e.T("books.tab.general"), "book-open", kit.Ghost, func() {
		if row := s.grid.Selected(); row >= 0 && row < len(s.found) {
			s.show(tabGeneral, s.found[row].Number, "")
		}
	}).Small()
	bar := kit.HBox(12, kit.Fixed(360, 0, s.text), s.archived, kit.Spacer(), ledgerOf)
	if e.Can(ledger.AccountSave.Spec) {
		bar.Add(s.Write(kit.NewButton(e.T("books.chart.new"), "plus", kit.Secondary, func() {
			s.edit(ledger.Account{Number: digits(s.text.Text())})
		}).Small()))
	}
	s.root = kit.VFill(10, 1, bar, s.grid,
		kit.HBox(8, s.foot, kit.Spacer(), kit.Caption(e.T("books.hint_chart"))))
	s.refresh()
	return s
}

// digits is a text that looks like the number of an account, else nothing.
func digits(text string) string {
	if _, ok := ledger.NormalAccount(text); ok {
		return text
	}
	return ""
}

func (s *accounts) refresh() {
	req := ledger.AccountListRequest{Archived: s.archived.On()}
	page.Fill(s.env, ledger.AccountListing, req, func(l ledger.AccountList) {
		s.rows = l.Accounts
		s.filter()
	}, s.grid)
}

// filter shows the accounts that fit what is typed; the whole chart is here already.
func (s *accounts) filter() {
	e := s.env
	s.found = findAccounts(s.rows, s.text.Text(), len(s.rows))
	s.grid.SetEmpty(kit.NewEmpty("magnifying-glass", e.T("books.chart.none"), e.T("books.chart.none_hint"), nil))
	s.grid.ScrollToTop()
	s.grid.Reload()
	s.foot.SetText(e.Text.N("books.count_account", len(s.found), nil))
}

// edit creates or changes an account.
func (s *accounts) edit(a ledger.Account) {
	e, fresh := s.env, a.Version == 0
	number, title := kit.NewLineEdit(e.T("books.chart.number_hint")), kit.NewLineEdit("")
	number.SetText(a.Number)
	number.ReadOnly = !fresh
	title.SetText(a.Title)
	away := kit.NewSwitch(e.T("books.chart.archive"), e.T("books.chart.archive_text"), nil)
	away.SetOn(a.Archived)
	fields := map[string]*kit.Field{
		"number": kit.NewField(e.T("books.column.account"), number).Required(),
		"title":  kit.NewField(e.T("books.column.title"), title).Required(),
	}
	body := kit.VBox(14, kit.Cols(14, []float32{1, 2.2}, fields["number"], fields["title"]))
	if !fresh {
		body.Add(away)
	}
	name := "books.chart.edit"
	if fresh {
		name = "books.chart.new"
	}
	var m *kit.Modal
	save := func() {
		req := ledger.AccountSaveRequest{
			Number: number.Text(), Title: title.Text(), Archived: away.On(), Version: a.Version,
		}
		page.Call(e, ledger.AccountSave, req, func(got ledger.Account, err error) {
			for _, f := range fields {
				f.SetError("")
			}
			if err != nil {
				f := fault.Of(err)
				if at := fields[f.Field]; at != nil {
					at.SetError(e.Text.Fault(f))
				} else {
					fields["title"].SetError(e.Text.Fault(f))
				}
				return
			}
			m.Close()
			e.Shell.Toast(kit.Ok, e.T("books.chart.saved", "account", got.Number))
			e.Shell.Changed("account")
			s.refresh()
		})
	}
	keep := kit.NewButton(e.T("common.save"), "floppy-disk", kit.Primary, save)
	page.Hush(e, body, keep)
	m = kit.NewModal(e.T(name), 560, body,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }), keep).
		OnEnter(func() { page.Writable(e, save) })
	m.Show(e.Window)
	if fresh {
		m.Focus(number)
	} else {
		m.Focus(title)
	}
}

// findAccounts are the accounts whose number starts with a text, or whose title has its words.
func findAccounts(all []ledger.Account, text string, limit int) []ledger.Account {
	want := i18n.Fold(text)
	var out []ledger.Account
	for _, a := range all {
		if len(out) < limit && fits(a, want) {
			out = append(out, a)
		}
	}
	return out
}

func (s *accounts) object() fyne.CanvasObject { return s.root }
func (s *accounts) search() fyne.Focusable    { return s.text }

// fits tells whether an account answers a folded text: the start of its number, with or without a
// star, or words of its title.
func fits(a ledger.Account, want string) bool {
	want = strings.TrimSuffix(want, "*")
	if strings.HasPrefix(strings.ToLower(a.Number), strings.ReplaceAll(want, " ", "")) {
		return true
	}
	return search.Parse(want).Match(search.Index(a.Title))
}
