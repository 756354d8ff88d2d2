package vault

import (
	"strings"
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

// TestALargeAttachmentIsFollowedByBytes on its way into the vault and back: one file does not stand still at nothing.
func TestALargeAttachmentIsFollowedByBytes(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 10), newDrawer()
	d.add("2026-11", strings.Repeat("a scanned page ", 5<<20/15))
	d.add("2026-11", "a note")
	total := d.all[0].Size + d.all[1].Size
	follow := func(what string, stage Stage) (watch Watch, done func()) {
		var between int
		var last Progress
		return func(p Progress) {
				if p.Stage != stage {
					return
				}
				if p.Done < last.Done || p.Done > total || p.Total != total {
					t.Errorf("%s: %+v after %+v", what, p, last)
				}
				if p.Done > last.Done && p.Objects == last.Objects {
					between++
				}
				last = p
			}, func() {
				if between < 4 || last.Done != total || last.Objects != 2 {
					t.Errorf("%s: told %d times on the way, at the end %+v", what, between, last)
				}
			}
	}
	watch, done := follow("stored", StageAttachments)
	taken, err := v.Snapshot(t.Context(), b, d, Run{Now: testNow, Watch: func(p Progress) {
		if watch(p); p.Stage == StageBook { // the look for late ones begins again
			watch = func(Progress) {}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	done()
	watch, done = follow("brought back", StageFiles)
	if _, err := v.Tree().RestoreFiles(t.Context(), taken.Manifest, &shelf{files: map[string][]byte{}}, watch); err != nil {
		t.Fatal(err)
	}
	done()
}
