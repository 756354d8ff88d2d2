package shell_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// newLookingDesk is an owner's, whose main PC lets them look through the eyes of a seller.
func newLookingDesk(t *testing.T) (d *desk, ended *int) {
	t.Helper()
	ended = new(int)
	d = newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
		op.Bind(w.Registry, user.ViewAs, func(_ context.Context, tx *store.Tx, req user.IDRequest) (user.ViewResponse, error) {
			if req.ID != 3 {
				return user.ViewResponse{}, fault.New(fault.NotFound, "user.not_found")
			}
			return user.ViewResponse{Token: "look", Own: "own", Until: tx.Now().Add(30 * time.Minute)}, nil
		})
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) {
			me := uitest.Me(auth.Sales)
			me.User.Name, me.User.Lang, me.Viewer = "Yann Morel", "en", "Claire"
			return me, nil
		})
		op.Bind(w.Registry, user.EndView, func(context.Context, *store.Tx, op.Empty) (op.Empty, error) {
			*ended++
			return op.Empty{}, nil
		})
	})
	d.Start()
	return d, ended
}

// says tells whether the window shows a text.
func says(d *desk, part string) (found bool) {
	uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
		text := ""
		switch x := o.(type) {
		case *kit.Banner:
			text = x.Text()
		case *canvas.Text:
			text = x.Text
		}
		found = found || strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), part)
	})
	return found
}

// TestALookShowsNothingOfTheOwners: every page of theirs is left and none is kept behind, the pages are read anew by
// the token of the look, a banner says so over all of them, and nothing can be written.
func TestALookShowsNothingOfTheOwners(t *testing.T) {
	d, ended := newLookingDesk(t)
	home := d.last()
	home.env.Shell.Open(page.Route{Name: "people"})
	people, late := d.last(), false
	people.env.Shell.LookAs(3)
	if d.book.token != "look" || d.Eyes == nil {
		t.Fatalf("the token is %q", d.book.token)
	}
	home.env.Shell.Go(func(context.Context) error { return nil }, func(error) { late = true })
	if late || !hidden(d, home.object) || !hidden(d, people.object) {
		t.Error("a page of the owner is still there")
	}
	seen := d.last()
	if seen == people || seen.env.Me.User.Name != "Yann Morel" || seen.env.Me.Can(auth.UserManage) || seen.env.Me.User.Lang != "fr" {
		t.Errorf("the page is that of %+v", seen.env.Me.User)
	}
	if !says(d, "Vous voyez Zafè comme Yann Morel.") || !says(d, "Lecture seule, jusqu’à 1") {
		t.Error("no banner")
	}
	if seen.env.Shell.Online() || len(seen.online) == 0 || seen.online[len(seen.online)-1] {
		t.Error("the page may write")
	}
	seen.env.Shell.Open(page.Route{Name: "customers"})
	if !says(d, "Vous voyez Zafè comme Yann Morel.") {
		t.Error("no banner over another page")
	}
	for range 3 { // back as far as it goes
		seen.env.Shell.Back()
		d.last().env.Shell.Back()
	}
	if !hidden(d, home.object) || !hidden(d, people.object) {
		t.Error("the way back leads to a page of the owner")
	}
	find(d.window.Content(), "Revenir à mon compte").Tapped(nil)
	if d.book.token != "own" || d.Eyes != nil || *ended != 1 || says(d, "Vous voyez Zafè comme") {
		t.Errorf("the token is %q, %d looks ended", d.book.token, *ended)
	}
	if back := d.last(); back.env.Me.User.Role != auth.Owner || !back.env.Shell.Online() || !hidden(d, seen.object) {
		t.Errorf("the page is that of %+v", back.env.Me.User)
	}
}

// TestALookThatIsOverLeadsBack: when its time is up, when the main PC ends it, and never to pages that nobody locks.
func TestALookThatIsOverLeadsBack(t *testing.T) {
	for name, end := range map[string]func(d *desk){
		"time": func(d *desk) {
			d.clock.Add(30*time.Minute - time.Second) // as if the PC had slept
			d.seconds(1)
		},
		"the main PC": func(d *desk) {
			d.last().env.Shell.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
		},
	} {
		d, _ := newLookingDesk(t)
		d.last().env.Shell.LookAs(3)
		end(d)
		if d.book.token != "own" || d.Eyes != nil || d.asked != 0 || shown(d, "Session verrouillée") {
			t.Errorf("%s: token %q, %d log-ins", name, d.book.token, d.asked)
		}
	}
	d, _ := newLookingDesk(t)
	d.last().env.Shell.LookAs(3)
	d.seconds(301) // the owner's five minutes, not the seller's ten
	if d.book.token != "own" || d.Eyes != nil || !shown(d, "Session verrouillée") || !hidden(d, d.last().object) {
		t.Errorf("token %q, not locked", d.book.token)
	}
	typePassword(d, "right")
	d.press("Déverrouiller")
	if hidden(d, d.last().object) || d.last().env.Me.User.Role != auth.Owner {
		t.Error("the owner's pages do not open again")
	}
}

// TestALookThatIsRefusedChangesNothing.
func TestALookThatIsRefusedChangesNothing(t *testing.T) {
	d, _ := newLookingDesk(t)
	home := d.last()
	home.env.Shell.LookAs(4)
	if d.book.token != "" || d.Eyes != nil || hidden(d, home.object) {
		t.Errorf("token %q", d.book.token)
	}
	home.unsaved = true
	home.env.Shell.LookAs(3)
	if d.Eyes != nil {
		t.Error("what was typed is lost without a word")
	}
}
