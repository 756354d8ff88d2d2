package vault

import (
	"context"
	"errors"
	"slices"
	"time"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
)

const (
	pruneFloor      = 3                   // points never go below this
	pruneShare      = 5                   // at most one point in five goes at once
	drillValid      = 30 * 24 * time.Hour // how long a trial restore vouches for the vault
	clockGap        = 60 * 24 * time.Hour // a longer silence may be a wrong clock
	attachmentGrace = 30 * 24 * time.Hour // an unreferenced attachment stays this long
	leftoverGrace   = 7 * 24 * time.Hour  // a cut transfer's remains stay this long
)

// Guard says what pruning must know before it may delete anything.
type Guard struct {
	Now       time.Time
	Rule      Rule
	Drill     *Drill // last complete trial restore that passed; nil blocks pruning
	DrillBad  bool   // a later trial restore failed: blocks pruning
	Confirmed bool   // the owner agreed to delete many points, or to a jump of the clock
}

// Plan lists what a pruning deletes, in the order it does: manifests, then database objects no
// remaining manifest names, then attachments nobody refers to.
type Plan struct {
	Points    []Point
	manifests []fs.Object
	drop      []fs.Object
}

// Empty says that there is nothing to delete.
func (p Plan) Empty() bool { return len(p.manifests)+len(p.drop) == 0 }

// PlanPrune decides what may be deleted of one writer's folder on one storage, and deletes nothing.
// Spared points stay whatever the rule says: for a copy these are the points of the local vault. It
// refuses with "backup.prune_no_drill", "backup.prune_clock" or "backup.prune_many".
func (t *Tree) PlanPrune(ctx context.Context, writer string, spared []Point, g Guard) (Plan, error) {
	ctx = jobContext(ctx)
	found, err := t.list(ctx, manifestDir(writer))
	if err != nil {
		return Plan{}, err
	}
	points := found.points(writer)
	if err := g.allows(points); err != nil {
		return Plan{}, err
	}
	drop, remaining := g.choose(points, spared)
	if len(drop) > max(1, len(points)/pruneShare) && !g.Confirmed {
		return Plan{}, fault.New(fault.Conflict, "backup.prune_many", "count", len(drop), "of", len(points))
	}
	plan := Plan{Points: drop}
	for _, p := range drop {
		plan.manifests = append(plan.manifests, found.names[p.name()]...)
	}
	manifests := make([]Manifest, 0, len(remaining))
	for _, p := range remaining {
		m, _, err := t.manifest(ctx, found, p)
		if err != nil {
			return Plan{}, err // what it needs is unknown, so nothing may go
		}
		manifests = append(manifests, m)
	}
	objects, err := t.unneededObjects(ctx, writer, manifests)
	if err != nil {
		return Plan{}, err
	}
	plan.drop = append(plan.drop, objects...)
	files, err := t.unneededFiles(ctx, writer, manifests, g.Now)
	if err != nil {
		return Plan{}, err
	}
	plan.drop = append(plan.drop, files...)
	remains, err := t.leftovers(ctx, writer, g.Now)
	plan.drop = append(plan.drop, remains...)
	return plan, err
}

// allows checks the guards that do not depend on the choice.
func (g Guard) allows(points []Point) error {
	if g.Drill == nil || g.DrillBad || g.Now.Sub(g.Drill.At) > drillValid || g.Drill.At.After(g.Now) {
		return faultNoDrill
	}
	if len(points) == 0 || g.Confirmed {
		return nil
	}
	newest := points[len(points)-1].At
	gap := g.Now.Sub(newest)
	if len(points) > 1 {
		gap = max(gap, newest.Sub(points[len(points)-2].At))
	}
	if newest.After(g.Now.Add(time.Hour)) || gap > clockGap {
		return faultClock
	}
	return nil
}

// choose splits the points into those that go and those that stay.
func (g Guard) choose(points, spared []Point) (drop, remaining []Point) {
	keep := Keep(points, g.Rule, g.Now)
	for _, p := range spared {
		keep[p] = true
	}
	for _, p := range slices.Backward(points) { // newest first, so the floor keeps the newest
		if keep[p] || len(remaining) < pruneFloor {
			remaining = append(remaining, p)
		} else {
			drop = append(drop, p)
		}
	}
	return drop, remaining
}

// unneededObjects lists the database objects no remaining manifest names. Objects newer than every
// manifest belong to a backup being made and stay.
func (t *Tree) unneededObjects(ctx context.Context, writer string,
	remaining []Manifest,
) ([]fs.Object, error) {
	needed := map[string]bool{}
	newest := uint64(0)
	for _, m := range remaining {
		newest = max(newest, m.Seq)
		for _, o := range m.objects() {
			for _, part := range o.stored() {
				needed[part.Name] = true
			}
		}
	}
	l, err := t.list(ctx, dbDir(writer))
	var drop []fs.Object
	for name, objects := range l.names {
		if seq, ok := objectSeq(name); ok && seq <= newest && !needed[name] {
			drop = append(drop, objects...)
		}
	}
	return drop, err
}

