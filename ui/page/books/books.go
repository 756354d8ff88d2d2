// Package books is the pages of accounting: the statements with the years and the chart of accounts,
// and the entry of a piece (saisie). Pages show what operations answer; the only sums made here are
// those of the lines being typed.
//
// It must not know how an entry is checked, numbered, chained or stored.
package books

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// The routes of this package. "books" takes in Arg the key of a tab, for the ledger and the matching
// followed by an account and an auxiliary: "general:411000:C000012". "entry" takes an entry's id, 0 for
// a new one, then in Arg the journal and the day to start with: "AC:2026-11-20".
const (
	routeBooks = "books"
	routeEntry = "entry"
)

// The keys of the tabs.
const (
	tabEntries  = "entries"
	tabTrial    = "trial"
	tabGeneral  = "general"
	tabJournal  = "journal"
	tabAged     = "aged"
	tabMatch    = "match"
	tabYears    = "years"
	tabAccounts = "accounts"
)

// Routes returns the pages by the name of their route.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		routeBooks: func(e *page.Env, r page.Route) page.Page { return newBook(e, r.Arg) },
		routeEntry: newEntry,
	}
}

// now is the clock of the pages; tests replace it.
var now = time.Now //nolint:forbidigo // what a person who looks at the page calls today

func today() civil.Date { return civil.Of(now()) }

// restKey is how long the typing of a filter must rest before the book is asked.
const restKey = 200 * time.Millisecond

// sheet is the content of one tab.
type sheet interface {
	object() fyne.CanvasObject
	refresh()
	search() fyne.Focusable // what Ctrl+F goes to, or nil
}

// book is the page of the statements.
type book struct {
	*page.Gate
	env    *page.Env
	target string // the account and auxiliary that the ledger or the matching shows first
	first  string // the tab shown first
	frame  *kit.Page
	tabs   *kit.Tabs
	sheets map[string]sheet
	seen   map[string]bool // tabs just made: they have read their data

	years    []ledger.FiscalYear
	journals []ledger.Journal
}

func newBook(e *page.Env, arg string) page.Page {
	b := &book{Gate: page.NewGate(e), env: e, sheets: map[string]sheet{}}
	b.first, b.target, _ = strings.Cut(arg, ":")
	var acts []fyne.CanvasObject
	if e.Can(ledger.EntrySave.Spec) {
		acts = append(acts, b.Write(kit.NewButton(e.T("books.new"), "plus", kit.Primary, b.create)))
	}
	b.frame = kit.NewPage(kit.NewHeader(e.T("books.title"), e.T("books.under"), acts...), kit.Gap(1, 1))
	b.load(b.build)
	return b
}

// load reads the years and the journals, which every tab proposes.
func (b *book) load(then func()) {
	page.Call(b.env, ledger.FiscalYearListing, op.Empty{}, func(y ledger.YearList, err error) {
		if err != nil {
			b.refused(err)
			return
		}
		b.years = y.Years
		page.Call(b.env, ledger.JournalListing, op.Empty{}, func(j ledger.JournalList, err error) {
			if err != nil {
				b.refused(err)
				return
			}
			b.journals = j.Journals
			then()
		})
	})
}

// refused says that the tabs could not be made; those that are there stay.
func (b *book) refused(err error) {
	b.env.Shell.Fail(err)
	if b.tabs == nil {
		b.frame.SetBody(page.Unread(b.env, err))
	}
}

// build makes the tabs; each reads its data when it is first shown.
func (b *book) build() {
	makers := []struct {
		key string
		new func() sheet
	}{
		{tabEntries, func() sheet { return newEntries(b) }},
		{tabTrial, func() sheet { return newTrial(b) }},
		{tabGeneral, func() sheet { return newGeneral(b) }},
		{tabJournal, func() sheet { return newJournal(b) }},
		{tabAged, func() sheet { return newAged(b) }},
		{tabMatch, func() sheet { return newMatching(b) }},
		{tabYears, func() sheet { return newYears(b) }},
		{tabAccounts, func() sheet { return newAccounts(b) }},
	}
	var tabs []kit.Tab
	for _, m := range makers {
		tabs = append(tabs, kit.Tab{Key: m.key, Text: b.env.T("books.tab." + m.key), Make: func() fyne.CanvasObject {
			b.sheets[m.key] = m.new()
			return b.sheets[m.key].object()
		}})
	}
	b.tabs, b.seen = kit.NewTabs(tabs...), map[string]bool{}
	if b.first == "" {
		b.first = tabEntries
	}
	b.tabs.SetKey(b.first)
	b.seen[b.first] = true
	b.tabs.OnChanged = func(key string) {
		if s := b.sheets[key]; s != nil && b.seen[key] {
			s.refresh()
		}
		b.seen[key] = true
	}
	b.countDrafts()
	b.frame.SetBody(b.tabs)
}

