package home

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// engine has the copies that a test says.
type engine struct {
	backup.Engine
	status backup.Status
}

func (e *engine) Status(context.Context) (backup.Status, error) { return e.status, nil }

// refusing asks a book until it is cut off, and refuses from then on.
type refusing struct {
	op.Caller
	why error
}

func (r *refusing) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if r.why != nil {
		return r.why
	}
	return r.Caller.Do(ctx, s, req, resp)
}

// TestARefusedAnswerIsNotAnEmptyOne: the page says what it could not read, and not that there is nothing.
func TestARefusedAnswerIsNotAnEmptyOne(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], ledger.Bind[*store.Tx], billing.Bind[*store.Tx])
	book := &refusing{Caller: w.As("sales")}
	e, sh := uitest.New(t, book, auth.Sales)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	says := func(part string) (found bool) {
		uitest.Walk(p.object, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), part) {
				found = true
			}
		})
		return found
	}
	const nothing, none = "Rien n’attend", "Aucune facture"
	if !says(nothing) || !says(none) {
		t.Error("a new book has nothing to show, and does not say so")
	}
	book.why = fault.New(fault.Forbidden, "op.forbidden")
	p.Refresh()
	if says(nothing) || says(none) || !says("Tout n’a pas pu être lu") || !says("La lecture n’a pas abouti") {
		t.Error("a refused answer is told as nothing")
	}
	book.why = nil
	if p.Refresh(); !says(nothing) || !says(none) {
		t.Error("it still says that it was refused")
	}
}

func TestWhatThreatensTheBookIsToBeDone(t *testing.T) {
	w := storetest.NewWorld(t)
	service := verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
	})
	verify.Bind(w.Registry, service)
	witness.Bind(w.Registry, func() map[string]witness.Heard { return nil }, func() {})
	copies := &engine{status: backup.Status{Light: backup.Amber}}
	backup.Bind(w.Registry, copies)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	says := func(part string) (found bool) {
		uitest.Walk(p.todo, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), part) {
				found = true
			}
		})
		return found
	}
	if !says("Aucune copie ailleurs") || says("abîmé") {
		t.Error("a book that was never copied")
	}
	copies.status.Origin = &backup.Point{Made: storetest.Noon}
	p.Refresh()
	if says("Aucune copie") || !says("Restauré du 21/11/2026") {
		t.Error("a book that comes from a copy is said to have none")
	}
	w.Update(func(tx *store.Tx) error {
		_, err := witness.Raise(tx, witness.Alert{From: witness.FromPC, Name: "Caisse", Seen: 9, Hash: "0f"})
		return err
	})
	p.Refresh()
	if !says("Un témoin a vu le dossier plus loin") {
		t.Error("what a PC saw is not to be looked at")
	}
	service.Hurt()
	p.Refresh()
	if !says("Dossier abîmé") {
		t.Fatal("a damaged book is not said")
	}
	uitest.Walk(p.todo, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == "Voir quoi faire" {
			b.Tapped(nil)
		}
	})
	if sh.Leaves != 1 {
		t.Error("no way to the restore")
	}
}

// TestTheNumbersAreConfirmedAfterARestore, as they stand on paper or by their last digits.
// TestOnlyWhatIsGoneIsToldOfTheWeek: first work writes many records over, and nothing is lost by it.
func TestOnlyWhatIsGoneIsToldOfTheWeek(t *testing.T) {
	w := storetest.NewWorld(t)
	bin.Bind(w.Registry)
	told := func() (found string) {
		e, sh := uitest.New(t, w.As("owner"), auth.Owner)
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		uitest.Walk(p.todo, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), "cette semaine") {
				found = l.Text()
			}
		})
		return found
	}
	lose := func(kind string, gone bool) {
		w.Update(func(tx *store.Tx) error {
			return tx.AddLost(bin.Entry{
				Row: bin.Row{At: tx.Now(), User: 1, Op: "x", Kind: kind, Record: 1, Name: "X", Gone: gone}, Was: []byte("{}"),
			})
		})
	}
	for range 4 {
		lose("customer", false)
	}
	lose("entry_line", true) // a matching undone
	if got := told(); got != "" {
		t.Errorf("told %q", got)
	}
	lose("customer", true)
	if got := told(); got != "1 fiche supprimée ou archivée cette semaine" {
		t.Errorf("told %q", got)
	}
}

