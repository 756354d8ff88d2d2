package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/theme"
)

// Weight is the thickness of a text.
type Weight int

// The weights of the product's typeface.
const (
	Regular Weight = iota
	Medium
	Bold
	Italic
)

// painted is the renderer shared by the widgets of the kit: a list of objects,
// the room they need, where they go and how they take the current state.
type painted struct {
	objects []fyne.CanvasObject
	min     func() fyne.Size
	layout  func(fyne.Size)
	paint   func()
	owner   fyne.Widget
}

func (p *painted) Objects() []fyne.CanvasObject { return p.objects }
func (p *painted) MinSize() fyne.Size           { return p.min() }
func (p *painted) Layout(size fyne.Size)        { p.layout(size) }
func (p *painted) Destroy()                     {}

func (p *painted) Refresh() {
	p.paint()
	p.layout(p.owner.Size())
	canvas.Refresh(p.owner)
}

// clipped is a painted renderer that hides what runs over the widget's edge.
type clipped struct{ painted }

// IsClip is how Fyne recognises a clipping renderer.
func (c *clipped) IsClip() {}

func newText(s string, size float32, w Weight) *canvas.Text {
	t := canvas.NewText(s, theme.Color(theme.Text))
	t.TextSize = size
	weigh(t, w)
	return t
}

func weigh(t *canvas.Text, w Weight) {
	t.FontSource = nil
	t.TextStyle = fyne.TextStyle{}
	switch w {
	case Regular:
	case Medium:
		t.FontSource = theme.Medium
	case Bold:
		t.TextStyle.Bold = true
	case Italic:
		t.TextStyle.Italic = true
	}
}

func tint(t *canvas.Text, name fyne.ThemeColorName) {
	t.Color = theme.Color(name)
	t.Refresh()
}

func fill(r *canvas.Rectangle, name fyne.ThemeColorName) {
	r.FillColor = theme.Color(name)
	r.Refresh()
}

func newIcon(name string, color fyne.ThemeColorName) *canvas.Image {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	setIcon(img, name, color)
	return img
}

// setIcon changes an image's drawing; an empty name hides the image.
func setIcon(img *canvas.Image, name string, color fyne.ThemeColorName) {
	if name == "" {
		img.Hide()
		return
	}
	res := theme.IconIn(name, color)
	if img.Resource == res && !img.Hidden {
		return
	}
	img.Resource, img.Hidden = res, false
	img.Refresh()
}

// measure returns the room a text takes on one line.
func measure(s string, size float32, w Weight) fyne.Size {
	var style fyne.TextStyle
	var source fyne.Resource
	switch w {
	case Regular:
	case Medium:
		source = theme.Medium
	case Bold:
		style.Bold = true
	case Italic:
		style.Italic = true
	}
	got, _ := fyne.CurrentApp().Driver().RenderedTextSize(s, size, style, source)
	return got
}

// fit shortens a text with an ellipsis so that it is not wider than width.
func fit(s string, width, size float32, w Weight) string {
	if s == "" || measure(s, size, w).Width <= width {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)-1
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…", size, w).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return "…"
	}
	return string(runes[:low]) + "…"
}

// place moves and sizes an object in one go.
func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(max(w, 0), max(h, 0)))
}

// placeText puts a one-line text in a box, vertically centred by the painter.
func placeText(t *canvas.Text, x, y, w, h float32) {
	place(t, x, y-1, w, h) // Plex sits low in its line: a pixel up looks centred
}

func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(o)
}

// focusTries and focusEvery bound the wait for an object's first frame.
const (
	focusTries = 20
	focusEvery = 30 * time.Millisecond
)

var focusTurn int // drops a waiting Focus when another one is asked for

// Focus gives the keyboard to an object of a window. The driver only knows an
// object once it was drawn: for a page just made, Focus waits for that frame.
func Focus(o fyne.Focusable) {
	focusTurn++
	focusSoon(o, focusTurn, focusTries)
}

func focusSoon(o fyne.Focusable, turn, tries int) {
	obj, ok := o.(fyne.CanvasObject)
	if !ok || turn != focusTurn {
		return
	}
	if c := canvasOf(obj); c != nil {
		c.Focus(o)
		return
	}
	if tries > 0 {
		After(focusEvery, func() { focusSoon(o, turn, tries-1) })
	}
}

// modifiers returns the modifier keys held down, 0 where the driver cannot tell.
func modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}

// shiftState follows the Shift key of a focused widget. The driver's own answer
// is preferred: a key released while another widget had the focus is not missed.
type shiftState struct{ down bool }

func (s *shiftState) keyDown(ev *fyne.KeyEvent) {
	if ev.Name == desktop.KeyShiftLeft || ev.Name == desktop.KeyShiftRight {
		s.down = true
	}
}

func (s *shiftState) keyUp(ev *fyne.KeyEvent) {
	if ev.Name == desktop.KeyShiftLeft || ev.Name == desktop.KeyShiftRight {
		s.down = false
	}
}

func (s *shiftState) held() bool {
	if _, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return modifiers()&fyne.KeyModifierShift != 0
	}
	return s.down
}
