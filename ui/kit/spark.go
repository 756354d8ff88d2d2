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