func TestTheNumbersAreConfirmedAfterARestore(t *testing.T) {
	w := storetest.NewWorld(t, billing.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error { return billing.AskNumbers(tx, w.Clock.Now(), w.Clock.Now()) })
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	press := func(text string) {
		t.Helper()
		done := false
		for _, o := range append(sh.Window.Canvas().Overlays().List(), sh.Window.Content()) {
			uitest.Walk(o, func(o fyne.CanvasObject) {
				if b, ok := o.(*kit.Button); ok && b.Text() == text && !done {
					done = true
					b.Tapped(nil)
				}
			})
		}
		if !done {
			t.Fatalf("no button %q", text)
		}
	}
	press("Confirmer")
	var edits []*kit.LineEdit
	for _, o := range sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.LineEdit); ok {
				edits = append(edits, l)
			}
		})
	}
	if len(edits) != 4 {
		t.Fatalf("%d numbers are asked", len(edits))
	}
	if press("Confirmer ces numéros"); len(sh.Window.Canvas().Overlays().List()) == 0 {
		t.Fatal("confirmed without a look")
	}
	for _, o := range sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if c, ok := o.(*kit.Check); ok {
				c.SetOn(true)
				c.OnChanged(true)
			}
		})
	}
	edits[0].SetText(" f-2026-0012 ")
	edits[1].SetText("F-2026-0003")
	press("Confirmer ces numéros")
	if len(sh.Window.Canvas().Overlays().List()) == 0 {
		t.Fatal("the number of an invoice is taken for that of a credit note")
	}
	edits[1].SetText("3")
	press("Confirmer ces numéros")
	if len(sh.Window.Canvas().Overlays().List()) != 0 {
		t.Fatal("the numbers are not taken")
	}
	w.Update(func(tx *store.Tx) error {
		for kind, want := range map[string]int64{"invoice": 12, "credit_note": 3, "quote": 0} {
			if got, err := tx.LastNumber(kind, "2026"); got != want || err != nil {
				t.Errorf("%s: %d, %v", kind, got, err)
			}
		}
		return nil
	})
}

// TestACompanyWithoutVATIsShownNone: franchise en base, and no VAT due from elsewhere.
func TestACompanyWithoutVATIsShownNone(t *testing.T) {
	w := storetest.NewWorld(t, ledger.Bind[*store.Tx])
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	if !p.vat.Visible() {
		t.Error("a company with VAT is not shown what it owes")
	}
	profile := company.Default()
	profile.Regime = fr.Franchise
	w.Update(func(tx *store.Tx) error { return tx.SetSetting("company", profile) })
	p.Refresh()
	if p.vat.Visible() {
		t.Error("a company in franchise en base is shown VAT to pay")
	}
}

// TestTheLastProvenRestoreIsTold: its date, its place, its point, what it took; and that there is none, or that it failed.
func TestTheLastProvenRestoreIsTold(t *testing.T) {
	w := storetest.NewWorld(t, billing.Bind[*store.Tx])
	witness.Bind(w.Registry, func() map[string]witness.Heard { return nil }, func() {})
	copies := &engine{status: backup.Status{Light: backup.Green}}
	backup.Bind(w.Registry, copies)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	says := func() (out string) {
		p.Refresh()
		uitest.Walk(p.proof, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				out += l.Text() + "|"
			}
		})
		return out
	}
	if got := says(); !strings.Contains(got, "Aucune restauration prouvée") {
		t.Error(got)
	}
	copies.status.Drill = storetest.Noon
	copies.status.Proof = &backup.Measure{
		Kind: backup.TrialMeasure, Place: "x", Label: "Coffre", Made: storetest.Noon, Millis: 260_000,
	}
	got := says()
	for _, want := range []string{"21/11/2026", "Coffre", "4\u00a0min", "balance identique au centime"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	copies.status.DrillFailed = storetest.Noon
	if got := says(); !strings.Contains(got, "échoué") || strings.Contains(got, "identique") {
		t.Error(got)
	}
}

// TestWhoLooksAfterTheCopiesSeesToThem: everybody is told that they are not as they should be, who cannot change that to
// tell somebody.
func TestWhoLooksAfterTheCopiesSeesToThem(t *testing.T) {
	for role, keeps := range map[auth.Role]bool{auth.Owner: true, auth.Technician: true, auth.Stock: false, auth.Accountant: false} {
		w := storetest.NewWorld(t)
		backup.Bind(w.Registry, &engine{status: backup.Status{Light: backup.Red, Copies: []backup.Copy{{Light: backup.Red}}}})
		e, sh := uitest.New(t, w.As("owner"), role)
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		told, warned, button := false, false, false
		uitest.Walk(p.todo, func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *kit.Label:
				warned = warned || strings.Contains(o.Text(), "n’est pas à jour")
				told = told || strings.Contains(o.Text(), "Dites-le à votre gérant")
			case *kit.Button:
				button = button || o.Text() == "Voir les sauvegardes"
			}
		})
		if !warned || told == keeps || button != keeps {
			t.Errorf("%s: warned %t, to tell somebody %t, button %t", role, warned, told, button)
		}
	}
}

