package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// filesDir holds the attachments in a book's folder; they never change.
const filesDir = "files"

// linkFiles gives the attachments of a book's folder a second name in another, those that have none there
// yet. On a disk that knows no such thing they are copied.
func (o Options) linkFiles(to, from string) error {
	from, to = filepath.Join(from, filesDir), filepath.Join(to, filesDir)
	if !there(from) {
		return nil
	}
	var folders []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // one taken away meanwhile
		}
		if err != nil {
			return err
		}
		second := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case d.IsDir():
			folders = append(folders, second)
			return os.MkdirAll(second, 0o700)
		case !d.Type().IsRegular() || there(second):
			return nil
		}
		if err := o.step("link"); err != nil {
			return err
		}
		if os.Link(path, second) == nil { //nolint:gosec // a folder of this program alone
			return nil
		}
		if err := copyFile(second, path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	for _, f := range folders {
		err = errors.Join(err, durable.Folder(f))
	}
	return err
}

// copyFolder copies the files of a closed book into a folder, but for its lock, down to the disk.
// Attachments have their own way.
func (o Options) copyFolder(to, from string) error {
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.IsDir() || crypt.IsLock(f.Name()) {
			continue
		}
		if err := o.step("copy"); err != nil {
			return err
		}
		if err := copyFile(filepath.Join(to, f.Name()), filepath.Join(from, f.Name())); err != nil {
			return err
		}
	}
	return durable.Folder(to)
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// copyInfix stands in the name of what is kept of a book before an update, before the schema's version.
const copyInfix = ".before-update-from-"

// removeCopies removes what was kept of a book before its updates, but for one.
func removeCopies(dir, kept string) error {
	copies, err := keptCopies(dir)
	for _, c := range copies {
		if c != kept {
			err = errors.Join(err, os.RemoveAll(c))
		}
	}
	return err
}

// moveBeside lets what is kept of a book that got another name go by that name: as it was before its updates, and
// under its old key if the one under the new was never opened.
func moveBeside(from, to string) error {
	beside, err := copiesBeside(from)
	if there(from + oldSuffix) {
		beside = append(beside, from+oldSuffix)
	}
	for _, c := range beside {
		err = errors.Join(err, crypt.Rename(c, to+strings.TrimPrefix(c, from)))
	}
	return err
}

// keptCopies lists what was kept of a book before its updates, the oldest schema first, as far as anybody can tell:
// not what is left of another that was there before.
func keptCopies(dir string) ([]string, error) {
	copies, err := copiesBeside(dir)
	book, unknown := HeaderOf(dir)
	return slices.DeleteFunc(copies, func(c string) bool {
		h, err := HeaderOf(c)
		return unknown == nil && err == nil && h.Book != book.Book
	}), err
}

func copiesBeside(dir string) (copies []string, err error) {
	beside, err := os.ReadDir(filepath.Dir(dir))
	var versions []int64
	for _, e := range beside {
		version, ok := strings.CutPrefix(e.Name(), filepath.Base(dir)+copyInfix)
		if v, err := strconv.ParseInt(version, 10, 64); ok && err == nil && strconv.FormatInt(v, 10) == version {
			versions = append(versions, v)
		}
	}
	slices.Sort(versions)
	for _, v := range versions {
		copies = append(copies, copyName(dir, v))
	}
	return copies, err
}

// roomSpare is what a disk must have left beside a second book.
const roomSpare = 64 << 20 // bytes

// room refuses to build a second book beside one when the disk has no room for it; attachments take none.
// Fault store.no_room.
func (o Options) room(dir string) error {
	need := int64(roomSpare)
	for _, p := range crypt.Files(filepath.Join(dir, bookFile)) {
		if info, err := os.Stat(p); err == nil {
			need += info.Size()
		}
	}
	return o.Room(filepath.Dir(dir), need)
}

// Room refuses with store.no_room when the disk of a folder cannot take so many bytes more.
func (o Options) Room(dir string, need int64) error {
	free := freeBytes
	if o.free != nil {
		free = o.free
	}
	left, err := free(dir)
	if err != nil || left >= need {
		return err
	}
	return fault.New(fault.Unavailable, "store.no_room", "need", megabytes(need), "free", left>>20)
}

func megabytes(n int64) int64 { return (n + 1<<20 - 1) >> 20 }
