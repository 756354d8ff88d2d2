package lan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/approval"
	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
)

// The account that the book has, in capitals, and another one.
const otherIBAN = "FR1420041010050500013M02606"

// refuses asks in earnest and wants a refusal.
func (x looked) refuses(s op.Spec, who string, ask any, key string) {
	x.t.Helper()
	got := x.post(s, who, ask, false)
	if got.status == http.StatusOK || !strings.Contains(got.body, `"`+key+`"`) {
		x.t.Errorf("%s by %s is not %s: %d %s", s.Name, who, key, got.status, got.text)
	}
}

// does asks in earnest and reads the answer.
func (x looked) does(s op.Spec, who string, ask, into any) {
	x.t.Helper()
	got := x.post(s, who, ask, false)
	if got.status != http.StatusOK {
		x.t.Fatalf("%s by %s: %d %s", s.Name, who, got.status, got.text)
	}
	if err := json.Unmarshal([]byte(got.body), into); err != nil {
		x.t.Fatal(err)
	}
}

func (x looked) profile() (p company.Profile) {
	x.t.Helper()
	x.does(company.Get.Spec, "claire", m{}, &p)
	return p
}

// asks keeps a request of Claire's for another account of the bank, and returns it as Adam reads it.
func (x looked) asks(iban string) approval.Pending {
	x.t.Helper()
	p := x.profile()
	p.Bank.IBAN = iban
	x.does(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, &op.Empty{})
	waits := x.waits("adam")
	if len(waits) == 0 {
		x.t.Fatal("nothing waits for Adam")
	}
	return waits[len(waits)-1]
}

func (x looked) waits(who string) []approval.Pending {
	x.t.Helper()
	var l approval.ListResponse
	x.does(approval.List.Spec, who, m{}, &l)
	return l.Pending
}

func decision(w approval.Pending, yes bool) any { return m{"id": w.ID, "digest": w.Digest, "yes": yes} }

