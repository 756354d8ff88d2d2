package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Field is a control with its label above and a line below, for a hint or for
// what is wrong.
type Field struct {
	widget.BaseWidget
	label    string
	control  fyne.CanvasObject
	hint     string
	fault    string
	required bool
}

// NewField returns a labelled control. What is wrong with it is forgotten as soon as it is edited.
func NewField(label string, control fyne.CanvasObject) *Field {
	f := &Field{label: label, control: control}
	f.ExtendBaseWidget(f)
	watch(control, func() { f.SetError("") })
	return f
}

// watch tells of every change that the person makes in a control, or in those it is made of.
func watch(o fyne.CanvasObject, edited func()) {
	switch o := o.(type) {
	case *LineEdit:
		o.edited = edited
	case *TextArea:
		o.edited = edited
	case *Select:
		o.edited = edited
	case *CodeInput:
		o.edited = edited
	default:
		for _, child := range childrenOf(o) {
			watch(child, edited)
		}
	}
}

// Required marks the field as one that must be filled.
func (f *Field) Required() *Field {
	f.required = true
	return f
}

// Hint sets the line below, in grey.
func (f *Field) Hint(text string) *Field {
	f.hint = text
	f.Refresh()
	return f
}

// Label is what stands above the control.
func (f *Field) Label() string { return f.label }

// SetLabel changes the label.
func (f *Field) SetLabel(label string) {
	f.label = label
	f.Refresh()
}

// SetError says what is wrong, in red in the place of the hint; "" clears it. A dialog
// takes the height that the line needs, and what is wrong first is scrolled into view.
func (f *Field) SetError(text string) {
	if f.fault == text {
		return
	}
	f.fault = text
	if c, ok := f.control.(interface{ SetInvalid(bool) }); ok {
		c.SetInvalid(text != "")
	}
	f.Refresh()
	settle(f)
}

// Refusal is what is wrong, "" when nothing is.
func (f *Field) Refusal() string { return f.fault }

// Control returns the labelled control.
func (f *Field) Control() fyne.CanvasObject { return f.control }

func (f *Field) note() string {
	if f.fault != "" {
		return f.fault
	}
	return f.hint
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	label := newText(f.label, 12, Medium)
	star := newText("*", 12, Bold)
	note := NewLabel("", Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true})
	p := &painted{owner: f, objects: []fyne.CanvasObject{label, star, f.control, note}}
	labelHeight := func() float32 {
		if f.label == "" {
			return 0
		}
		return 16 + theme.GapLabel
	}
	p.min = func() fyne.Size {
		m := f.control.MinSize()
		h := labelHeight() + m.Height
		if f.note() != "" {
			h += 3 + note.MinSize().Height
		}
		return fyne.NewSize(m.Width, h)
	}
	p.layout = func(size fyne.Size) {
		label.Text = fit(f.label, size.Width-8, 12, Medium)
		placeText(label, 0, 0, size.Width, 16)
		placeText(star, measure(label.Text, 12, Medium).Width+3, 0, 10, 16)
		rest := size.Height - labelHeight()
		if f.note() != "" {
			h := heightAt(note, size.Width)
			place(note, 0, size.Height-h, size.Width, h)
			rest -= h + 3
		}
		h := f.control.MinSize().Height
		if h <= theme.ControlHeight {
			rest = h // a line in a taller row stays a line
			if f.note() != "" {
				note.Move(fyne.NewPos(0, labelHeight()+h+3))
			}
		}
		place(f.control, 0, labelHeight(), size.Width, rest)
	}
	p.paint = func() {
		label.Text = f.label
		tint(label, theme.Muted)
		tint(star, theme.Error)
		star.Hidden = !f.required
		note.Hidden = f.note() == ""
		note.SetText(f.note())
		if f.fault != "" {
			note.SetColor(theme.Error)
		} else {
			note.SetColor(theme.Muted)
		}
	}
	p.paint()
	return p
}

func (f *Field) children() []fyne.CanvasObject { return []fyne.CanvasObject{f.control} }

// Line is an amount or a fact under a label on one line: the label at the left
// in grey, the value at the right.
func Line(label, value string) fyne.CanvasObject {
	return HBox(8, Muted(label), Spacer(), NewLabel(value, Style{}))
}

// TotalLine is a Line that stands out, for what there is to pay.
func TotalLine(label string, value *Label) fyne.CanvasObject {
	return HBox(8, NewLabel(label, Style{Size: theme.SizeSub, Weight: Bold}), Spacer(), value)
}
