package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Column is one column of a Grid.
type Column struct {
	Key      string
	Title    string
	Width    float32 // at first; the user may change it
	Least    float32 // 0 means 60 % of Width
	Weight   float32 // share of the spare width; 0 keeps Width
	Align    fyne.TextAlign
	Sortable bool
	Spare    bool // left out, the last one first, while the others would not have their Width
}

// CellView is what a cell shows.
type CellView struct {
	Text   string
	Color  fyne.ThemeColorName // "" means theme.Text
	Weight Weight
	Pill   bool // draw the text as a state in Tone
	Tone   Tone
	Icon   string
}

// Grid shows any number of rows, of which it only ever draws the visible ones.
// A row is selected with the mouse or the arrows and opened by Enter or a
// double click. Data comes by callback, on the UI goroutine.
type Grid struct {
	widget.BaseWidget

	Rows   func() int
	Cell   func(row, col int) CellView
	Loaded func(row int) bool    // nil: every row is there. A row that is not shows grey bars
	Need   func(first, last int) // rows in view that are not loaded; call Reload when they are
	RowKey func(row int) string  // what Checked returns; nil means the row's number
	Muted  func(row int) bool    // a row shown in grey, such as an archived one

	OnSelect  func(row int)                     // -1 when the selection is lost
	OnOpen    func(row int)                     //
	OnSort    func(key string, descending bool) //
	OnChecked func(keys []string)               //
	OnMenu    func(row int, at fyne.Position)   // right click
	OnType    func(r rune)                      // a letter typed on the grid, to start a search
	OnDelete  func(row int)                     // the Delete key

	RowHeight float32
	Multi     bool // a box to tick before each row
	Frameless bool // without border, inside a card
	Plain     bool // without stripes

	columns    []Column
	widths     []float32
	manual     []bool // widths the user set
	foot       []CellView
	empty      fyne.CanvasObject
	unread     fyne.CanvasObject
	selected   int
	checked    map[string]bool
	hover      int
	hoverCell  [2]int
	offset     float64
	across     float32
	sortKey    string
	sortDown   bool
	focused    bool
	resizing   int // column being resized, -1 for none
	pointer    fyne.Position
	click      mouseState
	clickRow   int
	wanted     [2]int
	down, side *bar
	view       *gridView
}

var (
	_ fyne.Focusable     = (*Grid)(nil)
	_ fyne.Shortcutable  = (*Grid)(nil)
	_ fyne.Scrollable    = (*Grid)(nil)
	_ fyne.Draggable     = (*Grid)(nil)
	_ desktop.Mouseable  = (*Grid)(nil)
	_ desktop.Hoverable  = (*Grid)(nil)
	_ desktop.Cursorable = (*Grid)(nil)
)

const (
	cellPad    float32 = 10
	checkWidth float32 = 36
	gridEdge   float32 = 4 // how near a border the pointer must be to resize
)

// NewGrid returns a grid; rows and cell are required.
func NewGrid(columns []Column, rows func() int, cell func(row, col int) CellView) *Grid {
	g := &Grid{
		columns: columns, Rows: rows, Cell: cell, RowHeight: theme.RowCompact,
		selected: -1, hover: -1, resizing: -1, clickRow: -1, checked: map[string]bool{}, wanted: [2]int{-1, -1},
		down: newBar(true), side: newBar(false),
	}
	g.widths = make([]float32, len(columns))
	g.manual = make([]bool, len(columns))
	g.down.moved = func(at float64) { g.scrollTo(at) }
	g.side.moved = func(at float64) {
		g.across = float32(at)
		g.Refresh()
	}
	g.ExtendBaseWidget(g)
	return g
}

// SetColumns replaces the columns.
func (g *Grid) SetColumns(columns []Column) {
	g.columns = columns
	g.widths = make([]float32, len(columns))
	g.manual = make([]bool, len(columns))
	g.Refresh()
}

// SetFoot shows a line of totals under the rows, one cell per column; nil removes it.
func (g *Grid) SetFoot(cells []CellView) {
	g.foot = cells
	g.Refresh()
}

// SetEmpty gives what is shown instead of rows when there are none.
func (g *Grid) SetEmpty(object fyne.CanvasObject) {
	g.empty = object
	g.Refresh()
}

