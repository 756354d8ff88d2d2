package ledger_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr/fec"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/store"
)

const fecName = "732829320FEC20251231.txt"

// history is a clean file of 2025: an opening, a sale in dollars, its receipt, matched.
var history = strings.ReplaceAll(`JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise
RAN|A nouveaux|RAN1|20250101|512000|Banque|||AN|20250101|A nouveaux|1000,00|0,00|||20250105||
RAN|A nouveaux|RAN1|20250101|101000|Capital social|||AN|20250101|A nouveaux|0,00|1000,00|||20250105||
VT|Ventes|VT12|20250110|411000|Clients divers|C001|Dupont|F1|20250109|Facture F1|120,00|0,00|A|20250131|20250112|132,00|USD
VT|Ventes|VT12|20250110|706000|Prestations|||F1|20250109|Prestation de janvier|0,00|100,00|||20250112|-110,00|USD
VT|Ventes|VT12|20250110|445710|TVA|||F1|20250109|Facture F1|0,00|20,00|||20250112|-22,00|USD
BNP|BNP Paribas|BNP7|20250131|512000|Banque|||R1|20250131|Virement Dupont|120,00|0,00|||20250201||
BNP|BNP Paribas|BNP7|20250131|411000|Clients divers|C001|Dupont|R1|20250131|Virement Dupont|0,00|120,00|A|20250131|20250201||
VT|Ventes|VT13|20250212|411000|Clients divers|C002|Durand|F2|20250212|Facture F2|60,00|0,00|||20250212||
VT|Ventes|VT13|20250212|707000|Ventes|||F2|20250212|Facture F2|0,00|60,00|||20250212||
`, "|", "\t")

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func (b *book) imports(name string, data []byte) (ledger.FECReport, error) {
	return ledger.FECImport.Call(b.Ctx(), b.As("owner"), ledger.FECImportRequest{Name: name, Data: data})
}

