package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// A book is made, restored, updated and put under a new key in one way: a whole new folder is built beside
// it, checked, and takes its name, while the old one is moved aside or destroyed. Until then the book is as
// it was, whatever fails; [Settle] ends what a power cut left between two renames.
//
// These are the names beside the book's: of a folder being built, of one that is whole and has yet to take
// its place, of one that was replaced and has yet to be destroyed, and of the lock.
const (
	newSuffix   = ".new"
	readySuffix = ".ready"
	oldSuffix   = ".old"
	claimSuffix = "-lock"
)

// Exists tells whether dir holds a book, whole or not: a book whose files were lost is not a PC without
// a book, and opening it says what is missing.
func Exists(dir string) bool { return there(dir) || there(dir+readySuffix) || there(dir+oldSuffix) }

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// claim takes the book for this process, until the lock is closed. It lies beside the folder: on Windows a
// folder in which a file is open, the seal's own lock for one, cannot be renamed, and between two such
// locks another program could open the book that is about to go.
func claim(dir string) (io.Closer, error) { return crypt.Lock(dir + claimSuffix) }

// Settle ends an exchange that a power cut interrupted, and clears away what was never to be a book. It
// does nothing while a program has the book open.
func Settle(dir string) error {
	if !there(dir+newSuffix) && !there(dir+readySuffix) && !there(dir+oldSuffix) {
		return nil
	}
	lock, err := claim(dir)
	if errors.Is(err, crypt.ErrInUse) {
		return nil
	}
	if err != nil {
		return classify(err)
	}
	return classify(errors.Join(settle(dir), lock.Close()))
}

// settle is Settle under the lock. The book that was replaced stays until the one in its place was opened.
func settle(dir string) error {
	ready, old := dir+readySuffix, dir+oldSuffix
	var err error
	switch {
	case there(dir):
	case there(ready):
		err = crypt.Rename(ready, dir)
	case there(old):
		err = crypt.Rename(old, dir)
	}
	if err != nil {
		return err
	}
	_ = durable.Folder(filepath.Dir(dir)) // what a power cut undoes is done again at the next start
	for _, left := range []string{dir + newSuffix, ready} {
		_ = os.RemoveAll(left) // what cannot be removed now is at the next start
	}
	return nil
}

// Create makes a sealed book in dir, runs init in its first transaction and opens it. The folder
// appears under its name only when all of it is on disk. Fault store.book_there.
func Create(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error) (*Store, error) {
	return build(ctx, dir, sec, o, init, func(m *crypt.Mount, path string) error { return m.Create(path) })
}

// Restore makes a sealed book in dir from a plain database image (as Pages gave it), under fresh keys;
// otherwise as Create. With Options.Aside it takes the place of a book that is there, which is moved
// aside when the new one is whole, never deleted, with what is kept of it from before an update; fault
// store.in_use when that one is open.
func Restore(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error,
	next func() ([]byte, error),
) (*Store, error) {
	return build(ctx, dir, sec, o, init, func(m *crypt.Mount, path string) error { return m.WriteImage(path, next) })
}

func build(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error,
	fill func(*crypt.Mount, string) error,
) (*Store, error) {
	if sec.Recovery == [20]byte{} {
		return nil, errors.New("store: a book needs a recovery key: one of zeros is known to all")
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, classify(err)
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, classify(err)
	}
	if err = settle(dir); err == nil {
		err = buildClaimed(ctx, dir, sec, o, init, fill)
	}
	if err != nil {
		return nil, errors.Join(classify(err), lock.Close())
	}
	return openClaimed(ctx, dir, lock, WithRecovery(sec.Recovery), o)
}

