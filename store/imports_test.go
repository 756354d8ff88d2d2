package store_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"zafe/app/auth"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/party"
	"zafe/app/record"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

func partyWorld(t testing.TB) *storetest.World {
	return storetest.NewWorld(t, party.Bind[*store.Tx], catalog.Bind[*store.Tx], imports.Bind[*store.Tx],
		search.Bind[*store.Tx])
}

// partyTables are all that an import of customers or items may touch, but its own history.
var partyTables = []string{"customer", "customer_contact", "customer_tally", "item", "search_doc", "series"}

func dump(t *testing.T, w *storetest.World) string {
	t.Helper()
	var out string
	w.Update(func(tx *store.Tx) (err error) {
		if err = tx.CheckSearch(); err != nil {
			return err
		}
		out, err = tx.Dump(partyTables...)
		return err
	})
	return out
}

// siren makes a valid SIREN of a seed.
func siren(n int) string {
	base := fmt.Sprintf("%08d", 10_000_000+n)
	for last := range 10 {
		s := base + fmt.Sprint(last)
		sum := 0
		for i := range 9 {
			d := int(s[8-i] - '0')
			if i%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
		}
		if sum%10 == 0 {
			return s
		}
	}
	return ""
}

// dirtyRows makes a file as a small business has it: Windows-1252, semicolons, numbers eaten by the
// spreadsheet, blanks, repeats, mistakes. It returns how many lines hold a mistake.
func dirtyRows(n int) (file []byte, mistakes int) {
	r := rand.New(rand.NewPCG(7, 7))
	var b bytes.Buffer
	b.WriteString("Liste des clients au 21/11/2026\r\n\r\n")
	b.WriteString("N° client;Raison sociale;SIRET;Adresse mail;Tél.;Adresse;CP;Ville;Pays;Délai de paiement;Contact\r\n")
	for i := range n {
		cells := []string{
			"", fmt.Sprintf("Société Élise %d", i), "", fmt.Sprintf("c%d@exemple.fr", i), fmt.Sprintf("69%07d", i), "12, rue Frébault",
			"97110", "Pointe-à-Pitre", "Guadeloupe", "30 jours fin de mois", "Mme Bélénus",
		}
		switch r.IntN(12) {
		case 0:
			cells[3] = "pas d'adresse"
			mistakes++
		case 1:
			cells[6] = "1000" // 01000 through a spreadsheet
		case 2:
			cells[2] = "123 456 789 00011"
			mistakes++
		case 3:
			cells[1] = "  "
			mistakes++
		case 4:
			cells[9] = "quand il pourra"
			mistakes++
		case 5:
			cells[2] = "\u00a0" + siren(i)[:3] + " " + siren(i)[3:] // a SIREN in the SIRET's column
			mistakes++
		case 6:
			cells[9], cells[8] = "comptant", ""
		}
		if i%500 == 17 {
			b.WriteString(strings.Join(cells, ";") + "\r\n;;;;\r\n") // a repeat and a blank line
		}
		b.WriteString(strings.Join(cells, ";") + "\r\n")
	}
	file, err := charmap.Windows1252.NewEncoder().Bytes(b.Bytes())
	if err != nil {
		panic(err)
	}
	return file, mistakes
}

