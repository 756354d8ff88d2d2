package keeper

import (
	"context"

	"zafe/app/fault"
	"zafe/app/opening"
	"zafe/app/setup"
	"zafe/sync/backup"
)

// Keys are the keys of an open book, whose copies follow a new recovery key.
type Keys struct {
	opening.Keys
	Keeper   *Keeper
	Book     Lacking
	Identity func(ctx context.Context) (setup.Identity, error) // of the book, read anew
}

// Rotate implements opening.Keys. A new recovery key waits for attachments that are only in the old
// vault: opening.files_coming. It does not wait for those that no place has.
func (k Keys) Rotate(ctx context.Context, r opening.Rotation) error {
	if !r.Sheet {
		return k.Keys.Rotate(ctx, r)
	}
	missing, err := k.Book.Missing(ctx)
	if err != nil {
		return err
	}
	if n := k.Keeper.coming(missing); n > 0 {
		return fault.New(fault.Conflict, "opening.files_coming", "count", n)
	}
	return k.Keeper.Renew(ctx, func() (backup.VaultOf, error) {
		if err := k.Keys.Rotate(ctx, r); err != nil {
			return backup.VaultOf{}, err
		}
		id, err := k.Identity(context.WithoutCancel(ctx))
		return VaultOf(id), err
	})
}

// VaultOf is the vault that a book's copies are in.
func VaultOf(id setup.Identity) backup.VaultOf {
	return backup.VaultOf{ID: id.VaultID, RecoveryKey: id.RecoveryKey, Inside: id.VaultFolder}
}
