// Package search is how the book is searched: what a text becomes to be found, what a typed text
// asks for, and the search box over every kind of record (Ctrl+K). Areas index their records through
// the transaction; the package knows none of them, no SQL and no screen.
package search

import (
	"strings"
	"unicode"

	"zafe/app/auth"
	"zafe/app/i18n"
)

// The bounds of a typed search: what is longer is not read.
const (
	WordsMax     = 8
	textRunesMax = 200
)

// Fold returns s as it is indexed and sorted: lower case, without accents, words of letters and
// figures separated by one space.
func Fold(s string) string {
	return strings.Join(strings.FieldsFunc(i18n.Fold(s), separates), " ")
}

func separates(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Index returns the text under which parts are found: their folded words, each part's own.
func Index(parts ...string) string { return Fold(strings.Join(parts, " ")) }

// Query is what a typed text asks for: records holding, for each of Words, a word that starts so;
// or a word that starts with Digits, when the text is a number typed in groups ("0690 12 34").
type Query struct {
	Words  []string
	Digits string
	// NoContact: what is typed is not looked for in the fields of auth.Contact.
	NoContact bool
}

// As is what an actor may ask: a search by what they may not see would tell it.
func (q Query) As(a auth.Actor) Query {
	q.NoContact = a.Hides(auth.Contact)
	return q
}

// Parse reads a typed text.
func Parse(text string) Query {
	if runes := []rune(text); len(runes) > textRunesMax {
		text = string(runes[:textRunesMax])
	}
	q := Query{Words: strings.Fields(Fold(text))}
	if len(q.Words) > WordsMax {
		q.Words = q.Words[:WordsMax]
	}
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		if d := Phone(text); len(q.Words) > 1 || len(q.Words) == 1 && d != q.Words[0] {
			q.Digits = d
		}
	}
	return q
}

// Empty tells whether the query asks for nothing in particular.
func (q Query) Empty() bool { return len(q.Words) == 0 }

// Match tells whether a folded text answers the query, word by word.
func (q Query) Match(folded string) bool {
	folded = " " + folded
	if q.Digits != "" && strings.Contains(folded, " "+q.Digits) {
		return true
	}
	for _, w := range q.Words {
		if !strings.Contains(folded, " "+w) {
			return false
		}
	}
	return true
}

// dialling are the country codes of the French numbering plan, longest first: +590 690 12 34 56 is
// 0690 12 34 56 to those who dial it from home (ARCEP, plan national de numérotation).
var dialling = []string{"262", "590", "594", "596", "33"}

// Phone returns the digits of a number as it is dialled from home, so that "+590 690 12-34-56",
// "00590690123456" and "0690.12.34.56" are one. Anything but digits is dropped.
func Phone(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	digits := b.String()
	rest, abroad := strings.CutPrefix(digits, "00")
	if !abroad && !strings.HasPrefix(strings.TrimSpace(s), "+") {
		return digits
	}
	for _, code := range dialling {
		if national, ok := strings.CutPrefix(rest, code); ok && len(national) > 0 {
			return "0" + strings.TrimPrefix(national, "0")
		}
	}
	return rest
}
