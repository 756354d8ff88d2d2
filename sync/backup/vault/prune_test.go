package vault

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rclone/rclone/fs"
)

func openGuard(now time.Time) Guard {
	return Guard{
		Now: now, Rule: Rule{Last: 3, Daily: 5}, Drill: &Drill{Seq: 1, At: now.Add(-time.Hour)},
		Files: true, Confirmed: true,
	}
}

// history makes points of several days; images[i] is the book at point i.
func history(t *testing.T, v *Vault, b *book, d *drawer, count int) (points []Point, images map[Point][]byte) {
	t.Helper()
	images = map[Point][]byte{}
	for i := range count {
		b.sql("UPDATE line SET cents=cents+1 WHERE id%97=0")
		if i%4 == 3 {
			b.sql("UPDATE line SET label=hex(randomblob(100))")
		}
		m := take(t, v, b, d, testNow.Add(time.Duration(i*7)*time.Hour))
		points, images[m.Point()] = append(points, m.Point()), b.bytes()
	}
	return points, images
}

// listed restores every point of the first writer that is listed and gives them.
func listed(t *testing.T, tree *Tree, images map[Point][]byte) []Point {
	t.Helper()
	c, err := tree.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Writers[0].Points {
		restore(t, tree, p, images[p])
	}
	return c.Writers[0].Points
}

// TestPruneKilledAtEveryStep kills a process that prunes, at each single deletion in turn. Every point still
// listed comes back each time, and in the end there is exactly what a pruning in peace leaves.
func TestPruneKilledAtEveryStep(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 300), newDrawer()
	d.add("2026-11", "contract")
	points, images := history(t, v, b, d, 12)
	plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || len(plan.Points) == 0 || len(plan.objects) == 0 {
		t.Fatalf("plan %d points %d objects, %v", len(plan.Points), len(plan.objects), err)
	}
	steps, want := len(plan.Points)+len(plan.objects), len(points)-len(plan.Points)
	kills := 0
	for killPrune(t, v.set.Dir) {
		kills++
		listed(t, v.Tree(), images)
	}
	if got := listed(t, v.Tree(), images); len(got) != want || kills < steps/2 {
		t.Errorf("%d points are left, want %d; %d kills for %d deletions", len(got), want, kills, steps)
	}
	// A new backup works on, and a second plan finds nothing.
	if err := v.load(ctx); err != nil {
		t.Fatal(err)
	}
	plan, err = v.Tree().PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || !plan.Empty() {
		t.Fatalf("second plan %v %v", plan, err)
	}
	m := take(t, v, b, d, testNow.Add(91*time.Hour))
	if m.Seq != 13 {
		t.Errorf("the next number is %d", m.Seq)
	}
	restore(t, v.Tree(), m.Point(), b.bytes())
}

