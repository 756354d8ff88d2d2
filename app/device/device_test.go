package device_test

import (
	"context"
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
			err = device.Redeem(tx, [32]byte{b}, fmt.Sprint("pc", b), "PC")
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
