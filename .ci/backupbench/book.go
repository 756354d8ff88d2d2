//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/file"
	"zafe/app/fr/fec"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/record"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/source"
)

// size is what the book holds.
type size struct {
	Lines     int // of entries, per year
	Years     int
	Customers int
	Files     int // attachments of 200 KB in the mean
}

// The sizes: 300 MB and 200 MB of attachments, and what is tried in a minute.
var (
	whole = size{Lines: 160_000, Years: 5, Customers: 80_000, Files: 1000}
	small = size{Lines: 40_000, Years: 1, Customers: 10_000, Files: 100}
)

// today is the day of the first backup; the edits are made hours later.
var today = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

var secrets = store.Secrets{
	BookID: "bench", Label: "owner", Password: "password", Recovery: [20]byte{1, 2, 3},
	Cost: crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1},
}

type owner struct{}

func (owner) Authenticate(context.Context, op.Credential) (auth.Actor, error) {
	return auth.Actor{User: 1, Name: "Owner", Login: "owner", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: today}, nil
}

// book is the sealed book, open, whose clock the bench sets.
type book struct {
	*store.Store
	now time.Time
}

func (b *book) options() store.Options {
	return store.Options{Clock: func() time.Time { return b.now }, Zone: time.UTC, SlotCost: secrets.Cost}
}

func openBook(ctx context.Context, dir string) (*book, error) {
	b := &book{now: today}
	var err error
	b.Store, err = store.Open(ctx, dir, store.WithRecovery(secrets.Recovery), b.options())
	return b, err
}

func (b *book) caller() op.Caller {
	r := op.New[*store.Tx](b.Store, owner{}, func() time.Time { return b.now }, func(op.Record) {})
	ledger.Bind(r)
	party.Bind(r)
	return op.Local[*store.Tx]{Registry: r, Credential: func() op.Credential { return op.Credential{} }}
}

