package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

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

// newSuffix marks a folder in which a book is being made, readySuffix one that is whole and has yet to
// take its name.
const (
	newSuffix   = ".new"
	readySuffix = ".ready"
)

// Create makes a sealed book in dir, runs init in its first transaction and opens it. The folder
// appears under its name only when all of it is on disk. Fault store.book_there.
func Create(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error) (*Store, error) {
	return build(ctx, dir, sec, o, init, func(m *crypt.Mount, path string) error { return m.Create(path) })
}

// Restore makes a sealed book in dir from a plain database image (as Pages gave it), under fresh keys;
// otherwise as Create. With Options.Aside it takes the place of a book that is there, which is moved
// aside when the new one is whole, never deleted; fault store.in_use when that one is open.
func Restore(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error,
	next func() ([]byte, error),
) (*Store, error) {
	return build(ctx, dir, sec, o, init, func(m *crypt.Mount, path string) error { return m.WriteImage(path, next) })
}

func build(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error,
	fill func(*crypt.Mount, string) error,
) (*Store, error) {
	if Exists(dir) && o.Aside == "" {
		return nil, fault.New(fault.Conflict, "store.book_there")
	}
	if sec.Recovery == [20]byte{} {
		return nil, errors.New("store: a book needs a recovery key: one of zeros is known to all")
	}
	root := crypt.NewRoot()
	fresh, ready := dir+newSuffix, dir+readySuffix
	if err := errors.Join(os.RemoveAll(ready), os.RemoveAll(fresh), os.MkdirAll(fresh, 0o700)); err != nil {
		return nil, classify(err)
	}
	err := fillFolder(ctx, fresh, root, sec, o, init, fill)
	if err == nil {
		err = crypt.Rename(fresh, ready)
	}
	if err == nil {
		err = place(dir, o.Aside)
	}
	if err != nil {
		return nil, errors.Join(classify(err), os.RemoveAll(fresh), os.RemoveAll(ready))
	}
	if err := syncFolder(filepath.Dir(dir)); err != nil {
		return nil, classify(err)
	}
	return Open(ctx, dir, WithRecovery(sec.Recovery), o)
}

// place puts the book that is ready in dir, and the one that is there aside.
func place(dir, aside string) error {
	if !Exists(dir) {
		return crypt.Rename(dir+readySuffix, dir)
	}
	if err := crypt.Free(filepath.Join(dir, bookFile)); err != nil {
		return err
	}
	if err := crypt.Rename(dir, aside); err != nil {
		return err
	}
	err := crypt.Rename(dir+readySuffix, dir)
	if err != nil {
		err = errors.Join(err, crypt.Rename(aside, dir))
	}
	return err
}

// Settle ends a restore into dir that lost its power between setting the old book aside and putting the
// new one, which was whole, in its place.
func Settle(dir string) error {
	if ready := dir + readySuffix; !Exists(dir) && Exists(ready) {
		return classify(errors.Join(crypt.Rename(ready, dir), syncFolder(filepath.Dir(dir))))
	}
	return nil
}

// fillFolder writes the whole book into a folder nobody looks at yet.
func fillFolder(ctx context.Context, dir string, root crypt.Root, sec Secrets, o Options,
	init func(*Tx) error, fill func(*crypt.Mount, string) error,
) error {
	m, err := crypt.NewMount(root, crypt.Options{TempDir: dir})
	if err != nil {
		return err
	}
	if err := fill(m, filepath.Join(dir, bookFile)); err != nil {
		return errors.Join(err, m.Unmount())
	}
	if err := m.Unmount(); err != nil {
		return err
	}
	slots := []crypt.NewSlot{crypt.SecretSlot(crypt.KindRecovery, "recovery", sec.Recovery[:])}
	if sec.Owner == nil {
		slots = append(slots, crypt.PasswordSlot(sec.Label, sec.Password, sec.Cost))
	}
	if _, err := crypt.CreateKeys(filepath.Join(dir, keysFile), sec.BookID, root, slots...); err != nil {
		return err
	}
	o.building = true
	s, err := open(ctx, dir, WithRecovery(sec.Recovery), o) // the slot that costs nothing
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		// A restored image remembers the changes of another key file.
		if err := tx.SetSetting(keysGenKey, s.keys.Gen()); err != nil {
			return err
		}
		return init(tx)
	})
	if err == nil && sec.Owner != nil {
		_, err = s.AddPasswordSlot(ctx, sec.Owner(), sec.Password)
	}
	return errors.Join(err, s.Close())
}

// Open opens the book in dir. Faults: store.no_book, store.keys_missing, store.file_missing,
// store.damaged, store.in_use, store.newer_book, and those of unlock.
func Open(ctx context.Context, dir string, unlock Unlock, o Options) (*Store, error) {
	s, err := open(ctx, dir, unlock, o)
	if err != nil {
		return nil, err
	}
	if err := s.checkKeys(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open is Open before the key file's age is looked at.
func open(ctx context.Context, dir string, unlock Unlock, o Options) (*Store, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.no_book")
	}
	keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), o.events())
	if err != nil {
		return nil, classify(err)
	}
	root, err := unlock(keys)
	if err != nil {
		return nil, classify(err)
	}
	m, err := crypt.NewMount(root, crypt.Options{OnEvent: o.events(), TempDir: dir})
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, opts: o, keys: keys, root: root, mount: m}
	if err := m.Hold(s.path()); err != nil {
		return nil, errors.Join(classify(err), m.Unmount())
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, m.Unmount())
	}
	if err := s.openFiles(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) path() string { return filepath.Join(s.dir, bookFile) }

func (s *Store) dsn(v url.Values) string { return s.mount.DSN(s.path(), v) }

// keysGenKey is the setting that mirrors the key file's change counter.
const keysGenKey = "keys_gen"

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

func (s *Store) noteKeys(ctx context.Context) error {
	return s.Update(ctx, func(tx *Tx) error { return tx.SetSetting(keysGenKey, s.keys.Gen()) })
}

// Head is the number of the seal's last record; it only grows. A lower one than was noted elsewhere
// means that all files of the book were put back together.
func (s *Store) Head() (uint64, error) { return s.mount.Head(s.path()) }

// VerifySeal reads every page of the book and checks its seal, while work goes on. progress, which may
// be nil, is told pages done and pages in all. Fault store.damaged.
func (s *Store) VerifySeal(ctx context.Context, progress func(done, total uint32)) error {
	_, err := s.mount.Verify(ctx, s.path(), progress)
	return classify(err)
}

// syncFolder makes a rename in it durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	// Some systems cannot flush a folder; there a rename is durable by itself.
	_ = d.Sync()
	return d.Close()
}
