package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/money"
)

const (
	fillFirst, fillYears = 2021, 5 // browse looks at the last three
	fillRound            = 5       // lines of a round: an invoice, and its payment
	fillCustomers        = 400
)

// fill makes a book of so many lines, the same number each year: invoices to a few hundred customers, paid the day after.
func fill(ctx context.Context, book, number string) error {
	lines, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "perf")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	var names []string
	for y := range fillYears {
		name := filepath.Join(dir, fmt.Sprintf("FEC%d1231.txt", fillFirst+y))
		if err := os.WriteFile(name, filled(fillFirst+y, lines/fillYears), 0o600); err != nil {
			return err
		}
		names = append(names, name)
	}
	return load(ctx, book, names)
}

// filled is the FEC of a year.
func filled(year, lines int) []byte {
	data := []byte(fec.Header())
	rounds := lines / fillRound
	for i := range rounds {
		d := civil.New(year, 1, 1).AddDays(i * 363 / rounds)
		net := money.Amount(1000 + i%5000*100)
		vat := net.Mul(20 * money.Percent)
		entry := func(journal, title, label string, d civil.Date, rows ...fec.Row) {
			for _, r := range rows {
				r.Journal, r.JournalTitle, r.Num = journal, title, fmt.Sprintf("%s%07d", journal, i+1)
				r.Date, r.RefDate, r.ValidDate, r.Ref, r.Label = d, d, d, fmt.Sprintf("P%07d", i+1), label
				data = fec.Append(data, &r)
			}
		}
		customer := fec.Row{
			Account: "411000", AccountTitle: "Clients",
			Aux: fmt.Sprintf("C%05d", i%fillCustomers), AuxTitle: fmt.Sprintf("Client %d", i%fillCustomers),
		}
		owes, paid := customer, customer
		owes.Debit, paid.Credit = net+vat, net+vat
		entry("VE", "Ventes", "Facture de prestations", d, owes,
			fec.Row{Account: "706000", AccountTitle: "Prestations", Credit: net},
			fec.Row{Account: "445710", AccountTitle: "TVA collectée", Credit: vat})
		entry("BQ", "Banque", "Virement reçu", d.AddDays(1),
			fec.Row{Account: "512000", AccountTitle: "Banque", Debit: net + vat}, paid)
	}
	return data
}
