// Package bin is the page "Corbeille": what was taken away or written over in the last thirty days, to be put back.
package bin

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/bin"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"bin": func(e *page.Env, _ page.Route) page.Page { return newPage(e) },
	}
}

type binPage struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
	grid   *kit.Grid
	put    *kit.Button
	more   *kit.Label
	rows   []bin.Row
}

const days = int(bin.Kept / (24 * time.Hour))

func newPage(e *page.Env) page.Page {
	p := &binPage{Gate: page.NewGate(e), env: e, more: kit.Caption("")}
	p.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("bin.column.when"), Width: 150},
		{Title: e.T("bin.column.who"), Width: 150, Weight: 0.6},
		{Title: e.T("bin.column.what"), Width: 190, Weight: 0.6},
		{Title: e.T("bin.column.name"), Width: 200, Weight: 1},
	}, func() int { return len(p.rows) }, p.cell)
	p.grid.SetEmpty(kit.NewEmpty("trash", e.T("bin.none"), e.T("bin.none_text", "days", days), nil))
	p.grid.OnOpen = func(row int) { p.back(p.rows[row]) }
	p.more.Hide()
	p.put = p.Lone(kit.NewButton(e.T("bin.put_back"), "arrow-counter-clockwise", kit.Primary, p.selected))
	head := kit.NewHeader(e.T("bin.title"), e.T("bin.under", "days", days), p.put).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, p.grid).Foot(kit.HBox(theme.GapTight, p.more, kit.Spacer(), kit.Caption(e.T("bin.keys"))))
	p.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(p.grid) })
	return p
}

// Object implements page.Page.
func (p *binPage) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *binPage) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *binPage) Refresh() {
	page.Fill(p.env, bin.List, op.Empty{}, func(r bin.ListResponse) {
		p.rows = r.Rows
		p.grid.Reload()
		p.more.Hide()
		if r.More {
			p.more.SetText(p.env.T("bin.more", "max", len(r.Rows)))
			p.more.Show()
		}
	}, p.grid)
}

func (p *binPage) cell(row, col int) kit.CellView {
	e, r := p.env, p.rows[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Instant(r.At), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: r.By}
	case 2:
		return kit.CellView{Text: e.T("event." + r.Op)}
	default:
		return kit.CellView{Text: r.Name, Weight: kit.Bold}
	}
}

func (p *binPage) selected() {
	if row := p.grid.Selected(); row >= 0 && row < len(p.rows) {
		p.back(p.rows[row])
		return
	}
	p.env.Shell.Toast(kit.Info, p.env.T("bin.choose"))
}

func (p *binPage) back(r bin.Row) {
	page.Do(p.env, bin.Restore, bin.RestoreRequest{IDs: []bin.RowID{r.ID}}, func(out bin.Restored) {
		Say(p.env, out)
		p.Refresh()
	})
}

// Say tells what became of records that were put back.
func Say(e *page.Env, out bin.Restored) {
	if n := len(out.Left); n > 0 {
		l := out.Left[0]
		name := l.Name
		if name == "" {
			name = e.T("history.kind." + l.Kind)
		}
		e.Shell.Toast(kit.Warn, e.Text.N("bin.left", n, map[string]any{"name": name, "why": e.Text.Fault(l.Why)}))
	}
	if out.Back > 0 {
		e.Shell.Toast(kit.Ok, e.Text.N("bin.back", out.Back, nil))
	}
}
