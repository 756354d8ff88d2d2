package page

import (
	"slices"

	"fyne.io/fyne/v2"

	"zafe/ui/kit"
)

// Gate turns the buttons of a page that write off while the book is out of reach, and says why.
// A page that embeds one is Linked.
type Gate struct {
	env    *Env
	writes []*kit.Button
	stay   int           // how many of them, from the first, Forget leaves
	shut   []*kit.Button // turned off here, to be turned on again
	lone   *kit.Button   // in writes too
}

var _ Linked = (*Gate)(nil)

// NewGate returns the gate of a page, with no button yet.
func NewGate(e *Env) *Gate { return &Gate{env: e} }

// Write adds a button that writes and gives it back.
func (g *Gate) Write(b *kit.Button) *kit.Button {
	g.writes = append(g.writes, b)
	if !g.env.Shell.Online() {
		g.close(b)
	}
	return b
}

// Lone adds a button that is made anew with a part of the page, such as an empty list: it takes the
// place of the one before.
func (g *Gate) Lone(b *kit.Button) *kit.Button {
	g.writes = slices.DeleteFunc(g.writes, func(o *kit.Button) bool { return o == g.lone })
	g.lone = b
	return g.Write(b)
}

// Settle has Forget leave the buttons added so far, which the page makes once.
func (g *Gate) Settle() { g.stay = len(g.writes) }

// Forget drops the buttons added so far, or since Settle, of a page that makes its buttons anew.
func (g *Gate) Forget() {
	g.writes = g.writes[:min(g.stay, len(g.writes))]
	g.shut = slices.DeleteFunc(g.shut, func(b *kit.Button) bool { return !slices.Contains(g.writes, b) })
}

// SetOnline implements Linked.
func (g *Gate) SetOnline(online bool) {
	if !online {
		for _, b := range g.writes {
			g.close(b)
		}
		return
	}
	for _, b := range g.shut {
		if b.Why() == Shut(g.env) { // else the page turned it off meanwhile
			b.Enable()
		}
	}
	g.shut = nil
}

// close leaves alone what the page itself turned off.
func (g *Gate) close(b *kit.Button) {
	if !b.Disabled() {
		b.DisableWith(Shut(g.env))
		g.shut = append(g.shut, b)
	}
}

// Shut says why nothing can be written.
func Shut(e *Env) string {
	if e.Me.Support {
		return e.T("op.support")
	}
	if e.Me.Viewer != "" {
		return e.T("view.only", "name", e.Me.User.Name)
	}
	return e.T("common.offline")
}

// Hush has a form take nothing, and turns its acts off and says why, where nothing can be typed (Env.Still).
func Hush(e *Env, form fyne.CanvasObject, acts ...*kit.Button) {
	if !e.Still() {
		return
	}
	kit.Still(form)
	for _, b := range acts {
		b.DisableWith(Shut(e))
	}
}

// Writable runs do, the act of a shortcut or of an open dialog, unless the book is out of reach; then
// it says so.
func Writable(e *Env, do func()) {
	if !e.Shell.Online() {
		e.Shell.Toast(kit.Warn, Shut(e))
		return
	}
	do()
}
