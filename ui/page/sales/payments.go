package sales

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// payments is the page of the list of payments.
type payments struct {
	*page.Gate
	env    *page.Env
	text   string
	total  money.Amount
	left   money.Amount
	rows   *paging.Pager[billing.Payment]
	grid   *kit.Grid
	search *kit.LineEdit
	chips  *kit.Choice
	method *kit.Select
	period *kit.Select
	cancel *kit.Button
	use    *kit.Button
	count  *kit.Label
	typing kit.Later
	object *kit.Page
}

func newPayments(e *page.Env, filter string, id billing.PaymentID) *payments {
	p := &payments{Gate: page.NewGate(e), env: e, typing: kit.Later{Wait: paging.RestSearch}}
	p.rows = &paging.Pager[billing.Payment]{Fetch: p.fetch, Arrived: p.arrived}
	p.search = kit.NewSearch(e.T("sales_ui.payments.search"), func(text string) {
		p.typing.Do(func() {
			p.text = text
			p.reload()
		})
	})
	var chips []kit.Option
	for _, key := range []string{"all", "on_account", "cancelled"} {
		if key == "on_account" && !e.Sees(auth.Balance) {
			continue
		}
		chips = append(chips, kit.Option{Key: key, Text: e.T("sales_ui.payments.filter." + key)})
	}
	p.chips = kit.NewChips(chips, func(string) { p.reload() })
	if filter != "" {
		p.chips.SetKey(filter)
	}
	any := kit.Option{Key: "", Text: e.T("sales_ui.payments.any_method")}
	p.method = kit.NewSelect(append([]kit.Option{any}, treasury(e)...), func(string) { p.reload() })
	p.method.SetKey("")
	p.period = kit.NewSelect(periods(e), func(string) { p.reload() })
	p.period.SetKey("")
	p.makeGrid()
	var actions []fyne.CanvasObject
	if e.Can(billing.Allocate.Spec) && e.Sees(auth.Balance) {
		p.use = kit.NewButton(e.T("sales_ui.payments.allocate"), "link", kit.Secondary, p.allocate)
		actions = append(actions, p.use)
	}
	if e.Can(billing.CancelPayment.Spec) {
		p.cancel = kit.NewButton(e.T("sales_ui.payments.cancel"), "prohibit", kit.Secondary, p.askCancel)
		actions = append(actions, p.cancel)
	}
	if e.Can(billing.RecordPayment.Spec) {
		record := kit.NewButton(e.T("sales_ui.payments.new"), "plus", kit.Primary, p.askPayment)
		if !e.Sees(auth.Balance) {
			record.DisableWith(e.T("sales_ui.payments.blind"))
		}
		actions = append(actions, p.Write(record))
	}
	head := kit.NewHeader(e.T("sales_ui.payments.title"), e.T("sales_ui.payments.under"), actions...)
	p.count = kit.Caption("")
	foot := kit.HBox(8, p.count, kit.Spacer(), kit.Caption(e.T("sales_ui.payments.hint")))
	bar := kit.HBox(8, kit.Fixed(340, 0, p.search), p.chips, kit.Spacer(),
		kit.Fixed(160, 0, p.period), kit.Fixed(170, 0, p.method))
	p.object = kit.NewPage(head, p.grid).Bar(bar).Foot(foot)
	p.selected(-1)
	p.rows.Reset()
	kit.After(restShown, func() { kit.Focus(p.grid) })
	if id != 0 {
		p.seek(id, 0)
	}
	return p
}

// periods are the runs of days a list of payments may be limited to.
func periods(e *page.Env) []kit.Option {
	out := []kit.Option{{Key: "", Text: e.T("sales_ui.period.all")}}
	for _, key := range []string{"month", "last_month", "quarter", "year", "last_year"} {
		out = append(out, kit.Option{Key: key, Text: e.T("sales_ui.period." + key)})
	}
	return out
}

