package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/theme"
)

// box is a rounded rectangle with a border that lies inside its bounds. The GL
// painter strokes inside; the software painter straddles the edge and blurs it,
// so there the border is a second, larger fill.
type box struct {
	edge, inner *canvas.Rectangle
	width       float32
	nested      bool
}

func newBox(radius float32) *box {
	_, gl := fyne.CurrentApp().Driver().(desktop.Driver)
	b := &box{edge: canvas.NewRectangle(color.Transparent), nested: !gl}
	b.edge.CornerRadius = radius
	if b.nested {
		b.inner = canvas.NewRectangle(color.Transparent)
		b.inner.CornerRadius = radius
	}
	return b
}

func (b *box) objects() []fyne.CanvasObject {
	if b.nested {
		return []fyne.CanvasObject{b.edge, b.inner}
	}
	return []fyne.CanvasObject{b.edge}
}

func (b *box) place(x, y, w, h float32) {
	place(b.edge, x, y, w, h)
	if b.nested {
		place(b.inner, x+b.width, y+b.width, w-2*b.width, h-2*b.width)
	}
}

func (b *box) radius(r float32) {
	b.edge.CornerRadius = r
	if b.nested {
		b.inner.CornerRadius = max(r-b.width, 0)
	}
}

// paint sets fill and border by name; an empty name means none. Call place
// afterwards when the border width may have changed.
func (b *box) paint(fillName, border fyne.ThemeColorName, width float32) {
	named := func(name fyne.ThemeColorName) color.Color {
		if name == "" {
			return color.Transparent
		}
		return theme.Color(name)
	}
	if border == "" {
		width = 0
	}
	b.width = width
	if !b.nested {
		b.edge.FillColor = named(fillName)
		b.edge.StrokeColor = named(border)
		b.edge.StrokeWidth = width
		b.edge.Refresh()
		return
	}
	b.edge.FillColor = named(border)
	b.inner.FillColor = named(fillName)
	b.inner.CornerRadius = max(b.edge.CornerRadius-width, 0)
	b.edge.Refresh()
	b.inner.Refresh()
}

func (b *box) shadow(name fyne.ThemeColorName, blur, drop float32) {
	b.edge.Shadow = canvas.Shadow{
		Color: theme.Color(name), BlurRadius: blur, Offset: fyne.NewPos(0, drop),
	}
}

func (b *box) show(visible bool) {
	for _, o := range b.objects() {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}