func buildClaimed(ctx context.Context, dir string, sec Secrets, o Options, init func(*Tx) error,
	fill func(*crypt.Mount, string) error,
) error {
	if there(dir) {
		if o.Aside == "" {
			return fault.New(fault.Conflict, "store.book_there")
		}
		if err := crypt.Free(filepath.Join(dir, bookFile)); err != nil {
			return err
		}
	}
	root := crypt.NewRoot()
	defer root.Zero()
	err := o.replace(dir, o.Aside, func(fresh string) error {
		return fillFolder(ctx, fresh, root, sec, o, init, fill)
	})
	if err != nil || o.Aside == "" {
		return err
	}
	if err := moveBeside(dir, o.Aside); err != nil {
		o.tell("what belongs to the book that was moved aside stays behind: " + err.Error())
	}
	return nil
}

// replace builds a folder and puts it in the place of the book, which is closed and claimed, if there is
// one; that goes aside. On error the book is as it was and nothing else is left.
func (o Options) replace(dir, aside string, fill func(fresh string) error) error {
	if err := o.prepare(dir, fill); err != nil {
		return err
	}
	if err := o.exchange(dir, aside); err != nil {
		return errors.Join(err, clearReady(dir, aside))
	}
	return nil
}

// clearReady removes the folder that did not take the place of the book, unless that could not be put back:
// then it is all there is under a name of the book's.
func clearReady(dir, aside string) error {
	if !there(dir) && there(aside) {
		return nil
	}
	return os.RemoveAll(dir + readySuffix)
}

// prepare builds the folder that is ready to take the place of the book.
func (o Options) prepare(dir string, fill func(fresh string) error) error {
	fresh := dir + newSuffix
	err := os.MkdirAll(fresh, 0o700)
	if err == nil {
		err = fill(fresh)
	}
	if err == nil {
		err = o.step("ready")
	}
	if err == nil {
		err = errors.Join(durable.Folder(fresh), crypt.Rename(fresh, dir+readySuffix), durable.Folder(filepath.Dir(dir)))
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(fresh), os.RemoveAll(dir+readySuffix))
	}
	return err
}

// exchange puts the folder that is ready in the place of the book. No file of either is open. On error the
// book is where it was.
func (o Options) exchange(dir, aside string) error {
	parent := filepath.Dir(dir)
	err := o.step("aside")
	was := there(dir)
	if err == nil && was {
		err = crypt.Rename(dir, aside)
	}
	if err != nil {
		return err
	}
	if err = o.step("place"); err == nil {
		err = crypt.Rename(dir+readySuffix, dir)
	}
	if err != nil && was {
		err = errors.Join(err, crypt.Rename(aside, dir))
	}
	// It is done or undone by now, whatever the disk says: a power cut could at worst leave what settle ends.
	if flushErr := errors.Join(o.step("flush"), durable.Folder(parent)); flushErr != nil {
		o.tell("the exchange of the book's folder was not flushed: " + flushErr.Error())
	}
	return err
}

// step tells a test what is about to be done; the test may fail it, or kill the program there.
func (o Options) step(name string) error {
	if o.at == nil {
		return nil
	}
	return o.at(name)
}

// fillFolder writes the whole book into a folder nobody looks at yet.
func fillFolder(ctx context.Context, dir string, root crypt.Root, sec Secrets, o Options,
	init func(*Tx) error, fill func(*crypt.Mount, string) error,
) error {
	m, err := crypt.NewMount(root, crypt.Options{TempDir: dir})
	if err != nil {
		return err
	}
	if err := errors.Join(fill(m, filepath.Join(dir, bookFile)), m.Unmount()); err != nil {
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
		// The image remembers the changes of another key file, and an update whose copy another key opens.
		err := errors.Join(tx.SetSetting(slotDatesKey, map[int]time.Time{}), tx.forgetUpdate(),
			s.noteKeysIn(tx, numbers(s.keys)...))
		if err != nil {
			return err
		}
		return init(tx)
	})
	if err == nil && sec.Owner != nil {
		_, err = s.AddPasswordSlot(ctx, sec.Owner(), sec.Password)
	}
	return errors.Join(err, s.Close())
}
