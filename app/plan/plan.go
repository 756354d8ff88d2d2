// Package plan is the recovery plan (plan de reprise): what would happen now if the PC were stolen, or its owner died,
// as far as the facts say. Every value is measured or counted, none is typed. It knows neither where copies are kept nor
// how: that is package backup's engine.
package plan

import (
	"context"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/app/user"
)

// ID names a scenario.
type ID string

// The scenarios, in the order they are shown.
const (
	Broken     ID = "broken"     // the PC no longer starts
	Stolen     ID = "stolen"     // it is gone, and what was beside it perhaps
	Burnt      ID = "burnt"      // so is the whole house
	Ransomware ID = "ransomware" // what the PC can write to is encrypted
	Password   ID = "password"   // nobody knows the owner's password any more
	Sheet      ID = "sheet"      // the recovery sheet is lost
	Death      ID = "death"      // the owner is dead, or cannot be asked
	Provider   ID = "provider"   // one of the places that have copies closes
)

// IDs are the scenarios in their order. Another one needs its rule in scenario, its texts "plan." + ID and, on the
// page, its buttons.
func IDs() []ID {
	return []ID{Broken, Stolen, Burnt, Ransomware, Password, Sheet, Death, Provider}
}

// Scenario is what would happen now, and what it takes.
type Scenario struct {
	ID   ID        `json:"id"`
	Safe bool      `json:"safe"`           // work goes on, with what is told of below
	Lost time.Time `json:"lost,omitzero"`  // work done since then is lost; zero when none is
	From string    `json:"from,omitempty"` // the place that the book comes back from; "" when it needs none
	Back *Back     `json:"back,omitempty"` // nil when it needs none, or was never measured
	// Unknown says that only copies from before the last restore are left, which this PC did not look at: some of the
	// work comes back, and nobody measured how much.
	Unknown bool `json:"unknown,omitempty"`
	// Sealed says that copies are left, and that nobody has shown that the sheet exists which opens them: all is lost then.
	Sealed bool     `json:"sealed,omitempty"`
	Lacks  []string `json:"lacks"`  // what does not hold yet: message keys "plan.lack." and the word
	Copies []string `json:"copies"` // the places that have a copy then
	// Broken are the places among those left whose copy nobody may rely on; they count for nothing.
	Broken []string `json:"broken,omitempty"`
}

// Back is how long the book takes to come back, as measured at the place.
type Back struct {
	Millis int64     `json:"ms"`
	At     time.Time `json:"at"`
	Event  int64     `json:"event"` // of the journal, that proves it
	// FilesMillis is an estimate for all attachments, which come while people work; -1 when nothing says.
	FilesMillis int64 `json:"files_ms"`
}

// Plan is the whole of it, now.
type Plan struct {
	At      time.Time    `json:"at"`
	Promise backup.Terms `json:"promise"`
	Places  int          `json:"places"`  // that have a copy on which one may rely
	Away    int          `json:"away"`    // of them, in another building
	Waiting int          `json:"waiting"` // places that this PC sent none to yet
	Broken  int          `json:"broken"`  // places with a copy on which nobody may rely
	// Before is when the copy was made that the book came back from, while it has none since. Restored is when it came
	// back: what was measured before was measured on another PC.
	Before   time.Time        `json:"before,omitzero"`
	Restored time.Time        `json:"restored,omitzero"`
	Proof    *backup.Measure  `json:"proof,omitempty"`
	Trials   []backup.Measure `json:"trials"` // trial restores of the last twelve months, the newest first
	Sheet    bool             `json:"sheet"`  // it was typed back
	SheetOn  civil.Date       `json:"sheet_on"`
	SheetDue bool             `json:"sheet_due"` // that was over a year ago
	// Sample: it is the sample company's, which has a key that nobody keeps, and was given no sheet.
	Sample bool `json:"sample,omitempty"`
	// SheetServed is when it opened the closed book, and nothing was done about it since.
	SheetServed civil.Date `json:"sheet_served,omitzero"`
	// SheetLacks are the names of the places of copies that are not on the sheet last printed.
	SheetLacks []string `json:"sheet_lacks,omitempty"`
	// SheetShown tells that a sheet with all of them was shown since; whether it was printed is known once it is checked.
	SheetShown bool `json:"sheet_shown,omitempty"`
	// Files is what is known about attachments that no restore would bring back now, nil when there are none.
	Files *fault.Fault `json:"files,omitempty"`
	// Alarm is what somebody must look into at a place of copies, such as another PC that goes on with the book; nil for
	// nothing.
	Alarm *fault.Fault `json:"alarm,omitempty"`
	// Failing is the first place that took nothing the last time, nil for none; a disk that is not plugged in is none.
	Failing   *Failing   `json:"failing,omitempty"`
	Invite    bool       `json:"invite"`  // it is the day of the backup, and nothing was tried since
	Owners    int        `json:"owners"`  // people whose password opens the book
	Devices   int        `json:"devices"` // paired PCs
	Scenarios []Scenario `json:"scenarios"`
	// Follow is what is to be said and done after the last restore, nil when nothing is.
	Follow *Follow `json:"follow,omitempty"`
}

