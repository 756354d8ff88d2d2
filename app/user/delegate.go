package user

import (
	"context"
	"fmt"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// The people who open the book are few: the key file holds 32 slots, with the recovery key's, this PC's and
// a second one of whoever changes their password, and each costs whoever opens the book with a wrong password
// about a second.
const (
	ownersMax    = 16
	delegatesMax = 8
)

// DelegateRequest makes a person a start delegate, or no longer one.
type DelegateRequest struct {
	ID auth.UserID `json:"id"`
	On bool        `json:"on"`
}

// SetDelegate names the people who, beside the owners, open the book when the main PC starts.
var SetDelegate = op.Op[DelegateRequest, User]{Spec: op.Spec{
	Name: "delegate.set", Kind: op.Action, Needs: auth.KeyManage, Fresh: true, Since: 1,
	Doc: "Lets a person's password open the book, from their next log-in on, or no longer, at once.",
}}

// GiveStart is the part of SetDelegate that gives something, as a second person lets it be done.
var GiveStart = op.Op[IDRequest, User]{Spec: op.Spec{
	Name: "delegate.give", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1,
	Doc: "Lets a person's password open the book, from their next log-in on.",
}}

// giveStart does it: the slot is given at the person's next log-in. Faults: those of setDelegate.
func giveStart[T Tx](ctx context.Context, tx T, req IDRequest) (out User, err error) {
	if out, err = tx.User(req.ID); err == nil {
		err = MayStart(tx, out)
	}
	if err != nil {
		return out, err
	}
	out.Delegate = true
	op.Note(ctx, "user", int64(out.ID), "", `{"on":true}`)
	return tx.SaveUser(out)
}

// setDelegate changes the row, then takes the slot away. The slot is given at the person's next log-in:
// their password is not known here. Faults: user.not_found, user.not_a_delegate, user.delegates_max, and those of what is
// put before GiveStart.
func (s *Service[T]) setDelegate(ctx context.Context, req DelegateRequest) (out User, err error) {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	err = s.work.Update(ctx, func(tx T) error {
		if out, err = tx.User(req.ID); err != nil {
			return err
		}
		if req.On {
			if err := MayStart(tx, out); err != nil {
				return err
			}
			if s.starts != nil && !out.Delegate {
				if err := s.starts(ctx, tx, IDRequest{ID: req.ID}); err != nil {
					return err
				}
			}
		}
		out.Delegate = req.On
		if out, err = tx.SaveUser(out); err != nil {
			return err
		}
		op.Note(ctx, "user", int64(out.ID), "", fmt.Sprintf(`{"on":%t}`, req.On))
		return op.RecordIn(ctx, tx)
	})
	if err != nil || out.OpensBook() {
		return out, err
	}
	return out, s.keepSlot(ctx, out.ID, 0)
}

// MayStart refuses as a start delegate who opens the book as an owner, and who may not even log in. Faults:
// user.not_a_delegate, user.delegates_max.
func MayStart(tx interface{ Users() ([]User, error) }, u User) error {
	if u.Disabled || u.Role == auth.Owner {
		return fault.New(fault.Conflict, "user.not_a_delegate", "name", u.Name)
	}
	people, err := tx.Users()
	n := 0
	for _, p := range people {
		if p.Delegate && p.ID != u.ID {
			n++
		}
	}
	if err == nil && n >= delegatesMax {
		err = fault.New(fault.Conflict, "user.delegates_max", "max", delegatesMax)
	}
	return err
}
