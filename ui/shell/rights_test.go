package shell_test

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// newWatchedDesk is a desk whose person is who me points to now.
func newWatchedDesk(t *testing.T, me *user.Me) *desk {
	t.Helper()
	d := newDeskOver(t, auth.Sales, nil, func(w *storetest.World) {
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) { return *me, nil })
	})
	d.Start()
	return d
}

// TestTheWindowFollowsWhatOneMayDo: its menus are those of now, at the page that was shown, and what is typed is not lost
// for it.
func TestTheWindowFollowsWhatOneMayDo(t *testing.T) {
	more := uitest.Me(auth.Owner)
	more.User = uitest.Me(auth.Sales).User
	d := newWatchedDesk(t, &more)
	ctrl := fyne.KeyModifierShortcutDefault
	if d.key("4", ctrl) {
		t.Fatal("a salesperson goes to the books")
	}
	d.last().env.Shell.Open(page.Route{Name: "customer", ID: 7})
	card := d.last()
	card.unsaved = true
	card.env.Shell.Changed("me")
	if d.last() != card {
		t.Fatal("what is typed is lost")
	}
	card.unsaved = false
	card.env.Shell.Changed("me")
	if now := d.last(); now == card || now.route != card.route || !now.env.Me.Can(user.List.Needs) {
		t.Fatalf("shows %+v, of somebody who may %v", now.route, now.env.Me.May)
	}
	if !d.key("4", ctrl) || d.last().route.Name != "books" {
		t.Errorf("Ctrl+4 opens %s", d.last().route.Name)
	}

	more = uitest.Me(auth.Sales) // and back, while they are where they may not be any more
	d.last().env.Shell.Changed("me")
	if d.last().route.Name != "home" || d.key("4", ctrl) {
		t.Errorf("shows %s", d.last().route.Name)
	}
}

// TestWhatIsTypedWaitsForTheNextPage: the window is made anew when it is done with.
func TestWhatIsTypedWaitsForTheNextPage(t *testing.T) {
	more := uitest.Me(auth.Owner)
	more.User = uitest.Me(auth.Sales).User
	d := newWatchedDesk(t, &more)
	d.last().unsaved = true
	d.last().env.Shell.Changed("me")
	d.last().unsaved = false
	d.key("2", fyne.KeyModifierShortcutDefault)
	if now := d.last(); now.route.Name != "customers" || !now.env.Me.Can(user.List.Needs) {
		t.Errorf("shows %s, of somebody who may %v", now.route.Name, now.env.Me.May)
	}
}

// TestNothingIsLostByNewRights: a locked screen stays so, and a question or long work is over first.
func TestNothingIsLostByNewRights(t *testing.T) {
	for name, hold := range map[string]func(d *desk) (over func()){
		"locked": func(d *desk) func() {
			d.Lock()
			return nil
		},
		"a dialog": func(d *desk) func() {
			m := kit.NewModal("Nouveau", 400, kit.NewLineEdit(""))
			m.Show(d.window)
			return m.Close
		},
		"long work": func(d *desk) func() {
			d.hold = true
			d.last().env.Shell.Task("Import", func(context.Context, func(int64, int64)) error { return nil }, func(error) {})
			d.hold = false
			return d.later[len(d.later)-1]
		},
	} {
		t.Run(name, func(t *testing.T) {
			more := uitest.Me(auth.Owner)
			more.User = uitest.Me(auth.Sales).User
			d := newWatchedDesk(t, &more)
			over, home := hold(d), d.last()
			d.last().env.Shell.Changed("me")
			d.seconds(2)
			if d.last() != home || name == "locked" && !hidden(d, home.object) {
				t.Fatal("the window is made anew, and what goes on in it is over")
			}
			if name == "locked" {
				return
			}
			d.key("2", fyne.KeyModifierShortcutDefault)
			if d.key("4", fyne.KeyModifierShortcutDefault) {
				t.Fatal("the window is made anew by going to another page")
			}
			over()
			d.seconds(1)
			if !d.key("4", fyne.KeyModifierShortcutDefault) {
				t.Error("the window is that of before for ever")
			}
		})
	}
}

