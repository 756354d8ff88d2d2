// Package home is the first page after log-in: the figures of the day, the trade of the last twelve
// months, what waits to be done, the latest invoices. Every figure is what an operation answered;
// what a person may not see is not on their page.
package home

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/incident"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"home": func(e *page.Env, _ page.Route) page.Page { return newHome(e) },
	}
}

// The lengths of the lists.
const (
	latestRows = 8
	chartSpan  = 12      // months
	axisLeast  = 2500_00 // a chart up to here has lines closer than a thousand euros
)

type home struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject

	revenue, receivables, cash, vat *kit.KPI
	kpis                            *fyne.Container
	chart                           *kit.Bars
	aged                            *kit.Stack
	todo                            *fyne.Container
	proof                           *kit.Card
	latest                          *kit.Grid
	rows                            []billing.Row
	tasks                           map[string]task
	list                            *kit.Card   // of what is to be done
	more                            *kit.Button // folds and unfolds it
	foot                            fyne.CanvasObject
	unfolded                        bool
	heights                         []float32 // of the rows of the page, by weight
	row                             int       // the one with that list
	round                           *round
	head                            *kit.Header
	small                           bool // the chart is too low for thousands of euros
}

func newHome(e *page.Env) page.Page {
	h := &home{
		Gate: page.NewGate(e), env: e, todo: kit.VBox(9), tasks: map[string]task{},
		proof: kit.NewCard("", kit.VBox(0)).Room(10),
	}
	h.proof.Hide() // until it is known
	var actions []fyne.CanvasObject
	if e.Can(billing.SaveQuote.Spec) {
		actions = append(actions, h.Write(kit.NewButton(e.T("home.new_quote"), "file-text", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "quote"})
		})))
	}
	if e.Can(billing.SaveInvoice.Spec) {
		actions = append(actions, h.Write(kit.NewButton(e.T("home.new_invoice"), "plus", kit.Primary, func() {
			e.Shell.Open(page.Route{Name: "invoice"})
		})))
	}
	h.head = kit.NewHeader(e.T("home.hello", "name", e.Me.User.Name), "", actions...)
	h.object = kit.NewPage(h.head, h.body())
	h.Refresh()
	return h
}

// today is only shown; rules about dates are the host's.
func today() civil.Date { return civil.Of(time.Now()) } //nolint:forbidigo // the date on this screen

// On a screen too low for rowsLeast, the least height at which the parts say what they have to, the page scrolls.
// figuresHigh is what the key figures take more.
const (
	rowsLeast   float32 = 564
	figuresHigh float32 = 130
)

// body lays out what the person may see: the books for some, sales for others.
func (h *home) body() fyne.CanvasObject {
	e := h.env
	books := e.Can(ledger.Figures.Spec)
	var parts []fyne.CanvasObject
	if books {
		h.revenue = kit.NewKPI("coins", e.T("home.revenue"), nil)
		h.receivables = kit.NewKPI("hourglass", e.T("home.receivables"), func() {
			e.Shell.Open(page.Route{Name: "invoices", Arg: "open"})
		})
		h.cash = kit.NewKPI("wallet", e.T("home.cash"), nil)
		h.vat = kit.NewKPI("calculator", e.T("home.vat"), nil)
		h.kpis = kit.Cols(theme.GapCard, nil, h.revenue, h.receivables, h.cash, h.vat)
		parts = append(parts, h.kpis)
	}
	h.more = kit.NewButton("", "", kit.Link, func() {
		h.unfolded = !h.unfolded
		h.arrange()
	})
	h.foot = kit.HBox(0, h.more, kit.Spacer())
	todo := kit.NewCard(e.T("home.todo"), kit.VFill(4, 0, kit.NewScroll(h.todo), h.foot))
	h.list = todo
	if books {
		h.chart = kit.NewBars(nil, h.axis)
		parts = append(parts, kit.Cols(theme.GapCard, []float32{1.55, 1}, kit.NewCard(e.T("home.chart"), h.chart).Action(kit.Legend(e.T("home.this_year"), e.T("home.year_before"))), todo))
	} else {
		parts = append(parts, todo)
	}
	if !e.Can(billing.List.Spec) {
		return kit.VFill(theme.GapCard, len(parts)-1, parts...)
	}
	latest := kit.NewCard(e.T("home.latest"), h.grid()).Flush().Action(kit.NewButton(e.T("home.see_all"), "", kit.Link, func() {
		e.Shell.Open(page.Route{Name: "invoices"})
	}))
	if books {
		h.aged = kit.NewStack()
		parts = append(parts, kit.Cols(theme.GapCard, []float32{1.55, 1}, latest, kit.NewCard(e.T("home.aged"), h.aged)))
	} else {
		parts = append(parts, latest)
	}
	weights := make([]float32, len(parts), len(parts)+1)
	for i := range weights {
		weights[i] = 1
	}
	parts, weights = append(parts, h.proof), append(weights, 0) // it keeps its own as well
	least := rowsLeast
	if books {
		weights[0] = 0 // the figures keep their own height
		h.row = 1
		least += figuresHigh
	}
	h.heights = weights
	h.stretch()
	return kit.NewScroll(kit.Fixed(0, least, kit.Split(theme.GapCard, weights, parts...)))
}

