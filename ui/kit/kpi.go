package kit

import (
	"fyne.io/fyne/v2"

	"zafe/ui/theme"
)

// KPI is a card with one figure: an icon and a name, the figure, its tendency,
// a note under it.
type KPI struct {
	clickable
	icon, figure, note string
	tone               Tone
	spark              *Spark
}

// NewKPI returns a card; run, if not nil, is what a click does.
func NewKPI(icon, name string, run func()) *KPI {
	k := &KPI{icon: icon, spark: NewSpark(nil, Info)}
	k.label = name
	k.bind(k, func() {
		if run != nil {
			run()
		}
	})
	if run == nil {
		k.Disable()
	}
	return k
}

// Set changes the figure, the note and its tone, and the tendency.
func (k *KPI) Set(figure, note string, tone Tone, trend []int64) {
	k.figure, k.note, k.tone = figure, note, tone
	k.spark.values, k.spark.tone = trend, tone
	k.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (k *KPI) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusCard)
	icon := newTile(k.icon, Info)
	name := newText("", theme.SizeText, Medium)
	figure := newText("", 21, Bold)
	note := newText("", theme.SizeCaption, Regular)
	trend := newIcon("trend-up", theme.Muted)
	r := &clipped{painted{owner: k}}
	r.objects = append(back.objects(), icon, name, figure, k.spark, trend, note)
	r.min = func() fyne.Size { return fyne.NewSize(168, 116) }
	r.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		place(icon, 14, 13, 30, 30)
		name.Text = fit(k.label, size.Width-68, theme.SizeText, Medium)
		placeText(name, 52, 13, size.Width-60, 30)
		fw := measure(k.figure, 21, Bold).Width
		figure.Text = fit(k.figure, size.Width-28, 21, Bold)
		placeText(figure, 15, 51, fw, 30)
		sw := min(size.Width*0.3, 90)
		k.spark.Hidden = len(k.spark.values) < 2 || fw+sw+40 > size.Width
		place(k.spark, size.Width-sw-16, 51, sw, 28)
		x := float32(15)
		if !trend.Hidden {
			place(trend, x, 90, 14, 14)
			x += 19
		}
		note.Text = fit(k.note, size.Width-x-14, theme.SizeCaption, Regular)
		placeText(note, x, 88, size.Width-x-14, 18)
	}
	r.paint = func() {
		border := theme.Hairline
		if k.hovered && !k.Disabled() {
			border = theme.Outline
		}
		width := float32(1)
		if k.focused {
			border, width = theme.Primary, 2
		}
		back.paint(theme.Surface, border, width)
		back.shadow(theme.CardShadow, 4, 1)
		icon.tone = Info
		if k.tone != Neutral && len(k.spark.values) == 0 {
			icon.tone = k.tone // nothing else shows the judgement
		}
		icon.Refresh()
		tint(name, theme.Muted)
		tint(figure, theme.Text)
		tint(note, theme.Muted)
		k.spark.Refresh()
		drawing := ""
		if v := k.spark.values; len(v) > 1 {
			// The note is judged by its tone; a figure without judgement points as its line does.
			drawing = "trend-up"
			if k.tone == Error || k.tone != Ok && v[len(v)-1] < v[0] {
				drawing = "trend-down"
			}
		}
		setIcon(trend, drawing, k.tone.solid())
	}
	r.paint()
	return r
}