// Failing is a place of copies that takes nothing now; what it had is counted all the same.
type Failing struct {
	Label string       `json:"label"`
	Why   *fault.Fault `json:"why"`
}

// trialsMax bounds the list of trial restores: two of each week and place, for more than one place.
const trialsMax = 250

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	company.Settings
	Chain
	Today() civil.Date
	Users() ([]user.User, error)
	Devices() ([]device.Device, error)
}

// Engine tells how the copies stand.
type Engine interface {
	Status(ctx context.Context) (backup.Status, error)
}

// Get is the operation.
var Get = op.Op[op.Empty, Plan]{Spec: op.Spec{
	Name: "plan.get", Kind: op.Query, Needs: auth.BackupRead, Since: 1,
	Doc: "Tells what would happen now in each of the scenarios of the recovery plan.",
}}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], work op.Work[T], e Engine) {
	op.BindElsewhere(r, Get, func(ctx context.Context, _ op.Empty) (Plan, error) { return now(ctx, work, e) })
	op.BindStreamElsewhere(r, PrintSheet, printSheet(work, e))
	op.BindStream(r, Attest, attest[T])
	bindFollow(r)
}

func now[T Tx](ctx context.Context, work op.Work[T], e Engine) (p Plan, err error) {
	st, err := e.Status(ctx)
	if err != nil {
		return p, err
	}
	err = work.View(ctx, func(tx T) (err error) { p, err = of(tx, st); return err })
	return p, err
}

// of makes the plan from how the copies stand.
func of(tx Tx, st backup.Status) (p Plan, err error) {
	p = Plan{At: tx.Now(), Promise: st.Rules.Promise(), Proof: st.Proof, Sheet: st.SheetKnown, Trials: []backup.Measure{}}
	facts := facts{status: st, back: map[string]*Back{}}
	measures, err := tx.Measures(tx.Now().AddDate(-1, 0, 0))
	if err != nil {
		return p, err
	}
	hurt, sound := map[string]bool{}, map[string]bool{}
	for _, c := range st.Copies {
		hurt[c.ID], sound[c.ID] = broken(c), has(c)
	}
	if p.Proof != nil && hurt[p.Proof.Place] {
		p.Proof = nil
	}
	for i := len(measures) - 1; i >= 0; i-- {
		m := measures[i]
		if m.Kind != backup.TrialMeasure {
			continue
		}
		if m.Passed() && !m.Older && !hurt[m.Place] && facts.back[m.Place] == nil {
			facts.back[m.Place] = backOf(m)
			if p.Proof == nil && st.Proof != nil && sound[m.Place] {
				p.Proof = &measures[i]
			}
		}
		if len(p.Trials) < trialsMax {
			p.Trials = append(p.Trials, m)
		}
	}
	for _, c := range st.Copies {
		switch {
		case broken(c):
			p.Broken++
		case !has(c):
			p.Waiting++
		case away(c):
			p.Away++
			fallthrough
		default:
			p.Places++
		}
	}
	if st.Origin != nil {
		p.Before = st.Origin.Made
	}
	if err := p.people(tx); err != nil {
		return p, err
	}
	switch f, err := FollowOf(tx); {
	case err != nil:
		return p, err
	default:
		if p.Restored = f.Restored; f.Open() {
			p.Follow = &f
		}
	}
	progress, err := setup.ProgressOf(tx)
	if err != nil {
		return p, err
	}
	p.SheetOn, p.SheetDue, p.SheetServed = progress.SheetOn, progress.SheetDue(tx.Today()), progress.SheetServed
	id, _, err := setup.IdentityOf(tx)
	if err != nil {
		return p, err
	}
	p.Sample = id.Demo && p.SheetOn.IsZero()
	printed, known, err := setup.PrintedOf(tx)
	if err != nil {
		return p, err
	}
	if known {
		var places []backup.Destination
		for _, c := range st.Copies {
			places = append(places, c.Destination)
		}
		for _, d := range printed.Lacks(places) {
			p.SheetLacks = append(p.SheetLacks, d.Label)
		}
		shown := setup.Printed{Places: printed.Shown}
		p.SheetShown = printed.Shown != nil && len(shown.Lacks(places)) == 0
	}
	for _, w := range st.Worries {
		if w.Key == "backup.worry.files_lost" || w.Key == "backup.worry.files_away" {
			p.Files = w
		}
	}
	p.Alarm, p.Failing = st.Alarm(), failing(st.Copies)
	p.Invite = invited(tx.Today(), measures)
	for _, id := range IDs() {
		p.Scenarios = append(p.Scenarios, p.scenario(id, facts))
	}
	return p, nil
}

