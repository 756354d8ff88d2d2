package party

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/search"
)

// The bounds of a customer's fields, in characters where not said.
const (
	textRunesMax   = 200
	notesRunesMax  = 10_000
	contactsMax    = 50
	paymentDaysMax = 365 // days
	phoneDigitsMin = 4
)

// codeForm fits the auxiliary account number of ledgers and tax files (CompAuxNum).
var codeForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9._-]{0,16}$`)

// Validate checks a customer as typed and names the first field that is wrong: party.name_missing,
// party.kind, party.code, party.too_long, fr.siren, fr.siret, party.siret_siren, fr.vat_number,
// party.vat_siren, party.email, party.phone, party.country, fr.postal_code, party.payment_days,
// party.contacts, party.contact_name.
func (c Customer) Validate() error {
	if found := c.normal().problems(); len(found) > 0 {
		return found[0]
	}
	return nil
}

// problems returns everything that is wrong with a normal customer, a field once.
func (c Customer) problems() []*fault.Fault {
	var found []*fault.Fault
	refuse := func(wrong bool, field, key string, args ...any) {
		if wrong {
			f := fault.New(fault.Invalid, key, args...)
			f.Field = field
			found = append(found, f)
		}
	}
	bounded := func(field, value string, limit int) {
		refuse(utf8.RuneCountInString(value) > limit, field, "party.too_long", "max", limit)
	}
	reach := func(at, email, phone string) {
		refuse(!emailGood(email), at+"email", "party.email")
		refuse(!phoneGood(phone), at+"phone", "party.phone")
	}
	address := func(at string, a Address) {
		_, known := fr.CountryOf(a.Country)
		refuse(!known, at+"country", "party.country")
		if a.Country == "FR" && a.PostalCode != "" {
			_, err := fr.ParsePostalCode(a.PostalCode)
			refuse(err != nil, at+"postal_code", "fr.postal_code", "text", short(a.PostalCode))
		}
		bounded(at+"street", a.Street, textRunesMax)
		bounded(at+"street2", a.Street2, textRunesMax)
		bounded(at+"postal_code", a.PostalCode, textRunesMax)
		bounded(at+"city", a.City, textRunesMax)
	}

	refuse(c.Name == "", "name", "party.name_missing")
	bounded("name", c.Name, textRunesMax)
	refuse(c.Kind != Company && c.Kind != Person, "kind", "party.kind")
	refuse(c.Code != "" && !codeForm.MatchString(c.Code), "code", "party.code")
	bounded("legal_form", c.LegalForm, textRunesMax)
	refuse(c.Owner < 0, "owner", "user.not_found")
	found = append(found, c.numberProblems()...)
	reach("", c.Email, c.Phone)
	bounded("email", c.Email, textRunesMax)
	address("", c.Address)
	if c.Delivery != nil {
		address("delivery.", *c.Delivery)
	}
	refuse(c.PaymentDays < 0 || c.PaymentDays > paymentDaysMax,
		"payment_days", "party.payment_days", "max", paymentDaysMax)
	bounded("notes", c.Notes, notesRunesMax)
	refuse(len(c.Contacts) > contactsMax, "contacts", "party.contacts", "max", contactsMax)
	for i, p := range c.Contacts {
		at := "contacts[" + strconv.Itoa(i) + "]."
		refuse(p.Name == "", at+"name", "party.contact_name")
		bounded(at+"name", p.Name, textRunesMax)
		bounded(at+"role", p.Role, textRunesMax)
		reach(at, p.Email, p.Phone)
	}
	return found
}

// numberProblems checks the identifiers, each alone and against the SIREN.
func (c Customer) numberProblems() []*fault.Fault {
	var found []*fault.Fault
	refuse := func(field, key, text string) {
		f := fault.New(fault.Invalid, key, "text", short(text))
		f.Field = field
		found = append(found, f)
	}
	if c.SIREN != "" {
		if _, err := fr.ParseSIREN(c.SIREN); err != nil {
			refuse("siren", "fr.siren", c.SIREN)
		}
	}
	if c.SIRET != "" {
		if _, err := fr.ParseSIRET(c.SIRET); err != nil {
			refuse("siret", "fr.siret", c.SIRET)
		} else if !strings.HasPrefix(c.SIRET, c.SIREN) {
			refuse("siret", "party.siret_siren", c.SIRET)
		}
	}
	// Outside the Union there is no form to check a number against.
	country, known := fr.CountryOf(c.Country)
	if c.VATNumber == "" || known && !country.EU && !strings.HasPrefix(c.VATNumber, "FR") {
		return found
	}
	if _, err := fr.ParseVATNumber(c.VATNumber); err != nil {
		refuse("vat_number", "fr.vat_number", c.VATNumber)
		return found
	}
	number, french := strings.CutPrefix(c.VATNumber, "FR")
	if french && c.SIREN != "" && number[2:] != c.SIREN {
		refuse("vat_number", "party.vat_siren", c.VATNumber)
	}
	return found
}

// short keeps the start of a text that is repeated to the person who typed it.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

func emailGood(s string) bool {
	if s == "" {
		return true
	}
	a, err := mail.ParseAddress(s)
	_, host, _ := strings.Cut(s, "@")
	return err == nil && a.Address == s && strings.Contains(host, ".") && len(s) <= textRunesMax
}

func phoneGood(s string) bool {
	if s == "" {
		return true
	}
	strange := strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && !strings.ContainsRune("+ .-/()", r)
	})
	return !strange && len(search.Phone(s)) >= phoneDigitsMin && len(s) <= textRunesMax
}
