package account_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/account"
	"zafe/ui/uitest"
)

const word = "un mot de passe à moi"

// desk is somebody at their account, really logged in.
type desk struct {
	t    *testing.T
	w    *storetest.World
	reg  *op.Registry[*store.Tx]
	sh   *uitest.Shell
	page page.Page
}

func open(t *testing.T) *desk {
	t.Helper()
	w := storetest.NewWorld(t)
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store)
	d := &desk{t: t, w: w, reg: op.New[*store.Tx](w.Store, svc, w.Clock.Now, func(op.Record) {})}
	user.Bind(d.reg, svc)
	w.Update(func(tx *store.Tx) error { return device.Enrol(tx, "pc-1", "Comptoir", 1) })
	_, err := user.Save.Call(op.AsSystem(w.Ctx()), op.Local[*store.Tx]{Registry: d.reg}, user.SaveRequest{
		Login: "yann", Name: "Yann", Role: auth.Sales, Password: word,
	})
	if err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, nil, auth.Sales)
	d.sh, sh.Token = sh, d.logIn("")
	e.Caller = op.Local[*store.Tx]{Registry: d.reg, Credential: func() op.Credential { return op.Credential{Token: sh.Token} }}
	d.page = account.Routes()["account"](e, page.Route{Name: "account"})
	sh.Show(d.page.Object())
	return d
}

func (d *desk) logIn(pc string) string {
	d.t.Helper()
	c := op.Local[*store.Tx]{Registry: d.reg, Credential: func() op.Credential { return op.Credential{Device: pc} }}
	in, err := user.Login.Call(d.w.Ctx(), c, user.LoginRequest{Login: "yann", Password: word})
	if err != nil {
		d.t.Fatal(err)
	}
	return in.Token
}

func (d *desk) sees(text string) bool {
	found := false
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), text) {
			found = true
		}
	})
	return found
}

func (d *desk) button(text string) *kit.Button {
	d.t.Helper()
	var found *kit.Button
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	return found
}

func (d *desk) sessions() int {
	d.t.Helper()
	n := 0
	err := d.w.Store.View(d.w.Ctx(), func(tx *store.Tx) error {
		list, err := tx.Sessions(1)
		n = len(list)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// TestOneSeesWhereOneIsLoggedInAndLeaves: one session, or all of the others, and the screen at hand stays.
func TestOneSeesWhereOneIsLoggedInAndLeaves(t *testing.T) {
	d := open(t)
	if d.sees("Comptoir") || !d.button("Déconnecter partout ailleurs").Disabled() {
		t.Fatal("there is nothing to leave yet")
	}
	d.logIn("pc-1")
	d.page.Refresh()
	if !d.sees("Comptoir") {
		t.Fatal("the other PC is not shown")
	}
	d.button("Fermer").Tapped(nil)
	if d.sessions() != 1 || d.button("Fermer") != nil {
		t.Fatalf("%d sessions left", d.sessions())
	}
	d.logIn("pc-1")
	d.logIn("pc-1")
	d.page.Refresh()
	before := d.sh.Token
	d.button("Déconnecter partout ailleurs").Tapped(nil)
	if d.sessions() != 1 || d.sh.Token == before || len(d.sh.Failed) > 0 {
		t.Errorf("%d sessions left, %v", d.sessions(), d.sh.Failed)
	}
	d.page.Refresh()
	if len(d.sh.Failed) > 0 {
		t.Errorf("the screen at hand: %v", d.sh.Failed)
	}
}

// TestAnotherPasswordKeepsTheScreen, and what is half typed is asked about before it is lost.
func TestAnotherPasswordKeepsTheScreen(t *testing.T) {
	d := open(t)
	d.logIn("pc-1")
	var boxes []*kit.PasswordField
	uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
		if p, ok := o.(*kit.PasswordField); ok {
			boxes = append(boxes, p)
		}
	})
	boxes[0].SetText(word)
	d.button("Proposer une phrase facile à retenir").Tapped(nil)
	if len(strings.Fields(strings.ReplaceAll(boxes[1].Text(), "-", " "))) < 5 || !d.page.Unsaved() {
		t.Fatalf("proposed %q, unsaved %t", boxes[1].Text(), d.page.Unsaved())
	}
	d.button("Changer le mot de passe").Tapped(nil)
	if len(d.sh.Failed) > 0 || d.sessions() != 1 || d.page.Unsaved() {
		t.Errorf("%v, %d sessions, unsaved %t", d.sh.Failed, d.sessions(), d.page.Unsaved())
	}
	d.page.Refresh()
	if len(d.sh.Failed) > 0 {
		t.Errorf("the screen at hand: %v", d.sh.Failed)
	}
}

// TestARefusedDelayIsNotShown: the box says what is in force.
func TestARefusedDelayIsNotShown(t *testing.T) {
	d := open(t)
	var choice *kit.Select
	find := func() {
		uitest.Walk(d.page.Object(), func(o fyne.CanvasObject) {
			if s, ok := o.(*kit.Select); ok {
				choice = s
			}
		})
	}
	find()
	was := choice.Key()
	d.sh.Token = "" // what is asked is refused from here on
	choice.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if choice.Key() != was || len(d.sh.Failed) != 1 {
		t.Errorf("it shows %q, %q is in force; told %v", choice.Key(), was, d.sh.Failed)
	}
}

// TestThroughSomebodysEyesTheirAccountIsOnlyRead: neither a password nor the delay of their lock is theirs to change who
// look.
func TestThroughSomebodysEyesTheirAccountIsOnlyRead(t *testing.T) {
	w := storetest.NewWorld(t)
	e, sh := uitest.New(t, w.As("sales"), auth.Sales)
	e.Me.Viewer, sh.Offline = "Claire", true
	p := account.Routes()["account"](e, page.Route{Name: "account"})
	sh.Show(p.Object())
	fields := 0
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.LineEdit:
			fields++
			x.TypedRune('x')
			if x.Text() != "" {
				t.Error("a password can be typed")
			}
		case *kit.Select:
			fields++
			if !x.Disabled() {
				t.Error("the delay can be chosen")
			}
		}
	})
	if fields != 3 {
		t.Errorf("%d fields", fields)
	}
}