// TestWhatWasNewStaysShownOnceItIsSaved: made anew by its route, its page would be an empty one.
func TestWhatWasNewStaysShownOnceItIsSaved(t *testing.T) {
	more := uitest.Me(auth.Owner)
	more.User = uitest.Me(auth.Sales).User
	d := newWatchedDesk(t, &more)
	d.last().env.Shell.Open(page.Route{Name: "customer"})
	card := d.last()
	card.unsaved = true
	card.env.Shell.Changed("me")
	card.unsaved = false
	if d.seconds(3); d.last() != card {
		t.Fatal("an empty page took the place of what was saved")
	}
	d.key("2", fyne.KeyModifierShortcutDefault)
	if !d.key("4", fyne.KeyModifierShortcutDefault) {
		t.Error("the window is that of before for ever")
	}
}

// TestARequestThatComesIsTold to who may decide it, once, and not where it is shown already.
func TestARequestThatComesIsTold(t *testing.T) {
	waiting := []approval.Pending{{By: "Nadia", Mine: true}}
	e := newEarOver(t, func(w *storetest.World) {
		op.Bind(w.Registry, approval.List, func(context.Context, *store.Tx, op.Empty) (approval.ListResponse, error) {
			return approval.ListResponse{Pending: waiting}, nil
		})
	})
	asked := change.Change{Kind: "approval", ID: 1}
	if e.hears(asked); e.offers("Décider") != 0 {
		t.Fatal("told of one's own request")
	}
	waiting = append(waiting, approval.Pending{By: "Paul"})
	if e.hears(asked); e.offers("Décider") != 1 {
		t.Errorf("told %d times", e.offers("Décider"))
	}
	if e.hears(asked); e.offers("Décider") != 0 { // what was told has gone with the time
		t.Error("told again")
	}
}

// offers counts the buttons of a text.
func (e *ear) offers(text string) (n int) {
	uitest.Walk(e.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			n++
		}
	})
	return n
}

// TestASecondFactorThatIsAskedForSinceIsSwitchedOnAtOnce, whoever learns it first, once, over the pages, which come back.
func TestASecondFactorThatIsAskedForSinceIsSwitchedOnAtOnce(t *testing.T) {
	needed := fault.New(fault.Forbidden, "op.second_factor_needed")
	must := user.Me{MustEnrol: true, May: map[string]string{}, User: uitest.Me(auth.Sales).User}
	for name, learn := range map[string]func(d *desk){
		"by who they are": func(d *desk) { d.last().env.Shell.Changed("me") },
		"by a refusal":    func(d *desk) { d.last().env.Shell.Fail(needed) },
		"by a question of the page": func(d *desk) {
			d.last().env.Shell.Go(func(context.Context) error { return needed }, func(error) {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newWatchedDesk(t, &must)
			home := d.last()
			kit.Confirm(d.window, "Supprimer ?", "", "Supprimer", "Annuler", true, func() {})
			learn(d)
			learn(d)
			if d.enrolled != 1 || d.window.Canvas().Overlays().Top() != nil {
				t.Fatalf("asked %d times, under %v", d.enrolled, d.window.Canvas().Overlays().Top())
			}
			d.Host.SetContent(kit.Gap(1, 1))
			d.again(uitest.Me(auth.Sales))
			if name == "by who they are" {
				d.press("Annuler") // the question came back with the pages
				d.seconds(1)
				if d.last() == home || !d.last().env.Me.Can(auth.CustomerRead) {
					t.Error("the window is still that of before")
				}
				return
			}
			if d.last() != home || home.refreshes == 0 {
				t.Error("the page is not read again")
			}
		})
	}
}
