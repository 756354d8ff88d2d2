// Package keeper runs the backups of an open book: it watches the clock and the changes, makes
// restore points, sends them, looks after the copies, and answers what people ask of them. It is the
// engine behind package zafe/app/backup.
package keeper

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// Settings are what a Keeper needs.
type Settings struct {
	Service *backup.Service
	Remotes *remote.Remotes
	// Change is the number of the book's last change worth a backup.
	Change func(ctx context.Context) (uint64, error)
	// SheetKnown tells whether the recovery sheet was typed back.
	SheetKnown func(ctx context.Context) (bool, error)
	// Drill gives a place for a trial restore, which checks the book it is given.
	Drill func() vault.BookSink
	Clock func() time.Time
	Log   func(what string, err error)
	// Automatic is false for the sample company and tests that back up by hand.
	Automatic bool
}

// tick is how often the schedule is asked; changes are only minutes apart at best.
const tick = 5 * time.Second

// Keeper is the engine of one open book.
type Keeper struct {
	set  Settings
	wake chan struct{}

	mu        sync.Mutex
	seen      uint64 // the last change the plan was told of
	plan      *schedule.Schedule
	lanes     map[string]chan struct{} // one job at a time at each destination, and one on this PC: ""
	jobs      map[string]*job          // under way, by lane
	pruneDue  bool
	lastFault *fault.Fault
	setup     *remote.Setup

	quiet sync.RWMutex // removing old restore points excludes all jobs; it never waits for them
}

// job is one task under way.
type job struct {
	appbackup.Running
	cancel  context.CancelFunc
	stopped bool // by the owner
}

var _ appbackup.Engine = (*Keeper)(nil)

// New prepares a keeper; Run makes it work by itself.
func New(ctx context.Context, set Settings) (*Keeper, error) {
	change, err := set.Change(ctx)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		set: set, seen: change, wake: make(chan struct{}, 1),
		lanes: map[string]chan struct{}{}, jobs: map[string]*job{},
	}
	st := set.Service.Status(change)
	k.plan = schedule.New(schedule.Default, set.Clock(), st.Unsaved)
	for _, c := range st.Copies {
		k.plan.Add(set.Clock(), c.ID, !c.Lacks, c.LastOK.At, c.Drilled)
	}
	return k, nil
}

