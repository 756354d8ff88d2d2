package start

import (
	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// company asks who the business is before the law.
func (w *wizard) company() { //nolint:funlen // one form, read from top to bottom
	p := w.profile
	t := w.env.T
	name, siren, activity := line(p.Name), line(fr.FormatSIREN(p.SIREN)), line(p.Activity)
	siren.Placeholder = "123 456 789"
	street, postal, city := line(p.Street), line(p.PostalCode), line(p.City)
	if p.Email == "" {
		p.Email = w.env.Me.User.Email // one address serves both in most very small companies
	}
	email, phone := line(p.Email), line(p.Phone)
	capital, rcs := kit.NewAmountEdit("€"), line(p.RCSCity)
	if p.Capital > 0 {
		capital.SetText(w.env.Text.AmountBare(money.Amount(p.Capital)))
	}
	fields := map[string]*kit.Field{
		"name": kit.NewField(t("start.company.name"), name).Required(), "siren": kit.NewField("SIREN",
			siren).Required().Hint(t("start.company.siren_hint")),
		"activity":    kit.NewField(t("start.company.activity"), activity),
		"street":      kit.NewField(t("start.company.street"), street),
		"postal_code": kit.NewField(t("start.company.postal"), postal).Required(),
		"city":        kit.NewField(t("start.company.city"), city).Required(),
		"email":       kit.NewField(t("start.company.email"), email),
		"phone":       kit.NewField(t("start.company.phone"), phone),
		"capital":     kit.NewField(t("start.company.capital"), capital),
		"rcs_city":    kit.NewField(t("start.company.rcs"), rcs),
	}
	more := kit.FormGrid(2, fields["capital"], fields["rcs_city"])
	form := kit.NewSelect(page.LegalForms(), nil)
	form.SetKey(p.LegalForm)
	form.Placeholder = t("start.company.form_hint")
	adapt := func(key string) {
		if f, ok := fr.LegalFormOf(key); ok && f.Capital {
			more.Show()
		} else {
			more.Hide()
		}
	}
	form.OnChanged = func(key string) { adapt(key); w.root.Refresh() }
	adapt(p.LegalForm)
	fields["legal_form"] = kit.NewField(t("start.company.form"), form)
	territory := kit.NewSelect(w.territories(), nil)
	territory.SetKey(string(p.Territory))
	fields["territory"] = kit.NewField(t("start.company.territory"),
		territory).Hint(t("start.company.territory_hint"))
	postal.OnChanged = func(code string) {
		if where, ok := fr.TerritoryOf(code); ok {
			territory.SetKey(string(where))
		}
	}
	siren.OnFocus = func(gained bool) {
		if gained || text(siren) == "" {
			return
		}
		fields["siren"].SetError("")
		if _, err := fr.ParseSIREN(siren.Text()); err != nil {
			fields["siren"].SetError(w.env.Text.Fault(fault.Of(err)))
		}
	}
	var next *kit.Button
	next = w.next(func() {
		p.Name, p.SIREN, p.Activity, p.LegalForm = text(name), text(siren), text(activity), form.Key()
		p.Street, p.PostalCode, p.City, p.Email, p.Phone = text(street), text(postal), text(city),
			text(email), text(phone)
		p.Territory, p.RCSCity, p.Capital = fr.Territory(territory.Key()), text(rcs), 0
		if more.Visible() && text(capital) != "" {
			a, err := money.ParseAmount(text(capital))
			if err != nil {
				fields["capital"].SetError(w.env.Text.Fault(fault.Of(err)))
				return
			}
			p.Capital = int64(a)
		}
		// Invoices must show the address, and the territory decides the VAT.
		var missing *kit.LineEdit
		for _, needed := range []struct {
			key string
			box *kit.LineEdit
		}{{"city", city}, {"postal_code", postal}} {
			fields[needed.key].SetError("")
			if text(needed.box) == "" {
				fields[needed.key].SetError(t("start.company.needed"))
				missing = needed.box
			}
		}
		if missing != nil {
			kit.Focus(missing)
			return
		}
		w.save(next, p, fields, setup.Company)
	})
	// Two pixels of room under the last box: lines of text have heights that are not whole.
	identity := kit.NewCard(t("start.company.identity"), kit.Pad(0, 0, 2, 0, kit.VBox(theme.GapField,
		kit.FormGrid(2, fields["name"], fields["legal_form"]), more,
		kit.Cols(theme.GapCard, []float32{1, 2}, fields["siren"], fields["activity"]))))
	address := kit.NewCard(t("start.company.address"), kit.VBox(theme.GapField,
		fields["street"], kit.FormGrid(3, fields["postal_code"], fields["city"], fields["territory"]),
		kit.FormGrid(2, fields["email"], fields["phone"])))
	w.show(setup.Company, kit.VBox(theme.GapCard, identity, address), next)
	w.chain(next.OnTapped, name, siren, activity, street, postal, city, email, phone)
}

func (w *wizard) territories() []kit.Option {
	var out []kit.Option
	for _, t := range fr.Territories() {
		out = append(out, kit.Option{Key: string(t), Text: w.env.T("fr.territory." + string(t))})
	}
	return out
}

// vat asks how the business declares its VAT.
func (w *wizard) vat() {
	p := w.profile
	t := w.env.T
	var regimes []kit.Option
	for _, r := range fr.Regimes(civil.Of(w.clock())) {
		regimes = append(regimes, kit.Option{
			Key: string(r), Text: t("fr.regime." + string(r)), Detail: t("start.vat.regime." + string(r)),
		})
	}
	due := kit.NewRadio([]kit.Option{
		{
			Key: string(fr.OnCollection), Text: t("fr.exigibility.collection"),
			Detail: t("start.vat.collection"),
		},
		{Key: string(fr.OnDebit), Text: t("fr.exigibility.debit"), Detail: t("start.vat.debit")},
	}, nil)
	due.SetKey(string(p.Exigibility))
	second := kit.NewCard(t("start.vat.due"), due)
	adapt := func(key string) {
		if fr.Regime(key) == fr.Franchise {
			second.Hide()
		} else {
			second.Show()
		}
		w.root.Refresh()
	}
	regime := kit.NewRadio(regimes, adapt)
	regime.SetKey(string(p.Regime))
	var next *kit.Button
	next = w.next(func() {
		p.Regime, p.Exigibility = fr.Regime(regime.Key()), fr.Exigibility(due.Key())
		if p.Regime == fr.Franchise {
			p.VATNumber = ""
		}
		w.save(next, p, nil, setup.VAT)
	})
	content := kit.VBox(theme.GapCard)
	if !p.Territory.HasVAT() { // nothing to declare, nothing to choose
		content.Add(kit.NewNotice(kit.Info, t("fr.territory."+string(p.Territory)), t("start.vat.none")))
		w.show(setup.VAT, content, next)
		return
	}
	content.Add(kit.NewCard(t("start.vat.regime"), regime))
	content.Add(second)
	w.show(setup.VAT, content, next)
	adapt(regime.Key())
}

// bank asks for the account customers pay to.
func (w *wizard) bank() {
	p := w.profile
	t := w.env.T
	label, iban, bic := line(p.Bank.Label), line(fr.FormatIBAN(p.Bank.IBAN)), line(p.Bank.BIC)
	label.Placeholder, iban.Placeholder, bic.Placeholder = t("start.bank.label_hint"), "FR76 …", "AGRIFRPP"
	iban.Translate, bic.Translate = upper, upper
	fields := map[string]*kit.Field{
		"bank.label": kit.NewField(t("start.bank.label"), label), "bank.iban": kit.NewField("IBAN",
			iban).Hint(t("start.bank.iban_hint")),
		"bank.bic": kit.NewField("BIC", bic),
	}
	var next *kit.Button
	next = w.next(func() {
		p.Bank.Label, p.Bank.IBAN, p.Bank.BIC = text(label), text(iban), text(bic)
		w.save(next, p, fields, setup.Bank)
	})
	form := kit.VBox(theme.GapField, fields["bank.label"], kit.Cols(theme.GapCard, []float32{2, 1},
		fields["bank.iban"], fields["bank.bic"]))
	w.show(setup.Bank, kit.NewCard("", form), []fyne.CanvasObject{w.later(setup.Bank), next}...)
	w.chain(next.OnTapped, label, iban, bic)
}
