package kit

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// toastsMax bounds the messages shown at once; the oldest leaves first. One that only informs gives its
// place to the next.
const toastsMax = 3

// Where messages stand: in the top bar, right of the search box and left of the buttons.
const (
	toastTop      float32 = 8
	toastMiddle   float32 = 200 // right of the middle of the window
	toastWidthMax float32 = 470
)

// toastTime is how long a message stays; errors stay twice as long.
const toastTime = 4 * time.Second

// Toast shows a short message at the top of the window that holds the object,
// beside the search box, where nothing is pressed. The window must have a Host as
// its root. Call it from the UI goroutine.
func Toast(o fyne.CanvasObject, tone Tone, text string) {
	ToastAction(o, tone, text, "", nil)
}

// ToastAction is Toast with one thing to do about it, such as undoing.
func ToastAction(o fyne.CanvasObject, tone Tone, text, action string, run func()) {
	r := routerOf(canvasOf(o))
	if r.host != nil {
		r.host.toasts.add(tone, text, action, run)
	}
}

type toastHost struct {
	widget.BaseWidget
	cards []*toastCard
}

func newToastHost() *toastHost {
	h := &toastHost{}
	h.ExtendBaseWidget(h)
	return h
}

func (h *toastHost) add(tone Tone, text, action string, run func()) {
	card := newToastCard(tone, text, action, run)
	card.close = func() { h.remove(card) }
	h.cards = append(slices.DeleteFunc(h.cards, (*toastCard).passing), card)
	if len(h.cards) > toastsMax {
		h.cards = h.cards[1:]
	}
	h.Refresh()
	stay := toastTime
	if tone == Error || action != "" {
		stay *= 2
	}
	After(stay, func() { h.remove(card) })
}

func (h *toastHost) remove(card *toastCard) {
	for i, c := range h.cards {
		if c == card {
			h.cards = append(h.cards[:i:i], h.cards[i+1:]...)
			h.Refresh()
			return
		}
	}
}

func (h *toastHost) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: h}
	p.min = func() fyne.Size { return fyne.Size{} }
	p.layout = func(size fyne.Size) {
		y := toastTop
		for _, c := range slices.Backward(h.cards) {
			w := min(c.width(), size.Width-40)
			c.Resize(fyne.NewSize(w, c.heightFor(w)))
			c.Move(fyne.NewPos(float32(int(min(toastMiddle+size.Width/2-w/2, size.Width-w-20))), y))
			y += c.Size().Height + 8
		}
	}
	p.paint = func() {
		p.objects = p.objects[:0]
		for _, c := range h.cards {
			p.objects = append(p.objects, c)
			c.Refresh()
		}
	}
	return p
}

type toastCard struct {
	widget.BaseWidget
	tone   Tone
	label  *Label
	action *Button
	quit   *IconButton
	close  func()
}

func newToastCard(tone Tone, text, action string, run func()) *toastCard {
	c := &toastCard{tone: tone, label: Paragraph(text)}
	c.quit = NewIconButton("x", "", func() { c.close() })
	if action != "" {
		c.action = NewButton(action, "", Link, func() {
			c.close()
			run()
		})
	}
	c.ExtendBaseWidget(c)
	return c
}

func (c *toastCard) actionWidth() float32 {
	if c.action == nil {
		return 0
	}
	return c.action.MinSize().Width + 10
}

func (c *toastCard) width() float32 {
	return min(c.label.NaturalWidth()+46+c.actionWidth()+40, toastWidthMax)
}

// passing tells whether a message only informs.
func (c *toastCard) passing() bool { return c.tone != Error && c.tone != Warn && c.action == nil }

func (c *toastCard) heightFor(w float32) float32 {
	return heightAt(c.label, w-46-40-c.actionWidth()) + 24
}

func (c *toastCard) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusCard)
	bar := canvas.NewRectangle(theme.Color(theme.Text))
	bar.TopLeftCornerRadius, bar.BottomLeftCornerRadius = theme.RadiusCard, theme.RadiusCard
	icon := newIcon(c.tone.icon(), c.tone.solid())
	objects := append(back.objects(), bar, icon, c.label, c.quit)
	if c.action != nil {
		objects = append(objects, c.action)
	}
	p := &painted{owner: c, objects: objects}
	p.min = func() fyne.Size { return fyne.NewSize(120, 44) }
	p.layout = func(size fyne.Size) {
		back.place(0, 0, size.Width, size.Height)
		place(bar, 0, 0, 4, size.Height)
		place(icon, 16, size.Height/2-9, 18, 18)
		lw := size.Width - 46 - 40 - c.actionWidth()
		h := c.label.MinSize().Height
		place(c.label, 46, (size.Height-h)/2+1, lw, h)
		if c.action != nil {
			place(c.action, size.Width-30-c.actionWidth(), size.Height/2-16, c.actionWidth()-10, 32)
		}
		place(c.quit, size.Width-36, size.Height/2-14, 28, 28)
	}
	p.paint = func() {
		back.paint(theme.Surface, theme.Hairline, 1)
		back.shadow(theme.PopShadow, 16, 4)
		fill(bar, c.tone.solid())
		setIcon(icon, c.tone.icon(), c.tone.solid())
	}
	p.paint()
	return p
}
