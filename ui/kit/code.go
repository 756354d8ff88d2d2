package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// codeLength is how many digits a one-time code has (RFC 6238 as used by the
// common authenticator applications).
const codeLength = 6

// CodeInput is a six-digit code, one digit per box.
type CodeInput struct {
	widget.DisableableWidget
	OnComplete func(code string) // the last digit was typed or pasted
	digits     []rune
	focused    bool
	wrong      bool
	edited     func() // told of every digit, nil for nobody
}

var (
	_ fyne.Focusable    = (*CodeInput)(nil)
	_ fyne.Shortcutable = (*CodeInput)(nil)
	_ fyne.Tappable     = (*CodeInput)(nil)
)

// NewCodeInput returns an empty code.
func NewCodeInput(complete func(code string)) *CodeInput {
	c := &CodeInput{OnComplete: complete}
	c.ExtendBaseWidget(c)
	return c
}

// Text returns the digits typed so far.
func (c *CodeInput) Text() string { return string(c.digits) }

// Clear empties the boxes; wrong draws them in red until the next digit.
func (c *CodeInput) Clear(wrong bool) {
	c.digits, c.wrong = nil, wrong
	c.Refresh()
}

// Tapped implements fyne.Tappable.
func (c *CodeInput) Tapped(*fyne.PointEvent) { Focus(c) }

// Cursor implements desktop.Cursorable.
func (c *CodeInput) Cursor() desktop.Cursor { return desktop.TextCursor }

// FocusGained implements fyne.Focusable.
func (c *CodeInput) FocusGained() {
	c.focused = true
	c.Refresh()
}

// FocusLost implements fyne.Focusable.
func (c *CodeInput) FocusLost() {
	c.focused = false
	c.Refresh()
}

// TypedRune implements fyne.Focusable.
func (c *CodeInput) TypedRune(r rune) {
	if r < '0' || r > '9' || len(c.digits) >= codeLength || c.Disabled() {
		return
	}
	c.digits = append(c.digits, r)
	c.wrong = false
	c.Refresh()
	if c.edited != nil {
		c.edited()
	}
	if len(c.digits) == codeLength && c.OnComplete != nil {
		c.OnComplete(string(c.digits))
	}
}

// TypedKey implements fyne.Focusable.
func (c *CodeInput) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case ev.Name == fyne.KeyBackspace && len(c.digits) > 0:
		c.digits = c.digits[:len(c.digits)-1]
		c.Refresh()
	case ev.Name == fyne.KeyDelete:
		c.Clear(false)
	default:
		passKey(c, ev)
	}
}

// TypedShortcut implements fyne.Shortcutable: a pasted code fills the boxes.
func (c *CodeInput) TypedShortcut(s fyne.Shortcut) {
	p, ok := s.(*fyne.ShortcutPaste)
	if !ok {
		passShortcut(c, s)
		return
	}
	c.digits = nil
	for _, r := range p.Clipboard.Content() {
		c.TypedRune(r)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *CodeInput) CreateRenderer() fyne.WidgetRenderer {
	const w, h, gap, middle = 46, 54, 8, 10
	const total = codeLength*w + (codeLength-1)*gap + middle
	var boxes [codeLength]*box
	p := &painted{owner: c}
	var texts [codeLength]*canvas.Text
	for i := range boxes {
		boxes[i] = newBox(theme.RadiusPopup)
		p.objects = append(p.objects, boxes[i].objects()...)
		texts[i] = newText("", 24, Bold)
		texts[i].Alignment = fyne.TextAlignCenter
		p.objects = append(p.objects, texts[i])
	}
	p.min = func() fyne.Size { return fyne.NewSize(total, h) }
	p.layout = func(size fyne.Size) {
		x := float32(int((size.Width - total) / 2))
		for i, b := range boxes {
			if i == codeLength/2 {
				x += middle
			}
			b.place(x, 0, w, h)
			place(texts[i], x, -1, w, h)
			x += w + gap
		}
	}
	p.paint = func() {
		for i, b := range boxes {
			border, width := theme.Outline, float32(1)
			if c.wrong {
				border = theme.Error
			}
			if c.focused && i == min(len(c.digits), codeLength-1) {
				width = 2
				if !c.wrong {
					border = theme.Primary
				}
			}
			b.paint(theme.Input, border, width)
			texts[i].Text = ""
			if i < len(c.digits) {
				texts[i].Text = string(c.digits[i])
			}
			tint(texts[i], theme.Text)
		}
	}
	p.paint()
	return p
}
