// Package verify re-checks the whole book: the seal of every page, SQLite's structure, the chain of
// events, and what each area says must hold. It is an operation people can ask for, a weekly job and
// a verb. It knows no SQL.
package verify

import (
	"context"
	"errors"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// Finding is something wrong, as a message for people.
type Finding struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Report is the outcome; a book with no finding is sound.
type Report struct {
	Findings []Finding `json:"findings"`
	Events   int64     `json:"events"` // events in the chain
	Head     string    `json:"head"`   // hash of the last one
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	EachEvent(after int64, fn func(audit.Event) error) error
	CheckIntegrity() ([]string, error)
}

// Check is one area's own checks.
type Check[T Tx] func(tx T) ([]Finding, error)

// Seal checks the seal of every page of the book's files; fault store.damaged.
type Seal func(ctx context.Context) error

// Book is the operation.
var Book = op.Op[op.Empty, Report]{Spec: op.Spec{
	Name: "book.verify", Kind: op.Action, Needs: auth.BookVerify, Since: 1,
	Doc: "Re-checks the whole book: seal, structure, chain of events, ledger, documents, numbering.",
}}

// Bind registers the operation.
func Bind[T Tx](r *op.Registry[T], w op.Work[T], seal Seal, checks ...Check[T]) {
	op.BindAction(r, Book, func(ctx context.Context, _ op.Empty) (Report, error) {
		return Run(ctx, w, seal, checks...)
	})
}

// findingsMax bounds a report: a book with more is not looked at line by line.
const findingsMax = 200

var errEnough = errors.New("enough findings")

// Run performs every check. A damaged seal is a finding; an error means that checking itself failed.
func Run[T Tx](ctx context.Context, w op.Work[T], seal Seal, checks ...Check[T]) (Report, error) {
	var rep Report
	if err := seal(ctx); err != nil {
		f := fault.Of(err)
		if f.Code == fault.Internal || ctx.Err() != nil {
			return rep, err
		}
		rep.Findings = append(rep.Findings, Finding{Key: f.Key, Args: f.Args})
		return rep, nil // what cannot be read cannot be checked further
	}
	err := w.View(ctx, func(tx T) error {
		lines, err := tx.CheckIntegrity()
		if err != nil {
			return err
		}
		for _, l := range lines {
			rep.Findings = append(rep.Findings, Finding{Key: "verify.structure", Args: map[string]any{"detail": l}})
		}
		if err := chain(tx, &rep); err != nil {
			return err
		}
		for _, check := range checks {
			found, err := check(tx)
			if err != nil {
				return err
			}
			rep.Findings = append(rep.Findings, found...)
		}
		return nil
	})
	if len(rep.Findings) > findingsMax {
		rep.Findings = rep.Findings[:findingsMax]
	}
	return rep, err
}

// chain follows the events from the first: none missing, none changed, each bound to the one before.
func chain(tx Tx, rep *Report) error {
	var prev audit.Hash
	err := tx.EachEvent(0, func(e audit.Event) error {
		rep.Events++
		if e.ID != rep.Events || e.Prev != prev || e.Seal() != e.Hash {
			rep.Findings = append(rep.Findings, Finding{Key: "verify.chain", Args: map[string]any{"event": rep.Events}})
			return errEnough
		}
		prev = e.Hash
		return nil
	})
	rep.Head = prev.String()
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