// periodOf is the run of days of a key of periods.
func periodOf(key string, day civil.Date) civil.Period {
	switch key {
	case "month":
		return civil.MonthOf(day)
	case "last_month":
		return civil.MonthOf(day.AddMonths(-1))
	case "quarter":
		return civil.QuarterOf(day)
	case "year":
		return civil.YearOf(day)
	case "last_year":
		return civil.YearOf(day.AddYears(-1))
	}
	return civil.Period{}
}

// paymentColumns are the columns of the list, by the key of their titles.
var paymentColumns = []struct {
	kit.Column
	title string
	cell  func(*page.Env, billing.Payment) kit.CellView
}{
	{kit.Column{Width: 106}, "number", func(_ *page.Env, p billing.Payment) kit.CellView {
		return kit.CellView{Text: p.Number, Color: theme.Muted}
	}},
	{kit.Column{Width: 92}, "date", func(e *page.Env, p billing.Payment) kit.CellView {
		return dated(e, p.Date)
	}},
	{kit.Column{Width: 190, Weight: 3}, "customer", func(_ *page.Env, p billing.Payment) kit.CellView {
		return kit.CellView{Text: p.CustomerName, Weight: kit.Bold}
	}},
	{kit.Column{Width: 110}, "method", func(e *page.Env, p billing.Payment) kit.CellView {
		return kit.CellView{Text: e.T("fr.payment." + string(p.Method))}
	}},
	{spare(kit.Column{Width: 96, Weight: 1}), "reference", func(_ *page.Env, p billing.Payment) kit.CellView {
		return kit.CellView{Text: p.Reference, Color: theme.Muted}
	}},
	{kit.Column{Width: 126, Weight: 2}, "settled", func(_ *page.Env, p billing.Payment) kit.CellView {
		var numbers []string
		for _, s := range p.Settlements {
			numbers = append(numbers, s.Number)
		}
		return kit.CellView{Text: strings.Join(numbers, ", "), Color: theme.Muted}
	}},
	{right(kit.Column{Width: 122}), "amount", func(e *page.Env, p billing.Payment) kit.CellView {
		if p.Refund {
			return figure(e, p.Amount.Neg(), kit.Bold)
		}
		return figure(e, p.Amount, kit.Bold)
	}},
	{right(kit.Column{Width: 116}), "on_account", func(e *page.Env, p billing.Payment) kit.CellView {
		if !e.Sees(auth.Balance) {
			return page.Hidden()
		}
		return figure(e, p.OnAccount, kit.Regular)
	}},
	{kit.Column{Width: 116}, "status", func(e *page.Env, p billing.Payment) kit.CellView {
		key, tone := "settled", kit.Ok
		switch {
		case p.Cancelled != nil:
			key, tone = "cancelled", kit.Neutral
		case p.Refund:
			key, tone = "refund", kit.Info
		case !e.Sees(auth.Balance):
			return page.Hidden()
		case p.OnAccount > 0:
			key, tone = "on_account", kit.Warn
		}
		return kit.CellView{Text: e.T("sales_ui.payments.status." + key), Pill: true, Tone: tone}
	}},
}

func (p *payments) makeGrid() {
	columns := make([]kit.Column, len(paymentColumns))
	for i, c := range paymentColumns {
		columns[i] = c.Column
		columns[i].Title = p.env.T("sales_ui.column." + c.title)
	}
	p.grid = kit.NewGrid(columns, func() int { return p.rows.Count() }, func(row, col int) kit.CellView {
		r, _ := p.rows.At(row)
		return paymentColumns[col].cell(p.env, r)
	})
	p.grid.Loaded = func(row int) bool { _, ok := p.rows.At(row); return ok }
	p.grid.Need = p.rows.Need
	p.grid.Muted = func(row int) bool { r, _ := p.rows.At(row); return r.Cancelled != nil }
	p.grid.OnSelect = p.selected
	p.grid.OnOpen = p.show
	p.grid.OnDelete = func(int) { p.askCancel() }
	p.grid.OnType = func(r rune) {
		kit.Focus(p.search)
		p.search.TypedRune(r)
	}
}

