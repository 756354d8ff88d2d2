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

// keyForm is how a key stands on paper: 160 bits.
var keyForm = form{prefix: Prefix, data: 32}

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
func (k Key) Groups() []string { return keyForm.groups(fives(k[:])) }

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
// never corrects a symbol. Two shares of a key ([Share]), with a plus sign or an end
// of line between them, are read as that key.
//
// It returns the faults "recovery.group" (wrapping ErrGroup), "recovery.length"
// (ErrLength) and "recovery.checksum" (ErrChecksum), those of [ParseShare] and
// [Join], and "recovery.share_alone" for a share without another.
func Parse(s string) (Key, error) {
	if one, other, two := cutShares(s); two {
		return parseShares(one, other)
	}
	if IsShare(s) {
		return Key{}, fault.New(fault.Invalid, "recovery.share_alone")
	}
	data, err := keyForm.read(s)
	if err != nil {
		return Key{}, err
	}
	return Key(eights(data)), nil
}
