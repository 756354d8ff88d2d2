package user

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// Slots are the passwords that open the sealed book itself: those of the owners and of the start
// delegates. The store has them.
// They are not in the book, so that no transaction holds a slot and the person's row together: the
// order in which both change is what a power cut cannot harm, see replaceSlot.
type Slots interface {
	// PasswordSlots lists the numbers of the slots under a label, oldest first.
	PasswordSlots(label string) []int
	// PasswordLabels lists the labels of all of them.
	PasswordLabels() []string
	// SlotNoted tells whether the book noted that a slot was made: the row of its person then is as young.
	SlotNoted(ctx context.Context, number int) (bool, error)
	// PasswordOpens tells whether a password opens a slot. It takes as long as opening a book.
	PasswordOpens(number int, password string) bool
	// AddPasswordSlot lets a password open the book, beside those that do, and returns its slot.
	AddPasswordSlot(ctx context.Context, label, password string) (number int, err error)
	// RemoveSlot takes a slot away.
	RemoveSlot(ctx context.Context, number int) error
	// RecoveryOpens tells whether a recovery key opens the book. It costs nothing.
	RecoveryOpens(key [20]byte) bool
}

// labelPrefix begins the labels of people's slots.
const labelPrefix = "user:"

// SlotLabel is the label of a person's password slot.
func SlotLabel(id auth.UserID) string { return labelPrefix + strconv.FormatInt(int64(id), 10) }

// replaceSlot changes the password of somebody who opens the book: commit stores its hash. At every moment one password both
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
// the only one of theirs that opens the book; of a person who is not to open it none does, nor of a
// delegate whose password is too short to stand alone. It costs nothing but the first time, and after
// a program was killed or a book took the place of another.
func (s *Service[T]) settleSlots(ctx context.Context, id auth.UserID, password, phc string) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	u, today, err := s.storedToday(ctx, id)
	if err != nil || u.Password != phc {
		return err // the password was changed meanwhile, and its slot with it
	}
	if !opensOn(u, today) {
		return s.keepSlot(ctx, id, 0)
	}
	there := s.slots.PasswordSlots(SlotLabel(id))
	if len(there) == 1 {
		if noted, err := s.slots.SlotNoted(ctx, there[0]); noted || err != nil {
			return err
		}
		there = nil // another password may be behind it
	}
	for _, number := range there {
		if s.slots.PasswordOpens(number, password) {
			return s.keepSlot(ctx, id, number)
		}
	}
	if s.weakAlone(ctx, u, password) {
		return s.keepSlot(ctx, id, 0)
	}
	return s.setSlot(ctx, id, password)
}

// weakAlone tells whether a delegate's password is too easy to guess for opening the book, where no
// second factor helps it and nobody counts the tries on a stolen disk. An owner's is the owner's own
// risk: without it nobody might be able to open the book.
func (s *Service[T]) weakAlone(ctx context.Context, u User, password string) bool {
	return u.Role != auth.Owner && s.mayBe(ctx, password, u, false) != nil
}

// opensOn tells whether a person's password is to open the book on a day: not when their account is over.
func opensOn(u User, today civil.Date) bool { return u.OpensBook() && !u.Ended(today) }

// Settle takes away the slots of people who are not to open the book, which a program killed between
// the row and the slot has left or whose last day is over, and of those the book does not know: it may be older than
// its key file, and the next person it gets would have their number. It is called when the book was opened; a
// program that runs for weeks does it at the first log-in of each day too.
func (s *Service[T]) Settle(ctx context.Context) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	var people []User
	var today civil.Date
	err := s.work.View(ctx, func(tx T) (err error) { today = tx.Today(); people, err = tx.Users(); return err })
	if err != nil {
		return err
	}
	var errs []error
	for _, label := range s.slots.PasswordLabels() {
		opens := func(u User) bool { return SlotLabel(u.ID) == label && opensOn(u, today) }
		if strings.HasPrefix(label, labelPrefix) && !slices.ContainsFunc(people, opens) {
			errs = append(errs, s.keepLabelled(ctx, label, 0))
		}
	}
	if err = errors.Join(errs...); err == nil {
		s.settled.Store(&today)
	}
	return err
}

// settleOn settles once a day. What cannot be put right keeps nobody out: the next log-in tries again.
func (s *Service[T]) settleOn(ctx context.Context, today civil.Date) {
	if last := s.settled.Load(); last == nil || *last != today {
		_ = s.Settle(ctx)
	}
}

// Still runs do while no password that opens the book changes.
func (s *Service[T]) Still(do func() error) error {
	s.slotting.Lock()
	defer s.slotting.Unlock()
	return do()
}

// WithPassword runs do for a person who gave their password once more, while no password that opens the
// book changes. label is their slot's. Faults: user.bad_password, user.wait, op.forbidden for the
// program itself.
func (s *Service[T]) WithPassword(ctx context.Context, password string, do func(label string) error) error {
	a := op.Actor(ctx)
	if a.User == 0 {
		return fault.New(fault.Forbidden, "op.forbidden")
	}
	return s.Still(func() error {
		u, err := s.stored(ctx, a.User)
		if err != nil {
			return err
		}
		if err := s.checkPassword(ctx, u, a.Device, password); err != nil {
			return err
		}
		return do(SlotLabel(u.ID))
	})
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
	return s.keepLabelled(ctx, SlotLabel(id), kept)
}

func (s *Service[T]) keepLabelled(ctx context.Context, label string, kept int) error {
	var errs []error
	for _, number := range s.slots.PasswordSlots(label) {
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

// storedToday is a person as the book has them, and the day there.
func (s *Service[T]) storedToday(ctx context.Context, id auth.UserID) (u User, today civil.Date, err error) {
	err = s.work.View(ctx, func(tx T) (err error) { today = tx.Today(); u, err = tx.User(id); return err })
	return u, today, err
}
