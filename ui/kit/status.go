package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// StatusItem is one fact of the status bar.
type StatusItem struct {
	Icon string
	Text string
	Tone Tone
	Run  func() // nil: not clickable
}

// StatusBar is the line at the bottom of the window: facts at the left (server,
// workstations, last backup), hints at the right.
type StatusBar struct {
	widget.BaseWidget
	left  []*statusPart
	right *Label
	hints []string
}

// NewStatusBar returns an empty bar.
func NewStatusBar() *StatusBar {
	s := &StatusBar{right: NewLabel("", Style{
		Size: theme.SizeCaption, Color: theme.Muted,
		Align: fyne.TextAlignTrailing, Shrink: true,
	})}
	s.ExtendBaseWidget(s)
	return s
}

// SetItems replaces the facts.
func (s *StatusBar) SetItems(items ...StatusItem) {
	s.left = nil
	for _, item := range items {
		p := &statusPart{item: item}
		p.label = item.Text
		p.bind(p, func() {
			if item.Run != nil {
				item.Run()
			}
		})
		s.left = append(s.left, p)
	}
	s.Refresh()
}

// SetRight changes the hints at the right. Where there is no room for all, the last ones are not shown.
func (s *StatusBar) SetRight(hints ...string) {
	s.hints = hints
	s.Refresh()
}

// hint is as many of the hints as a width shows whole.
func (s *StatusBar) hint(width float32) string {
	for n := len(s.hints); n > 0; n-- {
		text := strings.Join(s.hints[:n], "     ")
		if measure(text, theme.SizeCaption, Regular).Width <= width {
			return text
		}
	}
	return ""
}

// CreateRenderer implements fyne.Widget.
func (s *StatusBar) CreateRenderer() fyne.WidgetRenderer {
	back, line := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	r := &clipped{painted{owner: s}}
	r.min = func() fyne.Size { return fyne.NewSize(200, theme.StatusBarHeight) }
	r.layout = func(size fyne.Size) {
		place(back, 0, 0, size.Width, size.Height)
		place(line, 0, 0, size.Width, 1)
		x := float32(8)
		for _, p := range s.left {
			w := p.MinSize().Width
			place(p, x, 3, w, size.Height-5)
			x += w + 4
		}
		if text := s.hint(size.Width - x - 24); text != s.right.Text() {
			s.right.SetText(text)
		}
		w := s.right.NaturalWidth()
		place(s.right, size.Width-w-14, 0, w, size.Height)
	}
	r.paint = func() {
		r.objects = append(r.objects[:0], back, line)
		for _, p := range s.left {
			r.objects = append(r.objects, p)
			p.Refresh()
		}
		r.objects = append(r.objects, s.right)
		s.right.Refresh()
		fill(back, theme.SurfaceAlt)
		fill(line, theme.Hairline)
	}
	r.paint()
	return r
}

func (s *StatusBar) children() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(s.left))
	for i, p := range s.left {
		out[i] = p
	}
	return out
}

type statusPart struct {
	clickable
	item StatusItem
}

// Disabled keeps facts that lead nowhere out of the keyboard's way.
func (p *statusPart) Disabled() bool { return p.item.Run == nil }

func (p *statusPart) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(4)
	icon := newIcon("", theme.Muted)
	text := newText(p.item.Text, theme.SizeCaption, Regular)
	r := &painted{owner: p, objects: append(back.objects(), icon, text)}
	iconRoom := func() float32 {
		if p.item.Icon == "" {
			return 0
		}
		return 20
	}
	r.min = func() fyne.Size {
		return fyne.NewSize(measure(p.item.Text, theme.SizeCaption, Regular).Width+iconRoom()+14, 22)
	}
	r.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		place(icon, 7, float32(int((size.Height-14)/2)), 14, 14)
		placeText(text, 7+iconRoom(), 0, size.Width, size.Height)
	}
	r.paint = func() {
		f, b := fyne.ThemeColorName(""), fyne.ThemeColorName("")
		if p.hovered && p.item.Run != nil {
			f = theme.Hover
		}
		if p.focused {
			b = theme.Primary
		}
		back.paint(f, b, 1.5)
		color := theme.Muted
		if p.item.Tone == Warn || p.item.Tone == Error {
			color = p.item.Tone.text()
		}
		tint(text, color)
		ic := theme.Muted
		if p.item.Tone != Neutral {
			ic = p.item.Tone.solid()
		}
		setIcon(icon, p.item.Icon, ic)
	}
	r.paint()
	return r
}
