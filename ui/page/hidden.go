package page

import (
	"zafe/app/auth"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// Sees tells whether a person is shown the fields of a class: what is hidden comes as if there was nothing.
func (e *Env) Sees(c auth.Class) bool { return e.Me.Can(c.Right()) }

// Hidden is the cell of what is not shown to a person: it says neither that there is something nor that there is not.
func Hidden() kit.CellView { return kit.CellView{Text: "•••", Color: theme.Faint} }
