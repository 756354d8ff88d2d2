package sales_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/store"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

const (
	ctrl = fyne.KeyModifierShortcutDefault
	rest = 2 * time.Second
)

// TestInvoiceByKeyboard writes, checks and issues an invoice without the mouse.
func TestInvoiceByKeyboard(t *testing.T) {
	d := open(t, auth.Owner)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	door := d.item("Porte isolante", "C62", 189000, 55_000, catalog.Goods)
	p := d.show(page.Route{Name: "invoice"})
	d.pass(100 * time.Millisecond)
	d.write("tilleuls")
	d.press(fyne.KeyReturn)
	eq(t, "unsaved", p.Unsaved(), true)

	one[*kit.EditGrid](d, 0).Focus()
	d.write("Étude sur site")
	d.press(fyne.KeyReturn)
	d.write("2")
	d.press(fyne.KeyReturn)
	d.write("forf")
	d.press(fyne.KeyReturn)
	d.write("3*60")
	d.press(fyne.KeyReturn)
	d.write("10")
	d.press(fyne.KeyReturn, fyne.KeyReturn)
	d.write("porte")
	d.press(fyne.KeyDown, fyne.KeyReturn, fyne.KeyReturn)
	d.pass(rest)
	d.sees("SCI Les Tilleuls", "brouillon enregistré à", "2 214,00 €", "TVA 5,5 % sur 1 890,00 €",
		"Client : identité", "21/12/2026")
	eq(t, "unsaved after the rest", p.Unsaved(), false)

	list := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t)
	eq(t, "documents", list.Count, 1)
	doc := d.get(list.Rows[0].ID)
	eq(t, "customer", doc.Customer, c.ID)
	eq(t, "lines", len(doc.Lines), 2)
	eq(t, "unit", doc.Lines[0].Unit, "LS")
	eq(t, "price", doc.Lines[0].UnitPrice, 180*money.UnitEuro)
	eq(t, "discount", doc.Lines[0].Discount, 100_000)
	eq(t, "item", doc.Lines[1].Item, door.ID)
	eq(t, "item rate", doc.Lines[1].VATRate, 55_000)
	eq(t, "gross", doc.Gross, 2_382_75)

	d.key(fyne.KeyF10, 0)
	d.sees("Valider cette facture ?", "F-2026-0001", "411000", "2 382,75")
	d.click("Valider F-2026-0001")
	d.sees("Facture F-2026-0001", "Enregistrer un règlement", "À encaisser")
	if got := d.get(doc.ID); !got.Final {
		t.Error("the invoice is not final")
	}
	d.fine()
}

// TestNothingTypedIsNothingSaved: opening a new document leaves no trace in the book.
func TestNothingTypedIsNothingSaved(t *testing.T) {
	d := open(t, auth.Owner)
	p := d.show(page.Route{Name: "quote"})
	d.pass(rest)
	eq(t, "unsaved", p.Unsaved(), false)
	eq(t, "documents", must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t).Count, 0)
	d.sees("Nouveau devis", "Choisissez le client.", "Ajoutez au moins une ligne.")
}

// TestOfflineKeepsWhatIsTyped: without the book nothing is lost, and it is saved on its return.
func TestOfflineKeepsWhatIsTyped(t *testing.T) {
	d := open(t, auth.Owner)
	p := d.show(id(d.works()))
	before := d.get(1)
	d.env.Caller = d.As("nobody") // what is asked fails
	d.shell.Offline = true
	p.(page.Linked).SetOnline(false)
	subject := field[*kit.LineEdit](d, "Objet")
	kit.Focus(subject)
	d.write("Bis")
	d.pass(rest)
	eq(t, "unsaved", p.Unsaved(), true)
	eq(t, "off", d.button("Valider").Disabled(), true)
	d.shell.Offline, d.env.Caller = false, d.As("owner")
	p.(page.Linked).SetOnline(true)
	eq(t, "unsaved after the return", p.Unsaved(), false)
	eq(t, "on", d.button("Valider").Disabled(), false)
	if got := d.get(1).Subject; got == before.Subject || subject.Text() != got {
		t.Errorf("typed %q, kept %q", subject.Text(), got)
	}
}

