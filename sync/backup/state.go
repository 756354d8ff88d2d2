package backup

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

// Mark says how far something had come at a moment.
type Mark struct {
	Seq    uint64    `json:"seq"`
	Change uint64    `json:"change"` // the book's commit counter
	At     time.Time `json:"at"`
}

// Waits says that a destination has a point whose attachments were too much to send. It is zero when nothing waits.
type Waits struct {
	Book  time.Time `json:"book"`  // when that point was made
	Bytes int64     `json:"bytes"` // of attachments that are not there
}

// state is what is known about the copies between two starts.
type state struct {
	Vault       string               `json:"vault,omitempty"`  // whose copies these are
	Writer      string               `json:"writer,omitempty"` // whose numbers these are
	Made        bool                 `json:"made"`             // the local vault was made
	Saved       Mark                 `json:"saved"`
	Copies      map[string]*copyMark `json:"copies,omitempty"`
	Drill       *vault.Drill         `json:"drill,omitempty"`       // last trial restore that passed
	DrillFailed time.Time            `json:"drill_failed,omitzero"` // of one from this PC's own copies
	Suspect     uint64               `json:"suspect,omitempty"`     // an older point whose trial restore failed there
	Pruned      pruned               `json:"pruned,omitzero"`
	PutBack     *PutBack             `json:"put_back,omitempty"`
	// Ended are the PCs that go on with the book no more, by the owner's word, with the newest restore point that each had
	// made: a newer one shows that it does.
	Ended map[string]uint64 `json:"ended,omitempty"`
	// Full is set when the next restore point is to be a full image: a trial restore proved that what the last one laid
	// over the image before it does not fit.
	Full bool `json:"full,omitempty"`
	// Bury is set when objects of this PC's own restore points were found damaged and taken away: the next one takes the
	// place of those that need them.
	Bury bool `json:"bury,omitempty"`
	// Leap is set when the last restore point is dated long after the one before it.
	Leap *Leap `json:"leap,omitempty"`
	// Before are restore points under earlier recovery keys, the newest first, as they were known when those were replaced:
	// the present key opens not even their names.
	Before []Before `json:"before,omitempty"`
}

// Before is a restore point that only an earlier recovery sheet opens, and the places it was known to be at.
type Before struct {
	appbackup.Sited
	Inside string `json:"inside,omitempty"` // as [VaultOf.Inside]
}

// beforeMost bounds how many are remembered: what retention keeps of one key, and some of the ones before.
const beforeMost = 150

// Earlier are the restore points that only earlier recovery sheets open, the newest first.
func (s *Service) Earlier() []Before {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.know.Before)
}

// Overtaken are the points of this PC, as they are listed, that a new recovery key leaves behind now, and where they are.
func (s *Service) Overtaken(points []appbackup.Point) (out []Before) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.set.Now()
	for _, p := range points {
		if !p.Before.IsZero() {
			continue // of an earlier one still
		}
		b := Before{Sited: appbackup.Sited{Point: p, At: []string{""}}, Inside: s.id.Inside}
		b.Before, b.Here = now, false
		for id, c := range s.know.Copies {
			if p.WriterID == s.set.WriterID && p.Seq <= c.OK.Seq {
				b.At = append(b.At, id)
			}
		}
		out = append(out, b)
	}
	return out
}

// NoteOvertaken remembers them once the key is another.
func (s *Service) NoteOvertaken(ctx context.Context, points []Before) error {
	return s.note(ctx, func(k *state) {
		all := slices.Concat(points, k.Before)
		k.Before = all[:min(len(all), beforeMost)]
	})
}

// Leap is a long time without a restore point: the book was not used, or a clock is wrong.
type Leap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// How long a time without a restore point is odd, and how long after its end that is said.
const (
	leapLong = 180 * 24 * time.Hour
	leapSaid = 7 * 24 * time.Hour
)

