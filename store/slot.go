package store

import (
	"context"

	"zafe/store/crypt"
)

// PasswordSlots lists the numbers of the password slots under a label, oldest first.
func (s *Store) PasswordSlots(label string) (numbers []int) {
	if s.gate.enter(context.Background()) != nil {
		return nil
	}
	defer s.gate.leave()
	for _, i := range s.keys.Slots() {
		if i.Kind == crypt.KindPassword && i.Label == label {
			numbers = append(numbers, i.ID)
		}
	}
	return numbers
}

// PasswordOpens tells whether a password opens a slot. It takes as long as opening the book.
func (s *Store) PasswordOpens(number int, password string) bool {
	if s.gate.enter(context.Background()) != nil {
		return false
	}
	defer s.gate.leave()
	return s.keys.PasswordOpens(number, password)
}

// AddPasswordSlot lets a password open the book, beside those that do, and returns its slot.
func (s *Store) AddPasswordSlot(ctx context.Context, label, password string) (int, error) {
	number := 0
	err := s.editKeys(ctx, func() (err error) {
		number, err = s.keys.Add(s.root, crypt.PasswordSlot(label, password, s.opts.SlotCost))
		return err
	})
	return number, err
}

// RemoveSlot takes a slot away; the last one stays.
func (s *Store) RemoveSlot(ctx context.Context, number int) error {
	return s.editKeys(ctx, func() error { return s.keys.Remove(s.root, number) })
}

// editKeys changes the key file and notes it in the book. The key file and the root key are only touched
// inside the gate: a rotation of the data key exchanges both.
func (s *Store) editKeys(ctx context.Context, change func() error) error {
	if err := s.gate.enter(ctx); err != nil {
		return err
	}
	err := change()
	s.gate.leave()
	if err != nil {
		return classify(err)
	}
	return s.noteKeys(ctx)
}
