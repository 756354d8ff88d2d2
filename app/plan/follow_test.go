package plan_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/store"
)

// restored is an office whose book was just restored from a copy of an hour ago.
func restored(t *testing.T) *office {
	t.Helper()
	o := open(t)
	o.update(func(tx *store.Tx) error { return plan.AskCause(tx, tx.Now().Add(-time.Hour), tx.Now()) })
	return o
}

func (o *office) say(c plan.Cause) plan.Follow {
	o.t.Helper()
	f, err := plan.SayCause.Call(o.Ctx(), o.As("owner"), plan.CauseRequest{Cause: c})
	if err != nil {
		o.t.Fatal(err)
	}
	return f
}

func (o *office) follow() *plan.Follow {
	o.t.Helper()
	p, err := plan.Get.Call(o.Ctx(), o.As("owner"), op.Empty{})
	if err != nil {
		o.t.Fatal(err)
	}
	return p.Follow
}

// TestATheftCallsForOtherActsThanAFire: a thief is shut out, the key and the log-ins change and the authorities are
// told; after a fire the places of the copies and the sheet come back, and nobody is accused.
func TestATheftCallsForOtherActsThanAFire(t *testing.T) {
	o := restored(t)
	if f := o.follow(); f == nil || f.Cause != "" || len(f.Acts) != 0 {
		t.Fatalf("nobody is asked: %+v", f)
	}
	theft, fire := o.say(plan.CauseTheft), o.say(plan.CauseFire)
	for _, act := range []plan.Act{
		plan.ActDevices, plan.ActPasswords, plan.ActCloud, plan.ActKey, plan.ActComplaint, plan.ActCNIL, plan.ActInsurer,
	} {
		if !slices.Contains(theft.Acts, act) {
			t.Errorf("after a theft %s is not asked for", act)
		}
	}
	for _, act := range []plan.Act{plan.ActComplaint, plan.ActCNIL, plan.ActCloud, plan.ActKey} {
		if slices.Contains(fire.Acts, act) {
			t.Errorf("after a fire %s is asked for", act)
		}
	}
	for _, act := range []plan.Act{plan.ActNumbers, plan.ActPlaces, plan.ActSheet, plan.ActInsurer} {
		if !slices.Contains(fire.Acts, act) {
			t.Errorf("after a fire %s is not asked for", act)
		}
	}
	ransom, intruder := o.say(plan.CauseRansom), o.say(plan.CauseIntrusion)
	for _, act := range []plan.Act{
		plan.ActAdvice, plan.ActClean, plan.ActVerify, plan.ActPasswords, plan.ActKey, plan.ActComplaint, plan.ActCNIL,
	} {
		if !slices.Contains(ransom.Acts, act) || !slices.Contains(intruder.Acts, act) || slices.Contains(fire.Acts, act) {
			t.Errorf("%s: after ransomware %v, after an intrusion %v, after a fire %v", act, ransom.Acts, intruder.Acts, fire.Acts)
		}
	}
	if slices.Contains(ransom.Acts, plan.ActReview) || !slices.Contains(intruder.Acts, plan.ActReview) {
		t.Error("what an intruder did in the book is looked for after an intrusion alone")
	}
	if o.say(plan.CauseOther); o.follow() != nil {
		t.Error("a trial leaves something to do")
	}
}

