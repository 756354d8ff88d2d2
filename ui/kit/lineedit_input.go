package kit

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// TypedRune implements fyne.Focusable.
func (e *LineEdit) TypedRune(r rune) {
	if e.OnTyped != nil && e.OnTyped(r) {
		return
	}
	if e.Translate != nil {
		r = e.Translate(r)
	}
	if r == 0 || unicode.IsControl(r) {
		return
	}
	e.insert([]rune{r}, true)
}

// KeyDown implements desktop.Keyable.
func (e *LineEdit) KeyDown(ev *fyne.KeyEvent) { e.shift.keyDown(ev) }

// KeyUp implements desktop.Keyable.
func (e *LineEdit) KeyUp(ev *fyne.KeyEvent) { e.shift.keyUp(ev) }

// TypedKey implements fyne.Focusable.
func (e *LineEdit) TypedKey(ev *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(ev) {
		return
	}
	extend := e.shift.held()
	from, to := e.selection()
	switch ev.Name {
	case fyne.KeyLeft:
		if from < to && !extend {
			e.moveTo(from, false)
		} else {
			e.moveTo(e.caret-1, extend)
		}
	case fyne.KeyRight:
		if from < to && !extend {
			e.moveTo(to, false)
		} else {
			e.moveTo(e.caret+1, extend)
		}
	case fyne.KeyHome:
		e.moveTo(0, extend)
	case fyne.KeyEnd:
		e.moveTo(len(e.runes), extend)
	case fyne.KeyBackspace:
		if from == to {
			from = max(from-1, 0)
		}
		e.cut(from, to)
	case fyne.KeyDelete:
		if from == to {
			to = min(to+1, len(e.runes))
		}
		e.cut(from, to)
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.OnSubmitted != nil {
			e.OnSubmitted(e.Text())
		} else {
			passKey(e.outer(), ev)
		}
	default:
		passKey(e.outer(), ev)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *LineEdit) TypedShortcut(s fyne.Shortcut) {
	if e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	switch s := s.(type) {
	case *fyne.ShortcutSelectAll:
		e.SelectAll()
	case *fyne.ShortcutCopy:
		e.copyTo(s.Clipboard)
	case *fyne.ShortcutCut:
		e.copyTo(s.Clipboard)
		if !e.Password {
			from, to := e.selection()
			e.cut(from, to)
		}
	case *fyne.ShortcutPaste:
		e.paste(s.Clipboard)
	case *fyne.ShortcutUndo:
		e.restore(&e.undo, &e.redo)
	case *fyne.ShortcutRedo:
		e.restore(&e.redo, &e.undo)
	case *desktop.CustomShortcut:
		if !e.wordKey(s) {
			passShortcut(e.outer(), s)
		}
	default:
		passShortcut(e.outer(), s)
	}
}

// wordKey moves or deletes by words with Ctrl, and selects with Ctrl+Shift.
func (e *LineEdit) wordKey(s *desktop.CustomShortcut) bool {
	extend := s.Modifier&fyne.KeyModifierShift != 0
	if s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return false
	}
	switch s.KeyName {
	case fyne.KeyLeft:
		e.moveTo(e.wordStart(e.caret), extend)
	case fyne.KeyRight:
		e.moveTo(e.wordEnd(e.caret), extend)
	case fyne.KeyHome:
		e.moveTo(0, extend)
	case fyne.KeyEnd:
		e.moveTo(len(e.runes), extend)
	case fyne.KeyBackspace:
		e.cut(e.wordStart(e.caret), e.caret)
	default:
		return false
	}
	return true
}

func (e *LineEdit) copyTo(board fyne.Clipboard) {
	if text := e.SelectedText(); text != "" && !e.Password && board != nil {
		board.SetContent(text)
	}
}

// paste takes the clipboard, or its first line when there is only one line to
// write on, character by character through the same filter as the keyboard.
func (e *LineEdit) paste(board fyne.Clipboard) {
	if board == nil {
		return
	}
	var out []rune
	for _, r := range board.Content() {
		if r == '\n' && e.area != nil {
			out = append(out, r)
			continue
		}
		if r == '\n' || r == '\r' {
			if e.area != nil {
				continue
			}
			if len(out) > 0 {
				break
			}
			continue
		}
		if r == '\t' {
			r = ' '
		}
		if e.Translate != nil {
			r = e.Translate(r)
		}
		if r != 0 && !unicode.IsControl(r) {
			out = append(out, r)
		}
	}
	e.insert(out, false)
}

