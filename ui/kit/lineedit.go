package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

const (
	blinkEvery  = 500 * time.Millisecond
	blinkFor    = 10 * time.Second // then the caret stays still and costs nothing
	undoMax     = 100
	doubleClick = 400 * time.Millisecond
)

// LineEdit is a one-line text field.
type LineEdit struct {
	widget.DisableableWidget

	Placeholder string
	Icon        string                    // drawn at the left
	Suffix      string                    // drawn at the right, such as "€"
	Align       fyne.TextAlign            // leading or trailing
	Password    bool                      // shows dots, refuses to be copied
	ReadOnly    bool                      // can be selected and copied, not changed
	MaxLength   int                       // runes, 0 for no bound
	Bare        bool                      // without border, for use inside another widget
	Tabs        bool                      // Tab comes to OnKey instead of leaving the field
	Weight      Weight                    //
	Translate   func(r rune) rune         // changes or refuses (0) a typed character
	OnChanged   func(text string)         // after every change made by the user
	OnSubmitted func(text string)         // Enter
	OnFocus     func(gained bool)         //
	OnKey       func(*fyne.KeyEvent) bool // sees the keys first; true means used
	OnShortcut  func(fyne.Shortcut) bool  // sees the shortcuts first; true means used
	OnTyped     func(r rune) bool         // sees the characters first; true means used

	runes   []rune
	caret   int // position between runes
	anchor  int // other end of the selection
	scroll  float32
	focused bool
	hovered bool
	invalid bool
	shift   shiftState
	undo    []snapshot
	redo    []snapshot
	typing  bool // the last change was a typed character: one undo step for a run

	caretOn   bool
	blinkTurn int
	mouse     mouseState
	drawn     editSettings
	area      *TextArea // the several-line field this is the editor of
	edited    func()    // told of every change before OnChanged, nil for nobody
}

type snapshot struct {
	runes []rune
	caret int
}

type mouseState struct {
	last    time.Time
	at      fyne.Position
	clicks  int
	pressed bool
}

var (
	_ fyne.Focusable     = (*LineEdit)(nil)
	_ fyne.Tabbable      = (*LineEdit)(nil)
	_ fyne.Shortcutable  = (*LineEdit)(nil)
	_ fyne.Draggable     = (*LineEdit)(nil)
	_ desktop.Mouseable  = (*LineEdit)(nil)
	_ desktop.Keyable    = (*LineEdit)(nil)
	_ desktop.Hoverable  = (*LineEdit)(nil)
	_ desktop.Cursorable = (*LineEdit)(nil)
	_ fyne.Accessible    = (*LineEdit)(nil)
)

// NewLineEdit returns an empty field.
func NewLineEdit(placeholder string) *LineEdit {
	e := &LineEdit{Placeholder: placeholder}
	e.ExtendBaseWidget(e)
	return e
}

// NewSearch returns a field with a magnifying glass.
func NewSearch(placeholder string, changed func(text string)) *LineEdit {
	e := NewLineEdit(placeholder)
	e.Icon = "magnifying-glass"
	e.OnChanged = changed
	return e
}

// NewAmountEdit returns a right-aligned field with a unit; the decimal point
// of the keypad is typed as a comma.
func NewAmountEdit(unit string) *LineEdit {
	e := NewLineEdit("")
	e.Align = fyne.TextAlignTrailing
	e.Suffix = unit
	e.Translate = PointToComma
	return e
}

// PointToComma is a Translate that types the decimal comma for a point.
func PointToComma(r rune) rune {
	if r == '.' {
		return ','
	}
	return r
}

// Text returns what the field holds.
func (e *LineEdit) Text() string { return string(e.runes) }

// SetText replaces the content without calling OnChanged. The caret goes to the
// end and the undo history is forgotten.
func (e *LineEdit) SetText(text string) {
	e.runes = []rune(text)
	e.caret, e.anchor = len(e.runes), len(e.runes)
	e.undo, e.redo, e.typing = nil, nil, false
	e.scroll = 0
	e.Refresh()
}

// SetTextSelected replaces the content and selects it, as a proposal that the
// next key replaces.
func (e *LineEdit) SetTextSelected(text string) {
	e.SetText(text)
	e.SelectAll()
}

// SelectAll selects the whole content.
func (e *LineEdit) SelectAll() {
	e.anchor, e.caret = 0, len(e.runes)
	e.Refresh()
}

// SelectedText returns the selected characters.
func (e *LineEdit) SelectedText() string {
	from, to := e.selection()
	return string(e.runes[from:to])
}

// Caret returns the caret's position and the other end of the selection, in runes.
func (e *LineEdit) Caret() (caret, anchor int) { return e.caret, e.anchor }

// SetInvalid draws the border in red.
func (e *LineEdit) SetInvalid(invalid bool) {
	if e.invalid != invalid {
		e.invalid = invalid
		e.Refresh()
	}
}

// Focused tells whether the field has the keyboard.
func (e *LineEdit) Focused() bool { return e.focused }

