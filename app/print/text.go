package print

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lineCountMax bounds the lines one text may take, so that no pasted novel
// makes a document of a thousand pages.
const lineCountMax = 2000

// substitute stands for a character that no embedded face can draw.
const substitute = '?'

// clean makes a text drawable: composed accents, no control or direction
// marks (they could make a document read otherwise than it was keyed in), no
// pictographs, and a visible substitute for letters the font lacks. Line
// feeds are kept; a carriage return alone is one too.
func (m *metrics) clean(s string) string {
	if m.isPlain(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ToValidUTF8(s, string(substitute))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFC.String(s) {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case r == '\u202f': // too narrow in this face to part thousands on paper
			b.WriteString(noBreak)
		case r == '\u00ad' || unicode.Is(unicode.C, r):
			// soft hyphens, controls, zero-width and direction marks, unassigned
		case m.advance(r) >= 0:
			b.WriteRune(r)
		default:
			b.WriteString(m.fallback(r))
		}
	}
	return b.String()
}

// isPlain tells at little cost that a text needs no cleaning.
func (m *metrics) isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < ' ' && c != '\n') || c > '~' {
			return false
		}
	}
	return true
}

// fallback spells a character the font lacks: its compatibility form, its
// letter without the mark, nothing for a pictograph, else the substitute.
func (m *metrics) fallback(r rune) string {
	if unicode.IsSpace(r) {
		return " "
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.M, part) && m.advance(part) >= 0 {
			b.WriteRune(part)
		}
	}
	if b.Len() > 0 {
		return b.String()
	}
	if unicode.In(r, unicode.So, unicode.Sk, unicode.M, unicode.Cn) {
		return ""
	}
	return string(substitute)
}

// wrap cuts a text into lines no wider than width millimetres. It breaks at
// spaces and after hyphens and slashes, never at a no-break space, and inside
// a word only when the word alone is too wide.
func (m *metrics) wrap(s string, size, width float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimRight(m.clean(s), "\n "), "\n") {
		lines = append(lines, m.wrapParagraph(strings.TrimRight(paragraph, " "), size, width)...)
		if len(lines) >= lineCountMax {
			return append(lines[:lineCountMax-1], "…")
		}
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines
}

// wrapParagraph wraps a text without line feeds; an empty one is one empty line.
func (m *metrics) wrapParagraph(s string, size, width float64) []string {
	var lines []string
	limit := int(width / (size * mmPerPoint) * unitsPerEm)
	runes := []rune(s)
	start, used, lastBreak, usedAtBreak := 0, 0, -1, 0
	for i := range runes {
		w := max(m.advance(runes[i]), 0)
		for used+w > limit && i > start && runes[i] != ' ' {
			cut := i
			if lastBreak > start {
				cut, used = lastBreak, used-usedAtBreak
			} else {
				used = 0
			}
			if line := strings.TrimRight(string(runes[start:cut]), " "); line != "" {
				lines = append(lines, line)
			}
			start, lastBreak = cut, -1
		}
		used += w
		if isBreak(runes, i) {
			lastBreak, usedAtBreak = i+1, used
		}
	}
	return append(lines, strings.TrimRight(string(runes[start:]), " "))
}

// isBreak tells whether a line may end after a rune: a space, or a hyphen or
// slash before a letter. Dates, numbers and references stay whole.
func isBreak(runes []rune, i int) bool {
	switch runes[i] {
	case ' ':
		return true
	case '-', '/':
		return i+1 < len(runes) && unicode.IsLetter(runes[i+1])
	}
	return false
}

// oneLine joins the lines of a text and shortens it with an ellipsis to fit a
// width in millimetres.
func (m *metrics) oneLine(s string, size, width float64) string {
	s = strings.ReplaceAll(strings.TrimSpace(m.clean(s)), "\n", " ")
	if m.width(s, size) <= width {
		return s
	}
	limit := int(width/(size*mmPerPoint)*unitsPerEm) - m.advance('…')
	used := 0
	for i, r := range s {
		used += max(m.advance(r), 0)
		if used > limit {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}
