package shell

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// awayAfter is how long nobody has to touch the program before what it asks by itself keeps the session open no
// longer: more than the time between two questions about the state of the copies, so that work without a call, such
// as a long text, does.
const awayAfter = time.Minute

// idle knows when the person last did something. The pointer is seen where it moves over the pages,
// and typing by what it changes in the field that has the keyboard.
type idle struct {
	sense  *sensor
	last   time.Time
	seen   string
	locked bool
	lift   func() // takes the lock off what was shown before
}

func (i *idle) init(s *Shell) {
	i.last = s.Clock()
	i.sense = &sensor{moved: func() { i.last = s.Clock() }}
	i.sense.ExtendBaseWidget(i.sense)
}

// second locks when the time is up.
func (i *idle) second(s *Shell) {
	if seen := s.fingerprint(); seen != i.seen {
		i.seen, i.last = seen, s.Clock()
	}
	since := s.Clock().Sub(i.last)
	if since < 0 { // the clock was set back
		i.last, since = s.Clock(), 0
	}
	s.Book.SetAway(i.locked || since >= awayAfter)
	if s.Eyes != nil && !s.Clock().Before(s.Eyes.Until) {
		s.lookOver()
		return
	}
	if !i.locked && !s.asking && since >= s.atKeyboard().LocksAfter() {
		s.Lock()
	}
}

// back notes that somebody is there.
func (i *idle) back(s *Shell) {
	i.locked, i.last = false, s.Clock()
	s.Book.SetAway(false)
}

// fingerprint changes with what has the keyboard and what is typed in it.
func (s *Shell) fingerprint() string {
	c := s.Window.Canvas()
	at := c.Focused()
	out := fmt.Sprintf("%p %d", at, len(c.Overlays().List()))
	if e, ok := at.(*kit.LineEdit); ok {
		caret, anchor := e.Caret()
		out += fmt.Sprintf(" %d %d %d", len(e.Text()), caret, anchor)
	}
	return out
}

// sensor lies under the window's content and sees the pointer wherever nothing else wants it.
type sensor struct {
	widget.BaseWidget
	moved func()
}

var _ desktop.Hoverable = (*sensor)(nil)

func (s *sensor) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(kit.Gap(1, 1)) }

// MouseIn implements desktop.Hoverable.
func (s *sensor) MouseIn(*desktop.MouseEvent) { s.moved() }

// MouseMoved implements desktop.Hoverable.
func (s *sensor) MouseMoved(*desktop.MouseEvent) { s.moved() }

// MouseOut implements desktop.Hoverable.
func (s *sensor) MouseOut() { s.moved() }

// Lock hides everything until the person gives their password; the session and what was typed stay.
func (s *Shell) Lock() {
	if s.idle.locked || s.asking || s.Me.Support { // who helps has nothing to prove themselves with: their time is short
		return
	}
	if s.Eyes != nil { // their own proof opens it again, over their own pages
		s.ownEyes().Lock()
		return
	}
	s.idle.locked = true
	hidden := s.Window.Canvas().Overlays().List()
	for _, o := range hidden {
		o.Hide()
	}
	s.Host.SetContent(kit.NewBrandPanel(Brand, s.t("shell.locked.motto"), ""))
	var m *kit.Modal
	var p *proof
	s.idle.lift = func() {
		m.Close()
		for _, o := range hidden {
			o.Show()
		}
	}
	open := func() {
		s.idle.lift()
		s.unlock()
	}
	try := func() { s.confirm(p, open, func() { s.idle.back(s); s.idle.lift() }) }
	p = s.newPassword(try) // a telephone on the desk is no proof that its owner is there
	body := kit.VBox(theme.GapField, kit.Strong(s.Me.User.Name), kit.MutedParagraph(s.t("shell.locked.text")),
		p.object)
	leave := kit.NewButton(s.t("shell.locked.other"), "sign-out", kit.Ghost, s.LogOut)
	m = kit.NewModal(s.t("shell.locked.title"), 420, body, leave,
		kit.NewButton(s.t("shell.locked.open"), "lock-open", kit.Primary, try)).Lock().Mark("lock",
		kit.Info).OnEnter(try)
	m.Show(s.Window)
	m.Focus(p.focus)
}

func (s *Shell) unlock() {
	s.idle.back(s)
	s.Host.SetContent(s.front)
	s.facts.poll(s) // nothing was asked meanwhile
}
