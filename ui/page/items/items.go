// Package items is the page of what one sells: articles and services with their price and VAT.
package items

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/importing"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// The routes of this package.
const (
	routeList   = "items"
	routeItem   = "item"
	routeImport = "item_import"
)

// Routes are the pages of this package; one item is a dialog over the list.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		routeList:   func(e *page.Env, r page.Route) page.Page { return newList(e, 0) },
		routeItem:   one,
		routeImport: func(e *page.Env, _ page.Route) page.Page { return importing.Items(e) },
	}
}

// one shows an item, or the boxes of a new one.
func one(e *page.Env, r page.Route) page.Page {
	l := newList(e, catalog.ItemID(r.ID))
	if r.ID == 0 && e.Can(catalog.Save.Spec) {
		kit.After(paging.RestShown, l.create)
	}
	return l
}

type list struct {
	*page.Gate
	env    *page.Env
	req    catalog.ListRequest
	rows   *paging.Pager[catalog.Item]
	grid   *kit.Grid
	search *kit.LineEdit
	chips  *kit.Choice
	count  *kit.Label
	typing kit.Later
	object *kit.Page
	open   *editor // the dialog over the list, nil for none
}

func newList(e *page.Env, open catalog.ItemID) *list {
	l := &list{Gate: page.NewGate(e), env: e, count: kit.Caption(""), typing: kit.Later{Wait: paging.RestSearch}}
	l.req.Sort = catalog.ByLabel
	l.rows = &paging.Pager[catalog.Item]{Fetch: l.fetch, Arrived: l.arrived}
	l.search = kit.NewSearch(e.T("items.search"), func(text string) {
		l.typing.Do(func() {
			l.req.Text = text
			l.grid.ScrollToTop()
			l.rows.Reset()
		})
	})
	l.chips = kit.NewChips([]kit.Option{
		{Key: string(catalog.FilterActive), Text: e.T("items.filter.active")},
		{Key: string(catalog.FilterGoods), Text: e.T("items.filter.goods")},
		{Key: string(catalog.FilterServices), Text: e.T("items.filter.services")},
		{Key: string(catalog.FilterArchived), Text: e.T("items.filter.archived")},
	}, func(string) { l.rows.Reset() })
	l.makeGrid()
	var actions []fyne.CanvasObject
	if e.Can(catalog.Import.Spec) {
		bring := func() { e.Shell.Open(page.Route{Name: routeImport}) }
		actions = append(actions,
			l.Write(kit.NewButton(e.T("common.import"), "upload-simple", kit.Secondary, bring)))
	}
	if e.Can(catalog.Save.Spec) {
		actions = append(actions, l.Write(kit.NewButton(e.T("items.new"), "plus", kit.Primary, l.create)))
	}
	head := kit.NewHeader(e.T("items.title"), e.T("items.under"), actions...)
	bar := kit.HBox(8, kit.Fixed(360, 0, l.search), l.chips, kit.Spacer())
	l.object = kit.NewPage(head, l.grid).Bar(bar).Foot(kit.HBox(8, l.count, kit.Spacer(), kit.Caption(e.Keys("items.hint", catalog.Save.Spec))))
	l.rows.Reset()
	kit.After(paging.RestShown, func() { kit.Focus(l.grid) })
	if open != 0 {
		page.Do(e, catalog.Get, catalog.IDRequest{ID: open}, l.edit)
	}
	return l
}

// create proposes the rate most used where the company is.
func (l *list) create() {
	it := catalog.Item{Unit: "C62", Nature: catalog.Goods, SalesAccount: "707000"}
	if !l.env.Can(company.Get.Spec) {
		l.edit(it)
		return
	}
	page.Call(l.env, company.Get, op.Empty{}, func(p company.Profile, err error) {
		if err == nil && p.Regime != fr.Franchise {
			it.VATRate = fr.NormalVATRate(p.Territory, civil.Of(time.Now())) //nolint:forbidigo // only proposed
		}
		l.edit(it)
	})
}

