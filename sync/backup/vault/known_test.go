package vault

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestManifestsAreReadOnce: what was read, or written, is not read again when the vault is opened again, and a
// trial restore reads it all the same.
func TestManifestsAreReadOnce(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	var last Manifest
	for i := range 3 {
		last = take(t, v, b, d, testNow.Add(time.Duration(i)*time.Hour))
	}
	_ = v.Close()
	set := v.set
	set.Known = new(Known)
	count := func(want int, what string) {
		t.Helper()
		v := reopen(t, set)
		if n := len(v.Manifests()); n != want {
			t.Errorf("%s: %d points, want %d", what, n, want)
		}
		_ = v.Close()
	}
	count(3, "the first time")
	v = reopen(t, set)
	take(t, v, b, d, testNow.Add(3*time.Hour))
	_ = v.Close()
	manifests, err := filepath.Glob(filepath.Join(set.Dir, "w", "*", "manifest", "*"))
	if err != nil || len(manifests) != 4 {
		t.Fatal(manifests, err)
	}
	for _, path := range manifests { // same names, same sizes: only who reads them can tell
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, flip(data, 60), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	count(4, "from memory")
	v = reopen(t, set)
	if _, err := v.Tree().RestoreBook(t.Context(), last.Point(), &shelf{}, nil); !Damaged(err) {
		t.Errorf("a restore believed the memory: %v", err)
	}
	_ = v.Close()
	set.Known = nil
	count(0, "read again")
}

func TestTheHistoryOfAManifestIsBounded(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 1), newDrawer()
	var points []stored
	for i := range historyMax + 20 {
		points = append(points, stored{sha256: fmt.Sprint(i), Manifest: Manifest{Seq: uint64(i + 1)}})
	}
	v.setOwn(points)
	m := take(t, v, b, d, testNow)
	if len(m.History) != historyMax || m.History[0].Seq != 21 || m.PrevSHA256 != points[len(points)-1].sha256 {
		t.Errorf("%d in the history from %d, after %s", len(m.History), m.History[0].Seq, m.PrevSHA256)
	}
}

// TestOldAttachmentsAreNotLookedForEachTime: a sending lists the months with something new, and once what it
// lists anyway; a complete look and a check list them all.
func TestOldAttachmentsAreNotLookedForEachTime(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	for i := range 24 {
		d.add(fmt.Sprintf("%d-%02d", 2025+i/12, i%12+1), fmt.Sprint("contract ", i))
	}
	first := take(t, v, b, d, testNow)
	dir, f := place(t)
	g := &gate{Fs: f}
	send := func(s Sending) Sent {
		t.Helper()
		sent, err := v.Replicate(ctx, g, s)
		if err != nil {
			t.Fatal(err)
		}
		return sent
	}
	if sent := send(Sending{}); !sent.Check.Complete() || sent.Check.Objects != 24+4 {
		t.Fatalf("%+v", sent)
	}
	g.lists()
	whole := Sending{Known: true, LastSeq: first.Seq, Tried: first.Seq, Whole: true}
	b.sql("UPDATE line SET label='x' WHERE id=1")
	d.add("2026-11", "a new one")
	take(t, v, b, d, testNow.Add(time.Hour))
	sent := send(whole)
	// The month and the two folders of objects before and after, and the writers; the months, and some of them in turn.
	if n := g.lists(); n > 7+1+glances || !sent.Check.Complete() || sent.Check.Objects != 25+7 {
		t.Errorf("%d listings, %+v", n, sent.Check)
	}
	// Of a month that went, one listing tells, and then they are all listed.
	whole.LastSeq, whole.Tried = 2, 2
	if err := os.RemoveAll(filepath.Join(dir, "files", "2025-07")); err != nil {
		t.Fatal(err)
	}
	if sent = send(whole); g.lists() < 24+3 || sent.Objects != 1 || sent.Gone != (Gone{Files: 1}) {
		t.Errorf("a month that went: %+v", sent)
	}
	// What went from within a month is found in its turn.
	taken := filepath.Join(dir, "files", "2025-02")
	inside, err := os.ReadDir(taken)
	if err != nil || len(inside) != 1 {
		t.Fatal(inside, err)
	}
	if err := os.Remove(filepath.Join(taken, inside[0].Name())); err != nil {
		t.Fatal(err)
	}
	found := 0
	for n := range 4 {
		b.sql("UPDATE line SET label='x' WHERE id=1")
		m := take(t, v, b, d, testNow.Add(time.Duration(2+n)*time.Hour))
		found += send(whole).Gone.Files
		whole.LastSeq, whole.Tried = m.Seq, m.Seq
	}
	if found != 1 {
		t.Errorf("found %d times in four sendings", found)
	}
	g.lists()
	whole.Whole = false
	if sent = send(whole); g.lists() > 24+3 || sent.Objects != 0 || sent.Check.Objects != 25+7+4*2 {
		t.Errorf("with nothing to send: %+v", sent)
	}
	if err := os.RemoveAll(filepath.Join(dir, "files", "2025-01")); err != nil {
		t.Fatal(err)
	}
	if report, err := v.Check(ctx, v.At(g), whole); err != nil || len(report.Missing) != 1 || g.lists() != 24+2 {
		t.Errorf("%+v %v", report, err)
	}
	if sent = send(whole); sent.Objects != 1 || !sent.Check.Complete() {
		t.Errorf("mended: %+v", sent)
	}
	// The list of restore points costs one listing, whatever there is.
	g.lists()
	copied := v.At(g)
	c, err := copied.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ms, err := copied.DescribeAll(ctx, c, c.Points(), func(p Point, err error) { t.Error(p, err) })
	if n := g.lists(); err != nil || len(ms) != 6 || ms[0].Seq != 6 || n > 3 {
		t.Errorf("%d points after %d listings, %v", len(ms), n, err)
	}
}
