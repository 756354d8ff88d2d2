package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

func itoa(n int) string { return strconv.Itoa(n) }

// monthParts is what a month is drawn with.
type monthParts struct {
	title, today  *canvas.Text
	left, right   *canvas.Image
	chosen, hover *box
	names         [7]*canvas.Text
	days          [42]*canvas.Text
}

// CreateRenderer implements fyne.Widget.
func (m *month) CreateRenderer() fyne.WidgetRenderer {
	v := &monthParts{
		title: newText("", theme.SizeText, Bold), today: newText("", theme.SizeText, Medium),
		left: newIcon("caret-left", theme.Muted), right: newIcon("caret-right", theme.Muted),
		chosen: newBox(5), hover: newBox(5),
	}
	v.title.Alignment, v.today.Alignment = fyne.TextAlignCenter, fyne.TextAlignCenter
	p := &painted{owner: m, objects: append(v.hover.objects(), v.chosen.objects()...)}
	p.objects = append(p.objects, v.title, v.left, v.right, v.today)
	for i := range v.names {
		v.names[i] = newText("", theme.SizeCaption, Medium)
		v.names[i].Alignment = fyne.TextAlignCenter
		p.objects = append(p.objects, v.names[i])
	}
	for i := range v.days {
		v.days[i] = newText("", theme.SizeText, Regular)
		v.days[i].Alignment = fyne.TextAlignCenter
		p.objects = append(p.objects, v.days[i])
	}
	p.min = func() fyne.Size {
		h := monthHead + 20 + 6*dayHeight + monthPad
		if words.Today != "" {
			h += 30
		}
		return fyne.NewSize(7*dayWidth+2*monthPad, h)
	}
	p.layout = func(size fyne.Size) { m.place(v, size.Width) }
	p.paint = func() { m.paint(v) }
	p.paint()
	return p
}

func (m *month) place(v *monthParts, width float32) {
	placeText(v.title, 0, 0, width, monthHead)
	place(v.left, 16, monthHead/2-8, theme.IconSize, theme.IconSize)
	place(v.right, width-32, monthHead/2-8, theme.IconSize, theme.IconSize)
	placeText(v.today, 0, monthHead+20+6*dayHeight+4, width, 30)
	for i, t := range v.names {
		placeText(t, monthPad+float32(i)*dayWidth, monthHead, dayWidth, 18)
	}
	for i, t := range v.days {
		x := monthPad + float32(i%7)*dayWidth
		y := monthHead + 20 + float32(i/7)*dayHeight
		placeText(t, x, y, dayWidth, dayHeight)
		if m.first().AddDays(i) == m.day {
			v.chosen.place(x+2, y, dayWidth-4, dayHeight)
		}
		if i == m.hover {
			v.hover.place(x+2, y, dayWidth-4, dayHeight)
		}
	}
}

func (m *month) paint(v *monthParts) {
	v.title.Text = m.title()
	tint(v.title, theme.Text)
	setIcon(v.left, "caret-left", theme.Muted)
	setIcon(v.right, "caret-right", theme.Muted)
	v.today.Text = words.Today
	tint(v.today, theme.PrimaryText)
	v.chosen.paint(theme.Primary, "", 0)
	v.hover.paint(theme.Hover, "", 0)
	v.hover.show(m.hover >= 0)
	for i, t := range v.names {
		t.Text = words.Days[i]
		tint(t, theme.Faint)
	}
	for i, t := range v.days {
		day := m.first().AddDays(i)
		t.Text = itoa(day.Day)
		color, w := theme.Text, Regular
		switch {
		case day == m.day:
			color, w = theme.OnPrimary, Medium
		case day == m.today:
			color, w = theme.PrimaryText, Bold
		case day.Month != m.day.Month:
			color = theme.Disabled
		}
		weigh(t, w)
		tint(t, color)
	}
}
