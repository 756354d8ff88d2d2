package store

import (
	"slices"
	"strings"

	"zafe/app/auth"
	"zafe/app/party"
	"zafe/app/search"
)

var _ party.Tx = (*Tx)(nil)

// customerOrders are the columns of each sort, as the indexes of 0002_party.sql have them; blanks go
// last.
var customerOrders = map[party.Sort]string{
	party.ByName:       `name_fold, name`,
	party.ByCode:       `code`,
	party.ByCity:       `city_fold = '', city_fold, name_fold`,
	party.ByPostalCode: `postal_code = '', postal_code, name_fold`,
	party.BySIREN:      `siren = '', siren, name_fold`,
	party.ByEmail:      `email = '', email, name_fold`,
	party.ByPhone:      `phone = '', phone, name_fold`,
}

// customerListing turns a selection into a listing. The rights are in the condition, never left to
// whoever reads the rows.
func (t *Tx) customerListing(s party.Selection) (listing, error) {
	l := listing{
		table: "customer", order: customerOrders[s.Sort], desc: s.Desc, query: s.Query,
		offset: s.Offset, limit: s.Limit,
	}
	switch s.Filter {
	case party.FilterArchived:
		l.where = `archived = 1`
	case party.FilterProspects:
		l.where = `prospect = 1 AND archived = 0`
	case party.FilterOverdue:
		l.where, l.only = `archived = 0`, true
		var err error
		if l.within, err = t.overdueCustomers(); err != nil {
			return l, err
		}
	default:
		l.where = `archived = 0`
	}
	if s.Owner != 0 {
		l.where += ` AND owner = ?`
		l.args = append(l.args, s.Owner)
	}
	allowed, args := customerFacts.condition(s.Allowed)
	l.where += ` AND ` + allowed
	l.args = append(l.args, args...)
	if s.Query.NoContact && !s.Query.Empty() {
		condition, args := openly(s.Query)
		l.where += ` AND ` + condition
		l.args = append(l.args, args...)
	}
	return l, nil
}

// openly is the condition that a customer answers q by what everybody who sees them may see: what is indexed
// has their telephones and addresses of e-mail too.
func openly(q search.Query) (string, []any) {
	const open = `instr(' ' || name_fold || ' ' || city_fold || ' ' || postal_code || ' ' || lower(code) || ' ' ||
		siren || ' ' || siret || ' ' || lower(vat_number), ' ' || ?) > 0`
	conditions, args := make([]string, len(q.Words)), make([]any, 0, len(q.Words)+1)
	for i, w := range q.Words {
		conditions[i], args = open, append(args, w)
	}
	condition := strings.Join(conditions, " AND ")
	if q.Digits != "" {
		condition, args = `(`+condition+`) OR `+open, append(args, q.Digits)
	}
	return `(` + condition + `)`, args
}

// CustomerPage returns the rows a selection asks for, with what each customer owes.
func (t *Tx) CustomerPage(s party.Selection) (party.Page, error) {
	l, err := t.customerListing(s)
	if err != nil {
		return party.Page{}, err
	}
	ids, total, atLeast, err := t.ids(l, func() (int, error) { return t.countCustomers(l) })
	if err != nil {
		return party.Page{}, err
	}
	rows, err := all(t, `SELECT id, code, kind, name, postal_code, city, siren, email, phone, owner, prospect,
		archived FROM customer WHERE id IN (SELECT value FROM json_each(?))`, []any{idList(ids)},
		func(scan func(...any) error, r *party.Row) error {
			return scan(&r.ID, &r.Code, &r.Kind, &r.Name, &r.PostalCode, &r.City, &r.SIREN, &r.Email, &r.Phone,
				&r.Owner, &r.Prospect, &r.Archived)
		})
	if err != nil {
		return party.Page{}, err
	}
	page := party.Page{Total: total, AtLeast: atLeast}
	page.Rows = inOrder(ids, rows, func(r party.Row) int64 { return int64(r.ID) })
	return page, t.owed(page.Rows)
}

// countCustomers reads the tally: the condition of a listing holds on its columns too.
func (t *Tx) countCustomers(l listing) (int, error) {
	var n int
	_, err := t.one(`SELECT coalesce(sum(n), 0) FROM customer_tally WHERE `+l.where, l.args, &n)
	return n, err
}

// owed fills the balance of rows: what is open on the customers' accounts (411), and what of it is
// past its due date. A payment not yet matched counts from its date.
func (t *Tx) owed(rows []party.Row) error {
	at := make(map[party.CustomerID]int, len(rows))
	ids := make([]int64, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, int64(r.ID)
	}
	return t.each(`SELECT c.id, sum(o.net), sum(iif(o.due < ?, o.net, 0))
		FROM customer c
		JOIN aux x ON x.code = c.code
		JOIN account a ON a.number >= '411' AND a.number < '412'
		JOIN open_line o ON o.account_id = a.id AND o.aux_id = x.id
		WHERE c.id IN (SELECT value FROM json_each(?)) GROUP BY c.id`,
		[]any{t.Today().String(), idList(ids)}, func(scan func(...any) error) error {
			var id party.CustomerID
			var r party.Row
			if err := scan(&id, &r.Balance, &r.Overdue); err != nil {
				return err
			}
			i := at[id]
			rows[i].Balance, rows[i].Overdue = r.Balance, max(0, r.Overdue)
			return nil
		})
}

