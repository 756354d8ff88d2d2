package backup

import (
	"testing"
	"time"

	"zafe/app/fault"
)

func TestAPauseHasAnEnd(t *testing.T) {
	now := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		until time.Time
		on    bool
	}{
		"none": {}, "an hour": {now.Add(time.Hour), true}, "over": {now, false},
		"the longest":                          {now.Add(PauseMost), true},
		"the clock was ahead when it was made": {now.AddDate(1, 0, 0), false},
	} {
		if got := (Rules{Paused: c.until}).PausedUntil(now); got.IsZero() == c.on || c.on && !got.Equal(c.until) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for minutes, fine := range map[int64]bool{0: true, 60: true, 24 * 60: true, 24*60 + 1: false, -1: false, 1 << 62: false} {
		if err := (PauseRequest{Minutes: minutes}).Validate(); (err == nil) != fine {
			t.Errorf("%d minutes: %v", minutes, err)
		}
	}
}

func TestAPauseUntilTheMorning(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, paris) }
	for _, c := range []struct{ now, want time.Time }{
		{at(20, 14), at(21, 8)}, {at(20, 8), at(21, 8)}, {at(20, 3), at(20, 8)},
		{at(24, 8), at(24, 8).Add(PauseMost)}, // the clocks go back on the 25th
	} {
		got := PauseRequest{Morning: true}.Until(c.now)
		if !got.Equal(c.want) || (Rules{Paused: got}).PausedUntil(c.now).IsZero() {
			t.Errorf("from %v until %v, want %v", c.now, got, c.want)
		}
	}
	if got := (PauseRequest{}).Until(at(20, 14)); !got.IsZero() {
		t.Error(got)
	}
}

func TestTheLineOfTheDayAndOfTheNight(t *testing.T) {
	s := Speed{DayKbit: 2000, NightKbit: 0}
	for hour, want := range map[int]int64{0: 0, 7: 0, 8: 2000, 18: 2000, 19: 0, 23: 0} {
		if got := s.At(time.Date(2026, 11, 20, hour, 59, 0, 0, time.UTC)); got != want {
			t.Errorf("at %d h: %d", hour, got)
		}
	}
	for kbit, fine := range map[int64]bool{0: true, 199: false, 200: true, KbitMost: true, KbitMost + 1: false, -5: false} {
		for _, s := range []Speed{{DayKbit: kbit}, {NightKbit: kbit}} {
			if err := s.Validate(); (err == nil) != fine {
				t.Errorf("%+v: %v", s, err)
			}
		}
	}
}

func TestThePromise(t *testing.T) {
	for loss, want := range map[Loss]time.Duration{
		Quarter: 15 * time.Minute, Hour: time.Hour, HalfDay: 4 * time.Hour, Day: 24 * time.Hour, "": 24 * time.Hour,
		"10000h": 24 * time.Hour,
	} {
		if got := loss.Most(); got != want {
			t.Errorf("%q: %v", loss, got)
		}
	}
	if err := (LossRequest{Loss: "2h"}).Validate(); fault.KeyOf(err) != "backup.loss_unknown" {
		t.Error(err)
	}
}
