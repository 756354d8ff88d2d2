package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Digest is the canonical encoding of a record on its way into SHA-256: a label and the version of the
// encoding, then every field in a fixed order, texts with their length, so that no two different
// contents share an encoding. A new encoding takes a new version.
type Digest struct{ h hash.Hash }

// NewDigest starts the digest of a kind of record.
func NewDigest(label string, version byte) Digest {
	d := Digest{sha256.New()}
	d.h.Write([]byte(label))
	d.h.Write([]byte{version})
	return d
}

// Text adds texts.
func (d Digest) Text(values ...string) {
	for _, s := range values {
		d.Number(int64(len(s)))
		d.h.Write([]byte(s))
	}
}

// Number adds numbers.
func (d Digest) Number(values ...int64) {
	for _, v := range values {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v))
		d.h.Write(n[:])
	}
}

// Flag adds a yes or no.
func (d Digest) Flag(b bool) {
	if b {
		d.Number(1)
	} else {
		d.Number(0)
	}
}

// Hex is the digest, as an audit event takes it.
func (d Digest) Hex() string { return hex.EncodeToString(d.h.Sum(nil)) }
