package crypt

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
)

// Root is the 256-bit key of one book. Everything else is derived from it, so whoever holds it
// reads the book: it is never written unsealed and is zeroed when the book closes.
type Root [32]byte

// NewRoot returns a fresh random root key.
func NewRoot() Root {
	var r Root
	fillRandom(r[:])
	return r
}

// Zero overwrites the key.
func (r *Root) Zero() { clear(r[:]) }

// Sub derives the 256-bit key for one purpose: HKDF-SHA-256 (RFC 5869), no salt, info
// "zafe/1/" followed by label. Labels are permanent; those of this package are listed in FORMAT.md.
func (r *Root) Sub(label string) [32]byte {
	key, err := hkdf.Key(sha256.New, r[:], nil, "zafe/1/"+label, 32)
	if err != nil {
		panic("crypt: hkdf: " + err.Error()) // only for absurd lengths
	}
	return [32]byte(key)
}

// fillRandom fills p from the operating system; crypto/rand never returns an error.
func fillRandom(p []byte) { _, _ = rand.Read(p) }