// stretch gives what is to be done the most of the height, and twice as much while all of it is shown.
func (h *home) stretch() {
	if h.heights == nil {
		return
	}
	was := h.heights[h.row]
	h.heights[h.row] = 1.2
	if h.unfolded && h.foot.Visible() {
		h.heights[h.row] = 2.4
	}
	if h.object != nil && was != h.heights[h.row] {
		h.object.Refresh()
	}
}

// grid lists the latest invoices.
func (h *home) grid() *kit.Grid {
	e := h.env
	columns := []kit.Column{
		{Title: e.T("home.column.number"), Width: 106},
		{Title: e.T("home.column.customer"), Width: 160, Weight: 1},
		{Title: e.T("home.column.date"), Width: 92, Spare: true},
		{Title: e.T("home.column.due"), Width: 92},
		{Title: e.T("home.column.gross"), Width: 104, Align: fyne.TextAlignTrailing},
		{Title: e.T("home.column.status"), Width: 120},
	}
	h.latest = kit.NewGrid(columns, func() int { return len(h.rows) }, h.cell)
	h.latest.OnOpen = func(row int) {
		e.Shell.Open(page.Route{Name: "invoice", ID: int64(h.rows[row].ID)})
	}
	return h.latest
}

func (h *home) cell(row, col int) kit.CellView {
	e, r := h.env, h.rows[row]
	switch col {
	case 0:
		return kit.CellView{Text: r.Number, Color: theme.Muted}
	case 1:
		return kit.CellView{Text: r.CustomerName, Weight: kit.Bold}
	case 2:
		return kit.CellView{Text: e.Text.Date(r.Date)}
	case 3:
		return kit.CellView{Text: e.Text.Date(r.DueDate)}
	case 4:
		return kit.CellView{Text: e.Text.Amount(r.Gross), Weight: kit.Bold}
	default:
		text, tone := e.T("home.status."+string(r.Status)), kit.Info
		switch r.Status {
		case billing.Paid:
			tone = kit.Ok
		case billing.Overdue:
			tone = kit.Error
		case billing.PartlyPaid:
			tone = kit.Warn
		case billing.Credited:
			tone = kit.Neutral
		default: // on its way
		}
		return kit.CellView{Text: text, Pill: true, Tone: tone}
	}
}

// axis writes a value of the chart short: "12 k€", or "500 €" in a small trade. Without any trade
// only zero is written.
func (h *home) axis(cents int64) string {
	switch {
	case cents == 0:
		return "0"
	case h.small && cents%100 != 0:
		return ""
	case h.small:
		return h.env.Text.Number(cents/100) + " €"
	}
	return h.env.Text.Number(cents/100/1000) + " k€"
}

// Object implements page.Page.
func (h *home) Object() fyne.CanvasObject { return h.object }

// Unsaved implements page.Page.
func (h *home) Unsaved() bool { return false }

// round is one reading of the page.
type round struct {
	left    int   // questions without an answer yet
	refused error // why one was not answered
}

