package blob

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// disk is the file system that contents are on.
type disk struct {
	root *os.File // open where one call flushes all of it; nil where each file has to be flushed
}

// wholeSystems are the file systems of which syncfs(2) is known to reach the disk. That of others may end in the
// program that serves them.
var wholeSystems = []int64{unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC}

// openDisk looks at the disk of a folder. It is told of what could not be written from now on, until flush.
func openDisk(dir string) (disk, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return disk{}, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if !slices.Contains(wholeSystems, int64(st.Type)) || !tellsErrors() { //nolint:unconvert // 32 bits elsewhere
		return disk{}, nil
	}
	root, err := os.Open(dir)
	return disk{root}, err
}

// tellsErrors tells whether syncfs says what could not be written: since Linux 5.8.
func tellsErrors() bool {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return false
	}
	major, rest, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	return errors.Join(err, err2) == nil && (a > 5 || a == 5 && b >= 8)
}

// flush makes contents outlive a power cut.
func (d disk) flush(all []*Content) error {
	if d.root == nil {
		return flushEach(all)
	}
	if err := unix.Syncfs(int(d.root.Fd())); err != nil {
		return &os.PathError{Op: "syncfs", Path: d.root.Name(), Err: err}
	}
	return nil
}

func (d disk) close() error {
	if d.root == nil {
		return nil
	}
	return d.root.Close()
}

// sendEarly begins to write a file to the disk, so that the flush has less to wait for. It flushes nothing, and what
// goes wrong shows in the flush.
func sendEarly(f *os.File) error {
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	return nil
}
