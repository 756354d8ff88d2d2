package sales_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// onPC makes the file that the person will choose.
func (d *desk) onPC(name string) {
	d.t.Helper()
	d.shell.Name = filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(d.shell.Name, []byte("%PDF-1.7 "+name), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// attached lists what is attached to a document.
func (d *desk) attached(id billing.DocumentID) file.List {
	d.t.Helper()
	about := file.ListRequest{Subject: file.Subject{Kind: file.Document, ID: int64(id)}}
	return must(file.Listing.Call(d.Ctx(), d.As("owner"), about))(d.t)
}

// TestADraftTakesFilesThatFollowIt: they can be detached until the quote is final, and stay with it then.
func TestADraftTakesFilesThatFollowIt(t *testing.T) {
	d := open(t, auth.Owner)
	d.customer("SCI Les Tilleuls", "Nantes")
	d.show(page.Route{Name: "quote"})
	d.click("Pièces jointes")
	eq(t, "told", d.shell.Toasts[0], d.env.T("attached.nothing_yet"))
	d.pass(100 * time.Millisecond)
	d.write("tilleuls")
	d.press(fyne.KeyReturn)
	d.click("Pièces jointes") // saves the draft, that the files may have something to hang on
	d.sees("elles peuvent être détachées", "Joindre un fichier…", "Aucune pièce jointe")
	for _, name := range []string{"Plan.pdf", "Erreur.pdf"} {
		d.onPC(name)
		d.click("Joindre un fichier…")
	}
	one[*kit.Grid](d, 0).Select(1)
	d.click("Détacher")
	d.click("Fermer")
	d.sees("Pièces jointes (1)")
	id := must(billing.List.Call(d.Ctx(), d.As("owner"), billing.ListRequest{Kinds: []billing.Kind{billing.Quote}}))(t).Rows[0].ID
	doc := d.get(id)
	line := line("Porte", 1, 10000, 200_000)
	req := billing.SaveRequest{ID: id, Version: doc.Version, Header: doc.Header, Lines: []billing.Line{line}}
	saved := must(billing.SaveQuote.Call(d.Ctx(), d.As("owner"), req))(t)
	must(billing.SendQuote.Call(d.Ctx(), d.As("owner"), billing.IssueRequest{ID: id, Version: saved.Version}))(t)
	l := d.attached(id)
	if len(l.Attachments) != 1 || l.Attachments[0].Name != "Plan.pdf" || l.MayDetach {
		t.Fatalf("%+v", l)
	}
	_, err := file.Detach.Call(d.Ctx(), d.As("owner"), file.Request{ID: l.Attachments[0].ID})
	eq(t, "detached from a final quote", fault.KeyOf(err), "file.kept")
	d.show(page.Route{Name: "quote", ID: int64(id)})
	one[*kit.Tabs](d, 0).SetKey("files")
	d.sees("Plan.pdf", "ne peuvent plus être détachées", "-Détacher")
	d.fine()
}

// TestADraftThatIsDeletedTakesItsFilesWithIt: nothing is attached any more, which the question says.
func TestADraftThatIsDeletedTakesItsFilesWithIt(t *testing.T) {
	d := open(t, auth.Owner)
	doc := d.draft(d.customer("SCI Les Tilleuls", "Nantes"), day(11, 2), "Un", line("Porte", 1, 10000, 200_000))
	p := d.show(id(doc))
	d.onPC("Plan.pdf")
	p.(page.Droppable).Drop([]string{d.shell.Name})
	d.sees("Plan.pdf")
	a := d.attached(doc.ID).Attachments
	eq(t, "attached", len(a), 1)
	d.click("Fermer")
	must(billing.DeleteDraft.Call(d.Ctx(), d.As("owner"), billing.IssueRequest{ID: doc.ID, Version: doc.Version}))(t)
	_, err := file.Detach.Call(d.Ctx(), d.As("owner"), file.Request{ID: a[0].ID})
	eq(t, "gone", fault.KeyOf(err), "file.not_found")
	for left := range 2 { // one day it is noticed, a month later it is forgotten
		if err := d.Store.SweepFiles(d.Ctx()); err != nil {
			t.Fatal(err)
		}
		stored := must(filepath.Glob(filepath.Join(d.Store.Dir(), "files", "*", "*")))(t)
		eq(t, "contents on the disk", len(stored), 1-left)
		d.Clock.Add(32 * 24 * time.Hour)
	}
}
