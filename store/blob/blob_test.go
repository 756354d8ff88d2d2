package blob

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"zafe/store/crypt"
)

// TestAShelfThatARestoreMade: a content that comes back makes its folder without a flush. The next one that is attached
// there must not rely on it: before its row is committed, the name of the folder has to be on the disk too.
func TestAShelfThatARestoreMade(t *testing.T) {
	f := New(filepath.Join(t.TempDir(), "files"), NameKey{1})
	var flushed []string
	flush := f.flush
	f.flush = func(dir string) error { flushed = append(flushed, dir); return flush(dir) }
	content := func(i int) *Content {
		c, err := f.Receive(context.Background(), bytes.NewReader(fmt.Append(nil, i)))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	shelves := map[string]int{} // the first content of each
	for i := 0; ; i++ {
		c := content(i)
		first, ok := shelves[c.Name[:2]]
		if !ok {
			shelves[c.Name[:2]] = i
			_ = c.Discard()
			continue
		}
		back := content(first)
		_ = back.Discard()
		if err := f.Bring(t.Context(), bytes.NewReader(fmt.Append(nil, first)), back.Name, crypt.NewStreamKey()); err != nil {
			t.Fatal(err)
		}
		if err := f.Settle(); err != nil {
			t.Fatal(err)
		}
		if err := c.Place(); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{filepath.Dir(c.path), f.dir, filepath.Dir(f.dir)} {
			if !slices.Contains(flushed, dir) {
				t.Errorf("%s is not flushed, only %v", dir, flushed)
			}
		}
		return
	}
}