// killPrune prunes a vault in a process that is killed when it is about to delete a second object; false when it
// ended by itself.
func killPrune(t *testing.T, dir string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestPruneChild$")
	cmd.Env = append(os.Environ(), "ZAFE_PRUNE="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() != "remove?" {
			continue
		}
		if asked++; asked == 2 {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return true
		}
		_, _ = fmt.Fprintln(in, "yes")
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return false
}

// TestPruneChild is the process that killPrune kills.
func TestPruneChild(t *testing.T) {
	dir := os.Getenv("ZAFE_PRUNE")
	if dir == "" {
		t.Skip("runs as a child only")
	}
	f, err := LocalFolder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	asking := bufio.NewScanner(os.Stdin)
	tree := NewTree(&gate{Fs: f, remove: func(fs.Object) error {
		fmt.Println("remove?")
		asking.Scan()
		return nil
	}}, sharedKey())
	plan, err := tree.PlanPrune(t.Context(), "pc1-00000001", nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	if refused, err := tree.Prune(t.Context(), plan); refused > 0 || err != nil {
		t.Fatal(refused, err)
	}
}

// TestPruneWhereDeletingIsRefused: a bucket with object lock keeps some objects yet. What they need stays with
// them, the rest goes, and the next pruning takes up what it could not.
func TestPruneWhereDeletingIsRefused(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 300), newDrawer()
	points, images := history(t, v, b, d, 12)
	locked := map[string]bool{}
	g := &gate{Fs: v.tree.fs, remove: func(o fs.Object) error {
		if locked[leaf(o)] {
			return errors.New("AccessDenied")
		}
		return nil
	}}
	tree := NewTree(g, sharedKey())
	prune := func() (Plan, int) {
		t.Helper()
		plan, err := tree.PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
		if err != nil {
			t.Fatal(err)
		}
		refused, err := tree.Prune(ctx, plan)
		if (err == nil) != (refused == 0) {
			t.Fatal(refused, err)
		}
		return plan, refused
	}
	plan, err := tree.PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || len(plan.Points) < 4 {
		t.Fatal(plan.Points, err)
	}
	locked[v.set.Key.seal(plan.Points[1].name())] = true
	for name := range plan.objects {
		if seq, _ := objectSeq(name); seq != plan.Points[1].Seq && len(locked) < 2 {
			locked[v.set.Key.seal(name)] = true
		}
	}
	plan, refused := prune()
	if left := listed(t, v.Tree(), images); refused != 2 || len(left) != len(points)-len(plan.Points)+1 {
		t.Fatalf("%d refused, %d of %d points left", refused, len(left), len(points))
	}
	// The place refuses everything: it is not asked for all of it, and nothing is half gone.
	before := listed(t, v.Tree(), images)
	clear(locked)
	asked := 0
	g.remove = func(fs.Object) error { asked++; return errors.New("AccessDenied") }
	prune()
	if after := listed(t, v.Tree(), images); !slices.Equal(before, after) || asked > refusedMax {
		t.Errorf("%d points of %d, asked %d times", len(after), len(before), asked)
	}
	g.remove = nil
	if _, refused = prune(); refused != 0 {
		t.Errorf("%d refused", refused)
	}
	if left := listed(t, v.Tree(), images); len(left) != len(points)-len(plan.Points) {
		t.Errorf("%d points left", len(left))
	}
	if plan, _ := prune(); !plan.Empty() {
		t.Errorf("%v is left over", plan)
	}
}

func TestPruneGuards(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	points, _ := history(t, v, b, d, 12)
	now := testNow.Add(90 * time.Hour)
	cases := []struct {
		name   string
		change func(*Guard)
		key    string
	}{
		{"no trial restore yet", func(g *Guard) { g.Drill = nil }, "backup.prune_no_drill"},
		{"trial restore too old", func(g *Guard) { g.Drill.At = now.AddDate(0, 0, -31) }, "backup.prune_no_drill"},
		{"trial restore failed", func(g *Guard) { g.DrillBad = true }, "backup.prune_no_drill"},
		{"trial restore in the future", func(g *Guard) { g.Drill.At = now.Add(time.Hour) }, "backup.prune_no_drill"},
		{"clock far ahead", func(g *Guard) {
			g.Confirmed, g.Now = false, now.AddDate(1, 0, 0)
			g.Drill.At = g.Now
		}, "backup.prune_clock"},
		{"clock behind", func(g *Guard) {
			g.Confirmed, g.Now = false, now.AddDate(0, -1, 0)
			g.Drill.At = g.Now
		}, "backup.prune_clock"},
	}
	for _, c := range cases {
		g := openGuard(now)
		c.change(&g)
		plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, g)
		if !plan.Empty() {
			t.Errorf("%s: something would be deleted", c.name)
		}
		wantFault(t, err, c.key)
	}
	g := openGuard(now)
	g.Rule = Rule{Last: 1}
	plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, g)
	if err != nil || len(plan.Points) != 9 {
		t.Errorf("a rule of one point leaves %d: %v", 12-len(plan.Points), err)
	}
	plan, err = v.Tree().PlanPrune(ctx, v.set.WriterID, v.Manifests(), g)
	if err != nil || !plan.Empty() {
		t.Errorf("what the local vault has would go: %v %v", plan.Points, err)
	}
	// Without the owner's word the oldest of one in five go within a day, and as many as were made in it.
	g.Confirmed = false
	for _, day := range []struct{ gone, grown, want int }{{0, 0, 2}, {1, 0, 1}, {2, 0, 0}, {9, 0, 0}, {2, 3, 3}} {
		g.Gone, g.Grown = day.gone, day.grown
		plan, err = v.Tree().PlanPrune(ctx, v.set.WriterID, nil, g)
		if err != nil || !slices.Equal(plan.Points, points[:day.want]) {
			t.Errorf("%d gone, %d made: %v would go, want %d: %v", day.gone, day.grown, plan.Points, day.want, err)
		}
	}
}

// TestPruneOfDatesOutOfOrder: where dates contradict the numbers, much at once needs the owner's word; what the
// clock's mistake leaves behind afterwards goes little by little.
func TestPruneOfDatesOutOfOrder(t *testing.T) {
	at := func(hours ...int) (all []Point) {
		for i, h := range hours {
			all = append(all, Point{Writer: "pc", Seq: uint64(i + 1), At: testNow.Add(time.Duration(h) * time.Hour)})
		}
		return all
	}
	g := Guard{Now: testNow.Add(20 * time.Hour), Rule: Rule{Last: 3}}
	inOrder, forged := at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), at(0, 1, 2, 3, 4, -30, -29, -28, 8, 9)
	drop, stay, err := g.choose(inOrder, nil)
	if err != nil || !slices.Equal(drop, inOrder[:2]) || len(stay) != 8 {
		t.Errorf("in order: %v %v", drop, err)
	}
	_, _, err = g.choose(forged, nil)
	wantFault(t, err, "backup.prune_many")
	g.Rule.Last = 8
	if drop, _, err = g.choose(forged, nil); err != nil || len(drop) != 2 {
		t.Errorf("a little out of order: %v %v", drop, err)
	}
	g.Rule.Last, g.Confirmed = 3, true
	if drop, _, err = g.choose(forged, nil); err != nil || len(drop) == 0 {
		t.Errorf("with the owner's word: %v %v", drop, err)
	}
}

