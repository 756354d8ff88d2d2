package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Tab is one sheet of a Tabs. Its content is made when it is first shown.
type Tab struct {
	Key   string
	Text  string
	Count string // shown after the text
	Make  func() fyne.CanvasObject
}

// Tabs shows one of several contents under a row of names, reached by Tab and
// the arrows.
type Tabs struct {
	widget.BaseWidget
	OnChanged func(key string)

	tabs   []Tab
	choice *Choice
	made   map[string]fyne.CanvasObject
	still  bool // see Still
}

// NewTabs returns tabs with the first one shown.
func NewTabs(tabs ...Tab) *Tabs {
	t := &Tabs{tabs: tabs, made: map[string]fyne.CanvasObject{}}
	var options []Option
	for _, tab := range tabs {
		options = append(options, Option{Key: tab.Key, Text: tab.Text, Detail: tab.Count})
	}
	t.choice = newChoice(asTab, options, func(key string) {
		t.Refresh()
		if t.OnChanged != nil {
			t.OnChanged(key)
		}
	})
	t.ExtendBaseWidget(t)
	return t
}

// Key returns the key of the tab shown.
func (t *Tabs) Key() string { return t.choice.key }

// SetKey shows a tab without calling OnChanged.
func (t *Tabs) SetKey(key string) {
	t.choice.SetKey(key)
	t.Refresh()
}

// SetCount changes the count after a tab's text.
func (t *Tabs) SetCount(key, count string) {
	for i := range t.choice.options {
		if t.choice.options[i].Key == key {
			t.choice.options[i].Detail = count
		}
	}
	t.choice.Refresh()
}

func (t *Tabs) current() fyne.CanvasObject {
	key := t.choice.key
	if o, ok := t.made[key]; ok {
		return o
	}
	for _, tab := range t.tabs {
		if tab.Key == key {
			t.made[key] = tab.Make()
			if t.still {
				Still(t.made[key])
			}
			return t.made[key]
		}
	}
	return nil
}

const tabHeight float32 = 36

// CreateRenderer implements fyne.Widget.
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer {
	r := &clipped{painted{owner: t}}
	r.min = func() fyne.Size { return fyne.NewSize(240, tabHeight+80) }
	r.layout = func(size fyne.Size) {
		place(t.choice, 0, 0, size.Width, tabHeight)
		if c := t.current(); c != nil {
			place(c, 0, tabHeight+12, size.Width, size.Height-tabHeight-12)
		}
	}
	r.paint = func() {
		r.objects = append(r.objects[:0], t.choice)
		t.choice.Refresh()
		if c := t.current(); c != nil {
			r.objects = append(r.objects, c)
			c.Refresh()
		}
	}
	r.objects = notNil(t.choice, t.current())
	return r
}

func (t *Tabs) children() []fyne.CanvasObject { return notNil(t.choice, t.current()) }

func (p *choicePart) tabRenderer() fyne.WidgetRenderer {
	text := newText("", theme.SizeText, Medium)
	count := newText("", theme.SizeCaption, Medium)
	pill := newBox(9)
	under := canvas.NewRectangle(theme.Color(theme.Primary))
	under.TopLeftCornerRadius, under.TopRightCornerRadius = 2, 2
	ring := newRing(4)
	r := &painted{owner: p}
	r.objects = append([]fyne.CanvasObject{ring, text}, pill.objects()...)
	r.objects = append(r.objects, count, under)
	countWidth := func() float32 {
		if d := p.option().Detail; d != "" {
			return measure(d, theme.SizeCaption, Medium).Width + 12
		}
		return 0
	}
	r.min = func() fyne.Size {
		w := measure(p.option().Text, theme.SizeText, Medium).Width
		if cw := countWidth(); cw > 0 {
			w += 6 + cw
		}
		return fyne.NewSize(float32(int(w+1)), tabHeight)
	}
	r.layout = func(size fyne.Size) {
		place(ring, -7, 5, size.Width+14, size.Height-12)
		placeText(text, 0, 0, size.Width, size.Height-2)
		cw := countWidth()
		pill.place(size.Width-cw, float32(int(size.Height/2))-10, cw, 18)
		placeText(count, size.Width-cw, size.Height/2-10, cw, 18)
		place(under, 0, size.Height-3, size.Width, 3)
	}
	r.paint = func() {
		o := p.option()
		text.Text, count.Text = o.Text, o.Detail
		count.Alignment = fyne.TextAlignCenter
		color := theme.Muted
		if p.on() {
			color = theme.PrimaryText
		} else if p.hovered {
			color = theme.Text
		}
		tint(text, color)
		tint(count, theme.Muted)
		pill.paint(theme.NeutralSoft, "", 0)
		pill.show(o.Detail != "")
		fill(under, theme.Primary)
		under.Hidden = !p.on()
		ring.Hidden = !p.focused
		ring.StrokeColor = theme.Color(theme.Primary)
	}
	r.paint()
	return r
}