func (e *LineEdit) wordStart(pos int) int {
	for pos > 0 && !wordRune(e.runes[pos-1]) {
		pos--
	}
	for pos > 0 && wordRune(e.runes[pos-1]) {
		pos--
	}
	return pos
}

func (e *LineEdit) wordEnd(pos int) int {
	for pos < len(e.runes) && wordRune(e.runes[pos]) {
		pos++
	}
	for pos < len(e.runes) && !wordRune(e.runes[pos]) {
		pos++
	}
	return pos
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// MouseDown implements desktop.Mouseable: one click places the caret, two
// select the word, three the whole text.
func (e *LineEdit) MouseDown(ev *desktop.MouseEvent) {
	if e.Disabled() {
		return
	}
	e.mouse.pressed = true
	if !e.focused {
		e.takeFocus()
	}
	e.mouse.pressed = true
	if ev.Button == desktop.MouseButtonSecondary {
		e.menu(ev.AbsolutePosition)
		return
	}
	pos := e.posAt(ev.Position.X)
	now := time.Now()
	if now.Sub(e.mouse.last) < doubleClick && abs(ev.Position.X-e.mouse.at.X) < 4 {
		e.mouse.clicks++
	} else {
		e.mouse.clicks = 1
	}
	e.mouse.last, e.mouse.at = now, ev.Position
	switch {
	case e.mouse.clicks == 2 && !e.Password:
		e.anchor = pos
		for e.anchor > 0 && wordRune(e.runes[e.anchor-1]) {
			e.anchor--
		}
		for pos < len(e.runes) && wordRune(e.runes[pos]) {
			pos++
		}
		e.moveTo(pos, true)
	case e.mouse.clicks >= 2:
		e.SelectAll()
	default:
		e.moveTo(pos, e.shift.held())
	}
}

// MouseUp implements desktop.Mouseable.
func (e *LineEdit) MouseUp(*desktop.MouseEvent) { e.mouse.pressed = false }

// Dragged implements fyne.Draggable: the selection follows the pointer.
func (e *LineEdit) Dragged(ev *fyne.DragEvent) {
	if e.focused && e.mouse.clicks <= 1 {
		e.moveTo(e.posAt(ev.Position.X), true)
	}
}

// DragEnd implements fyne.Draggable.
func (e *LineEdit) DragEnd() { e.mouse.pressed = false }

// MouseIn implements desktop.Hoverable.
func (e *LineEdit) MouseIn(*desktop.MouseEvent) {
	e.hovered = true
	e.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (e *LineEdit) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (e *LineEdit) MouseOut() {
	e.hovered = false
	e.Refresh()
}

// Cursor implements desktop.Cursorable.
func (e *LineEdit) Cursor() desktop.Cursor {
	if e.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.TextCursor
}

// posAt is the caret position nearest to a horizontal place in the widget.
func (e *LineEdit) posAt(x float32) int {
	x -= e.textLeft()
	low, high := 0, len(e.runes)
	for low < high {
		mid := (low + high) / 2
		if (e.widthTo(mid)+e.widthTo(mid+1))/2 < x {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

func abs(x float32) float32 {
	if x < 0 {
		return -x
	}
	return x
}

// menu offers the clipboard on a right click, in the words the shell gave.
func (e *LineEdit) menu(at fyne.Position) {
	if words.Copy == "" {
		return
	}
	board := fyne.CurrentApp().Clipboard()
	var items []Option
	if !e.locked() && !e.Password {
		items = append(items, Option{Key: "cut", Text: words.Cut})
	}
	if !e.Password {
		items = append(items, Option{Key: "copy", Text: words.Copy})
	}
	if !e.locked() {
		items = append(items, Option{Key: "paste", Text: words.Paste})
	}
	items = append(items, Option{Key: "all", Text: words.SelectAll})
	popMenu(e.outer(), at, items, func(o Option) {
		switch o.Key {
		case "cut":
			e.TypedShortcut(&fyne.ShortcutCut{Clipboard: board})
		case "copy":
			e.TypedShortcut(&fyne.ShortcutCopy{Clipboard: board})
		case "paste":
			e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: board})
		case "all":
			e.SelectAll()
		}
	})
}
