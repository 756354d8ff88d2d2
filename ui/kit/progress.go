package kit

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Progress is a long task: what it does, how far it is, a way to stop it.
type Progress struct {
	widget.BaseWidget
	label *Label
	right *Label
	share float64 // 0 to 1, negative when unknown
	stop  *IconButton
	phase float64
	clock *ticking
}

// NewProgress returns a task at its start; cancel nil means it cannot be stopped.
func NewProgress(text string, cancel func()) *Progress {
	p := &Progress{
		label: NewLabel(text, Style{Shrink: true}), share: -1, phase: 0.5,
		right: NewLabel("", Style{Size: theme.SizeCaption, Color: theme.Muted}),
	}
	if cancel != nil {
		p.stop = NewIconButton("x", words.Cancel, cancel)
	}
	p.clock = newTicking(100*time.Millisecond, func() {
		p.phase += 0.045
		p.Refresh()
	})
	p.ExtendBaseWidget(p)
	return p
}

// Set changes the text, the note at the right and how far the task is, from 0
// to 1; a negative share means that nobody knows.
func (p *Progress) Set(text, right string, share float64) {
	p.label.text, p.right.text = text, right
	p.share = min(share, 1)
	p.clock.run(share < 0)
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	track, bar := newBox(3), newBox(3)
	r := &clipped{painted{owner: p}}
	r.objects = append([]fyne.CanvasObject{p.label, p.right}, track.objects()...)
	r.objects = append(r.objects, bar.objects()...)
	if p.stop != nil {
		r.objects = append(r.objects, p.stop)
	}
	r.min = func() fyne.Size { return fyne.NewSize(160, 32) }
	r.layout = func(size fyne.Size) {
		w := size.Width
		if p.stop != nil {
			w -= 36
			place(p.stop, size.Width-30, 1, 30, 30)
		}
		rw := p.right.NaturalWidth()
		place(p.label, 0, 0, w-rw-10, 20)
		place(p.right, w-rw, 0, rw, 20)
		track.place(0, 24, w, 6)
		if p.share >= 0 {
			bar.place(0, 24, max(w*float32(p.share), 6), 6)
			return
		}
		part := w * 0.3
		at := float32(p.phase-float64(int(p.phase))) * (w + part)
		from, to := max(at-part, 0), min(at, w)
		bar.place(from, 24, max(to-from, 0), 6)
	}
	r.paint = func() {
		track.paint(theme.NeutralSoft, "", 0)
		bar.paint(theme.Primary, "", 0)
		bar.show(p.share != 0)
		p.label.Refresh()
		p.right.Refresh()
	}
	r.paint()
	return r
}

// Hide stops the movement as well.
func (p *Progress) Hide() {
	p.clock.run(false)
	p.BaseWidget.Hide()
}

// Spinner says that something is under way, for a short wait.
type Spinner struct {
	widget.BaseWidget
	clock *ticking
	step  int
}

// NewSpinner returns a turning wheel that stands still until Start.
func NewSpinner() *Spinner {
	s := &Spinner{}
	s.clock = newTicking(110*time.Millisecond, func() {
		s.step++
		s.Refresh()
	})
	s.ExtendBaseWidget(s)
	return s
}

// Start turns the wheel.
func (s *Spinner) Start() { s.clock.run(true) }

// Stop holds the wheel.
func (s *Spinner) Stop() { s.clock.run(false) }

// CreateRenderer implements fyne.Widget.
func (s *Spinner) CreateRenderer() fyne.WidgetRenderer {
	const n = 8
	var dots [n]*canvas.Circle
	p := &painted{owner: s}
	for i := range dots {
		dots[i] = canvas.NewCircle(theme.Color(theme.Primary))
		p.objects = append(p.objects, dots[i])
	}
	around := [n][2]float32{
		{0, -1},
		{0.7, -0.7},
		{1, 0},
		{0.7, 0.7},
		{0, 1},
		{-0.7, 0.7},
		{-1, 0},
		{-0.7, -0.7},
	}
	p.min = func() fyne.Size { return fyne.NewSquareSize(24) }
	p.layout = func(size fyne.Size) {
		for i, d := range dots {
			x := size.Width/2 + around[i][0]*8 - 2
			y := size.Height/2 + around[i][1]*8 - 2
			place(d, x, y, 4, 4)
		}
	}
	p.paint = func() {
		for i, d := range dots {
			name := theme.Track
			if (i-s.step%n+n)%n >= n-3 || i == s.step%n {
				name = theme.Primary
			}
			d.FillColor = theme.Color(name)
		}
	}
	p.paint()
	return p
}

