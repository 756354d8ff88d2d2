package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zafe/app/fr/fec"
	"zafe/app/tooltest"
	"zafe/sync/backup/servetest"
)

// What must never be found in clear on a disk or a remote.
const (
	ownerPassword = "ardoise-moulin-42-vert"
	salesPassword = "lagune-tambour-17-bleu"
	deskPassword  = "corail-fenetre-88-noir"
	newPassword   = "figuier-lanterne-63-or"
	zorglub       = "Boulangerie Zorglub"
	quetzal       = "Garage Quetzal"
	spirou        = "Librairie Fantasio"
)

// document is what the story reads of a quote or an invoice.
type document struct {
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Number  string `json:"number"`
	Status  string `json:"status"`
	Gross   int64  `json:"gross"`
}

type balance struct {
	Total struct {
		Debit  int64 `json:"debit"`
		Credit int64 `json:"credit"`
	} `json:"total"`
}

type object = map[string]any

// story is a company from its first day to the loss of its main PC.
type story struct {
	t            *testing.T
	files        string // what the people keep outside the program: sheets, password files
	a, b         *desk  // the main PC, acting with the recovery key, and a second PC
	recovery     string
	totp         string // file of the owner's secret
	sales, clerk int64
	attachment   string // request for the one there is
	gross        int64
	backup       []string // flags of the remote
	remote       string
}

// TestTheWholeStory runs the real program as a company does: founded, filled, served, cut off, backed
// up, lost and restored.
func TestTheWholeStory(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs for a minute")
	}
	tooltest.Program(t, "/usr/sbin/sshd")
	t.Setenv("ZAFE_ALL_SERVERS", "1") // where the suite must be complete, no sshd is a failure
	s := newStory(t)
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"founded", s.found},
		{"imports", s.imports},
		{"sells", s.sell},
		{"books", s.books},
		{"office", s.office},
		{"second factor", s.secondFactor},
		{"power cut", s.powerCut},
		{"attaches", s.attach},
		{"copies", s.copies},
		{"nothing in clear", s.nothingInClear},
		{"one byte", s.oneByte},
		{"lost and restored", s.lost},
		{"damaged and restored", s.damaged},
		{"numbers", s.numbers},
	} {
		if !t.Run(step.name, func(t *testing.T) { s.t, s.a.t, s.b.t = t, t, t; step.do(t) }) {
			return
		}
	}
}

func newStory(t *testing.T) *story {
	root := t.TempDir()
	s := &story{t: t, files: filepath.Join(root, "papers"), remote: filepath.Join(root, "remote")}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		t.Fatal(err)
	}
	s.recovery, s.totp = filepath.Join(s.files, "recovery"), filepath.Join(s.files, "totp")
	s.a = newDesk(t, root, "a", "--recovery-file", s.recovery)
	s.b = newDesk(t, root, "b")
	server := servetest.SSHD(t)
	s.backup = []string{
		"--provider", "sftp", "--folder", s.remote, "--set", "host=" + server.Host, "--set", "port=" + server.Port,
		"--set", "user=" + server.User, "--set", "key_file=" + server.KeyFile,
	}
	return s
}

func (s *story) person(login, password string) []string {
	return []string{"--user", login, "--password-file", write(s.t, s.files, login, password+"\n")}
}

func (s *story) owner(password string) []string {
	return append(s.person("claire", password), "--totp-file", s.totp)
}

