package harden

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The modes of a data folder and of what is in it: the owner of the process, nobody else.
const (
	folderMode fs.FileMode = 0o700
	fileMode   fs.FileMode = 0o600
	others     fs.FileMode = 0o077
)

// Folder makes the data folder dir when it is missing, and readable by its owner alone; tightened names
// what was open to others, relative to dir. Of what is inside, the folders named in inside and their files
// are looked at too: they may have been copied in with a wider mode and be moved out again. On Windows the
// rights of a folder come from the one above, which is the user's own by default: nothing is done.
func Folder(dir string, inside ...string) (tightened []string, err error) {
	if err := os.MkdirAll(dir, folderMode); err != nil || runtime.GOOS == "windows" {
		return nil, err
	}
	tighten := func(path string, mode fs.FileMode) error {
		st, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && st.Mode()&others == 0 {
			return nil
		}
		if err == nil {
			err = os.Chmod(path, mode)
		}
		name, _ := filepath.Rel(dir, path)
		tightened = append(tightened, name)
		return err
	}
	errs := []error{tighten(dir, folderMode)}
	for _, name := range inside {
		sub := filepath.Join(dir, name)
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
