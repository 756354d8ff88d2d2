package host

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"zafe/app/auth"
	appdevice "zafe/app/device"
	"zafe/app/user"
	"zafe/sync/device"
	"zafe/sync/pair"
)

const (
	seenMax   = 16          // PCs that wait to be noted as seen
	toldEvery = time.Minute // between two wrong codes of one address in the journal
	toldMax   = 1000        // addresses that are remembered for that
)

// keepSeen writes down which PCs are at work, away from their calls, until it is told to end.
func (h *Host[T]) keepSeen(ctx context.Context) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var writing sync.WaitGroup
	writing.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case fp := <-h.seen:
				err := h.set.Book.Update(ctx, func(tx T) error { return appdevice.Seen(tx, fp) })
				if err != nil && ctx.Err() == nil {
					h.set.Warn("when a PC was at work was not noted", err)
				}
			}
		}
	})
	return func() { stop(); writing.Wait() }
}

// refused records a wrong code; that the right one is good no more then is always told: there are no more of these
// than codes.
func (h *Host[T]) refused(ctx context.Context, r pair.Refusal) error {
	why := user.NoticeCode
	if r.Burnt {
		why = user.NoticeCodeBurnt
	}
	return h.tell(ctx, r.Device, r.From, auth.UserID(r.By), why)
}

// tell records that a PC was not let in, of one address once in a while.
func (h *Host[T]) tell(ctx context.Context, fp device.Fingerprint, at net.Addr, by auth.UserID, why user.NoticeKind,
) error {
	from := at.String()
	if at, err := netip.ParseAddrPort(from); err == nil {
		from = at.Addr().Unmap().String()
	}
	if !h.told.due(from, h.set.Clock()) && why != user.NoticeCodeBurnt {
		return nil
	}
	return h.set.Book.Update(ctx, func(tx T) error {
		return appdevice.Refused(tx, appdevice.Refusal{Fingerprint: string(fp), From: from, By: by, Why: why})
	})
}

// recent remembers what was done a short while ago.
type recent struct {
	mu sync.Mutex
	at map[string]time.Time
}

// due tells whether something was not done for a while, and notes that it is now.
func (r *recent) due(what string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for known, at := range r.at {
		if now.Sub(at).Abs() >= toldEvery {
			delete(r.at, known)
		}
	}
	if _, done := r.at[what]; done || len(r.at) >= toldMax {
		return false
	}
	if r.at == nil {
		r.at = map[string]time.Time{}
	}
	r.at[what] = now
	return true
}
