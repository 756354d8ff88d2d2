package plan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// After a restore nobody but the people there know what happened: a thief calls for other acts than a fire. They are
// asked once, and what is to be done after that is a list, kept in the book until all of it is ticked off.

// followKey is the setting that has the Follow.
const followKey = "plan.follow"

// Cause is what made somebody restore the book.
type Cause string

// The causes that are told apart. After a trial, or a return to an earlier state, nothing is to be done.
const (
	CauseTheft     Cause = "theft"
	CauseFire      Cause = "fire"
	CauseBreak     Cause = "breakdown"
	CauseRansom    Cause = "ransomware" // files were encrypted or destroyed by a program
	CauseIntrusion Cause = "intrusion"  // somebody got into the PC or into the book
	CauseOther     Cause = "other"
)

// Causes are all of them, in the order they are offered.
func Causes() []Cause {
	return []Cause{CauseTheft, CauseFire, CauseBreak, CauseRansom, CauseIntrusion, CauseOther}
}

// Act is something to do after the restore. The names are permanent: books keep them.
type Act string

// The acts.
const (
	ActNumbers   Act = "numbers"   // say which numbers were given out since the copy
	ActDevices   Act = "devices"   // shut the stolen PC out, or the PCs that are no more
	ActPasswords Act = "passwords" // change those that were typed on the PC that is gone
	ActCloud     Act = "cloud"     // change the log-in of the places of copies, and close the sessions there
	ActKey       Act = "key"       // change the recovery key: its sheet may be with the thief
	ActSheet     Act = "sheet"     // print the recovery sheet again, and put it elsewhere
	ActComplaint Act = "complaint" // lodge a complaint
	ActCNIL      Act = "cnil"      // tell the CNIL within 72 hours, where personal data may have been read
	ActInsurer   Act = "insurer"   // declare it, with the certificate of the copies
	ActPlaces    Act = "places"    // have as many places of copies again as before
	ActOld       Act = "old"       // what to do with the PC that broke down
	ActAdvice    Act = "advice"    // have somebody help who knows such attacks
	ActClean     Act = "clean"     // install the PCs anew before they come near the book again
	ActVerify    Act = "verify"    // have the book re-checked, and compared with what the PCs and copies remember of it
	ActReview    Act = "review"    // look in the journal for what the intruder did
)

// acts are what is to be done after each cause, in order.
var acts = map[Cause][]Act{
	CauseTheft: {ActNumbers, ActDevices, ActPasswords, ActCloud, ActKey, ActComplaint, ActCNIL, ActInsurer, ActPlaces},
	CauseFire:  {ActNumbers, ActPlaces, ActSheet, ActDevices, ActInsurer},
	CauseBreak: {ActNumbers, ActPlaces, ActOld},
	CauseRansom: {
		ActAdvice, ActNumbers, ActClean, ActVerify, ActPasswords, ActCloud, ActKey, ActComplaint, ActCNIL, ActInsurer, ActPlaces,
	},
	CauseIntrusion: {
		ActAdvice, ActNumbers, ActClean, ActVerify, ActReview, ActDevices, ActPasswords, ActCloud, ActKey, ActComplaint, ActCNIL,
		ActInsurer,
	},
	CauseOther: {},
}

// Tick is who did an act, and when.
type Tick struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// Follow is what is to be done after the last restore of the book.
type Follow struct {
	Restored time.Time    `json:"restored"`
	Made     time.Time    `json:"made"`            // the copy
	Cause    Cause        `json:"cause,omitempty"` // "" until somebody said
	Done     map[Act]Tick `json:"done,omitempty"`
	Acts     []Act        `json:"acts,omitempty"` // of the cause; it follows from that, and is not kept
}

// Left is how many acts are not ticked off.
func (f Follow) Left() (n int) {
	for _, a := range f.Acts {
		if _, done := f.Done[a]; !done {
			n++
		}
	}
	return n
}

// Open tells whether something is still to be said or done.
func (f Follow) Open() bool { return !f.Restored.IsZero() && (f.Cause == "" || f.Left() > 0) }

