package party

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/imports"
	"zafe/app/search"
)

// importFields are what a column of a customers' file may hold, with the titles that French and
// English programs give it. Exported files use the first synonym.
var importFields = []imports.Field{
	field("code", "code", "code client", "numero client", "no client", "n client", "ref client", "reference",
		"compte auxiliaire", "compte tiers", "id client", "customer number", "customer code", "customer id"),
	required(field("name", "nom", "raison sociale", "nom du client", "client", "societe", "denomination",
		"nom ou raison sociale", "entreprise", "tiers", "intitule", "company", "company name", "customer",
		"customer name", "name")),
	field("kind", "type", "type de client", "categorie", "nature", "customer type"),
	field("legal_form", "forme juridique", "forme", "statut juridique", "legal form"),
	field("siren", "siren", "numero siren", "n siren", "no siren"),
	field("siret", "siret", "numero siret", "n siret", "no siret"),
	field("vat_number", "tva intracommunautaire", "numero de tva", "n tva", "no tva", "tva intra",
		"n tva intracommunautaire", "numero tva", "vat number", "vat", "tax id"),
	field("email", "e mail", "email", "mail", "courriel", "adresse mail", "adresse e mail", "adresse email",
		"email address"),
	field("phone", "telephone", "tel", "tel fixe", "telephone fixe", "tel 1", "portable", "mobile", "gsm",
		"phone", "phone number"),
	field("street", "adresse", "adresse 1", "rue", "voie", "ligne d adresse 1", "adresse ligne 1", "address",
		"street", "address 1", "address line 1"),
	field("street2", "complement d adresse", "complement", "adresse 2", "complement adresse", "lieu dit",
		"adresse ligne 2", "address 2", "address line 2"),
	field("postal_code", "code postal", "cp", "postal code", "zip", "zip code", "postcode"),
	field("city", "ville", "commune", "localite", "city", "town"),
	field("country", "pays", "code pays", "country", "country code"),
	field("delivery_street", "adresse de livraison", "livraison adresse", "delivery address"),
	field("delivery_street2", "complement de livraison", "livraison complement"),
	field("delivery_postal_code", "code postal de livraison", "cp livraison", "code postal livraison",
		"livraison code postal"),
	field("delivery_city", "ville de livraison", "ville livraison", "livraison ville"),
	field("delivery_country", "pays de livraison", "pays livraison", "livraison pays"),
	field("payment_days", "delai de paiement", "conditions de paiement", "delai de reglement",
		"conditions de reglement", "echeance", "mode d echeance", "delai", "payment terms", "payment days"),
	field("payment_end_of_month", "fin de mois", "fdm", "end of month"),
	field("notes", "notes", "note", "commentaire", "commentaires", "remarque", "remarques", "observations",
		"comments"),
	field("prospect", "prospect", "est prospect", "lead"),
	field("contact_name", "contact", "nom du contact", "interlocuteur", "personne a contacter",
		"contact principal", "contact name"),
	field("contact_role", "fonction", "fonction du contact", "poste", "role", "contact role", "job title"),
	field("contact_email", "email du contact", "mail du contact", "mail contact", "email contact",
		"e mail du contact", "contact email"),
	field("contact_phone", "telephone du contact", "tel contact", "telephone contact", "portable du contact",
		"contact phone"),
}

func field(name string, synonyms ...string) imports.Field {
	return imports.Field{Name: name, Label: "party.field." + name, Synonyms: synonyms}
}

func required(f imports.Field) imports.Field { f.Required = true; return f }

