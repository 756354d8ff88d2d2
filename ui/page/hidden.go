package page

import (
	"zafe/app/auth"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// Sees tells whether a person is shown the fields of a class: what is hidden comes as if there was nothing.
func (e *Env) Sees(c auth.Class) bool { return e.Me.Can(c.Right()) }

// hidden stands in the place of what is not shown to a person: it says neither that there is something nor that there is
// not.
const hidden = "•••"

// Mask has a box of a record that is there look hidden, and takes nothing: its text stays what came, which is nothing, and
// the book keeps what it has (op.KeepHidden).
func (e *Env) Mask(edit *kit.LineEdit, c auth.Class) {
	if !e.Sees(c) {
		edit.SetText("")
		edit.Placeholder, edit.ReadOnly = hidden, true
		edit.Refresh()
	}
}

// Seen is a text as a person is shown it.
func (e *Env) Seen(text string, c auth.Class) string {
	if !e.Sees(c) {
		return hidden
	}
	return text
}

// Hidden is the cell of what is not shown to a person.
func Hidden() kit.CellView { return kit.CellView{Text: hidden, Color: theme.Faint} }

// Owed is an amount of what customers owe (auth.Balance) in words: who is not shown it reads no 0,00 €, which would be
// false.
func (e *Env) Owed(a money.Amount) string {
	if !e.Sees(auth.Balance) {
		return hidden
	}
	return e.Text.Amount(a)
}
