// Package keeper runs the backups of an open book: it watches the clock and the changes, makes
// restore points, sends them, looks after the copies, and answers what people ask of them. It is the
// engine behind package zafe/app/backup.
package keeper

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"zafe/app/aside"
	"zafe/app/audit"
	"zafe/app/auth"
	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
	"zafe/sync/metered"

	"golang.org/x/sync/semaphore"
)

// Settings are what a Keeper needs.
type Settings struct {
	Service *backup.Service
	Remotes *remote.Remotes
	// Dir is the folder of the copies that this PC keeps for itself, on the disk that holds the book.
	Dir string
	// Change is the number of the book's last change worth a backup.
	Change   func(ctx context.Context) (uint64, error)
	Measures Measures
	// SheetKnown tells whether the recovery sheet was typed back.
	SheetKnown func(ctx context.Context) (bool, error)
	// Writer gives this installation another name among the writers of the vault, and keeps it in the book.
	Writer func(ctx context.Context) (string, error)
	// Rules is where the owner's decisions on the rhythm are kept, in the book.
	Rules backup.StateStore
	// Drill gives a place for a trial restore, which checks the book it is given.
	Drill func() vault.BookSink
	Clock func() time.Time
	Log   func(what string, err error)
	// Proved hears, if set, once of each sending that arrived, comparison that found a whole copy, and trial restore that
	// passed, off the disk of the book. It must not block.
	Proved func()
	// Origin is the point that the book was restored from, nil for none.
	Origin *appbackup.Point
	// Disks lists the folders that disks of this PC are mounted at; nil where nobody looks.
	Disks func() []string
	// Line tells whether the connection of this PC is metered; nil where nobody looks.
	Line func(ctx context.Context) (metered.State, error)
	// Sample is set for the sample company: nothing is made or sent by itself until somebody adds a place to it.
	Sample bool
}

// Keeper is the engine of one open book.
type Keeper struct {
	set   Settings
	wake  chan struct{}
	disks chan struct{} // held while they are looked at
	bring chan struct{} // somebody wants what the book lacks looked for again

	ruling sync.Mutex // one change of the rules at a time

	mu        sync.Mutex
	seen      uint64 // the last change the plan was told of
	first     uint64 // the last change when the book was opened
	plan      *schedule.Schedule
	rules     appbackup.Rules
	lanes     map[string]chan struct{} // one job at a time at each destination, and one on this PC: ""
	jobs      map[string]*job          // under way, by lane
	pruned    map[string]time.Time     // the last removal of old points, by lane
	lastFault *fault.Fault
	nowhere   map[string]bool // attachments, by hash, that the book lacks and no place has
	unreached int             // of those that the book lacks, how many may be at a place that did not answer
	// comingBack is how far those are that a restore still lacks, nil when none is on its way.
	comingBack *appbackup.Running
	anewDue    bool // the last restore point on this PC cannot be relied upon, and none was made since
	ownTries   int  // in a row, of this PC's own copies after a failure
	ownTried   time.Time
	closing    bool // nothing is begun that can wait for the next start
	worst      worst
	setup      *remote.Setup
	before     remote.Destination // what setup changes, as it was
	plugs      plugs
	line       lineState

	// quiet is held in part by each job and whole while old restore points of this PC are removed, and for a
	// new recovery key or writer. The first begins only when no job is under way; a job that comes meanwhile
	// waits for its end, or until it is stopped.
	quiet *semaphore.Weighted
}

// jobsMax is more than can be under way at once.
const jobsMax = 1 << 20

var _ appbackup.Engine = (*Keeper)(nil)

// New prepares a keeper; Run makes it work by itself.
func New(ctx context.Context, set Settings) (*Keeper, error) {
	change, err := set.Change(ctx)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		set: set, seen: change, first: change, wake: make(chan struct{}, 1), disks: make(chan struct{}, 1),
		bring: make(chan struct{}, 1),
		lanes: map[string]chan struct{}{}, jobs: map[string]*job{},
		pruned: map[string]time.Time{}, quiet: semaphore.NewWeighted(jobsMax),
	}
	if k.rules, err = loadRules(ctx, set.Rules); err != nil {
		return nil, err
	}
	k.plan = k.planned(change)
	k.limit()
	return k, nil
}

// Newest is how far the newest copy on this PC is: see [backup.Service.Newest].
func (k *Keeper) Newest(ctx context.Context) (*audit.Checkpoint, error) {
	return k.set.Service.Newest(ctx)
}

