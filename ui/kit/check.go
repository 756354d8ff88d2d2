package kit

import (
	"fyne.io/fyne/v2"

	"zafe/ui/theme"
)

// Check is a box to tick with its text.
type Check struct {
	clickable
	OnChanged func(on bool)
	on        bool
}

// NewCheck returns an unticked box.
func NewCheck(text string, changed func(on bool)) *Check {
	c := &Check{OnChanged: changed}
	c.label = text
	c.bind(c, func() { c.set(!c.on) })
	return c
}

// On tells whether the box is ticked.
func (c *Check) On() bool { return c.on }

// SetOn ticks the box without calling OnChanged.
func (c *Check) SetOn(on bool) {
	c.on = on
	c.Refresh()
}

func (c *Check) set(on bool) {
	c.SetOn(on)
	if c.OnChanged != nil {
		c.OnChanged(on)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(4)
	mark := newIcon("check", theme.OnPrimary)
	text := newText(c.label, theme.SizeText, Regular)
	p := &painted{owner: c, objects: append(back.objects(), mark, text)}
	p.min = func() fyne.Size {
		return fyne.NewSize(min(measure(c.label, theme.SizeText, Regular).Width+26, 60), 24)
	}
	p.layout = func(size fyne.Size) {
		y := float32(int((size.Height - 16) / 2))
		back.place(0, y, 16, 16)
		place(mark, 2, y+2, 12, 12)
		text.Text = fit(c.label, size.Width-24+1, theme.SizeText, Regular)
		placeText(text, 24, 0, size.Width-24, size.Height)
	}
	p.paint = func() {
		fillName, border, width, color := theme.Input, theme.Outline, float32(1), theme.Text
		switch {
		case c.Disabled() && c.on:
			fillName, border, color = theme.Disabled, theme.Disabled, theme.Muted
		case c.Disabled():
			fillName, border, color = theme.SurfaceAlt, theme.Hairline, theme.Muted
		case c.on:
			fillName, border = theme.Primary, theme.Primary
		case c.hovered:
			border = theme.Faint
		}
		if c.focused {
			border, width = theme.Primary, 2
			if c.on {
				border = theme.PrimaryText
			}
		}
		back.paint(fillName, border, width)
		mark.Hidden = !c.on
		tint(text, color)
		if c.focused {
			tint(text, theme.PrimaryText)
		}
	}
	p.paint()
	return p
}

// NaturalWidth is the width that shows the whole text.
func (c *Check) NaturalWidth() float32 { return measure(c.label, theme.SizeText, Regular).Width + 26 }

// Switch turns something on or off at once; its text and a grey line explain it.
type Switch struct {
	clickable
	OnChanged func(on bool)
	on        bool
	detail    *Label
}

// NewSwitch returns a switch that is off; detail may be empty.
func NewSwitch(text, detail string, changed func(on bool)) *Switch {
	s := &Switch{OnChanged: changed}
	s.label = text
	if detail != "" {
		s.detail = NewLabel(detail, Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true})
	}
	s.bind(s, func() {
		s.SetOn(!s.on)
		if s.OnChanged != nil {
			s.OnChanged(s.on)
		}
	})
	return s
}

// On tells whether the switch is on.
func (s *Switch) On() bool { return s.on }

// SetOn moves the switch without calling OnChanged.
func (s *Switch) SetOn(on bool) {
	s.on = on
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	const w, h = 34, 20
	ring := newRing(h / 2)
	track, knob := newBox(h/2), newBox((h-6)/2)
	text := newText(s.label, theme.SizeText, Medium)
	p := &painted{owner: s}
	p.objects = append([]fyne.CanvasObject{ring}, track.objects()...)
	p.objects = append(append(p.objects, knob.objects()...), text)
	if s.detail != nil {
		p.objects = append(p.objects, s.detail)
	}
	p.min = func() fyne.Size {
		m := fyne.NewSize(160, 24)
		if s.detail != nil {
			m.Height += s.detail.MinSize().Height
		}
		return m
	}
	p.layout = func(size fyne.Size) {
		place(ring, -2, 0, w+4, h+4)
		track.place(0, 2, w, h)
		x := float32(3)
		if s.on {
			x = w - h + 3
		}
		knob.place(x, 5, h-6, h-6)
		text.Text = fit(s.label, size.Width-w-10, theme.SizeText, Medium)
		placeText(text, w+10, 0, size.Width-w-10, 24)
		if s.detail != nil {
			place(s.detail, w+10, 24, size.Width-w-10, heightAt(s.detail, size.Width-w-10))
		}
	}
	p.paint = func() {
		back, dot, color := theme.Outline, theme.OnPrimary, theme.Text
		switch { // what is switched off for somebody who only reads is still read
		case s.Disabled() && s.on:
			back, dot, color = theme.Disabled, theme.Surface, theme.Muted
		case s.Disabled():
			back, dot, color = theme.Hairline, theme.Disabled, theme.Muted
		case s.on:
			back = theme.Primary
		case s.hovered:
			back = theme.Faint
		}
		ring.Hidden = !s.focused
		ring.StrokeColor = theme.Color(theme.Primary)
		track.paint(back, "", 0)
		knob.paint(dot, "", 0)
		tint(text, color)
	}
	p.paint()
	return p
}