// unneededFiles lists attachments that no point of any writer refers to and that are old enough. If
// one writer's list cannot be read, none goes.
func (t *Tree) unneededFiles(ctx context.Context, writer string, own []Manifest,
	now time.Time,
) ([]fs.Object, error) {
	needed := map[string]bool{}
	err := t.markFiles(ctx, writer, own, needed)
	if err == nil {
		err = t.markOthers(ctx, writer, needed)
	}
	if errors.Is(err, errUnknownNeeds) || isDamage(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return t.oldFiles(ctx, needed, now)
}

// errUnknownNeeds says that a writer's list could not be opened.
var errUnknownNeeds = errors.New("another writer's attachments are unknown")

// markOthers adds what all other writers refer to.
func (t *Tree) markOthers(ctx context.Context, writer string, needed map[string]bool) error {
	writers, err := t.list(ctx, writersDir)
	if err != nil {
		return err
	}
	for _, other := range writers.dirs {
		if other == writer {
			continue
		}
		l, err := t.list(ctx, manifestDir(other))
		if err != nil {
			return err
		}
		if l.foreign > 0 {
			return errUnknownNeeds
		}
		var theirs []Manifest
		for _, p := range l.points(other) {
			m, _, err := t.manifest(ctx, l, p)
			if err != nil {
				return err
			}
			theirs = append(theirs, m)
		}
		if err := t.markFiles(ctx, other, theirs, needed); err != nil {
			return err
		}
	}
	return nil
}

// markFiles adds the attachments the manifests refer to.
func (t *Tree) markFiles(ctx context.Context, writer string, manifests []Manifest,
	needed map[string]bool,
) error {
	db, err := t.list(ctx, dbDir(writer))
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, m := range manifests {
		if m.Files.List == nil || done[m.Files.List.Name] {
			continue
		}
		done[m.Files.List.Name] = true
		all, err := t.attachments(ctx, db, m.Files)
		if err != nil {
			return err
		}
		for _, a := range all {
			needed[a.Hash] = true
		}
	}
	return nil
}

func (t *Tree) oldFiles(ctx context.Context, needed map[string]bool, now time.Time) ([]fs.Object, error) {
	months, err := t.list(ctx, filesDir)
	if err != nil {
		return nil, err
	}
	var drop []fs.Object
	for _, month := range months.dirs {
		l, err := t.list(ctx, monthDir(month))
		if err != nil {
			return nil, err
		}
		for hash, objects := range l.names {
			for _, o := range objects {
				if !needed[hash] && hashPattern.MatchString(hash) &&
					now.Sub(o.ModTime(ctx)) > attachmentGrace {
					drop = append(drop, o)
				}
			}
		}
	}
	return drop, nil
}

// leftovers lists what cut transfers left behind long ago in the writer's own folders.
func (t *Tree) leftovers(ctx context.Context, writer string, now time.Time) ([]fs.Object, error) {
	var drop []fs.Object
	for _, dir := range []string{dbDir(writer), manifestDir(writer)} {
		entries, err := t.fs.List(ctx, t.at(dir))
		if isNoDir(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			o, ok := entry.(fs.Object)
			if ok && unfinished(leaf(o)) && now.Sub(o.ModTime(ctx)) > leftoverGrace {
				drop = append(drop, o)
			}
		}
	}
	return drop, nil
}

// Prune deletes what a plan lists. An object the storage refuses to delete yet (object lock) stays
// for the next time; the count of those is returned. Stopped at any moment, every point still listed
// can be restored.
func (t *Tree) Prune(ctx context.Context, plan Plan) (refused int, err error) {
	ctx = jobContext(ctx)
	for _, o := range plan.manifests {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if o.Remove(ctx) != nil {
			refused++
		}
	}
	if refused > 0 {
		return refused, nil // the objects of a point that stays must stay with it
	}
	for _, o := range plan.drop {
		if err := ctx.Err(); err != nil {
			return refused, err
		}
		if o.Remove(ctx) != nil {
			refused++
		}
	}
	return refused, nil
}

// dropPoints forgets pruned points of the local vault.
func (v *Vault) dropPoints(drop []Point) {
	left := slices.Clone(v.own())
	v.setOwn(slices.DeleteFunc(left, func(s stored) bool { return slices.Contains(drop, s.Point()) }))
}

// Prune deletes what a plan made on the local vault's tree lists.
func (v *Vault) Prune(ctx context.Context, plan Plan) (refused int, err error) {
	refused, err = v.tree.Prune(ctx, plan)
	if refused == 0 && err == nil {
		v.dropPoints(plan.Points)
		return refused, nil
	}
	return refused, v.load(ctx)
}
