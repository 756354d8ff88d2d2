package crypt

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Kinds of slots. They are written to disk and never change.
const (
	KindPassword = "password" // opened by a password through Argon2id
	KindRecovery = "recovery" // opened by the 20 random bytes of the printed recovery key
	KindKeyring  = "keyring"  // opened by 32 random bytes in the system's keyring
	KindTPM      = "tpm"      // opened by 32 random bytes that this computer's security chip sealed
)

// kindDevice is opened by 32 random bytes that a computer keeps. It is in format 1; nothing makes it any more.
const kindDevice = "device"

// secretSizes are the kinds opened by random bytes, and how many. They need no slow derivation.
var secretSizes = map[string]int{KindRecovery: 20, kindDevice: 32, KindKeyring: 32, KindTPM: 32}

// KDF are the parameters of Argon2id (RFC 9106), stored with each password slot.
type KDF struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8
}

// DefaultKDF takes about half a second on an office computer of 2026.
func DefaultKDF() KDF { return KDF{Time: 4, MemoryKiB: 256 << 10, Threads: 2} }

// Bounds of KDF parameters: a hostile key file must not exhaust the memory or the owner's patience
// before anything in it can be authenticated.
const (
	kdfTimeMax      = 16
	kdfMemoryKiBMax = 1 << 20
	kdfThreadsMax   = 16
)

func (k KDF) valid() bool {
	return k.Time >= 1 && k.Time <= kdfTimeMax && k.Threads >= 1 && k.Threads <= kdfThreadsMax &&
		k.MemoryKiB >= 8*uint32(k.Threads) && k.MemoryKiB <= kdfMemoryKiBMax
}

// NewSlot describes a slot to be made; see [PasswordSlot] and [SecretSlot].
type NewSlot struct {
	kind, label string
	secret      []byte
	kdf         KDF
}

// PasswordSlot describes a slot opened by a password. Passwords are compared as Unicode
// normalization form C, so that é typed on any computer is the same é. The zero KDF means
// [DefaultKDF].
func PasswordSlot(label, password string, k KDF) NewSlot {
	if k == (KDF{}) {
		k = DefaultKDF()
	}
	return NewSlot{KindPassword, label, normal(password), k}
}

// SecretSlot describes a slot opened by random bytes: 20 for [KindRecovery], 32 for
// [KindKeyring] and [KindTPM].
func SecretSlot(kind, label string, secret []byte) NewSlot {
	return NewSlot{kind: kind, label: label, secret: slices.Clone(secret)}
}

func normal(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// Limits of the key file.
const (
	slotsMax      = 32
	labelBytesMax = 100
	bookBytesMax  = 100
	saltSize      = 16
	wrappedSize   = 32 + overhead
)

// slotEntry is one slot as it stands in the key file.
type slotEntry struct {
	ID     int    `json:"id"`
	Kind   string `json:"kind"`
	Label  string `json:"label"`
	Time   uint32 `json:"argon2id_time,omitempty"`
	Memory uint32 `json:"argon2id_memory_kib,omitempty"`
	Lanes  uint8  `json:"argon2id_threads,omitempty"`
	Salt   []byte `json:"salt"`
	Key    []byte `json:"sealed_root"`
}

func (s *slotEntry) kdf() KDF { return KDF{s.Time, s.Memory, s.Lanes} }

// check refuses slots that cannot have been written by this version.
func (s *slotEntry) check() error {
	size, secret := secretSizes[s.Kind]
	switch {
	case s.ID < 1 || len(s.Salt) != saltSize || len(s.Key) != wrappedSize:
		return errors.New("malformed slot")
	case len(s.Label) > labelBytesMax || !plainText(s.Label):
		return errors.New("malformed label")
	case s.Kind == KindPassword && !s.kdf().valid():
		return errors.New("key derivation parameters out of bounds")
	case secret && (size == 0 || s.kdf() != KDF{}), !secret && s.Kind != KindPassword:
		return errors.New("unknown kind of slot")
	}
	return nil
}

// plainText reports whether s is UTF-8 without control characters and line separators: of these,
// JSON has more than one spelling.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == utf8.RuneError
	})
}

// aad binds the wrapped key to the book and to everything the slot says about itself.
func (s *slotEntry) aad(book string) []byte {
	a := []byte("zafe-ks\x01")
	a = be.AppendUint32(a, uint32(s.ID))
	for _, v := range []string{book, s.Kind, s.Label, string(s.Salt)} {
		a = be.AppendUint32(a, uint32(len(v)))
		a = append(a, v...)
	}
	a = be.AppendUint32(a, s.Time)
	a = be.AppendUint32(a, s.Memory)
	return append(a, s.Lanes)
}

// wrapper derives the key that wraps the root key.
func (s *slotEntry) wrapper(secret []byte) *suite {
	if s.Kind == KindPassword {
		return newSuite([32]byte(argon2.IDKey(secret, s.Salt, s.Time, s.Memory, s.Lanes, 32)))
	}
	key, err := hkdf.Key(sha256.New, secret, s.Salt, "zafe/1/slot/"+s.Kind, 32)
	if err != nil {
		panic("crypt: hkdf: " + err.Error())
	}
	return newSuite([32]byte(key))
}

// open unwraps the root key.
func (s *slotEntry) open(book string, secret []byte) (Root, bool) {
	var r Root
	ok := s.wrapper(secret).open(r[:], s.Key, s.aad(book))
	return r, ok
}

// seal makes a slot, and forgets what opens it.
func (n *NewSlot) seal(number int, book string, root Root) (slotEntry, error) {
	s := slotEntry{ID: number, Kind: n.kind, Label: n.label, Salt: make([]byte, saltSize)}
	if n.kind == KindPassword {
		if len(n.secret) == 0 {
			return s, errors.New("crypt: empty password")
		}
		s.Time, s.Memory, s.Lanes = n.kdf.Time, n.kdf.MemoryKiB, n.kdf.Threads
	} else if size := secretSizes[n.kind]; size == 0 || len(n.secret) != size {
		return s, fmt.Errorf("crypt: a %q slot cannot be opened by %d bytes", n.kind, len(n.secret))
	}
	if !slices.ContainsFunc(n.secret, func(b byte) bool { return b != 0 }) {
		return s, errors.New("crypt: no secret, or one used before") // see the end
	}
	fillRandom(s.Salt)
	s.Key = make([]byte, wrappedSize)
	if err := s.check(); err != nil {
		return s, fmt.Errorf("crypt: %w", err)
	}
	s.wrapper(n.secret).seal(s.Key, root[:], s.aad(book))
	clear(n.secret)
	return s, nil
}