func (b *book) export(y int) []byte {
	b.t.Helper()
	var out bytes.Buffer
	err := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
		years, err := tx.FiscalYears()
		for _, f := range years {
			if f.Period.To.Year == y {
				return ledger.WriteFEC(tx, f, &out)
			}
		}
		return errors.Join(err, errors.New("no such year"))
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

func TestHistoryComesBackByteForByte(t *testing.T) {
	b := newBook(t)
	rep, err := b.imports(fecName, crlf(history))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Period != year(2025) || rep.NewYears != 1 || rep.Entries != 4 || rep.Lines != 9 || rep.Debit != 1300_00 ||
		!rep.Opening || rep.Matched != 2 || rep.Auxiliaries != 2 || len(rep.Problems) != 0 {
		t.Errorf("report %+v", rep)
	}
	kinds := map[string]ledger.JournalKind{}
	for _, j := range rep.NewJournals {
		kinds[j.Code] = j.Kind
	}
	if kinds["RAN"] != ledger.OpeningJournal || kinds["VT"] != ledger.SalesJournal || kinds["BNP"] != ledger.BankJournal {
		t.Errorf("journals %+v", rep.NewJournals)
	}
	if got := b.export(2025); !bytes.Equal(got, crlf(history)) {
		t.Errorf("changed:\n%s", got)
	}
	b.verify()
	part, err := ledger.TrialBalanceOf.Call(b.Ctx(), b.As("owner"), ledger.TrialBalanceRequest{
		From: civil.New(2025, 1, 1), To: civil.New(2025, 1, 30),
	})
	if err != nil || part.Total.OpeningDebit != 1000_00 || part.Total.Debit != 120_00 || part.Total.ClosingDebit != 1120_00 {
		t.Errorf("January but a day %+v %v", part.Total, err)
	}
	b.post(sale(day(1, 5), "C1", "F1", 100_00))
	trial, err := ledger.TrialBalanceOf.Call(b.Ctx(), b.As("owner"), ledger.TrialBalanceRequest{From: day(1, 1), To: day(12, 31)})
	if err != nil || trial.Total.OpeningDebit != 1180_00 || trial.Total.OpeningCredit != 1180_00 {
		t.Errorf("opening of 2026 %+v %v", trial, err)
	}
	want := []string{ // computed from 2025, the result on 120000, customers one by one
		"AN-000001\t20260101\t101000\tCapital\t\t\tAN\t20260101\tÀ-nouveaux\t0,00\t1000,00",
		"AN-000001\t20260101\t120000\tRésultat de l’exercice (bénéfice)\t\t\tAN\t20260101\tÀ-nouveaux\t0,00\t160,00",
		"AN-000001\t20260101\t411000\tClients\tC002\tDurand\tAN\t20260101\tÀ-nouveaux\t60,00\t0,00",
		"AN-000001\t20260101\t445710\tTVA collectée\t\t\tAN\t20260101\tÀ-nouveaux\t0,00\t20,00",
		"AN-000001\t20260101\t512000\tBanques\t\t\tAN\t20260101\tÀ-nouveaux\t1120,00\t0,00",
	}
	got := strings.Split(string(b.export(2026)), "\r\n")
	for i, w := range want {
		if !strings.Contains(got[i+1], w) {
			t.Errorf("line %d: %q, want %q", i+1, got[i+1], w)
		}
	}
	agreed(t, "732829320FEC20261231.txt", b.export(2026))
	agreed(t, fecName, b.export(2025))
}

// agreed holds an export against our own checker, and an independent one where there is one.
func agreed(t *testing.T, name string, data []byte) {
	t.Helper()
	if ps := fec.Check(name, data); ps.Errors > 0 || ps.Warnings > 0 {
		t.Errorf("%s: %+v", name, ps.List)
	}
	tool := os.Getenv("ZAFE_FEC_CHECKER")
	if tool == "" {
		return
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "python3", tool, path).CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}

func TestBrokenHistoryIsRefusedWithItsLines(t *testing.T) {
	b := newBook(t)
	for _, c := range []struct{ old, now, key, column string }{
		{"120,00\t0,00\tA", "120.00\t0,00\tA", "fec.amount_point", "Debit"},
		{"120,00\t0,00\tA", "1 120,00\t0,00\tA", "fec.amount", "Debit"},
		{"120,00\t0,00\tA", "121,00\t0,00\tA", "fec.unbalanced", "EcritureNum"},
		{"120,00\t0,00\tA", "120,00\t5,00\tA", "fec.sides", "Debit"},
		{"20250110\t411000", "20251345\t411000", "fec.date", "EcritureDate"},
		{"20250110\t411000", "20260110\t411000", "fec.entry_dates", "EcritureDate"},
		{"411000", "41", "fec.account", "CompteNum"},
		{"20250112", "", "fec.missing", "ValidDate"},
		{"F1", "", "fec.missing", "PieceRef"},
		{"CompteLib", "Libelle", "fec.header", "CompteLib"},
		{"Dupont\tF1", "Dupont", "fec.fields", ""},
	} {
		data := strings.Replace(history, c.old, c.now, 1)
		if data == history {
			t.Fatalf("nothing to replace: %q", c.old)
		}
		rep, err := ledger.FECImport.Call(op.WithPreview(b.Ctx()), b.As("owner"),
			ledger.FECImportRequest{Name: fecName, Data: crlf(data)})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range rep.Problems {
			found = found || p.Key == c.key && p.Column == c.column && !p.Warning && p.Line > 0
		}
		if !found || rep.Errors == 0 {
			t.Errorf("%s: %+v", c.key, rep.Problems)
		}
		_, err = b.imports(fecName, crlf(data))
		wants(t, err, "fec.refused", "data")
	}
	_, err := b.imports(fecName, crlf(strings.ReplaceAll(history, "\t", ";")))
	wants(t, err, "fec.refused", "data")
	b.verify()
}

func TestHistoryInOtherClothes(t *testing.T) {
	for name, change := range map[string]func(string) []byte{
		"bars":  func(s string) []byte { return []byte(strings.ReplaceAll(s, "\t", "|")) },
		"bom":   func(s string) []byte { return append([]byte("\xef\xbb\xbf"), s...) },
		"latin": func(s string) []byte { return []byte(strings.Replace(s, "Dupont", "Dup\xf4nt", 1)) },
		"cr":    func(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r")) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t)
			if _, err := b.imports(fecName, change(history)); err != nil {
				t.Fatal(err)
			}
			want := history
			if name == "latin" {
				want = strings.Replace(history, "Dupont", "Dupônt", 1)
			}
			if got := b.export(2025); !bytes.Equal(got, crlf(want)) {
				t.Errorf("changed:\n%s", got)
			}
			b.verify()
		})
	}
}

