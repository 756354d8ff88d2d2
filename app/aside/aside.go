// Package aside is about what something took the place of on this PC: a book that another was restored over, the
// copies of another company. It is renamed, beside what replaced it, and stays until its owner removes it.
package aside

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zafe/app/fault"
)

// What stands in the name between that of the thing and the moment, in UTC, at which it was set aside. What
// belongs to it goes on behind the moment: "book.aside-20261122-101500.old".
const (
	infix  = ".aside-"
	layout = "20060102-150405"
)

// Book is the name of the folder of a book.
const Book = "book"

// Kept is a thing set aside, with what belongs to it.
type Kept struct {
	Name   string    `json:"name"`   // what Remove is told
	Folder string    `json:"folder"` // where it is
	Thing  string    `json:"thing"`  // the name it had: Book, or the folder of the copies
	At     time.Time `json:"at"`     // when it was set aside
	Bytes  int64     `json:"bytes"`
}

// Name is where path is to be moved.
func Name(path string, now time.Time) string { return path + infix + now.UTC().Format(layout) }

// parse reads the name of a thing set aside, or of what belongs to one.
func parse(name string) (k Kept, ok bool) {
	thing, rest, ok := strings.Cut(name, infix)
	if !ok || thing == "" || len(rest) < len(layout) {
		return k, false
	}
	at, err := time.Parse(layout, rest[:len(layout)])
	return Kept{Name: thing + infix + rest[:len(layout)], Thing: thing, At: at}, err == nil
}

// names lists what is set aside in a folder, the newest first, without its size.
func names(dir string) ([]Kept, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Kept
	for _, e := range entries {
		k, ok := parse(e.Name())
		known := slices.ContainsFunc(out, func(o Kept) bool { return o.Name == k.Name })
		if ok && !known && e.IsDir() {
			k.Folder = filepath.Join(dir, k.Name)
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b Kept) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Name, b.Name)) })
	return out, err
}

// Last is the folder of the book that was set aside last, "" for none.
func Last(dir string) string {
	all, _ := names(dir) // a folder that cannot be read shows nothing
	for _, k := range all {
		if k.Thing == Book {
			return k.Folder
		}
	}
	return ""
}

// List lists what is set aside in a folder, the newest first.
func List(dir string) ([]Kept, error) {
	all, err := names(dir)
	for i := range all {
		for _, part := range parts(dir, all[i].Name) {
			all[i].Bytes += size(part)
		}
	}
	return all, err
}

// parts are the paths of a thing set aside and of what belongs to it.
func parts(dir, name string) (out []string) {
	entries, _ := os.ReadDir(dir) // of what was just listed
	for _, e := range entries {
		if k, ok := parse(e.Name()); ok && k.Name == name {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// size adds up the files below a path, as far as they can be seen.
func size(path string) (total int64) {
	_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is not counted
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// Remove deletes a thing that List lists, with what belongs to it. Faults backup.kept_gone, backup.kept_stays.
func Remove(dir, name string) error {
	all, err := names(dir)
	if err != nil || !slices.ContainsFunc(all, func(k Kept) bool { return k.Name == name }) {
		return fault.New(fault.NotFound, "backup.kept_gone").Because(err)
	}
	for _, part := range parts(dir, name) {
		err = errors.Join(err, os.RemoveAll(part))
	}
	if err != nil {
		return fault.New(fault.Unavailable, "backup.kept_stays", "folder", filepath.Join(dir, name)).Because(err)
	}
	return nil
}
