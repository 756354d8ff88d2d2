package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"zafe/ui/theme"
)

// areaView is what a TextArea is drawn with.
type areaView struct {
	t      *TextArea
	inside *fyne.Container
	texts  []*canvas.Text
	marks  []*canvas.Rectangle
	hint   *canvas.Text
	caret  *canvas.Rectangle
}

// CreateRenderer implements fyne.Widget.
func (t *TextArea) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusControl)
	v := &areaView{
		t: t, inside: container.NewWithoutLayout(), hint: newText("", theme.SizeText, Regular),
		caret: canvas.NewRectangle(theme.Color(theme.Primary)),
	}
	hole := newClip(v.inside)
	p := &painted{owner: t, objects: append(back.objects(), hole, t.bar)}
	t.flow()
	p.min = func() fyne.Size {
		return fyne.NewSize(120, float32(t.rows)*t.lineHeight()+2*areaPad)
	}
	p.layout = func(size fyne.Size) {
		t.flow()
		t.offset = max(min(t.offset, t.height()-t.view()), 0)
		back.place(0, 0, size.Width, size.Height)
		place(hole, editPad-2, 2, size.Width-2*editPad+4, size.Height-4)
		place(t.bar, size.Width-barWidth, 2, barWidth, size.Height-4)
		t.bar.set(float64(t.height()), float64(t.view()), float64(t.offset))
		v.draw()
	}
	p.paint = func() {
		fillName, border, width := theme.Input, theme.Outline, float32(1)
		switch {
		case t.Disabled():
			fillName, border = theme.SurfaceAlt, theme.Hairline
		case t.focused:
			border, width = theme.Primary, 2
		case t.ReadOnly:
			fillName = theme.SurfaceAlt
		case t.hovered:
			border = theme.Faint
		}
		if t.invalid {
			border = theme.Error
		}
		back.paint(fillName, border, width)
	}
	p.paint()
	return p
}

// draw puts the visible lines, the selection and the caret in the hole.
func (v *areaView) draw() {
	t := v.t
	h := t.lineHeight()
	first := max(int(t.offset/h), 0)
	last := min(int((t.offset+t.view()+areaPad)/h)+1, len(t.lines)-1)
	from, to := t.selection()
	v.inside.Objects = v.inside.Objects[:0]
	color := theme.Text
	if t.locked() {
		color = theme.Muted
	}
	var texts []fyne.CanvasObject
	for k, i := 0, first; i <= last; k, i = k+1, i+1 {
		if k == len(v.texts) {
			v.texts = append(v.texts, newText("", theme.SizeText, Regular))
			v.marks = append(v.marks, canvas.NewRectangle(nil))
		}
		l := t.lines[i]
		y := areaPad - 2 + float32(i)*h - t.offset
		if t.focused && from < to && from <= l.end && to > l.start {
			m := v.marks[k]
			m.FillColor = theme.Color(theme.Selection)
			x0, x1 := t.widthIn(l, from), t.widthIn(l, to)
			place(m, 2+x0, y, max(x1-x0, 4), h)
			v.inside.Objects = append(v.inside.Objects, m)
		}
		v.texts[k].Text = string(t.runes[l.start:l.end])
		v.texts[k].Color = theme.Color(color)
		placeText(v.texts[k], 2, y+1, t.Size().Width, h)
		texts = append(texts, v.texts[k])
	}
	if len(t.runes) == 0 {
		v.hint.Text = fit(t.Placeholder, t.Size().Width-2*editPad, theme.SizeText, Regular)
		v.hint.Color = theme.Color(theme.Faint)
		placeText(v.hint, 2, areaPad-1, t.Size().Width, h)
		texts = append(texts, v.hint)
	}
	v.inside.Objects = append(v.inside.Objects, texts...)
	if t.focused && t.caretOn && !t.locked() {
		i := t.lineOf(t.caret)
		v.caret.FillColor = theme.Color(theme.Primary)
		x := 2 + t.widthIn(t.lines[i], t.caret)
		place(v.caret, float32(int(x-0.5)), areaPad-2+float32(i)*h-t.offset, caretWidth, h)
		v.inside.Objects = append(v.inside.Objects, v.caret)
	}
}
