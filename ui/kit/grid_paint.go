package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

// gridView is the renderer of a Grid: a header, a pool of rows, a foot.
type gridView struct {
	g       *Grid
	objects []fyne.CanvasObject

	rows    []*rowView
	head    *canvas.Rectangle
	titles  []*canvas.Text
	arrow   *canvas.Image
	edges   []*canvas.Rectangle
	under   *canvas.Rectangle
	floor   *canvas.Rectangle
	foot    *canvas.Rectangle
	footTop *canvas.Rectangle
	totals  *rowView
	frame   [4]*canvas.Rectangle
	all     *tick
}

// rowView is the pieces of one drawn row, used again for another row on scroll.
type rowView struct {
	back, line, bar *canvas.Rectangle
	check           *tick
	cells           []*cellPieces
}

type cellPieces struct {
	text *canvas.Text
	pill *canvas.Rectangle
	icon *canvas.Image
}

// CreateRenderer implements fyne.Widget.
func (g *Grid) CreateRenderer() fyne.WidgetRenderer {
	v := &gridView{g: g}
	rect := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	v.head, v.under, v.foot, v.footTop = rect(), rect(), rect(), rect()
	v.floor = rect()
	for i := range v.frame {
		v.frame[i] = rect()
	}
	v.arrow = newIcon("caret-up", theme.Muted)
	v.all = newTick()
	v.totals = v.newRow()
	g.view = v
	v.Refresh()
	return v
}

func (v *gridView) Destroy()                     {}
func (v *gridView) Objects() []fyne.CanvasObject { return v.objects }
func (v *gridView) MinSize() fyne.Size           { return fyne.NewSize(200, theme.RowHeader+3*v.g.RowHeight) }
func (v *gridView) Layout(fyne.Size)             { v.draw() }

func (v *gridView) Refresh() {
	v.draw()
	canvas.Refresh(v.g)
}

func (g *Grid) needSide() bool { return g.tableWidth() > g.Size().Width+1 }

func (g *Grid) tableWidth() float32 {
	w := float32(0)
	if g.Multi {
		w += checkWidth
	}
	for _, c := range g.widths {
		w += c
	}
	return w
}

// spread computes the widths: what the user set stays, spare room goes to the
// columns that have a weight. Where room is missing the spare columns go first;
// then it is taken from those with a weight, down to their least.
func (g *Grid) spread(room float32) {
	if g.Multi {
		room -= checkWidth
	}
	var used, weights float32
	for i, c := range g.columns {
		if !g.manual[i] {
			g.widths[i] = c.Width
		}
		used += g.widths[i]
	}
	for i := len(g.columns) - 1; i >= 0 && used > room; i-- {
		if g.columns[i].Spare && !g.manual[i] {
			used -= g.widths[i]
			g.widths[i] = 0
		}
	}
	for i, c := range g.columns {
		if !g.manual[i] && g.widths[i] > 0 {
			weights += c.Weight
		}
	}
	spare := room - used
	if weights == 0 {
		return
	}
	for i, c := range g.columns {
		if g.manual[i] || c.Weight == 0 || g.widths[i] == 0 {
			continue
		}
		least := c.Least
		if least == 0 {
			least = c.Width * 0.6
		}
		share := spare * c.Weight / weights
		w := max(float32(int(g.widths[i]+share)), min(least, g.widths[i]))
		spare -= w - g.widths[i]
		weights -= c.Weight
		g.widths[i] = w
		if weights <= 0 {
			break
		}
	}
}

func (v *gridView) draw() {
	g := v.g
	size := g.Size()
	v.objects = v.objects[:0]
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	room := size.Width
	if g.totalHeight() > float64(size.Height-theme.RowHeader) {
		room -= barWidth
	}
	g.spread(room)
	g.across = max(min(g.across, g.tableWidth()-room), 0)
	_, h := g.body()
	g.offset = max(min(g.offset, g.totalHeight()-float64(h)), 0)
	v.drawRows()
	v.drawHead(size)
	v.drawFoot(size)
	v.drawBars(size)
	if !g.Frameless {
		v.drawFrame(size)
	}
}

func (v *gridView) drawRows() {
	g := v.g
	top, height := g.body()
	n := g.Rows()
	if !g.Frameless {
		v.floor.FillColor = theme.Color(theme.Surface)
		place(v.floor, 0, top, g.Size().Width, height)
		v.objects = append(v.objects, v.floor)
	}
	if n == 0 {
		says := g.empty
		if g.unread != nil {
			says = g.unread
		}
		if says != nil {
			h := min(says.MinSize().Height, height)
			place(says, 0, top+(height-h)*0.4, g.Size().Width, h)
			v.objects = append(v.objects, says)
		}
		return
	}
	first := int(g.offset / float64(g.RowHeight))
	last := min(int((g.offset+float64(height))/float64(g.RowHeight)), n-1)
	missing := false
	for row := first; row <= last; row++ {
		k := row - first
		if k == len(v.rows) {
			v.rows = append(v.rows, v.newRow())
		}
		y := top + float32(float64(row)*float64(g.RowHeight)-g.offset)
		missing = missing || !g.loaded(row)
		v.drawRow(v.rows[k], row, y)
	}
	if missing && g.Need != nil && g.wanted != [2]int{first, last} {
		g.wanted = [2]int{first, last}
		g.Need(first, last)
	}
}

