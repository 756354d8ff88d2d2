package about

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// shown is all that the page says in a language.
func shown(t *testing.T, lang string) string {
	t.Helper()
	e, sh := uitest.New(t, nil, auth.Reader)
	e.Text, e.Version = i18n.For(lang), "1.2.3-test"
	p := Routes()["about"](e, page.Route{Name: "about"})
	sh.Show(p.Object())
	var all []string
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			all = append(all, x.Text())
		case *canvas.Text:
			all = append(all, x.Text)
		}
	})
	return strings.Join(all, "\n")
}

// TestWhoseWorkIsInsideIsNamed: every file that came with the program, its licence and the people whom their licence
// asks to name, in every language.
func TestWhoseWorkIsInsideIsNamed(t *testing.T) {
	raw, err := os.ReadFile("../../../assets/fr/LICENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	licence := regexp.MustCompile(`CC BY [0-9.]+|CC0-1\.0|Open Government Licence v[0-9.]+|BSD-3-Clause|MIT|Unicode licence v[0-9]`)
	people := regexp.MustCompile(`Richelieu, ([\p{L}-]+ [\p{L}-]+) and ([\p{L}-]+ [\p{L}-]+)|Django, ([\p{L}-]+ [\p{L}-]+)`)
	var names []string
	for _, m := range people.FindAllStringSubmatch(string(raw), -1) {
		names = append(names, m[1:]...)
	}
	names = append(names, licence.FindAllString(string(raw), -1)...)
	if len(names) < 10 {
		t.Fatalf("only %q found in the list of licences", names)
	}
	files, err := os.ReadDir("../../../assets/fr")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() != "LICENCES.md" {
			names = append(names, f.Name())
		}
	}
	names = append(names, "IBM Plex", "SIL Open Font License 1.1", "Phosphor", "1.2.3-test")
	for _, lang := range []string{i18n.French, i18n.English} {
		text := shown(t, lang)
		for _, n := range names {
			if !strings.Contains(text, n) {
				t.Errorf("%s: %q is not named", lang, n)
			}
		}
		if strings.Contains(text, "!about.") || strings.Contains(text, "as the program") || strings.Contains(text, "as named") {
			t.Errorf("%s: %s", lang, text)
		}
	}
}

// TestFontsAndIconsAreThoseNamed: what else is carried is of the two families that the page names.
func TestFontsAndIconsAreThoseNamed(t *testing.T) {
	fonts, err := os.ReadDir("../../../assets/fonts")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fonts {
		if f.Name() != "OFL.txt" && !strings.HasPrefix(f.Name(), "IBMPlexSans-") {
			t.Errorf("%s is of nobody that is named", f.Name())
		}
	}
	for file, word := range map[string]string{"fonts/OFL.txt": "IBM Corp", "icons/LICENSE-phosphor.txt": "Phosphor Icons"} {
		text, err := os.ReadFile("../../../assets/" + file)
		if err != nil || !strings.Contains(string(text), word) {
			t.Errorf("%s does not say %q: %v", file, word, err)
		}
	}
}

// TestAnUpdateIsTold to an owner, with how to go back, while the book is kept as it was before.
func TestAnUpdateIsTold(t *testing.T) {
	for _, c := range []struct {
		role    auth.Role
		updated bool
		told    bool
	}{{auth.Owner, true, true}, {auth.Owner, false, false}, {auth.Reader, true, false}} {
		e, _ := uitest.New(t, nil, c.role)
		e.Updated = c.updated
		told := false
		uitest.Walk(Routes()["about"](e, page.Route{Name: "about"}).Object(), func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Banner); ok && strings.Contains(b.Text(), "Revenir à avant la mise à jour") {
				told = true
			}
		})
		if told != c.told {
			t.Errorf("%s, updated %v: told %v", c.role, c.updated, told)
		}
	}
}
