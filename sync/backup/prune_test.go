package backup

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/sync/backup/remote"
	"zafe/sync/backup/servetest"
	"zafe/sync/backup/vault"
)

// saved makes restore points ten minutes apart, sends them, proves one, and gives the books of each.
func saved(t *testing.T, s *Service, c *clock, b *book, id string, count int) map[uint64][]byte {
	t.Helper()
	ctx := context.Background()
	images := map[uint64][]byte{}
	for range count {
		b.sql("UPDATE line SET label=hex(randomblob(4)) WHERE id=7")
		report, err := s.BackUp(ctx, nil)
		if err != nil || report.Sent[0].Err != nil {
			t.Fatal(err, report.Sent)
		}
		images[report.Taken.Manifest.Seq] = b.bytes()
		c.pass(10 * time.Minute)
	}
	if _, err := s.Drill(ctx, id, vault.Point{}, newSink(t), nil); err != nil {
		t.Fatal(err)
	}
	return images
}

// TestPruneAtAPlaceKilledAtEveryStep kills the program at each second deletion that it asks of a server, before the
// server does it and after, in turn. What is still listed comes back each time.
func TestPruneAtAPlaceKilledAtEveryStep(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	_, c, set := newService(t, b)
	dir := t.TempDir()
	set.State = fileStore(filepath.Join(dir, "state"))
	s, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.set.Remotes.MoveTo(ctx, fileStore(filepath.Join(dir, "config"))); err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(servetest.WebDAV(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	var victim atomic.Pointer[os.Process]
	var asked, kills atomic.Int64
	proxy := httputil.NewSingleHostReverseProxy(server)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := victim.Load()
		if r.Method != http.MethodDelete || p == nil || asked.Add(1) != 2 {
			proxy.ServeHTTP(w, r)
			return
		}
		if kills.Add(1)%2 == 0 {
			proxy.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
		}
		_ = p.Kill()
	}))
	t.Cleanup(front.Close)
	id := addDestination(t, s, webdavDraft(front.URL))
	images := saved(t, s, c, b, id, 14)
	deleted, err := s.Prune(ctx, true)
	if err != nil || deleted < 5 {
		t.Fatal(deleted, err)
	}
	for ended := false; !ended; {
		asked.Store(0)
		cmd := exec.Command(os.Args[0], "-test.run=^TestPrunerChild$")
		cmd.Env = append(os.Environ(), "ZAFE_VAULT="+set.Dir, "ZAFE_STORES="+dir, "ZAFE_ID="+id,
			"ZAFE_NOW="+c.now.Format(time.RFC3339))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		victim.Store(cmd.Process)
		err := cmd.Wait()
		victim.Store(nil)
		if ended = err == nil; !ended && asked.Load() < 2 {
			t.Fatalf("the pruning failed by itself: %v", err)
		}
		if n := allPointsRestore(t, s, id, images); n < 14-deleted {
			t.Fatalf("%d points are left", n)
		}
	}
	if n := allPointsRestore(t, s, id, images); n != 14-deleted || kills.Load() < int64(deleted)/2 {
		t.Errorf("%d points are left, want %d; %d kills for %d points", n, 14-deleted, kills.Load(), deleted)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.Objects != 0 {
		t.Errorf("%+v", sent)
	}
}

// TestPrunerChild is the process TestPruneAtAPlaceKilledAtEveryStep kills.
func TestPrunerChild(t *testing.T) {
	dir := os.Getenv("ZAFE_STORES")
	if dir == "" {
		t.Skip("runs as a child only")
	}
	ctx := context.Background()
	now, err := time.Parse(time.RFC3339, os.Getenv("ZAFE_NOW"))
	if err != nil {
		t.Fatal(err)
	}
	remotes, err := remote.Use(ctx, fileStore(filepath.Join(dir, "config")), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Settings{
		Dir: os.Getenv("ZAFE_VAULT"), Vault: VaultOf{ID: "company-1", RecoveryKey: testKey}, WriterID: "pc-00000001",
		Remotes: remotes, State: fileStore(filepath.Join(dir, "state")), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PruneAt(ctx, os.Getenv("ZAFE_ID"), true); err != nil {
		t.Fatal(err)
	}
}

// TestAPauseIsCaughtUpWithinDays: no trial restore passed for a month. Then a fifth goes each day, however often
// it is asked and though the program is started again, at the copy as well; in the end what the rule keeps is left.
func TestAPauseIsCaughtUpWithinDays(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	saved(t, s, c, b, id, 60)
	left, days := 60, 0
	for ; ; days++ {
		here, there := 0, 0
		for range 3 {
			n, err := s.Prune(ctx, false)
			m, err2 := s.PruneAt(ctx, id, false)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			here, there = here+n, there+m
			if s, err = Open(ctx, set); err != nil {
				t.Fatal(err)
			}
			c.pass(time.Hour)
		}
		if here > left/5 || here != there {
			t.Fatalf("day %d: %d of %d points removed here, %d there", days, here, left, there)
		}
		if left -= here; here == 0 {
			break
		}
		c.pass(24 * time.Hour)
	}
	if left != 14 || days < 4 || days > 10 { // ten hours, and five points of which the last hour's newest is one
		t.Errorf("%d points are left after %d days", left, days)
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
