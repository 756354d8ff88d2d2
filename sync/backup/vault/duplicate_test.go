package vault

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rclone/rclone/fs"
)

// twins is a storage that, as Google Drive can, holds a second file under every name. The second
// file's content comes from another folder.
type twins struct {
	fs.Fs
	other fs.Fs
}

func (t twins) List(ctx context.Context, dir string) (fs.DirEntries, error) {
	entries, err := t.Fs.List(ctx, dir)
	if err != nil {
		return nil, err
	}
	var all fs.DirEntries
	for _, e := range entries {
		if o, ok := e.(fs.Object); ok {
			if twin, err := t.other.NewObject(ctx, o.Remote()); err == nil {
				all = append(all, twin)
			}
		}
		all = append(all, e)
	}
	return all, nil
}

func TestTwoFilesOfOneName(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 800), newDrawer()
	d.add("2026-11", "contract")
	m := take(t, v, b, d, testNow)
	dir := filepath.Join(t.TempDir(), "damaged")
	if err := os.CopyFS(dir, os.DirFS(v.set.Dir)); err != nil {
		t.Fatal(err)
	}
	damaged, err := filepath.Glob(filepath.Join(dir, "*", "*", "*", "*"))
	if err != nil || len(damaged) < 4 {
		t.Fatal(damaged, err)
	}
	more, _ := filepath.Glob(filepath.Join(dir, "files", "*", "*"))
	for _, path := range append(damaged, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, flip(data, len(data)-1))
	}
	other, err := LocalFolder(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	tree := NewTree(twins{Fs: v.tree.fs, other: other}, sharedKey())
	if s := restore(t, tree, m.Point(), b.bytes()); len(s.files) != 1 {
		t.Error("the attachment did not come back")
	}
	_, err = wholeRestore(NewTree(other, sharedKey()), m.Point())
	wantFault(t, err, "backup.object_damaged")
}
