package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// Secrets are what a new book is sealed under. Cost is Argon2id's for the password; the zero value is
// right for real books, tests and the sample company take less.
type Secrets struct {
	BookID string
	Label  string // whose password it is
	// Owner, when set, gives the label once init is done: whose book is restored is known only then.
	Owner    func() string
	Password string
	Recovery [20]byte
	Cost     crypt.KDF
}

// Unlock opens a key file; see WithPassword and its kin.
type Unlock func(*crypt.Keys) (crypt.Root, error)

// WithPassword opens a book by an owner's password. Fault store.wrong_password.
func WithPassword(password string) Unlock {
	return func(k *crypt.Keys) (crypt.Root, error) {
		root, err := k.UnlockPassword(password)
		if errors.Is(err, crypt.ErrNoSlot) {
			err = fault.Field("password", "store.wrong_password").Because(err)
		}
		return root, err
	}
}

// WithRecovery opens a book by its recovery key. Fault store.wrong_recovery.
func WithRecovery(key [20]byte) Unlock {
	return func(k *crypt.Keys) (crypt.Root, error) {
		root, err := k.UnlockSecret(crypt.KindRecovery, key[:])
		if errors.Is(err, crypt.ErrNoSlot) {
			err = fault.Field("recovery", "store.wrong_recovery").Because(err)
		}
		return root, err
	}
}

// WithSecret opens a book by the random bytes of a slot that this PC keeps the secret of. Fault
// store.wrong_secret: whoever is there is asked for a password then.
func WithSecret(kind string, secret []byte) Unlock {
	return func(k *crypt.Keys) (crypt.Root, error) {
		root, err := k.UnlockSecret(kind, secret)
		if errors.Is(err, crypt.ErrNoSlot) {
			err = fault.New(fault.Unauthenticated, "store.wrong_secret").Because(err)
		}
		return root, err
	}
}

// Open opens the book in dir. Faults: store.no_book, store.keys_missing, store.file_missing,
// store.damaged, store.in_use, store.newer_book, and those of unlock.
func Open(ctx context.Context, dir string, unlock Unlock, o Options) (*Store, error) {
	if !Exists(dir) {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, classify(err)
	}
	if err := settle(dir); err != nil {
		return nil, errors.Join(classify(err), lock.Close())
	}
	return openClaimed(ctx, dir, lock, unlock, o)
}

// openClaimed opens a book whose lock is held; the store lets go of it when it is closed.
func openClaimed(ctx context.Context, dir string, lock io.Closer, unlock Unlock, o Options) (*Store, error) {
	s, err := open(ctx, dir, unlock, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.lock = lock
	if err := s.checkKeys(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := os.RemoveAll(dir + oldSuffix); err != nil {
		o.tell("the book under its old key is still there: " + err.Error())
	}
	if err := s.tendCopies(ctx); err != nil {
		o.tell("a copy from before an update could not be seen to: " + err.Error())
	}
	return s, nil
}

// open is Open of a folder nobody else looks at, before the key file's age is checked.
func open(ctx context.Context, dir string, unlock Unlock, o Options) (*Store, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	s := &Store{dir: dir, opts: o}
	keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), func(e crypt.Event) {
		s.notices.add(e)
		o.events()(e)
	})
	if err != nil {
		return nil, classify(err)
	}
	root, err := unlock(keys)
	if err != nil {
		return nil, o.otherKeys(keys, classify(err))
	}
	s.keys, s.root = keys, root
	if err := s.hold(); err != nil {
		err = classify(err)
		if s.mount != nil {
			err = s.opts.origin(s.mount, s.path(), keys.Book(), err)
		}
		return nil, err
	}
	if err := s.agree(ctx); err != nil {
		return nil, errors.Join(err, s.mount.Unmount())
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(s.opts.origin(s.mount, s.path(), keys.Book(), err), s.mount.Unmount())
	}
	if err := s.openFiles(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// hold takes the book's files for this store.
func (s *Store) hold() error {
	if s.damage == nil {
		s.damage = new(damage)
	}
	if s.journal == nil {
		s.journal = &journal{clock: s.opts.filled().Clock}
	}
	s.journal.restart()
	m, err := crypt.NewMount(s.root, crypt.Options{OnEvent: s.sees, TempDir: s.dir, Tap: s.journal})
	if err != nil {
		return err
	}
	s.mount = m
	if err := m.Hold(s.path()); err != nil {
		return errors.Join(err, m.Unmount())
	}
	return nil
}

// withRoot opens a book whose root key is known already.
func withRoot(root crypt.Root) Unlock {
	return func(*crypt.Keys) (crypt.Root, error) { return root, nil }
}

func (s *Store) path() string { return filepath.Join(s.dir, bookFile) }

func (s *Store) dsn(v url.Values) string { return s.mount.DSN(s.path(), v) }

// The settings about the key file: the mirror of its change counter, and since when each slot is there.
const (
	keysGenKey   = "keys_gen"
	slotDatesKey = "slot_dates"
)

// checkKeys refuses a key file older than the one the book last saw: an old password would open
// again. A newer one is noted.
func (s *Store) checkKeys(ctx context.Context) error {
	var seen uint64
	err := s.View(ctx, func(tx *Tx) error { _, err := tx.Setting(keysGenKey, &seen); return err })
	if err != nil {
		return err
	}
	switch gen := s.keys.Gen(); {
	case gen < seen:
		return fault.New(fault.Unavailable, "store.old_keys", "file", keysFile)
	case gen > seen:
		return s.noteKeys(ctx)
	default:
		return nil
	}
}

func (s *Store) noteKeys(ctx context.Context, made ...int) error {
	return s.Update(ctx, func(tx *Tx) error { return s.noteKeysIn(tx, made...) })
}

// noteKeysIn notes the state of the key file, and the time at which slots were made. Others that the book has not
// heard of stay without one: what it says of their people may be older than they are.
func (s *Store) noteKeysIn(tx *Tx, made ...int) error {
	dates := map[int]time.Time{}
	if _, err := tx.Setting(slotDatesKey, &dates); err != nil {
		return err
	}
	now := map[int]time.Time{}
	for _, i := range s.keys.Slots() {
		if at, known := dates[i.ID]; known {
			now[i.ID] = at
		} else if slices.Contains(made, i.ID) {
			now[i.ID] = tx.Now()
		}
	}
	return errors.Join(tx.SetSetting(slotDatesKey, now), tx.SetSetting(keysGenKey, s.keys.Gen()))
}

// numbers lists the slots of a key file.
func numbers(k *crypt.Keys) (list []int) {
	for _, i := range k.Slots() {
		list = append(list, i.ID)
	}
	return list
}
