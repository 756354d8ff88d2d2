package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/ui/theme"
)

// VBox stacks objects with a gap; each takes the full width and its own height.
// Texts that wrap get their height from the width they are given.
func VBox(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&vbox{gap: gap, grow: -1}, objects...)
}

// VFill stacks objects like VBox and gives the spare height to the one at index grow.
func VFill(gap float32, grow int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&vbox{gap: gap, grow: grow}, objects...)
}

// HBox puts objects side by side with a gap, each at its own width, centred in
// height. Put a Spacer between them to push the rest to the right.
func HBox(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&hbox{gap: gap}, objects...)
}

// Cols puts objects side by side, sharing the width by weight; missing weights
// count 1. It is the row of a form or of a page of cards.
func Cols(gap float32, weights []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&cols{gap: gap, weights: weights}, objects...)
}

// FormGrid lays fields out over n equal columns, line by line, with the gaps of
// a form: 12 between lines, 14 between columns.
func FormGrid(n int, fields ...fyne.CanvasObject) *fyne.Container {
	rows := VBox(theme.GapField)
	for len(fields) > 0 {
		k := min(n, len(fields))
		line := append([]fyne.CanvasObject{}, fields[:k]...)
		for len(line) < n {
			line = append(line, Spacer())
		}
		rows.Add(Cols(theme.GapCard, nil, line...))
		fields = fields[k:]
	}
	return rows
}

// Pad surrounds an object with room, clockwise from the top.
func Pad(top, right, bottom, left float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(&pad{top, right, bottom, left}, object)
}

// PadAll surrounds an object with the same room on every side.
func PadAll(room float32, object fyne.CanvasObject) *fyne.Container {
	return Pad(room, room, room, room, object)
}

// Fixed gives an object a size of its own; 0 keeps the object's minimum.
func Fixed(width, height float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(&fixed{width, height}, object)
}

// Center shows an object at its minimum size in the middle of the room.
func Center(object fyne.CanvasObject) *fyne.Container { return container.NewCenter(object) }

// Bounded stands for an object in its parent's sums at no more than the given
// size, so that a long text never enlarges the window. What does not fit is cut.
func Bounded(width, height float32, object fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&bounded{width, height}, newClip(object))
}

// Shell lays out a window: the bar on the left, a banner (may be nil) and the
// status bar around the page, on the page colour.
func Shell(nav, banner, page, status fyne.CanvasObject) fyne.CanvasObject {
	right := []fyne.CanvasObject{page, status}
	grow := 0
	if banner != nil {
		right, grow = append([]fyne.CanvasObject{banner}, right...), 1
	}
	return container.New(&shell{}, nav, Backdrop(theme.Canvas, VFill(0, grow, right...)))
}

type shell struct{}

func (*shell) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.NavWidth+pageWidthLeast, pageHeightLeast+theme.StatusBarHeight)
}

func (*shell) Layout(o []fyne.CanvasObject, size fyne.Size) {
	place(o[0], 0, 0, theme.NavWidth, size.Height)
	place(o[1], theme.NavWidth, 0, size.Width-theme.NavWidth, size.Height)
}

// Spacer returns an empty object that takes the spare width of an HBox.
func Spacer() fyne.CanvasObject {
	return container.New(&spacer{})
}

// Gap returns an empty object of a fixed size.
func Gap(width, height float32) fyne.CanvasObject {
	return container.New(&fixed{width, height})
}

type spacer struct{}

func (*spacer) Layout([]fyne.CanvasObject, fyne.Size) {}
func (*spacer) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func isSpacer(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(*spacer)
	return ok
}

func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

// heightAt sizes an object to a width and asks what height it then needs.
func heightAt(o fyne.CanvasObject, width float32) float32 {
	h := o.MinSize().Height
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, h))
		h = o.MinSize().Height
	}
	return h
}

type vbox struct {
	gap  float32
	grow int
}

func (v *vbox) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, o := range shown(objects) {
		m := o.MinSize()
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
		if i > 0 {
			size.Height += v.gap
		}
	}
	return size
}

