package backup

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/servetest"
	"zafe/sync/backup/vault"

	"github.com/rclone/rclone/backend/crypt"
	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/config/configmap"
	"github.com/rclone/rclone/fs/config/obscure"
	"github.com/rclone/rclone/fs/object"
)

// plainName is the name of a stored file as a manifest tells it.
func plainName(t testing.TB, stored string) string {
	t.Helper()
	cipher, err := crypt.NewCipher(configmap.Simple{
		"filename_encryption": "standard", "directory_name_encryption": "false", "filename_encoding": "base32",
		"suffix": ".bin", "password": obscure.MustObscure(testKey),
	})
	if err != nil {
		t.Fatal(err)
	}
	name, err := cipher.DecryptFileName(path.Base(stored))
	if err != nil {
		return "" // VAULT, README.txt
	}
	return name
}

// strike changes what is at the destination: do gives the new content of a stored file, nil to leave it, no bytes to
// remove it. It tells how many were struck.
func (x *trial) strike(do func(dir, name string, data []byte) []byte) (n int) {
	x.Helper()
	each(x.T, x.s, x.id, func(ctx context.Context, o fs.Object) {
		name := plainName(x, o.Remote())
		if name == "" {
			return
		}
		r, err := o.Open(ctx)
		if err != nil {
			x.Fatal(err)
		}
		data, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			x.Fatal(err)
		}
		to := do(path.Dir(o.Remote()), name, data)
		switch {
		case to == nil:
			return
		case len(to) == 0:
			err = o.Remove(ctx)
		default:
			info := object.NewStaticObjectInfo(o.Remote(), time.Now(), int64(len(to)), true, nil, nil)
			err = o.Update(ctx, bytes.NewReader(to), info)
		}
		if err != nil {
			x.Fatal(err)
		}
		n++
	})
	return n
}

// scratch is six bytes written over in the middle, or more of them in what many attachments lie in: the size is the same.
func scratch(dir string, data []byte) []byte {
	out := bytes.Clone(data)
	for at := len(out) / 2; at < len(out); at += 30_000 {
		copy(out[at:], "ABCDEF")
	}
	for at := 40; strings.Contains(dir, "files/") && at < len(out)/2; at += 30_000 {
		copy(out[at:], "ABCDEF")
	}
	return out
}

// copyOf is how the place stands.
func (x *trial) copyOf() CopyStatus { return x.s.Status(x.change()).Copies[0] }

// tries makes a trial restore.
func (x *trial) tries() error {
	x.Helper()
	_, err := x.s.Drill(x.Context(), x.id, vault.Point{}, newBlank(x), nil)
	return err
}

// triesAll makes trial restores until one fails, each week one: then all attachments have come up.
func (x *trial) triesAll() (err error) {
	x.Helper()
	for n := 0; n < drillShares && err == nil; n++ {
		err = x.tries()
		x.clock.pass(7 * 24 * time.Hour)
	}
	return err
}

// mend: what is damaged at a place, at its right size, is told of by a trial restore, sent again by the next sending and
// called whole by the next trial only.
func (x *trial) mend() {
	x.save(12, 20_000) // in packs
	x.send()
	x.save(2, 40_000)
	x.send()
	if err := x.tries(); err != nil {
		x.Fatal(explain(err))
	}
	newest := x.s.Saved().Seq
	for what, is := range map[string]func(dir, name string) bool{
		"full image":  func(_, name string) bool { return name == "00000001.sqlite.zst" },
		"difference":  func(_, name string) bool { return name == "00000002.pages.zst" },
		"list":        func(_, name string) bool { return name == "00000002.files" },
		"manifest":    func(_, name string) bool { return strings.HasPrefix(name, "00000002-") },
		"attachments": func(dir, _ string) bool { return strings.Contains(dir, "files/") },
	} {
		n := x.strike(func(dir, name string, data []byte) []byte {
			if !is(dir, name) {
				return nil
			}
			return scratch(dir, data)
		})
		if n == 0 {
			x.Fatalf("%s: nothing was struck", what)
		}
		if sent := x.send(); sent.Objects != 0 {
			x.Fatalf("%s: names and sizes tell of it: %+v", what, sent)
		}
		if err := x.triesAll(); err == nil || !Tells(x.Context(), err) {
			x.Fatalf("%s: the trial restore says %v", what, err)
		}
		if c := x.copyOf(); c.Light != schedule.Red || c.Broken == nil || !c.Lacks || c.Broken.Args["label"] != c.Label {
			x.Errorf("%s: after a trial that failed: %+v", what, c)
		}
		x.clock.pass(time.Hour)
		sent := x.send()
		if sent.Mended != n || !sent.Prove || sent.Anew {
			x.Errorf("%s: of %d damaged %d were mended: %+v", what, n, sent.Mended, sent.Sent)
		}
		if c := x.copyOf(); c.Light != schedule.Red || c.Broken == nil {
			x.Errorf("%s: called whole before a trial: %+v", what, c)
		}
		if err := x.tries(); err != nil {
			x.Fatalf("%s: mended, and yet %s", what, explain(err))
		}
		if c := x.copyOf(); c.Light != schedule.Green || c.Broken != nil || c.Lacks || c.LastOK.Seq != newest {
			x.Errorf("%s: after a trial that passed: %+v", what, c)
		}
		if n := x.points(); n != 2 {
			x.Fatalf("%s: %d points", what, n)
		}
	}
}

