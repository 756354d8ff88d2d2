// Package audit is the append-only journal of what happened: who did which operation on what, each
// event chained to the one before by SHA-256. One row serves the audit trail, the inalterability
// proof (CGI art. 286-I-3° bis) and the change feed. It knows no storage.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"time"
)

// Hash is one link of the chain; the zero Hash precedes the first event.
type Hash [sha256.Size]byte

// String gives the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Event is one thing that happened. Payload is a canonical JSON object of facts worth keeping;
// business content stays in its own tables and is bound here by Digest, so that erasing personal
// data never breaks the chain.
type Event struct {
	ID          int64     // consecutive from 1, no gap
	At          time.Time // UTC, millisecond precision
	Actor       int64     // user id, 0 for the program
	ActorName   string
	Device      string
	Op          string // operation name, "invoice.issue"
	SubjectKind string // "invoice", "" when the operation has no single subject
	SubjectID   int64
	RequestID   string // idempotency key of the request, unique when not empty
	Payload     string // canonical JSON or ""
	Digest      string // hex SHA-256 of the subject's legally relevant content, or ""
	Prev        Hash
	Hash        Hash
}

// version is the first byte hashed; a new encoding takes a new number and old events keep theirs.
const version = 1

// Seal returns the hash of e given its Prev: SHA-256 over a label, a version byte and every field,
// each length-prefixed, so that no two different events share an encoding.
func (e Event) Seal() Hash {
	f := fields{sha256.New()}
	f.raw([]byte("zafe-audit"))
	f.raw([]byte{version})
	f.number(e.ID)
	f.text(e.At.UTC().Format(TimeFormat))
	f.number(e.Actor)
	f.text(e.ActorName)
	f.text(e.Device)
	f.text(e.Op)
	f.text(e.SubjectKind)
	f.number(e.SubjectID)
	f.text(e.RequestID)
	f.text(e.Payload)
	f.text(e.Digest)
	f.bytes(e.Prev[:])
	return Hash(f.Sum(nil))
}

// fields hashes values one after the other, each with its length before it.
type fields struct{ hash.Hash }

func (f fields) raw(b []byte) { _, _ = f.Write(b) } // a hash takes anything

func (f fields) bytes(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	f.raw(n[:])
	f.raw(b)
}

func (f fields) text(s string) { f.bytes([]byte(s)) }

func (f fields) number(v int64) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(v))
	f.bytes(n[:])
}

// TimeFormat is how instants are written in the book: RFC 3339, UTC, fixed width, milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"