func failing(all []backup.Copy) *Failing {
	for _, c := range all {
		if c.Fault != nil && c.Plug != backup.Unplugged {
			return &Failing{Label: c.Label, Why: c.Fault}
		}
	}
	return nil
}

// people counts who could open the book, and the PCs that work on it.
func (p *Plan) people(tx Tx) error {
	users, err := tx.Users()
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.OpensBook() {
			p.Owners++
		}
	}
	devices, err := tx.Devices()
	for _, d := range devices {
		if d.State == device.Active {
			p.Devices++
		}
	}
	return err
}

func backOf(m backup.Measure) *Back {
	b := &Back{Millis: m.Millis, At: m.At, Event: m.Event, FilesMillis: -1}
	if files, known := m.AllFiles(); known {
		b.FilesMillis = files.Milliseconds()
	}
	return b
}

// The day of the backup, and for how long after it one is invited to try a restore.
const (
	inviteMonth, inviteDay = 3, 31
	inviteDays             = 7
)

// invited tells whether a trial restore is proposed: from 31 March on, for a week, until one passed.
func invited(today civil.Date, measures []backup.Measure) bool {
	day := civil.New(today.Year, inviteMonth, inviteDay)
	if today.Before(day) || civil.DaysBetween(day, today) >= inviteDays {
		return false
	}
	for _, m := range measures {
		if m.Passed() && !civil.Of(m.At.Local()).Before(day) {
			return false
		}
	}
	return true
}

// facts are what the scenarios are judged by.
type facts struct {
	status backup.Status
	back   map[string]*Back // by place
}

// carried are the same with the copies as they are elsewhere, where they are.
func (f facts) carried() facts {
	f.status.Copies = slices.Clone(f.status.Copies)
	for i, c := range f.status.Copies {
		if away(c) {
			f.status.Copies[i] = c.Carried()
		}
	}
	return f
}

func has(c backup.Copy) bool    { return c.Sound() }
func broken(c backup.Copy) bool { return c.Broken != nil }
func away(c backup.Copy) bool   { return c.Elsewhere() }

// apart tells whether a place is a disk that lies elsewhere, unplugged: what a PC can send to over the network it can
// erase there as well, unless the place keeps versions, which it alone knows.
func apart(c backup.Copy) bool { return has(c) && away(c) && c.Provider == "local" }

// here tells whether a copy would be elsewhere if its disk were not plugged in.
func here(c backup.Copy) bool { return has(c) && c.Away && !c.OnDisk && !away(c) }

// What may be missing, the words after "plan.lack.".
const (
	lackCopy   = "copy"   // nothing is left
	lackAway   = "away"   // no place in another building
	lackHere   = "here"   // the disk that would be in another building is plugged in
	lackSecond = "second" // no second place
	lackNone   = "none"   // no place at all, where nothing would be lost by that
	lackFirst  = "first"  // a place is there, and was sent nothing yet
	lackBefore = "before" // so it is since the restore: what is there is from before
	lackProof  = "proof"  // nothing was ever restored from there
	lackSheet  = "sheet"  // the sheet was never typed back
	lackOwner  = "owner"  // nobody else opens the book
	lackBroken = "broken" // a copy that would be left is not to be relied upon
	lackFiles  = "files"  // some attachments are in no copy that answers
	lackApart  = "apart"  // every copy is where this PC, and who is in it, can reach and erase it
)

