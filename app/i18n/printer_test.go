package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
)

func TestCataloguesAreComplete(t *testing.T) {
	for _, p := range Problems() {
		t.Error(p)
	}
	if len(Keys(French)) < 50 || !slices.Equal(Keys(French), Keys(English)) {
		t.Errorf("%d French keys, %d English", len(Keys(French)), len(Keys(English)))
	}
	if Keys("de") != nil {
		t.Error("a language that does not exist has keys")
	}
}

func TestProblemsAreSeen(t *testing.T) {
	files := fstest.MapFS{
		"i18n/fr/a.json": {Data: []byte(`{"a.one_only": "x", "a.twice": "x", "a.place": "{{.x}}", "a.plural": "x",
			"a.bad": "{{nofunc .x}}", "a.empty": " "}`)},
		"i18n/fr/b.json": {Data: []byte(`{"a.twice": "y"}`)},
		"i18n/fr/c.json": {Data: []byte(`{"broken`)},
		"i18n/en/a.json": {Data: []byte(`{"a.twice": "x", "a.place": "{{.y}}", "a.plural": {"one": "x", "other": "y"},
			"a.bad": "{{nofunc .x}}", "a.more": "x"}`)},
	}
	both := map[string]*catalogue{French: load(files, French), English: load(files, English)}
	found := strings.Join(problems(both), "\n")
	for _, want := range []string{
		"a.twice is there twice", "c.json", "a.one_only is missing", "a.place has places [y]", "a.plural is plural",
		"a.bad", "a.empty has no text", "a.more has no French",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("not reported: %s\nin:\n%s", want, found)
		}
	}
	if empty := load(fstest.MapFS{}, French); len(empty.problems) != 1 {
		t.Errorf("an empty catalogue: %v", empty.problems)
	}
}

