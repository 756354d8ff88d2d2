package shell_test

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/verify"
	"zafe/store"
	"zafe/ui/kit"
	"zafe/ui/uitest"

	"fyne.io/fyne/v2"
)

// shows tells whether a text can be seen in the window or over it.
func (d *desk) shows(text string) bool {
	found := false
	see := func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			found = found || x.Text() == text
		case *kit.Button:
			found = found || x.Text() == text
		}
	}
	uitest.Walk(d.window.Content(), see)
	if top := d.window.Canvas().Overlays().Top(); top != nil {
		uitest.Walk(top, see)
	}
	return found
}

// ail makes the work of the desk's book meet damage.
func (d *desk) ail(service *verify.Service[*store.Tx]) {
	service.Hurt()
	d.seconds(31)
}

func TestADamagedBookIsSaidOverEveryPage(t *testing.T) {
	d, service := newSickDesk(t, auth.Owner)
	const act = "Voir quoi faire"
	if d.shows(act) {
		t.Fatal("a sound book is called damaged")
	}
	d.seconds(31)
	service.Hurt()
	d.seconds(31)
	if d.window.Canvas().Overlays().Top() == nil {
		t.Fatal("it is not explained")
	}
	d.press("Plus tard")
	d.seconds(31)
	if d.window.Canvas().Overlays().Top() != nil {
		t.Error("it is explained again and again")
	}
	if !d.shows(act) || d.book.closed != 0 {
		t.Error("no banner, or the book was closed")
	}
	find(d.window.Content(), act).Tapped(nil)
	d.press("Restaurer une sauvegarde")
	if d.book.closed != 1 || d.restored != 1 || d.quit != 0 {
		t.Errorf("closed %d times, restore shown %d times, ended %d times", d.book.closed, d.restored, d.quit)
	}
}

func TestAGoodCheckClearsTheWarning(t *testing.T) {
	d, service := newSickDesk(t, auth.Owner)
	d.ail(service)
	d.press("Plus tard")
	if _, err := service.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.seconds(31)
	if d.shows("Voir quoi faire") {
		t.Error("the banner stays")
	}
}

func TestWhoCannotRestoreIsToldWhoDoes(t *testing.T) {
	d, service := newSickDesk(t, auth.Sales)
	d.ail(service)
	if find(d.window.Canvas().Overlays().Top(), "Restaurer une sauvegarde") != nil {
		t.Error("a salesperson restores")
	}
	d.press("Fermer")
	if !d.shows("Voir quoi faire") {
		t.Error("what they enter may be lost, and nothing says it")
	}
	d, service = newSickDesk(t, auth.Owner)
	d.book.local = false
	d.ail(service)
	if find(d.window.Canvas().Overlays().Top(), "Restaurer une sauvegarde") != nil {
		t.Error("restored from another PC")
	}
}
