package shell

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// wish is what a browser is asked for.
type wish int

const (
	aFile wish = iota
	aFolder
	aTarget // a file to write
)

// browser is the dialog in which a file or a folder of this PC is chosen, where the desktop lends none
// of its own. The toolkit has one, half of which speaks English whatever the language.
type browser struct {
	c          *Chooser
	wish       wish
	extensions []string
	done       func(path string)

	dir   string
	rows  []entry
	turn  int // drops the answer of a folder that was left
	path  *kit.LineEdit
	at    *kit.Field
	grid  *kit.Grid
	name  *kit.LineEdit // of the file to write, or to say what is chosen
	named *kit.Field
	spots *fyne.Container
	modal *kit.Modal
}

// The size of a browser; it is smaller in a small window.
const (
	browserWidth  float32 = 860
	browserHeight float32 = 330
)

// browse asks for something; name is what a file to write is called at first.
func (c *Chooser) browse(w wish, title, name string, extensions []string, done func(path string)) {
	b := &browser{c: c, wish: w, extensions: extensions, done: done}
	t := func(key string) string { return c.Text.T("shell.browse."+key, nil) }
	b.path, b.name = kit.NewLineEdit(""), kit.NewLineEdit("")
	b.path.OnSubmitted = func(text string) { b.visit(strings.TrimSpace(text)) }
	b.at = kit.NewField("", b.path)
	up := kit.NewIconButton("arrow-up", t("up"), func() { b.visit(filepath.Dir(b.dir)) })
	b.grid = kit.NewGrid([]kit.Column{
		{Title: t("name"), Width: 260, Weight: 1},
		{Title: t("size"), Width: 90, Align: fyne.TextAlignTrailing},
		{Title: t("when"), Width: 150},
	}, func() int { return len(b.rows) }, b.cell)
	b.grid.SetEmpty(kit.Center(kit.Muted(t("empty"))))
	b.grid.OnSelect = b.selected
	b.grid.OnOpen = func(row int) {
		if b.rows[row].folder {
			b.visit(filepath.Join(b.dir, b.rows[row].name))
			return
		}
		b.accept()
	}
	b.name.SetText(name)
	b.name.OnSubmitted = func(string) { b.accept() }
	label := map[wish]string{aFile: "chosen", aFolder: "chosen_folder", aTarget: "file_name"}[w]
	b.named = kit.NewField(t(label), b.name)
	b.name.ReadOnly = w == aFolder
	b.spots = kit.VBox(2)
	list := kit.VFill(8, 1, kit.Cols(6, []float32{1, 20}, up, b.at), b.grid)
	body := kit.VBox(12, kit.Fixed(0, browserHeight,
		kit.Cols(14, []float32{1, 3.4}, kit.NewScroll(b.spots), list)), b.named)
	act := map[wish]string{aFile: "open", aFolder: "choose", aTarget: "save"}[w]
	b.modal = kit.NewModal(title, browserWidth, body,
		kit.NewButton(c.Text.T("common.cancel", nil), "", kit.Secondary, func() { b.modal.Close() }),
		kit.NewButton(t(act), "check", kit.Primary, b.accept)).OnEnter(b.accept)
	b.modal.Show(c.Window)
	b.begin()
}

// begin reads the places, and the folder where the last choice was made.
func (b *browser) begin() {
	var found []place
	b.c.Spawn(func() { found = places() }, func() {
		for _, p := range found {
			name := p.name
			if p.key != "" {
				name = b.c.Text.T("shell.browse.place."+p.key, nil)
			}
			b.spots.Add(kit.NewButton(name, p.icon, kit.Ghost, func() { b.visit(p.path) }).Left())
		}
		b.spots.Refresh()
		if b.c.last == "" && len(found) > 0 {
			b.c.last = found[0].path
		}
		b.visit(b.c.last)
	})
	switch b.wish {
	case aFile:
		b.modal.Focus(b.grid)
	case aFolder: // the list would select its first row, which is not what Enter should choose
		b.modal.Focus(b.path)
	case aTarget:
		b.modal.Focus(b.name)
	}
}

