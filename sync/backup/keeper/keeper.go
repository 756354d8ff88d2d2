// Package keeper runs the backups of an open book: it watches the clock and the changes, makes
// restore points, sends them, looks after the copies, and answers what people ask of them. It is the
// engine behind package zafe/app/backup.
package keeper

import (
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
	running   *appbackup.Running
	cancel    context.CancelFunc
	lastFault *fault.Fault
	setup     *remote.Setup
	work      sync.Mutex // one job at a time
}

var _ appbackup.Engine = (*Keeper)(nil)

// New prepares a keeper; Run makes it work by itself.
func New(ctx context.Context, set Settings) (*Keeper, error) {
	change, err := set.Change(ctx)
	if err != nil {
		return nil, err
	}
	k := &Keeper{set: set, seen: change, wake: make(chan struct{}, 1)}
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

// Run follows the schedule until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	if !k.set.Automatic {
		return
	}
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
		tasks, _ := k.plan.Due(k.set.Clock())
		k.mu.Unlock()
		for _, task := range tasks {
			if ctx.Err() != nil {
				return
			}
			if err := k.do(ctx, task); err != nil {
				k.set.Log("backup "+string(task.Kind)+" failed", err)
			}
		}
	}
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
	var errs []error
	for _, task := range tasks {
		switch {
		case task.Kind == schedule.Snapshot:
			errs = append(errs, k.do(saving, task))
		case ctx.Err() == nil:
			errs = append(errs, k.do(ctx, task))
		}
	}
	return errors.Join(errs...)
}

// do runs one task and tells the schedule how it went.
func (k *Keeper) do(ctx context.Context, task schedule.Task) error {
	k.work.Lock()
	defer k.work.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := k.set.Clock()
	k.start(cancel, k.label(task.Target))
	err := k.perform(ctx, task)
	k.stop()
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.set.Clock()
	if err != nil {
		if ctx.Err() == nil {
			k.plan.Failed(now, task, remote.Passing(err))
		}
		if task.Kind == schedule.Snapshot {
			k.lastFault = fault.Of(err)
		}
		return err
	}
	if task.Kind == schedule.Snapshot {
		k.lastFault = nil
		k.plan.Saved(began)
		return nil
	}
	k.plan.Done(now, task)
	return nil
}

func (k *Keeper) perform(ctx context.Context, task schedule.Task) error {
	switch task.Kind {
	case schedule.Snapshot:
		_, err := k.set.Service.Snapshot(ctx, k.watch)
		return err
	case schedule.Send:
		return k.set.Service.Send(ctx, task.Target, k.watch).Err
	case schedule.Check:
		report, err := k.set.Service.Check(ctx, task.Target)
		if err == nil && !report.Complete() {
			return k.set.Service.Send(ctx, task.Target, k.watch).Err
		}
		return err
	default:
		if _, err := k.set.Service.Drill(ctx, task.Target, vault.Point{}, k.set.Drill(), k.watch); err != nil {
			return err
		}
		return k.prune(ctx)
	}
}

// prune removes the restore points that retention no longer keeps, once a trial restore just proved
// that newer ones are good. When it would remove much at once it waits for the owner: not an error.
func (k *Keeper) prune(ctx context.Context) error {
	_, err := k.set.Service.Prune(ctx, false)
	if f := fault.Of(err); f != nil && f.Code == fault.Conflict {
		k.set.Log("old restore points kept", err)
		return nil
	}
	return err
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

func (k *Keeper) start(cancel context.CancelFunc, destination string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cancel = cancel
	k.running = &appbackup.Running{Destination: destination}
}

func (k *Keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cancel, k.running = nil, nil
}

func (k *Keeper) watch(p vault.Progress) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running != nil {
		k.running.Stage, k.running.Done, k.running.Total = string(p.Stage), p.Done, p.Total
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
	for _, d := range k.set.Remotes.List() {
		if err := k.do(ctx, schedule.Task{Kind: schedule.Send, Target: d.ID}); err != nil {
			k.set.Log("backup send failed", err)
		}
		if ctx.Err() != nil {
			return appbackup.Status{}, ctx.Err()
		}
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
	if k.cancel != nil {
		k.cancel()
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
	if k.running != nil {
		r := *k.running
		out.Running = &r
	}
	out.LastFault = k.lastFault
	return out, nil
}

// Points implements Engine.
func (k *Keeper) Points(ctx context.Context, id string) ([]appbackup.Point, error) {
	ms, err := k.set.Service.Points(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]appbackup.Point, 0, len(ms))
	for _, m := range ms {
		out = append(out, pointOf(m))
	}
	return out, nil
}
