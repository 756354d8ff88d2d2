package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

func TestNumbersHaveNoGapUnderConcurrencyAndFailure(t *testing.T) {
	w := storetest.NewWorld(t)
	planted := errors.New("planted")
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			err := w.Store.Update(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.NextNumber("invoice", "2026"); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return planted
				case 2:
					panic("planted")
				}
				return nil
			})
			if i%3 == 0 && err != nil {
				t.Error(err)
			}
			if i%3 == 1 && !errors.Is(err, planted) {
				t.Errorf("got %v", err)
			}
			if i%3 == 2 && (err == nil || !strings.Contains(err.Error(), "panic")) {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	w.Update(func(tx *store.Tx) error {
		n, err := tx.LastNumber("invoice", "2026")
		if n != 20 {
			t.Errorf("last number %d, want 20", n)
		}
		return err
	})
}

func TestReadersCannotWrite(t *testing.T) {
	w := storetest.NewWorld(t)
	err := w.Store.View(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("a", 1) })
	if err == nil {
		t.Fatal("a reader wrote")
	}
}

func TestEventsChainAndNeverChange(t *testing.T) {
	w := storetest.NewWorld(t)
	for range 3 {
		w.Update(func(tx *store.Tx) error {
			_, err := tx.AppendEvent(audit.Event{Op: "test.op", ActorName: "Claire"})
			return err
		})
	}
	var prev audit.Hash
	n := 0
	err := w.Store.View(t.Context(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			n++
			if e.ID != int64(n) || e.Prev != prev || e.Seal() != e.Hash {
				t.Errorf("event %d breaks the chain", e.ID)
			}
			prev = e.Hash
			return nil
		})
	})
	if err != nil || n != 3 {
		t.Fatalf("%d events, %v", n, err)
	}
}

func TestClosedStoreSaysSo(t *testing.T) {
	s, _ := storetest.New(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := fault.New(fault.Unavailable, "store.closed")
	if err := s.Update(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, want) {
		t.Errorf("update: %v", err)
	}
	if err := s.View(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, want) {
		t.Errorf("view: %v", err)
	}
}

// copyBook restores the book into dir, as a backup would.
func copyBook(ctx context.Context, s *store.Store, dir string) (*store.Store, error) {
	sec := store.Secrets{
		BookID: "copy", Label: "owner", Password: storetest.Password,
		Recovery: storetest.Recovery, Cost: storetest.Cheap,
	}
	into := store.StartRestore(ctx, dir, sec, store.Options{SlotCost: storetest.Cheap}, func(*store.Tx) error { return nil })
	defer into.Abort()
	err := s.Pages(ctx, func(int, uint32) error { return nil }, func(_ uint32, data []byte) error { return into.Page(data) })
	if err != nil {
		return nil, err
	}
	return into.Finish()
}

func TestABookWhosePasswordChangedCanBeRestored(t *testing.T) {
	s, _ := storetest.New(t)
	for _, p := range []string{"un autre mot de passe", "encore un autre"} {
		if _, err := s.AddPasswordSlot(t.Context(), "owner", p); err != nil {
			t.Fatal(err)
		}
	}
	back, err := copyBook(t.Context(), s, filepath.Join(t.TempDir(), "back"))
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Close(); err != nil {
		t.Error(err)
	}
}

// TestAReaderThatIsGivenUpHarmsNobody: whoever leaves a page while it is read leaves the connection usable.
func TestAReaderThatIsGivenUpHarmsNobody(t *testing.T) {
	s, _ := storetest.New(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 400 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*time.Microsecond)
				_ = s.View(ctx, func(*store.Tx) error { return nil }) // refused or not
				cancel()
			}
		})
	}
	wg.Wait()
	for range 64 {
		wg.Go(func() {
			if err := s.View(t.Context(), func(*store.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestCloseWaitsForTheReaders(t *testing.T) {
	s, _ := storetest.New(t)
	closed := make(chan error, 1)
	err := s.View(t.Context(), func(tx *store.Tx) error {
		go func() { closed <- s.Close() }()
		for s.Update(t.Context(), func(*store.Tx) error { return nil }) == nil {
			continue // until Close has shut the door
		}
		select {
		case err := <-closed:
			t.Errorf("closed under a reader: %v", err)
			closed <- nil
		case <-time.After(200 * time.Millisecond): // a Close that does not wait would be done
		}
		_, err := tx.LastNumber("invoice", "2026")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestARequestIDIsUsedOnce(t *testing.T) {
	w := storetest.NewWorld(t)
	again := func() error {
		return w.Store.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AppendEvent(audit.Event{Op: "test.op", RequestID: "gesture"})
			return err
		})
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
	if err := again(); fault.KeyOf(err) != "op.key_reused" {
		t.Errorf("got %v", err)
	}
}

func TestABookIsNotSealedUnderAKeyOfZeros(t *testing.T) {
	sec := store.Secrets{BookID: "b", Label: "owner", Password: storetest.Password, Cost: storetest.Cheap}
	dir := filepath.Join(t.TempDir(), "book")
	s, err := store.Create(t.Context(), dir, sec, store.Options{}, func(*store.Tx) error { return nil })
	if err == nil {
		t.Errorf("anyone can open it; closed with %v", s.Close())
	}
}
