package fr

import (
	"slices"
	"strconv"
	"strings"
)

// ibanLengths are the lengths of account numbers by country (SWIFT IBAN
// registry); other countries are only checked by their key.
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
	"EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
	"IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27, "ME": 22,
	"MT": 31, "MU": 30, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19,
	"SK": 24, "SM": 27, "TN": 24, "TR": 26, "VA": 22,
}

var (
	ibanPattern = exactly(`[A-Z]{2}\d{2}[A-Z0-9]{11,30}`)
	ribPattern  = exactly(`\d{10}[A-Z0-9]{11}\d{2}`)
	bicPattern  = exactly(`[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?`)
)

// ParseIBAN returns an account number without spaces, its length and its key
// (ISO 13616, mod 97) checked; for France and Monaco the key of the RIB inside
// it too. It returns the fault "fr.iban".
func ParseIBAN(s string) (string, error) {
	v := compact(s)
	v = strings.TrimPrefix(v, "IBAN")
	if !ibanPattern.MatchString(v) || mod97(v[4:]+v[:4]) != 1 {
		return "", refuse("fr.iban", s)
	}
	country := v[:2]
	if n, known := ibanLengths[country]; known && len(v) != n {
		return "", refuse("fr.iban", s)
	}
	if rib := v[4:]; (country == "FR" || country == "MC") &&
		(!ribPattern.MatchString(rib) || RIBKey(rib[:5], rib[5:10], rib[10:21]) != rib[21:]) {
		return "", refuse("fr.iban", s)
	}
	return v, nil
}

// IBANsIn returns the account numbers, of countries whose lengths are known, that a text has, whatever stands between
// their figures: as somebody who reads the text would copy them.
func IBANsIn(text string) (out []string) {
	v := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(text))
	for i := range v {
		n := 0
		if i+2 <= len(v) {
			n = ibanLengths[v[i:i+2]]
		}
		if n == 0 || i+n > len(v) {
			continue
		}
		if iban, err := ParseIBAN(v[i : i+n]); err == nil && !slices.Contains(out, iban) {
			out = append(out, iban)
		}
	}
	return out
}

// FormatIBAN returns an account number in groups of four, with no-break spaces.
func FormatIBAN(iban string) string {
	var out strings.Builder
	for i, r := range iban {
		if i > 0 && i%4 == 0 {
			out.WriteString("\u00a0")
		}
		out.WriteRune(r)
	}
	return out.String()
}

// RIBKey returns the two digits of the key of a French account (relevé
// d'identité bancaire): 97 − (89 × bank + 15 × branch + 3 × account) mod 97, the
// letters of the account counting as digits. It returns "" when the parts are
// not five, five and eleven characters of that kind.
func RIBKey(bank, branch, account string) string {
	digits := strings.Map(ribDigit, account)
	if !allDigits(bank, 5) || !allDigits(branch, 5) || !allDigits(digits, 11) {
		return ""
	}
	key := strconv.Itoa(97 - (89*mod97(bank)+15*mod97(branch)+3*mod97(digits))%97)
	if len(key) < 2 {
		return "0" + key
	}
	return key
}

// ribDigit turns letters into digits: A and J are 1, … I and R are 9, S is 2, … Z is 9.
func ribDigit(r rune) rune {
	switch {
	case r >= 'A' && r <= 'I':
		return r - 'A' + '1'
	case r >= 'J' && r <= 'R':
		return r - 'J' + '1'
	case r >= 'S' && r <= 'Z':
		return r - 'S' + '2'
	}
	return r
}

// mod97 returns the remainder by 97 of a number written in digits, where A
// counts as 10, … Z as 35.
func mod97(s string) int {
	rest := 0
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			rest = (rest*100 + int(r-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(r-'0')) % 97
		}
	}
	return rest
}

// ParseBIC returns the code of a bank (ISO 9362), of eight or eleven characters.
// It returns the fault "fr.bic".
func ParseBIC(s string) (string, error) {
	v := compact(s)
	if !bicPattern.MatchString(v) {
		return "", refuse("fr.bic", s)
	}
	return v, nil
}

// ParseICS returns a French identifier of a direct debit creditor (identifiant
// créancier SEPA) such as "FR72ZZZ123456": its key leaves out the business code
// of characters 5 to 7. It returns the fault "fr.ics".
func ParseICS(s string) (string, error) {
	v := compact(s)
	if !icsPattern.MatchString(v) || mod97(v[7:]+v[:4]) != 1 {
		return "", refuse("fr.ics", s)
	}
	return v, nil
}

var icsPattern = exactly(`FR\d{2}[A-Z0-9]{3}[A-Z0-9]{6}`)
