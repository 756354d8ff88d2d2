package harden

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Memory tells what this PC may write of its memory to the disk.
func Memory() Spill { return spill(os.DirFS("/"), device) }

// device gives the number of the disk that a swap file is on, or of the swap device itself.
func device(path string) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat("/"+path, &st); err != nil {
		return 0, err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFBLK {
		return st.Rdev, nil
	}
	return st.Dev, nil
}

// spill reads it from the kernel's own files, under root.
func spill(root fs.FS, device func(path string) (uint64, error)) Spill {
	s := Spill{Swap: Off, Hibernate: Off}
	list, err := fs.ReadFile(root, "proc/swaps")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Swap = Unknown
	}
	for i, line := range strings.Split(string(list), "\n") {
		name, _, _ := strings.Cut(line, " ")
		name, _, _ = strings.Cut(name, "\t")
		if i == 0 || name == "" || strings.HasPrefix(path.Base(name), "zram") { // zram is memory
			continue
		}
		number, err := device(strings.TrimPrefix(octal.Replace(name), "/"))
		if err == nil && encrypted(root, block(number)) {
			s.Swap = worse(s.Swap, Sealed)
		} else {
			s.Swap = worse(s.Swap, Clear)
		}
	}
	// The memory is put where the swap is; without a place to resume from nothing is written.
	resume, err := fs.ReadFile(root, "sys/power/resume")
	if to := strings.TrimSpace(string(resume)); err == nil && to != "" && to != "0:0" {
		s.Hibernate = Clear
		if encrypted(root, to) {
			s.Hibernate = Sealed
		}
	}
	return s
}

func worse(a, b State) State {
	if a == Clear || b == Clear {
		return Clear
	}
	return b
}

// block writes a device number as the kernel's folders do.
func block(n uint64) string {
	return strconv.Itoa(int(unix.Major(n))) + ":" + strconv.Itoa(int(unix.Minor(n)))
}

// encrypted tells whether the disk "major:minor" lies on dm-crypt, itself or in all that it is made of.
func encrypted(root fs.FS, number string) bool {
	return sealedDisk(root, path.Join("sys/dev/block", number), 0)
}

// stackMax bounds how deep disks are stacked: a file system on LVM on LUKS on RAID is four.
const stackMax = 16

func sealedDisk(root fs.FS, dir string, depth int) bool {
	id, err := fs.ReadFile(root, path.Join(dir, "dm/uuid"))
	if err == nil && strings.HasPrefix(string(id), "CRYPT-") {
		return true
	}
	under, err := fs.ReadDir(root, path.Join(dir, "slaves"))
	if err != nil || len(under) == 0 || depth > stackMax {
		return false
	}
	for _, u := range under {
		if !sealedDisk(root, path.Join("sys/class/block", u.Name()), depth+1) {
			return false
		}
	}
	return true
}
