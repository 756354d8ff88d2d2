package customers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/customers"
	"zafe/ui/uitest"
)

// TestANewCustomerStartsWithTheName: what is typed at once is not lost.
func TestANewCustomerStartsWithTheName(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	var waiting []func()
	kit.After = func(_ time.Duration, fn func()) func() bool {
		waiting = append(waiting, fn)
		return func() bool { return true }
	}
	p := customers.Routes()["customer"](e, page.Route{Name: "customer"})
	sh.Show(p.Object())
	for _, fn := range waiting {
		fn()
	}
	focused := sh.Window.Canvas().Focused()
	if focused == nil {
		t.Fatal("the caret is nowhere")
	}
	for _, r := range "Bois" {
		focused.TypedRune(r)
	}
	var name *kit.LineEdit
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == e.T("customers.name") {
			name = f.Control().(*kit.LineEdit)
		}
	})
	if name == nil || name.Text() != "Bois" || !p.Unsaved() {
		t.Error("what was typed is not in the name")
	}
}

// TestTwoPeopleOnOneCustomer: the second one is told who was faster and chooses field by field; what only one of them
// changed stays without a word.
func TestTwoPeopleOnOneCustomer(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{
		Kind: party.Company, Name: "Durand", SIREN: "732829320", Address: party.Address{City: "Nantes"}, Phone: "02 40 00 00 00",
	})
	if err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := customers.Routes()["customer"](e, page.Route{Name: "customer", ID: int64(saved.Customer.ID)})
	sh.Show(p.Object())
	edit := func(key string) *kit.LineEdit {
		var found *kit.LineEdit
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			if f, ok := o.(*kit.Field); ok && f.Label() == e.T("customers."+key) {
				found = f.Control().(*kit.LineEdit)
			}
		})
		return found
	}
	write := func(key, text string) {
		edit(key).SetText(text)
		edit(key).OnChanged(text)
	}
	write("name", "Durand et fils")
	write("email", "a@durand.fr")
	theirs := saved.Customer
	theirs.Name, theirs.City = "Durand et filles", "Rezé"
	if _, err := party.Save.Call(w.Ctx(), w.As("assistant"), theirs); err != nil {
		t.Fatal(err)
	}
	p.(page.Shared).Elsewhere()
	stored := func() party.Customer {
		c, err := party.Get.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: saved.Customer.ID})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if stored().Name != "Durand et filles" || edit("name").Text() != "Durand et fils" {
		t.Fatal("something was chosen already")
	}
	write("phone", "02 40 11 11 11") // people go on
	uitest.Press(t, p.Object(), "Comparer")
	var choices []*kit.Choice
	uitest.Walk(sh.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Choice); ok {
			choices = append(choices, c)
		}
	})
	if len(choices) != 4 {
		t.Fatalf("%d fields are compared: name, e-mail, phone and town differ", len(choices))
	}
	for i, want := range []string{"mine", "mine", "mine", "theirs"} {
		if choices[i].Key() != want {
			t.Errorf("the choice of field %d is %s", i, choices[i].Key())
		}
	}
	choices[0].SetKey("theirs")
	uitest.Press(t, sh.Window.Canvas().Overlays().Top(), "Enregistrer ces choix")
	got := stored()
	if got.Name != "Durand et filles" || got.City != "Rezé" || got.Email != "a@durand.fr" || got.Phone != "02 40 11 11 11" {
		t.Errorf("stored %q %q %q %q", got.Name, got.City, got.Email, got.Phone)
	}
	if p.Unsaved() || len(sh.Failed) > 0 {
		t.Errorf("unsaved %t, %v", p.Unsaved(), sh.Failed)
	}
}

// TestWhatIsHiddenLooksHidden: who is not shown how people are reached sees that there is something they are not shown,
// cannot write over it, and saves the rest without erasing it.
func TestWhatIsHiddenLooksHidden(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{
		Kind: party.Person, Name: "Paule", Email: "paule@exemple.fr", Phone: "0690123456", Contacts: []party.Contact{{Name: "Jean"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("blind"), auth.Owner)
	for _, c := range []auth.Class{auth.Bank, auth.Balance, auth.Contact} {
		delete(e.Me.May, string(c.Right()))
	}
	p := customers.Routes()["customer"](e, page.Route{Name: "customer", ID: int64(saved.Customer.ID)})
	sh.Show(p.Object())
	edits, dots := map[string]*kit.LineEdit{}, 0
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Field:
			if edit, ok := x.Control().(*kit.LineEdit); ok {
				edits[x.Label()] = edit
			}
		case *kit.Label:
			if x.Text() == "•••" {
				dots++
			}
		case *kit.Button:
			if x.Text() == e.T("customers.add_contact") {
				t.Error("a contact can be added to those that are not shown")
			}
		}
	})
	for _, key := range []string{"email", "phone"} {
		edit := edits[e.T("customers."+key)]
		edit.TypedRune('x')
		if edit.Text() != "" || edit.Placeholder != "•••" {
			t.Errorf("%s: %q over %q", key, edit.Text(), edit.Placeholder)
		}
	}
	if dots == 0 {
		t.Error("there seem to be no contacts")
	}
	name := edits[e.T("customers.name")]
	name.SetText("Paule D.")
	name.OnChanged("Paule D.")
	uitest.Press(t, p.Object(), e.T("common.save"))
	now, err := party.Get.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: saved.Customer.ID})
	if err != nil || now.Name != "Paule D." || now.Email != saved.Customer.Email || now.Phone != saved.Customer.Phone || len(now.Contacts) != 1 {
		t.Errorf("%+v, %v, %v", now, err, sh.Failed)
	}
}