// ask puts one question of the round under way, and notes a refusal: what was not answered is not nothing. What an older
// main PC does not know is not missed.
func ask[Req, Resp any](h *home, o op.Op[Req, Resp], req Req, ok func(Resp), lists ...*kit.Grid) {
	r := h.round
	r.left++
	page.Call(h.env, o, req, func(resp Resp, err error) {
		r.left--
		page.Answered(h.env, err, lists...)
		switch {
		case err == nil:
			ok(resp)
		case fault.KeyOf(err) != "op.unknown":
			r.refused = err
		}
		h.arrange()
	})
}

// Refresh implements page.Page: each part asks for itself, so that a slow one holds up nobody.
func (h *home) Refresh() {
	e := h.env
	h.head.SetUnder(e.Text.DateLong(today()))
	h.round = &round{}
	if h.chart != nil {
		ask(h, ledger.Figures, op.Empty{}, h.figures)
	}
	if h.aged != nil { // beside the last invoices, which not everybody with the books sees
		ask(h, ledger.AgedOf, ledger.AgedRequest{}, h.late)
	}
	if h.latest != nil {
		ask(h, billing.List, billing.ListRequest{
			Kinds:    []billing.Kind{billing.Invoice},
			Statuses: []billing.Status{billing.Issued, billing.PartlyPaid, billing.Overdue, billing.Paid},
			Limit:    latestRows,
		}, func(p billing.Page) {
			h.rows = p.Rows
			h.latest.SetEmpty(kit.NewEmpty("receipt", e.T("sales_ui.invoices.none"), e.T("home.first"), nil))
			h.latest.Reload()
		}, h.latest)
		h.waiting("overdue", "warning", billing.ListRequest{Kinds: []billing.Kind{billing.Invoice}, Statuses: []billing.Status{billing.Overdue}, Limit: 1},
			page.Route{Name: "invoices", Arg: "overdue"})
		h.waiting("accepted", "file-text", billing.ListRequest{Kinds: []billing.Kind{billing.Quote}, Statuses: []billing.Status{billing.Accepted}, Limit: 1},
			page.Route{Name: "quotes", Arg: "accepted"})
		h.waiting("drafts", "pencil-simple", billing.ListRequest{Kinds: []billing.Kind{billing.Invoice, billing.CreditNote}, Statuses: []billing.Status{billing.Draft}, Limit: 1},
			page.Route{Name: "invoices", Arg: "draft"})
	}
	if e.Can(witness.Get.Spec) {
		ask(h, witness.Get, op.Empty{}, func(st witness.Status) { h.older(st.Alerts) })
	}
	if e.Can(backup.GetStatus.Spec) {
		ask(h, backup.GetStatus, op.Empty{}, h.copies)
	}
	if e.Can(backup.Drill.Spec) {
		ask(h, plan.Get, op.Empty{}, h.yearly)
	}
	if e.Can(billing.ConfirmNumbers.Spec) {
		ask(h, billing.GetNumbers, op.Empty{}, h.numbers)
	}
	if e.Can(incident.List.Spec) {
		ask(h, incident.List, op.Empty{}, func(all incident.History) { h.cnil(all.Open()) })
	}
	if e.Can(sentry.Lately.Spec) {
		ask(h, sentry.Lately, op.Empty{}, h.left)
	}
	if e.Can(bin.Look.Spec) {
		ask(h, bin.Look, op.Empty{}, h.lost)
	}
	if e.Me.Can(auth.CompanyWrite) {
		ask(h, approval.List, op.Empty{}, h.approvals)
	}
	if e.Can(verify.Integrity.Spec) {
		ask(h, verify.Integrity, op.Empty{}, h.sound)
	}
	h.arrange()
}

