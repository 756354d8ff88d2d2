package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// TextArea is a text of several lines. Tab leaves it.
type TextArea struct {
	widget.BaseWidget
	OnChanged func(text string)
	entry     *areaEntry
	skin      *container.ThemeOverride
	lines     int
}

// NewTextArea returns an empty text that shows the given number of lines.
func NewTextArea(placeholder string, lines int) *TextArea {
	t := &TextArea{lines: lines, entry: &areaEntry{}}
	t.entry.MultiLine = true
	t.entry.Wrapping = fyne.TextWrapWord
	t.entry.Scroll = fyne.ScrollVerticalOnly
	t.entry.PlaceHolder = placeholder
	t.entry.ExtendBaseWidget(t.entry)
	t.entry.area = t
	t.entry.OnChanged = func(text string) {
		if t.OnChanged != nil {
			t.OnChanged(text)
		}
	}
	t.skin = container.NewThemeOverride(t.entry, &areaTheme{})
	t.ExtendBaseWidget(t)
	return t
}

// Text returns the content.
func (t *TextArea) Text() string { return t.entry.Text }

// SetText replaces the content without calling OnChanged.
func (t *TextArea) SetText(text string) {
	tell := t.OnChanged
	t.OnChanged = nil
	t.entry.SetText(text)
	t.OnChanged = tell
}

// Disable makes the text read-only.
func (t *TextArea) Disable() {
	t.entry.Disable()
	t.Refresh()
}

// Enable lets the text be changed.
func (t *TextArea) Enable() {
	t.entry.Enable()
	t.Refresh()
}

// Focus puts the caret in the text.
func (t *TextArea) Focus() { Focus(t.entry) }

// CreateRenderer implements fyne.Widget.
func (t *TextArea) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusControl)
	p := &painted{owner: t, objects: append(back.objects(), t.skin)}
	p.min = func() fyne.Size {
		return fyne.NewSize(120, float32(t.lines)*20+12)
	}
	p.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		place(t.skin, 2, 1, size.Width-4, size.Height-2)
	}
	p.paint = func() {
		fillName, border, width := theme.Input, theme.Outline, float32(1)
		switch {
		case t.entry.Disabled():
			fillName, border = theme.SurfaceAlt, theme.Hairline
		case t.entry.on:
			border, width = theme.Primary, 2
		}
		back.paint(fillName, border, width)
		t.entry.Refresh()
	}
	p.paint()
	return p
}

// areaEntry is Fyne's own editor, for its line breaking, without its frame.
// Keys it does not use go to the window's commands.
type areaEntry struct {
	widget.Entry
	area *TextArea
	on   bool
}

func (e *areaEntry) FocusGained() {
	e.on = true
	e.Entry.FocusGained()
	e.area.Refresh()
	reveal(e.area)
}

func (e *areaEntry) FocusLost() {
	e.on = false
	e.Entry.FocusLost()
	e.area.Refresh()
}

// AcceptsTab lets Tab leave the text, as in every other field.
func (e *areaEntry) AcceptsTab() bool { return false }

func (e *areaEntry) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyEscape, fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6,
		fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
		passKey(e.area, ev)
	default:
		e.Entry.TypedKey(ev)
	}
}

func (e *areaEntry) TypedShortcut(s fyne.Shortcut) {
	if k, ok := s.(fyne.KeyboardShortcut); ok && passKeyOf(e.area, k) {
		return
	}
	e.Entry.TypedShortcut(s)
}

// passKeyOf offers a shortcut to the window first, save those of a text editor.
func passKeyOf(o fyne.CanvasObject, k fyne.KeyboardShortcut) bool {
	switch k.(type) {
	case *fyne.ShortcutCopy, *fyne.ShortcutCut, *fyne.ShortcutPaste, *fyne.ShortcutSelectAll,
		*fyne.ShortcutUndo, *fyne.ShortcutRedo:
		return false
	}
	return passShortcut(o, k)
}

// areaTheme takes the frame of the stock editor away: TextArea draws its own.
type areaTheme struct{}

func (areaTheme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch name {
	case fynetheme.ColorNameInputBackground, fynetheme.ColorNameInputBorder:
		return color.Transparent
	case fynetheme.ColorNameDisabled:
		return theme.Color(theme.Muted)
	case fynetheme.ColorNameShadow:
		return color.Transparent
	}
	return theme.Color(name)
}

func (areaTheme) Font(style fyne.TextStyle) fyne.Resource { return theme.New(theme.Light).Font(style) }
func (areaTheme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return theme.New(theme.Light).Icon(name)
}
func (areaTheme) Size(name fyne.ThemeSizeName) float32 {
	if name == fynetheme.SizeNameInputBorder {
		return 1
	}
	return theme.New(theme.Light).Size(name)
}
