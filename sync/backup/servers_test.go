package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/tooltest"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/servetest"

	"github.com/rclone/rclone/fs/config/obscure"
)

// place is a storage for copies with a real server behind it.
type place struct {
	draft remote.Draft
	line  *servetest.Cutter // between this PC and the server; nil for a folder
	wrong map[string]string // values of a login that is refused, as rclone keeps them
}

// server is a kind of storage. open starts it; what it is given lies below dir.
type server struct {
	name string
	// always says that every run takes it through all faults: the independent servers of the two protocols
	// most copies go by.
	always bool
	open   func(t testing.TB, dir string) place
}

var servers = []server{
	{"folder", false, func(_ testing.TB, dir string) place {
		return place{draft: remote.Draft{Provider: "local", Folder: filepath.Join(dir, "copy")}}
	}},
	{"webdav", false, func(t testing.TB, dir string) place {
		return behind(t, servetest.WebDAV(t, dir), webdavDraft)
	}},
	{"s3", false, func(t testing.TB, dir string) place {
		if err := os.Mkdir(filepath.Join(dir, "bucket"), 0o700); err != nil {
			t.Fatal(err)
		}
		return behind(t, servetest.S3(t, dir), s3Draft)
	}},
	{"sshd", true, func(t testing.TB, dir string) place {
		s := servetest.SSHD(t)
		line := servetest.NewCutter(t, net.JoinHostPort(s.Host, s.Port), 0)
		host, port, _ := net.SplitHostPort(line.Addr)
		return place{
			line: line, wrong: map[string]string{"key_file": s.OtherKeyFile},
			draft: remote.Draft{Provider: "sftp", Folder: filepath.Join(dir, "copy"), Values: map[string]string{
				"host": host, "port": port, "user": s.User, "key_file": s.KeyFile,
			}},
		}
	}},
	{"apache", false, func(t testing.TB, dir string) place {
		return behind(t, servetest.Apache(t, dir), webdavDraft)
	}},
	{"vsftpd", false, func(t testing.TB, dir string) place {
		s := servetest.FTP(t, dir)
		line := s.Line(t)
		host, port, _ := net.SplitHostPort(line.Addr)
		return place{
			line: line, wrong: map[string]string{"pass": obscure.MustObscure("wrong")},
			draft: remote.Draft{Provider: "ftp", Folder: "box/zafe", Values: map[string]string{
				"host": host, "port": port, "user": s.User, "pass": servetest.Password,
			}},
		}
	}},
	{"versitygw", true, func(t testing.TB, dir string) place {
		return behind(t, servetest.Gateway(t, dir, true), s3Draft)
	}},
	{"azurite", false, func(t testing.TB, dir string) place {
		p := behind(t, servetest.Azure(t, dir), func(url string) remote.Draft {
			return remote.Draft{Provider: "azureblob", Folder: "bucket/zafe", Values: map[string]string{
				"account": servetest.AzureAccount, "key": servetest.AzureKey, "endpoint": url,
			}}
		})
		p.wrong = map[string]string{"key": "d3Jvbmc="}
		return p
	}},
}

// behind is a server that speaks HTTP, behind a line.
func behind(t testing.TB, url string, draft func(url string) remote.Draft) place {
	t.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	line := servetest.NewCutter(t, host, 0)
	return place{
		line: line, draft: draft(strings.TrimSuffix("http://"+line.Addr+"/"+path, "/")),
		// WebDAV has the one, S3 the other.
		wrong: map[string]string{"pass": obscure.MustObscure("wrong"), "secret_access_key": "wrong"},
	}
}

func webdavDraft(url string) remote.Draft {
	return remote.Draft{Provider: "webdav", Folder: "zafe", Values: map[string]string{
		"url":    url,
		"vendor": "other", "user": servetest.User, "pass": servetest.Password,
	}}
}

func s3Draft(endpoint string) remote.Draft {
	return remote.Draft{Provider: "s3", Folder: "bucket/zafe", Values: map[string]string{
		"provider":      "Other",
		"access_key_id": servetest.S3Key, "secret_access_key": servetest.S3Secret, "endpoint": endpoint,
	}}
}

func addDestination(t testing.TB, s *Service, d remote.Draft) string {
	t.Helper()
	d.Label = "copie"
	return addAs(t, s, d)
}

// addAs makes a destination as the wizard does.
func addAs(t testing.TB, s *Service, d remote.Draft) string {
	t.Helper()
	ctx := context.Background()
	setup, err := s.set.Remotes.Begin(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	made, err := setup.Finish(ctx)
	if err != nil {
		setup.Cancel()
		t.Fatal(err)
	}
	return made.ID
}

// setValues changes what is kept of a destination past the wizard, which would try it.
func setValues(t testing.TB, s *Service, id string, values map[string]string) {
	t.Helper()
	ctx := context.Background()
	var kept remote.Memory
	if err := s.set.Remotes.MoveTo(ctx, &kept); err != nil {
		t.Fatal(err)
	}
	var sections map[string]map[string]string
	data, err := kept.Load(ctx)
	if err == nil {
		err = json.Unmarshal(data, &sections)
	}
	if err == nil {
		maps.Copy(sections[id], values)
	}
	if err == nil {
		data, err = json.Marshal(sections)
	}
	if err == nil {
		err = kept.Save(ctx, data)
	}
	if err == nil {
		s.set.Remotes, err = remote.Use(ctx, &kept, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// mountSmall puts a small disk at a folder.
func mountSmall(t testing.TB, dir, size string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		tooltest.Lacks(t, "cannot mount a small disk here:", string(out), err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
}

// remount gives that disk another size.
func remount(t testing.TB, dir, size string) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,size="+size, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func newSink(t testing.TB) *book { return &book{t: t, restored: map[string][]byte{}} }

func TestLocalVaultFull(t *testing.T) {
	ctx := context.Background()
	disk := t.TempDir()
	mountSmall(t, disk, "1m")
	b := newBook(t)
	s, _, set := newService(t, b)
	set.Dir = filepath.Join(disk, "vault")
	if err := s.NewVault(ctx, set.Dir); err != nil {
		t.Fatal(err)
	}
	image := b.bytes()
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		b.attach(b.sql("SELECT hex(randomblob(30000))"))
	}
	_, err := s.Snapshot(ctx, nil)
	wantFault(t, err, "backup.dest_full")
	if left, _ := filepath.Glob(filepath.Join(set.Dir, "*", "*", ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	tree, err := OpenFolder(ctx, set.Dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil || len(contents.Writers[0].Points) != 1 {
		t.Fatalf("%+v %v", contents, err)
	}
	sink := newSink(t)
	if _, err := Restore(ctx, tree, contents.Writers[0].Points[0], sink, nil); err != nil ||
		!bytes.Equal(sink.image, image) {
		t.Fatal("the older point is gone:", err)
	}
}
