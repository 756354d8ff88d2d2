package party

import "zafe/app/record"

// digestVersion is that of the encoding; a new one takes a new number.
const digestVersion = 1

// Digest returns the hex SHA-256 of every field of c but its change stamps: what the audit event of a
// change binds.
func (c Customer) Digest() string {
	d := record.NewDigest("zafe-customer", digestVersion)
	address := func(a Address) { d.Text(a.Street, a.Street2, a.PostalCode, a.City, a.Country) }
	d.Number(int64(c.ID))
	d.Text(c.Code, string(c.Kind), c.Name, c.LegalForm, c.SIREN, c.SIRET, c.VATNumber, c.Email, c.Phone)
	address(c.Address)
	d.Flag(c.Delivery != nil)
	if c.Delivery != nil {
		address(*c.Delivery)
	}
	d.Number(int64(c.PaymentDays))
	d.Flag(c.PaymentEndOfMonth)
	d.Text(c.Notes)
	d.Number(int64(c.Owner))
	d.Flag(c.Prospect)
	d.Flag(c.Archived)
	d.Number(int64(len(c.Contacts)))
	for _, p := range c.Contacts {
		d.Text(p.Name, p.Role, p.Email, p.Phone)
	}
	return d.Hex()
}
