package shell_test

import (
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/op"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// desk0 hands out no real code.
type desk0 struct{ cut []string }

func (d *desk0) InviteHelp(auth.UserID, int64) (device.Invitation, error) {
	return device.Invitation{Code: "AAAA-BBBB", Expires: storetest.Noon.Add(10 * time.Minute)}, nil
}

func (d *desk0) Self() (name, fingerprint string) { return "SERVEUR", "" }

func (d *desk0) Burnt() time.Time { return time.Time{} }

func (d *desk0) Cut(fingerprint string) { d.cut = append(d.cut, fingerprint) }

// TestAnOwnerSeesWhoIsIn over every page, and nobody else does; one press puts them out.
func TestAnOwnerSeesWhoIsIn(t *testing.T) {
	for _, role := range []auth.Role{auth.Sales, auth.Owner} {
		var w *storetest.World
		lines := &desk0{}
		d := newDeskOver(t, role, nil, func(over *storetest.World) {
			w = over
			support.Bind(w.Registry, support.NewKeeper[*store.Tx](w.Store, nil, w.Clock.Now), lines)
		})
		w.Update(func(tx *store.Tx) error {
			_, err := tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner, CreatedAt: tx.Now()})
			return err
		})
		d.Start()
		says := func() bool { return d.shows("Mettre fin") }
		if d.seconds(6); says() {
			t.Fatal("nobody is in")
		}
		out, err := support.Open.Call(w.Ctx(), w.As("owner"), support.OpenRequest{
			Granted: support.Granted{Who: "Jean", Reason: "Aide"}, Minutes: 60,
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.seconds(6); says() {
			t.Error("nobody came yet")
		}
		w.Update(func(tx *store.Tx) error { return support.Enter(tx, nil, out.Access.ID, "pc", "PC-Jean") })
		if d.seconds(6); says() != (role == auth.Owner) {
			t.Fatalf("%s: it is said: %t", role, says())
		}
		if role != auth.Owner {
			continue
		}
		find(d.window.Content(), "Mettre fin").Tapped(nil)
		d.seconds(6)
		all, err := support.List.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil || all.Accesses[0].EndedBy == "" || says() || len(lines.cut) != 1 || lines.cut[0] != "pc" {
			t.Errorf("%+v, said %t, cut %v, %v", all, says(), lines.cut, err)
		}
	}
}