// TestExportFollowsValidation: a file out of order is given back in order of validation, as the law
// wants it.
func TestExportFollowsValidation(t *testing.T) {
	b := newBook(t)
	rep, err := b.imports(fecName, crlf(strings.ReplaceAll(history, "20250112", "20250301")))
	if err != nil || rep.Warnings != 1 || rep.Problems[0].Key != "fec.unordered" {
		t.Fatalf("%+v %v", rep, err)
	}
	var nums []string
	for _, line := range strings.Split(string(b.export(2025)), "\r\n")[1:] {
		if f := strings.Split(line, "\t"); len(f) > 2 && (len(nums) == 0 || nums[len(nums)-1] != f[2]) {
			nums = append(nums, f[2])
		}
	}
	if got := strings.Join(nums, " "); got != "RAN1 BNP7 VT13 VT12" {
		t.Error(got)
	}
	agreed(t, fecName, b.export(2025))
	b.verify()
}

// TestStraySpacesComeBack: codes padded with spaces are one with those that are not, and leave as
// they came.
func TestStraySpacesComeBack(t *testing.T) {
	b := newBook(t)
	padded := strings.Replace(history, "BNP\t", "BNP \t", 2)
	padded = strings.Replace(padded, "\tA\t", "\tA \t", 1)
	if _, err := b.imports(fecName, crlf(padded)); err != nil {
		t.Fatal(err)
	}
	if got := b.export(2025); !bytes.Equal(got, crlf(padded)) {
		t.Errorf("changed:\n%s", got)
	}
	open, err := ledger.OpenItemsOp.Call(b.Ctx(), b.As("owner"), ledger.OpenItemsRequest{Account: "411"})
	if err != nil || len(open.Items) != 1 {
		t.Errorf("%+v %v", open, err)
	}
	b.verify()
}

func TestOddAmountsAreBroughtToForm(t *testing.T) {
	b := newBook(t)
	odd := strings.Replace(history, "60,00\t0,00", "0,00\t-60,00", 1)
	odd = strings.Replace(odd, "VT\tVentes\tVT13", "VT\tVentes\tVT13\t20250212\t658000\tRien\t\t\tF2\t20250212\tRien\t0,00\t0,00\t\t\t20250212\t\t\nVT\tVentes\tVT13", 1)
	rep, err := b.imports(fecName, crlf(odd))
	if err != nil || rep.Warnings != 2 || rep.Problems[0].Key != "fec.zero_left" || rep.Problems[1].Key != "fec.negative_moved" {
		t.Fatalf("%+v %v", rep, err)
	}
	if got := b.export(2025); !bytes.Equal(got, crlf(history)) {
		t.Errorf("changed:\n%s", got)
	}
	b.verify()
}

func TestImportTwiceAndUndo(t *testing.T) {
	b := newBook(t)
	owner, ctx := b.As("owner"), b.Ctx()
	rep, err := b.imports(fecName, crlf(history))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.imports("other name.txt", crlf(history))
	wants(t, err, "fec.already_imported", "")
	_, err = b.imports(fecName, crlf(strings.ReplaceAll(history, "Dupont", "Dupond")))
	wants(t, err, "fec.refused", "data")
	if _, err := ledger.FECUndoImport.Call(ctx, owner, ledger.UndoImportRequest{ID: rep.Import}); err != nil {
		t.Fatal(err)
	}
	b.verify()
	_, err = ledger.FECUndoImport.Call(ctx, owner, ledger.UndoImportRequest{ID: rep.Import})
	wants(t, err, "fec.no_import", "")
	rep, err = b.imports(fecName, crlf(history))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.export(2025); !bytes.Equal(got, crlf(history)) {
		t.Errorf("changed:\n%s", got)
	}
	late := sale(civil.New(2025, 12, 31), "C9", "F9", 10_00)
	late.Journal = "VT"
	p := b.post(late)
	if p[0].Num != "VT-000003" {
		t.Errorf("number after history: %s", p[0].Num)
	}
	_, err = ledger.FECUndoImport.Call(ctx, owner, ledger.UndoImportRequest{ID: rep.Import})
	wants(t, err, "fec.import_used", "")
	b.verify()
	agreed(t, fecName, b.export(2025))
}

func TestYearsFollowEachOther(t *testing.T) {
	b := newBook(t)
	in := func(y string) error {
		_, err := b.imports("732829320FEC"+y+"1231.txt", crlf(strings.ReplaceAll(history, "2025", y)))
		return err
	}
	if err := in("2023"); err != nil { // opens 2024 and 2025 too
		t.Fatal(err)
	}
	years, err := ledger.FiscalYearListing.Call(b.Ctx(), b.As("owner"), op.Empty{})
	if err != nil || len(years.Years) != 4 || years.Years[0].Period != year(2023) {
		t.Fatalf("%+v %v", years, err)
	}
	if err := in("2024"); err != nil {
		t.Fatal(err)
	}
	b.verify()
	short := strings.ReplaceAll(history, "20250101", "20211101")
	short = strings.NewReplacer("20250110", "20211110", "20250131", "20211130", "20250212", "20211212").Replace(short)
	_, err = ledger.FECImport.Call(b.Ctx(), b.As("owner"), ledger.FECImportRequest{
		Name: "x", Data: crlf(short), Period: civil.Period{From: civil.New(2021, 7, 1), To: civil.New(2022, 6, 30)},
	})
	wants(t, err, "fec.year_gap", "period")
}