// leapt notes at a restore point made now whether the clock made a leap since the one before it, and forgets a leap that
// is over, or was a clock's that was set right.
func (k *state) leapt(now time.Time) {
	switch was := k.Saved.At; {
	case !was.IsZero() && now.Sub(was) > leapLong:
		k.Leap = &Leap{From: was, To: now}
	case k.Leap != nil && !within(now, k.Leap.To, leapSaid):
		k.Leap = nil
	}
}

// copyMark is what is known about one destination.
type copyMark struct {
	Since time.Time `json:"since"`
	Known bool      `json:"known"` // a complete copy was there once
	OK    Mark      `json:"ok,omitzero"`
	// Noticed is when a time of OK was first seen to lie in the future.
	Noticed time.Time `json:"noticed,omitzero"`
	Waits   Waits     `json:"waits,omitzero"` // beyond OK
	Tried   time.Time `json:"tried,omitzero"`
	Drilled time.Time `json:"drilled,omitzero"`
	// OnDisk is set when it was on the disk that holds the book, the last time something was sent there: of a disk that
	// is unplugged, all that can be seen is the folder it is plugged in at.
	OnDisk bool `json:"on_disk,omitempty"`
	// DrillFailed is when a later trial restore from there failed, until one passes. Hurt is what the next sending is to
	// mend, Mends how often that was done since the last trial that passed, Anew that it waits for a restore point that
	// stores anew what is damaged on this PC as well.
	DrillFailed time.Time  `json:"drill_failed,omitzero"`
	Hurt        vault.Mend `json:"hurt,omitempty"`
	Mends       int        `json:"mends,omitempty"`
	Anew        bool       `json:"anew,omitempty"`
	// Whole is set when the failed trial found all files as they were written, so that there is nothing to mend; Stuck when
	// the place keeps damaged attachments and lets nobody write over them.
	Whole   bool         `json:"whole,omitempty"`
	Stuck   bool         `json:"stuck,omitempty"`
	Suspect uint64       `json:"suspect,omitempty"` // an older point whose trial restore failed
	Fault   *fault.Fault `json:"fault,omitempty"`   // of the last try
	// Again is set while the place has the copies of an earlier recovery key, and nothing under this one:
	// it is filled anew since Since.
	Again bool `json:"again,omitempty"`

	Begun  uint64    `json:"begun,omitempty"` // the newest point that any sending began with
	Looked time.Time `json:"looked,omitzero"` // when all that should be there was last looked for
	Pruned pruned    `json:"pruned,omitzero"`

	// Disk tells which disk of this PC the rest is about, "" while that is not known; Name is where it was last seen.
	// Others are those that take turns with it.
	Disk   string     `json:"disk,omitempty"`
	Name   string     `json:"name,omitempty"`
	Others []copyMark `json:"others,omitempty"`

	Shelter appbackup.Shelter `json:"shelter,omitzero"`

	Holes      int       `json:"holes,omitempty"`
	RolledBack time.Time `json:"rolled_back,omitzero"`
	// Gone is what once was there and was not at a later look, when that was (GoneAt), until the owner has seen it. Short
	// is what the newest point that was sent lacks there since, until it was sent again.
	Gone   vault.Gone    `json:"gone,omitzero"`
	GoneAt time.Time     `json:"gone_at,omitzero"`
	Short  vault.Gone    `json:"short,omitzero"`
	Rivals []vault.Rival `json:"rivals,omitempty"`
}

