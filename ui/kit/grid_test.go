package kit_test

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

func openGrid(t testing.TB, rows int) (*kit.Grid, keyboard) {
	g := customerGrid(rows)
	tt, _ := t.(*testing.T)
	win := stage(t, theme.Light, 900, 500, func(fyne.Window) fyne.CanvasObject { return g })
	win.Canvas().Focus(g)
	return g, keyboard{tt, win}
}

func TestGridKeys(t *testing.T) {
	g, k := openGrid(t, 1000)
	opened := -1
	g.OnOpen = func(row int) { opened = row }
	steps := []struct {
		key  fyne.KeyName
		want int
	}{
		{fyne.KeyDown, 1},
		{fyne.KeyDown, 2},
		{fyne.KeyUp, 1},
		{fyne.KeyEnd, 999},
		{fyne.KeyDown, 999},
		{fyne.KeyHome, 0},
		{fyne.KeyUp, 0},
	}
	for i, s := range steps {
		k.key(s.key)
		if g.Selected() != s.want {
			t.Fatalf("step %d, %s: row %d, want %d", i, s.key, g.Selected(), s.want)
		}
	}
	k.key(fyne.KeyPageDown)
	page := g.Selected()
	if page < 8 || page > 20 {
		t.Fatalf("Page Down went to %d", page)
	}
	k.key(fyne.KeyReturn)
	if opened != page {
		t.Fatalf("Enter opened %d", opened)
	}
}

func TestGridOnlyReadsWhatItShows(t *testing.T) {
	read := map[int]bool{}
	g := kit.NewGrid([]kit.Column{{Title: "N", Width: 100, Weight: 1}}, func() int { return 5_000_000 },
		func(row, col int) kit.CellView {
			read[row] = true
			return kit.CellView{Text: fmt.Sprint(row)}
		})
	win := stage(t, theme.Light, 600, 400, func(fyne.Window) fyne.CanvasObject { return g })
	win.Canvas().Focus(g)
	k := keyboard{t, win}
	k.key(fyne.KeyEnd)
	if !read[4_999_999] {
		t.Fatal("the last row was not drawn")
	}
	if len(read) > 60 {
		t.Fatalf("%d rows read to show about 30", len(read))
	}
}

func TestGridAsksForMissingRowsOnce(t *testing.T) {
	g := customerGrid(500)
	have := map[int]bool{}
	var asked [][2]int
	g.Loaded = func(row int) bool { return have[row] }
	g.Need = func(first, last int) { asked = append(asked, [2]int{first, last}) }
	opened := false
	g.OnOpen = func(int) { opened = true }
	win := stage(t, theme.Light, 900, 400, func(fyne.Window) fyne.CanvasObject { return g })
	win.Canvas().Focus(g)
	k := keyboard{t, win}
	g.Refresh()
	g.Refresh()
	if n := len(asked); n == 0 || asked[n-1][0] != 0 {
		t.Fatalf("asked %v", asked)
	}
	before := len(asked)
	g.Refresh()
	if len(asked) != before {
		t.Fatal("the same rows were asked twice")
	}
	k.key(fyne.KeyReturn)
	if opened {
		t.Fatal("a row that is not there was opened")
	}
	for i := range 500 {
		have[i] = true
	}
	g.Reload()
	k.key(fyne.KeyReturn)
	if !opened {
		t.Fatal("the loaded row does not open")
	}
}

func press(g *kit.Grid, x, y float32, mod fyne.KeyModifier) {
	ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: mod}
	ev.Position = fyne.NewPos(x, y)
	g.MouseDown(ev)
	g.MouseUp(ev)
}

func TestGridMouse(t *testing.T) {
	g, _ := openGrid(t, 100)
	opened, sorted, down := -1, "", false
	g.OnOpen = func(row int) { opened = row }
	g.OnSort = func(key string, desc bool) { sorted, down = key, desc }
	press(g, 200, theme.RowHeader+2.5*theme.RowCompact, 0)
	if g.Selected() != 2 || opened != -1 {
		t.Fatalf("one click: row %d, opened %d", g.Selected(), opened)
	}
	press(g, 200, theme.RowHeader+2.5*theme.RowCompact, 0)
	if opened != 2 {
		t.Fatalf("two clicks opened %d", opened)
	}
	press(g, 30, 10, 0)
	if sorted != "code" || down {
		t.Fatalf("sorted by %q, down %v", sorted, down)
	}
	press(g, 30, 10, 0)
	if !down {
		t.Fatal("the second click does not turn the order round")
	}
}

