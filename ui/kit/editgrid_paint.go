package kit

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/kit/edit"
	"zafe/ui/theme"
)

// editView is the renderer of an EditGrid.
type editView struct {
	g       *EditGrid
	objects []fyne.CanvasObject
	rects   []*canvas.Rectangle
	texts   []*canvas.Text
	nr, nt  int
	cell    *box
	panel   *box
	foot    *box
	icon    *canvas.Image
}

// CreateRenderer implements fyne.Widget.
func (g *EditGrid) CreateRenderer() fyne.WidgetRenderer {
	v := &editView{
		g: g, cell: newBox(0), panel: newBox(theme.RadiusPopup), foot: newBox(0),
		icon: newIcon("info", theme.Muted),
	}
	g.view = v
	v.draw()
	return v
}

func (v *editView) Destroy()                     {}
func (v *editView) Objects() []fyne.CanvasObject { return v.objects }
func (v *editView) MinSize() fyne.Size           { return fyne.NewSize(240, 160) }
func (v *editView) Layout(fyne.Size)             { v.draw() }

func (v *editView) Refresh() {
	v.draw()
	canvas.Refresh(v.g)
}

func (v *editView) rect(x, y, w, h float32, name fyne.ThemeColorName) {
	if v.nr == len(v.rects) {
		v.rects = append(v.rects, canvas.NewRectangle(color.Transparent))
	}
	r := v.rects[v.nr]
	v.nr++
	r.FillColor = theme.Color(name)
	place(r, x, y, w, h)
	v.objects = append(v.objects, r)
}

func (v *editView) text(s string, size float32, w Weight, name fyne.ThemeColorName,
	x, y, width, height float32, align fyne.TextAlign,
) {
	if s == "" || width <= 0 {
		return
	}
	if v.nt == len(v.texts) {
		v.texts = append(v.texts, newText("", size, w))
	}
	t := v.texts[v.nt]
	v.nt++
	t.TextSize, t.Alignment, t.Color = size, align, theme.Color(name)
	weigh(t, w)
	t.Text = fit(s, width+1, size, w)
	placeText(t, x, y, width, height)
	v.objects = append(v.objects, t)
}

func (v *editView) spread(room float32) {
	g := v.g
	used, weights := float32(0), float32(0)
	for i, c := range g.Columns {
		g.widths[i] = c.Width
		used += c.Width
		weights += c.Weight
	}
	spare := room - used
	for i, c := range g.Columns {
		if c.Weight > 0 && weights > 0 {
			share := float32(int(spare * c.Weight / weights))
			g.widths[i] = max(c.Width+share, 48)
			spare -= share
			weights -= c.Weight
		}
	}
}

func (v *editView) draw() {
	g := v.g
	size := g.Size()
	v.objects, v.nr, v.nt = v.objects[:0], 0, 0
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if len(g.widths) != len(g.Columns) {
		g.widths = make([]float32, len(g.Columns))
	}
	total := float64(g.Model.Rows()+1) * float64(theme.RowCompact)
	if total > float64(g.bodyHeight()) {
		v.spread(size.Width - barWidth)
	} else {
		v.spread(size.Width)
	}
	g.offset = max(min(g.offset, total-float64(g.bodyHeight())), 0)
	top, bottom := g.rowsTop(), g.rowsTop()+g.bodyHeight()
	v.rect(0, top, size.Width, g.bodyHeight(), theme.Surface)
	v.drawRows(size, top, bottom)
	v.drawField(top, bottom)
	v.rect(0, bottom, size.Width, size.Height-bottom, theme.Canvas) // what ran over the last line
	v.drawHead(size)
	v.frame(size, bottom)
	v.drawFoot(size)
	place(g.down, size.Width-barWidth, top, barWidth, g.bodyHeight())
	g.down.set(total, float64(g.bodyHeight()), g.offset)
	v.objects = append(v.objects, g.down)
	v.drawProposals(size, top)
}

func (v *editView) drawRows(size fyne.Size, top, bottom float32) {
	g := v.g
	first := int(g.offset / float64(theme.RowCompact))
	y := top + float32(float64(first)*float64(theme.RowCompact)-g.offset)
	for row := first; y < bottom; row++ {
		if row == g.row && row < g.Model.Rows() {
			v.rect(0, y, size.Width, theme.RowCompact-1, theme.RowHover)
		}
		v.rect(0, y+theme.RowCompact-1, size.Width, 1, theme.Hairline)
		if row < g.Model.Rows() {
			v.drawCells(row, y)
		}
		y += theme.RowCompact
	}
	x := float32(0)
	for _, w := range g.widths[:max(len(g.widths)-1, 0)] {
		x += w
		v.rect(x-1, top, 1, bottom-top, theme.Hairline)
	}
}

func (v *editView) drawCells(row int, y float32) {
	g := v.g
	x := float32(0)
	for col, w := range g.widths {
		if row != g.row || col != g.col {
			name, weight := theme.Text, Regular
			switch g.Model.Mark(row, col) {
			case edit.Plain:
			case edit.Muted, edit.ReadOnly:
				name = theme.Muted
			case edit.Strong, edit.Result:
				weight = Bold
			case edit.Bad:
				name = theme.Error
			}
			v.text(g.Model.Get(row, col), theme.SizeText, weight, name,
				x+barePad, y, w-2*barePad, theme.RowCompact-1, g.Columns[col].Align)
		}
		x += w
	}
}