// loadState reads what is known about the copies in a vault. When it was of another one, that is only which
// places had copies and are filled anew from now on.
func loadState(ctx context.Context, store StateStore, vaultID string, now time.Time) (state, error) {
	var k state
	data, err := store.Load(ctx)
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, &k)
	}
	if k.Copies == nil {
		k.Copies = map[string]*copyMark{}
	}
	if k.Vault == vaultID {
		return k, err
	}
	anew := state{Vault: vaultID, Copies: map[string]*copyMark{}, Before: k.Before}
	for id, c := range k.Copies {
		since, others, shelter := now, []copyMark(nil), c.Shelter
		shelter.Locked, shelter.Refused = time.Time{}, 0 // that was of the copies; the rest is of the place
		for _, o := range c.Others {                     // they are known when they come, and are filled anew
			others = append(others, copyMark{Since: now, Disk: o.Disk, Name: o.Name})
		}
		switch {
		case c.Again:
			since = c.Since
		case c.OK.At.IsZero():
			continue
		case c.Fault != nil: // it was late already
			since = c.OK.At
		}
		anew.Copies[id] = &copyMark{
			Since: since, Again: true, Disk: c.Disk, Name: c.Name, Others: others, Shelter: shelter,
		}
	}
	return anew, err
}

// copyOf gives what is known about a destination, starting to know it if needed.
func (k *state) copyOf(id string, now time.Time) *copyMark {
	c := k.Copies[id]
	if c == nil {
		c = &copyMark{Since: now}
		k.Copies[id] = c
	}
	return c
}

// by leaves out what a clock that was ahead has noted: what is said to have been done after now was done nobody
// knows when. It is done again soon.
// A copy that is complete was so at the latest when its time was first seen to be none.
func (c *copyMark) by(now time.Time) copyMark {
	out := *c
	if out.Noticed = (time.Time{}); c.OK.At.After(now.Add(clockDrift)) {
		if c.Noticed.IsZero() || c.Noticed.After(now) {
			c.Noticed = now
		}
		out.OK.At, out.Noticed = c.Noticed, c.Noticed
	}
	for _, at := range []*time.Time{&out.Tried, &out.Drilled} {
		if at.After(now.Add(clockDrift)) {
			*at = time.Time{}
		}
	}
	if out.Since.After(now) {
		out.Since = now
	}
	if !out.Shelter.Locked.After(now) {
		out.Shelter.Locked = time.Time{}
	}
	return out
}

// best is what is known about a destination: of disks that take turns, the newest copy counts.
func (c *copyMark) best(now time.Time) copyMark {
	out := c.by(now)
	for i := range c.Others {
		m := c.Others[i].by(now)
		if m.OK.Change > out.OK.Change || out.OK.Seq == 0 {
			out.OK, out.Noticed = m.OK, m.Noticed
		}
		out.Drilled = later(out.Drilled, m.Drilled)
	}
	return out
}

// disks are those that take turns at a destination, by the date of what they have; nil where one has it all.
func (c *copyMark) disks(now time.Time) (all []DiskStatus) {
	if len(c.Others) == 0 {
		return nil
	}
	for _, o := range append([]copyMark{*c}, c.Others...) {
		if m := o.by(now); m.Disk != "" {
			all = append(all, DiskStatus{Disk: m.Disk, Folder: m.Name, LastOK: m.OK, Undated: !m.Noticed.IsZero()})
		}
	}
	slices.SortStableFunc(all, func(a, b DiskStatus) int { return b.LastOK.At.Compare(a.LastOK.At) })
	return all
}

// clockDrift is how far a clock may have been ahead without a word.
const clockDrift = 5 * time.Minute

// note changes the state and saves it.
func (s *Service) note(ctx context.Context, change func(*state)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.know)
	data, err := json.Marshal(s.know)
	if err != nil {
		return err
	}
	return s.set.State.Save(context.WithoutCancel(ctx), data)
}

func (s *Service) lastDrill() *vault.Drill {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.know.Drill
}

func (s *Service) known(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.know.Copies[id]
	return c != nil && c.Known
}

// sentSeq is the newest point found at a destination, 0 if none ever was.
func (s *Service) sentSeq(id string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.know.Copies[id]; c != nil {
		return c.OK.Seq
	}
	return 0
}

