package vault

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// storedFiles lists the encrypted files of a vault.
func storedFiles(t *testing.T, v *Vault) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"w/*/db/*", "w/*/manifest/*", "files/*/*"} {
		found, err := filepath.Glob(filepath.Join(v.set.Dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) < 5 {
		t.Fatalf("only %d stored files", len(all))
	}
	return all
}

// wholeRestore says whether a complete restore of p works: book, and every attachment.
func wholeRestore(tree *Tree, p Point) (committed bool, err error) {
	ctx := context.Background()
	s := &shelf{}
	m, err := tree.RestoreBook(ctx, p, s, nil)
	if err != nil {
		return s.committed, err
	}
	report, err := tree.RestoreFiles(ctx, m, s, nil)
	if err != nil {
		return s.committed, err
	}
	for _, a := range append(report.Damaged, report.Missing...) {
		err = faultDamaged(a.Hash, errDiffers)
		if _, kept := s.files[a.Hash]; kept {
			panic("a damaged attachment was kept")
		}
	}
	return s.committed, err
}

// The hashes of the full image serve the next backup only: a restore does not need them.
func neededByRestore(v *Vault, path string) bool {
	name, _ := v.set.Key.unseal(filepath.Base(path))
	return filepath.Ext(name) != ".hashes"
}

func TestEveryDamageIsFound(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 1500), newDrawer()
	d.add("2026-11", "contract")
	take(t, v, b, d, testNow)
	b.sql("UPDATE line SET label='x' WHERE id%100=0")
	m := take(t, v, b, d, testNow.Add(time.Hour))
	harms := map[string]func(data []byte) []byte{ // nil deletes the file
		"flipped byte at the start":  func(data []byte) []byte { return flip(data, 3) },
		"flipped byte in the nonce":  func(data []byte) []byte { return flip(data, 12) },
		"flipped byte in the middle": func(data []byte) []byte { return flip(data, 32+(len(data)-32)/2) },
		"flipped last byte":          func(data []byte) []byte { return flip(data, len(data)-1) },
		"cut":                        func(data []byte) []byte { return data[:len(data)-1] },
		"emptied":                    func([]byte) []byte { return []byte{} },
		"deleted":                    func([]byte) []byte { return nil },
	}
	for _, path := range storedFiles(t, v) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := v.set.Key.unseal(filepath.Base(path))
		if first, ok := parsePoint(plain); ok && first.Seq == 1 {
			continue // the older point's own manifest: the newer one does not need it
		}
		for name, harm := range harms {
			if harmed := harm(data); harmed != nil {
				write(t, path, harmed)
			} else if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			committed, err := wholeRestore(v.Tree(), m.Point())
			if found := err != nil; found != neededByRestore(v, path) {
				t.Errorf("%s of %s: restore says %v (committed %v)", name, plain, err, committed)
			}
			write(t, path, data)
		}
	}
	if _, err := wholeRestore(v.Tree(), m.Point()); err != nil {
		t.Fatalf("after mending everything: %v", err)
	}
}

func TestSwappedObjectsAreFound(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 1500), newDrawer()
	one := d.add("2026-11", "contract one")
	two := d.add("2026-11", "contract two")
	m := take(t, v, b, d, testNow)
	swap := func(dir, a, b string) {
		a = filepath.Join(v.set.Dir, dir, v.set.Key.seal(a))
		b = filepath.Join(v.set.Dir, dir, v.set.Key.seal(b))
		for _, step := range [][2]string{{a, a + ".x"}, {b, a}, {a + ".x", b}} {
			if err := os.Rename(step[0], step[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	swap(monthDir("2026-11"), one.Hash, two.Hash)
	if _, err := wholeRestore(v.Tree(), m.Point()); err == nil {
		t.Error("two swapped attachments were accepted")
	}
	swap(monthDir("2026-11"), one.Hash, two.Hash)
	parts := m.Full.Parts
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	swap(dbDir(v.set.WriterID), parts[0].Name, parts[1].Name)
	committed, err := wholeRestore(v.Tree(), m.Point())
	wantFault(t, err, "backup.object_damaged")
	if committed {
		t.Error("a book with swapped parts was committed")
	}
}

// TestAnotherImageThanPromisedIsRefused: every stored file is as it was written, and only the hash of the whole tells
// that they are not of this point.
func TestAnotherImageThanPromisedIsRefused(t *testing.T) {
	v, b := newVault(t), newBook(t, 1500)
	take(t, v, b, newDrawer(), testNow)
	b.sql("UPDATE line SET label='x' WHERE id%100=0")
	m := take(t, v, b, newDrawer(), testNow.Add(time.Hour))
	if m.Diff == nil {
		t.Fatal("the second point has no difference")
	}
	alone := m
	alone.Diff, alone.Files = nil, FileSet{}
	byPages := alone
	byPages.DBSHA256, byPages.PagesSHA256 = "", sumHex(nil)
	for i, other := range []Manifest{alone, byPages} {
		other.Seq += uint64(i + 1)
		if err := v.commit(other); err != nil {
			t.Fatal(err)
		}
		committed, err := wholeRestore(v.Tree(), other.Point())
		wantFault(t, err, "backup.object_damaged")
		if committed {
			t.Errorf("%d: another image was committed", i)
		}
	}
}

// Check sees what is missing or short by names and sizes alone.
func TestCheckFindsHoles(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 500), newDrawer()
	d.add("2026-11", "contract")
	take(t, v, b, d, testNow)
	report, err := v.Check(ctx, v.Tree(), Sending{})
	if err != nil || !report.Complete() || report.Points != 1 || report.Objects < 5 {
		t.Fatalf("%+v %v", report, err)
	}
	for _, path := range storedFiles(t, v) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if plain, _ := v.set.Key.unseal(filepath.Base(path)); filepath.Ext(plain) == ".json" {
			continue
		}
		write(t, path, data[:len(data)-1])
		if report, err := v.Check(ctx, v.Tree(), Sending{}); err == nil && len(report.Wrong) == 0 {
			t.Errorf("a short %s is not seen: %+v", path, report)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if report, err := v.Check(ctx, v.Tree(), Sending{}); err == nil && (len(report.Missing) == 0 || report.Newest) {
			t.Errorf("a missing %s is not seen: %+v", path, report)
		}
		write(t, path, data)
	}
}

func flip(data []byte, at int) []byte {
	changed := append([]byte(nil), data...)
	changed[at] ^= 1
	return changed
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
