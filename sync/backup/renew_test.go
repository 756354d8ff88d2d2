package backup

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

const newKey = "ZAFE1-0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-000000"

// TestANewRecoveryKeyStartsItsOwnCopies: each sheet brings back what was saved under it, from the same
// folder, and nothing else; nothing of the new vault is believed to be there before it is.
func TestANewRecoveryKeyStartsItsOwnCopies(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, clock, set := newService(t, b)
	usb, dir := addFolder(t, s, "USB")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Drill(ctx, usb, pointAt(t, dir, testKey), b, nil); err != nil {
		t.Fatal(err)
	}
	before := b.bytes()

	failed := errors.New("power cut")
	if err := s.Renew(ctx, func() (VaultOf, error) { return VaultOf{}, failed }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if st := s.Status(b.change); st.Unsaved || st.Drill == nil {
		t.Errorf("after a renewal that failed: %+v", st)
	}

	set.Vault = VaultOf{ID: "company-1b", RecoveryKey: newKey, Inside: "cle-2026-11-22-00aa"}
	err := s.Renew(ctx, func() (VaultOf, error) {
		if _, err := s.Snapshot(ctx, nil); err == nil {
			t.Error("a backup was made while the key changed")
		}
		return set.Vault, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	start := clock.now
	for _, c := range []struct {
		after time.Duration
		want  schedule.Light
	}{{0, schedule.Green}, {schedule.DiskLimit, schedule.Amber}, {2 * schedule.DiskLimit, schedule.Red}} {
		clock.pass(c.after - clock.now.Sub(start))
		st := s.Status(b.change)
		if !st.Unsaved || st.Drill != nil || st.Overall != c.want || !st.Copies[0].Lacks || !st.Copies[0].Again {
			t.Errorf("%v after the renewal, with nothing saved: %+v", c.after, st)
		}
	}
	clock.now = start
	b.sql("DELETE FROM line")
	if report, err := s.BackUp(ctx, nil); err != nil || report.Sent[0].Err != nil {
		t.Fatalf("%+v %v", report, err)
	}
	after := b.bytes()
	if bytes.Equal(before, after) {
		t.Fatal("the test changes nothing")
	}

	again, err := Open(ctx, set) // the next start
	if err != nil {
		t.Fatal(err)
	}
	if points, err := again.Points(ctx, ""); err != nil || len(points) != 1 {
		t.Errorf("at the next start: %d points, %v", len(points), err)
	}
	for _, c := range []struct {
		key  string
		want []byte
	}{{testKey, before}, {newKey, after}} {
		for _, place := range []string{dir, filepath.Dir(dir), set.Dir} {
			if place == filepath.Dir(dir) && c.key == newKey {
				continue // two levels too high
			}
			clear(b.restored)
			tree, err := OpenFolder(ctx, place, c.key)
			if err != nil {
				t.Fatalf("%s: %v", place, err)
			}
			if above := place == filepath.Dir(dir); !above && tree.Newer() != (c.key == testKey) {
				t.Errorf("%s with %s: younger copies: %t", place, c.key, tree.Newer())
			}
			if _, err := Restore(ctx, tree, pointAt(t, place, c.key), b, nil); err != nil ||
				!bytes.Equal(b.image, c.want) || len(b.restored) != 1 {
				t.Errorf("%s with %s: %v", place, c.key, err)
			}
		}
	}
	_, err = OpenFolder(ctx, dir, "ZAFE1-ANOTHER-SHEET")
	wantFault(t, err, "backup.wrong_key")
}

// TestAVaultOfAnOldKeyIsNotTakenForTheNew: what is known of the copies was known of the old vault.
func TestAVaultOfAnOldKeyIsNotTakenForTheNew(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, _, set := newService(t, b)
	_, dir := addFolder(t, s, "USB")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	// The program was killed once the book had its new key, before this package heard of it.
	set.Vault = VaultOf{ID: "company-1b", RecoveryKey: newKey, Inside: "cle-2026-11-22-00aa"}
	again, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if st := again.Status(b.change); !st.Unsaved || st.Overall != schedule.Green || !st.Copies[0].Again {
		t.Errorf("%+v", st)
	}
	report, err := again.BackUp(ctx, nil)
	if st := again.Status(b.change); st.Copies[0].Again {
		t.Error("the place is still said to begin again")
	}
	if err != nil || report.Sent[0].Err != nil {
		t.Fatalf("%+v %v", report, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "cle-2026-11-22-00aa", "VAULT")); err != nil {
		t.Error(err)
	}
}

// pointAt is the newest restore point that a key opens at a place.
func pointAt(t *testing.T, dir, key string) vault.Point {
	t.Helper()
	tree, err := OpenFolder(t.Context(), dir, key)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return contents.Points()[0]
}
