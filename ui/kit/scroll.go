package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

const (
	barWidth   float32 = 12
	barThumb   float32 = 6
	thumbLeast float32 = 28
	wheelStep  float32 = 2.5 // rows are short: a notch of the driver is too small
)

// Scroll shows content that may be higher than the room, with a bar at the
// right. A field that gets the focus by the keyboard is brought into view.
type Scroll struct {
	widget.BaseWidget
	Content fyne.CanvasObject
	offset  float32
	bar     *bar
	inner   *painted
}

var _ fyne.Scrollable = (*Scroll)(nil)

// NewScroll returns content that scrolls in height; it is as wide as the room.
func NewScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{Content: content, bar: newBar(true)}
	s.bar.moved = func(at float64) { s.ScrollTo(float32(at)) }
	s.ExtendBaseWidget(s)
	return s
}

// Offset is how far the content is scrolled.
func (s *Scroll) Offset() float32 { return s.offset }

// ScrollTo scrolls to an offset, as far as the content goes.
func (s *Scroll) ScrollTo(offset float32) {
	s.offset = offset
	if s.inner != nil {
		s.inner.layout(s.Size())
		canvas.Refresh(s)
	}
}

// Scrolled implements fyne.Scrollable.
func (s *Scroll) Scrolled(ev *fyne.ScrollEvent) {
	s.ScrollTo(s.offset - ev.Scrolled.DY*wheelStep)
}

// MinSize implements fyne.CanvasObject: the width of the content and a little height.
func (s *Scroll) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	return s.BaseWidget.MinSize()
}

// CreateRenderer implements fyne.Widget.
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: s, objects: []fyne.CanvasObject{s.Content, s.bar}}
	p.min = func() fyne.Size {
		return fyne.NewSize(s.Content.MinSize().Width, min(s.Content.MinSize().Height, 64))
	}
	p.layout = func(size fyne.Size) {
		h := heightAt(s.Content, size.Width)
		if h > size.Height {
			h = heightAt(s.Content, size.Width-barWidth)
		}
		w := size.Width
		if h > size.Height {
			w -= barWidth
		}
		s.offset = max(min(s.offset, h-size.Height), 0)
		place(s.Content, 0, -s.offset, w, max(h, size.Height))
		place(s.bar, size.Width-barWidth, 0, barWidth, size.Height)
		s.bar.set(float64(h), float64(size.Height), float64(s.offset))
	}
	p.paint = func() {
		p.objects[0] = s.Content
		s.Content.Refresh()
		s.bar.Refresh()
	}
	s.inner = p
	return p
}

// show scrolls so that an object of the content is inside the view.
func (s *Scroll) show(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s).Y
	bottom := top + o.Size().Height
	switch {
	case top < 8:
		s.ScrollTo(s.offset + top - 28)
	case bottom > s.Size().Height-8:
		s.ScrollTo(s.offset + bottom - s.Size().Height + 28)
	}
}

// reveal scrolls the Scroll around an object, if any, to bring it into view.
func reveal(o fyne.CanvasObject) {
	c := canvasOf(o)
	if c == nil {
		return
	}
	root := c.Content()
	if top := c.Overlays().Top(); top != nil {
		root = top
	}
	if s := scrollAround(root, o, nil); s != nil {
		s.show(o)
	}
}

// settle makes room for the line below a field: the dialog around it follows its body, then the
// first field refused there is scrolled into view.
func settle(f *Field) {
	c := canvasOf(f)
	if c == nil {
		return // not shown yet
	}
	root := c.Content()
	for _, l := range slices.Backward(routerOf(c).layers) {
		if around(l, f) {
			l.Refresh()
			root = l
			break
		}
	}
	s := scrollAround(root, f, nil)
	if s == nil {
		return
	}
	if first := firstRefused(s.Content); first != nil {
		s.show(first)
	}
}

// Reveal scrolls what was just told below a form into view, wherever the person looked; nothing where nothing scrolls.
func Reveal(o fyne.CanvasObject) {
	c := canvasOf(o)
	if c == nil {
		return // not shown yet
	}
	root := c.Content()
	for _, l := range slices.Backward(routerOf(c).layers) {
		if around(l, o) {
			l.Refresh()
			root = l
			break
		}
	}
	s := scrollAround(root, o, nil)
	if s == nil || s.inner == nil {
		return
	}
	s.Refresh() // with room for it
	s.inner.layout(s.Size())
	s.show(o)
}

// around tells whether an object is somewhere in a tree.
func around(tree, target fyne.CanvasObject) bool {
	return tree == target || slices.ContainsFunc(childrenOf(tree), func(child fyne.CanvasObject) bool {
		return around(child, target)
	})
}