// TestWhatIsDoneIsTickedOff by name, with an event each, until nothing is left; a book put back later begins again.
func TestWhatIsDoneIsTickedOff(t *testing.T) {
	o := restored(t)
	f := o.say(plan.CauseBreak)
	tick := func(act plan.Act, done bool) error {
		_, err := plan.TickAct.Call(o.Ctx(), o.As("owner"), plan.TickRequest{Act: act, Done: done})
		return err
	}
	if err := tick(plan.ActCNIL, true); fault.KeyOf(err) != "plan.act_unknown" {
		t.Errorf("an act of another cause: %v", err)
	}
	for i, act := range f.Acts {
		if f := o.follow(); f == nil || f.Left() != len(f.Acts)-i {
			t.Fatalf("before %s: %+v", act, f)
		}
		if err := tick(act, true); err != nil {
			t.Fatal(err)
		}
	}
	if f := o.follow(); f != nil {
		t.Errorf("all is done, and still asked for: %+v", f)
	}
	if err := tick(plan.ActOld, false); err != nil {
		t.Fatal(err)
	}
	if f := o.follow(); f == nil || f.Left() != 1 || f.Done[plan.ActNumbers].By == "" {
		t.Errorf("taken back: %+v", f)
	}
	var told []string
	err := o.Store.View(o.Ctx(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == "plan.cause" || e.Op == "plan.tick" {
				told = append(told, e.Op+e.Payload)
			}
			return nil
		})
	})
	if err != nil || len(told) != 5 || told[0] != `plan.cause{"cause":"breakdown"}` || told[4] != `plan.tick{"act":"old","done":false}` {
		t.Errorf("the journal says %q, %v", told, err)
	}
	o.update(func(tx *store.Tx) error { return plan.AskCause(tx, tx.Now(), tx.Now()) })
	if f := o.follow(); f == nil || f.Cause != "" || len(f.Done) != 0 {
		t.Errorf("after another restore: %+v", f)
	}
}

// TestConfirmedNumbersAreTickedOff by themselves, whether the owner says first what happened or which numbers there were,
// and not those that were confirmed after an earlier restore.
func TestConfirmedNumbersAreTickedOff(t *testing.T) {
	o := open(t)
	billing.Bind(o.Registry)
	restore := func() {
		o.Clock.Add(time.Hour)
		o.update(func(tx *store.Tx) error {
			made := tx.Now().Add(-time.Hour)
			return errors.Join(billing.AskNumbers(tx, made, tx.Now()), plan.AskCause(tx, made, tx.Now()))
		})
		o.Clock.Add(time.Minute)
	}
	confirm := func() {
		n, err := billing.GetNumbers.Call(o.Ctx(), o.As("owner"), op.Empty{})
		var req billing.ConfirmRequest
		for _, s := range n.Series {
			req.Series = append(req.Series, billing.Taken{Kind: s.Kind, Period: s.Period, Last: s.Last})
		}
		if err == nil {
			_, err = billing.ConfirmNumbers.Call(o.Ctx(), o.As("owner"), req)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want bool) {
		t.Helper()
		if tick, done := o.follow().Done[plan.ActNumbers]; done != want || done && tick.By == "" {
			t.Errorf("%s: %+v", when, o.follow())
		}
	}
	restore()
	confirm()
	o.say(plan.CauseFire)
	check("confirmed first", true)
	if f, err := plan.TickAct.Call(o.Ctx(), o.As("owner"), plan.TickRequest{Act: plan.ActNumbers}); err != nil || f.Left() != len(f.Acts)-1 {
		t.Errorf("what is known was taken back: %+v, %v", f, err)
	}
	restore()
	o.say(plan.CauseFire)
	check("restored once more", false)
	confirm()
	check("confirmed after", true)
}

// TestWhatHappenedIsNotForEverybodyToSay, nor of a book that was never restored.
func TestWhatHappenedIsNotForEverybodyToSay(t *testing.T) {
	o := open(t)
	ask := func(who string, c plan.Cause) string {
		_, err := plan.SayCause.Call(o.Ctx(), o.As(who), plan.CauseRequest{Cause: c})
		return fault.KeyOf(err)
	}
	if key := ask("owner", plan.CauseFire); key != "plan.not_restored" || o.follow() != nil {
		t.Errorf("a book that was never restored: %s", key)
	}
	o.update(func(tx *store.Tx) error { return plan.AskCause(tx, tx.Now(), tx.Now()) })
	if key := ask("sales", plan.CauseFire); key != "op.forbidden" {
		t.Errorf("a commercial says it: %s", key)
	}
	if key := ask("owner", "flood"); key != "plan.cause_unknown" {
		t.Errorf("a cause that there is not: %s", key)
	}
}
