//go:build !headless

package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/demo"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/incident"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/app/where"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/keyring"
	"zafe/store/opener"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// shop is a small book with one of everything the pages show.
func shop(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind, party.Bind, catalog.Bind, imports.Bind, search.Bind, ledger.Bind,
		billing.Bind,
		setup.Bind, history.Bind)
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store)
	role.Bind(w.Registry)
	incident.Bind(w.Registry, func() {})
	sentry.Bind(w.Registry)
	support.Bind[*store.Tx](w.Registry, nil, nil)
	bin.Bind(w.Registry)
	user.Bind(w.Registry, svc)
	opening.Bind(w.Registry, w.Store, svc, (&opener.PC{Keepers: []opener.Keeper{{Kind: opening.Keyring, Ring: noRing{}}}}).Keys(w.Store))
	witness.Bind(w.Registry, func() map[string]witness.Heard { return nil }, func() {})
	approval.Bind(w.Registry)
	where.Bind(w.Registry, w.Store, where.Around{Name: "SRV-ATELIER", Slots: noSlots, Copies: noCopies{}})
	verify.Bind(w.Registry, verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now,
		Around: func() verify.Surroundings { return verify.Surroundings{Swap: "off", Hibernate: "clear"} },
	}))
	w.Update(func(tx *store.Tx) error {
		for i, r := range []auth.Role{
			auth.Owner, auth.Accountant, auth.Sales, auth.Sales, auth.Assistant,
			auth.Reader,
		} {
			u := user.User{
				Login: string(rune('a' + i)), Name: "Personne " + string(rune('A'+i)), Role: r,
				CreatedAt: tx.Now(),
			}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return setup.Seed(tx)
	})
	owner := w.As("owner")
	must(t, company.Save, owner, demo.Company())
	must(t, ledger.FiscalYearOpen, owner, ledger.YearOpenRequest{Period: civil.YearOf(civil.New(2026, 1, 1))})
	c := must(t, party.Save, owner, party.Customer{
		Kind: party.Company, Name: "Boulangerie du Bourg", SIREN: "732829320", Owner: 3,
		Address: party.Address{
			Street: "1 rue Frébault", PostalCode: "97110", City: "Pointe-à-Pitre",
			Country: "FR",
		},
	})
	it := must(t, catalog.Save, owner, catalog.Item{
		Label: "Fenêtre", Unit: "H87", Price: 645 * money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods,
		SalesAccount: "707000",
	})
	d := must(t, billing.SaveInvoice, owner, billing.SaveRequest{
		Header: billing.Header{Customer: c.Customer.ID, Owner: 3},
		Lines:  []billing.Line{{Kind: billing.ItemLine, Item: it.Item.ID, Quantity: 2 * money.Unit}},
	})
	must(t, billing.Issue, owner, billing.IssueRequest{ID: d.ID, Version: d.Version})
	return w
}

func must[Req, Resp any](t *testing.T, o op.Op[Req, Resp], c op.Caller, req Req) Resp {
	t.Helper()
	resp, err := o.Call(t.Context(), c, req)
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	return resp
}

// noRing is a session without a keyring.
type noRing struct{ opener.Ring }

func (noRing) Get(string) ([]byte, error) { return nil, keyring.ErrNone }

// needs is what a role must hold to be offered a page; the shell does not show the others.
var needs = map[string]auth.Permission{
	"home": auth.DashboardRead, "customers": auth.CustomerRead, "customer": auth.CustomerRead,
	"customer_import": auth.CustomerImport,
	"items":           auth.ItemRead, "item": auth.ItemRead, "item_import": auth.ItemWrite,
	"quotes": auth.SalesRead, "quote": auth.SalesWrite, "invoices": auth.SalesRead,
	"invoice":  auth.SalesWrite,
	"payments": auth.SalesRead, "books": auth.LedgerRead, "entry": auth.LedgerWrite,
	"people": auth.UserManage, "leave": auth.UserManage, "roles": auth.UserManage, "teams": auth.UserManage, "journal": auth.AuditRead, "integrity": auth.BookVerify, "settings": auth.CompanyRead,
	"account": auth.Anyone, "where": auth.Anyone, "about": auth.Anyone, "approvals": auth.CompanyWrite,
	"incident": auth.Anyone, "bin": auth.SearchUse, "exports": auth.KeyManage, "support": auth.KeyManage,
	"backups": auth.BackupRead, "past": auth.BackupManage, "plan": auth.BackupRead, "security": auth.KeyManage,
}

