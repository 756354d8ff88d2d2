package store

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: no more readings than processors begin at once, one that ends lets the next begin, and one that
// takes long does so too, once.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns()
		begin := func(most time.Duration) (end func(), waited time.Duration, err error) {
			ctx, cancel := context.WithTimeout(t.Context(), most)
			defer cancel()
			now := time.Now()
			end, err = turns.take(ctx)
			return end, time.Since(now), err
		}
		var ends []func()
		for range runtime.GOMAXPROCS(0) {
			end, waited, err := begin(time.Minute)
			if err != nil || waited != 0 {
				t.Fatalf("waited %s: %v", waited, err)
			}
			ends = append(ends, end)
		}
		if _, _, err := begin(turnMax / 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("one more than there are processors: %v", err)
		}
		ends[0]()
		end, waited, err := begin(time.Minute)
		if err != nil || waited != 0 {
			t.Fatalf("after one has ended, waited %s: %v", waited, err)
		}
		ends[0] = end
		late, waited, err := begin(time.Minute)
		if err != nil || waited > turnMax {
			t.Fatalf("behind a long one, waited %s: %v", waited, err)
		}
		time.Sleep(2 * turnMax)
		for _, end := range append(ends, late) {
			end() // all have given their turn back already
		}
		if n := len(turns); n != 0 {
			t.Fatalf("%d turns are left taken", n)
		}
	})
}
