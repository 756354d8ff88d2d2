package party_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/record"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

var (
	benchFirst = []string{
		"Boulangerie", "Garage", "SARL", "Épicerie", "Hôtel", "Menuiserie", "Cabinet", "Pharmacie", "EURL", "Atelier",
		"Société", "Établissements", "Transports", "Restaurant", "Ambulances", "Pressing", "Quincaillerie",
	}
	benchLast = []string{
		"Dupont", "Bélénus", "Martin", "Césaire", "Élise", "Durand", "Lefèvre", "Gérard", "Ozier", "Théodore",
		"Nègre", "Ducœur", "Saint-Aimé", "d'Arbaud", "Lambert", "Valérius", "Hippolyte", "Zébulon", "Kancel", "Uranie",
	}
	benchCity = []string{"Pointe-à-Pitre", "Baie-Mahault", "Le Gosier", "Sainte-Anne", "Basse-Terre", "Paris", "Fort-de-France"}
)

// manyCustomers fills a book with n customers of twelve salespeople.
func manyCustomers(b *testing.B, w *storetest.World, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string) string { return words[r.IntN(len(words))] }
	const chunk = 5000
	for start := 0; start < n; start += chunk {
		w.Update(func(tx *store.Tx) error {
			var cs []party.Customer
			for i := start; i < min(start+chunk, n); i++ {
				cs = append(cs, party.Customer{
					Code: fmt.Sprintf("C%06d", i+1), Kind: party.Company,
					Name:  fmt.Sprintf("%s %s %s %d", pick(benchFirst), pick(benchLast), pick(benchLast), r.IntN(1000)),
					SIREN: fmt.Sprintf("%09d", r.IntN(1e9)), Email: fmt.Sprintf("contact%d@exemple%d.fr", i, r.IntN(500)),
					Phone: fmt.Sprintf("0690%06d", r.IntN(1e6)), Owner: auth.UserID(1 + r.IntN(12)), Prospect: r.IntN(20) == 0,
					Archived: r.IntN(30) == 0, Stamp: record.Stamp{Version: 1, UpdatedAt: tx.Now()},
					Address: party.Address{
						Street: "12 rue Frébault", PostalCode: fmt.Sprintf("%05d", 97100+r.IntN(90)), City: pick(benchCity), Country: "FR",
					},
				})
			}
			_, err := tx.SaveCustomers(cs)
			return err
		})
	}
}

// BenchmarkImportCustomers takes in 100,000 customers as two files, the largest there may be.
func BenchmarkImportCustomers(b *testing.B) {
	const files = 2
	uploads := make([]imports.Upload, files)
	for i := range uploads {
		uploads[i] = upload(customerFile(i, imports.RowsMax))
	}
	for b.Loop() {
		b.StopTimer()
		w := world(b)
		b.StartTimer()
		for _, u := range uploads {
			batch, err := party.Import.Call(context.Background(), w.As("owner"), party.ImportRequest{Upload: u})
			if err != nil || batch.Created != imports.RowsMax {
				b.Fatal(batch, err)
			}
		}
	}
	b.ReportMetric(float64(files*imports.RowsMax)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// customerFile is a CSV of n customers, each with a contact, unlike those of another seed.
func customerFile(seed, n int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	pick := func(words []string) string { return words[r.IntN(len(words))] }
	var s strings.Builder
	s.WriteString("Nom;Email;Téléphone;Adresse;CP;Ville;Délai de paiement;Type;Contact;Mail contact\n")
	for i := range n {
		fmt.Fprintf(&s, "%s %s %s %d;contact%d@exemple%d.fr;0690%06d;12 rue Frébault;%05d;%s;",
			pick(benchFirst), pick(benchLast), pick(benchLast), seed*n+i, i, r.IntN(500), r.IntN(1e6),
			97100+r.IntN(90), pick(benchCity))
		fmt.Fprintf(&s, "30 jours;entreprise;%s %d;c%d@exemple.fr\n", pick(benchLast), i, i)
	}
	return s.String()
}

// BenchmarkHundredThousand measures what a person feels in a book of 100,000 customers: run it with
// -bench HundredThousand -benchtime 200x and read the p99-ms column.
func BenchmarkHundredThousand(b *testing.B) {
	w := world(b)
	start := time.Now()
	manyCustomers(b, w, 100_000)
	b.Log(time.Since(start))
	call := func(name, who string, fn func(context.Context, op.Caller) error) {
		b.Run(name+"/"+who, func(b *testing.B) {
			var took []time.Duration
			ctx, c := context.Background(), w.As(who)
			for b.Loop() {
				start := time.Now()
				if err := fn(ctx, c); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
	listing := func(req party.ListRequest) func(context.Context, op.Caller) error {
		return func(ctx context.Context, c op.Caller) error {
			page, err := party.List.Call(ctx, c, req)
			if err == nil && len(page.Rows) == 0 && page.Total > req.Offset {
				b.Errorf("%+v: no row of %d", req, page.Total)
			}
			return err
		}
	}
	for _, who := range []string{"owner", "sales"} {
		for _, text := range []string{"", "d", "du", "dup", "dupont mart", "sarl", "0690 12", "97110", "zzz", "contact4242", "e s"} {
			call("list "+text, who, listing(party.ListRequest{Text: text}))
			call("names "+text, who, func(ctx context.Context, c op.Caller) error {
				_, err := party.Names.Call(ctx, c, party.NamesRequest{Text: text})
				return err
			})
			call("find "+text, who, func(ctx context.Context, c op.Caller) error {
				_, err := search.Find.Call(ctx, c, search.FindRequest{Text: text})
				return err
			})
		}
		call("last page", who, listing(party.ListRequest{Offset: 95_000}))
		call("prospects", who, listing(party.ListRequest{Filter: party.FilterProspects}))
		call("prospects d", who, listing(party.ListRequest{Filter: party.FilterProspects, Text: "d"}))
		call("archived", who, listing(party.ListRequest{Filter: party.FilterArchived}))
		for _, by := range []party.Sort{party.ByCity, party.ByEmail, party.BySIREN} {
			call("by "+string(by), who, listing(party.ListRequest{Sort: by}))
			call("by "+string(by)+" desc", who, listing(party.ListRequest{Sort: by, Desc: true, Offset: 1000}))
		}
	}
}
