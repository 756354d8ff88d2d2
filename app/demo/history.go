package demo

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"zafe/app/civil"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
)

// The large sample: years imported before the company's own, and customers by the file.
const (
	largeYears     = 5
	largeLines     = 200_000 // ledger lines a year
	largeCustomers = 100_000
	importRows     = 20_000 // customers a file
)

// history imports the large sample's past, as a company changing from another product would.
func (m *maker) history() error {
	if m.size != Large {
		return nil
	}
	for from := 0; from < largeCustomers; from += importRows {
		data := m.customerFile(from)
		_, err := as(m, "claire", party.Import, party.ImportRequest{
			Upload: imports.Upload{Name: fmt.Sprintf("clients-%d.csv", from), Data: data},
		})
		if err != nil {
			return err
		}
	}
	for y := range largeYears {
		year := FirstDay.Year - largeYears + y
		name := Company().SIREN + "FEC" + strconv.Itoa(year) + "1231.txt"
		_, err := as(m, "sonia", ledger.FECImport, ledger.FECImportRequest{
			Name: name, Data: m.yearFile(year), Period: civil.YearOf(civil.New(year, time.January, 1)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// customerFile is a CSV file of customers as spreadsheets write them.
func (m *maker) customerFile(from int) []byte {
	var b bytes.Buffer
	b.WriteString("Nom;SIREN;Adresse;Code postal;Ville;Téléphone;E-mail\r\n")
	for i := range importRows {
		town := towns[m.rnd.IntN(len(towns))]
		n := from + i
		name := trades[n%len(trades)] + " " + families[(n/16)%len(families)] + " " + strconv.Itoa(n+1)
		fmt.Fprintf(&b, "%s;%s;%d %s;%s;%s;0590 %02d %02d %02d;contact%d@client.example\r\n",
			name, siren(10_000_000+n*13), 1+m.rnd.IntN(140), streets[m.rnd.IntN(len(streets))], town.postal, town.city,
			m.rnd.IntN(100), m.rnd.IntN(100), m.rnd.IntN(100), n)
	}
	return b.Bytes()
}

// yearFile is the FEC of one past year: sales of four lines, purchases of three, payments of two.
func (m *maker) yearFile(year int) []byte {
	var b bytes.Buffer
	b.WriteString("JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\t" +
		"PieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n")
	w := fecWriter{b: &b}
	day := civil.New(year, time.January, 2)
	perDay := largeLines / 365
	for w.lines < largeLines && day.Year == year {
		for n := 0; n < perDay+2; n += 10 {
			m.pastSale(&w, day)
		}
		day = day.AddDays(1)
	}
	return b.Bytes()
}

type fecWriter struct {
	b     *bytes.Buffer
	entry int
	lines int
}

func (w *fecWriter) line(journal, title, account, label, aux, auxLabel, ref string, day civil.Date, text string, debit, credit money.Amount) {
	w.lines++
	d := day.Compact()
	w.b.WriteString(journal + "\t" + title + "\t" + strconv.Itoa(w.entry) + "\t" + d + "\t" + account + "\t" + label + "\t" +
		aux + "\t" + auxLabel + "\t" + ref + "\t" + d + "\t" + text + "\t")
	w.b.Write(debit.AppendComma(nil))
	w.b.WriteByte('\t')
	w.b.Write(credit.AppendComma(nil))
	w.b.WriteString("\t\t\t" + d + "\t\t\r\n")
}

// pastSale writes a sale, a purchase and their payments: four entries, ten lines.
func (m *maker) pastSale(w *fecWriter, day civil.Date) {
	c := m.customers[m.rnd.IntN(len(m.customers))]
	net := money.Amount(80_00 + m.rnd.Int64N(3_000_00))
	vat := net.Mul(vat85)
	ref := fmt.Sprintf("H%d-%06d", day.Year%100, w.entry+1)
	w.entry++
	w.line("VE", "Ventes", "411000", "Clients", c.Code, c.Name, ref, day, "Facture "+ref, net+vat, 0)
	w.line("VE", "Ventes", "707000", "Ventes de marchandises", "", "", ref, day, "Facture "+ref, 0, net)
	w.line("VE", "Ventes", "445711", "TVA collectée", "", "", ref, day, "Facture "+ref, 0, vat)
	w.entry++
	w.line("BQ", "Banque", "512000", "Banques", "", "", ref, day, "Règlement "+ref, net+vat, 0)
	w.line("BQ", "Banque", "411000", "Clients", c.Code, c.Name, ref, day, "Règlement "+ref, 0, net+vat)
	p := purchases[m.rnd.IntN(len(purchases))]
	cost := net.Mul(550_000)
	tax := cost.Mul(vat85)
	w.entry++
	w.line("AC", "Achats", p.account, "Achats", "", "", "A"+ref, day, p.supplier, cost, 0)
	w.line("AC", "Achats", "445660", "TVA sur autres biens et services", "", "", "A"+ref, day, p.supplier, tax, 0)
	w.line("AC", "Achats", "401000", "Fournisseurs", p.code, p.supplier, "A"+ref, day, p.supplier, 0, cost+tax)
	w.entry++
	w.line("BQ", "Banque", "401000", "Fournisseurs", p.code, p.supplier, "A"+ref, day, "Règlement "+p.supplier, cost+tax, 0)
	w.line("BQ", "Banque", "512000", "Banques", "", "", "A"+ref, day, "Règlement "+p.supplier, 0, cost+tax)
}