func TestFiveThousandDirtyRowsAndUndoRestoresTheBook(t *testing.T) {
	w := partyWorld(t)
	for i := range 40 { // customers that the file will change, and others
		c := party.Customer{
			Name: fmt.Sprintf("SOCIETE ELISE %d", i*100), Notes: "à garder", Archived: false,
			Address: party.Address{PostalCode: "97110"}, Contacts: []party.Contact{{Name: "Ancien"}},
		}
		if _, err := party.Save.Call(w.Ctx(), w.As("owner"), c); err != nil {
			t.Fatal(err)
		}
	}
	before := dump(t, w)
	file, mistakes := dirtyRows(5000)
	upload := imports.Upload{Name: `C:\Users\Claire\clients.csv`, Data: file}
	p, err := party.ImportPreview.Call(w.Ctx(), w.As("assistant"), upload)
	if err != nil {
		t.Fatal(err)
	}
	if p.Encoding != "Windows-1252" || p.Separator != ";" || len(p.Missing) > 0 || len(p.Sample) != 20 {
		t.Errorf("read as %s %q, missing %v, %d lines shown", p.Encoding, p.Separator, p.Missing, len(p.Sample))
	}
	// A line in error is not remembered, so repeating it is not a repeat but another error.
	if p.Rows != 5010 || p.Errors < mistakes || p.Errors > mistakes+10 || p.Duplicates+p.Errors-mistakes != 10 {
		t.Errorf("%d rows, %d errors (want %d), %d duplicates", p.Rows, p.Errors, mistakes, p.Duplicates)
	}
	if p.New+p.Updated+p.Unchanged+p.Duplicates+p.Errors != p.Rows || p.Updated == 0 {
		t.Errorf("%d new, %d updated, %d unchanged of %d", p.New, p.Updated, p.Unchanged, p.Rows)
	}
	if len(p.Problems) != 500 || p.MoreProblems < mistakes-500 || p.Problems[0].Column == "" || p.Problems[0].Line < 4 {
		t.Errorf("%d problems, %d more, first %+v", len(p.Problems), p.MoreProblems, p.Problems[0])
	}
	if dump(t, w) != before {
		t.Fatal("the preview changed the book")
	}
	_, err = party.Import.Call(w.Ctx(), w.As("assistant"), party.ImportRequest{Upload: upload})
	if fault.KeyOf(err) != "imports.has_errors" || dump(t, w) != before {
		t.Fatalf("a file in error went in: %v", err)
	}
	b, err := party.Import.Call(w.Ctx(), w.As("assistant"), party.ImportRequest{Upload: upload, SkipErrors: true})
	if err != nil {
		t.Fatal(err)
	}
	if b.Created != p.New || b.Updated != p.Updated || b.Skipped != p.Errors+p.Duplicates || b.File != "clients.csv" {
		t.Errorf("batch %+v", b)
	}
	page, err := party.List.Call(w.Ctx(), w.As("owner"), party.ListRequest{})
	if err != nil || page.Total != 40+p.New {
		t.Errorf("%d customers, %v", page.Total, err)
	}
	again, err := party.ImportPreview.Call(w.Ctx(), w.As("assistant"), upload)
	if err != nil || again.New != 0 || again.Updated != 0 || again.Unchanged != p.New+p.Updated+p.Unchanged {
		t.Errorf("a second time: %d new, %d updated, %d unchanged, %v", again.New, again.Updated, again.Unchanged, err)
	}
	undone, err := imports.Undo.Call(w.Ctx(), w.As("owner"), imports.UndoRequest{ID: b.ID})
	if err != nil || undone.UndoneBy != "Claire" {
		t.Fatalf("%+v %v", undone, err)
	}
	if dump(t, w) != before {
		t.Error("undoing the import did not restore the book")
	}
	_, err = imports.Undo.Call(w.Ctx(), w.As("owner"), imports.UndoRequest{ID: b.ID})
	if fault.KeyOf(err) != "imports.already_undone" {
		t.Errorf("undone twice: %v", err)
	}
}

func TestEveryListingHasAnIndex(t *testing.T) {
	w := partyWorld(t)
	for _, c := range []struct{ where, order string }{
		{`archived = 0`, `name_fold, name, id`},
		{`archived = 0`, `name_fold DESC, name DESC, id DESC`},
		{`archived = 0`, `code, id`},
		{`archived = 0`, `city_fold = '', city_fold, name_fold, id`},
		{`archived = 0`, `postal_code = '', postal_code, name_fold, id`},
		{`archived = 0`, `siren = '', siren, name_fold, id`},
		{`archived = 0`, `email = '' DESC, email DESC, name_fold DESC, id DESC`},
		{`archived = 0`, `phone = '', phone, name_fold, id`},
		{`archived = 1`, `name_fold, name, id`},
		{`prospect = 1 AND archived = 0`, `name_fold, name, id`},
		{`archived = 0 AND owner = 3`, `name_fold, name, id`},
		{`archived = 0 AND owner = 3 AND name_fold >= 'a' AND name_fold < 'b'`, `name_fold, name, id`},
	} {
		w.Update(func(tx *store.Tx) error {
			plan, err := tx.Plan(c.where, c.order)
			if strings.Contains(plan, "TEMP B-TREE") || strings.HasPrefix(plan, "SCAN") || !strings.Contains(plan, "INDEX") {
				t.Errorf("%s ORDER BY %s: %s", c.where, c.order, plan)
			}
			return err
		})
	}
}

