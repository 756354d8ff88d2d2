package password

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"

	"zafe/assets"
)

// passphraseWords is how many words a passphrase has: of 2 048 words each gives
// eleven bits, seven give 77.
const passphraseWords = 7

var passphraseList = sync.OnceValue(func() []string {
	words := strings.Fields(string(assets.French("passphrase-words.txt")))
	if len(words) != 2048 {
		panic("password: the list of passphrase words must have 2048")
	}
	return words
})

// Passphrase draws seven French words joined by hyphens from random, which is
// crypto/rand.Reader outside tests. They have no accents, so that they can be
// typed on any keyboard.
func Passphrase(random io.Reader) (string, error) {
	list := passphraseList()
	var draw [2 * passphraseWords]byte
	if _, err := io.ReadFull(random, draw[:]); err != nil {
		return "", fmt.Errorf("password: drawing a passphrase: %w", err)
	}
	words := make([]string, passphraseWords)
	for i := range words {
		// 2048 divides 65536, so that every word is as likely.
		words[i] = list[int(binary.LittleEndian.Uint16(draw[2*i:]))%len(list)]
	}
	return strings.Join(words, "-"), nil
}
