// Package customers is the pages of the customers: the list searched as one types, the card of one
// with its contacts and its documents.
package customers

import (
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/importing"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// The routes of this package.
const (
	routeList   = "customers"
	routeCard   = "customer"
	routeImport = "customer_import"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		routeList:   func(e *page.Env, r page.Route) page.Page { return newList(e, r.Arg) },
		routeCard:   func(e *page.Env, r page.Route) page.Page { return newCard(e, party.CustomerID(r.ID)) },
		routeImport: func(e *page.Env, _ page.Route) page.Page { return importing.Customers(e) },
	}
}

type list struct {
	*page.Gate
	env    *page.Env
	req    party.ListRequest
	rows   *paging.Pager[party.Row]
	grid   *kit.Grid
	search *kit.LineEdit
	chips  *kit.Choice
	count  *kit.Label
	typing kit.Later
	atMore bool
	object *kit.Page
}

func newList(e *page.Env, filter string) *list {
	l := &list{Gate: page.NewGate(e), env: e, count: kit.Caption(""), typing: kit.Later{Wait: paging.RestSearch}}
	l.req.Sort = party.ByName
	l.rows = &paging.Pager[party.Row]{Fetch: l.fetch, Arrived: l.arrived}
	l.search = kit.NewSearch(e.T("customers.search"), func(text string) {
		l.typing.Do(func() {
			l.req.Text = text
			l.reload()
		})
	})
	filters := []party.Filter{party.FilterActive, party.FilterOverdue, party.FilterProspects, party.FilterArchived}
	if !e.Sees(auth.Balance) {
		filters = slices.DeleteFunc(filters, func(f party.Filter) bool { return f == party.FilterOverdue })
	}
	var chips []kit.Option
	for _, f := range filters {
		chips = append(chips, kit.Option{Key: string(f), Text: e.T("customers.filter." + string(f))})
	}
	l.chips = kit.NewChips(chips, func(string) { l.reload() })
	if filter != "" {
		l.chips.SetKey(filter)
	}
	l.makeGrid()
	bar := kit.HBox(8, kit.Fixed(400, 0, l.search), l.chips, kit.Spacer())
	if e.Can(party.Export.Spec) {
		bar.Add(l.Write(kit.NewButton(e.T("common.export"), "export", kit.Ghost, func() {
			e.Shell.SaveFile(e.T("customers.file"), page.Fetch(e, party.Export,
				party.ExportRequest{Text: l.req.Text, Filter: party.Filter(l.chips.Key())}))
		})))
	}
	head := kit.NewHeader(e.T("customers.title"), e.T("customers.under"), l.actions()...)
	foot := kit.HBox(8, l.count, kit.Spacer(), kit.Caption(e.Keys("customers.hint", party.Save.Spec)))
	l.object = kit.NewPage(head, l.grid).Bar(bar).Foot(foot)
	l.rows.Reset()
	kit.After(paging.RestShown, func() { kit.Focus(l.grid) })
	return l
}

func (l *list) actions() []fyne.CanvasObject {
	e := l.env
	var out []fyne.CanvasObject
	if e.Can(party.Import.Spec) {
		out = append(out, l.Write(kit.NewButton(e.T("common.import"), "upload-simple", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: routeImport})
		})))
	}
	if e.Can(party.Save.Spec) {
		out = append(out, l.Write(kit.NewButton(e.T("customers.new"), "plus", kit.Primary, l.create)))
	}
	return out
}

func (l *list) create() {
	page.Writable(l.env, func() { l.env.Shell.Open(page.Route{Name: routeCard}) })
}

func (l *list) makeGrid() {
	e := l.env
	right, contact := fyne.TextAlignTrailing, e.Sees(auth.Contact)
	columns := []kit.Column{
		{Key: string(party.ByCode), Title: e.T("customers.column.code"), Width: 86, Sortable: true},
		{Key: string(party.ByName), Title: e.T("customers.column.name"), Width: 226, Weight: 2, Sortable: true},
		{Key: string(party.ByPostalCode), Title: e.T("customers.column.postal"), Width: 76, Sortable: true},
		{Key: string(party.ByCity), Title: e.T("customers.column.city"), Width: 124, Weight: 1, Sortable: true},
		{Key: string(party.ByEmail), Title: e.T("customers.column.email"), Width: 170, Weight: 4, Sortable: contact},
		{Key: string(party.ByPhone), Title: e.T("customers.column.phone"), Width: 118, Sortable: contact},
		{Title: e.T("customers.column.balance"), Width: 112, Align: right},
		{Title: e.T("customers.column.state"), Width: 100},
	}
	l.grid = kit.NewGrid(columns, l.rows.Count, func(row, col int) kit.CellView {
		r, _ := l.rows.At(row)
		return l.cell(r, col)
	})
	l.grid.Loaded = func(row int) bool { _, ok := l.rows.At(row); return ok }
	l.grid.Need = l.rows.Need
	l.grid.Muted = func(row int) bool { r, _ := l.rows.At(row); return r.Archived }
	l.grid.OnOpen = func(row int) {
		if r, ok := l.rows.At(row); ok {
			e.Shell.Open(page.Route{Name: routeCard, ID: int64(r.ID)})
		}
	}
	l.grid.OnSort = func(key string, descending bool) {
		l.req.Sort, l.req.Desc = party.Sort(key), descending
		l.reload()
	}
	l.grid.OnType = func(r rune) {
		kit.Focus(l.search)
		l.search.TypedRune(r)
	}
	l.grid.SetSort(string(party.ByName), false)
}

