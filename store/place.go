package store

import (
	"errors"
	"path/filepath"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// SetAside moves the book in dir, which nobody has open, to another name, with what is kept of it. Fault
// store.in_use.
func SetAside(dir, aside string) error {
	return claimed(dir, func() error {
		if err := crypt.Free(filepath.Join(dir, bookFile)); err != nil {
			return err
		}
		if err := crypt.Rename(dir, aside); err != nil {
			return err
		}
		return errors.Join(moveBeside(dir, aside), durable.Folder(filepath.Dir(dir)))
	})
}

// PutInPlace gives a standby's copy, which nobody has open, the name of the book, of which there is none. Faults
// store.in_use, store.book_there.
func PutInPlace(standby, dir string) error {
	return claimed(standby, func() error {
		return claimed(dir, func() error {
			if there(dir) {
				return fault.New(fault.Conflict, "store.book_there")
			}
			return errors.Join(crypt.Rename(standby, dir), durable.Folder(filepath.Dir(dir)))
		})
	})
}

// claimed runs fn while no other program has the book in dir.
func claimed(dir string, fn func() error) error {
	lock, err := claim(dir)
	if err != nil {
		return classify(err)
	}
	err = settle(dir)
	if err == nil {
		err = fn()
	}
	return errors.Join(classify(err), lock.Close())
}
