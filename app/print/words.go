package print

import (
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/i18n"
	"zafe/app/money"
)

// words writes for the reader of the document.
type words struct{ p *i18n.Printer }

func (w words) lang() string {
	if w.p.Lang() == i18n.French {
		return "fr-FR"
	}
	return w.p.Lang()
}

// say returns a message; args are name, value pairs.
func (w words) say(key string, args ...any) string {
	if len(args) == 0 {
		return w.p.T(key, nil)
	}
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1]
	}
	return w.p.T(key, values)
}

// label introduces a text with a message, or returns nothing for no text.
func (w words) label(key, text string) string {
	if text == "" {
		return ""
	}
	return w.say(key, "text", text)
}

func (w words) date(d civil.Date) string           { return w.p.Date(d) }
func (w words) amount(a money.Amount) string       { return w.p.Amount(a) }
func (w words) number(a money.Amount) string       { return w.p.AmountBare(a) }
func (w words) unitPrice(u money.UnitPrice) string { return w.p.UnitPriceBare(u) }
func (w words) quantity(q money.Quantity) string   { return w.p.Quantity(q) }
func (w words) rate(r money.Rate) string           { return w.p.Rate(r) }
func (w words) clock(t time.Time) string           { return t.Format("15:04") }

// day is the date of an instant, in the zone it is given in.
func (w words) day(t time.Time) string { return w.date(civil.Of(t)) }

// wholeAmount leaves out the cents of a round sum, as a share capital is written.
func (w words) wholeAmount(a money.Amount) string {
	if a%money.Euro != 0 || w.p.Lang() != i18n.French {
		return w.amount(a)
	}
	return w.p.Number(int64(a/money.Euro)) + noBreak + "€"
}

// discount writes a reduction, or nothing when there is none.
func (w words) discount(r money.Rate) string {
	if r == 0 {
		return ""
	}
	return w.rate(r)
}

// noBreak keeps two words on one line.
const noBreak = "\u00a0"

// joinWords joins the parts that are not empty.
func joinWords(separator string, parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}

// group cuts an identifier into blocks so that it can be read aloud and
// checked: sizes are those of the first blocks, the last one repeats. Blanks
// already there are ignored.
func group(id string, sizes ...int) string {
	var b strings.Builder
	inBlock, block := 0, 0
	for _, r := range strings.ReplaceAll(strings.ReplaceAll(id, " ", ""), noBreak, "") {
		if inBlock == sizes[min(block, len(sizes)-1)] {
			b.WriteString(noBreak)
			inBlock, block = 0, block+1
		}
		b.WriteRune(r)
		inBlock++
	}
	return b.String()
}

// siren writes 732 829 320.
func siren(id string) string { return group(id, 3) }

// siret writes 732 829 320 00074.
func siret(id string) string { return group(id, 3, 3, 3, 5) }

// iban writes FR76 3000 6000 0112 3456 7890 189.
func iban(id string) string { return group(strings.ToUpper(id), 4) }

// cutFirstLine separates the first line of a text from the others.
func cutFirstLine(s string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n")
	return first, rest
}
