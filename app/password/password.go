// Package password decides which passwords are good enough, and draws
// passphrases for those who want one. The rules are those of NIST SP 800-63B
// revision 4 (2025) and of the CNIL (deliberation 2022-100): length first,
// nothing stolen, nothing that can be guessed about the person, no composition
// rule, no forced change.
//
// It must not know how passwords are kept nor whose they are.
package password

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"zafe/app/fault"
	"zafe/app/i18n"
)

// Lengths in characters.
const (
	LengthMin                 = 15 // when the password is alone
	LengthMinWithSecondFactor = 12
	LengthMax                 = 256
)

// Strength tells how long a password would resist someone who knows French and
// its owner: 0 not at all, 1 a moment, 2 not enough, 3 enough, 4 very long.
type Strength int

// Strength bounds: the least that is accepted, the best, and the best that a
// refused password can show.
const (
	strengthMin     Strength = 3
	strengthMax     Strength = 4
	strengthRefused Strength = 2
)

// Normalize returns the one form in which a password is checked and kept, so that
// é typed on any keyboard is the same é (Unicode NFC).
func Normalize(s string) string { return norm.NFC.String(s) }

// Least is the least number of characters of a password, alone or beside a second factor.
func Least(secondFactor bool) int {
	if secondFactor {
		return LengthMinWithSecondFactor
	}
	return LengthMin
}

// Check says whether a password may be chosen. Context holds what an attacker
// would know of its owner: names, e-mail address, company, town. The strength is
// for display, and is below 3 for what is refused. It returns the faults
// "password.too_short", "password.too_long", "password.characters",
// "password.common", "password.repeated", "password.keyboard",
// "password.context" and "password.weak".
func Check(s string, context []string, secondFactor bool) (Strength, error) {
	if !utf8.ValidString(s) {
		return 0, fault.New(fault.Invalid, "password.characters")
	}
	if len(s) > LengthMax*utf8.UTFMax*4 { // longer than any normal form of an acceptable one
		return 0, fault.New(fault.Invalid, "password.too_long", "max", LengthMax)
	}
	s = Normalize(s)
	length := utf8.RuneCountInString(s)
	if length > LengthMax {
		return 0, fault.New(fault.Invalid, "password.too_long", "max", LengthMax)
	}
	least := Least(secondFactor)
	known := contextWords(context)
	strength := estimate(s, known)
	// What is far too short is told so first: it is what a person can see and mend at once.
	if length < clearlyShort {
		return min(strength, strengthRefused), fault.New(fault.Invalid, "password.too_short", "min", least)
	}
	if key := refusal(i18n.Fold(s), known, least); key != "" {
		return min(strength, strengthRefused), fault.New(fault.Invalid, key, "min", least)
	}
	if length < least {
		return min(strength, strengthRefused), fault.New(fault.Invalid, "password.too_short", "min", least)
	}
	if strength < strengthMin {
		return strength, fault.New(fault.Invalid, "password.weak")
	}
	return strength, nil
}

// Strong is Check for who only asks whether a password may be chosen. Faults as Check.
func Strong(s string, context []string, secondFactor bool) error {
	_, err := Check(s, context, secondFactor)
	return err
}

// clearlyShort is the length under which no other fault of a password matters.
const clearlyShort = 8

// refusal returns the key of the rule that a folded password breaks, or "".
// A password that is only a little short breaks none: what is worse is told first.
func refusal(folded string, known []string, least int) string {
	if stolen(folded) {
		return "password.common"
	}
	length := utf8.RuneCountInString(folded)
	if p := period(folded); p < length && 2*p <= length && p < least {
		return "password.repeated"
	}
	if length >= least && uncovered(folded) < least/2 {
		return "password.keyboard"
	}
	if without := removeWords(folded, known); without != folded && utf8.RuneCountInString(without) < least/2 {
		return "password.context"
	}
	return ""
}

// stemLengthMin is the length under which a stem proves nothing.
const stemLengthMin = 5

// stolen reports whether a folded password, or what is left of it without its
// usual disguises, is in the lists of stolen passwords.
func stolen(folded string) bool {
	core := strings.TrimFunc(folded, notLetter)
	letters := strings.Map(func(r rune) rune {
		if notLetter(r) {
			return -1
		}
		return r
	}, folded)
	if listed(folded) {
		return true
	}
	for _, stem := range []string{
		core, letters,
		leetI.Replace(folded), leetI.Replace(core), leetL.Replace(folded), leetL.Replace(core),
		leetI.Replace(strings.TrimRightFunc(folded, notLetter)), // "p@ssw0rd2024!" and "@zerty"
		strings.TrimFunc(leetI.Replace(strings.TrimRight(folded, "0123456789!?.,;:*+-_ ")), notLetter),
	} {
		if utf8.RuneCountInString(stem) >= stemLengthMin && listed(stem) {
			return true
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// The disguises of letters, with both readings of 1.
var (
	leetI = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b",
		"@", "a", "$", "s", "!", "i", "€", "e")
	leetL = strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b",
		"@", "a", "$", "s", "!", "l", "€", "e")
)

// key is how a folded password is looked up in the filter.
func key(folded string) uint64 {
	sum := sha256.Sum256([]byte(folded))
	return binary.LittleEndian.Uint64(sum[:8])
}
