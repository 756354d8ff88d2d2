package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Tone is the meaning of a colour.
type Tone int

// The tones: without judgement, for information, good, to watch, bad.
const (
	Neutral Tone = iota
	Info
	Ok
	Warn
	Error
)

var tones = [...]struct {
	soft, text, solid fyne.ThemeColorName
	icon              string
}{
	Neutral: {theme.NeutralSoft, theme.NeutralText, theme.Faint, "info"},
	Info:    {theme.PrimarySoft, theme.PrimaryText, theme.Primary, "info"},
	Ok:      {theme.OkSoft, theme.OkText, theme.Ok, "check-circle"},
	Warn:    {theme.WarnSoft, theme.WarnText, theme.Warn, "warning"},
	Error:   {theme.ErrorSoft, theme.ErrorText, theme.Error, "warning-circle"},
}

func (t Tone) soft() fyne.ThemeColorName  { return tones[t].soft }
func (t Tone) text() fyne.ThemeColorName  { return tones[t].text }
func (t Tone) solid() fyne.ThemeColorName { return tones[t].solid }
func (t Tone) icon() string               { return tones[t].icon }

// TextColor is the name of the colour of a text in this tone.
func (t Tone) TextColor() fyne.ThemeColorName { return tones[t].text }

const pillHeight float32 = 20

// Pill is a state in a word, on a soft fill.
type Pill struct {
	widget.BaseWidget
	text string
	tone Tone
}

// NewPill returns a state.
func NewPill(text string, tone Tone) *Pill {
	p := &Pill{text: text, tone: tone}
	p.ExtendBaseWidget(p)
	return p
}

// Text is the state shown.
func (p *Pill) Text() string { return p.text }

// Set changes the state shown.
func (p *Pill) Set(text string, tone Tone) {
	p.text, p.tone = text, tone
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Pill) CreateRenderer() fyne.WidgetRenderer {
	back := newBox(pillHeight / 2)
	label := newText(p.text, theme.SizeCaption, Medium)
	label.Alignment = fyne.TextAlignCenter
	r := &painted{owner: p, objects: append(back.objects(), label)}
	r.min = func() fyne.Size {
		return fyne.NewSize(pillWidth(p.text), pillHeight)
	}
	r.layout = func(size fyne.Size) {
		y := float32(int((size.Height - pillHeight) / 2))
		back.place(0, y, size.Width, pillHeight)
		placeText(label, 0, y, size.Width, pillHeight)
	}
	r.paint = func() {
		back.paint(p.tone.soft(), "", 0)
		label.Text = p.text
		tint(label, p.tone.text())
	}
	r.paint()
	return r
}

func pillWidth(text string) float32 {
	return float32(int(measure(text, theme.SizeCaption, Medium).Width + 17))
}
