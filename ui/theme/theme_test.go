package theme_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"zafe/assets"
	"zafe/ui/theme"
)

func TestEveryStockColourIsDefined(t *testing.T) {
	for name, mode := range map[string]theme.Mode{
		"system": theme.System, "light": theme.Light, "dark": theme.Dark,
	} {
		test.AssertAllColorNamesDefined(t, theme.New(mode), name)
	}
}

func TestModeChoosesTheSet(t *testing.T) {
	light := color.NRGBA{R: 0xF4, G: 0xF6, B: 0xF9, A: 0xff}
	dark := color.NRGBA{R: 0x0F, G: 0x14, B: 0x1B, A: 0xff}
	cases := []struct {
		mode    theme.Mode
		variant fyne.ThemeVariant
		want    color.Color
	}{
		{theme.Light, fynetheme.VariantDark, light},
		{theme.Dark, fynetheme.VariantLight, dark},
		{theme.System, fynetheme.VariantLight, light},
		{theme.System, fynetheme.VariantDark, dark},
	}
	for _, c := range cases {
		if got := theme.New(c.mode).Color(theme.Canvas, c.variant); got != c.want {
			t.Errorf("mode %d variant %d: got %v, want %v", c.mode, c.variant, got, c.want)
		}
	}
}

func TestApplySwitchesAtRunTime(t *testing.T) {
	app := test.NewTempApp(t)
	theme.Apply(app, theme.Light)
	before := theme.Color(theme.Text)
	if theme.IsDark() {
		t.Fatal("light mode reported as dark")
	}
	theme.Apply(app, theme.Dark)
	if !theme.IsDark() || theme.Color(theme.Text) == before {
		t.Fatal("dark mode did not take effect")
	}
}

func TestTextContrast(t *testing.T) {
	pairs := []struct{ text, fill fyne.ThemeColorName }{
		{theme.Text, theme.Surface},
		{theme.Text, theme.Canvas},
		{theme.Text, theme.RowSelected},
		{theme.Muted, theme.Surface},
		{theme.Muted, theme.Canvas},
		{theme.Muted, theme.SurfaceAlt},
		{theme.OkText, theme.OkSoft},
		{theme.WarnText, theme.WarnSoft},
		{theme.ErrorText, theme.ErrorSoft},
		{theme.PrimaryText, theme.PrimarySoft},
		{theme.NeutralText, theme.NeutralSoft},
		{theme.NavText, theme.Nav},
		{theme.NavMuted, theme.Nav},
		{theme.NavTextOn, theme.NavActive},
		{theme.PrimaryText, theme.Surface},
		{theme.Error, theme.Surface},
	}
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		th := theme.New(mode)
		for _, p := range pairs {
			if r := contrast(th.Color(p.text, 0), th.Color(p.fill, 0)); r < 4.5 {
				t.Errorf(
					"mode %d: %s on %s has contrast %.2f, wanted 4.5 (WCAG 2.1 AA)",
					mode,
					p.text,
					p.fill,
					r,
				)
			}
		}
	}
}

func TestIconsAndFonts(t *testing.T) {
	app := test.NewTempApp(t)
	theme.Apply(app, theme.Light)
	for _, name := range assets.IconNames() {
		if len(theme.Icon(name).Content()) == 0 {
			t.Errorf("icon %s is empty", name)
		}
	}
	th := theme.New(theme.Light)
	if th.Font(fyne.TextStyle{Bold: true}) != theme.SemiBold {
		t.Error("bold is not SemiBold")
	}
	for _, n := range []fyne.ThemeIconName{fynetheme.IconNameCancel, fynetheme.IconNameVisibility} {
		if th.Icon(n) == nil {
			t.Errorf("no icon for %s", n)
		}
	}
}

func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}
