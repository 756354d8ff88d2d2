package witness_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/storetest"
)

// TestTheBooksKeyIsForEver: the seed was computed by another program from the same root.
func TestTheBooksKeyIsForEver(t *testing.T) {
	key, err := setup.Identity{Root: []byte("-----BEGIN A ROOT-----\n")}.Signer()
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(key.Seed()); got != "e87d6d522e7f40638454e704c7a3b0e38d390a8801417bc365523046096a0cfe" {
		t.Errorf("seed %s", got)
	}
	if key, err := (setup.Identity{}).Signer(); key != nil || err != nil {
		t.Error("a key of nothing")
	}
}

// office is a book with an owner and three PCs.
type office struct {
	*storetest.World
	t        *testing.T
	heard    map[string]witness.Heard
	accepted int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: storetest.NewWorld(t), t: t, heard: map[string]witness.Heard{}}
	witness.Bind(o.Registry, func() map[string]witness.Heard { return o.heard }, func() { o.accepted++ })
	o.Update(func(tx *store.Tx) error {
		for i, role := range []auth.Role{auth.Owner, auth.Owner, auth.Sales} {
			u := user.User{Login: string(rune('a' + i)), Name: "N", Role: role, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		for _, pc := range []string{"caisse", "atelier", "revoked"} {
			if err := device.Enrol(tx, pc, "PC "+pc, 1); err != nil {
				return err
			}
		}
		d, _, err := tx.DeviceByFingerprint("revoked")
		d.State = device.Revoked
		if err == nil {
			_, err = tx.SaveDevice(d)
		}
		if err != nil {
			return err
		}
		return setup.SaveIdentity(tx, setup.Identity{BookID: "one", Root: []byte("a root")})
	})
	return o
}

// further is a checkpoint that the book signed when it went on to an event that it does not hold.
func (o *office) further(event int64) (c audit.Checkpoint) {
	o.t.Helper()
	o.Update(func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		if err != nil {
			return err
		}
		key, err := id.Signer()
		if err != nil {
			return err
		}
		if c, err = witness.Of(tx); err == nil {
			c.Event, c.Hash = event, "0f"
			c = c.Sign(key)
		}
		return err
	})
	return c
}

// report is the word of a PC at which nobody is logged in.
func (o *office) report(pc string, c audit.Checkpoint) error {
	from := op.Local[*store.Tx]{
		Registry: o.Registry, Credential: func() op.Credential { return op.Credential{Device: pc} },
	}
	_, err := witness.Report.Call(o.Ctx(), from, c)
	return err
}

func (o *office) last() (e audit.Event) {
	o.t.Helper()
	o.Update(func(tx *store.Tx) (err error) { e, err = tx.Head(); return err })
	return e
}

