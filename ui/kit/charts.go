package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Spark is a small line without axes that shows a tendency. Values are in any
// unit; only their proportions are drawn.
type Spark struct {
	widget.BaseWidget
	values []int64
	tone   Tone
}

// NewSpark returns a line through the values.
func NewSpark(values []int64, tone Tone) *Spark {
	s := &Spark{values: values, tone: tone}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes the line.
func (s *Spark) Set(values []int64, tone Tone) {
	s.values, s.tone = values, tone
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Spark) CreateRenderer() fyne.WidgetRenderer {
	var lines []*canvas.Line
	p := &painted{owner: s}
	p.min = func() fyne.Size { return fyne.NewSize(64, 28) }
	p.layout = func(size fyne.Size) {
		n := len(s.values)
		if n < 2 {
			return
		}
		low, high := span(s.values)
		at := func(i int) fyne.Position {
			share := float32(0.5)
			if high > low {
				share = float32(s.values[i]-low) / float32(high-low)
			}
			x := size.Width * float32(i) / float32(n-1)
			return fyne.NewPos(x, 2+(size.Height-4)*(1-share))
		}
		for i, l := range lines {
			l.Position1, l.Position2 = at(i), at(i+1)
			l.Refresh()
		}
	}
	p.paint = func() {
		want := max(len(s.values)-1, 0)
		for len(lines) < want {
			l := canvas.NewLine(theme.Color(s.tone.solid()))
			l.StrokeWidth = 1.6
			lines = append(lines, l)
		}
		lines = lines[:want]
		p.objects = p.objects[:0]
		for _, l := range lines {
			l.StrokeColor = theme.Color(s.tone.solid())
			p.objects = append(p.objects, l)
		}
	}
	p.paint()
	return p
}

func span(values []int64) (low, high int64) {
	low, high = values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// Series is one set of bars of Bars.
type Series struct {
	Name   string
	Values []int64
}

// Bars compares one or two series by period. The first series is the main one.
type Bars struct {
	widget.BaseWidget
	Format func(value int64) string // a value of the axis, such as "50 k€"

	labels []string
	series []Series
	view   *barsView
}

// NewBars returns a chart; each series has one value per label.
func NewBars(labels []string, format func(int64) string, series ...Series) *Bars {
	b := &Bars{labels: labels, Format: format, series: series}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the data.
func (b *Bars) Set(labels []string, series ...Series) {
	b.labels, b.series = labels, series
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Bars) CreateRenderer() fyne.WidgetRenderer {
	b.view = &barsView{b: b}
	b.view.Refresh()
	return b.view
}

type barsView struct {
	b       *Bars
	objects []fyne.CanvasObject
	rects   []*canvas.Rectangle
	texts   []*canvas.Text
}

func (v *barsView) Destroy()                     {}
func (v *barsView) Objects() []fyne.CanvasObject { return v.objects }
func (v *barsView) MinSize() fyne.Size           { return fyne.NewSize(220, 120) }
func (v *barsView) Layout(fyne.Size)             { v.draw() }

func (v *barsView) Refresh() {
	v.draw()
	canvas.Refresh(v.b)
}

// niceStep is the step of an axis with about n lines: 1, 2 or 5 times a power of ten.
func niceStep(extent int64, n int64) int64 {
	step := int64(1)
	for {
		for _, k := range []int64{1, 2, 5} {
			if extent <= step*k*n {
				return step * k
			}
		}
		step *= 10
	}
}

func (v *barsView) draw() {
	size := v.b.Size()
	v.objects = v.objects[:0]
	if size.Width < 40 || size.Height < 40 || len(v.b.labels) == 0 {
		return
	}
	var low, high int64
	for _, s := range v.b.series {
		for _, x := range s.Values {
			low, high = min(low, x), max(high, x)
		}
	}
	if high == low {
		high = low + 1
	}
	step := niceStep(high-low, 5)
	low = -((-low + step - 1) / step) * step
	high = (high + step - 1) / step * step
	nr, nt := 0, 0
	rect := func(x, y, w, h float32, name fyne.ThemeColorName) *canvas.Rectangle {
		if nr == len(v.rects) {
			v.rects = append(v.rects, canvas.NewRectangle(nil))
		}
		r := v.rects[nr]
		nr++
		r.FillColor = theme.Color(name)
		r.TopLeftCornerRadius, r.TopRightCornerRadius = 0, 0
		place(r, float32(int(x)), float32(int(y)), w, h)
		v.objects = append(v.objects, r)
		return r
	}
	text := func(s string, x, y, w float32, align fyne.TextAlign) {
		if nt == len(v.texts) {
			v.texts = append(v.texts, newText("", theme.SizeCaption, Regular))
		}
		t := v.texts[nt]
		nt++
		t.Text, t.Alignment, t.Color = s, align, theme.Color(theme.Muted)
		place(t, x, y, w, 16)
		v.objects = append(v.objects, t)
	}
	v.axes(size, low, high, step, rect, text)
}

func (v *barsView) axes(size fyne.Size, low, high, step int64,
	rect func(x, y, w, h float32, name fyne.ThemeColorName) *canvas.Rectangle,
	text func(s string, x, y, w float32, align fyne.TextAlign),
) {
	const top, foot float32 = 10, 24
	left := float32(0)
	for y := low; y <= high; y += step {
		left = max(left, measure(v.b.Format(y), theme.SizeCaption, Regular).Width)
	}
	left += 10
	plot := size.Height - top - foot
	at := func(y int64) float32 {
		return top + plot*(1-float32(float64(y-low)/float64(high-low)))
	}
	for y := low; y <= high; y += step {
		rect(left, at(y), size.Width-left, 1, theme.Hairline)
		text(v.b.Format(y), 0, at(y)-8, left-10, fyne.TextAlignTrailing)
	}
	slot := (size.Width - left) / float32(len(v.b.labels))
	n := float32(len(v.b.series))
	bw := max(min(float32(int(slot*0.62/n)), 22), 2)
	skip := 1
	for slot*float32(skip) < 34 {
		skip++
	}
	for i, label := range v.b.labels {
		mid := left + slot*(float32(i)+0.5)
		if i%skip == 0 {
			text(fit(label, slot*float32(skip), theme.SizeCaption, Regular), mid-slot*float32(skip)/2,
				size.Height-foot+6, slot*float32(skip), fyne.TextAlignCenter)
		}
		x := mid - (bw*n+2*(n-1))/2
		for k := len(v.b.series) - 1; k >= 0; k-- { // the earlier period stands first
			s := v.b.series[k]
			if i < len(s.Values) && s.Values[i] != 0 {
				name := theme.Primary
				if k > 0 {
					name = theme.Track
				}
				y0 := float32(int(at(max(s.Values[i], 0))))
				y1 := float32(int(at(min(s.Values[i], 0))))
				r := rect(x, y0, bw, max(y1-y0, 1), name)
				if s.Values[i] > 0 {
					r.TopLeftCornerRadius, r.TopRightCornerRadius = 3, 3
				}
			}
			x += bw + 2
		}
	}
}

// Legend names the series of a Bars, to stand beside the title of its card.
func Legend(names ...string) fyne.CanvasObject {
	row := HBox(14)
	colors := []fyne.ThemeColorName{theme.Primary, theme.Track}
	for i, name := range names {
		row.Add(HBox(7, swatch(colors[i%2]), NewLabel(name, Style{Size: theme.SizeCaption, Color: theme.Muted})))
	}
	return row
}

func swatch(name fyne.ThemeColorName) fyne.CanvasObject {
	s := &swatchBox{color: name}
	s.ExtendBaseWidget(s)
	return s
}

type swatchBox struct {
	widget.BaseWidget
	color fyne.ThemeColorName
}

func (s *swatchBox) CreateRenderer() fyne.WidgetRenderer {
	b := newBox(2)
	p := &painted{owner: s, objects: b.objects()}
	p.min = func() fyne.Size { return fyne.NewSquareSize(10) }
	p.layout = func(size fyne.Size) { b.place(0, 0, size.Width, size.Height) }
	p.paint = func() { b.paint(s.color, "", 0) }
	p.paint()
	return p
}

// Share is one part of a Stack.
type Share struct {
	Name  string
	Value int64
	Text  string // the value as shown
	Tone  Tone
}

// Stack is one bar split in parts, with a line per part under it.
type Stack struct {
	widget.BaseWidget
	shares []Share
}

// NewStack returns a split bar.
func NewStack(shares ...Share) *Stack {
	s := &Stack{shares: shares}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes the parts.
func (s *Stack) Set(shares ...Share) {
	s.shares = shares
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Stack) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: s}
	var parts []*canvas.Rectangle
	var lines []fyne.CanvasObject
	none := newBox(4)
	p.min = func() fyne.Size { return fyne.NewSize(160, 24+24*float32(len(s.shares))) }
	p.layout = func(size fyne.Size) {
		none.place(0, 0, size.Width, 12)
		total := int64(0)
		for _, sh := range s.shares {
			total += max(sh.Value, 0)
		}
		x := float32(0)
		first, last := -1, -1
		for i, sh := range s.shares {
			if sh.Value > 0 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		for i, sh := range s.shares {
			w := float32(0)
			if total > 0 && sh.Value > 0 {
				w = max(float32(int(float64(size.Width)*float64(sh.Value)/float64(total))), 3)
			}
			if i == last {
				w = size.Width - x
			}
			r := parts[i]
			r.TopLeftCornerRadius, r.BottomLeftCornerRadius = 0, 0
			r.TopRightCornerRadius, r.BottomRightCornerRadius = 0, 0
			if i == first {
				r.TopLeftCornerRadius, r.BottomLeftCornerRadius = 4, 4
			}
			if i == last {
				r.TopRightCornerRadius, r.BottomRightCornerRadius = 4, 4
			}
			gap := float32(2)
			if i == last {
				gap = 0
			}
			place(r, x, 0, w-gap, 12)
			x += w
			place(lines[i], 0, 22+24*float32(i), size.Width, 22)
		}
	}
	p.paint = func() {
		none.paint(theme.NeutralSoft, "", 0)
		p.objects = append(p.objects[:0], none.objects()...)
		parts, lines = parts[:0], lines[:0]
		for _, sh := range s.shares {
			r := canvas.NewRectangle(theme.Color(sh.Tone.solid()))
			parts = append(parts, r)
			l := HBox(9, swatch(sh.Tone.solid()), Body(sh.Name), Spacer(), Strong(sh.Text))
			lines = append(lines, l)
			p.objects = append(p.objects, r, l)
		}
	}
	p.paint()
	return p
}

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
		icon.Refresh()
		tint(name, theme.Muted)
		tint(figure, theme.Text)
		tint(note, theme.Muted)
		k.spark.Refresh()
		drawing := ""
		if v := k.spark.values; len(v) > 1 {
			drawing = "trend-up"
			if v[len(v)-1] < v[0] {
				drawing = "trend-down"
			}
		}
		setIcon(trend, drawing, k.tone.solid())
	}
	r.paint()
	return r
}