// TestAPlaceUnderLockIsMended: a new version is written over the damaged one.
func TestAPlaceUnderLockIsMended(t *testing.T) {
	p := lockedPlace(t, servetest.Folder(t), true)
	maps.Copy(p.draft.Values, locked)
	newTrial(t, "versitygw, lock, mend", "", p).mend()
}

// emptied: what is missing at a place or cut short is sent again and told of, the day's look or none.
func (x *trial) emptied() {
	x.save(12, 20_000)
	x.save(3, 20_000)
	x.send()
	files := func(dir, _ string) bool { return strings.Contains(dir, "files/") }
	n := x.strike(func(dir, name string, data []byte) []byte {
		if !files(dir, name) {
			return nil
		}
		return []byte{}
	})
	x.clock.pass(time.Minute)
	sent := x.send() // within the day of the last look
	if n == 0 || sent.Gone.Files != 15 || sent.Objects != n {
		x.Errorf("of %d files with 15 attachments: %+v", n, sent)
	}
	c := x.copyOf()
	if c.Gone.Files != 15 || c.GoneAt.IsZero() || !c.Back || c.Light != schedule.Amber || c.Broken != nil {
		x.Errorf("sent again: %+v", c)
	}
	if err := x.s.Acknowledge(x.Context(), x.id); err != nil {
		x.Fatal(err)
	}
	if c := x.copyOf(); !c.GoneAt.IsZero() || c.Light != schedule.Green {
		x.Errorf("seen: %+v", c)
	}
	first := true
	x.strike(func(dir, name string, data []byte) []byte {
		if !files(dir, name) || !first {
			return nil
		}
		first = false
		return data[:len(data)-9]
	})
	report, err := x.s.Check(x.Context(), x.id)
	if c := x.copyOf(); err != nil || report.Files == 0 || c.Broken == nil || c.Light != schedule.Red || !c.Lacks {
		x.Errorf("cut short: %+v %v %+v", report, err, c)
	}
	if sent := x.send(); sent.Objects != 1 || sent.Gone.Files != report.Files {
		x.Errorf("cut short: %+v", sent)
	}
	if c := x.copyOf(); c.Broken != nil || c.Light != schedule.Amber || c.Lacks {
		x.Errorf("sent again: %+v", c)
	}
	// By hand nothing is taken on trust.
	first = true
	x.strike(func(dir, name string, data []byte) []byte {
		if !files(dir, name) || !first {
			return nil
		}
		first = false
		return data[:len(data)-9]
	})
	if sent := x.s.SendAs(x.Context(), x.id, Manner{Look: true}, nil); sent.Err != nil || sent.Objects != 1 {
		x.Errorf("by hand: %+v", sent)
	}
	if n := x.points(); n != 2 {
		x.Fatalf("%d points", n)
	}
}

