package harden

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// remoteTypes are the file systems of other machines, by the name the kernel gives them. What FUSE mounts
// is named "fuse." and its program; "fuseblk" is a local disk.
var remoteTypes = map[string]bool{
	"nfs": true, "nfs4": true, "cifs": true, "smb3": true, "smbfs": true, "ncpfs": true, "afs": true,
	"ceph": true, "glusterfs": true, "lustre": true, "9p": true, "ocfs2": true, "gfs2": true,
	"vboxsf": true, "prl_fs": true, "fuse.vmhgfs-fuse": true,
	"fuse.sshfs": true, "fuse.rclone": true, "fuse.s3fs": true, "fuse.gvfsd-fuse": true, "fuse.davfs": true,
	"fuse.davfs2": true, "fuse.ceph": true, "fuse.ceph-fuse": true, "fuse.glusterfs": true,
	"fuse.curlftpfs": true, "fuse.kio-fuse": true, "fuse.google-drive-ocamlfuse": true, "fuse.goofys": true,
	"fuse.pcloud": true, "fuse.pCloud": true, "fuse.onedriver": true, "fuse.mfs": true, "fuse.seadrive": true,
}

// remote names the file system of dir when it is another machine's.
func remote(dir string) string {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // only read from
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if t := mountType(f, dir); remoteTypes[t] {
		return t
	}
	return ""
}

// mountType finds the file system of dir in a mountinfo (proc_pid_mountinfo(5)): the last of those
// mounted nearest above it.
func mountType(mountinfo io.Reader, dir string) string {
	best, kind := "", ""
	for s := bufio.NewScanner(mountinfo); s.Scan(); {
		before, after, ok := strings.Cut(s.Text(), " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 5 || len(g) < 1 {
			continue
		}
		at := octal.Replace(f[4])
		if len(at) >= len(best) && (at == "/" || dir == at || strings.HasPrefix(dir, at+"/")) {
			best, kind = at, g[0]
		}
	}
	return kind
}

// octal undoes how the kernel writes the characters that separate its fields.
var octal = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
