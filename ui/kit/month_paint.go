package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

func itoa(n int) string { return strconv.Itoa(n) }

// CreateRenderer implements fyne.Widget.
func (m *month) CreateRenderer() fyne.WidgetRenderer {
	title := newText("", theme.SizeText, Bold)
	title.Alignment = fyne.TextAlignCenter
	left, right := newIcon("caret-left", theme.Muted), newIcon("caret-right", theme.Muted)
	today := newText("", theme.SizeText, Medium)
	today.Alignment = fyne.TextAlignCenter
	chosen, hover := newBox(5), newBox(5)
	var names [7]*canvas.Text
	var days [42]*canvas.Text
	p := &painted{owner: m}
	p.objects = append(append(hover.objects(), chosen.objects()...), title, left, right, today)
	for i := range names {
		names[i] = newText("", theme.SizeCaption, Medium)
		names[i].Alignment = fyne.TextAlignCenter
		p.objects = append(p.objects, names[i])
	}
	for i := range days {
		days[i] = newText("", theme.SizeText, Regular)
		days[i].Alignment = fyne.TextAlignCenter
		p.objects = append(p.objects, days[i])
	}
	at := func(i int) (x, y float32) {
		return monthPad + float32(i%7)*dayWidth, monthHead + 20 + float32(i/7)*dayHeight
	}
	p.min = func() fyne.Size {
		h := monthHead + 20 + 6*dayHeight + monthPad
		if words.Today != "" {
			h += 30
		}
		return fyne.NewSize(7*dayWidth+2*monthPad, h)
	}
	p.layout = func(size fyne.Size) {
		placeText(title, 0, 0, size.Width, monthHead)
		place(left, 16, monthHead/2-8, theme.IconSize, theme.IconSize)
		place(right, size.Width-32, monthHead/2-8, theme.IconSize, theme.IconSize)
		placeText(today, 0, monthHead+20+6*dayHeight+4, size.Width, 30)
		for i, t := range names {
			placeText(t, monthPad+float32(i)*dayWidth, monthHead, dayWidth, 18)
		}
		for i, t := range days {
			x, y := at(i)
			placeText(t, x, y, dayWidth, dayHeight)
			if m.first().AddDays(i) == m.day {
				chosen.place(x+2, y, dayWidth-4, dayHeight)
			}
			if i == m.hover {
				hover.place(x+2, y, dayWidth-4, dayHeight)
			}
		}
	}
	p.paint = func() {
		title.Text = m.title()
		tint(title, theme.Text)
		setIcon(left, "caret-left", theme.Muted)
		setIcon(right, "caret-right", theme.Muted)
		today.Text = words.Today
		tint(today, theme.PrimaryText)
		chosen.paint(theme.Primary, "", 0)
		hover.paint(theme.Hover, "", 0)
		hover.show(m.hover >= 0)
		for i, t := range names {
			t.Text = words.Days[i]
			tint(t, theme.Faint)
		}
		first := m.first()
		for i, t := range days {
			day := first.AddDays(i)
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
	p.paint()
	return p
}
