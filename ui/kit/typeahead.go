package kit

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// typeAhead finds the option that starts with the last characters typed.
type typeAhead struct {
	text string
	last time.Time
}

func (t *typeAhead) find(r rune, options []Option, from int) int {
	now := time.Now()
	if now.Sub(t.last) > typeAheadFor {
		t.text = ""
	}
	t.last = now
	t.text += string(r)
	want := Fold(t.text)
	start := max(from, 0)
	if len([]rune(t.text)) == 1 {
		start++ // the same letter again goes to the next one
	}
	for k := range options {
		i := (start + k) % len(options)
		if !options[i].Disabled && strings.HasPrefix(Fold(options[i].Text), want) {
			return i
		}
	}
	return -1
}

// Fold brings a text to lower case without accents, to compare what people type.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
