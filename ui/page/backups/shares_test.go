package backups

import (
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestASharedKeyIsTypedBackFromTwoSheets: the question begins with what was printed last, and changes with the box.
func TestASharedKeyIsTypedBackFromTwoSheets(t *testing.T) {
	w := storetest.NewWorld(t)
	copies := &engine{}
	backup.Bind(w.Registry, copies)
	setup.Bind(w.Registry)
	plan.Bind(w.Registry, w.Store, copies)
	key := recovery.Key{1}
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: key.String(), VaultID: op.NewID(time.Now())})
	})
	if _, err := setup.PrintShares.Fetch(w.Ctx(), w.As("owner"), setup.SheetRequest{Lang: "fr"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["backups"](e, page.Route{}).(*backups)
	sh.Show(p.Object())
	p.checkSheet()
	dialog := e.Window.Canvas().Overlays().Top()
	fields := func() (labels []string, boxes []*kit.LineEdit, tick *kit.Check) {
		uitest.Walk(dialog, func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *kit.LineEdit:
				boxes = append(boxes, o)
			case *kit.Check:
				tick = o
			case *canvas.Text:
				if strings.HasPrefix(o.Text, "Groupe ") {
					labels = append(labels, o.Text)
				}
			}
		})
		return labels, boxes, tick
	}
	labels, _, tick := fields()
	if len(labels) != 2 || !strings.HasSuffix(labels[0], "d’une des feuilles") || !tick.On() {
		t.Fatalf("%q, ticked %t", labels, tick.On())
	}
	tick.Tapped(nil)
	if labels, _, _ = fields(); len(labels) != 2 || strings.Contains(labels[0], "feuille") {
		t.Fatalf("of the whole sheet: %q", labels)
	}
	tick.Tapped(nil)
	progress, err := setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	_, boxes, _ := fields()
	shares := key.Shares()
	typed := func(first, second int) {
		for i, share := range []int{first, second} {
			boxes[i].SetText(strings.Split(shares[share].String(), "-")[progress.ShareGroups[i]])
		}
		uitest.Press(t, dialog, "Vérifier ma feuille")
	}
	typed(1, 1)
	if len(sh.Toasts) > 0 {
		t.Fatal("one sheet alone is taken for two")
	}
	if typed(1, 2); len(sh.Toasts) != 1 {
		t.Errorf("%q, %v", sh.Toasts, sh.Failed)
	}
}
