package backup

import (
	"context"
	"errors"
	"testing"
	"time"

	"zafe/sync/backup/vault"
)

// picky refuses one restore point: its totals differ.
type picky struct {
	*book
	bad uint64
	got []uint64
}

func (p *picky) Commit(_ context.Context, m vault.Manifest) error {
	if p.got = append(p.got, m.Seq); m.Seq == p.bad {
		return errors.New("the totals differ")
	}
	return nil
}

// TestAnOlderPointIsTried, at random and without attachments; one that failed stays in the way until it passes or is
// gone, whatever the newest shows.
func TestAnOlderPointIsTried(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, c, _ := newService(t, b)
	id, _ := addFolder(t, s, "USB")
	save := func() {
		t.Helper()
		c.pass(time.Hour)
		b.sql("UPDATE line SET label=hex(randomblob(9)) WHERE id=7")
		if _, err := s.BackUp(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	p := &picky{book: b}
	save()
	if done, err := s.DrillOlder(ctx, id, p, nil); err != nil || done.Point.Seq != 0 || len(p.got) > 0 {
		t.Fatalf("there is no older point: %+v %v", done.Point, err)
	}
	for range 5 {
		save()
	}
	tried := map[uint64]bool{}
	for range 100 {
		done, err := s.DrillOlder(ctx, id, p, nil)
		if err != nil || done.Manifest.Seq != done.Point.Seq || done.Files.Restored+done.Files.Already > 0 {
			t.Fatalf("%+v %v", done, err)
		}
		tried[done.Point.Seq] = true
	}
	if len(tried) != 5 || tried[6] || s.Status(b.change).Drill != nil {
		t.Errorf("tried %v; they prove less than the newest does: %+v", tried, s.Status(b.change).Drill)
	}
	failed := func() bool { return !s.Status(b.change).DrillFailed.IsZero() }
	for p.bad = 3; !failed(); {
		if done, err := s.DrillOlder(ctx, id, p, nil); (err != nil) != (done.Point.Seq == p.bad) {
			t.Fatalf("point %d: %v", done.Point.Seq, err)
		}
	}
	if _, err := s.Drill(ctx, id, vault.Point{}, p, nil); err != nil || !failed() {
		t.Errorf("the newest hides that an older one is bad: %v", err)
	}
	p.bad = 0
	if done, err := s.DrillOlder(ctx, id, p, nil); err != nil || done.Point.Seq != 3 || failed() {
		t.Errorf("point %d is tried again, and passes: %v, still failed %v", done.Point.Seq, err, failed())
	}
}

// TestATrialTellsWhatItTook: bytes as they lie at the place, time by the clock.
func TestATrialTellsWhatItTook(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, c, _ := newService(t, b)
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	slow := &slowly{book: b, c: c}
	read := int64(0)
	for range drillShares {
		done, err := s.Drill(ctx, "", vault.Point{}, slow, nil)
		if err != nil || done.BookTook != 3*time.Second || done.BookRead != done.Manifest.Full.Bytes || done.BookRead == 0 {
			t.Fatalf("%+v %v", done, err)
		}
		read += done.FilesRead
		c.pass(7 * 24 * time.Hour)
	}
	if read != int64(len("contract")) {
		t.Errorf("%d bytes of attachments in four weeks", read)
	}
}

// slowly takes three seconds for the book.
type slowly struct {
	*book
	c *clock
}

func (s *slowly) Commit(context.Context, vault.Manifest) error { s.c.pass(3 * time.Second); return nil }
