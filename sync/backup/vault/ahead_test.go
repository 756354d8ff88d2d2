package vault

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestACopyThatIsAhead: the folder of the vault is put back as it was, and the PC goes on in it.
func TestACopyThatIsAhead(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	at := testNow
	work := func(v *Vault, n int) {
		t.Helper()
		for range n {
			b.sql("UPDATE line SET label=hex(randomblob(9)) WHERE id=1")
			at = at.Add(time.Hour)
			take(t, v, b, d, at)
		}
	}
	work(v, 2)
	_ = v.Close()
	image := filepath.Join(t.TempDir(), "image")
	if err := os.CopyFS(image, os.DirFS(v.set.Dir)); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, v.set)
	work(v, 3)
	dir, f := place(t)
	if sent, err := v.Replicate(ctx, f, Sending{}); err != nil || sent.Ahead != nil {
		t.Fatal(sent, err)
	}
	newest, _ := v.Latest()
	before := snapshotOf(t, dir)

	set := v.set
	set.Dir = image
	old := reopen(t, set)
	cases := []struct {
		name string
		more int
		told Sending
		want uint64 // number of the point that gives it away, 0 for none
	}{
		{"the book was put back as well", 0, Sending{Known: true, LastSeq: 2, Tried: 2, Saved: 2}, 5},
		{"the book knows all of them", 0, Sending{Known: true, LastSeq: 5, Tried: 5, Saved: 5}, 0},
		{"a sending of them was cut", 0, Sending{Known: true, LastSeq: 2, Tried: 5, Saved: 5}, 0},
		{"the place is new to the book", 0, Sending{Saved: 2}, 5},
		{"the PC went on with the same numbers", 1, Sending{Known: true, LastSeq: 2, Tried: 3, Saved: 3}, 5},
		{"and beyond", 4, Sending{Saved: 7}, 5},
	}
	for _, c := range cases {
		work(old, c.more)
		report, err := old.Check(ctx, old.At(f), c.told)
		if got := report.Ahead; err != nil || (got == nil) != (c.want == 0) || got != nil && got.Seq != c.want {
			t.Errorf("%s: a check tells %v, %v", c.name, got, err)
		}
		if c.want == 0 {
			continue
		}
		sent, err := old.Replicate(ctx, f, c.told)
		wantFault(t, err, "backup.put_back")
		if sent.Ahead == nil || sent.Ahead.Seq != c.want || !sent.Ahead.At.Equal(newest.Created) {
			t.Errorf("%s: %+v", c.name, sent)
		}
		if after := snapshotOf(t, dir); after != before {
			t.Fatalf("%s: the copy was changed", c.name)
		}
	}
	// Told what the book knows, the vault that lacks them does not use the numbers again.
	taken, err := old.Snapshot(ctx, b, d, Run{Now: at.Add(time.Hour), After: 40})
	if err != nil || taken.Manifest.Seq != 41 {
		t.Errorf("number %d, %v", taken.Manifest.Seq, err)
	}
}

// snapshotOf sums up the names and contents of a folder.
func snapshotOf(t *testing.T, dir string) (sum string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sum = sumHex([]byte(sum + path + sumHex(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
