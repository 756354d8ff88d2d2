package party

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// TakeBack puts a customer into the book as it once was, in a transaction of another operation: over now, which must
// still be at the version that the actor saw, or as a new one when now is 0, with its code if nobody has that. Who is
// in charge stays so; of a new one it is the actor, as who was then may have left. It goes in or out of the archive as
// it was, which takes the right to. The event's subject is noted. Faults: op.forbidden, others as [Save].
func TakeBack(ctx context.Context, tx Tx, then Customer, now CustomerID, version int64) (Saved, error) {
	if !op.Actor(ctx).May(auth.CustomerWrite) {
		return Saved{}, fault.New(fault.Forbidden, "op.forbidden")
	}
	c := then
	c.ID, c.Owner, c.Version = now, 0, version
	_, taken, err := tx.CustomerCoded(then.Code)
	if err != nil {
		return Saved{}, err
	}
	if taken {
		c.Code = "" // stays what it is, or is the next one
	}
	if err := c.Validate(); err != nil {
		return Saved{}, err
	}
	saved, err := put(ctx, tx, c)
	if err != nil || saved.Customer.Archived == then.Archived {
		return saved, err
	}
	if !op.Actor(ctx).May(auth.CustomerDelete) {
		return Saved{}, fault.New(fault.Forbidden, "op.forbidden")
	}
	saved.Customer, err = setArchived(ctx, tx, saved.Customer.ID, then.Archived)
	return saved, err
}

// Bring puts a customer back as they were before somebody changed them or put them away, if they are still at the
// version which that left. Faults party.not_found, party.changed_meanwhile, op.forbidden, those of Validate.
func Bring(ctx context.Context, tx Tx, was Customer, version int64) (Customer, error) {
	now, err := visible(ctx, tx, was.ID, auth.CustomerWrite)
	if err != nil {
		return was, err
	}
	if err := now.Current(version, "party.changed_meanwhile"); err != nil {
		return was, err
	}
	a := op.Actor(ctx)
	if !a.Sees(auth.CustomerWrite, was.Whose()) || was.Archived != now.Archived && !a.Sees(auth.CustomerDelete, now.Whose()) {
		return was, fault.New(fault.Forbidden, "op.forbidden")
	}
	was.Stamp = now.Stamp
	return store(ctx, tx, was)
}