func (s *story) found(t *testing.T) {
	body, err := json.Marshal(object{
		"owner": object{"name": "Claire Essai", "login": "claire", "password": ownerPassword, "lang": "fr"},
		"company": object{
			"name": "Atelier du Récit", "legal_form": "sarl", "capital": 10_000_00, "siren": "812345676",
			"street": "1 rue Frébault", "postal_code": "97110", "city": "Pointe-à-Pitre", "country": "FR",
			"territory": "guadeloupe", "rcs_city": "Pointe-à-Pitre",
		},
		"fiscal_year": object{"from": "2026-01-01", "to": "2026-12-31"},
		"totp_file":   s.totp, "recovery_file": s.recovery,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.a.as().ok("init", "--company", write(t, s.files, "company.json", string(body)))
	s.a.as().refused("", "init", "--company", filepath.Join(s.files, "company.json"))
}

func (s *story) imports(t *testing.T) {
	csv := "Nom;E-mail;Code postal;Ville\r\n" + zorglub + ";z@example.org;97110;Pointe-à-Pitre\r\n" +
		quetzal + ";q@example.org;97122;Baie-Mahault\r\n"
	x := excelize.NewFile()
	for i, row := range [][]any{{"Nom", "E-mail", "Ville"}, {spirou, "f@example.org", "Le Moule"}} {
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	xlsx := filepath.Join(s.files, "clients.xlsx")
	if err := x.SaveAs(xlsx); err != nil {
		t.Fatal(err)
	}
	type batch struct {
		Created int `json:"created"`
	}
	// In this order: the story sells to the first customer of the first file.
	for _, f := range []struct {
		path string
		want int
	}{{write(t, s.files, "clients.csv", csv), 2}, {xlsx, 1}} {
		var got batch
		if err := json.Unmarshal([]byte(s.a.ok("import", "customers", f.path)), &got); err != nil || got.Created != f.want {
			t.Errorf("%s: %d customers, want %d (%v)", f.path, got.Created, f.want, err)
		}
	}
	var got struct {
		Entries int64 `json:"entries"`
		Debit   int64 `json:"debit"`
	}
	out := s.a.ok("import", "fec", write(t, s.files, "812345676FEC20251231.txt", lastYear()))
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Entries != 24 || got.Debit != 24*1085_00 {
		t.Errorf("FEC: %+v, %v", got, err)
	}
}

// lastYear is the FEC of 2025 as another program wrote it: two sales a month.
func lastYear() string {
	var b strings.Builder
	b.WriteString(fec.Header())
	for n := range 24 {
		day := fmt.Sprintf("2025%02d%02d", n/2+1, 5+n%2*10)
		for _, l := range []string{
			"411000\tClients\tCANCIEN\tClient ancien\tF%[1]d\t%[2]s\tVente %[1]d\t1085,00\t0,00",
			"707000\tVentes de marchandises\t\t\tF%[1]d\t%[2]s\tVente %[1]d\t0,00\t1000,00",
			"445710\tTVA collectée\t\t\tF%[1]d\t%[2]s\tVente %[1]d\t0,00\t85,00",
		} {
			fmt.Fprintf(&b, "VE\tVentes\t%[1]d\t%[2]s\t"+l+"\t\t\t%[2]s\t\t\r\n", n+1, day)
		}
	}
	return b.String()
}

func line(price int64) []object {
	return []object{{
		"kind": "item", "description": "Fenêtre en aluminium", "quantity": 1_000_000, "unit": "H87",
		"unit_price": price, "vat_rate": 85_000, "nature": "goods",
	}}
}

func (s *story) sell(t *testing.T) {
	today := time.Now().Format(time.DateOnly)
	quote := op[document](s.a, "quote.save", object{"customer": 1, "date": today, "lines": line(4217_390_000)})
	quote = op[document](s.a, "quote.send", object{"id": quote.ID, "version": quote.Version})
	quote = op[document](s.a, "quote.accept", object{"id": quote.ID})
	if !strings.HasPrefix(quote.Number, "D-") {
		t.Errorf("quote number %q", quote.Number)
	}
	draft := op[document](s.a, "quote.to_invoice", object{"id": quote.ID})
	invoice := op[document](s.a, "invoice.issue", object{"id": draft.ID, "version": draft.Version})
	s.gross = invoice.Gross
	if s.gross != 4575_87 || !strings.HasSuffix(invoice.Number, "-0001") {
		t.Fatalf("invoice %s of %d", invoice.Number, s.gross)
	}
	op[object](s.a, "payment.record", object{
		"customer": 1, "date": today, "amount": s.gross, "method": "transfer",
		"allocations": []object{{"document": invoice.ID, "amount": s.gross}},
	})
	if paid := op[document](s.a, "document.get", object{"id": invoice.ID}); paid.Status != "paid" {
		t.Errorf("the paid invoice is %q", paid.Status)
	}
	s.a.refused("", "op", "invoice.issue", fmt.Sprintf(`{"id":%d,"version":%d}`, invoice.ID, invoice.Version))
}

func (s *story) trialBalance(d *desk) balance {
	year := time.Now().Year()
	tb := op[balance](d, "ledger.trial_balance", object{
		"from": fmt.Sprintf("%d-01-01", year), "to": fmt.Sprintf("%d-12-31", year),
	})
	if tb.Total.Debit != tb.Total.Credit || tb.Total.Debit == 0 {
		s.t.Errorf("trial balance %+v", tb)
	}
	return tb
}

func (s *story) books(t *testing.T) {
	if tb := s.trialBalance(s.a); tb.Total.Debit != 2*s.gross {
		t.Errorf("debits %d, want %d", tb.Total.Debit, 2*s.gross)
	}
	for _, year := range []string{"2025", "2026"} {
		s.a.ok("export", "fec", "--year", year, "--output", s.files)
		name := "812345676FEC" + year + "1231.txt"
		data, err := os.ReadFile(filepath.Join(s.files, name))
		if err != nil {
			t.Fatal(err)
		}
		if ps := fec.Check(name, data); len(ps.List) > 0 {
			t.Errorf("FEC of %s: %v", year, ps.List)
		}
	}
	s.a.ok("export", "customers", "--output", filepath.Join(s.files, "export.csv"))
	if data, err := os.ReadFile(filepath.Join(s.files, "export.csv")); err != nil || !bytes.Contains(data, []byte(spirou)) {
		t.Errorf("export of customers: %v\n%s", err, data)
	}
}
