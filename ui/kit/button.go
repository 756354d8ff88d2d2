package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Kind is the importance of a button.
type Kind int

// The kinds: an outlined button, the one main action of a page, a button
// without outline, a destructive one, and a button that reads as a link.
const (
	Secondary Kind = iota
	Primary
	Ghost
	Danger
	Link
)

// Button runs an act when clicked, or on Enter or Space when it has the focus.
type Button struct {
	widget.DisableableWidget
	OnTapped func()

	text, icon string
	kind       Kind
	align      fyne.TextAlign
	why        string // shown as a tip while disabled
	tip        string
	hovered    bool
	pressed    bool
	focused    bool
	short      bool // input height
}

var (
	_ fyne.Tappable      = (*Button)(nil)
	_ fyne.Focusable     = (*Button)(nil)
	_ fyne.Shortcutable  = (*Button)(nil)
	_ desktop.Hoverable  = (*Button)(nil)
	_ desktop.Mouseable  = (*Button)(nil)
	_ desktop.Cursorable = (*Button)(nil)
	_ fyne.Accessible    = (*Button)(nil)
)

// NewButton returns a button; icon may be empty.
func NewButton(text, icon string, kind Kind, tapped func()) *Button {
	b := &Button{text: text, icon: icon, kind: kind, OnTapped: tapped, align: fyne.TextAlignCenter}
	b.ExtendBaseWidget(b)
	return b
}

// SetText changes what the button says.
func (b *Button) SetText(text string) {
	b.text = text
	b.Refresh()
}

// Text returns what the button says.
func (b *Button) Text() string { return b.text }

// SetIcon changes the icon; "" removes it.
func (b *Button) SetIcon(icon string) {
	b.icon = icon
	b.Refresh()
}

// SetTip gives the button a hint shown when the pointer rests on it.
func (b *Button) SetTip(tip string) { b.tip = tip }

// DisableWith disables the button and says why when the pointer rests on it.
func (b *Button) DisableWith(why string) {
	b.why = why
	b.Disable()
}

// Why is the reason given when the button was last disabled with one.
func (b *Button) Why() string { return b.why }

// Left aligns the content to the left, for buttons in a list.
func (b *Button) Left() *Button {
	b.align = fyne.TextAlignLeading
	return b
}

// Small makes the button as high as an input, to stand beside one.
func (b *Button) Small() *Button {
	b.short = true
	return b
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	untip(b)
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.Tapped(nil)
	default:
		passKey(b, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (b *Button) TypedShortcut(s fyne.Shortcut) { passShortcut(b, s) }

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	if b.Disabled() {
		tipFor(b, b.why)
	} else {
		tipFor(b, b.tip)
	}
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() {
	b.hovered, b.pressed = false, false
	untip(b)
	b.Refresh()
}

// MouseDown implements desktop.Mouseable.
func (b *Button) MouseDown(*desktop.MouseEvent) {
	b.pressed = true
	b.Refresh()
}

// MouseUp implements desktop.Mouseable.
func (b *Button) MouseUp(*desktop.MouseEvent) {
	b.pressed = false
	b.Refresh()
}

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor {
	if b.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Button) AccessibilityLabel() string { return b.text }

// AccessibilityRole implements fyne.Accessible.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// look is the colours of a button in its present state.
type look struct {
	fill, border, text fyne.ThemeColorName
}

func (b *Button) look() look {
	if b.Disabled() {
		if b.kind == Ghost || b.kind == Link {
			return look{text: theme.Disabled}
		}
		return look{theme.SurfaceAlt, theme.Hairline, theme.Disabled}
	}
	active := b.hovered || b.pressed
	switch b.kind {
	case Primary:
		f := theme.Primary
		if b.pressed {
			f = theme.PrimaryPressed
		} else if b.hovered {
			f = theme.PrimaryHover
		}
		return look{f, "", theme.OnPrimary}
	case Danger:
		f := theme.Danger
		if active {
			f = theme.DangerHover
		}
		return look{f, "", theme.OnPrimary}
	case Ghost:
		if active {
			return look{b.hoverFill(), "", theme.Text}
		}
		return look{text: theme.Text}
	case Link:
		if active {
			return look{theme.PrimarySoft, "", theme.PrimaryText}
		}
		return look{text: theme.PrimaryText}
	default:
		if active {
			return look{b.hoverFill(), theme.Outline, theme.Text}
		}
		return look{theme.Surface, theme.Outline, theme.Text}
	}
}

func (b *Button) hoverFill() fyne.ThemeColorName {
	if b.pressed {
		return theme.Pressed
	}
	return theme.Hover
}

func (b *Button) sidePad() float32 {
	if b.kind == Link {
		return 6
	}
	return 12
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	ring := newRing(theme.RadiusControl)
	back := newBox(theme.RadiusControl)
	label := newText(b.text, theme.SizeText, Medium)
	icon := newIcon("", theme.Text)
	p := &painted{
		owner:   b,
		objects: append([]fyne.CanvasObject{ring}, append(back.objects(), icon, label)...),
	}
	content := func() (iw, tw float32) {
		if b.icon != "" {
			iw = theme.IconSize
			if b.text != "" {
				iw += 8
			}
		}
		return iw, measure(b.text, theme.SizeText, Medium).Width
	}
	p.min = func() fyne.Size {
		iw, tw := content()
		h := theme.ControlHeight
		if b.short {
			h = theme.InputHeight
		}
		return fyne.NewSize(float32(int(iw+tw+2*b.sidePad()+0.99)), h)
	}
	p.layout = func(size fyne.Size) {
		place(ring, -3, -3, size.Width+6, size.Height+6)
		back.place(0, 0, size.Width, size.Height)
		iw, _ := content()
		room := size.Width - 2*b.sidePad() - iw
		label.Text = fit(b.text, room+1, theme.SizeText, Medium)
		tw := min(measure(label.Text, theme.SizeText, Medium).Width, room+1)
		x := float32(int((size.Width - iw - tw) / 2))
		if b.align == fyne.TextAlignLeading {
			x = b.sidePad()
		}
		place(icon, x, float32(int((size.Height-theme.IconSize)/2)), theme.IconSize, theme.IconSize)
		placeText(label, x+iw, 0, tw, size.Height)
	}
	p.paint = func() {
		l := b.look()
		ring.Hidden = !b.focused
		ring.StrokeColor = theme.Color(theme.Primary)
		back.paint(l.fill, l.border, 1)
		setIcon(icon, b.icon, l.text)
		tint(label, l.text)
	}
	p.paint()
	return p
}

// newRing returns the outline drawn around a focused control.
func newRing(radius float32) *canvas.Rectangle {
	r := canvas.NewRectangle(nil)
	r.StrokeWidth = 2
	r.StrokeColor = theme.Color(theme.Primary)
	r.CornerRadius = radius + 2
	r.Hidden = true
	return r
}
