//go:build !windows

package harden

import (
	"io/fs"
	"os"
)

const others fs.FileMode = 0o077

// private takes the rights of others away from path, and tells whether they had any.
func private(path string, mode fs.FileMode) (was bool, err error) {
	st, err := os.Stat(path)
	if err != nil || st.Mode()&others == 0 {
		return false, err
	}
	return true, os.Chmod(path, mode)
}
