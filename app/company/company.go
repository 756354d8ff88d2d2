// Package company is the profile of the business whose book this is: who it is before the law, how
// it stands with VAT, how it is paid. Documents freeze a copy of it when they are issued. It knows
// no screen and no SQL.
package company

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/record"
)

// Profile is the company as its documents and returns show it.
type Profile struct {
	Name       string `json:"name"`       // raison sociale, or the trader's name
	TradeName  string `json:"trade_name"` // enseigne
	LegalForm  string `json:"legal_form"` // key of fr.LegalForms
	Capital    int64  `json:"capital"`    // cents; companies only
	SIREN      string `json:"siren"`
	SIRET      string `json:"siret"`
	VATNumber  string `json:"vat_number"`
	NAF        string `json:"naf"`
	RCSCity    string `json:"rcs_city"`
	RNA        string `json:"rna"` // associations
	Activity   string `json:"activity"`
	Street     string `json:"street"`
	Street2    string `json:"street2"`
	PostalCode string `json:"postal_code"`
	City       string `json:"city"`
	Country    string `json:"country"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	Website    string `json:"website"`
	Insurance  string `json:"insurance"` // décennale: insurer and area covered

	Territory   fr.Territory   `json:"territory"`
	Regime      fr.Regime      `json:"regime"`
	Exigibility fr.Exigibility `json:"exigibility"`

	Bank Bank `json:"bank"`

	PaymentDays       int        `json:"payment_days"`
	PaymentEndOfMonth bool       `json:"payment_end_of_month"`
	LatePenaltyRate   money.Rate `json:"late_penalty_rate"` // yearly; 0: the legal default
	QuoteDays         int        `json:"quote_days"`        // validity of a quote
	Accent            string     `json:"accent"`            // colour of documents, "#2456d3"
	Logo              []byte     `json:"logo,omitempty"`    // PNG or JPEG
	Footer            string     `json:"footer"`

	record.Stamp
}

// Bank is the account customers pay to.
type Bank struct {
	Label   string `json:"label"`
	IBAN    string `json:"iban" class:"bank"`
	BIC     string `json:"bic" class:"bank"`
	Account string `json:"account"` // ledger account, 512000
}

// Limits of a profile.
const (
	textRunesMax    = 200
	footerRunesMax  = 1000 // at the foot of every document
	logoBytesMax    = 1 << 20
	paymentDaysMax  = 60 // C. com. L441-10: 60 days, or 45 end of month
	endOfMonthMax   = 45
	quoteDaysMax    = 365
	defaultPayment  = 30
	defaultQuote    = 30
	defaultAccent   = "#2456d3"
	settingKey      = "company"
	defaultBankAcct = "512000"
)

// Default is the profile a new company starts from.
func Default() Profile {
	return Profile{
		Country: "FR", Territory: fr.Metropole, Regime: fr.NormalMonthly, Exigibility: fr.OnCollection,
		PaymentDays: defaultPayment, QuoteDays: defaultQuote, Accent: defaultAccent,
		Bank: Bank{Account: defaultBankAcct},
	}
}

// Settings is what reading or writing the profile needs of a transaction.
type Settings interface {
	Setting(key string, dst any) (bool, error)
	SetSetting(key string, v any) error
}

// Of reads the profile; before the set-up it is Default.
func Of(tx Settings) (Profile, error) {
	p := Default()
	_, err := tx.Setting(settingKey, &p)
	return p, err
}

// Complete tells whether documents can be issued: the name, the address and the SIREN are there.
func (p Profile) Complete() bool {
	return p.Name != "" && p.PostalCode != "" && p.City != "" && p.SIREN != ""
}

// WrittenIBANs are the account numbers that stand in the texts of the profile, beside the one of the bank details: what
// is printed there is where customers pay to as well.
func (p Profile) WrittenIBANs() []string {
	return fr.IBANsIn(strings.Join([]string{
		p.Name, p.TradeName, p.Activity, p.Street, p.Street2, p.City, p.Email, p.Phone, p.Website, p.RCSCity, p.RNA,
		p.Insurance, p.Bank.Label, p.Footer,
	}, "\n;\n"))
}

// Normalize checks a profile and returns it as it is stored: identifiers without spaces, the SIREN
// and VAT number derived where they can be. Faults, which name the field: company.too_long,
// company.name_missing, company.legal_form_unknown, company.siret_of_other, company.territory_unknown,
// company.regime_unknown, company.exigibility_unknown, company.payment_days, company.quote_days,
// company.capital, company.logo_size, company.late_penalty_rate and those of the identifiers (fr.*).
func (p Profile) Normalize() (Profile, error) {
	for _, text := range []struct {
		field string
		value *string
	}{
		{"name", &p.Name},
		{"trade_name", &p.TradeName},
		{"activity", &p.Activity},
		{"street", &p.Street},
		{"street2", &p.Street2},
		{"city", &p.City},
		{"country", &p.Country},
		{"email", &p.Email},
		{"phone", &p.Phone},
		{"website", &p.Website},
		{"rcs_city", &p.RCSCity},
		{"rna", &p.RNA},
		{"insurance", &p.Insurance},
		{"bank.label", &p.Bank.Label},
		{"bank.account", &p.Bank.Account},
		{"accent", &p.Accent},
		{"footer", &p.Footer},
	} {
		most := textRunesMax
		if text.field == "footer" {
			most = footerRunesMax
		}
		if *text.value = strings.TrimSpace(*text.value); utf8.RuneCountInString(*text.value) > most {
			return p, fault.Field(text.field, "company.too_long", "max", most)
		}
	}
	if p.Name == "" {
		return p, fault.Field("name", "company.name_missing")
	}
	if _, ok := fr.LegalFormOf(p.LegalForm); !ok && p.LegalForm != "" {
		return p, fault.Field("legal_form", "company.legal_form_unknown")
	}
	if err := p.identifiers(); err != nil {
		return p, err
	}
	return p, p.terms()
}

// identifiers normalises what has a check digit.
func (p *Profile) identifiers() error {
	checks := []struct {
		field string
		value *string
		parse func(string) (string, error)
	}{
		{"siret", &p.SIRET, fr.ParseSIRET},
		{"siren", &p.SIREN, fr.ParseSIREN},
		{"vat_number", &p.VATNumber, fr.ParseVATNumber},
		{"naf", &p.NAF, fr.ParseNAF},
		{"postal_code", &p.PostalCode, fr.ParsePostalCode},
		{"bank.iban", &p.Bank.IBAN, fr.ParseIBAN},
		{"bank.bic", &p.Bank.BIC, fr.ParseBIC},
	}
	for _, c := range checks {
		if *c.value = strings.TrimSpace(*c.value); *c.value == "" {
			continue
		}
		v, err := c.parse(*c.value)
		if err != nil {
			f := *fault.Of(err)
			f.Field = c.field
			return &f
		}
		*c.value = v
	}
	if p.SIREN == "" && p.SIRET != "" {
		p.SIREN = p.SIRET[:9]
	}
	if p.SIRET != "" && p.SIRET[:9] != p.SIREN {
		return fault.Field("siret", "company.siret_of_other")
	}
	if p.VATNumber == "" && p.SIREN != "" && p.Regime != fr.Franchise {
		p.VATNumber = fr.VATNumber(p.SIREN)
	}
	return nil
}

// terms checks the choices and the conditions of payment.
func (p *Profile) terms() error {
	most := paymentDaysMax
	if p.PaymentEndOfMonth {
		most = endOfMonthMax
	}
	if p.Bank.Account == "" {
		p.Bank.Account = defaultBankAcct
	}
	switch {
	case !slices.Contains(fr.Territories(), p.Territory):
		return fault.Field("territory", "company.territory_unknown")
	case !p.Regime.Valid():
		return fault.Field("regime", "company.regime_unknown")
	case !p.Exigibility.Valid():
		return fault.Field("exigibility", "company.exigibility_unknown")
	case p.PaymentDays < 0 || p.PaymentDays > most:
		return fault.Field("payment_days", "company.payment_days", "max", most)
	case p.QuoteDays < 1 || p.QuoteDays > quoteDaysMax:
		return fault.Field("quote_days", "company.quote_days", "max", quoteDaysMax)
	case p.Capital < 0 || !money.Amount(p.Capital).Valid():
		return fault.Field("capital", "company.capital")
	case len(p.Logo) > logoBytesMax:
		return fault.Field("logo", "company.logo_size", "max_kb", logoBytesMax>>10)
	case p.LatePenaltyRate < 0 || !p.LatePenaltyRate.Valid():
		return fault.Field("late_penalty_rate", "company.late_penalty_rate")
	}
	return nil
}

// Tx is what the operations need of a transaction.
type Tx interface {
	op.Tx
	Settings
}

// The operations on the profile.
var (
	Get = op.Op[op.Empty, Profile]{Spec: op.Spec{
		Name: "company.get", Kind: op.Query, Needs: auth.CompanyRead, Since: 1, Doc: "Reads the company's profile.",
	}}
	// Save changes the profile. Faults: those of Normalize, company.changed_meanwhile, op.fresh_needed.
	Save = op.Op[Profile, Profile]{Spec: op.Spec{
		Name: "company.save", Kind: op.Command, Needs: auth.CompanyWrite, Since: 1,
		Doc: "Changes the company's profile; documents already issued keep the one they were issued with.",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, Get, func(_ context.Context, tx T, _ op.Empty) (Profile, error) { return Of(tx) })
	op.Bind(r, Save, save[T])
}

// save stores the profile. Bank details are money's way home: a change of IBAN asks who is there.
func save[T Tx](ctx context.Context, tx T, req Profile) (Profile, error) {
	p, err := req.Normalize()
	if err != nil {
		return p, err
	}
	old, err := Of(tx)
	if err != nil {
		return p, err
	}
	if err := old.Current(p.Version, "company.changed_meanwhile"); err != nil {
		return p, err
	}
	op.KeepHidden(ctx, &p, old)
	a := op.Actor(ctx)
	if old.Bank.IBAN != "" && old.Bank.IBAN != p.Bank.IBAN && !a.System && !a.Fresh(tx.Now()) {
		return p, fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	p.Stamp = old.Next(ctx, tx)
	// The first profile of a book was written without an event: each event says what it replaced too.
	op.Note(ctx, "company", 1, p.Digest(), fmt.Sprintf(`{"before":%q}`, old.Digest()))
	return p, tx.SetSetting(settingKey, p)
}
