package assets_test

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"testing"

	"golang.org/x/image/font/sfnt"

	"zafe/assets"
)

func TestFontsHoldTheGlyphsOfFrenchAccounts(t *testing.T) {
	needed := "ÉÈÀÇŒœéèàçêîôûëïü€−→↑↓«»…–—·×'’°²№\u202f\u00a0"
	for _, name := range []string{
		assets.FontRegular, assets.FontMedium, assets.FontSemiBold, assets.FontItalic,
	} {
		font, err := sfnt.Parse(assets.Font(name))
		if err != nil {
			t.Fatal(name, err)
		}
		var buf sfnt.Buffer
		for _, r := range needed {
			if i, err := font.GlyphIndex(&buf, r); err != nil || i == 0 {
				t.Errorf("%s has no glyph for %q", name, r)
			}
		}
	}
}

func TestDigitsAreTabular(t *testing.T) {
	for _, name := range []string{assets.FontRegular, assets.FontSemiBold} {
		font, err := sfnt.Parse(assets.Font(name))
		if err != nil {
			t.Fatal(err)
		}
		var buf sfnt.Buffer
		width := func(r rune) any {
			i, _ := font.GlyphIndex(&buf, r)
			adv, err := font.GlyphAdvance(&buf, i, 1000<<6, 0)
			if err != nil {
				t.Fatal(err)
			}
			return adv
		}
		for r := '1'; r <= '9'; r++ {
			if width(r) != width('0') {
				t.Errorf("%s: digit %c is not as wide as 0", name, r)
			}
		}
	}
}

func TestIconsAreFilledPathsWithoutArcs(t *testing.T) {
	for _, name := range assets.IconNames() {
		var doc struct {
			Paths []struct {
				D    string `xml:"d,attr"`
				Fill string `xml:"fill,attr"`
			} `xml:"path"`
		}
		if err := xml.Unmarshal(assets.Icon(name), &doc); err != nil {
			t.Fatal(name, err)
		}
		if len(doc.Paths) == 0 {
			t.Errorf("%s has no path", name)
		}
		for _, p := range doc.Paths {
			if bytes.ContainsAny([]byte(p.D), "Aa") {
				t.Errorf("%s holds an arc, which the SVG painter draws wrong", name)
			}
		}
	}
	if !assets.HasIcon("users") || assets.HasIcon("no-such-icon") {
		t.Error("HasIcon is wrong")
	}
}

func TestAppIconIsSquare(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(assets.AppIcon()))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 512 || b.Dy() != 512 {
		t.Errorf("application icon is %v", b)
	}
}