// AskCause makes a book that was just restored from a copy ask what happened. The answer about an earlier restore, and
// what was ticked off after it, are replaced: their events stay in the journal.
func AskCause(tx company.Settings, made, now time.Time) error {
	return tx.SetSetting(followKey, Follow{Restored: now.UTC(), Made: made.UTC()})
}

// FollowOf reads it; a zero Restored says that the book never came from a copy, or that this was before it asked.
func FollowOf(tx company.Settings) (f Follow, err error) {
	if _, err = tx.Setting(followKey, &f); err != nil {
		return f, err
	}
	return f, f.complete(tx)
}

// complete adds the acts of the cause, and ticks off that of the numbers once they were confirmed: what is known is not
// asked for.
func (f *Follow) complete(tx company.Settings) error {
	f.Acts = acts[f.Cause]
	s, err := billing.Confirmed(tx)
	if _, done := f.Done[ActNumbers]; done || err != nil || s.At.IsZero() || s.At.Before(f.Restored) {
		return err
	}
	if f.Done == nil {
		f.Done = map[Act]Tick{}
	}
	f.Done[ActNumbers] = Tick{At: s.At.UTC(), By: s.Name}
	return nil
}

// CauseRequest says what happened.
type CauseRequest struct {
	Cause Cause `json:"cause"`
}

// Validate accepts the causes there are: plan.cause_unknown.
func (r CauseRequest) Validate() error {
	if _, known := acts[r.Cause]; !known {
		return fault.Field("cause", "plan.cause_unknown")
	}
	return nil
}

// TickRequest ticks an act off, or takes that back.
type TickRequest struct {
	Act  Act  `json:"act"`
	Done bool `json:"done"`
}

// The operations on what follows a restore.
var (
	SayCause = op.Op[CauseRequest, Follow]{Spec: op.Spec{
		Name: "plan.cause", Kind: op.Command, Needs: auth.IncidentManage, Since: 1,
		Doc: "Says what made somebody restore the book: what is to be done then follows from it.",
	}}
	TickAct = op.Op[TickRequest, Follow]{Spec: op.Spec{
		Name: "plan.tick", Kind: op.Command, Needs: auth.IncidentManage, Since: 1,
		Doc: "Ticks off something that is to be done after a restore, or takes that back.",
	}}
)

func bindFollow[T Tx](r *op.Registry[T]) {
	op.Bind(r, SayCause, func(ctx context.Context, tx T, q CauseRequest) (Follow, error) { return sayCause(ctx, tx, q.Cause) })
	op.Bind(r, TickAct, func(ctx context.Context, tx T, q TickRequest) (Follow, error) { return tick(ctx, tx, q) })
}

// sayCause keeps what happened. Somebody who was wrong says it again: what is ticked off and still to be done stays.
func sayCause(ctx context.Context, tx Tx, c Cause) (Follow, error) {
	f, err := FollowOf(tx)
	if err != nil {
		return f, err
	}
	if f.Restored.IsZero() {
		return f, fault.New(fault.Conflict, "plan.not_restored")
	}
	op.Note(ctx, "", 0, "", fmt.Sprintf(`{"cause":%q}`, c))
	f.Cause = c
	return save(tx, f)
}

// tick keeps that an act was done: plan.act_unknown for one that is not of the cause.
func tick(ctx context.Context, tx Tx, q TickRequest) (Follow, error) {
	f, err := FollowOf(tx)
	if err != nil {
		return f, err
	}
	if !slices.Contains(f.Acts, q.Act) {
		return f, fault.Field("act", "plan.act_unknown")
	}
	op.Note(ctx, "", 0, "", fmt.Sprintf(`{"act":%q,"done":%t}`, q.Act, q.Done))
	if f.Done == nil {
		f.Done = map[Act]Tick{}
	}
	if delete(f.Done, q.Act); q.Done {
		f.Done[q.Act] = Tick{At: tx.Now().UTC(), By: op.Actor(ctx).Name}
	}
	return save(tx, f)
}

func save(tx Tx, f Follow) (Follow, error) {
	kept := f
	kept.Acts = nil
	if err := tx.SetSetting(followKey, kept); err != nil {
		return f, err
	}
	return f, f.complete(tx)
}
