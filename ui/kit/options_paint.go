package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: l}
	l.inner = p
	l.note = newText("", theme.SizeText, Regular)
	p.min = func() fyne.Size { return fyne.NewSize(80, optionHeight) }
	p.layout = l.place
	p.paint = func() { l.note.Text = l.empty }
	return p
}

func (l *optionList) place(size fyne.Size) {
	total := float32(len(l.options)) * optionHeight
	l.offset = max(min(l.offset, total-(size.Height-8)), 0)
	first := int(l.offset / optionHeight)
	n := min(int(size.Height/optionHeight)+2, len(l.options)-first)
	l.inner.objects = l.inner.objects[:0]
	right := size.Width - 4
	if total > size.Height-8 {
		right -= barWidth
	}
	for k := range max(n, 0) {
		if k == len(l.rows) {
			l.rows = append(l.rows, newOptionRow())
		}
		row := l.rows[k]
		y := 4 + float32(first+k)*optionHeight - l.offset
		l.paintRow(row, first+k, y, right)
		l.inner.objects = append(l.inner.objects, row.back, row.icon, row.text, row.detail, row.tick)
	}
	if len(l.options) == 0 {
		tint(l.note, theme.Faint)
		placeText(l.note, 12, 4, size.Width-24, optionHeight)
		l.inner.objects = append(l.inner.objects, l.note)
	}
	place(l.bar, size.Width-barWidth, 0, barWidth, size.Height)
	l.bar.set(float64(total), float64(size.Height-8), float64(l.offset))
	l.inner.objects = append(l.inner.objects, l.bar)
}

func newOptionRow() *optionRow {
	r := &optionRow{
		back: canvas.NewRectangle(nil), icon: newIcon("", theme.Muted), tick: newIcon("check", theme.Primary),
		text: newText("", theme.SizeText, Regular), detail: newText("", theme.SizeCaption, Regular),
	}
	r.back.CornerRadius = 4
	r.detail.Alignment = fyne.TextAlignTrailing
	return r
}

func (l *optionList) paintRow(row *optionRow, i int, y, right float32) {
	o := l.options[i]
	place(row.back, 4, y, right-4, optionHeight)
	row.back.Hidden = i != l.active
	fill(row.back, theme.RowSelected)
	color := theme.Text
	switch {
	case o.Disabled:
		color = theme.Disabled
	case o.Danger:
		color = theme.Error
	}
	x := float32(12)
	if o.Icon != "" {
		ic := theme.Muted
		if o.Danger {
			ic = theme.Error
		}
		place(row.icon, x, y+7, theme.IconSize, theme.IconSize)
		setIcon(row.icon, o.Icon, ic)
		x += theme.IconSize + 8
	} else {
		row.icon.Hide()
	}
	end := right - 8
	row.tick.Hidden = l.chosen == "" || o.Key != l.chosen
	if l.chosen != "" {
		place(row.tick, end-theme.IconSize, y+7, theme.IconSize, theme.IconSize)
		setTick(row.tick)
		end -= theme.IconSize + 8
	}
	dw := float32(0)
	if o.Detail != "" {
		// The option itself keeps its width, or half of the room where both are long.
		free := max(end-x-8-measure(o.Text, theme.SizeText, Regular).Width, (end-x)/2)
		dw = min(measure(o.Detail, theme.SizeCaption, Regular).Width, free)
	}
	row.detail.Text = fit(o.Detail, dw+1, theme.SizeCaption, Regular)
	tint(row.detail, theme.Muted)
	placeText(row.detail, end-dw, y, dw, optionHeight)
	row.text.Text = fit(o.Text, end-x-dw-8, theme.SizeText, Regular)
	tint(row.text, color)
	placeText(row.text, x, y, end-x, optionHeight)
}

func setTick(img *canvas.Image) {
	if !img.Hidden {
		setIcon(img, "check", theme.Primary)
	}
}
