// Package rebuild puts a book together from the pages of one of its copies: as this PC's own, as a trial that is
// checked and thrown away, or as what it once was, to be looked at. Where the pages come from is the business of sync/backup; a book that did
// not exist before is package newbook's.
package rebuild

import (
	"context"

	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/source"
)

// Copy is what a copy says of the book in it.
type Copy struct {
	WriterID string // of the PC that made it
	Seq      uint64
	Point    backup.Point
	Matches  func(backup.Totals) bool // whether the book in it has these totals
	// Checkpoint is how far the book was when the copy was begun, signed by it; nil in older copies.
	Checkpoint *audit.Checkpoint
}

// Receiver takes the pages of a copy. Commit says that all came, and what the copy says of them: what does
// not keep that promise never appears.
type Receiver interface {
	Begin(ctx context.Context, pageSize int, pages uint32) error
	Page(number uint32, data []byte) error
	Commit(ctx context.Context, c Copy) error
	Abort()
}

// pages takes the pages of a copy into a book.
type pages struct {
	of   Copy
	into *store.Restoring
}

// begin starts the book in dir. What first refuses, in the first transaction after the pages, does not
// appear.
func (p *pages) begin(ctx context.Context, dir string, sec store.Secrets, o store.Options,
	first func(*store.Tx, Copy) error,
) {
	p.into = store.StartRestore(ctx, dir, sec, o, func(tx *store.Tx) error { return first(tx, p.of) })
}

// Page implements [Receiver].
func (p *pages) Page(_ uint32, data []byte) error { return p.into.Page(data) }

// Commit implements [Receiver].
func (p *pages) Commit(_ context.Context, c Copy) error {
	p.of = c
	st, err := p.into.Finish()
	if err != nil {
		return err
	}
	return st.Close()
}

// Abort implements [Receiver].
func (p *pages) Abort() {
	if p.into != nil {
		p.into.Abort()
	}
}

// promised compares a book with what its copy said of it.
func promised(tx *store.Tx, c Copy) error {
	got, err := source.Totals(tx)
	if err == nil && !c.Matches(got) {
		err = differs()
	}
	if err != nil || c.Checkpoint == nil {
		return err
	}
	proven, err := witness.Proven(tx, *c.Checkpoint)
	if err != nil {
		return err
	}
	e, held, err := tx.Link(c.Checkpoint.Event)
	if err == nil && (!proven || !held || e.Hash.String() != c.Checkpoint.Hash) {
		err = differs()
	}
	return err
}

func differs() error { return fault.New(fault.Conflict, "backup.totals_differ") }
