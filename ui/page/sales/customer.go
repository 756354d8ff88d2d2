package sales

import (
	"strconv"
	"strings"
	"unicode"

	"zafe/app/fault"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// newCustomer is the key of the option that creates a customer.
const newCustomer = "new"

func customerKey(id party.CustomerID) string { return strconv.FormatInt(int64(id), 10) }

// newCustomerCombo is a field that finds a customer as one types, and proposes to create the one
// that is not found when the person may.
func newCustomerCombo(e *page.Env, chosen func(party.CustomerID), create func(name string)) *kit.Combo {
	var typed string
	c := kit.NewCombo(e.T("sales_ui.customer.find"), nil, nil)
	c.Find = func(text string, answer func([]kit.Option)) {
		typed = strings.TrimSpace(text)
		page.Call(e, party.Names, party.NamesRequest{Text: text, Limit: 12}, func(found []party.Name, err error) {
			var out []kit.Option
			if err != nil { // no customer was looked for, which is not that there is none
				out = append(out, kit.Option{Icon: "warning-circle", Text: e.T("common.unread"), Disabled: true})
			}
			for _, n := range found {
				out = append(out, kit.Option{Key: customerKey(n.ID), Text: n.Name, Detail: placeOf(n)})
			}
			if err == nil && create != nil && typed != "" && e.Can(party.Save.Spec) {
				out = append(out, kit.Option{
					Key: newCustomer, Icon: "user-plus", Text: e.T("sales_ui.customer.create", "name", typed),
				})
			}
			answer(out)
		})
	}
	before := kit.Option{}
	c.OnChosen = func(o kit.Option) {
		if o.Key == newCustomer {
			c.SetChosen(before)
			create(typed)
			return
		}
		before = o
		id, err := strconv.ParseInt(o.Key, 10, 64)
		if err != nil {
			id = 0 // the field was emptied
		}
		chosen(party.CustomerID(id))
	}
	c.Edit().Icon = "user"
	return c
}

// placeOf tells customers of one name apart.
func placeOf(n party.Name) string {
	return strings.TrimSpace(strings.Join([]string{n.Code, n.City}, "  "))
}

// createCustomer asks for the little that an invoice needs of a customer and makes the card.
func (f *form) createCustomer(name string) {
	e := f.env
	field := func(label, text string) (*kit.LineEdit, *kit.Field) {
		w := kit.NewLineEdit("")
		w.SetText(text)
		return w, kit.NewField(e.T("sales_ui.customer."+label), w)
	}
	kind := kit.NewSegmented(kit.Options(string(party.Company), e.T("sales_ui.customer.company"),
		string(party.Person), e.T("sales_ui.customer.person")), nil)
	who, whoField := field("name", name)
	siren, sirenField := field("siren", "")
	street, streetField := field("street", "")
	code, codeField := field("code", "")
	city, cityField := field("city", "")
	mail, mailField := field("email", "")
	if n := strings.ReplaceAll(name, " ", ""); len(n) == 9 && strings.IndexFunc(n, notDigit) < 0 {
		who.SetText("")
		siren.SetText(n)
	}
	kind.OnChanged = func(key string) {
		sirenField.Hidden = key == string(party.Person)
		sirenField.Refresh()
	}
	fields := map[string]*kit.Field{
		"name": whoField.Required(), "siren": sirenField, "street": streetField, "postal_code": codeField,
		"city": cityField, "email": mailField,
	}
	var m *kit.Modal
	create := func() {
		req := party.Customer{
			Kind: party.Kind(kind.Key()), Name: who.Text(), Email: mail.Text(),
			Address: party.Address{Street: street.Text(), PostalCode: code.Text(), City: city.Text(), Country: "FR"},
		}
		if req.Kind == party.Company {
			req.SIREN = siren.Text()
		}
		req.PaymentDays, req.PaymentEndOfMonth = f.page.from.PaymentDays, f.page.from.PaymentEndOfMonth
		page.Call(e, party.Save, req, func(s party.Saved, err error) {
			if err != nil {
				showFault(e, fields, err)
				return
			}
			m.Close()
			e.Shell.Changed("customer")
			f.customer.SetChosen(kit.Option{Key: customerKey(s.Customer.ID), Text: s.Customer.Name})
			f.chooseCustomer(s.Customer.ID)
			for _, w := range s.Warnings {
				e.Shell.Toast(kit.Warn, e.Text.Fault(w))
			}
		})
	}
	body := kit.VBox(12, kind, kit.Cols(14, []float32{2, 1}, whoField, sirenField), streetField,
		kit.Cols(14, []float32{1, 2, 2}, codeField, cityField, mailField))
	m = kit.NewModal(e.T("sales_ui.customer.title"), 620, body,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("sales_ui.customer.save"), "check", kit.Primary, create)).OnEnter(create)
	m.Show(e.Window)
	m.Focus(who)
}

func notDigit(r rune) bool { return !unicode.IsDigit(r) }

// showFault shows a refusal beside the field it names, or as a message.
func showFault(e *page.Env, fields map[string]*kit.Field, err error) {
	for _, w := range fields {
		w.SetError("")
	}
	if w, ok := fields[fault.Of(err).Field]; ok {
		w.SetError(e.Text.Fault(err))
		return
	}
	e.Shell.Fail(err)
}
