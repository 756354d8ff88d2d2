package billing_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/tax"
)

func TestChecksOfASoundInvoiceAreGreen(t *testing.T) {
	b := open(t)
	d := b.draft(b.customer(), goods(100_00, 200_000))
	want := []string{"customer_ok", "dates_ok", "lines_ok", "mentions_ok", "sequence_ok", "vat_ok", "year_ok"}
	if got := keys(d, billing.OK); !slices.Equal(got, want) {
		t.Errorf("green %v, want %v", got, want)
	}
	if got := append(keys(d, billing.Warning), keys(d, billing.Blocked)...); len(got) != 0 {
		t.Errorf("not green: %v", got)
	}
}

func TestChecksNameWhatIsWrong(t *testing.T) {
	german := func(c *party.Customer) {
		c.SIREN, c.Country, c.PostalCode, c.City = "", "DE", "10115", "Berlin"
	}
	for name, row := range map[string]struct {
		company  func(*company.Profile)
		customer func(*party.Customer)
		change   func(*billing.SaveRequest)
		level    billing.Level
		want     string
	}{
		"no customer": {
			change: func(r *billing.SaveRequest) { r.Customer = 0 },
			level:  billing.Blocked, want: "customer_missing",
		},
		"no line": {
			change: func(r *billing.SaveRequest) { r.Lines = nil },
			level:  billing.Blocked, want: "no_line",
		},
		"free": {
			change: func(r *billing.SaveRequest) { r.Lines[0].UnitPrice = 0 },
			level:  billing.Blocked, want: "nothing_to_pay",
		},
		"no words": {
			change: func(r *billing.SaveRequest) { r.Lines[0].Description = "" },
			level:  billing.Blocked, want: "description_missing",
		},
		"no rate": {
			change: func(r *billing.SaveRequest) { r.Lines[0].VATRate = 0 },
			level:  billing.Blocked, want: "vat_missing",
		},
		"late": {
			change: func(r *billing.SaveRequest) { r.DueDate = day(11, 20) },
			level:  billing.Blocked, want: "due_before_date",
		},
		"long terms": {
			change: func(r *billing.SaveRequest) { r.Terms = &billing.Terms{Days: 90} },
			level:  billing.Warning, want: "terms_long",
		},
		"no address": {
			customer: func(c *party.Customer) { c.City = "" }, level: billing.Blocked, want: "customer_address",
		},
		"no SIREN": {
			customer: func(c *party.Customer) { c.SIREN = "" },
			level:    billing.Warning, want: "siren_missing",
		},
		"no seller": {
			company: func(p *company.Profile) { p.City = "" },
			level:   billing.Blocked, want: "seller_incomplete",
		},
		"works": {change: func(r *billing.SaveRequest) {
			r.Lines[0] = service(1_000_00, 100_000)
			r.Lines[0].Account = "704000"
		}, level: billing.Warning, want: "housing_works"},
		"no VAT number abroad": {
			customer: german, level: billing.Blocked, want: "buyer_vat_number",
			change: func(r *billing.SaveRequest) { r.Lines[0].Exemption = tax.IntraEUSupply },
		},
		"export to Nantes": {
			change: func(r *billing.SaveRequest) { r.Lines[0].Exemption = tax.Export },
			level:  billing.Blocked, want: "exemption_place",
		},
		"export of a service": {
			change: func(r *billing.SaveRequest) {
				r.Lines[0] = service(10_00, 0)
				r.Lines[0].Exemption = tax.Export
			}, level: billing.Blocked, want: "exemption_nature",
		},
		"taxed abroad": {customer: german, level: billing.Warning, want: "exemption_expected"},
		"sent overseas": {
			change: func(r *billing.SaveRequest) {
				r.Delivery = &party.Address{PostalCode: "97110", City: "Pointe-à-Pitre"}
			},
			level: billing.Warning, want: "exemption_expected",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var set []func(*company.Profile)
			if row.company != nil {
				set = append(set, row.company)
			}
			b := open(t, set...)
			var with []func(*party.Customer)
			if row.customer != nil {
				with = append(with, row.customer)
			}
			r := billing.SaveRequest{
				Header: billing.Header{Customer: b.customer(with...).ID},
				Lines:  []billing.Line{goods(100_00, 200_000)},
			}
			r.Date = day(11, 21)
			if row.change != nil {
				row.change(&r)
			}
			d := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
			if got := keys(d, row.level); !slices.Equal(got, []string{row.want}) {
				t.Errorf("%s: %v, want %s", row.level, got, row.want)
			}
			_, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
			if row.level == billing.Blocked {
				refused(t, err, "billing.check."+row.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestExemptSales(t *testing.T) {
	belgian := func(c *party.Customer) {
		c.SIREN, c.Country, c.PostalCode, c.City, c.VATNumber = "", "BE", "1000", "Bruxelles", "BE0403170701"
	}
	for name, row := range map[string]struct {
		company  func(*company.Profile)
		customer func(*party.Customer)
		line     billing.Line
		mention  string
		category tax.Category
	}{
		"goods to Guadeloupe": {
			customer: inGuadeloupe,
			line:     exempt(goods(10_00, 0), tax.OverseasExport),
			mention:  "art. 294", category: tax.ExportGoods,
		},
		"goods from Guadeloupe": {
			company: guadeloupe,
			line:    exempt(goods(10_00, 85_000), tax.OverseasExport),
			mention: "art. 294", category: tax.ExportGoods,
		},
		"goods to Belgium": {
			customer: belgian,
			line:     exempt(goods(10_00, 0), tax.IntraEUSupply),
			mention:  "262 ter", category: tax.IntraEU,
		},
		"services to Belgium": {
			customer: belgian,
			line:     exempt(service(10_00, 0), tax.EUService),
			mention:  "Autoliquidation", category: tax.ReverseCharge,
		},
		"subcontracting": {
			customer: func(c *party.Customer) { c.VATNumber = "FR83404833048" },
			line:     exempt(service(10_00, 0), tax.Subcontracting),
			mention:  "283, 2 nonies", category: tax.ReverseCharge,
		},
		"training": {
			line: exempt(service(10_00, 0), tax.ExemptTraining), mention: "261, 4-4°", category: tax.Exempt,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var set []func(*company.Profile)
			if row.company != nil {
				set = append(set, row.company)
			}
			b := open(t, set...)
			var with []func(*party.Customer)
			if row.customer != nil {
				with = append(with, row.customer)
			}
			a := b.invoice(b.customer(with...), row.line)
			if a.VAT != 0 || a.Rows[0].Category != row.category ||
				!strings.Contains(strings.Join(a.Mentions, "\n"), row.mention) {
				t.Errorf("tax %s, category %s, mentions %q", a.VAT, a.Rows[0].Category, a.Mentions)
			}
		})
	}
}

func exempt(l billing.Line, e tax.Exemption) billing.Line {
	l.Exemption = e
	return l
}

func TestMentionsOfAnInvoice(t *testing.T) {
	b := open(t)
	a := b.invoice(b.customer(), service(10_00, 200_000))
	all := strings.Join(a.Mentions, "\n")
	for _, want := range []string{"d’après les débits", "Pas d’escompte", "Banque centrale", "forfaitaire"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in %s", want, all)
		}
	}
	person := b.customer(func(c *party.Customer) { c.Kind, c.SIREN, c.Name = party.Person, "", "Mme Paul" })
	r := billing.SaveRequest{
		Header: billing.Header{
			Customer:     person.ID,
			HousingWorks: true,
		},
		Lines: []billing.Line{service(10_00, 100_000)},
	}
	d := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
	all = strings.Join(d.Mentions, "\n")
	if strings.Contains(all, "forfaitaire") || !strings.Contains(all, "plus de deux ans") {
		t.Errorf("mentions of a private customer: %s", all)
	}
}

func TestSaveFillsInFromTheArticle(t *testing.T) {
	b := open(t)
	d := b.draft(
		b.customer(),
		billing.Line{
			Kind:        billing.ItemLine,
			Description: "Pose",
			Quantity:    1e6,
			UnitPrice:   1e6,
			VATRate:     200_000,
		},
	)
	if l := d.Lines[0]; l.Nature != tax.Services || l.Account != "706000" {
		t.Errorf("line %+v", l)
	}
	_, err := billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{
		Lines: []billing.Line{{Kind: billing.ItemLine, Item: 99, Quantity: 1e6}},
	})
	refused(t, err, "catalog.not_found", "lines[0]")
}

func TestPDFOfDraftAndFinal(t *testing.T) {
	b := open(
		t,
		func(p *company.Profile) { p.Bank.IBAN = "FR7630006000011234567890189"; p.Exigibility = fr.OnDebit },
	)
	c := b.customer()
	r := billing.SaveRequest{
		Header: billing.Header{Customer: c.ID, Method: "transfer"},
		Lines: []billing.Line{
			{
				Kind:        billing.HeadingLine,
				Description: "Porte",
			},
			goods(100_00, 200_000),
			{Kind: billing.SubtotalLine},
			{Kind: billing.TextLine, Description: "Garantie deux ans"},
		},
	}
	d := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
	var file bytes.Buffer
	got := must(billing.PDF.Fetch(b.Ctx(), b.As("owner"), billing.PDFRequest{ID: d.ID}, &file))(t)
	if !strings.HasPrefix(got.Name, "Brouillon") || !bytes.HasPrefix(file.Bytes(), []byte("%PDF")) {
		t.Errorf("draft %+v, %d bytes", got, file.Len())
	}
	b.issue(d)
	b.pay(c, 21, 20_00, on(d, 20_00))
	n := b.issue(must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: d.ID}))(t))
	files := map[billing.DocumentID]string{
		d.ID: "F-2026-0001.pdf", n.ID: "A-2026-0001.pdf", b.quote(c).ID: "D-2026-0001.pdf",
	}
	for id, want := range files {
		for _, lang := range i18n.Languages() {
			file.Reset()
			got := must(
				billing.PDF.Fetch(b.Ctx(), b.As("owner"), billing.PDFRequest{ID: id, Lang: lang}, &file),
			)(
				t,
			)
			if got.Name != want || got.Type != "application/pdf" || file.Len() < 1000 {
				t.Errorf("%s: %+v, %d bytes", want, got, file.Len())
			}
		}
	}
}

func TestPreviewShowsTotalsWithoutSaving(t *testing.T) {
	b := open(t)
	r := billing.SaveRequest{Lines: []billing.Line{goods(100_00, 200_000)}}
	d := must(billing.SaveInvoice.Call(op.WithPreview(b.Ctx()), b.As("owner"), r))(t)
	if d.Gross != 120_00 || d.Nature != tax.Goods || len(d.Checks) == 0 {
		t.Errorf("preview %+v", d)
	}
	if p := must(billing.List.Call(b.Ctx(), b.As("owner"), billing.ListRequest{}))(t); p.Count != 0 {
		t.Errorf("%d documents after a preview", p.Count)
	}
}
