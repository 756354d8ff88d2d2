package lan_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
)

// TestAnAccountNumberInATextTakesTwo: what is printed beside the bank details is where customers pay to as well, however
// it is written; the company's own number may stand anywhere.
func TestAnAccountNumberInATextTakesTwo(t *testing.T) {
	x := newLooked(t)
	for field, text := range map[string]func(*company.Profile){
		"insurance": func(p *company.Profile) { p.Insurance = "Virement : FR14 2004 1010 0505 0001 3M02 606" },
		"label":     func(p *company.Profile) { p.Bank.Label = "Banque fr14.2004.1010.0505.0001.3m02.606" },
		"name":      func(p *company.Profile) { p.TradeName = "Durand (IBAN FR14\u00a02004-1010-0505-0001-3M02-606)" },
		"footer":    func(p *company.Profile) { p.Footer = otherIBAN },
	} {
		p := x.profile()
		text(&p)
		x.refuses(company.Save.Spec, "claire", p, "approval.two")
		x.does(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, &op.Empty{})
		w := x.waits("adam")[0]
		if want := (approval.Change{What: "iban_text", After: otherIBAN}); !slices.Equal(w.Changes, []approval.Change{want}) {
			t.Errorf("%s: Adam reads %+v", field, w.Changes)
		}
		x.does(approval.Decide.Spec, "adam", decision(w, false), &op.Empty{})
	}
	p := x.profile()
	p.Footer = "Nos virements : " + strings.ToLower(p.Bank.IBAN)
	p.Insurance = "AXA n° 4729105, FR1420041010050500013M02607" // no account number: its key is wrong
	x.does(company.Save.Spec, "claire", p, &p)
}

// TestAnAccountThatStandsInATextOnlyIsTheirs: the field that is empty beside it is no first one.
func TestAnAccountThatStandsInATextOnlyIsTheirs(t *testing.T) {
	x := newLooked(t)
	own := x.profile().Bank.IBAN
	x.o.world.Update(func(tx *store.Tx) error {
		p, err := company.Of(tx)
		if err != nil {
			return err
		}
		p.Bank.IBAN, p.Bank.BIC, p.Footer = "", "", "Virements : "+own
		return tx.SetSetting("company", p)
	})
	p := x.profile()
	p.Bank.IBAN = otherIBAN
	x.refuses(company.Save.Spec, "claire", p, "approval.two")
	p.Bank.IBAN, p.Footer = "", "Virements : "+otherIBAN
	x.refuses(company.Save.Spec, "claire", p, "approval.two")
	x.does(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, &op.Empty{})
	want := approval.Change{What: "iban_text", Before: own, After: otherIBAN}
	if w := x.waits("adam")[0]; !slices.Equal(w.Changes, []approval.Change{want}) {
		t.Errorf("Adam reads %+v", w.Changes)
	}
	p.Bank.IBAN, p.Footer = own, "" // it moves to its field
	x.does(company.Save.Spec, "claire", p, &p)
}

// TestTheOwnersHearOfAnotherAccount, also who changed it: from their session somebody else may have.
func TestTheOwnersHearOfAnotherAccount(t *testing.T) {
	x := newLooked(t)
	w := x.asks(otherIBAN)
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	told := func() (n user.Notice) {
		var r user.NoticesResponse
		x.does(user.Notices.Spec, "claire", m{}, &r)
		return r.Notices[len(r.Notices)-1]
	}
	if n := told(); n.Kind != user.NoticeBank || n.Name != "Claire" || n.Detail != "2606" {
		t.Errorf("Claire is told %+v", n)
	}
	x.change(9, func(u *user.User) { u.SecondOn = false }) // alone from now on
	p := x.profile()
	p.Bank.IBAN = "FR7630006000011234567890189"
	x.does(company.Save.Spec, "claire", p, &p)
	if n := told(); n.Kind != user.NoticeBank || n.Detail != "0189" {
		t.Errorf("Claire is told %+v", n)
	}
	p.Footer = "Virements : " + otherIBAN // which is where customers pay to as well
	x.does(company.Save.Spec, "claire", p, &p)
	if n := told(); n.Kind != user.NoticeBank || n.Detail != "2606" {
		t.Errorf("Claire is told %+v", n)
	}
	p.Footer = ""
	x.does(company.Save.Spec, "claire", p, &p)
	p.Bank.IBAN, p.Bank.BIC = "", ""
	x.does(company.Save.Spec, "claire", p, &p)
	if n := told(); n.Kind != user.NoticeBank || n.Detail != "" {
		t.Errorf("Claire is told %+v", n)
	}
}

