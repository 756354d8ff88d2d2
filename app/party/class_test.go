package party_test

import (
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/store/storetest"
)

// reachable returns a book with one customer whom people know how to reach.
func reachable(t *testing.T) (*storetest.World, party.Customer) {
	w := world(t)
	return w, save(t, w, "owner", party.Customer{
		Name: "Dupont", Email: "jean@exemple.fr", Phone: "0690 12 34 56", Contacts: []party.Contact{{Name: "Paule"}},
	})
}

// TestWhoIsNotShownAFieldCannotEraseIt: saving a record that came without some fields leaves them as they were.
func TestWhoIsNotShownAFieldCannotEraseIt(t *testing.T) {
	w, c := reachable(t)
	got, err := party.Get.Call(w.Ctx(), w.As("blind"), party.IDRequest{ID: c.ID})
	if err != nil || got.Email != "" || got.Phone != "" || len(got.Contacts) != 0 || got.Name != "Dupont" {
		t.Fatalf("%+v %v", got, err)
	}
	got.Name = "Dupont & Fils"
	saved, err := party.Save.Call(w.Ctx(), w.As("blind"), got)
	if err != nil || saved.Customer.Email != "" || saved.Customer.Name != "Dupont & Fils" {
		t.Fatalf("%+v %v", saved, err)
	}
	now, err := party.Get.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: c.ID})
	if err != nil || now.Name != "Dupont & Fils" || now.Email != c.Email || now.Phone != c.Phone || len(now.Contacts) != 1 {
		t.Errorf("%+v %v", now, err)
	}
	// The digest of the event is that of the record, not of what was shown of it.
	if now.Digest() == got.Digest() {
		t.Error("the record is what was sent")
	}
}

// TestAnImportNeitherTellsNorReplacesHiddenFields: a line that guesses an address is answered as one that does not,
// and what its author is not shown stays as it is.
func TestAnImportNeitherTellsNorReplacesHiddenFields(t *testing.T) {
	w, c := reachable(t)
	file := func(name, mail string) imports.Upload {
		return upload("Nom;Code;E-mail\n" + name + ";" + c.Code + ";" + mail + "\n")
	}
	for _, mail := range []string{c.Email, "autre@exemple.fr"} {
		p, err := party.ImportPreview.Call(w.Ctx(), w.As("blind"), file("Dupont", mail))
		if err != nil || p.Unchanged != 1 {
			t.Errorf("%s: %+v %v", mail, p, err)
		}
	}
	_, err := party.Import.Call(w.Ctx(), w.As("blind"), party.ImportRequest{Upload: file("Dupont & Fils", "autre@exemple.fr")})
	if now := customer(t, w, c.ID); err != nil || now.Name != "Dupont & Fils" || now.Email != c.Email || now.Phone != c.Phone {
		t.Errorf("%+v %v", now, err)
	}
	if p := preview(t, w, file("Dupont & Fils", "autre@exemple.fr")); p.Updated != 1 {
		t.Errorf("of somebody who sees the address: %+v", p)
	}
}

// TestAKeptAnswerIsShownByTheRightsOfToday: an answer given again is masked for who asks now.
func TestAKeptAnswerIsShownByTheRightsOfToday(t *testing.T) {
	w, c := reachable(t)
	ctx := op.WithRequestID(w.Ctx(), "once")
	first, err := party.Archive.Call(ctx, w.As("owner"), party.IDRequest{ID: c.ID})
	if err != nil || first.Email == "" {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := party.Archive.Call(ctx, w.As("blind"), party.IDRequest{ID: c.ID}) // the same person, with fewer rights
	if err != nil || again.Email != "" || !again.Archived || again.Version != first.Version {
		t.Errorf("%+v %v", again, err)
	}
}

// TestNoExportOfHiddenFields: the file has neither what is in them nor their columns, which would look empty.
func TestNoExportOfHiddenFields(t *testing.T) {
	w, _ := reachable(t)
	for who, want := range map[string]bool{"owner": true, "blind": false} {
		var out strings.Builder
		if _, err := party.Export.Fetch(w.Ctx(), w.As(who), party.ExportRequest{}, &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); strings.Contains(got, "jean@") != want || strings.Contains(got, "Paule") != want || !strings.Contains(got, "Dupont") {
			t.Errorf("%s: %s", who, got)
		}
		titles := strings.Split(strings.Split(out.String(), "\r\n")[1], ";")
		for _, title := range []string{"E-mail", "Téléphone", "E-mail du contact"} {
			if slices.Contains(titles, title) != want {
				t.Errorf("%s: columns %q", who, titles)
			}
		}
	}
	var out strings.Builder
	_, err := party.Export.Fetch(w.Ctx(), w.As("blind"), party.ExportRequest{Filter: party.FilterOverdue}, &out)
	if fault.KeyOf(err) != "op.field_hidden" || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}

// TestClassesAreRights: each class has a right that can be held, and every ready role that reads customers sees them
// whole.
func TestClassesAreRights(t *testing.T) {
	for _, c := range []auth.Class{auth.Bank, auth.Balance, auth.Contact} {
		if !c.Right().Supports(auth.All) || c.Right().Supports(auth.Own) {
			t.Errorf("%s can be held on %v", c.Right(), c.Right().Scopes())
		}
		for _, r := range auth.Roles() {
			a := auth.Actor{User: 1, Rights: r.Rights()}
			if a.Hides(c) == a.May(auth.CustomerRead) {
				t.Errorf("%s hides %s: %t", r, c, a.Hides(c))
			}
		}
	}
}
