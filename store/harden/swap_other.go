//go:build !linux

package harden

import "runtime"

// Memory tells what this PC may write of its memory to the disk. macOS has encrypted its swap since 10.7,
// and its sleep image with it; Windows is not asked, as whether BitLocker is on takes an administrator.
func Memory() Spill {
	if runtime.GOOS == "darwin" {
		return Spill{Swap: Sealed, Hibernate: Sealed}
	}
	return Spill{Swap: Unknown, Hibernate: Unknown}
}
