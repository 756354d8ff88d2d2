package role_test

import (
	"context"
	"fmt"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// shop is a book with its people, and sessions that are looked at as the product does.
type shop struct {
	*storetest.World
	t     *testing.T
	users *user.Service[*store.Tx]
}

func open(t *testing.T) shop {
	t.Helper()
	w := storetest.NewWorld(t, role.Bind[*store.Tx])
	users := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, func(string, []string, bool) error { return nil }, w.Store)
	s := shop{w, t, users}
	w.Update(func(tx *store.Tx) error {
		for _, p := range []struct {
			login string
			role  auth.Role
		}{{"claire", auth.Owner}, {"marc", auth.Sales}, {"yann", auth.Sales}} {
			if _, err := tx.SaveUser(user.User{Login: p.login, Name: p.login, Role: p.role, CreatedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func call[Req, Resp any](s shop, o op.Op[Req, Resp], who string, req Req) (Resp, error) {
	return o.Call(s.Ctx(), s.As(who), req)
}

func (s shop) refused(err error, key string) {
	s.t.Helper()
	if fault.KeyOf(err) != key {
		s.t.Errorf("%v, want %s", err, key)
	}
}

// person reads somebody as the next call of theirs would.
func (s shop) person(id auth.UserID) (u user.User) {
	s.t.Helper()
	err := s.Store.View(s.Ctx(), func(tx *store.Tx) (err error) { u, err = tx.User(id); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// give puts somebody in a role, as user.save does.
func (s shop) give(id auth.UserID, r auth.Role) {
	s.t.Helper()
	s.Update(func(tx *store.Tx) error {
		u, err := tx.User(id)
		if err != nil {
			return err
		}
		u.Role = r
		_, err = tx.SaveUser(u)
		return err
	})
}

// counter are the rights of somebody at a counter: the team's customers, their own sales.
var counter = auth.Rights{
	auth.SearchUse: auth.All, auth.CustomerRead: auth.Team, auth.CustomerWrite: auth.Own, auth.SalesRead: auth.Own,
}

func TestEveryReadyRoleIsARow(t *testing.T) {
	s := open(t)
	got, err := call(s, role.List, "owner", op.Empty{})
	if err != nil || len(got.Roles) != len(auth.Roles()) || len(got.Teams) != 0 {
		t.Fatalf("%d roles, %d teams, %v", len(got.Roles), len(got.Teams), err)
	}
	for i, r := range got.Roles {
		if r.Key != auth.Roles()[i] || !r.Ready || !r.Rights.Covers(r.Key.Rights()) || !r.Key.Rights().Covers(r.Rights) {
			t.Errorf("%+v", r)
		}
	}
	if got.Roles[0].People != 1 || !got.Roles[0].SecondFactor {
		t.Errorf("%+v", got.Roles[0])
	}
}

// TestARoleHoldsFromTheNextCallOn: what is ticked is what the people of the role may do, at once, and so is the
// second factor that goes with it.
func TestARoleHoldsFromTheNextCallOn(t *testing.T) {
	s := open(t)
	r, err := call(s, role.Save, "owner", role.SaveRequest{Name: " Comptoir ", Rights: counter})
	if err != nil || r.Name != "Comptoir" || r.Key == "" || r.Ready || r.Version != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	s.give(2, r.Key)
	u := s.person(2)
	if u.RoleName != "Comptoir" || u.Rights.Scope(auth.CustomerRead) != auth.Team || u.Rights.Scope(auth.SalesWrite) != auth.None || u.NeedsSecondFactor {
		t.Errorf("%+v", u)
	}
	more := auth.Rights{auth.CustomerRead: auth.All, auth.CustomerExport: auth.Own}
	if r, err = call(s, role.Save, "owner", role.SaveRequest{Key: r.Key, Version: 1, Name: r.Name, Rights: more}); err != nil || r.People != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	if u = s.person(2); u.Rights.Scope(auth.CustomerRead) != auth.All || u.Rights.Scope(auth.CustomerWrite) != auth.None || !u.NeedsSecondFactor {
		t.Errorf("%+v", u)
	}
	_, err = call(s, role.Save, "owner", role.SaveRequest{Key: r.Key, Version: 1, Name: r.Name, Rights: counter})
	s.refused(err, "role.changed_meanwhile")
	_, err = call(s, role.Delete, "owner", role.KeyRequest{Key: r.Key})
	s.refused(err, "role.in_use")
	s.give(2, auth.Sales)
	if _, err = call(s, role.Delete, "owner", role.KeyRequest{Key: r.Key}); err != nil {
		t.Error(err)
	}
	_, err = call(s, role.Delete, "owner", role.KeyRequest{Key: r.Key})
	s.refused(err, "role.not_found")
}

func TestWhatNoRoleMayHold(t *testing.T) {
	s := open(t)
	for key, rights := range map[string]auth.Rights{
		"role.right_unknown": {"ledger.reed": auth.All},
		"role.right_scope":   {auth.LedgerRead: auth.Own},
		"role.keys":          {auth.KeyManage: auth.All},
		"role.separate":      {auth.UserManage: auth.All, auth.PaymentWrite: auth.Own},

		"role.wider_customers": {auth.CustomerRead: auth.Team, auth.CustomerExport: auth.All},
		"role.pays_blind":      {auth.SalesRead: auth.All, auth.PaymentWrite: auth.All},
		"role.wider_sales":     {auth.SalesRead: auth.Own, auth.SalesWrite: auth.Own, auth.InvoiceIssue: auth.Team},
	} {
		_, err := call(s, role.Save, "owner", role.SaveRequest{Name: "X", Rights: rights})
		s.refused(err, key)
	}
	for _, c := range []struct {
		key string
		req role.SaveRequest
	}{
		{"role.name_missing", role.SaveRequest{Name: " ", Rights: counter}},
		{"role.ready", role.SaveRequest{Key: auth.Owner, Name: "X", Rights: counter}},
		{"role.not_found", role.SaveRequest{Key: "role99", Name: "X", Rights: counter}},
	} {
		_, err := call(s, role.Save, "owner", c.req)
		s.refused(err, c.key)
	}
	_, err := call(s, role.Delete, "owner", role.KeyRequest{Key: auth.Sales})
	s.refused(err, "role.ready")
	if _, err = call(s, role.Save, "owner", role.SaveRequest{Name: "Comptoir", Rights: counter}); err != nil {
		t.Fatal(err)
	}
	_, err = call(s, role.Save, "owner", role.SaveRequest{Name: "COMPTOIR", Rights: counter})
	s.refused(err, "role.name_taken")
	_, err = call(s, role.Save, "stale", role.SaveRequest{Name: "Y", Rights: counter})
	s.refused(err, "op.fresh_needed")
	for _, who := range []string{"accountant", "sales", "reader"} {
		_, err = call(s, role.Save, who, role.SaveRequest{Name: "Y", Rights: counter})
		s.refused(err, "op.forbidden")
	}
}

// TestNobodyGivesWhatTheyDoNotHave: who manages people may neither make a role above their own nor decide about
// somebody who holds more, an owner first of all.
func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	s := open(t)
	user.Bind(s.Registry, s.users)
	_, err := call(s, role.Save, "machines", role.SaveRequest{Name: "X", Rights: auth.Rights{auth.LedgerRead: auth.All}})
	s.refused(err, "role.above_you")
	for _, req := range []user.SaveRequest{
		{ID: 1, Login: "claire", Name: "C", Role: auth.Owner},
		{ID: 2, Login: "marc", Name: "M", Role: auth.Technician},
		{Login: "eve", Name: "E", Role: auth.Owner, Password: "une longue phrase de passe"},
		{Login: "eve", Name: "E", Role: auth.Sales, Password: "une longue phrase de passe"},
	} {
		_, err := call(s, user.Save, "machines", req)
		s.refused(err, "user.above_you")
	}
	_, err = call(s, user.ResetSecondFactor, "machines", user.IDRequest{ID: 1})
	s.refused(err, "user.above_you")
	_, err = call(s, user.SignOutEverywhere, "machines", user.IDRequest{ID: 1})
	s.refused(err, "user.above_you")
	_, err = call(s, user.Save, "machines", user.SaveRequest{Login: "tom", Name: "T", Role: auth.Technician, Password: "une longue phrase de passe"})
	if err != nil {
		t.Error(err)
	}
	_, err = call(s, user.Save, "owner", user.SaveRequest{ID: 2, Login: "marc", Name: "M", Role: "role99"})
	s.refused(err, "user.role_unknown")
}

func TestATeamIsWhoseRecordsAreShared(t *testing.T) {
	s := open(t)
	one, err := call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "Nord", Members: []auth.UserID{3, 2, 3}})
	if err != nil || len(one.Members) != 2 {
		t.Fatalf("%+v %v", one, err)
	}
	if got := s.person(2).Team; len(got) != 2 || got[0] != 2 || got[1] != 3 {
		t.Errorf("team %v", got)
	}
	a := auth.Actor{User: 2, Rights: counter, Team: s.person(2).Team}
	if !a.Sees(auth.CustomerRead, auth.Whose{Owner: 3}) || a.Sees(auth.CustomerRead, auth.Whose{Owner: 1}) || a.Sees(auth.CustomerWrite, auth.Whose{Owner: 3}) {
		t.Error("a right on the team is on other records")
	}
	if _, err := call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "Sud", Members: []auth.UserID{3}}); err != nil {
		t.Fatal(err)
	}
	if got := s.person(2).Team; len(got) != 1 || got[0] != 2 {
		t.Errorf("who left is still in the team: %v", got)
	}
	_, err = call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "nord"})
	s.refused(err, "role.name_taken")
	_, err = call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "Est", Members: []auth.UserID{99}})
	s.refused(err, "user.not_found")
	_, err = call(s, role.SaveTeam, "owner", role.TeamRequest{ID: one.ID, Version: 9, Name: "Nord"})
	s.refused(err, "role.changed_meanwhile")
	_, err = call(s, role.SaveTeam, "owner", role.TeamRequest{ID: 99, Version: 1, Name: "Nord"})
	s.refused(err, "role.team_not_found")
	_, err = call(s, role.DeleteTeam, "owner", role.TeamDrop{ID: 99, Version: 1})
	s.refused(err, "role.team_not_found")
	_, err = call(s, role.DeleteTeam, "owner", role.TeamDrop{ID: one.ID, Version: one.Version}) // somebody left it meanwhile
	s.refused(err, "role.changed_meanwhile")
	if _, err := call(s, role.DeleteTeam, "owner", role.TeamDrop{ID: one.ID, Version: one.Version + 1}); err != nil || len(s.person(2).Team) != 0 {
		t.Errorf("%v, team %v", err, s.person(2).Team)
	}
}

