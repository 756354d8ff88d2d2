package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

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
		for k, s := range slices.Backward(v.b.series) { // the earlier period stands first
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
		row.Add(
			HBox(7, swatch(colors[i%2]), NewLabel(name, Style{Size: theme.SizeCaption, Color: theme.Muted})))
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
