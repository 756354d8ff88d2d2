package keeper_test

import (
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