// Renew lets the book get a new recovery key, and goes on with the vault that renew gives: everything is
// saved and sent anew, at once. What is being sent stops for it, and is sent again under the new key.
func (k *Keeper) Renew(ctx context.Context, renew func() (backup.VaultOf, error)) error {
	points, err := k.Points(ctx, "")
	if err != nil && ctx.Err() == nil {
		k.set.Log("the restore points under the old recovery key are not listed", err)
	}
	return k.anew(ctx, func() error {
		overtaken := k.set.Service.Overtaken(points)
		if err := k.set.Service.Renew(ctx, renew); err != nil {
			return err
		}
		if err := k.set.Service.NoteOvertaken(ctx, overtaken); err != nil { // the key is another all the same
			k.set.Log("the restore points under the old recovery key are not listed", err)
		}
		return nil
	})
}

// Continue implements Engine.
func (k *Keeper) Continue(ctx context.Context) (appbackup.Status, error) {
	err := k.anew(ctx, func() error {
		return k.set.Service.Continue(ctx, func() (string, error) { return k.set.Writer(ctx) })
	})
	if err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

// anew stops what is under way, lets the service begin anew, and saves and sends everything at once.
func (k *Keeper) anew(ctx context.Context, begin func() error) error {
	k.Stop()
	if err := k.quiet.Acquire(ctx, jobsMax); err != nil {
		return err
	}
	defer k.quiet.Release(jobsMax)
	if err := begin(); err != nil {
		return err
	}
	change, err := k.set.Change(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.seen, k.plan, k.lastFault = change, k.planned(change), nil
	k.plan.AtOnce(k.set.Clock()) // until the first copy is there, only the old sheet brings anything back
	k.lookAgain()                // a disk may have come to count as another
	k.mu.Unlock()
	k.Changed()
	return nil
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
		if !errors.Is(err, context.Canceled) { // the program ends: nothing is wrong with the book
			k.set.Log("change counter unreadable", err)
		}
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.set.Service.Seen(change)
	if change != k.seen {
		k.seen = change
		k.plan.Changed(k.set.Clock())
	}
}

// gone tells of what was found missing at a destination, and whether it is there again.
func gone(c backup.CopyStatus) *fault.Fault {
	n := c.Gone.Files
	switch {
	case n > 0 && c.Back:
		return fault.New(fault.Conflict, "backup.alarm.gone", "count", n, "at", c.GoneAt)
	case n > 0:
		return fault.New(fault.Conflict, "backup.alarm.gone_yet", "count", n, "at", c.GoneAt)
	case c.Back:
		return fault.New(fault.Conflict, "backup.alarm.gone_book", "at", c.GoneAt)
	}
	return fault.New(fault.Conflict, "backup.alarm.gone_book_yet", "at", c.GoneAt)
}

// alarms are what the owner must look into at a destination.
func alarms(c backup.CopyStatus, was *backup.PutBack) []*fault.Fault {
	var out []*fault.Fault
	if was != nil && was.Place == c.ID {
		out = append(out, fault.New(fault.Conflict, "backup.alarm.put_back", "made", was.Made))
	}
	if !c.RolledBack.IsZero() {
		key := "backup.alarm.rolled_back_yet"
		if c.Back {
			key = "backup.alarm.rolled_back"
		}
		out = append(out, fault.New(fault.Conflict, key))
	}
	if !c.GoneAt.IsZero() {
		out = append(out, gone(c))
	}
	for _, r := range c.Rivals {
		key := "backup.alarm.rival"
		if r.TookOver {
			key = "backup.alarm.taken_over"
		}
		out = append(out, fault.New(fault.Conflict, key, "name", r.Name, "writer", r.Writer))
	}
	return out
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
	k.release()
	k.bringAgain()
	if err := k.do(ctx, schedule.Task{Kind: schedule.Snapshot}, whole); err != nil {
		return appbackup.Status{}, err
	}
	var sends []schedule.Task
	for _, d := range k.set.Remotes.List() {
		sends = append(sends, schedule.Task{Kind: schedule.Send, Target: d.ID})
	}
	if err := k.all(ctx, sends, whole); err != nil {
		k.set.Log("backup send failed", err)
	}
	k.afterMending(ctx, sends)
	if ctx.Err() != nil {
		return appbackup.Status{}, ctx.Err()
	}
	return k.Status(ctx)
}

// afterMending does at once, since somebody asked, what else a damaged place needs: another restore point where this
// PC's own was damaged as well, and the trial restore that says whether all is mended.
func (k *Keeper) afterMending(ctx context.Context, sends []schedule.Task) {
	k.mu.Lock()
	anew := k.anewDue
	k.mu.Unlock()
	if anew {
		err := k.do(ctx, schedule.Task{Kind: schedule.Snapshot}, whole)
		if err == nil {
			err = k.all(ctx, sends, whole)
		}
		if err != nil {
			k.set.Log("no sound backup could be made", err)
		}
	}
	var drills []schedule.Task
	for _, c := range k.set.Service.Status(0).Copies {
		if c.Unproved && c.Fault == nil {
			drills = append(drills, schedule.Task{Kind: schedule.Drill, Target: c.ID})
		}
	}
	if err := k.all(ctx, drills, whole); err != nil {
		k.set.Log("a damaged copy is not mended yet", err)
	}
}

// Drill implements Engine. One that is under way there, as the first one of a new place soon is, is the one that is asked
// for, if it passes.
func (k *Keeper) Drill(ctx context.Context, id string) (appbackup.Status, error) {
	task := schedule.Task{Kind: schedule.Drill, Target: id}
	passed, err := k.joined(ctx, task)
	if err == nil && !passed {
		err = k.do(ctx, task, whole)
	}
	if err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

// joined waits for the end of a task that is under way already, and tells whether it went well; false where there is none.
func (k *Keeper) joined(ctx context.Context, task schedule.Task) (well bool, err error) {
	lane := laneOf(task)
	k.mu.Lock()
	j := k.jobs[lane]
	k.mu.Unlock()
	if j == nil || j.kind != task.Kind {
		return false, nil
	}
	free := k.lane(lane)
	select {
	case free <- struct{}{}:
		<-free
	case <-ctx.Done():
		return false, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return j.well, nil
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
		Saved: st.Saved.At, Unsaved: st.Unsaved, DrillUndated: st.DrillUndated,
		DrillFailed: st.DrillFailed, SheetKnown: known, Renewed: k.set.Service.Renewed(),
	}
	if st.Drill != nil {
		out.Drill = st.Drill.At
		if out.Proof, err = k.set.Measures.Proof(ctx, st.Drill.Seq); err != nil {
			return appbackup.Status{}, err
		}
	}
	var behind *fault.Fault
	again := slices.ContainsFunc(st.Copies, func(c backup.CopyStatus) bool { return c.Again })
	if st.Saved.Seq == 0 && !again { // under a new key it had points of its own already
		out.Origin = bare(k.set.Origin)
	}
	if out.Clock, err = k.clock(ctx, st, change); err != nil {
		return appbackup.Status{}, err
	}
	k.worry(&out, st)
	if p := st.PutBack; p != nil && p.Place == "" {
		behind = fault.New(fault.Conflict, "backup.alarm.local_behind", "have", p.Have, "want", p.Want)
	}
	if p := st.PutBack; p != nil && p.Place != "" {
		if _, err := k.set.Remotes.Get(p.Place); err != nil { // it was removed since
			behind = fault.New(fault.Conflict, "backup.alarm.put_back", "made", p.Made)
		}
	}
	var places []backup.CopyStatus
	for _, c := range st.Copies {
		d, err := k.set.Remotes.Get(c.ID)
		if err != nil {
			continue
		}
		oldest, err := k.set.Measures.ChangeAfter(ctx, c.LastOK.Change)
		if err != nil {
			return appbackup.Status{}, err
		}
		places = append(places, c)
		if c.LastOK.Seq == 0 { // what is there was sent by another PC, before a restore
			c.LastOK.At, c.Undated = time.Time{}, false
		}
		out.Copies = append(out.Copies, appbackup.Copy{
			Destination: appbackup.Destination(d), Light: appbackup.Light(c.Light), LastOK: c.LastOK.At,
			Tried: c.Tried, Drilled: c.Drilled, Lacks: c.Lacks, Oldest: oldest, OnDisk: c.OnDisk, Again: c.Again,
			Fault: c.Fault, Alarms: alarms(c, st.PutBack), Event: int64(c.LastOK.Change), Late: late(c.Amber, c.Red),
			Undated: c.Undated, Shelter: c.Shelter, Book: c.Waits.Book, WaitBytes: c.Waits.Bytes, Holes: c.Holes, Broken: c.Broken,
		})
	}
	out.LossSeconds = lossSeconds(st, k.set.Clock())
	rules := k.Rules()
	out.Rules = rules
	mounted := k.mounted()
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.set.Clock()
	out.Paused = rules.PausedUntil(now)
	out.Line, out.SmallBytes = appbackup.Line(k.line.state), meteredMost
	out.Running = cmp.Or(k.running(""), k.running(ownDrill))
	for i := range out.Copies {
		c := &out.Copies[i]
		c.Running = k.running(c.ID)
		c.Waiting = k.plan.Waiting(c.ID, now)
		k.metered(c)
		c.Plug, c.Disks = k.plug(places[i], mounted)
		out.Running = cmp.Or(out.Running, c.Running)
	}
	out.ComingHeld = k.line.bring
	if k.comingBack != nil {
		coming := *k.comingBack
		out.Coming = &coming
	}
	out.LastFault = cmp.Or(k.lastFault, behind)
	return out, nil
}

// clock is what is odd about the clock of this PC, nil for nothing: it is before the last change or restore point of the
// book, or long after the one before. It says the time to the minute, as it is shown: it changes no more often.
func (k *Keeper) clock(ctx context.Context, st backup.Status, change uint64) (*fault.Fault, error) {
	now, last := k.set.Clock(), st.Saved.At
	if change > 0 {
		at, err := k.set.Measures.ChangeAfter(ctx, change-1)
		if err != nil {
			return nil, err
		}
		if at.After(last) {
			last = at
		}
	}
	switch {
	case last.After(now.Add(appbackup.FutureAfter)):
		return fault.New(fault.Unavailable, "backup.worry.clock_behind", "now", now.Truncate(time.Minute), "last", last), nil
	case st.Leap != nil:
		return fault.New(fault.Unavailable, "backup.worry.clock_ahead", "now", st.Leap.To, "last", st.Leap.From), nil
	}
	return nil, nil
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
	ms, err := k.set.Service.Points(ctx, id)
	if err != nil {
		return nil, err
	}
	points := pointsOf(ms, ms)
	doubts := appbackup.NewestFirst(ms, func(m vault.Manifest) appbackup.Dated { return m.Dated(k.set.Clock()) })
	for i := range points {
		points[i] = doubted(points[i], doubts[i])
		points[i].Here = k.set.Service.Writes(points[i].WriterID)
	}
	return append(points, k.earlier(id)...), nil
}

// earlier are the restore points of a place, "" for this PC, that only an earlier recovery sheet opens.
func (k *Keeper) earlier(id string) (out []appbackup.Point) {
	there := map[string]bool{} // of this PC, whether the folder of the old copies is
	for _, b := range k.set.Service.Earlier() {
		if !slices.Contains(b.At, id) {
			continue
		}
		if _, known := there[b.Inside]; !known {
			_, err := vault.IDAt(filepath.Join(k.set.Dir, b.Inside))
			there[b.Inside] = err == nil
		}
		if id != "" || there[b.Inside] {
			out = append(out, b.Point)
		}
	}
	return out
}

// pointsOf is how people know restore points, others being known beside them.
func pointsOf(ms, others []vault.Manifest) []appbackup.Point {
	out := make([]appbackup.Point, 0, len(ms))
	for _, m := range ms {
		p := PointOf(m)
		p.Old = vault.Outlived(m, others)
		out = append(out, p)
	}
	return out
}

// doubted is a point whose date is doubtful or not. A date that is not believed does not tell that a PC went on after
// another one had taken over from it.
func doubted(p appbackup.Point, doubt bool) appbackup.Point {
	p.Doubt, p.Old = doubt, p.Old && !doubt
	return p
}

// Kept implements Engine.
func (k *Keeper) Kept(context.Context) ([]aside.Kept, error) {
	return aside.List(filepath.Dir(k.set.Dir))
}

// RemoveKept implements Engine.
func (k *Keeper) RemoveKept(_ context.Context, name string) error {
	return aside.Remove(filepath.Dir(k.set.Dir), name)
}

// bare is a point without what is in it: everybody sees the status.
func bare(p *appbackup.Point) *appbackup.Point {
	if p == nil {
		return nil
	}
	out := p.For(auth.Actor{})
	return &out
}
