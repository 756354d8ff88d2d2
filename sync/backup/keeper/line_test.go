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
	var sent time.Time
	until(t, k, clock, "the book leaves before the attachment", func(cloud, _ appbackup.Copy, _ appbackup.Status) bool {
		sent = cloud.Book
		return !sent.IsZero() && cloud.WaitBytes >= 6_000_000 && cloud.WaitBytes < 6_100_000
	})
	b.change(t)
	clock.Add(20 * time.Minute)
	until(t, k, clock, "so does the next", func(cloud, _ appbackup.Copy, st appbackup.Status) bool {
		return cloud.Book.After(sent) && cloud.Metered && cloud.Fault == nil && st.Running == nil
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

// TestOverAMeteredConnectionMuchOfARestoreWaits: its attachments stay where they are and the page is told, until the
// connection is another one or somebody asks for a copy by hand.
func TestOverAMeteredConnectionMuchOfARestoreWaits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("asks NetworkManager")
	}
	k, b, _, _ := newKeeper(t)
	dav, err := url.Parse(servetest.WebDAV(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	cloud := appbackup.NewDestination{Provider: "webdav", Label: "Nuage", Folder: "zafe", Values: map[string]string{
		"url": "http://" + dav.Host, "vendor": "other", "user": servetest.User, "pass": servetest.Password,
	}}
	b.paper(6_000_000)
	lacking := attach(t, k, b, cloud)
	say := meteredtest.Manager(t, meteredtest.Bus(t))
	for name, ends := range map[string]func(k *keeper.Keeper, clock *storetest.Clock){
		"another connection": func(_ *keeper.Keeper, clock *storetest.Clock) { say(2); clock.Add(time.Minute) },
		"by hand": func(k *keeper.Keeper, _ *storetest.Clock) {
			if _, err := k.Now(t.Context()); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			say(3)
			clear(lacking.got)
			rescue, err := keeper.OpenRescue(t.Context(), cloud, sheet, nil, func(string, error) {})
			if err != nil {
				t.Fatal(err)
			}
			fresh, _, clock, _ := newKeeperOf(t, "pc-2", nil, func(what string) { t.Error(what) })
			fresh.AskLine(metered.Now)
			over := make(chan struct{})
			go func() { defer close(over); fresh.BringFiles(t.Context(), rescue, lacking) }()
			for n := 0; ; n++ {
				st, err := fresh.Status(t.Context())
				if err != nil || n > 1000 {
					t.Fatal("it does not wait: ", err)
				}
				if st.ComingHeld {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if n, err := lacking.Missing(t.Context()); err != nil || len(n) != 1 {
				t.Errorf("%d are missing, %v", len(n), err)
			}
			ends(fresh, clock)
			select {
			case <-over:
			case <-time.After(30 * time.Second):
				t.Fatal("it does not come")
			}
			if st, err := fresh.Status(t.Context()); err != nil || st.ComingHeld || len(lacking.got) != 1 {
				t.Errorf("%v, held %t, %d came", err, st.ComingHeld, len(lacking.got))
			}
		})
	}
}
