package books_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/ui/kit"
	"zafe/ui/page"
)

const ctrl = fyne.KeyModifierShortcutDefault

// list returns the drafts, or the posted entries, of the book.
func (d *desk) list(drafts bool) []ledger.EntryHead {
	d.t.Helper()
	req := ledger.EntryListRequest{Drafts: drafts}
	return must(ledger.EntryListing.Call(d.Ctx(), d.As("owner"), req))(d.t).Entries
}

// sound fails the test when the pages showed a refusal.
func (d *desk) sound() {
	d.t.Helper()
	for _, err := range d.shell.Failed {
		d.t.Error(d.env.Text.Fault(err))
	}
}

func TestTickedDraftsArePosted(t *testing.T) {
	d := open(t, auth.Owner)
	d.stock()
	before := len(d.list(false))
	d.tab("")
	d.sees("Brouillard", "À équilibrer", "Régularisation loyer")
	g := one[*kit.Grid](d, 0)
	g.Select(1)
	kit.Focus(g)
	g.TypedRune(' ')
	d.click("Valider 1 écriture")
	d.sound()
	if now := len(d.list(false)); now != before+1 || len(d.list(true)) != 1 {
		t.Errorf("%d posted before, %d after", before, now)
	}
	g.Select(0)
	g.TypedRune(' ')
	d.key(fyne.KeyF10, 0)
	if len(d.shell.Failed) != 1 || len(d.list(true)) != 1 {
		t.Errorf("an entry that does not balance was not refused: %v", d.shell.Failed)
	}
}

func TestTrialBalanceAddsUpByClassAndOpensTheLedger(t *testing.T) {
	d := open(t, auth.Accountant)
	d.stock()
	d.tab("trial")
	d.sees("401000", "Total classe 4", "Total de la balance", "119 882,40", "2 écritures au brouillard")
	prefix := one[*kit.LineEdit](d, 2)
	prefix.SetText("6")
	prefix.OnChanged("6")
	d.sees("607000", "-401000")
	g := one[*kit.Grid](d, 0)
	g.OnOpen(0)
	d.sees("607000 Achats de marchandises", "18 886,70")
	d.sound()
}

func TestStatementsAreShown(t *testing.T) {
	d := open(t, auth.Reader)
	d.stock()
	for tab, want := range map[string]string{
		"general:411000:C000002": "Virement Boulangerie Lefèvre", "journal": "F-2026-00a", "aged": "Garage Noël",
		"accounts": "Capital", "years": "Exercice 2026", "match:401000": "Dispano",
	} {
		d.tab(tab)
		d.sees(want, "-Nouvelle écriture")
	}
	d.sound()
}

func TestLinesAreMatchedAndUnmatched(t *testing.T) {
	d := open(t, auth.Owner)
	d.stock()
	d.tab("match:411000:C000001")
	d.sees("8 lignes ouvertes")
	g := one[*kit.Grid](d, 0)
	for row := range 2 {
		g.Select(row)
		g.TypedRune(' ')
	}
	d.sees("1 728,00")
	d.click("Lettrer")
	d.sees("6 lignes ouvertes")
	kinds := one[*kit.Choice](d, 1)
	kinds.SetKey("matched")
	kinds.OnChanged("matched")
	d.sees("AA")
	one[*kit.Grid](d, 0).Select(0)
	d.click("Délettrer")
	d.sees("-AA")
	d.sound()
	open := must(ledger.OpenItemsOp.Call(d.Ctx(), d.As("owner"), ledger.OpenItemsRequest{Account: "411000", Aux: "C000001"}))(t)
	if len(open.Items) != 8 {
		t.Errorf("%d lines open", len(open.Items))
	}
}

func TestYearIsLockedOnlyByItsName(t *testing.T) {
	d := open(t, auth.Owner)
	d.Clock.Set(d.Clock.Now().AddDate(1, 0, 0))
	d.tab("years")
	one[*kit.Grid](d, 0).Select(0)
	d.click("Clôturer l'exercice")
	typed := one[*kit.LineEdit](d, 0)
	typed.SetText("oui")
	d.click("Clôturer définitivement")
	d.sees("Tapez exactement 2026")
	typed.SetText("2026")
	d.click("Clôturer définitivement")
	d.sees("Clôturé")
	d.sound()
}

func TestNextYearIsOpenedAndAPeriodClosed(t *testing.T) {
	d := open(t, auth.Owner)
	d.tab("years")
	d.click("Ouvrir un exercice")
	d.click("Ouvrir l'exercice")
	d.sees("Exercice 2027")
	one[*kit.Grid](d, 0).Select(1)
	d.click("Clore une période")
	d.click("Clore la période")
	d.sees("Clos jusqu'au 31/10/2026")
	d.sound()
}

