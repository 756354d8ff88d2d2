package kit

import (
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/unicode/norm"

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

func (l *optionList) height() float32 {
	return min(float32(max(len(l.options), 1))*optionHeight+8, optionsHeight) + 2
}

// naturalWidth is the width that shows every option whole.
func (l *optionList) naturalWidth() float32 {
	w := float32(120)
	for _, o := range l.options[:min(len(l.options), 200)] {
		line := measure(o.Text, theme.SizeText, Regular).Width + 24
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

func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: l}
	l.inner = p
	l.note = newText("", theme.SizeText, Regular)
	p.min = func() fyne.Size { return fyne.NewSize(80, optionHeight) }
	p.layout = l.place
	p.paint = func() { l.note.Text = l.empty }
	return p
}

func (l *optionList) place(size fyne.Size) {
	total := float32(len(l.options)) * optionHeight
	l.offset = max(min(l.offset, total-(size.Height-8)), 0)
	first := int(l.offset / optionHeight)
	n := min(int(size.Height/optionHeight)+2, len(l.options)-first)
	l.inner.objects = l.inner.objects[:0]
	right := size.Width - 4
	if total > size.Height-8 {
		right -= barWidth
	}
	for k := range max(n, 0) {
		if k == len(l.rows) {
			l.rows = append(l.rows, newOptionRow())
		}
		row := l.rows[k]
		y := 4 + float32(first+k)*optionHeight - l.offset
		l.paintRow(row, first+k, y, right)
		l.inner.objects = append(l.inner.objects, row.back, row.icon, row.text, row.detail, row.tick)
	}
	if len(l.options) == 0 {
		tint(l.note, theme.Faint)
		placeText(l.note, 12, 4, size.Width-24, optionHeight)
		l.inner.objects = append(l.inner.objects, l.note)
	}
	place(l.bar, size.Width-barWidth, 0, barWidth, size.Height)
	l.bar.set(float64(total), float64(size.Height-8), float64(l.offset))
	l.inner.objects = append(l.inner.objects, l.bar)
}

func newOptionRow() *optionRow {
	r := &optionRow{
		back: canvas.NewRectangle(nil), icon: newIcon("", theme.Muted), tick: newIcon("check", theme.Primary),
		text: newText("", theme.SizeText, Regular), detail: newText("", theme.SizeCaption, Regular),
	}
	r.back.CornerRadius = 4
	r.detail.Alignment = fyne.TextAlignTrailing
	return r
}

func (l *optionList) paintRow(row *optionRow, i int, y, right float32) {
	o := l.options[i]
	place(row.back, 4, y, right-4, optionHeight)
	row.back.Hidden = i != l.active
	fill(row.back, theme.RowSelected)
	color := theme.Text
	switch {
	case o.Disabled:
		color = theme.Disabled
	case o.Danger:
		color = theme.Error
	}
	x := float32(12)
	if o.Icon != "" {
		ic := theme.Muted
		if o.Danger {
			ic = theme.Error
		}
		place(row.icon, x, y+7, theme.IconSize, theme.IconSize)
		setIcon(row.icon, o.Icon, ic)
		x += theme.IconSize + 8
	} else {
		row.icon.Hide()
	}
	end := right - 8
	row.tick.Hidden = l.chosen == "" || o.Key != l.chosen
	if l.chosen != "" {
		place(row.tick, end-theme.IconSize, y+7, theme.IconSize, theme.IconSize)
		setTick(row.tick)
		end -= theme.IconSize + 8
	}
	dw := float32(0)
	if o.Detail != "" {
		dw = min(measure(o.Detail, theme.SizeCaption, Regular).Width, (end-x)/2)
	}
	row.detail.Text = fit(o.Detail, dw+1, theme.SizeCaption, Regular)
	tint(row.detail, theme.Muted)
	placeText(row.detail, end-dw, y, dw, optionHeight)
	row.text.Text = fit(o.Text, end-x-dw-8, theme.SizeText, Regular)
	tint(row.text, color)
	placeText(row.text, x, y, end-x, optionHeight)
}

func setTick(img *canvas.Image) {
	if !img.Hidden {
		setIcon(img, "check", theme.Primary)
	}
}

// typeAhead finds the option that starts with the last characters typed.
type typeAhead struct {
	text string
	last time.Time
}

func (t *typeAhead) find(r rune, options []Option, from int) int {
	now := time.Now()
	if now.Sub(t.last) > typeAheadFor {
		t.text = ""
	}
	t.last = now
	t.text += string(r)
	want := Fold(t.text)
	start := max(from, 0)
	if len([]rune(t.text)) == 1 {
		start++ // the same letter again goes to the next one
	}
	for k := range options {
		i := (start + k) % len(options)
		if !options[i].Disabled && strings.HasPrefix(Fold(options[i].Text), want) {
			return i
		}
	}
	return -1
}

// Fold brings a text to lower case without accents, to compare what people type.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// ShowMenu opens a menu of acts under an object, such as a button.
func ShowMenu(anchor fyne.CanvasObject, options []Option, pick func(Option)) {
	var l *layer
	list := newOptionList(options, func(o Option) {
		l.close()
		pick(o)
	})
	size := func() fyne.Size { return fyne.NewSize(list.naturalWidth()+16, list.height()) }
	l = newLayer(canvasOf(anchor), list, below(anchor, size))
	l.show()
	list.setActive(list.next(-1, 1))
	l.canvas.Focus(list)
}

// popMenu opens a menu at a point of the window.
func popMenu(o fyne.CanvasObject, at fyne.Position, options []Option, pick func(Option)) {
	var l *layer
	list := newOptionList(options, func(o Option) {
		l.close()
		pick(o)
	})
	l = newLayer(canvasOf(o), list, func(window fyne.Size) rect {
		w, h := list.naturalWidth()+16, list.height()
		return rect{min(at.X, window.Width-w-8), min(at.Y, window.Height-h-8), w, h}
	})
	l.show()
	l.canvas.Focus(list)
}

// ShowMenuAt opens a menu of acts where the pointer is, for a right click.
func ShowMenuAt(o fyne.CanvasObject, at fyne.Position, options []Option, pick func(Option)) {
	popMenu(o, at, options, pick)
}