// TestACustomerWhoCannotBeLookedForIsNotMissing: a main PC that does not answer knows them perhaps.
func TestACustomerWhoCannotBeLookedForIsNotMissing(t *testing.T) {
	d := open(t, auth.Owner)
	d.customer("SCI Les Tilleuls", "Nantes")
	d.show(page.Route{Name: "quote"})
	d.pass(100 * time.Millisecond)
	d.env.Caller = d.As("nobody")
	d.write("tilleuls")
	d.sees("La lecture n'a pas abouti")
}

// TestConflict: when someone else saved meanwhile, the person chooses, and nothing is overwritten before.
func TestConflict(t *testing.T) {
	for _, c := range []struct{ act, want string }{
		{"Garder ma saisie", "Le mien"}, {"Prendre la sienne", "Le leur"},
	} {
		t.Run(c.act, func(t *testing.T) {
			d := open(t, auth.Owner)
			doc := d.works()
			p := d.show(id(doc))
			theirs := billing.SaveRequest{ID: doc.ID, Version: doc.Version, Header: doc.Header, Lines: doc.Lines}
			theirs.Subject = "Le leur"
			must(billing.SaveInvoice.Call(d.Ctx(), d.As("assistant"), theirs))(t)
			subject := field[*kit.LineEdit](d, "Objet")
			kit.Focus(subject)
			subject.SelectAll()
			d.write("Le mien")
			d.pass(rest)
			d.sees("Modifié par Marc", "Vous avez changé tous les deux : Objet")
			eq(t, "before the choice", d.get(doc.ID).Subject, "Le leur")
			eq(t, "unsaved", p.Unsaved(), true)
			d.click(c.act)
			d.pass(rest)
			eq(t, "kept", d.get(doc.ID).Subject, c.want)
			eq(t, "shown", field[*kit.LineEdit](d, "Objet").Text(), c.want)
			eq(t, "unsaved after the choice", p.Unsaved(), false)
			d.sees("-Modifié par Marc")
			if c.want == "Le leur" { // what was typed can be put back
				d.click("Remettre ma saisie")
				d.pass(rest)
				eq(t, "put back", d.get(doc.ID).Subject, "Le mien")
			}
			d.fine()
		})
	}
}

// TestRefusedCellSaysWhy: a value that is no number keeps the caret and is not saved.
func TestRefusedCellSaysWhy(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.works()
	d.show(id(doc))
	g := one[*kit.EditGrid](d, 0)
	g.Goto(0, 1)
	g.Focus()
	d.write("deux")
	d.press(fyne.KeyReturn)
	d.sees("n'est pas un nombre")
	d.key(fyne.KeyS, ctrl)
	eq(t, "quantity", d.get(doc.ID).Lines[0].Quantity, money.Unit)
}

// TestLines covers what the menu and the keys do to lines.
func TestLines(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.works()
	d.show(id(doc))
	g := one[*kit.EditGrid](d, 0)
	g.Goto(1, 0)
	g.Focus()
	d.key(fyne.KeyF4, 0)
	d.sees("Ligne 2")
	kind := field[*kit.Select](d, "Sorte de ligne")
	kind.SetKey("heading")
	d.click("Appliquer")
	d.pass(rest)
	got := d.get(doc.ID)
	eq(t, "kind", got.Lines[1].Kind, billing.HeadingLine)
	eq(t, "net without it", got.Net, doc.Net-2451_00)
	d.fine()
}

// TestNewCustomerInPlace: a customer that is not found is created without leaving the document.
func TestNewCustomerInPlace(t *testing.T) {
	d := open(t, auth.Owner)
	d.show(page.Route{Name: "quote"})
	d.pass(100 * time.Millisecond)
	d.write("Boulangerie Petit")
	d.press(fyne.KeyDown, fyne.KeyReturn)
	d.sees("Nouveau client")
	kit.Focus(field[*kit.LineEdit](d, "Ville"))
	d.write("Rezé")
	d.click("Créer le client")
	d.pass(rest)
	d.sees("Boulangerie Petit", "brouillon enregistré")
	rows := must(party.List.Call(d.Ctx(), d.As("owner"), party.ListRequest{}))(t).Rows
	if len(rows) != 1 || rows[0].Name != "Boulangerie Petit" || rows[0].City != "Rezé" {
		t.Errorf("customers: %+v", rows)
	}
	d.fine()
}

