//go:build !windows

package harden

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Process keeps the keys in this process's memory from reaching the disk as a core dump: the size of one
// is limited to nothing, and where the system can, other processes of the same user may not look into this
// one. Children inherit the limit.
func Process() error {
	none := unix.Rlimit{}
	return errors.Join(unix.Setrlimit(unix.RLIMIT_CORE, &none), closed())
}
