package fec

import (
	"regexp"
	"strings"

	"zafe/app/civil"
)

// FileName returns the legal name of the file of a fiscal year: SIREN, "FEC", closing date
// (art. A47 A-1, X).
func FileName(siren string, closing civil.Date) string {
	return siren + "FEC" + closing.Compact() + ".txt"
}

var nameForm = regexp.MustCompile(`(?i)^([0-9]{9})?.*FEC([0-9]{8})(_[0-9]+)?(\.[a-z0-9]+)?$`)

// ParseName reads the SIREN and closing date from a file's name, and tells whether it has the legal
// form. A name with a closing date but no SIREN in front of it gives the date all the same.
func ParseName(name string) (siren string, closing civil.Date, legal bool) {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	m := nameForm.FindStringSubmatch(name)
	if m == nil {
		return "", civil.Date{}, false
	}
	closing, ok := parseDate(m[2])
	return m[1], closing, ok && m[1] != "" && strings.EqualFold(name[9:12], "FEC")
}

// sirenHolds tells whether a SIREN's check digit is right (Luhn).
func sirenHolds(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
