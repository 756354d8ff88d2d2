package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// tick is how often the schedule is asked; changes are only minutes apart at best.
const tick = 5 * time.Second

// automatic tells whether restore points are made, sent and tried by themselves.
func (k *Keeper) automatic() bool { return !k.set.Sample || len(k.set.Remotes.List()) > 0 }

// job is one task under way.
type job struct {
	appbackup.Running
	kind    schedule.Kind
	well    bool // it worked; once it has ended
	cancel  context.CancelFunc
	stopped bool // by the owner
	held    bool // by a pause, or because the connection is metered
	points  int  // lineState.points when it began
}

// Run follows the schedule until ctx ends. Each destination has its own worker while something is due
// there, so that a slow one delays neither the others nor the next restore point.
func (k *Keeper) Run(ctx context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-k.wake:
		}
		k.look(ctx)
		k.limit()
		k.lookAtLine(ctx)
		k.followDisks(ctx, &workers)
		if !k.automatic() {
			continue
		}
		due := k.due(k.set.Clock())
		saved := k.set.Service.Saved().Seq > 0
		for target, tasks := range byTarget(due) {
			if target != "" && (!saved || due[0].Kind == schedule.Snapshot) {
				continue // there is nothing to send yet, or it would have to be sent again
			}
			lane := k.lane(target)
			select {
			case lane <- struct{}{}:
				workers.Go(func() {
					k.follow(ctx, tasks)
					<-lane
					k.Changed() // perhaps there is something to send now
				})
			default: // at work: what is due there still is when it has done
			}
		}
	}
}

// followDisks looks at the disks of this PC, beside all else.
func (k *Keeper) followDisks(ctx context.Context, workers *sync.WaitGroup) {
	if k.set.Disks == nil {
		return
	}
	select {
	case k.disks <- struct{}{}:
		workers.Go(func() {
			k.lookAtDisks(ctx)
			<-k.disks
		})
	default:
	}
}

// due lists what is to be done now, by the rules of the moment.
func (k *Keeper) due(now time.Time) []schedule.Task {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.plan.Pause(k.rules.PausedUntil(now))
	due, _ := k.plan.Due(now)
	return compared(k.spared(due))
}

// compared leaves out the comparison of a place that is sent to, or tried, at the same time: a sending ends with it and a
// trial restore begins with it. What succeeded once is told once.
func compared(due []schedule.Task) []schedule.Task {
	return slices.DeleteFunc(slices.Clone(due), func(task schedule.Task) bool {
		return task.Kind == schedule.Check && slices.ContainsFunc(due, func(o schedule.Task) bool {
			return o.Target == task.Target && o.Kind != schedule.Check
		})
	})
}

// byTarget gives each destination's tasks, in their order.
func byTarget(tasks []schedule.Task) map[string][]schedule.Task {
	out := map[string][]schedule.Task{}
	for _, task := range tasks {
		out[task.Target] = append(out[task.Target], task)
	}
	return out
}

// follow does a destination's tasks, its lane being held, up to the first that fails or is stopped: the
// others are of the same place, and the schedule knows better after that what to do and when.
func (k *Keeper) follow(ctx context.Context, tasks []schedule.Task) {
	for _, task := range tasks {
		if ctx.Err() != nil {
			return
		}
		if held, err := k.run(ctx, task, sparing); err != nil {
			if !held {
				k.set.Log("backup "+string(task.Kind)+" failed", err)
			}
			return
		}
	}
}

func (k *Keeper) lane(target string) chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lanes[target] == nil {
		k.lanes[target] = make(chan struct{}, 1)
	}
	return k.lanes[target]
}

// Before makes a restore point on this PC of what no point has, before an operation that changes much at once. It
// gives up when ctx ends: the operation goes on, and what would have been in that point is in the one before it or in
// the book.
func (k *Keeper) Before(ctx context.Context, what string) {
	k.look(ctx)
	k.mu.Lock()
	needless := !k.automatic() || k.closing || !k.plan.Unsaved()
	k.mu.Unlock()
	if needless {
		return
	}
	if err := k.do(ctx, schedule.Task{Kind: schedule.Snapshot}, whole); err != nil {
		k.set.Log("no restore point before "+what, err)
	}
}

// lastPoint is the time a restore point may take when the system stops the program.
const lastPoint = 20 * time.Second