// sending tells a replication what was there before. Look says that nothing of it is taken for granted.
func (s *Service) sending(ctx context.Context, id string, how Manner, watch vault.Watch) vault.Sending {
	s.mu.Lock()
	defer s.mu.Unlock()
	job := vault.Sending{Watch: watch, Saved: s.know.Saved.Seq, Most: how.Most, Now: s.set.Now()}
	if d, err := s.set.Remotes.Get(id); err == nil {
		job.BytesPerSecond, job.Room = d.Limits.Kbit*1000/8, d.Limits.Bytes
	}
	if c := s.know.Copies[id]; c != nil {
		job.Known, job.LastSeq, job.Tried = c.Known, c.OK.Seq, c.Begun
		job.Whole = c.Known && c.Holes == 0 && c.Fault == nil && within(s.set.Now(), c.Looked, wholeFor) && !how.Look
		if how.Most == 0 { // what is read of the copy takes the line as well
			job.Mend = c.Hurt
			job.Whole = job.Whole && job.Mend == ""
		}
	}
	job.Found = func(gone vault.Gone) error {
		return s.note(ctx, func(k *state) { k.copyOf(id, s.set.Now()).lose(gone, s.set.Now()) })
	}
	return job
}

// lose notes what has gone from a copy.
func (c *copyMark) lose(gone vault.Gone, now time.Time) {
	if c.Short = gone; gone.Points > 0 {
		c.RolledBack = now
	} else {
		c.Gone, c.GoneAt = gone, now
	}
}

// whole notes that everything the newest restore point needs was found at a place.
func (c *copyMark) whole(newest vault.Manifest, now time.Time) {
	c.Known, c.Again, c.OK = true, false, Mark{Seq: newest.Seq, Change: newest.Checks.Change, At: now}
	c.Waits, c.Short, c.Fault, c.Noticed = Waits{}, vault.Gone{}, nil, time.Time{}
}

// fail notes why the last try at a place failed, nil if it did not. That its copies have gone is not forgotten because
// a line breaks.
func (c *copyMark) fail(err error) {
	if err == nil || !passing(err) || fault.KeyOf(c.failed()) != "backup.vault_gone" {
		c.Fault = fault.Of(err)
	}
}

// failed is Fault, nil as an error where there is none.
func (c *copyMark) failed() error {
	if c.Fault == nil {
		return nil
	}
	return c.Fault
}

// wholeFor is how long a complete look at a copy vouches for its old attachments.
const wholeFor = 24 * time.Hour

// within tells whether now is less than d after then; a time of the future is a wrong clock's.
func within(now, then time.Time, d time.Duration) bool {
	age := now.Sub(then)
	return age >= 0 && age < d
}

// noteBegun notes, before anything leaves, that a sending begins that may bring points up to a number.
func (s *Service) noteBegun(ctx context.Context, id string, seq uint64) error {
	s.mu.Lock()
	c := s.know.Copies[id]
	begun := c != nil && c.Begun >= seq
	s.mu.Unlock()
	if begun {
		return nil
	}
	return s.note(ctx, func(k *state) { k.copyOf(id, s.set.Now()).Begun = seq })
}

func (s *Service) savedSeq() uint64 { return s.Saved().Seq }

// Saved is the newest restore point on this PC.
func (s *Service) Saved() Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.know.Saved
}

// Acknowledge notes that the owner has seen the alarms of CopyStatus.RolledBack and Gone.
func (s *Service) Acknowledge(ctx context.Context, id string) error {
	return s.note(ctx, func(k *state) {
		c := k.copyOf(id, s.set.Now())
		c.RolledBack, c.Gone, c.GoneAt = time.Time{}, vault.Gone{}, time.Time{}
	})
}

