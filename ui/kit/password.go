package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// PasswordField is a hidden text that can be shown, with a bar that says how
// strong it is when Strength is set.
type PasswordField struct {
	widget.BaseWidget
	// Strength scores a text from 0 (bad) to 4 (very good) and says it in words.
	Strength  func(text string) (score int, note string)
	OnChanged func(text string)

	edit  *LineEdit
	show  *IconButton
	score int
	note  string
}

// NewPasswordField returns an empty field.
func NewPasswordField(placeholder string) *PasswordField {
	p := &PasswordField{edit: NewLineEdit(placeholder)}
	p.edit.Password = true
	p.edit.Icon = "lock"
	p.show = NewIconButton("eye", words.ShowPassword, p.toggle)
	p.edit.OnChanged = func(text string) {
		p.rate(text)
		if p.OnChanged != nil {
			p.OnChanged(text)
		}
	}
	p.ExtendBaseWidget(p)
	return p
}

func (p *PasswordField) toggle() {
	p.edit.Password = !p.edit.Password
	if p.edit.Password {
		p.show.SetIcon("eye", theme.Muted)
		p.show.SetTip(words.ShowPassword)
	} else {
		p.show.SetIcon("eye-slash", theme.Muted)
		p.show.SetTip(words.HidePassword)
	}
	p.edit.Refresh()
}

func (p *PasswordField) rate(text string) {
	if p.Strength == nil {
		return
	}
	p.score, p.note = -1, ""
	if text != "" {
		p.score, p.note = p.Strength(text)
	}
	p.Refresh()
}

// Edit gives access to the field, for focus and OnSubmitted.
func (p *PasswordField) Edit() *LineEdit { return p.edit }

// Text returns what is typed.
func (p *PasswordField) Text() string { return p.edit.Text() }

// SetText replaces what is typed.
func (p *PasswordField) SetText(text string) {
	p.edit.SetText(text)
	p.rate(text)
}

// SetInvalid draws the border in red.
func (p *PasswordField) SetInvalid(invalid bool) { p.edit.SetInvalid(invalid) }

// CreateRenderer implements fyne.Widget.
func (p *PasswordField) CreateRenderer() fyne.WidgetRenderer {
	var parts [4]*canvas.Rectangle
	note := NewLabel("", Style{Size: theme.SizeCaption, Weight: Medium, Wrap: true})
	r := &painted{owner: p, objects: []fyne.CanvasObject{p.edit, p.show, note}}
	for i := range parts {
		parts[i] = canvas.NewRectangle(nil)
		parts[i].CornerRadius = 2
		r.objects = append(r.objects, parts[i])
	}
	r.min = func() fyne.Size {
		h := theme.InputHeight
		if p.Strength != nil {
			h += 12 + max(16, note.MinSize().Height)
		}
		return fyne.NewSize(140, h)
	}
	r.layout = func(size fyne.Size) {
		place(p.edit, 0, 0, size.Width, theme.InputHeight)
		place(p.show, size.Width-28, 2, 26, 26)
		w := (size.Width - 12) / 4
		for i, part := range parts {
			place(part, float32(i)*(w+4), theme.InputHeight+7, w, 4)
		}
		place(note, 0, theme.InputHeight+14, size.Width, heightAt(note, size.Width))
	}
	r.paint = func() {
		p.edit.Refresh()
		tones := []Tone{Error, Error, Warn, Ok, Ok}
		for i, part := range parts {
			part.Hidden = p.Strength == nil
			name := theme.Hairline
			if p.edit.Text() != "" && p.score >= 0 && i < max(p.score, 1) {
				name = tones[min(p.score, 4)].solid()
			}
			fill(part, name)
		}
		note.Hidden = p.Strength == nil
		note.SetText(p.note)
		if p.score >= 0 {
			note.SetColor(tones[min(p.score, 4)].text())
		}
	}
	r.paint()
	return r
}

func (p *PasswordField) children() []fyne.CanvasObject { return []fyne.CanvasObject{p.edit} }
