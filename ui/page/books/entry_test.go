package books_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/party"
	"zafe/store"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// get reads an entry.
func (d *desk) get(id ledger.EntryID) ledger.Entry {
	d.t.Helper()
	return must(ledger.EntryGet.Call(d.Ctx(), d.As("owner"), ledger.EntryRequest{ID: id}))(d.t)
}

// piece types a purchase of a new supplier with the keyboard only.
func (d *desk) piece() {
	d.t.Helper()
	d.show(page.Route{Name: "entry"})
	one[*kit.EditGrid](d, 0).Focus()
	d.write("607", "Bois Point P", "1250,50", "44566", "", "250,10", "401", "Point P", "", "", "")
}

func TestPurchaseIsTypedByKeyboardThenTheNextOne(t *testing.T) {
	d := open(t, auth.Owner)
	d.piece()
	d.sees("POINTP", "1 500,60", "Écriture équilibrée")
	d.write("") // Enter under a balanced entry
	d.sound()
	drafts := d.list(true)
	if len(drafts) != 1 || drafts[0].Debit != 150060 || drafts[0].Credit != 150060 || drafts[0].Label != "Bois Point P" {
		t.Fatalf("drafts %+v", drafts)
	}
	e := d.get(drafts[0].ID)
	if l := e.Lines[2]; l.Account != "401000" || l.Aux != "POINTP" || l.AuxLabel != "Point P" {
		t.Errorf("third line %+v", l)
	}
	d.sees("Nouvelle écriture", "-1 500,60")
}

func TestEntryIsPostedThenReversed(t *testing.T) {
	d := open(t, auth.Owner)
	d.piece()
	d.key(fyne.KeyF10, 0)
	d.sound()
	d.sees("AC-000001", "Validée", "Contre-passer")
	d.click("Contre-passer")
	d.click("Contre-passer")
	d.sees("Dites pourquoi")
	one[*kit.LineEdit](d, 0).SetText("Erreur de compte")
	d.click("Contre-passer")
	d.sees("Contre-passée", "Une autre écriture l'annule")
	d.click("Voir l'écriture")
	if n := len(d.shell.Opened); n != 1 || d.get(ledger.EntryID(d.shell.Opened[0].ID)).Reverses == 0 {
		t.Errorf("opened %v", d.shell.Opened)
	}
	d.sound()
}

func TestRefusalIsShownAtItsLineAndNothingIsLost(t *testing.T) {
	d := open(t, auth.Owner)
	d.show(page.Route{Name: "entry"})
	g := one[*kit.EditGrid](d, 0)
	g.Focus()
	d.write("zzz")
	if g.Refusal() == "" || g.Field().Text() != "zzz" {
		t.Errorf("refusal %q over %q", g.Refusal(), g.Field().Text())
	}
	d.piece()
	one[*kit.EditGrid](d, 0).Goto(2, 5)
	d.write("1500,59")
	d.sees("Reste à équilibrer : 0,01 € au crédit")
	d.key(fyne.KeyF10, 0)
	d.sees("L'écriture n'est pas équilibrée", "1 250,50")
	if len(d.list(false)) != 0 || len(d.list(true)) != 1 {
		t.Error("an entry that does not balance was posted, or lost")
	}
	kit.Focus(one[*kit.EditGrid](d, 0).Field())
	one[*kit.EditGrid](d, 0).Goto(2, 5)
	one[*kit.EditGrid](d, 0).Field().TypedKey(&fyne.KeyEvent{Name: fyne.KeyF9})
	d.write("")
	d.sees("Écriture équilibrée")
}

func TestPostingRefusedAtALineGoesToItsCell(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "", "Sans montant", debit("613000", 5000), credit("512000", 5000), ledger.Line{Account: "625000"})
	d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.key(fyne.KeyF10, 0)
	d.sees("Remplissez le débit ou le crédit")
	if row, col := one[*kit.EditGrid](d, 0).Cell(); row != 2 || col != 4 {
		t.Errorf("the caret is in %d,%d", row, col)
	}
}

func TestTwoPeopleAtOneDraftChoose(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	req := ledger.EntrySaveRequest{ID: e.ID, Version: e.Version, Journal: "OD", Date: e.Date, Label: "Le leur", Lines: e.Lines}
	must(ledger.EntrySave.Call(d.Ctx(), d.As("accountant"), req))(t)
	d.label("Le mien")
	d.key(fyne.KeyS, ctrl)
	d.sees("Modifié par Sonia")
	d.click("Garder ma saisie")
	if got := d.get(e.ID); got.Label != "Le mien" {
		t.Errorf("the book has %q", got.Label)
	}
	d.sees("-Modifié par Sonia")
	d.sound()
}

