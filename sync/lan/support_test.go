package lan_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/bin"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/lan"
)

// newHelped is a host of real people, with the PC of somebody who helps by what was granted.
func newHelped(t *testing.T, g support.Granted) (x looked, pc raw) {
	t.Helper()
	l := &late{}
	o := newOffice(t, func(lan.Registry) lan.Registry { return l })
	product(o.world.Registry, o.world)
	svc := user.NewService[*store.Tx](o.world.Store, o.world.Clock.Now, user.Standard, nil, o.world.Store)
	reg := op.New[*store.Tx](o.world.Store, support.NewKeeper[*store.Tx](o.world.Store, svc, o.world.Clock.Now), o.world.Clock.Now,
		func(r op.Record) {
			if r.Cause != nil {
				t.Logf("%s: %v", r.Op, r.Cause)
			}
		})
	bind(reg)
	product(reg, o.world)
	l.to.Store(reg)
	c := newRaw(t, o)
	var specs []op.Spec
	for _, s := range reg.Specs() {
		if !strings.HasPrefix(s.Name, "test.") {
			specs = append(specs, s)
		}
	}
	x = looked{matrix{c, specs, matrixRows(t, o.world)}, o, reg}
	x.people(c.pc)
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	x.o.world.Update(func(tx *store.Tx) error {
		now := tx.Now()
		access, err := tx.AddSupport(support.Access{Granted: g, By: 1, MadeAt: now, EndsAt: now.Add(2 * time.Hour)})
		if err != nil {
			return err
		}
		a, err := tx.Support(access)
		if err != nil {
			return err
		}
		a.CodeUntil = now.Add(10 * time.Minute)
		if err := tx.SaveSupport(a, 0); err != nil {
			return err
		}
		return support.Enter(tx, nil, access, string(id.Fingerprint), "PC-Jean")
	})
	return x, rawAs(t, o, id)
}

