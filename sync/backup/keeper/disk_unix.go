//go:build !windows

package keeper

import (
	"os"
	"syscall"
)

// sameDisk compares the devices of two folders.
func sameDisk(_ string, a os.FileInfo, _ string, b os.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, too := b.Sys().(*syscall.Stat_t)
	return ok && too && x.Dev == y.Dev
}
