package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

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
