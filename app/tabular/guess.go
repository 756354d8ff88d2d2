package tabular

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"zafe/app/i18n"
)

// Field is something looked for in a table, with the titles that columns of
// that kind bear, in any language, with or without accents.
type Field struct {
	Key      string
	Synonyms []string
}

// scoreMin is the score under which a resemblance is a coincidence.
const scoreMin = 40

// Guess says which column holds each field, from the titles of the columns:
// the same words first, then those that contain all the words of a synonym. A
// column serves one field at most; a field without a column is not in the map.
func Guess(header []string, fields []Field) map[string]int {
	type match struct{ score, field, column int }
	var matches []match
	for f, field := range fields {
		for c, title := range header {
			best := 0
			for _, synonym := range append([]string{field.Key}, field.Synonyms...) {
				best = max(best, resemblance(words(title), words(synonym)))
			}
			if best >= scoreMin {
				matches = append(matches, match{best, f, c})
			}
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	found := map[string]int{}
	taken := map[int]bool{}
	for _, m := range matches {
		key := fields[m.field].Key
		if _, done := found[key]; done || taken[m.column] {
			continue
		}
		found[key], taken[m.column] = m.column, true
	}
	return found
}

// resemblance scores a title against a synonym from 0 to 100.
func resemblance(title, synonym []string) int {
	if len(title) == 0 || len(synonym) == 0 {
		return 0
	}
	if strings.Join(title, "") == strings.Join(synonym, "") {
		return 100
	}
	for _, w := range synonym {
		if !slices.Contains(title, w) {
			return 0
		}
	}
	return 80 * len(synonym) / len(title) // "date" in "date de facture" is worth less than "date facture"
}

var numero = strings.NewReplacer("n°", "numero ", "no.", "numero ", "num.", "numero ")

// words cuts a title into folded words, without the small ones of French, nor
// their plural: "N° de facture", "num_facture" and "NumeroFacture" resemble.
func words(title string) []string {
	var spaced strings.Builder
	lower := false
	for _, r := range title {
		if unicode.IsUpper(r) && lower {
			spaced.WriteByte(' ') // camelCase
		}
		lower = unicode.IsLower(r)
		spaced.WriteRune(r)
	}
	folded := i18n.Fold(numero.Replace(strings.ToLower(spaced.String())))
	var out []string
	for _, w := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch w {
		case "de", "du", "des", "d", "la", "le", "les", "l", "en", "a", "au", "of", "the":
			continue
		case "num", "no":
			w = "numero"
		}
		if len(w) > 3 {
			w = strings.TrimSuffix(w, "s")
		}
		out = append(out, w)
	}
	return out
}
