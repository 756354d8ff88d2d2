package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/theme"
)

// TextArea is a text of several lines. It edits as a LineEdit does, of which it
// has the fields and methods; Enter starts a line and Tab leaves.
type TextArea struct {
	LineEdit
	rows   int
	lines  []textLine
	offset float32
	goal   float32 // column kept by Up and Down, negative when unset
	bar    *bar
}

// textLine is the runes of one drawn line, the space it was broken at excluded.
type textLine struct{ start, end int }

var (
	_ fyne.Scrollable = (*TextArea)(nil)
	_ fyne.Focusable  = (*TextArea)(nil)
)

const areaPad float32 = 6

// NewTextArea returns an empty text that shows the given number of lines.
func NewTextArea(placeholder string, lines int) *TextArea {
	t := &TextArea{rows: lines, goal: -1, bar: newBar(true)}
	t.Placeholder = placeholder
	t.area = t
	t.bar.moved = func(at float64) { t.scrollTo(float32(at)) }
	t.ExtendBaseWidget(t)
	return t
}

// Focus puts the caret in the text.
func (t *TextArea) Focus() { Focus(t) }

// FocusGained implements fyne.Focusable; the text is not selected, so that the
// next key does not erase it.
func (t *TextArea) FocusGained() {
	caret := t.caret
	t.LineEdit.FocusGained()
	if !t.mouse.pressed {
		t.moveTo(caret, false)
	}
}

// TypedKey implements fyne.Focusable.
func (t *TextArea) TypedKey(ev *fyne.KeyEvent) {
	if t.OnKey != nil && t.OnKey(ev) {
		return
	}
	extend := t.shift.held()
	line := t.lines[t.lineOf(t.caret)]
	switch ev.Name {
	case fyne.KeyUp:
		t.vertical(-1, extend)
	case fyne.KeyDown:
		t.vertical(1, extend)
	case fyne.KeyPageUp:
		t.vertical(-t.rows, extend)
	case fyne.KeyPageDown:
		t.vertical(t.rows, extend)
	case fyne.KeyHome:
		t.horizontal(line.start, extend)
	case fyne.KeyEnd:
		t.horizontal(line.end, extend)
	case fyne.KeyReturn, fyne.KeyEnter:
		t.goal = -1
		t.insert([]rune{'\n'}, true)
		t.showCaret()
	default:
		t.goal = -1
		t.LineEdit.TypedKey(ev)
		t.showCaret()
	}
}

// TypedRune implements fyne.Focusable.
func (t *TextArea) TypedRune(r rune) {
	t.goal = -1
	t.LineEdit.TypedRune(r)
	t.showCaret()
}

// TypedShortcut implements fyne.Shortcutable.
func (t *TextArea) TypedShortcut(s fyne.Shortcut) {
	t.goal = -1
	t.LineEdit.TypedShortcut(s)
	t.showCaret()
}

func (t *TextArea) horizontal(pos int, extend bool) {
	t.goal = -1
	t.moveTo(pos, extend)
	t.showCaret()
}

// vertical moves the caret by lines, in the column it started from.
func (t *TextArea) vertical(by int, extend bool) {
	i := t.lineOf(t.caret)
	goal := t.goal
	if goal < 0 {
		goal = t.widthIn(t.lines[i], t.caret)
	}
	to := i + by
	switch {
	case to < 0:
		t.moveTo(0, extend)
	case to >= len(t.lines):
		t.moveTo(len(t.runes), extend)
	default:
		t.moveTo(t.posIn(t.lines[to], goal), extend)
	}
	t.goal = goal
	t.showCaret()
}

// MouseDown implements desktop.Mouseable.
func (t *TextArea) MouseDown(ev *desktop.MouseEvent) {
	if t.Disabled() {
		return
	}
	t.mouse.pressed = true
	if !t.focused {
		t.takeFocus()
	}
	if ev.Button == desktop.MouseButtonSecondary {
		t.menu(ev.AbsolutePosition)
		return
	}
	t.goal = -1
	pos := t.posAtPoint(ev.Position)
	again := time.Since(t.mouse.last) < doubleClick && abs(ev.Position.X-t.mouse.at.X) < 4
	t.mouse.last, t.mouse.at = time.Now(), ev.Position
	if !again {
		t.moveTo(pos, t.shift.held())
		return
	}
	t.anchor = pos
	for t.anchor > 0 && wordRune(t.runes[t.anchor-1]) {
		t.anchor--
	}
	for pos < len(t.runes) && wordRune(t.runes[pos]) {
		pos++
	}
	t.moveTo(pos, true)
}

