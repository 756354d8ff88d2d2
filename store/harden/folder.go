package harden

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// The modes of a data folder and of what is in it: the owner of the process, nobody else.
const (
	folderMode fs.FileMode = 0o700
	fileMode   fs.FileMode = 0o600
)

// Folder makes the data folder dir when it is missing, and open to its owner alone; tightened names what was open to
// others, relative to dir. Of what is inside, the files named in inside, and the folders with their files, are looked at
// too: they may have been copied in with wider rights and be moved out again. On Windows the system's own account and the
// administrators keep their rights: they can take them anyway, and restore the PC with them.
func Folder(dir string, inside ...string) (tightened []string, err error) {
	_, err = os.Stat(dir)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	tighten := func(path string, mode fs.FileMode) error {
		was, err := private(path, mode)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if was && !(made && path == dir) { // what is new has the rights of the folder it was made in
			name, _ := filepath.Rel(dir, path)
			tightened = append(tightened, name)
		}
		return err
	}
	errs := []error{tighten(dir, folderMode)}
	for _, name := range inside {
		sub := filepath.Join(dir, name)
		if st, err := os.Stat(sub); err == nil && st.Mode().IsRegular() {
			errs = append(errs, tighten(sub, fileMode))
			continue
		}
		files, err := os.ReadDir(sub)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		errs = append(errs, err, tighten(sub, folderMode))
		for _, f := range files {
			if f.Type().IsRegular() {
				errs = append(errs, tighten(filepath.Join(sub, f.Name()), fileMode))
			}
		}
	}
	return tightened, errors.Join(errs...)
}