func TestFECGoesOutAndComesBack(t *testing.T) {
	out := open(t, auth.Owner)
	out.stock()
	out.tab("years")
	out.click("Exporter le FEC")
	out.sees("Contrôle réussi", "2 écritures au brouillard")
	out.click("Enregistrer le fichier")
	const name = "732829320FEC20261231.txt"
	if len(out.shell.Files[name]) < 1000 {
		t.Fatalf("files %d, refused %v", len(out.shell.Files), out.shell.Failed)
	}

	in := open(t, auth.Owner)
	in.shell.Name, in.shell.Data = name, out.shell.Files[name]
	in.tab("years")
	in.click("Importer un FEC")
	in.sees("36 écritures", "Le fichier est en ordre")
	if len(in.list(false)) != 0 {
		t.Fatal("the report already took the file in")
	}
	in.click("Importer")
	if len(in.list(false)) != 36 {
		t.Errorf("%d entries", len(in.list(false)))
	}
	one[*kit.Grid](in, 1).Select(0)
	in.click("Annuler l'import")
	in.sees("Annulé")
	if len(in.list(false)) != 0 {
		t.Errorf("%d entries left", len(in.list(false)))
	}
	in.sound()
}

func TestBadFileIsToldAndCannotBeTakenIn(t *testing.T) {
	d := open(t, auth.Owner)
	d.shell.Name, d.shell.Data = "x.txt", []byte("JournalCode\tnonsense\n1\t2\n")
	d.tab("years")
	d.click("Importer un FEC")
	d.sees("le fichier ne peut pas être importé")
	if !d.button("Importer").Disabled() {
		t.Error("it may be taken in")
	}
}

func TestAccountIsAddedAndFound(t *testing.T) {
	d := open(t, auth.Owner)
	d.tab("accounts")
	d.click("Nouveau compte")
	one[*kit.LineEdit](d, 0).SetText("6")
	one[*kit.LineEdit](d, 1).SetText("Petit outillage d'atelier")
	d.click("Enregistrer")
	d.sees("n'est pas un numéro de")
	one[*kit.LineEdit](d, 0).SetText("606310")
	d.click("Enregistrer")
	find := one[*kit.LineEdit](d, 0)
	find.SetText("atelier outi")
	find.OnChanged("atelier outi")
	d.sees("606310", "Ajouté", "1 compte")
	d.sound()
}

func TestReaderMayNotWrite(t *testing.T) {
	d := open(t, auth.Reader)
	es := d.stock()
	p := d.show(page.Route{Name: "entry", ID: int64(es[0].ID)})
	d.sees("AC-000001", "Validée", "-Contre-passer", "-Dupliquer")
	if len(p.(page.Keyed).Commands()) != 0 {
		t.Error("there are commands")
	}
	drafts := d.list(true)
	i := slices.IndexFunc(drafts, func(h ledger.EntryHead) bool { return h.Ref == "OD12" })
	d.show(page.Route{Name: "entry", ID: int64(drafts[i].ID)})
	d.sees("Écriture au brouillard", "-Valider")
}

func TestLongListIsReadAsItComesIntoView(t *testing.T) {
	d := open(t, auth.Owner)
	for i := range 120 {
		d.draft("OD", day(1, 1).AddDays(i), "", "Loyer", debit("613000", 5000), credit("512000", 5000))
	}
	d.tab("entries")
	d.sees("plus de 100 écritures")
	g := one[*kit.Grid](d, 0)
	if g.Rows() != 101 || g.Loaded(100) {
		t.Errorf("%d rows", g.Rows())
	}
	g.Need(100, 100)
	d.sees("120 écritures")
	if g.Rows() != 120 || !g.Loaded(119) {
		t.Errorf("%d rows after the second page", g.Rows())
	}
	d.sound()
}

func TestSupplierIsFoundByName(t *testing.T) {
	d := open(t, auth.Accountant)
	d.stock()
	d.tab("match")
	d.sees("Choisissez un compte ou un tiers")
	c := one[*kit.Combo](d, 0)
	var found []kit.Option
	c.Find("dispa", func(o []kit.Option) { found = o })
	if len(found) != 1 || found[0].Key != "401000:DISPANO" {
		t.Fatalf("found %+v", found)
	}
	c.OnChosen(found[0])
	d.sees("Dispano Nantes fact.")
	d.sound()
}

func TestPagesSpeakEnglish(t *testing.T) {
	d := open(t, auth.Owner)
	d.stock()
	d.env.Text = i18n.For(i18n.English)
	for tab, want := range map[string]string{
		"entries": "Post selection", "trial": "Total class 4", "years": "Lock the fiscal year", "aged": "Suppliers",
	} {
		d.tab(tab)
		d.sees(want)
	}
	d.sound()
}