// ticking calls an act on the UI goroutine at intervals while it runs.
type ticking struct {
	every time.Duration
	act   func()
	turn  int
	on    bool
}

func newTicking(every time.Duration, act func()) *ticking {
	return &ticking{every: every, act: act}
}

func (t *ticking) run(on bool) {
	if t.on == on {
		return
	}
	t.on = on
	t.turn++
	if on {
		t.next(t.turn)
	}
}

func (t *ticking) next(turn int) {
	After(t.every, func() {
		if t.turn == turn && t.on {
			t.act()
			t.next(turn)
		}
	})
}

// NewEmpty says that there is nothing yet and what to do about it. It is the
// SetEmpty of a Grid, or the body of a page.
func NewEmpty(icon, title, text string, action *Button) fyne.CanvasObject {
	e := &emptyState{icon: icon, title: title, text: text, action: action}
	e.ExtendBaseWidget(e)
	return e
}

type emptyState struct {
	widget.BaseWidget
	icon, title, text string
	action            *Button
}

func (e *emptyState) CreateRenderer() fyne.WidgetRenderer {
	disc := newBox(32)
	icon := newIcon(e.icon, theme.PrimaryText)
	title := NewLabel(e.title, Style{Size: theme.SizeSub, Weight: Bold, Align: fyne.TextAlignCenter})
	text := NewLabel(e.text, Style{Color: theme.Muted, Align: fyne.TextAlignCenter, Wrap: true})
	p := &painted{owner: e, objects: append(disc.objects(), icon, title, text)}
	if e.action != nil {
		p.objects = append(p.objects, e.action)
	}
	const width = 380
	textHeight := func() float32 {
		return text.lineHeight() * float32(len(breakLines(e.text, width, theme.SizeText, Regular)))
	}
	p.min = func() fyne.Size {
		h := 64 + 14 + 24 + 6 + textHeight()
		if e.action != nil {
			h += 18 + theme.ControlHeight
		}
		return fyne.NewSize(width, h)
	}
	const picture = 78 // what the drawing takes above the title
	p.layout = func(size fyne.Size) {
		mid := float32(int(size.Width / 2))
		y := max((size.Height-p.min().Height)/2, 0)
		tight := size.Height < p.min().Height // the words count more than the drawing
		disc.show(!tight)
		icon.Hidden = tight
		w, high := min(size.Width, width), textHeight()
		if tight { // the text says all that the title does
			w = size.Width - 2*theme.GapField
			high = text.lineHeight() * float32(len(breakLines(e.text, w, theme.SizeText, Regular)))
			y = max((size.Height-p.min().Height+textHeight()-high+picture)/2, 0) - picture
		}
		title.Hidden = size.Height < 28+high && e.text != ""
		if title.Hidden {
			y = max((size.Height-high)/2, 0) - 106
		}
		disc.place(mid-32, y, 64, 64)
		place(icon, mid-14, y+18, 28, 28)
		place(title, 0, y+78, size.Width, 22)
		place(text, mid-w/2, y+106, w, high)
		if e.action != nil {
			m := e.action.MinSize()
			place(e.action, float32(int(mid-m.Width/2)), y+106+high+16, m.Width, m.Height)
		}
	}
	p.paint = func() {
		disc.paint(theme.PrimarySoft, "", 0)
		setIcon(icon, e.icon, theme.PrimaryText)
	}
	p.paint()
	return p
}

func (e *emptyState) children() []fyne.CanvasObject {
	if e.action == nil {
		return nil
	}
	return []fyne.CanvasObject{e.action}
}

// NewPicture shows an image at a fixed size on white, such as a QR code, with
// sharp pixels and the quiet zone a scanner needs.
func NewPicture(img image.Image, side float32) fyne.CanvasObject {
	p := &picture{side: side}
	p.img = canvas.NewImageFromImage(img)
	p.img.ScaleMode = canvas.ImageScalePixels
	p.img.FillMode = canvas.ImageFillContain
	p.ExtendBaseWidget(p)
	return p
}

type picture struct {
	widget.BaseWidget
	img  *canvas.Image
	side float32
}

func (p *picture) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(theme.RadiusPopup)
	r := &painted{owner: p, objects: append(back.objects(), p.img)}
	r.min = func() fyne.Size { return fyne.NewSquareSize(p.side) }
	r.layout = func(size fyne.Size) {
		x, y := (size.Width-p.side)/2, (size.Height-p.side)/2
		back.place(x, y, p.side, p.side)
		place(p.img, x+14, y+14, p.side-28, p.side-28)
	}
	r.paint = func() { back.paint(theme.OnPrimary, theme.Hairline, 1) }
	r.paint()
	return r
}
