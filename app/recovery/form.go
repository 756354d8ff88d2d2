package recovery

import (
	"strings"
	"unicode"

	"zafe/app/fault"
)

const (
	checkSymbols = 6
	groupSize    = 4
	inputMax     = 200 // bytes of a text worth reading
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// form is a way to write a secret on paper: a prefix, then groups of four symbols
// of five bits, then one of six, the checksum.
type form struct {
	prefix string // its digit is the version
	data   int    // symbols that hold the secret, a multiple of groupSize
}

func (f form) symbols() int    { return f.data + checkSymbols }
func (f form) groupCount() int { return f.data/groupSize + 1 }

// groups returns the text that follows the prefix.
func (f form) groups(data []byte) []string {
	values := append(data, f.checksum(data)...)
	text := make([]byte, len(values))
	for i, v := range values {
		text[i] = alphabet[v]
	}
	groups := make([]string, f.groupCount())
	for n := range groups {
		from, to := f.bounds(n)
		groups[n] = string(text[from:to])
	}
	return groups
}

// read returns the values of what a person typed, without the checksum.
func (f form) read(s string) ([]byte, error) {
	if len(s) > inputMax {
		return nil, f.refuseLength(len(s))
	}
	text, stray := clean(s)
	text, stray = f.cutPrefix(text, stray)
	if len(text) != f.symbols() {
		if n := f.oddGroup(s); n > 0 {
			return nil, refuseGroup(n)
		}
		return nil, f.refuseLength(len(text))
	}
	if stray >= 0 {
		return nil, refuseGroup(f.groupOf(stray))
	}
	values := make([]byte, f.symbols())
	for i := range values {
		values[i] = byte(strings.IndexByte(alphabet, text[i]))
	}
	if !f.valid(values) {
		if n := f.mistyped(values); n > 0 {
			return nil, refuseGroup(n)
		}
		return nil, fault.New(fault.Invalid, "recovery.checksum").Because(ErrChecksum)
	}
	return values[:f.data], nil
}

func refuseGroup(n int) error {
	return fault.New(fault.Invalid, "recovery.group", "group", n).Because(ErrGroup{n})
}

func (f form) refuseLength(n int) error {
	return fault.New(fault.Invalid, "recovery.length",
		"symbols", n, "wanted", f.symbols(), "prefix", f.prefix).Because(ErrLength)
}

// strayMark stands for a character that is in no key.
const strayMark = '?'

// clean returns the symbols of s in canonical form and the place of the first
// character that is in no key, or -1.
func clean(s string) (string, int) {
	var out strings.Builder
	stray := -1
	for _, r := range s {
		if separator(r) {
			continue
		}
		r = lookalike(unicode.ToUpper(r))
		if r > unicode.MaxASCII || strings.IndexByte(alphabet, byte(r)) < 0 {
			if stray < 0 {
				stray = out.Len()
			}
			r = strayMark
		}
		out.WriteByte(byte(r))
	}
	return out.String(), stray
}

func lookalike(r rune) rune {
	switch r {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	case 'U':
		return 'V'
	}
	return r
}

func separator(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("._,;:/\u2212\u200b\ufeff", r)
}

// cutPrefix removes the prefix from a cleaned text, if it is there. A text of
// exactly the right length has none, even if it starts alike.
func (f form) cutPrefix(text string, stray int) (string, int) {
	rest, found := strings.CutPrefix(text, f.prefix)
	if !found || len(text) == f.symbols() {
		return text, stray
	}
	if stray >= 0 {
		stray -= len(f.prefix)
	}
	return rest, stray
}

// oddGroup returns the number of the only group of s whose length is wrong, or
// 0. It needs the separators to be there.
func (f form) oddGroup(s string) int {
	var groups []string
	for _, g := range strings.FieldsFunc(s, separator) {
		if g, _ = clean(g); len(groups) > 0 || g != f.prefix {
			groups = append(groups, g)
		}
	}
	odd := 0
	for n, g := range groups {
		if from, to := f.bounds(n); len(groups) == f.groupCount() && len(g) != to-from {
			if odd > 0 {
				return 0
			}
			odd = n + 1
		}
	}
	return odd
}

// bounds returns where group n, counted from 0, starts and ends among the symbols.
func (f form) bounds(n int) (from, to int) {
	if n == f.groupCount()-1 {
		return f.data, f.symbols()
	}
	return n * groupSize, (n + 1) * groupSize
}

// groupOf returns the number of the group of a symbol, counted from 1.
func (f form) groupOf(symbol int) int { return min(symbol/groupSize+1, f.groupCount()) }
