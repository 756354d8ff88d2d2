package backup

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/backup/vault"
)

// readAsAWhole is a book that cannot tell which pages changed.
type readAsAWhole struct{ vault.Source }

// broughtBack brings the book of a point back.
func broughtBack(t *testing.T, v *vault.Vault, m vault.Manifest) []byte {
	t.Helper()
	var got pageBuffer
	if _, err := v.Tree().RestoreBook(t.Context(), m.Point(), &got, nil); err != nil {
		t.Fatal(err)
	}
	return got.Bytes()
}

// pageBuffer takes the pages of a book in clear.
type pageBuffer struct{ bytes.Buffer }

func (*pageBuffer) Begin(context.Context, int, uint32) error     { return nil }
func (p *pageBuffer) Page(_ uint32, data []byte) error           { _, err := p.Write(data); return err }
func (*pageBuffer) Commit(context.Context, vault.Manifest) error { return nil }
func (*pageBuffer) Abort()                                       {}

// beside are two vaults of one book: one hears from it which pages changed, the other reads all of it and compares
// hashes.
type beside struct {
	t              *testing.T
	b              *ledgerBook
	told, read     *vault.Vault
	dir            string // of told
	partly, wholly int    // points of told
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	x := &beside{t: t, b: newLedgerBook(t), dir: filepath.Join(t.TempDir(), "told")}
	key, err := vault.NewKey(stockKey)
	if err != nil {
		t.Fatal(err)
	}
	open := func(dir string) *vault.Vault {
		set := vault.Settings{Dir: dir, ID: "company-1", Key: key, WriterID: "pc-00000001", AppVersion: "1.0", Schema: 1}
		if err := vault.Create(set); err != nil {
			t.Fatal(err)
		}
		v, err := vault.Open(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = v.Close() })
		return v
	}
	x.told, x.read = open(x.dir), open(filepath.Join(t.TempDir(), "read"))
	x.b.Update(func(tx *store.Tx) error {
		for i := range 40 { // much that does not change
			if err := tx.SetSetting(fmt.Sprintf("pad.%d", i), noise(8000)); err != nil {
				return err
			}
		}
		return nil
	})
	return x
}

// save makes a point in both and compares them. It tells whether the first read all of the book.
func (x *beside) save(what string, now time.Time) (whole bool) {
	x.t.Helper()
	one, err := x.told.Snapshot(x.t.Context(), x.b, x.b, vault.Run{Now: now})
	if err != nil {
		x.t.Fatalf("%s: %v", what, err)
	}
	other, err := x.read.Snapshot(x.t.Context(), readAsAWhole{x.b}, x.b, vault.Run{Now: now})
	if err != nil {
		x.t.Fatalf("%s: %v", what, err)
	}
	m, want := one.Manifest, other.Manifest
	if m.Full.SHA256 != want.Full.SHA256 || m.Pages != want.Pages || (m.Diff == nil) != (want.Diff == nil) ||
		m.Diff != nil && m.Diff.SHA256 != want.Diff.SHA256 {
		x.t.Fatalf("%s: what the book tells makes %+v %+v, its hashes %+v %+v", what, m.Full, m.Diff, want.Full, want.Diff)
	}
	if !bytes.Equal(broughtBack(x.t, x.told, m), broughtBack(x.t, x.read, want)) {
		x.t.Fatalf("%s: the books differ", what)
	}
	if whole = m.DBSHA256 != ""; whole {
		x.wholly++
	} else {
		x.partly++
	}
	return whole
}

// TestWhatTheBookTellsIsWhatItsHashesShow on random work, key changes and books put back, over days.
func TestWhatTheBookTellsIsWhatItsHashesShow(t *testing.T) {
	x := newBeside(t)
	r := rand.New(rand.NewPCG(4, 2))
	now := storetest.Noon
	x.save("first", now)
	for i := range 30 {
		now = now.Add(time.Duration(1+r.IntN(8)) * time.Hour)
		what := fmt.Sprintf("%d: work", i)
		switch r.IntN(8) {
		case 0:
			what = fmt.Sprintf("%d: key", i)
			rotation := store.Rotation{Label: "owner", Password: "un autre", Recovery: [20]byte{byte(i + 1)}, Cost: storetest.Cheap}
			if err := x.b.Store.Rotate(t.Context(), rotation, nil); err != nil {
				t.Fatal(err)
			}
		case 1:
			what = fmt.Sprintf("%d: much", i)
			x.b.Update(func(tx *store.Tx) error {
				return tx.SetSetting(fmt.Sprintf("pad.%d", r.IntN(60)), noise(r.IntN(40_000)))
			})
		case 2:
			what = fmt.Sprintf("%d: nothing", i)
		default:
			x.b.work(0, 0)
		}
		x.save(what, now)
	}
	if x.partly < 5 || x.wholly < 3 {
		t.Errorf("%d points were made of what the book told, %d of all of it", x.partly, x.wholly)
	}
}

// TestWhenTheBookIsReadAsAWhole: once a day, after a key change, and whenever what is remembered is missing, damaged or
// about another image.
func TestWhenTheBookIsReadAsAWhole(t *testing.T) {
	x := newBeside(t)
	now := storetest.Noon
	marks := filepath.Join(x.dir, ".marks-pc-00000001")
	step := func(what string, after time.Duration, want bool) {
		t.Helper()
		now = now.Add(after)
		x.b.work(0, 0)
		if whole := x.save(what, now); whole != want {
			t.Errorf("%s: read as a whole %t, want %t", what, whole, want)
		}
	}
	step("first", 0, true)
	step("an hour later", time.Hour, false)
	step("the day after", 24*time.Hour, true)
	step("an hour later", time.Hour, false)
	if err := os.Remove(marks); err != nil {
		t.Fatal(err)
	}
	step("nothing is remembered", time.Hour, true)
	step("an hour later", time.Hour, false)
	data, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(marks, data, 0o600); err != nil {
		t.Fatal(err)
	}
	step("a byte of it changed", time.Hour, true)
	old, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	rotation := store.Rotation{Label: "owner", Password: "un autre", Recovery: [20]byte{4}, Cost: storetest.Cheap}
	if err := x.b.Store.Rotate(t.Context(), rotation, nil); err != nil {
		t.Fatal(err)
	}
	step("another key", time.Hour, true)
	step("an hour later", time.Hour, false)
	step("another month", 20*24*time.Hour, true)
	if err := os.WriteFile(marks, old, 0o600); err != nil {
		t.Fatal(err)
	}
	step("what was remembered of another image", time.Hour, true)
	now = now.Add(-2 * time.Hour)
	step("the clock was put back", 0, true)
}
