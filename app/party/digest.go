package party

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// digestVersion is the first byte hashed; a new encoding takes a new number.
const digestVersion = 1

// Digest returns the hex SHA-256 of every field of c but its change stamps, each length-prefixed:
// what the audit event of a change binds.
func (c Customer) Digest() string {
	h := sha256.New()
	h.Write([]byte("zafe-customer"))
	h.Write([]byte{digestVersion})
	text := func(values ...string) {
		for _, s := range values {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(s)))
			h.Write(n[:])
			h.Write([]byte(s))
		}
	}
	number := func(values ...int64) {
		for _, v := range values {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(v))
			h.Write(n[:])
		}
	}
	flag := func(b bool) {
		if b {
			number(1)
		} else {
			number(0)
		}
	}
	address := func(a Address) { text(a.Street, a.Street2, a.PostalCode, a.City, a.Country) }

	number(int64(c.ID))
	text(c.Code, string(c.Kind), c.Name, c.LegalForm, c.SIREN, c.SIRET, c.VATNumber, c.Email, c.Phone)
	address(c.Address)
	flag(c.Delivery != nil)
	if c.Delivery != nil {
		address(*c.Delivery)
	}
	number(int64(c.PaymentDays))
	flag(c.PaymentEndOfMonth)
	text(c.Notes)
	number(int64(c.Owner))
	flag(c.Prospect)
	flag(c.Archived)
	number(int64(len(c.Contacts)))
	for _, p := range c.Contacts {
		text(p.Name, p.Role, p.Email, p.Phone)
	}
	return hex.EncodeToString(h.Sum(nil))
}
