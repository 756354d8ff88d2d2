package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/search"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

const searchPermission = auth.SearchUse

// searchPause is how long typing rests before the book is asked.
const searchPause = 120 * time.Millisecond

// found says which page shows a kind of hit, and its icon.
var found = map[string]struct{ route, icon string }{
	search.Customer:   {"customer", "users"},
	search.Item:       {"item", "package"},
	search.Quote:      {"quote", "file-text"},
	search.Invoice:    {"invoice", "receipt"},
	search.CreditNote: {"invoice", "receipt"},
	search.Payment:    {"payments", "wallet"},
	search.Entry:      {"entry", "calculator"},
	search.Account:    {"books", "calculator"},
}

// finder is the search box over the pages.
type finder struct {
	s     *Shell
	modal *kit.Modal
	box   *kit.LineEdit
	grid  *kit.Grid
	note  *kit.Label
	hits  []search.Hit
	spots []spot // pages and acts of the window that the words mean, under what the book holds
	turn  int
}

// search opens the search box.
func (s *Shell) search() {
	if !s.Me.Can(searchPermission) {
		return
	}
	f := &finder{s: s}
	f.box = kit.NewSearch(s.t("shell.search.hint"), f.typed)
	f.grid = kit.NewGrid([]kit.Column{
		{Key: "kind", Title: s.t("shell.search.kind"), Width: 120},
		{Key: "title", Title: s.t("shell.search.title"), Width: 240, Weight: 1},
		{Key: "detail", Title: s.t("shell.search.detail"), Width: 220, Weight: 1},
	}, f.rows, f.cell)
	f.grid.OnOpen = f.open
	f.grid.Plain = true
	f.note = kit.Caption(s.t("shell.search.keys"))
	f.grid.SetEmpty(kit.NewEmpty("magnifying-glass", s.t("shell.search.start"),
		s.t("shell.search.start_more"), nil))
	f.box.OnKey = f.key
	f.modal = kit.NewModal(s.t("shell.search.name"), 720, kit.VBox(theme.GapTight, f.box, kit.Fixed(0, 360,
		f.grid), f.note))
	f.modal.OnEnter(func() { f.open(f.grid.Selected()) })
	f.modal.Show(s.Window)
	f.modal.Focus(f.box)
}

// key moves in the results while the caret stays in the box.
func (f *finder) key(ev *fyne.KeyEvent) bool {
	n := f.rows()
	switch ev.Name {
	case fyne.KeyDown:
		f.grid.Select(min(f.grid.Selected()+1, n-1))
	case fyne.KeyUp:
		f.grid.Select(max(f.grid.Selected()-1, min(0, n-1)))
	case fyne.KeyReturn, fyne.KeyEnter:
		f.open(f.grid.Selected())
	default:
		return false
	}
	return true
}

func (f *finder) typed(text string) {
	f.turn++
	turn := f.turn
	var answer search.Found
	f.s.run(func(ctx context.Context) (err error) {
		if f.s.Tick != nil { // typing is faster than answers; tests do not wait
			time.Sleep(searchPause)
		}
		answer, err = search.Find.Call(ctx, f.s.Book, search.FindRequest{Text: text})
		return err
	}, func(err error) {
		if turn != f.turn {
			return
		}
		if err != nil {
			f.modal.Close()
			f.s.Fail(err)
			return
		}
		f.show(answer, text)
	})
}

func (f *finder) show(answer search.Found, text string) {
	f.spots, f.hits = f.s.spots(text), f.hits[:0]
	for _, h := range answer.Hits {
		if to, ok := found[h.Kind]; ok && f.s.Pages[to.route] != nil {
			f.hits = append(f.hits, h)
		}
	}
	if text != "" {
		f.grid.SetEmpty(kit.NewEmpty("magnifying-glass", f.s.t("shell.search.none"),
			f.s.t("shell.search.none_more"), nil))
	}
	f.grid.Reload()
	if f.rows() > 0 {
		f.grid.Select(0)
	}
	if answer.More {
		f.note.SetText(f.s.t("shell.search.more"))
	} else {
		f.note.SetText(f.s.t("shell.search.keys"))
	}
}

func (f *finder) rows() int { return len(f.spots) + len(f.hits) }

func (f *finder) cell(row, col int) kit.CellView {
	if row >= len(f.hits) {
		sp := f.spots[row-len(f.hits)]
		return [...]kit.CellView{
			{Text: f.s.t(sp.kind), Icon: sp.icon, Color: theme.Muted}, {Text: sp.title, Weight: kit.Bold}, {},
		}[col]
	}
	h := f.hits[row]
	switch col {
	case 0:
		return kit.CellView{Text: f.s.t("shell.kind." + h.Kind), Icon: found[h.Kind].icon, Color: theme.Muted}
	case 1:
		return kit.CellView{Text: h.Title, Weight: kit.Bold}
	default:
		return kit.CellView{Text: h.Detail, Color: theme.Muted}
	}
}

func (f *finder) open(row int) {
	if row < 0 || row >= f.rows() {
		return
	}
	if row >= len(f.hits) {
		f.modal.Close()
		f.spots[row-len(f.hits)].run()
		return
	}
	h := f.hits[row]
	r := page.Route{Name: found[h.Kind].route, ID: h.Ref}
	if h.Kind == search.Account {
		r.Arg = "general"
	}
	f.modal.Close()
	f.s.open(r)
}