// TestNobodyWidensTheirRightsByATeam: what a role holds on the team's records is as wide as the team, so that only who
// sees all of them anyway says who is in it.
func TestNobodyWidensTheirRightsByATeam(t *testing.T) {
	s := open(t)
	made, err := call(s, role.SaveTeam, "machines", role.TeamRequest{Name: "Nord", Members: []auth.UserID{2}})
	if err != nil {
		t.Fatal("no role holds anything on the team's:", err)
	}
	if _, err := call(s, role.Save, "owner", role.SaveRequest{Name: "Comptoir", Rights: counter}); err != nil {
		t.Fatal(err)
	}
	_, err = call(s, role.SaveTeam, "machines", role.TeamRequest{Name: "Sud", Members: []auth.UserID{1, 2, 3}})
	s.refused(err, "role.above_you")
	_, err = call(s, role.SaveTeam, "machines", role.TeamRequest{ID: made.ID, Version: 1, Name: "Nord", Members: []auth.UserID{2, 3}})
	s.refused(err, "role.above_you")
	_, err = call(s, role.DeleteTeam, "machines", role.TeamDrop{ID: made.ID, Version: made.Version})
	s.refused(err, "role.above_you")
	if got := s.person(2).Team; len(got) != 1 {
		t.Errorf("team %v", got)
	}
	_, err = call(s, role.SaveTeam, "owner", role.TeamRequest{ID: made.ID, Version: 1, Name: "Nord", Members: []auth.UserID{2, 3}})
	s.refused(err, "")
}

