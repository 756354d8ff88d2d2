package relay_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// live is what the program knows, as the test says.
type live struct {
	fed   relay.Fed
	rival relay.Rival
	here  bool
}

func (l *live) Fed() relay.Fed                            { return l.fed }
func (*live) Seat() (string, string, error)               { return "SRV", "main", nil }
func (*live) Forget()                                     {}
func (l *live) Here(fingerprint string) bool              { return l.here && fingerprint == "desk" }
func (l *live) Rival(context.Context) (relay.Rival, bool) { return l.rival, l.rival.Place != "" }

// nobody has the PCs come in.
type nobody struct{ device.Inviter }

func (nobody) Cut(string) {}

// office is a book with PCs under their names as fingerprints.
func office(t *testing.T, pcs ...string) (*storetest.World, *live, map[string]device.ID) {
	t.Helper()
	w, l, ids := storetest.NewWorld(t), &live{}, map[string]device.ID{}
	relay.Bind(w.Registry, l)
	w.Update(func(tx *store.Tx) error {
		for _, pc := range pcs {
			if err := device.Enrol(tx, pc, pc, 1); err != nil {
				return err
			}
			d, _, err := tx.DeviceByFingerprint(pc)
			if err != nil {
				return err
			}
			ids[pc] = d.ID
		}
		return nil
	})
	return w, l, ids
}

func TestNaming(t *testing.T) {
	w, _, ids := office(t, "desk", "lost")
	w.Update(func(tx *store.Tx) error {
		d, err := tx.Device(ids["lost"])
		d.State = device.Revoked
		if err == nil {
			_, err = tx.SaveDevice(d)
		}
		return err
	})
	owner := w.As("owner")
	for id, want := range map[device.ID]string{ids["lost"]: "relay.revoked", 99: "device.not_found"} {
		if _, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: id}); fault.KeyOf(err) != want {
			t.Errorf("PC %d: %v, want %s", id, err, want)
		}
	}
	if _, err := relay.Name.Call(w.Ctx(), w.As("accountant"), relay.NameRequest{ID: ids["desk"]}); fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("the accountant names it: %v", err)
	}
	s, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: ids["desk"]})
	if err != nil || s.Relay != ids["desk"] || s.Name != "desk" || s.Main == 0 || s.Main == s.Relay {
		t.Fatalf("%+v, %v", s, err)
	}
	// The main PC itself is one of the list now, and no relay of its own.
	if _, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: s.Main}); fault.KeyOf(err) != "relay.itself" {
		t.Errorf("the main PC is its own relay: %v", err)
	}
	main := s.Main
	device.Bind(w.Registry, nobody{}, relay.Spare[*store.Tx])
	shut := func() error {
		_, err := device.Revoke.Call(w.Ctx(), owner, device.IDRequest{ID: main})
		return err
	}
	if err := shut(); fault.KeyOf(err) != "relay.main_stays" {
		t.Errorf("the main PC is shut out of its own book: %v", err)
	}
	defer func() {
		if err := shut(); err != nil {
			t.Errorf("without a relay: %v", err)
		}
	}()
	if s, err = relay.Name.Call(w.Ctx(), owner, relay.NameRequest{}); err != nil || s.Relay != 0 || s.State != relay.None {
		t.Errorf("none: %+v, %v", s, err)
	}
}

