package keeper_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/store"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// measures are those in the journal.
func (b book) measures(t *testing.T) (out []appbackup.Measure) {
	t.Helper()
	err := b.View(t.Context(), func(tx *store.Tx) (err error) { out, err = tx.Measures(time.Time{}); return err })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWhatWouldBeLostIsMeasured: at each sending, and only what is worse than the rest of the day.
func TestWhatWouldBeLostIsMeasured(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	now := func() {
		t.Helper()
		if _, err := k.Now(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	house := elsewhere(t)
	house.Label, house.Values = "Bureau", nil
	add(t, k, house)
	clock.Add(time.Hour)
	if now(); len(b.measures(t)) > 0 {
		t.Errorf("nothing is away from the house: %+v", b.measures(t))
	}
	cloud := add(t, k, elsewhere(t))
	if now(); len(b.measures(t)) > 0 {
		t.Errorf("the first copy away closes no gap that was promised: %+v", b.measures(t))
	}
	clock.Add(24 * time.Hour) // a day of its own
	var want []time.Duration
	for _, age := range []time.Duration{20 * time.Minute, 5 * time.Minute, 50 * time.Minute} {
		b.change(t)
		clock.Add(age)
		b.change(t) // the age is that of the oldest
		st, err := k.Status(t.Context())
		if err != nil || clock.Now().Sub(st.Copies[1].Oldest) != age {
			t.Errorf("the copy away lacks work since %v, %v", st.Copies[1].Oldest, err)
		}
		now()
		if age != 5*time.Minute {
			want = append(want, age)
		}
	}
	if st, err := k.Status(t.Context()); err != nil || !st.Copies[1].Oldest.IsZero() {
		t.Errorf("all is there: %v, %v", st.Copies[1].Oldest, err)
	}
	b.change(t)
	clock.Add(90 * time.Minute)
	if err := os.RemoveAll(cloud.Folder); err != nil {
		t.Fatal(err)
	}
	now() // a sending that fails measures as well, once it is twice as long
	for range 200 {
		clock.Add(time.Minute)
		now()
	}
	want = append(want, 100*time.Minute, 200*time.Minute)
	clock.Add(24*time.Hour - 200*time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the system ends the program: nothing is sent any more
	if err := k.Close(ctx); err != nil {
		t.Log(err)
	}
	want = append(want, 25*time.Hour+30*time.Minute)
	got := b.measures(t)
	for i, m := range got {
		if i >= len(want) || m.Kind != appbackup.LossMeasure || m.Took() != want[i] || m.Promised != 86_400_000 || m.Event == 0 {
			t.Errorf("%d: %+v", i, m)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d measures, want %v", len(got), want)
	}
}

// TestATrialRestoreIsMeasured, of the newest point and of an older one, and is the proof that the status tells of.
func TestATrialRestoreIsMeasured(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	d := add(t, k, elsewhere(t))
	for range 2 {
		b.change(t)
		clock.Add(time.Hour)
		if _, err := k.Now(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	changed, err := b.Checks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := k.Drill(t.Context(), d.ID)
	if err != nil || st.Proof == nil || st.Proof.Seq != 2 || st.Proof.Older || st.Proof.Label != "Disque" || !st.Proof.Away {
		t.Fatalf("%+v %v", st.Proof, err)
	}
	var trials []appbackup.Measure
	for _, m := range b.measures(t) {
		if m.Kind == appbackup.TrialMeasure {
			trials = append(trials, m)
		}
	}
	if len(trials) != 2 || !trials[0].Passed() || trials[0].Bytes == 0 || !trials[1].Older || trials[1].Seq != 1 ||
		trials[0].Event != st.Proof.Event {
		t.Errorf("%+v", trials)
	}
	if after, err := b.Checks(t.Context()); err != nil || after.Change != changed.Change || st.Unsaved {
		t.Errorf("measuring made the book worth another backup: %v", err)
	}
	err = filepath.WalkDir(d.Folder, func(path string, e os.DirEntry, err error) error {
		if info, statErr := e.Info(); err == nil && statErr == nil && info.Mode().IsRegular() && info.Size() > 1000 {
			err = os.WriteFile(path, make([]byte, info.Size()), 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Drill(t.Context(), d.ID); err == nil {
		t.Fatal("a damaged copy passed")
	}
	all := b.measures(t)
	if last := all[len(all)-1]; last.Passed() || last.Fault == "" || last.Seq != 2 {
		t.Errorf("the failure is not in the journal: %+v", last)
	}
}

// TestATrialKeepsNoRestorePointWaiting: one of this PC's own copies, however slow.
func TestATrialKeepsNoRestorePointWaiting(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun, end := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	k.SetDrill(func() vault.BookSink { return waiting{begin, end} })
	done := make(chan error, 1)
	go func() {
		_, err := k.Drill(t.Context(), "")
		done <- err
	}()
	<-begun
	b.change(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if st, err := k.Now(ctx); err != nil || st.Unsaved || st.Running == nil {
		t.Errorf("%+v %v", st, err)
	}
	close(end)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestATrialThatIsUnderWayIsTheOneAskedFor: a new place is tried by itself, and by whoever has just made it.
func TestATrialThatIsUnderWayIsTheOneAskedFor(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	now(t, k)
	begun, end := make(chan struct{}), make(chan struct{})
	begin, times := sync.OnceFunc(func() { close(begun) }), 0
	k.SetDrill(func() vault.BookSink {
		return waiting{func() {
			times++
			begin()
		}, end}
	})
	done := make(chan error, 1)
	go func() {
		_, err := k.Drill(t.Context(), "")
		done <- err
	}()
	<-begun
	if _, err := k.Drill(noticing{t.Context(), sync.OnceFunc(func() { close(end) })}, ""); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil || times != 1 {
		t.Errorf("%d trials, %v", times, err)
	}
}

// TestAPlaceThatIsReachedAsBeforeIsNotTriedAnew: as after its password or its name was changed. At another folder it is.
func TestAPlaceThatIsReachedAsBeforeIsNotTriedAnew(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	n := elsewhere(t)
	n.ID = add(t, k, n).ID
	now(t, k)
	tried(t, k, appbackup.Destination{ID: n.ID})
	due := func() bool {
		clock.Add(10 * time.Minute) // what has just been made waits a little
		return slices.ContainsFunc(k.DueAt(n.ID), func(task schedule.Task) bool { return task.Kind == schedule.Drill })
	}
	n.Label = "Coffre"
	if add(t, k, n); due() {
		t.Error("tried anew for another name")
	}
	n.Folder = filepath.Join(n.Folder, "other")
	if add(t, k, n); !due() {
		t.Error("another folder counts as tried")
	}
}

// noticing is a context that tells when somebody waits on it.
type noticing struct {
	context.Context
	waited func()
}

func (n noticing) Done() <-chan struct{} {
	n.waited()
	return n.Context.Done()
}

// waiting is a restore that lasts until it is told to end.
type waiting struct {
	begin func()
	end   chan struct{}
}

func (w waiting) Begin(context.Context, int, uint32) error {
	w.begin()
	<-w.end
	return nil
}
func (w waiting) Page(uint32, []byte) error                    { return nil }
func (w waiting) Commit(context.Context, vault.Manifest) error { return nil }
func (w waiting) Abort()                                       {}
