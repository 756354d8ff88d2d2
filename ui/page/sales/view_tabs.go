package sales

import (
	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// lines shows what was sold.
func (v *view) lines() fyne.CanvasObject {
	e := v.env
	m := &lines{text: e.Text, rows: v.card.Lines}
	columns := []kit.Column{
		{Title: e.T("sales_ui.line.text"), Width: 200, Weight: 1},
		{Title: e.T("sales_ui.line.quantity"), Width: 64, Align: fyne.TextAlignTrailing},
		{Title: e.T("sales_ui.line.unit"), Width: 64},
		{Title: e.T("sales_ui.line.price"), Width: 92, Align: fyne.TextAlignTrailing},
		{Title: e.T("sales_ui.line.discount"), Width: 72, Align: fyne.TextAlignTrailing},
		{Title: e.T("sales_ui.line.vat"), Width: 78, Align: fyne.TextAlignTrailing},
		{Title: e.T("sales_ui.line.net"), Width: 104, Align: fyne.TextAlignTrailing},
	}
	g := kit.NewGrid(columns, func() int { return len(m.rows) }, func(row, col int) kit.CellView {
		c := kit.CellView{Text: m.Get(row, col)}
		switch kind := m.rows[row].Kind; {
		case kind == billing.HeadingLine, col == colNet, kind == billing.SubtotalLine:
			c.Weight = kit.Bold
		case kind == billing.TextLine:
			c.Color = theme.Muted
		}
		return c
	})
	g.Frameless, g.Plain = true, true
	return g
}

// payments shows what settled the document, or what a credit note settled.
func (v *view) payments() fyne.CanvasObject {
	e, list := v.env, v.card.Payments
	columns := []kit.Column{
		{Title: e.T("sales_ui.column.date"), Width: 96},
		{Title: e.T("sales_ui.settlement.by"), Width: 150, Weight: 1},
		{Title: e.T("sales_ui.settlement.how"), Width: 150, Weight: 1},
		{Title: e.T("sales_ui.column.amount"), Width: 120, Align: fyne.TextAlignTrailing},
	}
	g := kit.NewGrid(columns, func() int { return len(list) }, func(row, col int) kit.CellView {
		s := list[row]
		switch col {
		case 0:
			return dated(e, s.Date)
		case 1:
			if s.Credit == v.card.ID {
				return kit.CellView{Text: e.T("sales_ui.settlement.used", "number", s.Number), Weight: kit.Medium}
			}
			return kit.CellView{Text: s.By, Weight: kit.Medium}
		case 2:
			return kit.CellView{Text: v.how(s), Color: theme.Muted}
		default:
			return figure(e, s.Amount, kit.Bold)
		}
	})
	g.Frameless, g.Plain = true, true
	g.SetEmpty(kit.NewEmpty("coins", e.T("sales_ui.settlement.none"),
		e.T("sales_ui.settlement.none_hint."+string(v.card.Kind)), nil))
	g.OnOpen = func(row int) {
		s := list[row]
		switch {
		case s.Credit != 0 && s.Credit != v.card.ID:
			e.Shell.Open(routeOf(billing.CreditNote, s.Credit))
		case s.Document != v.card.ID:
			e.Shell.Open(routeOf(billing.Invoice, s.Document))
		}
	}
	return g
}

// how says by what means something was settled.
func (v *view) how(s billing.Settlement) string {
	switch {
	case s.Credit != 0:
		return v.env.T("sales_ui.settlement.credit")
	case s.Method != "":
		return v.env.T("fr.payment." + string(s.Method))
	}
	return ""
}

// history shows who did what, the latest first.
func (v *view) history() fyne.CanvasObject {
	e, list := v.env, v.card.History
	columns := []kit.Column{
		{Title: e.T("sales_ui.history.at"), Width: 150},
		{Title: e.T("sales_ui.history.what"), Width: 220, Weight: 2},
		{Title: e.T("sales_ui.history.who"), Width: 160, Weight: 1},
	}
	g := kit.NewGrid(columns, func() int { return len(list) }, func(row, col int) kit.CellView {
		switch h := list[row]; col {
		case 0:
			return kit.CellView{Text: e.Text.Instant(h.At), Color: theme.Muted}
		case 1:
			key := "sales_ui.event." + h.Op
			if !e.Text.Has(key) {
				return kit.CellView{Text: h.Op}
			}
			return kit.CellView{Text: e.T(key), Weight: kit.Medium}
		default:
			return kit.CellView{Text: h.Name}
		}
	})
	g.Frameless, g.Plain = true, true
	return g
}

// mentions shows the note to the customer and the legal texts of the document.
func (v *view) mentions() fyne.CanvasObject {
	rows := kit.VBox(8)
	if v.card.Notes != "" {
		rows.Add(kit.Paragraph(v.card.Notes))
		rows.Add(kit.Separator())
	}
	for _, m := range v.card.Mentions {
		rows.Add(kit.MutedParagraph(m))
	}
	return kit.NewScroll(rows)
}
