package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

func (v *gridView) drawHead(size fyne.Size) {
	g := v.g
	h := theme.RowHeader
	v.head.FillColor = theme.Color(theme.SurfaceAlt)
	place(v.head, 0, 0, size.Width, h)
	v.under.FillColor = theme.Color(theme.Outline)
	place(v.under, 0, h-1, size.Width, 1)
	v.objects = append(v.objects, v.head, v.under)
	if g.Multi {
		v.all.place(12-g.across, h/2-8, g.allChecked())
		v.objects = append(v.objects, v.all.objects()...)
	}
	x := g.firstX()
	for i, c := range g.columns {
		for len(v.titles) <= i {
			v.titles = append(v.titles, newText("", theme.SizeCaption, Medium))
			v.edges = append(v.edges, canvas.NewRectangle(color.Transparent))
		}
		w := g.widths[i]
		if w == 0 {
			continue
		}
		t := v.titles[i]
		room := w - 2*cellPad
		sorted := c.Sortable && c.Key == g.sortKey && g.sortKey != ""
		if sorted {
			room -= 16
		}
		t.Text = fit(c.Title, room, theme.SizeCaption, Medium)
		t.Color = theme.Color(theme.Muted)
		if sorted {
			t.Color = theme.Color(theme.Text)
		}
		t.Alignment = c.Align
		left := x + cellPad
		if sorted && c.Align == fyne.TextAlignTrailing {
			left += 16
		}
		placeText(t, left, 0, room, h)
		v.objects = append(v.objects, t)
		if sorted {
			v.drawArrow(t, c.Align, x, w, room)
		}
		if i < len(g.columns)-1 || x+w < size.Width-2 {
			v.edges[i].FillColor = theme.Color(theme.Hairline)
			place(v.edges[i], x+w-1, 7, 1, h-14)
			v.objects = append(v.objects, v.edges[i])
		}
		x += w
	}
}

func (v *gridView) drawArrow(t *canvas.Text, align fyne.TextAlign, x, w, room float32) {
	name := "caret-up"
	if v.g.sortDown {
		name = "caret-down"
	}
	setIcon(v.arrow, name, theme.Text)
	tw := min(measure(t.Text, theme.SizeCaption, Medium).Width, room)
	ax := x + cellPad + tw + 4
	if align == fyne.TextAlignTrailing {
		ax = x + w - cellPad - tw - 16
	}
	place(v.arrow, ax, theme.RowHeader/2-6, 12, 12)
	v.objects = append(v.objects, v.arrow)
}

func (v *gridView) drawFoot(size fyne.Size) {
	g := v.g
	if g.foot == nil {
		return
	}
	top, body := g.body()
	y := top + body
	v.foot.FillColor = theme.Color(theme.SurfaceAlt)
	place(v.foot, 0, y, size.Width, size.Height-y)
	v.footTop.FillColor = theme.Color(theme.Outline)
	place(v.footTop, 0, y, size.Width, 1)
	v.objects = append(v.objects, v.foot, v.footTop)
	x := g.firstX()
	for i, cell := range g.foot {
		if i >= len(g.columns) {
			break
		}
		if cell.Weight == Regular {
			cell.Weight = Bold
		}
		v.drawCell(v.totals.cell(i), cell, g.columns[i].Align, x, y+1, g.widths[i], g.RowHeight)
		x += g.widths[i]
	}
}

func (v *gridView) drawBars(size fyne.Size) {
	g := v.g
	top, h := g.body()
	place(g.down, size.Width-barWidth, top, barWidth, h)
	g.down.set(g.totalHeight(), float64(h), g.offset)
	v.objects = append(v.objects, g.down)
	if g.needSide() {
		place(g.side, 0, size.Height-barWidth-1, size.Width, barWidth)
		g.side.set(float64(g.tableWidth()), float64(size.Width), float64(g.across))
		v.objects = append(v.objects, g.side)
	}
}

func (v *gridView) drawFrame(size fyne.Size) {
	for i, r := range v.frame {
		r.FillColor = theme.Color(theme.Hairline)
		switch i {
		case 0:
			place(r, 0, 0, size.Width, 1)
		case 1:
			place(r, 0, size.Height-1, size.Width, 1)
		case 2:
			place(r, 0, 0, 1, size.Height)
		case 3:
			place(r, size.Width-1, 0, 1, size.Height)
		}
		v.objects = append(v.objects, r)
	}
}
