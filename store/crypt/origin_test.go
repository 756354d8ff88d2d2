package crypt

import (
	"maps"
	"testing"
)

// TestFilesUnderAnotherKeyAreForeign, and damaged ones are not: the same number of flipped bits in both files at once
// looks like it, and is all that does.
func TestFilesUnderAnotherKeyAreForeign(t *testing.T) {
	b := makeBook(t)
	other := makeKeyed(t, Root{77}, b.path)
	at := func(files map[string][]byte) Origin {
		t.Helper()
		m, _ := mountOn(t, Options{disk: newSimDisk(files)})
		o, err := m.Origin(b.path)
		if err != nil {
			t.Error(err)
		}
		return o
	}
	if o := at(other); !o.Foreign || o.Head != 0 {
		t.Errorf("of another key: %+v", o)
	}
	if o := at(b.files); o.Foreign || o.Head == 0 {
		t.Errorf("as it is: %+v", o)
	}
	damaged := func(name string, at int) map[string][]byte {
		files := maps.Clone(b.files)
		files[b.path+name] = edited(files[b.path+name], func(d []byte) { d[at] ^= 1 })
		return files
	}
	for what, files := range map[string]map[string][]byte{
		"a page": damaged("", 100), "the identity": damaged("", 3), "a record": damaged(ledgerSuffix, ledgerHeader+60),
		"the ledger's identity": damaged(ledgerSuffix, 20), "no ledger": b.with(ledgerSuffix, nil),
		"an empty one": b.with(ledgerSuffix, []byte{}), "no database": b.with("", nil), "a plain one": b.with("", emptyImage()),
	} {
		if o := at(files); o.Foreign {
			t.Errorf("%s: %+v", what, o)
		}
	}
}
