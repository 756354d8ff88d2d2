package i18n

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collators holds French collators. One keeps iterators inside itself and
// serves one goroutine at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.French) }}

// Compare returns -1, 0 or 1 as a sorts before, with or after b for a French
// reader: accents and capitals only break ties. Words of every language of the
// catalogue are sorted this way, because the names are French in all of them.
func Compare(a, b string) int {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	return c.CompareString(a, b)
}

// Fold returns s as it is searched: lower case, without accents, œ as oe, with
// plain spaces and apostrophes.
func Fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	var out strings.Builder
	out.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'œ' || r == 'Œ':
			out.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			out.WriteString("ae")
		case r == 'ß' || r == 'ẞ':
			out.WriteString("ss")
		case r == '’' || r == '‘' || r == 'ʼ':
			out.WriteByte('\'')
		case r == '\u2011' || r == '\u2010' || r == '–' || r == '\u2212':
			out.WriteByte('-')
		case unicode.IsSpace(r):
			out.WriteByte(' ')
		default:
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return out.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' {
			return false
		}
	}
	return true
}
