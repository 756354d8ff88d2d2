package approvals

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/bin"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

const had, wanted = "FR7630006000011234567890189", "FR1420041010050500013M02606"

// other calls as Adam, user 2, who administers.
type other struct{ op.Local[*store.Tx] }

func (o other) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	return o.Local.Do(op.AsActor(ctx, auth.Actor{
		User: 2, Name: "Adam", Login: "adam", Role: auth.Admin, Rights: auth.Admin.Rights(), FreshAt: storetest.Noon,
	}), s, req, resp)
}

// show is the page of Claire, the owner of package storetest who asked, or of Adam.
func show(t *testing.T, mine bool) (p *approvals, sh *uitest.Shell, w *storetest.World) {
	t.Helper()
	w = storetest.NewWorld(t, company.Bind[*store.Tx], role.Bind[*store.Tx], bin.Bind[*store.Tx])
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, nil, w.Store))
	approval.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "claire", Name: "Claire", Role: auth.Owner}, {Login: "adam", Name: "Adam", Role: auth.Admin},
		} {
			u.SecondOn, u.CreatedAt = true, storetest.Noon.AddDate(0, 0, -1)
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		p := company.Default()
		p.Name, p.Bank.IBAN = "Menuiserie Durand", had
		return tx.SetSetting("company", p)
	})
	asked := company.Default()
	asked.Name, asked.Bank.IBAN = "Menuiserie Durand", wanted
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := approval.Ask.Call(w.Ctx(), w.As("owner"), approval.AskRequest{Op: "company.save", Request: body}); err != nil {
		t.Fatal(err)
	}
	var c op.Caller = w.As("owner")
	who := auth.Owner
	if !mine {
		who = auth.Admin
		c = other{op.Local[*store.Tx]{Registry: w.Registry}}
	}
	e, sh := uitest.New(t, c, who)
	p = Routes()["approvals"](e, page.Route{Name: "approvals"}).(*approvals)
	sh.Show(p.Object())
	return p, sh, w
}

func texts(p *approvals) string {
	var all []string
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			all = append(all, x.Text())
		case *canvas.Text:
			all = append(all, x.Text)
		}
	})
	return strings.Join(all, "\n")
}

func buttons(p *approvals) (all []string) {
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok {
			all = append(all, b.Text())
		}
	})
	return all
}

func press(t *testing.T, p *approvals, text string) {
	t.Helper()
	var found *kit.Button
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		t.Fatal("no button", text)
	}
	found.Tapped(nil)
}

