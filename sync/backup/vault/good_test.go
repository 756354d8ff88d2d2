package vault

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// harm changes a stored object of the first writer.
func harm(t *testing.T, v *Vault, dir, name string) {
	t.Helper()
	path := filepath.Join(v.set.Dir, filepath.FromSlash(dir), v.set.Key.seal(name))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, flip(data, len(data)/2), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheLastGoodPoint(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 300), newDrawer()
	var points []Manifest
	for i := range 6 {
		b.sql("UPDATE line SET label=hex(randomblob(3)) WHERE id=1")
		if i == 3 {
			b.sql("UPDATE line SET label=hex(randomblob(100))") // a new full image
		}
		points = append(points, take(t, v, b, d, testNow.Add(time.Duration(i)*time.Hour)))
	}
	if points[2].Diff == nil || points[3].Diff != nil || points[5].Diff == nil {
		t.Fatal("not the images this test is about")
	}
	g := &gate{Fs: v.tree.fs}
	tree := NewTree(g, sharedKey())
	good := func(from Manifest) (Manifest, error) {
		t.Helper()
		g.opened = nil
		_, err := tree.RestoreBook(ctx, from.Point(), &shelf{}, nil)
		if !Damaged(err) {
			t.Fatalf("%d is not damaged: %v", from.Seq, err)
		}
		c, readErr := tree.Read(ctx)
		if readErr != nil {
			t.Fatal(readErr)
		}
		return tree.LastGood(ctx, c, from.Point(), err, nil)
	}
	harm(t, v, dbDir(v.set.WriterID), points[5].Diff.stored()[0].Name)
	if m, err := good(points[5]); err != nil || m.Seq != 5 {
		t.Errorf("beside a damaged difference: %d %v", m.Seq, err)
	}
	image := points[3].Full.stored()[0].Name
	harm(t, v, dbDir(v.set.WriterID), image)
	if m, err := good(points[4]); err != nil || m.Seq != 3 || g.opened[v.set.Key.seal(image)] != 1 {
		t.Errorf("beside a damaged image: %d %v, read %d times", m.Seq, err, g.opened[v.set.Key.seal(image)])
	}
	harm(t, v, manifestDir(v.set.WriterID), points[2].Point().name())
	if m, err := good(points[2]); err != nil || m.Seq != 2 {
		t.Errorf("beside a damaged manifest: %d %v", m.Seq, err)
	}
	harm(t, v, dbDir(v.set.WriterID), points[0].Full.stored()[0].Name)
	_, err := good(points[1])
	wantFault(t, err, "backup.no_good_point")
}
