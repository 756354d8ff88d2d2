package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"

	"github.com/rclone/rclone/fs"
)

// Somebody puts an older state of the copy back, marker and all.
func TestRolledBackCopy(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, _ := newService(t, b)
	id, dir := addFolder(t, s, "USB")
	for range 3 {
		b.sql("UPDATE line SET label='x' WHERE id=1")
		if report, err := s.BackUp(ctx, nil); err != nil || report.Sent[0].Err != nil || report.Sent[0].RolledBack {
			t.Fatal(err, report.Sent)
		}
		c.pass(time.Hour)
	}
	newest, err := filepath.Glob(filepath.Join(dir, "w", "*", "manifest", "*"))
	if err != nil || len(newest) != 3 {
		t.Fatal(newest, err)
	}
	for _, path := range newest {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	sent := s.Send(ctx, id, nil)
	if sent.Err != nil || !sent.RolledBack || sent.Check.Points != 3 {
		t.Fatalf("%+v", sent)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.RolledBack {
		t.Fatalf("%+v", sent)
	}
	if status := s.Status(b.change); status.Overall != schedule.Red || status.Copies[0].RolledBack.IsZero() {
		t.Errorf("the alarm went out by itself: %+v", status)
	}
	if err := s.Acknowledge(ctx, id); err != nil {
		t.Fatal(err)
	}
	if status := s.Status(b.change); status.Overall != schedule.Green {
		t.Errorf("after the owner saw it: %+v", status)
	}
}

// An old object is lost on this PC and was never sent: new work still leaves, and the status tells.
func TestHoleInAnOldPoint(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, set := newService(t, b)
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	lost, err := filepath.Glob(filepath.Join(set.Dir, "w", "*", "db", "*"))
	if err != nil || len(lost) != 2 {
		t.Fatal(lost, err)
	}
	c.pass(time.Hour)
	b.sql("UPDATE line SET label=hex(randomblob(100))")
	if taken, err := s.Snapshot(ctx, nil); err != nil || taken.Manifest.Diff != nil {
		t.Fatal("no second full image", err)
	}
	for _, path := range lost {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	id, _ := addFolder(t, s, "USB")
	sent := s.Send(ctx, id, nil)
	if sent.Err != nil || len(sent.Lost) != 2 {
		t.Fatalf("%+v", sent)
	}
	status := s.Status(b.change)
	if status.Overall != schedule.Amber || status.Copies[0].Holes == 0 || status.Copies[0].Lacks {
		t.Errorf("%+v", status)
	}
}

// The book is restored on another PC, and the first one, thought lost, goes on.
func TestTwoPCsGoOnWithOneBook(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	old, c, set := newService(t, b)
	id, dir := addFolder(t, old, "USB")
	report, err := old.BackUp(ctx, nil)
	if err != nil || report.Sent[0].Err != nil {
		t.Fatal(err, report.Sent)
	}
	restored := set
	restored.Dir = filepath.Join(t.TempDir(), "vault")
	restored.WriterID, restored.WriterName = "new-00000002", "Neuf"
	restored.State = &remote.Memory{}
	restored.RestoredFrom = &vault.Origin{Writer: set.WriterID, Seq: report.Taken.Manifest.Seq}
	fresh, err := Open(ctx, restored)
	if err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	report, err = fresh.BackUp(ctx, nil)
	if err != nil || report.Sent[0].Err != nil || len(report.Sent[0].Rivals) != 0 {
		t.Fatalf("the new PC alone: %v %+v", err, report.Sent)
	}
	c.pass(time.Hour)
	report, err = old.BackUp(ctx, nil)
	if err != nil || len(report.Sent[0].Rivals) != 1 || report.Sent[0].Rivals[0].Name != "Neuf" {
		t.Fatalf("the old PC: %v %+v", err, report.Sent)
	}
	sent := fresh.Send(ctx, id, nil)
	if sent.Err != nil || len(sent.Rivals) != 1 || sent.Rivals[0].Name != "Caisse" {
		t.Fatalf("the new PC: %+v", sent)
	}
	if status := fresh.Status(b.change); status.Overall != schedule.Red {
		t.Errorf("the light is %s", status.Overall)
	}
	// The old one is given away: its owner says so, and is heard until it makes a copy all the same.
	if err := fresh.EndRival(ctx, "somebody"); fault.KeyOf(err) != "backup.no_rival" {
		t.Errorf("a PC that nobody knows: %v", err)
	}
	if err := fresh.EndRival(ctx, set.WriterID); err != nil {
		t.Fatal(err)
	}
	if sent := fresh.Send(ctx, id, nil); sent.Err != nil || len(fresh.Status(b.change).Copies[0].Rivals) != 0 {
		t.Errorf("it is still a rival: %v", sent.Err)
	}
	c.pass(time.Minute)
	b.sql("UPDATE line SET label=hex(randomblob(100))")
	if report, err = fresh.BackUp(ctx, nil); err != nil || report.Taken.Manifest.Ended[set.WriterID] == 0 {
		t.Errorf("who reads the copies is not told: %+v, %v", report.Taken.Manifest.Ended, err)
	}
	c.pass(time.Hour)
	b.sql("UPDATE line SET label=hex(randomblob(100))")
	if report, err = old.BackUp(ctx, nil); err != nil || report.Sent[0].Err != nil {
		t.Fatal(err, report.Sent)
	}
	if sent := fresh.Send(ctx, id, nil); sent.Err != nil || len(fresh.Status(b.change).Copies[0].Rivals) != 1 {
		t.Errorf("it went on, and nobody says so: %v", sent.Err)
	}
	tree, err := OpenFolder(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil || len(contents.Writers) != 2 {
		t.Errorf("%+v %v", contents, err)
	}
}

// TestWhoWentBackToAnOlderPointHasNoRival: the younger points of before are there, and nobody goes on from them.
func TestWhoWentBackToAnOlderPointHasNoRival(t *testing.T) {
	ctx := t.Context()
	b := newBook(t)
	old, c, set := newService(t, b)
	id, _ := addFolder(t, old, "USB")
	first := goOn(t, old, c, b, 1).Taken.Manifest
	goOn(t, old, c, b, 2)
	restored := set
	restored.Dir = filepath.Join(t.TempDir(), "vault")
	restored.WriterID = "new-00000002"
	restored.State = &remote.Memory{}
	restored.RestoredFrom = &vault.Origin{Writer: set.WriterID, Seq: first.Seq}
	fresh, err := Open(ctx, restored)
	if err != nil {
		t.Fatal(err)
	}
	if sent := goOn(t, fresh, c, b, 1).Sent[0]; sent.Err != nil || len(sent.Rivals) != 0 {
		t.Fatalf("%+v", sent)
	}
	if status := fresh.Status(b.change); status.Overall == schedule.Red {
		t.Errorf("%+v", status)
	}
	goOn(t, old, c, b, 1) // and now it does
	if sent := fresh.Send(ctx, id, nil); sent.Err != nil || len(sent.Rivals) != 1 {
		t.Errorf("the PC that was left behind goes on: %+v", sent)
	}
}

// A long sending does not keep the book from being saved.
func TestSnapshotWhileSending(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, _ := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	asked := false
	sent := s.Send(ctx, id, func(p vault.Progress) {
		if asked || p.Stage != vault.StageCompare {
			return
		}
		asked = true
		for seq := range uint64(2) {
			if taken, err := s.Snapshot(ctx, nil); err != nil || taken.Manifest.Seq != seq+2 {
				t.Errorf("snapshot while sending: %v", err)
			}
		}
		if was := s.Status(b.change).PutBack; was != nil {
			t.Errorf("nobody put anything back: %+v", was)
		}
		wantFault(t, s.Send(ctx, id, nil).Err, "backup.busy")
		_, err := s.Prune(ctx, true)
		wantFault(t, err, "backup.busy")
	})
	if sent.Err != nil || !asked {
		t.Fatalf("%+v", sent)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.Check.Points != 3 {
		t.Fatalf("%+v", sent)
	}
}

// TestAPCThatTookOverMakesItsCopiesAtOnce: what the book knows of the copies came along, the folder of the copies of
// the other PC did not.
func TestAPCThatTookOverMakesItsCopiesAtOnce(t *testing.T) {
	b := newBook(t)
	old, c, set := newService(t, b)
	addFolder(t, old, "USB")
	if report, err := old.BackUp(t.Context(), nil); err != nil || report.Sent[0].Err != nil {
		t.Fatal(err, report.Sent)
	}
	taken := set
	taken.Dir = filepath.Join(t.TempDir(), "vault")
	taken.WriterID, taken.WriterName = "new-00000002", "Atelier"
	fresh, err := Open(t.Context(), taken)
	if err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	report, err := fresh.BackUp(t.Context(), nil)
	if err != nil || len(report.Sent) != 1 || report.Sent[0].Err != nil {
		t.Fatalf("%v %+v", err, report.Sent)
	}
}

// Somebody puts the files of a place back as they were before attachments were added: when the page says that what was
// missing was sent again, the attachments are there as well, those of months that nobody works on any more too.
func TestRolledBackAttachmentsAreSentAgain(t *testing.T) {
	for _, kind := range []string{"folder", "s3", "versitygw"} {
		t.Run(kind, func(t *testing.T) {
			i := slices.IndexFunc(servers, func(s server) bool { return s.name == kind })
			dir := t.TempDir()
			x := newTrial(t, kind, dir, servers[i].open(t, dir))
			x.s.set.Files = ofManyMonths{x.book}
			x.save(8, 20_000)
			x.send()
			before := map[string]bool{}
			each(t, x.s, x.id, func(_ context.Context, o fs.Object) { before[o.Remote()] = true })
			for range 2 {
				x.save(20, 20_000)
				x.send()
			}
			// What is there is written once: what was not there before goes.
			each(t, x.s, x.id, func(ctx context.Context, o fs.Object) {
				if before[o.Remote()] {
					return
				}
				if err := o.Remove(ctx); err != nil {
					t.Error(err)
				}
			})
			x.save(0, 0)
			if sent := x.send(); !sent.RolledBack || sent.Gone.Files != 40 {
				t.Errorf("%+v", sent)
			}
			if c := x.copyOf(); c.RolledBack.IsZero() || !c.Back || c.Broken != nil {
				t.Errorf("what is said: %+v", c)
			}
			if report, err := x.s.Check(t.Context(), x.id); err != nil || !report.Complete() {
				t.Errorf("there: %+v, %v", report, err)
			}
		})
	}
}

// ofManyMonths gives a book attachments of more months than a sending looks at when nothing is new.
type ofManyMonths struct{ vault.Files }

func (f ofManyMonths) Attachments(ctx context.Context) ([]vault.Attachment, error) {
	all, err := f.Files.Attachments(ctx)
	for i, a := range all {
		all[i].Month = fmt.Sprintf("2025-0%d", 1+a.Hash[0]%9)
	}
	return all, err
}