func (l *list) makeGrid() {
	e, right := l.env, fyne.TextAlignTrailing
	l.grid = kit.NewGrid([]kit.Column{
		{Key: string(catalog.ByCode), Title: e.T("items.column.code"), Width: 110, Sortable: true},
		{Key: string(catalog.ByLabel), Title: e.T("items.column.label"), Width: 260, Weight: 1, Sortable: true},
		{Title: e.T("items.column.nature"), Width: 100},
		{Title: e.T("items.column.unit"), Width: 124},
		{Key: string(catalog.ByPrice), Title: e.T("items.column.price"), Width: 120, Align: right, Sortable: true},
		{Key: string(catalog.ByRate), Title: e.T("items.column.vat"), Width: 80, Align: right, Sortable: true},
		{Title: e.T("items.column.account"), Width: 90},
	}, l.rows.Count, func(row, col int) kit.CellView {
		it, _ := l.rows.At(row)
		return l.cell(it, col)
	})
	l.grid.Loaded = func(row int) bool { _, ok := l.rows.At(row); return ok }
	l.grid.Need = l.rows.Need
	l.grid.Muted = func(row int) bool { it, _ := l.rows.At(row); return it.Archived }
	l.grid.OnOpen = func(row int) {
		if it, ok := l.rows.At(row); ok {
			l.edit(it)
		}
	}
	l.grid.OnSort = func(key string, descending bool) {
		l.req.Sort, l.req.Desc = catalog.Sort(key), descending
		l.rows.Reset()
	}
	l.grid.OnType = func(r rune) {
		kit.Focus(l.search)
		l.search.TypedRune(r)
	}
	l.grid.SetSort(string(catalog.ByLabel), false)
}

func (l *list) cell(it catalog.Item, col int) kit.CellView {
	e := l.env
	switch col {
	case 0:
		return kit.CellView{Text: it.Code, Color: theme.Muted}
	case 1:
		return kit.CellView{Text: it.Label, Weight: kit.Bold}
	case 2:
		return kit.CellView{Text: e.T("items.nature." + string(it.Nature)), Color: theme.Muted}
	case 3:
		if u, ok := fr.UnitOf(it.Unit); ok {
			return kit.CellView{Text: u.Singular, Color: theme.Muted}
		}
		return kit.CellView{Text: it.Unit, Color: theme.Muted}
	case 4:
		return kit.CellView{Text: e.Text.UnitPrice(it.Price)}
	case 5:
		return kit.CellView{Text: e.Text.Rate(it.VATRate), Color: theme.Muted}
	default:
		return kit.CellView{Text: it.SalesAccount, Color: theme.Muted}
	}
}

func (l *list) fetch(offset int, answer func([]catalog.Item, int, error)) {
	req := l.req
	req.Filter, req.Offset, req.Limit = catalog.Filter(l.chips.Key()), offset, paging.Rows
	page.Call(l.env, catalog.List, req, func(p catalog.Page, err error) { answer(p.Items, p.Total, err) })
}

func (l *list) arrived(first bool, err error) {
	if first {
		page.Answered(l.env, err, l.grid)
	}
	if err != nil {
		if first {
			l.env.Shell.Fail(err)
		}
		return
	}
	if first {
		l.grid.SetEmpty(kit.NewEmpty("tag", l.env.T("items.none"), l.env.T("items.none_hint"), nil))
		l.count.SetText(l.env.Text.N("items.count", l.rows.Count(), nil))
	}
	l.grid.Reload()
}

// Object implements page.Page.
func (l *list) Object() fyne.CanvasObject { return l.object }

// Refresh implements page.Page.
func (l *list) Refresh() {
	l.rows.Again()
	if l.open != nil {
		l.open.elsewhere()
	}
}

// Unsaved implements page.Page.
func (l *list) Unsaved() bool { return false }

// Commands are the shortcuts of the page.
func (l *list) Commands() []kit.Command {
	keys := []kit.Command{{
		Key: fyne.KeyF, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("items.search"), Run: func() { kit.Focus(l.search) },
	}}
	if l.env.Can(catalog.Save.Spec) {
		keys = append(keys, kit.Command{
			Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("items.new"),
			Run: func() { page.Writable(l.env, l.create) },
		})
	}
	return keys
}