// TestWhatIsDamagedHereAsWellIsMadeAnew: nothing rotten is sent over what is at a place, and the next point needs nothing
// of it.
func TestWhatIsDamagedHereAsWellIsMadeAnew(t *testing.T) {
	for what, is := range map[string]func(dir, name string) bool{
		"full image":  func(_, name string) bool { return name == "00000001.sqlite.zst" },
		"difference":  func(_, name string) bool { return name == "00000002.pages.zst" },
		"list":        func(_, name string) bool { return name == "00000002.files" },
		"manifest":    func(_, name string) bool { return strings.HasPrefix(name, "00000002-") },
		"attachments": func(dir, _ string) bool { return strings.Contains(dir, "files/") },
		"few":         func(dir, _ string) bool { return strings.Contains(dir, "files/") }, // stored under the same names
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			x := newTrial(t, what, dir, servers[0].open(t, dir))
			first := 12
			if what == "few" {
				first = 3
			}
			x.save(first, 20_000)
			x.send()
			x.save(2, 40_000)
			x.send()
			if err := x.tries(); err != nil {
				t.Fatal(explain(err))
			}
			there := map[string][]byte{}
			x.strike(func(dir, name string, data []byte) []byte {
				if !is(dir, name) {
					return nil
				}
				there[name] = scratch(dir, data)
				return there[name]
			})
			here := 0
			err := filepath.WalkDir(x.s.set.Dir, func(at string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() || !is(filepath.ToSlash(filepath.Dir(at)), plainName(t, filepath.ToSlash(at))) {
					return err
				}
				data, err := os.ReadFile(at)
				if err == nil {
					here++
					data[len(data)-1]++ // otherwise than there
					err = os.WriteFile(at, data, 0o600)
				}
				return err
			})
			if err != nil || here == 0 || here != len(there) {
				t.Fatalf("%d here, %d there, %v", here, len(there), err)
			}
			if err := x.triesAll(); err == nil {
				t.Fatal("the trial restores passed")
			}
			sent := x.s.Send(t.Context(), x.id, nil)
			if !sent.Anew || sent.Mended != 0 || sent.Prove {
				t.Errorf("%+v", sent)
			}
			x.strike(func(_, name string, data []byte) []byte {
				if was := there[name]; was != nil && !bytes.Equal(was, data) {
					t.Errorf("%s was written over with what is rotten here", name)
				}
				return nil
			})
			x.save(0, 0)
			if sent := x.send(); !sent.Check.Newest || !sent.Prove || sent.Anew {
				t.Errorf("%+v", sent)
			}
			if err := x.tries(); err != nil {
				t.Fatal(explain(err))
			}
			if _, err := x.s.DrillOlder(t.Context(), x.id, newBlank(t), nil); err != nil {
				t.Errorf("a point that nobody can mend is tried: %s", explain(err))
			}
			if c := x.copyOf(); c.Broken != nil || c.Light == schedule.Red {
				t.Errorf("%+v", c)
			}
			x.restoresWhole()
		})
	}
}

// TestAnAlarmOutlivesABrokenLine: that points had gone is told although the sending that puts them back is cut, and
// although they are all there when the next one looks.
func TestAnAlarmOutlivesABrokenLine(t *testing.T) {
	index := slices.IndexFunc(servers, func(s server) bool { return s.name == "webdav" })
	dir := t.TempDir()
	x := newTrial(t, "cut", dir, servers[index].open(t, dir))
	for range 3 {
		x.save(2, 20_000)
		x.send()
	}
	x.strike(func(dir, _ string, _ []byte) []byte {
		if !strings.HasSuffix(dir, "/manifest") && !strings.Contains(dir, "files/") {
			return nil
		}
		return []byte{}
	})
	ctx, cut := context.WithCancel(t.Context())
	killed := x.s.set
	sent := x.s.Send(ctx, x.id, func(p vault.Progress) {
		if p.Stage == vault.StageCheck { // all of it is there again
			var known remote.Memory
			data, err := x.s.set.State.Load(t.Context())
			if err == nil {
				err = known.Save(t.Context(), data)
			}
			if killed.State = &known; err != nil {
				t.Error(err)
			}
			cut()
		}
	})
	if sent.Err == nil {
		t.Fatal("it was not cut")
	}
	if c := x.copyOf(); c.RolledBack.IsZero() || c.Back || c.Broken == nil || c.Light != schedule.Red {
		t.Errorf("cut: %+v", c)
	}
	again, err := Open(t.Context(), killed) // had the program been killed there
	if err != nil {
		t.Fatal(err)
	}
	if sent := again.Send(t.Context(), x.id, nil); sent.Err != nil || sent.Objects != 0 {
		t.Errorf("after a kill: %+v", sent)
	}
	if c := again.Status(x.change()).Copies[0]; c.RolledBack.IsZero() {
		t.Errorf("after a kill: %+v", c)
	}
	x.send()
	if c := x.copyOf(); c.RolledBack.IsZero() || !c.Back || c.Broken != nil || c.Light != schedule.Red {
		t.Errorf("sent: %+v", c)
	}
	if n := x.points(); n != 3 {
		t.Errorf("%d points", n)
	}
	x.restoresWhole()
	if err := x.s.Acknowledge(t.Context(), x.id); err != nil {
		t.Fatal(err)
	}
	if c := x.copyOf(); c.Light != schedule.Green {
		t.Errorf("seen: %+v", c)
	}
	// A place that was emptied is told of until the owner says what to do, whatever the line says meanwhile.
	if n, _ := removeAll(t, x.s, x.id); n == 0 {
		t.Fatal("nothing was removed")
	}
	wantFault(t, x.s.Send(t.Context(), x.id, nil).Err, "backup.vault_gone")
	x.line.LimitDown(1)
	if err := x.s.Send(t.Context(), x.id, nil).Err; err == nil || fault.KeyOf(err) == "backup.vault_gone" {
		t.Fatal(err)
	}
	x.line.LimitDown(0)
	if c := x.copyOf(); c.Broken == nil || c.Fault == nil || c.Fault.Key != "backup.vault_gone" || c.Light != schedule.Red {
		t.Errorf("emptied: %+v", c)
	}
}

