package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/kit/edit"
)

// fieldKey sees the keys of the moving field first.
func (g *EditGrid) fieldKey(ev *fyne.KeyEvent) bool {
	if g.OnKey != nil && g.OnKey(ev) {
		return true
	}
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		g.forward(true)
	case fyne.KeyTab:
		if g.field.shift.held() {
			g.backward()
		} else {
			g.forward(g.moved || g.Columns[g.col].Pick)
		}
	case fyne.KeyDown:
		if g.open {
			g.choose(1)
		} else {
			g.line(1)
		}
	case fyne.KeyUp:
		if g.open {
			g.choose(-1)
		} else {
			g.line(-1)
		}
	case fyne.KeyPageDown:
		g.line(10)
	case fyne.KeyPageUp:
		g.line(-10)
	case fyne.KeyLeft:
		return !g.field.shift.held() && g.side(-1)
	case fyne.KeyRight:
		return !g.field.shift.held() && g.side(1)
	case fyne.KeyEscape:
		return g.escape()
	case fyne.KeyF2:
		g.field.moveTo(len(g.field.runes), false)
		g.prefilled = false
	case fyne.KeyF3:
		if g.ReadOnly {
			return true
		}
		g.listed = g.Model.Complete(g.row, g.col, "")
		g.showProposals()
	case fyne.KeyF8:
		return g.duplicate()
	case fyne.KeyF9:
		return g.balance()
	default:
		return false
	}
	return true
}

func (g *EditGrid) choose(by int) {
	g.moved = true
	g.list.setActive(g.list.next(g.list.active, by))
	g.Refresh()
}

// escape closes the proposals, else undoes what was typed, else is not used.
func (g *EditGrid) escape() bool {
	switch {
	case g.open:
		g.open = false
		g.Refresh()
	case g.prefilled:
		g.field.SetText("")
		g.prefilled = false
	case g.field.Text() != g.start || g.refusal != "":
		g.refusal = ""
		g.field.SetTextSelected(g.start)
		g.Refresh()
	default:
		return false
	}
	return true
}

func (g *EditGrid) duplicate() bool {
	d, ok := g.Model.(edit.Duplicator)
	if !ok || g.row == 0 || g.ReadOnly {
		return false
	}
	if err := d.Duplicate(g.row); err != nil {
		g.refuse(err)
		return true
	}
	g.arrive(g.row, g.col)
	if g.OnChanged != nil {
		g.OnChanged()
	}
	return true
}

// fieldRune turns the signs that ask for a balance into one.
func (g *EditGrid) fieldRune(r rune) bool {
	empty := g.field.Text() == "" || g.field.SelectedText() == g.field.Text()
	if empty && g.Columns[g.col].Decimal && (r == '=' || r == '+') {
		return g.balance()
	}
	return false
}

// fieldShortcut sees the shortcuts of the moving field first.
func (g *EditGrid) fieldShortcut(s fyne.Shortcut) bool {
	switch s := s.(type) {
	case *fyne.ShortcutUndo:
		return g.undo()
	case *fyne.ShortcutPaste:
		return g.pasteCells(s.Clipboard)
	case *desktop.CustomShortcut:
		return g.customKey(s)
	}
	return false
}

func (g *EditGrid) customKey(s *desktop.CustomShortcut) bool {
	ctrl := fyne.KeyModifierShortcutDefault
	switch {
	case s.Modifier == ctrl && s.KeyName == fyne.KeyD:
		if g.row > 0 && g.editable(g.row, g.col) {
			g.putText(g.Model.Get(g.row-1, g.col))
			g.open = false
			g.Refresh()
		}
	case s.Modifier == ctrl && s.KeyName == fyne.KeyDelete:
		g.deleteRow()
	case s.KeyName == fyne.KeyTab && s.Modifier&^fyne.KeyModifierShift == fyne.KeyModifierControl:
		g.leave(s.Modifier&fyne.KeyModifierShift != 0)
	case s.Modifier == ctrl && s.KeyName == fyne.KeyHome:
		if g.commit(false) {
			g.arrive(0, g.firstEditable(0))
		}
	case s.Modifier == ctrl && s.KeyName == fyne.KeyEnd:
		if g.commit(false) {
			last := max(g.Model.Rows()-1, 0)
			g.arrive(last, g.firstEditable(last))
		}
	default:
		return false
	}
	return true
}

func (g *EditGrid) deleteRow() {
	d, ok := g.Model.(edit.Deleter)
	if !ok || g.ReadOnly {
		return
	}
	if err := d.Delete(g.row); err != nil {
		g.refuse(err)
		return
	}
	g.history = nil // rows moved: the kept positions are no longer right
	g.arrive(min(g.row, max(g.Model.Rows()-1, 0)), g.col)
	if g.OnChanged != nil {
		g.OnChanged()
	}
}

func (g *EditGrid) leave(back bool) {
	c := canvasOf(g)
	if c == nil || !g.commit(false) {
		return
	}
	if back {
		c.FocusPrevious()
	} else {
		c.FocusNext()
	}
}

// pasteCells spreads lines copied from a spreadsheet over the cells, from the
// caret on. It stops at the first value the model refuses.
func (g *EditGrid) pasteCells(board fyne.Clipboard) bool {
	if board == nil || g.ReadOnly || !strings.ContainsAny(strings.TrimRight(board.Content(), "\r\n"), "\t\n") {
		return false
	}
	row0, col0 := g.row, g.col
	text := strings.ReplaceAll(strings.TrimRight(board.Content(), "\r\n"), "\r\n", "\n")
	for i, line := range strings.Split(text, "\n") {
		col := col0
		for value := range strings.SplitSeq(line, "\t") {
			for col < len(g.Columns) && !g.editable(row0+i, col) {
				col++
			}
			if col >= len(g.Columns) || row0+i >= g.Model.Rows() {
				break
			}
			old := g.Model.Get(row0+i, col)
			if err := g.Model.Set(row0+i, col, strings.TrimSpace(value)); err != nil {
				g.arrive(row0+i, col)
				g.field.SetTextSelected(value)
				g.refuse(err)
				return true
			}
			g.history = append(g.history, change{row0 + i, col, old})
			col++
		}
	}
	g.arrive(g.row, g.col)
	if g.OnChanged != nil {
		g.OnChanged()
	}
	return true
}
