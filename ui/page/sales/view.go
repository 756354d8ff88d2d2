package sales

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/file"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
	"zafe/ui/theme"
)

// view is a final document, or a draft the person may only read.
type view struct {
	page *document
	env  *page.Env
	card billing.Card

	tabs    *kit.Tabs
	actions []*kit.Button // off while the book is out of reach
	main    func()        // what F10 does: the primary button
	body    *kit.Page
}

func newView(d *document, c billing.Card) *view {
	v := &view{page: d, env: d.env, card: c}
	if old, ok := d.sheet.(*view); ok {
		defer func() { v.tabs.SetKey(old.tabs.Key()) }()
	}
	e := v.env
	title := e.T("sales_ui.title." + string(c.Kind))
	if c.Number != "" {
		title += " " + c.Number
	}
	header := kit.NewHeader(title, v.under()).OnBack(e.T("sales_ui.key.back"), e.Shell.Back)
	header.SetActions(v.makeActions()...)
	tabs := []kit.Tab{{Key: "lines", Text: e.T("sales_ui.tab.lines"), Make: v.lines}}
	if c.Kind != billing.Quote {
		tabs = append(tabs, kit.Tab{
			Key: "payments", Text: e.T("sales_ui.tab.payments." + string(c.Kind)), Count: count(e, len(c.Payments)),
			Make: v.payments,
		})
	}
	v.tabs = kit.NewTabs(append(tabs,
		kit.Tab{Key: "files", Text: e.T("attached.title"), Make: d.attached},
		kit.Tab{Key: "history", Text: e.T("sales_ui.tab.history"), Make: v.history},
		kit.Tab{Key: "mentions", Text: e.T("sales_ui.tab.mentions"), Make: v.mentions})...)
	right := kit.VBox(theme.GapCard)
	if slices.Contains(c.Lacks, saveOp(c.Kind).Needs) {
		right.Add(kit.NewNotice(kit.Info, "", e.T("billing.not_yours", "name", c.Keeper)))
	}
	right.Add(kit.NewCard("", v.totals()))
	if c.Answer != nil {
		right.Add(kit.NewCard(e.T("sales_ui.answer"), v.answered()))
	}
	if links := v.links(); links != nil {
		right.Add(kit.NewCard(e.T("sales_ui.links"), links))
	}
	middle := kit.Cols(theme.GapCard, []float32{2.75, 1}, kit.NewCard("", v.tabs).Room(14), right)
	v.body = kit.NewPage(header, kit.Split(theme.GapCard, []float32{0, 1}, v.facts(), middle))
	v.gate()
	d.attached()
	d.files.OnCount = func(n int) { v.tabs.SetCount("files", count(e, n)) }
	d.files.Read()
	return v
}

// attached is what is attached to the document; it stays while the view is made anew.
func (d *document) attached() fyne.CanvasObject {
	if d.files == nil {
		d.files = attached.New(d.env, file.Subject{Kind: file.Document, ID: int64(d.id)})
	}
	return d.files.Object()
}

func count(e *page.Env, n int) string {
	if n == 0 {
		return ""
	}
	return e.Text.Number(int64(n))
}

// under is the grey line: what it is about, and what became final when and by whom.
func (v *view) under() string {
	c, e := v.card, v.env
	var parts []string
	if c.Subject != "" {
		parts = append(parts, c.Subject)
	}
	if c.Final {
		parts = append(parts, e.T("sales_ui.issued_by."+string(c.Kind), "at", c.Issued.At, "who", c.Issued.Name))
	}
	return strings.Join(parts, "  ·  ")
}

// facts is the card of what the header of the document says.
func (v *view) facts() fyne.CanvasObject {
	c, e := v.card, v.env
	fact := func(label, value string) fyne.CanvasObject {
		if value == "" {
			value = "–"
		}
		return kit.VBox(2, kit.Caption(e.T("sales_ui.field."+label)),
			kit.NewLabel(value, kit.Style{Weight: kit.Medium, Shrink: true}))
	}
	until := fact("due_date", e.Text.Date(c.DueDate))
	if c.Kind == billing.Quote {
		until = fact("valid_until", e.Text.Date(c.ValidUntil))
	}
	terms := ""
	if c.Terms != nil && c.Kind != billing.CreditNote {
		terms = termsName(e, *c.Terms)
	}
	method := ""
	if c.Method != "" {
		method = e.T("fr.payment." + string(c.Method))
	}
	delivery := ""
	if c.Delivery != nil {
		delivery = addressOf(*c.Delivery)
	}
	weights := []float32{2.1, 1.2, 1.2, 1.2}
	who := strings.Join(filled(c.Buyer.Name, c.Buyer.Code), "  ·  ")
	first := kit.Cols(theme.GapCard, weights, fact("customer", who),
		fact("date", e.Text.Date(c.Date)), until, fact("terms", terms))
	second := kit.Cols(theme.GapCard, weights, fact("address", addressOf(c.Buyer.Address)),
		fact("customer_ref", c.CustomerRef), fact("purchase_order", c.PurchaseOrder), fact("method", method))
	rows := kit.VBox(10, first, second)
	if delivery != "" || !c.DeliveryDate.IsZero() {
		rows.Add(kit.Cols(theme.GapCard, weights, fact("delivery", delivery),
			fact("delivery_date", e.Text.Date(c.DeliveryDate)), kit.Spacer(), kit.Spacer()))
	}
	return kit.NewCard("", rows)
}

