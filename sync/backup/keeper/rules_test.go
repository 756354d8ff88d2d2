package keeper_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/remote"
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
	look(appbackup.Green, false, time.Second) // work of now is work
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

// TestThePromiseFollowsTheRhythmOfThePlaces: what is said to be lost at worst is what the place that is away may get, not
// what the owner would like; one that gets all at once keeps the promise whatever the others do.
func TestThePromiseFollowsTheRhythmOfThePlaces(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	slow := elsewhere(t)
	slow.Values = map[string]string{remote.EveryKey: "4h", remote.HoursKey: "19-8", remote.AwayKey: "true"}
	add(t, k, slow)
	st, err := k.SetLoss(t.Context(), appbackup.Hour)
	if got := st.Rules.Promise().Loss; err != nil || got != 16*time.Hour { // an hour, every 4, closed for 11
		t.Fatalf("%v: promised %v", err, got)
	}
	if kept, err := k.KeptRules(t.Context()); err != nil || kept.WaitSeconds != 0 {
		t.Errorf("kept %+v: %v", kept, err)
	}
	if late := st.Copies[0].Late; late.RedSeconds != 2*late.AmberSeconds || late.AmberSeconds < 15*3600 {
		t.Errorf("late %+v", late)
	}
	form, err := k.Form(t.Context(), "local", st.Copies[0].ID, nil)
	if err != nil || form.Late != st.Copies[0].Late {
		t.Errorf("the form says %+v: %v", form.Late, err)
	}
	form, err = k.Form(t.Context(), "local", st.Copies[0].ID, map[string]string{remote.HoursKey: "0", remote.EveryKey: "0"})
	if late := st.Copies[0].Late.AmberSeconds - form.Late.AmberSeconds; err != nil || late != 15*3600 {
		t.Errorf("without them the form says %+v: %v", form.Late, err)
	}
	_, err = k.Now(t.Context())
	_, err2 := k.Drill(t.Context(), "")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	clock.Add(15 * time.Hour)
	if st, err = k.Status(t.Context()); err != nil || strings.Contains(worries(st), "loss") {
		t.Errorf("%v: worried before its time: %s", err, worries(st))
	}
	clock.Add(2 * time.Hour)
	if st, err = k.Status(t.Context()); err != nil || !strings.Contains(worries(st), "loss") {
		t.Errorf("%v: not worried: %s", err, worries(st))
	}
	roof := elsewhere(t)
	roof.Label, roof.Values = "under the same roof", map[string]string{remote.AwayKey: "false"}
	add(t, k, roof)
	if got := k.Rules().Promise().Loss; got != 16*time.Hour {
		t.Errorf("with one under the same roof %v", got)
	}
	quick := elsewhere(t)
	quick.Label, quick.Values = "quick", map[string]string{remote.AwayKey: "true"}
	add(t, k, quick)
	if got := k.Rules().Promise().Loss; got != time.Hour {
		t.Errorf("with a quick one %v", got)
	}
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

// full is a book that nothing can be written in any more.
type full struct{ remote.Memory }

func (*full) Save(context.Context, []byte) error { return errors.New("the disk is full") }

// TestALoginThatCouldNotBeKeptIsSaid: after the next start it would be refused, and nobody would know why.
func TestALoginThatCouldNotBeKeptIsSaid(t *testing.T) {
	k, _, _, _ := newKeeper(t)
	add(t, k, elsewhere(t))
	said := func() bool {
		t.Helper()
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(worries(st), "login_unsaved")
	}
	if said() {
		t.Error("said without need")
	}
	if err := k.MoveLogins(t.Context(), &full{}); err == nil || !said() {
		t.Errorf("not said: %v", err)
	}
	if err := k.MoveLogins(t.Context(), &remote.Memory{}); err != nil || said() {
		t.Errorf("still said: %v", err)
	}
}

// TestTheSampleCompanyIsSavedOnceSomebodyAddsAPlace, as any other: what is said of its copies is what they would be told.
func TestTheSampleCompanyIsSavedOnceSomebodyAddsAPlace(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	k.OfSample()
	saved := func() bool {
		t.Helper()
		b.change(t)
		k.Before(t.Context(), "test.import")
		points, err := k.Points(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return len(points) > 0
	}
	if saved() {
		t.Fatal("a copy that nobody wants")
	}
	add(t, k, elsewhere(t))
	if !saved() {
		t.Fatal("no copy")
	}
	st, err := k.Now(t.Context())
	if err != nil || !strings.Contains(worries(st), "drill_none") {
		t.Errorf("%q, %v: nothing was ever restored", worries(st), err)
	}
}