func TestTheStateOfTheRelay(t *testing.T) {
	w, l, ids := office(t, "desk")
	if _, err := relay.Name.Call(w.Ctx(), w.As("owner"), relay.NameRequest{ID: ids["desk"]}); err != nil {
		t.Fatal(err)
	}
	if s, err := relay.Get.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil || s.State != relay.Waiting {
		t.Errorf("not connected: %+v, %v", s, err)
	}
	l.here = true
	now := w.Clock.Now()
	for _, c := range []struct {
		fed  relay.Fed
		want string
	}{
		{relay.Fed{}, relay.Starting},
		{relay.Fed{Asked: now}, relay.Copying},
		{relay.Fed{Asked: now, Whole: true}, relay.Following},
		{relay.Fed{Asked: now, Whole: true, Behind: relay.LateAfter}, relay.Following},
		{relay.Fed{Asked: now, Whole: true, Behind: relay.LateAfter + time.Second}, relay.Late},
		{relay.Fed{Asked: now.Add(-relay.AwayAfter), Whole: true}, relay.Following},
		{relay.Fed{Asked: now.Add(-relay.AwayAfter - time.Second), Whole: true}, relay.Away},
	} {
		l.fed = c.fed
		s, err := relay.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil || s.State != c.want || s.BehindMS != c.fed.Behind.Milliseconds() {
			t.Errorf("%+v: %+v, %v, want %s", c.fed, s, err, c.want)
		}
	}
	w.Update(func(tx *store.Tx) error {
		d, err := tx.Device(ids["desk"])
		d.State = device.Revoked
		if err == nil {
			_, err = tx.SaveDevice(d)
		}
		return err
	})
	if s, err := relay.Get.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil || s.State != relay.None {
		t.Errorf("a revoked PC is the relay: %+v, %v", s, err)
	}
}

// TestTakingOver: the term is above both that of the book and the highest known elsewhere, and the chain says it.
func TestTakingOver(t *testing.T) {
	w, _, ids := office(t, "desk")
	if _, err := relay.Name.Call(w.Ctx(), w.As("owner"), relay.NameRequest{ID: ids["desk"]}); err != nil {
		t.Fatal(err)
	}
	w.Update(func(tx *store.Tx) error { return relay.Settle(tx, "shop", "PC-Boutique") })
	var before audit.Event
	w.Update(func(tx *store.Tx) (err error) { before, err = tx.Head(); return err })
	for _, c := range []struct{ above, want int64 }{{0, 1}, {4, 5}, {2, 6}} {
		var p relay.Post
		var last audit.Event
		w.Update(func(tx *store.Tx) (err error) {
			if p, err = relay.TakeOver(tx, relay.Taking{Owner: 1, Name: "Claire", Main: "desk", Above: c.above}); err != nil {
				return err
			}
			last, err = tx.Head()
			return err
		})
		if p.Term != c.want || p.Relay != "" || p.Main != "desk" || p.Was != "shop" || p.Before != before.ID {
			t.Errorf("above %d: %+v", c.above, p)
		}
		if last.Op != "book.taken_over" || last.ActorName != "Claire" || last.ID != before.ID+1 {
			t.Errorf("the chain ends with %+v", last)
		}
		before = last
	}
	w.Update(func(tx *store.Tx) error {
		taken := relay.Post{Term: 1, Main: "shop", Relay: "desk"}
		if err := tx.SetSetting("relay", taken); err != nil {
			return err
		}
		p, err := relay.TakeOver(tx, relay.Taking{Owner: 1, Name: "Claire", Main: "shop", Before: 2})
		if p.Before != 2 || p.Was != "desk" {
			t.Errorf("taken back: %+v", p)
		}
		return err
	})
}

// TestAFencedBookIsOnlyRead, by who is at the PC that has it.
func TestAFencedBookIsOnlyRead(t *testing.T) {
	w, l, ids := office(t, "desk")
	w.Registry.Fence = relay.Fence(l)
	owner := w.As("owner")
	if _, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: ids["desk"]}); err != nil {
		t.Fatalf("nobody took over: %v", err)
	}
	l.rival.Place = "192.168.1.31:24653"
	_, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{})
	if f := fault.Of(err); f == nil || f.Key != "relay.taken_over" || f.Args["place"] != l.rival.Place {
		t.Errorf("written: %v", err)
	}
	var last audit.Event
	w.Update(func(tx *store.Tx) (err error) { last, err = tx.Head(); return err })
	l.rival.Before = last.ID - 2
	s, err := relay.Get.Call(w.Ctx(), owner, op.Empty{})
	if err != nil || s.State != relay.Taken || s.Name != l.rival.Place || s.Own != 2 {
		t.Errorf("read: %+v, %v", s, err)
	}
}