// TestEveryPageOpensForEveryRoleOnASmallScreen: no refusal, and nothing that would widen the window.
func TestEveryPageOpensForEveryRoleOnASmallScreen(t *testing.T) {
	// What waits for a moment would come from another goroutine: the test driver runs it there.
	kit.After = kit.Never
	w := shop(t)
	who := map[auth.Role]string{
		auth.Owner: "owner", auth.Accountant: "accountant", auth.Sales: "sales", auth.Assistant: "assistant",
		auth.Reader: "reader",
	}
	opened := 0
	for role, name := range who {
		for route, make := range pages() {
			need, known := needs[route]
			if !known {
				t.Errorf("the page %q is not in this test", route)
			}
			if role.Rights().Scope(need) == auth.None {
				continue
			}
			env, sh := uitest.New(t, w.As(name), role)
			p := make(env, page.Route{Name: route})
			sh.Show(p.Object())
			p.Refresh()
			for _, err := range sh.Failed {
				// The engine of the copies is not part of this book.
				if fault.KeyOf(err) != "op.unknown" {
					t.Errorf("%s as %s: %v", route, role, err)
				}
			}
			if m := p.Object().MinSize(); m.Width > 1280-208 || m.Height > 720-90 {
				t.Errorf("%s needs %v: more than a small screen has", route, m)
			}
			for _, text := range labels(p.Object()) {
				if strings.HasPrefix(text, "!") && strings.HasSuffix(text, "!") {
					t.Errorf("%s shows the key of a message: %s", route, text)
				}
			}
			if p.Unsaved() {
				t.Errorf("%s says something is unsaved before anything was typed", route)
			}
			opened++
		}
	}
	if opened < 40 {
		t.Errorf("only %d pages were opened", opened)
	}
}

// TestEveryPageOpensForWhoHelps from outside, whatever was granted, without a way to write or to take a file out.
func TestEveryPageOpensForWhoHelps(t *testing.T) {
	kit.After = kit.Never
	w := shop(t)
	for _, g := range []support.Granted{{}, {Sales: true}, {Ledger: true}, {Sales: true, Ledger: true}} {
		rights := g.Rights()
		for route, make := range pages() {
			need := needs[route]
			if need == auth.Anyone || rights.Scope(need) == auth.None {
				continue
			}
			env, sh := uitest.New(t, w.As("owner"), auth.Owner)
			env.Me = user.Me{User: user.User{Name: "Jean", Role: auth.Support}, May: map[string]string{}, Support: true}
			for p, s := range rights {
				env.Me.May[string(p)] = s.String()
			}
			sh.Offline = true // as the window of who only reads
			p := make(env, page.Route{Name: route})
			sh.Show(p.Object())
			sh.Failed = slices.DeleteFunc(sh.Failed, func(err error) bool { return fault.KeyOf(err) == "op.unknown" })
			if len(sh.Failed) > 0 {
				t.Errorf("%s with %+v: %v", route, g, sh.Failed)
			}
			for name := range enabled(p.Object()) {
				if !reads[name] {
					t.Errorf("%s: %q can be pressed by who only reads", route, name)
				}
			}
		}
	}
}

// reads are the buttons that only show something, and work on what the page holds already.
var reads = map[string]bool{
	"Exporter": true, "Tout voir": true, "Ajouter un contact": true, "Lettrage": true, "Grand livre": true,
	"Exporter (CSV)": true, "Intégrité du dossier": true, "Sécurité du dossier": true,
	"Attestation": true, "Rôles et droits": true, "Accès assistance": true, "Équipes": true, "Voir": true, "À approuver": true, "Imprimer pour signature": true, "Voir les témoins": true,
	"Imprimer ou vérifier la feuille": true, // leads to the page of backups
	// lead from the page of an incident to where its steps are done
	"Utilisateurs": true, "Postes": true, "Mon compte": true, "Sauvegardes": true, "Journal": true, "Plan de reprise": true,
	"Copier le texte": true, "Incidents passés": true,
}

// TestNothingIsWrittenWhileTheMainPCIsLost: every button that writes is off until the main PC is back.
func TestNothingIsWrittenWhileTheMainPCIsLost(t *testing.T) {
	kit.After = kit.Never
	w := shop(t)
	for route, make := range pages() {
		env, sh := uitest.New(t, w.As("owner"), auth.Owner)
		p := make(env, page.Route{Name: route})
		sh.Show(p.Object())
		before := enabled(p.Object())
		sh.Offline = true
		linked, ok := p.(page.Linked)
		if !ok {
			if len(before) > 0 {
				t.Errorf("%s does not follow the link, and has %v", route, before)
			}
			continue
		}
		linked.SetOnline(false)
		for name := range enabled(p.Object()) {
			if !reads[name] {
				t.Errorf("%s: %q can be pressed while the main PC is lost", route, name)
			}
		}
		sh.Offline = false
		linked.SetOnline(true)
		if after := enabled(p.Object()); !maps.Equal(before, after) {
			t.Errorf("%s: %v before, %v after the main PC is back", route, before, after)
		}
	}
}

// enabled are the buttons that can be pressed, by what they say.
func enabled(o fyne.CanvasObject) map[string]bool {
	found := map[string]bool{}
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && !b.Disabled() {
			found[b.Text()] = true
		}
	})
	return found
}

// labels are the texts on a page.
func labels(o fyne.CanvasObject) (found []string) {
	uitest.Walk(o, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			found = append(found, x.Text())
		case *canvas.Text:
			found = append(found, x.Text)
		}
	})
	return found
}
