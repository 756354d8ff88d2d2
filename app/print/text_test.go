package print

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zafe/assets"
)

func newTestMetrics(t testing.TB) *metrics {
	t.Helper()
	m, err := newMetrics(assets.Font(assets.FontRegular))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestClean(t *testing.T) {
	m := newTestMetrics(t)
	for in, want := range map[string]string{
		"plain":              "plain",
		"e\u0301te\u0301":    "été",
		"1\u202f234,50":      "1\u00a0234,50",
		"a\tb":               "a b",
		"a\r\nb\rc\u2028d":   "a\nb\nc\nd",
		"a\u202eb\u2066c":    "abc",
		"zero\u200bwidth":    "zerowidth",
		"coo\u00adpération":  "coopération",
		"nul\x00 esc\x1b[0m": "nul esc[0m",
		"caf\xe9":            "caf?",
		"👩🏽‍🔧 menuisière":    " menuisière",
		"🇬🇵":                 "",
		"12 ㎡":               "12 m2",
		"Ａ１":                 "A1",
		"שלום":               "????",
		"𠜎":                  "?",
		"𝔘":                  "U",
	} {
		if got := m.clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	m := newTestMetrics(t)
	for _, c := range []struct {
		in    string
		width float64
		want  []string
	}{
		{"", 50, nil},
		{"un deux trois", 13, []string{"un deux", "trois"}},
		{"du 21/11/2026", 18, []string{"du", "21/11/2026"}},
		{"F-2026-0042", 5, []string{"F-2", "02", "6-", "00", "42"}},
		{"a\n\nb", 50, []string{"a", "", "b"}},
		{"mille\u00a0euros nets", 20, []string{"mille\u00a0euros", "nets"}},
	} {
		if got := m.wrap(c.in, 9, c.width); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("wrap(%q, %g) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	if n := len(m.wrap(strings.Repeat("x\n", 10_000), 9, 50)); n != lineCountMax {
		t.Errorf("%d lines", n)
	}
}

func TestWrapLosesNothing(t *testing.T) {
	m := newTestMetrics(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("abMW .,é-/ \n0€")), 0, 300, -1).Draw(t, "text")
		width := rapid.Float64Range(8, 120).Draw(t, "width")
		lines := m.wrap(s, 9, width)
		for _, l := range lines {
			if w := m.width(l, 9); w > width+0.01 {
				t.Fatalf("%q is %.2f wide, more than %.2f", l, w, width)
			}
		}
		blank := strings.NewReplacer(" ", "", "\n", "")
		if got, want := blank.Replace(strings.Join(lines, "")), blank.Replace(s); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func TestAccentIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Color{rapid.Uint8().Draw(t, "r"), rapid.Uint8().Draw(t, "g"), rapid.Uint8().Draw(t, "b")}
		if got := c.accent().contrastWithWhite(); got < contrastMin {
			t.Fatalf("%v: contrast %.2f", c, got)
		}
	})
}

func TestGroups(t *testing.T) {
	for in, want := range map[string]string{
		"732829320": "732 829 320", "732 829 320": "732 829 320", "": "", "12": "12",
	} {
		if got := narrow.Replace(siren(in)); got != want {
			t.Errorf("siren(%q) = %q", in, got)
		}
	}
	if got := narrow.Replace(siret("73282932000074")); got != "732 829 320 00074" {
		t.Error(got)
	}
	if got := narrow.Replace(
		iban("fr76 3000 6000 0112 3456 7890 189"),
	); got != "FR76 3000 6000 0112 3456 7890 189" {
		t.Error(got)
	}
}
