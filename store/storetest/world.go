package storetest

import (
	"context"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/store"
)

// World is a real book with a registry over it, for tests of operations.
type World struct {
	Store    *store.Store
	Clock    *Clock
	Registry *op.Registry[*store.Tx]
	t        testing.TB
}

// NewWorld makes an empty book and binds operations to its registry.
func NewWorld(t testing.TB, bind ...func(*op.Registry[*store.Tx])) *World {
	t.Helper()
	s, c := New(t)
	return world(t, s, c, func(r op.Record) {
		if r.Cause != nil {
			t.Logf("%s: %v", r.Op, r.Cause)
		}
	}, bind)
}

// Over binds operations over a book that is open already, for a program of its own. Its clock stands at
// noon.
func Over(s *store.Store, bind ...func(*op.Registry[*store.Tx])) *World {
	return world(nil, s, &Clock{now: Noon}, func(op.Record) {}, bind)
}

func world(t testing.TB, s *store.Store, c *Clock, log func(op.Record), bind []func(*op.Registry[*store.Tx])) *World {
	w := &World{Store: s, Clock: c, t: t}
	w.Registry = op.New[*store.Tx](s, tokens{c}, c.Now, log)
	for _, b := range bind {
		b(w.Registry)
	}
	return w
}

// tokens reads the actor from the credential itself: "owner:1" is user 1 in role owner.
type tokens struct{ clock *Clock }

func (k tokens) Authenticate(_ context.Context, c op.Credential) (auth.Actor, error) {
	a, ok := actors[c.Token]
	if !ok {
		return auth.Actor{}, nil
	}
	if a.Device = c.Device; c.Token != "stale" {
		a.FreshAt = k.clock.Now()
	}
	return a, nil
}

var actors = map[string]auth.Actor{
	"owner":      {User: 1, Name: "Claire", Login: "claire", Role: auth.Owner, Rights: auth.Owner.Rights()},
	"stale":      {User: 1, Name: "Claire", Login: "claire", Role: auth.Owner, Rights: auth.Owner.Rights()},
	"accountant": {User: 2, Name: "Sonia", Login: "sonia", Role: auth.Accountant, Rights: auth.Accountant.Rights()},
	"sales":      {User: 3, Name: "Yann", Login: "yann", Role: auth.Sales, Rights: auth.Sales.Rights()},
	"sales2":     {User: 4, Name: "Lucie", Login: "lucie", Role: auth.Sales, Rights: auth.Sales.Rights()},
	"assistant":  {User: 5, Name: "Marc", Login: "marc", Role: auth.Assistant, Rights: auth.Assistant.Rights()},
	"reader":     {User: 6, Name: "Ines", Login: "ines", Role: auth.Reader, Rights: auth.Reader.Rights()},
	"enrol":      {User: 1, Name: "Claire", Login: "claire", Role: auth.Owner, Rights: auth.Owner.Rights(), MustSetUp: true},
	"blind":      {User: 1, Name: "Claire", Login: "claire", Rights: blind()},
	"machines": {User: 7, Name: "Hugo", Login: "hugo", Rights: auth.Rights{
		auth.DashboardRead: auth.All, auth.CompanyRead: auth.All, auth.UserManage: auth.All, auth.DeviceManage: auth.All,
		auth.BackupRead: auth.All, auth.BackupManage: auth.All, auth.BackupPlace: auth.All, auth.AuditRead: auth.All,
	}},
	"technician": {User: 8, Name: "Nora", Login: "nora", Role: auth.Technician, Rights: auth.Technician.Rights()},
	"own":        {User: 3, Name: "Yann", Login: "yann", Rights: limited(auth.Own)},
	"team":       {User: 3, Name: "Yann", Login: "yann", Rights: limited(auth.Team), Team: []auth.UserID{3, 4}},
	"peer":       {User: 3, Name: "Yann", Login: "yann", Rights: peer(), Team: []auth.UserID{3, 4}},
}

// peer is to see what the team does and to change what is theirs.
func peer() auth.Rights {
	r := limited(auth.Own)
	r[auth.CustomerRead], r[auth.SalesRead] = auth.Team, auth.Team
	return r
}

// limited are all the rights that can be held on s, and those without which nothing is shown.
func limited(s auth.Scope) auth.Rights {
	r := auth.Rights{auth.DashboardRead: auth.All, auth.SearchUse: auth.All}
	for _, p := range auth.Permissions() {
		if p.Supports(s) && s != auth.All {
			r[p] = s
		}
	}
	return r
}

// blind are all rights but those on classes of fields.
func blind() auth.Rights {
	r := auth.Owner.Rights()
	for _, c := range []auth.Class{auth.Bank, auth.Balance, auth.Contact} {
		delete(r, c.Right())
	}
	return r
}

// Actor returns one of the people of As: whose rights a test compares the answers with.
func Actor(who string) auth.Actor { return actors[who] }

// As returns a caller in the name of one of the ready people: owner (user 1), stale (the same, whose second
// factor is long ago), accountant (2), sales (3), sales2 (4), assistant (5), reader (6), own (3, every right
// there is on their own records), team (3, on those of users 3 and 4) and peer (3, who reads those and changes their own), enrol (1, who has yet to set up the
// second factor), machines (7, the PCs, copies and journal, no record), technician (8) and blind (1, everything but the
// fields of a class); anything else is nobody.
func (w *World) As(who string) op.Caller {
	return op.Local[*store.Tx]{
		Registry:   w.Registry,
		Credential: func() op.Credential { return op.Credential{Token: who} },
	}
}

// Ctx is a context that ends with the test.
func (w *World) Ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	w.t.Cleanup(cancel)
	return ctx
}

// Update runs fn in a write transaction of the test.
func (w *World) Update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.Store.Update(w.Ctx(), fn); err != nil {
		w.t.Fatal(err)
	}
}
