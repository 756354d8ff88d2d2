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
		if c.look == asSegment {
			m = m.AddWidthHeight(4, 4)
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

// choicePart is one option of a Choice.
type choicePart struct {
	clickable
	owner *Choice
	i     int
}

// Disabled follows the option and the whole choice.
func (p *choicePart) Disabled() bool {
	return p.owner.Disabled() || p.i >= len(p.owner.options) || p.owner.options[p.i].Disabled
}

// Tapped implements fyne.Tappable.
func (p *choicePart) Tapped(*fyne.PointEvent) { p.owner.choose(p.i) }

// TypedKey implements fyne.Focusable: arrows move the choice.
func (p *choicePart) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		p.owner.step(-1)
	case fyne.KeyRight, fyne.KeyDown:
		p.owner.step(1)
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.owner.choose(p.i)
	default:
		passKey(p, ev)
	}
}

func (p *choicePart) option() Option { return p.owner.options[p.i] }
func (p *choicePart) on() bool       { return p.option().Key == p.owner.key }

// CreateRenderer implements fyne.Widget.
func (p *choicePart) CreateRenderer() fyne.WidgetRenderer {
	if p.owner.look == asRadio {
		return p.radioRenderer()
	}
	if p.owner.look == asTab {
		return p.tabRenderer()
	}
	radius := float32(14)
	if p.owner.look == asSegment {
		radius = theme.RadiusControl - 1
	}
	back := newBox(radius)
	text := newText("", theme.SizeText, Medium)
	count := newText("", theme.SizeCaption, Medium)
	icon := newIcon("", theme.Muted)
	r := &painted{owner: p, objects: append(back.objects(), icon, text, count)}
	widths := func() (iw, tw, cw float32) {
		o := p.option()
		if o.Icon != "" {
			iw = theme.IconSize + 6
		}
		if o.Detail != "" {
			cw = measure(o.Detail, theme.SizeCaption, Medium).Width + 6
		}
		return iw, measure(o.Text, theme.SizeText, Medium).Width, cw
	}
	r.min = func() fyne.Size {
		iw, tw, cw := widths()
		return fyne.NewSize(float32(int(iw+tw+cw+23)), 27)
	}
	r.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		iw, tw, cw := widths()
		x := (size.Width - iw - tw - cw) / 2
		place(icon, x, float32(int((size.Height-theme.IconSize)/2)), theme.IconSize, theme.IconSize)
		placeText(text, x+iw, 0, tw, size.Height)
		placeText(count, x+iw+tw+6, 0, cw, size.Height)
	}
	r.paint = func() {
		o := p.option()
		text.Text, count.Text = o.Text, o.Detail
		p.paintChip(back, icon)
		color := theme.Muted
		switch {
		case p.Disabled():
			color = theme.Disabled
		case p.on() && p.owner.look == asChip:
			color = theme.PrimaryText
		case p.on():
			color = theme.Text
		}
		tint(text, color)
		tint(count, color)
		setIcon(icon, o.Icon, color)
	}
	r.paint()
	return r
}

func (p *choicePart) paintChip(back *box, icon fyne.CanvasObject) {
	fillName, border, width := fyne.ThemeColorName(""), fyne.ThemeColorName(""), float32(1)
	switch {
	case p.owner.look == asChip && p.on():
		fillName, border = theme.PrimarySoft, theme.PrimaryText
	case p.owner.look == asChip && p.hovered:
		fillName, border = theme.Hover, theme.Outline
	case p.owner.look == asChip:
		fillName, border = theme.Surface, theme.Outline
	case p.on():
		fillName, border = theme.Surface, theme.Outline
	case p.hovered:
		fillName = theme.Hover
	}
	if p.focused {
		border, width = theme.Primary, 2
	}
	back.paint(fillName, border, width)
}

func (p *choicePart) radioRenderer() fyne.WidgetRenderer {
	ring, dot := newBox(8), newBox(3.5)
	text := newText("", theme.SizeText, Medium)
	detail := NewLabel(p.option().Detail, Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true})
	r := &painted{owner: p}
	r.objects = append(append(ring.objects(), dot.objects()...), text, detail)
	r.min = func() fyne.Size {
		m := fyne.NewSize(140, 26)
		if p.option().Detail != "" {
			m.Height += detail.MinSize().Height
		}
		return m
	}
	r.layout = func(size fyne.Size) {
		ring.place(0, 5, 16, 16)
		dot.place(5, 10, 6, 6)
		text.Text = fit(p.option().Text, size.Width-24, theme.SizeText, Medium)
		placeText(text, 24, 0, size.Width-24, 26)
		place(detail, 24, 24, size.Width-24, heightAt(detail, size.Width-24))
	}
	r.paint = func() {
		o := p.option()
		detail.SetText(o.Detail)
		detail.Hidden = o.Detail == ""
		fillName, border, width, color := theme.Input, theme.Outline, float32(1), theme.Text
		switch {
		case p.Disabled():
			fillName, border, color = theme.SurfaceAlt, theme.Hairline, theme.Disabled
		case p.on():
			fillName, border = theme.Primary, theme.Primary
		case p.hovered:
			border = theme.Faint
		}
		if p.focused {
			border, width, color = theme.PrimaryText, 2, theme.PrimaryText
		}
		ring.paint(fillName, border, width)
		dot.paint(theme.OnPrimary, "", 0)
		dot.show(p.on())
		tint(text, color)
	}
	r.paint()
	return r
}
