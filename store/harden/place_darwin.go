package harden

import "golang.org/x/sys/unix"

// remote names the file system of dir when it is another machine's (statfs(2): MNT_LOCAL).
func remote(dir string) string {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil || st.Flags&unix.MNT_LOCAL != 0 {
		return ""
	}
	return unix.ByteSliceToString(st.Fstypename[:])
}