// events are the last ones of the journal, the youngest first.
func (x looked) events(n int) (out []audit.Event) {
	x.t.Helper()
	err := x.o.world.Store.View(x.t.Context(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error { out = append([]audit.Event{e}, out...); return nil })
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return out[:n]
}

// TestTheBankDetailsTakeTwo: who asks cannot approve, nor who may not do it; what is approved is what was read, it is
// done in the name of who asked, and both are in the journal.
func TestTheBankDetailsTakeTwo(t *testing.T) {
	x := newLooked(t)
	before := x.profile()
	changed := before
	changed.Bank.IBAN = otherIBAN
	x.refuses(company.Save.Spec, "claire", changed, "approval.two")
	if got := x.post(company.Save.Spec, "claire", changed, false); !strings.Contains(got.body, "Adam") {
		t.Errorf("nobody is named: %s", got.text)
	}
	w := x.asks(otherIBAN)
	if p := x.profile(); p.Bank.IBAN != before.Bank.IBAN {
		t.Fatal("done before it was approved")
	}
	want := approval.Change{What: "iban", Before: before.Bank.IBAN, After: otherIBAN}
	if w.By != "Claire" || w.Mine || w.Moved || !slices.Equal(w.Changes, []approval.Change{want}) {
		t.Errorf("Adam reads %+v", w)
	}
	var told user.NoticesResponse
	x.does(user.Notices.Spec, "adam", m{}, &told) // who can approve, owner or not
	if len(told.Notices) != 1 || told.Notices[0].Kind != user.NoticeApproval {
		t.Errorf("Adam is told %+v", told.Notices)
	}
	if own := x.waits("claire"); len(own) != 1 || !own[0].Mine {
		t.Errorf("Claire reads %+v", own)
	}
	for _, who := range []string{"sonia", "yann", "ines", "hugo"} {
		if got := x.waits(who); len(got) != 0 {
			t.Errorf("%s reads %+v", who, got)
		}
		x.refuses(approval.Decide.Spec, who, decision(w, true), "approval.not_found")
		x.refuses(approval.Ask.Spec, who, m{"op": "company.save", "request": changed}, "op.forbidden")
	}
	x.refuses(approval.Ask.Spec, "claire", m{"op": "item.save", "request": m{}}, "approval.not_for")
	x.refuses(approval.Ask.Spec, "claire", m{"op": "company.save", "request": before}, "approval.alone")
	x.refuses(approval.Decide.Spec, "claire", decision(w, true), "approval.own")
	x.refuses(approval.Decide.Spec, "adam", m{"id": w.ID, "digest": strings.Repeat("0", 64), "yes": true}, "approval.altered")
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	told = user.NoticesResponse{}
	x.does(user.Notices.Spec, "adam", m{}, &told)
	if slices.ContainsFunc(told.Notices, func(n user.Notice) bool { return n.Kind == user.NoticeApproval }) {
		t.Errorf("Adam is still told of what was decided: %+v", told.Notices)
	}
	if p := x.profile(); p.Bank.IBAN != otherIBAN || p.UpdatedBy != "Claire" {
		t.Errorf("the profile has %q by %q", p.Bank.IBAN, p.UpdatedBy)
	}
	e := x.events(2)
	if e[0].Op != "approval.decide" || e[0].Actor != 9 || e[0].Digest != w.Digest || e[1].Op != "company.save" || e[1].Actor != 1 {
		t.Errorf("the journal has %+v", e)
	}
	x.refuses(approval.Decide.Spec, "adam", decision(w, false), "approval.over")
	if left := append(x.waits("adam"), x.waits("claire")...); len(left) != 0 {
		t.Errorf("still waiting: %+v", left)
	}
}

// TestARequestDoesNotOutliveWhatItIsAbout: nor three days, nor who asked; it can be refused and taken back.
func TestARequestDoesNotOutliveWhatItIsAbout(t *testing.T) {
	x := newLooked(t)
	was := x.profile().Bank.IBAN
	still := func(what string) {
		t.Helper()
		if p := x.profile(); p.Bank.IBAN != was {
			t.Fatalf("%s: the account changed", what)
		}
	}
	w := x.asks(otherIBAN)
	p := x.profile()
	p.City = "Rezé"
	x.does(company.Save.Spec, "adam", p, &p) // what is not the bank's takes one
	if now := x.waits("adam"); !now[0].Moved {
		t.Errorf("Adam reads %+v", now)
	}
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "company.changed_meanwhile")
	x.does(approval.Decide.Spec, "adam", decision(w, false), &op.Empty{})
	still("refused")
	w = x.asks(otherIBAN)
	x.does(approval.Decide.Spec, "claire", decision(w, false), &op.Empty{})
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "approval.over")
	still("taken back")

	w = x.asks(otherIBAN)
	x.o.world.Clock.Add(time.Second)
	x.o.world.Update(func(tx *store.Tx) error { // an accomplice that somebody makes for the occasion
		u, err := tx.SaveUser(user.User{Login: "faux", Name: "Faux", Role: auth.Admin, SecondOn: true, CreatedAt: tx.Now()})
		if err != nil {
			return err
		}
		return session(tx, u.ID, "faux", x.pc)
	})
	x.refuses(approval.Decide.Spec, "faux", decision(w, true), "approval.too_new")
	still("approved by an account that is younger")
	x.change(1, func(u *user.User) { u.Role = auth.Accountant })
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "approval.asker_out")
	x.change(1, func(u *user.User) { u.Role = auth.Owner })
	x.o.world.Clock.Add(72*time.Hour - 2*time.Second)
	x.o.world.Update(func(tx *store.Tx) error { return session(tx, 9, "adam later", x.pc) })
	if got := x.waits("adam later"); len(got) != 1 {
		t.Errorf("a second before its end: %+v", got)
	}
	x.o.world.Clock.Add(time.Second)
	if got := x.waits("adam later"); len(got) != 0 {
		t.Errorf("three days later: %+v", got)
	}
	x.refuses(approval.Decide.Spec, "adam later", decision(w, true), "approval.over")

	right := x.o.world.Clock.Now()
	x.o.world.Clock.Add(6 * time.Hour)
	x.o.world.Update(func(tx *store.Tx) error {
		return errors.Join(session(tx, 1, "claire ahead", x.pc), session(tx, 9, "adam ahead", x.pc))
	})
	p.Bank.IBAN = otherIBAN
	x.does(approval.Ask.Spec, "claire ahead", m{"op": "company.save", "request": p}, &op.Empty{})
	w = x.waits("adam ahead")[0]
	x.o.world.Clock.Set(right)
	if got := x.waits("adam later"); len(got) != 0 {
		t.Errorf("asked under a clock that was ahead: %+v", got)
	}
	x.refuses(approval.Decide.Spec, "adam later", decision(w, true), "approval.over")
}

