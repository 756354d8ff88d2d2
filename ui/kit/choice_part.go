package kit

import (
	"fyne.io/fyne/v2"

	"zafe/ui/theme"
)

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
		case p.Disabled() && p.on(): // which one it is can be read
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
		case p.Disabled() && p.on():
			fillName, border, color = theme.Disabled, theme.Disabled, theme.Muted
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