func TestFigures(t *testing.T) {
	fr, en := For("fr"), For("en")
	for _, c := range []struct{ got, want string }{
		{fr.Amount(123456), "1\u202f234,56\u00a0€"},
		{fr.AmountShort(123456), "1\u202f235\u00a0€"},
		{fr.Amount(-5), "\u22120,05\u00a0€"},
		{fr.Amount(100_000_000_00), "100\u202f000\u202f000,00\u00a0€"},
		{fr.AmountBare(99999), "999,99"},
		{fr.UnitPrice(123_400), "0,1234\u00a0€"},
		{fr.UnitPriceBare(1_500_000_000), "1\u202f500,00"},
		{fr.Rate(200_000), "20\u00a0%"},
		{fr.Rate(55_000), "5,5\u00a0%"},
		{fr.RateBare(17_500), "1,75"},
		{fr.Quantity(1_500_000), "1,5"},
		{fr.Quantity(-1200 * money.Unit), "\u22121\u202f200"},
		{fr.Number(1234567), "1\u202f234\u202f567"},
		{fr.Bytes(0), "0\u00a0o"},
		{fr.Bytes(999), "999\u00a0o"},
		{fr.Bytes(1000), "1\u00a0ko"},
		{fr.Bytes(1_234_567), "1,2\u00a0Mo"},
		{fr.Bytes(123_456_789), "123\u00a0Mo"},
		{fr.Bytes(999_960), "1\u00a0Mo"},
		{fr.Bytes(5_000_000_000_000_000), "5\u202f000\u00a0To"},
		{en.Bytes(1_500_000_000), "1.5\u00a0GB"},
		{en.Amount(123456), "€1,234.56"},
		{en.AmountShort(-123456), "\u2212€1,235"},
		{en.Amount(-123456), "\u2212€1,234.56"},
		{en.Rate(55_000), "5.5%"},
		{en.Quantity(1_500_000), "1.5"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFiguresAreReadBack(t *testing.T) {
	for _, p := range []*Printer{For("fr"), For("en")} {
		for _, a := range []money.Amount{0, 5, -5, 123456, -999999999, money.AmountMax} {
			for _, text := range []string{p.Amount(a), p.AmountBare(a)} {
				if strings.HasPrefix(text, minus+"€") {
					continue // the sign before the currency is only shown, fields hold bare amounts
				}
				if got, err := money.ParseAmount(text); err != nil || got != a {
					t.Errorf("%s: %q read as %d, %v", p.Lang(), text, got, err)
				}
			}
		}
		if got, err := money.ParseRate(p.Rate(55_000)); err != nil || got != 55_000 {
			t.Errorf("rate read as %d, %v", got, err)
		}
	}
}

func TestDates(t *testing.T) {
	fr, en := For("fr"), For("en")
	day := civil.New(2026, 11, 21)
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.Local)
	for _, c := range []struct{ got, want string }{
		{fr.Date(day), "21/11/2026"},
		{fr.Date(civil.Date{}), ""},
		{fr.DateLong(day), "samedi 21 novembre 2026"},
		{fr.DateLong(civil.New(2026, 3, 1)), "dimanche 1er mars 2026"},
		{fr.DateLong(civil.Date{}), ""},
		{en.DateLong(civil.New(2026, 3, 1)), "Sunday 1 March 2026"},
		{fr.MonthYear(day), "novembre 2026"},
		{fr.MonthShort(time.February), "févr."},
		{fr.WeekdayShort(time.Wednesday), "mer."},
		{fr.Period(civil.YearOf(day)), "2026"},
		{fr.Period(civil.MonthOf(day)), "novembre 2026"},
		{fr.Period(civil.QuarterOf(civil.New(2026, 2, 1))), "1er trimestre 2026"},
		{en.Period(civil.QuarterOf(day)), "Q4 2026"},
		{fr.Period(civil.Period{From: day, To: day.AddDays(30)}), "du 21/11/2026 au 21/12/2026"},
		{fr.Period(civil.Period{}), ""},
		{fr.Instant(at), "21/11/2026 14:05"},
		{fr.Instant(time.Time{}), ""},
		{fr.Duration(45 * time.Second), "45\u00a0s"},
		{fr.Duration(-12 * time.Minute), "12\u00a0min"},
		{fr.Duration(2*time.Hour + 5*time.Minute), "2\u00a0h\u00a005"},
		{fr.Duration(3 * time.Hour), "3\u00a0h"},
		{fr.Duration(25 * time.Hour), "1 jour"},
		{en.Duration(72 * time.Hour), "3 days"},
		{fr.Ago(at.Add(-10*time.Second), at), "à l’instant"},
		{fr.Ago(at.Add(-50*time.Second), at), "il y a 1\u00a0min"},
		{fr.Ago(at.Add(-12*time.Minute), at), "il y a 12\u00a0min"},
		{fr.Ago(at.Add(-3*time.Hour-10*time.Minute), at), "il y a 3\u00a0h"},
		{fr.Ago(at.Add(-20*time.Hour), at), "hier"},
		{fr.Ago(at.Add(-72*time.Hour), at), "il y a 3 jours"},
		{fr.Ago(at.Add(-40*24*time.Hour), at), "12/10/2026"},
		{fr.Ago(at.Add(24*time.Hour), at), "demain"},
		{fr.Ago(at.Add(72*time.Hour), at), "dans 3 jours"},
		{en.Ago(at.Add(-72*time.Hour), at), "3 days ago"},
		{fr.List(nil), ""},
		{fr.List([]string{"a"}), "a"},
		{fr.List([]string{"a", "b", "c"}), "a, b et c"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// sample is a printer over texts written here.
func sample(t *testing.T, texts string) *Printer {
	t.Helper()
	c := load(fstest.MapFS{"i18n/fr/a.json": {Data: []byte(texts)}}, French)
	if len(c.problems) > 0 {
		t.Fatal(c.problems)
	}
	return newPrinter(French, c)
}

func TestMessages(t *testing.T) {
	p := sample(t, `{
		"a.plain": "Voulez-vous l'enregistrer ?",
		"a.quote": "« {{.name}} » : {{amount .sum}} au {{date .day}} !",
		"a.kinds": "{{rate .r}} {{quantity .q}} {{price .p}} {{number .n}} {{bytes .n}} {{longdate .d}} {{instant .i}}",
		"a.count": {"one": "{{.n}} facture de {{.who}}", "other": "{{.n}} factures de {{.who}}"}
	}`)
	wire := map[string]any{}
	if err := json.Unmarshal([]byte(`{"name": "Dupont", "sum": 120050, "day": "2026-11-21"}`), &wire); err != nil {
		t.Fatal(err)
	}
	local := map[string]any{"name": "Dupont", "sum": money.Amount(120050), "day": civil.New(2026, 11, 21)}
	quote := "«\u00a0Dupont\u00a0»\u00a0: 1\u202f200,50\u00a0€ au 21/11/2026\u00a0!"
	who := map[string]any{"who": "Zoé"}
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.Local)
	for _, c := range []struct{ got, want string }{
		{p.T("a.plain", nil), "Voulez-vous l’enregistrer\u00a0?"},
		{p.T("a.quote", local), quote},
		{p.T("a.quote", wire), quote},
		{p.T("a.quote", nil), "«\u00a0…\u00a0»\u00a0: … au …\u00a0!"},
		{
			p.T("a.quote", map[string]any{"name": 1, "sum": "beaucoup", "day": "jamais"}),
			"«\u00a01\u00a0»\u00a0: beaucoup au jamais\u00a0!",
		},
		{p.T("a.kinds", map[string]any{
			"r": money.Rate(55_000), "q": money.Quantity(1_500_000), "p": money.UnitPrice(12_500_000), "n": json.Number("1234"),
			"d": "2026-11-01", "i": at.UTC().Format(time.RFC3339Nano),
		}), "5,5\u00a0% 1,5 12,50\u00a0€ 1\u202f234 1,2\u00a0ko !format.weekday.0! 1er !format.month.11! 2026 21/11/2026 14:05"},
		{p.N("a.count", 0, who), "0 facture de Zoé"},
		{p.N("a.count", 1, who), "1 facture de Zoé"},
		{p.N("a.count", 2, who), "2 factures de Zoé"},
		{p.N("a.count", 1_000_000, who), "1\u202f000\u202f000 factures de Zoé"},
		{p.T("a.none", nil), "!a.none!"},
		{p.N("a.none", 2, nil), "!a.none!"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if len(who) != 1 {
		t.Error("N changed the arguments of its caller")
	}
}

func TestTypographyLeavesCodeAlone(t *testing.T) {
	for in, want := range map[string]string{
		"{{if eq .a ' : '}} : {{end}}": "{{if eq .a ' : '}}\u00a0: {{end}}",
		"l'{{.name}}":                  "l’{{.name}}",
		"10 % à 14:05":                 "10\u00a0% à 14:05",
		"'exact'":                      "'exact'",
		"a {{ b : c":                   "a {{ b : c",
	} {
		if got := typography(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestFault(t *testing.T) {
	p := For("fr")
	_, syntax := money.ParseAmount("12a")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("disk on fire"), "Une erreur imprévue"},
		{fmt.Errorf("line 3: %w", syntax), "«\u00a012a\u00a0» n’est pas un nombre."},
		{fault.New(fault.Internal, "fault.internal", "ref", "ab12cd34"), "ab12cd34"},
		{fault.New(fault.Invalid, "no.such_key"), "no.such_key"},
		{fault.New(fault.Conflict, "backup.files_damaged", "count", 1), "Une pièce jointe manque"},
		{fault.New(fault.Conflict, "backup.files_damaged", "count", 6), "6 pièces jointes manquent"},
		{fault.New(fault.Conflict, "backup.files_damaged", "count", float64(1)), "Une pièce jointe manque"},     // over the wire
		{fault.New(fault.Conflict, "backup.prune_many", "count", 1, "of", 9), "1 points de restauration sur 9"}, // no plural
	} {
		if got := p.Fault(c.err); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
	hinted := sample(t, `{"a.refused": "Non.", "a.refused.hint": "Essayez {{.x}}.", "a.bare": "Non."}`)
	if got := hinted.FaultHint(fault.New(fault.Invalid, "a.refused", "x", "demain")); got != "Essayez demain." {
		t.Errorf("hint %q", got)
	}
	if got := hinted.FaultHint(fault.New(fault.Invalid, "a.bare")) + hinted.FaultHint(errors.New("x")); got != "" {
		t.Errorf("hint from nowhere: %q", got)
	}
}

func TestForAndPlaces(t *testing.T) {
	for in, want := range map[string]string{"fr": "fr", "en_GB.UTF-8": "en", "EN-us": "en", "de": "fr", "": "fr"} {
		if got := For(in).Lang(); got != want {
			t.Errorf("For(%q) is %q", in, got)
		}
	}
	if names, ok := Places("format.period"); !ok || !slices.Equal(names, []string{"from", "to"}) {
		t.Errorf("places %v, %v", names, ok)
	}
	if _, ok := Places("no.such_key"); ok {
		t.Error("a message that does not exist has places")
	}
}

func TestCollation(t *testing.T) {
	words := []string{"zèbre", "Étude", "eau", "etude", "Emile", "Émile", "île", "OEuf", "œil", "école", "Zafè"}
	slices.SortFunc(words, Compare)
	want := []string{"eau", "école", "Emile", "Émile", "etude", "Étude", "île", "œil", "OEuf", "Zafè", "zèbre"}
	if !slices.Equal(words, want) {
		t.Errorf("sorted as %v", words)
	}
	for in, want := range map[string]string{
		"Société Œuvre": "societe oeuvre", "L’ÎLE\u00a0BLEUE": "l'ile bleue", "plain": "plain", "PLAIN": "plain",
		"Straße": "strasse", "e\u0301te\u0301": "ete", "a\tb": "a b", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				if For("fr").T("format.period", map[string]any{"from": civil.New(2026, 1, 1), "to": civil.New(2026, 2, 1)}) == "" || Compare("é", "e") != 1 {
					t.Error("wrong answer under load")
				}
			}
		})
	}
	group.Wait()
}
