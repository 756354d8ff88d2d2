package catalog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/record"
)

// The bounds of an item's fields, in characters.
const (
	codeRunesMax        = 40
	labelRunesMax       = 200
	descriptionRunesMax = 5_000
)

// The unit and accounts an item has when none is given.
const (
	defaultUnit     = "C62"
	goodsAccount    = "707000" // ventes de marchandises
	servicesAccount = "706000" // prestations de services
)

// accountForm is a revenue account of class 7, padded to six digits at least.
var accountForm = regexp.MustCompile(`^7[0-9]{5,11}$`)

// Validate checks an item as typed and names the first field that is wrong: catalog.label_missing,
// catalog.too_long, catalog.unit, catalog.price, catalog.vat_rate, catalog.nature,
// catalog.account.
func (i Item) Validate() error {
	if found := i.normal().problems(); len(found) > 0 {
		return found[0]
	}
	return nil
}

// problems returns everything that is wrong with a normal item.
func (i Item) problems() []*fault.Fault {
	var found []*fault.Fault
	refuse := func(wrong bool, field, key string, args ...any) {
		if wrong {
			f := fault.New(fault.Invalid, key, args...)
			f.Field = field
			found = append(found, f)
		}
	}
	_, unit := fr.UnitOf(i.Unit)
	_, account := fr.AccountOf(i.SalesAccount)
	refuse(i.Label == "", "label", "catalog.label_missing")
	refuse(utf8.RuneCountInString(i.Label) > labelRunesMax, "label", "catalog.too_long", "max", labelRunesMax)
	refuse(utf8.RuneCountInString(i.Code) > codeRunesMax, "code", "catalog.too_long", "max", codeRunesMax)
	refuse(utf8.RuneCountInString(i.Description) > descriptionRunesMax,
		"description", "catalog.too_long", "max", descriptionRunesMax)
	refuse(!unit, "unit", "catalog.unit")
	refuse(!i.Price.Valid(), "price", "catalog.price")
	refuse(i.VATRate < 0 || i.VATRate > money.WholePct, "vat_rate", "catalog.vat_rate")
	refuse(i.Nature != Goods && i.Nature != Services, "nature", "catalog.nature")
	refuse(!accountForm.MatchString(i.SalesAccount) || !account, "sales_account", "catalog.account")
	return found
}

// normal returns i as it is stored: spaces and invisible characters tidied, the piece, a service and
// the account of its nature by default. A negative price is a deduction one sells with.
func (i Item) normal() Item {
	i.Code = line(i.Code)
	i.Label = line(i.Label)
	i.Description = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(i.Description, "")))
	if i.Unit = strings.ToUpper(line(i.Unit)); i.Unit == "" {
		i.Unit = defaultUnit
	}
	if i.Nature == "" {
		i.Nature = Services
	}
	i.SalesAccount = line(i.SalesAccount)
	switch {
	case i.SalesAccount == "" && i.Nature == Goods:
		i.SalesAccount = goodsAccount
	case i.SalesAccount == "":
		i.SalesAccount = servicesAccount
	case len(i.SalesAccount) < 6:
		i.SalesAccount += strings.Repeat("0", 6-len(i.SalesAccount))
	}
	return i
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

// digestVersion is that of the encoding; a new one takes a new number.
const digestVersion = 1

// Digest returns the hex SHA-256 of every field of i but its change stamps: what the audit event of a
// change binds.
func (i Item) Digest() string {
	d := record.NewDigest("zafe-item", digestVersion)
	d.Number(int64(i.ID))
	d.Text(i.Code, i.Label, i.Description, i.Unit, string(i.Nature), i.SalesAccount)
	d.Number(int64(i.Price), int64(i.VATRate))
	d.Flag(i.Archived)
	return d.Hex()
}
