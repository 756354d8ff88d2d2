package rebuild

import (
	"context"
	"errors"

	"zafe/store"
)

// Trial is a book that is put back beside the one at work, checked and thrown away.
type Trial struct{ scratch }

// NewTrial prepares a trial in a folder of its own in parent. The clock of the options must be set. Fault of its
// Begin: store.no_room. Of its Commit: backup.totals_differ.
func NewTrial(parent string, o store.Options, warn func(what string, err error)) *Trial {
	return &Trial{newScratch(parent, trialPrefix, o, examine, warn)}
}

var _ Receiver = (*Trial)(nil)

func examine(tx *store.Tx, c Copy) error {
	wrong, err := tx.CheckIntegrity()
	if err == nil && len(wrong) > 0 {
		err = differs()
	}
	return errors.Join(err, promised(tx, c))
}

// Commit implements [Receiver].
func (t *Trial) Commit(ctx context.Context, c Copy) error {
	return errors.Join(t.pages.Commit(ctx, c), t.clear())
}