// Changed says that something was committed: perhaps a change worth a backup. It never blocks.
func (k *Keeper) Changed() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// look tells the plan when the book really changed: log-ins, and what the keeper itself writes down,
// must not set off a backup, or one would set off the next for ever.
func (k *Keeper) look(ctx context.Context) {
	change, err := k.set.Change(ctx)
	if err != nil {
		k.set.Log("change counter unreadable", err)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if change != k.seen {
		k.seen = change
		k.plan.Changed(k.set.Clock())
	}
}

// Run follows the schedule until ctx ends. Each destination has its own worker while something is due
// there, so that a slow one delays neither the others nor the next restore point.
func (k *Keeper) Run(ctx context.Context) {
	if !k.set.Automatic {
		return
	}
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
		k.mu.Lock()
		due, _ := k.plan.Due(k.set.Clock())
		k.mu.Unlock()
		saved := k.set.Service.Status(0).Saved.Seq > 0
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

// byTarget gives each destination's tasks, in their order.
func byTarget(tasks []schedule.Task) map[string][]schedule.Task {
	out := map[string][]schedule.Task{}
	for _, task := range tasks {
		out[task.Target] = append(out[task.Target], task)
	}
	return out
}

// follow does a destination's tasks, its lane being held.
func (k *Keeper) follow(ctx context.Context, tasks []schedule.Task) {
	for _, task := range tasks {
		if ctx.Err() != nil {
			return
		}
		if err := k.run(ctx, task); err != nil {
			k.set.Log("backup "+string(task.Kind)+" failed", err)
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

// lastPoint is the time a restore point may take when the system stops the program.
const lastPoint = 20 * time.Second

// Close does what is left before the program ends: save, then send. Ending ctx leaves the sending for
// the next start; the restore point on this PC is made all the same, the system allows that much.
func (k *Keeper) Close(ctx context.Context) error {
	if !k.set.Automatic {
		return nil
	}
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPoint)
	defer cancel()
	k.look(saving)
	k.mu.Lock()
	tasks := k.plan.OnClose()
	k.mu.Unlock()
	var saved error
	if len(tasks) > 0 && tasks[0].Kind == schedule.Snapshot {
		saved, tasks = k.do(saving, tasks[0]), tasks[1:]
	}
	return errors.Join(saved, k.all(ctx, tasks))
}

// all does tasks of different destinations side by side and returns when each has done or failed.
func (k *Keeper) all(ctx context.Context, tasks []schedule.Task) error {
	errs := make([]error, len(tasks))
	var wait sync.WaitGroup
	for i, task := range tasks {
		if ctx.Err() == nil {
			wait.Go(func() { errs[i] = k.do(ctx, task) })
		}
	}
	wait.Wait()
	return errors.Join(errs...)
}

// do runs one task when its destination is free.
func (k *Keeper) do(ctx context.Context, task schedule.Task) error {
	lane := k.lane(task.Target)
	select {
	case lane <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-lane }()
	return k.run(ctx, task)
}

// run does one task, its lane being held, and tells the schedule how it went.
func (k *Keeper) run(ctx context.Context, task schedule.Task) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	began := k.set.Clock()
	j := k.start(cancel, task)
	k.quiet.RLock()
	err := k.perform(working, task, k.watch(j))
	k.quiet.RUnlock()
	k.ended(ctx, task, j, began, err)
	k.prune(working)
	k.stop(task)
	return err
}

// ended tells the schedule how a task went.
func (k *Keeper) ended(ctx context.Context, task schedule.Task, j *job, began time.Time, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.set.Clock()
	if task.Kind == schedule.Snapshot && !j.stopped && ctx.Err() == nil {
		k.lastFault = fault.Of(err)
	}
	switch {
	case err != nil && ctx.Err() != nil: // the program ends
	case err != nil:
		k.plan.Failed(now, task, j.stopped || remote.Passing(err))
	case task.Kind == schedule.Snapshot:
		k.plan.Saved(began)
	default:
		k.plan.Done(now, task)
		k.pruneDue = k.pruneDue || task.Kind == schedule.Drill
	}
}

func (k *Keeper) perform(ctx context.Context, task schedule.Task, watch vault.Watch) error {
	switch task.Kind {
	case schedule.Snapshot:
		_, err := k.set.Service.Snapshot(ctx, watch)
		return err
	case schedule.Send:
		return k.set.Service.Send(ctx, task.Target, watch).Err
	case schedule.Check:
		report, err := k.set.Service.Check(ctx, task.Target)
		if err == nil && !report.Complete() {
			return k.set.Service.Send(ctx, task.Target, watch).Err
		}
		return err
	default:
		_, err := k.set.Service.Drill(ctx, task.Target, vault.Point{}, k.set.Drill(), watch)
		return err
	}
}

// prune removes the restore points that retention no longer keeps, once a trial restore has proved that
// newer ones are good and no job is under way. When it would remove much at once it waits for the
// owner: not an error.
func (k *Keeper) prune(ctx context.Context) {
	if !k.quiet.TryLock() {
		return // whoever is at work does it then
	}
	defer k.quiet.Unlock()
	k.mu.Lock()
	due := k.pruneDue
	k.pruneDue = false
	k.mu.Unlock()
	if !due {
		return
	}
	_, err := k.set.Service.Prune(ctx, false)
	switch f := fault.Of(err); {
	case f == nil:
	case f.Code == fault.Conflict && f.Key != "backup.busy":
		k.set.Log("old restore points kept", err)
	default:
		k.set.Log("old restore points not removed", err)
		k.mu.Lock()
		k.pruneDue = true
		k.mu.Unlock()
	}
}

// alarms are what the owner must look into at a destination.
func alarms(c backup.CopyStatus) []*fault.Fault {
	var out []*fault.Fault
	if !c.RolledBack.IsZero() {
		out = append(out, fault.New(fault.Conflict, "backup.alarm.rolled_back"))
	}
	for _, r := range c.Rivals {
		out = append(out, fault.New(fault.Conflict, "backup.alarm.rival", "name", r.Name))
	}
	return out
}

func (k *Keeper) start(cancel context.CancelFunc, task schedule.Task) *job {
	j := &job{Running: appbackup.Running{Destination: k.label(task.Target)}, cancel: cancel}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.jobs[task.Target] = j
	k.plan.Started(task)
	return j
}

func (k *Keeper) stop(task schedule.Task) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.jobs, task.Target)
}

// watch keeps how far a job has come.
func (k *Keeper) watch(j *job) vault.Watch {
	return func(p vault.Progress) {
		k.mu.Lock()
		defer k.mu.Unlock()
		j.Stage, j.Done, j.Total = string(p.Stage), p.Done, p.Total
	}
}

func (k *Keeper) label(id string) string {
	if d, err := k.set.Remotes.Get(id); err == nil {
		return d.Label
	}
	return ""
}

// Now implements Engine. A destination that fails does not stop the others; its fault is in the
// status. The error is about the restore point itself.
func (k *Keeper) Now(ctx context.Context) (appbackup.Status, error) {
	if err := k.do(ctx, schedule.Task{Kind: schedule.Snapshot}); err != nil {
		return appbackup.Status{}, err
	}
	var sends []schedule.Task
	for _, d := range k.set.Remotes.List() {
		sends = append(sends, schedule.Task{Kind: schedule.Send, Target: d.ID})
	}
	if err := k.all(ctx, sends); err != nil {
		k.set.Log("backup send failed", err)
	}
	if ctx.Err() != nil {
		return appbackup.Status{}, ctx.Err()
	}
	return k.Status(ctx)
}

// Drill implements Engine.
func (k *Keeper) Drill(ctx context.Context, id string) (appbackup.Status, error) {
	if err := k.do(ctx, schedule.Task{Kind: schedule.Drill, Target: id}); err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

// Stop implements Engine.
func (k *Keeper) Stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, j := range k.jobs {
		j.stopped = true
		j.cancel()
	}
}

// Status implements Engine.
func (k *Keeper) Status(ctx context.Context) (appbackup.Status, error) {
	change, err := k.set.Change(ctx)
	if err != nil {
		return appbackup.Status{}, err
	}
	known, err := k.set.SheetKnown(ctx)
	if err != nil {
		return appbackup.Status{}, err
	}
	st := k.set.Service.Status(change)
	out := appbackup.Status{
		Light: appbackup.Light(st.Overall), Saved: st.Saved.At, Unsaved: st.Unsaved,
		DrillFailed: st.DrillFailed, SheetKnown: known,
	}
	if st.Drill != nil {
		out.Drill = st.Drill.At
	}
	for _, c := range st.Copies {
		d, err := k.set.Remotes.Get(c.ID)
		if err != nil {
			continue
		}
		out.Copies = append(out.Copies, appbackup.Copy{
			Destination: appbackup.Destination(d), Light: appbackup.Light(c.Light), LastOK: c.LastOK.At,
			Tried: c.Tried, Drilled: c.Drilled, Lacks: c.Lacks, Fault: c.Fault, Alarms: alarms(c),
		})
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	out.Running = k.running("")
	for i := range out.Copies {
		c := &out.Copies[i]
		c.Running = k.running(c.ID)
		out.Running = cmp.Or(out.Running, c.Running)
	}
	out.LastFault = k.lastFault
	return out, nil
}

// running tells how far the work at a destination, or on this PC, has come; nil when there is none.
func (k *Keeper) running(target string) *appbackup.Running {
	j := k.jobs[target]
	if j == nil {
		return nil
	}
	r := j.Running
	return &r
}

// Points implements Engine.
func (k *Keeper) Points(ctx context.Context, id string) ([]appbackup.Point, error) {
	ms, err := k.set.Service.Points(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]appbackup.Point, 0, len(ms))
	for _, m := range ms {
		out = append(out, appbackup.Point{
			Writer: m.WriterName, Seq: m.Seq, Made: m.Created, Bytes: m.BookBytes(),
			Invoice: m.Checks.LastInvoice, Invoices: m.Checks.InvoiceCount,
		})
	}
	return out, nil
}