// Dragged implements fyne.Draggable: the selection follows the pointer.
func (t *TextArea) Dragged(ev *fyne.DragEvent) {
	if t.focused {
		t.moveTo(t.posAtPoint(ev.Position), true)
		t.showCaret()
	}
}

// Scrolled implements fyne.Scrollable.
func (t *TextArea) Scrolled(ev *fyne.ScrollEvent) {
	t.scrollTo(t.offset - ev.Scrolled.DY*wheelStep)
}

func (t *TextArea) scrollTo(offset float32) {
	t.offset = max(min(offset, t.height()-t.view()), 0)
	t.Refresh()
}

func (t *TextArea) lineHeight() float32 {
	return measure("Mg", theme.SizeText, Regular).Height + 2
}

func (t *TextArea) height() float32 { return float32(len(t.lines)) * t.lineHeight() }
func (t *TextArea) view() float32   { return t.Size().Height - 2*areaPad }

// showCaret scrolls so that the line of the caret is in view.
func (t *TextArea) showCaret() {
	t.flow()
	top := float32(t.lineOf(t.caret)) * t.lineHeight()
	if top < t.offset {
		t.scrollTo(top)
	} else if bottom := top + t.lineHeight(); bottom > t.offset+t.view() {
		t.scrollTo(bottom - t.view())
	}
}

// lineOf is the drawn line of a position.
func (t *TextArea) lineOf(pos int) int {
	for i, l := range t.lines {
		if pos <= l.end {
			return i
		}
	}
	return len(t.lines) - 1
}

func (t *TextArea) widthIn(l textLine, pos int) float32 {
	pos = max(min(pos, l.end), l.start)
	return measure(string(t.runes[l.start:pos]), theme.SizeText, Regular).Width
}

// posIn is the position of a line nearest to a horizontal place.
func (t *TextArea) posIn(l textLine, x float32) int {
	for pos := l.start; pos < l.end; pos++ {
		if (t.widthIn(l, pos)+t.widthIn(l, pos+1))/2 >= x {
			return pos
		}
	}
	return l.end
}

func (t *TextArea) posAtPoint(p fyne.Position) int {
	i := int((p.Y - areaPad + t.offset) / t.lineHeight())
	return t.posIn(t.lines[max(min(i, len(t.lines)-1), 0)], p.X-editPad)
}

// flow breaks the text into lines for the present width.
func (t *TextArea) flow() {
	width := t.Size().Width - 2*editPad - barWidth/2
	t.lines = t.lines[:0]
	start := 0
	for {
		end := start
		for end < len(t.runes) && t.runes[end] != '\n' {
			end++
		}
		t.breakLine(start, end, width)
		if end == len(t.runes) {
			return
		}
		start = end + 1
	}
}

// breakLine adds the drawn lines of one paragraph. Lines end at spaces, or
// anywhere in a word wider than the field.
func (t *TextArea) breakLine(start, end int, width float32) {
	fits := func(to int) bool {
		return width <= 0 || measure(string(t.runes[start:to]), theme.SizeText, Regular).Width <= width
	}
	for !fits(end) {
		low, high := start+1, end // the longest piece that fits has low runes
		for low < high {
			if mid := (low + high + 1) / 2; fits(mid) {
				low = mid
			} else {
				high = mid - 1
			}
		}
		cut := low
		for cut > start && t.runes[cut] != ' ' {
			cut--
		}
		if cut == start {
			t.lines = append(t.lines, textLine{start, low})
			start = low
			continue
		}
		t.lines = append(t.lines, textLine{start, cut})
		start = cut + 1
	}
	t.lines = append(t.lines, textLine{start, end})
}