func TestDraftIsThrownAway(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000))
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.label("Autre")
	if !p.Unsaved() {
		t.Error("what was typed would be lost without a word")
	}
	d.click("Supprimer")
	if len(d.list(true)) != 0 || d.shell.Backs != 1 || p.Unsaved() {
		t.Errorf("%d drafts, %d times back", len(d.list(true)), d.shell.Backs)
	}
}

func TestCustomerIsFoundInTheAccountColumn(t *testing.T) {
	d := open(t, auth.Owner)
	c := party.Customer{Kind: party.Company, Name: "Dupont Bâtiment", Owner: 1, PaymentDays: 30}
	c.Country = "FR"
	saved := must(party.Save.Call(d.Ctx(), d.As("owner"), c))(t)
	d.show(page.Route{Name: "entry", Arg: "OD:2026-11-02"})
	d.sees("02/11/2026")
	one[*kit.EditGrid](d, 0).Focus()
	d.write("dup")
	d.sees("411000", saved.Customer.Code, "Dupont Bâtiment")
	d.sound()
}

func TestEntryIsRepeated(t *testing.T) {
	d := open(t, auth.Owner)
	es := d.stock()
	d.show(page.Route{Name: "entry", ID: int64(es[0].ID)})
	d.click("Dupliquer")
	d.show(d.shell.Opened[0])
	d.sees("Nouvelle écriture", "607000", "POINTP")
	d.key(fyne.KeyS, ctrl)
	if len(d.list(true)) != 3 {
		t.Errorf("%d drafts", len(d.list(true)))
	}
	d.sound()
}

