package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// clip shows its content at its own size and hides what runs over the edge.
type clip struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

func newClip(content fyne.CanvasObject) *clip {
	c := &clip{content: content}
	c.ExtendBaseWidget(c)
	return c
}

func (c *clip) CreateRenderer() fyne.WidgetRenderer {
	r := &clipped{painted{owner: c, objects: []fyne.CanvasObject{c.content}}}
	r.min = func() fyne.Size { return fyne.NewSize(1, 1) }
	r.layout = func(size fyne.Size) { place(c.content, 0, 0, size.Width, size.Height) }
	r.paint = func() {
		r.objects[0] = c.content
		c.content.Refresh()
	}
	return r
}

func (c *clip) children() []fyne.CanvasObject { return []fyne.CanvasObject{c.content} }
