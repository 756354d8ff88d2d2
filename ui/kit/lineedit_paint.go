package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"zafe/ui/theme"
)

const (
	editPad     float32 = 9
	barePad     float32 = 8
	caretWidth  float32 = 1.5
	editMinimum float32 = 48
)

// textArea is where the characters may be drawn, from the left edge.
func (e *LineEdit) textArea() (x, width float32) {
	left, right := editPad, editPad
	if e.Bare {
		left, right = barePad, barePad
	}
	if e.Icon != "" {
		left += theme.IconSize + 7
	}
	if e.Suffix != "" {
		right += measure(e.Suffix, theme.SizeText, Regular).Width + 5
	}
	return left, max(e.Size().Width-left-right, 0)
}

// textLeft is where the first character starts, the scroll included.
func (e *LineEdit) textLeft() float32 {
	x, width := e.textArea()
	total := e.widthTo(len(e.runes))
	if e.Align == fyne.TextAlignTrailing && total <= width {
		return x + width - total
	}
	return x - e.scroll
}

// keepCaretVisible scrolls the text so that the caret is inside the field.
func (e *LineEdit) keepCaretVisible() {
	_, width := e.textArea()
	total := e.widthTo(len(e.runes))
	if total <= width || width <= 0 {
		e.scroll = 0
		return
	}
	at := e.widthTo(e.caret)
	if !e.focused {
		at = 0
	}
	if at-e.scroll > width-2 {
		e.scroll = at - width + 2
	}
	if at < e.scroll {
		e.scroll = at
	}
	e.scroll = min(e.scroll, total-width+2)
}

// settings is what the caller may change by setting a field.
func (e *LineEdit) settings() editSettings {
	return editSettings{e.Placeholder, e.Icon, e.Suffix, e.Align, e.Weight, e.Password, e.ReadOnly, e.Bare}
}

type editSettings struct {
	placeholder, icon, suffix string
	align                     fyne.TextAlign
	weight                    Weight
	password, readOnly, bare  bool
}

// CreateRenderer implements fyne.Widget.
func (e *LineEdit) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusControl)
	icon := newIcon("", theme.Faint)
	suffix := newText("", theme.SizeText, Regular)
	text := newText("", theme.SizeText, e.Weight)
	marked := canvas.NewRectangle(theme.Color(theme.Selection))
	caret := canvas.NewRectangle(theme.Color(theme.Primary))
	inside := newClip(container.NewWithoutLayout(marked, text, caret))
	p := &painted{owner: e}
	p.objects = append(back.objects(), icon, inside, suffix)
	p.min = func() fyne.Size {
		h := theme.InputHeight
		if e.Bare {
			h = 20
		}
		return fyne.NewSize(editMinimum, h)
	}
	p.layout = func(size fyne.Size) {
		if now := e.settings(); now != e.drawn {
			p.paint() // a public field was set since
		}
		back.place(0, 0, size.Width, size.Height)
		e.keepCaretVisible()
		x, width := e.textArea()
		place(icon, editPad, float32(int((size.Height-theme.IconSize)/2)), theme.IconSize, theme.IconSize)
		sw := measure(e.Suffix, theme.SizeText, Regular).Width
		placeText(suffix, size.Width-editPad-sw, 0, sw, size.Height)
		place(inside, x-1, 0, width+3, size.Height)
		left := e.textLeft() - x + 1
		h := measure("Mg", theme.SizeText, e.Weight).Height
		top := float32(int((size.Height-h)/2)) - 1
		if len(e.runes) == 0 && e.Align == fyne.TextAlignTrailing {
			placeText(text, 0, 0, width, size.Height)
		} else {
			placeText(text, left, 0, max(e.widthTo(len(e.runes)), width), size.Height)
		}
		from, to := e.selection()
		place(marked, left+e.widthTo(from), top, e.widthTo(to)-e.widthTo(from), h)
		cx := left + e.widthTo(e.caret) - 0.5
		place(caret, float32(int(cx)), top, caretWidth, h)
	}
	p.paint = func() {
		e.drawn = e.settings()
		e.paintParts(back, icon, suffix, text, marked, caret)
	}
	p.paint()
	return p
}

func (e *LineEdit) paintParts(back *box, icon *canvas.Image, suffix, text *canvas.Text,
	marked, caret *canvas.Rectangle,
) {
	fillName, border, width := theme.Input, theme.Outline, float32(1)
	switch {
	case e.Disabled():
		fillName, border = theme.SurfaceAlt, theme.Hairline
	case e.ReadOnly:
		fillName = theme.SurfaceAlt
	case e.hovered && !e.focused:
		border = theme.Faint
	}
	if e.invalid {
		border = theme.Error
	}
	if e.focused {
		width = 2
		if !e.invalid {
			border = theme.Primary
		}
	}
	if e.Bare {
		fillName, border = "", ""
	}
	back.paint(fillName, border, width)
	setIcon(icon, e.Icon, theme.Faint)
	suffix.Text = e.Suffix
	tint(suffix, theme.Muted)
	text.Alignment = fyne.TextAlignLeading
	if len(e.runes) == 0 {
		text.Text = e.Placeholder
		text.Alignment = e.Align
		weigh(text, Regular)
		tint(text, theme.Faint)
	} else {
		text.Text = e.shown(0, len(e.runes))
		weigh(text, e.Weight)
		if e.Disabled() || e.ReadOnly {
			tint(text, theme.Muted)
		} else {
			tint(text, theme.Text)
		}
	}
	fill(marked, theme.Selection)
	marked.Hidden = !e.focused || e.caret == e.anchor
	fill(caret, theme.Primary)
	caret.Hidden = !e.focused || !e.caretOn || e.locked()
}
