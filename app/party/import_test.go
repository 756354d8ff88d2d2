package party_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/record"
	"zafe/store/storetest"
)

func upload(text string) imports.Upload {
	return imports.Upload{Name: "clients.csv", Data: []byte(text)}
}

func preview(t *testing.T, w *storetest.World, u imports.Upload) imports.Preview {
	t.Helper()
	p, err := party.ImportPreview.Call(w.Ctx(), w.As("owner"), u)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func importAll(t *testing.T, w *storetest.World, u imports.Upload) imports.Batch {
	t.Helper()
	b, err := party.Import.Call(w.Ctx(), w.As("owner"), party.ImportRequest{Upload: u})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func customer(t *testing.T, w *storetest.World, id party.CustomerID) party.Customer {
	t.Helper()
	c, err := party.Get.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWorkbookBecomesCustomers(t *testing.T) {
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"Raison sociale", "SIREN", "Portable", "Code postal", "Localité", "Délai de règlement", "Type", "Est prospect", "CP livraison", "Interlocuteur", "Mail contact", "Pays"},
		{"Boulangerie Élise SARL", 732829320, 690123456, 1000, "Bourg-en-Bresse", "45 jours fin de mois", "", "oui", "97110", "M. Élise", "elise@pain.fr", ""},
		{"Jean Martin", "", "+590 690 00 00 00", 97110, "Pointe-à-Pitre", "comptant", "particulier", "", "", "", "", "GUADELOUPE"},
		{"Castries Stores", "", "", "LC04 101", "Castries", 30, "pro", "non", "", "", "", "Sainte-Lucie"},
	} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	w := world(t)
	u := imports.Upload{Name: "Clients.xlsx", Data: file.Bytes()}
	p := preview(t, w, u)
	if p.New != 3 || p.Errors != 0 || p.Sheet != "Sheet1" || p.Sample[0].Values["siren"] != "732829320" {
		t.Fatalf("%d new, %d errors, sheet %s, %+v %+v", p.New, p.Errors, p.Sheet, p.Sample, p.Problems)
	}
	if b := importAll(t, w, u); b.Created != 3 || b.Kind != imports.Customers || b.By != "Claire" {
		t.Errorf("%+v", b)
	}
	got := customer(t, w, 1)
	want := party.Customer{
		ID: 1, Code: "C000001", Kind: party.Company, Name: "Boulangerie Élise SARL", SIREN: "732829320",
		Phone: "0690123456", Address: party.Address{PostalCode: "01000", City: "Bourg-en-Bresse", Country: "FR"},
		Delivery: &party.Address{PostalCode: "97110", Country: "FR"}, PaymentDays: 45, PaymentEndOfMonth: true,
		Owner: 1, Prospect: true, Contacts: []party.Contact{{Name: "M. Élise", Email: "elise@pain.fr"}},
		Stamp: record.Stamp{Version: storetest.Noon.UnixMilli(), UpdatedAt: storetest.Noon, UpdatedBy: "Claire"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v want\n%+v", got, want)
	}
	if c := customer(t, w, 2); c.Kind != party.Person || c.Country != "FR" || c.PaymentDays != 0 {
		t.Errorf("%+v", c)
	}
	if c := customer(t, w, 3); c.Kind != party.Company || c.Country != "LC" || c.PaymentDays != 30 {
		t.Errorf("%+v", c)
	}
}

func TestLinesFindTheCustomersTheySpeakOf(t *testing.T) {
	w := world(t)
	save(t, w, "owner", party.Customer{Name: "Poste Jarry", SIREN: "356000000", SIRET: "35600000000048"})
	save(t, w, "owner", party.Customer{Name: "Poste Gosier", SIREN: "356000000", SIRET: "35600000049837"})
	save(t, w, "owner", party.Customer{Name: "Élise", SIREN: "732829320", Address: party.Address{PostalCode: "97110"}})
	save(t, w, "owner", party.Customer{Name: "Sans numéro", Address: party.Address{PostalCode: "97110"}})
	save(t, w, "owner", party.Customer{Name: "Sans numéro", Address: party.Address{PostalCode: "97180"}})
	p := preview(t, w, upload(`Code client;Nom;SIREN;SIRET;CP;Ville
C000004;;;;;Abymes
c000001;Poste Jarry;;;;
;Poste Gosier;;356 000 000 49837;;Le Gosier
;La Poste;356000000;;;
;ELISE;;73282932000074;97110;
;Élise;404833048;;97110;
;SANS  NUMERO;;;97180;Sainte-Anne
;Sans numéro;;;97190;
;Sans numéro;;;97190;
X99;Nouveau;;;;
X99;Encore;;;;
`))
	var got []string
	for _, l := range p.Sample {
		got = append(got, fmt.Sprintf("%d:%s", l.Line, l.Outcome))
	}
	want := "2:error 3:unchanged 4:updated 5:error 6:updated 7:new 8:updated 9:new 10:duplicate 11:new 12:duplicate"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s\n%+v", strings.Join(got, " "), want, p.Problems)
	}
}

func TestAMappingIsAskedForOrChosen(t *testing.T) {
	w := world(t)
	u := upload("Colonne A;Colonne B\nDupont;97110\n;\nMartin;97180\n")
	p := preview(t, w, u)
	if !reflect.DeepEqual(p.Missing, []string{"name"}) || p.Rows != 2 || p.New+p.Errors != 0 {
		t.Errorf("%+v", p)
	}
	if _, err := party.Import.Call(w.Ctx(), w.As("owner"), party.ImportRequest{Upload: u}); fault.KeyOf(err) != "imports.field_missing" {
		t.Error(err)
	}
	for key, m := range map[string]imports.Mapping{
		"imports.field_missing": {"city": 0},
		"imports.unknown_field": {"name": 0, "iban": 1},
		"imports.no_column":     {"name": 2},
		"imports.column_twice":  {"name": 0, "city": 0},
	} {
		u.Mapping = m
		if _, err := party.ImportPreview.Call(w.Ctx(), w.As("owner"), u); fault.KeyOf(err) != key {
			t.Errorf("%v: %v", m, err)
		}
	}
	u.Mapping = imports.Mapping{"name": 0, "postal_code": 1}
	if b := importAll(t, w, u); b.Created != 2 {
		t.Errorf("%+v", b)
	}
	if _, err := party.Import.Call(w.Ctx(), w.As("owner"), party.ImportRequest{Upload: u}); fault.KeyOf(err) != "imports.nothing" {
		t.Error(err)
	}
	for text, key := range map[string]string{
		"": "imports.no_file", "Nom;Ville\n": "imports.no_rows", "\x89PNG....": "tabular.not_a_table",
	} {
		if _, err := party.ImportPreview.Call(w.Ctx(), w.As("owner"), upload(text)); fault.KeyOf(err) != key {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestACodeOfTheFileIsNotGivenToAnother(t *testing.T) {
	w := world(t)
	importAll(t, w, upload("Nom;Code client\nPremier;\nDeuxième;C000001\nTroisième;C000003\nQuatrième;\n"))
	codes := map[string]string{}
	for id := range party.CustomerID(4) {
		c := customer(t, w, id+1)
		codes[c.Name] = c.Code
	}
	want := map[string]string{"Premier": "C000002", "Deuxième": "C000001", "Troisième": "C000003", "Quatrième": "C000004"}
	if !reflect.DeepEqual(codes, want) {
		t.Errorf("%v", codes)
	}
}

func TestUndoSaysWhatStandsInTheWay(t *testing.T) {
	w := world(t)
	b := importAll(t, w, upload("Nom\nUn\nDeux\nTrois\nQuatre\nCinq\n"))
	two := customer(t, w, 2)
	two.City = "Abymes"
	save(t, w, "assistant", two)
	_, err := imports.Undo.Call(w.Ctx(), w.As("owner"), imports.UndoRequest{ID: b.ID})
	if f := fault.Of(err); f == nil || f.Key != "imports.undo_changed" || f.Args["names"] != "Deux" || f.Args["n"] != 1 {
		t.Errorf("%v", err)
	}
	if _, err := imports.Undo.Call(w.Ctx(), w.As("owner"), imports.UndoRequest{ID: 99}); fault.KeyOf(err) != "imports.not_found" {
		t.Error(err)
	}
	done, err := imports.List.Call(w.Ctx(), w.As("owner"), imports.ListRequest{})
	if err != nil || len(done) != 1 || done[0].Created != 5 || !done[0].UndoneAt.IsZero() {
		t.Errorf("%+v %v", done, err)
	}
}

// TestUndoneThenEditedScreensAreStale: a screen opened on an imported version must not overwrite what
// was entered after the undo, though versions went back in between.
func TestUndoneThenEditedScreensAreStale(t *testing.T) {
	w := world(t)
	c := save(t, w, "owner", party.Customer{Name: "Dupont"})
	w.Clock.Add(1e9)
	b := importAll(t, w, upload("Code client;Nom;Ville\nC000001;Dupont;Abymes\n"))
	stale := customer(t, w, c.ID)
	w.Clock.Add(1e9)
	if _, err := imports.Undo.Call(w.Ctx(), w.As("owner"), imports.UndoRequest{ID: b.ID}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(1e9)
	c = customer(t, w, c.ID)
	c.City = "Le Moule"
	save(t, w, "assistant", c)
	stale.Notes = "x"
	if _, err := party.Save.Call(w.Ctx(), w.As("owner"), stale); fault.KeyOf(err) != "party.changed_meanwhile" {
		t.Errorf("got %v", err)
	}
}

func TestAnImportNeverTouchesAnothersCustomer(t *testing.T) {
	w, _, lucie := two(t)
	// No ready-made role imports for itself only; the assistant imports for all and may hand over.
	b, err := party.Import.Call(w.Ctx(), w.As("assistant"), party.ImportRequest{Upload: upload("Nom\nNeuf\n"), Owner: 4})
	if err != nil || b.Created != 1 {
		t.Fatal(err)
	}
	if got := names(t, w, "sales2", "neuf"); len(got) != 1 {
		t.Errorf("not handed over: %v", got)
	}
	_, err = party.Import.Call(w.Ctx(), w.As("sales"), party.ImportRequest{Upload: upload("Code client;Nom;Ville\n" + lucie.Code + ";Volé;Abymes\n")})
	if fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("got %v", err)
	}
	_, err = imports.Undo.Call(w.Ctx(), w.As("sales"), imports.UndoRequest{ID: b.ID})
	if fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("got %v", err)
	}
}

func exported(t *testing.T, w *storetest.World, who string, req party.ExportRequest) (string, op.Download) {
	t.Helper()
	var b bytes.Buffer
	d, err := party.Export.Fetch(w.Ctx(), w.As(who), req, &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), d
}

func TestExportIsReadBackAndHoldsNoFormula(t *testing.T) {
	w := world(t)
	first := full()
	first.Contacts = first.Contacts[:1]
	save(t, w, "owner", first)
	save(t, w, "owner", party.Customer{
		Name: "=HYPERLINK(\"http://x\";\"clic\")", Kind: party.Person, Notes: "@SUM(A1)\n+1", Email: "a@b.fr", Phone: "+590 690 11 22 33",
		Address: party.Address{Street: "-12 impasse; bât. \"A\"", City: "Les Abymes", PostalCode: "97139"},
	})
	for i, name := range []string{"+33 6 12 34 56 78", "＝1+1", "'=1+1", "@SUM(1;2)", "=cmd|' /C calc'!A0", "-2+3", "'tout simple"} {
		save(t, w, "owner", party.Customer{Kind: party.Company, Name: name, Address: party.Address{City: "X", PostalCode: fmt.Sprintf("9711%d", i)}})
	}
	text, d := exported(t, w, "owner", party.ExportRequest{})
	if d.Name != "clients-2026-11-21.csv" || !strings.HasPrefix(text, "\ufeff") {
		t.Errorf("%+v %q", d, text[:20])
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma, r.FieldsPerRecord = ';', -1 // the mark is alone on its line
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			if first, _ := utf8.DecodeRuneInString(c); c != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
				t.Errorf("a spreadsheet computes %q", c)
			}
		}
	}
	p := preview(t, w, upload(text))
	if p.Rows != 9 || p.Unchanged != 9 || len(p.Mapping) != len(p.Fields) {
		t.Errorf("read back: %d rows, %d unchanged, %d of %d columns, %+v", p.Rows, p.Unchanged, len(p.Mapping), len(p.Fields), p.Problems)
	}
	empty := world(t)
	importAll(t, empty, upload(text))
	again, _ := exported(t, empty, "owner", party.ExportRequest{})
	mark, text, _ := strings.Cut(text, "\r\n")
	if !strings.Contains(mark, "Exporté de Zafè par Claire le 21/11/2026") || !strings.Contains(mark, "9 lignes") {
		t.Errorf("the mark is %q", mark)
	}
	if _, again, _ = strings.Cut(again, "\r\n"); again != text {
		t.Errorf("a book made from the export exports\n%s\nnot\n%s", again, text)
	}
	if _, err := party.Export.Fetch(w.Ctx(), w.As("owner"), party.ExportRequest{Filter: "x"}, io.Discard); fault.KeyOf(err) != "party.filter" {
		t.Error(err)
	}
}

// TestACustomerWithoutTermsPaysAsTheCompanySays: to pay at once is said by a file, not by its silence.
func TestACustomerWithoutTermsPaysAsTheCompanySays(t *testing.T) {
	w := world(t)
	importAll(t, w, imports.Upload{Name: "a.csv", Data: []byte("Nom;Conditions de règlement\nMarc Sully;\nAnn Léon;comptant\n")})
	want := company.Default().PaymentDays
	if want == 0 || customer(t, w, 1).PaymentDays != want || customer(t, w, 2).PaymentDays != 0 {
		t.Errorf("%d and %d days", customer(t, w, 1).PaymentDays, customer(t, w, 2).PaymentDays)
	}
}
