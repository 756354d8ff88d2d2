package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"zafe/app/fault"
	"zafe/app/opening"
	"zafe/app/user"
	"zafe/store/crypt"
)

// Header is what the key file of a closed book says to anyone. Nothing in it is proven before the book
// is open: it only tells which secrets are worth trying.
type Header struct {
	Book  string   // identifier of the book
	Kinds []string // of its slots
}

// HeaderOf reads the header of the book in dir. Faults: store.no_book, store.keys_missing,
// store.damaged, store.newer_book.
func HeaderOf(dir string) (Header, error) {
	keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), nil)
	if err != nil {
		if !Exists(dir) {
			return Header{}, fault.New(fault.NotFound, "store.no_book")
		}
		return Header{}, classify(err)
	}
	h := Header{Book: keys.Book()}
	for _, s := range keys.Slots() {
		h.Kinds = append(h.Kinds, s.Kind)
	}
	return h, nil
}

var _ user.Slots = (*Store)(nil)

// Slots lists what opens the book, oldest first. Since is zero for a slot of a program that did not
// note it yet.
func (s *Store) Slots(ctx context.Context) ([]opening.Slot, error) {
	dates := map[int]time.Time{}
	err := s.View(ctx, func(tx *Tx) error { _, err := tx.Setting(slotDatesKey, &dates); return err })
	var out []opening.Slot
	for _, i := range s.slots() {
		out = append(out, opening.Slot{Number: i.ID, Kind: i.Kind, Label: i.Label, Since: dates[i.ID]})
	}
	return out, err
}

// withKeys runs fn on the key file, unless the book is closed. The key file and the root key are only touched
// inside the gate: a rotation of the data key exchanges both.
func (s *Store) withKeys(fn func(*crypt.Keys)) {
	if s.gate.enter(context.Background()) == nil {
		defer s.gate.leave()
		fn(s.keys)
	}
}

func (s *Store) slots() (list []crypt.SlotInfo) {
	s.withKeys(func(k *crypt.Keys) { list = k.Slots() })
	return list
}

// BookID is the identifier of the book in its key file.
func (s *Store) BookID() (id string) {
	s.withKeys(func(k *crypt.Keys) { id = k.Book() })
	return id
}

// PasswordSlots lists the numbers of the password slots under a label, oldest first.
func (s *Store) PasswordSlots(label string) (numbers []int) {
	for _, i := range s.slots() {
		if i.Kind == crypt.KindPassword && i.Label == label {
			numbers = append(numbers, i.ID)
		}
	}
	return numbers
}

// SlotNoted tells whether the book noted that a slot was made. One it did not was left by a program killed in
// between, or the book is older than its key file.
func (s *Store) SlotNoted(ctx context.Context, number int) (noted bool, err error) {
	dates := map[int]time.Time{}
	err = s.View(ctx, func(tx *Tx) error { _, err := tx.Setting(slotDatesKey, &dates); return err })
	_, noted = dates[number]
	return noted, err
}

// PasswordLabels lists the labels of the password slots, each once.
func (s *Store) PasswordLabels() (labels []string) {
	for _, i := range s.slots() {
		if i.Kind == crypt.KindPassword && !slices.Contains(labels, i.Label) {
			labels = append(labels, i.Label)
		}
	}
	return labels
}

// HasSlot tells whether there is a slot of a kind.
func (s *Store) HasSlot(kind string) bool {
	return slices.ContainsFunc(s.slots(), func(i crypt.SlotInfo) bool { return i.Kind == kind })
}

// PasswordOpens tells whether a password opens a slot. It takes as long as opening the book.
func (s *Store) PasswordOpens(number int, password string) (opens bool) {
	s.withKeys(func(k *crypt.Keys) { opens = k.PasswordOpens(number, password) })
	return opens
}

// RecoveryOpens tells whether a recovery key opens the book.
func (s *Store) RecoveryOpens(key [20]byte) bool { return s.SecretOpens(crypt.KindRecovery, key[:]) }

// SecretOpens tells whether random bytes open a slot of a kind.
func (s *Store) SecretOpens(kind string, secret []byte) (opens bool) {
	s.withKeys(func(k *crypt.Keys) { opens = k.SecretOpens(kind, secret) != 0 })
	return opens
}

// AddPasswordSlot lets a password open the book, beside those that do, and returns its slot.
func (s *Store) AddPasswordSlot(ctx context.Context, label, password string) (int, error) {
	return s.addSlot(ctx, crypt.PasswordSlot(label, password, s.opts.SlotCost))
}

// SetSecretSlot lets random bytes open the book in place of those of the same kind that did. Killed in
// between, the program leaves the old ones beside the new one.
func (s *Store) SetSecretSlot(ctx context.Context, kind string, secret []byte) error {
	fresh, err := s.addSlot(ctx, crypt.SecretSlot(kind, kind, secret))
	if err != nil {
		return err
	}
	return s.dropSecretSlots(ctx, kind, fresh)
}

// DropSecretSlots makes the book no longer open by the secrets of a kind.
func (s *Store) DropSecretSlots(ctx context.Context, kind string) error {
	return s.dropSecretSlots(ctx, kind, 0)
}

func (s *Store) dropSecretSlots(ctx context.Context, kind string, kept int) error {
	var errs []error
	for _, i := range s.slots() {
		if i.Kind == kind && i.ID != kept {
			errs = append(errs, s.RemoveSlot(ctx, i.ID))
		}
	}
	return errors.Join(errs...)
}

func (s *Store) addSlot(ctx context.Context, n crypt.NewSlot) (number int, err error) {
	err = s.editKeys(ctx, func() ([]int, error) {
		number, err = s.keys.Add(s.root, n)
		return []int{number}, err
	})
	return number, err
}

// RemoveSlot takes a slot away; the last one stays. One that is gone already is no error.
func (s *Store) RemoveSlot(ctx context.Context, number int) error {
	return s.editKeys(ctx, func() ([]int, error) {
		err := s.keys.Remove(s.root, number)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	})
}

// editKeys changes the key file and notes it in the book, with the slots it made.
func (s *Store) editKeys(ctx context.Context, change func() (made []int, err error)) error {
	if err := s.gate.enter(ctx); err != nil {
		return err
	}
	made, err := change()
	s.journal.put(filepath.Join(s.dir, keysFile))
	s.gate.leave()
	if err != nil {
		return classify(err)
	}
	return s.noteKeys(ctx, made...)
}
