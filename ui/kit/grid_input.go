package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/theme"
)

// FocusGained implements fyne.Focusable.
func (g *Grid) FocusGained() {
	g.focused = true
	if g.selected < 0 && g.Rows() > 0 && !g.click.pressed {
		g.Select(0)
	}
	g.Refresh()
}

// FocusLost implements fyne.Focusable.
func (g *Grid) FocusLost() {
	g.focused = false
	g.Refresh()
}

// TypedRune implements fyne.Focusable.
func (g *Grid) TypedRune(r rune) {
	switch {
	case r == ' ' && g.Multi:
		g.toggle(g.selected)
	case g.OnType != nil && r != ' ':
		g.OnType(r)
	}
}

// TypedKey implements fyne.Focusable.
func (g *Grid) TypedKey(ev *fyne.KeyEvent) {
	n := g.Rows()
	switch ev.Name {
	case fyne.KeyDown:
		g.Select(min(g.selected+1, n-1))
	case fyne.KeyUp:
		g.Select(max(g.selected-1, min(0, n-1)))
	case fyne.KeyPageDown:
		g.Select(min(g.selected+g.page(), n-1))
	case fyne.KeyPageUp:
		g.Select(max(g.selected-g.page(), min(0, n-1)))
	case fyne.KeyHome:
		g.Select(min(0, n-1))
	case fyne.KeyEnd:
		g.Select(n - 1)
	case fyne.KeyLeft:
		g.across -= 60
		g.Refresh()
	case fyne.KeyRight:
		g.across += 60
		g.Refresh()
	case fyne.KeyReturn, fyne.KeyEnter:
		g.open(g.selected)
	case fyne.KeySpace: // comes as a character too
	case fyne.KeyDelete:
		if g.OnDelete != nil && g.selected >= 0 {
			g.OnDelete(g.selected)
		}
	default:
		passKey(g, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (g *Grid) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutSelectAll); ok && g.Multi {
		g.toggleAll()
		return
	}
	passShortcut(g, s)
}

func (g *Grid) open(row int) {
	if row >= 0 && row < g.Rows() && g.loaded(row) && g.OnOpen != nil {
		g.OnOpen(row)
	}
}

// Scrolled implements fyne.Scrollable.
func (g *Grid) Scrolled(ev *fyne.ScrollEvent) {
	if ev.Scrolled.DX != 0 && ev.Scrolled.DY == 0 {
		g.across -= ev.Scrolled.DX * wheelStep
		g.Refresh()
		return
	}
	g.scrollTo(g.offset - float64(ev.Scrolled.DY*wheelStep))
	g.hoverAt(g.pointer)
}

// rowAt is the row under a point of the widget, -1 for none.
func (g *Grid) rowAt(p fyne.Position) int {
	top, h := g.body()
	if p.Y < top || p.Y >= top+h {
		return -1
	}
	row := int((float64(p.Y-top) + g.offset) / float64(g.RowHeight))
	if row >= g.Rows() {
		return -1
	}
	return row
}

// colAt is the column at a horizontal place and the border near it, -1 for none.
func (g *Grid) colAt(px float32) (col, edge int) {
	col, edge = -1, -1
	x := g.firstX()
	for i, w := range g.widths {
		if px >= x && px < x+w {
			col = i
		}
		x += w
		if w > 0 && abs(px-x) <= gridEdge {
			edge = i
		}
	}
	return col, edge
}

func (g *Grid) firstX() float32 {
	x := -g.across
	if g.Multi {
		x += checkWidth
	}
	return x
}

// MouseDown implements desktop.Mouseable.
func (g *Grid) MouseDown(ev *desktop.MouseEvent) {
	g.click.pressed = true
	if !g.focused {
		Focus(g)
	}
	if ev.Position.Y < theme.RowHeader {
		g.headClick(ev.Position)
		return
	}
	row := g.rowAt(ev.Position)
	if row < 0 {
		return
	}
	if g.Multi && ev.Position.X < checkWidth && ev.Button != desktop.MouseButtonSecondary {
		g.Select(row)
		g.toggle(row)
		return
	}
	again := row == g.clickRow && time.Since(g.click.last) < doubleClick
	g.click.last, g.clickRow = time.Now(), row
	g.Select(row)
	switch {
	case ev.Button == desktop.MouseButtonSecondary:
		if g.OnMenu != nil {
			g.OnMenu(row, ev.AbsolutePosition)
		}
	case again:
		g.clickRow = -1
		g.open(row)
	case ev.Modifier&fyne.KeyModifierShortcutDefault != 0:
		g.toggle(row)
	}
}

func (g *Grid) headClick(p fyne.Position) {
	if g.Multi && p.X < checkWidth {
		g.toggleAll()
		return
	}
	col, edge := g.colAt(p.X)
	if edge >= 0 {
		g.resizing = edge
		return
	}
	if col < 0 || !g.columns[col].Sortable {
		return
	}
	if g.sortKey == g.columns[col].Key {
		g.sortDown = !g.sortDown
	} else {
		g.sortKey, g.sortDown = g.columns[col].Key, false
	}
	g.Refresh()
	if g.OnSort != nil {
		g.OnSort(g.sortKey, g.sortDown)
	}
}

// MouseUp implements desktop.Mouseable.
func (g *Grid) MouseUp(*desktop.MouseEvent) {
	g.click.pressed = false
	g.resizing = -1
}

// Dragged implements fyne.Draggable: it resizes a column.
func (g *Grid) Dragged(ev *fyne.DragEvent) {
	if g.resizing < 0 {
		return
	}
	left := g.firstX()
	for _, w := range g.widths[:g.resizing] {
		left += w
	}
	g.widths[g.resizing] = max(ev.Position.X-left, 32)
	g.manual[g.resizing] = true
	g.Refresh()
}

// DragEnd implements fyne.Draggable.
func (g *Grid) DragEnd() { g.resizing = -1 }

// MouseIn implements desktop.Hoverable.
func (g *Grid) MouseIn(ev *desktop.MouseEvent) { g.hoverAt(ev.Position) }

// MouseMoved implements desktop.Hoverable.
func (g *Grid) MouseMoved(ev *desktop.MouseEvent) { g.hoverAt(ev.Position) }

// MouseOut implements desktop.Hoverable.
func (g *Grid) MouseOut() { g.hoverAt(fyne.NewPos(-1, -1)) }

func (g *Grid) hoverAt(p fyne.Position) {
	g.pointer = p
	row := g.rowAt(p)
	if row != g.hover {
		g.hover = row
		g.Refresh()
	}
	col, _ := g.colAt(p.X)
	if cell := [2]int{row, col}; cell != g.hoverCell {
		g.hoverCell = cell
		g.tipCell(row, col)
	}
}

// tipCell shows the whole text of a cell that had to be shortened.
func (g *Grid) tipCell(row, col int) {
	untip(g)
	if row < 0 || col < 0 || !g.loaded(row) {
		return
	}
	cell := g.Cell(row, col)
	room := g.widths[col] - 2*cellPad
	if cell.Icon != "" {
		room -= theme.IconSize + 6
	}
	if cell.Pill || measure(cell.Text, theme.SizeText, cell.Weight).Width <= room+1 {
		return
	}
	x := g.firstX()
	for _, w := range g.widths[:col] {
		x += w
	}
	top, _ := g.body()
	y := top + float32(float64(row+1)*float64(g.RowHeight)-g.offset)
	tipAt(g, fyne.NewPos(x+g.widths[col]/2, y+4), cell.Text)
}

// Cursor implements desktop.Cursorable.
func (g *Grid) Cursor() desktop.Cursor {
	if g.resizing >= 0 {
		return desktop.HResizeCursor
	}
	if g.pointer.Y < theme.RowHeader && g.pointer.Y >= 0 {
		if _, edge := g.colAt(g.pointer.X); edge >= 0 {
			return desktop.HResizeCursor
		}
	}
	return desktop.DefaultCursor
}
