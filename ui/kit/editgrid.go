package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/kit/edit"
	"zafe/ui/theme"
)

// EditModel is the lines behind an EditGrid; see package edit.
type EditModel = edit.Model

// EditColumn is one column of an EditGrid.
type EditColumn struct {
	Title   string
	Width   float32
	Weight  float32 // share of the spare width
	Align   fyne.TextAlign
	Decimal bool // the point is typed as a comma; "+" and "=" ask for the balance
	Pick    bool // Enter and Tab take the first proposal, without an arrow key
	Offer   bool // in a cell that was empty, Enter takes the first proposal and Tab keeps the text
}

// EditGrid is lines entered with the keyboard only: plain texts and one field
// that moves from cell to cell, with its proposals under it.
//
//	Enter, Tab       take the text, go to the next cell the model names; Enter takes
//	                 the marked proposal, Tab only in a column of values to pick
//	Shift+Tab        the previous cell
//	Up, Down         the line above or below, or the proposals when shown
//	Left, Right      the next cell while the whole text is selected
//	Esc              closes the proposals, then undoes what was typed
//	Ctrl+D           copies the cell above       F8            copies the line above
//	Ctrl+Delete      takes the line out          F9, =         balances
//	F2               edits without replacing     Ctrl+Z        undoes, cell after cell
//	Ctrl+Tab         leaves the grid
type EditGrid struct {
	widget.BaseWidget

	OnChanged func()                    // after the model took a value
	OnMoved   func(row, col int)        // after the caret moved
	OnDone    func()                    // Next has nothing more to ask
	Explain   func(error) string        // what a refusal says; nil uses the error's text
	OnKey     func(*fyne.KeyEvent) bool // the page's own keys (F3, F4…), before the grid's

	Columns  []EditColumn
	Model    EditModel
	ReadOnly bool // the cells can be gone through and copied, not changed

	row, col  int
	start     string // text of the cell when the caret arrived
	prefilled bool   // the text under the caret is a proposal nobody typed
	refusal   string
	field     *LineEdit
	list      *optionList
	listed    []edit.Proposal
	open      bool // proposals are shown
	moved     bool // an arrow key chose among the proposals
	history   []change
	undoing   bool
	offset    float64
	hint      string
	note      Tone
	totals    []Total
	down      *bar
	widths    []float32
	view      *editView
	inside    bool // the field has the focus
	refocus   bool // a click on a proposal takes the focus for an instant
}

type change struct {
	row, col int
	old      string
}

// Total is a figure at the right of the foot of an EditGrid.
type Total struct {
	Label, Value string
	Tone         Tone // Neutral draws in the text colour
}

var (
	_ desktop.Mouseable = (*EditGrid)(nil)
	_ fyne.Scrollable   = (*EditGrid)(nil)
)

// NewEditGrid returns a grid over a model with the caret in the first cell.
func NewEditGrid(columns []EditColumn, model EditModel) *EditGrid {
	g := &EditGrid{Columns: columns, Model: model, down: newBar(true), widths: make([]float32, len(columns))}
	g.field = NewLineEdit("")
	g.field.Bare, g.field.Tabs = true, true
	g.field.OnKey = g.fieldKey
	g.field.OnShortcut = g.fieldShortcut
	g.field.OnTyped = g.fieldRune
	g.field.OnChanged = func(text string) {
		g.prefilled = false
		g.refusal = ""
		g.propose(text)
	}
	g.field.OnFocus = g.fieldFocus
	g.list = newOptionList(nil, func(o Option) { g.take(o.Key) })
	g.list.feed = g.field
	g.list.onDown = true
	g.down.moved = func(at float64) { g.scrollTo(at) }
	g.ExtendBaseWidget(g)
	g.arrive(0, g.firstEditable(0))
	return g
}

// Cell returns where the caret is.
func (g *EditGrid) Cell() (row, col int) { return g.row, g.col }

// Field gives access to the moving field, to focus it.
func (g *EditGrid) Field() *LineEdit { return g.field }

