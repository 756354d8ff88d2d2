package store

import (
	"context"

	"zafe/store/crypt"
)

// PasswordSlots lists the numbers of the password slots under a label, oldest first.
func (s *Store) PasswordSlots(label string) (numbers []int) {
	for _, i := range s.keys.Slots() {
		if i.Kind == crypt.KindPassword && i.Label == label {
			numbers = append(numbers, i.ID)
		}
	}
	return numbers
}

// PasswordOpens tells whether a password opens a slot. It takes as long as opening the book.
func (s *Store) PasswordOpens(number int, password string) bool {
	return s.keys.PasswordOpens(number, password)
}

// AddPasswordSlot lets a password open the book, beside those that do, and returns its slot.
func (s *Store) AddPasswordSlot(ctx context.Context, label, password string) (int, error) {
	number, err := s.keys.Add(s.root, crypt.PasswordSlot(label, password, s.opts.SlotCost))
	if err != nil {
		return 0, classify(err)
	}
	return number, s.noteKeys(ctx)
}

// RemoveSlot takes a slot away; the last one stays.
func (s *Store) RemoveSlot(ctx context.Context, number int) error {
	if err := s.keys.Remove(s.root, number); err != nil {
		return classify(err)
	}
	return s.noteKeys(ctx)
}
