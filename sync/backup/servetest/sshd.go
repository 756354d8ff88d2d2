package servetest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/tooltest"
)

// SSH is a running sshd.
type SSH struct {
	Host, Port, User string
	KeyFile          string // a private key it accepts
	OtherKeyFile     string // one it does not
	Password         string // of SSHDPassword
	dir, shadow      string
	daemon           *daemon
}

// SSHD starts Debian's sshd for the current user; see Lacks.
func SSHD(t testing.TB) *SSH {
	t.Helper()
	return sshd(t, "", nil)
}

// SSHDPassword starts Debian's sshd for the current user with a password of its own, which SetPassword changes: it sees
// another file of passwords than the rest of the machine. Config is a line for its configuration.
func SSHDPassword(t testing.TB, config string) *SSH {
	t.Helper()
	shadow := configure(t, filepath.Join(t.TempDir(), "shadow"), "")
	within := withShadow(shadow)
	try := exec.Command(within[0], append(within[1:], "true")...) //nolint:gosec // what is below
	if out, err := try.CombinedOutput(); err != nil {
		tooltest.Lacks(t, "cannot give a server other passwords here:", string(out), err)
	}
	s := sshd(t, config, within)
	s.shadow = shadow
	s.SetPassword(t, Password)
	return s
}

// withShadow is what a command begins with for its program to see another file of passwords. Who is not root becomes it for
// the mount alone, in a user namespace.
func withShadow(shadow string) []string {
	if os.Geteuid() == 0 {
		return []string{"unshare", "--mount", "sh", "-c", `mount --bind "$0" /etc/shadow && exec "$@"`, shadow}
	}
	back := fmt.Sprintf(`exec unshare --user --map-user=%d --map-group=%d "$@"`, os.Getuid(), os.Getgid())
	return []string{"unshare", "--mount", "--user", "--map-root-user", "sh", "-c", `mount --bind "$0" /etc/shadow && ` + back, shadow}
}

// SetPassword changes the password that the server takes.
func (s *SSH) SetPassword(t testing.TB, password string) {
	t.Helper()
	hash := exec.Command("openssl", "passwd", "-6", "-stdin")
	hash.Stdin = strings.NewReader(password)
	out, err := hash.Output()
	if err != nil {
		t.Fatal(err)
	}
	configure(t, s.shadow, s.User+":"+strings.TrimSpace(string(out))+":19000:0:99999:7:::\n") // in place: it is mounted
	s.Password = password
}

// sshd starts the server with a line more in its configuration, by a program that makes its surroundings, nil for none.
func sshd(t testing.TB, more string, within []string) *SSH {
	t.Helper()
	path := tooltest.Program(t, "/usr/sbin/sshd")
	s := &SSH{Host: "127.0.0.1", User: currentUser(t), dir: t.TempDir()}
	s.KeyFile, s.OtherKeyFile = s.newKey(t, "client"), s.newKey(t, "other")
	s.NewHostKey(t)
	public, err := os.ReadFile(s.KeyFile + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	authorized := configure(t, filepath.Join(s.dir, "authorized"), string(public))
	_ = os.MkdirAll("/run/sshd", 0o755)
	addr := freeAddr(t)
	_, s.Port, _ = net.SplitHostPort(addr)
	config := configure(t, filepath.Join(s.dir, "config"), strings.Join([]string{
		"Port " + s.Port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(s.dir, "host"),
		"AuthorizedKeysFile " + authorized, "UsePAM no", "StrictModes no",
		"PermitRootLogin yes", "PasswordAuthentication yes", "PidFile none", "MaxStartups 50",
		"Subsystem sftp internal-sftp", more,
	}, "\n")+"\n")
	s.daemon = serve(t, addr, nil, append(within, path, "-D", "-f", config, "-E", filepath.Join(s.dir, "log"))...)
	return s
}

// Restart stops the server and starts it again at the same port, e.g. after NewHostKey.
func (s *SSH) Restart(t testing.TB) {
	t.Helper()
	s.daemon.stop()
	s.daemon.run(t)
}

// NewHostKey gives the machine another identity.
func (s *SSH) NewHostKey(t testing.TB) {
	t.Helper()
	for _, name := range []string{"host", "host.pub"} {
		_ = os.Remove(filepath.Join(s.dir, name))
	}
	s.newKey(t, "host")
}

func (s *SSH) newKey(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	return path
}

func currentUser(t testing.TB) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}
