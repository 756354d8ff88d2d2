package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// tipDelay is how long the pointer rests on a widget before its tip shows.
var tipDelay = 450 * time.Millisecond

// Host is the root of a window: the content with, above it, the short messages
// (toasts) and the tips of the buttons. Make it the content of the window.
type Host struct {
	widget.BaseWidget
	root   *fyne.Container
	tips   *tipHost
	toasts *toastHost
}

// NewHost wraps the content of a window.
func NewHost(content fyne.CanvasObject) *Host {
	h := &Host{tips: newTipHost(), toasts: newToastHost()}
	h.root = container.NewStack(content, h.toasts, h.tips)
	h.ExtendBaseWidget(h)
	return h
}

// Attach tells the kit that the host is the root of a window.
func (h *Host) Attach(w fyne.Window) {
	routerOf(w.Canvas()).host = h
}

// SetContent replaces what the window shows. Whatever had the keyboard goes: the driver soon forgets whose window a widget
// is in that is shown no more, and the keys typed into it would reach nothing.
func (h *Host) SetContent(content fyne.CanvasObject) {
	if c := canvasOf(h); c != nil && c.Focused() != nil {
		c.Unfocus()
	}
	h.root.Objects[0] = content
	h.root.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *Host) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(h.root)
}

// tipHost shows at most one tip.
type tipHost struct {
	widget.BaseWidget
	back  *box
	label *canvas.Text
	text  string
	at    fyne.Position
	rest  Later
	turn  int // drops tips asked for by a widget the pointer has left
}

func newTipHost() *tipHost {
	t := &tipHost{}
	t.ExtendBaseWidget(t)
	return t
}

func (t *tipHost) CreateRenderer() fyne.WidgetRenderer {
	t.back = newBox(theme.RadiusControl)
	t.label = newText("", theme.SizeCaption, Regular)
	p := &painted{owner: t, objects: append(t.back.objects(), t.label)}
	p.min = func() fyne.Size { return fyne.Size{} }
	p.layout = func(size fyne.Size) {
		m := measure(t.text, theme.SizeCaption, Regular)
		w, h := m.Width+16, m.Height+8
		x := max(min(t.at.X-w/2, size.Width-w-4), 4)
		y := t.at.Y
		if y+h > size.Height-4 {
			y = t.at.Y - h - 44
		}
		t.back.place(float32(int(x)), float32(int(y)), w, h)
		placeText(t.label, float32(int(x))+8, float32(int(y)), w-16, h)
	}
	p.paint = func() {
		t.back.paint(theme.Nav, "", 0)
		t.back.show(t.text != "")
		t.label.Text = t.text
		tint(t.label, theme.NavTextOn)
	}
	p.paint()
	return p
}

// tipFor shows a tip under an object after a short rest of the pointer.
func tipFor(o fyne.CanvasObject, text string) {
	tipAt(o, fyne.NewPos(o.Size().Width/2, o.Size().Height+6), text)
}

// tipAt is tipFor at a place of the object.
func tipAt(o fyne.CanvasObject, at fyne.Position, text string) {
	host := tipsOf(o)
	if host == nil || text == "" {
		return
	}
	host.turn++
	turn := host.turn
	host.rest.Stop()
	show := func() {
		if host.turn != turn || !o.Visible() {
			return
		}
		host.at = fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Add(at)
		host.text = text
		host.Refresh()
	}
	if tipDelay == 0 {
		show()
		return
	}
	host.rest.In(tipDelay, show)
}

// untip hides the tip of an object.
func untip(o fyne.CanvasObject) {
	host := tipsOf(o)
	if host == nil {
		return
	}
	host.turn++
	host.rest.Stop()
	if host.text != "" {
		host.text = ""
		host.Refresh()
	}
}

func tipsOf(o fyne.CanvasObject) *tipHost {
	r := routerOf(canvasOf(o))
	if n := len(r.layers); n > 0 {
		return r.layers[n-1].tips
	}
	if r.host != nil {
		return r.host.tips
	}
	return nil
}
