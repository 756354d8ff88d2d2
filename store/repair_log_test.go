package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// logRecord is the size of a frame in the log, and logHeader what stands before the first: see FORMAT.md.
const logHeader, logRecord = 128, 4184

// stopped is a book as a killed program leaves it: twenty settings, the last ones in the log alone.
func stopped(t *testing.T) *broken {
	t.Helper()
	s := rotated(t, store.Paced(cheap, time.Hour, 1<<40))
	for i := range 20 {
		err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting(fmt.Sprint("day", i), i) })
		if err != nil {
			t.Fatal(err)
		}
	}
	b := &broken{t: t, dir: s.Dir() + ".killed", o: cheap}
	b.o.Aside = b.dir + ".aside"
	if err := os.CopyFS(b.dir, os.DirFS(s.Dir())); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(b.file("book.db-lock")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return b
}

// frames is how many the log has.
func (b *broken) frames() int { return (len(b.read("book.db-wal")) - logHeader) / logRecord }

// spoilFrame damages a frame of the log, counted from one.
func (b *broken) spoilFrame(n int) {
	b.t.Helper()
	d := b.read("book.db-wal")
	d[logHeader+(n-1)*logRecord+2000] ^= 1
	b.write("book.db-wal", d)
}

// TestALogDamagedInItsMiddleIsNotAccepted: without the ledger as with it, and nobody is told that all is well
// while most of what was done is gone.
func TestALogDamagedInItsMiddleIsNotAccepted(t *testing.T) {
	for _, n := range []int{2, 5, 11} {
		b := stopped(t)
		if b.frames() < 20 {
			t.Fatalf("%d frames", b.frames())
		}
		b.spoilFrame(n)
		if _, err := b.open(); fault.KeyOf(err) != "store.damaged" {
			t.Fatalf("frame %d, with the ledger: %v", n, err)
		}
		b.remove("book.db-ledger")
		b.refused("store.repair_refused", true)
		if _, err := os.Stat(b.o.Aside); err == nil {
			t.Error("the book was set aside")
		}
	}
}

// TestAcceptTellsOfAnUnfinishedTransaction: what a power cut leaves is dropped, and who judges knows.
func TestAcceptTellsOfAnUnfinishedTransaction(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(*broken)
		cut    bool
		last   string
	}{
		"whole": {func(*broken) {}, false, "day19"},
		"torn":  {func(b *broken) { b.spoilFrame(b.frames()) }, true, "day18"},
	} {
		b := stopped(t)
		c.damage(b)
		b.remove("book.db-ledger")
		var damage store.Damage
		err := store.Accept(t.Context(), b.dir, store.WithPassword(storetest.Password), b.o, store.Repair{
			Place: true, Check: func(ctx context.Context, s *store.Store, d store.Damage) error {
				damage = d
				return nil
			},
		})
		if err != nil || damage != (store.Damage{File: "book.db-ledger", Why: "missing", Cut: c.cut}) {
			t.Fatalf("%s: %+v %v", name, damage, err)
		}
		s, err := b.open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = s.View(t.Context(), func(tx *store.Tx) error {
			for i := range 20 {
				var v int
				day := fmt.Sprint("day", i)
				if ok, err := tx.Setting(day, &v); ok != (day <= c.last || len(day) < 5) || err != nil {
					t.Errorf("%s: %s is there: %v %v", name, day, ok, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if kept, err := os.ReadFile(filepath.Join(b.o.Aside, "book.db-wal")); err != nil || len(kept) == 0 {
			t.Errorf("%s: the log is not kept aside: %v", name, err)
		}
	}
}

// TestALedgerThatLostARecordCanBeAccepted: damaged in what stands in the clear, or at its very end, it is the
// ledger that is at fault, and looking at the book leaves it as it is.
func TestALedgerThatLostARecordCanBeAccepted(t *testing.T) {
	const header, prefix = 32, 12
	third := func(d []byte) int {
		at := header
		for range 2 {
			at += prefix + int(binary.BigEndian.Uint32(d[at:]))
		}
		return at
	}
	for name, at := range map[string]func([]byte) int{
		"its length": func(d []byte) int { return third(d) + 1 },
		"its number": func(d []byte) int { return third(d) + 8 },
		"its body":   func(d []byte) int { return third(d) + 30 },
		"the last":   func(d []byte) int { return len(d) - 60 },
	} {
		b := newBroken(t)
		d := b.read("book.db-ledger")
		d[at(d)] ^= 1
		b.write("book.db-ledger", d)
		_, err := b.open()
		if f := fault.Of(err); f == nil || f.Key != "store.damaged" || f.Args["file"] != "book.db-ledger" {
			t.Errorf("%s: %v", name, err)
		}
		for _, place := range []bool{false, true} {
			if err := b.accept(place, nil); err != nil {
				t.Errorf("%s, accepted (%v): %v", name, place, err)
			}
			if now := b.read("book.db-ledger"); !place && !bytes.Equal(now, d) {
				t.Errorf("%s: the rehearsal changed it: %d bytes, there were %d", name, len(now), len(d))
			}
		}
		s, err := b.open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
