package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/app/civil"
	"zafe/ui/theme"
)

// DateField is a date typed as people type it, whatever the caller's parse
// function understands ("21", "2111", "+30"). Up and Down move by a day, Page
// Up and Page Down by a month, F4 or Alt+Down opens a month.
type DateField struct {
	widget.DisableableWidget
	OnChanged func(civil.Date)
	OnRefused func(err error) // nil when the date is right again

	parse  func(text string) (civil.Date, error)
	format func(civil.Date) string
	today  func() civil.Date
	date   civil.Date
	edit   *LineEdit
	open   *iconPart // F4 does the same
	popup  *layer
}

// NewDateField returns an empty date. parse reads what is typed, format writes
// a date, today is where arrows and the month start from an empty field.
func NewDateField(parse func(string) (civil.Date, error), format func(civil.Date) string,
	today func() civil.Date, changed func(civil.Date),
) *DateField {
	d := &DateField{parse: parse, format: format, today: today, OnChanged: changed, edit: NewLineEdit("")}
	d.open = newIconPart("calendar-blank", "", d.Open)
	d.edit.OnKey = d.key
	d.edit.OnShortcut = d.shortcut
	d.edit.OnSubmitted = func(string) {
		if d.Commit() {
			passKey(d.edit, &fyne.KeyEvent{Name: fyne.KeyReturn})
		}
	}
	d.edit.OnFocus = func(gained bool) {
		if !gained {
			d.Commit()
		}
	}
	d.ExtendBaseWidget(d)
	return d
}

// Edit gives access to the field, to focus it or give it a placeholder.
func (d *DateField) Edit() *LineEdit { return d.edit }

// Date returns the last date accepted, zero when the field is empty.
func (d *DateField) Date() civil.Date { return d.date }

// SetDate shows a date without calling OnChanged; the zero date empties the field.
func (d *DateField) SetDate(date civil.Date) {
	d.date = date
	d.edit.SetText(d.written(date))
	d.edit.SetInvalid(false)
}

// SetInvalid draws the border in red.
func (d *DateField) SetInvalid(invalid bool) { d.edit.SetInvalid(invalid) }

// Disable implements fyne.Disableable.
func (d *DateField) Disable() {
	d.edit.Disable()
	d.open.Disable()
	d.DisableableWidget.Disable()
}

// Enable implements fyne.Disableable.
func (d *DateField) Enable() {
	d.edit.Enable()
	d.open.Enable()
	d.DisableableWidget.Enable()
}

func (d *DateField) written(date civil.Date) string {
	if date.IsZero() {
		return ""
	}
	return d.format(date)
}

// Commit reads what is typed and tells whether it is a date or nothing.
func (d *DateField) Commit() bool {
	text := d.edit.Text()
	if text == d.written(d.date) {
		d.accept(d.date)
		return true
	}
	if text == "" {
		d.accept(civil.Date{})
		return true
	}
	date, err := d.parse(text)
	if err != nil {
		d.edit.SetInvalid(true)
		if d.OnRefused != nil {
			d.OnRefused(err)
		}
		return false
	}
	d.accept(date)
	return true
}

func (d *DateField) accept(date civil.Date) {
	changed := date != d.date
	wrong := d.edit.invalid
	d.date = date
	if text := d.written(date); text != d.edit.Text() {
		d.edit.SetText(text)
	}
	d.edit.SetInvalid(false)
	if wrong && d.OnRefused != nil {
		d.OnRefused(nil)
	}
	if changed && d.edit.edited != nil {
		d.edit.edited()
	}
	if changed && d.OnChanged != nil {
		d.OnChanged(date)
	}
}

// move changes the date by days and months, from today when there is none.
func (d *DateField) move(days, months int) {
	if d.edit.locked() || !d.Commit() {
		return
	}
	date := d.date
	if date.IsZero() {
		date = d.today()
	} else {
		date = date.AddMonths(months).AddDays(days)
	}
	d.accept(date)
	d.edit.SelectAll()
}

func (d *DateField) key(ev *fyne.KeyEvent) bool {
	switch ev.Name {
	case fyne.KeyUp:
		d.move(1, 0)
	case fyne.KeyDown:
		d.move(-1, 0)
	case fyne.KeyPageUp:
		d.move(0, 1)
	case fyne.KeyPageDown:
		d.move(0, -1)
	case fyne.KeyF4:
		d.Open()
	case fyne.KeyEscape:
		if d.edit.Text() == d.written(d.date) {
			return false
		}
		d.SetDate(d.date)
		if d.OnRefused != nil {
			d.OnRefused(nil)
		}
	default:
		return false
	}
	return true
}

func (d *DateField) shortcut(s fyne.Shortcut) bool {
	c, ok := s.(*desktop.CustomShortcut)
	if ok && c.Modifier == fyne.KeyModifierAlt && c.KeyName == fyne.KeyDown {
		d.Open()
		return true
	}
	return false
}