func (e *LineEdit) selection() (from, to int) {
	return min(e.caret, e.anchor), max(e.caret, e.anchor)
}

func (e *LineEdit) locked() bool { return e.ReadOnly || e.Disabled() }

// insert replaces the selection by text typed or pasted.
func (e *LineEdit) insert(text []rune, typed bool) {
	if e.locked() {
		return
	}
	from, to := e.selection()
	if e.MaxLength > 0 {
		room := e.MaxLength - (len(e.runes) - (to - from))
		text = text[:max(min(len(text), room), 0)]
	}
	if len(text) == 0 && from == to {
		return
	}
	e.remember(typed && from == to)
	next := make([]rune, 0, len(e.runes)+len(text))
	next = append(next, e.runes[:from]...)
	next = append(next, text...)
	next = append(next, e.runes[to:]...)
	e.runes = next
	e.caret = from + len(text)
	e.anchor = e.caret
	e.changed()
}

func (e *LineEdit) cut(from, to int) {
	if e.locked() || from >= to {
		return
	}
	e.remember(false)
	e.runes = append(append([]rune{}, e.runes[:from]...), e.runes[to:]...)
	e.caret, e.anchor = from, from
	e.changed()
}

func (e *LineEdit) remember(run bool) {
	if run && e.typing {
		return
	}
	e.typing = run
	e.undo = append(e.undo, snapshot{append([]rune{}, e.runes...), e.caret})
	if len(e.undo) > undoMax {
		e.undo = e.undo[1:]
	}
	e.redo = nil
}

func (e *LineEdit) restore(from, to *[]snapshot) {
	if n := len(*from); n > 0 && !e.locked() {
		s := (*from)[n-1]
		*from = (*from)[:n-1]
		*to = append(*to, snapshot{append([]rune{}, e.runes...), e.caret})
		e.runes, e.caret, e.anchor, e.typing = s.runes, s.caret, s.caret, false
		e.changed()
	}
}

func (e *LineEdit) changed() {
	e.Refresh()
	e.wakeCaret()
	if e.edited != nil {
		e.edited()
	}
	if e.OnChanged != nil {
		e.OnChanged(string(e.runes))
	}
}

// moveTo puts the caret at a position; the selection grows when extend is true.
func (e *LineEdit) moveTo(pos int, extend bool) {
	e.caret = max(min(pos, len(e.runes)), 0)
	if !extend {
		e.anchor = e.caret
	}
	e.typing = false
	e.Refresh()
	e.wakeCaret()
}

// FocusGained implements fyne.Focusable: arriving by the keyboard selects all.
func (e *LineEdit) FocusGained() {
	e.focused = true
	if !e.mouse.pressed {
		e.anchor, e.caret = 0, len(e.runes)
	}
	e.wakeCaret()
	e.Refresh()
	reveal(e.outer())
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (e *LineEdit) FocusLost() {
	e.focused = false
	e.shift.down = false
	e.anchor = e.caret
	e.blinkTurn++
	e.scroll = 0
	e.Refresh()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}

// outer is the widget that is in the window.
func (e *LineEdit) outer() fyne.CanvasObject {
	if e.area != nil {
		return e.area
	}
	return e
}

func (e *LineEdit) takeFocus() {
	if e.area != nil {
		Focus(e.area)
		return
	}
	Focus(e)
}

// AcceptsTab implements fyne.Tabbable.
func (e *LineEdit) AcceptsTab() bool { return e.Tabs }

// AccessibilityLabel implements fyne.Accessible.
func (e *LineEdit) AccessibilityLabel() string {
	if e.Password {
		return e.Placeholder
	}
	return e.Placeholder + " " + e.Text()
}

// AccessibilityRole implements fyne.Accessible.
func (e *LineEdit) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// wakeCaret shows the caret and starts a new round of blinking.
func (e *LineEdit) wakeCaret() {
	e.caretOn = true
	e.blinkTurn++
	if e.focused {
		e.blinkLater(e.blinkTurn, int(blinkFor/blinkEvery))
	}
}

// blinkLater waits for the next change of the caret. Every step runs on the UI
// goroutine; a later turn, a lost focus or the last step ends the chain.
func (e *LineEdit) blinkLater(turn, left int) {
	After(blinkEvery, func() {
		if e.blinkStep(turn, left) {
			e.blinkLater(turn, left-1)
		}
	})
}

// blinkStep turns the caret on or off and tells whether to go on.
func (e *LineEdit) blinkStep(turn, left int) bool {
	if e.blinkTurn != turn || !e.focused {
		return false
	}
	e.caretOn = !e.caretOn || left <= 1
	e.Refresh()
	return left > 1
}

// shown is the text as drawn.
func (e *LineEdit) shown(from, to int) string {
	if !e.Password {
		return string(e.runes[from:to])
	}
	dots := make([]rune, to-from)
	for i := range dots {
		dots[i] = '•'
	}
	return string(dots)
}

func (e *LineEdit) widthTo(pos int) float32 {
	if pos <= 0 {
		return 0
	}
	return measure(e.shown(0, pos), theme.SizeText, e.Weight).Width
}