func (v *vbox) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list := shown(objects)
	heights := make([]float32, len(list))
	used := v.gap * float32(max(len(list)-1, 0))
	for i, o := range list {
		heights[i] = heightAt(o, size.Width)
		used += heights[i]
	}
	if v.grow >= 0 && v.grow < len(objects) {
		for i, o := range list {
			if o == objects[v.grow] {
				heights[i] = max(heights[i]+size.Height-used, 0)
			}
		}
	}
	y := float32(0)
	for i, o := range list {
		place(o, 0, y, size.Width, heights[i])
		y += heights[i] + v.gap
	}
}

type hbox struct{ gap float32 }

func (h *hbox) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, o := range shown(objects) {
		m := o.MinSize()
		size.Height = max(size.Height, m.Height)
		size.Width += m.Width
		if i > 0 {
			size.Width += h.gap
		}
	}
	return size
}

// natural lets a shortened label take its whole width where there is room.
type natural interface{ NaturalWidth() float32 }

// naturalWidth is the width that shows an object whole.
func naturalWidth(o fyne.CanvasObject) float32 {
	if n, ok := o.(natural); ok {
		return n.NaturalWidth()
	}
	w := o.MinSize().Width
	c, ok := o.(*fyne.Container)
	if !ok {
		return w
	}
	switch l := c.Layout.(type) {
	case *vbox:
		for _, child := range shown(c.Objects) {
			w = max(w, naturalWidth(child))
		}
	case *hbox:
		sum := -l.gap
		for _, child := range shown(c.Objects) {
			sum += naturalWidth(child) + l.gap
		}
		w = max(w, sum)
	case *pad:
		for _, child := range shown(c.Objects) {
			w = max(w, naturalWidth(child)+l.left+l.right)
		}
	}
	return w
}

func (h *hbox) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	list := shown(objects)
	widths := make([]float32, len(list))
	spare := size.Width - h.gap*float32(max(len(list)-1, 0))
	spacers := 0
	for i, o := range list {
		widths[i] = o.MinSize().Width
		spare -= widths[i]
		if isSpacer(o) {
			spacers++
		}
	}
	for i, o := range list {
		if spare > 0 && !isSpacer(o) {
			more := min(max(naturalWidth(o)-widths[i], 0), spare)
			widths[i] += more
			spare -= more
		}
	}
	x := float32(0)
	for i, o := range list {
		if isSpacer(o) {
			widths[i] = max(spare, 0) / float32(spacers)
		}
		m := min(o.MinSize().Height, size.Height)
		y := float32(int((size.Height - m) / 2))
		place(o, x, y, widths[i], m)
		x += widths[i] + h.gap
	}
}

type cols struct {
	gap     float32
	weights []float32
}

func (c *cols) weight(i int) float32 {
	if i < len(c.weights) {
		return c.weights[i]
	}
	return 1
}

func (c *cols) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, o := range shown(objects) {
		m := o.MinSize()
		size.Height = max(size.Height, m.Height)
		size.Width += m.Width
		if i > 0 {
			size.Width += c.gap
		}
	}
	return size
}

func (c *cols) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	total, n := float32(0), 0
	for i, o := range objects {
		if o.Visible() {
			total += c.weight(i)
			n++
		}
	}
	if n == 0 || total == 0 {
		return
	}
	room := size.Width - c.gap*float32(n-1)
	x := float32(0)
	left := n
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		w := float32(int(room * c.weight(i) / total))
		if left--; left == 0 {
			w = size.Width - x
		}
		place(o, x, 0, w, size.Height)
		x += w + c.gap
	}
}

type pad struct{ top, right, bottom, left float32 }

func (p *pad) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range shown(objects) {
		m = m.Max(o.MinSize())
	}
	return m.AddWidthHeight(p.left+p.right, p.top+p.bottom)
}

func (p *pad) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, p.left, p.top, size.Width-p.left-p.right, size.Height-p.top-p.bottom)
	}
}

type fixed struct{ width, height float32 }

func (f *fixed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range shown(objects) {
		m = m.Max(o.MinSize())
	}
	if f.width > 0 {
		m.Width = f.width
	}
	if f.height > 0 {
		m.Height = f.height
	}
	return m
}

func (f *fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, 0, 0, size.Width, size.Height)
	}
}

type bounded struct{ width, height float32 }

func (b *bounded) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(b.width, b.height)
}

func (b *bounded) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, 0, 0, size.Width, size.Height)
	}
}