// Close does what is left before the program ends: save, then send. A restored book that was only looked at leaves
// nothing behind: it may have been restored for a trial, beside the one that goes on. Ending ctx leaves the sending for
// the next start; the restore point on this PC is made all the same, the system allows that much.
func (k *Keeper) Close(ctx context.Context) error {
	if !k.automatic() {
		return nil
	}
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPoint)
	defer cancel()
	k.look(saving)
	k.mu.Lock()
	k.plan.Pause(k.rules.PausedUntil(k.set.Clock()))
	tasks, untouched := k.plan.OnClose(k.set.Clock()), k.seen == k.first
	k.closing = true
	k.mu.Unlock()
	if k.set.Origin != nil && untouched && k.set.Service.Status(k.first).Saved.Seq == 0 {
		return nil
	}
	var saved error
	if len(tasks) > 0 && tasks[0].Kind == schedule.Snapshot {
		saved, tasks = k.do(saving, tasks[0], sparing), tasks[1:]
	}
	k.mu.Lock()
	tasks = k.spared(tasks) // a new point may leave where the one before it waits
	k.mu.Unlock()
	err := errors.Join(saved, k.all(ctx, tasks, sparing))
	if since, known := k.exposure(ctx); known {
		k.noteLoss(ctx, since, true)
	}
	return err
}

// all does tasks of different destinations side by side and returns when each has done or failed.
func (k *Keeper) all(ctx context.Context, tasks []schedule.Task, line line) error {
	errs := make([]error, len(tasks))
	var wait sync.WaitGroup
	for i, task := range tasks {
		if ctx.Err() == nil {
			wait.Go(func() { errs[i] = k.do(ctx, task, line) })
		}
	}
	wait.Wait()
	return errors.Join(errs...)
}

// do runs one task when its destination is free. What a metered connection holds back is no error.
func (k *Keeper) do(ctx context.Context, task schedule.Task, line line) error {
	free := k.lane(laneOf(task))
	select {
	case free <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-free }()
	held, err := k.run(ctx, task, line)
	if held && line == sparing {
		return nil
	}
	return err
}

// run does one task, its lane being held, and tells the schedule how it went; held is whether a pause or a metered
// connection has ended it.
func (k *Keeper) run(ctx context.Context, task schedule.Task, line line) (held bool, err error) {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	began := k.set.Clock()
	j := k.start(cancel, task)
	err = k.quiet.Acquire(working, 1)
	if err == nil {
		how := backup.Manner{Most: k.mostOf(task, line), Look: line == whole}
		err = k.perform(working, task, how, k.watch(j, task, line))
		k.quiet.Release(1)
	}
	held = k.ended(ctx, task, j, began, err)
	if err == nil {
		k.proved(task)
		k.prune(working, task)
	}
	k.stop(task)
	return held, err
}

// proved tells that a task has shown that a place elsewhere can be relied on.
func (k *Keeper) proved(task schedule.Task) {
	if k.set.Proved == nil {
		return
	}
	for _, c := range k.set.Service.Status(0).Copies {
		if c.ID == task.Target && !c.OnDisk && c.Broken == nil {
			k.set.Proved()
		}
	}
}

// ended tells the schedule how a task went, and whether it was held back.
func (k *Keeper) ended(ctx context.Context, task schedule.Task, j *job, began time.Time, err error) (held bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.set.Clock()
	j.well = err == nil
	switch {
	case fault.KeyOf(err) == faultWaits:
		k.holdBack(j, task)
	case err == nil && task.Kind == schedule.Snapshot:
		k.line.points++
		clear(k.line.held)
	case err == nil:
		delete(k.line.held, task.Target)
	}
	if task.Kind == schedule.Snapshot && !j.stopped && ctx.Err() == nil {
		k.lastFault = fault.Of(err)
	}
	switch {
	case err != nil && ctx.Err() != nil: // the program ends
	case err != nil && j.held:
		k.plan.Held(task)
	case err != nil:
		k.plan.Failed(now, task, j.stopped || remote.Passing(err))
	case task.Kind == schedule.Snapshot:
		k.plan.Saved(began)
	default:
		k.plan.Done(now, task)
	}
	hurt, _ := k.set.Service.Ails(task.Target)
	k.plan.Hurt(task.Target, hurt)
	return err != nil && j.held
}