// TestTheCardOfAColleaguesCustomerIsOnlyRead: it says why, takes nothing and offers nothing that would be refused.
func TestTheCardOfAColleaguesCustomerIsOnlyRead(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	for owner, mine := range map[string]bool{"sales": true, "sales2": false} {
		saved, err := party.Save.Call(w.Ctx(), w.As(owner), party.Customer{Kind: party.Company, Name: "Durand " + owner})
		if err != nil {
			t.Fatal(err)
		}
		e, sh := uitest.New(t, w.As("peer"), auth.Sales)
		p := customers.Routes()["customer"](e, page.Route{Name: "customer", ID: int64(saved.Customer.ID)})
		sh.Show(p.Object())
		said, offered, typed := false, 0, 0
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *kit.Banner:
				said = said || strings.HasPrefix(x.Text(), "Vous pouvez voir ce client, pas le modifier")
			case *kit.Button:
				if slices.Contains([]string{"Enregistrer", "Nouvelle facture", "Nouveau devis"}, x.Text()) {
					offered++
				}
			case *kit.LineEdit:
				if !x.ReadOnly {
					typed++
				}
			}
		})
		keys := len(p.(page.Keyed).Commands())
		if said == mine || (offered == 3) != mine || (typed > 0) != mine || (keys > 0) != mine {
			t.Errorf("%s: said %t, %d buttons, %d boxes, %d keys", owner, said, offered, typed, keys)
		}
	}
}

// TestAnEmptyListSaysWhy: who sees their own customers only is not told that there is none, and a file to import is for who
// may import one.
func TestAnEmptyListSaysWhy(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	for role, want := range map[auth.Role]string{auth.Owner: "fichier Excel", auth.Sales: "vous en confier"} {
		e, sh := uitest.New(t, w.As(map[auth.Role]string{auth.Owner: "owner", auth.Sales: "sales"}[role]), role)
		p := customers.Routes()["customers"](e, page.Route{Name: "customers"})
		sh.Show(p.Object())
		said := ""
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				said += l.Text() + "|"
			}
		})
		if !strings.Contains(said, want) || (role == auth.Sales && strings.Contains(said, "Excel")) {
			t.Errorf("%s reads %q", role, said)
		}
	}
}

// TestThroughSomebodysEyesACardIsOnlyRead: whatever they may change themselves.
func TestThroughSomebodysEyesACardIsOnlyRead(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{
		Kind: party.Company, Name: "Durand", SIREN: "732829320", Contacts: []party.Contact{{Name: "Mme Paul"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	e.Me.Viewer, sh.Offline = "Claire", true
	p := customers.Routes()["customer"](e, page.Route{Name: "customer", ID: int64(saved.Customer.ID)})
	sh.Show(p.Object())
	fields := 0
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.LineEdit:
			fields++
			if !x.ReadOnly && !x.Disabled() {
				t.Errorf("%q can be typed in", x.Text())
			}
		case *kit.Switch:
			if !x.Disabled() {
				t.Error("a switch can be turned")
			}
		case *kit.Select:
			if !x.Disabled() {
				t.Error("the owner can be chosen")
			}
		}
	})
	if fields < 14 {
		t.Errorf("%d fields only", fields)
	}
}

// TestNoExportThroughSomebodysEyes: the button is off, and says why, rather than refused once a file was chosen.
func TestNoExportThroughSomebodysEyes(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	e.Me.Viewer, sh.Offline = "Claire", true
	p := customers.Routes()["customers"](e, page.Route{Name: "customers"})
	sh.Show(p.Object())
	found := false
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == e.T("common.export") {
			found = true
			if !b.Disabled() || b.Why() != page.Shut(e) {
				t.Errorf("off %v, because %q", b.Disabled(), b.Why())
			}
		}
	})
	if !found {
		t.Error("no button")
	}
}
