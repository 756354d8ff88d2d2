package vault

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// golden copies the vault that a released format left in testdata, v1 or v2, and gives the settings of its first
// writer. Beside it, v1.points has a line per restore point: its name, the hash of its book, its attachments.
func golden(t *testing.T, format string) Settings {
	t.Helper()
	set := testSettings(filepath.Join(t.TempDir(), "vault"))
	if err := os.CopyFS(set.Dir, os.DirFS(filepath.Join("testdata", format))); err != nil {
		t.Fatal(err)
	}
	return set
}

// comesBack restores each point that a list in testdata names and returns how many there are.
func comesBack(t *testing.T, tree *Tree, format string) (points int) {
	t.Helper()
	list, err := os.Open(filepath.Join("testdata", format+".points"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	for lines := bufio.NewScanner(list); lines.Scan(); points++ {
		var name, sum string
		var files int
		if _, err := fmt.Sscan(lines.Text(), &name, &sum, &files); err != nil {
			t.Fatal(err)
		}
		p, ok := parsePoint(name + ".json")
		if !ok {
			t.Fatalf("%q names no point", name)
		}
		s := &shelf{}
		m, err := tree.RestoreBook(t.Context(), p, s, nil)
		if err != nil || !s.committed || sumHex(s.image) != sum {
			t.Fatalf("%s: %v, committed %v", name, err, s.committed)
		}
		report, err := tree.RestoreFiles(t.Context(), m, s, nil)
		if err != nil || report.Restored != files {
			t.Errorf("%s: %+v %v", name, report, err)
		}
	}
	return points
}

// TestGoldenV1 reads what the first version wrote, goes on in it, and shows that what it adds leaves that
// readable, here and at a copy.
func TestGoldenV1(t *testing.T) {
	ctx := context.Background()
	v := reopen(t, golden(t, "v1"))
	if n := comesBack(t, v.Tree(), "v1"); n != 4 {
		t.Fatalf("%d points in the list", n)
	}
	b, d := newBook(t, 100), newDrawer()
	d.add("2026-12", "un nouveau bail")
	d.addNoise("2026-11", packFrom, 300) // and a pack in a month that had none
	m := take(t, v, b, d, testNow.AddDate(0, 0, 3))
	if m.Seq != 4 || m.PrevSHA256 == "" || len(m.History) != 3 {
		t.Errorf("point %d after %q, %d in its history", m.Seq, m.PrevSHA256, len(m.History))
	}
	_, f := place(t)
	sent, err := v.Replicate(ctx, f, Sending{})
	if err != nil || !sent.Check.Complete() || sent.Check.Points != 4 {
		t.Fatalf("%+v %v", sent, err)
	}
	restore(t, NewTree(f, sharedKey()), m.Point(), b.bytes())
	comesBack(t, v.Tree(), "v1")
}

// TestGoldenV2 reads what the first version with packs wrote, and goes on in it.
func TestGoldenV2(t *testing.T) {
	v := reopen(t, golden(t, "v2"))
	if n := comesBack(t, v.Tree(), "v2"); n != 2 {
		t.Fatalf("%d points in the list", n)
	}
	m, _ := v.Latest()
	all, err := v.Tree().attachments(t.Context(), contentsOf(t, v, dbDir(m.WriterID)), m.Files)
	if err != nil || m.Format != packsFormat {
		t.Fatal(m.Format, err)
	}
	d := newDrawer()
	for _, f := range all {
		d.all = append(d.all, f.Attachment) // their contents need not be read again
	}
	d.add("2026-11", "une page de plus")
	m = take(t, v, newBook(t, 50), d, testNow.AddDate(0, 0, 1))
	s := &shelf{files: map[string][]byte{}}
	if report, err := v.Tree().RestoreFiles(t.Context(), m, s, nil); err != nil || report.Restored != len(d.all) {
		t.Errorf("%+v %v", report, err)
	}
	comesBack(t, v.Tree(), "v2")
}
