package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Select lets one option be chosen. Arrows change the choice, Space, Enter, F4
// or Alt+Down open the list, letters go to the option that starts with them.
type Select struct {
	widget.DisableableWidget
	Placeholder string
	OnChanged   func(key string)
	edited      func() // told of every choice before OnChanged, nil for nobody

	options []Option
	key     string
	ahead   typeAhead
	focused bool
	hovered bool
	invalid bool
	popup   *layer
}

var (
	_ fyne.Focusable     = (*Select)(nil)
	_ fyne.Tappable      = (*Select)(nil)
	_ fyne.Shortcutable  = (*Select)(nil)
	_ desktop.Hoverable  = (*Select)(nil)
	_ desktop.Cursorable = (*Select)(nil)
	_ fyne.Accessible    = (*Select)(nil)
)

// NewSelect returns a choice among options; nothing is chosen.
func NewSelect(options []Option, changed func(key string)) *Select {
	s := &Select{options: options, OnChanged: changed}
	s.ExtendBaseWidget(s)
	return s
}

// Options builds options from pairs of key and text.
func Options(pairs ...string) []Option {
	var out []Option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Option{Key: pairs[i], Text: pairs[i+1]})
	}
	return out
}

// SetOptions replaces the options; the choice stays if it is still there.
func (s *Select) SetOptions(options []Option) {
	s.options = options
	if s.index() < 0 {
		s.key = ""
	}
	s.Refresh()
}

// Key returns the key of the choice, "" when nothing is chosen.
func (s *Select) Key() string { return s.key }

// SetKey chooses without calling OnChanged.
func (s *Select) SetKey(key string) {
	s.key = key
	s.Refresh()
}

// SetInvalid draws the border in red.
func (s *Select) SetInvalid(invalid bool) {
	s.invalid = invalid
	s.Refresh()
}

func (s *Select) index() int {
	for i, o := range s.options {
		if o.Key == s.key {
			return i
		}
	}
	return -1
}

func (s *Select) choose(o Option) {
	if o.Key == s.key {
		return
	}
	s.key = o.Key
	s.Refresh()
	if s.edited != nil {
		s.edited()
	}
	if s.OnChanged != nil {
		s.OnChanged(o.Key)
	}
}

func (s *Select) step(by int) {
	for i := s.index() + by; i >= 0 && i < len(s.options); i += by {
		if !s.options[i].Disabled {
			s.choose(s.options[i])
			return
		}
	}
}

// Open shows the list.
func (s *Select) Open() {
	if s.Disabled() || len(s.options) == 0 {
		return
	}
	list := newOptionList(s.options, func(o Option) {
		s.popup.close()
		s.choose(o)
	})
	list.chosen = s.key
	size := func() fyne.Size {
		return fyne.NewSize(max(s.Size().Width, min(list.naturalWidth(), optionsWidth)), list.height())
	}
	s.popup = newLayer(canvasOf(s), list, below(s, size))
	s.popup.onClose = func() { s.Refresh() }
	s.popup.show()
	list.setActive(max(s.index(), 0))
	s.popup.canvas.Focus(list)
}

// Tapped implements fyne.Tappable.
func (s *Select) Tapped(*fyne.PointEvent) {
	if s.Disabled() {
		return
	}
	Focus(s)
	s.Open()
}

// FocusGained implements fyne.Focusable.
func (s *Select) FocusGained() {
	s.focused = true
	s.Refresh()
	reveal(s)
}

// FocusLost implements fyne.Focusable.
func (s *Select) FocusLost() {
	s.focused = false
	s.Refresh()
}

// TypedRune implements fyne.Focusable.
func (s *Select) TypedRune(r rune) {
	if s.Disabled() {
		return
	}
	if r == ' ' {
		s.Open()
		return
	}
	if i := s.ahead.find(r, s.options, s.index()); i >= 0 {
		s.choose(s.options[i])
	}
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(ev *fyne.KeyEvent) {
	if s.Disabled() {
		passKey(s, ev)
		return
	}
	switch ev.Name {
	case fyne.KeyDown:
		s.step(1)
	case fyne.KeyUp:
		s.step(-1)
	case fyne.KeyHome:
		s.key = ""
		s.step(1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF4:
		s.Open()
	case fyne.KeySpace:
	default:
		passKey(s, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (s *Select) TypedShortcut(sc fyne.Shortcut) {
	if c, ok := sc.(*desktop.CustomShortcut); ok && c.Modifier == fyne.KeyModifierAlt &&
		c.KeyName == fyne.KeyDown {
		s.Open()
		return
	}
	passShortcut(s, sc)
}

// MouseIn implements desktop.Hoverable.
func (s *Select) MouseIn(*desktop.MouseEvent) {
	s.hovered = true
	s.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (s *Select) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *Select) MouseOut() {
	s.hovered = false
	s.Refresh()
}

// Cursor implements desktop.Cursorable.
func (s *Select) Cursor() desktop.Cursor {
	if s.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (s *Select) AccessibilityLabel() string {
	if i := s.index(); i >= 0 {
		return s.options[i].Text
	}
	return s.Placeholder
}

// AccessibilityRole implements fyne.Accessible.
func (s *Select) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements fyne.Widget.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusControl)
	text := newText("", theme.SizeText, Regular)
	icon := newIcon("", theme.Muted)
	caret := newIcon("caret-down", theme.Muted)
	p := &painted{owner: s, objects: append(back.objects(), icon, text, caret)}
	p.min = func() fyne.Size { return fyne.NewSize(72, theme.InputHeight) }
	p.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		x, y := editPad, float32(int((size.Height-theme.IconSize)/2))
		i := s.index()
		if i >= 0 && s.options[i].Icon != "" {
			place(icon, x, y, theme.IconSize, theme.IconSize)
			x += theme.IconSize + 7
		}
		room := size.Width - x - 30
		text.Text = fit(s.AccessibilityLabel(), room, theme.SizeText, Regular)
		placeText(text, x, 0, room, size.Height)
		place(caret, size.Width-26, y, theme.IconSize, theme.IconSize)
	}
	p.paint = func() {
		fillName, border, width := theme.Input, theme.Outline, float32(1)
		color, arrow := theme.Text, theme.Muted
		i := s.index()
		switch {
		case s.Disabled():
			fillName, border, color, arrow = theme.SurfaceAlt, theme.Hairline, theme.Muted, theme.Disabled
		case s.focused:
			border, width = theme.Primary, 2
		case s.hovered:
			border = theme.Faint
		}
		if s.invalid {
			border = theme.Error
		}
		if i < 0 {
			color = theme.Faint
		}
		back.paint(fillName, border, width)
		tint(text, color)
		setIcon(caret, "caret-down", arrow)
		if i >= 0 {
			setIcon(icon, s.options[i].Icon, theme.Muted)
		} else {
			icon.Hide()
		}
	}
	p.paint()
	return p
}
