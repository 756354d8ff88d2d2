package store

import (
	"zafe/app/fault"
	"zafe/app/party"
	"zafe/app/search"
)

// customerColumns are the columns of a customer in the order of scanCustomer and customerValues.
const customerColumns = `code, kind, name, legal_form, siren, siret, vat_number, email, phone,
	street, street2, postal_code, city, country,
	delivered_elsewhere, delivery_street, delivery_street2, delivery_postal_code, delivery_city,
	delivery_country, payment_days, payment_end_of_month, notes, owner, prospect, archived,
	version, updated_at, updated_by`

func customerValues(c party.Customer) []any {
	var d party.Address
	if c.Delivery != nil {
		d = *c.Delivery
	}
	return []any{
		c.Code, c.Kind, c.Name, c.LegalForm, c.SIREN, c.SIRET, c.VATNumber, c.Email, c.Phone,
		c.Street, c.Street2, c.PostalCode, c.City, c.Country,
		c.Delivery != nil, d.Street, d.Street2, d.PostalCode, d.City, d.Country,
		c.PaymentDays, c.PaymentEndOfMonth, c.Notes, c.Owner, c.Prospect, c.Archived,
		c.Version, instant(c.UpdatedAt), c.UpdatedBy,
	}
}

func scanCustomer(scan func(...any) error, c *party.Customer) error {
	var d party.Address
	var elsewhere bool
	var at string
	err := scan(&c.ID, &c.Code, &c.Kind, &c.Name, &c.LegalForm, &c.SIREN, &c.SIRET, &c.VATNumber, &c.Email,
		&c.Phone, &c.Street, &c.Street2, &c.PostalCode, &c.City, &c.Country,
		&elsewhere, &d.Street, &d.Street2, &d.PostalCode, &d.City, &d.Country,
		&c.PaymentDays, &c.PaymentEndOfMonth, &c.Notes, &c.Owner, &c.Prospect, &c.Archived,
		&c.Version, &at, &c.UpdatedBy)
	if err != nil {
		return err
	}
	if elsewhere {
		c.Delivery = &d
	}
	c.UpdatedAt, err = parseInstant(at)
	return err
}

// Customer returns one customer with its contacts; fault party.not_found.
func (t *Tx) Customer(id party.CustomerID) (party.Customer, error) {
	return t.customer(`id = ?`, id)
}

// CustomerByCode returns the customer with a code; fault party.not_found.
func (t *Tx) CustomerByCode(code string) (party.Customer, error) {
	return t.customer(`code = ?`, code)
}

func (t *Tx) customer(where string, arg any) (party.Customer, error) {
	cs, err := all(t, `SELECT id, `+customerColumns+` FROM customer WHERE `+where, []any{arg}, scanCustomer)
	if err != nil {
		return party.Customer{}, err
	}
	if len(cs) == 0 {
		return party.Customer{}, fault.New(fault.NotFound, "party.not_found")
	}
	cs[0].Contacts, err = t.contacts(cs[0].ID)
	return cs[0], err
}

func (t *Tx) contacts(id party.CustomerID) ([]party.Contact, error) {
	return all(t, `SELECT name, role, email, phone FROM customer_contact WHERE customer = ? ORDER BY pos`,
		[]any{id}, func(scan func(...any) error, c *party.Contact) error {
			return scan(&c.Name, &c.Role, &c.Email, &c.Phone)
		})
}

// SaveCustomer stores c as it is, every field, and returns its id: a new row when c.ID is zero. The
// search box follows. What may be stored is the caller's business.
func (t *Tx) SaveCustomer(c party.Customer) (party.CustomerID, error) {
	values := append(customerValues(c), search.Fold(c.Name), search.Fold(c.City), " "+customerFold(c))
	if c.ID == 0 {
		id, err := t.insert(`INSERT INTO customer(`+customerColumns+`, name_fold, city_fold, fold)
			VALUES (`+places(len(values))+`)`, values...)
		if err != nil {
			return 0, err
		}
		c.ID = party.CustomerID(id)
	} else {
		_, err := t.exec(`UPDATE customer SET (`+customerColumns+`, name_fold, city_fold, fold) =
			(`+places(len(values))+`) WHERE id = ?`, append(values, c.ID)...)
		if err != nil {
			return 0, err
		}
		if _, err := t.exec(`DELETE FROM customer_contact WHERE customer = ?`, c.ID); err != nil {
			return 0, err
		}
	}
	for i, p := range c.Contacts {
		_, err := t.exec(`INSERT INTO customer_contact(customer, pos, name, role, email, phone)
			VALUES (?,?,?,?,?,?)`, c.ID, i, p.Name, p.Role, p.Email, p.Phone)
		if err != nil {
			return 0, err
		}
	}
	return c.ID, t.indexCustomer(c)
}

// indexCustomer keeps the search box in step. An archived customer leaves it.
func (t *Tx) indexCustomer(c party.Customer) error {
	if c.Archived {
		return t.DropSearch(search.Customer, int64(c.ID))
	}
	detail := c.Code
	if c.City != "" {
		detail += " · " + c.City
	}
	return t.IndexSearch(search.Customer, int64(c.ID), c.Owner, c.Name, detail, customerFold(c))
}

// customerFold is the text a customer is found under: name, place, numbers and every contact.
func customerFold(c party.Customer) string {
	parts := []string{
		c.Name, c.Code, c.PostalCode, c.City, c.SIREN, c.SIRET, c.VATNumber, c.Email, search.Phone(c.Phone),
	}
	for _, p := range c.Contacts {
		parts = append(parts, p.Name, p.Email, search.Phone(p.Phone))
	}
	return search.Index(parts...)
}

// places returns n question marks.
func places(n int) string {
	b := make([]byte, 0, 2*n)
	for range n {
		b = append(b, ',', '?')
	}
	return string(b[1:])
}
