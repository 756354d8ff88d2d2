package imports_test

import (
	"testing"

	"zafe/app/fault"
	"zafe/app/imports"
)

var fields = []imports.Field{
	{Name: "name", Label: "party.field.name", Required: true, Synonyms: []string{"nom", "raison sociale"}},
	{Name: "code", Label: "party.field.code", Synonyms: []string{"code client", "code"}},
	{Name: "postal_code", Label: "party.field.postal_code", Synonyms: []string{"code postal", "cp"}},
	{Name: "city", Label: "party.field.city", Synonyms: []string{"ville"}},
}

// FuzzMapping gives any file and any mapping: lines add up, cells are those of their column, every
// refusal is a fault with a sentence, and nothing panics.
func FuzzMapping(f *testing.F) {
	f.Add([]byte("Nom;Code postal;Ville\nDupont;97110;Pointe-à-Pitre\n"), "", -1)
	f.Add([]byte("Raison sociale,CP\n\"A, B\",1\n\n,,\n"), "city", 1)
	f.Add([]byte("a\tb\n1\t2\n"), "name", 0)
	f.Add([]byte("Nom\n\xe9lise\n"), "code", 7)
	f.Fuzz(func(t *testing.T, data []byte, field string, column int) {
		u := imports.Upload{Name: "f.csv", Data: data}
		if field != "" {
			u.Mapping = imports.Mapping{"name": 0, field: column}
		}
		if u.Validate() != nil {
			return
		}
		outcomes := []imports.Outcome{imports.New, imports.Updated, imports.Unchanged, imports.Duplicate, imports.Wrong}
		calls, last := 0, 0
		p, err := imports.Run(u, fields, func(r imports.Row) (imports.Outcome, []*fault.Fault, error) {
			if calls++; r.Line <= last {
				t.Fatalf("line %d after line %d", r.Line, last)
			}
			last = r.Line
			for _, f := range fields {
				_ = r.Value(f.Name)
			}
			return outcomes[calls%len(outcomes)], []*fault.Fault{fault.Field("city", "imports.duplicate", "line", 1)}, nil
		})
		if err != nil {
			if f := fault.Of(err); f.Code == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		judged := p.New + p.Updated + p.Unchanged + p.Duplicates + p.Errors
		if len(p.Missing) == 0 && (judged != p.Rows || calls != p.Rows) || len(p.Missing) > 0 && calls > 0 {
			t.Fatalf("%d lines, %d judged, %d calls, missing %v", p.Rows, judged, calls, p.Missing)
		}
		if len(p.Problems)+p.MoreProblems != calls {
			t.Fatalf("%d problems for %d lines", len(p.Problems)+p.MoreProblems, calls)
		}
		used := map[int]bool{}
		for name, c := range p.Mapping {
			if c < 0 || c >= len(p.Header) || used[c] {
				t.Fatalf("%s is mapped to column %d of %d", name, c, len(p.Header))
			}
			used[c] = true
		}
	})
}

func TestReadySaysWhatIsInTheWay(t *testing.T) {
	for _, c := range []struct {
		p    imports.Preview
		skip bool
		want string
	}{
		{imports.Preview{Missing: []string{"name"}}, true, "imports.field_missing"},
		{imports.Preview{New: 1, Errors: 1}, false, "imports.has_errors"},
		{imports.Preview{New: 1, Errors: 1}, true, ""},
		{imports.Preview{Unchanged: 3}, true, "imports.nothing"},
		{imports.Preview{Updated: 1}, false, ""},
	} {
		if got := fault.KeyOf(c.p.Ready(c.skip)); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}