// addressOf writes an address on one line.
func addressOf(a party.Address) string {
	return strings.Join(filled(a.Street, a.Street2, a.PostalCode+" "+a.City), ", ")
}

// filled keeps the texts that say something.
func filled(texts ...string) []string {
	var out []string
	for _, s := range texts {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// totals is what there is to pay and what of it is settled.
func (v *view) totals() fyne.CanvasObject {
	c, e := v.card, v.env
	rows := kit.VBox(6, totalRows(e, c.Document)...)
	if !c.Final || c.Kind == billing.Quote {
		return rows
	}
	line := func(key string, a money.Amount) {
		if a != 0 {
			rows.Add(kit.Line(e.T("sales_ui.total."+key+"."+string(c.Kind)), e.Text.Amount(a)))
		}
	}
	if !e.Sees(auth.Balance) { // hidden is not nothing to pay
		rows.Add(kit.Line(e.T("sales_ui.total.open."+string(c.Kind)), e.Owed(0)))
		return rows
	}
	line("netted", c.Balance.Netted)
	line("paid", c.Balance.Paid)
	color := theme.Text
	switch {
	case c.Balance.Open == 0:
		color = theme.OkText
	case c.Status == billing.Overdue:
		color = theme.ErrorText
	}
	rows.Add(kit.TotalLine(e.T("sales_ui.total.open."+string(c.Kind)),
		kit.NewLabel(e.Text.Amount(c.Balance.Open), kit.Style{Size: 17, Weight: kit.Bold, Color: color})))
	return rows
}

// answered is what the customer said to a quote.
func (v *view) answered() fyne.CanvasObject {
	a, e := v.card.Answer, v.env
	key := "refuse"
	if a.Accepted {
		key = "accept"
	}
	rows := kit.VBox(6, kit.Line(e.T("sales_ui.act."+key), e.Text.Date(a.Date)))
	if text := a.Signer + a.Reason; text != "" { // an answer has one or the other
		rows.Add(kit.MutedParagraph(text))
	}
	return rows
}

// links are the documents this one comes from and those made of it.
func (v *view) links() fyne.CanvasObject {
	var links []billing.Link
	if v.card.From != nil {
		links = append(links, *v.card.From)
	}
	links = append(links, v.card.Into...)
	if len(links) == 0 {
		return nil
	}
	rows := kit.VBox(2)
	for _, l := range links {
		name := l.Number
		if name == "" {
			name = v.env.T("sales_ui.draft." + string(l.Kind))
		}
		open := kit.NewButton(name, "file-text", kit.Link, func() { v.env.Shell.Open(routeOf(l.Kind, l.ID)) })
		rows.Add(kit.HBox(8, open, kit.Spacer(), kit.Body(v.env.Text.Amount(l.Gross))))
	}
	return rows
}

// object implements sheet.
func (v *view) object() fyne.CanvasObject { return v.body }

// unsaved implements sheet.
func (v *view) unsaved() bool { return false }

// refresh implements sheet.
func (v *view) refresh() { v.page.load() }

// commands implements sheet.
func (v *view) commands() []kit.Command {
	const ctrl = fyne.KeyModifierShortcutDefault
	out := []kit.Command{
		{Key: fyne.KeyP, Mod: ctrl, Run: v.pdf},
		{Key: fyne.KeyEscape, Run: v.env.Shell.Back},
	}
	if v.env.Can(saveOp(v.card.Kind).Spec) {
		out = append(out, kit.Command{Key: fyne.KeyN, Mod: ctrl, Run: func() {
			k := v.card.Kind
			if k == billing.CreditNote {
				k = billing.Invoice
			}
			v.env.Shell.Open(routeOf(k, 0))
		}})
	}
	if v.main != nil {
		out = append(out, kit.Command{Key: fyne.KeyF10, Run: v.main})
	}
	return out
}

func (v *view) pdf() { v.page.pdf(v.card.Number) }
