package keeper

import (
	"context"
	"slices"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
	"zafe/sync/metered"
)

// meteredMost is how many bytes leave at once by themselves over a metered connection: the changes of a day's work of a
// shop, not its attachments nor its whole book.
const meteredMost = 5_000_000

// faultWaits is what a sending says that leaves something for another connection.
const faultWaits = "backup.line_waits"

// How often the system is asked about the connection, and how long it has to answer.
const (
	lineEvery = 30 * time.Second
	lineWait  = 2 * time.Second
)

// line is how a task uses a metered connection.
type line int

// What is asked for by hand uses all of it, what goes by itself spares it.
const (
	whole line = iota
	sparing
)

// lineState is what is known about the connection.
type lineState struct {
	state metered.State
	asked time.Time
	// held are the destinations that lack more than may leave while the connection is metered, until there is a new point:
	// its book may leave where attachments cannot. points counts those made since the start.
	held   map[string]bool
	points int
	// bring is that the attachments of a restore wait for another connection, anyway that somebody wants them over this.
	bring, anyway bool
}

// lookAtLine asks about the connection now and then. Once it is no longer metered, what was held back goes on.
func (k *Keeper) lookAtLine(ctx context.Context) {
	now := k.set.Clock()
	k.mu.Lock()
	due := k.set.Line != nil && (k.line.asked.IsZero() || now.Sub(k.line.asked).Abs() >= lineEvery)
	k.mu.Unlock()
	if !due {
		return
	}
	asking, cancel := context.WithTimeout(ctx, lineWait)
	defer cancel()
	state, err := k.set.Line(asking)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.line.asked = now; err != nil {
		if k.line.state != metered.Unknown {
			k.set.Log("whether the connection is metered cannot be read", err)
		}
		state = metered.Unknown
	}
	if was := k.line.state; was == metered.Limited && state != was {
		for _, d := range k.set.Remotes.List() {
			if hurt, _ := k.set.Service.Ails(d.ID); hurt { // reading what is there was too dear
				k.plan.Lacking(d.ID)
			}
		}
	}
	if k.line.state = state; state != metered.Limited {
		k.line.held, k.line.bring, k.line.anyway = nil, false, false
	}
}

// spared leaves out of what is due what a metered connection is too dear for: trial restores, and what was found to be
// too much. A disk of this PC is no connection. The lock is held.
func (k *Keeper) spared(due []schedule.Task) []schedule.Task {
	if k.line.state != metered.Limited {
		return due
	}
	return slices.DeleteFunc(due, func(task schedule.Task) bool {
		return k.overLine(task.Target) && (task.Kind == schedule.Drill || k.line.held[task.Target])
	})
}

// mostOf is how many bytes a task may send, 0 for no limit.
func (k *Keeper) mostOf(task schedule.Task, line line) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if line == whole || k.line.state != metered.Limited || !k.overLine(task.Target) {
		return 0
	}
	return meteredMost
}

// spare ends a sending that was begun over another connection and is too much for the metered one of now; what may
// leave over this one is sent next. The lock is held.
func (k *Keeper) spare(j *job, task schedule.Task) {
	if k.line.state == metered.Limited && j.Total-j.Done > meteredMost && k.overLine(task.Target) {
		j.stopped, j.held = true, true
		j.cancel()
	}
}

// holdBack notes that what a destination lacks is too much for the connection there is, unless a point was made
// meanwhile, which is tried; the lock is held.
func (k *Keeper) holdBack(j *job, task schedule.Task) {
	j.held = true
	if j.points != k.line.points {
		return
	}
	if k.line.held == nil {
		k.line.held = map[string]bool{}
	}
	k.line.held[task.Target] = true
}

// metered tells of a copy what the connection holds back, which is no fault; the lock is held.
func (k *Keeper) metered(c *appbackup.Copy) {
	key := fault.KeyOf(c.Fault)
	c.Metered = k.line.state == metered.Limited && (k.line.held[c.ID] || key == faultWaits)
	if key == faultWaits || c.Metered && key == "backup.cancelled" {
		c.Fault = nil
	}
}

// overLine tells whether the way to a destination is the connection of this PC.
func (k *Keeper) overLine(id string) bool {
	d, err := k.set.Remotes.Get(id)
	return err == nil && d.Provider != "local"
}

// dear tells whether attachments are too much to fetch over the connection there is by themselves.
func (k *Keeper) dear(missing []vault.Attachment) bool {
	total := int64(0)
	for _, a := range missing {
		total += a.Size
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.line.state == metered.Limited && !k.line.anyway && total > meteredMost
}

// hold notes whether the attachments of a restore wait for another connection.
func (k *Keeper) hold(on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.line.bring = on
}

// release fetches what waits over the connection there is: somebody asked for a copy by hand.
func (k *Keeper) release() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.line.anyway = true
}

// awaitLine waits until what was held back may come, and no longer than bringEvery: a disk may be plugged in meanwhile.
func (k *Keeper) awaitLine(ctx context.Context, missing []vault.Attachment) {
	tick := time.NewTicker(bringLook)
	defer tick.Stop()
	for began := k.set.Clock(); k.dear(missing) && k.set.Clock().Sub(began).Abs() < bringEvery; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.lookAtLine(ctx)
		}
	}
}
