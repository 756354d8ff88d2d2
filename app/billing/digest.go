package billing

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"time"

	"zafe/app/audit"
	"zafe/app/party"
)

// canon is the canonical encoding a digest is taken of: a label with its version, then every field,
// each with its length, so that no two different contents share an encoding. A new encoding takes a
// new label and old rows keep theirs.
type canon struct{ h hash.Hash }

// Labels of the encodings.
const (
	documentLabel = "zafe-document-1"
	paymentLabel  = "zafe-payment-1"
)

func newCanon(label string) canon {
	c := canon{sha256.New()}
	c.text(label)
	return c
}

func (c canon) text(s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	c.h.Write(n[:])
	c.h.Write([]byte(s))
}

func (c canon) texts(ss ...string) {
	for _, s := range ss {
		c.text(s)
	}
}

func (c canon) number(vs ...int64) {
	for _, v := range vs {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v))
		c.text(string(n[:]))
	}
}

func (c canon) flag(b bool) {
	if b {
		c.number(1)
	} else {
		c.number(0)
	}
}

func (c canon) address(a party.Address) {
	c.texts(a.Street, a.Street2, a.PostalCode, a.City, a.Country)
}

func (c canon) stamp(s Stamp) {
	c.text(instant(s.At))
	c.number(int64(s.By))
	c.text(s.Name)
}

func (c canon) sum() string { return hex.EncodeToString(c.h.Sum(nil)) }

func instant(t time.Time) string { return t.UTC().Format(audit.TimeFormat) }

// digestOf returns the digest of a final document over every field that the law or an accountant
// reads: all but the version, what happened to it later, and where it is kept.
func digestOf(d Document) string {
	c := newCanon(documentLabel)
	c.number(int64(d.ID))
	c.texts(string(d.Kind), d.Number, d.Period)
	c.number(d.Serial, int64(d.Customer), int64(d.Owner), int64(d.Source))
	c.texts(d.Date.String(), d.DueDate.String(), d.DeliveryDate.String(), d.ValidUntil.String())
	c.number(int64(d.Terms.Days))
	c.flag(d.Terms.EndOfMonth)
	c.texts(string(d.Method), d.Subject, d.CustomerRef, d.PurchaseOrder, d.Notes, string(d.Nature))
	c.flag(d.OnCollection)
	c.flag(d.HousingWorks)
	c.flag(d.Delivery != nil)
	if d.Delivery != nil {
		c.address(*d.Delivery)
	}
	b := d.Buyer
	c.texts(b.Code, string(b.Kind), b.Name, b.SIREN, b.SIRET, b.VATNumber, b.Email)
	c.address(b.Address)
	c.text(d.SellerText)
	c.number(int64(len(d.Mentions)))
	c.texts(d.Mentions...)
	c.number(int64(len(d.Lines)))
	for _, l := range d.Lines {
		c.text(string(l.Kind))
		c.number(int64(l.Item))
		c.texts(l.Code, l.Description, l.Unit, string(l.Nature), l.Account, string(l.Exemption))
		c.number(int64(l.Quantity), int64(l.UnitPrice), int64(l.Discount), int64(l.VATRate), int64(l.Origin),
			int64(l.Net))
	}
	c.number(int64(len(d.Rows)))
	for _, r := range d.Rows {
		c.text(string(r.Exemption))
		c.number(int64(r.Rate), int64(r.Base), int64(r.Tax), int64(r.PendingBase), int64(r.PendingTax))
	}
	c.number(int64(d.Net), int64(d.VAT), int64(d.Gross), int64(d.Entry), int64(d.Receivable))
	c.stamp(d.Created)
	c.stamp(d.Issued)
	return c.sum()
}

// paymentDigest returns the digest of a payment as it was recorded.
func paymentDigest(p Payment) string {
	c := newCanon(paymentLabel)
	c.text(p.Number)
	c.text(p.Period)
	c.number(p.Serial, int64(p.Customer), int64(p.Owner))
	c.flag(p.Refund)
	c.text(p.Date.String())
	c.number(int64(p.Amount))
	c.texts(string(p.Method), p.Account, p.Reference, p.Note)
	c.number(int64(p.Entry), int64(p.Line))
	c.stamp(p.Recorded)
	return c.sum()
}