// TestTheListSaysWhatIsNotSafeYet: the sheet that nobody typed back, a copy that could not leave, and to an employee of a
// company without any copy no date of one.
func TestTheListSaysWhatIsNotSafeYet(t *testing.T) {
	place := backup.Copy{Destination: backup.Destination{ID: "d1", Label: "Nuage", Away: true}, Light: backup.Green, LastOK: storetest.Noon}
	held := place
	held.Lacks, held.Fault = true, fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")
	sheet := []*fault.Fault{fault.New(fault.Unavailable, "backup.worry.sheet")}
	for name, c := range map[string]struct {
		status    backup.Status
		want, not string
	}{
		"sheet": {
			backup.Status{Light: backup.Amber, Saved: storetest.Noon, Copies: []backup.Copy{place}, Worries: sheet},
			"Feuille de secours à vérifier", "n’est pas à jour",
		},
		"held": {
			backup.Status{Light: backup.Green, SheetKnown: true, LossSeconds: 60, Copies: []backup.Copy{held}},
			"Sauvegarde en attente d’envoi", "à vérifier",
		},
		"nowhere": {
			backup.Status{Light: backup.Red, SheetKnown: true, Saved: storetest.Noon, LossSeconds: -1},
			"Aucune copie ailleurs", "21/11/2026",
		},
	} {
		for _, role := range []auth.Role{auth.Owner, auth.Stock} {
			w := storetest.NewWorld(t)
			copies := &engine{status: c.status}
			backup.Bind(w.Registry, copies)
			plan.Bind(w.Registry, w.Store, copies)
			e, sh := uitest.New(t, w.As("owner"), role)
			p := Routes()["home"](e, page.Route{}).(*home)
			sh.Show(p.Object())
			said, n := "", 0
			uitest.Walk(p.todo, func(o fyne.CanvasObject) {
				if l, ok := o.(*kit.Label); ok {
					said += l.Text() + "|"
					n += strings.Count(l.Text(), c.want)
				}
			})
			if n != 1 || strings.Contains(said, c.not) {
				t.Errorf("%s, to %s: %q", name, role, said)
			}
		}
	}
}

// TestTheYearlyCheckIsNotHidden behind a sheet that is to be printed again, nor the first copy after a restore behind the
// rest of a long list.
func TestTheYearlyCheckIsNotHidden(t *testing.T) {
	w := storetest.NewWorld(t)
	backup.Bind(w.Registry, &engine{status: backup.Status{
		Light: backup.Amber, SheetKnown: true, Origin: &backup.Point{Made: storetest.Noon},
		Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Amber}},
	}})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	p.yearly(plan.Plan{Sheet: true, SheetDue: true, SheetOn: civil.New(2025, 3, 1), SheetLacks: []string{"Koofr"}})
	for _, want := range []string{"Feuille de secours à réimprimer", "vérifiée le 01/03/2025"} {
		if got := said(p); !strings.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	for _, key := range []string{"numbers", "follow", "approvals", "overdue"} {
		p.tasks[key] = p.task("x", kit.Warn, key, "", "", nil)
	}
	if p.arrange(); !strings.Contains(said(p), "Première copie à faire") {
		t.Errorf("folded away: %q", said(p))
	}
}

// TestAHiddenAmountIsNoZero: who is not shown what customers owe reads that it is hidden, not that it is nothing.
func TestAHiddenAmountIsNoZero(t *testing.T) {
	for who, want := range map[string]string{"owner": "80,00", "blind": "•••"} {
		w := storetest.NewWorld(t)
		op.Bind(w.Registry, billing.List, func(_ context.Context, _ *store.Tx, req billing.ListRequest) (billing.Page, error) {
			return billing.Page{Count: 5, Sums: billing.Sums{Gross: 9000, Open: 8000}}, nil
		})
		e, sh := uitest.New(t, w.As(who), auth.Owner)
		if who == "blind" {
			delete(e.Me.May, string(auth.Balance.Right()))
		}
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		var said []string
		uitest.Walk(p.tasks["overdue"].object, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				said = append(said, l.Text())
			}
		})
		if got := strings.Join(said, "|"); !strings.Contains(got, want) || strings.Contains(got, "0,00") != (who == "owner") {
			t.Errorf("%s reads %q", who, got)
		}
	}
}

