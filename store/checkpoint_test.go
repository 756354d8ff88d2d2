package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/store"
	"zafe/store/storetest"
)

// eventually waits for what background work does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func logSize(s *store.Store) int64 {
	info, err := os.Stat(filepath.Join(s.Dir(), "book.db-wal"))
	if err != nil {
		return 0
	}
	return info.Size()
}

func grow(t *testing.T, s *store.Store, kilobytes int) {
	t.Helper()
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		// Nothing is written where the content is the same.
		return tx.SetSetting("long", strings.Repeat(string(rune('a'+rand.IntN(26))), kilobytes<<10))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheLogIsEmptiedWhenNobodyWrites, and not before.
func TestTheLogIsEmptiedWhenNobodyWrites(t *testing.T) {
	s := rotated(t, store.Paced(cheap, 20*time.Millisecond, 1<<30))
	grow(t, s, 400)
	if logSize(s) < 400<<10 {
		t.Fatalf("the log has %d bytes after a commit", logSize(s))
	}
	eventually(t, "the log is never emptied", func() bool { return logSize(s) < 1<<10 })
	grow(t, s, 400)
	eventually(t, "the log is not emptied again", func() bool { return logSize(s) < 1<<10 })
}

// TestPagesMoveWhileTheWriterIsBusy: a checkpoint does not wait for it, nor it for a checkpoint.
func TestPagesMoveWhileTheWriterIsBusy(t *testing.T) {
	s := rotated(t, store.Paced(cheap, 300*time.Millisecond, 1<<30))
	size := func() int64 {
		info, err := os.Stat(filepath.Join(s.Dir(), "book.db"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	grow(t, s, 400)
	end, done := make(chan struct{}), make(chan error)
	go func() { done <- s.Update(context.Background(), func(*store.Tx) error { <-end; return nil }) }()
	t.Cleanup(func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	eventually(t, "no page is moved under the writer", func() bool { return size() >= before+400<<10 })
}

// TestALongReadingDoesNotStopWritersAndIsHeardOf: the log cannot be emptied under it, and is once it ends.
func TestALongReadingDoesNotStopWritersAndIsHeardOf(t *testing.T) {
	var told atomic.Int64
	o := store.Paced(cheap, 10*time.Millisecond, 1<<20)
	o.OnEvent = func(what string) {
		if strings.Contains(what, "the log has grown") {
			told.Add(1)
		}
	}
	s := rotated(t, o)
	reading, end, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- s.View(t.Context(), func(tx *store.Tx) error {
			var mark string
			if _, err := tx.Setting("mark", &mark); err != nil {
				return err
			}
			close(reading)
			<-end
			if _, err := tx.Setting("mark", &mark); err != nil || mark != "kept" {
				return fmt.Errorf("%q %w", mark, err)
			}
			return nil
		})
	}()
	<-reading
	begun := time.Now()
	for range 20 {
		grow(t, s, 200)
	}
	eventually(t, "nobody hears of it", func() bool { return told.Load() > 0 })
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("twenty writes took %s", took)
	}
	if n := told.Load(); n > 4 {
		t.Errorf("told %d times", n)
	}
	close(end)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log is not emptied", func() bool { return logSize(s) < 1<<10 })
}

// TestTwentyPeopleAtOnce: every write that was answered is there, several share a commit, nobody is refused, and
// the book is sound.
func TestTwentyPeopleAtOnce(t *testing.T) {
	const people = 20
	w := storetest.NewWorld(t)
	var writes, reads atomic.Int64
	mine := make([]int64, people)
	before := w.Store.Commits()
	end := make(chan struct{})
	time.AfterFunc(1500*time.Millisecond, func() { close(end) })
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			own := fmt.Sprint("person", i)
			for running(end) {
				var err error
				if r.IntN(5) == 0 {
					err = w.Store.Update(t.Context(), func(tx *store.Tx) error { return oneWrite(tx, own) })
					mine[i]++
					writes.Add(1)
				} else {
					err = w.Store.View(t.Context(), func(tx *store.Tx) error { return oneRead(tx, own, mine[i]) })
					reads.Add(1)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	commits := int64(w.Store.Commits() - before)
	t.Logf("%d writes in %d commits, %d reads", writes.Load(), commits, reads.Load())
	if commits >= writes.Load() || reads.Load() == 0 {
		t.Errorf("%d writes in %d commits: none shared", writes.Load(), commits)
	}
	err := w.Store.View(t.Context(), func(tx *store.Tx) error {
		wrong, err := tx.CheckIntegrity()
		n, numErr := tx.LastNumber("invoice", "2026")
		head, headErr := tx.Head()
		if len(wrong) > 0 || n != writes.Load() || head.ID != writes.Load() {
			t.Errorf("%v; %d numbers and %d events for %d writes", wrong, n, head.ID, writes.Load())
		}
		for i := range people {
			var count int64
			if _, err := tx.Setting(fmt.Sprint("person", i), &count); err != nil || count != mine[i] {
				t.Errorf("person %d: %d of %d, %v", i, count, mine[i], err)
			}
		}
		return errors.Join(err, numErr, headErr)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// oneWrite is several statements that depend on what others wrote.
func oneWrite(tx *store.Tx, own string) error {
	var count int64
	if _, err := tx.Setting(own, &count); err != nil {
		return err
	}
	if err := tx.SetSetting(own, count+1); err != nil {
		return err
	}
	if _, err := tx.NextNumber("invoice", "2026"); err != nil {
		return err
	}
	_, err := tx.AppendEvent(audit.Event{Op: "test.op", ActorName: own})
	return err
}

// oneRead sees all that was answered to this person, and one state throughout.
func oneRead(tx *store.Tx, own string, want int64) error {
	var count int64
	_, err := tx.Setting(own, &count)
	if err != nil {
		return err
	}
	n, err := tx.LastNumber("invoice", "2026")
	if err != nil {
		return err
	}
	head, err := tx.Head()
	if err != nil {
		return err
	}
	if count != want || head.ID != n {
		return fmt.Errorf("%d own writes of %d, %d events and %d numbers", count, want, head.ID, n)
	}
	return nil
}
