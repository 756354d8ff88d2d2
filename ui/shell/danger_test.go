package shell_test

import (
	"context"
	"errors"
	"testing"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/notify"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// standing is how the copies of the book stand, as a test says.
type standing struct {
	light backup.Light
	lost  bool
}

func (s *standing) Status(context.Context) (backup.Status, error) {
	if s.lost {
		return backup.Status{}, errors.New("out of reach")
	}
	return backup.Status{Light: s.light}, nil
}

func (s *standing) Points(context.Context, string) ([]backup.Point, error) { return nil, nil }

func newDeskBeside(t *testing.T, role auth.Role, copies *standing) *desk {
	t.Helper()
	d := newDeskOver(t, role, nil, func(w *storetest.World) {
		notify.Bind(w.Registry, notify.New(notify.Options[*store.Tx]{Work: w.Store, Copies: copies}))
		w.Update(func(tx *store.Tx) error {
			_, err := tx.SaveUser(user.User{Login: "claire", Name: "Claire Martin", Role: auth.Owner, CreatedAt: tx.Now()})
			return err
		})
	})
	d.Start()
	return d
}

// TestEverybodySeesThatTheCopiesAreRed, and whom to tell, over every page, until they have seen it or it is over.
func TestEverybodySeesThatTheCopiesAreRed(t *testing.T) {
	copies := &standing{light: backup.Amber}
	d := newDeskBeside(t, auth.Sales, copies)
	const seen = "Compris"
	told := "Prévenez Claire Martin\u00a0: si le poste principal s’arrêtait, du travail serait perdu."
	look := func(what string, light backup.Light, want bool) {
		t.Helper()
		copies.light = light
		if d.seconds(31); d.shows(seen) != want {
			t.Errorf("%s: shown %v", what, !want)
		}
	}
	look("amber", backup.Amber, false)
	look("red", backup.Red, true)
	if !d.shows(told) {
		t.Error("whom to tell is not said")
	}
	copies.lost = true
	look("while nobody knows", backup.Red, true)
	copies.lost = false
	find(d.window.Content(), seen).Tapped(nil)
	look("seen", backup.Red, false)
	look("over", backup.Green, false)
	look("red anew", backup.Red, true)
	look("mended", backup.Green, false)
}

// TestWhoMendsTheCopiesHasTheShield and needs nobody to tell.
func TestWhoMendsTheCopiesHasTheShield(t *testing.T) {
	d := newDeskBeside(t, auth.Owner, &standing{light: backup.Red})
	if d.seconds(31); d.shows("Compris") {
		t.Error("the owner is to tell the owner")
	}
}
