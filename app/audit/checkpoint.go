package audit

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Checkpoint says how far a book was at a moment: what others keep of it, so that a book whose files were put
// back as they once were, or made anew from a point on, does not pass for the newest. The signature tells
// that the book itself said so, whoever shows it later; against who has the book's keys only the places where
// it is kept help.
type Checkpoint struct {
	Book string `json:"book"` // its identity; another book is not compared
	// Term and Lead are the line the book was on: the greater ones are the later line, which begins when an
	// owner has the book go back, move to another PC, or accepts it as it is. Package relay has their order.
	Term      int64     `json:"term,omitempty"`
	Lead      string    `json:"lead,omitempty"`
	Event     int64     `json:"event"` // number of the last event; 0 of an empty journal
	Hash      string    `json:"hash"`  // of that event, hexadecimal
	At        time.Time `json:"at,omitzero"`
	Signature string    `json:"signature,omitempty"` // hexadecimal; "" from a program that did not sign
}

// checkpointLabel begins what is signed: a change of the encoding takes another, and old ones stay valid.
const checkpointLabel = "zafe-checkpoint-v1"

// signed are the bytes under the signature: the label and every field, each with its length before it.
func (c Checkpoint) signed() []byte {
	var out []byte
	field := func(b []byte) {
		out = binary.BigEndian.AppendUint64(out, uint64(len(b)))
		out = append(out, b...)
	}
	number := func(v int64) { field(binary.BigEndian.AppendUint64(nil, uint64(v))) }
	field([]byte(checkpointLabel))
	field([]byte(c.Book))
	number(c.Term)
	field([]byte(c.Lead))
	number(c.Event)
	field([]byte(c.Hash))
	field([]byte(c.At.UTC().Format(TimeFormat)))
	return out
}

// Sign returns c with the book's signature. Its time goes to the millisecond.
func (c Checkpoint) Sign(key ed25519.PrivateKey) Checkpoint {
	c.At = c.At.UTC().Truncate(time.Millisecond)
	c.Signature = hex.EncodeToString(ed25519.Sign(key, c.signed()))
	return c
}

// Proven tells whether the book of a key said so.
func (c Checkpoint) Proven(key ed25519.PublicKey) bool {
	signature, err := hex.DecodeString(c.Signature)
	return err == nil && ed25519.Verify(key, c.signed(), signature)
}