// firstRefused is the first field of a tree that says what is wrong, in the order of drawing.
func firstRefused(tree fyne.CanvasObject) *Field {
	if f, ok := tree.(*Field); ok && f.fault != "" {
		return f
	}
	for _, child := range childrenOf(tree) {
		if !child.Visible() {
			continue
		}
		if f := firstRefused(child); f != nil {
			return f
		}
	}
	return nil
}

func scrollAround(tree, target fyne.CanvasObject, inside *Scroll) *Scroll {
	if tree == target {
		return inside
	}
	if s, ok := tree.(*Scroll); ok {
		inside = s
	}
	for _, child := range childrenOf(tree) {
		if !child.Visible() {
			continue
		}
		if found := scrollAround(child, target, inside); found != nil {
			return found
		}
	}
	return nil
}

// bar is a scroll bar; its own position is a float64, exact over millions of rows.
type bar struct {
	widget.BaseWidget
	vertical            bool
	total, view, offset float64
	moved               func(offset float64)
	hovered             bool
	grab                float32
	dragging            bool
}

var (
	_ fyne.Draggable    = (*bar)(nil)
	_ desktop.Hoverable = (*bar)(nil)
	_ desktop.Mouseable = (*bar)(nil)
)

func newBar(vertical bool) *bar {
	b := &bar{vertical: vertical}
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(total, view, offset float64) {
	if b.total == total && b.view == view && b.offset == offset {
		return
	}
	b.total, b.view, b.offset = total, view, offset
	b.Refresh()
}

func (b *bar) length() float32 {
	if b.vertical {
		return b.Size().Height
	}
	return b.Size().Width
}

func (b *bar) thumb() (at, size float32) {
	if b.total <= b.view || b.total <= 0 {
		return 0, 0
	}
	room := b.length() - 4
	size = max(float32(float64(room)*b.view/b.total), thumbLeast)
	at = 2 + float32(float64(room-size)*b.offset/(b.total-b.view))
	return at, size
}

func (b *bar) along(p fyne.Position) float32 {
	if b.vertical {
		return p.Y
	}
	return p.X
}

func (b *bar) MouseDown(ev *desktop.MouseEvent) {
	at, size := b.thumb()
	pos := b.along(ev.Position)
	switch {
	case size == 0:
		return
	case pos < at:
		b.moved(b.offset - b.view*0.9)
	case pos > at+size:
		b.moved(b.offset + b.view*0.9)
	}
	b.grab = pos - at
}

func (b *bar) MouseUp(*desktop.MouseEvent) {}

func (b *bar) Dragged(ev *fyne.DragEvent) {
	_, size := b.thumb()
	room := b.length() - 4 - size
	if size == 0 || room <= 0 {
		return
	}
	b.dragging = true
	at := b.along(ev.Position) - b.grab - 2
	b.moved(float64(at/room) * (b.total - b.view))
}

func (b *bar) DragEnd() {
	b.dragging = false
	b.Refresh()
}

func (b *bar) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
}

func (b *bar) MouseMoved(*desktop.MouseEvent) {}

func (b *bar) MouseOut() {
	b.hovered = false
	b.Refresh()
}

func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	thumb := canvas.NewRectangle(theme.Color(theme.Outline))
	thumb.CornerRadius = barThumb / 2
	p := &painted{owner: b, objects: []fyne.CanvasObject{thumb}}
	p.min = func() fyne.Size { return fyne.NewSquareSize(barWidth) }
	p.layout = func(size fyne.Size) {
		at, length := b.thumb()
		if b.vertical {
			place(thumb, size.Width-barThumb-3, at, barThumb, length)
		} else {
			place(thumb, at, size.Height-barThumb-3, length, barThumb)
		}
	}
	p.paint = func() {
		_, length := b.thumb()
		thumb.Hidden = length == 0
		if b.hovered || b.dragging {
			fill(thumb, theme.Faint)
		} else {
			fill(thumb, theme.Outline)
		}
	}
	p.paint()
	return p
}

// childrenOf lists what an object is made of.
func childrenOf(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case parent:
		return o.children()
	}
	return nil
}

// parent is a widget of the kit that holds objects given by the caller.
type parent interface{ children() []fyne.CanvasObject }

func (s *Scroll) children() []fyne.CanvasObject { return []fyne.CanvasObject{s.Content} }
func (h *Host) children() []fyne.CanvasObject   { return h.root.Objects }
func (l *layer) children() []fyne.CanvasObject  { return []fyne.CanvasObject{l.content} }
