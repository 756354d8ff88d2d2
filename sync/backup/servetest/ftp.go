package servetest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/tooltest"
)

// FTPServer is a running vsftpd.
type FTPServer struct {
	Host, Port string
	User       string
	data       []string // its ports for data
}

// dataPorts is how many files can be under way at once.
const dataPorts = 24

// FTP starts Debian's vsftpd on a folder; see Folder and tooltest.Lacks. It knows one person, FTPServer.User, whose
// password is Password and who may write in the folder "box".
func FTP(t testing.TB, dir string) *FTPServer {
	t.Helper()
	path := tooltest.Program(t, "/usr/sbin/vsftpd")
	f := &FTPServer{User: "anonymous"}
	own := Folder(t)
	passwords := configure(t, filepath.Join(own, "passwords"), Password+"\n")
	const who = "ftp"
	root := filepath.Join(dir, "ftp") // may not be writable itself
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	give(t, who, filepath.Join(root, "box"))
	empty := filepath.Join(own, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	f.Host, f.Port, _ = net.SplitHostPort(addr)
	first := freeRange(t, dataPorts)
	for i := range dataPorts {
		f.data = append(f.data, fmt.Sprint(first+i))
	}
	lines := []string{
		"listen=YES", "listen_address=" + f.Host, "listen_port=" + f.Port, "background=NO",
		"anonymous_enable=YES", "local_enable=NO", "write_enable=YES", "anon_root=" + root,
		"anon_upload_enable=YES", "anon_mkdir_write_enable=YES", "anon_other_write_enable=YES", "anon_umask=022",
		"anon_world_readable_only=NO", "allow_writeable_chroot=YES", "ftp_username=" + who,
		"secure_email_list_enable=YES", "email_password_file=" + passwords,
		"seccomp_sandbox=NO", "secure_chroot_dir=" + empty, "mdtm_write=YES", "xferlog_enable=NO",
		"max_per_ip=0", "accept_timeout=5", "data_connection_timeout=10",
		fmt.Sprintf("pasv_min_port=%d", first), fmt.Sprintf("pasv_max_port=%d", first+dataPorts-1),
	}
	if os.Getuid() != 0 {
		lines = append(lines, "run_as_launching_user=YES")
	}
	config := configure(t, filepath.Join(own, "config"), strings.Join(lines, "\n")+"\n")
	serve(t, addr, nil, path, config)
	return f
}

// Line puts a line in front of the server at another address of the loopback, where all its ports are the
// same ones: FTP tells its client the port of each file.
func (f *FTPServer) Line(t testing.TB) *Cutter {
	t.Helper()
	const host = "127.0.0.2"
	c := newCutter()
	c.greets = true
	for _, port := range f.data {
		c.listen(t, net.JoinHostPort(host, port), net.JoinHostPort(f.Host, port))
	}
	c.Addr = c.listen(t, net.JoinHostPort(host, f.Port), net.JoinHostPort(f.Host, f.Port))
	return c
}

// freeRange finds ports that follow each other and are free.
func freeRange(t testing.TB, count int) int {
	t.Helper()
	for first := 21_000; first < 32_000; first += count {
		free := true
		for port := first; free && port < first+count; port++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if free = err == nil; free {
				_ = l.Close()
			}
		}
		if free {
			return first
		}
	}
	t.Fatal("no free ports")
	return 0
}
