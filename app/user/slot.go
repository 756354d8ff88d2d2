package user

import (
	"context"
	"errors"
	"strconv"

	"zafe/app/auth"
)

// Slots are the passwords that open the sealed book itself: those of the owners. The store has them.
// They are not in the book, so that no transaction holds a slot and the person's row together: the
// order in which both change is what a power cut cannot harm, see replaceSlot.
type Slots interface {
	// PasswordSlots lists the numbers of the slots under a label, oldest first.
	PasswordSlots(label string) []int
	// PasswordOpens tells whether a password opens a slot. It takes as long as opening a book.
	PasswordOpens(number int, password string) bool
	// AddPasswordSlot lets a password open the book, beside those that do, and returns its slot.
	AddPasswordSlot(ctx context.Context, label, password string) (number int, err error)
	// RemoveSlot takes a slot away.
	RemoveSlot(ctx context.Context, number int) error
}

// SlotLabel is the label of a person's password slot.
func SlotLabel(id auth.UserID) string { return "user:" + strconv.FormatInt(int64(id), 10) }

// replaceSlot changes an owner's password: commit stores its hash. At every moment one password both
// opens the book and logs in, be the program killed between two steps: the new one opens the book
// beside the old before the row says it, and the old one opens it until the row has said it. A slot
// that a killed program left is taken away at the person's next log-in.
func (s *Service[T]) replaceSlot(ctx context.Context, id auth.UserID, password, hash string,
	commit func() error,
) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	fresh, err := s.slots.AddPasswordSlot(ctx, SlotLabel(id), password)
	if err != nil {
		return err
	}
	err = commit()
	ctx = context.WithoutCancel(ctx)
	stored, readErr := s.stored(ctx, id)
	switch {
	case readErr != nil: // which of them is right is not known: both stay until the next log-in
		return errors.Join(err, readErr)
	case stored.Password == hash:
		return errors.Join(err, s.keepSlot(ctx, id, fresh))
	default:
		return errors.Join(err, s.slots.RemoveSlot(ctx, fresh))
	}
}

// settleSlots makes the password with which a person just logged in, found good against the hash phc,
// the only one of theirs that opens the book; of a person who is not an owner none does. It costs
// nothing but after a program was killed, a restore, or another build.
func (s *Service[T]) settleSlots(ctx context.Context, id auth.UserID, password, phc string) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	u, err := s.stored(ctx, id)
	if err != nil || u.Password != phc {
		return err // the password was changed meanwhile, and its slot with it
	}
	there := s.slots.PasswordSlots(SlotLabel(id))
	switch {
	case u.Role != auth.Owner || u.Disabled:
		return s.keepSlot(ctx, id, 0)
	case len(there) == 1:
		return nil
	}
	for _, number := range there {
		if s.slots.PasswordOpens(number, password) {
			return s.keepSlot(ctx, id, number)
		}
	}
	return s.setSlot(ctx, id, password)
}

// setSlot lets a password open the book, in place of those a person had.
func (s *Service[T]) setSlot(ctx context.Context, id auth.UserID, password string) error {
	fresh, err := s.slots.AddPasswordSlot(ctx, SlotLabel(id), password)
	if err != nil {
		return err
	}
	return s.keepSlot(ctx, id, fresh)
}

// keepSlot takes away a person's slots but one, or all for 0.
func (s *Service[T]) keepSlot(ctx context.Context, id auth.UserID, kept int) error {
	var errs []error
	for _, number := range s.slots.PasswordSlots(SlotLabel(id)) {
		if number != kept {
			errs = append(errs, s.slots.RemoveSlot(ctx, number))
		}
	}
	return errors.Join(errs...)
}

func (s *Service[T]) stored(ctx context.Context, id auth.UserID) (u User, err error) {
	err = s.work.View(ctx, func(tx T) (err error) { u, err = tx.User(id); return err })
	return u, err
}
