package start

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// row shows an icon, a text that takes the room, and something at the right.
func row(gap float32, left, text, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&fillRow{gap}, left, text, right)
}

type fillRow struct{ gap float32 }

func (l *fillRow) widths(o []fyne.CanvasObject, width float32) (left, text, right float32) {
	left, right = o[0].MinSize().Width, o[2].MinSize().Width
	return left, max(width-left-right-2*l.gap, 40), right
}

// MinSize implements fyne.Layout. The text's height follows the width it has.
func (l *fillRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, x := range o {
		h = max(h, x.MinSize().Height)
	}
	return fyne.NewSize(o[0].MinSize().Width+o[2].MinSize().Width+2*l.gap+80, h)
}

// Layout implements fyne.Layout.
func (l *fillRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left, text, right := l.widths(o, size.Width)
	at := func(x fyne.CanvasObject, left, width float32) {
		h := x.MinSize().Height
		if x.Size().Width != width {
			x.Resize(fyne.NewSize(width, h))
			h = x.MinSize().Height
		}
		x.Resize(fyne.NewSize(width, h))
		x.Move(fyne.NewPos(left, float32(int((size.Height-h)/2))))
	}
	at(o[0], 0, left)
	at(o[1], left+l.gap, text)
	at(o[2], size.Width-right, right)
}

// refusal is a red line for what is wrong with the whole form; it takes no room while empty.
func refusal() *kit.Label {
	l := kit.NewLabel("", kit.Style{Color: theme.ErrorText, Wrap: true})
	l.Hide()
	return l
}

func refuse(l *kit.Label, text string) {
	l.SetText(text)
	if text == "" {
		l.Hide()
	} else {
		l.Show()
	}
}

// busy switches a button off while its work runs.
func busy(b *kit.Button, on bool) {
	if on {
		b.Disable()
	} else {
		b.Enable()
	}
}

// chain makes Enter go from each box to the next.
func (f *Flow) chain(boxes ...*kit.LineEdit) {
	for i, b := range boxes[:len(boxes)-1] {
		b.OnSubmitted = func(string) { f.focus(boxes[i+1]) }
	}
}
