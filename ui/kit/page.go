package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Least room of a page. A page that needs more is cut or scrolls; it never
// makes the window grow beyond the screen.
const (
	pageWidthLeast  float32 = 560
	pageHeightLeast float32 = 360
)

// Header is the top of a page: its title, one grey line, and the actions at
// the right, of which at most one is primary.
type Header struct {
	widget.BaseWidget
	title, under *Label
	back         *IconButton
	actions      *fyne.Container
}

// headerHigh is the height of a header whose grey line stands under its actions.
const headerHigh float32 = 56

// NewHeader returns a page header.
func NewHeader(title, under string, actions ...fyne.CanvasObject) *Header {
	h := &Header{title: Title(title), under: Muted(under), actions: HBox(theme.GapTight, actions...)}
	h.ExtendBaseWidget(h)
	return h
}

// OnBack puts an arrow before the title that leaves the page.
func (h *Header) OnBack(tip string, back func()) *Header {
	h.back = NewIconButton("arrow-left", tip, back)
	return h
}

// SetTitle changes the title.
func (h *Header) SetTitle(title string) { h.title.SetText(title) }

// SetUnder changes the grey line.
func (h *Header) SetUnder(text string) {
	h.under.SetText(text)
	h.Refresh()
}

// SetActions replaces what stands at the right.
func (h *Header) SetActions(actions ...fyne.CanvasObject) {
	h.actions.Objects = actions
	h.actions.Refresh()
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *Header) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: h, objects: []fyne.CanvasObject{h.title, h.under, h.actions}}
	if h.back != nil {
		p.objects = append(p.objects, h.back)
	}
	room := func(size fyne.Size) (x, w float32) {
		if h.back != nil {
			x = 30
		}
		return x, size.Width - h.actions.MinSize().Width - 16 - x
	}
	// A grey line that is too long to end left of the actions goes on under them.
	long := func(size fyne.Size) bool {
		_, w := room(size)
		return size.Width > 0 && h.under.NaturalWidth() > w
	}
	p.min = func() fyne.Size {
		height := float32(46)
		if long(h.Size()) {
			height = headerHigh
		}
		return fyne.NewSize(h.actions.MinSize().Width+160, height)
	}
	p.layout = func(size fyne.Size) {
		m := h.actions.MinSize()
		place(h.actions, size.Width-m.Width, 1, m.Width, max(m.Height, theme.ControlHeight))
		if h.back != nil {
			place(h.back, -6, 0, 30, 30)
		}
		x, w := room(size)
		place(h.title, x, 0, w, 27)
		if long(size) {
			place(h.under, x, headerHigh-18, size.Width-x, 18)
		} else {
			place(h.under, x, 28, w, 18)
		}
	}
	p.paint = func() {}
	return p
}

func (h *Header) children() []fyne.CanvasObject {
	if h.back != nil {
		return []fyne.CanvasObject{h.back, h.actions}
	}
	return []fyne.CanvasObject{h.actions}
}

// Page lays out a header, fixed bars (filters, tabs), a body that takes the
// rest, and a foot, over the page colour. Its least size is bounded whatever
// it holds.
type Page struct {
	widget.BaseWidget
	head fyne.CanvasObject
	bars []fyne.CanvasObject
	body fyne.CanvasObject
	foot fyne.CanvasObject
}

// NewPage returns a page. Header and body are required.
func NewPage(header *Header, body fyne.CanvasObject) *Page {
	p := &Page{body: body}
	if header != nil {
		p.head = header
	}
	p.ExtendBaseWidget(p)
	return p
}

// Bar adds a line between the header and the body.
func (p *Page) Bar(object fyne.CanvasObject) *Page {
	p.bars = append(p.bars, object)
	return p
}

// Foot puts a line under the body.
func (p *Page) Foot(object fyne.CanvasObject) *Page {
	p.foot = object
	return p
}

// SetBody replaces the body.
func (p *Page) SetBody(body fyne.CanvasObject) {
	p.body = body
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	r := &clipped{painted{owner: p}}
	r.min = func() fyne.Size { return fyne.NewSize(pageWidthLeast, pageHeightLeast) }
	r.layout = p.place
	r.paint = func() {
		r.objects = append(r.objects[:0], notNil(p.head)...)
		r.objects = append(r.objects, p.bars...)
		r.objects = append(r.objects, notNil(p.body, p.foot)...)
		for _, o := range r.objects {
			o.Refresh()
		}
	}
	r.objects = append(notNil(p.head), p.bars...)
	r.objects = append(r.objects, notNil(p.body, p.foot)...)
	return r
}

func (p *Page) place(size fyne.Size) {
	x, y := theme.PadPage, float32(16)
	w := size.Width - 2*x
	if p.head != nil {
		h := heightAt(p.head, w)
		place(p.head, x, y, w, h)
		y += h + 10
	}
	for _, b := range p.bars {
		if b.Visible() {
			h := heightAt(b, w)
			place(b, x, y, w, h)
			y += h + 12
		}
	}
	bottom := size.Height - 14
	if p.foot != nil && p.foot.Visible() {
		h := heightAt(p.foot, w)
		place(p.foot, x, bottom-h, w, h)
		bottom -= h + 10
	}
	if p.body != nil {
		place(p.body, x, y, w, bottom-y)
	}
}

func (p *Page) children() []fyne.CanvasObject {
	return append(append(notNil(p.head), p.bars...), notNil(p.body, p.foot)...)
}

// Backdrop fills the room behind an object with a named colour.
func Backdrop(color fyne.ThemeColorName, object fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(newWash(color), object)
}

type wash struct {
	widget.BaseWidget
	color fyne.ThemeColorName
}

func newWash(color fyne.ThemeColorName) *wash {
	w := &wash{color: color}
	w.ExtendBaseWidget(w)
	return w
}

func (w *wash) CreateRenderer() fyne.WidgetRenderer {
	r := canvas.NewRectangle(theme.Color(w.color))
	p := &painted{owner: w, objects: []fyne.CanvasObject{r}}
	p.min = func() fyne.Size { return fyne.Size{} }
	p.layout = func(size fyne.Size) { place(r, 0, 0, size.Width, size.Height) }
	p.paint = func() { fill(r, w.color) }
	return p
}