// TestWhatWaitsIsReadAndApproved: before and after stand there with who asks.
func TestWhatWaitsIsReadAndApproved(t *testing.T) {
	p, sh, w := show(t, false)
	said := texts(p)
	for _, part := range []string{"Claire", fr.FormatIBAN(had), fr.FormatIBAN(wanted), "IBAN"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
	if !slices.Equal(buttons(p), []string{"Refuser", "Approuver"}) {
		t.Errorf("%q", buttons(p))
	}
	press(t, p, "Approuver")
	now, err := company.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil || now.Bank.IBAN != wanted || len(sh.Failed) != 0 || len(buttons(p)) != 0 {
		t.Errorf("%q, %v, %v, %q", now.Bank.IBAN, err, sh.Failed, buttons(p))
	}
}

// TestOnesOwnRequestIsOnlyTakenBack.
func TestOnesOwnRequestIsOnlyTakenBack(t *testing.T) {
	p, sh, w := show(t, true)
	if !slices.Equal(buttons(p), []string{"Retirer ma demande"}) {
		t.Errorf("%q", buttons(p))
	}
	press(t, p, "Retirer ma demande")
	now, err := company.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil || now.Bank.IBAN != had || len(sh.Failed) != 0 || len(buttons(p)) != 0 {
		t.Errorf("%q, %v, %v, %q", now.Bank.IBAN, err, sh.Failed, buttons(p))
	}
}

// TestAPersonsRightsAreRead with the role and whose they are; who would get them reads that another must approve.
func TestAPersonsRightsAreRead(t *testing.T) {
	_, _, w := show(t, false)
	w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "luc", Name: "Luc", Role: auth.Sales}, {Login: "sonia", Name: "Sonia", Role: auth.Admin, SecondOn: true},
		} {
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	for id, to := range map[auth.UserID]auth.Role{3: auth.Assistant, 2: auth.Owner} {
		body, err := json.Marshal(user.GiveRequest{ID: id, Role: to, Rights: to.Rights()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := approval.Ask.Call(w.Ctx(), w.As("owner"), approval.AskRequest{Op: "user.give", Request: body}); err != nil {
			t.Fatal(err)
		}
	}
	e, sh := uitest.New(t, other{op.Local[*store.Tx]{Registry: w.Registry}}, auth.Owner)
	p := Routes()["approvals"](e, page.Route{Name: "approvals"}).(*approvals)
	sh.Show(p.Object())
	said := texts(p)
	for _, part := range []string{
		"Rôle « Assistant commercial » pour Luc", "Rôle « Gérant » pour Adam", "complice", "Il s’agit de vos propres droits",
	} {
		if !strings.Contains(strings.ReplaceAll(said, "\u00a0", " "), part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
	n := 0
	for _, b := range buttons(p) {
		if b == "Approuver" {
			n++
		}
	}
	if n != 2 { // the bank's and Luc's, not Adam's own
		t.Errorf("%d can be approved: %q", n, buttons(p))
	}
}

// TestWhoseWordDoesNotCountReadsWhy: Claire took Adam's telephone away; he reads from when on he can approve, and has
// no button for it yet.
func TestWhoseWordDoesNotCountReadsWhy(t *testing.T) {
	p, _, w := show(t, false)
	if !slices.Contains(buttons(p), "Approuver") {
		t.Fatalf("%q", buttons(p))
	}
	if _, err := user.ResetSecondFactor.Call(w.Ctx(), w.As("owner"), user.IDRequest{ID: 2}); err != nil {
		t.Fatal(err)
	}
	p.Refresh()
	if said := texts(p); !strings.Contains(said, "demande compte à partir du") || slices.Contains(buttons(p), "Approuver") {
		t.Errorf("%q, %s", buttons(p), said)
	}
}

// TestATeamAndAStartDelegateAreRead with whose records somebody would see, and whose password would open the book.
func TestATeamAndAStartDelegateAreRead(t *testing.T) {
	_, _, w := show(t, true)
	w.Update(func(tx *store.Tx) error {
		r, err := tx.SaveRole(role.Role{Name: "Équipier", Rights: auth.Rights{auth.CustomerRead: auth.Team}, Version: 1})
		if err != nil {
			return err
		}
		for _, u := range []user.User{
			{Login: "luc", Name: "Luc", Role: r.Key},
			{Login: "rose", Name: "Rose", Role: auth.Workshop},
			{Login: "eve", Name: "Eve", Role: auth.Owner, SecondOn: true},
		} {
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	for name, req := range map[string]any{
		"team.save":     role.TeamRequest{Name: "Nord", Members: []auth.UserID{3, 4}},
		"delegate.give": user.IDRequest{ID: 3},
	} {
		body, err := json.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := approval.Ask.Call(w.Ctx(), w.As("owner"), approval.AskRequest{Op: name, Request: body}); err != nil {
			t.Fatal(name, err)
		}
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["approvals"](e, page.Route{Name: "approvals"}).(*approvals)
	sh.Show(p.Object())
	said := strings.ReplaceAll(texts(p), "\u00a0", " ")
	for _, part := range []string{
		"Équipe « Nord »", "Luc verra les fiches de : Rose.", "Délégué de démarrage : Luc",
		"Le mot de passe de Luc ouvrira le dossier",
	} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
}

// TestWhoIsHeldIsThere: what they did comes back by one press, and another one gives them their rights back.
func TestWhoIsHeldIsThere(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], role.Bind[*store.Tx], party.Bind[*store.Tx], bin.Bind[*store.Tx])
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, nil, w.Store))
	approval.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		for i, r := range []auth.Role{auth.Owner, auth.Accountant, auth.Sales, auth.Sales, auth.Assistant} {
			u := user.User{Login: string(r) + string(rune('a'+i)), Name: "Marc " + string(r), Role: r, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		for i := range bin.Most + 1 {
			c := party.Customer{Code: fmt.Sprintf("Z%d", i), Kind: party.Company, Name: fmt.Sprintf("Client %d", i), Owner: 1}
			if _, err := tx.SaveCustomers([]party.Customer{c}); err != nil {
				return err
			}
		}
		return nil
	})
	var held error
	for i := range bin.Most + 1 {
		_, held = party.Archive.Call(w.Ctx(), w.As("assistant"), party.IDRequest{ID: party.CustomerID(i + 1)})
	}
	if fault.KeyOf(held) != "bin.held" {
		t.Fatal(held)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["approvals"](e, page.Route{Name: "approvals"}).(*approvals)
	sh.Show(p.Object())
	if said := texts(p); !strings.Contains(said, "Marc assistant") || !strings.Contains(said, "50 fiches") || !strings.Contains(said, "Client 0") {
		t.Errorf("%s", said)
	}
	press(t, p, "Tout remettre en place")
	left, err := party.List.Call(w.Ctx(), w.As("owner"), party.ListRequest{Limit: 100})
	if err != nil || len(left.Rows) != bin.Most+1 {
		t.Errorf("%d customers, %v", len(left.Rows), err)
	}
	if said := texts(p); slices.Contains(buttons(p), "Tout remettre en place") || !strings.Contains(said, "Il vous reste à décider") {
		t.Errorf("all is back: %q, %s", buttons(p), said)
	}
	w.Clock.Add(time.Second)
	press(t, p, "Rendre ses droits")
	_, err = party.Archive.Call(w.Ctx(), w.As("assistant"), party.IDRequest{ID: 1})
	if err != nil || len(sh.Failed) != 0 || len(buttons(p)) != 0 {
		t.Errorf("%v, %v, %q", err, sh.Failed, buttons(p))
	}
}
