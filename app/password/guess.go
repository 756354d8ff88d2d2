package password

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/FastFilter/xorfilter"
	"github.com/ccojocar/zxcvbn-go"
	"golang.org/x/text/unicode/norm"

	"zafe/app/i18n"
	"zafe/assets"
)

// estimateRunesMax bounds what is given to zxcvbn, whose time grows faster than
// the cube of the length: 8 ms for 64 characters, a minute for 1024.
const estimateRunesMax = 64

var filter = sync.OnceValue(func() *xorfilter.BinaryFuse[uint16] {
	f, err := xorfilter.LoadBinaryFuse[uint16](bytes.NewReader(assets.French("passwords.fuse")))
	if err != nil {
		panic("password: " + err.Error())
	}
	return f
})

// listed reports whether a folded password is in the lists; wrongly so for about
// fifteen others in a million.
func listed(folded string) bool { return filter().Contains(key(folded)) }

// frenchWords are the words that French people put in passwords, the commonest
// first: zxcvbn itself only knows English.
var frenchWords = sync.OnceValue(func() []string {
	months := "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre " +
		"lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver " +
		"comptabilite entreprise societe facture bureau patron secret bienvenue motdepasse"
	return append(strings.Fields(months), strings.Fields(string(assets.French("password-words.txt")))...)
})

// estimate returns the strength that zxcvbn gives to the start of a password.
func estimate(s string, known []string) Strength {
	words := append(slices.Clone(known), frenchWords()...)
	score := zxcvbn.PasswordStrength(ascii(s), words).Score
	return min(max(Strength(score), 0), strengthMax)
}

// ascii returns the start of s in the characters that zxcvbn reads: letters
// without their accents, and one sign standing for each other character.
func ascii(s string) string {
	var out strings.Builder
	n := 0
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if n++; n > estimateRunesMax {
			break
		}
		if r < ' ' || r >= utf8.RuneSelf {
			r = '!' + r%('~'-'!')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// contextLengthMin is the length under which a word of the context is too common
// to be held against a password.
const contextLengthMin = 3

// contextWords returns the folded words of the context, whole and cut, the longest first.
func contextWords(context []string) []string {
	words := []string{"zafe"}
	for _, c := range context {
		c = i18n.Fold(strings.TrimSpace(c))
		parts := strings.FieldsFunc(c, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, w := range append(parts, strings.Join(parts, "")) {
			if utf8.RuneCountInString(w) >= contextLengthMin {
				words = append(words, w)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(words)
}

// removeWords returns a folded password without the words of the context, plain
// or disguised, nor what only decorates them.
func removeWords(folded string, known []string) string {
	left := folded
	for _, w := range known {
		left = strings.ReplaceAll(left, w, "")
	}
	if left == folded {
		if left = leetI.Replace(folded); !containsAny(left, known) {
			return folded
		}
		for _, w := range known {
			left = strings.ReplaceAll(left, w, "")
		}
	}
	return left
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// period returns the length in characters of the shortest block that s repeats,
// the last time perhaps in part: 6 for "soleilsoleilsol". It is the length of s
// when s repeats nothing.
func period(s string) int {
	r := []rune(s)
	border := make([]int, len(r)) // longest proper prefix that is a suffix, at each place
	for i := 1; i < len(r); i++ {
		k := border[i-1]
		for k > 0 && r[i] != r[k] {
			k = border[k-1]
		}
		if r[i] == r[k] {
			k++
		}
		border[i] = k
	}
	if len(r) == 0 {
		return 0
	}
	return len(r) - border[len(r)-1]
}

// rows are sequences that fingers or memory run along, on French and English keyboards.
var rows = []string{
	"azertyuiop", "qsdfghjklmu", "wxcvbn,;:!", "&e\"'(-e_ca)=", "1234567890",
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
	"1qaz2wsx3edc4rfv5tgb", "aqwzsxedcrfvtgbyhn", "1a2z3e4r5t6y7u8i9o0p",
}

// runLengthMin is how many neighbours make a run.
const runLengthMin = 4

// uncovered returns how many characters a folded password has when each run along
// a row, in either direction, counts for two.
func uncovered(folded string) int {
	count := 0
	for rest := folded; rest != ""; {
		if n := runAt(rest); n >= runLengthMin {
			rest = rest[n:]
			count += 2
			continue
		}
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		count++
	}
	return count
}

// runAt returns the length in bytes of the longest run at the start of s.
func runAt(s string) int {
	longest := 0
	for _, row := range bothWays() {
		for from := range row {
			n := 0
			for n < len(s) && from+n < len(row) && s[n] == row[from+n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

var bothWays = sync.OnceValue(func() []string {
	all := slices.Clone(rows)
	for _, row := range rows {
		back := []byte(row)
		slices.Reverse(back)
		all = append(all, string(back))
	}
	return all
})
