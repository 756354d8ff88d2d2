package shell_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/bin"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/uitest"
)

// TestWhoWasGivenAPasswordIsAskedForAnother, and led to where it is changed; who chose their own is not.
func TestWhoWasGivenAPasswordIsAskedForAnother(t *testing.T) {
	d := newDesk(t, auth.Sales)
	if d.window.Canvas().Overlays().Top() != nil {
		t.Fatal("something is asked of who chose their own")
	}
	me := uitest.Me(auth.Sales)
	me.GivenPassword = true
	d.turn(me, nil)
	d.press("Changer mon mot de passe")
	if d.window.Canvas().Overlays().Top() != nil || d.last().route.Name != "account" {
		t.Errorf("led to %q", d.last().route.Name)
	}
	d.turn(me, nil)
	d.press("Plus tard")
	if d.last().route.Name == "account" {
		t.Error("who will do it later is led there all the same")
	}
}

// TestTheBannerOfAMassSaysWhatIsLeftToDecide: as long as something can be put back, and once all is.
func TestTheBannerOfAMassSaysWhatIsLeftToDecide(t *testing.T) {
	for left, want := range map[int]string{3: "attend votre décision", 0: "lui rendre ses droits"} {
		d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
			op.Bind(w.Registry, bin.Look, func(context.Context, *store.Tx, op.Empty) (bin.Overview, error) {
				return bin.Overview{Holds: []bin.Hold{{ID: 1, User: 3, Name: "Yann", At: w.Clock.Now(), Rows: 50, Left: left}}}, nil
			})
		})
		d.Start()
		said := ""
		uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && l.Visible() {
				said += l.Text() + "|"
			}
		})
		if !strings.Contains(said, want) {
			t.Errorf("%d left: %q is not in %q", left, want, said)
		}
	}
}

// TestABannerThatComesTakesTheNextClick: it moved the page under the pointer.
func TestABannerThatComesTakesTheNextClick(t *testing.T) {
	for _, held := range []bool{false, true} {
		d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
			op.Bind(w.Registry, bin.Look, func(context.Context, *store.Tx, op.Empty) (o bin.Overview, err error) {
				if held {
					o.Holds = []bin.Hold{{ID: 1, User: 3, Name: "Yann", At: w.Clock.Now(), Rows: 50, Left: 50}}
				}
				return o, nil
			})
		})
		d.Start()
		taken := false
		uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
			if _, ok := o.(*kit.Shield); ok {
				taken = true
			}
		})
		if taken != held {
			t.Errorf("with a banner %t: clicks are taken %t", held, taken)
		}
	}
}

// TestADialogThatWaitedBehindALogInIsThereOnce, and a notice that was read is not told again where it could not be
// forgotten, as the session had just ended.
func TestADialogThatWaitedBehindALogInIsThereOnce(t *testing.T) {
	var waits []user.Notice
	over := false
	given := uitest.Me(auth.Owner)
	given.GivenPassword = true
	e := newEarOver(t, func(w *storetest.World) {
		op.Bind(w.Registry, user.Notices, func(context.Context, *store.Tx, op.Empty) (user.NoticesResponse, error) {
			return user.NoticesResponse{Notices: slices.Clone(waits)}, nil
		})
		op.Bind(w.Registry, user.NoticesSeen, func(_ context.Context, _ *store.Tx, req user.SeenRequest) (op.Empty, error) {
			if over {
				return op.Empty{}, fault.New(fault.Unauthenticated, "user.session_over")
			}
			waits = slices.DeleteFunc(waits, func(n user.Notice) bool { return slices.Contains(req.IDs, n.ID) })
			return op.Empty{}, nil
		})
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) { return given, nil })
	})
	d := e.desk
	waits = []user.Notice{{ID: 7, Kind: user.NoticePlaceOf, User: 2, Name: "Yann", Detail: "PC-3"}}
	d.turn(given, nil)
	open := func() int { return len(d.window.Canvas().Overlays().List()) }
	if open() != 2 {
		t.Fatalf("%d dialogs at the log-in", open())
	}
	d.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	if d.again(given); open() != 2 {
		t.Errorf("%d dialogs after a new log-in", open())
	}
	over = true
	d.press("J’ai lu")
	over = false
	d.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	given.GivenPassword = false
	if d.again(given); open() != 0 || len(waits) != 0 {
		t.Errorf("%d dialogs, though all was read and the password is one's own; %d kept", open(), len(waits))
	}
}