// scenario judges one.
func (p *Plan) scenario(id ID, f facts) Scenario {
	s := Scenario{ID: id, Lacks: []string{}, Copies: []string{}}
	lack := func(word string, missing bool) {
		if missing {
			s.Lacks = append(s.Lacks, word)
		}
	}
	// none says what lacks where no copy is left of those that would be: the place, or its first copy.
	none := func(word string, left func(backup.Copy) bool) {
		waits := slices.ContainsFunc(f.status.Copies, func(c backup.Copy) bool { return !has(c) && !broken(c) && left(c) })
		switch {
		case len(s.Broken) > 0:
			return // that is said below
		case waits && !p.Before.IsZero():
			word, s.Unknown = lackBefore, restores(id)
		case waits:
			word = lackFirst
		}
		lack(word, true)
	}
	elsewhere := func(c backup.Copy) bool { return !c.OnDisk }
	switch id {
	case Broken:
		if s.restore(f, elsewhere); !s.Safe {
			none(lackCopy, elsewhere)
		}
		lack(lackSheet, !p.Sheet)
	case Stolen, Burnt, Ransomware:
		switch s.restore(f.carried(), away); {
		case p.Away == 0 && slices.ContainsFunc(f.status.Copies, here):
			lack(lackHere, true)
		case p.Away == 0:
			none(lackAway, away)
		}
		lack(lackApart, id == Ransomware && p.Away > 0 && !slices.ContainsFunc(f.status.Copies, apart))
		lack(lackSheet, !p.Sheet)
	case Password:
		s.Safe = p.Owners > 1 || p.Sheet
		lack(lackSheet, !p.Sheet)
	case Death:
		s.Safe = p.Owners > 1 || p.Sheet
		lack(lackOwner, p.Owners < 2)
		lack(lackSheet, !p.Sheet)
	case Sheet:
		s.Safe = true // the book is here: it prints another one
	case Provider:
		s.Safe = true // the book is here
		switch {
		case len(f.status.Copies) == 0:
			lack(lackNone, true)
		case p.Places < 2:
			none(lackSecond, func(backup.Copy) bool { return p.Places+p.Waiting > 1 })
		}
	}
	if restores(id) {
		lack(lackBroken, len(s.Broken) > 0)
		lack(lackProof, s.Safe && s.Back == nil)
		lack(lackFiles, s.Safe && p.Files != nil)
		s.Sealed = s.Safe && !p.Sheet
		s.Safe = s.Safe && p.Sheet
		return s
	}
	for _, c := range f.status.Copies { // the book is here: it needs no copy, and all are left
		if has(c) {
			s.Copies = append(s.Copies, c.Label)
		}
	}
	return s
}

// restores tells whether the book has to come back from a copy.
func restores(id ID) bool { return slices.Contains([]ID{Broken, Stolen, Burnt, Ransomware}, id) }

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// restore picks the place that loses the least among those that are left.
func (s *Scenario) restore(f facts, left func(backup.Copy) bool) {
	var best *backup.Copy
	for i, c := range f.status.Copies {
		if broken(c) && left(c) {
			s.Broken = append(s.Broken, c.Label)
		}
		if !has(c) || !left(c) {
			continue
		}
		s.Copies = append(s.Copies, c.Label)
		if best == nil || less(c, *best) {
			best = &f.status.Copies[i]
		}
	}
	if best == nil {
		return
	}
	s.Safe, s.Lost, s.From, s.Back = true, best.Oldest, best.Label, f.back[best.ID]
}

// less tells whether a copy loses less work than another.
func less(a, b backup.Copy) bool {
	switch {
	case a.Oldest.IsZero() || b.Oldest.IsZero():
		return a.Oldest.IsZero() && !b.Oldest.IsZero()
	default:
		return a.Oldest.After(b.Oldest)
	}
}

// proofValid is how long a trial restore vouches for the next one.
const proofValid = 30 * 24 * time.Hour

// Proven tells whether the last trial restore took no longer than is promised, and is not too long ago.
func (p Plan) Proven() bool {
	return p.Proof != nil && p.Proof.Took() <= p.Promise.Back && p.At.Sub(p.Proof.At) <= proofValid
}

// Loss is the work that would be lost, in time. Known is false when all of it would.
func (p Plan) Loss(s Scenario) (d time.Duration, known bool) {
	if !s.Safe || s.Lost.IsZero() {
		return 0, s.Safe
	}
	return max(0, p.At.Sub(s.Lost)), true
}

// Of is the scenario with an ID, the zero one if there is none.
func (p Plan) Of(id ID) (s Scenario) {
	for _, s := range p.Scenarios {
		if s.ID == id {
			return s
		}
	}
	return s
}
