package keeper

import (
	"context"
	"encoding/json"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup"
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
	return k.set.Service.Schedule(schedule.PolicyFor(most), change)
}

// Rules are what the owner decided.
func (k *Keeper) Rules() appbackup.Rules {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rules
}

// rule changes what the owner decided and keeps it in the book; what the rules are then is done at once.
func (k *Keeper) rule(ctx context.Context, change func(*appbackup.Rules)) (appbackup.Status, error) {
	k.ruling.Lock()
	defer k.ruling.Unlock()
	rules := k.Rules()
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
	k.mu.Unlock()
	k.Changed()
	return k.Status(ctx)
}

// SetLoss implements Engine.
func (k *Keeper) SetLoss(ctx context.Context, most appbackup.Loss) (appbackup.Status, error) {
	return k.rule(ctx, func(r *appbackup.Rules) { r.Loss = most })
}

// lossSeconds is how old the oldest work is that would be lost with the disk of the book, -1 when nothing is
// elsewhere.
func lossSeconds(st backup.Status, now time.Time) int64 {
	switch {
	case st.Nowhere:
		return -1
	case st.LostSince.IsZero():
		return 0
	}
	return max(0, int64(now.Sub(st.LostSince)/time.Second))
}
