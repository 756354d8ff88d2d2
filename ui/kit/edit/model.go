// Package edit says what an editable grid of the kit asks from the lines it
// shows. It imports no Fyne, so that a model is tested with plain Go tests.
package edit

// Mark is how a cell stands out.
type Mark int

// The marks of a cell.
const (
	Plain    Mark = iota
	Muted         // computed or secondary
	Strong        // a key figure or code
	Bad           // to correct
	ReadOnly      // cannot be edited; the caret skips it
	Result        // computed and a key figure; the caret skips it too
)

// Proposal is one completion of what is being typed.
type Proposal struct {
	Text   string // what goes into the cell, such as "607000"
	Label  string // what it means, shown after the text
	Detail string // shown at the right, such as a price
}

// Model is the lines behind an editable grid. Rows and columns count from 0.
// All methods run on the UI goroutine and must be quick.
type Model interface {
	// Rows is the number of lines, the empty one at the end included.
	Rows() int
	// Get is the text of a cell, as shown and as first put under the caret.
	Get(row, col int) string
	// Set takes what was typed, completes it ("607" becomes "607000") and may
	// change other cells. An error refuses it: the caret stays and the grid
	// says why.
	Set(row, col int, text string) error
	// Prefill proposes the text of an empty cell when the caret arrives. It is
	// shown selected: Enter takes it, typing replaces it, leaving drops it.
	Prefill(row, col int) string
	// Next is where the caret goes after Enter or Tab; ok is false when the
	// grid has nothing more to ask, and the grid calls its OnDone.
	Next(row, col int) (nextRow, nextCol int, ok bool)
	// Complete lists proposals for a text being typed, the best first.
	Complete(row, col int, text string) []Proposal
	// Mark says how the cell stands out.
	Mark(row, col int) Mark
}

// Deleter is a Model whose lines can be taken out with Ctrl+Delete.
type Deleter interface {
	Delete(row int) error
}

// Duplicator is a Model that copies the line above into a line with F8.
type Duplicator interface {
	Duplicate(row int) error
}

// Balancer is a Model that knows the text that balances the piece, put in the
// cell by F9, by "=" and by "+" in an empty amount.
type Balancer interface {
	Balance(row, col int) (text string, ok bool)
}