// TestABackupThatIsPutBackLeads: its term is above that of the book and any known here, and the fence is gone. Where
// it was the main PC already, the relay is the one that may have led meanwhile.
func TestABackupThatIsPutBackLeads(t *testing.T) {
	w, _, _ := office(t)
	before := relay.Post{Term: 2, Lead: "a", Relay: "desk", Main: "shop", Lost: &relay.Lost{Place: "there", Term: 3}}
	for _, c := range []struct {
		above, want int64
		own, was    string
	}{{0, 3, "", "shop"}, {5, 6, "new", "shop"}, {0, 3, "shop", "desk"}} {
		w.Update(func(tx *store.Tx) error {
			if err := tx.SetSetting("relay", before); err != nil {
				return err
			}
			if err := relay.Raise(tx, c.above, c.own); err != nil {
				return err
			}
			p, err := relay.Of(tx)
			if p.Term != c.want || p.Lost != nil || p.Lead == "" || p.Lead == before.Lead || p.Relay != before.Relay || p.Was != c.was {
				t.Errorf("above %d at %q: %+v", c.above, c.own, p)
			}
			return err
		})
	}
}

// TestWhatAComparisonFoundIsSaid: all the same costs no event, a difference has one, and another relay begins anew.
func TestWhatAComparisonFoundIsSaid(t *testing.T) {
	w, _, ids := office(t, "desk", "other")
	owner := w.As("owner")
	if _, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: ids["desk"]}); err != nil {
		t.Fatal(err)
	}
	events := func() (n int64) {
		w.Update(func(tx *store.Tx) error { e, err := tx.Head(); n = e.ID; return err })
		return n
	}
	get := func() relay.Status {
		t.Helper()
		s, err := relay.Get.Call(w.Ctx(), owner, op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := events()
	for i, differ := range []int{0, 2, 0} {
		w.Clock.Add(time.Hour)
		w.Update(func(tx *store.Tx) error { return relay.Compared(tx, differ) })
		s := get()
		if now := w.Clock.Now(); differ == 0 && !s.Same.Equal(now) || differ > 0 && !s.Differed.Equal(now) {
			t.Errorf("comparison %d: %+v", i, s)
		}
	}
	if got := events() - before; got != 1 {
		t.Errorf("%d events, want that of the difference", got)
	}
	s, err := relay.Name.Call(w.Ctx(), owner, relay.NameRequest{ID: ids["other"]})
	if err != nil || !s.Same.IsZero() || !s.Differed.IsZero() {
		t.Errorf("another relay: %+v, %v", s, err)
	}
}

// TestAFindingIsToldOnce: the owners read of a copy that differed once, again when it differs after having been the
// same, and each day that it goes on.
func TestAFindingIsToldOnce(t *testing.T) {
	w, _, ids := office(t, "desk")
	if _, err := relay.Name.Call(w.Ctx(), w.As("owner"), relay.NameRequest{ID: ids["desk"]}); err != nil {
		t.Fatal(err)
	}
	var owner user.User
	told := 0
	w.Update(func(tx *store.Tx) (err error) {
		owner, err = tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner})
		return err
	})
	for i, c := range []struct {
		after  time.Duration
		differ int
		fresh  bool
	}{
		{time.Hour, 0, false},
		{time.Hour, 2, true},
		{time.Minute, 2, false},
		{time.Hour, 1, false},
		{time.Hour, 0, false},
		{time.Hour, 3, true},
		{24 * time.Hour, 3, true},
		{time.Hour, 3, false},
	} {
		w.Clock.Add(c.after)
		w.Update(func(tx *store.Tx) error {
			if err := relay.Compared(tx, c.differ); err != nil {
				return err
			}
			all, err := tx.Notices(owner.ID)
			found, foundErr := relay.Found(tx)
			if c.fresh {
				told++
				if found != (relay.Finding{At: tx.Now(), Name: "desk", Files: c.differ}) {
					t.Errorf("comparison %d found %+v", i, found)
				}
			}
			if len(all) != told {
				t.Errorf("comparison %d: %d notices, want %d", i, len(all), told)
			} else if told > 0 && (all[0].Kind != relay.NoticeDiffered || all[0].Detail != "desk") {
				t.Errorf("comparison %d: %+v", i, all[0])
			}
			return errors.Join(err, foundErr)
		})
	}
}