func (k *Keeper) perform(ctx context.Context, task schedule.Task, how backup.Manner, watch vault.Watch) error {
	switch task.Kind {
	case schedule.Snapshot:
		taken, err := k.set.Service.Snapshot(ctx, watch)
		if n := len(taken.Damaged); n > 0 { // the rest is safe; verify tells people which
			k.set.Log("attachments missing from the backup", fmt.Errorf("%d of them cannot be read", n))
			k.bringAgain()
		}
		if err == nil {
			k.proveOwn(ctx, watch)
		}
		return err
	case schedule.Send:
		return k.send(ctx, task.Target, how, watch)
	case schedule.Check:
		report, err := k.set.Service.Check(ctx, task.Target)
		if hurt, _ := k.set.Service.Ails(task.Target); err == nil && (hurt || !report.Complete()) {
			return k.send(ctx, task.Target, how, watch)
		}
		return err
	default:
		err := k.drill(ctx, task.Target, watch)
		if hurt, _ := k.set.Service.Ails(task.Target); hurt && err != nil {
			k.mend(task.Target)
		}
		return err
	}
}

// proveOwn tries this PC's own copies again after a restore point was made: once what was damaged of them is stored anew,
// a few times in a row, and each day as long as the last trial failed.
func (k *Keeper) proveOwn(ctx context.Context, watch vault.Watch) {
	failed, now := k.set.Service.Status(0).OwnFailed, k.set.Clock()
	k.mu.Lock()
	anew := k.anewDue && k.ownTries < ownTriesMost
	if k.anewDue = false; !failed {
		k.ownTries = 0
	}
	age := now.Sub(k.ownTried)
	due := failed && (anew || age < 0 || age >= ownEvery)
	if due {
		k.ownTries, k.ownTried = k.ownTries+1, now
	}
	k.mu.Unlock()
	if !due {
		return
	}
	if err := k.drill(ctx, "", watch); err != nil {
		k.set.Log("the copies on this PC are not mended yet", err)
	}
}

// ownTriesMost is how often in a row this PC's own copies are tried at once after they were stored anew, ownEvery the time
// between two trials while they go on failing.
const (
	ownTriesMost = 3
	ownEvery     = 24 * time.Hour
)

// mend makes a sending due at a place where something is damaged.
func (k *Keeper) mend(id string) {
	k.mu.Lock()
	k.plan.Lacking(id)
	k.mu.Unlock()
	k.Changed()
}

// pruneEvery is the time between two removals of old restore points at one place.
const pruneEvery = time.Hour

// prune removes the restore points that retention no longer keeps at the place of a task that worked, its lane
// being held: on this PC once nothing else is under way, elsewhere while others work. That takes a trial restore
// that passed lately; what needs the owner's word waits for it, which is not an error.
func (k *Keeper) prune(ctx context.Context, task schedule.Task) {
	now := k.set.Clock()
	k.mu.Lock()
	last, ok := k.pruned[task.Target]
	closing := k.closing
	k.mu.Unlock()
	if closing {
		return
	}
	if age := now.Sub(last); ok && age >= 0 && age < pruneEvery || !k.set.Service.Proved(task.Target) {
		return
	}
	share, remove := int64(1), k.set.Service.PruneAt
	if task.Target == "" {
		share = jobsMax
		remove = func(ctx context.Context, _ string, confirmed bool) (int, error) {
			return k.set.Service.Prune(ctx, confirmed)
		}
	}
	if !k.quiet.TryAcquire(share) {
		return // the next point's turn, when nothing is being sent
	}
	defer k.quiet.Release(share)
	_, err := remove(ctx, task.Target, false)
	switch f := fault.Of(err); {
	case f == nil:
	case f.Key == "backup.prune_refused": // the place keeps what is old, which a lock is for: it is said in its line
	case f.Key == "backup.busy" || ctx.Err() != nil:
		return
	default:
		k.set.Log("old restore points kept", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pruned[task.Target] = now
}

func (k *Keeper) start(cancel context.CancelFunc, task schedule.Task) *job {
	j := &job{Running: appbackup.Running{Destination: k.label(task.Target)}, kind: task.Kind, cancel: cancel}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.jobs[laneOf(task)], j.points = j, k.line.points
	k.plan.Started(task)
	return j
}

func (k *Keeper) stop(task schedule.Task) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.jobs, laneOf(task))
}

// watch keeps how far a job has come.
func (k *Keeper) watch(j *job, task schedule.Task, line line) vault.Watch {
	return func(p vault.Progress) {
		k.mu.Lock()
		defer k.mu.Unlock()
		runs(&j.Running, p)
		if line == sparing && p.Stage == vault.StageSend {
			k.spare(j, task)
		}
	}
}

// runs notes how far work has come.
func runs(r *appbackup.Running, p vault.Progress) {
	r.Stage, r.Done, r.Total, r.Files, r.Of = string(p.Stage), p.Done, p.Total, p.Objects, p.Of
}