func (l *list) cell(r party.Row, col int) kit.CellView {
	e := l.env
	if (col == 4 || col == 5) && !e.Sees(auth.Contact) || col == 6 && !e.Sees(auth.Balance) {
		return page.Hidden()
	}
	switch col {
	case 0:
		return kit.CellView{Text: r.Code, Color: theme.Muted}
	case 1:
		return kit.CellView{Text: r.Name, Weight: kit.Bold}
	case 2:
		return kit.CellView{Text: r.PostalCode, Color: theme.Muted}
	case 3:
		return kit.CellView{Text: r.City}
	case 4:
		return kit.CellView{Text: r.Email, Color: theme.Muted}
	case 5:
		return kit.CellView{Text: r.Phone, Color: theme.Muted}
	case 6:
		if r.Balance == 0 {
			return kit.CellView{Text: "–", Color: theme.Faint}
		}
		return kit.CellView{Text: e.Text.Amount(r.Balance)}
	default:
		return l.state(r)
	}
}

func (l *list) state(r party.Row) kit.CellView {
	key, tone := "active", kit.Ok
	switch {
	case r.Archived:
		key, tone = "archived", kit.Neutral
	case r.Overdue > 0:
		key, tone = "overdue", kit.Warn
	case r.Prospect:
		key, tone = "prospect", kit.Info
	}
	return kit.CellView{Text: l.env.T("customers.state." + key), Pill: true, Tone: tone}
}

func (l *list) fetch(offset int, answer func([]party.Row, int, error)) {
	req := l.req
	req.Filter, req.Offset, req.Limit = party.Filter(l.chips.Key()), offset, paging.Rows
	page.Call(l.env, party.List, req, func(p party.Page, err error) {
		l.atMore = p.AtLeast
		answer(p.Rows, p.Total, err)
	})
}

func (l *list) reload() {
	l.grid.ScrollToTop()
	l.rows.Reset()
}

func (l *list) arrived(first bool, err error) {
	e := l.env
	if first {
		page.Answered(l.env, err, l.grid)
	}
	if err != nil {
		if first {
			e.Shell.Fail(err)
		}
		return
	}
	if first {
		l.grid.SetEmpty(l.empty())
		key := "customers.count"
		if l.atMore {
			key = "customers.count_more"
		}
		l.count.SetText(e.Text.N(key, l.rows.Count(), nil))
	}
	l.grid.Reload()
}

// empty says why there is no row: nothing yet, or nothing that fits.
func (l *list) empty() fyne.CanvasObject {
	e := l.env
	if l.req.Text != "" || l.chips.Key() != string(party.FilterActive) {
		return kit.NewEmpty("magnifying-glass", e.T("customers.nothing"), e.T("customers.nothing_hint"), nil)
	}
	var act *kit.Button
	if e.Can(party.Save.Spec) {
		act = l.Lone(kit.NewButton(e.T("customers.new"), "plus", kit.Secondary, l.create))
	}
	switch {
	case e.Me.May[string(auth.CustomerRead)] != auth.All.String(): // there may be others, entrusted to others
		return kit.NewEmpty("users", e.T("customers.none_yours"), e.T("customers.none_yours_hint"), act)
	case !e.Can(party.Import.Spec):
		return kit.NewEmpty("users", e.T("customers.none"), "", act)
	}
	return kit.NewEmpty("users", e.T("customers.none"), e.T("customers.none_hint"), act)
}

// Object implements page.Page.
func (l *list) Object() fyne.CanvasObject { return l.object }

// Refresh implements page.Page.
func (l *list) Refresh() { l.rows.Again() }

// Unsaved implements page.Page.
func (l *list) Unsaved() bool { return false }

// Commands are the shortcuts of the page.
func (l *list) Commands() []kit.Command {
	keys := []kit.Command{{
		Key: fyne.KeyF, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("customers.search"),
		Run: func() { kit.Focus(l.search) },
	}}
	if l.env.Can(party.Save.Spec) {
		keys = append(keys, kit.Command{
			Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("customers.new"), Run: l.create,
		})
	}
	return keys
}
