package backup

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/sync/backup/schedule"
	"zafe/sync/backup/servetest"
	"zafe/sync/backup/vault"
)

// slowDestination adds a WebDAV server that does something, once, when it is asked for its objects.
func slowDestination(t *testing.T, s *Service) (id string, during func(do func())) {
	t.Helper()
	server, err := url.Parse(servetest.WebDAV(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var once func()
	proxy := httputil.NewSingleHostReverseProxy(server)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PROPFIND" && strings.Contains(r.URL.Path, "/w/") {
			mu.Lock()
			do := once
			once = nil
			mu.Unlock()
			if do != nil {
				do()
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return addDestination(t, s, webdavDraft(front.URL)), func(do func()) {
		mu.Lock()
		defer mu.Unlock()
		once = do
	}
}

// A restore point made while a copy is being compared was not sent, and nobody says it was.
func TestSnapshotWhileChecking(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	id, during := slowDestination(t, s)
	if report, err := s.BackUp(ctx, nil); err != nil || report.Sent[0].Err != nil {
		t.Fatal(err, report.Sent)
	}
	c.pass(time.Hour)
	made := false
	during(func() {
		b.change++
		taken, err := s.Snapshot(ctx, nil)
		if made = true; err != nil || taken.Manifest.Seq != 2 {
			t.Errorf("snapshot while checking: %v", err)
		}
	})
	if report, err := s.Check(ctx, id); err != nil || !report.Newest || !made {
		t.Fatalf("%+v %v, snapshot made %v", report, err, made)
	}
	if status := s.Status(b.change); !status.Copies[0].Lacks || status.Copies[0].LastOK.Seq != 1 {
		t.Errorf("the new point passes for sent: %+v", status.Copies[0])
	}
	s, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.RolledBack || sent.Check.Points != 2 {
		t.Errorf("after a restart: %+v", sent)
	}
}

// The copy is a little behind this PC: its trial restore is of what is there.
func TestDrillOfACopyThatIsBehind(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, _ := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err := s.Drill(ctx, id, vault.Point{}, b, nil)
	wantFault(t, err, "backup.vault_empty")
	if status := s.Status(b.change); !status.DrillFailed.IsZero() {
		t.Errorf("nothing was sent yet, and its trial restore failed: %+v", status)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil {
		t.Fatal(sent.Err)
	}
	c.pass(time.Hour)
	b.change++
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	done, err := s.Drill(ctx, id, vault.Point{}, b, nil)
	if err != nil || done.Manifest.Seq != 1 {
		t.Errorf("point %d: %v", done.Manifest.Seq, err)
	}
	if status := s.Status(b.change); status.Overall == schedule.Red || status.Drill == nil || status.Drill.Seq != 1 {
		t.Errorf("%+v", status)
	}
	if done, err = s.Drill(ctx, "", vault.Point{}, b, nil); err != nil || done.Manifest.Seq != 2 {
		t.Errorf("on this PC, point %d: %v", done.Manifest.Seq, err)
	}
}