func TestGridTicksRows(t *testing.T) {
	g := customerGrid(50)
	g.Multi = true
	g.RowKey = func(row int) string { return fmt.Sprintf("C%d", row) }
	var told []string
	g.OnChecked = func(keys []string) { told = keys }
	win := stage(t, theme.Light, 900, 500, func(fyne.Window) fyne.CanvasObject { return g })
	win.Canvas().Focus(g)
	k := keyboard{t, win}
	k.key(fyne.KeyDown)
	k.text(" ")
	press(g, 15, theme.RowHeader+3.5*theme.RowCompact, 0)
	slices.Sort(told)
	if !slices.Equal(told, []string{"C1", "C3"}) {
		t.Fatalf("ticked %v", told)
	}
	k.shortcut(&fyne.ShortcutSelectAll{})
	if len(g.Checked()) != 50 {
		t.Fatalf("Ctrl+A ticked %d", len(g.Checked()))
	}
	g.ClearChecked()
	if len(g.Checked()) != 0 {
		t.Fatal("rows stay ticked")
	}
}

func TestGridKeepsASelectionWhenRowsGo(t *testing.T) {
	n := 10
	g := kit.NewGrid([]kit.Column{{Title: "N", Width: 80}}, func() int { return n },
		func(row, col int) kit.CellView { return kit.CellView{Text: fmt.Sprint(row)} })
	stage(t, theme.Light, 300, 300, func(fyne.Window) fyne.CanvasObject { return g })
	g.Select(9)
	last := 9
	g.OnSelect = func(row int) { last = row }
	n = 4
	g.Reload()
	if g.Selected() != 3 || last != 3 {
		t.Fatalf("selected %d, told %d", g.Selected(), last)
	}
	n = 0
	g.Reload()
	if g.Selected() != -1 {
		t.Fatalf("selected %d of nothing", g.Selected())
	}
}

func BenchmarkGridScroll(b *testing.B) {
	g, _ := openGrid(b, 100_000)
	for b.Loop() {
		g.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -60)})
	}
}

func TestGridSaysTheWholeOfAShortenedText(t *testing.T) {
	long := "Fenêtres du rez-de-chaussée et de l'étage, pose comprise"
	g := kit.NewGrid([]kit.Column{{Title: "Objet", Width: 120}, {Title: "N°", Width: 120}},
		func() int { return 3 }, func(_, col int) kit.CellView {
			return kit.CellView{Text: []string{long, "F-1"}[col]}
		})
	win := stage(t, theme.Light, 600, 300, func(fyne.Window) fyne.CanvasObject { return g })
	over := func(x float32) bool {
		ev := &desktop.MouseEvent{}
		ev.Position = fyne.NewPos(x, theme.RowHeader+40)
		g.MouseMoved(ev)
		return findText(win.Content(), long)
	}
	if !over(60) {
		t.Fatal("no tip over a shortened text")
	}
	if over(180) {
		t.Fatal("the tip stays over another cell")
	}
}

func findText(o fyne.CanvasObject, text string) bool {
	if t, ok := o.(*canvas.Text); ok && t.Visible() && t.Text == text {
		return true
	}
	for _, c := range parts(o) {
		if findText(c, text) {
			return true
		}
	}
	return false
}

// TestGridLeavesSpareColumnsOut: where the room is short a spare column goes before the others shrink.
func TestGridLeavesSpareColumnsOut(t *testing.T) {
	for width, want := range map[float32]bool{700: true, 400: false} {
		drawn := false
		g := kit.NewGrid([]kit.Column{
			{Title: "Client", Width: 200, Weight: 1},
			{Title: "Date", Width: 150, Spare: true},
			{Title: "TTC", Width: 150},
		}, func() int { return 3 }, func(row, col int) kit.CellView { return kit.CellView{Text: "x"} })
		stage(t, theme.Light, width, 300, func(fyne.Window) fyne.CanvasObject { return g })
		for _, o := range test.WidgetRenderer(g).Objects() {
			if text, ok := o.(*canvas.Text); ok && text.Text == "Date" {
				drawn = true
			}
		}
		if drawn != want {
			t.Errorf("at %v the spare column is drawn: %v", width, drawn)
		}
	}
}

// TestGridSelectsTheFirstRowThatComes: a list has the keyboard before its rows are read.
func TestGridSelectsTheFirstRowThatComes(t *testing.T) {
	rows := 0
	g := kit.NewGrid([]kit.Column{{Title: "N", Width: 100}}, func() int { return rows },
		func(row, col int) kit.CellView { return kit.CellView{Text: fmt.Sprint(row)} })
	win := stage(t, theme.Light, 300, 300, func(fyne.Window) fyne.CanvasObject { return g })
	win.Canvas().Focus(g)
	rows = 3
	if g.Reload(); g.Selected() != 0 {
		t.Errorf("row %d is selected", g.Selected())
	}
}