// fill writes the cells of a row over c: an empty cell changes nothing. It returns what cannot be
// read, each with its import field.
func fill(c *Customer, row imports.Row) []*fault.Fault {
	var wrong []*fault.Fault
	for name, dst := range map[string]*string{
		"name": &c.Name, "legal_form": &c.LegalForm, "siren": &c.SIREN, "siret": &c.SIRET,
		"vat_number": &c.VATNumber, "email": &c.Email, "street": &c.Street, "street2": &c.Street2,
		"city": &c.City, "notes": &c.Notes,
	} {
		if v := cell(row, name); v != "" {
			*dst = v
		}
	}
	if v := cell(row, "phone"); v != "" {
		c.Phone = repairPhone(v)
	}
	if v := cell(row, "country"); v != "" {
		c.Country = countryOf(v)
	}
	if v := cell(row, "postal_code"); v != "" {
		c.PostalCode = repairPostal(v, c.Country)
	}
	fillDelivery(c, row)
	fillContact(c, row)
	wrong = append(wrong, fillTerms(c, row)...)
	if v := cell(row, "prospect"); v != "" {
		var ok bool
		if c.Prospect, ok = yes(v); !ok {
			wrong = append(wrong, fault.Field("prospect", "party.yes_no", "text", short(v)))
		}
	}
	if v := cell(row, "kind"); v != "" {
		if kind, ok := kindOf(v); ok {
			c.Kind = kind
		} else {
			wrong = append(wrong, fault.Field("kind", "party.kind_unread", "text", short(v)))
		}
	}
	return wrong
}

// cell returns a cell without the apostrophe that exports put before a formula.
func cell(row imports.Row, name string) string {
	v := row.Value(name)
	if rest, marked := strings.CutPrefix(v, "'"); marked && harmless(rest) == v {
		return rest
	}
	return v
}

func fillDelivery(c *Customer, row imports.Row) {
	var d Address
	if c.Delivery != nil {
		d = *c.Delivery
	}
	given := false
	for name, dst := range map[string]*string{
		"delivery_street": &d.Street, "delivery_street2": &d.Street2, "delivery_city": &d.City,
		"delivery_postal_code": &d.PostalCode, "delivery_country": &d.Country,
	} {
		if v := cell(row, name); v != "" {
			*dst, given = v, true
		}
	}
	if given {
		d.Country = countryOf(d.Country)
		d.PostalCode = repairPostal(d.PostalCode, d.Country)
		c.Delivery = &d
	}
}

// fillContact adds the contact of a row, or completes the one of that name.
func fillContact(c *Customer, row imports.Row) {
	p := Contact{
		Name: line(cell(row, "contact_name")), Role: cell(row, "contact_role"), Email: cell(row, "contact_email"),
		Phone: repairPhone(cell(row, "contact_phone")),
	}
	if p == (Contact{}) {
		return
	}
	if p.Name == "" {
		p.Name = line(c.Name)
	}
	contacts := append([]Contact{}, c.Contacts...)
	defer func() { c.Contacts = contacts }()
	for i := range contacts {
		if old := &contacts[i]; search.Fold(old.Name) == search.Fold(p.Name) {
			for _, f := range []struct {
				dst   *string
				value string
			}{{&old.Role, p.Role}, {&old.Email, p.Email}, {&old.Phone, p.Phone}} {
				if f.value != "" {
					*f.dst = f.value
				}
			}
			return
		}
	}
	contacts = append(contacts, p)
}

// fillTerms reads "30", "30 jours", "45 jours fin de mois", "45 FDM", "comptant".
func fillTerms(c *Customer, row imports.Row) []*fault.Fault {
	var wrong []*fault.Fault
	if v := cell(row, "payment_days"); v != "" {
		days, endOfMonth, ok := termsOf(v)
		if !ok {
			wrong = append(wrong, fault.Field("payment_days", "party.terms_unread", "text", short(v)))
		} else {
			c.PaymentDays, c.PaymentEndOfMonth = days, endOfMonth
		}
	}
	if v := cell(row, "payment_end_of_month"); v != "" {
		var ok bool
		if c.PaymentEndOfMonth, ok = yes(v); !ok {
			wrong = append(wrong, fault.Field("payment_end_of_month", "party.yes_no", "text", short(v)))
		}
	}
	return wrong
}

