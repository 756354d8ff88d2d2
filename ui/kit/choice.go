package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// choiceLook is how one of several side-by-side choices is drawn.
type choiceLook int

const (
	asChip choiceLook = iota
	asSegment
	asRadio
	asTab
)

// Choice is a row of options of which one is chosen: chips that filter a list,
// the segments of a switch, radio buttons, or tabs. Arrows move the choice.
type Choice struct {
	widget.DisableableWidget
	OnChanged func(key string)

	options  []Option
	key      string
	look     choiceLook
	vertical bool
	parts    []*choicePart
}

func newChoice(look choiceLook, options []Option, changed func(string)) *Choice {
	c := &Choice{options: options, look: look, OnChanged: changed}
	if len(options) > 0 {
		c.key = options[0].Key
	}
	c.ExtendBaseWidget(c)
	c.rebuild()
	return c
}

// NewChips returns filters of a list, the first one chosen. The Detail of an
// option is a count shown after its text.
func NewChips(options []Option, changed func(key string)) *Choice {
	return newChoice(asChip, options, changed)
}

// NewSegmented returns a choice between a few options in one frame.
func NewSegmented(options []Option, changed func(key string)) *Choice {
	return newChoice(asSegment, options, changed)
}

// NewRadio returns options one under the other, with their details in grey.
func NewRadio(options []Option, changed func(key string)) *Choice {
	c := newChoice(asRadio, options, changed)
	c.vertical = true
	return c
}

// Key returns the key of the choice.
func (c *Choice) Key() string { return c.key }

// SetKey chooses without calling OnChanged.
func (c *Choice) SetKey(key string) {
	c.key = key
	c.Refresh()
}

// SetOptions replaces the options; the choice stays if it is still there, else
// the first one is chosen.
func (c *Choice) SetOptions(options []Option) {
	c.options = options
	if c.index() < 0 && len(options) > 0 {
		c.key = options[0].Key
	}
	c.rebuild()
	c.Refresh()
}

func (c *Choice) rebuild() {
	c.parts = c.parts[:0]
	for i := range c.options {
		p := &choicePart{owner: c, i: i}
		p.label = c.options[i].Text
		p.bind(p, func() { c.choose(p.i) })
		c.parts = append(c.parts, p)
	}
}

func (c *Choice) index() int {
	for i, o := range c.options {
		if o.Key == c.key {
			return i
		}
	}
	return -1
}

// Chosen is where the keyboard goes in the choice: its ring is so around what is chosen.
func (c *Choice) Chosen() fyne.Focusable { return c.parts[max(0, c.index())] }

func (c *Choice) choose(i int) {
	if i < 0 || i >= len(c.options) || c.options[i].Disabled || c.Disabled() {
		return
	}
	changed := c.options[i].Key != c.key
	c.key = c.options[i].Key
	c.Refresh()
	if changed && c.OnChanged != nil {
		c.OnChanged(c.key)
	}
}

func (c *Choice) step(by int) {
	for i := c.index() + by; i >= 0 && i < len(c.options); i += by {
		if !c.options[i].Disabled {
			c.choose(i)
			Focus(c.parts[i])
			return
		}
	}
}

func (c *Choice) gap() float32 {
	switch c.look {
	case asChip:
		return 8
	case asRadio:
		return 4
	case asTab:
		return 20
	default:
		return 0
	}
}

// NaturalWidth is the width that shows every option of a row.
func (c *Choice) NaturalWidth() float32 {
	w := float32(0)
	for i, part := range c.parts {
		if i > 0 {
			w += c.gap()
		}
		w += part.MinSize().Width
	}
	return max(w, c.MinSize().Width)
}

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	frame := newBox(theme.RadiusControl)
	line := newHair()
	p := &painted{owner: c}
	p.min = func() fyne.Size {
		var m fyne.Size
		for i, part := range c.parts {
			s := part.MinSize()
			if c.vertical {
				m = fyne.NewSize(max(m.Width, s.Width), m.Height+s.Height)
			} else {
				m = fyne.NewSize(m.Width+s.Width, max(m.Height, s.Height))
			}
			if i > 0 && c.vertical {
				m.Height += c.gap()
			} else if i > 0 {
				m.Width += c.gap()
			}
		}
		if c.look == asSegment { // all as wide as the widest
			m.Width = 0
			for _, part := range c.parts {
				m.Width = max(m.Width, part.MinSize().Width)
			}
			m = fyne.NewSize(m.Width*float32(len(c.parts))+4, m.Height+4)
		}
		if c.look == asTab || c.look == asChip {
			m.Width = min(m.Width, 240) // what does not fit is cut, the window does not grow
		}
		return m
	}
	p.layout = func(size fyne.Size) {
		frame.place(0, 0, size.Width, size.Height)
		place(line, 0, size.Height-1, size.Width, 1)
		x, y := float32(0), float32(0)
		if c.look == asSegment {
			x, y = 2, 2
		}
		for _, part := range c.parts {
			m := part.MinSize()
			switch {
			case c.vertical:
				h := heightAt(part, size.Width)
				place(part, 0, y, size.Width, h)
				y += h + c.gap()
			case c.look == asSegment:
				w := (size.Width - 4) / float32(len(c.parts))
				place(part, x, y, w, size.Height-4)
				x += w
			default:
				place(part, x, float32(int((size.Height-m.Height)/2)), m.Width, m.Height)
				x += m.Width + c.gap()
			}
		}
	}
	p.paint = func() {
		p.objects = p.objects[:0]
		if c.look == asSegment {
			frame.paint(theme.SurfaceAlt, theme.Outline, 1)
			p.objects = append(p.objects, frame.objects()...)
		}
		if c.look == asTab {
			p.objects = append(p.objects, line)
		}
		for _, part := range c.parts {
			p.objects = append(p.objects, part)
			part.Refresh()
		}
	}
	p.paint()
	return p
}

func (c *Choice) children() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(c.parts))
	for i, p := range c.parts {
		out[i] = p
	}
	return out
}
