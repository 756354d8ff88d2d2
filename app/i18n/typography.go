package i18n

import (
	"regexp"
	"strings"
)

const (
	nbsp  = "\u00a0" // no-break space
	nnbsp = "\u202f" // narrow no-break space
	minus = "\u2212"
)

var (
	beforeSign = regexp.MustCompile(` ([:;!?»€%])`)
	apostrophe = regexp.MustCompile(`(\pL)'(\pL)`)
)

// typography gives a French text its no-break spaces and its apostrophes, so
// that nobody has to type them in the catalogue. It leaves {{…}} alone.
func typography(s string) string {
	var out strings.Builder
	for s != "" {
		text, code := s, ""
		if from := strings.Index(s, "{{"); from >= 0 {
			to := strings.Index(s[from:], "}}")
			if to < 0 {
				return out.String() + s // not a template: Problems reports it
			}
			text, code = s[:from], s[from:from+to+2]
		}
		s = s[len(text)+len(code):]
		text = beforeSign.ReplaceAllString(text, nbsp+"$1")
		text = strings.ReplaceAll(text, "« ", "«"+nbsp)
		text = apostrophe.ReplaceAllString(text, "$1’$2")
		if before, elided := strings.CutSuffix(text, "'"); elided && code != "" {
			text = before + "’" // l'{{.name}}
		}
		out.WriteString(text)
		out.WriteString(code)
	}
	return out.String()
}