// TestSalesPersonDoesNotIssue: buttons for what one may not do are not there.
func TestSalesPersonDoesNotIssue(t *testing.T) {
	d := open(t, auth.Sales)
	d.show(page.Route{Name: "invoice"})
	eq(t, "issue", d.hasButton("Valider"), false)
	eq(t, "save", d.hasButton("Enregistrer"), true)
	if d.keys.Handle(fyne.KeyF10, 0) {
		t.Error("F10 does something")
	}
}

// TestReaderSeesADraft: a person who may not write sees the draft, without fields.
func TestReaderSeesADraft(t *testing.T) {
	d := open(t, auth.Reader)
	d.show(id(d.works()))
	eq(t, "save", d.hasButton("Enregistrer"), false)
	d.sees("Fenêtre alu", "6 079,65", "Brouillon")
	d.fine()
}

// TestReaderMayNotWrite: the address of a new document shows no form to those who may not write.
func TestReaderMayNotWrite(t *testing.T) {
	d := open(t, auth.Reader)
	p := d.show(page.Route{Name: "invoice"})
	eq(t, "save", d.hasButton("Enregistrer"), false)
	eq(t, "grids", len(all[*kit.EditGrid](d)), 0)
	eq(t, "unsaved", p.Unsaved(), false)
}

// TestMissingDocument says so instead of showing an empty form.
func TestMissingDocument(t *testing.T) {
	d := open(t, auth.Owner)
	d.show(page.Route{Name: "invoice", ID: 99})
	d.sees("Ce document n'existe pas")
	eq(t, "save", d.hasButton("Enregistrer"), false)
}

// TestEnterLeadsFromTheCustomerToTheLines: a document starts without the mouse and without ten tabs.
func TestEnterLeadsFromTheCustomerToTheLines(t *testing.T) {
	d := open(t, auth.Owner)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	door := d.item("Porte isolante", "C62", 189000, 55_000, catalog.Goods)
	d.show(page.Route{Name: "quote"})
	d.pass(100 * time.Millisecond)
	d.write("tilleuls")
	d.press(fyne.KeyReturn)
	d.write("Entrée")
	d.press(fyne.KeyReturn)
	d.write("porte")
	d.press(fyne.KeyReturn)
	d.write("3")
	d.press(fyne.KeyReturn)
	d.pass(rest)
	list := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t)
	eq(t, "documents", list.Count, 1)
	doc := d.get(list.Rows[0].ID)
	eq(t, "customer", doc.Customer, c.ID)
	eq(t, "subject", doc.Subject, "Entrée")
	eq(t, "lines", len(doc.Lines), 1)
	eq(t, "item", doc.Lines[0].Item, door.ID)
	eq(t, "net", doc.Lines[0].Net, 3*1890_00)
	d.fine()
}

// TestALowScreenShowsLines: under banners the form scrolls, its lines do not shrink to nothing.
func TestALowScreenShowsLines(t *testing.T) {
	d := open(t, auth.Owner)
	d.show(page.Route{Name: "quote"})
	for _, high := range []float32{900, 500} {
		d.env.Window.Resize(fyne.NewSize(1280, high))
		d.pass(rest)
		if got := one[*kit.EditGrid](d, 0).Size().Height; got < 180 {
			t.Errorf("in %v the lines have %v", high, got)
		}
	}
}

