package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Banner says something lasting over the full width, without stopping the
// work: a lost connection, a period about to close.
type Banner struct {
	widget.BaseWidget
	tone    Tone
	icon    string
	strong  string
	text    string
	actions *fyne.Container
	boxed   bool
}

// NewBanner returns a banner for the top of the window.
func NewBanner(tone Tone, strong, text string, actions ...fyne.CanvasObject) *Banner {
	b := &Banner{tone: tone, strong: strong, text: text, icon: tone.icon(), actions: HBox(4, actions...)}
	b.ExtendBaseWidget(b)
	return b
}

// NewNotice returns a banner with rounded corners, for the inside of a page or a card.
func NewNotice(tone Tone, strong, text string, actions ...fyne.CanvasObject) *Banner {
	b := NewBanner(tone, strong, text, actions...)
	b.boxed = true
	return b
}

// Icon changes the icon.
func (b *Banner) Icon(name string) *Banner {
	b.icon = name
	return b
}

// Set changes what the banner says.
func (b *Banner) Set(tone Tone, strong, text string) {
	b.tone, b.strong, b.text = tone, strong, text
	b.icon = tone.icon()
	b.Refresh()
}

// SetText changes the second part, such as a countdown.
func (b *Banner) SetText(text string) {
	b.text = text
	b.Refresh()
}

// Text is what the banner says.
func (b *Banner) Text() string { return strings.TrimSpace(b.strong + " " + b.text) }

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	radius := float32(0)
	if b.boxed {
		radius = theme.RadiusPopup
	}
	back := newBox(radius)
	icon := newIcon(b.icon, b.tone.text())
	strong := newText("", theme.SizeText, Bold)
	text := NewLabel(b.text, Style{Wrap: true})
	edge := canvas.NewRectangle(theme.Color(theme.Hairline)) // between two of them
	edge.Hidden = b.boxed
	r := &clipped{painted{owner: b, objects: append(back.objects(), edge, icon, strong, text, b.actions)}}
	strongWidth := func() float32 {
		if b.strong == "" {
			return 0
		}
		return measure(b.strong, theme.SizeText, Bold).Width + 10
	}
	var width float32
	r.min = func() fyne.Size {
		// Never measured narrower than it will be: a passing small width must not
		// make the banner, and with it the window, grow.
		least := float32(480)
		if b.boxed {
			least = 300
		}
		room := max(width, least) - b.actions.MinSize().Width - 76
		line := text.lineHeight()
		lines := func(w float32) float32 {
			return line * float32(len(breakLines(b.text, max(w, 160), theme.SizeText, Regular)))
		}
		if strongWidth() > max(width, least)/2 {
			return fyne.NewSize(240, lines(room)+38)
		}
		h := max(b.actions.MinSize().Height, lines(room-strongWidth())) + 12
		return fyne.NewSize(240, max(h, 40))
	}
	r.layout = func(size fyne.Size) {
		width = size.Width
		back.place(0, 0, size.Width, size.Height)
		place(edge, 0, size.Height-1, size.Width, 1)
		m := b.actions.MinSize()
		left, right := float32(46), size.Width-m.Width-18
		place(b.actions, right, (size.Height-m.Height)/2, m.Width, m.Height)
		sw := strongWidth()
		room := right - left - 12
		if sw > size.Width/2 { // a long heading gets a line of its own
			strong.Text = fit(b.strong, room, theme.SizeText, Bold)
			placeText(strong, left, 8, room, 18)
			place(text, left, 28, room, heightAt(text, room))
			place(icon, 18, 9, 17, 17)
			return
		}
		h := heightAt(text, room-sw)
		line := measure("Mg", theme.SizeText, Bold).Height + 2
		y := float32(int((size.Height - h) / 2))
		strong.Text = b.strong
		placeText(strong, left, y, sw, line)
		place(text, left+sw, y, room-sw, h)
		place(icon, 18, y+(line-17)/2-1, 17, 17)
	}
	r.paint = func() {
		back.paint(b.tone.soft(), "", 0)
		fill(edge, theme.Hairline)
		setIcon(icon, b.icon, b.tone.text())
		tint(strong, b.tone.text())
		text.style.Color = b.tone.text()
		text.text = b.text
		text.Refresh()
		b.actions.Refresh()
	}
	r.paint()
	return r
}

func (b *Banner) children() []fyne.CanvasObject { return []fyne.CanvasObject{b.actions} }

// IconTile is an icon on a soft square, before a line of a list.
func IconTile(icon string, tone Tone) fyne.CanvasObject {
	return newTile(icon, tone)
}

type tile struct {
	widget.BaseWidget
	icon string
	tone Tone
}

func newTile(icon string, tone Tone) *tile {
	t := &tile{icon: icon, tone: tone}
	t.ExtendBaseWidget(t)
	return t
}

func (t *tile) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusPopup)
	var icon *canvas.Image = newIcon(t.icon, t.tone.text())
	p := &painted{owner: t, objects: append(back.objects(), icon)}
	p.min = func() fyne.Size { return fyne.NewSquareSize(30) }
	p.layout = func(size fyne.Size) {
		x, y := float32(int((size.Width-30)/2)), float32(int((size.Height-30)/2))
		back.place(x, y, 30, 30)
		place(icon, x+7, y+7, 16, 16)
	}
	p.paint = func() {
		back.paint(t.tone.soft(), "", 0)
		setIcon(icon, t.icon, t.tone.text())
	}
	p.paint()
	return p
}