// EndRival notes the owner's word that another PC goes on with the book no more, as one that was destroyed: it is no rival at
// any destination until it makes a restore point that is newer than those seen. One that took over stays one: this PC is
// not the main one then. Fault backup.no_rival, at writer.
func (s *Service) EndRival(ctx context.Context, writer string) error {
	var seen uint64
	found := false
	s.mu.Lock()
	for _, c := range s.know.Copies {
		for _, disk := range append([]copyMark{*c}, c.Others...) {
			for _, r := range s.know.rivals(disk.Rivals) {
				if r.Writer == writer && !r.TookOver {
					seen, found = max(seen, r.Seq), true
				}
			}
		}
	}
	s.mu.Unlock()
	if !found {
		return fault.Field("writer", "backup.no_rival")
	}
	return s.note(ctx, func(k *state) {
		if k.Ended == nil {
			k.Ended = map[string]uint64{}
		}
		k.Ended[writer] = seen
	})
}

// ended are the PCs that go on with the book no more, for those who read the copies.
func (s *Service) ended() map[string]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.know.Ended)
}

// rivals are the PCs that go on with the book, of those that a destination showed.
func (k *state) rivals(shown []vault.Rival) (out []vault.Rival) {
	for _, r := range shown {
		ended, said := k.Ended[r.Writer]
		if r.TookOver || !said || r.Seq > ended { // one noted by an earlier program has no number
			out = append(out, r)
		}
	}
	return out
}

// Forget drops what is known about a destination: after it was removed, or when the owner says that an
// emptied place shall be filled again.
func (s *Service) Forget(ctx context.Context, id string) error {
	return s.note(ctx, func(k *state) {
		delete(k.Copies, id)
		if k.PutBack != nil && k.PutBack.Place == id && id != "" {
			k.PutBack.Place = removedPlace // the PC was put back all the same
		}
	})
}

// DiskStatus is one of several disks that take turns at a destination.
type DiskStatus struct {
	Disk   string
	Folder string // where it was last seen
	LastOK Mark
	// Undated is as in CopyStatus.
	Undated bool
}

// CopyStatus is one destination on the status screen.
type CopyStatus struct {
	ID      string
	Label   string
	Light   schedule.Light
	LastOK  Mark          // zero when it never worked
	Undated bool          // a clock that was ahead noted when: LastOK.At is no time of a sending, which was before
	Waits   Waits         // what of a later point is not there yet
	Tried   time.Time     // last try, worked or not
	Drilled time.Time     // last complete trial restore from it
	Lacks   bool          // the book has work that is not there
	Again   bool          // it has the copies of an earlier recovery key, and nothing yet under this one
	Fault   *fault.Fault  // why the last try failed, nil if it worked
	Since   time.Time     // when the owner set it up
	OnDisk  bool          // it goes with the disk that holds the book
	Amber   time.Duration // work that lacks there for longer makes it amber, and red
	Red     time.Duration
	Shelter appbackup.Shelter
	Disks   []DiskStatus // that take turns there, the newest copy first; nil where one has it all
	// Holes is how many objects of older points are missing there; the light is amber at best.
	Holes int
	// RolledBack is when points once sent were found missing there: somebody put an older state back.
	// It stays, and the light is red, until Acknowledge.
	RolledBack time.Time
	// Gone is what else was once there and was not any more at GoneAt: somebody or something deletes there. It stays, and
	// the light is not green, until Acknowledge. Back is set once what had gone was sent again.
	Gone   vault.Gone
	GoneAt time.Time
	Back   bool
	// Broken is why nobody may rely on what is there, nil if they may: the last trial restore failed, or something that
	// the newest copy needs is not there. The light is red, and the work of the book lacks there.
	Broken *fault.Fault
	// Unproved is that the last trial restore failed and none passed since.
	Unproved bool
	// Rivals are other PCs that go on with this book: the light is red until one of them stops.
	Rivals []vault.Rival
}

