package party

import (
	"strings"
	"unicode"

	"zafe/app/fr"
)

// normal returns c as it is stored: spaces and invisible characters tidied, identifiers without their
// groups, a SIRET's SIREN filled in, France by default, empty contacts left out.
func (c Customer) normal() Customer {
	for _, s := range []*string{&c.Name, &c.LegalForm, &c.Email, &c.Phone} {
		*s = line(*s)
	}
	c.Code = strings.ToUpper(line(c.Code))
	c.Lacks = nil
	c.SIREN = parsed(c.SIREN, fr.ParseSIREN)
	c.SIRET = parsed(c.SIRET, fr.ParseSIRET)
	c.VATNumber = parsed(c.VATNumber, fr.ParseVATNumber)
	if c.SIREN == "" && len(c.SIRET) == 14 {
		c.SIREN = c.SIRET[:9]
	}
	if c.Kind == "" {
		c.Kind = Company
	}
	c.Address = c.Address.normal()
	if c.Delivery != nil {
		d := c.Delivery.normal()
		if c.Delivery = &d; d == (Address{Country: d.Country}) || d == c.Address {
			c.Delivery = nil
		}
	}
	c.Notes = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(c.Notes, "")))
	contacts := c.Contacts
	c.Contacts = nil
	for _, p := range contacts {
		p = Contact{Name: line(p.Name), Role: line(p.Role), Email: line(p.Email), Phone: line(p.Phone)}
		if p != (Contact{}) {
			c.Contacts = append(c.Contacts, p)
		}
	}
	return c
}

// overseas are the codes ISO gives to parts of France; the postal code tells them apart here.
const overseas = "GP MQ GF RE YT PM BL MF NC PF WF TF"

func (a Address) normal() Address {
	a = Address{
		Street: line(a.Street), Street2: line(a.Street2), PostalCode: line(a.PostalCode), City: line(a.City),
		Country: strings.ToUpper(line(a.Country)),
	}
	if a.Country == "" || len(a.Country) == 2 && strings.Contains(overseas, a.Country) {
		a.Country = "FR"
	}
	if a.Country == "FR" {
		a.PostalCode = parsed(a.PostalCode, fr.ParsePostalCode)
	}
	return a
}

// parsed returns an identifier as its law writes it, or on one line if it is wrong.
func parsed(s string, parse func(string) (string, error)) string {
	if good, err := parse(s); err == nil {
		return good
	}
	return line(s)
}

// line returns s on one line: no control or invisible character, single spaces.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}
