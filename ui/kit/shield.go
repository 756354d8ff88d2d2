package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Shield lies over what moves by itself: for a moment it takes the clicks that were aimed at what stood there before.
// Keys go on to where they went.
type Shield struct {
	widget.BaseWidget
	turn int
	keys fyne.Focusable // what the keys went to
}

var (
	_ fyne.Tappable          = (*Shield)(nil)
	_ fyne.SecondaryTappable = (*Shield)(nil)
	_ desktop.Mouseable      = (*Shield)(nil)
)

// shieldFor is how long somebody may not have seen yet that something moved.
const shieldFor = 700 * time.Millisecond

// NewShield returns one that lets everything through until it is held up.
func NewShield() *Shield {
	s := &Shield{}
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// Hold has it take clicks from now on for a moment.
func (s *Shield) Hold() {
	s.turn++
	turn := s.turn
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !s.Visible() {
		s.keys = c.Focused()
	}
	s.Show()
	After(shieldFor, func() {
		if turn == s.turn {
			s.Hide()
		}
	})
}

// Tapped implements fyne.Tappable: the window took the keys away when the button went down.
func (s *Shield) Tapped(*fyne.PointEvent) {
	if s.keys != nil {
		Focus(s.keys)
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (s *Shield) TappedSecondary(*fyne.PointEvent) {}

// MouseDown implements desktop.Mouseable.
func (s *Shield) MouseDown(*desktop.MouseEvent) {}

// MouseUp implements desktop.Mouseable.
func (s *Shield) MouseUp(*desktop.MouseEvent) {}

// CreateRenderer implements fyne.Widget.
func (s *Shield) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(Gap(0, 0)) }
