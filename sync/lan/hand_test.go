package lan_test

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"zafe/app/approval"
	"zafe/app/attempt"
	"zafe/app/auth"
	"zafe/app/bin"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/sentry"
	"zafe/app/user"
	"zafe/store"
)

// given is the password that somebody else chose.
const given = "une longue phrase de passe"

// sits opens a session of somebody as it is opened after a log-in, with the telephone that whoever sits there set up.
func (x looked) sits(id auth.UserID, token string) {
	x.t.Helper()
	x.change(id, func(u *user.User) { u.SecondOn = true })
	u := x.person(id)
	x.o.world.Update(func(tx *store.Tx) error {
		_, err := tx.AddSession(user.Session{
			TokenHash: sha256.Sum256([]byte(token)), User: id, Device: x.pc, Generation: u.Generation, CreatedAt: tx.Now(),
			FreshAt: tx.Now(), ExpiresAt: tx.Now().Add(12 * time.Hour),
		})
		return err
	})
}

// later lets time go by, after which claire, adam and sonia have just proved again who they are.
func (x looked) later(d time.Duration) {
	x.t.Helper()
	x.o.world.Clock.Add(d)
	for id, token := range map[auth.UserID]string{1: "claire", 2: "sonia", 9: "adam"} {
		u := x.person(id)
		x.o.world.Update(func(tx *store.Tx) error {
			ss, err := tx.Sessions(id)
			for _, s := range ss {
				if err == nil {
					err = tx.DropSession(s.ID)
				}
			}
			if err != nil {
				return err
			}
			_, err = tx.AddSession(user.Session{
				TokenHash: sha256.Sum256([]byte(token)), User: id, Device: x.pc, Generation: u.Generation, CreatedAt: tx.Now(),
				FreshAt: tx.Now(), ExpiresAt: tx.Now().Add(12 * time.Hour),
			})
			return err
		})
	}
}

// TestWhoTookTheApproversAccessDoesNotApprove: with Adam's password given and his telephone taken, Claire logs in as
// him. The request of hers that waits is not approved so, nor the next one; it says why, and the try is in the journal.
// What Sonia says in her own name counts.
func TestWhoTookTheApproversAccessDoesNotApprove(t *testing.T) {
	x := newLooked(t)
	x.reg.Denied = attempt.New[*store.Tx](x.o.world.Store, func(what string, err error) { t.Error(what, err) }).Denied
	w := x.asks(otherIBAN)
	before := x.profile().Bank.IBAN
	adam := saved(x.person(9))
	adam.Password = given
	x.does(user.Save.Spec, "claire", adam, &user.User{})
	x.does(user.ResetSecondFactor.Spec, "claire", user.IDRequest{ID: 9}, &op.Empty{})
	x.sits(9, "claire as adam")
	seen := x.waits("claire as adam")[0]
	if seen.Bar == nil || seen.Bar.Key != "user.word_given" {
		t.Errorf("the list says %+v", seen.Bar)
	}
	x.refuses(approval.Decide.Spec, "claire as adam", decision(w, true), "user.word_given")
	if e := x.events(1); e[0].Op != "access.refused" || e[0].Actor != 9 {
		t.Errorf("the journal has %+v", e)
	}
	var next user.TokenResponse
	x.does(user.ChangePassword.Spec, "claire as adam", user.PasswordRequest{Old: given, New: given + " à moi"}, &next)
	x.refuses(approval.Decide.Spec, next.Token, decision(w, true), "user.word_soon")
	if x.profile().Bank.IBAN != before {
		t.Fatal("done by one person")
	}
	p := x.profile()
	p.Bank.IBAN = otherIBAN
	x.refuses(company.Save.Spec, "claire", p, "approval.two") // she is not alone by that either
	x.change(2, func(u *user.User) { u.Role = auth.Admin })
	x.does(approval.Decide.Spec, "sonia", decision(w, true), &op.Empty{})
	if x.profile().Bank.IBAN != otherIBAN {
		t.Error("another person's word does not count")
	}
}

// TestTheRealApproverIsBackAfterThreeDays: who lost the telephone approves again, what was asked since.
func TestTheRealApproverIsBackAfterThreeDays(t *testing.T) {
	x := newLooked(t)
	x.does(user.ResetSecondFactor.Spec, "claire", user.IDRequest{ID: 9}, &op.Empty{})
	x.sits(9, "adam again")
	x.later(71 * time.Hour)
	w := x.asks(otherIBAN)
	if w.Bar == nil || w.Bar.Key != "user.word_soon" {
		t.Errorf("Adam reads %+v", w.Bar)
	}
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "user.word_soon")
	x.later(time.Hour)
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	if x.profile().Bank.IBAN != otherIBAN {
		t.Error("not done")
	}
}