// TestTheVoucherOfADraftFollowsTheEntry: it can be detached until the entry is posted, and stays then.
func TestTheVoucherOfADraftFollowsTheEntry(t *testing.T) {
	d := open(t, auth.Owner)
	d.show(page.Route{Name: "entry"})
	d.click("Pièces jointes")
	if n := len(d.shell.Toasts); n != 1 || d.env.Window.Canvas().Overlays().Top() != nil {
		t.Fatal("nothing is typed yet", d.shell.Toasts)
	}
	one[*kit.EditGrid](d, 0).Focus()
	d.write("607", "Bois Point P", "1250,50", "44566", "", "250,10", "401", "Point P", "", "", "")
	d.click("Pièces jointes")
	d.shell.Name = filepath.Join(t.TempDir(), "Facture PointP.pdf")
	if err := os.WriteFile(d.shell.Name, []byte("%PDF-1.7"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.click("Joindre un fichier…")
	d.sees("Facture PointP.pdf", "Détacher")
	d.click("Fermer")
	d.sees("Pièces jointes (1)")
	d.key(fyne.KeyF10, 0)
	d.sound()
	posted := d.list(false)[0].ID
	about := file.ListRequest{Subject: file.Subject{Kind: file.Entry, ID: int64(posted)}}
	l := must(file.Listing.Call(d.Ctx(), d.As("owner"), about))(t)
	if len(l.Attachments) != 1 || l.MayDetach {
		t.Fatalf("%+v", l)
	}
	_, err := file.Detach.Call(d.Ctx(), d.As("owner"), file.Request{ID: l.Attachments[0].ID})
	if fault.KeyOf(err) != "file.kept" {
		t.Error("detached from a posted entry", err)
	}
	one[*kit.Tabs](d, 0).SetKey("files")
	d.sees("Facture PointP.pdf", "ne peuvent plus être détachées", "-Détacher")
}

// TestTwoPeopleOnOneEntry: nothing typed is written over what another one keeps, nor lost, before a choice.
func TestTwoPeopleOnOneEntry(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.label("Loyer du bureau")
	r := ledger.EntrySaveRequest{
		ID: e.ID, Version: e.Version, Journal: "OD", Date: e.Date, Ref: "P2", Label: "Loyer", Lines: e.Lines,
	}
	must(ledger.EntrySave.Call(d.Ctx(), d.As("accountant"), r))(t)
	d.key(fyne.KeyS, ctrl)
	stored := func() ledger.Entry {
		return must(ledger.EntryGet.Call(d.Ctx(), d.As("owner"), ledger.EntryRequest{ID: e.ID}))(t)
	}
	if got := stored(); got.Label != "Loyer" || !p.Unsaved() {
		t.Fatalf("stored %q, unsaved %t", got.Label, p.Unsaved())
	}
	d.sees("Ses changements : Pièce")
	d.click("Comparer")
	d.click("Enregistrer ces choix")
	if got := stored(); got.Label != "Loyer du bureau" || got.Ref != "P2" || p.Unsaved() {
		t.Errorf("stored %q, %q", got.Label, got.Ref)
	}
	d.sound()
}

// TestTheQuestionHasAllThatTheOtherTyped, also what came while it was open: it is asked once.
func TestTheQuestionHasAllThatTheOtherTyped(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.label("Loyer du bureau")
	r := ledger.EntrySaveRequest{
		ID: e.ID, Version: e.Version, Journal: "OD", Date: e.Date, Ref: "P2", Label: "Loyer", Lines: e.Lines,
	}
	saved := must(ledger.EntrySave.Call(d.Ctx(), d.As("accountant"), r))(t)
	p.(page.Shared).Elsewhere()
	d.sees("Ses changements : Pièce")
	r.Version, r.Label = saved.Version, "Loyer de novembre"
	must(ledger.EntrySave.Call(d.Ctx(), d.As("accountant"), r))(t)
	p.(page.Shared).Elsewhere()
	d.sees("Vous avez changé tous les deux : Libellé")
	d.click("Comparer")
	d.click("Enregistrer ces choix")
	got := must(ledger.EntryGet.Call(d.Ctx(), d.As("owner"), ledger.EntryRequest{ID: e.ID}))(t)
	if got.Label != "Loyer du bureau" || got.Ref != "P2" || p.Unsaved() {
		t.Errorf("stored %q, %q, unsaved %t", got.Label, got.Ref, p.Unsaved())
	}
	d.sound()
}

// TestTheBookWentBack: an old main PC took the lead again, and its book does not have what was saved here since.
func TestTheBookWentBack(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.label("Saisi au relais")
	d.key(fyne.KeyS, ctrl)
	p.Refresh()
	d.sees("-revenu en arrière")
	d.Update(func(tx *store.Tx) error {
		_, err := tx.SaveDraft(e)
		return err
	})
	p.Refresh()
	d.sees("Ce brouillon est revenu en arrière avec le livre.", "vient d'un autre PC ou d'une copie antérieure, et n'a pas ce que vous aviez saisi : Libellé")
	if !p.Unsaved() {
		t.Error("leaving loses it without a word")
	}
	d.click("Garder ma saisie")
	got := must(ledger.EntryGet.Call(d.Ctx(), d.As("owner"), ledger.EntryRequest{ID: e.ID}))(t)
	if got.Label != "Saisi au relais" || got.Ref != "P1" || p.Unsaved() {
		t.Errorf("stored %q, %q, unsaved %t", got.Label, got.Ref, p.Unsaved())
	}
	d.sound()
}

// TestNumberOfAnotherDraft: on the main PC that took over, the number and the version of the draft that is open are those
// of somebody's other one. It is not written over, also when something was typed meanwhile; what is typed is kept beside.
func TestNumberOfAnotherDraft(t *testing.T) {
	save := func(d *desk, _ page.Page) { d.key(fyne.KeyS, ctrl) }
	refresh := func(_ *desk, p page.Page) { p.Refresh() }
	for _, c := range []struct {
		typed string
		look  func(*desk, page.Page)
	}{{"", refresh}, {"Saisi pendant la coupure", refresh}, {"Saisi pendant la coupure", save}} {
		d := open(t, auth.Owner)
		e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
		p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
		want := "Loyer"
		if c.typed != "" {
			want = c.typed
			d.label(c.typed)
		}
		d.World = book(t)
		d.Clock.Add(time.Hour)
		theirs := d.draft("OD", day(11, 4), "Z9", "Assurance", debit("616000", 7000), credit("512000", 7000))
		if theirs.ID != e.ID || theirs.Version != e.Version {
			t.Fatalf("%d v%d is not the number of %d v%d", theirs.ID, theirs.Version, e.ID, e.Version)
		}
		d.env.Caller = d.As("owner")
		c.look(d, p)
		d.sees("Cette écriture n'existe plus au brouillard", "-revenu en arrière")
		if !p.Unsaved() {
			t.Error("leaving loses it without a word")
		}
		d.click("Garder ma saisie")
		got := d.get(e.ID)
		if got.Label != "Assurance" || got.Ref != "Z9" || got.Version != theirs.Version {
			t.Errorf("theirs is %+v", got)
		}
		l := d.list(true)
		if len(l) != 2 || !slices.ContainsFunc(l, func(h ledger.EntryHead) bool { return h.ID != e.ID && h.Label == want }) || p.Unsaved() {
			t.Errorf("drafts %+v, unsaved %t", l, p.Unsaved())
		}
		d.sound()
	}
}

// TestSameVersionOfTheOtherLine: the draft was changed as often there. It is asked before that is written over or thrown
// away.
func TestSameVersionOfTheOtherLine(t *testing.T) {
	for _, act := range []func(*desk){
		func(d *desk) { d.key(fyne.KeyS, ctrl) }, func(d *desk) { d.click("Supprimer") },
	} {
		d := open(t, auth.Owner)
		e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
		p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
		d.label("Saisi pendant la coupure")
		theirs := e
		theirs.Ref, theirs.ChangedBy, theirs.ChangedAt = "Z9", "Sonia", e.ChangedAt.Add(time.Hour)
		d.Update(func(tx *store.Tx) error {
			_, err := tx.SaveDraft(theirs)
			return err
		})
		act(d)
		d.sees("Ce brouillon est revenu en arrière avec le livre.", "vous aviez saisi : Pièce,")
		if got := d.get(e.ID); got.Ref != "Z9" || got.Label != "Loyer" || !p.Unsaved() {
			t.Errorf("stored %q, %q, unsaved %t", got.Label, got.Ref, p.Unsaved())
		}
		d.click("Garder ma saisie")
		if got := d.get(e.ID); got.Label != "Saisi pendant la coupure" || p.Unsaved() {
			t.Errorf("stored %q, unsaved %t", got.Label, p.Unsaved())
		}
		d.sound()
	}
}

// TestDraftOfTheLineThatIsGone: it was begun and saved on a main PC whose book is not the company's any more. Leaving
// asks, and it can be kept.
func TestDraftOfTheLineThatIsGone(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	d.World = book(t)
	d.env.Caller = d.As("owner")
	p.Refresh()
	d.sees("Cette écriture n'existe plus au brouillard")
	if !p.Unsaved() {
		t.Error("leaving loses it without a word")
	}
	d.click("Garder ma saisie")
	if l := d.list(true); len(l) != 1 || l[0].Label != "Loyer" || p.Unsaved() {
		t.Errorf("drafts %+v, unsaved %t", l, p.Unsaved())
	}
	d.sound()
}

// TestWhatIsTypedGoesWhereTheWorkGoesOn: this PC takes over from a main one that is lost, and its book has the draft, or not.
func TestWhatIsTypedGoesWhereTheWorkGoesOn(t *testing.T) {
	for _, gone := range []bool{false, true} {
		d := open(t, auth.Owner)
		e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
		p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
		d.label("Pendant la panne")
		if !p.Unsaved() {
			t.Fatal("nothing is typed")
		}
		carry := p.(page.Carried).Carry()
		if gone {
			d.World = book(t)
		}
		route := must(carry(d.Ctx(), d.As("owner")))(t)
		if l := d.list(true); len(l) != 1 || l[0].Label != "Pendant la panne" || route.ID != int64(l[0].ID) || route.Name != "entry" {
			t.Errorf("gone %t: %+v at %+v", gone, l, route)
		}
	}
	d := open(t, auth.Owner)
	if d.show(page.Route{Name: "entry"}).(page.Carried).Carry() != nil {
		t.Error("an empty entry is saved")
	}
}

// TestDraftDeletedByAnother is told with their name, and what is typed can be kept as a second one.
func TestDraftDeletedByAnother(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	must(ledger.EntryDelete.Call(d.Ctx(), d.As("accountant"), ledger.EntryDeleteRequest{ID: e.ID, Version: e.Version}))(t)
	d.label("Le mien")
	d.key(fyne.KeyS, ctrl)
	d.sees("Sonia a supprimé ce brouillard")
	d.click("Garder ma saisie")
	if l := d.list(true); len(l) != 1 || l[0].ID == e.ID || l[0].Label != "Le mien" {
		t.Errorf("drafts %+v", l)
	}
	if n := len(d.shell.Toasts); n == 0 || d.shell.Toasts[n-1] != d.env.T("books.entry.kept_anew") {
		t.Errorf("told %q", d.shell.Toasts)
	}
}

// TestThroughSomebodysEyesADraftIsOnlyRead: the entry takes nothing of what is typed.
func TestThroughSomebodysEyesADraftIsOnlyRead(t *testing.T) {
	d := open(t, auth.Owner)
	e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
	d.env.Me.Viewer, d.shell.Offline = "Claire", true
	p := d.show(page.Route{Name: "entry", ID: int64(e.ID)})
	g := one[*kit.EditGrid](d, 0)
	g.Goto(0, 3)
	g.Focus()
	d.write("Tapé", "Tapé")
	if p.Unsaved() {
		t.Error("something was taken")
	}
	d.sees("-Tapé")
}
