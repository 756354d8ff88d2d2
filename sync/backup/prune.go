package backup

import (
	"context"
	"errors"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

const (
	pruneDay   = 24 * time.Hour     // within which a part of the points may go; see vault.Guard
	filesEvery = 7 * 24 * time.Hour // between two looks for attachments that nobody refers to
)

// pruned is what was removed at one place.
type pruned struct {
	Since time.Time `json:"since"` // when the day began that is counted
	Seq   uint64    `json:"seq"`   // the newest number then
	Gone  int       `json:"gone"`  // points removed since
	Files time.Time `json:"files"` // the last look for attachments that nobody refers to
}

// Prune deletes the restore points of the local vault that retention keeps no longer, a part of them each day,
// and says how many. See vault.Tree.PlanPrune for what it refuses; "backup.busy" while anything else works with
// the vault. Confirmed is the owner's agreement to "backup.prune_many" or "backup.prune_clock".
func (s *Service) Prune(ctx context.Context, confirmed bool) (deleted int, err error) {
	err = s.alone(ctx, func(v *vault.Vault) error {
		guard := s.guard("", confirmed)
		plan, err := v.Tree().PlanPrune(ctx, s.writer(), nil, guard)
		if err == nil {
			err = s.notePruned(ctx, "", plan, guard)
		}
		if err != nil {
			return err
		}
		deleted = len(plan.Points)
		refused, err := v.Prune(ctx, plan)
		deleted -= min(deleted, refused)
		return told(refused, err)
	})
	return deleted, err
}

// PruneAt deletes at a destination the restore points that the local vault has no longer and retention keeps no
// longer. Restore points are made, and other destinations sent to, meanwhile. It refuses as Prune does, and with
// "backup.put_back"; a place that no copy was ever at has nothing to delete.
func (s *Service) PruneAt(ctx context.Context, id string, confirmed bool) (deleted int, err error) {
	if err := errors.Join(s.stopped(), s.recognise(ctx, id)); err != nil || !s.known(id) {
		return 0, err
	}
	if !s.begin(id) {
		return 0, faultBusy()
	}
	defer s.end(id)
	err = s.with(ctx, func(v *vault.Vault) error {
		f, err := s.at(ctx, id)
		if err != nil {
			return err
		}
		tree, guard := v.At(f), s.guard(id, confirmed)
		plan, err := tree.PlanPrune(ctx, s.writer(), v.Manifests(), guard)
		if err == nil {
			err = s.notePruned(ctx, id, plan, guard)
		}
		if err != nil {
			return remote.Classify(err)
		}
		deleted = len(plan.Points)
		refused, err := tree.Prune(ctx, plan)
		deleted -= min(deleted, refused)
		err = told(refused, err)
		noteErr := s.note(ctx, func(k *state) {
			if shelter := &k.copyOf(id, guard.Now).Shelter; fault.KeyOf(err) == "backup.prune_refused" || err == nil {
				shelter.Refused = refused
			}
		})
		return errors.Join(err, noteErr)
	})
	return deleted, err
}

// told says what kept a pruning from its end: a place that does not let objects go (yet) is "backup.prune_refused".
func told(refused int, err error) error {
	err = remote.Classify(err)
	if refused == 0 || passing(err) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Conflict, "backup.prune_refused", "count", refused).Because(err)
}

// Proved tells whether a trial restore that passed lately lets old restore points go at a place, "" for this PC.
func (s *Service) Proved(id string) bool {
	g := s.guard(id, false)
	return g.Proved()
}

// guard is what pruning must know at a place, "" for this PC.
func (s *Service) guard(id string, confirmed bool) vault.Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.set.Now()
	was := s.know.day(id, now)
	return vault.Guard{
		Now: now, Rule: vault.DefaultRule, Drill: s.know.Drill, DrillBad: s.know.drillBad(id),
		Gone: was.Gone, Grown: int(s.know.Saved.Seq - min(s.know.Saved.Seq, was.Seq)),
		Files: !within(now, was.Files, filesEvery), Confirmed: confirmed,
	}
}

// drillBad tells whether the last trial restore from a place failed. From this PC nothing goes while one did anywhere:
// what it has may be needed there.
func (k *state) drillBad(id string) bool {
	if c := k.Copies[id]; c != nil {
		return !c.DrillFailed.IsZero()
	}
	for _, c := range k.Copies {
		if id == "" && !c.DrillFailed.IsZero() {
			return true
		}
	}
	return !k.DrillFailed.IsZero()
}

// day is what was removed at a place within the present day.
func (k *state) day(id string, now time.Time) pruned {
	was := k.Pruned
	if id != "" {
		was = k.copyOf(id, now).Pruned
	}
	if !within(now, was.Since, pruneDay) {
		was.Since, was.Seq, was.Gone = now, k.Saved.Seq, 0
	}
	return was
}

// notePruned notes, before anything is removed, what is going to be.
func (s *Service) notePruned(ctx context.Context, id string, plan vault.Plan, g vault.Guard) error {
	if len(plan.Points) == 0 && !g.Files {
		return nil
	}
	return s.note(ctx, func(k *state) {
		is := k.day(id, g.Now)
		is.Gone += len(plan.Points)
		if g.Files {
			is.Files = g.Now
		}
		if id == "" {
			k.Pruned = is
		} else {
			k.copyOf(id, g.Now).Pruned = is
		}
	})
}
