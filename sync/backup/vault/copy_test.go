package vault

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rclone/rclone/fs"
)

func place(t testing.TB) (string, fs.Fs) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	f, err := LocalFolder(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, f
}

func TestReplicate(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 1500), newDrawer()
	d.add("2026-11", "contract")
	dir, f := place(t)
	m := take(t, v, b, d, testNow)
	var stages []Stage
	sent, err := v.Replicate(ctx, f, Sending{Watch: func(p Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
	}})
	if err != nil || !sent.Check.Complete() || !sent.Check.Newest || sent.Check.Points != 1 ||
		sent.Objects < 5 {
		t.Fatalf("%+v %v", sent, err)
	}
	if len(stages) != 3 || stages[2] != StageCheck {
		t.Errorf("stages %v", stages)
	}
	copied := NewTree(f, sharedKey())
	restore(t, copied, m.Point(), b.bytes())

	again, err := v.Replicate(ctx, f, Sending{Known: true})
	if err != nil || again.Objects != 0 {
		t.Fatalf("nothing to do, yet %+v %v", again, err)
	}
	// An object cut short under its final name is mended, whatever left it there.
	for _, path := range storedFiles(t, v) {
		rel, _ := filepath.Rel(v.set.Dir, path)
		if err := os.Truncate(filepath.Join(dir, rel), 33); err != nil {
			t.Fatal(err)
		}
	}
	mended, err := v.Replicate(ctx, f, Sending{Known: true})
	if err != nil || !mended.Check.Complete() || mended.Objects != len(storedFiles(t, v)) {
		t.Fatalf("after cutting all objects: %+v %v", mended, err)
	}
	restore(t, copied, m.Point(), b.bytes())
}

