package vault

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// golden copies the vault that the first released format left in testdata/v1 and gives the settings of its
// first writer. testdata/v1.points has a line per restore point: its name, the hash of its book, its attachments.
func golden(t *testing.T) Settings {
	t.Helper()
	set := testSettings(filepath.Join(t.TempDir(), "vault"))
	if err := os.CopyFS(set.Dir, os.DirFS(filepath.Join("testdata", "v1"))); err != nil {
		t.Fatal(err)
	}
	return set
}

// comesBack restores each point that testdata/v1.points names and returns how many there are.
func comesBack(t *testing.T, tree *Tree) (points int) {
	t.Helper()
	list, err := os.Open(filepath.Join("testdata", "v1.points"))
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
	v := reopen(t, golden(t))
	if n := comesBack(t, v.Tree()); n != 4 {
		t.Fatalf("%d points in the list", n)
	}
	b, d := newBook(t, 100), newDrawer()
	d.add("2026-12", "un nouveau bail")
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
	comesBack(t, v.Tree())
}