// paged reads a whole list page by page.
func paged(t *testing.T, w *storetest.World, who string, req party.ListRequest) (names []string, last party.Page) {
	t.Helper()
	for req.Limit = 173; ; req.Offset += req.Limit {
		page, err := party.List.Call(w.Ctx(), w.As(who), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			names = append(names, r.Name)
		}
		if last = page; len(page.Rows) < req.Limit {
			return names, last
		}
	}
}

// TestAListIsWhatTheDefinitionSays compares the two ways a list is made, from the matches and by
// walking an index, with the definition: the rows that match, sorted.
func TestAListIsWhatTheDefinitionSays(t *testing.T) {
	for _, narrow := range []int{100, 1000} {
		restore := store.SetNarrow(narrow)
		listsFollowTheDefinition(t)
		restore()
	}
}

func listsFollowTheDefinition(t *testing.T) {
	t.Helper()
	w := partyWorld(t)
	r := rand.New(rand.NewPCG(3, 3))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	all := make([]party.Customer, 2500)
	for i := range all {
		all[i] = party.Customer{
			Code: fmt.Sprintf("C%06d", i), Kind: party.Person, Stamp: record.Stamp{Version: 1}, Owner: auth.UserID(3 + r.IntN(2)),
			Name:     fmt.Sprintf("%s %s %04d", pick("Élise", "élan", "Œuvre", "Zoé"), pick("Ábel", "abc", "d'Arc"), r.IntN(2000)),
			Address:  party.Address{City: pick("", "Sainte-Anne", "Écully", "Abymes"), Country: "FR"},
			Phone:    fmt.Sprintf("0690 %02d %02d 00", i/100, i%100),
			Archived: r.IntN(10) == 0, Prospect: r.IntN(5) == 0,
		}
	}
	w.Update(func(tx *store.Tx) error { _, err := tx.SaveCustomers(all); return err })
	type folds struct{ name, city, text string }
	folded := make(map[string]folds, len(all)) // by code
	for _, c := range all {
		folded[c.Code] = folds{
			search.Fold(c.Name), search.Fold(c.City), search.Index(c.Name, c.Code, c.City, search.Phone(c.Phone)),
		}
	}
	for _, text := range []string{"", "e", "ELI", "elise abc", "oeuvre", "zoe d'arc 1", "sainte", "0690 1", "+590 690 2", "x"} {
		for _, req := range []party.ListRequest{
			{}, {Desc: true}, {Sort: party.ByCity}, {Filter: party.FilterProspects}, {Filter: party.FilterArchived},
		} {
			for _, who := range []string{"owner", "sales"} {
				req.Text = text
				var want []party.Customer
				for _, c := range all {
					switch {
					case who == "sales" && c.Owner != 3, c.Archived != (req.Filter == party.FilterArchived),
						req.Filter == party.FilterProspects && !c.Prospect, !search.Parse(text).Match(folded[c.Code].text):
					default:
						want = append(want, c)
					}
				}
				slices.SortFunc(want, func(a, b party.Customer) int {
					fa, fb := folded[a.Code], folded[b.Code]
					if d := cmp.Compare(fa.city, fb.city); req.Sort == party.ByCity && d != 0 {
						if a.City == "" || b.City == "" {
							return -d
						}
						return d
					}
					d := cmp.Or(cmp.Compare(fa.name, fb.name), cmp.Compare(a.Name, b.Name))
					if req.Sort == party.ByCity {
						d = cmp.Compare(fa.name, fb.name)
					}
					if d = cmp.Or(d, cmp.Compare(a.Code, b.Code)); req.Desc {
						return -d
					}
					return d
				})
				got, last := paged(t, w, who, req)
				if last.Total != len(want) || last.AtLeast {
					t.Errorf("%s %+v: total %d, want %d", who, req, last.Total, len(want))
				}
				for i := range want {
					if i >= len(got) || got[i] != want[i].Name {
						t.Errorf("%s %+v: row %d of %d is not %s", who, req, i, len(got), want[i].Name)
						break
					}
				}
			}
		}
	}
}