// TestNobodyPutsTheOtherOutToBeAlone: closed, given less by their role or of it, without their telephone: for three days
// Adam is still the second person, and Claire does nothing alone.
func TestNobodyPutsTheOtherOutToBeAlone(t *testing.T) {
	for name, out := range map[string]func(x looked){
		"closed": func(x looked) {
			adam := saved(x.person(9))
			adam.Disabled = true
			x.does(user.Save.Spec, "claire", adam, &user.User{})
		},
		"another role": func(x looked) {
			adam := saved(x.person(9))
			adam.Role = auth.Workshop
			x.does(user.Save.Spec, "claire", adam, &user.User{})
		},
		"no telephone": func(x looked) {
			x.does(user.ResetSecondFactor.Spec, "claire", user.IDRequest{ID: 9}, &op.Empty{})
		},
		"the role may do less": func(x looked) {
			var made role.Role
			x.does(role.Save.Spec, "claire", m{"name": "Adjoint", "rights": auth.Rights{auth.CompanyWrite: auth.All, auth.CompanyRead: auth.All}}, &made)
			x.change(9, func(u *user.User) { u.Role = made.Key })
			x.does(role.Save.Spec, "claire", m{
				"key": made.Key, "version": made.Version, "name": "Adjoint", "rights": auth.Rights{auth.CompanyRead: auth.All},
			}, &made)
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := newLooked(t)
			out(x)
			p := x.profile()
			p.Bank.IBAN = otherIBAN
			x.refuses(company.Save.Spec, "claire", p, "approval.put_out")
			x.refuses(approval.Ask.Spec, "claire", m{"op": "company.save", "request": p}, "approval.put_out")
			x.later(72 * time.Hour)
			x.does(company.Save.Spec, "claire", p, &p)
			if e := x.events(2); e[0].Op != "company.save" || e[1].Op != "approval.self" {
				t.Errorf("the journal has %+v", e)
			}
		})
	}
}

// TestAStartDelegateTakesTwo: whose password opens the book from the disk is named by two owners where there are two;
// who would be it is not the second one, and taking it away takes one.
func TestAStartDelegateTakesTwo(t *testing.T) {
	x := newLooked(t)
	on := user.DelegateRequest{ID: 2, On: true}
	x.does(user.SetDelegate.Spec, "claire", on, &user.User{}) // the only owner
	if e := x.events(2); e[0].Op != "delegate.set" || e[1].Op != "approval.self" || e[1].Payload != `{"op":"delegate.give","self":true}` {
		t.Errorf("the journal has %+v", e)
	}
	x.does(user.SetDelegate.Spec, "claire", user.DelegateRequest{ID: 2}, &user.User{})
	x.change(9, func(u *user.User) { u.Role = auth.Owner })
	x.refuses(user.SetDelegate.Spec, "claire", on, "approval.two")
	x.refuses(user.GiveStart.Spec, "claire", m{"id": 2}, "approval.two")
	x.refuses(approval.Ask.Spec, "claire", m{"op": "delegate.give", "request": m{"id": 9}}, "approval.alone") // opens it already
	x.refuses(approval.Ask.Spec, "sonia", m{"op": "delegate.give", "request": m{"id": 2}}, "op.forbidden")
	x.refuses(approval.Ask.Spec, "claire", m{"op": "delegate.give", "request": m{"id": 99}}, "user.not_found")
	x.does(approval.Ask.Spec, "claire", m{"op": "delegate.give", "request": m{"id": 2}}, &op.Empty{})
	w := x.waits("adam")[0]
	if !slices.Equal(w.Changes, []approval.Change{{What: "start", Who: "Sonia"}}) || w.By != "Claire" {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "claire", decision(w, true), "approval.own")
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	if !x.person(2).Delegate {
		t.Error("approved, and not done")
	}
	if e := x.events(2); e[0].Op != "approval.decide" || e[0].Actor != 9 || e[1].Op != "delegate.give" || e[1].Actor != 1 || e[1].SubjectID != 2 {
		t.Errorf("the journal has %+v", e)
	}
	x.does(user.SetDelegate.Spec, "claire", on, &user.User{}) // it is so already
	x.does(user.SetDelegate.Spec, "claire", user.DelegateRequest{ID: 2}, &user.User{})
	if x.person(2).Delegate {
		t.Error("taken away, and still there")
	}
}

