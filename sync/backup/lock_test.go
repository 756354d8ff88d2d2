package backup

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/servetest"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/object"
	"github.com/rclone/rclone/fs/walk"
	"github.com/rclone/rclone/lib/version"
)

// locked is how the form of a destination asks for object lock.
var locked = map[string]string{"object_lock_mode": "COMPLIANCE", "object_lock_retain_until_date": "24h"}

// lockedPlace is a bucket of versitygw that was made with object lock.
func lockedPlace(t testing.TB, dir string, versions bool) place {
	t.Helper()
	draft := s3Draft(servetest.Gateway(t, dir, versions))
	draft.Values["bucket_object_lock_enabled"] = "true"
	return place{draft: draft}
}

// Somebody with this PC's own login empties a bucket that keeps versions under lock. The versions cannot be
// removed, and what was there comes back from them.
func TestVersionsUnderLock(t *testing.T) {
	ctx := t.Context()
	p := lockedPlace(t, servetest.Folder(t), true)
	maps.Copy(p.draft.Values, locked)
	x := newTrial(t, "versitygw, versions", "", p)
	for range 2 {
		x.save(2, 20_000)
		x.send()
	}
	if s := x.s.Status(x.change()).Copies[0].Shelter; s.Versions != appbackup.Yes || !s.Locked.After(time.Now()) {
		t.Errorf("the status says %+v", s)
	}
	if n, refused := removeAll(t, x.s, x.id); n == 0 || refused > 0 {
		t.Fatalf("of %d objects %d did not go out of sight", n, refused)
	}
	wantFault(t, x.s.Send(ctx, x.id, nil).Err, "backup.vault_gone")

	old := p.draft
	old.Label, old.ReadOnly, old.Values = "versions", true, maps.Clone(p.draft.Values)
	old.Values["versions"] = "true"
	versions := addAs(t, x.s, old)
	if n, refused := removeAll(t, x.s, versions); n == 0 || refused != n {
		t.Fatalf("of %d versions %d were kept", n, refused)
	}
	folder := fetchVersions(t, x.s, versions)
	copied := addAs(t, x.s, remote.Draft{Provider: "local", Label: "folder", Folder: folder, ReadOnly: true})
	emptied := x.id
	x.id = copied
	if n := x.points(); n != 2 {
		t.Fatalf("%d points came back from the versions", n)
	}
	x.restoresWhole()

	// The owner says that the emptied place shall be filled again: nothing old is in the way.
	x.id = emptied
	if err := x.s.Forget(ctx, emptied); err != nil {
		t.Fatal(err)
	}
	x.send()
	if n := x.points(); n != 2 {
		t.Fatalf("%d points after filling the place again", n)
	}
}

// Somebody with this PC's own login writes over one half of a bucket that keeps versions and erases the other. Looked at
// as it was before, as the form of a restore asks for it, it gives every book back byte by byte, and what came later is not
// there.
func TestAPlaceAsItWasAtADate(t *testing.T) {
	dir := servetest.Folder(t)
	p := lockedPlace(t, dir, true)
	x := newTrial(t, "versitygw, at a date", "", p)
	for range 2 {
		x.save(2, 20_000)
		x.send()
	}
	at := time.Now().Truncate(time.Second).Add(time.Second) // the form takes no fraction of a second
	time.Sleep(time.Until(at.Add(time.Second)))
	delete(x.proofs, x.save(2, 20_000).Manifest.Seq) // nothing of it is to come back
	x.send()

	written := 0
	var erased []string
	each(t, x.s, x.id, func(ctx context.Context, o fs.Object) {
		var err error
		if written <= len(erased) {
			written++
			junk := object.NewStaticObjectInfo(o.Remote(), time.Now(), o.Size(), true, nil, nil)
			err = o.Update(ctx, bytes.NewReader(make([]byte, o.Size())), junk)
		} else {
			erased = append(erased, o.Remote())
			err = o.Remove(ctx)
		}
		if err != nil {
			t.Error(err)
		}
	})
	if written < 5 || len(erased) < 5 {
		t.Fatalf("%d objects written over, %d erased", written, len(erased))
	}
	if tree, err := OpenCopy(t.Context(), x.s.set.Remotes, x.id, testKey); err == nil {
		contents, _ := tree.Read(t.Context())
		for _, point := range contents.Points() {
			if _, err := Restore(t.Context(), tree, point, newSink(x), nil); err == nil {
				t.Fatalf("%s is left of the wreck", point)
			}
		}
	}
	dateVersions(t, filepath.Join(dir, "versions"))
	for _, name := range erased {
		now, marker := time.Now(), filepath.Join(dir, "data", filepath.FromSlash(p.draft.Folder), filepath.FromSlash(name))
		if err := os.Chtimes(marker, now, now); err != nil {
			t.Fatal(err)
		}
	}

	old := p.draft
	old.Label, old.ReadOnly, old.Values = "before", true, maps.Clone(p.draft.Values)
	old.Values["version_at"] = at.Format("2006-01-02T15:04:05")
	x.id = addAs(t, x.s, old)
	if n := x.points(); n != 2 {
		t.Fatalf("%d points came back from before", n)
	}
	x.restoresWhole()
}

