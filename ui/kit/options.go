package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Option is one line of a list to choose from.
type Option struct {
	Key      string // what the program keeps; never shown
	Text     string
	Detail   string // secondary text at the right
	Icon     string
	Disabled bool
	Danger   bool // a destructive act of a menu
}

const (
	optionHeight  float32 = 30
	optionsHeight float32 = 9*optionHeight + 8
	optionsWidth  float32 = 560 // at most, however long the options are
	typeAheadFor          = time.Second
)

// optionList draws options and lets one be chosen. It is the content of the
// popups of Select, Combo and menus.
type optionList struct {
	widget.BaseWidget
	options []Option
	active  int    // under the keyboard or the pointer, -1 for none
	chosen  string // key shown with a tick
	empty   string // said when there is nothing
	offset  float32
	ahead   typeAhead
	feed    *LineEdit // receives the keys this list does not use
	pick    func(Option)
	onDown  bool // choose when the button goes down, for a list that is not a popup
	pointer bool // the pointer really moved: a list that opens under it keeps its choice

	rows  []*optionRow
	inner *painted
	bar   *bar
	note  *canvas.Text
}

type optionRow struct {
	back         *canvas.Rectangle
	icon, tick   *canvas.Image
	text, detail *canvas.Text
}

var (
	_ fyne.Focusable    = (*optionList)(nil)
	_ fyne.Tabbable     = (*optionList)(nil)
	_ fyne.Shortcutable = (*optionList)(nil)
	_ fyne.Tappable     = (*optionList)(nil)
	_ fyne.Scrollable   = (*optionList)(nil)
	_ desktop.Hoverable = (*optionList)(nil)
	_ desktop.Keyable   = (*optionList)(nil)
)

func newOptionList(options []Option, pick func(Option)) *optionList {
	l := &optionList{options: options, active: -1, pick: pick, bar: newBar(true)}
	l.bar.moved = func(at float64) { l.scrollTo(float32(at)) }
	l.ExtendBaseWidget(l)
	return l
}

func (l *optionList) set(options []Option) {
	l.options = options
	l.active = l.next(-1, 1)
	l.offset = 0
	l.Refresh()
}

func (l *optionList) height() float32 { return min(l.whole(), optionsHeight+2) }

// whole is the height that shows every option.
func (l *optionList) whole() float32 { return float32(max(len(l.options), 1))*optionHeight + 10 }

// naturalWidth is the width that shows every option whole.
func (l *optionList) naturalWidth() float32 {
	w := float32(120)
	for _, o := range l.options[:min(len(l.options), 200)] {
		line := measure(o.Text, theme.SizeText, Regular).Width + 36
		if o.Icon != "" {
			line += 24
		}
		if o.Detail != "" {
			line += measure(o.Detail, theme.SizeCaption, Regular).Width + 24
		}
		w = max(w, line)
	}
	if l.chosen != "" {
		w += 24
	}
	return w + barWidth
}

// next is the nearest usable option from i in a direction, or i itself.
func (l *optionList) next(i, step int) int {
	for j := i + step; j >= 0 && j < len(l.options); j += step {
		if !l.options[j].Disabled {
			return j
		}
	}
	return i
}

func (l *optionList) setActive(i int) {
	if i < 0 || i >= len(l.options) {
		return
	}
	l.active = i
	view := l.Size().Height - 8
	top := float32(i) * optionHeight
	if top < l.offset {
		l.offset = top
	} else if top+optionHeight > l.offset+view {
		l.offset = top + optionHeight - view
	}
	l.Refresh()
}

func (l *optionList) choose(i int) {
	if i >= 0 && i < len(l.options) && !l.options[i].Disabled {
		l.pick(l.options[i])
	}
}

// key moves or chooses and tells whether the key was one of its own.
func (l *optionList) key(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyDown:
		l.setActive(l.next(l.active, 1))
	case fyne.KeyUp:
		l.setActive(l.next(l.active, -1))
	case fyne.KeyPageDown:
		l.setActive(min(l.active+8, len(l.options)-1))
	case fyne.KeyPageUp:
		l.setActive(max(l.active-8, 0))
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		l.choose(l.active)
	default:
		return false
	}
	return true
}

func (l *optionList) FocusGained()     {}
func (l *optionList) FocusLost()       {}
func (l *optionList) AcceptsTab() bool { return true }

func (l *optionList) TypedRune(r rune) {
	if l.feed != nil {
		l.feed.TypedRune(r)
		return
	}
	if r == ' ' && l.ahead.text == "" {
		l.choose(l.active)
		return
	}
	if i := l.ahead.find(r, l.options, l.active); i >= 0 {
		l.setActive(i)
	}
}

func (l *optionList) TypedKey(ev *fyne.KeyEvent) {
	if l.feed != nil {
		l.feed.TypedKey(ev)
		return
	}
	switch {
	case ev.Name == fyne.KeyHome:
		l.setActive(l.next(-1, 1))
	case ev.Name == fyne.KeyEnd:
		l.setActive(l.next(len(l.options), -1))
	case !l.key(ev.Name):
		passKey(l, ev)
	}
}

func (l *optionList) TypedShortcut(s fyne.Shortcut) {
	if l.feed != nil {
		l.feed.TypedShortcut(s)
		return
	}
	passShortcut(l, s)
}

func (l *optionList) KeyDown(ev *fyne.KeyEvent) {
	if l.feed != nil {
		l.feed.KeyDown(ev)
	}
}

func (l *optionList) KeyUp(ev *fyne.KeyEvent) {
	if l.feed != nil {
		l.feed.KeyUp(ev)
	}
}

func (l *optionList) at(y float32) int {
	i := int((y - 4 + l.offset) / optionHeight)
	if y < 4 || i < 0 || i >= len(l.options) {
		return -1
	}
	return i
}

func (l *optionList) Tapped(ev *fyne.PointEvent) {
	if !l.onDown {
		l.choose(l.at(ev.Position.Y))
	}
}

func (l *optionList) MouseDown(ev *desktop.MouseEvent) {
	if l.onDown {
		l.choose(l.at(ev.Position.Y))
	}
}

func (l *optionList) MouseUp(*desktop.MouseEvent) {}

func (l *optionList) MouseIn(*desktop.MouseEvent) { l.pointer = false }
func (l *optionList) MouseOut()                   {}
func (l *optionList) MouseMoved(ev *desktop.MouseEvent) {
	if !l.pointer {
		l.pointer = true
		return
	}
	if i := l.at(ev.Position.Y); i >= 0 && i != l.active && !l.options[i].Disabled {
		l.active = i
		l.Refresh()
	}
}

func (l *optionList) Scrolled(ev *fyne.ScrollEvent) {
	l.scrollTo(l.offset - ev.Scrolled.DY*wheelStep)
}

func (l *optionList) scrollTo(offset float32) {
	l.offset = offset
	l.Refresh()
}
