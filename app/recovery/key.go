// Package recovery is the key printed on the recovery sheet (clé de secours):
// 160 random bits that open the company's store when everything else is lost.
// It writes the key in a form that survives paper, an old printer and a
// telephone, and says which group was mistyped. It must not know what the key
// opens, nor keep it anywhere.
//
// The alphabet is Crockford's base32, which has no I, L, O nor U. The checksum
// is bech32m (Bitcoin improvement proposal 350): it sees every error in up to
// four symbols, and lets others pass once in a thousand million.
package recovery

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"zafe/app/fault"
)

// Prefix starts every printed key. Its digit is the version of the format.
const Prefix = "ZAFE1"

// VaultPrefix starts the name of the folder with the backups of a later key; the date follows, so that names
// sort by age. It stands inside the folder of the book's first key, whose backups stay where they are.
const VaultPrefix = "cle-"

// GroupCount is how many groups follow the prefix: eight of four symbols, which
// hold the key, and a last one of six, the checksum.
const GroupCount = 9

const (
	dataSymbols  = 32 // of 5 bits: 160 bits
	checkSymbols = 6
	symbolCount  = dataSymbols + checkSymbols
	groupSize    = 4
	inputMax     = 200 // bytes of a text worth reading
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// Key is a recovery key. It is a secret: never log it, and show it only on the
// recovery sheet.
type Key [20]byte

// ErrGroup says which group of a key was mistyped, counted from 1 after the prefix.
type ErrGroup struct{ N int }

func (e ErrGroup) Error() string { return fmt.Sprintf("recovery: group %d is mistyped", e.N) }

// ErrLength says that a key has too few or too many symbols.
var ErrLength = errors.New("recovery: wrong number of symbols")

// ErrChecksum says that a key is mistyped in several places.
var ErrChecksum = errors.New("recovery: wrong checksum")

// New draws a key from random, which is crypto/rand.Reader outside tests.
func New(random io.Reader) (Key, error) {
	var k Key
	if _, err := io.ReadFull(random, k[:]); err != nil {
		return Key{}, fmt.Errorf("recovery: drawing a key: %w", err)
	}
	return k, nil
}

// String returns the canonical form, "ZAFE1-XXXX-…-XXXXXX".
func (k Key) String() string { return Prefix + "-" + strings.Join(k.Groups(), "-") }

// Groups returns the GroupCount groups that follow the prefix.
func (k Key) Groups() []string {
	values := append(k.values(), checksum(k.values())...)
	text := make([]byte, len(values))
	for i, v := range values {
		text[i] = alphabet[v]
	}
	groups := make([]string, GroupCount)
	for n := range groups {
		from, to := bounds(n)
		groups[n] = string(text[from:to])
	}
	return groups
}

// MatchesGroups reports whether typed holds the right text for some groups of k,
// numbered from 1: the proof that the sheet was printed and can be read. It is
// as tolerant as Parse, takes the same time whatever differs, and says no to
// nothing typed at all.
func (k Key) MatchesGroups(typed map[int]string) bool {
	groups, right := k.Groups(), 1
	for n, text := range typed {
		if n < 1 || n > GroupCount {
			return false
		}
		cleaned, _ := clean(text)
		right &= subtle.ConstantTimeCompare([]byte(cleaned), []byte(groups[n-1]))
	}
	return right == 1 && len(typed) > 0
}

// Parse reads a key as a person types it: in any case, with O for 0, I or L for
// 1 and U for V, with other separators or none, with or without the prefix. It
// never corrects a symbol. It returns the faults "recovery.group" (wrapping
// ErrGroup), "recovery.length" (ErrLength) and "recovery.checksum" (ErrChecksum).
func Parse(s string) (Key, error) {
	if len(s) > inputMax {
		return Key{}, refuseLength(len(s))
	}
	text, stray := clean(s)
	text, stray = cutPrefix(text, stray)
	if len(text) != symbolCount {
		if n := oddGroup(s); n > 0 {
			return Key{}, refuseGroup(n)
		}
		return Key{}, refuseLength(len(text))
	}
	if stray >= 0 {
		return Key{}, refuseGroup(groupOf(stray))
	}
	values := make([]byte, symbolCount)
	for i := range values {
		values[i] = byte(strings.IndexByte(alphabet, text[i]))
	}
	if !valid(values) {
		if n := mistyped(values); n > 0 {
			return Key{}, refuseGroup(n)
		}
		return Key{}, fault.New(fault.Invalid, "recovery.checksum").Because(ErrChecksum)
	}
	return pack(values[:dataSymbols]), nil
}

func refuseGroup(n int) error {
	return fault.New(fault.Invalid, "recovery.group", "group", n).Because(ErrGroup{n})
}

func refuseLength(n int) error {
	return fault.New(fault.Invalid, "recovery.length", "symbols", n, "wanted", symbolCount).Because(ErrLength)
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
func cutPrefix(text string, stray int) (string, int) {
	rest, found := strings.CutPrefix(text, Prefix)
	if !found || len(text) == symbolCount {
		return text, stray
	}
	if stray >= 0 {
		stray -= len(Prefix)
	}
	return rest, stray
}

// oddGroup returns the number of the only group of s whose length is wrong, or
// 0. It needs the separators to be there.
func oddGroup(s string) int {
	var groups []string
	for _, g := range strings.FieldsFunc(s, separator) {
		if g, _ = clean(g); len(groups) > 0 || g != Prefix {
			groups = append(groups, g)
		}
	}
	odd := 0
	for n, g := range groups {
		if from, to := bounds(n); len(groups) == GroupCount && len(g) != to-from {
			if odd > 0 {
				return 0
			}
			odd = n + 1
		}
	}
	return odd
}

// bounds returns where group n, counted from 0, starts and ends among the symbols.
func bounds(n int) (from, to int) {
	if n == GroupCount-1 {
		return dataSymbols, symbolCount
	}
	return n * groupSize, (n + 1) * groupSize
}

// groupOf returns the number of the group of a symbol, counted from 1.
func groupOf(symbol int) int { return min(symbol/groupSize+1, GroupCount) }
