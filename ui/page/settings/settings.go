// Package settings is the company's profile.
package settings

import (
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"settings": func(e *page.Env, _ page.Route) page.Page { return newSettings(e) },
	}
}

// settings edits the profile; what it read is kept whole, so that what is not on the page stays.
type settings struct {
	*page.Gate
	env     *page.Env
	object  *kit.Page
	profile company.Profile
	edits   map[string]*kit.LineEdit
	fields  map[string]*kit.Field
	form    *kit.Select
	place   *kit.Select
	regime  *kit.Select
	due     *kit.Select
	month   *kit.Switch
	save    *kit.Button
	banner  *fyne.Container // that somebody else changed the profile
	dirty   bool
}

func newSettings(e *page.Env) page.Page {
	s := &settings{
		Gate: page.NewGate(e), env: e, edits: map[string]*kit.LineEdit{},
		fields: map[string]*kit.Field{},
	}
	var actions []fyne.CanvasObject
	if e.Can(opening.Get.Spec) {
		actions = append(actions, kit.NewButton(e.T("security.title"), "key", kit.Secondary,
			func() { e.Shell.Open(page.Route{Name: "security"}) }))
	}
	if e.Can(company.Save.Spec) {
		actions = append(actions, kit.NewButton(e.T("approvals.title"), "check-circle", kit.Secondary,
			func() { e.Shell.Open(page.Route{Name: "approvals"}) }))
		s.save = s.Write(kit.NewButton(e.T("common.save"), "floppy-disk", kit.Primary, s.store))
		actions = append(actions, s.save)
	}
	cards := kit.VBox(theme.GapCard,
		kit.NewCard(e.T("settings.who"), kit.FormGrid(3,
			s.text("name").Required(), s.text("trade_name"), s.choice("legal_form", &s.form, page.LegalForms()),
			s.text("siren"), s.text("siret"), s.text("vat_number"),
			s.text("capital"), s.text("rcs_city"), s.text("naf"))),
		kit.NewCard(e.T("settings.where"), kit.FormGrid(3,
			s.text("street"), s.text("postal_code"), s.text("city"),
			s.text("email"), s.text("phone"), s.text("website"))),
		kit.NewCard(e.T("settings.vat"), kit.FormGrid(3,
			s.choice("territory", &s.place, s.territories()), s.choice("regime", &s.regime, s.regimes()),
			s.choice("exigibility", &s.due, s.exigibilities()))),
		kit.NewCard(e.T("settings.paid"), kit.VBox(theme.GapField, kit.FormGrid(3,
			s.text("bank.label"), s.text("bank.iban"), s.text("bank.bic"),
			s.text("payment_days"), s.text("quote_days"), s.text("late_penalty_rate")), s.monthEnd())),
		kit.NewCard(e.T("settings.papers"), kit.FormGrid(2, s.text("insurance"), s.text("footer"))),
	)
	if !e.Types(company.Save.Spec) {
		kit.Still(cards)
	}
	head := kit.NewHeader(e.T("settings.title"), e.T("settings.under"), actions...)
	s.banner = kit.VBox(0)
	s.banner.Hide()
	s.object = kit.NewPage(head, kit.NewScroll(cards)).Bar(s.banner)
	s.Refresh()
	return s
}

func (s *settings) text(key string) *kit.Field {
	edit := kit.NewLineEdit("")
	edit.OnChanged = func(string) { s.dirty = true }
	s.edits[key] = edit
	f := kit.NewField(s.env.T("settings."+key), edit)
	if key == "bank.iban" || key == "late_penalty_rate" || key == "insurance" {
		f.Hint(s.env.T("settings." + key + ".hint"))
	}
	s.fields[key] = f
	return f
}

func (s *settings) choice(key string, into **kit.Select, options []kit.Option) *kit.Field {
	*into = kit.NewSelect(options, func(string) { s.dirty = true })
	s.fields[key] = kit.NewField(s.env.T("settings."+key), *into)
	return s.fields[key]
}

func (s *settings) monthEnd() fyne.CanvasObject {
	s.month = kit.NewSwitch(s.env.T("settings.end_of_month"), s.env.T("settings.end_of_month_note"), func(bool) { s.dirty = true })
	return s.month
}

func (s *settings) territories() []kit.Option {
	var out []kit.Option
	for _, t := range fr.Territories() {
		out = append(out, kit.Option{Key: string(t), Text: s.env.T("fr.territory." + string(t))})
	}
	return out
}

func (s *settings) regimes() []kit.Option {
	var out []kit.Option
	for _, r := range []fr.Regime{fr.Franchise, fr.Simplified, fr.NormalMonthly, fr.NormalQuarterly} {
		out = append(out, kit.Option{Key: string(r), Text: s.env.T("fr.regime." + string(r))})
	}
	return out
}

func (s *settings) exigibilities() []kit.Option {
	var out []kit.Option
	for _, x := range []fr.Exigibility{fr.OnCollection, fr.OnDebit} {
		out = append(out, kit.Option{Key: string(x), Text: s.env.T("fr.exigibility." + string(x))})
	}
	return out
}

