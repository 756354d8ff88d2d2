package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// clickable is what the small controls share: focus, pointer, Enter and Space.
type clickable struct {
	widget.DisableableWidget
	act     func()
	self    fyne.CanvasObject
	label   string
	focused bool
	hovered bool
}

func (c *clickable) bind(self fyne.Widget, act func()) {
	c.self, c.act = self, act
	c.ExtendBaseWidget(self)
}

// Tapped implements fyne.Tappable.
func (c *clickable) Tapped(*fyne.PointEvent) {
	if !c.Disabled() {
		c.act()
	}
}

// FocusGained implements fyne.Focusable.
func (c *clickable) FocusGained() {
	c.focused = true
	c.self.Refresh()
	reveal(c.self)
}

// FocusLost implements fyne.Focusable.
func (c *clickable) FocusLost() {
	c.focused = false
	c.self.Refresh()
}

// TypedRune implements fyne.Focusable.
func (c *clickable) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *clickable) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	default:
		passKey(c.self, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (c *clickable) TypedShortcut(s fyne.Shortcut) { passShortcut(c.self, s) }

// MouseIn implements desktop.Hoverable.
func (c *clickable) MouseIn(*desktop.MouseEvent) {
	c.hovered = true
	c.self.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (c *clickable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *clickable) MouseOut() {
	c.hovered = false
	c.self.Refresh()
}

// Cursor implements desktop.Cursorable.
func (c *clickable) Cursor() desktop.Cursor {
	if c.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (c *clickable) AccessibilityLabel() string { return c.label }

// AccessibilityRole implements fyne.Accessible.
func (c *clickable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