// TestMatchesAcrossYears: a code left open by one year's file and closed by the next is one match.
func TestMatchesAcrossYears(t *testing.T) {
	b := newBook(t)
	first := strings.ReplaceAll(history[:strings.Index(history, "BNP")], "RAN", "OD")
	if _, err := b.imports(fecName, crlf(first)); err != nil {
		t.Fatal(err)
	}
	i := strings.Index(history, "BNP")
	next := history[:strings.Index(history, "\n")+1] + history[i:strings.Index(history, "VT\tVentes\tVT13")]
	next = strings.NewReplacer("20250131", "20260131", "20250201", "20260201").Replace(next)
	if _, err := b.imports("732829320FEC20261231.txt", crlf(next)); err != nil {
		t.Fatal(err)
	}
	open, err := ledger.OpenItemsOp.Call(b.Ctx(), b.As("owner"), ledger.OpenItemsRequest{Account: "411"})
	if err != nil || len(open.Items) != 0 {
		t.Errorf("%+v %v", open, err)
	}
	b.verify()
}

func TestExportThroughTheRegistry(t *testing.T) {
	b := newBook(t)
	years, err := ledger.FiscalYearListing.Call(b.Ctx(), b.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	req := ledger.YearRequest{ID: years.Years[0].ID}
	_, err = ledger.FECExport.Fetch(b.Ctx(), b.As("owner"), req, &bytes.Buffer{})
	wants(t, err, "fec.no_siren", "")
	b.Update(func(tx *store.Tx) error { return tx.SetSetting("company", map[string]string{"siren": "732829320"}) })
	b.post(sale(day(1, 5), "C1", "F1", 100_00), receipt(day(2, 5), "C1", "F1", 120_00))
	var out bytes.Buffer
	d, err := ledger.FECExport.Fetch(b.Ctx(), b.As("owner"), req, &out)
	if err != nil || d.Name != "732829320FEC20261231.txt" {
		t.Fatalf("%+v %v", d, err)
	}
	agreed(t, d.Name, out.Bytes())
	c, err := ledger.FECCheckOp.Call(b.Ctx(), b.As("owner"), req)
	if err != nil || c.Errors != 0 || c.Lines != 5 || c.Entries != 2 || c.Debit != 240_00 || c.Name != d.Name {
		t.Errorf("%+v %v", c, err)
	}
	_, err = ledger.FECExport.Fetch(b.Ctx(), b.As("owner"), ledger.YearRequest{ID: 99}, &out)
	wants(t, err, "ledger.no_year", "")
}

// TestCorpus takes in every FEC of a folder, if one is named, and expects each back line for line.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("ZAFE_FEC_CORPUS")
	if dir == "" {
		t.Skip("ZAFE_FEC_CORPUS names no folder of files")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	b, n := bareBook(t), 0
	for _, path := range files {
		if _, closing, _ := fec.ParseName(path); !closing.IsZero() {
			n++
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rep, err := b.imports(filepath.Base(path), data)
			if f, ok := errors.AsType[*fault.Fault](err); ok {
				t.Fatalf("%s: %v", path, f)
			}
			t.Logf("%s: %d entries, %d lines, %d warnings", path, rep.Entries, rep.Lines, rep.Warnings)
			want := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
			if !bytes.Contains(want, []byte("\r\n")) {
				want = bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n"))
			}
			if got := b.export(closing.Year); !bytes.HasSuffix(got, want[bytes.IndexByte(want, '\n')+1:]) {
				t.Errorf("%s: changed", path)
				firstDifference(t, got, want)
			}
		}
	}
	if n == 0 {
		t.Error("no file with a closing date in its name")
	}
	b.verify()
}

// firstDifference tells where an export leaves the file it came from.
func firstDifference(t *testing.T, got, want []byte) {
	g, w := strings.Split(string(got), "\r\n"), strings.Split(string(want), "\r\n")
	t.Logf("%d lines, %d in the file", len(g), len(w))
	for i := 1; i < min(len(g), len(w)); i++ {
		if g[i] != w[i] {
			t.Logf("line %d\n%q\n%q", i+1, g[i], w[i])
			return
		}
	}
}
