package people_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/leave"
	"zafe/app/party"
	"zafe/app/relay"
	"zafe/app/user"
	"zafe/store"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/people"
	"zafe/ui/uitest"
)

// TestTheDepartureOfSomebodyOnOneScreen: who takes over is asked beside its box before anything is done; then the page
// says what was done, with the record, and asks nothing any more.
func TestTheDepartureOfSomebodyOnOneScreen(t *testing.T) {
	d := open(t, "")
	svc := user.NewService[*store.Tx](d.w.Store, d.w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, d.w.Store)
	leave.Bind(d.w.Registry, leave.New[*store.Tx](d.w.Store, svc, func(string) {}))
	var luc, marie user.User
	d.w.Update(func(tx *store.Tx) (err error) {
		if luc, err = tx.SaveUser(user.User{Login: "luc", Name: "Luc", Role: auth.Sales, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		if marie, err = tx.SaveUser(user.User{Login: "marie", Name: "Marie", Role: auth.Sales, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		if err := device.Enrol(tx, "bb", "Comptoir", 1); err != nil {
			return err
		}
		if err := tx.SavePlace(luc.ID, "bb"); err != nil {
			return err
		}
		_, err = tx.SaveCustomer(party.Customer{Code: "C1", Kind: party.Company, Name: "Un", Owner: luc.ID})
		return err
	})
	if _, err := relay.Name.Call(t.Context(), d.w.As("owner"), relay.NameRequest{ID: 1}); err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, d.w.As("owner"), auth.Owner)
	sh.Yes = true
	p := people.Routes()["leave"](e, page.Route{Name: "leave", ID: int64(luc.ID)})
	sh.Show(p.Object())
	press := func(text string) {
		t.Helper()
		d.press(p.Object(), text)
	}
	tick := func(says string) {
		t.Helper()
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			if c, ok := o.(*kit.Check); ok {
				c.Tapped(nil)
			}
		})
		if said := texts(p.Object()); !strings.Contains(said, says) {
			t.Errorf("the page says %s, not %q", said, says)
		}
	}
	if said := texts(p.Object()); !strings.Contains(said, "C’est le poste relais") {
		t.Errorf("nothing tells that the relay is shut out: %s", said)
	}
	tick(e.T("leave.act.pc.stays"))
	tick("C’est le poste relais")
	press(e.T("leave.now"))
	heir := fieldOf(t, p.Object(), e.T("leave.heir_label"))
	if heir.Refusal() != e.Text.Fault(fault.Field("heir", "leave.heir_missing")) || len(sh.Asked) > 0 {
		t.Errorf("without anybody to take over: %q, asked %v", heir.Refusal(), sh.Asked)
	}
	heir.Control().(*kit.Select).SetKey("3")
	press(e.T("leave.now"))
	if len(sh.Failed) > 0 || len(sh.Asked) != 1 {
		t.Fatal(sh.Failed, sh.Asked)
	}
	if err := d.w.Store.View(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Customer(1)
		u, err2 := tx.User(luc.ID)
		if c.Owner != marie.ID || !u.Disabled || err2 != nil {
			t.Errorf("customer of %d, %+v", c.Owner, u)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	said := texts(p.Object())
	if !strings.Contains(said, "Confiés à Marie") || !strings.Contains(said, e.T("leave.was")) {
		t.Errorf("the page says %s", said)
	}
	if buttons := buttonsOf(p.Object()); !slices.Contains(buttons, e.T("leave.print")) || slices.Contains(buttons, e.T("leave.now")) {
		t.Errorf("buttons %v", buttons)
	}
}

func fieldOf(t *testing.T, o fyne.CanvasObject, label string) (found *kit.Field) {
	t.Helper()
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == label {
			found = f
		}
	})
	if found == nil {
		t.Fatal("no field", label)
	}
	return found
}

func buttonsOf(o fyne.CanvasObject) (out []string) {
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok {
			out = append(out, b.Text())
		}
	})
	return out
}

func texts(o fyne.CanvasObject) string {
	var b strings.Builder
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			b.WriteString(l.Text() + "\n")
		}
	})
	return b.String()
}
