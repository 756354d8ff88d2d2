package keeper_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	appbackup "zafe/app/backup"
)

// TestThePromiseIsWatched: when more work would be lost than the owner accepts, the light says so by the clock.
func TestThePromiseIsWatched(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	_, err := k.Begin(t.Context(), elsewhere(t))
	_, err2 := k.Finish(t.Context())
	st, err3 := k.SetLoss(t.Context(), appbackup.Quarter)
	if err := errors.Join(err, err2, err3); err != nil || st.Rules.Loss != appbackup.Quarter || st.LossSeconds != -1 {
		t.Fatalf("%v: %+v", err, st)
	}
	kept, err := k.KeptRules(t.Context())
	if err != nil || kept.Loss != appbackup.Quarter {
		t.Errorf("kept %+v: %v", kept, err)
	}
	_, err = k.Now(t.Context())
	_, err2 = k.Drill(t.Context(), "")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	clock.Add(12 * time.Hour) // nobody works
	look := func(light appbackup.Light, worried bool, lost time.Duration) {
		t.Helper()
		st, err := k.Status(t.Context())
		said := strings.Contains(worries(st), "loss")
		if err != nil || st.Light != light || said != worried || st.LossSeconds != int64(lost/time.Second) {
			t.Errorf("%v: %s, worried %t, lost %d s of %v", err, st.Light, said, st.LossSeconds, lost)
		}
	}
	look(appbackup.Green, false, 0)
	b.change(t)
	look(appbackup.Green, false, 0)
	clock.Add(15 * time.Minute)
	look(appbackup.Green, false, 15*time.Minute)
	clock.Add(time.Minute)
	look(appbackup.Amber, true, 16*time.Minute)
	if _, err := k.SetLoss(t.Context(), appbackup.Hour); err != nil {
		t.Fatal(err)
	}
	look(appbackup.Green, false, 16*time.Minute)
	clock.Add(time.Hour)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	look(appbackup.Green, false, 0)
}

// TestAPauseIsShownAndEnds: nothing leaves meanwhile but by hand, the book is saved here, the light goes by the clock,
// and what waited leaves by itself.
func TestAPauseIsShownAndEnds(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	slow := twoPlaces(t, k)
	if _, err := k.SetLoss(t.Context(), appbackup.Hour); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { k.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	b.change(t)
	until(t, k, clock, "all is sent", func(s, f appbackup.Copy, _ appbackup.Status) bool {
		return !s.Lacks && !f.Lacks
	})
	b.change(t)
	slow.held.Store(true)
	until(t, k, clock, "one place has it, the other is under way", func(s, f appbackup.Copy, _ appbackup.Status) bool {
		return s.Running != nil && s.Lacks && f.Running == nil && !f.Lacks
	})
	st, err := k.Pause(t.Context(), appbackup.PauseRequest{Minutes: 180})
	end := clock.Now().Add(3 * time.Hour)
	if err != nil || st.Paused.Sub(end).Abs() > time.Minute {
		t.Fatalf("%v: paused until %v, now %v", err, st.Paused, clock.Now())
	}
	slow.held.Store(false)
	b.change(t)
	until(t, k, clock, "it is saved here alone", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !st.Unsaved && s.Lacks && f.Lacks && s.Running == nil && f.Running == nil && !st.Paused.IsZero()
	})
	clock.Add(time.Hour)
	until(t, k, clock, "the light goes by the clock", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return strings.Contains(worries(st), "loss") && st.Light != appbackup.Green && s.Lacks && f.Lacks
	})
	if clock.Now().After(end) {
		t.Error("the light waited for the end of the pause")
	}
	clock.Set(end.Add(-time.Minute))
	until(t, k, clock, "all is sent after it", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !s.Lacks && !f.Lacks && st.Paused.IsZero()
	})
	if clock.Now().Before(end) {
		t.Errorf("sent %v before the end of the pause", end.Sub(clock.Now()))
	}
}

// TestAPointBeforeWhatChangesMuch: when there is something to save, and for as long as whoever waits has time.
func TestAPointBeforeWhatChangesMuch(t *testing.T) {
	var failed []string
	k, b, clock, _ := newKeeperLogging(t, func(what string) { failed = append(failed, what) })
	points := func() int {
		t.Helper()
		all, err := k.Points(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for i, changed := range []bool{true, false, true} {
		if clock.Add(time.Minute); changed {
			b.change(t)
		}
		k.Before(t.Context(), "test.import")
		if got, want := points(), []int{1, 1, 2}[i]; got != want {
			t.Fatalf("time %d: %d points, want %d", i, got, want)
		}
	}
	b.change(t)
	release := k.Hold()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	k.Before(ctx, "test.import") // whoever waits goes on
	if got := points(); got != 2 || len(failed) != 1 {
		t.Errorf("%d points, told %v", got, failed)
	}
	release()
	k.Before(t.Context(), "test.import")
	if got := points(); got != 3 {
		t.Errorf("then %d points", got)
	}
}
