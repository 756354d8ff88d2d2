// Package demo makes the sample company: a small joinery of Guadeloupe with three years of quotes,
// invoices, payments and books. It is deterministic: the same size gives the same company. Everything
// goes through the operations, as people would have done it, so that the sample is also a test.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
)

// Size says how much the company did.
type Size string

// The sizes. Large adds five imported years with 1,000,000 ledger lines and 100,000 customers.
const (
	Small Size = "small" // a few documents a week
	Year  Size = "year"  // several a day
	Large Size = "large"
)

// ParseSize accepts the three names.
func ParseSize(s string) (Size, bool) {
	switch z := Size(s); z {
	case Small, Year, Large:
		return z, true
	}
	return "", false
}

// Person is one of the company's people with their published log-in.
type Person struct {
	Login, Name, Password string
	Role                  auth.Role
	Secret                string // TOTP, for the roles that need one
}

// People are the log-ins of the sample company; they are printed for everyone to see and open
// nothing else.
var People = []Person{
	{"claire", "Claire Bélénus", "essai-zafe-claire", auth.Owner, "ZAFEDEMOCLAIREAAAAAAAAAAAAAAAAA2"},
	{"sonia", "Sonia Marival", "essai-zafe-sonia", auth.Accountant, "ZAFEDEMOSONIAAAAAAAAAAAAAAAAAAA2"},
	{"yann", "Yann Toribio", "essai-zafe-yann", auth.Sales, ""},
	{"marc", "Marc Céleste", "essai-zafe-marc", auth.Assistant, ""},
}

// Company is the sample company's profile.
func Company() company.Profile {
	p := company.Default()
	p.Name, p.LegalForm, p.Capital = "Menuiserie Bélénus", "sarl", 15_000_00
	p.SIREN, p.SIRET, p.NAF, p.RCSCity = "812345676", "", "43.32A", "Pointe-à-Pitre"
	p.Activity = "Menuiserie bois et aluminium"
	p.Street, p.PostalCode, p.City = "12 rue de l'Industrie, ZI de Jarry", "97122", "Baie-Mahault"
	p.Email, p.Phone = "contact@menuiserie-belenus.example", "0590 26 00 00"
	p.Territory, p.Regime, p.Exigibility = fr.Guadeloupe, fr.NormalMonthly, fr.OnDebit
	p.Bank = company.Bank{Label: "Compte courant", IBAN: "FR7630006000011234567890189", BIC: "AGRIFRPP", Account: "512000"}
	p.Insurance = "Décennale : Assurances des Îles, contrat 2024-7781, Guadeloupe et Martinique"
	return p
}

// The days the sample covers. They never move: the sample is the same whenever it is made.
var (
	FirstDay = civil.New(2024, time.January, 2)
	LastDay  = civil.New(2026, time.November, 20)
)

// Clock is set by the generator before each act.
type Clock interface{ Set(t time.Time) }

// maker is one run.
type maker struct {
	ctx      context.Context
	caller   op.Caller
	clock    Clock
	rnd      *rand.Rand
	size     Size
	progress func(done, total int64)

	people    map[string]auth.Actor
	customers []party.Customer
	items     []catalog.Item
	day       civil.Date
	minute    int
	quotes    []pending // sent, waiting for an answer
	accepted  []pending // waiting to be invoiced
	open      []due     // invoices waiting for money
	signed    []billing.DocumentID
}

type pending struct {
	id  billing.DocumentID
	day civil.Date
}

type due struct {
	id       billing.DocumentID
	customer party.CustomerID
	amount   money.Amount
	day      civil.Date
}

// Fill makes the sample company in an empty book whose people are People with ids from 1. The caller
// must run calls as the actor in their context.
func Fill(ctx context.Context, c op.Caller, clock Clock, size Size, progress func(done, total int64)) error {
	m := &maker{
		ctx: ctx, caller: c, clock: clock, size: size, progress: progress,
		rnd:    rand.New(rand.NewPCG(2026, 1121)), //nolint:gosec // the same company each time
		people: map[string]auth.Actor{},
	}
	for i, p := range People {
		m.people[p.Login] = auth.Actor{
			User: auth.UserID(i + 1), Name: p.Name, Login: p.Login, Role: p.Role, Rights: p.Role.Rights(),
		}
	}
	m.day = FirstDay
	for _, step := range []func() error{m.found, m.furnish, m.history, m.live, m.papers} {
		if err := step(); err != nil {
			return fmt.Errorf("demo: %s: %w", m.day, err)
		}
	}
	return nil
}

// as performs an operation as one of the people, a few minutes after the one before.
func as[Req, Resp any](m *maker, who string, o op.Op[Req, Resp], req Req) (Resp, error) {
	m.minute += 1 + m.rnd.IntN(3)
	at := m.day.In(time.UTC).Add(8*time.Hour + time.Duration(min(m.minute, 15*60))*time.Minute)
	at = at.Add(time.Duration(m.minute) * time.Millisecond)
	m.clock.Set(at)
	actor := m.people[who]
	actor.FreshAt = at
	resp, err := o.Call(op.AsActor(m.ctx, actor), m.caller, req)
	if err != nil {
		return resp, fmt.Errorf("%s: %w", o.Name, err)
	}
	return resp, nil
}

// found sets the company up: profile, people, fiscal years, opening balances.
func (m *maker) found() error {
	m.clock.Set(m.day.In(time.UTC).Add(8 * time.Hour))
	if _, err := as(m, "claire", company.Save, Company()); err != nil {
		return err
	}
	first := FirstDay.Year
	if m.size == Large {
		first -= largeYears
	}
	for year := first; year <= LastDay.Year; year++ {
		p := civil.YearOf(civil.New(year, time.January, 1))
		if _, err := as(m, "claire", ledger.FiscalYearOpen, ledger.YearOpenRequest{Period: p}); err != nil {
			return err
		}
	}
	if m.size == Large {
		return nil // the imported years bring their own balances
	}
	return m.entry("OD", "OUVERTURE", "Apport en capital et emprunt de départ", []ledger.Line{
		{Account: "512000", Debit: 42_000_00},
		{Account: "218200", Debit: 18_000_00},
		{Account: "215400", Debit: 9_500_00},
		{Account: "101300", Credit: 15_000_00},
		{Account: "164000", Credit: 54_500_00},
	})
}

// entry writes and posts an accounting entry as the accountant.
func (m *maker) entry(journal, ref, label string, lines []ledger.Line) error {
	e, err := as(m, "sonia", ledger.EntrySave, ledger.EntrySaveRequest{
		Journal: journal, Date: m.day, Ref: ref, RefDate: m.day, Label: label, Lines: lines,
	})
	if err != nil {
		return err
	}
	_, err = as(m, "sonia", ledger.EntryPost, ledger.PostRequest{IDs: []ledger.EntryID{e.ID}})
	return err
}

// furnish makes the customers and the articles.
func (m *maker) furnish() error {
	n := 48
	if m.size != Small {
		n = 220
	}
	sellers := []auth.UserID{m.people["yann"].User, m.people["claire"].User, m.people["marc"].User}
	for i := range n {
		c := m.customer(i)
		c.Owner = sellers[i%len(sellers)]
		saved, err := as(m, "claire", party.Save, c)
		if err != nil {
			return err
		}
		m.customers = append(m.customers, saved.Customer)
	}
	for _, it := range articles {
		saved, err := as(m, "claire", catalog.Save, it)
		if err != nil {
			return err
		}
		m.items = append(m.items, saved.Item)
	}
	return nil
}
