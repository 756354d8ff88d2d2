package shell_test

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/uitest"
)

var revoked = fault.New(fault.Forbidden, "lan.device_refused")

// TestARevokedPCLeavesThePages, whoever learns it first, once, with the reason: nothing of the book stays to be read, and
// no page takes the refusal for an empty answer.
func TestARevokedPCLeavesThePages(t *testing.T) {
	for name, learn := range map[string]func(e *ear){
		"by listening": func(e *ear) { e.ended(revoked) },
		"by a refusal": func(e *ear) { e.last().env.Shell.Fail(revoked) },
		"by a question of the page": func(e *ear) {
			e.last().env.Shell.Go(func(context.Context) error { return revoked }, func(error) {
				t.Error("the page is told, and may show that there is nothing")
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEar(t)
			kit.Confirm(e.window, "Supprimer Ginette Jean-Baptiste ?", "", "Supprimer", "Annuler", true, func() {})
			e.book.SetToken("hers")
			if learn(e); len(e.barred) != 1 {
				t.Fatalf("told %v", e.barred)
			}
			e.last().env.Shell.Fail(revoked)
			if len(e.barred) != 1 || fault.KeyOf(e.barred[0]) != "lan.device_refused" || e.out != 0 || e.asked != 0 {
				t.Errorf("told %v, out %d, asked %d", e.barred, e.out, e.asked)
			}
			if e.ctx.Err() == nil || e.book.token != "" || len(e.window.Canvas().Overlays().List()) != 0 {
				t.Errorf("listens: %v, session %q, dialogs %d", e.ctx.Err() == nil, e.book.token,
					len(e.window.Canvas().Overlays().List()))
			}
		})
	}
}

// TestTheLogInIsNotUnderADialog: one that was open when the session ended takes no click from it, and comes back.
func TestTheLogInIsNotUnderADialog(t *testing.T) {
	e := newEar(t)
	kit.Confirm(e.window, "Supprimer ?", "", "Supprimer", "Annuler", true, func() {})
	if len(e.window.Canvas().Overlays().List()) != 1 {
		t.Fatal("no dialog")
	}
	e.ended(fault.New(fault.Unauthenticated, "user.session_over"))
	if e.asked != 1 || e.window.Canvas().Overlays().Top() != nil {
		t.Fatalf("asked %d, over it lies %v", e.asked, e.window.Canvas().Overlays().Top())
	}
	e.again(uitest.Me(auth.Owner))
	e.press("Annuler")
	if e.window.Canvas().Overlays().Top() != nil {
		t.Error("the dialog does not close")
	}
}

// TestALostMainPCMovesNothing: the next click goes to the field it was meant for.
func TestALostMainPCMovesNothing(t *testing.T) {
	d := newDesk(t, auth.Owner)
	at := func() fyne.Position {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(d.last().object)
	}
	before := at()
	d.book.watch(false)
	if !d.shows("Réessayer maintenant") {
		t.Fatal("the loss is not said")
	}
	if after := at(); after.Y-before.Y > 4 || before.Y-after.Y > 4 {
		t.Errorf("the page moved from %v to %v", before, after)
	}
	d.book.watch(true)
	if d.shows("Réessayer maintenant") || at() != before {
		t.Errorf("back at %v, was at %v", at(), before)
	}
}