// TestACheckThatFindsAllSaysSo: what kept the last sending does not keep the place any more.
func TestACheckThatFindsAllSaysSo(t *testing.T) {
	ctx := t.Context()
	b := newBook(t)
	s, _, _ := newService(t, b)
	id, dir := addFolder(t, s, "USB")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+"-out"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.Send(ctx, id, nil).Err, "backup.disk_absent")
	if err := os.Rename(dir+"-out", dir); err != nil {
		t.Fatal(err)
	}
	if report, err := s.Check(ctx, id); err != nil || !report.Newest {
		t.Fatal(report, err)
	}
	if c := s.Status(b.change).Copies[0]; c.Fault != nil || c.Light != schedule.Green {
		t.Errorf("%+v", c)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := s.Check(ctx, id)
	wantFault(t, err, "backup.vault_gone")
	if c := s.Status(b.change).Copies[0]; c.Fault == nil || c.Broken == nil || c.Light != schedule.Red {
		t.Errorf("a check that finds the place emptied: %+v", c)
	}
}

// TestAPlaceEmptiedWhileAttachmentsWaitIsAnAlarm: the book was there, so it is no new place.
func TestAPlaceEmptiedWhileAttachmentsWaitIsAnAlarm(t *testing.T) {
	ctx := t.Context()
	b := newBook(t)
	b.attach(strings.Repeat("plan", 50_000))
	s, _, _ := newService(t, b)
	id, dir := addFolder(t, s, "Nuage")
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.SendAs(ctx, id, Manner{Most: 100_000}, nil).Err, "backup.line_waits")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.Send(ctx, id, nil).Err, "backup.vault_gone")
}

// TestALimitedSendingReadsNothingToMend: what that takes of a metered line waits for another, or for somebody's word.
func TestALimitedSendingReadsNothingToMend(t *testing.T) {
	dir := t.TempDir()
	x := newTrial(t, "limited", dir, servers[0].open(t, dir))
	x.save(2, 10_000)
	x.send()
	x.strike(func(dir, name string, data []byte) []byte {
		if !strings.HasSuffix(name, ".sqlite.zst") {
			return nil
		}
		return scratch(dir, data)
	})
	if err := x.tries(); err == nil {
		t.Fatal("it passed")
	}
	x.save(1, 10_000)
	sent := x.s.SendAs(t.Context(), x.id, Manner{Most: 5_000_000}, nil)
	if sent.Err != nil || sent.Objects == 0 || sent.Mended != 0 || sent.Prove {
		t.Errorf("limited: %+v", sent)
	}
	if hurt, _ := x.s.Ails(x.id); !hurt || x.copyOf().Broken == nil {
		t.Errorf("limited: %+v", x.copyOf())
	}
	if sent := x.send(); sent.Mended != 1 || !sent.Prove {
		t.Errorf("free: %+v", sent)
	}
	if err := x.tries(); err != nil || x.copyOf().Broken != nil {
		t.Errorf("%v, %+v", err, x.copyOf())
	}
}

