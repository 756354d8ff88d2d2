// Package servetest starts real servers on the loopback for tests of backups: rclone's own WebDAV and S3 in
// this process; as independent ones Debian's sshd, Apache and vsftpd, the S3 gateway versitygw and Azure's
// emulator; and lines that cut. Only tests may import it. What .ci/deps installs must be there where CI or
// ZAFE_ALL_SERVERS is set: elsewhere the test of a server that is not is skipped; see tooltest.Lacks.
package servetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
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

// cached finds a server that is no Debian package in the folder where .ci/deps puts those. It must be there only
// where ZAFE_ALL_SERVERS is set.
func cached(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "zafe", "servers", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("ZAFE_ALL_SERVERS") != "" {
			t.Fatal(name+" is not here: .ci/deps test installs it:", err)
		}
		t.Skip(name+" is not here:", err)
	}
	return path
}

// Folder makes a folder for what a server is given, which a server that gives up its rights can reach.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "server") //nolint:usetesting // what TempDir gives lies in a folder of ours alone
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// give makes folders and gives them, or files, to the person a server works as. Only root can, and only for
// root the server works as somebody else.
func give(t testing.TB, who string, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if os.Getuid() != 0 {
			continue
		}
		u, err := user.Lookup(who)
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(path, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
}

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

// daemon is a server that runs as a process of its own.
type daemon struct {
	args []string
	env  []string
	addr string // where it answers
	log  string // file of what it says
	cmd  *exec.Cmd
}

// run starts the server and waits until it answers.
func (d *daemon) run(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	d.cmd = exec.Command(d.args[0], d.args[1:]...)
	d.cmd.Env = append(os.Environ(), d.env...)
	d.cmd.Stdout, d.cmd.Stderr = log, log // a file: what its own children hold open keeps nobody waiting
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := answers(d.addr); err != nil {
		d.stop()
		said, _ := os.ReadFile(d.log)
		t.Fatalf("%s: %v: %s", d.args[0], err, said)
	}
}

// stop ends the server as its own system would, so that its children end with it.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(5*time.Second, func() { _ = d.cmd.Process.Kill() })
	defer late.Stop()
	_ = d.cmd.Wait()
}

// serve runs a server until the test ends.
func serve(t testing.TB, addr string, env []string, args ...string) *daemon {
	t.Helper()
	d := &daemon{args: args, env: env, addr: addr, log: filepath.Join(t.TempDir(), "log")}
	d.run(t)
	t.Cleanup(d.stop)
	return d
}

// configure writes a server's configuration.
func configure(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
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
	if err := answers(addr); err != nil {
		t.Fatal(err)
	}
}

// answers waits until somebody answers at an address, for half a minute at most.
func answers(addr string) (err error) {
	for range 1200 {
		var c net.Conn
		if c, err = net.DialTimeout("tcp", addr, time.Second); err == nil {
			return c.Close()
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer: %w", addr, err)
}
