package servetest

import (
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
	dir              string
	daemon           *daemon
}

// SSHD starts Debian's sshd for the current user; see Lacks.
func SSHD(t testing.TB) *SSH {
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
		"Subsystem sftp internal-sftp",
	}, "\n")+"\n")
	s.daemon = serve(t, addr, nil, path, "-D", "-f", config, "-E", filepath.Join(s.dir, "log"))
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
