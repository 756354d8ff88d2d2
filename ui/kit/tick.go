package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/theme"
)

// tick is a small square with a mark, for Check and for the rows of a Grid.
type tick struct {
	back *box
	mark *canvas.Image
	on   bool
}

const tickSize float32 = 15

func newTick() *tick {
	t := &tick{back: newBox(3), mark: newIcon("check", theme.OnPrimary)}
	return t
}

func (t *tick) objects() []fyne.CanvasObject {
	if t.on {
		return append(t.back.objects(), t.mark)
	}
	return t.back.objects()
}

func (t *tick) place(x, y float32, on bool) {
	t.on = on
	if on {
		t.back.paint(theme.Primary, "", 0)
	} else {
		t.back.paint(theme.Input, theme.Outline, 1)
	}
	x, y = float32(int(x)), float32(int(y))
	t.back.place(x, y, tickSize, tickSize)
	place(t.mark, x+2, y+2, tickSize-4, tickSize-4)
}
