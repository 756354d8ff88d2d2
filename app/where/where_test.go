package where_test

import (
	"context"
	"slices"
	"testing"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/relay"
	"zafe/app/user"
	"zafe/app/where"
	"zafe/store"
	"zafe/store/storetest"
)

// copies are two places: one that says where it is, and a disk that came and went.
type copies struct{}

func (copies) Status(context.Context) (backup.Status, error) {
	return backup.Status{
		Saved: storetest.Noon,
		Copies: []backup.Copy{
			{Destination: backup.Destination{ID: "d1", Label: "Nuage de Claire", Provider: "s3", Away: true}, LastOK: storetest.Noon},
			{Destination: backup.Destination{ID: "d2", Label: "Disque noir", Provider: "local"}, OnDisk: true},
		},
	}, nil
}

func (copies) Country(id string) string { return map[string]string{"d1": "FR"}[id] }

// world is a book of an owner, a seller, and two people who may not log in any more.
func world(t *testing.T) *storetest.World {
	w := storetest.NewWorld(t)
	where.Bind(w.Registry, w.Store, where.Around{
		Name: "DESKTOP-4F2A", Own: func() string { return "main" }, Folder: "/srv/zafe/book", Copies: copies{},
		Slots: func(context.Context) ([]opening.Slot, error) {
			return []opening.Slot{
				{Kind: opening.Password, Label: user.SlotLabel(1)},
				{Kind: opening.Password, Label: user.SlotLabel(99)},
				{Kind: opening.Recovery},
				{Kind: opening.Keyring},
				{Kind: opening.Keyring},
			}, nil
		},
	})
	w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "claire", Name: "Claire", Role: auth.Owner},
			{Login: "sonia", Name: "Sonia", Role: auth.Accountant, Disabled: true},
			{Login: "yann", Name: "Yann", Role: auth.Sales},
			{Login: "paul", Name: "Paul", Role: auth.Owner, EndsOn: civil.New(2020, 1, 1)},
		} {
			u.CreatedAt = tx.Now()
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		for _, d := range []device.Device{
			{Fingerprint: "relais", Name: "PC du relais", State: device.Active},
			{Fingerprint: "bureau", Name: "PC du bureau", State: device.Active},
			{Fingerprint: "main", Name: "SRV-ATELIER", State: device.Active},
			{Fingerprint: "perdu", Name: "PC perdu", State: device.Revoked},
		} {
			d.ApprovedBy, d.FirstSeen, d.LastSeen = 1, tx.Now(), tx.Now()
			if _, err := tx.SaveDevice(d); err != nil {
				return err
			}
		}
		return tx.SetSetting("relay", relay.Post{Relay: "relais", Main: "main"})
	})
	return w
}

// ask asks as somebody at a PC.
func ask(t *testing.T, w *storetest.World, who, device string) where.Map {
	t.Helper()
	m, err := where.Get.Call(w.Ctx(), op.Local[*store.Tx]{
		Registry:   w.Registry,
		Credential: func() op.Credential { return op.Credential{Token: who, Device: device} },
	}, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTheMapIsWhatTheBookAndItsPCsAre: nobody who is out is counted, and nothing that is not there is told.
func TestTheMapIsWhatTheBookAndItsPCsAre(t *testing.T) {
	m := ask(t, world(t), "owner", "")
	want := []where.Opener{{Kind: opening.Password, Name: "Claire"}, {Kind: opening.Recovery}, {Kind: opening.Keyring}}
	if !slices.Equal(m.Openers, want) {
		t.Errorf("openers %+v", m.Openers)
	}
	if m.Logins != 2 || m.PCs != 2 || m.Main != "SRV-ATELIER" || m.Relay != "PC du relais" {
		t.Errorf("%d people, %d PCs, main %q, relay %q", m.Logins, m.PCs, m.Main, m.Relay)
	}
	if !slices.Equal(m.Ask, []string{"Claire"}) || !slices.Equal(m.Journal, []string{"Claire"}) {
		t.Errorf("ask %q, journal %q", m.Ask, m.Journal)
	}
	if m.Mail || m.Watcher || !m.Saved.Equal(storetest.Noon) || m.Folder != "/srv/zafe/book" {
		t.Errorf("%+v", m)
	}
	copies := []where.Copy{
		{Label: "Nuage de Claire", Provider: "s3", Away: true, Country: "FR", LastOK: storetest.Noon},
		{Label: "Disque noir", Provider: "local", OnDisk: true},
	}
	if !slices.Equal(m.Copies, copies) {
		t.Errorf("copies %+v", m.Copies)
	}
}

// TestEachPCIsToldWhatItHas of the book.
func TestEachPCIsToldWhatItHas(t *testing.T) {
	w := world(t)
	for device, seat := range map[string]where.Seat{
		"": where.Main, "main": where.Main, "relais": where.Relay, "bureau": where.Guest,
	} {
		if m := ask(t, w, "owner", device); m.Seat != seat {
			t.Errorf("the PC %q is told that it is the %s", device, m.Seat)
		}
	}
}

// TestWhereExactlyIsForThoseWhoLookAfterTheCopies: the others learn that there are copies, mails and a watcher.
func TestWhereExactlyIsForThoseWhoLookAfterTheCopies(t *testing.T) {
	w := world(t)
	w.Update(func(tx *store.Tx) error {
		return tx.SetSetting("notify.config", map[string]any{
			"mail": true, "host": "smtp.example", "watch": true, "ping": "https://veille.example/secret",
		})
	})
	m := ask(t, w, "owner", "")
	if !m.Mail || !m.Watcher || m.MailHost != "smtp.example" || m.WatcherHost != "veille.example" {
		t.Errorf("%+v", m)
	}
	for _, who := range []string{"sales", "own"} {
		m := ask(t, w, who, "bureau")
		if !m.Mail || !m.Watcher || m.MailHost+m.WatcherHost+m.Folder != "" {
			t.Errorf("%s: %+v", who, m)
		}
		if named := m.Copies[0].Label != ""; named != storetest.Actor(who).May(auth.BackupRead) || len(m.Copies) != 2 {
			t.Errorf("%s: %+v", who, m.Copies)
		}
	}
}