// TestABookThatIsNotWhatItWasIsSavedAsAWhole: bytes that came back as they were written and are not the book all the same
// are not laid over again.
func TestABookThatIsNotWhatItWasIsSavedAsAWhole(t *testing.T) {
	ctx := t.Context()
	b := newBook(t)
	s, c, _ := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	for range 2 {
		b.sql("UPDATE line SET label='x' WHERE id=1")
		if _, err := s.BackUp(ctx, nil); err != nil {
			t.Fatal(err)
		}
		c.pass(time.Hour)
	}
	b.refuse = fault.New(fault.Conflict, "backup.totals_differ")
	if _, err := s.Drill(ctx, id, vault.Point{}, b, nil); fault.KeyOf(err) != "backup.totals_differ" {
		t.Fatal(err)
	}
	if hurt, anew := s.Ails(id); hurt || !anew {
		t.Errorf("hurt %v, anew %v", hurt, anew)
	}
	if c := s.Status(b.change).Copies[0]; fault.KeyOf(c.Broken) != "backup.broken.trial_whole" {
		t.Errorf("it is not said that nothing is to be sent again: %v", c.Broken)
	}
	b.refuse = nil
	for i := range 2 {
		b.sql("UPDATE line SET label='y' WHERE id=2")
		report, err := s.BackUp(ctx, nil)
		if err != nil || (report.Taken.Manifest.Diff == nil) != (i == 0) {
			t.Errorf("backup %d: %+v, %v", i, report.Taken.Manifest.Diff, err)
		}
		c.pass(time.Hour)
	}
	if _, err := s.Drill(ctx, id, vault.Point{}, b, nil); err != nil {
		t.Error(err)
	}
	if c := s.Status(b.change).Copies[0]; c.Broken != nil {
		t.Errorf("%+v", c)
	}
}

// frozenPlace is a WebDAV server that from a moment on lets nobody write over what it has, nor delete it.
func frozenPlace(t *testing.T, dir string, status int) (address string, freeze func()) {
	t.Helper()
	at, err := url.Parse(servetest.WebDAV(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: at.Scheme, Host: at.Host})
	var frozen atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if frozen.Load() && (r.Method == http.MethodPut || r.Method == http.MethodDelete) {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(r.URL.Path))); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				http.Error(w, "no writing over", status)
				return
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + at.Path, func() { frozen.Store(true) }
}

// TestAPlaceThatWritesOverNothing has the newest points all the same: what is damaged there is stored under another name.
func TestAPlaceThatWritesOverNothing(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusMethodNotAllowed} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			dir := t.TempDir()
			server, freeze := frozenPlace(t, dir, status)
			x := newTrial(t, "frozen", dir, place{draft: webdavDraft(server)})
			x.save(3, 400_000)
			x.send()
			if n := x.strike(func(dir, name string, data []byte) []byte {
				if name != "00000001.sqlite.zst" {
					return nil
				}
				return scratch(dir, data)
			}); n != 1 {
				t.Fatalf("%d struck", n)
			}
			freeze()
			if err := x.tries(); err == nil {
				t.Fatal("nobody saw what is damaged")
			}
			for range 2 { // it is found that it cannot be written over, and then the next point needs nothing of it
				x.save(1, 20_000)
				_ = x.s.Send(t.Context(), x.id, nil)
			}
			if c := x.copyOf(); c.LastOK.Seq != x.s.Saved().Seq || c.Broken == nil {
				t.Fatalf("seq %d of %d, broken %v", c.LastOK.Seq, x.s.Saved().Seq, c.Broken)
			}
			if err := x.tries(); err != nil {
				t.Fatal(explain(err))
			}
			if c := x.copyOf(); c.Broken != nil {
				t.Error("the place is never called whole again:", c.Broken)
			}
		})
	}
}