// countDrafts shows beside the tab how many drafts wait.
func (b *book) countDrafts() {
	drafts := int64(0)
	for _, y := range b.years {
		drafts += y.Drafts
	}
	text := ""
	if drafts > 0 {
		text = b.env.Text.Number(drafts)
	}
	b.tabs.SetCount(tabEntries, text)
}

// show opens the ledger or the matching of an account, in its tab.
func (b *book) show(tab, account, aux string) {
	target := account
	if aux != "" {
		target += ":" + aux
	}
	b.target, b.seen[tab] = target, true
	b.tabs.SetKey(tab)
	if s, ok := b.sheets[tab].(interface{ aim(target string) }); ok {
		s.aim(target)
	}
}

func (b *book) create() {
	if b.env.Can(ledger.EntrySave.Spec) {
		b.env.Shell.Open(page.Route{Name: routeEntry})
	}
}

func (b *book) open(id ledger.EntryID) {
	if id != 0 {
		b.env.Shell.Open(page.Route{Name: routeEntry, ID: int64(id)})
	}
}

// Object implements page.Page.
func (b *book) Object() fyne.CanvasObject { return b.frame }

// Unsaved implements page.Page.
func (b *book) Unsaved() bool { return false }

// Refresh implements page.Page.
func (b *book) Refresh() {
	if b.tabs == nil {
		b.load(b.build)
		return
	}
	b.load(func() {
		b.countDrafts()
		if s := b.sheets[b.tabs.Key()]; s != nil {
			s.refresh()
		}
	})
}

// Commands are the shortcuts of the page.
func (b *book) Commands() []kit.Command {
	e := b.env
	current := func() sheet {
		if b.tabs == nil {
			return nil
		}
		return b.sheets[b.tabs.Key()]
	}
	keys := []kit.Command{
		{Key: fyne.KeyF, Mod: fyne.KeyModifierShortcutDefault, Name: e.T("common.search"), Run: func() {
			if s := current(); s != nil && s.search() != nil {
				kit.Focus(s.search())
			}
		}},
		{Key: fyne.KeyF6, Name: e.T("books.tab.match"), Run: func() {
			if b.tabs != nil {
				b.tabs.SetKey(tabMatch)
			}
		}},
	}
	if e.Can(ledger.EntrySave.Spec) {
		keys = append(keys, kit.Command{
			Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: e.T("books.new"), Run: b.create,
		})
	}
	if e.Can(ledger.EntryPost.Spec) {
		keys = append(keys, kit.Command{Key: fyne.KeyF10, Name: e.T("books.post"), Run: func() {
			if s, ok := current().(*entries); ok {
				s.post()
			}
		}})
	}
	return keys
}

// figure is an amount in a list, a dash when there is none.
func figure(e *page.Env, a money.Amount, w kit.Weight) kit.CellView {
	if a == 0 {
		return kit.CellView{Text: "–", Color: theme.Faint}
	}
	return kit.CellView{Text: e.Text.AmountBare(a), Weight: w}
}

// side is a balance in the column of its side: the debit one shows what is above zero.
func side(e *page.Env, a money.Amount, debit bool, w kit.Weight) kit.CellView {
	if (a > 0) != debit {
		a = 0
	}
	return figure(e, a.Abs(), w)
}

// dateField is a date typed the French way.
func dateField(e *page.Env, changed func(civil.Date)) *kit.DateField {
	parse := func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }
	return kit.NewDateField(parse, e.Text.Date, today, changed)
}

// journalOptions are the journals that may be used, by code.
func journalOptions(js []ledger.Journal) []kit.Option {
	var out []kit.Option
	for _, j := range js {
		if !j.Archived {
			out = append(out, kit.Option{Key: j.Code, Text: j.Code + " – " + j.Title})
		}
	}
	return out
}

// right is the alignment of amounts.
const right = fyne.TextAlignTrailing