// TestATeamThatShowsMoreTakesTwo: who holds a right on their team's records sees more with everybody who comes into it;
// where nobody does, or somebody leaves, it takes one.
func TestATeamThatShowsMoreTakesTwo(t *testing.T) {
	x := newLooked(t)
	var made role.Role
	x.does(role.Save.Spec, "claire", m{"name": "Équipier", "rights": auth.Rights{auth.CustomerRead: auth.Team, auth.SalesRead: auth.Own}}, &made)
	var team role.Team
	x.does(role.SaveTeam.Spec, "claire", m{"name": "Nord", "members": []int{3, 4}}, &team) // nobody sees more
	x.change(3, func(u *user.User) { u.Role = made.Key })
	wider := m{"id": team.ID, "version": team.Version, "name": "Nord", "members": []int{3, 4, 5}}
	x.refuses(role.SaveTeam.Spec, "claire", wider, "approval.two")
	x.refuses(role.SaveTeam.Spec, "claire", m{"name": "Sud", "members": []int{3, 5}}, "approval.two") // another one for them
	x.refuses(approval.Ask.Spec, "yann", m{"op": "team.save", "request": wider}, "op.forbidden")
	x.does(approval.Ask.Spec, "claire", m{"op": "team.save", "request": wider}, &op.Empty{})
	w := x.waits("adam")[0]
	want := []approval.Change{{What: "team", Who: "Yann", Of: "Marc", Team: "Nord"}}
	if !slices.Equal(w.Changes, want) || w.By != "Claire" || w.Own {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "claire", decision(w, true), "approval.own")
	x.does(approval.Decide.Spec, "adam", decision(w, true), &op.Empty{})
	var all role.ListResponse
	x.does(role.List.Spec, "claire", m{}, &all)
	if len(all.Teams) != 1 || !slices.Equal(all.Teams[0].Members, []auth.UserID{3, 4, 5}) {
		t.Fatalf("approved, and %+v", all.Teams)
	}
	team = all.Teams[0]
	x.does(role.SaveTeam.Spec, "claire", m{"id": team.ID, "version": team.Version, "name": "Nord", "members": []int{3, 4}}, &team)
	x.does(role.SaveTeam.Spec, "claire", m{"id": team.ID, "version": team.Version, "name": "Nord", "members": []int{4, 5}}, &team)
	again := m{"id": team.ID, "version": team.Version, "name": "Nord", "members": []int{3, 4, 5}}
	x.refuses(role.SaveTeam.Spec, "claire", again, "approval.two") // back in, with the same people
	x.does(approval.Ask.Spec, "claire", m{"op": "team.save", "request": again}, &op.Empty{})
	x.does(role.SaveTeam.Spec, "claire", m{"id": team.ID, "version": team.Version, "name": "Sud", "members": []int{4, 5}}, &team)
	w = x.waits("adam")[0]
	if !w.Moved {
		t.Errorf("Adam reads %+v", w)
	}
	x.refuses(approval.Decide.Spec, "adam", decision(w, true), "role.changed_meanwhile")
	x.does(role.Save.Spec, "claire", m{"name": "Chef", "rights": auth.Rights{auth.UserManage: auth.All, auth.CustomerRead: auth.Team}}, &made)
	x.change(9, func(u *user.User) { u.Role = made.Key })
	// Who would see more by it is the other person all the same: else putting them in would leave Claire alone.
	x.refuses(role.SaveTeam.Spec, "claire", m{"name": "Est", "members": []int{9, 6}}, "approval.two")
	x.does(approval.Ask.Spec, "claire", m{"op": "team.save", "request": m{"name": "Est", "members": []int{9, 6}}}, &op.Empty{})
	ws := x.waits("adam")
	x.does(approval.Decide.Spec, "adam", decision(ws[len(ws)-1], true), &op.Empty{})
}

// TestTheWordOfAnotherOwnerIsAnothersToo: of an export that is held, and of somebody who is held, an owner whose access
// was taken by who waits says nothing either; and the other owner put out leaves nobody alone.
func TestTheWordOfAnotherOwnerIsAnothersToo(t *testing.T) {
	x := newLooked(t)
	x.change(9, func(u *user.User) { u.Role = auth.Owner })
	var export sentry.HeldID
	var hold bin.HoldID
	x.o.world.Update(func(tx *store.Tx) error {
		if err := tx.SaveHeld(sentry.Held{User: 1, Op: "customer.export", Rows: 9000, AskedAt: tx.Now(), State: sentry.Waiting}); err != nil {
			return err
		}
		held, err := tx.HeldExports(tx.Now())
		if err != nil {
			return err
		}
		export = held[0].ID
		h, err := tx.AddHold(bin.Hold{User: 1, At: tx.Now(), Rows: 60}, tx.Now())
		hold = h.ID
		return err
	})
	x.does(user.ResetSecondFactor.Spec, "claire", user.IDRequest{ID: 9}, &op.Empty{})
	x.refuses(bin.Free.Spec, "claire", m{"id": hold}, "bin.own") // Adam still is the other owner
	x.sits(9, "claire as adam")
	x.refuses(sentry.Decide.Spec, "claire as adam", m{"id": export, "approve": true}, "user.word_soon")
	x.refuses(bin.Free.Spec, "claire as adam", m{"id": hold}, "user.word_soon")
	x.later(72 * time.Hour)
	x.does(sentry.Decide.Spec, "adam", m{"id": export, "approve": true}, &sentry.Recent{})
	x.does(bin.Free.Spec, "adam", m{"id": hold}, &bin.Overview{})
}
