package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// StepBar shows the steps of an assistant: those done, the current one, the rest.
type StepBar struct {
	widget.BaseWidget
	names   []string
	current int
}

// NewStepBar returns a bar at its first step.
func NewStepBar(names ...string) *StepBar {
	s := &StepBar{names: names}
	s.ExtendBaseWidget(s)
	return s
}

// SetCurrent moves to a step, from 0; a number past the last means all done.
func (s *StepBar) SetCurrent(step int) {
	s.current = step
	s.Refresh()
}

const stepDisc float32 = 24

type stepPart struct {
	disc   *box
	number *canvas.Text
	tick   *canvas.Image
	name   *canvas.Text
	line   *canvas.Rectangle
}

// CreateRenderer implements fyne.Widget.
func (s *StepBar) CreateRenderer() fyne.WidgetRenderer {
	var list []stepPart
	p := &clipped{painted{owner: s}}
	for i, name := range s.names {
		x := stepPart{
			newBox(stepDisc / 2), newText(itoa(i+1), theme.SizeCaption, Bold),
			newIcon("check", theme.OnPrimary), newText(name, theme.SizeText, Medium), canvas.NewRectangle(nil),
		}
		x.number.Alignment = fyne.TextAlignCenter
		list = append(list, x)
		p.objects = append(p.objects, x.line)
		p.objects = append(p.objects, x.disc.objects()...)
		p.objects = append(p.objects, x.number, x.tick, x.name)
	}
	p.min = func() fyne.Size { return fyne.NewSize(float32(len(list))*40, 28) }
	p.layout = func(size fyne.Size) { s.place(list, size.Width) }
	p.paint = func() {
		for i, part := range list {
			back, number, name := theme.NeutralSoft, theme.NeutralText, theme.Muted
			switch {
			case i < s.current:
				back = theme.Ok
			case i == s.current:
				back, number, name = theme.Primary, theme.OnPrimary, theme.Text
			}
			part.disc.paint(back, "", 0)
			part.number.Hidden = i < s.current
			part.tick.Hidden = i >= s.current
			tint(part.number, number)
			tint(part.name, name)
			fill(part.line, theme.Outline)
		}
	}
	p.paint()
	return p
}

// place shows every name while they fit, else only the current one.
func (s *StepBar) place(list []stepPart, room float32) {
	whole := func(i int) float32 {
		return stepDisc + 8 + measure(s.names[i], theme.SizeText, Medium).Width
	}
	full := float32(40 * (len(list) - 1))
	for i := range list {
		full += whole(i)
	}
	all := full <= room
	width := func(i int) float32 {
		if all || i == s.current {
			return whole(i)
		}
		return stepDisc
	}
	used := float32(0)
	for i := range list {
		used += width(i)
	}
	gap := min(max((room-used)/float32(max(len(list)-1, 1)), 16), 64)
	x := float32(0)
	for i, part := range list {
		part.disc.place(x, 2, stepDisc, stepDisc)
		placeText(part.number, x, 2, stepDisc, stepDisc+1)
		place(part.tick, x+6, 8, 12, 12)
		part.name.Hidden = !all && i != s.current
		placeText(part.name, x+stepDisc+8, 0, width(i)-stepDisc-8, 28)
		place(part.line, x+width(i)+8, 14, gap-16, 1)
		part.line.Hidden = i == len(list)-1
		x += width(i) + gap
	}
}

// StepTitle is a numbered heading inside a page: a disc and a name.
func StepTitle(number int, text string, current bool) fyne.CanvasObject {
	s := &stepTitle{number: number, text: text, current: current}
	s.ExtendBaseWidget(s)
	return s
}

type stepTitle struct {
	widget.BaseWidget
	number  int
	text    string
	current bool
}

func (s *stepTitle) CreateRenderer() fyne.WidgetRenderer {
	disc := newBox(11)
	number := newText(itoa(s.number), theme.SizeCaption, Bold)
	number.Alignment = fyne.TextAlignCenter
	text := newText(s.text, theme.SizeText, Medium)
	p := &painted{owner: s, objects: append(disc.objects(), number, text)}
	p.min = func() fyne.Size {
		return fyne.NewSize(30+measure(s.text, theme.SizeText, Medium).Width, 24)
	}
	p.layout = func(size fyne.Size) {
		disc.place(0, 1, 22, 22)
		placeText(number, 0, 1, 22, 23)
		placeText(text, 30, 0, size.Width-30, 24)
	}
	p.paint = func() {
		if s.current {
			disc.paint(theme.Primary, "", 0)
			tint(number, theme.OnPrimary)
			tint(text, theme.Text)
			return
		}
		disc.paint(theme.NeutralSoft, "", 0)
		tint(number, theme.NeutralText)
		tint(text, theme.Muted)
	}
	p.paint()
	return p
}