// Status is the state of all copies at one moment.
type Status struct {
	Overall schedule.Light
	Saved   Mark // newest restore point on this PC
	Unsaved bool // the book has work no restore point has
	Copies  []CopyStatus
	Drill   *vault.Drill // last trial restore that passed
	// DrillUndated is set instead where a clock that was ahead noted when.
	DrillUndated bool
	DrillFailed  time.Time // a later one that failed; zero if none
	OwnFailed    bool      // one from this PC's own copies failed
	// LostSince is when the oldest work was done that would be lost with the disk of the book now, zero for none. Nowhere
	// is set when all of it would be: no other place has a copy.
	LostSince time.Time
	Nowhere   bool
	PutBack   *PutBack // the local vault or the whole PC is as it once was; nil if not
	// Leap is a long time, since the last restore point or before it, in which none was made: the clock may be wrong. Nil
	// for none.
	Leap *Leap
}

// Status judges the copies by the clock. Change is the book's commit counter now.
func (s *Service) Status(change uint64) Status {
	destinations := s.set.Remotes.List()
	now := s.set.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Status{
		Saved: s.know.Saved, Unsaved: s.know.Saved.Change != change || s.know.Saved.Seq == 0,
		Drill: s.know.Drill, DrillFailed: s.know.DrillFailed, PutBack: s.know.PutBack,
		OwnFailed: !s.know.DrillFailed.IsZero(),
	}
	if out.Leap = s.know.Leap; !out.Saved.At.IsZero() && now.Sub(out.Saved.At) > leapLong {
		out.Leap = &Leap{From: out.Saved.At, To: now}
	} else if out.Leap != nil && !within(now, out.Leap.To, leapSaid) {
		out.Leap = nil
	}
	if out.Drill != nil && out.Drill.At.After(now.Add(clockDrift)) {
		out.Drill, out.DrillUndated = nil, true // as in by
	}
	s.work.Seen(change, now)
	out.Nowhere = true
	var lights []schedule.Light
	for _, d := range destinations {
		known := s.know.copyOf(d.ID, now)
		mark := known.best(now)
		if mark.DrillFailed.After(out.DrillFailed) {
			out.DrillFailed = mark.DrillFailed
		}
		c := CopyStatus{
			ID: d.ID, Label: d.Label, LastOK: mark.OK, Waits: mark.Waits, Tried: mark.Tried, Drilled: mark.Drilled,
			Lacks: mark.OK.Change != change || mark.OK.Seq == 0, Again: mark.Again, Fault: mark.Fault,
			Holes: mark.Holes, RolledBack: mark.RolledBack, Rivals: s.know.rivals(mark.Rivals), Since: mark.Since, OnDisk: mark.OnDisk,
			Disks: known.disks(now), Shelter: mark.Shelter, Gone: mark.Gone, GoneAt: mark.GoneAt, Back: !mark.Short.Any(),
			Broken: mark.broken(d.Label), Unproved: !mark.DrillFailed.IsZero(), Undated: !mark.Noticed.IsZero(),
		}
		facts := schedule.Copy{Made: mark.Since, LastOK: mark.OK.At, Again: mark.Again}
		if c.Lacks {
			facts.Lacks = s.lacking(mark.OK)
		}
		out.lost(c, facts)
		if mark.Fault != nil {
			facts.Stopped = !passing(mark.Fault)
		}
		c.Amber = s.limitOf(d)
		c.Red = schedule.RedAfter(c.Amber)
		c.Light = schedule.LightOf(now, facts, c.Amber)
		if c.Holes > 0 || !c.GoneAt.IsZero() {
			c.Light = schedule.Worst([]schedule.Light{c.Light, schedule.Amber})
		}
		if f := s.know.stopped(); f != nil {
			c.Fault, c.Light = f, schedule.Red
		}
		if !c.RolledBack.IsZero() || len(c.Rivals) > 0 {
			c.Light = schedule.Red
		}
		if c.Broken != nil {
			c.Light, c.Lacks = schedule.Red, true
		}
		lights = append(lights, c.Light)
		out.Copies = append(out.Copies, c)
	}
	out.Overall = schedule.Worst(lights)
	if !out.DrillFailed.IsZero() || out.PutBack != nil {
		out.Overall = schedule.Red
	}
	return out
}

