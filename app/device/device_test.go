package device_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// desk invites nobody and notes whom it cuts off.
type desk struct{ cut []string }

func (d *desk) Invite(auth.UserID) (device.Invitation, error) { return device.Invitation{}, nil }

func (d *desk) InviteFile(context.Context, auth.UserID, string, io.Writer) error { return nil }

func (d *desk) Cut(fp string) { d.cut = append(d.cut, fp) }

func (d *desk) Here(string) bool { return false }

func (d *desk) Self() (name, fingerprint string) { return "SERVEUR", "" }

func (d *desk) Burnt() time.Time { return time.Time{} }

func TestARevokedPCLosesItsSessionsAndItsLine(t *testing.T) {
	w, d := storetest.NewWorld(t), &desk{}
	device.Bind(w.Registry, d)
	var yann user.User
	w.Update(func(tx *store.Tx) (err error) {
		if yann, err = tx.SaveUser(user.User{Login: "yann", Name: "Yann", Role: auth.Sales, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		for i, pc := range []string{"lost", "kept"} {
			if err := device.Enrol(tx, pc, pc, 1); err != nil {
				return err
			}
			_, err := tx.AddSession(user.Session{
				TokenHash: [32]byte{byte(i)}, User: yann.ID, Device: pc,
				CreatedAt: tx.Now(), FreshAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	owner := w.As("owner")
	list, err := device.List.Call(w.Ctx(), owner, op.Empty{})
	if err != nil || len(list.Devices) != 2 {
		t.Fatal(list, err)
	}
	for _, pc := range list.Devices {
		if pc.Name != "lost" {
			continue
		}
		if _, err := device.Revoke.Call(w.Ctx(), w.As("accountant"), device.IDRequest{ID: pc.ID}); fault.KeyOf(err) != "op.forbidden" {
			t.Errorf("the accountant revoked: %v", err)
		}
		got, err := device.Revoke.Call(w.Ctx(), owner, device.IDRequest{ID: pc.ID})
		if err != nil || got.State != device.Revoked {
			t.Fatal(got, err)
		}
	}
	if len(d.cut) != 1 || d.cut[0] != "lost" {
		t.Errorf("cut off %v", d.cut)
	}
	w.Update(func(tx *store.Tx) error {
		if err := device.Enrol(tx, "lost", "lost", 1); err != nil { // found again, with a fresh code
			return err
		}
		for i, want := range []bool{false, true} {
			_, found, err := tx.SessionByToken([32]byte{byte(i)})
			if err != nil || found != want {
				t.Errorf("session %d: found %v, %v", i, found, err)
			}
		}
		return nil
	})
}

// TestAnInvitationOfAClockThatWasAheadIsOver: nobody has a key to the office for months, and it stands in the way of no
// other.
func TestAnInvitationOfAClockThatWasAheadIsOver(t *testing.T) {
	w := storetest.NewWorld(t)
	right := w.Clock.Now()
	keep := func(b byte) { w.Update(func(tx *store.Tx) error { return device.KeepInvitation(tx, [32]byte{b}, 0) }) }
	redeem := func(b byte) (err error) {
		w.Update(func(tx *store.Tx) error {
			err = device.Redeem(tx, &desk{}, [32]byte{b}, fmt.Sprint("pc", b), "PC")
			return nil
		})
		return err
	}
	w.Clock.Set(right.AddDate(0, 3, 0))
	keep(1)
	w.Clock.Set(right)
	keep(2)
	w.Update(func(tx *store.Tx) error {
		out, err := tx.InvitationsOut()
		if out != 1 {
			t.Errorf("%d are out, want 1", out)
		}
		return err
	})
	if err := redeem(1); fault.KeyOf(err) != "pair.invitation_over" {
		t.Errorf("made three months ahead: %v", err)
	}
	if err := redeem(2); err != nil {
		t.Error(err)
	}
}

// TestNoTwoPCsHaveOneName: neither when they are let in, a revoked one counted as the journal tells of it, nor by a
// rename; the owners are told the name that tells it from the other.
func TestNoTwoPCsHaveOneName(t *testing.T) {
	w := storetest.NewWorld(t)
	device.Bind(w.Registry, &desk{})
	var pcs []device.Device
	w.Update(func(tx *store.Tx) (err error) {
		for _, login := range []string{"claire", "lucie"} {
			if _, err := tx.SaveUser(user.User{Login: login, Name: login, Role: auth.Owner, CreatedAt: tx.Now()}); err != nil {
				return err
			}
		}
		for i, name := range []string{"PC-BUREAU", "pc-bureau ", "PC-BUREAU", "Caisse"} {
			if err := device.LetIn(tx, &desk{}, fmt.Sprint("key", i), name, 1); err != nil {
				return err
			}
			d, _, err := tx.DeviceByFingerprint(fmt.Sprint("key", i))
			if err != nil {
				return err
			}
			if pcs = append(pcs, d); i == 0 {
				_, err = device.Drop(tx, d)
			}
			if err != nil {
				return err
			}
		}
		return device.LetIn(tx, &desk{}, "key1", "pc-bureau", 1) // it comes back
	})
	for i, want := range []string{"PC-BUREAU", "pc-bureau (2)", "PC-BUREAU (3)", "Caisse"} {
		if pcs[i].Name != want {
			t.Errorf("%d is called %q, want %q", i, pcs[i].Name, want)
		}
	}
	w.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint("key1")
		if d.Name != "pc-bureau (2)" {
			t.Errorf("it comes back as %q", d.Name)
		}
		told, noticeErr := tx.Notices(2)
		if len(told) != 5 || told[1].Detail != "pc-bureau (2)" && told[3].Detail != "pc-bureau (2)" {
			t.Errorf("the other owner is told %+v", told)
		}
		return errors.Join(err, noticeErr)
	})
	for name, want := range map[string]string{"caisse": "device.name_taken", "Serveur": "device.name_taken", "Comptoir": "", "PC-bureau (3)": ""} {
		_, err := device.Rename.Call(w.Ctx(), w.As("owner"), device.RenameRequest{ID: pcs[2].ID, Name: name})
		if fault.KeyOf(err) != want {
			t.Errorf("called %q: %v", name, err)
		}
	}
}

// TestNoPCComesUnderTheNameOfTheMainOne, in any of the ways, while the book has no other for that.
func TestNoPCComesUnderTheNameOfTheMainOne(t *testing.T) {
	w := storetest.NewWorld(t)
	called := func(fp, name, want string, enrol func(tx *store.Tx, fp, name string) error) {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			if err := enrol(tx, fp, name); err != nil {
				return err
			}
			d, _, err := tx.DeviceByFingerprint(fp)
			if d.Name != want {
				t.Errorf("%s is called %q, want %q", fp, d.Name, want)
			}
			return err
		})
	}
	letIn := func(tx *store.Tx, fp, name string) error { return device.LetIn(tx, &desk{}, fp, name, 1) }
	called("code", "serveur ", "serveur (2)", letIn)
	called("code", "Serveur", "Serveur (2)", letIn)
	called("file", "SERVEUR", "SERVEUR (3)", func(tx *store.Tx, fp, name string) error {
		return errors.Join(device.KeepInvitation(tx, [32]byte{1}, 0), device.Redeem(tx, &desk{}, [32]byte{1}, fp, name))
	})
	called("helper", "Serveur", "Serveur (4)", func(tx *store.Tx, fp, name string) error {
		return device.EnrolUntil(tx, &desk{}, fp, name, 1, tx.Now().Add(time.Hour))
	})
	called("", "SERVEUR", "SERVEUR", func(tx *store.Tx, fp, name string) error { return device.Enrol(tx, fp, name, 0) })
}