// TestWhoIsAloneApprovesThemselves: after a fresh proof, and the journal says so.
func TestWhoIsAloneApprovesThemselves(t *testing.T) {
	x := newLooked(t)
	x.change(9, func(u *user.User) { u.SecondOn = false }) // could not log in as who they are
	p := x.profile()
	p.Bank.IBAN = otherIBAN
	x.refuses(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, "approval.alone")
	x.does(company.Save.Spec, "claire", p, &p)
	if e := x.events(2); e[0].Op != "company.save" || e[1].Op != "approval.self" || e[1].Actor != 1 ||
		e[1].Payload != `{"op":"company.save","self":true}` {
		t.Errorf("the journal has %+v", e)
	}
	p.Bank.BIC = "BNPAFRPPXXX"
	x.o.world.Clock.Add(auth.FreshFor + time.Second)
	x.refuses(company.Save.Spec, "claire", p, "op.fresh_needed")
	p = x.profile()
	p.City = "Rezé"
	x.does(company.Save.Spec, "claire", p, &p)
	if e := x.events(2); e[1].Op == "approval.self" {
		t.Error("what takes one is marked as well")
	}
}

// TestWhoHasJustMadeTheOthersIsToldThatTheyDecideAlone: at once, as are the owners and those others; the journal names
// them. Three days later it takes two.
func TestWhoHasJustMadeTheOthersIsToldThatTheyDecideAlone(t *testing.T) {
	x := newLooked(t)
	x.change(9, func(u *user.User) { u.SecondOn = false }) // could not log in as who they are
	told := func(id auth.UserID) (out []user.Notice) {
		err := x.o.world.Store.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Notices(id)
			for _, n := range all {
				if n.Kind == user.NoticeAlone {
					out = append(out, n)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	p := x.profile()
	p.Bank.IBAN = otherIBAN
	x.does(company.Save.Spec, "claire", p, &p)
	if n := told(1); len(n) != 0 {
		t.Errorf("really alone, and told %+v", n)
	}
	var lea user.User
	x.does(user.Save.Spec, "claire", user.SaveRequest{
		Login: "lea", Name: "Léa", Role: auth.Admin, Password: "une longue phrase de passe",
	}, &lea)
	for range 2 {
		p.Bank.IBAN = map[bool]string{true: "FR7630006000011234567890189", false: otherIBAN}[p.Bank.IBAN == otherIBAN]
		x.does(company.Save.Spec, "claire", p, &p)
		want := fmt.Sprintf(`{"op":"company.save","self":true,"young":[%d]}`, lea.ID)
		if e := x.events(2)[1]; e.Op != "approval.self" || e.Payload != want {
			t.Errorf("the journal has %+v", e)
		}
	}
	for _, id := range []auth.UserID{1, lea.ID} {
		if n := told(id); len(n) != 1 || n[0].Detail != "Léa" || n[0].User != 1 {
			t.Errorf("%d is told %+v", id, n)
		}
	}
	x.change(lea.ID, func(u *user.User) { u.SecondOn = true })
	x.o.world.Clock.Add(72 * time.Hour)
	x.o.world.Update(func(tx *store.Tx) error { return session(tx, 1, "claire later", x.pc) })
	p.Bank.BIC = "BNPAFRPPXXX"
	x.refuses(company.Save.Spec, "claire later", p, "approval.two")
}

// TestMoreRightsTakeTwo: a role that people have gets more only when a second person agrees to exactly that; less takes
// nobody else.
func TestMoreRightsTakeTwo(t *testing.T) {
	x := newLooked(t)
	rights := auth.Rights{auth.CustomerRead: auth.Own, auth.ItemRead: auth.All}
	var made role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Vendeur", "rights": rights}, &made)
	more := m{"key": made.Key, "version": made.Version, "name": "Vendeur", "rights": auth.Rights{
		auth.CustomerRead: auth.All, auth.CustomerExport: auth.Own,
	}}
	x.refuses(approval.Ask.Spec, "claire", m{"op": "role.save", "request": more}, "approval.alone") // nobody has it
	x.change(3, func(u *user.User) { u.Role = made.Key })
	x.refuses(role.Save.Spec, "claire", more, "approval.two")
	x.refuses(approval.Ask.Spec, "sonia", m{"op": "role.save", "request": more}, "op.forbidden")
	x.does(approval.Ask.Spec, "claire", m{"op": "role.save", "request": more}, &op.Empty{})
	w := x.waits("adam")[0]
	want := []approval.Change{
		{What: "right", Right: auth.CustomerExport, To: auth.Own, Of: "Vendeur"},
		{What: "right", Right: auth.CustomerRead, From: auth.Own, To: auth.All, Of: "Vendeur"},
	}
	if !slices.Equal(w.Changes, want) || w.By != "Claire" {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "claire", decision(w, true), "approval.own")
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	var all role.ListResponse
	x.does(role.List.Spec, "claire", m{}, &all)
	at := slices.IndexFunc(all.Roles, func(r role.Role) bool { return r.Key == made.Key })
	now := all.Roles[at]
	if now.Rights.Scope(auth.CustomerExport) != auth.Own || now.Rights.Scope(auth.CustomerRead) != auth.All || now.UpdatedBy != "Claire" {
		t.Errorf("%+v", now)
	}
	x.does(role.Save.Spec, "claire", m{"key": made.Key, "version": now.Version, "name": "Vendeur", "rights": auth.Rights{
		auth.CustomerRead: auth.Own,
	}}, &made)
}

// person is somebody as the book has them.
func (x looked) person(id auth.UserID) (u user.User) {
	x.t.Helper()
	err := x.o.world.Store.View(x.t.Context(), func(tx *store.Tx) (err error) { u, err = tx.User(id); return err })
	if err != nil {
		x.t.Fatal(err)
	}
	return u
}

// saved is a person as user.save takes them.
func saved(u user.User) user.SaveRequest {
	return user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Disabled: u.Disabled, EndsOn: u.EndsOn}
}

// TestMoreRightsForAPersonTakeTwo: neither a role that nobody has, nor a closed account, nor a new one goes round what
// a wider role takes two people for; what gives nothing more takes one.
func TestMoreRightsForAPersonTakeTwo(t *testing.T) {
	x := newLooked(t)
	wide := auth.Rights{auth.CustomerRead: auth.All, auth.SalesRead: auth.All, auth.CustomerExport: auth.All}
	var made role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Sous-marin", "rights": wide}, &made) // nobody has it: it takes one
	yann := saved(x.person(3))
	give := func(id auth.UserID, to auth.Role, rights auth.Rights) m {
		return m{"op": "user.give", "request": m{"id": id, "role": to, "rights": rights}}
	}

	yann.Role = made.Key
	x.refuses(user.Save.Spec, "claire", yann, "approval.two")
	x.refuses(user.Give.Spec, "claire", m{"id": 3, "role": made.Key, "rights": wide}, "approval.two")
	closed := yann
	closed.Disabled = true
	x.refuses(user.Save.Spec, "claire", closed, "approval.two") // to be opened again afterwards
	if u := x.person(3); u.Role != auth.Sales || u.Disabled {
		t.Fatalf("done all the same: %+v", u)
	}
	x.refuses(approval.Ask.Spec, "yann", give(3, made.Key, wide), "op.forbidden")
	x.refuses(approval.Ask.Spec, "claire", give(0, made.Key, wide), "user.not_found")
	x.refuses(approval.Ask.Spec, "claire", give(3, made.Key, auth.Rights{auth.CustomerRead: auth.All}), "user.role_changed")
	x.does(approval.Ask.Spec, "claire", give(3, made.Key, wide), &op.Empty{})
	w := x.waits("adam")[0]
	want := []approval.Change{
		{What: "right", Right: auth.CustomerExport, To: auth.All, Of: "Sous-marin", Role: made.Key, Who: "Yann"},
		{What: "right", Right: auth.CustomerRead, From: auth.Own, To: auth.All, Of: "Sous-marin", Role: made.Key, Who: "Yann"},
		{What: "right", Right: auth.SalesRead, From: auth.Own, To: auth.All, Of: "Sous-marin", Role: made.Key, Who: "Yann"},
	}
	if !slices.Equal(w.Changes, want) || w.By != "Claire" || w.Own {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "claire", decision(w, true), "approval.own")
	more := m{"key": made.Key, "version": made.Version, "name": "Sous-marin", "rights": auth.Accountant.Rights()}
	x.does(role.Save.Spec, "claire", more, &made) // between the reading and the word
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "user.role_changed")
	if now := x.waits("adam")[0]; !now.Moved {
		t.Errorf("Adam reads %+v", now)
	}
	x.does(role.Save.Spec, "claire", m{"key": made.Key, "version": made.Version, "name": "Sous-marin", "rights": wide}, &made)
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	if u := x.person(3); u.Role != made.Key || u.Disabled {
		t.Errorf("approved, and %+v", u)
	}
	if e := x.events(2); e[0].Op != "approval.decide" || e[0].Actor != 9 || e[1].Op != "user.give" || e[1].Actor != 1 || e[1].SubjectID != 3 {
		t.Errorf("the journal has %+v", e)
	}

	x.change(3, func(u *user.User) { u.Role = auth.Sales })
	yann = saved(x.person(3))
	yann.Disabled = true
	x.does(user.Save.Spec, "claire", yann, &user.User{})
	yann.Disabled = false // with a role of every day
	x.does(user.Save.Spec, "claire", yann, &user.User{})

	sonia := saved(x.person(2))
	sonia.Disabled = true
	x.does(user.Save.Spec, "claire", sonia, &user.User{})
	sonia.Disabled = false // with what asks for a second factor
	x.refuses(user.Save.Spec, "claire", sonia, "approval.two")

	fresh := user.SaveRequest{Login: "tom", Name: "Tom", Role: auth.Workshop, Password: "une longue phrase de passe"}
	x.does(user.Save.Spec, "claire", fresh, &user.User{})
	fresh.Login, fresh.Role = "faux", auth.Admin
	x.refuses(user.Save.Spec, "claire", fresh, "approval.two")
	fresh.Disabled = true
	var faux user.User
	x.does(user.Save.Spec, "claire", fresh, &faux) // closed, it is nothing yet
	open := saved(faux)
	open.Disabled = false
	x.refuses(user.Save.Spec, "claire", open, "approval.two")
	x.does(approval.Ask.Spec, "claire", give(faux.ID, auth.Admin, auth.Admin.Rights()), &op.Empty{})
	x.does(approval.Decide.Spec, "adam", decision(x.waits("adam")[0], true), &op.Empty{})
	if u := x.person(faux.ID); u.Disabled || u.Role != auth.Admin {
		t.Errorf("approved, and %+v", u)
	}
}

// TestNobodyApprovesTheirOwnRights: of who would get them, or has the role that would, the word does not count; where
// nobody else is left, the one does it alone and the journal says so.
func TestNobodyApprovesTheirOwnRights(t *testing.T) {
	x := newLooked(t)
	adam := saved(x.person(9))
	adam.Role, adam.Password = auth.Owner, "une longue phrase de passe"
	own := m{"op": "user.give", "request": m{"id": 9, "role": auth.Owner, "rights": auth.Owner.Rights()}}
	x.refuses(approval.Ask.Spec, "claire", own, "approval.alone") // only Adam would be left to agree
	x.change(2, func(u *user.User) { u.Role = auth.Admin })
	x.refuses(user.Save.Spec, "claire", adam, "approval.two")
	x.does(approval.Ask.Spec, "claire", own, &op.Empty{})
	w := x.waits("adam")[0]
	if !w.Own {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "approval.own_rights")
	if w := x.waits("sonia")[0]; w.Own {
		t.Errorf("Sonia reads %+v", w)
	}
	x.does(approval.Decide.Spec, "sonia", decision(w, true), &op.Empty{})
	if u := x.person(9); u.Role != auth.Owner {
		t.Errorf("approved, and %+v", u)
	}

	var made role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Bureau", "rights": auth.Rights{auth.UserManage: auth.All}}, &made)
	x.change(2, func(u *user.User) { u.Role = made.Key })
	x.change(9, func(u *user.User) { u.Role = made.Key })
	more := m{"key": made.Key, "version": made.Version, "name": "Bureau", "rights": auth.Rights{
		auth.UserManage: auth.All, auth.AuditRead: auth.All,
	}}
	x.refuses(approval.Ask.Spec, "claire", m{"op": "role.save", "request": more}, "approval.alone")
	x.does(role.Save.Spec, "claire", more, &made)
	if e := x.events(2); e[0].Op != "role.save" || e[1].Op != "approval.self" {
		t.Errorf("the journal has %+v", e)
	}
	lucie := saved(x.person(4))
	lucie.Role = auth.Assistant
	x.change(2, func(u *user.User) { u.Disabled = true })
	x.change(9, func(u *user.User) { u.Disabled = true })
	x.does(user.Save.Spec, "claire", lucie, &user.User{})
	if e := x.events(2); e[0].Op != "user.save" || e[1].Op != "approval.self" || e[1].Payload != `{"op":"user.give","self":true}` {
		t.Errorf("the journal has %+v", e)
	}
}