// drawField puts the moving field on its cell.
func (v *editView) drawField(top, bottom float32) {
	g := v.g
	if g.Model.Rows() == 0 {
		return
	}
	x := float32(0)
	for _, w := range g.widths[:g.col] {
		x += w
	}
	y := top + float32(float64(g.row)*float64(theme.RowCompact)-g.offset)
	if y+theme.RowCompact <= top || y >= bottom {
		y = -200 // the cell is scrolled out: the field stays focused, out of sight
	}
	w := g.widths[g.col]
	border, width := theme.Outline, float32(1)
	switch {
	case g.refusal != "":
		border, width = theme.Error, 2
	case g.inside:
		border, width = theme.Primary, 2
	}
	v.cell.paint(theme.Input, border, width)
	v.cell.place(x-1, y-1, w+1, theme.RowCompact+1)
	place(g.field, x, y, w-1, theme.RowCompact-1)
	v.objects = append(v.objects, v.cell.objects()...)
	v.objects = append(v.objects, g.field)
}

func (v *editView) drawHead(size fyne.Size) {
	v.rect(0, 0, size.Width, theme.RowHeader, theme.SurfaceAlt)
	v.rect(0, theme.RowHeader-1, size.Width, 1, theme.Outline)
	x := float32(0)
	for i, c := range v.g.Columns {
		w := v.g.widths[i]
		v.text(c.Title, theme.SizeCaption, Medium, theme.Muted, x+barePad, 0, w-2*barePad, theme.RowHeader,
			c.Align)
		x += w
		if i < len(v.g.Columns)-1 {
			v.rect(x-1, 0, 1, theme.RowHeader-1, theme.Hairline)
		}
	}
}

func (v *editView) frame(size fyne.Size, bottom float32) {
	v.rect(0, 0, size.Width, 1, theme.Hairline)
	v.rect(0, bottom-1, size.Width, 1, theme.Hairline)
	v.rect(0, 0, 1, bottom, theme.Hairline)
	v.rect(size.Width-1, 0, 1, bottom, theme.Hairline)
}

func (v *editView) drawFoot(size fyne.Size) {
	g := v.g
	h := g.footHeight()
	y := size.Height - h
	v.foot.paint(theme.SurfaceAlt, theme.Hairline, 1)
	v.foot.place(0, y, size.Width, h)
	v.objects = append(v.objects, v.foot.objects()...)
	right := size.Width - 14
	for _, t := range slices.Backward(g.totals) {
		name := theme.Text
		if t.Tone != Neutral {
			name = t.Tone.text()
		}
		vw := max(measure(t.Value, theme.SizeText, Bold).Width, 62)
		lw := measure(t.Label, theme.SizeText, Regular).Width
		v.text(t.Value, theme.SizeText, Bold, name, right-vw, y, vw, h, fyne.TextAlignTrailing)
		v.text(t.Label, theme.SizeText, Regular, theme.Muted, right-vw-lw-14, y, lw, h, fyne.TextAlignLeading)
		right -= vw + lw + 36
	}
	tone, message := g.note, g.hint
	if g.refusal != "" {
		tone, message = Error, g.refusal
	}
	if message == "" {
		return
	}
	color := theme.Muted
	if tone != Neutral {
		color = tone.text()
	}
	setIcon(v.icon, tone.icon(), color)
	place(v.icon, 14, y+10, theme.IconSize, theme.IconSize)
	v.objects = append(v.objects, v.icon)
	v.text(message, theme.SizeText, Regular, color, 38, y, right-50, h, fyne.TextAlignLeading)
}

// drawProposals draws the list inside the grid, under the cell or above it: an
// overlay would take the keyboard.
func (v *editView) drawProposals(size fyne.Size, top float32) {
	g := v.g
	if !g.open || !g.inside {
		return
	}
	x := float32(0)
	for _, w := range g.widths[:g.col] {
		x += w
	}
	y := top + float32(float64(g.row+1)*float64(theme.RowCompact)-g.offset) + 2
	w := min(max(g.list.naturalWidth(), g.widths[g.col]), size.Width-8)
	h := min(g.list.height(), max(size.Height-y, y-theme.RowCompact-top)-4)
	if y+h > size.Height {
		y -= theme.RowCompact + h + 5
	}
	x = max(min(x, size.Width-w-4), 1)
	v.panel.paint(theme.Surface, theme.Outline, 1)
	v.panel.shadow(theme.PopShadow, 16, 4)
	v.panel.place(x, y, w, h)
	place(g.list, x+1, y+1, w-2, h-2)
	v.objects = append(v.objects, v.panel.objects()...)
	v.objects = append(v.objects, g.list)
}

func (g *EditGrid) children() []fyne.CanvasObject { return []fyne.CanvasObject{g.field} }
