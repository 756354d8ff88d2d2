package fr

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"zafe/app/fault"
)

// laPoste is the SIREN of La Poste, whose establishments have another check.
const laPoste = "356000000"

// ParseSIREN returns the nine digits of a company number, checked by the
// formula of Luhn. It returns the fault "fr.siren".
func ParseSIREN(s string) (string, error) {
	digits := compact(s)
	if !allDigits(digits, 9) || !luhn(digits) {
		return "", refuse("fr.siren", s)
	}
	return digits, nil
}

// ParseSIRET returns the fourteen digits of an establishment number: a SIREN, a
// number of five digits, and the formula of Luhn over all; for La Poste, the
// digits may instead add up to a multiple of five. It returns the fault "fr.siret".
func ParseSIRET(s string) (string, error) {
	digits := compact(s)
	if !allDigits(digits, 14) || !luhn(digits[:9]) {
		return "", refuse("fr.siret", s)
	}
	if !luhn(digits) && (digits[:9] != laPoste || digitSum(digits)%5 != 0) {
		return "", refuse("fr.siret", s)
	}
	return digits, nil
}

// FormatSIREN returns a SIREN in groups of three digits, with no-break spaces.
// What is not nine digits comes back unchanged.
func FormatSIREN(s string) string {
	if !allDigits(s, 9) {
		return s
	}
	return s[:3] + "\u00a0" + s[3:6] + "\u00a0" + s[6:]
}

// FormatSIRET returns a SIRET as a SIREN and the five digits of the establishment.
// What is not fourteen digits comes back unchanged.
func FormatSIRET(s string) string {
	if !allDigits(s, 14) {
		return s
	}
	return FormatSIREN(s[:9]) + "\u00a0" + s[9:]
}

// vatPatterns are the forms of VAT numbers in the European Union and Northern
// Ireland, after their two letters (VIES FAQ, question 11).
var vatPatterns = map[string]*regexp.Regexp{
	"AT": exactly(`U\d{8}`), "BE": exactly(`[01]\d{9}`), "BG": exactly(`\d{9,10}`),
	"CY": exactly(`\d{8}[A-Z]`), "CZ": exactly(`\d{8,10}`), "DE": exactly(`\d{9}`),
	"DK": exactly(`\d{8}`), "EE": exactly(`\d{9}`), "EL": exactly(`\d{9}`),
	"ES": exactly(`[A-Z0-9]\d{7}[A-Z0-9]`), "FI": exactly(`\d{8}`), "FR": exactly(`[0-9A-HJ-NP-Z]{2}\d{9}`),
	"HR": exactly(`\d{11}`), "HU": exactly(`\d{8}`), "IE": exactly(`\d[A-Z0-9+*]\d{5}[A-Z]{1,2}`),
	"IT": exactly(`\d{11}`), "LT": exactly(`\d{9}|\d{12}`), "LU": exactly(`\d{8}`),
	"LV": exactly(`\d{11}`), "MT": exactly(`\d{8}`), "NL": exactly(`[A-Z0-9+*]{10}\d{2}`),
	"PL": exactly(`\d{10}`), "PT": exactly(`\d{9}`), "RO": exactly(`\d{2,10}`),
	"SE": exactly(`\d{12}`), "SI": exactly(`\d{8}`), "SK": exactly(`\d{10}`),
	"XI": exactly(`\d{9}|\d{12}|(GD|HA)\d{3}`),
}

func exactly(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// ParseVATNumber returns a VAT number of the European Union without spaces, its
// form checked, and for a French one its key when it is made of digits. That the
// number exists is only known to VIES. It returns the fault "fr.vat_number".
func ParseVATNumber(s string) (string, error) {
	v := compact(s)
	if len(v) < 4 {
		return "", refuse("fr.vat_number", s)
	}
	country, number := v[:2], v[2:]
	if country == "GR" { // Greece is EL for VAT
		country = "EL"
	}
	pattern := vatPatterns[country]
	if pattern == nil || !pattern.MatchString(number) {
		return "", refuse("fr.vat_number", s)
	}
	if country == "FR" && allDigits(number[:2], 2) && number[:2] != vatKey(number[2:]) {
		return "", refuse("fr.vat_number", s)
	}
	return country + number, nil
}

// VATNumber returns the French VAT number of a valid SIREN, or "" for anything else.
func VATNumber(siren string) string {
	if _, err := ParseSIREN(siren); err != nil {
		return ""
	}
	return "FR" + vatKey(compact(siren)) + compact(siren)
}

// vatKey is (12 + 3 × (SIREN mod 97)) mod 97, on two digits.
func vatKey(siren string) string {
	n, _ := strconv.Atoi(siren) // nine digits, checked by the callers
	key := strconv.Itoa((12 + 3*(n%97)) % 97)
	if len(key) < 2 {
		return "0" + key
	}
	return key
}

var nafPattern = exactly(`\d{2}\.?\d{2}[A-Z]`)

// ParseNAF returns a code of activity (code APE) as "62.01Z". It returns the
// fault "fr.naf".
func ParseNAF(s string) (string, error) {
	v := strings.ReplaceAll(compact(s), ".", "")
	if !nafPattern.MatchString(v) {
		return "", refuse("fr.naf", s)
	}
	return v[:2] + "." + v[2:], nil
}

// ParsePostalCode returns the five digits of a postal code of France or Monaco.
// It returns the fault "fr.postal_code".
func ParsePostalCode(s string) (string, error) {
	v := compact(s)
	if !allDigits(v, 5) || v < "01000" || v >= "99000" || (v >= "96000" && v < "97100") {
		return "", refuse("fr.postal_code", s)
	}
	return v, nil
}

func refuse(key, text string) error {
	r := []rune(strings.ToValidUTF8(strings.TrimSpace(text), "\ufffd"))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	return fault.New(fault.Invalid, key, "text", string(r))
}

// compact returns s in capitals, without spaces, points, hyphens nor slashes.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("./_\u200b\ufeff", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

func allDigits(s string, length int) bool {
	if len(s) != length {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// luhn checks the formula of Luhn over a text of digits.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 && digitSum(digits) > 0
}

func digitSum(digits string) int {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i] - '0')
	}
	return sum
}
