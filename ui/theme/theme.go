// Package theme is the look of the desktop: colours, sizes, fonts and icons,
// in a light and a dark set. Views name colours and never write one. It knows
// Fyne and the embedded files, and nothing of what the program does.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Mode says which set of colours the user asked for.
type Mode int

// The three modes: follow the operating system, or force one set.
const (
	System Mode = iota
	Light
	Dark
)

// Theme implements fyne.Theme for one mode.
type Theme struct {
	mode Mode
}

var _ fyne.Theme = (*Theme)(nil)

var fallback = New(Light)

// New returns the theme for a mode.
func New(mode Mode) *Theme {
	return &Theme{mode: mode}
}

// Apply makes the running application use the mode; every visible widget is
// redrawn. Call it from the UI goroutine.
func Apply(app fyne.App, mode Mode) {
	app.Settings().SetTheme(New(mode))
}

// Mode returns the mode the theme was made for.
func (t *Theme) Mode() Mode {
	return t.mode
}

// IsDark tells whether the application currently shows the dark set.
func IsDark() bool {
	app := fyne.CurrentApp()
	if app == nil {
		return false
	}
	return current().variant(app.Settings().ThemeVariant()) == fynetheme.VariantDark
}

// Color returns the current value of a colour name, of this package or of Fyne.
func Color(name fyne.ThemeColorName) color.Color {
	variant := fynetheme.VariantLight
	if app := fyne.CurrentApp(); app != nil {
		variant = app.Settings().ThemeVariant()
	}
	return current().Color(name, variant)
}

func current() *Theme {
	if app := fyne.CurrentApp(); app != nil {
		if t, ok := app.Settings().Theme().(*Theme); ok {
			return t
		}
	}
	return fallback
}

func (t *Theme) variant(v fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.mode {
	case Light:
		return fynetheme.VariantLight
	case Dark:
		return fynetheme.VariantDark
	default:
		return v
	}
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if own, ok := aliases[name]; ok {
		name = own
	}
	pair, ok := palette[name]
	if !ok {
		return color.Transparent
	}
	if t.variant(v) == fynetheme.VariantDark {
		return pair.dark
	}
	return pair.light
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return fynetheme.DefaultTheme().Size(name)
}

// Font implements fyne.Theme: SemiBold stands for bold, as the Bold face is
// too heavy at 13 points. Monospace and symbols stay with Fyne's own faces.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return fynetheme.DefaultTheme().Font(style)
	case style.Bold:
		return SemiBold
	case style.Italic:
		return Italic
	default:
		return Regular
	}
}

// Icon implements fyne.Theme with the Phosphor drawing of the same meaning.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	if own, ok := fyneIcons[name]; ok {
		return Icon(own)
	}
	return fynetheme.DefaultTheme().Icon(name)
}
