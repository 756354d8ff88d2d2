package keeper_test

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/keeper"
)

// journal is what a keeper told the log.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, what)
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// start lets a keeper work by itself until the test ends.
func start(t *testing.T, k *keeper.Keeper) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { k.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
}

// soon waits for something while the clock stands still.
func soon(t *testing.T, k *keeper.Keeper, what string, good func(appbackup.Status) bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if good(st) {
			return
		}
		k.Changed()
	}
	t.Fatalf("not in time: %s", what)
}

// A place that is gone is one failure, however much was due there, and is tried again a minute later.
func TestOneOutageIsOneFailure(t *testing.T) {
	var told journal
	k, b, clock, _ := newKeeperLogging(t, told.add)
	disk := t.TempDir()
	step, err := k.Begin(t.Context(), appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: disk})
	if err != nil || step.Question != nil {
		t.Fatal(step, err)
	}
	if _, err := k.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(disk); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil { // the copy lacks a point and the schedule knows it
		t.Fatal(err)
	}
	before := len(told.all())
	clock.Add(8 * 24 * time.Hour) // the copy is to be sent to, checked and restored on trial
	start(t, k)
	soon(t, k, "the failure", func(st appbackup.Status) bool { return len(told.all()) > before && st.Running == nil })
	time.Sleep(300 * time.Millisecond)
	if lines := told.all()[before:]; !slices.Equal(lines, []string{"backup send failed"}) {
		t.Errorf("one outage: %q", lines)
	}
}

// The person who stops a backup does not see the next thing begin at the same place.
func TestStopStopsAllThatWasDueThere(t *testing.T) {
	var told journal
	k, b, clock, _ := newKeeperLogging(t, told.add)
	slow := twoPlaces(t, k)
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	slow.held.Store(true)
	clock.Add(8 * 24 * time.Hour) // to be checked and restored on trial
	working := func(st appbackup.Status) bool {
		i := slices.IndexFunc(st.Copies, func(c appbackup.Copy) bool { return c.Label == "Lent" })
		return st.Copies[i].Running != nil
	}
	start(t, k)
	soon(t, k, "the check is under way", working)
	k.Stop()
	soon(t, k, "it has stopped", func(st appbackup.Status) bool {
		return slices.Contains(told.all(), "backup check failed") && !working(st)
	})
	for range 30 {
		time.Sleep(10 * time.Millisecond)
		k.Changed()
	}
	if st, err := k.Status(t.Context()); err != nil || working(st) {
		t.Errorf("%+v %v", st.Copies, err)
	}
}

// The end of the program is no news.
func TestTheEndIsNotLogged(t *testing.T) {
	var told journal
	k, _, _, _ := newKeeperLogging(t, told.add)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for range 30 { // a change and the end are seen in any order
		k.Changed()
		k.Run(ctx)
	}
	if lines := told.all(); len(lines) > 0 {
		t.Errorf("%q", lines)
	}
}
