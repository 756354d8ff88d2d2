package keeper_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/url"
	"runtime"
	"slices"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/store/storetest"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/servetest"
	"zafe/sync/metered"
	"zafe/sync/metered/meteredtest"
)

// onTheMove is a keeper whose PC has a message bus that says what its connection is, with a web server that it reaches
// at 200 kbit/s and a disk.
func onTheMove(t *testing.T, told *journal) (k *keeper.Keeper, b book, clock *storetest.Clock, say func(uint32)) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("asks NetworkManager")
	}
	k, b, clock, _ = newKeeperLogging(t, told.add)
	dav, err := url.Parse(servetest.WebDAV(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	add(t, k, appbackup.NewDestination{Provider: "webdav", Label: "Lent", Folder: "zafe", Values: map[string]string{
		"url": "http://" + dav.Host, "vendor": "other", "user": servetest.User, "pass": servetest.Password,
		remote.SpeedKey: "200",
	}})
	add(t, k, appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()})
	say = meteredtest.Manager(t, meteredtest.Bus(t))
	k.AskLine(metered.Now)
	return k, b, clock, say
}

// paper attaches something that no compression makes smaller.
func (b book) paper(bytes int) {
	rnd := rand.NewChaCha8([32]byte{byte(len(b.papers))})
	data := make([]byte, bytes)
	_, _ = rnd.Read(data)
	b.papers[fmt.Sprintf("%x", sha256.Sum256(data))] = string(data)
}

// TestOverAMeteredConnectionOnlyLittleLeaves by itself: a change goes, much waits and says so without being a failure,
// the disk gets all of it; another connection ends that by itself.
func TestOverAMeteredConnectionOnlyLittleLeaves(t *testing.T) {
	var told journal
	k, b, clock, say := onTheMove(t, &told)
	say(3) // a telephone, by its name
	start(t, k)
	b.change(t)
	clock.Add(20 * time.Minute)
	until(t, k, clock, "the change is everywhere", func(cloud, disk appbackup.Copy, st appbackup.Status) bool {
		return st.Line == appbackup.LineMetered && !cloud.Lacks && !disk.Lacks && !cloud.Metered
	})
	if st, err := k.Status(t.Context()); err != nil || !st.Copies[0].Drilled.IsZero() {
		t.Errorf("a trial restore over a metered connection: %v", err)
	}
	b.paper(6_000_000)
	b.change(t)
	until(t, k, clock, "much waits", func(cloud, disk appbackup.Copy, st appbackup.Status) bool {
		return cloud.Metered && cloud.Lacks && cloud.Fault == nil && !disk.Lacks && st.Running == nil
	})
	if slices.Contains(told.all(), "backup send failed") {
		t.Error("what waits is told as a failure")
	}
	say(2)
	until(t, k, clock, "it leaves over another", func(cloud, _ appbackup.Copy, st appbackup.Status) bool {
		r := cloud.Running
		return st.Line == appbackup.LineFree && !cloud.Metered && r != nil && r.Stage == "send" && r.Total > 6_000_000
	})
}

// TestWhatIsAskedForByHandLeavesOverAnyConnection.
func TestWhatIsAskedForByHandLeavesOverAnyConnection(t *testing.T) {
	var told journal
	k, b, clock, say := onTheMove(t, &told)
	say(1)
	start(t, k)
	b.paper(6_000_000)
	b.change(t)
	clock.Add(20 * time.Minute)
	until(t, k, clock, "it waits", func(cloud, _ appbackup.Copy, _ appbackup.Status) bool { return cloud.Metered })
	done := make(chan error)
	go func() { _, err := k.Now(t.Context()); done <- err }()
	passed := time.Time{}
	until(t, k, clock, "it leaves and goes on", func(cloud, _ appbackup.Copy, _ appbackup.Status) bool {
		r := cloud.Running
		if r == nil || r.Stage != "send" || r.Done < 50_000 {
			return false
		}
		if passed.IsZero() {
			passed = time.Now()
		}
		return time.Since(passed) > time.Second // longer than it takes to end one that may not
	})
	k.Stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