// visit shows a folder; a file that was typed is chosen.
func (b *browser) visit(path string) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.dir, path)
	}
	b.turn++
	turn := b.turn
	var rows []entry
	var file bool
	var err error
	b.c.Spawn(func() {
		info, serr := os.Stat(path)
		file = serr == nil && !info.IsDir()
		rows, err = entries(path, b.wish == aFolder, b.extensions)
	}, func() {
		switch {
		case turn != b.turn || !b.modal.Shown():
		case file && b.wish != aFolder:
			b.finish(path)
		case err != nil:
			b.at.SetError(b.c.Text.T("shell.browse.unreadable", nil))
		default:
			b.at.SetError("")
			b.dir, b.rows = filepath.Clean(path), rows
			b.path.SetText(b.dir)
			b.grid.Unselect()
			b.grid.Reload()
			if b.wish == aFolder {
				b.name.SetText(b.dir)
			}
		}
	})
}

func (b *browser) cell(row, col int) kit.CellView {
	e := b.rows[row]
	switch {
	case col == 0 && e.folder:
		return kit.CellView{Text: e.name, Icon: "folder", Weight: kit.Medium}
	case col == 0:
		return kit.CellView{Text: e.name, Icon: "file"}
	case col == 1 && !e.folder:
		return kit.CellView{Text: b.c.Text.Bytes(e.size), Color: theme.Muted}
	case col == 2:
		return kit.CellView{Text: b.c.Text.Instant(e.at), Color: theme.Muted}
	}
	return kit.CellView{}
}

// selected says under the list what is chosen.
func (b *browser) selected(row int) {
	b.named.SetError("")
	switch {
	case b.wish == aFolder && row < 0:
		b.name.SetText(b.dir)
	case row < 0:
	case b.wish == aFolder:
		b.name.SetText(filepath.Join(b.dir, b.rows[row].name))
	case !b.rows[row].folder:
		b.name.SetText(b.rows[row].name)
	case b.wish == aFile:
		b.name.SetText("")
	}
}

// accept is the main button: it opens the folder that is selected, else takes what is named.
func (b *browser) accept() {
	name := strings.TrimSpace(b.name.Text())
	row := b.grid.Selected()
	switch {
	case b.wish == aFile && name == "" && row >= 0 && b.rows[row].folder:
		b.visit(filepath.Join(b.dir, b.rows[row].name))
		return
	case name == "":
		b.named.SetError(b.c.Text.T("shell.browse.nothing", nil))
		return
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.dir, name)
	}
	var there, folder bool
	b.c.Spawn(func() {
		info, err := os.Stat(name)
		there, folder = err == nil, err == nil && info.IsDir()
	}, func() {
		switch {
		case !b.modal.Shown():
		case folder && b.wish != aFolder:
			b.visit(name)
		case b.wish != aTarget && (!there || folder != (b.wish == aFolder)):
			b.named.SetError(b.c.Text.T("shell.browse.not_there", nil))
		case b.wish == aTarget && there:
			b.overwrite(name)
		default:
			b.finish(name)
		}
	})
}

// overwrite asks before a file is written over.
func (b *browser) overwrite(path string) {
	t := func(key string) string {
		return b.c.Text.T("shell.browse."+key, map[string]any{"file": filepath.Base(path)})
	}
	kit.Confirm(b.c.Window, t("replace_title"), t("replace_text"), t("replace"),
		b.c.Text.T("common.cancel", nil), true, func() { b.finish(path) })
}

func (b *browser) finish(path string) {
	b.c.last = filepath.Dir(path)
	if b.wish == aFolder {
		b.c.last = path
	}
	b.modal.Close()
	b.done(path)
}
