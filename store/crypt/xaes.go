package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"sync"
	"sync/atomic"
)

// Sizes of XAES-256-GCM (https://c2sp.org/XAES-256-GCM, version 1.0.0).
const (
	nonceSize  = 24
	tagSize    = 16
	overhead   = tagSize + nonceSize
	prefixSize = 12
)

// prefixUses bounds the records sealed under one derived key: with random 96-bit tails the chance
// of a repeated nonce within it stays below 2^-48.
const prefixUses = 1 << 24

// cachedPrefixes bounds the derived keys kept for opening; a writer makes one per run and role.
const cachedPrefixes = 4096

// suite seals and opens with XAES-256-GCM under one key. It is safe for concurrent use.
//
// A 24-byte nonce is a 12-byte prefix, from which a one-off AES-256 key is derived, and a 12-byte
// GCM nonce. The prefix is kept for many records and derived keys are cached, which makes this as
// fast as plain GCM while any XAES implementation still opens the result. The tail is drawn anew
// from the operating system each time and never buffered: a virtual machine put back to a snapshot
// must not repeat one.
type suite struct {
	block cipher.Block
	k1    [16]byte // CMAC subkey

	last atomic.Pointer[derived] // the key most recently used for opening
	mu   sync.RWMutex
	keys map[[prefixSize]byte]*derived

	sealMu sync.Mutex
	seals  *derived
	left   int
}

// derived is the one-off key of one nonce prefix.
type derived struct {
	prefix [prefixSize]byte
	aead   cipher.AEAD
}

// newSuite prepares a key.
func newSuite(key [32]byte) *suite {
	s := &suite{keys: make(map[[prefixSize]byte]*derived)}
	var err error
	if s.block, err = aes.NewCipher(key[:]); err != nil {
		panic("crypt: aes: " + err.Error()) // 32 bytes is always a valid key size
	}
	s.block.Encrypt(s.k1[:], s.k1[:])
	msb := s.k1[0] >> 7
	for i := range s.k1 {
		s.k1[i] <<= 1
		if i+1 < len(s.k1) {
			s.k1[i] |= s.k1[i+1] >> 7
		}
	}
	s.k1[15] ^= byte(subtle.ConstantTimeSelect(int(msb), 0x87, 0))
	return s
}

// derive computes the one-off key of a prefix: CMAC in counter mode (NIST SP 800-108r1).
func (s *suite) derive(prefix [prefixSize]byte) *derived {
	var key [32]byte
	for i := range 2 {
		m := key[16*i : 16*i+16]
		m[1], m[2] = byte(i+1), 'X'
		copy(m[4:], prefix[:])
		subtle.XORBytes(m, m, s.k1[:])
		s.block.Encrypt(m, m)
	}
	b, err := aes.NewCipher(key[:])
	if err != nil {
		panic("crypt: aes: " + err.Error())
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		panic("crypt: gcm: " + err.Error())
	}
	return &derived{prefix: prefix, aead: g}
}

// lookup returns the derived key for opening under prefix, from the cache if it is there. The
// cache is emptied when full: prefixes come from files and are not to fill the memory.
func (s *suite) lookup(prefix []byte) *derived {
	p := [prefixSize]byte(prefix)
	if d := s.last.Load(); d != nil && d.prefix == p {
		return d
	}
	s.mu.RLock()
	d := s.keys[p]
	s.mu.RUnlock()
	if d == nil {
		d = s.derive(p)
		s.mu.Lock()
		if len(s.keys) >= cachedPrefixes {
			clear(s.keys)
		}
		s.keys[p] = d
		s.mu.Unlock()
	}
	s.last.Store(d)
	return d
}

// sealer returns the derived key to seal the next record with.
func (s *suite) sealer() *derived {
	s.sealMu.Lock()
	defer s.sealMu.Unlock()
	if s.left == 0 {
		var p [prefixSize]byte
		fillRandom(p[:])
		s.seals, s.left = s.derive(p), prefixUses
	}
	s.left--
	return s.seals
}

// seal writes ciphertext, tag and nonce of plain to dst, which must be overhead bytes longer and
// may start at the same address. It does not allocate.
func (s *suite) seal(dst, plain, aad []byte) {
	d := s.sealer()
	n := len(plain)
	nonce := dst[n+tagSize : n+overhead]
	copy(nonce, d.prefix[:])
	fillRandom(nonce[prefixSize:])
	d.aead.Seal(dst[:0], nonce[prefixSize:], plain, aad)
}

// open authenticates sealed (ciphertext, tag, nonce) and writes the plaintext to dst, which may
// start at the same address. It reports whether the record is authentic, and does not allocate.
func (s *suite) open(dst, sealed, aad []byte) bool {
	n := len(sealed) - overhead
	if n < 0 {
		return false
	}
	nonce := sealed[n+tagSize:]
	_, err := s.lookup(nonce[:prefixSize]).aead.Open(dst[:0], nonce[prefixSize:], sealed[:n+tagSize], aad)
	return err == nil
}