// TestTheQuestionHasAllThatTheOtherTyped, also what came while it was open: it is asked once. The keyboard begins at
// what is chosen.
func TestTheQuestionHasAllThatTheOtherTyped(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.works()
	p := d.show(id(doc))
	theirs := billing.SaveRequest{ID: doc.ID, Version: doc.Version, Header: doc.Header, Lines: doc.Lines}
	theirs.CustomerRef = "CMD-9"
	saved := must(billing.SaveInvoice.Call(d.Ctx(), d.As("assistant"), theirs))(t)
	subject := field[*kit.LineEdit](d, "Objet")
	kit.Focus(subject)
	subject.SelectAll()
	d.write("Le mien")
	d.pass(rest)
	d.sees("Ses changements : Référence client")
	theirs.Version, theirs.Subject = saved.Version, "Le leur"
	must(billing.SaveInvoice.Call(d.Ctx(), d.As("assistant"), theirs))(t)
	p.(page.Shared).Elsewhere()
	d.sees("Vous avez changé tous les deux : Objet")
	d.click("Comparer")
	var choices []*kit.Choice
	uitest.Walk(d.env.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Choice); ok {
			choices = append(choices, c)
		}
	})
	eq(t, "fields that differ", len(choices), 2)
	eq(t, "of the subject", choices[0].Key(), "mine")
	eq(t, "of the reference", choices[1].Key(), "theirs")
	d.shoot("compare")
	eq(t, "the keyboard", d.env.Window.Canvas().Focused(), choices[0].Chosen())
	d.click("Enregistrer ces choix")
	d.pass(rest)
	got := d.get(doc.ID)
	eq(t, "subject", got.Subject, "Le mien")
	eq(t, "reference", got.CustomerRef, "CMD-9")
	d.sees("-Modifié par Marc")
	d.fine()
}

// TestTheBookWentBack: an old main PC took the lead again, and its book does not have what was saved here since. What is
// typed stays, and the person is told and chooses; so of a draft whose number is another's there.
func TestTheBookWentBack(t *testing.T) {
	for _, c := range []struct{ act, want string }{{"Garder ma saisie", "Saisi au relais"}, {"Prendre la version du livre", "Avant"}} {
		d := open(t, auth.Owner)
		doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Avant", line("Porte", 1, 10000, 200_000))
		p := d.show(id(doc))
		subject := field[*kit.LineEdit](d, "Objet")
		kit.Focus(subject)
		subject.SelectAll()
		d.write("Saisi au relais")
		d.pass(rest)
		eq(t, "saved", d.get(doc.ID).Subject, "Saisi au relais")
		eq(t, "unsaved", p.Unsaved(), false)
		p.Refresh()
		d.sees("-revenu en arrière")
		d.Update(func(tx *store.Tx) error { return tx.PutDocument(doc) })
		p.Refresh()
		d.sees("Ce brouillon est revenu en arrière avec le livre.", "vient d'un autre PC ou d'une copie antérieure, et n'a pas ce que vous aviez saisi : Objet")
		eq(t, "still shown", field[*kit.LineEdit](d, "Objet").Text(), "Saisi au relais")
		eq(t, "leaving asks", p.Unsaved(), true)
		d.click("Comparer")
		d.sees("Version du livre", "Celle du livre", "-La sienne")
		d.shoot("back")
		d.click("Plus tard")
		d.click(c.act)
		d.pass(rest)
		eq(t, "kept", d.get(doc.ID).Subject, c.want)
		eq(t, "shown", field[*kit.LineEdit](d, "Objet").Text(), c.want)
		eq(t, "unsaved after the choice", p.Unsaved(), false)
		d.fine()
	}
	d := open(t, auth.Owner)
	doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Le mien", line("Porte", 1, 10000, 200_000))
	p := d.show(id(doc))
	theirs := doc
	theirs.Subject, theirs.Created.At, theirs.Changed.At = "Le leur", doc.Created.At.Add(time.Hour), doc.Changed.At.Add(time.Hour)
	d.Update(func(tx *store.Tx) error { return tx.PutDocument(theirs) })
	p.Refresh()
	d.sees("Ce brouillon n'existe plus.")
	d.click("Garder ma saisie")
	d.pass(rest)
	eq(t, "theirs", d.get(doc.ID).Subject, "Le leur")
	eq(t, "documents", must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t).Count, 2)
}