// TestPruneBesideADamagedManifest: of a point that nobody can read, nothing it may need is taken; the others go.
func TestPruneBesideADamagedManifest(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 300), newDrawer()
	points, images := history(t, v, b, d, 12)
	bad := points[10] // one of the last three
	path := filepath.Join(v.set.Dir, manifestDir(bad.Writer), v.set.Key.seal(bad.name()))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, flip(slices.Clone(whole), 40), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || len(plan.Points) == 0 || len(plan.objects) != 0 {
		t.Fatalf("%v %d %v", plan.Points, len(plan.objects), err)
	}
	if refused, err := v.tree.Prune(ctx, plan); refused > 0 || err != nil {
		t.Fatal(refused, err)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil { // somebody finds it again
		t.Fatal(err)
	}
	if got := listed(t, v.Tree(), images); len(got) != 12-len(plan.Points) {
		t.Errorf("%d points", len(got))
	}
}

func TestPruneAttachments(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	old := d.add("2026-09", "deleted long ago")
	young := d.add("2026-09", "deleted yesterday")
	kept := d.add("2026-09", "still used")
	taken := d.add("2026-09", "deleted long ago, and attached again elsewhere")
	take(t, v, b, d, testNow)
	stored := func(a Attachment) string {
		return filepath.Join(v.set.Dir, monthDir(a.Month), v.set.Key.seal(a.Hash))
	}
	for _, a := range []Attachment{old, kept, taken} {
		past := testNow.AddDate(0, -2, 0)
		if err := os.Chtimes(stored(a), past, past); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(stored(young), testNow, testNow); err != nil {
		t.Fatal(err)
	}
	d.all = []Attachment{kept}
	for i := range 5 {
		take(t, v, b, d, testNow.Add(time.Duration(i+1)*time.Hour))
	}
	g := openGuard(testNow.Add(6 * time.Hour))
	g.Rule, g.Files = Rule{Last: 3}, false
	plan := func() Plan {
		t.Helper()
		p, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, g)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := plan(); len(p.files) != 0 {
		t.Error("attachments are looked at every time")
	}
	g.Files = true
	p := plan()
	// Meanwhile another PC makes a point that refers to one of them.
	set := v.set
	set.WriterID = "pc2-00000002"
	_ = v.Close()
	other := reopen(t, set)
	take(t, other, b, &drawer{all: []Attachment{taken}, content: d.content}, testNow.Add(6*time.Hour))
	_ = other.Close()
	prune := func(p Plan) {
		t.Helper()
		if refused, err := v.Prune(ctx, p); err != nil || refused > 0 {
			t.Fatal(refused, err)
		}
	}
	prune(p)
	if _, err := os.Stat(stored(old)); err != nil {
		t.Error("a plan made before another PC's point was followed")
	}
	prune(plan())
	for a, want := range map[Attachment]bool{old: false, young: true, kept: true, taken: true} {
		if _, err := os.Stat(stored(a)); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", d.content[a.Hash], err == nil, want)
		}
	}
}

// TestPruneKeepsWhatTheNextSendingCompletes: a manifest has gone from a copy, what it needs has not. The local vault
// still has that point, so that the copy gets the manifest again and not all of it.
func TestPruneKeepsWhatTheNextSendingCompletes(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	points, images := history(t, v, b, d, 8)
	dir, f := place(t)
	if _, err := v.Replicate(ctx, f, Sending{}); err != nil {
		t.Fatal(err)
	}
	gone := points[5]
	if err := os.Remove(filepath.Join(dir, manifestDir(gone.Writer), v.set.Key.seal(gone.name()))); err != nil {
		t.Fatal(err)
	}
	copied := v.At(f)
	plan, err := copied.PlanPrune(ctx, v.set.WriterID, v.Manifests(), openGuard(testNow.Add(60*time.Hour)))
	if err != nil || !plan.Empty() {
		t.Errorf("%v and %d objects would go, %v", plan.Points, len(plan.objects), err)
	}
	if plan, err = copied.PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(60*time.Hour))); len(plan.objects) == 0 {
		t.Errorf("nothing of it would go in any case: %v", err)
	}
	if sent, err := v.Replicate(ctx, f, Sending{Known: true}); err != nil || sent.Objects != 1 {
		t.Errorf("%+v %v", sent, err)
	}
	listed(t, copied, images)
}