// Focus puts the keyboard in the grid.
func (g *EditGrid) Focus() { Focus(g.field) }

// SetHint changes the message at the left of the foot; a refusal hides it
// until the next key.
func (g *EditGrid) SetHint(tone Tone, text string) {
	g.note, g.hint = tone, text
	g.Refresh()
}

// SetTotals changes the figures at the right of the foot.
func (g *EditGrid) SetTotals(totals ...Total) {
	g.totals = totals
	g.Refresh()
}

// Reload reads the model again. The caret stays in its cell if it still exists.
func (g *EditGrid) Reload() {
	g.arrive(min(g.row, max(g.Model.Rows()-1, 0)), g.col)
}

// Goto moves the caret without taking what was typed.
func (g *EditGrid) Goto(row, col int) { g.arrive(row, col) }

// Commit takes what is being typed, for a save by a shortcut, and tells whether
// the model accepted it. A proposal nobody accepted is dropped.
func (g *EditGrid) Commit() bool { return g.commit(false) }

// Refusal is why the last value was refused, "" when nothing is wrong.
func (g *EditGrid) Refusal() string { return g.refusal }

func (g *EditGrid) editable(row, col int) bool {
	if g.ReadOnly || row < 0 || row >= g.Model.Rows() || col < 0 || col >= len(g.Columns) {
		return false
	}
	mark := g.Model.Mark(row, col)
	return mark != edit.ReadOnly && mark != edit.Result
}

func (g *EditGrid) firstEditable(row int) int {
	for col := range g.Columns {
		if g.editable(row, col) {
			return col
		}
	}
	return 0
}

func (g *EditGrid) fieldFocus(gained bool) {
	g.inside = gained
	if !gained && !g.refocus {
		g.open = false
		g.commit(false)
	}
	g.Refresh()
}

func (g *EditGrid) rowsTop() float32 { return theme.RowHeader }

func (g *EditGrid) footHeight() float32 { return 36 }

func (g *EditGrid) bodyHeight() float32 {
	return max(g.Size().Height-theme.RowHeader-g.footHeight()-6, 0)
}

func (g *EditGrid) scrollTo(at float64) {
	total := float64(g.Model.Rows()+1) * float64(theme.RowCompact)
	g.offset = max(min(at, total-float64(g.bodyHeight())), 0)
	g.Refresh()
}

func (g *EditGrid) reveal() {
	h := float64(g.bodyHeight())
	if h < float64(theme.RowCompact) {
		return
	}
	top := float64(g.row) * float64(theme.RowCompact)
	if top < g.offset {
		g.offset = top
	} else if top+float64(theme.RowCompact) > g.offset+h {
		g.offset = top + float64(theme.RowCompact) - h
	}
}

// Scrolled implements fyne.Scrollable.
func (g *EditGrid) Scrolled(ev *fyne.ScrollEvent) {
	g.scrollTo(g.offset - float64(ev.Scrolled.DY*wheelStep))
}

// MouseDown implements desktop.Mouseable: the caret goes to the cell clicked.
func (g *EditGrid) MouseDown(ev *desktop.MouseEvent) {
	y := ev.Position.Y - g.rowsTop()
	if y < 0 || y > g.bodyHeight() {
		return
	}
	row := int((float64(y) + g.offset) / float64(theme.RowCompact))
	x, col := float32(0), -1
	for i, w := range g.widths {
		if ev.Position.X >= x && ev.Position.X < x+w {
			col = i
		}
		x += w
	}
	if g.Model.Rows() == 0 || col < 0 || !g.commit(false) {
		Focus(g.field)
		return
	}
	if last := g.Model.Rows() - 1; row > last {
		row, col = last, g.firstEditable(last)
	}
	if !g.editable(row, col) {
		col = g.firstEditable(row)
	}
	g.field.mouse.pressed = true // keep the selection the cell arrives with
	g.arrive(row, col)
	Focus(g.field)
	g.field.mouse.pressed = false
}

// MouseUp implements desktop.Mouseable.
func (g *EditGrid) MouseUp(*desktop.MouseEvent) {}