// TestWhatIsTypedWhileTheBookGoesBack is not written over what the other line of the book has under the same number and
// version: neither over somebody's other draft nor over the same draft as it was left there.
func TestWhatIsTypedWhileTheBookGoesBack(t *testing.T) {
	type side struct {
		theirs func(*billing.Document)
		sees   string
		drafts int
	}
	for name, c := range map[string]side{
		"another": {func(d *billing.Document) {
			d.Subject, d.Created.At = "Le leur", d.Created.At.Add(time.Hour)
		}, "Ce brouillon n'existe plus.", 2},
		"other text": {func(d *billing.Document) { d.Subject = "Le leur" }, "Ce brouillon est revenu en arrière", 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, back := range []func(*desk, page.Page){
				func(d *desk, p page.Page) { p.Refresh() },
				func(_ *desk, p page.Page) { p.(page.Linked).SetOnline(true) },
				func(*desk, page.Page) {}, // it is saved by itself
			} {
				d := open(t, auth.Owner)
				doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Le mien", line("Porte", 1, 10000, 200_000))
				p := d.show(id(doc))
				subject := field[*kit.LineEdit](d, "Objet")
				kit.Focus(subject)
				subject.SelectAll()
				d.write("Tapé pendant la coupure")
				theirs := doc
				theirs.Changed.At = doc.Changed.At.Add(time.Hour)
				c.theirs(&theirs)
				d.Update(func(tx *store.Tx) error { return tx.PutDocument(theirs) })
				back(d, p)
				d.pass(rest)
				d.sees(c.sees)
				eq(t, "theirs", d.get(doc.ID).Subject, "Le leur")
				eq(t, "leaving asks", p.Unsaved(), true)
				d.click("Garder ma saisie")
				d.pass(rest)
				list := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t)
				eq(t, "documents", list.Count, c.drafts)
				kept := slices.ContainsFunc(list.Rows, func(r billing.Row) bool { return r.Subject == "Tapé pendant la coupure" })
				eq(t, "kept", kept, true)
				eq(t, "unsaved after the choice", p.Unsaved(), false)
			}
		})
	}
}

// TestOnlyWhatWasSeenIsIssued: the draft on screen is not the one that the book now has under its number and version.
func TestOnlyWhatWasSeenIsIssued(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Le mien", line("Porte", 1, 10000, 200_000))
	d.show(id(doc))
	theirs := doc
	theirs.Subject, theirs.Changed.At = "Le leur", doc.Changed.At.Add(time.Hour)
	d.Update(func(tx *store.Tx) error { return tx.PutDocument(theirs) })
	d.click("Valider")
	if n := len(d.shell.Failed); n != 1 || fault.KeyOf(d.shell.Failed[0]) != "billing.changed_meanwhile" {
		t.Errorf("told %v", d.shell.Failed)
	}
	got := d.get(doc.ID)
	eq(t, "theirs", got.Subject, "Le leur")
	eq(t, "final", got.Final, false)
}

// TestDraftOfTheLineThatIsGone: it was begun and saved on a main PC whose book is not the company's any more. Leaving
// asks, and it can be kept.
func TestDraftOfTheLineThatIsGone(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Le mien", line("Porte", 1, 10000, 200_000))
	p := d.show(id(doc))
	d.Update(func(tx *store.Tx) error { return tx.DropDocument(doc.ID) })
	p.Refresh()
	d.sees("Ce brouillon n'existe plus.")
	eq(t, "leaving asks", p.Unsaved(), true)
	d.click("Garder ma saisie")
	d.pass(rest)
	eq(t, "documents", must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t).Count, 1)
	eq(t, "unsaved after the choice", p.Unsaved(), false)
}

// TestWhatIsTypedGoesWhereTheWorkGoesOn: the main PC is lost, and this PC takes over. What came after is saved in its book:
// in the draft, or as a second one where the book does not have it.
func TestWhatIsTypedGoesWhereTheWorkGoesOn(t *testing.T) {
	for _, gone := range []bool{false, true} {
		d := open(t, auth.Owner)
		doc := d.works()
		p := d.show(id(doc))
		eq(t, "nothing typed", p.Unsaved(), false)
		d.env.Caller = d.As("nobody") // what is asked fails
		d.shell.Offline = true
		p.(page.Linked).SetOnline(false)
		subject := field[*kit.LineEdit](d, "Objet")
		kit.Focus(subject)
		subject.SelectAll()
		d.write("Pendant la panne")
		eq(t, "unsaved", p.Unsaved(), true)
		carry := p.(page.Carried).Carry()
		if gone {
			d.Update(func(tx *store.Tx) error { return tx.DropDocument(doc.ID) })
		}
		route := must(carry(d.Ctx(), d.As("owner")))(t)
		eq(t, "the same draft", route.ID == int64(doc.ID), !gone)
		eq(t, "page", route.Name, "invoice")
		eq(t, "kept", d.get(billing.DocumentID(route.ID)).Subject, "Pendant la panne")
		eq(t, "where it went once", must(carry(d.Ctx(), d.As("owner")))(t), route) // as after a lost answer
	}
	d := open(t, auth.Owner)
	if d.show(page.Route{Name: "quote"}).(page.Carried).Carry() != nil {
		t.Error("a blank draft is saved")
	}
}

