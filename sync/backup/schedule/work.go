package schedule

import (
	"slices"
	"time"
)

// grain is how exactly the time of a change is kept: the work of half a minute counts as old as its beginning.
const grain = 30 * time.Second

// stepsMax bounds what is remembered: two days of changes without a pause. More of them lose in grain.
const stepsMax = 5760

// Work remembers since when the book has had work that its copies lack. It is not safe for several goroutines.
type Work struct {
	steps []step // ascending; the first is what there was when watching began
	seen  time.Time
}

// step is a change of the book, and since when there can have been work up to it.
type step struct {
	change uint64
	at     time.Time
}

// Seen notes the book's change counter now. What is new was done at any time since the last look.
func (w *Work) Seen(change uint64, now time.Time) {
	at := now
	if w.seen.Before(now) && len(w.steps) > 0 {
		at = w.seen
	}
	w.seen = now
	n := len(w.steps)
	switch {
	case n > 0 && change <= w.steps[n-1].change:
		return
	case n > 1 && at.Sub(w.steps[n-1].at) < grain:
		w.steps[n-1].change = change
		return
	case n >= stepsMax:
		for i := 1; i+1 < len(w.steps); i++ { // two become one, as old as the first
			w.steps[i].change = w.steps[i+1].change
			w.steps = slices.Delete(w.steps, i+1, i+2)
		}
	}
	w.steps = append(w.steps, step{change, at})
}

// Since is when the oldest work beyond a change can have been done; false when that was before watching began. Work
// is told as older than it is at most by the grain and the time between two looks.
func (w *Work) Since(change uint64) (time.Time, bool) {
	i, _ := slices.BinarySearchFunc(w.steps, change, func(s step, c uint64) int {
		if s.change > c {
			return 1
		}
		return -1
	})
	if i == 0 || i == len(w.steps) {
		return time.Time{}, false
	}
	return w.steps[i].at, true
}