// SetUnread gives what is shown instead of rows, or of what SetEmpty gave, while nobody knows whether there are any; nil
// when that is known again.
func (g *Grid) SetUnread(object fyne.CanvasObject) {
	g.unread = object
	g.Refresh()
}

// SetSort shows by which column the rows are sorted, without calling OnSort.
func (g *Grid) SetSort(key string, descending bool) {
	g.sortKey, g.sortDown = key, descending
	g.Refresh()
}

// Reload reads the rows again after the data changed. The selection stays on
// the same row number while there is one.
func (g *Grid) Reload() {
	g.wanted = [2]int{-1, -1}
	if n := g.Rows(); g.selected >= n {
		g.selected = n - 1
		if g.OnSelect != nil {
			g.OnSelect(g.selected)
		}
	}
	if g.focused && g.selected < 0 && g.Rows() > 0 && !g.click.pressed {
		g.Select(0) // the keyboard was there before the rows
	}
	g.Refresh()
}

// ScrollToTop shows the first rows, for after a new search.
func (g *Grid) ScrollToTop() {
	g.offset = 0
	g.Refresh()
}

// Selected returns the selected row, -1 if none.
func (g *Grid) Selected() int { return g.selected }

// Select selects a row, scrolls to it and calls OnSelect; -1 selects nothing.
func (g *Grid) Select(row int) {
	row = min(row, g.Rows()-1)
	changed := row != g.selected
	g.selected = max(row, -1)
	g.reveal(row)
	g.Refresh()
	if changed && g.OnSelect != nil {
		g.OnSelect(g.selected)
	}
}

// Unselect forgets the selection without calling OnSelect.
func (g *Grid) Unselect() {
	g.selected = -1
	g.Refresh()
}

// Checked returns the keys of the ticked rows, in no order.
func (g *Grid) Checked() []string {
	out := make([]string, 0, len(g.checked))
	for k := range g.checked {
		out = append(out, k)
	}
	return out
}

// ClearChecked unticks every row.
func (g *Grid) ClearChecked() {
	clear(g.checked)
	g.Refresh()
	g.tellChecked()
}

func (g *Grid) tellChecked() {
	if g.OnChecked != nil {
		g.OnChecked(g.Checked())
	}
}

func (g *Grid) key(row int) string {
	if g.RowKey != nil {
		return g.RowKey(row)
	}
	return strconv.Itoa(row)
}

func (g *Grid) loaded(row int) bool { return g.Loaded == nil || g.Loaded(row) }

func (g *Grid) toggle(row int) {
	if !g.Multi || row < 0 || row >= g.Rows() || !g.loaded(row) {
		return
	}
	k := g.key(row)
	if g.checked[k] {
		delete(g.checked, k)
	} else {
		g.checked[k] = true
	}
	g.Refresh()
	g.tellChecked()
}

// allChecked tells whether every loaded row is ticked.
func (g *Grid) allChecked() bool {
	n := g.Rows()
	return n > 0 && len(g.checked) >= n
}

func (g *Grid) toggleAll() {
	if g.allChecked() {
		clear(g.checked)
	} else {
		for row := range g.Rows() {
			if g.loaded(row) {
				g.checked[g.key(row)] = true
			}
		}
	}
	g.Refresh()
	g.tellChecked()
}

// body returns where rows are drawn: top and height.
func (g *Grid) body() (top, height float32) {
	top = theme.RowHeader
	height = g.Size().Height - top
	if g.foot != nil {
		height -= g.RowHeight + 2
	}
	if g.needSide() {
		height -= barWidth
	}
	return top, max(height, 0)
}

func (g *Grid) totalHeight() float64 { return float64(g.Rows()) * float64(g.RowHeight) }

func (g *Grid) scrollTo(at float64) {
	_, h := g.body()
	g.offset = max(min(at, g.totalHeight()-float64(h)), 0)
	if g.view != nil {
		g.view.Refresh()
	}
}

// reveal scrolls so that a row is wholly visible.
func (g *Grid) reveal(row int) {
	if row < 0 {
		return
	}
	_, h := g.body()
	if h < g.RowHeight {
		return
	}
	top := float64(row) * float64(g.RowHeight)
	if top < g.offset {
		g.offset = top
	} else if bottom := top + float64(g.RowHeight); bottom > g.offset+float64(h) {
		g.offset = bottom - float64(h)
	}
}

func (g *Grid) page() int {
	_, h := g.body()
	return max(int(h/g.RowHeight)-1, 1)
}
