package catalog

import (
	"cmp"
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// TakeBack puts an item into the book as it once was, in a transaction of another operation: over now, which must
// still be at the version that the actor saw, or as a new one when now is 0, with its code if none has that. It goes
// in or out of the archive as it was. The event's subject is noted. Faults: op.forbidden, others as [Save].
func TakeBack(ctx context.Context, tx Tx, then Item, now ItemID, version int64) (Saved, error) {
	if !op.Actor(ctx).May(auth.ItemWrite) {
		return Saved{}, fault.New(fault.Forbidden, "op.forbidden")
	}
	i := then
	i.ID, i.Version = now, version
	taken, err := codeTaken(tx, then.Code, now)
	if err != nil {
		return Saved{}, err
	}
	if taken {
		i.Code = "" // stays what it is, or is the next one
	}
	if err := i.Validate(); err != nil {
		return Saved{}, err
	}
	saved, err := put(ctx, tx, i)
	if err != nil || saved.Item.Archived == then.Archived {
		return saved, err
	}
	saved.Item, err = setArchived(ctx, tx, saved.Item.ID, then.Archived)
	return saved, err
}

// Bring puts an item back as it was before somebody changed it or put it away, if it is still at the version which that
// left. Faults catalog.not_found, catalog.changed_meanwhile, catalog.code_taken, op.forbidden.
func Bring(ctx context.Context, tx Tx, was Item, version int64) (Item, error) {
	if !op.Actor(ctx).May(auth.ItemWrite) {
		return was, fault.New(fault.Forbidden, "op.forbidden")
	}
	now, err := tx.Item(was.ID)
	if err != nil {
		return was, err
	}
	if err := now.Current(version, "catalog.changed_meanwhile"); err != nil {
		return was, err
	}
	if taken, err := codeTaken(tx, was.Code, was.ID); err != nil || taken {
		return was, cmp.Or(err, error(fault.Field("code", "catalog.code_taken", "code", was.Code)))
	}
	was.Stamp = now.Stamp
	return store(ctx, tx, was)
}
