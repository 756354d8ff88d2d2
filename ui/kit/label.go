package kit

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"zafe/ui/theme"
)

// Style is how a Label writes. The zero value is body text.
type Style struct {
	Size   float32             // points, 0 means theme.SizeText
	Weight Weight              //
	Color  fyne.ThemeColorName // "" means theme.Text
	Align  fyne.TextAlign      //
	Wrap   bool                // over several lines, as wide as the label is
	Shrink bool                // one line, shortened with an ellipsis when there is no room
}

// Label is a text. Unlike a bare canvas.Text it follows the theme.
type Label struct {
	widget.BaseWidget
	text  string
	style Style
	lines []*canvas.Text
	wrapW float32 // width the lines were broken for
	body  *painted
}

var _ fyne.Accessible = (*Label)(nil)

// NewLabel returns a text in a style.
func NewLabel(text string, style Style) *Label {
	if style.Size == 0 {
		style.Size = theme.SizeText
	}
	if style.Color == "" {
		style.Color = theme.Text
	}
	l := &Label{text: text, style: style}
	l.ExtendBaseWidget(l)
	return l
}

// Title returns a page title.
func Title(text string) *Label {
	return NewLabel(text, Style{Size: theme.SizeTitle, Weight: Bold, Shrink: true})
}

// Sub returns a sub-heading.
func Sub(text string) *Label {
	return NewLabel(text, Style{Size: theme.SizeSub, Weight: Bold, Shrink: true})
}

// Body returns body text on one line.
func Body(text string) *Label { return NewLabel(text, Style{}) }

// Strong returns body text that stands out.
func Strong(text string) *Label { return NewLabel(text, Style{Weight: Bold}) }

// Muted returns secondary text, shortened when there is no room.
func Muted(text string) *Label {
	return NewLabel(text, Style{Color: theme.Muted, Shrink: true})
}

// Caption returns small secondary text, shortened when there is no room.
func Caption(text string) *Label {
	return NewLabel(text, Style{Size: theme.SizeCaption, Color: theme.Muted, Shrink: true})
}

// Paragraph returns body text over as many lines as needed.
func Paragraph(text string) *Label { return NewLabel(text, Style{Wrap: true}) }

// MutedParagraph returns secondary text over as many lines as needed.
func MutedParagraph(text string) *Label {
	return NewLabel(text, Style{Color: theme.Muted, Wrap: true})
}

// Text returns what the label says.
func (l *Label) Text() string { return l.text }

// SetText changes what the label says.
func (l *Label) SetText(text string) {
	if l.text == text {
		return
	}
	l.text = text
	l.wrapW = -1
	l.Refresh()
}

// SetColor changes the label's colour by name.
func (l *Label) SetColor(name fyne.ThemeColorName) {
	l.style.Color = name
	l.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (l *Label) AccessibilityLabel() string { return l.text }

// AccessibilityRole implements fyne.Accessible.
func (l *Label) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (l *Label) CreateRenderer() fyne.WidgetRenderer {
	l.body = &painted{owner: l, min: l.minSize, layout: l.place, paint: l.paint}
	l.wrapW = -1
	l.flow(l.Size().Width)
	return l.body
}

func (l *Label) lineHeight() float32 {
	h := measure("Mg", l.style.Size, l.style.Weight).Height
	if l.style.Wrap {
		h += 2
	}
	return h
}

func (l *Label) minSize() fyne.Size {
	h := l.lineHeight()
	switch {
	case l.style.Wrap:
		n := max(len(l.lines), 1)
		return fyne.NewSize(60, float32(n)*h)
	case l.style.Shrink:
		return fyne.NewSize(min(measure(l.text, l.style.Size, l.style.Weight).Width, 40), h)
	default:
		return fyne.NewSize(measure(l.text, l.style.Size, l.style.Weight).Width, h)
	}
}

// NaturalWidth is the width the whole text takes on one line.
func (l *Label) NaturalWidth() float32 {
	return measure(l.text, l.style.Size, l.style.Weight).Width
}

func (l *Label) place(size fyne.Size) {
	l.flow(size.Width)
	h := l.lineHeight()
	if !l.style.Wrap {
		h = size.Height
	}
	for i, t := range l.lines {
		placeText(t, 0, float32(i)*h, size.Width, h)
	}
}

// flow breaks the text for a width and keeps one canvas object per line.
func (l *Label) flow(width float32) {
	if l.body == nil || (width == l.wrapW && len(l.lines) > 0) {
		return
	}
	l.wrapW = width
	var lines []string
	switch {
	case l.style.Wrap:
		lines = breakLines(l.text, width, l.style.Size, l.style.Weight)
	case l.style.Shrink && width > 0:
		lines = []string{fit(l.text, width, l.style.Size, l.style.Weight)}
	default:
		lines = []string{l.text}
	}
	for len(l.lines) < len(lines) {
		t := newText("", l.style.Size, l.style.Weight)
		l.lines = append(l.lines, t)
	}
	l.lines = l.lines[:len(lines)]
	l.body.objects = l.body.objects[:0]
	for i, t := range l.lines {
		t.Text = lines[i]
		t.Alignment = l.style.Align
		tint(t, l.style.Color)
		l.body.objects = append(l.body.objects, t)
	}
}

func (l *Label) paint() {
	l.wrapW = -1
	l.flow(l.Size().Width)
}

// unbroken splits a text at the spaces where French typography lets a line end:
// never before : ; ? ! » % €, never after «.
func unbroken(text string) []string {
	var out []string
	for word := range strings.SplitSeq(text, " ") {
		n := len(out)
		glue := n > 0 &&
			(strings.HasSuffix(out[n-1], "«") || (word != "" && strings.ContainsRune(":;?!»%€", []rune(word)[0])))
		if glue {
			out[n-1] += " " + word
		} else {
			out = append(out, word)
		}
	}
	return out
}

// cutLeast is the width below which a word is left as it is: nothing is laid out for good that narrow.
const cutLeast float32 = 60

// cutWord cuts a word that is wider than a line, such as the path of a file: behind a separator if there is one.
// rest is what the next line begins with.
func cutWord(word string, width, size float32, w Weight) (lines []string, rest string) {
	for width >= cutLeast && measure(word, size, w).Width > width {
		letters := []rune(word)
		n := 1
		for n < len(letters)-1 && measure(string(letters[:n+1]), size, w).Width <= width {
			n++
		}
		if at := strings.LastIndexAny(string(letters[:n]), `/\-_.`); at > 0 {
			n = utf8.RuneCountInString(word[:at+1])
		}
		lines, word = append(lines, string(letters[:n])), string(letters[n:])
	}
	return lines, word
}

// breakLines cuts a text at spaces so that no line is wider than width; line
// breaks in the text are kept. A width of 0 or less keeps one line.
func breakLines(text string, width, size float32, w Weight) []string {
	var out []string
	for para := range strings.SplitSeq(text, "\n") {
		if width <= 0 {
			out = append(out, para)
			continue
		}
		line := ""
		for _, word := range unbroken(para) {
			next := word
			if line != "" {
				next = line + " " + word
			}
			if line != "" && measure(next, size, w).Width > width {
				out = append(out, line)
				line, next = "", word
			}
			if line == "" {
				var whole []string
				whole, next = cutWord(next, width, size, w)
				out = append(out, whole...)
			}
			line = next
		}
		out = append(out, line)
	}
	return out
}
