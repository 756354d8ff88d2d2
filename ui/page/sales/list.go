package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// listKind is what tells the list of quotes from that of invoices.
type listKind struct {
	key     string // of its texts: "sales_ui.<key>.title"…
	kinds   []billing.Kind
	save    op.Spec
	route   string
	filters []listFilter
	columns []listColumn
}

// listFilter is one chip of a list; it changes what is asked.
type listFilter struct {
	key   string
	apply func(*billing.ListRequest)
}

func having(s ...billing.Status) func(*billing.ListRequest) {
	return func(r *billing.ListRequest) { r.Statuses = s }
}

var quoteList = listKind{
	key: "quotes", kinds: []billing.Kind{billing.Quote}, save: billing.SaveQuote.Spec, route: routeQuote,
	filters: []listFilter{
		{"all", func(*billing.ListRequest) {}},
		{"draft", having(billing.Draft)},
		{"sent", having(billing.Sent)},
		{"accepted", having(billing.Accepted)},
		{"invoiced", having(billing.Invoiced)},
		{"refused", having(billing.Refused)},
		{"expired", having(billing.Expired)},
	},
	columns: quoteColumns,
}

var invoiceList = listKind{
	key: "invoices", kinds: []billing.Kind{billing.Invoice, billing.CreditNote}, save: billing.SaveInvoice.Spec,
	route: routeInvoice,
	filters: []listFilter{
		{"all", func(*billing.ListRequest) {}},
		{"draft", having(billing.Draft)},
		{"open", func(r *billing.ListRequest) { r.Kinds, r.Open = []billing.Kind{billing.Invoice}, true }},
		{"overdue", having(billing.Overdue)},
		{"paid", func(r *billing.ListRequest) {
			r.Kinds, r.Statuses = []billing.Kind{billing.Invoice}, []billing.Status{billing.Paid}
		}},
		{"credit_note", func(r *billing.ListRequest) { r.Kinds = []billing.Kind{billing.CreditNote} }},
	},
	columns: invoiceColumns,
}

// list is the page of a list of documents.
type list struct {
	*page.Gate
	env    *page.Env
	kind   listKind
	req    billing.ListRequest // sort and text; the filter is added to it
	sums   billing.Sums
	rows   *paging.Pager[billing.Row]
	grid   *kit.Grid
	search *kit.LineEdit
	chips  *kit.Choice
	create *kit.Button
	count  *kit.Label
	typing kit.Later
	object *kit.Page
}

func newList(e *page.Env, k listKind, filter string) *list {
	l := &list{Gate: page.NewGate(e), env: e, kind: k, typing: kit.Later{Wait: paging.RestSearch}}
	l.rows = &paging.Pager[billing.Row]{Fetch: l.fetch, Arrived: l.arrived}
	l.search = kit.NewSearch(e.T("sales_ui."+k.key+".search"), func(text string) {
		l.typing.Do(func() {
			l.req.Text = text
			l.reload()
		})
	})
	l.search.OnKey = func(ev *fyne.KeyEvent) bool {
		if ev.Name == fyne.KeyDown {
			kit.Focus(l.grid)
			return true
		}
		return false
	}
	var options []kit.Option
	for _, f := range k.filters {
		if f.key != "open" || e.Sees(auth.Balance) {
			options = append(options, kit.Option{Key: f.key, Text: e.T("sales_ui." + k.key + ".filter." + f.key)})
		}
	}
	l.chips = kit.NewChips(options, func(string) { l.reload() })
	if filter != "" {
		l.chips.SetKey(filter)
	}
	l.makeGrid()
	var actions []fyne.CanvasObject
	if e.Can(k.save) {
		l.create = l.Write(kit.NewButton(e.T("sales_ui."+k.key+".new"), "plus", kit.Primary, l.open(0)))
		actions = append(actions, l.create)
	}
	head := kit.NewHeader(e.T("sales_ui."+k.key+".title"), e.T("sales_ui."+k.key+".under"), actions...)
	l.count = kit.Caption("")
	foot := kit.HBox(8, l.count, kit.Spacer(), kit.Caption(e.Keys("sales_ui.list.hint", k.save)))
	l.object = kit.NewPage(head, l.grid).Bar(kit.HBox(8, kit.Fixed(360, 0, l.search), l.chips)).Foot(foot)
	l.rows.Reset()
	kit.After(restShown, func() { kit.Focus(l.grid) })
	return l
}