func (o *office) get() witness.Status {
	o.t.Helper()
	s, err := witness.Get.Call(o.Ctx(), o.As("owner"), op.Empty{})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func TestOnlyAPCThatCanProveItIsHeard(t *testing.T) {
	o := newOffice(t)
	var held audit.Checkpoint
	lost := o.further(99)
	o.Update(func(tx *store.Tx) (err error) { held, err = witness.Of(tx); return err })
	forged, unsigned, other := lost, lost, lost
	forged.Event, unsigned.Signature, other.Book = 100, "", "two"
	before := o.last().ID
	for _, c := range []struct {
		pc   string
		say  audit.Checkpoint
		want string
	}{
		{"", lost, "witness.no_pc"},
		{"stranger", lost, "witness.no_pc"},
		{"revoked", lost, "witness.no_pc"},
		{"caisse", forged, "witness.unproven"},
		{"caisse", unsigned, "witness.unproven"},
		{"caisse", other, "witness.unproven"},
		{"caisse", held, "witness.not_older"},
	} {
		if err := o.report(c.pc, c.say); fault.KeyOf(err) != c.want {
			t.Errorf("%q: %v, want %s", c.pc, err, c.want)
		}
	}
	if o.last().ID != before || len(o.get().Alerts) != 0 {
		t.Error("what was refused left something behind")
	}
}

// TestEachPCIsHeardOnce and the owners are told, asked for their numbers, and have the last word.
func TestEachPCIsHeardOnce(t *testing.T) {
	o := newOffice(t)
	lost := o.further(99)
	for _, pc := range []string{"caisse", "atelier"} {
		if err := o.report(pc, lost); err != nil {
			t.Fatal(err)
		}
		e := o.last()
		if e.Op != "witness.older" || e.SubjectKind != "device" || e.Payload != `{"hash":"0f","seen":99}` {
			t.Errorf("%+v", e)
		}
		if err := o.report(pc, lost); fault.KeyOf(err) != "witness.known" || o.last().ID != e.ID {
			t.Errorf("again: %v", err)
		}
	}
	s := o.get()
	if len(s.Alerts) != 2 || s.Alerts[0].Name != "PC caisse" || s.Alerts[0].Seen != 99 || s.Alerts[0].Shown != s.Event-2 {
		t.Errorf("%+v", s)
	}
	o.Update(func(tx *store.Tx) error {
		for id, want := range map[auth.UserID]int{1: 2, 2: 2, 3: 0} {
			ns, err := tx.Notices(id)
			if err != nil || len(ns) != want ||
				want > 0 && (ns[0].Kind != user.NoticeOlder || ns[0].Detail != "PC caisse") {
				t.Errorf("person %d is told %+v, %v", id, ns, err)
			}
		}
		var asked struct{ Restored time.Time }
		_, err := tx.Setting("billing.resume", &asked)
		if asked.Restored.IsZero() {
			t.Error("the numbers are not asked for")
		}
		return err
	})

	for who, want := range map[string]string{"accountant": "op.forbidden", "stale": "op.fresh_needed"} {
		if _, err := witness.Accept.Call(o.Ctx(), o.As(who), op.Empty{}); fault.KeyOf(err) != want {
			t.Errorf("%s has the last word: %v", who, err)
		}
	}
	if o.accepted != 0 || len(o.get().Alerts) != 2 {
		t.Error("somebody else had the last word")
	}
	s, err := witness.Accept.Call(o.Ctx(), o.As("owner"), op.Empty{})
	if err != nil || len(s.Alerts) != 0 || o.accepted != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if e := o.last(); e.Op != "witness.accept" || e.ActorName == "" {
		t.Errorf("%+v", e)
	}
	if err := o.report("caisse", lost); fault.KeyOf(err) != "witness.not_older" {
		t.Errorf("after the owner's word: %v", err)
	}
	if _, err := witness.Accept.Call(o.Ctx(), o.As("owner"), op.Empty{}); fault.KeyOf(err) != "witness.nothing" {
		t.Error(err)
	}
	// One who saw the line that begins now is heard again.
	if err := o.report("caisse", o.further(200)); err != nil {
		t.Error(err)
	}
}

// TestAnOwnersOwnDoingIsNoAlarm: what a restore, going back or a take-over leaves behind.
func TestAnOwnersOwnDoingIsNoAlarm(t *testing.T) {
	for name, do := range map[string]func(tx *store.Tx) error{
		"restored, gone back": func(tx *store.Tx) error { return relay.Raise(tx, 0, "") },
		"taken over": func(tx *store.Tx) error {
			_, err := relay.TakeOver(tx, relay.Taking{Owner: 1, Name: "Claire", Main: "relay"})
			return err
		},
	} {
		o := newOffice(t)
		lost := o.further(99)
		o.Update(do)
		if err := o.report("caisse", lost); fault.KeyOf(err) != "witness.not_older" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheCopiesAreWitnesses(t *testing.T) {
	o := newOffice(t)
	lost := o.further(99)
	for range 2 {
		o.Update(func(tx *store.Tx) error { return witness.Compare(tx, lost) })
	}
	s := o.get()
	if e := o.last(); e.Op != "book.older" || e.ID != s.Event || len(s.Alerts) != 1 ||
		s.Alerts[0].From != witness.FromCopies || s.Alerts[0].Shown != e.ID-1 {
		t.Errorf("%+v, %+v", o.last(), s)
	}
	o.Update(func(tx *store.Tx) error {
		if ns, err := tx.Notices(1); err != nil || len(ns) != 1 || ns[0].Kind != user.NoticeOlderCopy {
			t.Errorf("the owner is told %+v, %v", ns, err)
		}
		return nil
	})
}

func TestWhoKeepsHowFar(t *testing.T) {
	o := newOffice(t)
	now := o.Clock.Now()
	o.heard = map[string]witness.Heard{
		"caisse": {Event: 2, At: now}, "atelier": {Event: 3, At: now.Add(time.Minute)}, "revoked": {Event: 1, At: now},
		"stranger": {Event: 9, At: now},
	}
	var names []string
	for _, w := range o.get().Witnesses {
		names = append(names, w.Name)
	}
	if !slices.Equal(names, []string{"PC atelier", "PC caisse"}) {
		t.Errorf("%v", names)
	}
}