// TestWhoIsNotShownTheBankIsNoSecondPerson: they would agree to what they cannot read. Nor does taking the sight of it
// from the other one make anybody alone.
func TestWhoIsNotShownTheBankIsNoSecondPerson(t *testing.T) {
	x := newLooked(t)
	var blind role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Sans la banque", "rights": auth.Rights{
		auth.CompanyRead: auth.All, auth.CompanyWrite: auth.All,
	}}, &blind)
	w := x.asks(otherIBAN)
	adam := saved(x.person(9))
	adam.Role = blind.Key
	x.does(user.Save.Spec, "claire", adam, &user.User{})
	x.change(9, func(u *user.User) { u.SecondOn, u.Generation = true, 0 })
	x.o.world.Update(func(tx *store.Tx) error { return session(tx, 9, "adam blind", x.pc) })
	if got := x.waits("adam blind"); len(got) != 0 {
		t.Errorf("Adam reads %+v", got)
	}
	x.refuses(approval.Decide.Spec, "adam blind", decision(w, true), "approval.not_found")
	p := x.profile()
	p.Bank.IBAN = otherIBAN
	x.refuses(company.Save.Spec, "claire", p, "approval.put_out")
	x.refuses(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, "approval.put_out")
}

// TestOtherWaysToGetMoreThanGiven are those of somebody who manages people and has one honest colleague.
func TestOtherWaysToGetMoreThanGiven(t *testing.T) {
	x := newLooked(t)
	was := x.profile().Bank.IBAN

	// The same thing said twice, once as the check should read it.
	body, err := json.Marshal(x.profile())
	if err != nil {
		t.Fatal(err)
	}
	twice := json.RawMessage(strings.TrimSuffix(string(body), "}") + `,"BANK":{"iban":"` + otherIBAN + `"}}`)
	x.post(company.Save.Spec, "claire", twice, false)
	// Rehearsed, it says as much as done.
	changed := x.profile()
	changed.Bank.IBAN = otherIBAN
	if got := x.post(company.Save.Spec, "claire", changed, true); !strings.Contains(got.body, "approval.two") {
		t.Errorf("rehearsed: %s", got.text)
	}
	if now := x.profile().Bank.IBAN; now != was {
		t.Errorf("the account is %s", now)
	}

	// Keys for a role of one's own.
	x.refuses(role.Save.Spec, "claire", m{"name": "Serrurier", "rights": auth.Rights{auth.KeyManage: auth.All}}, "role.keys")

	// Nobody at work has the role while it grows.
	var small role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Petit", "rights": auth.Rights{auth.ItemRead: auth.All}}, &small)
	yann := saved(x.person(3))
	x.change(3, func(u *user.User) { u.Role = small.Key })
	yann.Role, yann.Disabled = small.Key, true
	x.does(user.Save.Spec, "claire", yann, &user.User{})
	wide := m{"key": small.Key, "version": small.Version, "name": "Petit", "rights": auth.Rights{auth.CustomerRead: auth.All}}
	x.refuses(role.Save.Spec, "claire", wide, "approval.two")

	// Who opened the book at its start and was put out does not when they are let in again.
	x.change(3, func(u *user.User) { u.Disabled, u.Delegate = false, true })
	x.does(user.Save.Spec, "claire", yann, &user.User{})
	yann.Disabled = false
	x.does(user.Save.Spec, "claire", yann, &user.User{})
	if u := x.person(3); u.Delegate || u.OpensBook() {
		t.Errorf("%+v", u)
	}

	// A team is filled while nobody in it sees more by it, and its role grows afterwards.
	x.does(role.SaveTeam.Spec, "claire", m{"name": "Tous", "members": []auth.UserID{3, 4}}, &role.Team{})
	wide["rights"] = auth.Rights{auth.ItemRead: auth.All, auth.CustomerRead: auth.Team}
	x.refuses(role.Save.Spec, "claire", wide, "approval.two")

	// What was asked for with rights that one has no more is not done, not even in part.
	w := x.asks(otherIBAN)
	x.change(1, func(u *user.User) { u.SecondOn = false })
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "approval.asker_out")
	x.change(1, func(u *user.User) { u.SecondOn = true })
	if now := x.profile().Bank.IBAN; now != was {
		t.Errorf("the account is %s", now)
	}

	// The digest of one request does not agree to another of the same person.
	if other := x.asks("BE68539007547034"); other.ID == w.ID {
		t.Fatal("one request")
	} else if got := x.post(approval.Decide.Spec, "adam", m{"id": other.ID, "digest": w.Digest, "yes": true}, false); got.status == http.StatusOK {
		t.Error("agreed to what was not read")
	}
}