// TestDeletedMeanwhile: somebody deleted the draft that is being written; they are named, and what is typed can be kept as
// a second one or left.
func TestDeletedMeanwhile(t *testing.T) {
	for _, keep := range []bool{true, false} {
		d := open(t, auth.Owner)
		doc := d.works()
		p := d.show(id(doc))
		subject := field[*kit.LineEdit](d, "Objet")
		kit.Focus(subject)
		must(billing.DeleteDraft.Call(d.Ctx(), d.As("assistant"), billing.IssueRequest{ID: doc.ID, Version: doc.Version}))(t)
		d.write("Tapé ensuite")
		d.pass(rest)
		d.sees("Ce brouillon n'existe plus.", "Marc", "a supprimé ce brouillon")
		eq(t, "issue is off", d.button("Valider").Disabled(), true)
		if !keep {
			d.click("Fermer sans garder")
			eq(t, "unsaved", p.Unsaved(), false)
			eq(t, "back", d.shell.Backs, 1)
			continue
		}
		d.click("Garder ma saisie")
		d.pass(rest)
		list := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t)
		eq(t, "documents", list.Count, 1)
		if r := list.Rows[0]; r.ID == doc.ID || !strings.Contains(r.Subject, "Tapé ensuite") {
			t.Errorf("kept %d %q", r.ID, r.Subject)
		}
		eq(t, "told", strings.Join(d.shell.Toasts, "|"), "Votre saisie est gardée dans une seconde facture, un nouveau brouillon")
		eq(t, "unsaved", p.Unsaved(), false)
		eq(t, "issue is on", d.button("Valider").Disabled(), false)
	}
}

// TestThroughSomebodysEyesNothingIsTyped: the draft is shown as they see it, and takes nothing.
func TestThroughSomebodysEyesNothingIsTyped(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.works()
	d.env.Me.Viewer, d.shell.Offline = "Claire", true // a look writes nothing: the shell is as without a main PC
	p := d.show(id(doc))
	subject := field[*kit.LineEdit](d, "Objet")
	was := subject.Text()
	kit.Focus(subject)
	d.write("Bis")
	one[*kit.EditGrid](d, 0).Focus()
	d.write("Ligne de plus")
	d.press(fyne.KeyReturn)
	d.pass(rest)
	eq(t, "subject", subject.Text(), was)
	eq(t, "unsaved", p.Unsaved(), false)
	d.sees("brouillon enregistré à", "-hors ligne", "-Ligne de plus")
	d.key(fyne.KeyF4, 0)
	eq(t, "told", strings.Join(d.shell.Toasts, "|"), page.Shut(d.env))
}

// TestAQuoteThatBecameFinal: what can be done with one is said, and what was typed is kept as a second quote, which is said
// too.
func TestAQuoteThatBecameFinal(t *testing.T) {
	d := open(t, auth.Owner)
	q := d.quote(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 21), "Un", line("Porte", 1, 10000, 200_000))
	d.show(id(q))
	must(billing.SendQuote.Call(d.Ctx(), d.As("assistant"), billing.IssueRequest{ID: q.ID, Version: q.Version}))(t)
	kit.Focus(field[*kit.LineEdit](d, "Objet"))
	d.write("Deux")
	d.pass(rest)
	d.sees("Ce devis est validé sous le numéro D-2026-0001", "faites-en une facture", "-avoir")
	d.click("Garder ma saisie")
	d.pass(rest)
	eq(t, "told", strings.Join(d.shell.Toasts, "|"), "Votre saisie est gardée dans un second devis, un nouveau brouillon")
	eq(t, "documents", must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{}))(t).Count, 2)
	eq(t, "the first", d.get(q.ID).Subject, "Un")
}