// overdueCustomers returns the customers who owe something past its due date.
func (t *Tx) overdueCustomers() ([]int64, error) {
	return all(t, `SELECT c.id
		FROM account a
		JOIN open_line o ON o.account_id = a.id
		JOIN aux x ON x.id = o.aux_id
		JOIN customer c ON c.code = x.code
		WHERE a.number >= '411' AND a.number < '412' AND o.due < ?
		GROUP BY c.id HAVING sum(o.net) > 0`, []any{t.Today().String()}, scanID)
}

// CustomerNames returns up to s.Limit customers that are not archived: the one with the code typed,
// then those whose name starts with what is typed, then those found otherwise.
func (t *Tx) CustomerNames(s party.Selection) ([]party.Name, error) {
	l, err := t.customerListing(s)
	if err != nil {
		return nil, err
	}
	ids, err := t.completed(l, s.Typed, "name_fold")
	if err != nil {
		return nil, err
	}
	return t.customerNames(ids)
}

func (t *Tx) customerNames(ids []int64) ([]party.Name, error) {
	rows, err := all(t, `SELECT id, code, name, postal_code, city, prospect FROM customer
		WHERE id IN (SELECT value FROM json_each(?))`, []any{idList(ids)},
		func(scan func(...any) error, n *party.Name) error {
			return scan(&n.ID, &n.Code, &n.Name, &n.PostalCode, &n.City, &n.Prospect)
		})
	return inOrder(ids, rows, func(n party.Name) int64 { return int64(n.ID) }), err
}

// CountCustomers returns how many there are in a selection, whatever its page.
func (t *Tx) CountCustomers(s party.Selection) (int, error) {
	l, err := t.customerListing(s)
	if err != nil {
		return 0, err
	}
	read := t.walk
	if l.offset, l.limit = 0, -1; l.only {
		read = t.sorted
	}
	ids, err := read(l)
	return len(ids), err
}

// eachChunk is how many customers are read at a time.
const eachChunk = 500

// EachCustomer calls fn for every customer of a selection, in its order, contacts included.
func (t *Tx) EachCustomer(s party.Selection, fn func(party.Customer) error) error {
	l, err := t.customerListing(s)
	if err != nil {
		return err
	}
	read := t.walk
	if l.offset, l.limit = 0, -1; l.only {
		read = t.sorted
	}
	ids, err := read(l)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(ids, eachChunk) {
		found, err := t.customersOf(chunk)
		if err != nil {
			return err
		}
		for _, c := range found {
			if err := fn(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// customersOf returns the customers of ids, in that order, with their contacts.
func (t *Tx) customersOf(ids []int64) ([]party.Customer, error) {
	list := []any{idList(ids)}
	found, err := all(t, `SELECT id, `+customerColumns+` FROM customer
		WHERE id IN (SELECT value FROM json_each(?))`, list, scanCustomer)
	if err != nil {
		return nil, err
	}
	found = inOrder(ids, found, func(c party.Customer) int64 { return int64(c.ID) })
	at := make(map[party.CustomerID]int, len(found))
	for i, c := range found {
		at[c.ID] = i
	}
	err = t.each(`SELECT customer, name, role, email, phone FROM customer_contact
		WHERE customer IN (SELECT value FROM json_each(?)) ORDER BY customer, pos`, list,
		func(scan func(...any) error) error {
			var id party.CustomerID
			var p party.Contact
			if err := scan(&id, &p.Name, &p.Role, &p.Email, &p.Phone); err != nil {
				return err
			}
			c := &found[at[id]]
			c.Contacts = append(c.Contacts, p)
			return nil
		})
	return found, err
}

// CustomerCoded returns the customer who has a code, and whether there is one.
func (t *Tx) CustomerCoded(code string) (id party.CustomerID, there bool, err error) {
	there, err = t.one(`SELECT id FROM customer WHERE code = ?`, []any{code}, &id)
	return id, there, err
}

// EachCustomerKey calls fn for every customer there is, whoever may see it.
func (t *Tx) EachCustomerKey(fn func(party.Key) error) error {
	return t.each(`SELECT id, code, siren, siret, name_fold, postal_code, owner FROM customer ORDER BY id`, nil,
		func(scan func(...any) error) error {
			var k party.Key
			if err := scan(&k.ID, &k.Code, &k.SIREN, &k.SIRET, &k.Name, &k.PostalCode, &k.Owner); err != nil {
				return err
			}
			return fn(k)
		})
}

// lookAlikesMax bounds how many look-alikes are told: a person needs a few.
const lookAlikesMax = 10

// LookAlikes returns the other customers with the SIREN of c, or with its name and postal code, of
// those allowed. Contacts are not read.
func (t *Tx) LookAlikes(c party.Customer, allowed auth.Predicate) ([]party.Customer, error) {
	condition, args := customerFacts.condition(allowed)
	return all(t, `SELECT id, `+customerColumns+` FROM customer
		WHERE `+condition+` AND id <> ? AND id IN (
			SELECT id FROM customer WHERE archived IN (0, 1) AND (siren = '') = 0 AND siren = ?
			UNION SELECT id FROM customer WHERE archived IN (0, 1) AND name_fold = ? AND postal_code = ?)
		ORDER BY archived, id LIMIT ?`,
		append(args, c.ID, c.SIREN, search.Fold(c.Name), c.PostalCode, lookAlikesMax), scanCustomer)
}
