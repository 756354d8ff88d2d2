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

// SaveCustomers stores customers as they are, every field, and returns their ids in order: new rows
// for those whose ID is zero. The search box follows. What may be stored is the caller's business.
func (t *Tx) SaveCustomers(cs []party.Customer) ([]party.CustomerID, error) {
	ids := make([]party.CustomerID, len(cs))
	values := make([][]any, len(cs))
	known := make([]int64, len(cs))
	for i, c := range cs {
		known[i] = int64(c.ID)
		values[i] = append(customerValues(c), search.Fold(c.Name), search.Fold(c.City), " "+customerFold(c))
	}
	if err := t.hold(handsOfCustomers, known); err != nil {
		return nil, err
	}
	saved, err := t.upsert("customer", customerColumns+`, name_fold, city_fold, fold`, known, values)
	if err != nil {
		return nil, err
	}
	if err := t.hold(handsOfCustomers, saved); err != nil {
		return nil, err
	}
	if _, err := t.exec(`DELETE FROM customer_contact WHERE customer IN (SELECT value FROM json_each(?))`,
		idList(saved)); err != nil {
		return nil, err
	}
	var contacts [][]any
	docs := make([]searchDoc, 0, len(cs))
	var gone []int64
	for i, c := range cs {
		ids[i] = party.CustomerID(saved[i])
		for pos, p := range c.Contacts {
			contacts = append(contacts, []any{saved[i], pos, p.Name, p.Role, p.Email, p.Phone})
		}
		if c.Archived { // it leaves the search box
			gone = append(gone, saved[i])
			continue
		}
		detail := c.Code
		if c.City != "" {
			detail += " · " + c.City
		}
		docs = append(docs, searchDoc{saved[i], c.Name, detail, customerFold(c)})
	}
	const head = `INSERT INTO customer_contact(customer, pos, name, role, email, phone)`
	if err := t.insertRows(head, ``, contacts); err != nil {
		return nil, err
	}
	return ids, t.indexAll(search.Customer, docs, gone)
}

// SaveCustomer is SaveCustomers for one.
func (t *Tx) SaveCustomer(c party.Customer) (party.CustomerID, error) {
	ids, err := t.SaveCustomers([]party.Customer{c})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
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