// reads are the readings in the journal.
func (x looked) reads() (out []audit.Event) {
	x.t.Helper()
	err := x.o.world.Store.View(x.t.Context(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == "support.read" {
				out = append(out, e)
			}
			return nil
		})
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

// TestWhoHelpsReadsWhatWasGranted asks every operation of the product from the PC of somebody who helps, with no token
// and with that of an owner: what is granted and is a question is answered, without what is hidden, and is in the
// journal; all else is refused and leaves no trace.
func TestWhoHelpsReadsWhatWasGranted(t *testing.T) {
	for name, g := range map[string]support.Granted{
		"nothing": {}, "sales": {Sales: true}, "books": {Ledger: true}, "all": {Sales: true, Ledger: true, Shown: true},
	} {
		t.Run(name, func(t *testing.T) {
			g.Who, g.Reason = "Jean, SoftCo", "Un tableau vide"
			x, pc := newHelped(t, g)
			who := auth.Actor{Support: 1, Rights: g.Rights()}
			read, refused := 0, 0
			for _, s := range x.specs {
				if s.Kind == op.Watch { // it has no end
					continue
				}
				idle := s.Kind == op.Query && probes[s.Name].idle
				for i, ask := range x.questions(s.Name) {
					before, head := len(x.reads()), x.head().ID
					may := who.May(s.Needs)
					if may && idle {
						continue // it works outside the book, which is not there
					}
					got := pc.post(s, []string{"", "claire"}[i%2], ask, false)
					if s.Kind != op.Query || !may {
						refused++
						if got.status != http.StatusForbidden || !strings.Contains(got.body, "op.support") {
							t.Errorf("%s was not refused: %d %.300s", s.Name, got.status, got.text)
						}
						if x.head().ID != head {
							t.Errorf("%s left %+v", s.Name, x.head())
						}
						continue
					}
					if got.status == http.StatusInternalServerError {
						t.Errorf("%s: %.300s", s.Name, got.text)
					}
					if got.status != http.StatusOK {
						continue
					}
					read++
					if noted := len(x.reads()) - before; noted == 0 && who.Rights.Scope(s.Needs) == auth.All &&
						s.Needs != auth.Anyone {
						t.Errorf("%s is not in the journal", s.Name)
					}
					for _, word := range hidden {
						if !g.Shown && strings.Contains(got.text, word) {
							t.Errorf("%s shows %s", s.Name, word)
						}
					}
					for _, sum := range owes {
						if !g.Shown && !g.Ledger && strings.Contains(got.text, sum) {
							t.Errorf("%s shows %s", s.Name, sum)
						}
					}
				}
			}
			t.Logf("%d answers, %d refusals, %d readings", read, refused, len(x.reads()))
			if refused < 150 || read < 4 {
				t.Error("too few")
			}
			got := pc.post(party.List.Spec, "", m{"limit": 500}, false)
			if shows := strings.Contains(got.text, hidden[0]); shows != g.Shown {
				t.Errorf("addresses are shown: %t", shows)
			}
			if got := pc.post(user.Current.Spec, "", m{}, false); !strings.Contains(got.body, `"support":true`) ||
				!strings.Contains(got.body, g.Who) {
				t.Errorf("they are %s", got.text)
			}
		})
	}
}

// TestWhoHelpsSeesNothingOfTheBin: they took nothing away, and nobody's is theirs to see.
func TestWhoHelpsSeesNothingOfTheBin(t *testing.T) {
	x, pc := newHelped(t, support.Granted{Who: "Jean", Reason: "Aide"})
	var page party.Page
	x.does(party.List.Spec, "claire", m{"limit": 1}, &page)
	x.does(party.Archive.Spec, "claire", m{"id": page.Rows[0].ID}, &party.Customer{})
	var all bin.ListResponse
	if x.does(bin.List.Spec, "claire", m{}, &all); len(all.Rows) == 0 || all.Rows[0].Name != page.Rows[0].Name {
		t.Fatalf("the owner sees %+v", all.Rows)
	}
	if got := pc.post(bin.List.Spec, "", m{}, false); strings.Contains(got.body, page.Rows[0].Name) {
		t.Errorf("they see %s", got.body)
	}
	got := pc.post(bin.Restore.Spec, "", m{"ids": []any{all.Rows[0].ID}}, false)
	if got.status != http.StatusForbidden {
		t.Errorf("they put back: %d %s", got.status, got.body)
	}
}

// TestEachReadingIsNamed: who, at which PC, what and about which record, once for what windows ask again by
// themselves; what was typed to find something stays out of the journal. The feed of the relay PC is not theirs.
func TestEachReadingIsNamed(t *testing.T) {
	x, pc := newHelped(t, support.Granted{Who: "Jean", Reason: "Aide", Sales: true})
	for range 3 {
		pc.post(party.Get.Spec, "", m{"id": 2}, false)
	}
	pc.post(party.List.Spec, "", m{"text": "champignac", "limit": 5}, false)
	all := x.reads()
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for i, want := range []string{`{"id":2,"op":"customer.get"}`, `{"op":"customer.list"}`} {
		e := all[i]
		if e.Payload != want || e.Actor != 0 || e.ActorName != "Jean" || e.Device != pc.pc || e.SubjectKind != "support" ||
			e.SubjectID != 1 {
			t.Errorf("%+v, want %s", e, want)
		}
	}
	x.o.world.Clock.Add(31 * time.Minute)
	pc.post(party.Get.Spec, "", m{"id": 2}, false)
	if n := len(x.reads()); n != 3 {
		t.Errorf("%d readings half an hour later", n)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+pc.addr+"/feed", strings.NewReader("[]\n{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Zafe-Level", fmt.Sprint(op.Level))
	resp, err := pc.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("the whole book is fed to them: %d", resp.StatusCode)
	}
}

// TestWhoHelpsIsOutAtTheEnd by themselves, with nobody looking after it; as soon as who let them in could not any
// more; and the PC cannot be used to log in.
func TestWhoHelpsIsOutAtTheEnd(t *testing.T) {
	x, pc := newHelped(t, support.Granted{Who: "Jean", Reason: "Aide", Sales: true})
	ask := func() answer { return pc.post(party.List.Spec, "", m{"limit": 5}, false) }
	if got := ask(); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
	got := pc.post(user.Login.Spec, "", m{"login": "claire", "password": "x"}, false)
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "op.support") {
		t.Errorf("a log-in there: %d %s", got.status, got.text)
	}
	x.change(1, func(u *user.User) { u.Role = auth.Accountant })
	if got := ask(); !strings.Contains(got.body, "support.over") {
		t.Errorf("who let them in is no owner any more: %d %s", got.status, got.text)
	}
	x.change(1, func(u *user.User) { u.Role = auth.Owner })
	x.o.world.Clock.Add(2*time.Hour - time.Second)
	if got := ask(); got.status != http.StatusOK {
		t.Error(got.text)
	}
	x.o.world.Clock.Add(time.Second)
	if got := ask(); !strings.Contains(got.body, "lan.device_refused") {
		t.Errorf("at the end: %d %s", got.status, got.text)
	}
}