// figures shows the key figures and the chart, this year beside the year before.
func (h *home) figures(k ledger.KeyFigures) {
	e, n := h.env, len(k.Revenue)
	if n < 2*chartSpan {
		return
	}
	values := make([]int64, n)
	for i, m := range k.Revenue {
		values[i] = int64(m.Amount)
	}
	month, before := k.Revenue[n-1].Amount, k.Revenue[n-1-chartSpan].Amount
	note, tone := e.T("home.no_year_before"), kit.Neutral
	if before > 0 {
		change := money.RateOf(month-before, before)
		tone = kit.Ok
		if change < 0 {
			tone = kit.Error
		}
		note = e.T("home.against_year_before", "change", signed(e.Text, change), "month", e.Text.MonthYear(k.At.AddYears(-1)))
	}
	low, high := min(0, slices.Min(values)), max(0, slices.Max(values))
	h.small = high-low <= axisLeast
	trend := values[n-chartSpan:]
	if high == low {
		trend = nil
	}
	h.revenue.Set(h.euros(month), note, tone, trend)
	h.receivables.Set(h.euros(k.Receivables), e.T("home.payables", "amount", h.euros(k.Payables)), kit.Neutral, nil)
	h.cash.Set(h.euros(k.Cash), e.T("home.cash_note"), cashTone(k.Cash), nil)
	h.vat.Set(h.euros(k.VATDue), e.T("home.vat_note"), kit.Neutral, nil)
	h.vat.Hide()
	if !k.VATFree {
		h.vat.Show()
	}
	h.kpis.Refresh() // the others take the room of one that is hidden
	labels := make([]string, chartSpan)
	for i := range labels {
		labels[i] = e.Text.MonthShort(k.At.StartOfMonth().AddMonths(i + 1 - chartSpan).Month)
	}
	h.chart.Set(labels,
		kit.Series{Name: e.T("home.this_year"), Values: values[n-chartSpan:]},
		kit.Series{Name: e.T("home.year_before"), Values: values[n-2*chartSpan : n-chartSpan]})
}

func cashTone(a money.Amount) kit.Tone {
	if a < 0 {
		return kit.Error
	}
	return kit.Neutral
}

// euros drops the cents of a figure one reads at a glance.
func (h *home) euros(a money.Amount) string { return h.env.Text.AmountShort(a) }

func signed(p *i18n.Printer, r money.Rate) string {
	s := p.Rate(r / 1000 * 1000)
	if r > 0 {
		return "+" + s
	}
	return s
}

// late shows what customers owe by how late it is.
func (h *home) late(a ledger.Aged) {
	e, t := h.env, a.Total
	share := func(key string, v money.Amount, tone kit.Tone) kit.Share {
		return kit.Share{Name: e.T("home.aged." + key), Value: max(int64(v), 0), Text: h.euros(v), Tone: tone}
	}
	h.aged.Set(
		share("not_due", t.NotDue, kit.Ok), share("days_30", t.Days30, kit.Info),
		share("days_60", t.Days60+t.Days90, kit.Warn), share("older", t.Older, kit.Error),
	)
}

// waiting counts documents that wait for something and offers to go there.
func (h *home) waiting(key, icon string, req billing.ListRequest, to page.Route) {
	e := h.env
	ask(h, billing.List, req, func(p billing.Page) {
		delete(h.tasks, key)
		if p.Count > 0 {
			amount := e.Text.Amount(p.Sums.Gross)
			if key == "overdue" {
				amount = e.Owed(p.Sums.Open)
			}
			act := "home.act." + key
			if !e.Can(billing.SaveInvoice.Spec) { // who only reads bills nothing
				act = "home.act.overdue"
			}
			h.tasks[key] = h.task(icon, tones[key], e.Text.N("home.todo."+key, p.Count, nil), amount,
				e.T(act), func() { e.Shell.Open(to) })
		}
	})
}

var tones = map[string]kit.Tone{"overdue": kit.Warn, "accepted": kit.Ok, "drafts": kit.Info, "backup": kit.Error}