// dateVersions gives the versions that versitygw keeps the time they were written at, which their names, ULIDs, begin
// with: it dates them by when they were replaced, and what says that an object was erased by when that was written. S3
// dates both by when they came to be, and rclone goes by that.
func dateVersions(t *testing.T, dir string) {
	t.Helper()
	const alphabet, digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 10 // of milliseconds
	n := 0
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || len(e.Name()) != 26 {
			return err
		}
		var ms int64
		for _, c := range e.Name()[:digits] {
			ms = ms*int64(len(alphabet)) + int64(strings.IndexRune(alphabet, c))
		}
		n++
		return os.Chtimes(path, time.UnixMilli(ms), time.UnixMilli(ms))
	})
	if err != nil || n == 0 {
		t.Fatalf("%d versions dated: %v", n, err)
	}
}

// A bucket says whether it keeps what is erased, once a day: one that does not is an open place.
func TestAPlaceSaysHowItIsSheltered(t *testing.T) {
	for _, c := range []struct {
		name   string
		place  place
		want   appbackup.Answer
		locked bool
	}{
		{"plain", place{draft: s3Draft(servetest.Gateway(t, servetest.Folder(t), true))}, appbackup.No, false},
		{"versions, no lock", lockedPlace(t, servetest.Folder(t), true), appbackup.Yes, false},
		{"folder", place{draft: remote.Draft{Provider: "local", Folder: t.TempDir()}}, "", false},
	} {
		x := newTrial(t, c.name, "", c.place)
		x.save(1, 1000)
		x.send()
		s := x.s.Status(x.change()).Copies[0].Shelter
		if s.Versions != c.want || s.Locked.IsZero() == c.locked || s.Open() != (c.want == appbackup.No) {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

// fetchVersions copies the old versions of a destination into a folder, under the names they had.
func fetchVersions(t *testing.T, s *Service, id string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	each(t, s, id, func(ctx context.Context, o fs.Object) {
		_, name := version.Remove(o.Remote())
		to := filepath.Join(folder, filepath.FromSlash(name))
		r, err := o.Open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		data, err := io.ReadAll(r)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o700)
		}
		if err == nil {
			err = os.WriteFile(to, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return folder
}

// A bucket refuses to delete the manifests, which it keeps under lock: pruning leaves all these points need as well,
// and says so.
func TestPruneUnderLock(t *testing.T) {
	x := newTrial(t, "versitygw, lock", "", lockedPlace(t, servetest.Folder(t), false))
	x.saveMany()
	setValues(t, x.s, x.id, locked)
	each(t, x.s, x.id, func(ctx context.Context, o fs.Object) {
		if path.Base(path.Dir(o.Remote())) == "manifest" {
			sendAgain(t, ctx, o)
		}
	})
	err := pruneAll(t.Context(), x.s)
	if n := x.points(); n != 9 {
		t.Fatalf("%d points are left under lock: %v", n, err)
	}
	if err != nil && remote.Passing(err) {
		t.Errorf("the lock passes for a broken line: %s", explain(err))
	}
	x.should("told", err != nil, "nobody is told that nine points stay")
	if s := x.s.Status(x.change()).Copies[0].Shelter; s.Refused == 0 {
		t.Errorf("the status does not say that they stay: %+v", s)
	}
	x.save(1, 10_000)
	x.send()
	if n := x.points(); n != 10 {
		t.Fatalf("%d points after another one", n)
	}
	x.restoresWhole()
}

// sendAgain replaces an object by itself, under the lock that holds now.
func sendAgain(t *testing.T, ctx context.Context, o fs.Object) {
	t.Helper()
	r, err := o.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err == nil {
		err = o.Update(ctx, bytes.NewReader(data), o)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// removeAll deletes every object of a destination, as somebody would who has its login, and counts those that
// were refused.
func removeAll(t *testing.T, s *Service, id string) (objects, refused int) {
	t.Helper()
	each(t, s, id, func(ctx context.Context, o fs.Object) {
		if objects++; o.Remove(ctx) != nil {
			refused++
		}
	})
	return objects, refused
}

// each does something with every object of a destination.
func each(t *testing.T, s *Service, id string, do func(context.Context, fs.Object)) {
	t.Helper()
	ctx := context.Background()
	f, err := s.set.Remotes.Open(ctx, id, "")
	if err != nil {
		t.Fatal(err)
	}
	err = walk.ListR(ctx, f, "", true, -1, walk.ListObjects, func(entries fs.DirEntries) error {
		entries.ForObject(func(o fs.Object) { do(ctx, o) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
