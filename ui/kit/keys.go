package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Command is one keyboard shortcut of a window. Fyne hands every shortcut to
// the focused field and the window never sees it; the kit's fields pass what
// they do not use themselves to the window's command table.
//
// Use letters, F-keys, arrows and Enter only: on an AZERTY keyboard many signs
// produce no key event. Ctrl is fyne.KeyModifierShortcutDefault.
type Command struct {
	Key     fyne.KeyName
	Mod     fyne.KeyModifier
	Name    string      // what it does, in the user's words, for a list of shortcuts
	InModal bool        // also while a dialog is open
	Enabled func() bool // nil means always
	Run     func()
}

// Keys is the command table of one window.
type Keys struct {
	commands []*Command
	canvas   fyne.Canvas
}

// router sends the keys of one canvas: to the top popup or dialog if there is
// one, else to the command table.
type router struct {
	keys   *Keys
	layers []*layer
	host   *Host
}

var routers = map[fyne.Canvas]*router{}

func routerOf(c fyne.Canvas) *router {
	if c == nil {
		return &router{}
	}
	r, ok := routers[c]
	if !ok {
		r = &router{}
		routers[c] = r
	}
	return r
}

// InstallKeys gives a window its command table. Keys typed while nothing has
// the focus reach it too. The table goes with the window.
func InstallKeys(w fyne.Window) *Keys {
	c := w.Canvas()
	k := &Keys{canvas: c}
	r := routerOf(c)
	r.keys = k
	c.SetOnTypedKey(func(ev *fyne.KeyEvent) { r.key(ev.Name, modifiers()) })
	return k
}

// ForgetWindow drops what the kit keeps about a closed window.
func ForgetWindow(w fyne.Window) {
	delete(routers, w.Canvas())
}

// Add puts commands in the table and returns a function that takes them out
// again. A later command wins over an earlier one of the same keys, so that a
// page overrides the window while it is shown.
func (k *Keys) Add(commands ...Command) (remove func()) {
	added := make([]*Command, len(commands))
	for i := range commands {
		added[i] = &commands[i]
		k.bind(commands[i])
	}
	k.commands = append(k.commands, added...)
	return func() {
		kept := k.commands[:0]
		for _, c := range k.commands {
			if !contains(added, c) {
				kept = append(kept, c)
			}
		}
		k.commands = kept
	}
}

// bind registers a shortcut on the canvas, for the moments when a stock widget
// or nothing has the focus. The canvas keeps it for good: once its command is
// gone it finds nothing to run.
func (k *Keys) bind(cmd Command) {
	if cmd.Mod == 0 {
		return
	}
	var sc fyne.Shortcut = &desktop.CustomShortcut{KeyName: cmd.Key, Modifier: cmd.Mod}
	for _, known := range []fyne.KeyboardShortcut{
		&fyne.ShortcutUndo{}, &fyne.ShortcutRedo{}, &fyne.ShortcutCopy{}, &fyne.ShortcutCut{},
		&fyne.ShortcutPaste{}, &fyne.ShortcutSelectAll{},
	} {
		if known.Key() == cmd.Key && known.Mod() == cmd.Mod {
			sc = known
		}
	}
	c := k.canvas
	c.AddShortcut(sc, func(fyne.Shortcut) { routerOf(c).key(cmd.Key, cmd.Mod) })
}

// List returns the commands that can run now, the most recent first.
func (k *Keys) List() []Command {
	var out []Command
	for _, c := range slices.Backward(k.commands) {
		if c.Enabled == nil || c.Enabled() {
			out = append(out, *c)
		}
	}
	return out
}

// Handle runs the command of these keys and tells whether there was one.
func (k *Keys) Handle(key fyne.KeyName, mod fyne.KeyModifier) bool {
	return k.handle(key, mod, false)
}

func (k *Keys) handle(key fyne.KeyName, mod fyne.KeyModifier, inModal bool) bool {
	if key == fyne.KeyEnter {
		key = fyne.KeyReturn
	}
	for _, c := range slices.Backward(k.commands) {
		want := c.Key
		if want == fyne.KeyEnter {
			want = fyne.KeyReturn
		}
		if want != key || c.Mod != mod || (inModal && !c.InModal) {
			continue
		}
		if c.Enabled != nil && !c.Enabled() {
			continue
		}
		c.Run()
		return true
	}
	return false
}

func (r *router) key(name fyne.KeyName, mod fyne.KeyModifier) bool {
	if n := len(r.layers); n > 0 {
		if r.layers[n-1].key(name, mod) {
			return true
		}
		return r.keys != nil && r.keys.handle(name, mod, true)
	}
	return r.keys != nil && r.keys.handle(name, mod, false)
}

// passKey gives a key a widget did not use to the window it is in.
func passKey(o fyne.CanvasObject, ev *fyne.KeyEvent) bool {
	return routerOf(canvasOf(o)).key(ev.Name, modifiers())
}

// passShortcut gives a shortcut a widget did not use to the window it is in.
func passShortcut(o fyne.CanvasObject, s fyne.Shortcut) bool {
	k, ok := s.(fyne.KeyboardShortcut)
	if !ok {
		return false
	}
	return routerOf(canvasOf(o)).key(k.Key(), k.Mod())
}

func contains[T comparable](list []T, x T) bool {
	return slices.Contains(list, x)
}
