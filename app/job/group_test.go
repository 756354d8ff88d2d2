package job

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zafe/app/fault"
)

func TestAGroupEndsWithAllThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup()
		var ended atomic.Int32
		wait := func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Minute) // the last answer
			ended.Add(1)
			return ctx.Err()
		}
		g.Go(func(ctx context.Context) { _ = wait(ctx) })
		done := make(chan error, 1)
		go func() {
			done <- g.Do(t.Context(), func(ctx context.Context) error {
				g.Go(func(ctx context.Context) { _ = wait(ctx) }) // what it starts is waited for as well
				return wait(ctx)
			})
		}()
		synctest.Wait()
		if ended.Load() != 0 {
			t.Fatal("work ended by itself")
		}
		g.End()
		if n := ended.Load(); n != 3 {
			t.Errorf("%d of 3 works had ended", n)
		}
		if err := <-done; err != context.Canceled { //nolint:errorlint // what work returned
			t.Errorf("work returned %v", err)
		}
		err := g.Do(t.Context(), func(context.Context) error { t.Error("work began after the end"); return nil })
		if fault.KeyOf(err) != "store.closed" {
			t.Error(err)
		}
	})
}

func TestWorkEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := g.Do(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if err != context.DeadlineExceeded { //nolint:errorlint // what work returned
			t.Error(err)
		}
		if err := g.Do(t.Context(), func(ctx context.Context) error { return ctx.Err() }); err != nil {
			t.Errorf("the group ended with one of its works: %v", err)
		}
		g.End()
	})
}
