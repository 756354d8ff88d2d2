package disks

import (
	"os"

	"golang.org/x/sys/windows"
)

// Roots are the drives of this PC that have a disk in them now, in order. Those of the network are not among
// them: to look at one may take for ever.
func Roots() (roots []string) {
	drives, err := windows.GetLogicalDrives()
	if err != nil {
		return nil
	}
	for i := range 26 {
		root := string(rune('A'+i)) + `:\`
		if drives&(1<<i) == 0 {
			continue
		}
		name, err := windows.UTF16PtrFromString(root)
		if err != nil {
			continue
		}
		switch windows.GetDriveType(name) {
		case windows.DRIVE_REMOVABLE, windows.DRIVE_FIXED:
			if _, err := os.Stat(root); err == nil { // a card reader has its letter without a card
				roots = append(roots, root)
			}
		}
	}
	return roots
}

// Flush does nothing: for disks that can be unplugged Windows holds nothing back unless told to.
func Flush(string) error { return nil }
