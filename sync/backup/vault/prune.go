package vault

import (
	"cmp"
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
	Gone      int    // points already removed at this place within the last day
	Grown     int    // points made within it
	Files     bool   // look for attachments that nobody refers to, and for what cut transfers left
	Confirmed bool   // the owner agreed to delete many points, or to a jump of the clock
}

// Plan lists what a pruning deletes, in the order it does: manifests, then database objects no
// remaining manifest names, then attachments nobody refers to.
type Plan struct {
	Points []Point // that go, oldest first

	going   []going
	objects map[string][]fs.Object // of the db folder, by plain name
	files   []fs.Object            // attachments nobody refers to
	remains []fs.Object            // of cut transfers
	writer  string
	others  map[Point]bool // other writers' points that were asked what they refer to
}

// going is a restore point to be removed. What it needs is kept as long as it is listed.
type going struct {
	objects []fs.Object // stored under the manifest's name
	needs   func() (Manifest, error)
}

// Empty says that there is nothing to delete.
func (p Plan) Empty() bool {
	return len(p.going)+len(p.objects)+len(p.files)+len(p.remains) == 0
}

// PlanPrune decides what may be deleted of one writer's folder on one storage, and deletes nothing. For a copy,
// here are the points of the local vault: they stay whatever the rule says, and what they need as well. It
// refuses with "backup.prune_no_drill", "backup.prune_clock" or "backup.prune_many".
//
// At most one point in five goes within a day, besides as many as were made in it, the oldest first: what a
// pause left behind goes within days, and nothing that happens to dates or to the rule within minutes.
func (t *Tree) PlanPrune(ctx context.Context, writer string, here []Manifest, g Guard) (Plan, error) {
	ctx = jobContext(ctx)
	found, err := t.list(ctx, manifestDir(writer))
	if err != nil {
		return Plan{}, err
	}
	points := found.points(writer)
	if err := g.allows(points); err != nil {
		return Plan{}, err
	}
	drop, remaining, err := g.choose(points, here)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Points: drop, writer: writer}
	for _, p := range drop {
		plan.going = append(plan.going, going{found.names[p.name()], func() (Manifest, error) {
			s, err := t.recall(ctx, found, p)
			return s.Manifest, err
		}})
	}
	manifests, unknown, err := t.stays(ctx, found, remaining)
	if err != nil {
		return Plan{}, err
	}
	manifests = append(manifests, here...)
	if plan.objects, err = t.unneededObjects(ctx, writer, manifests, unknown); err != nil || !g.Files {
		return plan, err
	}
	if unknown == 0 {
		if plan.files, plan.others, err = t.unneededFiles(ctx, writer, manifests, g.Now); err != nil {
			return Plan{}, err
		}
	}
	plan.remains, err = t.leftovers(ctx, writer, g.Now)
	return plan, err
}

