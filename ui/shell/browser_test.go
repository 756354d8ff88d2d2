package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/theme"
	"zafe/ui/uitest"
)

// choosing is a window in which a file is chosen, from a folder of the test.
type choosing struct {
	t   *testing.T
	c   *Chooser
	dir string
	win fyne.Window
}

func choose(t *testing.T) *choosing {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	kit.After = kit.Never
	theme.Apply(test.NewTempApp(t), theme.Light)
	kit.SetWords(uitest.Words())
	w := test.NewTempWindow(t, kit.NewHost(kit.Gap(1, 1)))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1280, 720))
	dir := t.TempDir()
	for _, name := range []string{"zèbre.csv", "abeille.CSV", "photo.png", ".caché.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "Écritures", "2026"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := &Chooser{Window: w, Text: i18n.For(i18n.French), Spawn: func(work, then func()) { work(); then() }, last: dir}
	return &choosing{t: t, c: c, dir: dir, win: w}
}

func pick[T fyne.CanvasObject](c *choosing, is func(T) bool) (out T) {
	c.t.Helper()
	uitest.Walk(c.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if x, ok := o.(T); ok && is(x) {
			out = x
		}
	})
	return out
}

func (c *choosing) press(text string) {
	c.t.Helper()
	b := pick(c, func(b *kit.Button) bool { return b.Text() == text })
	if b == nil {
		c.t.Fatal("no button", text)
	}
	b.Tapped(nil)
}

func (c *choosing) grid() *kit.Grid {
	return pick(c, func(*kit.Grid) bool { return true })
}

// names are the rows of the list.
func (c *choosing) names() (out []string) {
	g := c.grid()
	for row := range g.Rows() {
		out = append(out, g.Cell(row, 0).Text)
	}
	return out
}

// edit is the box under the list.
func (c *choosing) edit() *kit.LineEdit {
	return pick(c, func(e *kit.LineEdit) bool { return !filepath.IsAbs(e.Text()) })
}

func TestAFileIsChosenInAFolder(t *testing.T) {
	c := choose(t)
	var got string
	c.c.Path("Un fichier", []string{".csv"}, func(path string, _ error) { got = path })
	if n := c.names(); !slices.Equal(n, []string{"Écritures", "abeille.CSV", "zèbre.csv"}) {
		t.Fatal("list", n)
	}
	c.grid().OnOpen(0)
	if n := c.names(); !slices.Equal(n, []string{"2026"}) {
		t.Fatal("list of the folder", n)
	}
	pick(c, func(b *kit.IconButton) bool { return b.AccessibilityLabel() == "Dossier parent" }).OnTapped()
	c.grid().Select(1)
	c.press("Ouvrir")
	if got != filepath.Join(c.dir, "abeille.CSV") || c.win.Canvas().Overlays().Top() != nil {
		t.Error("chosen", got)
	}
	if c.c.last != c.dir {
		t.Error("the next choice starts elsewhere", c.c.last)
	}
}

func TestEscapeLeavesTheChoice(t *testing.T) {
	c := choose(t)
	got := false
	c.c.Path("Un fichier", nil, func(string, error) { got = true })
	c.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got || c.win.Canvas().Overlays().Top() != nil {
		t.Error("still there, or chosen")
	}
}

func TestAFolderIsChosen(t *testing.T) {
	c := choose(t)
	var got string
	c.c.Folder("Un dossier", func(path string) { got = path })
	if n := c.names(); !slices.Equal(n, []string{"Écritures"}) {
		t.Fatal("list", n)
	}
	c.grid().Select(0)
	c.press("Choisir ce dossier")
	if got != filepath.Join(c.dir, "Écritures") {
		t.Error("chosen", got)
	}
	c.c.Folder("Un dossier", func(path string) { got = path })
	c.press("Choisir ce dossier") // nothing selected: the folder that is open, where the last choice ended
	if got != filepath.Join(c.dir, "Écritures") {
		t.Error("chosen", got)
	}
}

func TestOverwritingIsAskedInFrench(t *testing.T) {
	c := choose(t)
	var got string
	c.c.Target("photo.png", func(path string, _ error) { got = path })
	c.press("Enregistrer")
	asked := pick(c, func(l *kit.Label) bool { return strings.Contains(l.Text(), "photo.png") })
	if got != "" || asked == nil {
		t.Fatal("not asked", got)
	}
	c.press("Annuler")
	if got != "" {
		t.Fatal("written over without a yes")
	}
	c.press("Enregistrer")
	c.press("Remplacer")
	if got != filepath.Join(c.dir, "photo.png") {
		t.Error("chosen", got)
	}
	got = ""
	c.c.Target("neuf.png", func(path string, _ error) { got = path })
	c.press("Enregistrer")
	if got != filepath.Join(c.dir, "neuf.png") {
		t.Error("a new name needs no question", got)
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	c := choose(t)
	got := ""
	c.c.Path("Un fichier", nil, func(path string, _ error) { got = path })
	c.grid().Unselect()
	for name, want := range map[string]string{"": "Choisissez un fichier", "rien.pdf": "rien de ce nom"} {
		c.edit().SetText(name)
		c.press("Ouvrir")
		told := pick(c, func(f *kit.Field) bool { return strings.Contains(f.Refusal(), want) })
		if got != "" || told == nil {
			t.Errorf("%q: chosen %q, or not said", name, got)
		}
	}
	path := pick(c, func(e *kit.LineEdit) bool { return e.Text() == c.dir })
	path.OnSubmitted("/nulle/part")
	if pick(c, func(f *kit.Field) bool { return strings.Contains(f.Refusal(), "n’existe pas") }) == nil {
		t.Error("a folder that is not there is not told")
	}
	path.OnSubmitted(filepath.Join(c.dir, "photo.png"))
	if got != filepath.Join(c.dir, "photo.png") {
		t.Error("a path that was typed is not taken", got)
	}
}
