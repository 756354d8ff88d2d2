package crypt

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var makeGolden = flag.Bool("make-golden", false, "write testdata/v1 anew (only before a format is released)")

// goldenRoot is the root key of the files in testdata/v1, which the key file there wraps.
var goldenRoot = testRoot

// TestGoldenV1 opens files written when version 1 was fixed: a database of which part is only in
// the log, its ledger, and a key file. They must open for ever.
func TestGoldenV1(t *testing.T) {
	const dir = "testdata/v1"
	if *makeGolden {
		writeGolden(t, dir)
	}
	files := make(map[string][]byte)
	path := filepath.Join(t.TempDir(), "company.db")
	for _, s := range []string{"", walSuffix, ledgerSuffix} {
		data, err := os.ReadFile(filepath.Join(dir, "company.db"+s))
		if err != nil {
			t.Fatal(err)
		}
		files[path+s] = data
		if err := os.WriteFile(path+s, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := filepath.Join(filepath.Dir(path), "company.keys")
	data, err := os.ReadFile(filepath.Join(dir, "company.keys"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, data, 0o600); err != nil {
		t.Fatal(err)
	}
	k := openKeys(t, keys)
	root, err := k.UnlockPassword("correct horse battery staple")
	if err != nil || root != goldenRoot || k.Book() != "golden" || k.Gen() != 2 {
		t.Fatalf("key file: %v, book %q, generation %d", err, k.Book(), k.Gen())
	}
	if root, err := k.UnlockSecret(KindRecovery, recovery); err != nil || root != goldenRoot {
		t.Errorf("recovery key: %v", err)
	}
	m, events := mountOn(t, Options{})
	rep, err := m.Verify(t.Context(), path, nil)
	if err != nil || rep.Pages == 0 || rep.Frames == 0 {
		t.Fatalf("%+v %v", rep, err)
	}
	db := connect(t, m, path, standard())
	wantOK(t, db)
	if s := text(t, db, "SELECT group_concat(v) FROM item"); s != "1,2,3,4,5,6" {
		t.Error(s)
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
	layout(t, files, path)
}

// layout checks the bytes in the clear and the sizes that FORMAT.md promises.
func layout(t *testing.T, files map[string][]byte, path string) {
	db, wal, led := files[path], files[path+walSuffix], files[path+ledgerSuffix]
	identity := string(db[:16])
	for _, c := range []struct {
		what      string
		got, want string
	}{
		{"log magic", string(wal[:8]), "zafe-wal"},
		{"log version, suite, zeros", string(wal[8:24]), "\x00\x01\x01" + strings.Repeat("\x00", 13)},
		{"log identity", string(wal[24:40]), identity},
		{"first frame's generation", string(wal[128:144]), string(wal[40:56])},
		{"first frame's number", string(wal[144:152]), "\x00\x00\x00\x01\x00\x00\x00\x01"},
		{"second frame's number", string(wal[128+4184+16 : 128+4184+24]), "\x00\x00\x00\x02\x00\x00\x00\x02"},
		{"ledger magic", string(led[:8]), "zafe-ldg"},
		{"ledger version, suite, zeros", string(led[8:16]), "\x00\x01\x01\x00\x00\x00\x00\x00"},
		{"ledger identity", string(led[16:32]), identity},
	} {
		if c.got != c.want {
			t.Errorf("%s: %x, want %x", c.what, c.got, c.want)
		}
	}
	if len(db)%4096 != 0 || (len(wal)-128)%4184 != 0 {
		t.Errorf("sizes %d and %d", len(db), len(wal))
	}
}

func writeGolden(t *testing.T, dir string) {
	path := filepath.Join(t.TempDir(), "company.db")
	d := newSimDisk(nil)
	m, err := NewMount(goldenRoot, Options{disk: d})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE item(v INT)")
	run(t, db, "INSERT INTO item VALUES(1),(2),(3)")
	run(t, db, "PRAGMA wal_checkpoint(RESTART)")
	for _, v := range []int{4, 5, 6} {
		run(t, db, "INSERT INTO item VALUES(?)", v)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for p, data := range d.content() {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(p)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(dir, "company.keys")
	_ = os.Remove(keys)
	_ = os.Remove(keys + ".bak")
	k, err := CreateKeys(keys, "golden", goldenRoot, PasswordSlot("Golden", "correct horse battery staple", cheap))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Add(goldenRoot, SecretSlot(KindRecovery, "1", recovery)); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(keys + ".bak")
}