// stays reads the manifests of points that stay. Of one that is damaged nothing is known but that it needs
// no object made after it: unknown is the highest such number.
func (t *Tree) stays(ctx context.Context, l listing, points []Point) (all []Manifest, unknown uint64, err error) {
	for _, p := range points {
		s, err := t.recall(ctx, l, p)
		if isDamage(err) {
			unknown = max(unknown, p.Seq)
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		all = append(all, s.Manifest)
	}
	return all, unknown, nil
}

// Proved tells whether a trial restore that passed within the last 30 days vouches for what stays.
func (g Guard) Proved() bool {
	return g.Drill != nil && !g.DrillBad && g.Now.Sub(g.Drill.At) <= drillValid && !g.Drill.At.After(g.Now)
}

// allows checks the guards that do not depend on the choice.
func (g Guard) allows(points []Point) error {
	if !g.Proved() {
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

// choose splits the points into those that go now, oldest first, and those that stay.
func (g Guard) choose(points []Point, here []Manifest) (drop, remaining []Point, err error) {
	keep := Keep(points, g.Rule, g.Now)
	for _, m := range here {
		keep[m.Point()] = true
	}
	for _, p := range slices.Backward(points) { // newest first, so the floor keeps the newest
		if keep[p] || len(remaining) < pruneFloor {
			remaining = append(remaining, p)
		} else {
			drop = append(drop, p)
		}
	}
	slices.Reverse(drop)
	most := max(1, (len(points)+g.Gone)/pruneShare) + g.Grown
	now := max(0, most-g.Gone)
	if g.Confirmed || len(drop) <= now {
		return drop, remaining, nil
	}
	if disordered(points) {
		return nil, nil, fault.New(fault.Conflict, "backup.prune_many", "count", len(drop), "of", len(points))
	}
	return drop[:now], append(remaining, drop[now:]...), nil
}

// disordered tells that a point is dated before an older one: a clock was wrong, or somebody made dates up, and
// the rule may take old points for young ones.
func disordered(points []Point) bool {
	for i := 1; i < len(points); i++ {
		if points[i].At.Before(points[i-1].At.Add(-time.Hour)) {
			return true
		}
	}
	return false
}

// unneededObjects lists the database objects no remaining manifest names. Objects newer than every
// manifest belong to a backup being made and stay, and so do those up to the number unknown.
func (t *Tree) unneededObjects(ctx context.Context, writer string, remaining []Manifest, unknown uint64,
) (map[string][]fs.Object, error) {
	needed := map[string]bool{}
	newest := uint64(0)
	for _, m := range remaining {
		newest = max(newest, m.Seq)
		m.names(needed)
	}
	l, err := t.list(ctx, dbDir(writer))
	if err != nil {
		return nil, err
	}
	drop := map[string][]fs.Object{}
	for name, objects := range l.names {
		if seq, ok := objectSeq(name); ok && seq > unknown && seq <= newest && !needed[name] {
			drop[name] = objects
		}
	}
	return drop, nil
}

// unneededFiles lists attachments that no point of any writer refers to and that are old enough, with the points
// of other writers that were asked. If one writer's list cannot be read, none goes.
func (t *Tree) unneededFiles(ctx context.Context, writer string, own []Manifest, now time.Time,
) (drop []fs.Object, others map[Point]bool, err error) {
	needed := map[string]bool{}
	if err = t.markFiles(ctx, writer, own, needed); err == nil {
		others, err = t.markOthers(ctx, writer, needed)
	}
	if errors.Is(err, errUnknownNeeds) || isDamage(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	drop, err = t.oldFiles(ctx, needed, now)
	return drop, others, err
}

// errUnknownNeeds says that a writer's list could not be opened.
var errUnknownNeeds = errors.New("another writer's attachments are unknown")

// othersPoints lists the points of all other writers, by writer.
func (t *Tree) othersPoints(ctx context.Context, writer string) (map[string]listing, error) {
	writers, err := t.list(ctx, writersDir)
	if err != nil {
		return nil, err
	}
	all := map[string]listing{}
	for _, other := range writers.dirs {
		if other == writer {
			continue
		}
		l, err := t.list(ctx, manifestDir(other))
		if err != nil {
			return nil, err
		}
		if l.foreign > 0 {
			return nil, errUnknownNeeds
		}
		all[other] = l
	}
	return all, nil
}

// markOthers adds what all other writers refer to and gives the points that were asked.
func (t *Tree) markOthers(ctx context.Context, writer string, needed map[string]bool) (map[Point]bool, error) {
	listings, err := t.othersPoints(ctx, writer)
	if err != nil {
		return nil, err
	}
	asked := map[Point]bool{}
	for other, l := range listings {
		var theirs []Manifest
		for _, p := range l.points(other) {
			s, err := t.recall(ctx, l, p)
			if err != nil {
				return nil, err
			}
			theirs = append(theirs, s.Manifest)
			asked[p] = true
		}
		if err := t.markFiles(ctx, other, theirs, needed); err != nil {
			return nil, err
		}
	}
	return asked, nil
}

// asked says whether every point of another writer that is there now was asked what it refers to.
func (p Plan) asked(ctx context.Context, t *Tree) (bool, error) {
	listings, err := t.othersPoints(ctx, p.writer)
	if errors.Is(err, errUnknownNeeds) {
		return false, nil
	}
	for other, l := range listings {
		for _, point := range l.points(other) {
			if !p.others[point] {
				return false, err
			}
		}
	}
	return err == nil, err
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
		for _, f := range all {
			needed[f.part().Name] = true
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
		for name, objects := range l.names {
			ours := hashPattern.MatchString(name) || packPattern.MatchString(name)
			for _, o := range objects {
				if ours && !needed[name] &&
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

// refusedMax is how many refusals end a pruning: the place refuses them all, or the line broke.
const refusedMax = 5

// removal deletes objects one by one and counts those that the storage refuses to delete.
type removal struct {
	ctx     context.Context
	refused int
	why     error // of the last refusal
}

// remove tells whether all of the objects are gone.
func (r *removal) remove(objects []fs.Object) (gone bool) {
	gone = true
	for _, o := range objects {
		if r.ctx.Err() != nil || r.refused >= refusedMax {
			return false
		}
		if err := o.Remove(r.ctx); err != nil {
			gone, r.why = false, err
			r.refused++
		}
	}
	return gone
}

// Prune deletes what a plan lists. An object the storage refuses to delete yet (object lock) stays
// for the next time, with what it needs; the count of those is returned, and why the last one was. Stopped at any
// moment, every point still listed can be restored.
func (t *Tree) Prune(ctx context.Context, plan Plan) (refused int, err error) {
	ctx = jobContext(ctx)
	r := &removal{ctx: ctx}
	stays := map[string]bool{} // what points need that could not be removed
	for _, g := range plan.going {
		if r.remove(g.objects) {
			continue
		}
		m, err := g.needs()
		if err != nil || ctx.Err() != nil {
			return r.refused, cmp.Or(ctx.Err(), r.why)
		}
		m.names(stays)
	}
	complete := r.refused == 0
	for name, objects := range plan.objects {
		if !stays[name] {
			r.remove(objects)
		}
	}
	r.remove(plan.remains)
	if complete && len(plan.files) > 0 {
		asked, err := plan.asked(ctx, t)
		if err != nil {
			return r.refused, err
		}
		if asked {
			r.remove(plan.files)
		}
	}
	return r.refused, cmp.Or(ctx.Err(), r.why)
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
	return refused, errors.Join(err, v.load(ctx))
}