// copies puts the backup on the list when something is wrong with it.
func (h *home) copies(st backup.Status) {
	e := h.env
	delete(h.tasks, "backup")
	h.prove(st)
	switch {
	case st.Held():
		h.keep("cloud-slash", kit.Info, e.T("home.todo.held"), st.Outstanding(e.Text)[0], e.T("home.act.backup"))
	case onlySheet(st) && e.Can(backup.Drill.Spec) && e.Can(setup.CheckSheet.Spec): // it has a line of its own
	case onlySheet(st):
		h.keep("lifebuoy", kit.Warn, e.T("home.todo.sheet_unknown"), e.T("home.sheet_unknown"), e.T("home.act.worry"))
	case st.Origin != nil && st.Light != backup.Red:
		h.keep("shield-warning", kit.Warn, e.T("home.todo.first_copy"),
			e.T("home.restored_from", "when", e.Text.Instant(st.Origin.Made)), e.T("home.act.backup"))
	case st.Light != backup.Green:
		title, under, act := e.T("home.todo.backup"), e.T("home.backup_never"), e.T("home.act.backup")
		if last := st.Latest(); !last.IsZero() && st.LossSeconds >= 0 {
			under = e.T("home.backup_last", "when", e.Text.Instant(last))
		}
		switch {
		case len(st.Copies) == 0:
			title, under = e.T("home.todo.nowhere"), e.T("home.nowhere")
		case st.Alarm() != nil:
			title, under, act = e.T("home.todo.alarm"), e.Text.Fault(st.Alarm()), e.T("home.act.worry")
		case len(st.Worries) > 0:
			title, act = e.T("home.todo.worry"), e.T("home.act.worry")
		}
		tone := kit.Error
		if st.Light == backup.Amber {
			tone = kit.Warn
		}
		h.keep("shield-warning", tone, title, under, act)
	}
	h.arrange()
}

// onlySheet tells whether the copies are as they should be, but for the recovery sheet, which nobody typed back.
func onlySheet(st backup.Status) bool {
	return st.Light == backup.Amber && len(st.Worries) == 1 && st.Worries[0].Key == "backup.worry.sheet" &&
		!slices.ContainsFunc(st.Copies, func(c backup.Copy) bool { return c.Light != backup.Green })
}

// keep puts a lack of the copies on the list: to be seen to by who looks after them, and to be told by everybody else.
func (h *home) keep(icon string, tone kit.Tone, title, under, act string) {
	e := h.env
	if !e.Can(backup.Drill.Spec) {
		under, act = e.T("home.backup_tell", "what", under), ""
	}
	h.tasks["backup"] = h.task(icon, tone, title, under, act, func() { e.Shell.Open(page.Route{Name: "backups"}) })
}

// prove tells of the last proven restore.
func (h *home) prove(st backup.Status) {
	e := h.env
	icon, tone, title, under := "shield-warning", kit.Warn, e.T("home.proof_never"), e.T("home.proof_weekly")
	switch {
	case !st.DrillFailed.IsZero():
		tone, title, under = kit.Error, e.T("home.proof_failed"), e.Text.Instant(st.DrillFailed)
	case !st.Drill.IsZero():
		icon, tone, title = "shield-check", kit.Ok, e.T("home.proof", "when", e.Text.Instant(st.Drill))
		if under = e.T("backups.drill_ok"); st.Proof != nil {
			under = st.Proof.Told(e.Text)
		}
	}
	text := kit.HBox(12, kit.NewLabel(title, kit.Style{Weight: kit.Medium}),
		kit.NewLabel(under, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Shrink: true}))
	h.proof.SetBody(kit.Row(12, kit.IconTile(icon, tone), text,
		kit.NewButton(e.T("home.act.proof"), "", kit.Secondary, func() { e.Shell.Open(page.Route{Name: "plan"}) })))
	h.proof.Show()
	h.object.Refresh()
}