// makeBook makes the book of the first backup.
func makeBook(ctx context.Context, dir string, of size) (err error) {
	b := &book{now: today.AddDate(-1, 0, 0)}
	b.Store, err = store.Create(ctx, dir, secrets, b.options(), func(tx *store.Tx) error {
		return ledger.Seed(tx, nil, nil)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	for y := range of.Years {
		if err := b.importYear(ctx, 2025-y, of.Lines); err != nil {
			return err
		}
	}
	r := mathrand.New(mathrand.NewPCG(1, 2))
	for start := 0; start < of.Customers; start += 5000 {
		if err := b.addCustomers(ctx, r, start, min(5000, of.Customers-start)); err != nil {
			return err
		}
	}
	for i := range of.Files { // over a year
		b.now = today.AddDate(0, 0, -360+360*i/of.Files)
		if err := b.attach(ctx, r, int64(1+i%of.Customers)); err != nil {
			return err
		}
	}
	return nil
}

// edit works on the book as between two backups. recent: half of a hundredth more entries, and five attachments;
// random: half of a hundredth of the customers, anywhere among the others, and five attachments.
func edit(ctx context.Context, dir, what string, of size) (err error) {
	b, err := openBook(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	r := mathrand.New(mathrand.NewPCG(3, uint64(len(what))))
	if what == recentEdit {
		b.now = today.Add(time.Hour)
		err = b.importYear(ctx, 2026, of.Lines*of.Years/200)
	} else {
		b.now = today.Add(2 * time.Hour)
		err = b.changeCustomers(ctx, r, of)
	}
	for range 5 {
		if err == nil {
			err = b.attach(ctx, r, 1)
		}
	}
	return err
}

func (b *book) changeCustomers(ctx context.Context, r *mathrand.Rand, of size) error {
	caller := b.caller()
	for range max(20, of.Customers/200) {
		id := party.CustomerID(1 + r.IntN(of.Customers))
		c, err := party.Get.Call(ctx, caller, party.IDRequest{ID: id})
		if err != nil {
			return err
		}
		c.Phone = fmt.Sprintf("0690%06d", r.IntN(1e6))
		if _, err := party.Save.Call(ctx, caller, c); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) importYear(ctx context.Context, year, lines int) error {
	_, err := ledger.FECImport.Call(ctx, b.caller(), ledger.FECImportRequest{
		Name: fmt.Sprintf("732829320FEC%d1231.txt", year), Data: yearOf(year, lines),
		Period: civil.YearOf(civil.New(year, 1, 1)),
	})
	return err
}

// yearOf is a file of about so many lines: sales, purchases and what was paid of them.
func yearOf(year, lines int) []byte {
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
	row := func(account, title string, debit, credit money.Amount) fec.Row {
		return fec.Row{Account: account, AccountTitle: title, Debit: debit, Credit: credit}
	}
	const perRound = 8
	rounds := max(1, lines/perRound)
	r := mathrand.New(mathrand.NewPCG(uint64(year), 1))
	for i := range rounds {
		d := civil.New(year, 1, 1).AddDays(i * 300 / rounds)
		net := money.Amount(1000 + r.IntN(500_000))
		vat := net.Mul(20 * money.Percent)
		who := r.IntN(4000)
		client := func(debit, credit money.Amount) fec.Row {
			c := row("411000", "Clients", debit, credit)
			c.Aux, c.AuxTitle = fmt.Sprintf("C%05d", who), fmt.Sprintf("Client %d", who)
			return c
		}
		entry("VE", "Ventes", d, fmt.Sprintf("Facture %d de prestations", r.IntN(1e6)), client(net+vat, 0),
			row("706000", "Prestations", 0, net), row("445710", "TVA collectée", 0, vat))
		entry("BQ", "Banque", d, "Virement reçu", row("512000", "Banque", net+vat, 0), client(0, net+vat))
		entry("AC", "Achats", d, "Fournitures", row("606400", "Fournitures", net, 0),
			row("445660", "TVA déductible", vat, 0), row("512000", "Banque", 0, net+vat))
	}
	return data
}

func (b *book) addCustomers(ctx context.Context, r *mathrand.Rand, start, n int) error {
	names := []string{"Boulangerie", "Garage", "SARL", "Épicerie", "Hôtel", "Dupont", "Bélénus", "Césaire", "Lambert"}
	return b.Update(ctx, func(tx *store.Tx) error {
		var all []party.Customer
		for i := start; i < start+n; i++ {
			all = append(all, party.Customer{
				Code: fmt.Sprintf("C%06d", i+1), Kind: party.Company,
				Name:  fmt.Sprintf("%s %s %d", names[r.IntN(5)], names[5+r.IntN(4)], r.IntN(100_000)),
				Email: fmt.Sprintf("contact%d@exemple%d.fr", i, r.IntN(500)), Phone: fmt.Sprintf("0690%06d", r.IntN(1e6)),
				Owner: 1, Stamp: record.Stamp{Version: 1, UpdatedAt: tx.Now()},
				Address: party.Address{
					Street: fmt.Sprintf("%d rue Frébault", 1+r.IntN(200)), PostalCode: fmt.Sprint(97100 + r.IntN(90)),
					City: "Pointe-à-Pitre", Country: "FR",
				},
			})
		}
		_, err := tx.SaveCustomers(all)
		return err
	})
}

// attach adds a paper of up to 400 KB: seven eighths are as a picture, which does not compress, the rest text.
func (b *book) attach(ctx context.Context, r *mathrand.Rand, customer int64) error {
	data := make([]byte, 2000+r.IntN(400_000))
	_, _ = rand.Read(data)
	for i := range len(data) / 8 {
		data[i] = "Facture 1234567890 €,.\n"[r.IntN(24)]
	}
	c, err := b.ReceiveFile(ctx, bytes.NewReader(data))
	if err != nil {
		return err
	}
	err = b.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: file.Customer, ID: customer}, Name: "plan.pdf", Media: "application/pdf",
			Size: c.Length(), Digest: c.Digest(), At: tx.Now(), By: 1, ByName: "Owner",
		}, c)
		return err
	})
	return errors.Join(err, c.Discard())
}

// export writes the book and its attachments in clear, for the tools that take files.
func export(ctx context.Context, dir, to string) (err error) {
	b, err := openBook(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := os.MkdirAll(filepath.Join(to, "files"), 0o700); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(to, "book.sqlite"))
	if err != nil {
		return err
	}
	err = b.Pages(ctx, func(int, uint32) error { return nil }, func(_ uint32, data []byte) error {
		_, err := out.Write(data)
		return err
	})
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	files := source.Files{Store: b.Store}
	all, err := files.Attachments(ctx)
	for _, a := range all {
		at := filepath.Join(to, "files", a.Hash)
		if _, known := os.Stat(at); known == nil || err != nil {
			continue
		}
		err = exportFile(ctx, files, a.Hash, at)
	}
	return err
}

func exportFile(ctx context.Context, files source.Files, hash, at string) error {
	r, err := files.Open(ctx, hash)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	return os.WriteFile(at, data, 0o600)
}

// digest is the SHA-256 of a file, to compare what came back.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}
