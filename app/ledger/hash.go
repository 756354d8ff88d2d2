package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"zafe/app/audit"
)

// hashVersion is the second thing hashed: a new encoding takes a new number, old entries keep theirs.
const hashVersion = 1

// Seal returns the hex SHA-256 that binds a posted entry to the one posted before it: a label, a
// version, the previous hash and every legally relevant field, each length-prefixed, so that no two
// entries share an encoding. Matching is left out: it may change after posting.
func (e Entry) Seal(prev []byte) string {
	s := sealer{sha256.New()}
	s.text("zafe-entry")
	s.number(hashVersion)
	s.bytes(prev)
	s.number(int64(e.ID))
	s.text(e.Journal)
	s.text(e.Date.String())
	s.number(e.Number)
	s.text(e.Num)
	s.text(e.Ref)
	s.text(e.RefDate.String())
	s.text(e.Label)
	s.text(e.Source)
	s.text(e.ValidatedAt.UTC().Format(audit.TimeFormat))
	s.text(e.ValidDate.String())
	s.number(int64(e.Reverses))
	s.text(e.Reason)
	s.text(e.ChangedBy)
	s.number(int64(len(e.Lines)))
	for _, l := range e.Lines {
		s.line(l)
	}
	return hex.EncodeToString(s.Sum(nil))
}

type sealer struct{ hash.Hash }

func (s sealer) line(l Line) {
	s.text(l.Account)
	s.text(l.Aux)
	s.text(l.AuxLabel)
	s.text(l.Label)
	s.number(int64(l.Debit))
	s.number(int64(l.Credit))
	s.text(l.DueDate.String())
	s.text(l.Ref)
	s.text(l.RefDate.String())
	s.text(l.Currency)
	s.number(int64(l.CurrencyAmount))
}

func (s sealer) bytes(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	s.Write(n[:])
	s.Write(b)
}

func (s sealer) text(t string) { s.bytes([]byte(t)) }

func (s sealer) number(v int64) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(v))
	s.bytes(n[:])
}
