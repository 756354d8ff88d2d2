package start

import (
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// refusal is a red line for what is wrong with the whole form; it takes no room while empty.
func refusal() *kit.Label {
	l := kit.NewLabel("", kit.Style{Color: theme.ErrorText, Wrap: true})
	l.Hide()
	return l
}

// refuse says what is wrong, in view: a form that is higher than the window ends below it.
func refuse(l *kit.Label, text string) {
	l.SetText(text)
	if text == "" {
		l.Hide()
		return
	}
	l.Show()
	kit.Reveal(l)
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