func (l *list) makeGrid() {
	columns := make([]kit.Column, len(l.kind.columns))
	for i, c := range l.kind.columns {
		columns[i] = c.Column
		columns[i].Title = l.env.T("sales_ui.column." + c.title)
		columns[i].Sortable = c.Key != "" && (c.Key != string(billing.ByOpen) || l.env.Sees(auth.Balance))
	}
	l.grid = kit.NewGrid(columns, func() int { return l.rows.Count() }, func(row, col int) kit.CellView {
		r, _ := l.rows.At(row)
		return l.kind.columns[col].cell(l.env, r)
	})
	l.grid.Loaded = func(row int) bool { _, ok := l.rows.At(row); return ok }
	l.grid.Need = l.rows.Need
	l.grid.Muted = func(row int) bool {
		r, _ := l.rows.At(row)
		return r.Status == billing.Refused || r.Status == billing.Credited
	}
	l.grid.OnOpen = func(row int) {
		if r, ok := l.rows.At(row); ok {
			l.env.Shell.Open(routeOf(r.Kind, r.ID))
		}
	}
	l.grid.OnSort = func(key string, descending bool) {
		l.req.Sort, l.req.Ascending = billing.Sort(key), !descending
		l.reload()
	}
	l.grid.OnType = func(r rune) {
		kit.Focus(l.search)
		l.search.TypedRune(r)
	}
	l.grid.SetSort(string(billing.ByDate), true)
}

func (l *list) open(id billing.DocumentID) func() {
	return func() { l.env.Shell.Open(page.Route{Name: l.kind.route, ID: int64(id)}) }
}

// request is what is asked of the book for the rows from offset on.
func (l *list) request(offset int) billing.ListRequest {
	r := l.req
	r.Kinds, r.Offset, r.Limit = l.kind.kinds, offset, paging.Rows
	for _, f := range l.kind.filters {
		if f.key == l.chips.Key() {
			f.apply(&r)
		}
	}
	return r
}

func (l *list) fetch(offset int, answer func([]billing.Row, int, error)) {
	page.Call(l.env, billing.List, l.request(offset), func(p billing.Page, err error) {
		if err == nil {
			l.sums = p.Sums
		}
		answer(p.Rows, p.Count, err)
	})
}

func (l *list) reload() {
	l.grid.ScrollToTop()
	l.rows.Reset()
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
		l.grid.SetEmpty(l.empty())
		l.count.SetText(l.env.Text.N("sales_ui."+l.kind.key+".count", l.rows.Count(), nil))
		foot := make([]kit.CellView, len(l.kind.columns))
		for i, c := range l.kind.columns {
			if c.sum != nil && l.rows.Count() > 0 && (c.Key != string(billing.ByOpen) || l.env.Sees(auth.Balance)) {
				foot[i] = kit.CellView{Text: l.env.Text.Amount(c.sum(l.sums)), Weight: kit.Bold}
			}
		}
		foot[0] = kit.CellView{Text: l.env.T("sales_ui.list.total"), Color: theme.Muted}
		if l.rows.Count() == 0 {
			foot = nil
		}
		l.grid.SetFoot(foot)
	}
	l.grid.Reload()
}

// empty says why there is no row: nothing yet, or nothing that fits the search.
func (l *list) empty() fyne.CanvasObject {
	e := l.env
	if l.req.Text != "" || l.chips.Key() != "all" {
		return kit.NewEmpty("magnifying-glass", e.T("sales_ui.list.nothing"),
			e.T("sales_ui.list.nothing_hint"), nil)
	}
	var act *kit.Button
	if e.Can(l.kind.save) {
		act = l.Lone(kit.NewButton(e.T("sales_ui."+l.kind.key+".new"), "plus", kit.Secondary, l.open(0)))
	}
	none := "sales_ui." + l.kind.key + ".none"
	return kit.NewEmpty("receipt", e.T(none), e.T(none+"_hint"), act)
}

// Object implements page.Page.
func (l *list) Object() fyne.CanvasObject { return l.object }

// Refresh implements page.Page.
func (l *list) Refresh() { l.rows.Again() }

// Unsaved implements page.Page.
func (l *list) Unsaved() bool { return false }

// Commands are the shortcuts of the page while it is shown.
func (l *list) Commands() []kit.Command {
	keys := []kit.Command{{
		Key: fyne.KeyF, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("sales_ui.key.search"),
		Run: func() { kit.Focus(l.search) },
	}}
	if l.create != nil {
		keys = append(keys, kit.Command{
			Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: l.env.T("sales_ui." + l.kind.key + ".new"),
			Run: func() { page.Writable(l.env, l.open(0)) },
		})
	}
	return keys
}
