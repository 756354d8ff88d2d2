package backup

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/sync/backup/remote"
	"zafe/sync/backup/servetest"
	"zafe/sync/backup/vault"
)

// server is a kind of storage with a real server behind it.
type server struct {
	name  string
	draft func(t testing.TB) remote.Draft
}

var servers = []server{
	{"folder", func(t testing.TB) remote.Draft {
		return remote.Draft{Provider: "local", Folder: filepath.Join(t.TempDir(), "copy")}
	}},
	{"webdav", func(t testing.TB) remote.Draft {
		return webdavDraft(servetest.WebDAV(t, t.TempDir()))
	}},
	{"s3", func(t testing.TB) remote.Draft {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "bucket"), 0o700); err != nil {
			t.Fatal(err)
		}
		return s3Draft(servetest.S3(t, dir))
	}},
	{"sftp", func(t testing.TB) remote.Draft {
		s := servetest.SSHD(t)
		return remote.Draft{Provider: "sftp", Folder: filepath.Join(t.TempDir(), "copy"), Values: map[string]string{
			"host": s.Host, "port": s.Port, "user": s.User, "key_file": s.KeyFile,
		}}
	}},
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
	ctx := context.Background()
	d.Label = "copie"
	setup, err := s.set.Remotes.Begin(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	made, err := setup.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// work changes the book and adds attachments that do not compress.
func (b *book) work(t testing.TB, attachments, size int) {
	t.Helper()
	b.sql("UPDATE line SET label=hex(randomblob(100)) WHERE id%9=abs(random()%9)")
	for range attachments {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(rand.Uint32())
		}
		b.attach(string(data))
	}
}

// allPointsRestore restores every point listed at a destination and compares it with the book as it
// was then; it returns how many there are.
func allPointsRestore(t testing.TB, s *Service, id string, images map[uint64][]byte) int {
	t.Helper()
	ctx := context.Background()
	tree, err := OpenCopy(ctx, s.set.Remotes, id, testKey)
	if err != nil {
		if strings.Contains(err.Error(), "backup.no_vault") {
			return 0
		}
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		if strings.Contains(err.Error(), "backup.vault_empty") {
			return 0
		}
		t.Fatal(err)
	}
	for _, p := range contents.Writers[0].Points {
		sink := newSink(t)
		done, err := Restore(ctx, tree, p, sink, nil)
		if err != nil {
			t.Fatalf("%s is listed but does not come back: %v", p, err)
		}
		if !bytes.Equal(sink.image, images[p.Seq]) {
			t.Fatalf("%s came back wrong", p)
		}
		if n := len(done.Files.Missing) + len(done.Files.Damaged); n > 0 {
			t.Fatalf("%s lacks %d attachments", p, n)
		}
	}
	return len(contents.Writers[0].Points)
}

func newSink(t testing.TB) *book { return &book{t: t, restored: map[string][]byte{}} }

func TestEveryServer(t *testing.T) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			ctx := context.Background()
			b := newBook(t)
			s, c, _ := newService(t, b)
			id := addDestination(t, s, server.draft(t))
			images := map[uint64][]byte{}
			for range 3 {
				b.work(t, 5, 20_000)
				report, err := s.BackUp(ctx, nil)
				if err != nil || report.Sent[0].Err != nil {
					t.Fatalf("%v %v", err, report.Sent)
				}
				images[report.Taken.Manifest.Seq] = b.bytes()
				c.pass(time.Hour)
			}
			if n := allPointsRestore(t, s, id, images); n != 3 {
				t.Fatalf("%d points", n)
			}
			report, err := s.Check(ctx, id)
			if err != nil || !report.Complete() || report.Points != 3 {
				t.Fatalf("%+v %v", report, err)
			}
			sink := newSink(t)
			if done, err := s.Drill(ctx, id, vault.Point{}, sink, nil); err != nil ||
				done.Files.Restored+done.Files.Already != 15 {
				t.Fatalf("%+v %v", done.Files, err)
			}
			if _, err := s.Prune(ctx, false); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Connections are cut again and again; the copy must converge and never list what is not whole.
func TestCutConnections(t *testing.T) {
	start := map[string]func(testing.TB, string) remote.Draft{
		"webdav": func(_ testing.TB, addr string) remote.Draft { return webdavDraft("http://" + addr) },
		"s3":     func(_ testing.TB, addr string) remote.Draft { return s3Draft("http://" + addr) },
	}
	for name, draft := range start {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "bucket"), 0o700); err != nil {
				t.Fatal(err)
			}
			serve := servetest.WebDAV
			if name == "s3" {
				serve = servetest.S3
			}
			cutter := servetest.NewCutter(t, strings.TrimPrefix(serve(t, dir), "http://"), 0)
			b := newBook(t)
			s, c, _ := newService(t, b)
			id := addDestination(t, s, draft(t, cutter.Addr))
			images := map[uint64][]byte{}
			for round := range 2 {
				b.work(t, 6, 60_000)
				taken, err := s.Snapshot(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				images[taken.Manifest.Seq] = b.bytes()
				c.pass(time.Hour)
				cutter.Limit(int64(90_000 + round*30_000))
				for try := 0; ; try++ {
					sent := s.Send(ctx, id, nil)
					if sent.Err == nil {
						break
					}
					if !remote.Passing(sent.Err) {
						t.Fatalf("a cut line is taken for %v", sent.Err)
					}
					if try == 8 {
						cutter.Limit(0)
					}
					if try > 10 {
						t.Fatal(sent.Err)
					}
				}
				cutter.Limit(0)
				if n := allPointsRestore(t, s, id, images); n != round+1 {
					t.Fatalf("%d points after round %d", n, round)
				}
			}
			if cutter.Cuts() == 0 {
				t.Fatal("nothing was cut")
			}
			t.Logf("%d cuts", cutter.Cuts())
		})
	}
}

func mountSmall(t *testing.T, dir, size string) {
	t.Helper()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).Run(); err != nil {
		t.Skip("cannot mount a small disk here:", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
}

func TestDestinationFull(t *testing.T) {
	ctx := context.Background()
	disk := t.TempDir()
	mountSmall(t, disk, "1m")
	b := newBook(t)
	s, c, _ := newService(t, b)
	id := addDestination(t, s, remote.Draft{Provider: "local", Folder: filepath.Join(disk, "copy")})
	images := map[uint64][]byte{}
	var full error
	for range 8 {
		b.work(t, 4, 60_000)
		report, err := s.BackUp(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		images[report.Taken.Manifest.Seq] = b.bytes()
		c.pass(time.Hour)
		full = report.Sent[0].Err
	}
	wantFault(t, full, "backup.dest_full")
	before := allPointsRestore(t, s, id, images)
	if before == 0 || before == 8 {
		t.Fatalf("%d points on the full disk", before)
	}
	if err := exec.Command("mount", "-o", "remount,size=32m", disk).Run(); err != nil {
		t.Fatal(err)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil {
		t.Fatal(sent.Err)
	}
	if n := allPointsRestore(t, s, id, images); n != 8 {
		t.Fatalf("%d points after making room", n)
	}
}

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
	b.work(t, 30, 60_000)
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