func TestReplicateNeverStartsAgainSilently(t *testing.T) {
	ctx := context.Background()
	v, b := newVault(t), newBook(t, 100)
	take(t, v, b, newDrawer(), testNow)
	_, f := place(t)
	_, err := v.Replicate(ctx, f, Sending{Known: true})
	wantFault(t, err, "backup.vault_gone")

	other := testSettings(t.TempDir())
	other.ID = "company-2"
	if err := Create(other); err != nil {
		t.Fatal(err)
	}
	taken, err := LocalFolder(ctx, other.Dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Replicate(ctx, taken, Sending{})
	wantFault(t, err, "backup.other_vault")
}

func TestTwoWritersShareACopy(t *testing.T) {
	ctx := context.Background()
	_, f := place(t)
	d := newDrawer()
	d.add("2026-11", "contract")
	v1, b1 := newVault(t), newBook(t, 300)
	m1 := take(t, v1, b1, d, testNow)
	set := testSettings(filepath.Join(t.TempDir(), "vault2"))
	set.WriterID = "pc2-00000002"
	if err := Create(set); err != nil {
		t.Fatal(err)
	}
	v2, b2 := reopen(t, set), newBook(t, 400)
	m2 := take(t, v2, b2, d, testNow.Add(time.Hour))
	for _, v := range []*Vault{v1, v2} {
		if sent, err := v.Replicate(ctx, f, Sending{}); err != nil || !sent.Check.Complete() {
			t.Fatalf("%+v %v", sent, err)
		}
	}
	tree := NewTree(f, sharedKey())
	c, err := tree.Read(ctx)
	if err != nil || len(c.Writers) != 2 {
		t.Fatalf("%+v %v", c, err)
	}
	restore(t, tree, m1.Point(), b1.bytes())
	restore(t, tree, m2.Point(), b2.bytes())

	// The first prunes: the second's points and the shared attachment stay.
	d.all = nil
	for i := range 5 {
		take(t, v1, b1, d, testNow.Add(time.Duration(i+1)*time.Hour))
	}
	g := openGuard(testNow.AddDate(0, 3, 0))
	g.Rule = Rule{Last: 1}
	plan, err := tree.PlanPrune(ctx, v1.set.WriterID, nil, g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Prune(ctx, plan); err != nil {
		t.Fatal(err)
	}
	if s := restore(t, tree, m2.Point(), b2.bytes()); len(s.files) != 1 {
		t.Error("pruning one writer took the other's attachment")
	}
}

// One object lost in the local vault must not stop the newer backups from leaving the house.
func TestReplicateGoesOnAfterALoss(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 500), newDrawer()
	lost := take(t, v, b, d, testNow)
	b.sql("UPDATE line SET label=hex(randomblob(100))")
	good := take(t, v, b, d, testNow.Add(time.Hour))
	db, err := v.folder(dbDir(v.set.WriterID))
	if err != nil {
		t.Fatal(err)
	}
	db.remove(lost.Full.stored()[0].Name)
	_, f := place(t)
	sent, err := v.Replicate(ctx, f, Sending{})
	if err != nil || len(sent.Lost) != 1 || sent.Check.Complete() || !sent.Check.Newest {
		t.Fatalf("%+v %v", sent, err)
	}
	tree := NewTree(f, sharedKey())
	c, err := tree.Read(ctx)
	if err != nil || len(c.Writers[0].Points) != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	restore(t, tree, good.Point(), b.bytes())
}

func TestCancelledReplication(t *testing.T) {
	v, b := newVault(t), newBook(t, 2000)
	m := take(t, v, b, newDrawer(), testNow)
	_, f := place(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := v.Replicate(ctx, f, Sending{Watch: func(p Progress) {
		if p.Stage == StageCompare {
			cancel()
		}
	}})
	if err == nil {
		t.Fatal("a cancelled replication says it is done")
	}
	if _, err := NewTree(f, sharedKey()).Read(context.Background()); err == nil {
		t.Fatal("a point is listed though its data was not sent")
	}
	if _, err := v.Replicate(context.Background(), f, Sending{}); err != nil {
		t.Fatal(err)
	}
	restore(t, NewTree(f, sharedKey()), m.Point(), b.bytes())
}

// A copy that needs more than it may have is not begun, to the byte, and what was sent before stays.
func TestReplicateKeepsToItsRoom(t *testing.T) {
	ctx := t.Context()
	v, b, d := newVault(t), newBook(t, 400), newDrawer()
	d.add("2026-10", "receipt")
	m := take(t, v, b, d, testNow)
	need := int64(0)
	for _, path := range storedFiles(t, v) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		need += info.Size()
	}
	_, f := place(t)
	_, err := v.Replicate(ctx, f, Sending{Room: need - 1})
	wantFault(t, err, "backup.dest_room")
	sent, err := v.Replicate(ctx, f, Sending{Room: need})
	if err != nil || !sent.Check.Complete() {
		t.Fatalf("%+v %v", sent, err)
	}
	d.add("2026-11", "contract")
	take(t, v, b, d, testNow.Add(time.Hour))
	sent, err = v.Replicate(ctx, f, Sending{Known: true, Room: need})
	wantFault(t, err, "backup.dest_room")
	if sent.Objects > 0 {
		t.Errorf("%d objects were sent", sent.Objects)
	}
	restore(t, NewTree(f, sharedKey()), m.Point(), b.bytes())
}

// TestLargeAttachmentsWaitWhereLittleMayLeave: the book and what is small go first, a restore of that point says what
// did not come, the points before it stay whole, and the next sending without a limit ends it.
func TestLargeAttachmentsWaitWhereLittleMayLeave(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 1500), newDrawer()
	d.add("2026-11", "contract")
	first, image := take(t, v, b, d, testNow), b.bytes()
	_, f := place(t)
	if _, err := v.Replicate(ctx, f, Sending{}); err != nil {
		t.Fatal(err)
	}
	b.sql("UPDATE line SET label='x' WHERE id=7")
	large := d.add("2026-11", strings.Repeat("plan", 50_000))
	d.add("2026-11", "receipt")
	m := take(t, v, b, d, testNow.Add(time.Hour))

	told := Sending{Known: true, LastSeq: first.Seq, Whole: true, Most: 1000}
	sent, err := v.Replicate(ctx, f, told)
	wantFault(t, err, "backup.line_waits")
	copied := NewTree(f, sharedKey())
	if c, err := copied.Read(ctx); err != nil || sent.Objects != 0 || len(c.Points()) != 1 {
		t.Fatalf("a book that is too much has left: %+v, %d points, %v", sent, len(c.Points()), err)
	}

	told.Most = 100_000
	sent, err = v.Replicate(ctx, f, told)
	if err != nil || sent.Waits != sharedKey().storedSize(large.Size) || sent.Check.Newest || sent.Bytes > told.Most {
		t.Fatalf("%+v %v", sent, err)
	}
	s := &shelf{}
	if _, err := copied.RestoreBook(ctx, m.Point(), s, nil); err != nil || !bytes.Equal(s.image, b.bytes()) {
		t.Fatalf("the book did not leave: %v", err)
	}
	report, err := copied.RestoreFiles(ctx, m, s, nil)
	if err != nil || report.Restored != 2 || !slices.Equal(report.Missing, []Attachment{large}) {
		t.Errorf("%+v %v", report, err)
	}
	restore(t, copied, first.Point(), image)

	told.Most = 0
	sent, err = v.Replicate(ctx, f, told)
	if err != nil || sent.Waits != 0 || !sent.Check.Newest || sent.Objects != 1 {
		t.Errorf("what waited: %+v %v", sent, err)
	}
	if _, err := wholeRestore(copied, m.Point()); err != nil {
		t.Error(err)
	}
}
