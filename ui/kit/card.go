package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Card is a white panel with a hairline and a faint shadow. What does not fit
// in it is cut, never drawn over its neighbours.
type Card struct {
	widget.BaseWidget
	title  *Label
	action fyne.CanvasObject
	body   fyne.CanvasObject
	clip   *clip
	room   float32
	flush  bool // the body touches the edges, for a grid
}

// NewCard returns a panel; an empty title leaves the whole room to the body.
func NewCard(title string, body fyne.CanvasObject) *Card {
	c := &Card{body: body, room: theme.PadCard, clip: newClip(body)}
	if title != "" {
		c.title = Sub(title)
	}
	c.ExtendBaseWidget(c)
	return c
}

// Action puts an object at the right of the title.
func (c *Card) Action(object fyne.CanvasObject) *Card {
	c.action = object
	return c
}

// Flush lets the body touch the edges.
func (c *Card) Flush() *Card {
	c.flush = true
	return c
}

// Room changes the padding inside the card.
func (c *Card) Room(room float32) *Card {
	c.room = room
	return c
}

// SetTitle changes the title of a card made with one.
func (c *Card) SetTitle(title string) {
	if c.title != nil {
		c.title.SetText(title)
	}
}

// SetBody replaces the content.
func (c *Card) SetBody(body fyne.CanvasObject) {
	c.body = body
	c.clip.content = body
	c.clip.Refresh()
	c.Refresh()
}

const titleLine float32 = 22

func (c *Card) headHeight() float32 {
	if c.title == nil && c.action == nil {
		return 0
	}
	extra := float32(0) // an action higher than the title
	if c.action != nil {
		extra = max(c.action.MinSize().Height-titleLine, 0) / 2
	}
	if c.flush {
		return titleLine + c.room + max(extra, 10)
	}
	return titleLine + max(extra, 8)
}

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusCard)
	p := &painted{owner: c, objects: back.objects()}
	if c.title != nil {
		p.objects = append(p.objects, c.title)
	}
	if c.action != nil {
		p.objects = append(p.objects, c.action)
	}
	p.objects = append(p.objects, c.clip)
	p.min = func() fyne.Size {
		m := c.body.MinSize()
		head := c.headHeight()
		if c.action != nil {
			m.Width = max(m.Width, c.action.MinSize().Width+60)
		}
		if c.flush {
			return fyne.NewSize(m.Width+2, m.Height+head+2)
		}
		return fyne.NewSize(m.Width+2*c.room, m.Height+head+2*c.room)
	}
	p.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		head := c.headHeight()
		aw := float32(0)
		if c.action != nil {
			m := c.action.MinSize()
			aw = m.Width + 12
			place(c.action, size.Width-c.room-m.Width, c.room+(titleLine-m.Height)/2, m.Width, m.Height)
		}
		if c.title != nil {
			place(c.title, c.room, c.room, size.Width-2*c.room-aw, titleLine)
		}
		if c.flush {
			place(c.clip, 1, head, size.Width-2, size.Height-head-1)
			return
		}
		place(c.clip, c.room, c.room+head, size.Width-2*c.room, size.Height-head-2*c.room)
	}
	p.paint = func() {
		back.paint(theme.Surface, theme.Hairline, 1)
		back.shadow(theme.CardShadow, 4, 1)
	}
	p.paint()
	return p
}

func (c *Card) children() []fyne.CanvasObject {
	return shown(notNil(c.action, c.body))
}

func notNil(objects ...fyne.CanvasObject) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, o := range objects {
		if o != nil {
			out = append(out, o)
		}
	}
	return out
}

// Separator is a hairline over the full width.
func Separator() fyne.CanvasObject {
	return newHair()
}

type hair struct{ widget.BaseWidget }

func newHair() *hair {
	h := &hair{}
	h.ExtendBaseWidget(h)
	return h
}

func (h *hair) CreateRenderer() fyne.WidgetRenderer {
	line := canvas.NewRectangle(theme.Color(theme.Hairline))
	p := &painted{owner: h, objects: []fyne.CanvasObject{line}}
	p.min = func() fyne.Size { return fyne.NewSize(1, 1) }
	p.layout = func(size fyne.Size) { place(line, 0, 0, size.Width, 1) }
	p.paint = func() { fill(line, theme.Hairline) }
	return p
}