// texts ties the boxes to the profile.
func (s *settings) texts(p *company.Profile) map[string]*string {
	return map[string]*string{
		"name": &p.Name, "trade_name": &p.TradeName, "siren": &p.SIREN, "siret": &p.SIRET, "vat_number": &p.VATNumber,
		"rcs_city": &p.RCSCity, "naf": &p.NAF, "street": &p.Street, "postal_code": &p.PostalCode, "city": &p.City,
		"email": &p.Email, "phone": &p.Phone, "website": &p.Website, "insurance": &p.Insurance, "footer": &p.Footer,
		"bank.label": &p.Bank.Label, "bank.iban": &p.Bank.IBAN, "bank.bic": &p.Bank.BIC,
	}
}

// Object implements page.Page.
func (s *settings) Object() fyne.CanvasObject { return s.object }

// Unsaved implements page.Page.
func (s *settings) Unsaved() bool { return s.dirty }

// Refresh implements page.Page; what is being typed is kept.
func (s *settings) Refresh() {
	if s.dirty {
		return
	}
	page.Do(s.env, company.Get, op.Empty{}, func(p company.Profile) {
		if !s.dirty { // typing may have begun meanwhile
			s.show(p)
		}
	})
}

func (s *settings) show(p company.Profile) {
	s.profile = p
	for key, value := range s.texts(&p) {
		s.edits[key].SetText(*value)
	}
	s.edits["siren"].SetText(fr.FormatSIREN(p.SIREN))
	s.edits["siret"].SetText(fr.FormatSIRET(p.SIRET))
	s.edits["bank.iban"].SetText(fr.FormatIBAN(p.Bank.IBAN))
	e := s.env
	s.edits["capital"].SetText("")
	if p.Capital > 0 {
		s.edits["capital"].SetText(e.Text.AmountBare(money.Amount(p.Capital)))
	}
	s.edits["payment_days"].SetText(strconv.Itoa(p.PaymentDays))
	s.edits["quote_days"].SetText(strconv.Itoa(p.QuoteDays))
	s.edits["late_penalty_rate"].SetText("")
	if p.LatePenaltyRate > 0 {
		s.edits["late_penalty_rate"].SetText(e.Text.RateBare(p.LatePenaltyRate))
	}
	e.Mask(s.edits["bank.iban"], auth.Bank)
	e.Mask(s.edits["bank.bic"], auth.Bank)
	s.form.SetKey(p.LegalForm)
	s.place.SetKey(string(p.Territory))
	s.regime.SetKey(string(p.Regime))
	s.due.SetKey(string(p.Exigibility))
	s.month.SetOn(p.PaymentEndOfMonth)
}

// typed reads the page into a profile; a figure that is none is shown at its box.
func (s *settings) typed() (company.Profile, bool) {
	p := s.profile
	for key, value := range s.texts(&p) {
		*value = s.edits[key].Text()
	}
	p.LegalForm, p.Territory = s.form.Key(), fr.Territory(s.place.Key())
	p.Regime, p.Exigibility = fr.Regime(s.regime.Key()), fr.Exigibility(s.due.Key())
	p.PaymentEndOfMonth = s.month.On()
	good := true
	number := func(key string, parse func(string) error) {
		text := s.edits[key].Text()
		if text == "" {
			text = "0"
		}
		if err := parse(text); err != nil {
			s.fields[key].SetError(s.env.T("settings.number"))
			good = false
		}
	}
	number("capital", func(t string) error {
		a, err := money.ParseAmount(t)
		p.Capital = int64(a)
		return err
	})
	number("late_penalty_rate", func(t string) (err error) { p.LatePenaltyRate, err = money.ParseRate(t); return err })
	number("payment_days", func(t string) (err error) { p.PaymentDays, err = strconv.Atoi(t); return err })
	number("quote_days", func(t string) (err error) { p.QuoteDays, err = strconv.Atoi(t); return err })
	return p, good
}

func (s *settings) store() {
	e := s.env
	for _, f := range s.fields {
		f.SetError("")
	}
	p, good := s.typed()
	if !good {
		return
	}
	page.Call(e, company.Save, p, func(saved company.Profile, err error) {
		if err != nil {
			f := fault.Of(err)
			switch {
			case s.fields[f.Field] != nil:
				s.fields[f.Field].SetError(e.Text.Fault(f))
			case f.Key == "company.changed_meanwhile":
				s.Elsewhere()
			case f.Key == "approval.two":
				s.second(p, e.Text.Fault(err))
			default:
				e.Shell.Fail(err)
			}
			return
		}
		s.settled()
		s.dirty = false
		s.show(saved)
		e.Shell.Toast(kit.Ok, e.T("settings.saved"))
		e.Shell.Changed("company")
	})
}

// second offers to ask a second person for what takes two, and keeps nothing of what was typed here then.
func (s *settings) second(p company.Profile, why string) {
	page.Second(s.env, company.Save.Spec, p, why, func() {
		s.dirty = false
		s.Refresh()
	})
}

// Commands are the shortcuts of the page.
func (s *settings) Commands() []kit.Command {
	if s.save == nil {
		return nil
	}
	return []kit.Command{{
		Key: fyne.KeyS, Mod: fyne.KeyModifierShortcutDefault, Name: s.env.T("common.save"),
		Run: func() { page.Writable(s.env, s.store) },
	}}
}