func (p *payments) fetch(offset int, answer func([]billing.Payment, int, error)) {
	req := billing.PaymentListRequest{
		Text: p.text, Method: billing.Method(p.method.Key()), Period: periodOf(p.period.Key(), today()),
		OnAccount: p.chips.Key() == "on_account", Cancelled: p.chips.Key() == "cancelled",
		Offset: offset, Limit: paging.Rows,
	}
	page.Call(p.env, billing.Payments, req, func(a billing.PaymentPage, err error) {
		if err == nil {
			p.total, p.left = a.Total, a.OnAccount
		}
		answer(a.Rows, a.Count, err)
	})
}

func (p *payments) reload() {
	p.grid.ScrollToTop()
	p.rows.Reset()
}

func (p *payments) arrived(first bool, err error) {
	e := p.env
	if first {
		page.Answered(e, err, p.grid)
	}
	if err != nil {
		if first {
			e.Shell.Fail(err)
		}
		return
	}
	if first {
		p.grid.SetEmpty(kit.NewEmpty("coins", e.T("sales_ui.payments.none"),
			e.T("sales_ui.payments.none_hint"), nil))
		p.count.SetText(e.Text.N("sales_ui.payments.count", p.rows.Count(), nil))
		foot := make([]kit.CellView, len(paymentColumns))
		foot[0] = kit.CellView{Text: e.T("sales_ui.list.total"), Color: theme.Muted}
		foot[6] = kit.CellView{Text: e.Text.Amount(p.total), Weight: kit.Bold}
		if e.Sees(auth.Balance) {
			foot[7] = kit.CellView{Text: e.Text.Amount(p.left), Weight: kit.Bold}
		}
		if p.rows.Count() == 0 {
			foot = nil
		}
		p.grid.SetFoot(foot)
	}
	p.grid.Reload()
	p.selected(p.grid.Selected())
}

// current returns the payment of the selected row.
func (p *payments) current() (billing.Payment, bool) { return p.rows.At(p.grid.Selected()) }

// selected turns on what can be done with a row.
func (p *payments) selected(row int) {
	r, ok := p.rows.At(row)
	set := func(b *kit.Button, on bool, why string) {
		switch {
		case b == nil:
		case !p.env.Shell.Online():
			b.DisableWith(page.Shut(p.env))
		case on:
			b.Enable()
		default:
			b.DisableWith(p.env.T(why))
		}
	}
	set(p.cancel, ok && r.Cancelled == nil, "sales_ui.payments.choose")
	set(p.use, ok && r.Cancelled == nil && r.OnAccount > 0, "sales_ui.payments.choose_on_account")
}

// Object implements page.Page.
func (p *payments) Object() fyne.CanvasObject { return p.object }

// Refresh implements page.Page.
func (p *payments) Refresh() { p.rows.Again() }

// SetOnline implements page.Linked.
func (p *payments) SetOnline(online bool) {
	p.Gate.SetOnline(online)
	p.selected(p.grid.Selected())
}

// Unsaved implements page.Page.
func (p *payments) Unsaved() bool { return false }

// Commands are the shortcuts of the page while it is shown.
func (p *payments) Commands() []kit.Command {
	const ctrl = fyne.KeyModifierShortcutDefault
	keys := []kit.Command{{
		Key: fyne.KeyF, Mod: ctrl, Name: p.env.T("sales_ui.key.search"), Run: func() { kit.Focus(p.search) },
	}}
	if p.env.Can(billing.RecordPayment.Spec) && p.env.Sees(auth.Balance) {
		keys = append(keys, kit.Command{
			Key: fyne.KeyN, Mod: ctrl, Name: p.env.T("sales_ui.payments.new"),
			Run: func() { page.Writable(p.env, p.askPayment) },
		})
	}
	return keys
}