// Open shows the month of the date.
func (d *DateField) Open() {
	if d.edit.locked() {
		return
	}
	start := d.date
	if start.IsZero() {
		start = d.today()
	}
	m := newMonth(start, d.today(), func(date civil.Date) {
		d.popup.close()
		d.accept(date)
		Focus(d.edit)
		d.edit.SelectAll()
	})
	d.popup = newLayer(canvasOf(d), m, below(d, func() fyne.Size { return m.MinSize().AddWidthHeight(2, 2) }))
	d.popup.show()
	d.popup.canvas.Focus(m)
}

// CreateRenderer implements fyne.Widget.
func (d *DateField) CreateRenderer() fyne.WidgetRenderer {
	p := &painted{owner: d, objects: []fyne.CanvasObject{d.edit, d.open}}
	p.min = func() fyne.Size { return fyne.NewSize(112, theme.InputHeight) }
	p.layout = func(size fyne.Size) {
		place(d.edit, 0, 0, size.Width, size.Height)
		place(d.open, size.Width-28, float32(int((size.Height-26)/2)), 26, 26)
	}
	p.paint = func() {
		d.edit.Refresh()
		d.open.Refresh()
	}
	return p
}

func (d *DateField) children() []fyne.CanvasObject { return []fyne.CanvasObject{d.edit} }

// month is the popup of a DateField: one month, weeks from Monday.
type month struct {
	widget.BaseWidget
	day, today civil.Date
	pick       func(civil.Date)
	hover      int
	side       int // arrow under the pointer: -1, 1, or 0 for none
}

const (
	dayWidth  float32 = 34
	dayHeight float32 = 28
	monthHead float32 = 40
	monthPad  float32 = 10
)

var (
	_ fyne.Focusable    = (*month)(nil)
	_ desktop.Mouseable = (*month)(nil)
	_ desktop.Hoverable = (*month)(nil)
)

func newMonth(day, today civil.Date, pick func(civil.Date)) *month {
	m := &month{day: day, today: today, pick: pick, hover: -1}
	m.ExtendBaseWidget(m)
	return m
}

// first is the Monday of the first row.
func (m *month) first() civil.Date {
	start := m.day.StartOfMonth()
	return start.AddDays(-(int(start.Weekday()) + 6) % 7)
}

func (m *month) show(day civil.Date) {
	m.day = day
	m.Refresh()
}

func (m *month) FocusGained()                {}
func (m *month) FocusLost()                  {}
func (m *month) TypedRune(rune)              {}
func (m *month) MouseUp(*desktop.MouseEvent) {}
func (m *month) MouseIn(*desktop.MouseEvent) {}

func (m *month) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyLeft:
		m.show(m.day.AddDays(-1))
	case fyne.KeyRight:
		m.show(m.day.AddDays(1))
	case fyne.KeyUp:
		m.show(m.day.AddDays(-7))
	case fyne.KeyDown:
		m.show(m.day.AddDays(7))
	case fyne.KeyPageUp:
		m.show(m.day.AddMonths(-1))
	case fyne.KeyPageDown:
		m.show(m.day.AddMonths(1))
	case fyne.KeyHome:
		m.show(m.today)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		m.pick(m.day)
	default:
		passKey(m, ev)
	}
}

// cellAt is the day number under a point, from the first shown, -1 for none.
func (m *month) cellAt(p fyne.Position) int {
	x, y := p.X-monthPad, p.Y-monthHead-20
	if x < 0 || y < 0 || x >= 7*dayWidth || y >= 6*dayHeight {
		return -1
	}
	return int(y/dayHeight)*7 + int(x/dayWidth)
}

func (m *month) MouseDown(ev *desktop.MouseEvent) {
	p := ev.Position
	if i := m.cellAt(p); i >= 0 {
		m.pick(m.first().AddDays(i))
		return
	}
	switch {
	case p.Y >= monthHead+20+6*dayHeight && words.Today != "":
		m.pick(m.today)
	case p.Y < monthHead && p.X < 44:
		m.show(m.day.AddMonths(-1))
	case p.Y < monthHead && p.X > m.Size().Width-44:
		m.show(m.day.AddMonths(1))
	}
}

func (m *month) MouseMoved(ev *desktop.MouseEvent) {
	if i := m.cellAt(ev.Position); i != m.hover {
		m.hover = i
		m.Refresh()
	}
	side := 0
	if p := ev.Position; p.Y < monthHead && p.X < 44 {
		side = -1
	} else if p.Y < monthHead && p.X > m.Size().Width-44 {
		side = 1
	}
	if side == m.side {
		return
	}
	m.side = side
	switch side {
	case -1:
		tipAt(m, fyne.NewPos(24, monthHead), words.Previous)
	case 1:
		tipAt(m, fyne.NewPos(m.Size().Width-24, monthHead), words.Next)
	default:
		untip(m)
	}
}

func (m *month) MouseOut() {
	m.hover, m.side = -1, 0
	untip(m)
	m.Refresh()
}

func (m *month) title() string {
	return words.Months[m.day.Month-time.January] + " " + itoa(m.day.Year)
}
