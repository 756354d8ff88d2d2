package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// iconPart is an icon that is clicked. Inside a field that has a key for the same act it stands alone,
// so that Tab goes from field to field.
type iconPart struct {
	widget.DisableableWidget
	OnTapped func()

	self    fyne.Widget
	icon    string
	tip     string
	color   fyne.ThemeColorName
	dot     fyne.ThemeColorName // small mark on the icon, "" for none
	hovered bool
	focused bool
}

// IconButton is a button that shows only an icon; its tip says what it does.
type IconButton struct{ iconPart }

var (
	_ fyne.Tappable      = (*iconPart)(nil)
	_ desktop.Hoverable  = (*iconPart)(nil)
	_ desktop.Cursorable = (*iconPart)(nil)
	_ fyne.Accessible    = (*iconPart)(nil)
	_ fyne.Focusable     = (*IconButton)(nil)
	_ fyne.Shortcutable  = (*IconButton)(nil)
)

// NewIconButton returns a button of 30 by 30.
func NewIconButton(icon, tip string, tapped func()) *IconButton {
	b := &IconButton{iconPart{icon: icon, tip: tip, OnTapped: tapped, color: theme.Muted}}
	b.self = b
	b.ExtendBaseWidget(b)
	return b
}

func newIconPart(icon, tip string, tapped func()) *iconPart {
	b := &iconPart{icon: icon, tip: tip, OnTapped: tapped, color: theme.Muted}
	b.self = b
	b.ExtendBaseWidget(b)
	return b
}

// SetIcon changes the icon and its colour by name.
func (b *iconPart) SetIcon(icon string, color fyne.ThemeColorName) {
	b.icon, b.color = icon, color
	b.Refresh()
}

// SetTip changes the hint.
func (b *iconPart) SetTip(tip string) { b.tip = tip }

// SetDot puts a small mark on the icon in a tone; shown false takes it off.
func (b *iconPart) SetDot(tone Tone, shown bool) {
	b.dot = ""
	if shown {
		b.dot = tone.solid()
	}
	b.Refresh()
}

// Tapped implements fyne.Tappable.
func (b *iconPart) Tapped(*fyne.PointEvent) {
	untip(b.self)
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// FocusGained implements fyne.Focusable.
func (b *IconButton) FocusGained() {
	b.focused = true
	b.Refresh()
}

// FocusLost implements fyne.Focusable.
func (b *IconButton) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune implements fyne.Focusable.
func (b *IconButton) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *IconButton) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.Tapped(nil)
	default:
		passKey(b, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (b *IconButton) TypedShortcut(s fyne.Shortcut) { passShortcut(b, s) }

// MouseIn implements desktop.Hoverable.
func (b *iconPart) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	tipFor(b.self, b.tip)
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *iconPart) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *iconPart) MouseOut() {
	b.hovered = false
	untip(b.self)
	b.Refresh()
}

// Cursor implements desktop.Cursorable.
func (b *iconPart) Cursor() desktop.Cursor {
	if b.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (b *iconPart) AccessibilityLabel() string { return b.tip }

// AccessibilityRole implements fyne.Accessible.
func (b *iconPart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements fyne.Widget.
func (b *iconPart) CreateRenderer() fyne.WidgetRenderer {
	ring := newRing(theme.RadiusControl)
	back := newBox(theme.RadiusControl)
	icon := newIcon(b.icon, b.color)
	dot := newBox(4)
	p := &painted{owner: b.self}
	p.objects = append([]fyne.CanvasObject{ring}, back.objects()...)
	p.objects = append(p.objects, icon)
	p.objects = append(p.objects, dot.objects()...)
	p.min = func() fyne.Size { return fyne.NewSquareSize(theme.InputHeight) }
	p.layout = func(size fyne.Size) {
		place(ring, -1, -1, size.Width+2, size.Height+2)
		back.place(0, 0, size.Width, size.Height)
		x := float32(int((size.Width - theme.IconSize) / 2))
		y := float32(int((size.Height - theme.IconSize) / 2))
		place(icon, x, y, theme.IconSize, theme.IconSize)
		dot.place(x+theme.IconSize-5, y-2, 8, 8)
	}
	p.paint = func() {
		ring.Hidden = !b.focused
		ring.StrokeColor = theme.Color(theme.Primary)
		f, c := fyne.ThemeColorName(""), b.color
		if b.Disabled() {
			c = theme.Disabled
		} else if b.hovered {
			f = theme.Hover
		}
		back.paint(f, "", 0)
		setIcon(icon, b.icon, c)
		dot.paint(b.dot, "", 0)
	}
	p.paint()
	return p
}