// TestAKeyIsGivenOnce: what the journal says of a role that is gone is said of no other.
func TestAKeyIsGivenOnce(t *testing.T) {
	s := open(t)
	seen := map[auth.Role]bool{}
	for _, name := range []string{"Comptoir", "Atelier", "Quai"} {
		r, err := call(s, role.Save, "owner", role.SaveRequest{Name: name, Rights: counter})
		if err != nil || seen[r.Key] || string(r.Key) != fmt.Sprint("role", r.ID) {
			t.Fatalf("%+v %v, after %v", r, err, seen)
		}
		seen[r.Key] = true
		if _, err := call(s, role.Delete, "owner", role.KeyRequest{Key: r.Key}); err != nil {
			t.Fatal(err)
		}
	}
	one, err := call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "Nord"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call(s, role.DeleteTeam, "owner", role.TeamDrop{ID: one.ID, Version: one.Version}); err != nil {
		t.Fatal(err)
	}
	if two, err := call(s, role.SaveTeam, "owner", role.TeamRequest{Name: "Sud"}); err != nil || two.ID == one.ID {
		t.Errorf("%+v %v, after %d", two, err, one.ID)
	}
}

// TestTheBookItselfKeepsRolesInUse: below the program, no person is without a role, and no ready role goes.
func TestTheBookItselfKeepsRolesInUse(t *testing.T) {
	s := open(t)
	for what, fn := range map[string]func(tx *store.Tx) error{
		"a role that is not there": func(tx *store.Tx) error {
			_, err := tx.SaveUser(user.User{Login: "x", Name: "x", Role: "nobody", CreatedAt: tx.Now()})
			return err
		},
		"a ready role goes": func(tx *store.Tx) error {
			r, err := tx.Role(auth.Stock)
			if err != nil {
				return nil //nolint:nilerr // the test then fails
			}
			return tx.DropRole(r)
		},
	} {
		if err := s.Store.Update(context.WithoutCancel(s.Ctx()), fn); err == nil {
			t.Error(what)
		}
	}
}
