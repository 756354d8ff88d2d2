package vault

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func openGuard(now time.Time) Guard {
	return Guard{
		Now: now, Rule: Rule{Last: 3, Daily: 5}, Drill: &Drill{Seq: 1, At: now.Add(-time.Hour)},
		Confirmed: true,
	}
}

// history makes points of several days; images[i] is the book at point i.
func history(t *testing.T, v *Vault, b *book, d *drawer, count int) (points []Point, images [][]byte) {
	t.Helper()
	for i := range count {
		b.sql("UPDATE line SET cents=cents+1 WHERE id%97=0")
		if i%4 == 3 {
			b.sql("UPDATE line SET label=hex(randomblob(100))")
		}
		m := take(t, v, b, d, testNow.Add(time.Duration(i*7)*time.Hour))
		points, images = append(points, m.Point()), append(images, b.bytes())
	}
	return points, images
}

func TestPruneKeepsWhatItLists(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 600), newDrawer()
	d.add("2026-11", "contract")
	points, images := history(t, v, b, d, 12)
	image := map[Point][]byte{}
	for i, p := range points {
		image[p] = images[i]
	}
	plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || len(plan.Points) == 0 || len(plan.drop) == 0 {
		t.Fatalf("plan %d points %d objects, %v", len(plan.Points), len(plan.drop), err)
	}
	// Stopped after each single deletion, every point still listed must come back.
	steps := append(append([]int{}, make([]int, len(plan.manifests))...), make([]int, len(plan.drop))...)
	for i := range steps {
		one := Plan{}
		if i < len(plan.manifests) {
			one.manifests = plan.manifests[i : i+1]
		} else {
			one.drop = plan.drop[i-len(plan.manifests) : i-len(plan.manifests)+1]
		}
		if refused, err := v.tree.Prune(ctx, one); err != nil || refused > 0 {
			t.Fatal(refused, err)
		}
		c, err := v.Tree().Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.Writers[0].Points {
			restore(t, v.Tree(), p, image[p])
		}
	}
	// A new backup works on, and a second plan finds nothing.
	if err := v.load(ctx); err != nil {
		t.Fatal(err)
	}
	plan, err = v.Tree().PlanPrune(ctx, v.set.WriterID, nil, openGuard(testNow.Add(90*time.Hour)))
	if err != nil || !plan.Empty() {
		t.Fatalf("second plan %v %v", plan.Points, err)
	}
	m := take(t, v, b, d, testNow.Add(91*time.Hour))
	if m.Seq != 13 {
		t.Errorf("the next number is %d", m.Seq)
	}
	restore(t, v.Tree(), m.Point(), b.bytes())
}

func TestPruneGuards(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	history(t, v, b, d, 12)
	now := testNow.Add(90 * time.Hour)
	cases := []struct {
		name   string
		change func(*Guard)
		key    string
	}{
		{"no trial restore yet", func(g *Guard) { g.Drill = nil }, "backup.prune_no_drill"},
		{"trial restore too old", func(g *Guard) { g.Drill.At = now.AddDate(0, 0, -31) }, "backup.prune_no_drill"},
		{"trial restore failed", func(g *Guard) { g.DrillBad = true }, "backup.prune_no_drill"},
		{"too many at once", func(g *Guard) { g.Confirmed = false }, "backup.prune_many"},
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
	plan, err = v.Tree().PlanPrune(ctx, v.set.WriterID, plan.Points, g)
	if err != nil || len(plan.Points) != 0 {
		t.Errorf("spared points would go: %v %v", plan.Points, err)
	}
}

func TestPruneAttachments(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 100), newDrawer()
	old := d.add("2026-09", "deleted long ago")
	young := d.add("2026-09", "deleted yesterday")
	kept := d.add("2026-09", "still used")
	take(t, v, b, d, testNow)
	stored := func(a Attachment) string {
		return filepath.Join(v.set.Dir, monthDir(a.Month), v.set.Key.seal(a.Hash))
	}
	for _, a := range []Attachment{old, kept} {
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
	g.Rule = Rule{Last: 3}
	plan, err := v.Tree().PlanPrune(ctx, v.set.WriterID, nil, g)
	if err != nil {
		t.Fatal(err)
	}
	if refused, err := v.Prune(ctx, plan); err != nil || refused > 0 {
		t.Fatal(refused, err)
	}
	for a, want := range map[Attachment]bool{old: false, young: true, kept: true} {
		if _, err := os.Stat(stored(a)); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", d.content[a.Hash], err == nil, want)
		}
	}
}
