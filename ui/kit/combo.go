package kit

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Combo is a text field that proposes what it finds while the user types.
type Combo struct {
	widget.DisableableWidget
	// Find answers with the options for a text, now or later, on the UI
	// goroutine. A late answer to an earlier text is dropped.
	Find     func(text string, answer func([]Option))
	OnChosen func(Option)      // an option was taken; an empty one when the field was emptied
	OnText   func(text string) // after every change by the keyboard
	Free     bool              // keep a text that is not one of the options, which is its own key then
	edit     *LineEdit
	list     *optionList
	popup    *layer
	chosen   Option
	turn     int // generation of the question asked
}

var _ fyne.Widget = (*Combo)(nil)

// NewCombo returns an empty field that asks find for its options.
func NewCombo(placeholder string, find func(text string, answer func([]Option)), chosen func(Option)) *Combo {
	c := &Combo{Find: find, OnChosen: chosen, edit: NewLineEdit(placeholder)}
	c.edit.OnChanged = c.typed
	c.edit.OnKey = c.key
	c.edit.OnFocus = func(gained bool) {
		if !gained {
			c.leave()
		}
	}
	c.list = newOptionList(nil, c.take)
	c.list.feed = c.edit
	c.ExtendBaseWidget(c)
	return c
}

// Edit gives access to the field, for an icon, a width or OnSubmitted.
func (c *Combo) Edit() *LineEdit { return c.edit }

// Chosen returns the option taken, empty if none.
func (c *Combo) Chosen() Option { return c.chosen }

// Text returns what the field shows.
func (c *Combo) Text() string { return c.edit.Text() }

// SetChosen shows an option without calling OnChosen.
func (c *Combo) SetChosen(o Option) {
	c.chosen = o
	c.edit.SetText(o.Text)
}

// SetText shows a free text.
func (c *Combo) SetText(text string) {
	c.chosen = Option{}
	c.edit.SetText(text)
}

// SetInvalid draws the border in red.
func (c *Combo) SetInvalid(invalid bool) { c.edit.SetInvalid(invalid) }

// Disable implements fyne.Disableable.
func (c *Combo) Disable() {
	c.DisableableWidget.Disable()
	c.edit.Disable()
}

// Enable implements fyne.Disableable.
func (c *Combo) Enable() {
	c.DisableableWidget.Enable()
	c.edit.Enable()
}

// Focus puts the caret in the field.
func (c *Combo) Focus() { Focus(c.edit) }

func (c *Combo) typed(text string) {
	if c.OnText != nil {
		c.OnText(text)
	}
	c.ask(text)
}

func (c *Combo) ask(text string) {
	if c.Find == nil {
		return
	}
	c.turn++
	turn, answered := c.turn, false
	c.Find(text, func(options []Option) {
		answered = true
		if turn != c.turn || !c.edit.focused {
			return
		}
		c.list.empty = words.NoResult
		c.list.set(options)
		if c.Free { // else the first proposal would take the place of what is typed
			c.list.active = c.same(c.edit.Text())
		}
		if len(options) == 0 && c.Free {
			c.closeList()
			return
		}
		c.openList()
	})
	if !answered && len(c.list.options) == 0 && c.isOpen() {
		c.list.empty = words.Loading
		c.list.Refresh()
	}
}

func (c *Combo) openList() {
	if c.popup != nil && c.popup.open {
		c.popup.Refresh()
		return
	}
	size := func() fyne.Size {
		return fyne.NewSize(max(c.Size().Width, min(c.list.naturalWidth(), optionsWidth)), c.list.height())
	}
	c.popup = newLayer(canvasOf(c), c.list, below(c, size))
	c.popup.show()
	if c.popup.canvas != nil {
		c.popup.canvas.Focus(c.list)
	}
}

func (c *Combo) closeList() {
	if c.popup != nil {
		c.popup.close()
	}
}

func (c *Combo) isOpen() bool { return c.popup != nil && c.popup.open }

func (c *Combo) take(o Option) {
	c.turn++
	c.closeList()
	c.chosen = o
	c.edit.SetText(o.Text)
	if c.OnChosen != nil {
		c.OnChosen(o)
	}
}

// key handles the list while it is open.
func (c *Combo) key(ev *fyne.KeyEvent) bool {
	if !c.isOpen() {
		if ev.Name == fyne.KeyDown || ev.Name == fyne.KeyF4 {
			c.ask(c.edit.Text())
			return true
		}
		return false
	}
	switch ev.Name {
	case fyne.KeyEscape:
		c.turn++
		c.closeList()
		if !c.Free {
			c.edit.SetText(c.chosen.Text)
		}
	case fyne.KeyTab:
		canvas := c.popup.canvas
		back := c.edit.shift.held()
		c.list.choose(c.list.active)
		c.closeList()
		if back {
			canvas.FocusPrevious()
		} else {
			canvas.FocusNext()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		c.submit()
	default:
		return c.list.key(ev.Name)
	}
	return true
}

// submit takes the marked option and goes on as Enter does in a field without a list; an option that
// opens something else, such as a new record, keeps the caret there.
func (c *Combo) submit() {
	i := c.list.active
	if i < 0 && c.Free {
		c.closeList()
		if c.edit.OnSubmitted != nil {
			c.edit.OnSubmitted(c.edit.Text())
		}
		return
	}
	if i < 0 || i >= len(c.list.options) {
		return
	}
	key := c.list.options[i].Key
	c.list.choose(i)
	if submitted := c.edit.OnSubmitted; submitted != nil && c.chosen.Key == key {
		submitted(c.edit.Text())
	}
}

// leave settles the text when the caret goes elsewhere.
func (c *Combo) leave() {
	c.turn++
	c.closeList()
	text := c.edit.Text()
	switch {
	case text == c.chosen.Text:
	case text == "" || c.Free:
		c.chosen = Option{Key: text, Text: text}
		if i := c.same(text); i >= 0 {
			c.take(c.list.options[i])
			return
		}
		if c.OnChosen != nil {
			c.OnChosen(c.chosen)
		}
	default:
		c.edit.SetText(c.chosen.Text)
	}
}

// same is the proposal with a text, whatever its case, -1 for none.
func (c *Combo) same(text string) int {
	return slices.IndexFunc(c.list.options, func(o Option) bool { return strings.EqualFold(o.Text, text) })
}

// CreateRenderer implements fyne.Widget.
func (c *Combo) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(c.edit)
}

func (c *Combo) children() []fyne.CanvasObject { return []fyne.CanvasObject{c.edit} }
