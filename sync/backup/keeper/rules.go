package keeper

import (
	"context"
	"encoding/json"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
)

func loadRules(ctx context.Context, store backup.StateStore) (rules appbackup.Rules, err error) {
	data, err := store.Load(ctx)
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, &rules)
	}
	return rules, err
}

// planned is the rhythm of the rules, knowing what was done before.
func (k *Keeper) planned(change uint64) *schedule.Schedule {
	most := k.rules.Loss.Most()
	k.set.Service.Promise(most)
	plan := k.set.Service.Schedule(schedule.PolicyFor(most), change)
	plan.Pause(k.rules.PausedUntil(k.set.Clock()))
	return plan
}

// Rules are what the owner decided, and what follows from the rhythm of the places.
func (k *Keeper) Rules() appbackup.Rules {
	waits := k.waits()
	k.mu.Lock()
	defer k.mu.Unlock()
	rules := k.rules
	rules.WaitSeconds = int64(waits / time.Second)
	return rules
}

// waits is how much longer than the rules say work is on this PC alone, because no place is allowed to have it at once.
// A place that is away counts before one under the same roof.
func (k *Keeper) waits() (least time.Duration) {
	known, away := false, false
	for _, c := range k.set.Service.Status(0).Copies {
		d, err := k.set.Remotes.Get(c.ID)
		if err != nil || c.OnDisk || away && !d.Away {
			continue
		}
		waits := backup.RhythmOf(d).Waits()
		if !known || d.Away && !away || waits < least {
			least = waits
		}
		known, away = true, away || d.Away
	}
	return least
}

// rule changes what the owner decided and keeps it in the book; what the rules are then is done at once.
func (k *Keeper) rule(ctx context.Context, change func(*appbackup.Rules)) (appbackup.Status, error) {
	k.ruling.Lock()
	defer k.ruling.Unlock()
	k.mu.Lock()
	rules := k.rules
	k.mu.Unlock()
	change(&rules)
	data, err := json.Marshal(rules)
	if err == nil {
		err = k.set.Rules.Save(ctx, data)
	}
	if err != nil {
		return appbackup.Status{}, err
	}
	most := rules.Loss.Most()
	k.set.Service.Promise(most)
	k.mu.Lock()
	k.rules = rules
	k.plan.Follow(schedule.PolicyFor(most))
	k.plan.Pause(rules.PausedUntil(k.set.Clock()))
	k.mu.Unlock()
	k.limit()
	k.Changed()
	return k.Status(ctx)
}

// SetLoss implements Engine.
func (k *Keeper) SetLoss(ctx context.Context, most appbackup.Loss) (appbackup.Status, error) {
	return k.rule(ctx, func(r *appbackup.Rules) { r.Loss = most })
}

// limit gives the copies as much of the line as the rules do at this hour. It waits for what is being written under
// another limit, so that no lock may be held.
func (k *Keeper) limit() {
	k.mu.Lock()
	speed := k.rules.Speed
	k.mu.Unlock()
	remote.LimitUploads(speed.At(k.set.Clock()) * 1000 / 8)
}

// Pause implements Engine.
func (k *Keeper) Pause(ctx context.Context, q appbackup.PauseRequest) (appbackup.Status, error) {
	until := q.Until(k.set.Clock())
	st, err := k.rule(ctx, func(r *appbackup.Rules) { r.Paused = until })
	if err != nil || until.IsZero() {
		return st, err
	}
	k.mu.Lock()
	for target, j := range k.jobs {
		if target != "" {
			j.stopped, j.held = true, true
			j.cancel()
		}
	}
	k.mu.Unlock()
	return st, nil
}

// SetSpeed implements Engine.
func (k *Keeper) SetSpeed(ctx context.Context, s appbackup.Speed) (appbackup.Status, error) {
	return k.rule(ctx, func(r *appbackup.Rules) { r.Speed = s })
}

// lossSeconds is how old the oldest work is that would be lost with the disk of the book, at least 1 when any would be;
// -1 when nothing is elsewhere.
func lossSeconds(st backup.Status, now time.Time) int64 {
	switch {
	case st.Nowhere:
		return -1
	case st.LostSince.IsZero():
		return 0
	}
	return max(1, int64(now.Sub(st.LostSince)/time.Second))
}
