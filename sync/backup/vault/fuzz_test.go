package vault

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"zafe/app/fault"
)

// FuzzNames reads the names a destination shows: one that is taken is written again as it was.
func FuzzNames(f *testing.F) {
	f.Add("00000001-20261122T093000Z-office-0a1b.json")
	f.Add("00000000000000000000000-2026-x.json")
	f.Fuzz(func(t *testing.T, name string) {
		p, ok := parsePoint(name)
		if !ok {
			return
		}
		if again, ok := parsePoint(p.name()); !ok || again != p {
			t.Errorf("%q is %+v, then %+v", name, p, again)
		}
	})
}

// FuzzManifest reads what a restore believes first: nothing in it makes a restore reach for what is not there.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":2,"page_size":4096,"pages":1,"full":{"name":"00000001.sqlite.zst"}}`))
	f.Add([]byte(`{"format":99}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		if m.BookBytes() < 0 {
			t.Errorf("a book of %d bytes", m.BookBytes())
		}
		named := map[string]bool{}
		m.names(named)
		if !named[m.Full.Name] && len(m.Full.Parts) == 0 {
			t.Errorf("%v are kept, not %s", named, m.Full.Name)
		}
		if _, err := m.encode(); err != nil {
			t.Error(err)
		}
	})
}

// FuzzLists reads the lists of attachments: what is taken is written again as it was, whatever its order.
func FuzzLists(f *testing.F) {
	hash := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	f.Add([]byte(hash + " 0 2026-11\n"))
	f.Add([]byte(hash + " 7 2026-11 " + packName(hash, 7) + " 0 7\n"))
	f.Add([]byte("x 1 2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseList(data)
		if err != nil {
			return
		}
		again, err := parseList(formatList(all))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if !slices.Contains(again, a) {
				t.Errorf("%+v is lost", a)
			}
		}
	})
}

// FuzzMarker reads the file that names a vault.
func FuzzMarker(f *testing.F) {
	f.Add(markerText("zafe-7k2m-p94x"))
	f.Add([]byte("ZAFE-VAULT 99\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		id, err := parseMarker(data)
		if key := fault.KeyOf(err); err != nil && key != "backup.no_vault" && key != "backup.vault_newer" {
			t.Errorf("%q: %v", id, err)
		}
	})
}

// FuzzPages unpacks images and differences: they end, grow within their bound, and what is cut or altered is told.
func FuzzPages(f *testing.F) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(z.EncodeAll(append([]byte("ZAFEPAGES1 512\n\x00\x00\x00\x01"), make([]byte, 512)...), nil))
	f.Add(z.EncodeAll(make([]byte, 2048), nil))
	f.Fuzz(func(t *testing.T, stored []byte) {
		if d, err := newDiffReader(bytes.NewReader(stored), 512); err == nil {
			last := uint32(0)
			for range 1000 {
				if d.next != 0 && d.next <= last {
					t.Fatalf("page %d after %d", d.next, last)
				}
				if last = d.next; d.next == 0 {
					break
				}
				if err := d.advance(); err != nil {
					wellTold(t, err)
					break
				}
			}
			d.close()
		} else {
			wellTold(t, err)
		}
		full, err := newFullReader(t.Context(), bytes.NewReader(stored), 512)
		if err != nil {
			wellTold(t, err)
			return
		}
		defer full.close()
		for range 1000 {
			if _, err := full.read(); err != nil {
				wellTold(t, err)
				break
			}
		}
	})
}

// wellTold: from memory nothing but damage can be met.
func wellTold(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, errDiffers) && !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}