// TestAPlaceThatKeepsDamagedAttachments and lets nobody write over them says so, and what to do.
func TestAPlaceThatKeepsDamagedAttachments(t *testing.T) {
	dir := t.TempDir()
	server, freeze := frozenPlace(t, dir, http.StatusForbidden)
	x := newTrial(t, "frozen", dir, place{draft: webdavDraft(server)})
	x.save(4, 300_000)
	x.send()
	x.strike(func(dir, _ string, data []byte) []byte {
		if !strings.Contains(dir, "files/") {
			return nil
		}
		return scratch(dir, data)
	})
	freeze()
	if err := x.triesAll(); err == nil {
		t.Fatal("nobody saw what is damaged")
	}
	if c := x.copyOf(); fault.KeyOf(c.Broken) != "backup.broken.trial" {
		t.Errorf("before anybody tried to mend it: %v", c.Broken)
	}
	for range 2 { // also after the trial of the next day
		if sent := x.s.Send(t.Context(), x.id, nil); sent.Err != nil || sent.Stuck != 4 || sent.Anew || sent.Prove {
			t.Errorf("%+v", sent)
		}
		if c := x.copyOf(); fault.KeyOf(c.Broken) != "backup.broken.trial_stuck" {
			t.Errorf("it is not said that nothing can be mended: %v", c.Broken)
		}
		if err := x.triesAll(); err == nil {
			t.Fatal("it passed")
		}
	}
}

// TestATrialOfOtherAttachmentsProvesNothing of those that one found damaged before: only what is sent again does.
func TestATrialOfOtherAttachmentsProvesNothing(t *testing.T) {
	dir := t.TempDir()
	x := newTrial(t, "quarter", dir, servers[0].open(t, dir))
	x.save(8, 300_000)
	x.send()
	struck := false
	x.strike(func(dir, _ string, data []byte) []byte {
		if struck || !strings.Contains(dir, "files/") {
			return nil
		}
		struck = true
		return scratch(dir, data)
	})
	if err := x.triesAll(); err == nil {
		t.Fatal("nobody saw what is damaged")
	}
	x.clock.pass(7 * 24 * time.Hour)
	if err := x.tries(); err != nil {
		t.Fatal("the other quarter:", explain(err))
	}
	if c := x.copyOf(); c.Broken == nil {
		t.Error("the place is called whole with a damaged attachment")
	}
	if sent := x.send(); sent.Mended != 1 {
		t.Errorf("%d sent again", sent.Mended)
	}
	if err := x.triesAll(); err != nil {
		t.Fatal(explain(err))
	}
	if c := x.copyOf(); c.Broken != nil {
		t.Error(c.Broken)
	}
}

// TestWhatIsCutShortHereIsMadeAnew like what was written over.
func TestWhatIsCutShortHereIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	x := newTrial(t, "short", dir, servers[0].open(t, dir))
	x.save(3, 20_000)
	if err := filepath.WalkDir(x.s.set.Dir, func(at string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || plainName(t, filepath.ToSlash(at)) != "00000001.sqlite.zst" {
			return err
		}
		return os.Truncate(at, 100)
	}); err != nil {
		t.Fatal(err)
	}
	_, err := x.s.Drill(t.Context(), "", vault.Point{}, newBlank(t), nil)
	if found, err := x.s.Cleanse(t.Context(), err, nil); !found || err != nil {
		t.Fatal(found, err)
	}
	x.save(1, 20_000)
	if _, err := x.s.Drill(t.Context(), "", vault.Point{}, newBlank(t), nil); err != nil {
		t.Error(explain(err))
	}
}

// TestAnAlarmOutlivesTheDisk that it was about: another one takes its turn, and the owner has seen nothing yet.
func TestAnAlarmOutlivesTheDisk(t *testing.T) {
	day := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := copyMark{Disk: "a", RolledBack: day, Gone: vault.Gone{Files: 2}, GoneAt: day}
	c.turnTo("b", day)
	if c.Disk != "b" || !c.RolledBack.Equal(day) || c.Gone.Files != 2 || !c.GoneAt.Equal(day) {
		t.Fatalf("%+v", c)
	}
	c.RolledBack, c.Gone, c.GoneAt = time.Time{}, vault.Gone{}, time.Time{} // seen
	if c.turnTo("a", day); c.Disk != "a" || !c.RolledBack.IsZero() || c.Gone.Any() || !c.GoneAt.IsZero() {
		t.Errorf("told again: %+v", c)
	}
}
