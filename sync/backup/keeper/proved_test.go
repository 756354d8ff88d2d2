package keeper_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/vault"
)

// TestWhatIsProvedElsewhereIsTold: a sending that arrived and a trial restore that passed, off the disk of the book;
// neither a start nor what failed.
func TestWhatIsProvedElsewhereIsTold(t *testing.T) {
	k, b, _, proved := newKeeper(t)
	var heard atomic.Int32
	k.SetProved(func() { heard.Add(1) })
	is := func(what string, want int32) {
		t.Helper()
		if got := heard.Swap(0); got != want {
			t.Errorf("%s: heard %d times, want %d", what, got, want)
		}
	}
	b.change(t)
	add(t, k, appbackup.NewDestination{Provider: "local", Label: "Ici", Folder: t.TempDir()})
	now(t, k)
	is("a copy on the disk of the book", 0)
	d := add(t, k, elsewhere(t))
	is("a place that was made", 0)
	now(t, k)
	is("a copy elsewhere", 1)
	if _, err := k.Drill(t.Context(), d.ID); err != nil || !proved.Load() {
		t.Fatal(err)
	}
	is("a trial restore from there", 1)
	k.SetDrill(func() vault.BookSink { return noRoom{} })
	if _, err := k.Drill(t.Context(), d.ID); err == nil {
		t.Fatal("a trial restore passed to nowhere")
	}
	is("a trial restore that failed", 0)
}

// TestTheWatcherHearsOnceOfEachThing that succeeds by itself: of a sending, without the comparison that was due as well, of
// the comparison of a quiet day, and of a trial restore.
func TestTheWatcherHearsOnceOfEachThing(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	var heard atomic.Int32
	b.change(t)
	d := add(t, k, elsewhere(t))
	now(t, k)
	if _, err := k.Drill(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	k.SetProved(func() { heard.Add(1) })
	after := func(what string, wait time.Duration, want int32) {
		t.Helper()
		clock.Add(wait)
		for range 3 { // what is due is done, and nothing is due again
			k.FollowDue(t.Context(), "")
			k.FollowDue(t.Context(), d.ID)
		}
		if got := heard.Swap(0); got != want {
			t.Errorf("%s: heard %d times, want %d", what, got, want)
		}
	}
	b.change(t)
	k.FollowDue(t.Context(), "")
	after("a sending, the comparison of the day being due", 25*time.Hour, 1)
	after("a quiet hour", time.Hour, 0)
	after("a quiet day", 25*time.Hour, 1)
	after("the trial restore of the week", 8*24*time.Hour, 1)
}

// nowhere takes no book.
type noRoom struct{ vault.BookSink }

func (noRoom) Begin(context.Context, int, uint32) error { return errors.New("no room") }
func (noRoom) Abort()                                   {}
