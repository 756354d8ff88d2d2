package vault

import (
	"context"
	"testing"
	"time"

	"zafe/app/audit"
)

// TestAPCThatWasTakenOverFrom goes on, or comes back with copies of its own: neither it nor the new main PC takes them
// for the newest of the book.
func TestAPCThatWasTakenOverFrom(t *testing.T) {
	ctx := context.Background()
	_, f := place(t)
	b, d := newBook(t, 50), newDrawer()
	pc := func(writer, name string) *Vault {
		set := testSettings(t.TempDir())
		set.WriterID, set.WriterName = writer, name
		if err := Create(set); err != nil {
			t.Fatal(err)
		}
		return reopen(t, set)
	}
	old, now := pc("pc1-00000001", "Caisse"), pc("pc2-00000002", "Bureau")
	save := func(v *Vault, term int64, after time.Duration) (Manifest, []Rival) {
		t.Helper()
		point := &audit.Checkpoint{Book: "one", Term: term, Lead: "a", Event: 7, Signature: "00"}
		taken, err := v.Snapshot(ctx, b, d, Run{Now: testNow.Add(after), Checkpoint: point})
		if err != nil {
			t.Fatal(err)
		}
		sent, err := v.Replicate(ctx, f, Sending{})
		if err != nil {
			t.Fatal(err)
		}
		return taken.Manifest, sent.Rivals
	}
	first, rivals := save(old, 3, 0)
	if len(rivals) != 0 {
		t.Errorf("alone: %+v", rivals)
	}
	if _, rivals = save(now, 4, time.Hour); len(rivals) != 0 {
		t.Errorf("the old main PC stopped: %+v", rivals)
	}
	skewed, _ := save(old, 3, time.Hour+5*time.Minute) // by its clock
	late, rivals := save(old, 3, 2*time.Hour)
	if len(rivals) != 1 || !rivals[0].TookOver || rivals[0].Name != "Bureau" {
		t.Errorf("the old main PC is told: %+v", rivals)
	}
	if _, rivals = save(now, 4, 3*time.Hour); len(rivals) != 1 || rivals[0].TookOver || rivals[0].Name != "Caisse" {
		t.Errorf("the new one is told: %+v", rivals)
	}
	last, rivals := save(now, 4, 30*time.Hour)
	if len(rivals) != 0 {
		t.Errorf("the old one has been silent for a day: %+v", rivals)
	}

	tree := NewTree(f, sharedKey())
	contents, err := tree.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all, err := tree.DescribeAll(ctx, contents, contents.Points(), nil)
	if err != nil || len(all) != 6 {
		t.Fatal(len(all), err)
	}
	for _, m := range all {
		if want := m.Point() == late.Point(); Outlived(m, all) != want {
			t.Errorf("%s is of a PC that was taken over from: %t", m.Point(), !want)
		}
	}
	for _, m := range []Manifest{first, skewed, late} {
		if r, err := tree.Rival(ctx, contents, m); err != nil || r == nil || r.Point() != last.Point() {
			t.Errorf("%s: %v %v", m.Point(), r, err)
		}
	}
	if r, err := tree.Rival(ctx, contents, last); err != nil || r != nil {
		t.Errorf("the newest line has a rival: %v %v", r, err)
	}
}

// TestPointsWithoutALine say nothing: older programs wrote none, and another book has its own.
func TestPointsWithoutALine(t *testing.T) {
	at := func(c *audit.Checkpoint, after time.Duration) Manifest {
		return Manifest{Checkpoint: c, Created: testNow.Add(after)}
	}
	low := at(&audit.Checkpoint{Book: "one", Term: 1}, time.Hour)
	for _, before := range []Manifest{
		at(nil, 0), at(&audit.Checkpoint{Book: "two", Term: 9}, 0), at(&audit.Checkpoint{Book: "one", Term: 1}, 0),
		at(&audit.Checkpoint{Book: "one", Term: 2}, 2*time.Hour),
	} {
		if Outlived(low, []Manifest{before}) {
			t.Errorf("outlived by %+v", before.Checkpoint)
		}
	}
	if high := at(&audit.Checkpoint{Book: "one", Term: 1, Lead: "b"}, 0); !Outlived(low, []Manifest{high}) {
		t.Error("of two PCs with one term the greater lead is the main one")
	}
}

// TestAPCThatStoppedByTheOwnersWordOutlivesNobody: that it had begun a later line, for a trial, is of no matter to points made
// after the word.
func TestAPCThatStoppedByTheOwnersWordOutlivesNobody(t *testing.T) {
	at := func(writer string, term int64, seq uint64, minute int, ended map[string]uint64) Manifest {
		return Manifest{
			WriterID: writer, Seq: seq, Created: testNow.Add(time.Duration(minute) * time.Minute), Ended: ended,
			Checkpoint: &audit.Checkpoint{Book: "one", Term: term},
		}
	}
	trial := at("new", 2, 3, 0, nil)
	for name, c := range map[string]struct {
		ended map[string]uint64
		want  bool
	}{
		"not said": {nil, true}, "said": {map[string]uint64{"new": 3}, false}, "it went on after that": {map[string]uint64{"new": 2}, true},
		"of another": {map[string]uint64{"other": 9}, true},
	} {
		if got := Outlived(at("main", 1, 9, 60, c.ended), []Manifest{trial}); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
		// It holds for what was made between the trial and the word as well: that PC was never replaced.
		before, after := at("main", 1, 8, 30, nil), at("main", 1, 9, 60, c.ended)
		if got := Outlived(before, []Manifest{trial, before, after}); got != c.want {
			t.Errorf("before the word, %s: %t", name, got)
		}
	}
}
