// Package attempt keeps in the journal that somebody tried what they have no right to (ASVS 16.3.2), so that it can be
// proven later. A program that tries again and again fills no journal: of a person, an operation and an hour the first
// refusal is kept, then the tenth, the hundredth and so on.
package attempt

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/op"
)

// Event is the name of the event.
const Event = "access.refused"

// within is for how long refusals are counted together, opsMax of how many operations of one person each by itself:
// at most opsMax + 1 counts an hour, each with one event for every power of ten.
const (
	within = time.Hour
	opsMax = 30
)

// keys are the refusals for want of a right. Not those of a record that is not one's own, which is as good as none, nor
// of a proof or a second factor that is still to be given.
var keys = []string{
	"op.forbidden", "op.support", "user.above_you", "role.above_you", "approval.own", "approval.own_rights",
	"approval.put_out", "user.word_given", "user.word_soon", "user.word_theirs",
}

// Facts are the payload of the event. Op is "" for the many operations after the first [opsMax].
type Facts struct {
	Key   string          `json:"key"`
	Needs auth.Permission `json:"needs,omitempty"`
	Op    string          `json:"op,omitempty"`
	Times int             `json:"times"` // in the hour so far
}

// Keeper counts refusals and keeps them in the journal. Counts begin again with the program.
type Keeper[T op.Tx] struct {
	work op.Work[T]
	warn func(what string, err error)

	mu    sync.Mutex
	tried map[who]*hour
}

// who is a person, or who helps from outside.
type who struct {
	user    auth.UserID
	support int64
}

// hour is what somebody was refused since then, by operation.
type hour struct {
	since time.Time
	times map[string]int
}

// New makes a keeper over a store; warn is told what could not be kept.
func New[T op.Tx](w op.Work[T], warn func(what string, err error)) *Keeper[T] {
	return &Keeper[T]{work: w, warn: warn, tried: map[who]*hour{}}
}

// Denied keeps that a call was refused by a fault key. It is a Registry's Denied: the refusal stands whatever comes of
// it, and is answered once it is kept.
func (k *Keeper[T]) Denied(ctx context.Context, a auth.Actor, s *op.Spec, key string, at time.Time) {
	if !slices.Contains(keys, key) || a.System {
		return
	}
	f := Facts{Key: key, Needs: s.Needs, Op: s.Name}
	id, name := a.Doer()
	if !k.count(who{id, a.Support}, &f, at) {
		return
	}
	payload, err := json.Marshal(f)
	if err == nil {
		err = k.work.Update(context.WithoutCancel(ctx), func(tx T) error {
			_, err := tx.AppendEvent(audit.Event{
				Op: Event, Actor: int64(id), ActorName: name, Device: a.Device, Payload: string(payload),
			})
			return err
		})
	}
	if err != nil {
		k.warn("a refusal is not in the journal", err)
	}
}

// count adds a refusal and tells whether it is one to keep.
func (k *Keeper[T]) count(w who, f *Facts, at time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	h := k.tried[w]
	if h == nil || at.Sub(h.since).Abs() >= within {
		h = &hour{since: at, times: map[string]int{}}
		k.tried[w] = h
	}
	if _, known := h.times[f.Op]; !known && len(h.times) >= opsMax {
		f.Op, f.Needs, f.Key = "", "", "op.forbidden"
	}
	h.times[f.Op]++
	f.Times = h.times[f.Op]
	for n := f.Times; ; n /= 10 {
		if n == 1 {
			return true
		}
		if n%10 != 0 {
			return false
		}
	}
}
