package user

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/fault"
)

// TestAFewHashesRunTheOthersWait: a morning's log-ins must not take the memory of the PC.
func TestAFewHashesRunTheOthersWait(t *testing.T) {
	h := newHasher(Standard)
	var running, most atomic.Int64
	var refused atomic.Int64
	end, ten := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			err := h.run(context.Background(), func() {
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				<-end
				running.Add(-1)
			})
			if fault.KeyOf(err) == "user.too_busy" {
				if refused.Add(1) == 10 {
					close(ten)
				}
			} else if err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	select {
	case <-ten: // of 30 at the same moment, ten are sent away
	case <-time.After(time.Minute):
	}
	close(end)
	all.Wait()
	if refused.Load() != 10 || most.Load() > 2 {
		t.Errorf("%d refused, want 10; %d at once, want 2", refused.Load(), most.Load())
	}
}

// TestTheCostOfAPassword: what is stored says how dear a guess is.
func TestTheCostOfAPassword(t *testing.T) {
	phc, err := newHasher(Standard).hash(t.Context(), "un mot de passe")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=65536,t=3,p=1$") {
		t.Errorf("%s %v", phc, err)
	}
	_, salt, tag, err := parse(phc)
	if err != nil || len(salt) != 16 || len(tag) != 32 {
		t.Errorf("salt of %d, tag of %d, %v", len(salt), len(tag), err)
	}
}