// termWords are the words of payment terms and what they say: days, end of month, or nothing.
var (
	termsCash       = []string{"comptant", "reception", "immediat", "cash", "commande"}
	termsEndOfMonth = []string{"fin", "fdm", "eom", "end"}
	termsSilent     = []string{
		"j", "jr", "jrs", "jour", "jours", "net", "nets", "de", "mois", "a", "date", "facture", "day", "days",
		"of", "month", "la", "au", "du", "le", "on", "paiement", "due", "receipt",
	}
)

func termsOf(s string) (days int, endOfMonth, ok bool) {
	numbers := 0
	for w := range strings.FieldsSeq(separateDigits(search.Fold(s))) {
		n, err := strconv.Atoi(w)
		switch {
		case err == nil && n <= paymentDaysMax:
			days = n
			numbers++
		case isOne(w, termsEndOfMonth):
			endOfMonth = true
		case isOne(w, termsCash):
			ok = true
		case !isOne(w, termsSilent):
			return 0, false, false
		}
	}
	return days, endOfMonth, numbers == 1 || numbers == 0 && (ok || endOfMonth)
}

// separateDigits puts a space between figures and letters: "30j" is "30 j".
func separateDigits(s string) string {
	var b strings.Builder
	digit := false
	for i, r := range s {
		d := r >= '0' && r <= '9'
		if i > 0 && d != digit {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		digit = d
	}
	return b.String()
}

func isOne(w string, words []string) bool {
	return slices.Contains(words, w)
}

func yes(s string) (value, ok bool) {
	switch search.Fold(s) {
	case "oui", "o", "x", "1", "vrai", "yes", "y", "true":
		return true, true
	case "non", "n", "0", "faux", "no", "false":
		return false, true
	}
	return false, false
}

func kindOf(s string) (Kind, bool) {
	switch search.Fold(s) {
	case "company", "entreprise", "societe", "professionnel", "pro", "professionnelle", "personne morale", "b2b",
		"association", "collectivite", "business":
		return Company, true
	case "person", "particulier", "personne", "personne physique", "b2c", "individual", "prive":
		return Person, true
	}
	return "", false
}

// guessKind says what a new customer of an imported file is when no column tells: who has the number
// or the form of a company is one.
func guessKind(c Customer) Kind {
	if c.SIREN != "" || c.SIRET != "" || c.VATNumber != "" || c.LegalForm != "" {
		return Company
	}
	for w := range strings.FieldsSeq(search.Fold(c.Name)) {
		if companyForms()[w] {
			return Company
		}
	}
	return Person
}

// companyForms are the folded abbreviations of the legal forms of companies: "sarl", "sas".
var companyForms = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, f := range fr.LegalForms() {
		if f.Kind != fr.Individual {
			all[search.Fold(f.Abbreviation)] = true
		}
	}
	return all
})

// countryOf returns the code of a country written as a code or a name, or the text itself.
func countryOf(s string) string {
	if code, known := countryNames()[search.Fold(s)]; known {
		return code
	}
	return s
}

var countryNames = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, c := range fr.Countries() {
		for _, name := range []string{c.Code, c.French, c.Name} {
			all[search.Fold(name)] = c.Code
		}
	}
	return all
})

// repairPostal gives back the zero that a spreadsheet takes from "01000".
func repairPostal(s, country string) string {
	digits := strings.ReplaceAll(s, " ", "")
	home := Address{Country: country}.normal().Country == "FR"
	if _, err := strconv.Atoi(digits); err == nil && len(digits) == 4 && home {
		return "0" + digits
	}
	return s
}

// repairPhone gives back the zero that a spreadsheet takes from "0690123456".
func repairPhone(s string) string {
	if _, err := strconv.Atoi(s); err == nil && len(s) == 9 && s[0] != '0' {
		return "0" + s
	}
	return s
}
