package store

import (
	"context"
	"errors"
	"slices"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// otherKeys makes of a secret that opens no slot the fault store.other_keys where the key file is that of another book
// than the one known here: whoever types the right password must not be told that it is wrong.
func (o Options) otherKeys(k *crypt.Keys, err error) error {
	wrong := []string{"store.wrong_password", "store.wrong_recovery", "store.wrong_secret"}
	if o.Known.Book == "" || k.Of(o.Known.Book) || !slices.Contains(wrong, fault.KeyOf(err)) {
		return err
	}
	return fault.New(fault.Unavailable, "store.other_keys", "file", keysFile).Because(err)
}

// origin makes of files that contradict each other the fault store.other_keys or store.apart where none of them was
// sealed under the key that opened, and store.old_ledger where the ledger is older than the one of that book that was
// seen here.
func (o Options) origin(m *crypt.Mount, path, book string, err error) error {
	f, sealed := errors.AsType[*crypt.Fault](err)
	if !sealed || !errors.Is(f, crypt.ErrTampered) && !errors.Is(f, crypt.ErrMissingWAL) {
		return err
	}
	at, readErr := m.Origin(path)
	switch {
	case readErr != nil:
		return err // what was found first is what can be told
	case at.Foreign && o.Known.Book != "" && book != o.Known.Book:
		return fault.New(fault.Unavailable, "store.other_keys", "file", keysFile).Because(err)
	case at.Foreign: // an old key file of the same book, or its other files from elsewhere
		return fault.New(fault.Unavailable, "store.apart", "file", keysFile).Because(err)
	case at.Head != 0 && book == o.Known.Book && at.Head < o.Known.Seal:
		return fault.New(fault.Unavailable, "store.old_ledger", "file", bookFile+crypt.LedgerSuffix).Because(err)
	default:
		return err
	}
}

// agree refuses with store.old_ledger a book whose ledger is older than was seen here, where its other files contradict
// it: it could open, and fail at the first page that was written since. Files that agree with each other are an older
// book, which opens (package witness).
func (s *Store) agree(ctx context.Context) error {
	known, path, book := s.opts.Known, s.path(), s.keys.Book()
	if head, err := s.mount.Head(path); known.Book != book || err != nil || head >= known.Seal {
		return nil //nolint:nilerr // the opening that follows says what is wrong
	}
	_, err := s.mount.Verify(ctx, path, nil)
	if told := s.opts.origin(s.mount, path, book, err); fault.KeyOf(told) == "store.old_ledger" {
		return told
	}
	return ctx.Err()
}
