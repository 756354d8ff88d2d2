package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// disk is what an image of the PC's disk holds of its backups: the local vault, and the state in the book.
type disk struct {
	dir   string
	state []byte
}

func imageOf(t *testing.T, set Settings) (d disk) {
	t.Helper()
	d.dir = filepath.Join(t.TempDir(), "image")
	if err := os.CopyFS(d.dir, os.DirFS(set.Dir)); err != nil {
		t.Fatal(err)
	}
	var err error
	if d.state, err = set.State.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// back puts the local vault back, and the book as well if so told, and starts the program again.
func (d disk) back(t *testing.T, set Settings, book bool) *Service {
	t.Helper()
	if err := os.RemoveAll(set.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(set.Dir, os.DirFS(d.dir)); err != nil {
		t.Fatal(err)
	}
	if book {
		if err := set.State.Save(t.Context(), d.state); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// work changes and saves the book and sends it.
func goOn(t *testing.T, s *Service, c *clock, b *book, times int) (last Report) {
	t.Helper()
	for range times {
		b.sql("UPDATE line SET label=hex(randomblob(20)) WHERE id=3")
		c.pass(time.Hour)
		var err error
		if last, err = s.BackUp(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// TestAPCPutBackFromTheImageOfItsDisk: the copy has points that the book knows nothing of. Nothing at the copy is
// touched, the book is still saved here, and on the owner's word all goes on under another name.
func TestAPCPutBackFromTheImageOfItsDisk(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	id, dir := addFolder(t, s, "USB")
	goOn(t, s, c, b, 3)
	image := imageOf(t, set)
	lost := goOn(t, s, c, b, 2).Taken.Manifest
	s = image.back(t, set, true)
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	sent := s.Send(ctx, id, nil)
	wantFault(t, sent.Err, "backup.put_back")
	check := func(s *Service) {
		t.Helper()
		was := s.Status(b.change).PutBack
		if was == nil || was.Place != id || !was.Made.Equal(lost.Created) || s.Status(b.change).Overall != schedule.Red {
			t.Errorf("%+v", s.Status(b.change))
		}
	}
	check(s)
	other, _ := addFolder(t, s, "Disque")
	s, err := Open(ctx, set) // the alarm outlives the program
	if err != nil {
		t.Fatal(err)
	}
	check(s)
	wantFault(t, s.Send(ctx, other, nil).Err, "backup.put_back")
	for _, c := range s.Status(b.change).Copies {
		if c.Light != schedule.Red || c.Fault == nil || c.Fault.Key != "backup.put_back" {
			t.Errorf("nothing is sent there either, yet %+v", c)
		}
	}
	_, err = s.PruneAt(ctx, id, true)
	wantFault(t, err, "backup.put_back")

	if err := s.Continue(ctx, func() (string, error) { return "pc-00000002", nil }); err != nil {
		t.Fatal(err)
	}
	set.WriterID = "pc-00000002"
	report := goOn(t, s, c, b, 1)
	for _, sent := range report.Sent {
		if sent.Err != nil || sent.RolledBack || len(sent.Rivals) != 0 {
			t.Errorf("%+v", sent)
		}
	}
	if st := s.Status(b.change); st.PutBack != nil || st.Overall != schedule.Green || st.Saved.Seq != 1 {
		t.Errorf("%+v", st)
	}
	if s, err = Open(ctx, set); err != nil || s.Status(b.change).Saved.Seq != 1 {
		t.Errorf("after a start: %+v %v", s.Status(b.change), err)
	}
	tree, err := OpenFolder(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil || len(contents.Points()) != 6 {
		t.Fatalf("%+v %v", contents.Points(), err)
	}
	for _, p := range contents.Points() {
		if _, err := Restore(ctx, tree, p, newSink(t), nil); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// TestAPutBackPCThatWorkedOn: it used the numbers again and beyond, away from the copy, and kept none of the points
// that have them.
func TestAPutBackPCThatWorkedOn(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	id, dir := addFolder(t, s, "USB")
	goOn(t, s, c, b, 3)
	image := imageOf(t, set)
	lost := goOn(t, s, c, b, 2).Taken.Manifest
	s = image.back(t, set, true)
	for range 14 {
		c.pass(10 * time.Minute)
		b.sql("UPDATE line SET label=hex(randomblob(20)) WHERE id=3")
		if _, err := s.Snapshot(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Drill(ctx, "", vault.Point{}, newSink(t), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(ctx, true); err != nil {
		t.Fatal(err)
	}
	points, err := s.Points(ctx, "")
	if err != nil || slices.ContainsFunc(points, func(m vault.Manifest) bool { return m.Seq == 4 || m.Seq == 5 }) {
		t.Fatal("the numbers are still taken", err)
	}
	wantFault(t, s.Send(ctx, id, nil).Err, "backup.put_back")
	tree, err := OpenFolder(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.RestoreBook(ctx, lost.Point(), newSink(t), nil); err != nil {
		t.Errorf("the copy's newest point: %v", err)
	}
}

// TestABookThatWentBackIsNoAlarm: before an update, by its owner's will. The local vault knows the numbers that the
// book forgot, and the copy has points that were removed here.
func TestABookThatWentBackIsNoAlarm(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	saved(t, s, c, b, id, 3)
	before, err := set.State.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	saved(t, s, c, b, id, 14)
	if n, err := s.Prune(ctx, true); err != nil || n < 5 {
		t.Fatal(n, err)
	}
	if err := set.State.Save(ctx, before); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(ctx, set); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(ctx, id); err != nil {
		t.Error(err)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil {
		t.Error(sent.Err)
	}
	if report := goOn(t, s, c, b, 1); report.Taken.Manifest.Seq != 18 || report.Sent[0].Err != nil {
		t.Errorf("number %d: %+v", report.Taken.Manifest.Seq, report.Sent)
	}
}

// TestALocalVaultPutBack: the book knows that more points were made. That is told, no number is used again, and
// backups go on.
func TestALocalVaultPutBack(t *testing.T) {
	b := newBook(t)
	s, c, set := newService(t, b)
	_, _ = addFolder(t, s, "USB")
	goOn(t, s, c, b, 3)
	image := imageOf(t, set)
	goOn(t, s, c, b, 2)
	s = image.back(t, set, false)
	report := goOn(t, s, c, b, 1)
	if report.Taken.Manifest.Seq != 6 || report.Sent[0].Err != nil || report.Sent[0].RolledBack {
		t.Errorf("number %d: %+v", report.Taken.Manifest.Seq, report.Sent)
	}
	st := s.Status(b.change)
	if was := st.PutBack; was == nil || was.Place != "" || was.Have != 3 || was.Want != 5 || st.Overall != schedule.Red {
		t.Errorf("%+v", st)
	}
	if err := s.Continue(t.Context(), func() (string, error) { return "pc-00000002", nil }); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(b.change); st.PutBack != nil {
		t.Errorf("%+v", st)
	}
	// A vault that the owner had made anew is no older state of the old one, and goes on with its numbers.
	s, c, set = newService(t, b)
	goOn(t, s, c, b, 3)
	if err := os.RemoveAll(set.Dir); err != nil {
		t.Fatal(err)
	}
	if err := s.NewVault(t.Context(), set.Dir); err != nil {
		t.Fatal(err)
	}
	if report := goOn(t, s, c, b, 2); report.Taken.Manifest.Seq != 5 || s.Status(b.change).PutBack != nil {
		t.Errorf("number %d: %+v", report.Taken.Manifest.Seq, s.Status(b.change))
	}
}

// TestThePlaceOfAnAlarmIsRemoved: the alarm stays, blames no other place, and its way out still works.
func TestThePlaceOfAnAlarmIsRemoved(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	told := 0
	id, _ := addFolder(t, s, "USB")
	goOn(t, s, c, b, 3)
	image := imageOf(t, set)
	goOn(t, s, c, b, 2)
	set.Behind = func(context.Context) error { told++; return nil }
	s = image.back(t, set, true)
	s.set.Behind = set.Behind
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Send(ctx, id, nil).Err; fault.KeyOf(err) != "backup.put_back" {
			t.Fatal(err)
		}
	}
	if told != 1 {
		t.Errorf("the book is told %d times that it is behind", told)
	}
	if err := errors.Join(s.set.Remotes.Remove(ctx, id), s.Forget(ctx, id)); err != nil {
		t.Fatal(err)
	}
	other, _ := addFolder(t, s, "Neuf")
	if st := s.Status(b.change); st.PutBack == nil || st.PutBack.Place == other {
		t.Fatalf("the alarm is %+v", st.PutBack)
	}
	if err := s.Continue(ctx, func() (string, error) { return "new-0001", nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(ctx, other, nil).Err; err != nil {
		t.Error(err)
	}
}

// TestATrialAtOnePlaceMendsNoOther: a rotten copy stays red, and keeps its points, while another passes.
func TestATrialAtOnePlaceMendsNoOther(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, _ := newService(t, b)
	rotten, dir := addFolder(t, s, "A")
	sound, _ := addFolder(t, s, "B")
	goOn(t, s, c, b, 2)
	objects, err := filepath.Glob(filepath.Join(dir, "w", "*", "db", "*"))
	if err != nil || len(objects) == 0 {
		t.Fatal(objects, err)
	}
	for _, path := range objects {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Drill(ctx, rotten, vault.Point{}, newSink(t), nil); err == nil {
		t.Fatal("a rotten copy passes")
	}
	if _, err := s.Drill(ctx, sound, vault.Point{}, newSink(t), nil); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(b.change); st.Overall != schedule.Red || st.DrillFailed.IsZero() {
		t.Errorf("%s, failed %v", st.Overall, st.DrillFailed)
	}
	if a, b := s.guard(rotten, false), s.guard(sound, false); a.Proved() || !b.Proved() || s.Proved("") {
		t.Errorf("the rotten one is proved: %v, the sound one: %v, this PC: %v", a.Proved(), b.Proved(), s.Proved(""))
	}
}