func (v *gridView) newRow() *rowView {
	return &rowView{
		back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent),
		bar: canvas.NewRectangle(color.Transparent), check: newTick(),
	}
}

func (v *gridView) drawRow(r *rowView, row int, y float32) {
	g := v.g
	width := g.Size().Width
	r.line.FillColor = theme.Color(theme.Hairline)
	place(r.line, 0, y+g.RowHeight-1, width, 1)
	var back fyne.ThemeColorName
	switch {
	case row == g.selected:
		back = theme.RowSelected
	case row == g.hover:
		back = theme.RowHover
	case row%2 == 1 && !g.Plain:
		back = theme.Stripe
	}
	if back != "" {
		r.back.FillColor = theme.Color(back)
		place(r.back, 0, y, width, g.RowHeight-1)
		v.objects = append(v.objects, r.back)
	}
	v.objects = append(v.objects, r.line)
	if !g.loaded(row) {
		v.drawWaiting(r, row, y)
	} else {
		if g.Multi {
			r.check.place(12-g.across, y+(g.RowHeight-1)/2-7, g.checked[g.key(row)])
			v.objects = append(v.objects, r.check.objects()...)
		}
		muted := g.Muted != nil && g.Muted(row)
		x := g.firstX()
		for col := range g.columns {
			cell := g.Cell(row, col)
			if muted && !cell.Pill {
				cell.Color = theme.Faint
			}
			if row == g.selected && cell.Color == theme.Faint {
				cell.Color = theme.Muted // faint is lost on the colour of the selection
			}
			v.drawCell(r.cell(col), cell, g.columns[col].Align, x, y, g.widths[col], g.RowHeight-1)
			x += g.widths[col]
		}
	}
	if row == g.selected {
		mark := theme.Outline
		if g.focused {
			mark = theme.Primary
		}
		r.bar.FillColor = theme.Color(mark)
		place(r.bar, 0, y, 3, g.RowHeight-1)
		v.objects = append(v.objects, r.bar)
	}
}

// drawWaiting draws grey bars in the place of a row that is not there yet.
func (v *gridView) drawWaiting(r *rowView, row int, y float32) {
	x := v.g.firstX()
	for col := range v.g.columns {
		c := r.cell(col)
		w := v.g.widths[col]
		if w == 0 {
			continue
		}
		share := 0.45 + float32((row*7+col*5)%4)*0.1
		c.pill.FillColor = theme.Color(theme.NeutralSoft)
		c.pill.CornerRadius = 4
		place(c.pill, x+cellPad, y+v.g.RowHeight/2-4, (w-2*cellPad)*share, 8)
		v.objects = append(v.objects, c.pill)
		x += w
	}
}

func (r *rowView) cell(col int) *cellPieces {
	for len(r.cells) <= col {
		r.cells = append(r.cells, &cellPieces{
			text: newText("", theme.SizeText, Regular),
			pill: canvas.NewRectangle(color.Transparent),
		})
	}
	return r.cells[col]
}

func (v *gridView) drawCell(c *cellPieces, cell CellView, align fyne.TextAlign, x, y, w, h float32) {
	if w == 0 || x+w < 0 || x > v.g.Size().Width || (cell.Text == "" && cell.Icon == "") {
		return
	}
	left, room := x+cellPad, w-2*cellPad
	if cell.Icon != "" {
		v.drawIcon(c, cell, left, y+(h-theme.IconSize)/2)
		left += theme.IconSize + 6
		room -= theme.IconSize + 6
	}
	if cell.Text == "" || room <= 0 {
		return
	}
	name := cell.Color
	if name == "" {
		name = theme.Text
	}
	c.text.TextSize = theme.SizeText
	c.text.Alignment = align
	weigh(c.text, cell.Weight)
	if cell.Pill {
		c.text.TextSize = theme.SizeCaption
		weigh(c.text, Medium)
		c.text.Text = fit(cell.Text, room, theme.SizeCaption, Medium)
		pw := min(pillWidth(c.text.Text), room+8)
		px := left - 4
		switch align {
		case fyne.TextAlignTrailing:
			px = x + w - cellPad - pw
		case fyne.TextAlignCenter:
			px = x + (w-pw)/2
		default: // at the left
		}
		c.pill.FillColor = theme.Color(cell.Tone.soft())
		c.pill.CornerRadius = pillHeight / 2
		place(c.pill, float32(int(px)), y+float32(int((h-pillHeight)/2)), pw, pillHeight)
		c.text.Color = theme.Color(cell.Tone.text())
		c.text.Alignment = fyne.TextAlignCenter
		placeText(c.text, float32(int(px)), y, pw, h)
		v.objects = append(v.objects, c.pill, c.text)
		return
	}
	c.text.Text = fit(cell.Text, room+1, theme.SizeText, cell.Weight)
	c.text.Color = theme.Color(name)
	placeText(c.text, left, y, room, h)
	v.objects = append(v.objects, c.text)
}

func (v *gridView) drawIcon(c *cellPieces, cell CellView, x, y float32) {
	name := cell.Color
	if name == "" {
		name = theme.Muted
	}
	if c.icon == nil {
		c.icon = newIcon(cell.Icon, name)
	}
	setIcon(c.icon, cell.Icon, name)
	place(c.icon, x, float32(int(y)), theme.IconSize, theme.IconSize)
	v.objects = append(v.objects, c.icon)
}
