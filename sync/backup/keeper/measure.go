package keeper

import (
	"context"
	"errors"
	"slices"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// Measures keeps what was measured in the journal of the book.
type Measures interface {
	Note(ctx context.Context, m appbackup.Measure) error
	// Proof is the newest trial restore of the point with a number that passed, nil for none.
	Proof(ctx context.Context, seq uint64) (*appbackup.Measure, error)
	// ChangeAfter is when the first change after one was made, the zero time if there is none.
	ChangeAfter(ctx context.Context, change uint64) (time.Time, error)
}

// ownDrill is the lane of a trial restore from this PC's own copies: it keeps no restore point waiting.
const ownDrill = "own drill"

// laneOf is where a task waits for others.
func laneOf(task schedule.Task) string {
	if task.Kind == schedule.Drill && task.Target == "" {
		return ownDrill
	}
	return task.Target
}

// drill restores the newest point of a place to nowhere, then an older one, and notes what that took. What names and
// sizes tell is looked at first, and what has gone is sent again.
func (k *Keeper) drill(ctx context.Context, id string, watch vault.Watch) error {
	if id != "" {
		report, err := k.set.Service.Check(ctx, id)
		if err == nil && !report.Complete() {
			err = k.send(ctx, id, backup.Manner{Look: true}, watch)
		}
		if err != nil && fault.KeyOf(err) != "backup.put_back" { // then nothing is sent, and what is there can be tried
			return err
		}
	}
	done, err := k.set.Service.Drill(ctx, id, vault.Point{}, k.set.Drill(), watch)
	k.noteTrial(ctx, id, done, false, err)
	if err != nil {
		return errors.Join(err, k.cleanse(ctx, id, err, watch))
	}
	done, err = k.set.Service.DrillOlder(ctx, id, k.set.Drill(), watch)
	if err != nil && !backup.Tells(ctx, err) {
		k.set.Log("no older restore point was tried", err)
		return ctx.Err() // the newest was: the older one has its turn next week
	}
	k.noteTrial(ctx, id, done, true, err)
	if err != nil {
		older := fault.New(fault.Conflict, "backup.older_failed", "made", done.Point.At).Because(err)
		return errors.Join(older, k.cleanse(ctx, id, err, watch))
	}
	return nil
}

// cleanse lets the next restore point, which is due then, store again what a trial restore from this PC found damaged.
func (k *Keeper) cleanse(ctx context.Context, id string, err error, watch vault.Watch) error {
	_, anew := k.set.Service.Ails(id)
	if id == "" && !anew {
		if anew, err = k.set.Service.Cleanse(ctx, err, watch); err != nil {
			return err
		}
	}
	if anew {
		k.anewAtOnce()
	}
	return nil
}

// anewAtOnce makes a restore point due now: another one cannot be relied upon.
func (k *Keeper) anewAtOnce() {
	k.mu.Lock()
	k.plan.AtOnce(k.set.Clock())
	k.anewDue = true
	k.mu.Unlock()
	k.Changed()
}

// noteTrial notes how a trial restore went, unless it says nothing about the copy.
func (k *Keeper) noteTrial(ctx context.Context, id string, t backup.Trial, older bool, err error) {
	if t.Point.Seq == 0 || err != nil && !backup.Tells(ctx, err) {
		return
	}
	m := appbackup.Measure{
		Kind: appbackup.TrialMeasure, Promised: k.Rules().Promise().Back.Milliseconds(), Place: id, Label: k.label(id),
		Older: older, Seq: t.Point.Seq, Made: t.Point.At, Millis: t.BookTook.Milliseconds(), Bytes: t.BookRead,
		Debit: t.Manifest.Checks.SumDebit, Credit: t.Manifest.Checks.SumCredit, Invoices: t.Manifest.Checks.InvoiceCount,
		Files: appbackup.FilesRead{Bytes: t.FilesRead, Millis: t.FilesTook.Milliseconds(), All: t.Manifest.Files.Bytes},
	}
	if d, missing := k.set.Remotes.Get(id); missing == nil {
		m.Away = d.Away
	}
	if err != nil {
		m.Fault = fault.Of(err).Key
	}
	k.note(ctx, m)
}

// exposure is when the oldest work was done that no place away from the house has; zero when all is there. It is not
// known before the first copy is at such a place.
func (k *Keeper) exposure(ctx context.Context) (since time.Time, known bool) {
	var safe uint64
	mounted := k.mounted()
	for _, c := range k.set.Service.Status(0).Copies {
		if last, away := k.away(c, mounted); away && last.Seq > 0 && c.Broken == nil {
			safe, known = max(safe, last.Change), true
		}
	}
	if !known {
		return since, false
	}
	since, err := k.set.Measures.ChangeAfter(context.WithoutCancel(ctx), safe)
	if err != nil {
		k.set.Log("the work that is nowhere else is unknown", err)
	}
	return since, err == nil
}

// away is how far the copy at a place is that is in another building at this moment; ok is false where none is. See
// [appbackup.Copy.Elsewhere].
func (k *Keeper) away(c backup.CopyStatus, mounted []string) (last backup.Mark, ok bool) {
	d, err := k.set.Remotes.Get(c.ID)
	if err != nil || !d.Away || c.OnDisk {
		return last, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at, _ := k.presence(c.ID, mounted)
	if !at.Here {
		return c.LastOK, true
	}
	for _, disk := range c.Disks { // the newest first
		if !k.is(at, disk.Disk) && disk.LastOK.Seq > 0 {
			return disk.LastOK, true
		}
	}
	return last, false
}

// worst is the longest time noted on a day.
type worst struct {
	day  string
	loss time.Duration
}

// follows tells whether the journal is to hear of a time after what it heard: of the first of a day, and of a longer
// one that is over. Of one that still grows, because a line is down and tried hundreds of times a day, only where it
// doubled or begins to break the promise.
func (w worst) follows(last worst, over bool, promised time.Duration) bool {
	broken := w.loss > promised && last.loss <= promised
	return w.day != last.day || w.loss > last.loss && (over || broken || w.loss >= 2*last.loss)
}

// noteLoss notes for how long work was nowhere else, as far as the journal has to hear of it. Over says that it is not
// going to be noted again as a longer one: the work is elsewhere now, or the program ends.
func (k *Keeper) noteLoss(ctx context.Context, since time.Time, over bool) {
	now, promised := k.set.Clock(), k.Rules().Promise().Loss
	w := worst{day: now.Format(time.DateOnly)}
	if !since.IsZero() {
		w.loss = max(0, now.Sub(since))
	}
	k.mu.Lock()
	follows := w.follows(k.worst, over, promised)
	if follows {
		k.worst = w
	}
	k.mu.Unlock()
	if follows {
		k.note(ctx, appbackup.Measure{
			Kind: appbackup.LossMeasure, Millis: w.loss.Milliseconds(), Promised: promised.Milliseconds(),
		})
	}
}

// note keeps a measure; the work that was measured is done, whatever becomes of it.
func (k *Keeper) note(ctx context.Context, m appbackup.Measure) {
	if err := k.set.Measures.Note(context.WithoutCancel(ctx), m); err != nil {
		k.set.Log("a measure of the copies was not noted", err)
	}
}

// send sends to a place, and notes for how long work was nowhere else until then.
func (k *Keeper) send(ctx context.Context, id string, how backup.Manner, watch vault.Watch) error {
	since, known := k.exposure(ctx)
	remote.EmptyBurst()
	sent := k.set.Service.SendAs(ctx, id, how, watch)
	err := sent.Err
	k.on(id, sent.Disk)
	switch key := fault.KeyOf(err); {
	case sent.Anew, key == "backup.copy_incomplete", key == "backup.files_missing": // this PC has not got it either
		k.anewAtOnce()
	}
	if sent.Prove {
		k.mu.Lock()
		k.plan.Prove(id)
		k.mu.Unlock()
	}
	if known {
		after := k.set.Service.Status(0).Copies
		i := slices.IndexFunc(after, func(c backup.CopyStatus) bool { return c.ID == id })
		away := false
		if i >= 0 {
			_, away = k.away(after[i], k.mounted())
		}
		k.noteLoss(ctx, since, err == nil && away)
	}
	return err
}
