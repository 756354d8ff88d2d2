package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Modal is a dialog over the page. Escape closes it if it can be closed, after a question where a form was
// filled in; Enter runs the main action unless a field uses it. What had the focus gets it back.
type Modal struct {
	OnClosed func() // after the dialog went, however it went

	title   string
	body    fyne.CanvasObject
	buttons []fyne.CanvasObject
	accept  func()
	locked  bool // cannot be closed by the user
	width   float32
	icon    string
	tone    Tone
	layer   *layer
	panel   *modalPanel

	top    float32   // where it stands since it was opened
	least  float32   // its height then, with room for what may be wrong
	window fyne.Size // for which they were found
}

// NewModal returns a dialog of a given width, more where its buttons take more; height follows the body.
func NewModal(title string, width float32, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *Modal {
	return &Modal{title: title, width: width, body: body, buttons: buttons}
}

// OnEnter gives the act of the Enter key.
func (m *Modal) OnEnter(accept func()) *Modal {
	m.accept = accept
	return m
}

// Lock makes the dialog stay until Close is called.
func (m *Modal) Lock() *Modal {
	m.locked = true
	return m
}

// Mark puts an icon before the title.
func (m *Modal) Mark(icon string, tone Tone) *Modal {
	m.icon, m.tone = icon, tone
	return m
}

// Show opens the dialog over a window.
func (m *Modal) Show(w fyne.Window) { m.ShowOn(w.Canvas()) }

// ShowOn opens the dialog over a canvas.
func (m *Modal) ShowOn(c fyne.Canvas) {
	m.panel = &modalPanel{modal: m}
	m.panel.ExtendBaseWidget(m.panel)
	m.layer = newLayer(c, m.panel, func(window fyne.Size) rect {
		w := min(max(m.width, m.footWidth()), window.Width-2*modalAround)
		h := m.panel.heightFor(w)
		if m.window != window {
			m.window, m.least = window, h+spare(m.body)
			m.top = float32(int((window.Height - min(m.least, window.Height-2*modalAround)) * 0.42))
		}
		h = min(max(h, m.least), window.Height-2*modalAround)
		x := float32(int((window.Width - w) / 2))
		return rect{x, min(m.top, window.Height-modalAround-h), w, h}
	})
	m.layer.scrim = true
	m.layer.onKey = m.key
	m.layer.onClose = m.OnClosed
	m.layer.show()
	c.FocusNext()
}

// footWidth is the least width in which the buttons stand side by side.
func (m *Modal) footWidth() float32 {
	return HBox(theme.GapTight, append([]fyne.CanvasObject{Spacer()}, m.buttons...)...).MinSize().Width + 2*modalPad
}

// Close takes the dialog away.
func (m *Modal) Close() {
	if m.layer != nil {
		m.layer.onClose = m.OnClosed
		m.layer.close()
	}
}

// Shown tells whether the dialog is open.
func (m *Modal) Shown() bool { return m.layer != nil && m.layer.open }

// Resize follows a body whose height changed.
func (m *Modal) Resize() {
	if m.layer != nil {
		m.layer.Refresh()
	}
}

// Focus puts the keyboard in a field of the dialog.
func (m *Modal) Focus(o fyne.Focusable) {
	if m.layer != nil {
		m.layer.canvas.Focus(o)
	}
}

// leave closes the dialog without its act. What was typed in a form, of several fields, is not lost by one key.
func (m *Modal) leave() {
	if filled(m.body) < 2 || m.layer == nil || !m.layer.open {
		m.Close()
		return
	}
	var ask *Modal
	stay := NewButton(words.Stay, "", Secondary, func() { ask.Close() })
	leave := NewButton(words.Leave, "", Danger, func() {
		ask.Close()
		m.Close()
	})
	ask = NewModal(words.Unsaved, 440, Paragraph(words.UnsavedText), stay, leave).Mark("warning", Error)
	ask.ShowOn(m.layer.canvas)
	ask.Focus(stay)
}

// filled counts the fields in which somebody typed something that is still there, secrets left out.
func filled(o fyne.CanvasObject) (n int) {
	typed := func(e *LineEdit) bool { return len(e.undo) > 0 && len(e.runes) > 0 && !e.Password && !e.ReadOnly }
	switch e := o.(type) {
	case *LineEdit:
		if typed(e) {
			n++
		}
	case *TextArea:
		if typed(&e.LineEdit) {
			n++
		}
	}
	for _, child := range childrenOf(o) {
		n += filled(child)
	}
	return n
}

func (m *Modal) key(name fyne.KeyName, mod fyne.KeyModifier) bool {
	switch {
	case name == fyne.KeyEscape && mod == 0:
		if !m.locked {
			m.leave()
		}
		return true
	case (name == fyne.KeyReturn || name == fyne.KeyEnter) && mod == 0 && m.accept != nil:
		m.accept()
		return true
	}
	return false
}

// modalPanel is the inside of a dialog: title, body, buttons at the right.
type modalPanel struct {
	widget.BaseWidget
	modal *Modal
	quit  *IconButton
	title *Label
	body  *Scroll
	foot  *fyne.Container
}

const (
	modalAround float32 = 20 // between it and the edges of the window

	modalPad  float32 = 20
	modalHead float32 = 56
	modalFoot float32 = 60
)

// spare is the room kept under a form for the first things that are wrong with it, so that its buttons do
// not move under the pointer when they are told.
func spare(body fyne.CanvasObject) float32 {
	const lines = 2
	line := 3 + NewLabel("", Style{Size: theme.SizeCaption, Wrap: true}).MinSize().Height
	n := 0
	var count func(fyne.CanvasObject)
	count = func(o fyne.CanvasObject) {
		if f, ok := o.(*Field); ok && f.note() == "" {
			n++
		}
		for _, child := range childrenOf(o) {
			count(child)
		}
	}
	count(body)
	return line * float32(min(n, lines))
}

func (p *modalPanel) footHeight() float32 {
	if len(p.modal.buttons) == 0 {
		return modalPad
	}
	return modalFoot
}

func (p *modalPanel) heightFor(width float32) float32 {
	return modalHead + heightAt(p.modal.body, width-2-2*modalPad) + p.footHeight() + 14
}

func (p *modalPanel) CreateRenderer() fyne.WidgetRenderer {
	m := p.modal
	p.title = NewLabel(m.title, Style{Size: 16, Weight: Bold, Shrink: true})
	p.body = NewScroll(m.body)
	p.foot = HBox(theme.GapTight, append([]fyne.CanvasObject{Spacer()}, m.buttons...)...)
	p.quit = NewIconButton("x", words.Close, m.leave)
	icon := newIcon(m.icon, m.tone.solid())
	line := canvas.NewRectangle(theme.Color(theme.Hairline))
	r := &painted{owner: p, objects: []fyne.CanvasObject{p.title, icon, p.body, line, p.foot}}
	if !m.locked {
		r.objects = append(r.objects, p.quit)
	}
	r.min = func() fyne.Size { return fyne.NewSize(200, modalHead+modalFoot) }
	r.layout = func(size fyne.Size) {
		x := modalPad
		if m.icon != "" {
			place(icon, x, modalHead/2-10, 22, 22)
			x += 32
		}
		place(p.title, x, 0, size.Width-x-56, modalHead)
		place(p.quit, size.Width-44, modalHead/2-15, 30, 30)
		foot := p.footHeight()
		place(p.body, modalPad, modalHead, size.Width-2*modalPad, size.Height-modalHead-foot)
		place(line, 0, size.Height-modalFoot+2, size.Width, 1)
		line.Hidden = len(m.buttons) == 0
		place(p.foot, modalPad, size.Height-modalFoot+16, size.Width-2*modalPad, theme.ControlHeight)
	}
	r.paint = func() {
		setIcon(icon, m.icon, m.tone.solid())
		fill(line, theme.Hairline)
		for _, o := range r.objects {
			o.Refresh()
		}
	}
	return r
}

func (p *modalPanel) children() []fyne.CanvasObject {
	return []fyne.CanvasObject{p.body, p.foot}
}

// Confirm asks a question with two answers. The text of the button says what
// will be done ("Supprimer le devis"), never only yes. The safe answer has the focus
// when the act is destructive.
func Confirm(w fyne.Window, title, text, act, cancel string, danger bool, run func()) *Modal {
	kind := Primary
	if danger {
		kind = Danger
	}
	var m *Modal
	do := func() {
		m.Close()
		run()
	}
	no := NewButton(cancel, "", Secondary, func() { m.Close() })
	yes := NewButton(act, "", kind, do)
	m = NewModal(title, 440, Paragraph(text), no, yes)
	if danger {
		m.Mark("warning", Error)
	} else {
		m.OnEnter(do)
	}
	m.Show(w)
	if danger {
		m.Focus(no)
	} else {
		m.Focus(yes)
	}
	return m
}

// Alert says something that has to be read before going on.
func Alert(w fyne.Window, tone Tone, title, text, ok string) *Modal {
	var m *Modal
	done := func() { m.Close() }
	b := NewButton(ok, "", Primary, done)
	m = NewModal(title, 440, Paragraph(text), b).Mark(tone.icon(), tone).OnEnter(done)
	m.Show(w)
	m.Focus(b)
	return m
}
