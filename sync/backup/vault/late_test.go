package vault

import (
	"sync"
	"testing"
)

// TestAttachedWhileTheBookIsRead: the image may name it already, so the restore point has it too.
func TestAttachedWhileTheBookIsRead(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 400), newDrawer()
	early := d.add("2026-11", "contract")
	var late Attachment
	b.during = sync.OnceFunc(func() { late = d.add("2026-11", "attached meanwhile") })
	m := take(t, v, b, d, testNow)
	s := restore(t, v.Tree(), m.Point(), b.bytes())
	for _, a := range []Attachment{early, late} {
		if string(s.files[a.Hash]) != string(d.content[a.Hash]) {
			t.Errorf("%q is not in the restore point", d.content[a.Hash])
		}
	}
}
