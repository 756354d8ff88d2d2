package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// layer is an overlay of the whole window that holds one panel: a popup list,
// a dialog. It takes the keys while it is on top.
type layer struct {
	widget.BaseWidget
	canvas  fyne.Canvas
	content fyne.CanvasObject
	scrim   bool                        // darken the page and ignore clicks outside
	where   func(window fyne.Size) rect // position of the panel
	onKey   func(fyne.KeyName, fyne.KeyModifier) bool
	onClose func()
	tips    *tipHost
	open    bool
	keys    fyne.Focusable // what had the keyboard when the button of the mouse went down
}

type rect struct{ x, y, w, h float32 }

var (
	_ fyne.Tappable     = (*layer)(nil)
	_ desktop.Mouseable = (*layer)(nil)
)

func newLayer(c fyne.Canvas, content fyne.CanvasObject, where func(fyne.Size) rect) *layer {
	l := &layer{canvas: c, content: content, where: where, tips: newTipHost()}
	l.ExtendBaseWidget(l)
	return l
}

func (l *layer) show() {
	if l.open || l.canvas == nil {
		return
	}
	l.open = true
	r := routerOf(l.canvas)
	r.layers = append(r.layers, l)
	if l.canvas.OnTypedKey() == nil {
		l.canvas.SetOnTypedKey(func(ev *fyne.KeyEvent) { r.key(ev.Name, modifiers()) })
	}
	l.canvas.Overlays().Add(l)
	l.Resize(l.canvas.Size())
	l.Refresh()
}

func (l *layer) close() {
	if !l.open {
		return
	}
	l.open = false
	r := routerOf(l.canvas)
	for i, other := range r.layers {
		if other == l {
			for _, above := range r.layers[i+1:] {
				above.open = false
			}
			r.layers = r.layers[:i]
			break
		}
	}
	l.canvas.Overlays().Remove(l)
	if l.onClose != nil {
		l.onClose()
	}
}

// CloseLayers takes every dialog and list off a window, shown or hidden, for whoever comes next. Nobody is told.
func CloseLayers(c fyne.Canvas) {
	r := routerOf(c)
	for _, l := range r.layers {
		l.open = false
		c.Overlays().Remove(l)
	}
	r.layers = nil
}

// SetAside takes every dialog and list off a window, and returns what puts back those that were not closed meanwhile. A
// hidden one would still take each click and each key from what is shown.
func SetAside(c fyne.Canvas) (back func()) {
	r := routerOf(c)
	aside := r.layers
	r.layers = nil
	for _, l := range aside {
		c.Overlays().Remove(l)
	}
	return func() {
		for _, l := range aside {
			if !l.open {
				continue
			}
			r.layers = append(r.layers, l)
			c.Overlays().Add(l)
			l.Resize(c.Size())
			l.Refresh()
		}
	}
}

func (l *layer) key(name fyne.KeyName, mod fyne.KeyModifier) bool {
	if l.onKey != nil && l.onKey(name, mod) {
		return true
	}
	if name == fyne.KeyEscape && mod == 0 && !l.scrim {
		l.close()
		return true
	}
	return false
}

// MouseDown implements desktop.Mouseable: the window takes the keyboard away right after, from whatever had it.
func (l *layer) MouseDown(*desktop.MouseEvent) { l.keys = l.canvas.Focused() }

// MouseUp implements desktop.Mouseable.
func (l *layer) MouseUp(*desktop.MouseEvent) {}

// Tapped closes a popup when the click is outside of it. The field that was clicked has the keyboard then: what is typed
// next is meant for it. A click beside a dialog, or where it holds nothing, leaves the keyboard where it was: Enter goes
// on running the act that has it.
func (l *layer) Tapped(ev *fyne.PointEvent) {
	if l.scrim {
		if l.keys != nil && l.open {
			l.canvas.Focus(l.keys)
		}
		return
	}
	r := l.where(l.Size())
	inside := ev.Position.X >= r.x && ev.Position.X < r.x+r.w && ev.Position.Y >= r.y &&
		ev.Position.Y < r.y+r.h
	if inside {
		return
	}
	l.close()
	under := l.canvas.Content()
	if top := l.canvas.Overlays().Top(); top != nil {
		under = top
	}
	if e := fieldAt(under, ev.AbsolutePosition); e != nil {
		l.canvas.Focus(e)
	}
}

// fieldAt is the field to type in that is at a place of the window, nil for none.
func fieldAt(o fyne.CanvasObject, at fyne.Position) fyne.Focusable {
	if !o.Visible() {
		return nil
	}
	from := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	if to := from.Add(o.Size()); at.X < from.X || at.Y < from.Y || at.X >= to.X || at.Y >= to.Y {
		return nil
	}
	switch e := o.(type) {
	case *LineEdit:
		return e
	case *TextArea:
		return e
	}
	for _, child := range childrenOf(o) {
		if e := fieldAt(child, at); e != nil {
			return e
		}
	}
	return nil
}

// TappedSecondary closes a popup as Tapped does.
func (l *layer) TappedSecondary(ev *fyne.PointEvent) { l.Tapped(ev) }

func (l *layer) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(theme.Color(theme.Scrim))
	panel := newBox(theme.RadiusPopup)
	objects := []fyne.CanvasObject{back}
	objects = append(objects, panel.objects()...)
	objects = append(objects, l.content, l.tips)
	p := &painted{objects: objects, owner: l}
	p.min = func() fyne.Size { return fyne.NewSize(1, 1) }
	p.layout = func(size fyne.Size) {
		place(back, 0, 0, size.Width, size.Height)
		r := l.where(size)
		panel.place(r.x, r.y, r.w, r.h)
		place(l.content, r.x+1, r.y+1, r.w-2, r.h-2)
		place(l.tips, 0, 0, size.Width, size.Height)
	}
	p.paint = func() {
		if l.scrim {
			back.Show()
			fill(back, theme.Scrim)
			panel.radius(theme.RadiusCard)
		} else {
			back.Hide()
		}
		panel.paint(theme.Surface, theme.Outline, 1)
		panel.shadow(theme.PopShadow, 18, 5)
		l.content.Refresh()
	}
	p.paint()
	return p
}

// below places a popup of the given size under an object, or above it when
// there is no room, and keeps it in the window.
func below(anchor fyne.CanvasObject, size func() fyne.Size) func(fyne.Size) rect {
	return func(window fyne.Size) rect {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(anchor)
		want := size()
		r := rect{x: at.X, y: at.Y + anchor.Size().Height + 4, w: want.Width, h: want.Height}
		room := window.Height - r.y - 8
		if r.h > room && at.Y-8 > room {
			r.h = min(r.h, at.Y-12)
			r.y = at.Y - r.h - 4
		} else {
			r.h = min(r.h, max(room, 40))
		}
		r.x = max(min(r.x, window.Width-r.w-8), 8)
		return r
	}
}
