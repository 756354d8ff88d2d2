package vault

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestKeepOverThreeYears(t *testing.T) {
	var points []Point
	start := time.Date(2023, 11, 21, 9, 0, 0, 0, time.UTC)
	now := start.AddDate(3, 0, 0)
	for day := start; day.Before(now); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Sunday {
			continue
		}
		for hour := range 6 {
			points = append(points, Point{
				Writer: "pc", Seq: uint64(len(points) + 1),
				At: day.Add(time.Duration(hour*90) * time.Minute),
			})
		}
	}
	keep := Keep(points, DefaultRule, now)
	if len(keep) < 60 || len(keep) > 105 {
		t.Fatalf("%d of %d points are kept", len(keep), len(points))
	}
	for _, p := range points[len(points)-5:] {
		if !keep[p] {
			t.Errorf("%s, one of the last five, would go", p)
		}
	}
	// Somebody forges a thousand points of the future: not one real keeper goes.
	forged := points
	for i := range 1000 {
		forged = append(forged, Point{Writer: "pc", Seq: uint64(900000 + i), At: now.AddDate(0, 0, i+1)})
	}
	after := Keep(forged, DefaultRule, now)
	for p := range keep {
		if !after[p] {
			t.Errorf("%s was aged out by forged points", p)
		}
	}
}

func TestKeepByCases(t *testing.T) {
	now := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	at := func(s string) Point {
		when, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return Point{Writer: "pc", Seq: uint64(when.Unix()), At: when}
	}
	rule := Rule{Last: 1, Daily: 2, Yearly: 2}
	cases := []struct {
		name       string
		kept, gone []string
	}{
		{
			"newest of each day",
			[]string{"2026-11-20 17:00", "2026-11-19 23:59"},
			[]string{"2026-11-20 16:00", "2026-11-19 08:00", "2026-11-18 12:00"},
		},
		{
			"newest of each year",
			[]string{"2026-11-20 17:00", "2025-12-31 23:00", "2026-11-19 09:00"},
			[]string{"2025-01-01 00:00", "2024-12-31 10:00"},
		},
		{"the future is kept", []string{"2027-01-01 00:00", "2026-11-20 17:00"}, nil},
	}
	for _, c := range cases {
		var points []Point
		for _, s := range append(append([]string{}, c.kept...), c.gone...) {
			points = append(points, at(s))
		}
		keep := Keep(points, rule, now)
		for _, s := range c.kept {
			if !keep[at(s)] {
				t.Errorf("%s: %s would go", c.name, s)
			}
		}
		for _, s := range c.gone {
			if keep[at(s)] {
				t.Errorf("%s: %s would stay", c.name, s)
			}
		}
	}
}

// Whatever the points, the newest stay, applying the rule twice changes nothing, and an older backup
// taken away never makes a kept one go.
func TestKeepProperties(t *testing.T) {
	now := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.SliceOfN(rapid.IntRange(-100_000, 2_000_000), 1, 80).Draw(t, "age")
		var points []Point
		for i, m := range minutes {
			points = append(points, Point{
				Writer: "pc", Seq: uint64(i + 1),
				At: now.Add(-time.Duration(m) * time.Minute),
			})
		}
		keep := Keep(points, DefaultRule, now)
		var kept []Point
		for _, p := range points {
			if keep[p] {
				kept = append(kept, p)
			} else if p.At.After(now.Add(time.Hour)) {
				t.Fatalf("a point of the future would go: %s", p)
			}
		}
		if len(points) <= 5 && len(kept) != len(points) {
			t.Fatalf("%d of %d stay", len(kept), len(points))
		}
		if again := Keep(kept, DefaultRule, now); len(again) != len(kept) {
			t.Fatalf("the second time %d of %d stay", len(again), len(kept))
		}
	})
}
