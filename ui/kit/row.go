package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Row shows what is at its left in its own width, a text that takes the room and wraps in it, and what is
// at its right; each in the middle of the height.
func Row(gap float32, left, text, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&row{gap: gap}, left, text, right)
}

// Step is Row with what is at its left, such as a number, beside the first line of the text.
func Step(gap float32, left, text, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&row{gap: gap, first: true}, left, text, right)
}

type row struct {
	gap   float32
	first bool // the left stands beside the first line
}

// rowTextLeast is the least width of the text.
const rowTextLeast = 80

// MinSize implements fyne.Layout. The text's height follows the width it has.
func (r *row) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, x := range o {
		h = max(h, x.MinSize().Height)
	}
	return fyne.NewSize(o[0].MinSize().Width+o[2].MinSize().Width+2*r.gap+rowTextLeast, h)
}

// Layout implements fyne.Layout.
func (r *row) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left, right := o[0].MinSize().Width, o[2].MinSize().Width
	at := func(x fyne.CanvasObject, from, width float32) {
		h := heightAt(x, width)
		place(x, from, float32(int((size.Height-h)/2)), width, h)
	}
	at(o[0], 0, left)
	at(o[1], left+r.gap, max(size.Width-left-right-2*r.gap, rowTextLeast/2))
	if r.first {
		o[0].Move(fyne.NewPos(0, o[1].Position().Y))
	}
	at(o[2], size.Width-right, right)
}
