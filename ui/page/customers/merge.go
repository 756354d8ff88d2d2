package customers

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/party"
	"zafe/ui/page"
	"zafe/ui/page/merge"
)

var _ page.Shared = (*card)(nil)

// Elsewhere implements page.Shared: what somebody else changed is settled with what is typed.
func (c *card) Elsewhere() {
	if c.was.ID == 0 {
		return
	}
	page.Call(c.env, party.Get, party.IDRequest{ID: c.was.ID}, func(now party.Customer, err error) {
		if err != nil || now.Version == c.was.Version {
			return // one that is gone refuses the save
		}
		merge.Case[party.Customer]{
			Env: c.env, Fields: c.shared(), Was: c.was, Mine: c.typed, Theirs: now,
			Who: now.UpdatedBy, At: now.UpdatedAt,
			Bar: func() *fyne.Container { return c.banner }, Moved: c.object.Refresh, Save: c.save, Show: c.show,
			Put: func(v party.Customer) {
				c.show(v)
				c.was, c.dirty = now, true
			},
		}.Ask()
	})
}

// settled takes the question away: what is in the book is what is shown.
func (c *card) settled() {
	c.banner.Hide()
	c.object.Refresh()
}

// shared are the fields of the card.
func (c *card) shared() []merge.Field[party.Customer] {
	type f = merge.Field[party.Customer]
	e := c.env
	yes := func(name string, at func(*party.Customer) *bool) f {
		return f{Name: name, Text: func(v party.Customer) string {
			return e.T(map[bool]string{true: "merge.yes", false: "merge.no"}[*at(&v)])
		}, Take: func(to *party.Customer, from party.Customer) { *at(to) = *at(&from) }}
	}
	out := []f{{
		Name: e.T("merge.kind"), Text: func(v party.Customer) string { return e.T("customers.kind." + string(v.Kind)) },
		Take: func(to *party.Customer, from party.Customer) { to.Kind = from.Kind },
	}}
	for _, key := range []string{
		"name", "siren", "siret", "vat_number", "email", "phone", "street", "street2", "postal_code", "city", "country",
	} {
		field := merge.Plain[party.Customer]
		if key == "siren" || key == "siret" || key == "vat_number" {
			field = merge.Compact
		}
		out = append(out, field(e.T("customers."+key), func(v *party.Customer) *string { return texts(v)[key] }))
	}
	return append(out,
		f{
			Name: e.T("customers.payment_days"), Text: func(v party.Customer) string { return strconv.Itoa(v.PaymentDays) },
			Take: func(to *party.Customer, from party.Customer) { to.PaymentDays = from.PaymentDays },
		},
		yes(e.T("customers.end_of_month"), func(v *party.Customer) *bool { return &v.PaymentEndOfMonth }),
		yes(e.T("customers.prospect"), func(v *party.Customer) *bool { return &v.Prospect }),
		f{
			Name: e.T("customers.owner"), Text: func(v party.Customer) string { return c.ownerName(v.Owner) },
			Take: func(to *party.Customer, from party.Customer) { to.Owner = from.Owner },
		},
		merge.Plain(e.T("customers.notes"), func(v *party.Customer) *string { return &v.Notes }),
		f{Name: e.T("customers.contacts"), Text: func(v party.Customer) string {
			var people []string
			for _, p := range v.Contacts {
				people = append(people, strings.Join(strings.Fields(p.Name+" "+p.Role+" "+p.Email+" "+p.Phone), " "))
			}
			return strings.Join(people, "\n")
		}, Take: func(to *party.Customer, from party.Customer) { to.Contacts = from.Contacts }},
	)
}

// ownerName is what people call a person who has customers.
func (c *card) ownerName(id auth.UserID) string {
	for _, o := range c.owners {
		if o.Key == strconv.FormatInt(int64(id), 10) {
			return o.Text
		}
	}
	return ""
}
