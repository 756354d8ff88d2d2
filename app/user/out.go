package user

import (
	"context"
	"errors"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// ShutOut puts somebody out and takes from their password what it opens. The row comes first: killed after it, the
// program has them out, and takes the slot away when it starts. also runs before, in the same transaction, with the
// person as they are. It may be done again. Faults: user.not_found, user.above_you, user.last_owner, user.not_oneself.
func (s *Service[T]) ShutOut(ctx context.Context, id auth.UserID, also func(tx T, was User) error) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	err := s.work.Update(ctx, func(tx T) error {
		was, err := MayGo(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Role == auth.Owner && !was.Disabled {
			if err := s.keepOpener(tx, id); err != nil {
				return err
			}
		}
		if err := also(tx, was); err != nil {
			return err
		}
		if err := putAside(tx, op.Actor(ctx).User, was); err != nil {
			return err
		}
		u := was
		u.Disabled, u.Delegate = true, false
		u.Generation++ // a log-in under way is closed too
		// The sessions stay, and are none any more: what comes with them hears that the account is closed.
		if _, err := tx.SaveUser(u); err != nil {
			return err
		}
		return tx.DropPasswordReset(id)
	})
	if err != nil {
		return err
	}
	return s.keepSlot(context.WithoutCancel(ctx), id, 0)
}

// MayGo returns a person whom the actor may put out. Faults: user.not_found, user.above_you, user.last_owner,
// user.not_oneself.
func MayGo(ctx context.Context, tx Tx, id auth.UserID) (User, error) {
	u, err := under(ctx, tx, id)
	if err != nil {
		return u, err
	}
	if a := op.Actor(ctx); id == a.User && !a.System {
		return u, fault.New(fault.Conflict, "user.not_oneself")
	}
	if u.Role == auth.Owner && !u.Disabled {
		return u, keepOwner(tx)
	}
	return u, nil
}

// keepOwner refuses to lose the last owner in work: nobody could open the book's settings any more. Fault
// user.last_owner.
func keepOwner(tx Tx) error {
	people, err := tx.Users()
	if err == nil && owners(people) <= 1 {
		err = fault.New(fault.Conflict, "user.last_owner")
	}
	return err
}

// EndOn sets the last day of somebody's account, or none for the zero day: their access ends with it, at midnight of
// the company's time zone. It lets nobody in again whose last day is over. Faults: user.not_found, user.above_you,
// user.owner_ends, user.ends_past, user.ends_over.
func EndOn(ctx context.Context, tx Tx, id auth.UserID, day civil.Date) (User, error) {
	u, err := under(ctx, tx, id)
	if err != nil {
		return u, err
	}
	if u.Ended(tx.Today()) {
		return u, fault.New(fault.Conflict, "user.ends_over", "name", u.Name)
	}
	u.EndsOn = day
	if u.Role == auth.Owner && !day.IsZero() {
		return u, fault.Field("on", "user.owner_ends")
	}
	if u.Ended(tx.Today()) {
		return u, fault.Field("on", "user.ends_past")
	}
	return tx.SaveUser(u)
}

// keepOpener refuses to lose the last owner whose password opens the sealed book: of one who was given the role that is
// so from their next log-in on. Fault user.last_opener.
func (s *Service[T]) keepOpener(tx Tx, but auth.UserID) error {
	opens := func(u User) bool { return len(s.slots.PasswordSlots(SlotLabel(u.ID))) > 0 }
	if !opens(User{ID: but}) {
		return nil // nothing is lost
	}
	people, err := tx.Users()
	if err != nil {
		return err
	}
	heir := ""
	for _, u := range people {
		if u.ID == but || u.Role != auth.Owner || u.Disabled {
			continue
		}
		if opens(u) {
			return nil
		}
		heir = u.Name
	}
	return fault.New(fault.Conflict, "user.last_opener", "name", heir)
}

// DropSecondFactor forgets a person's second factor and their recovery codes, and keeps who did that.
func DropSecondFactor(ctx context.Context, tx Tx, u User) error {
	by := op.Actor(ctx).User
	if err := errors.Join(putAside(tx, by, u), layHand(tx, by, u, Hand{}, false)); err != nil {
		return err
	}
	u.Secret, u.SecondOn, u.LastStep = "", false, 0
	u.Generation++
	if _, err := tx.SaveUser(u); err != nil {
		return err
	}
	return tx.SaveRecoveryCodes(u.ID, "", nil)
}

// OpenSessions lists the sessions of a person with which something can be done.
func OpenSessions(tx Tx, u User) ([]Session, error) { return opened(tx, u) }

// Known returns a person about whom the actor may decide. Faults: user.not_found, user.above_you.
func Known(ctx context.Context, tx Tx, id auth.UserID) (User, error) { return under(ctx, tx, id) }