// broken says why nobody may rely on what is at a place, nil if they may.
func (c *copyMark) broken(label string) *fault.Fault {
	switch {
	case !c.DrillFailed.IsZero() && c.Stuck:
		return fault.New(fault.Conflict, "backup.broken.trial_stuck", "label", label, "at", c.DrillFailed)
	case !c.DrillFailed.IsZero() && c.Whole:
		return fault.New(fault.Conflict, "backup.broken.trial_whole", "label", label, "at", c.DrillFailed)
	case !c.DrillFailed.IsZero():
		return fault.New(fault.Conflict, "backup.broken.trial", "label", label, "at", c.DrillFailed)
	case c.Fault != nil && c.Fault.Key == "backup.vault_gone":
		return fault.New(fault.Conflict, "backup.broken.gone", "label", label)
	case c.Short.Points+c.Short.Objects > 0:
		return fault.New(fault.Conflict, "backup.broken.book", "label", label)
	case c.Short.Files > 0:
		return fault.New(fault.Conflict, "backup.broken.files", "label", label, "count", c.Short.Files)
	}
	return nil
}

// lost takes note of what a copy would save of the work if the disk of the book died now.
func (s *Status) lost(c CopyStatus, facts schedule.Copy) {
	if c.OnDisk || facts.LastOK.IsZero() || c.Broken != nil {
		return
	}
	if s.Nowhere || facts.Lacks.IsZero() || !s.LostSince.IsZero() && facts.Lacks.After(s.LostSince) {
		s.LostSince = facts.Lacks
	}
	s.Nowhere = false
}

// lacking is since when a copy lacks work of the book. Of work done before this program began it is only known that
// it is not older than the copy. It is called with the lock held.
func (s *Service) lacking(ok Mark) time.Time {
	if since, seen := s.work.Since(ok.Change); seen && !since.After(s.set.Now()) {
		return since
	}
	return ok.At
}

// limitOf is how late a copy may be. It is called with the lock held.
func (s *Service) limitOf(d remote.Destination) time.Duration {
	most := s.most
	if d.Provider == "local" {
		most = schedule.DiskLimit
	}
	return most + RhythmOf(d).Waits()
}

// Late is how long work may lack at a destination until its light is amber, and until it is red.
func (s *Service) Late(d remote.Destination) (amber, red time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	amber = s.limitOf(d)
	return amber, schedule.RedAfter(amber)
}

// RhythmOf is the rhythm that the owner allows at a destination.
func RhythmOf(d remote.Destination) schedule.Rhythm {
	return schedule.Rhythm{Every: d.Limits.Every(), From: d.Limits.FromHour, To: d.Limits.ToHour}
}

// Promise says how much work the owner accepts to lose: copies that lack more are late, and each restore point
// announces the next one by then.
func (s *Service) Promise(most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
}

func (s *Service) promised() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// Seen notes the book's commit counter now, so that it is known since when copies lack work.
func (s *Service) Seen(change uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work.Seen(change, s.set.Now())
}

// Schedule starts the rhythm of this service, knowing what was done before. Change is the book's
// commit counter now.
func (s *Service) Schedule(p schedule.Policy, change uint64) *schedule.Schedule {
	status := s.Status(change)
	now := s.set.Now()
	plan := schedule.New(p, now, status.Unsaved)
	for _, c := range status.Copies {
		drilled := c.Drilled
		if c.Unproved {
			drilled = time.Time{} // only a trial restore says that it is whole again
		}
		if c.Undated {
			c.LastOK.At = time.Time{} // it is looked at again soon
		}
		plan.Add(now, c.ID, !c.Lacks, c.LastOK.At, drilled)
		if d, err := s.set.Remotes.Get(c.ID); err == nil {
			plan.Obey(c.ID, RhythmOf(d), c.LastOK.At)
			hurt, _ := s.Ails(c.ID)
			plan.Hurt(c.ID, hurt)
		}
	}
	return plan
}