// TestWithoutAnyPlaceThatIsToldFirst, and the sheet that nobody checked as well.
func TestWithoutAnyPlaceThatIsToldFirst(t *testing.T) {
	w := storetest.NewWorld(t)
	copies := &engine{status: backup.Status{Light: backup.Red, LossSeconds: -1}}
	backup.Bind(w.Registry, copies)
	plan.Bind(w.Registry, w.Store, copies)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	p.tasks["follow"] = p.task("clock", kit.Warn, "x", "", "", nil)
	p.arrange()
	all := said(p)
	nowhere, sheet := strings.Index(all, "Aucune copie ailleurs"), strings.Index(all, "Feuille de secours à vérifier")
	if nowhere != 0 || sheet < 0 {
		t.Error(all)
	}
}

// said is what the list of what is to be done says, in order.
func said(p *home) (out string) {
	uitest.Walk(p.todo, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			out += l.Text() + "|"
		}
	})
	return out
}

// TestALongListSaysHowMuchMoreThereIs: the most urgent is shown, and the rest is one press away.
func TestALongListSaysHowMuchMoreThereIs(t *testing.T) {
	w := storetest.NewWorld(t)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	for key, tone := range map[string]kit.Tone{
		"bin": kit.Error, "held": kit.Warn, "sheet": kit.Warn, "accepted": kit.Ok, "drafts": kit.Info, "exports": kit.Neutral,
		"integrity": kit.Neutral,
	} {
		p.tasks[key] = p.task("x", tone, key, "", "", nil)
	}
	p.arrange()
	short := func() string { return strings.ReplaceAll(said(p), "||", " ") }
	if got := short(); got != "bin held sheet " {
		t.Error(got)
	}
	uitest.Press(t, p.list, "et 4 autres")
	if got := short(); got != "bin held sheet accepted drafts integrity exports " {
		t.Error(got)
	}
	uitest.Press(t, p.list, "ne montrer que le plus urgent")
	if got := short(); got != "bin held sheet " {
		t.Error(got)
	}
	clear(p.tasks)
	for _, key := range []string{"held", "sheet", "accepted", "drafts"} {
		p.tasks[key] = p.task("x", kit.Warn, key, "", "", nil)
	}
	if p.arrange(); short() != "held sheet accepted drafts " || p.foot.Visible() {
		t.Errorf("what there is room for is folded: %s", short())
	}
}

// TestWhoOnlyReadsIsAskedToDoNothing: what is to be done by others can be looked at.
func TestWhoOnlyReadsIsAskedToDoNothing(t *testing.T) {
	for role, writes := range map[auth.Role]bool{auth.Owner: true, auth.Sales: false} {
		w := storetest.NewWorld(t)
		op.Bind(w.Registry, billing.List, func(context.Context, *store.Tx, billing.ListRequest) (billing.Page, error) {
			return billing.Page{Count: 2}, nil
		})
		e, sh := uitest.New(t, w.As("owner"), role)
		if !writes {
			delete(e.Me.May, string(billing.SaveInvoice.Needs))
		}
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		var buttons []string
		uitest.Walk(p.todo, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok {
				buttons = append(buttons, b.Text())
			}
		})
		if got := strings.Join(buttons, " "); strings.Contains(got, "Facturer") != writes || strings.Contains(got, "Reprendre") != writes {
			t.Errorf("writes %t: %s", writes, got)
		}
	}
}

// TestTheDayIsUnderTheTitle in full letters, in the language of who reads it.
func TestTheDayIsUnderTheTitle(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], ledger.Bind[*store.Tx], billing.Bind[*store.Tx])
	for _, lang := range []string{i18n.French, i18n.English} {
		e, sh := uitest.New(t, w.As("sales"), auth.Sales)
		e.Text = i18n.For(lang)
		before := today()
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		found := false
		uitest.Walk(p.object, func(o fyne.CanvasObject) {
			l, ok := o.(*kit.Label)
			if ok && (l.Text() == e.Text.DateLong(before) || l.Text() == e.Text.DateLong(today())) { // it may be midnight
				found = true
			}
		})
		if !found {
			t.Errorf("%s: %q is not under the title", lang, e.Text.DateLong(before))
		}
	}
}

// TestAnAlarmIsSaidForWhatItIs: copies that are up to date are not said to be late because another PC goes on with the book.
func TestAnAlarmIsSaidForWhatItIs(t *testing.T) {
	w := storetest.NewWorld(t)
	copies := &engine{status: backup.Status{Light: backup.Red, Copies: []backup.Copy{{
		Destination: backup.Destination{ID: "d", Label: "Coffre"}, Light: backup.Red, LastOK: w.Clock.Now(),
		Alarms: []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "Atelier", "writer", "w")},
	}}}}
	backup.Bind(w.Registry, copies)
	plan.Bind(w.Registry, w.Store, copies)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	if all := said(p); !strings.Contains(all, "Atelier continue le même dossier") || strings.Contains(all, "pas à jour") {
		t.Error(all)
	}
}
