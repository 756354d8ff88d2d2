package blob

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"zafe/app/durable"
	"zafe/store/crypt"
)

// Take puts a sealed content of size bytes in the folder dir of a book whose keys are not known here. It is
// there, as it came and flushed, or is not.
func Take(dir, name string, r io.Reader, size int64) error {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return err
	}
	path := filepath.Join(dir, rand.Text()+newSuffix)
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	if _, err = io.CopyN(out, r, size); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = out.Sync()
	}
	err = errors.Join(err, out.Close())
	at, made := pathIn(dir, name), false
	if err == nil {
		made, err = shelf(filepath.Dir(at))
	}
	if err == nil {
		err = crypt.Rename(path, at)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return settle(durable.Folder, dir, filepath.Dir(at), made)
}

// Drop deletes a content of the folder dir; it is no error when it is not there.
func Drop(dir, name string) error {
	if err := os.Remove(pathIn(dir, name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