// yearly puts on the list what comes back each year, the paper and the day of the backup, and what is left to do after a
// restore.
func (h *home) yearly(p plan.Plan) {
	e := h.env
	delete(h.tasks, "sheet")
	delete(h.tasks, "due")
	delete(h.tasks, "invite")
	delete(h.tasks, "follow")
	if f := p.Follow; f != nil && e.Can(plan.SayCause.Spec) {
		title, text, act := e.T("plan.follow.what"), e.T("home.follow_ask", "at", f.Restored), e.T("home.act.follow")
		if f.Cause != "" {
			title, text = e.T("plan.follow."+string(f.Cause)), e.Text.N("plan.follow.left", f.Left(), nil)
			act = e.T("plan.follow.see")
		}
		h.tasks["follow"] = h.task("clock-counter-clockwise", kit.Warn, title, text, act,
			func() { e.Shell.Open(page.Route{Name: "plan"}) })
	}
	switch {
	case !p.SheetServed.IsZero():
		h.tasks["sheet"] = h.task("lifebuoy", kit.Warn, e.T("home.todo.sheet_served"),
			e.T("plan.sheet_served", "on", p.SheetServed), e.T("home.act.sheet_served"),
			func() { e.Shell.Open(page.Route{Name: "security"}) })
	case !p.Sheet && e.Can(setup.CheckSheet.Spec):
		h.tasks["sheet"] = h.task("lifebuoy", kit.Warn, e.T("home.todo.sheet_unknown"), e.T("home.sheet_unknown"),
			e.T("home.act.worry"), func() { e.Shell.Open(page.Route{Name: "backups"}) })
	case len(p.SheetLacks) > 0 && e.Can(setup.PrintSheet.Spec):
		h.tasks["sheet"] = h.task("lifebuoy", kit.Warn, e.T("home.todo.sheet_lacks"),
			e.T("home.sheet_lacks", "places", e.Text.List(p.SheetLacks)), e.T("home.act.sheet_lacks"),
			func() { e.Shell.Open(page.Route{Name: "backups", Arg: "sheet"}) })
	}
	if p.SheetDue && p.SheetServed.IsZero() { // beside a sheet to print again: the one of then is what there is meanwhile
		h.tasks["due"] = h.task("lifebuoy", kit.Warn, e.T("home.todo.sheet"), e.T("plan.fact.sheet_on", "on", p.SheetOn),
			e.T("home.act.sheet"), func() { e.Shell.Open(page.Route{Name: "backups", Arg: "check"}) })
	}
	if p.Invite {
		h.tasks["invite"] = h.task("calendar", kit.Info, e.T("home.todo.invite"), e.T("home.invite"),
			e.T("home.act.invite"), func() { e.Shell.Open(page.Route{Name: "plan"}) })
	}
	h.arrange()
}

// approvals puts what waits for the person's word on the list: a request lapses after some days.
func (h *home) approvals(r approval.ListResponse) {
	e := h.env
	delete(h.tasks, "approvals")
	for _, p := range r.Pending {
		if p.ForMe() {
			n := len(slices.DeleteFunc(r.Pending, func(p approval.Pending) bool { return !p.ForMe() }))
			h.tasks["approvals"] = h.task("check-circle", kit.Warn, e.Text.N("home.todo.approvals", n, nil),
				e.T("home.approvals", "by", p.By, "until", e.Text.Instant(p.Expires)), e.T("home.act.approvals"),
				func() { e.Shell.Open(page.Route{Name: "approvals"}) })
			break
		}
	}
	h.arrange()
}

// sound puts the book itself at the top of the list: its last check found something, or it lies where it
// gets damaged.
func (h *home) sound(st verify.Status) {
	e := h.env
	delete(h.tasks, "integrity")
	delete(h.tasks, "ahead")
	if !st.Ahead.IsZero() {
		h.tasks["ahead"] = h.task("clock", kit.Warn, e.T("home.todo.ahead"),
			e.T("home.ahead", "when", e.Text.Instant(st.Ahead)), e.T("home.act.ahead"),
			func() { e.Shell.Open(page.Route{Name: "journal"}) })
	}
	open := func() { e.Shell.Open(page.Route{Name: "integrity"}) }
	switch {
	case st.Health.State == verify.Damaged:
		h.tasks["integrity"] = h.task("shield-warning", kit.Error, e.T("home.todo.damaged"),
			e.T("home.integrity_found", "when", e.Text.Instant(st.Health.Since)), e.T("home.act.integrity"), e.Shell.Restore)
	case st.Last != nil && len(st.Last.Findings) > 0:
		h.tasks["integrity"] = h.task("shield-warning", kit.Error,
			e.Text.N("home.todo.integrity", len(st.Last.Findings), nil), e.T("home.integrity_at", "when", e.Text.Instant(st.Last.At)), e.T("home.act.integrity"), open)
	case st.Surroundings.Place != "":
		h.tasks["integrity"] = h.task("shield-warning", kit.Error, e.T("home.todo.place"),
			e.T("home.place."+st.Surroundings.Place, "what", st.Surroundings.Service), e.T("home.act.integrity"), open)
	}
	h.arrange()
}

