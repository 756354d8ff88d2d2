package vault

import (
	"fmt"
	"slices"
	"time"
)

// Rule says how many restore points are kept: the newest ones, and then the newest of each hour, day,
// week, month and year that has one.
type Rule struct {
	Last, Hourly, Daily, Weekly, Monthly, Yearly int
}

// DefaultRule keeps about eighty points of ten years. It holds the plain promise of 24 hours, 14 days, 8 weeks, 24
// months and 10 years, and more days and weeks than that: a mistake found when a month or a quarter is closed is
// then still between two evenings, or two weeks, that can be compared.
var DefaultRule = Rule{Last: 5, Hourly: 24, Daily: 30, Weekly: 12, Monthly: 24, Yearly: 10}

// Keep says which points stay. Days, weeks and months are those of now's time zone. A point dated more
// than an hour after now is kept but never counts, so that points with forged dates cannot age out the
// real ones.
func Keep(points []Point, rule Rule, now time.Time) map[Point]bool {
	keep := map[Point]bool{}
	var past []Point
	for _, p := range points {
		if p.At.After(now.Add(time.Hour)) {
			keep[p] = true
		} else {
			past = append(past, p)
		}
	}
	slices.SortFunc(past, func(a, b Point) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return int(int64(b.Seq) - int64(a.Seq))
	})
	for i, p := range past {
		if i < rule.Last {
			keep[p] = true
		}
	}
	zone := now.Location()
	periods := []struct {
		count int
		name  func(time.Time) string
	}{
		{rule.Hourly, func(t time.Time) string { return t.Format("2006-01-02 15 -0700") }},
		{rule.Daily, func(t time.Time) string { return t.Format("2006-01-02") }},
		{rule.Weekly, func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, "-", w) }},
		{rule.Monthly, func(t time.Time) string { return t.Format("2006-01") }},
		{rule.Yearly, func(t time.Time) string { return t.Format("2006") }},
	}
	for _, period := range periods {
		seen := map[string]bool{}
		for _, p := range past {
			name := period.name(p.At.In(zone))
			if !seen[name] && len(seen) < period.count {
				seen[name] = true
				keep[p] = true
			}
		}
	}
	return keep
}
