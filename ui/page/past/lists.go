package past

import (
	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// The keys of the lists.
const (
	customers = "customers"
	documents = "documents"
	items     = "items"
)

// sheet is one of the lists.
type sheet interface {
	object() fyne.CanvasObject
	// find lists what has some words.
	find(text string)
	// again reads the record that is chosen once more.
	again()
}

// rows is a list of records of one kind.
type rows[R any] struct {
	book  *book
	key   string
	text  string
	grid  *kit.Grid
	pages *paging.Pager[R]
	// ask asks for a page of the list.
	ask func(text string, offset int, answer func(rows []R, count int, err error))
	// choose shows a record beside the list.
	choose func(R)
}

func newRows[R any](b *book, key string, columns []kit.Column, cell func(r R, col int) kit.CellView,
	ask func(string, int, func([]R, int, error)), choose func(R),
) *rows[R] {
	s := &rows[R]{book: b, key: key, ask: ask, choose: choose}
	s.pages = &paging.Pager[R]{
		Fetch:   func(offset int, answer func([]R, int, error)) { s.ask(s.text, offset, answer) },
		Arrived: s.arrived,
	}
	s.grid = kit.NewGrid(columns, s.pages.Count, func(row, col int) kit.CellView {
		r, _ := s.pages.At(row)
		return cell(r, col)
	})
	s.grid.Loaded = func(row int) bool { _, ok := s.pages.At(row); return ok }
	s.grid.Need = s.pages.Need
	s.grid.OnSelect = s.chosen
	s.grid.OnType = func(r rune) {
		kit.Focus(b.search)
		b.search.TypedRune(r)
	}
	return s
}

func (s *rows[R]) object() fyne.CanvasObject { return s.grid }

func (s *rows[R]) find(text string) {
	s.text = text
	s.grid.Unselect()
	s.grid.ScrollToTop()
	s.book.invite()
	s.pages.Reset()
}

func (s *rows[R]) again() { s.chosen(s.grid.Selected()) }

func (s *rows[R]) chosen(row int) {
	if r, ok := s.pages.At(row); ok {
		s.choose(r)
	}
}

func (s *rows[R]) arrived(first bool, err error) {
	if first {
		page.Answered(s.book.env, err, s.grid)
	}
	if err != nil {
		if first {
			s.book.failed(err)
		}
		return
	}
	e := s.book.env
	if first && s.book.shown == s.key {
		s.grid.SetEmpty(kit.NewEmpty("magnifying-glass", e.T("past.no_row"), e.T("past.no_row_hint"), nil))
		s.book.count.SetText(e.Text.N("past.count", s.pages.Count(), nil))
	}
	s.grid.Reload()
}

// makeSheets makes the lists of what the person may read.
func (b *book) makeSheets() {
	e := b.env
	b.sheets = map[string]sheet{}
	var options []kit.Option
	add := func(key string, may bool, list sheet) {
		if may {
			b.sheets[key] = list
			options = append(options, kit.Option{Key: key, Text: e.T("past.list." + key)})
		}
	}
	add(customers, b.state.Customers, b.customerRows())
	add(documents, b.state.Documents, b.documentRows())
	add(items, b.state.Items, b.itemRows())
	b.chips = kit.NewSegmented(options, b.turn)
	b.search = kit.NewSearch(e.T("past.search"), func(text string) {
		b.typing.Do(func() {
			if s := b.sheets[b.shown]; s != nil {
				s.find(text)
			}
		})
	})
	if b.sheets[b.shown] == nil && len(options) > 0 {
		b.shown = options[0].Key
	}
	b.chips.SetKey(b.shown)
}

// turn shows a list.
func (b *book) turn(key string) {
	b.shown = key
	s := b.sheets[key]
	b.lists.Objects = []fyne.CanvasObject{s.object()}
	b.lists.Refresh()
	s.find(b.search.Text())
}

func (b *book) customerRows() sheet {
	e := b.env
	return newRows(b, customers, []kit.Column{
		{Title: e.T("customers.column.code"), Width: 86},
		{Title: e.T("customers.column.name"), Width: 190, Weight: 2},
		{Title: e.T("customers.column.city"), Width: 120, Weight: 1},
		{Title: e.T("customers.column.phone"), Width: 118, Spare: true},
	}, func(r party.Row, col int) kit.CellView {
		return [...]kit.CellView{
			{Text: r.Code, Color: theme.Muted},
			{Text: r.Name, Weight: kit.Bold},
			{Text: r.City},
			{Text: e.Seen(r.Phone, auth.Contact), Color: theme.Muted},
		}[col]
	}, func(text string, offset int, answer func([]party.Row, int, error)) {
		req := party.ListRequest{Text: text, Offset: offset, Limit: paging.Rows}
		page.Call(e, past.Customers, req, func(p party.Page, err error) { answer(p.Rows, p.Total, err) })
	}, b.customer)
}

func (b *book) documentRows() sheet {
	e := b.env
	return newRows(b, documents, []kit.Column{
		{Title: e.T("customers.column.number"), Width: 112},
		{Title: e.T("customers.column.name"), Width: 170, Weight: 2},
		{Title: e.T("customers.column.date"), Width: 92},
		{Title: e.T("customers.column.gross"), Width: 110, Align: fyne.TextAlignTrailing},
		{Title: e.T("customers.column.state"), Width: 126},
	}, func(r billing.Row, col int) kit.CellView {
		return [...]kit.CellView{
			{Text: b.number(r), Color: theme.Muted},
			{Text: r.CustomerName, Weight: kit.Bold},
			{Text: e.Text.Date(r.Date)},
			{Text: e.Text.Amount(r.Gross)},
			{Text: e.T("sales_ui.status." + string(r.Kind) + "." + string(r.Status)), Pill: true},
		}[col]
	}, func(text string, offset int, answer func([]billing.Row, int, error)) {
		req := billing.ListRequest{Text: text, Offset: offset, Limit: paging.Rows}
		page.Call(e, past.Documents, req, func(p billing.Page, err error) { answer(p.Rows, p.Count, err) })
	}, b.document)
}

// number is what a document is called.
func (b *book) number(r billing.Row) string {
	if r.Number == "" {
		return b.env.T("sales_ui.kind_draft." + string(r.Kind))
	}
	return r.Number
}

func (b *book) itemRows() sheet {
	e := b.env
	return newRows(b, items, []kit.Column{
		{Title: e.T("items.column.code"), Width: 110},
		{Title: e.T("items.column.label"), Width: 220, Weight: 1},
		{Title: e.T("items.column.price"), Width: 120, Align: fyne.TextAlignTrailing},
		{Title: e.T("items.column.vat"), Width: 80, Align: fyne.TextAlignTrailing},
	}, func(i catalog.Item, col int) kit.CellView {
		return [...]kit.CellView{
			{Text: i.Code, Color: theme.Muted},
			{Text: i.Label, Weight: kit.Bold},
			{Text: e.Text.UnitPrice(i.Price)},
			{Text: e.Text.Rate(i.VATRate), Color: theme.Muted},
		}[col]
	}, func(text string, offset int, answer func([]catalog.Item, int, error)) {
		req := catalog.ListRequest{Text: text, Offset: offset, Limit: paging.Rows}
		page.Call(e, past.Items, req, func(p catalog.Page, err error) { answer(p.Items, p.Total, err) })
	}, b.item)
}