// older puts on the list that others saw the book further than it is.
func (h *home) older(alerts []witness.Alert) {
	e := h.env
	delete(h.tasks, "witness")
	if n := len(alerts); n > 0 {
		h.tasks["witness"] = h.task("shield-warning", kit.Error, e.Text.N("home.todo.witness", n, nil),
			e.T("home.witness", "when", e.Text.Instant(alerts[0].At)), e.T("home.act.integrity"),
			func() { e.Shell.Open(page.Route{Name: "journal"}) })
	}
	h.arrange()
}

// cnil puts the incidents on the list of which nobody said whether the CNIL was told, until somebody does.
func (h *home) cnil(open []incident.Record) {
	e := h.env
	delete(h.tasks, "cnil")
	if len(open) > 0 {
		h.tasks["cnil"] = h.task("bell", kit.Error, e.T("home.todo.cnil", "before", open[0].Deadline),
			e.T("home.cnil", "since", open[0].Since), e.T("home.act.cnil"), func() { e.Shell.Open(page.Route{Name: "incident"}) })
	}
	h.arrange()
}

// task is something to be done, and how urgent it is.
type task struct {
	tone   kit.Tone
	object fyne.CanvasObject
}

func (h *home) task(icon string, tone kit.Tone, title, under, act string, run func()) task {
	text := kit.VBox(0, kit.NewLabel(title, kit.Style{Weight: kit.Medium, Wrap: true}),
		kit.NewLabel(under, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	right := kit.Gap(0, 0)
	if act != "" {
		right = kit.NewButton(act, "", kit.Secondary, run)
	}
	return task{tone, kit.Row(12, kit.IconTile(icon, tone), text, right)}
}

// order is that of the tasks among those of one tone.
var order = []string{
	"integrity", "cnil", "mass", "witness", "backup", "ahead", "numbers", "follow", "approvals", "held", "sheet", "due", "invite", "many",
	"overdue", "accepted", "drafts", "exports", "bin",
}

// urgent are the tones in the order in which what has them is to be done.
var urgent = []kit.Tone{kit.Error, kit.Warn, kit.Ok, kit.Info, kit.Neutral}

// The list shows all there is up to foldedFrom, and beyond that the first foldedRows until it is unfolded: more than the
// card has room for would be there and not be seen.
const (
	foldedFrom = 4
	foldedRows = 3
)

// arrange shows what is to be done, the most urgent first, and how much there is.
func (h *home) arrange() {
	var there []fyne.CanvasObject
	for _, tone := range urgent {
		for _, key := range order {
			if t, is := h.tasks[key]; is && t.tone == tone {
				there = append(there, t.object)
			}
		}
	}
	title, count := h.env.T("home.todo"), len(there)
	h.foot.Hide()
	if count > foldedFrom {
		title = h.env.T("home.todo.count", "n", count)
		h.more.SetText(h.env.T("home.todo.fold"))
		if !h.unfolded {
			there = there[:foldedRows]
			h.more.SetText(h.env.Text.N("home.todo.more", count-foldedRows, nil))
		}
		h.foot.Show()
	}
	h.list.SetTitle(title)
	var all []fyne.CanvasObject
	for i, o := range there {
		if i > 0 {
			all = append(all, kit.Separator())
		}
		all = append(all, o)
	}
	switch why := h.round.refused; {
	case why != nil:
		all = append(all, kit.Pad(12, 0, 0, 0, kit.MutedParagraph(h.env.T("home.todo.unread", "why", h.env.Text.Fault(why)))))
	case len(all) == 0 && h.round.left == 0:
		all = append(all, kit.Pad(12, 0, 0, 0, kit.Muted(h.env.T("home.todo.nothing"))))
	}
	h.todo.Objects = all
	h.list.Refresh()
	h.stretch()
}
