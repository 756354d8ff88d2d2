// Package servetest starts real servers on the loopback for tests of backups: rclone's own WebDAV and
// S3 in this process, Debian's sshd as an independent one, and a proxy that cuts lines. Only tests may
// import it.
package servetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "aapreinit" // before rclone, as everywhere

	_ "github.com/rclone/rclone/cmd/serve/s3"
	_ "github.com/rclone/rclone/cmd/serve/webdav"
	"github.com/rclone/rclone/fs/rc"
)

// The login every server here accepts.
const (
	User     = "zafe"
	Password = "correct horse"
	S3Key    = "ACCESSKEY1"
	S3Secret = "SECRETKEY1"
)

// WebDAV serves dir and returns the URL.
func WebDAV(t testing.TB, dir string) (url string) {
	t.Helper()
	addr := start(t, rc.Params{"type": "webdav", "fs": dir, "user": User, "pass": Password})
	return "http://" + addr
}

// S3 serves dir, whose sub-folders are the buckets, and returns the endpoint.
func S3(t testing.TB, dir string) (endpoint string) {
	t.Helper()
	addr := start(t, rc.Params{
		"type": "s3", "fs": dir, "auth_key": `"` + S3Key + "," + S3Secret + `"`,
		"vfs_cache_mode": "off",
	})
	return "http://" + addr
}

// start runs one of rclone's servers until the test ends.
func start(t testing.TB, params rc.Params) (addr string) {
	t.Helper()
	ctx := context.Background()
	addr = freeAddr(t)
	params["addr"] = addr
	out, err := rc.Calls.Get("serve/start").Fn(ctx, params)
	if err != nil {
		t.Fatalf("serve %v: %v", params["type"], err)
	}
	t.Cleanup(func() { _, _ = rc.Calls.Get("serve/stop").Fn(ctx, rc.Params{"id": out["id"]}) })
	waitFor(t, addr)
	return addr
}

// SSH is a running sshd.
type SSH struct {
	Host, Port, User string
	KeyFile          string // a private key it accepts
	OtherKeyFile     string // one it does not
	dir              string
	cmd              *exec.Cmd
}

// SSHD starts Debian's sshd for the current user. The test is skipped where there is none, unless
// ZAFE_ALL_SERVERS is set.
func SSHD(t testing.TB) *SSH {
	t.Helper()
	path, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		if os.Getenv("ZAFE_ALL_SERVERS") != "" {
			t.Fatal(err)
		}
		t.Skip("no sshd here")
	}
	s := &SSH{Host: "127.0.0.1", User: currentUser(), dir: t.TempDir()}
	s.KeyFile, s.OtherKeyFile = s.newKey(t, "client"), s.newKey(t, "other")
	s.NewHostKey(t)
	authorized, err := os.ReadFile(s.KeyFile + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "authorized"), authorized, 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.MkdirAll("/run/sshd", 0o755)
	addr := freeAddr(t)
	_, s.Port, _ = net.SplitHostPort(addr)
	s.run(t, path)
	t.Cleanup(s.stop)
	return s
}

// Restart stops the server and starts it again at the same port, e.g. after NewHostKey.
func (s *SSH) Restart(t testing.TB) {
	t.Helper()
	s.stop()
	s.run(t, "/usr/sbin/sshd")
}

// NewHostKey gives the machine another identity.
func (s *SSH) NewHostKey(t testing.TB) {
	t.Helper()
	for _, name := range []string{"host", "host.pub"} {
		_ = os.Remove(filepath.Join(s.dir, name))
	}
	s.newKey(t, "host")
}

func (s *SSH) run(t testing.TB, path string) {
	t.Helper()
	lines := []string{
		"Port " + s.Port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(s.dir, "host"),
		"AuthorizedKeysFile " + filepath.Join(s.dir, "authorized"), "UsePAM no", "StrictModes no",
		"PermitRootLogin yes", "PasswordAuthentication yes", "PidFile none", "MaxStartups 50",
		"Subsystem sftp internal-sftp",
	}
	config := filepath.Join(s.dir, "config")
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(path, "-D", "-f", config, "-E", filepath.Join(s.dir, "log"))
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, net.JoinHostPort(s.Host, s.Port))
}

func (s *SSH) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
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

func currentUser() string {
	out, err := exec.Command("id", "-un").Output()
	if err != nil {
		return "root"
	}
	return strings.TrimSpace(string(out))
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func waitFor(t testing.TB, addr string) {
	t.Helper()
	var err error
	for range 200 {
		var c net.Conn
		if c, err = net.DialTimeout("tcp", addr, time.Second); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal(fmt.Errorf("%s does not answer: %w", addr, err))
}
