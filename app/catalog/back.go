package catalog

import (
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
