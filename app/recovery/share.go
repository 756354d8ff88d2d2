package recovery

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"zafe/app/fault"
)

// SharePrefix starts every printed share. Its digit is the version of the format.
const SharePrefix = "ZAFE2"

// ShareCount is how many shares a key has (clé partagée); any two of them make the key.
const ShareCount = 3

// ShareGroupCount is how many groups follow the prefix of a share.
const ShareGroupCount = 10

// shareForm is how a share stands on paper: its number, the mark of its key, 160 bits.
var shareForm = form{prefix: SharePrefix, data: 36}

// markSymbols is how many symbols of five bits tell the shares of different keys apart. Who holds one share
// learns that much of the key's hash, which leaves 145 bits to guess.
const markSymbols = 3

// Share is one of the shares of a key: a secret like the key, though alone it opens nothing.
//
// The scheme is Shamir's over GF(2^8) modulo x^8+x^4+x^3+x+1, byte by byte, as HashiCorp Vault has it: the share
// with number x holds key + x·slope. The slope is derived from the key instead of drawn: a share that was
// lost is printed again as it was, and fits those printed before. Against who holds one share the key is as
// safe as HKDF-SHA256 is one-way; a drawn slope would hide it even from who can invert that.
type Share struct {
	Number byte // 1 to ShareCount
	Mark   [markSymbols]byte
	Value  [20]byte
}

// Shares returns the shares of a key, always the same ones, by their number.
func (k Key) Shares() [ShareCount]Share {
	slope := k.derive("zafe recovery share slope v1", len(k))
	var all [ShareCount]Share
	for i := range all {
		s := &all[i]
		s.Number, s.Mark = byte(i+1), k.mark()
		for n := range k {
			s.Value[n] = k[n] ^ times(s.Number, slope[n])
		}
	}
	return all
}

// mark is what the shares of a key have in common, values of five bits.
func (k Key) mark() [markSymbols]byte {
	return [markSymbols]byte(fives(k.derive("zafe recovery share mark v1", 2)))
}

func (k Key) derive(what string, size int) []byte {
	out, err := hkdf.Key(sha256.New, k[:], nil, what, size)
	if err != nil {
		panic("recovery: hkdf: " + err.Error()) // the size is far below its limit
	}
	return out
}

// String returns the canonical form, "ZAFE2-NMMM-XXXX-…-XXXXXX": the first symbol is the share's number.
func (s Share) String() string {
	return SharePrefix + "-" + strings.Join(shareForm.groups(s.values()), "-")
}

// values are the symbols of five bits that a share stands for.
func (s Share) values() []byte {
	return append(append([]byte{s.Number}, s.Mark[:]...), fives(s.Value[:])...)
}

// SharesWith returns the numbers of the shares of k that have all of the typed groups, numbered from 1: the proof that
// their sheets can be read. It is as tolerant as [Key.MatchesGroups].
func (k Key) SharesWith(typed map[int]string) (numbers []int) {
	for _, s := range k.Shares() {
		groups := shareForm.groups(s.values())
		right := 1
		for n, text := range typed {
			if n < 1 || n > ShareGroupCount {
				return nil
			}
			cleaned, _ := clean(text)
			right &= subtle.ConstantTimeCompare([]byte(cleaned), []byte(groups[n-1]))
		}
		if right == 1 && len(typed) > 0 {
			numbers = append(numbers, int(s.Number))
		}
	}
	return numbers
}

// IsShare reports whether a text is meant as one share, by its prefix: which box to show for what was pasted.
func IsShare(s string) bool {
	text, _ := clean(s)
	return strings.HasPrefix(text, SharePrefix) && len(text) != keyForm.symbols()
}

// ParseShare reads a share, as tolerant as [Parse]. It returns its faults, and "recovery.group" for a number
// that no share has.
func ParseShare(s string) (Share, error) {
	values, err := shareForm.read(s)
	if err != nil {
		return Share{}, err
	}
	out := Share{Number: values[0], Mark: [markSymbols]byte(values[1 : 1+markSymbols])}
	if out.Number < 1 || out.Number > ShareCount {
		return Share{}, refuseGroup(1)
	}
	copy(out.Value[:], eights(values[1+markSymbols:]))
	return out, nil
}

// Join returns the key of two of its shares. It returns the faults "recovery.share_twice" for the same share
// given twice and "recovery.share_other" for shares of different keys.
func Join(a, b Share) (Key, error) {
	if a.Number == b.Number && a.Mark == b.Mark {
		return Key{}, fault.New(fault.Invalid, "recovery.share_twice", "n", int(a.Number))
	}
	if a.Number == b.Number || a.Mark != b.Mark {
		return Key{}, fault.New(fault.Invalid, "recovery.share_other")
	}
	k := start(a, b)
	if mark := k.mark(); subtle.ConstantTimeCompare(mark[:], a.Mark[:]) == 0 {
		return Key{}, fault.New(fault.Invalid, "recovery.share_other")
	}
	return k, nil
}

// start is where the line through two shares of different numbers is at 0.
func start(a, b Share) (k Key) {
	over := inverse(a.Number ^ b.Number)
	for i := range k {
		k[i] = times(over, times(b.Number, a.Value[i])^times(a.Number, b.Value[i]))
	}
	return k
}

// Shared tells whether a text that [Parse] reads is two shares of a key: whoever gave it did not read the key on its
// own sheet.
func Shared(s string) bool {
	_, _, two := cutShares(s)
	return two
}

// cutShares takes two shares apart, with a plus sign between them or one below the other.
func cutShares(s string) (one, other string, two bool) {
	if one, other, two = strings.Cut(s, "+"); two {
		return one, other, true
	}
	upper := strings.ToUpper(s)
	if first, last := strings.Index(upper, SharePrefix), strings.LastIndex(upper, SharePrefix); last > first {
		return s[:last], s[last:], true
	}
	return "", "", false
}

func parseShares(one, other string) (Key, error) {
	a, err := ParseShare(one)
	if err != nil {
		return Key{}, err
	}
	b, err := ParseShare(other)
	if err != nil {
		return Key{}, err
	}
	return Join(a, b)
}

// times multiplies in GF(2^8). Its time does not depend on the values.
func times(a, b byte) (out byte) {
	for range 8 {
		out ^= -(b & 1) & a
		a = a<<1 ^ -(a>>7)&0x1b
		b >>= 1
	}
	return out
}

// inverse is 1/a in GF(2^8): a to the power of 254. a is not 0.
func inverse(a byte) byte {
	out := byte(1)
	for range 7 {
		a = times(a, a)
		out = times(out, a)
	}
	return out
}
