package ledger_test

import (
	"bytes"
	"fmt"
	"testing"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/store"
)

// bigFile is a FEC of a year of about so many lines: sales to 400 customers and their receipts,
// matched, purchases and their payments.
func bigFile(y, lines int) []byte {
	data := []byte(fec.Header())
	nums := map[string]int{}
	entry := func(journal, title string, d civil.Date, label string, rows ...fec.Row) {
		nums[journal]++
		for _, r := range rows {
			r.Journal, r.JournalTitle, r.Num = journal, title, fmt.Sprintf("%s%06d", journal, nums[journal])
			r.Date, r.RefDate, r.ValidDate, r.Ref, r.Label = d, d, d, fmt.Sprintf("P%06d", nums[journal]), label
			data = fec.Append(data, &r)
		}
	}
	titles := map[string]string{
		"411000": "Clients", "401000": "Fournisseurs", "707000": "Ventes", "706000": "Prestations",
		"445710": "TVA collectée", "445660": "TVA déductible", "606400": "Fournitures", "512000": "Banque",
	}
	row := func(account string, debit, credit money.Amount) fec.Row {
		return fec.Row{Account: account, AccountTitle: titles[account], Debit: debit, Credit: credit}
	}
	party := func(account string, i int, debit, credit money.Amount, match string, d civil.Date) fec.Row {
		r := row(account, debit, credit)
		r.Aux, r.AuxTitle = fmt.Sprintf("%c%05d", account[1]+16, i), fmt.Sprintf("Tiers %d", i)
		if r.Match = match; match != "" {
			r.MatchDate = d
		}
		return r
	}
	const perRound = 10
	rounds := lines / perRound
	for i := range rounds {
		d := civil.New(y, 1, 1).AddDays(i * 364 / rounds)
		net := money.Amount(1000 + i%5000*100)
		vat := net.Mul(20 * money.Percent)
		code := ""
		if i < rounds*9/10 {
			code = fmt.Sprintf("A%05d", i)
		}
		entry("VE", "Ventes", d, "Facture de prestations", party("411000", i%400, net+vat, 0, code, d),
			row([]string{"706000", "707000"}[i%2], 0, net), row("445710", 0, vat))
		entry("BQ", "Banque", d, "Virement reçu", row("512000", net+vat, 0), party("411000", i%400, 0, net+vat, code, d))
		entry("AC", "Achats", d, "Fournitures", row("606400", net, 0), row("445660", vat, 0),
			party("401000", i%100, 0, net+vat, code, d))
		entry("BQ", "Banque", d, "Virement émis", party("401000", i%100, net+vat, 0, code, d), row("512000", 0, net+vat))
	}
	return data
}

func bigBook(b *testing.B, lines int) *book {
	w := newBook(b)
	for y := 2025; y > 2022; y-- {
		if _, err := w.imports(fmt.Sprintf("732829320FEC%d1231.txt", y), bigFile(y, lines/3)); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

func BenchmarkImport(b *testing.B) {
	const lines = 100_000
	data := bigFile(2025, lines)
	for b.Loop() {
		b.StopTimer()
		w := newBook(b)
		b.StartTimer()
		if _, err := w.imports(fecName, data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkImportMillion takes in five years of 200,000 lines each, the largest files there may be.
func BenchmarkImportMillion(b *testing.B) {
	const years, lines = 5, 200_000
	for b.Loop() {
		b.StopTimer()
		w := newBook(b)
		for y := 2025; y > 2025-years; y-- {
			data := bigFile(y, lines)
			b.StartTimer()
			if _, err := w.imports(fmt.Sprintf("732829320FEC%d1231.txt", y), data); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(years*lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkStatements(b *testing.B) {
	w := bigBook(b, 100_000)
	owner, ctx := w.As("owner"), w.Ctx()
	run := func(name string, fn func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := fn(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	trial := func(to civil.Date, detail bool) func() error {
		return func() error {
			_, err := ledger.TrialBalanceOf.Call(ctx, owner, ledger.TrialBalanceRequest{
				From: civil.New(2025, 1, 1), To: to, Detail: detail,
			})
			return err
		}
	}
	run("trial/month", trial(civil.New(2025, 11, 30), false))
	run("trial/day", trial(civil.New(2025, 11, 15), false))
	run("trial/detail", trial(civil.New(2025, 11, 30), true))
	run("account/page", func() error {
		_, err := ledger.GeneralLedgerOf.Call(ctx, owner, ledger.GeneralLedgerRequest{
			Account: "512000", From: civil.New(2025, 6, 1), To: civil.New(2025, 12, 31),
		})
		return err
	})
	run("account/5000", func() error {
		_, err := ledger.GeneralLedgerOf.Call(ctx, owner, ledger.GeneralLedgerRequest{
			Account: "512000", From: civil.New(2025, 1, 1), To: civil.New(2025, 12, 31), Limit: 5000,
		})
		return err
	})
	run("aged/today", func() error {
		_, err := ledger.AgedOf.Call(ctx, owner, ledger.AgedRequest{})
		return err
	})
	run("aged/past", func() error {
		_, err := ledger.AgedOf.Call(ctx, owner, ledger.AgedRequest{At: civil.New(2025, 11, 15)})
		return err
	})
	run("figures", func() error {
		_, err := ledger.Figures.Call(ctx, owner, struct{}{})
		return err
	})
	run("entries", func() error {
		_, err := ledger.EntryListing.Call(ctx, owner, ledger.EntryListRequest{})
		return err
	})
	run("fec", func() error {
		var out bytes.Buffer
		return w.Store.View(ctx, func(tx *store.Tx) error {
			ys, err := tx.FiscalYears()
			if err != nil {
				return err
			}
			return ledger.WriteFEC(tx, ys[2], &out)
		})
	})
	run("verify", func() error {
		return w.Store.View(ctx, func(tx *store.Tx) error { _, err := ledger.Verify(tx); return err })
	})
}

func BenchmarkPost(b *testing.B) {
	w := bigBook(b, 100_000)
	for b.Loop() {
		w.post(sale(day(6, 1), "C1", "F1", 100_00))
	}
}
