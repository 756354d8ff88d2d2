package kit

import (
	"fyne.io/fyne/v2"

	"zafe/ui/kit/edit"
)

// arrive puts the field on a cell.
func (g *EditGrid) arrive(row, col int) {
	g.row = max(min(row, g.Model.Rows()-1), 0)
	g.col = max(min(col, len(g.Columns)-1), 0)
	g.open, g.moved, g.refusal = false, false, ""
	if g.Model.Rows() == 0 || len(g.Columns) == 0 {
		g.Refresh()
		return
	}
	column := g.Columns[g.col]
	g.field.Align = column.Align
	g.field.Translate = nil
	if column.Decimal {
		g.field.Translate = PointToComma
	}
	g.field.Weight = Regular
	if g.Model.Mark(g.row, g.col) == edit.Strong {
		g.field.Weight = Bold
	}
	g.start = g.Model.Get(g.row, g.col)
	g.prefilled = false
	text := g.start
	if text == "" && !g.ReadOnly {
		text = g.Model.Prefill(g.row, g.col)
		g.prefilled = text != ""
	}
	g.field.SetTextSelected(text)
	g.field.ReadOnly = !g.editable(g.row, g.col)
	g.reveal()
	g.Refresh()
	if g.OnMoved != nil {
		g.OnMoved(g.row, g.col)
	}
}

// commit gives the text to the model. accept also takes a proposal nobody typed.
func (g *EditGrid) commit(accept bool) bool {
	text := g.field.Text()
	if (g.prefilled && !accept) || (text == g.start && !g.prefilled) || g.field.ReadOnly {
		return true
	}
	row, col, old := g.row, g.col, g.start
	if err := g.Model.Set(row, col, text); err != nil {
		g.refuse(err)
		return false
	}
	if !g.undoing {
		g.history = append(g.history, change{row, col, old})
		if len(g.history) > undoMax {
			g.history = g.history[1:]
		}
	}
	g.prefilled = false
	g.start = g.Model.Get(row, col)
	g.field.SetText(g.start)
	if g.OnChanged != nil {
		g.OnChanged()
	}
	return true
}

func (g *EditGrid) refuse(err error) {
	g.refusal = err.Error()
	if g.Explain != nil {
		g.refusal = g.Explain(err)
	}
	g.open = false
	g.Refresh()
}

// forward takes the text, or the marked proposal, and goes where the model says.
func (g *EditGrid) forward(marked bool) {
	if marked && g.open && g.list.active >= 0 && g.list.active < len(g.listed) {
		g.putText(g.listed[g.list.active].Text)
	}
	if !g.commit(true) {
		return
	}
	row, col, ok := g.Model.Next(g.row, g.col)
	if !ok {
		g.arrive(g.row, g.col)
		if g.OnDone != nil && !g.ReadOnly {
			g.OnDone()
		}
		return
	}
	g.arrive(row, col)
}

func (g *EditGrid) take(text string) {
	g.putText(text)
	g.refocus = true
	g.open = false
	g.forward(false)
	fyne.Do(func() {
		g.refocus = false
		Focus(g.field)
	})
}

// putText replaces the text as if it had been typed.
func (g *EditGrid) putText(text string) {
	g.field.SetText(text)
	g.prefilled = false
}

func (g *EditGrid) backward() {
	if !g.commit(false) {
		return
	}
	row, col := g.row, g.col
	for {
		col--
		if col < 0 {
			row, col = row-1, len(g.Columns)-1
		}
		if row < 0 {
			return
		}
		if g.editable(row, col) {
			g.arrive(row, col)
			return
		}
	}
}

// line moves the caret by lines in its column.
func (g *EditGrid) line(by int) {
	row := max(min(g.row+by, g.Model.Rows()-1), 0)
	if row == g.row || !g.commit(false) {
		return
	}
	row = max(min(row, g.Model.Rows()-1), 0)
	col := g.col
	if !g.editable(row, col) {
		col = g.firstEditable(row)
	}
	g.arrive(row, col)
}

// side moves the caret by one cell to the left or the right.
func (g *EditGrid) side(by int) bool {
	caret, anchor := g.field.Caret()
	n := len([]rune(g.field.Text()))
	if n > 0 && abs(float32(caret-anchor)) < float32(n) {
		return false
	}
	for col := g.col + by; col >= 0 && col < len(g.Columns); col += by {
		if g.editable(g.row, col) {
			if g.commit(false) {
				g.arrive(g.row, col)
			}
			return true
		}
	}
	return true
}

// propose asks the model for completions of a text.
func (g *EditGrid) propose(text string) {
	g.listed = nil
	if text != "" {
		g.listed = g.Model.Complete(g.row, g.col, text)
	}
	g.showProposals()
}

func (g *EditGrid) showProposals() {
	var options []Option
	for _, p := range g.listed {
		label := p.Text
		if p.Label != "" && p.Label != p.Text {
			label += "   " + p.Label
		}
		options = append(options, Option{Key: p.Text, Text: label, Detail: p.Detail})
	}
	g.open, g.moved = len(options) > 0, false
	g.list.set(options)
	if c := g.Columns[g.col]; !c.Pick && !(c.Offer && g.start == "") {
		g.list.active = -1
	}
	g.Refresh()
}

func (g *EditGrid) balance() bool {
	b, ok := g.Model.(edit.Balancer)
	if !ok || !g.editable(g.row, g.col) {
		return false
	}
	text, ok := b.Balance(g.row, g.col)
	if !ok {
		return false
	}
	g.field.SetTextSelected(text)
	g.prefilled = true
	g.open = false
	g.Refresh()
	return true
}

// undo brings back the last value taken by the model.
func (g *EditGrid) undo() bool {
	n := len(g.history)
	if n == 0 || g.field.Text() != g.start {
		return false
	}
	last := g.history[n-1]
	g.history = g.history[:n-1]
	if last.row >= g.Model.Rows() {
		return true
	}
	if err := g.Model.Set(last.row, last.col, last.old); err != nil {
		g.refuse(err)
		return true
	}
	g.arrive(last.row, last.col)
	if g.OnChanged != nil {
		g.OnChanged()
	}
	return true
}
