package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/op"
)

// Finding is something in the books that does not hold: a message key and its arguments.
type Finding struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args"`
}

// findingsMax bounds a list of findings: a book that broke has more than anyone reads.
const findingsMax = 100

// Verifier is what the verification of the books asks of a transaction.
type Verifier interface {
	Calendar
	Exporter
	Imports() ([]Import, error)
	// LedgerFindings runs the checks that the database can do by itself, at most limit of each kind.
	LedgerFindings(limit int) ([]Finding, error)
	// EachPosted calls fn for the entries posted here, imports left out, with their lines and hash, in
	// order of posting.
	EachPosted(fn func(Entry) error) error
}

// VerifyOp verifies the books.
var VerifyOp = op.Op[op.Empty, VerifyResult]{Spec: op.Spec{
	Name: "ledger.verify", Kind: op.Query, Needs: auth.BookVerify, Since: 1,
	Doc: "Checks every invariant of the books: balance, numbers, chain, matching, kept balances.",
}}

// VerifyResult is what a verification found; nothing when the books hold.
type VerifyResult struct {
	Findings []Finding `json:"findings"`
}

func verify[T Verifier](_ context.Context, tx T, _ op.Empty) (VerifyResult, error) {
	fs, err := Verify(tx)
	return VerifyResult{Findings: orEmpty(fs)}, err
}

// Verify checks every invariant of the books inside the caller's transaction. Keys it can find:
// ledger.verify_entry, _line, _date, _number, _month, _open, _match, _years, _gate, _chain, _import
// and _lock.
func Verify(tx Verifier) ([]Finding, error) {
	out, err := tx.LedgerFindings(findingsMax)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(Verifier) ([]Finding, error){verifyChain, verifyImports, verifyLocks} {
		fs, err := check(tx)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	return out[:min(len(out), findingsMax)], nil
}

// verifyChain recomputes the hash of every entry posted here.
func verifyChain(tx Verifier) ([]Finding, error) {
	var out []Finding
	var prev []byte
	err := tx.EachPosted(func(e Entry) error {
		if e.Seal(prev) != e.Hash && len(out) < findingsMax {
			out = append(out, Finding{"ledger.verify_chain", map[string]any{"num": e.Num, "date": e.Date}})
		}
		var err error
		prev, err = hex.DecodeString(e.Hash)
		return err
	})
	return out, err
}

// verifyImports recomputes the digest of every import.
func verifyImports(tx Verifier) ([]Finding, error) {
	is, err := tx.Imports()
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, i := range is {
		if !i.UndoneAt.IsZero() {
			continue
		}
		sum, buf, lines := sha256.New(), make([]byte, 0, 512), int64(0)
		err := tx.EachFECRow(0, i.ID, func(r *fec.Row) error {
			r.Match, r.MatchDate = "", civil.Date{}
			buf = fec.Append(buf[:0], r)
			lines++
			_, err := sum.Write(buf)
			return err
		})
		if err != nil {
			return nil, err
		}
		if lines != i.Lines || hex.EncodeToString(sum.Sum(nil)) != i.Digest {
			out = append(out, Finding{"ledger.verify_import", map[string]any{"file": i.File}})
		}
	}
	return out, nil
}

// verifyLocks recomputes what each locked year was known by.
func verifyLocks(tx Verifier) ([]Finding, error) {
	years, err := tx.FiscalYears()
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, y := range years {
		if y.State != YearLocked {
			continue
		}
		t, err := tx.YearTotals(y)
		if err != nil {
			return nil, err
		}
		if t.Seal(y) != y.LockedHash {
			out = append(out, Finding{"ledger.verify_lock", map[string]any{"from": y.Period.From, "to": y.Period.To}})
		}
	}
	return out, nil
}
