package fec_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/money"
)

const goodName = "732829320FEC20261231.txt"

// good is a small file without fault, separated by bars.
const good = `JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise
VE|Ventes|1|20260105|411000|Clients|C001|Dupont|F1|20260105|Facture F1|120,00|0,00|||20260105||
VE|Ventes|1|20260105|706000|Prestations|||F1|20260105|Facture F1|0,00|100,00|||20260105||
VE|Ventes|1|20260105|445710|TVA|||F1|20260105|Facture F1|0,00|20,00|||20260105||
`

// replace changes the good file, which must hold what is replaced.
func replace(t *testing.T, pairs ...string) []byte {
	s := good
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("nothing to replace: %q", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return []byte(s)
}

// faults names the problems as "key@line", warnings with a "?" before.
func faults(ps fec.Problems) []string {
	out := []string{}
	for _, p := range ps.List {
		s := p.Key + "@" + string(rune('0'+p.Line%10))
		if p.Warning {
			s = "?" + s
		}
		out = append(out, strings.TrimPrefix(s, "fec."))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestCheckFindsEachFault(t *testing.T) {
	latin, err := charmap.ISO8859_15.NewEncoder().Bytes(replace(t, "Dupont", "Hélène à 5 €"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		data       []byte
		want       []string
	}{
		{"good", "", replace(t), nil},
		{"tabs", "", bytes.ReplaceAll(replace(t), []byte("|"), []byte("\t")), nil},
		{"crlf", "", bytes.ReplaceAll(replace(t), []byte("\n"), []byte("\r\n")), nil},
		{"cr", "", bytes.ReplaceAll(replace(t), []byte("\n"), []byte("\r")), nil},
		{"no last line end", "", bytes.TrimSuffix(replace(t), []byte("\n")), nil},
		{"separator at line ends", "", bytes.ReplaceAll(replace(t), []byte("\n"), []byte("|\n")), nil},
		{"bom", "", append([]byte("\xef\xbb\xbf"), replace(t)...), []string{"?fec.bom@1"}},
		{"latin", "", latin, nil},
		{"utf-16", "", []byte("J\x00o\x00u\x00"), []string{"charset@1"}},
		{"empty", "", nil, []string{"empty_file@1"}},
		{"file name", "export.txt", replace(t), []string{"file_name@0"}},
		{"siren", "732829321FEC20261231.txt", replace(t), []string{"?fec.siren@0"}},
		{"lower case", "", replace(t, "JournalCode", "journalcode"), []string{"?fec.header_case@1"}},
		{"both sides", "", replace(t, "0,00|100,00", "100,00|100,00"), []string{"sides@3", "total@0", "unbalanced@2"}},
		{"short account", "", replace(t, "706000", "70"), []string{"account@3"}},
		{"class 9", "", replace(t, "706000", "906000"), []string{"account@3"}},
		{"date", "", replace(t, "20260105|411000", "20261345|411000"), []string{"date@2", "total@0", "unbalanced@3"}},
		{"point", "", replace(t, "120,00", "120.00"), []string{"amount_point@2", "total@0", "unbalanced@3"}},
		{"thousands", "", replace(t, "120,00", "1 120,00"), []string{"amount@2", "total@0", "unbalanced@3"}},
		{"three decimals", "", replace(t, "120,00", "120,001"), []string{"amount@2", "total@0", "unbalanced@3"}},
		{"header", "", replace(t, "CompteLib", "Libelle"), []string{"header@1"}},
		{"semicolons", "", bytes.ReplaceAll(replace(t), []byte("|"), []byte(";")), []string{"separator@1"}},
		{"no validation", "", replace(t, "|||20260105||", "|||||"), []string{"missing@2", "total@0", "unbalanced@3"}},
		{"no reference", "", replace(t, "F1|20260105|", "|20260105|"), []string{"missing@2", "total@0", "unbalanced@3"}},
		{"fields", "", replace(t, "Clients|", "Clients||"), []string{"fields@2", "total@0", "unbalanced@3"}},
		{"blank line", "", replace(t, "VE|", "\nVE|"), []string{"blank_line@2"}},
		{"unbalanced", "", replace(t, "100,00", "99,00"), []string{"total@0", "unbalanced@2"}},
		{
			"late", "", replace(t, "|20260105|411000", "|20270105|411000"),
			[]string{"?fec.entry_dates@2", "?fec.valid_before@2", "outside_year@2"},
		},
		{"order", "", replace(t, "|||20260105||\nVE", "|||20260106||\nVE"), []string{"valid_order@3", "valid_order@4"}},
		{
			"match date", "", replace(t, "120,00|0,00||", "120,00|0,00|AA|"),
			[]string{"?fec.match_unbalanced@0", "match_date@2"},
		},
		{"currency pair", "", replace(t, "||\nVE", "|1,00|\nVE"), []string{"currency_pair@2"}},
		{"currency code", "", replace(t, "||\nVE", "|1,00|US\nVE"), []string{"currency_code@2"}},
		{"aux pair", "", replace(t, "C001|Dupont", "C001|"), []string{"aux_pair@2"}},
		{"two journals", "", replace(t, "VE|Ventes|1", "OD|OD|1"), []string{"unbalanced@2", "unbalanced@3"}},
		{"title", "", replace(t, "706000|Prestations", "411000|Prestations"), []string{"?fec.title_varies@3"}},
		{"gap", "", append(replace(t), strings.ReplaceAll(good[strings.Index(good, "\n")+1:], "|1|", "|3|")...), []string{"gap@2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := c.file
			if name == "" {
				name = goodName
			}
			ps := fec.Check(name, c.data)
			got := faults(ps)
			if want := append([]string{}, c.want...); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if c.name != "two journals" { // the other checker knows numbers only, whatever the journal
				agree(t, name, c.data, ps.Errors == 0)
			}
		})
	}
}

// agree holds our verdict against an independent checker, where there is one at hand.
func agree(t *testing.T, name string, data []byte, ok bool) {
	tool := os.Getenv("ZAFE_FEC_CHECKER")
	if tool == "" {
		return
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "python3", tool, path).CombinedOutput()
	if (err == nil) != ok {
		t.Errorf("we say %v, the checker says\n%s", ok, out)
	}
}

func TestSignedAmounts(t *testing.T) {
	data := replace(t, "Debit|Credit", "Montant|Sens", "120,00|0,00", "120,00|D", "0,00|100,00", "100,00|C", "0,00|20,00", "20,00-|D")
	var ps fec.Problems
	var got []money.Amount
	_, ok := fec.Decode(data, &ps, func(r *fec.Row) { got = append(got, r.Debit-r.Credit) })
	if !ok || ps.Errors > 0 || !slices.Equal(got, []money.Amount{120_00, -100_00, -20_00}) {
		t.Errorf("%v %v %+v", ok, got, ps)
	}
}

func rows() *rapid.Generator[fec.Row] {
	text := rapid.StringMatching(`[A-Za-zéàÉ€'" ,;.-]{0,12}`)
	full := rapid.StringMatching(`[A-Za-zé]{1,5}`)
	date := rapid.Custom(func(t *rapid.T) civil.Date {
		return civil.New(2020, 1, 1).AddDays(rapid.IntRange(0, 4000).Draw(t, "day"))
	})
	amount := rapid.Int64Range(-int64(money.AmountMax), int64(money.AmountMax))
	return rapid.Custom(func(t *rapid.T) fec.Row {
		r := fec.Row{
			Journal: full.Draw(t, "journal"), JournalTitle: full.Draw(t, "title"), Num: full.Draw(t, "num"),
			Date: date.Draw(t, "date"), Account: "411000", AccountTitle: full.Draw(t, "account"),
			Aux: text.Draw(t, "aux"), AuxTitle: text.Draw(t, "auxtitle"), Ref: full.Draw(t, "ref"),
			RefDate: date.Draw(t, "refdate"), Label: full.Draw(t, "label"), Debit: money.Amount(amount.Draw(t, "debit")),
			Credit: money.Amount(amount.Draw(t, "credit")), ValidDate: date.Draw(t, "valid"),
		}
		if rapid.Bool().Draw(t, "matched") {
			r.Match, r.MatchDate = "AB", date.Draw(t, "matchdate")
		}
		if rapid.Bool().Draw(t, "foreign") {
			r.HasCurrency, r.Currency, r.CurrencyAmount = true, "USD", money.Amount(amount.Draw(t, "currency"))
		}
		return r
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rows(), 1, 20).Draw(t, "rows")
		data := []byte(fec.Header())
		for i := range want {
			data = fec.Append(data, &want[i])
			want[i].Line = i + 2
		}
		var ps fec.Problems
		var got []fec.Row
		f, ok := fec.Decode(data, &ps, func(r *fec.Row) { got = append(got, *r) })
		if !ok || len(ps.List) > 0 || !slices.Equal(got, want) || f.Charset != "UTF-8" || f.Separator != "\t" {
			t.Fatalf("%v %+v\n%q\n%+v\n%+v", ok, ps, data, got, want)
		}
	})
}

func TestTextsCannotBreakALine(t *testing.T) {
	line := fec.Append(nil, &fec.Row{Label: "a\tb|c\r\nd\x00e"})
	if n := bytes.Count(line, []byte("\t")); n != 17 || bytes.Count(line, []byte("\n")) != 1 || bytes.IndexByte(line, 0) >= 0 {
		t.Errorf("%q has %d tabs", line, n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.ReplaceAll(good, "|", "\t")))
	f.Add([]byte("\xef\xbb\xbf" + good))
	f.Add([]byte(strings.ReplaceAll(good, "Dupont", "H\xe9l\xe8ne")))
	f.Add([]byte("\n\n\r\n|||||||||||||||||||"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var ps, again fec.Problems
		var rs []fec.Row
		fec.Decode(data, &ps, func(r *fec.Row) { rs = append(rs, *r) })
		out := []byte(fec.Header())
		for i := range rs {
			out = fec.Append(out, &rs[i])
		}
		n := 0
		fec.Decode(out, &again, func(r *fec.Row) {
			if n++; n <= len(rs) && (r.Debit != rs[n-1].Debit || r.Date != rs[n-1].Date || strings.TrimSpace(r.Match) != strings.TrimSpace(rs[n-1].Match)) {
				t.Errorf("line %d changed: %+v, was %+v", n, r, rs[n-1])
			}
		})
		if n > len(rs) {
			t.Errorf("%d rows became %d", len(rs), n)
		}
		fec.Check(goodName, data)
	})
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(fec.Header())
	for i := range 100_000 {
		data = fec.Append(data, &fec.Row{
			Journal: "VE", JournalTitle: "Ventes", Num: "1", Date: civil.New(2026, 1, 5), Account: "411000",
			AccountTitle: "Clients", Aux: "C001", AuxTitle: "Dupont", Ref: "F1", RefDate: civil.New(2026, 1, 5),
			Label: "Facture F1", Debit: money.Amount(i + 1), ValidDate: civil.New(2026, 1, 5),
		})
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var ps fec.Problems
		fec.Decode(data, &ps, func(*fec.Row) {})
	}
}
