package settings

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/merge"
)

var _ page.Shared = (*settings)(nil)

// Elsewhere implements page.Shared: what somebody else changed is settled with what is typed.
func (s *settings) Elsewhere() {
	page.Call(s.env, company.Get, op.Empty{}, func(now company.Profile, err error) {
		if err != nil || now.Version == s.profile.Version {
			return
		}
		merge.Case[company.Profile]{
			Env: s.env, Fields: s.shared(), Was: s.profile, Mine: s.typed, Theirs: now,
			Who: now.UpdatedBy, At: now.UpdatedAt,
			Bar: func() *fyne.Container { return s.banner }, Moved: s.object.Refresh, Save: s.store,
			Show: func(p company.Profile) {
				s.dirty = false
				s.show(p)
			},
			Put: func(p company.Profile) {
				s.show(p)
				s.profile, s.dirty = now, true
			},
		}.Ask()
	})
}

// settled takes the question away: what is in the book is what is shown.
func (s *settings) settled() {
	s.banner.Hide()
	s.object.Refresh()
}

// shared are the fields of the page.
func (s *settings) shared() []merge.Field[company.Profile] {
	type f = merge.Field[company.Profile]
	e := s.env
	var out []f
	for _, key := range []string{
		"name", "trade_name", "siren", "siret", "vat_number", "rcs_city", "naf", "street", "postal_code", "city", "email",
		"phone", "website", "bank.label", "bank.iban", "bank.bic", "insurance", "footer",
	} {
		field := merge.Plain[company.Profile]
		if slices.Contains([]string{"siren", "siret", "vat_number", "naf", "bank.iban", "bank.bic"}, key) {
			field = merge.Compact
		}
		out = append(out, field(e.T("settings."+key), func(p *company.Profile) *string { return s.texts(p)[key] }))
	}
	chosen := func(key string, options []kit.Option, get func(company.Profile) string, set func(*company.Profile, string)) {
		out = append(out, f{Name: e.T("settings." + key), Text: func(p company.Profile) string {
			for _, o := range options {
				if o.Key == get(p) {
					return o.Text
				}
			}
			return get(p)
		}, Take: func(to *company.Profile, from company.Profile) { set(to, get(from)) }})
	}
	chosen("legal_form", page.LegalForms(), func(p company.Profile) string { return p.LegalForm },
		func(p *company.Profile, k string) { p.LegalForm = k })
	chosen("territory", s.territories(), func(p company.Profile) string { return string(p.Territory) },
		func(p *company.Profile, k string) { p.Territory = fr.Territory(k) })
	chosen("regime", s.regimes(), func(p company.Profile) string { return string(p.Regime) },
		func(p *company.Profile, k string) { p.Regime = fr.Regime(k) })
	chosen("exigibility", s.exigibilities(), func(p company.Profile) string { return string(p.Exigibility) },
		func(p *company.Profile, k string) { p.Exigibility = fr.Exigibility(k) })
	return append(out,
		f{
			Name: e.T("settings.capital"), Text: func(p company.Profile) string { return e.Text.Amount(money.Amount(p.Capital)) },
			Take: func(to *company.Profile, from company.Profile) { to.Capital = from.Capital },
		},
		f{
			Name: e.T("settings.payment_days"), Text: func(p company.Profile) string { return strconv.Itoa(p.PaymentDays) },
			Take: func(to *company.Profile, from company.Profile) { to.PaymentDays = from.PaymentDays },
		},
		f{
			Name: e.T("settings.quote_days"), Text: func(p company.Profile) string { return strconv.Itoa(p.QuoteDays) },
			Take: func(to *company.Profile, from company.Profile) { to.QuoteDays = from.QuoteDays },
		},
		f{
			Name: e.T("settings.late_penalty_rate"), Text: func(p company.Profile) string { return e.Text.Rate(p.LatePenaltyRate) },
			Take: func(to *company.Profile, from company.Profile) { to.LatePenaltyRate = from.LatePenaltyRate },
		},
		f{Name: e.T("settings.end_of_month"), Text: func(p company.Profile) string {
			return e.T(map[bool]string{true: "merge.yes", false: "merge.no"}[p.PaymentEndOfMonth])
		}, Take: func(to *company.Profile, from company.Profile) { to.PaymentEndOfMonth = from.PaymentEndOfMonth }},
	)
}
