package print

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/money"
	"zafe/app/tooltest"
)

// TestReportCarriesForward adds a report of several pages up again from its text.
func TestReportCarriesForward(t *testing.T) {
	r := sampleBalance(60)
	text := strings.TrimSuffix(
		pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return WriteReport(b, french, r) })),
		"\f",
	)
	pages := strings.Split(text, "\f")
	if len(pages) < 5 {
		t.Fatalf("%d pages", len(pages))
	}
	accounts := map[string]money.Amount{}
	for _, row := range r.Rows {
		if row.Kind == DetailRow {
			accounts[row.Cells[0].words] = row.Cells[2].amount
		}
	}
	account := regexp.MustCompile(`^(\d{6}) `)
	var sum money.Amount
	seen := 0
	for n, page := range pages {
		for line := range strings.SplitSeq(page, "\n") {
			line = strings.TrimSpace(line)
			if m := account.FindStringSubmatch(line); m != nil {
				sum = sum.Add(accounts[m[1]])
				seen++
			}
			if strings.HasPrefix(line, "Report ") || strings.HasPrefix(line, "À reporter") {
				if want := narrow.Replace(french.AmountBare(sum)); !strings.Contains(line, " "+want+" ") {
					t.Errorf("page %d: %q, the rows so far make %s", n+1, line, want)
				}
			}
		}
		for _, want := range []string{
			r.Title, r.Company, r.Period, r.Subtitle, "Mouvement débit", "Édité le 21/11/2026 à 17:05",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d lacks %q", n+1, want)
			}
		}
		if first := regexp.MustCompile(
			`Solde créditeur\s+(Report [^\n]*)?\s*Total`,
		); first.MatchString(
			page,
		) {
			t.Errorf("page %d starts with a total", n+1)
		}
	}
	if seen != 300 {
		t.Errorf("%d accounts, want 300", seen)
	}
	if !strings.Contains(flat(pages[len(pages)-1]), "Total général "+narrow.Replace(french.AmountBare(sum))) {
		t.Error("the last page lacks the total")
	}
}

// TestLongReport prints a general ledger of a busy year.
func TestLongReport(t *testing.T) {
	r := sampleBalance(1000)
	r.Landscape = true
	pdf := pdfBytes(t, func(b *bytes.Buffer) error { return WriteReport(b, french, r) })
	checkStructure(t, pdf)
	if out := tooltest.Say(t, pdf, "pdfinfo", "FILE"); !strings.Contains(out, "841.89 x 595.28") {
		t.Error(out)
	}
}

func TestReportShapes(t *testing.T) {
	base := Report{
		Title:     "Journal",
		PrintedAt: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC),
		Columns:   []ReportColumn{{Title: "Libellé", Width: 1}},
	}
	text := pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return WriteReport(b, french, base) }))
	if !strings.Contains(text, "Aucune ligne") || !strings.Contains(text, "Page 1/1") {
		t.Errorf("empty report:\n%s", text)
	}
	odd := base
	odd.Rows = []ReportRow{
		{Kind: TotalRow},
		{Cells: []Cell{Words(strings.Repeat("mot ", 5000)), Figure(5)}},
		{Kind: GroupRow},
	}
	checkStructure(t, pdfBytes(t, func(b *bytes.Buffer) error { return WriteReport(b, french, odd) }))
	narrowest := base
	narrowest.Columns = []ReportColumn{{Title: "Libellé", Width: 40}, {Title: "Solde", Width: 1}}
	narrowest.Rows = []ReportRow{{Cells: []Cell{Words("Caisse"), Figure(-money.AmountMax)}}}
	text = pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return WriteReport(b, french, narrowest) }))
	if !strings.Contains(text, "-100 000 000 000,00") {
		t.Errorf("an amount lost digits in a narrow column:\n%s", text)
	}
	beyond := base
	beyond.Rows = []ReportRow{{Cells: []Cell{Figure(1 << 62)}}}
	for name, r := range map[string]Report{
		"amount": beyond, "no column": {PrintedAt: base.PrintedAt}, "no date": {Columns: base.Columns},
		"no width": {PrintedAt: base.PrintedAt, Columns: []ReportColumn{{Title: "x"}}},
	} {
		if err := WriteReport(io.Discard, french, r); !errors.Is(err, ErrDocument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatement(t *testing.T) {
	d := sampleStatement(40)
	text := pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return WriteStatement(b, french, d) }))
	want := []string{
		"Relevé de compte",
		"411ALIZES",
		"Solde au 30/09/2026",
		"Solde à payer",
		"Dont échu",
		"F-2026-139",
		"FR76 3000",
	}
	if d.Balance < 0 {
		want[3] = "Solde en votre faveur"
	}
	for _, w := range append(want, narrow.Replace(french.Amount(d.Balance.Abs()))) {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing from:\n%s", w, text)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	r := sampleBalance(1000)
	for b.Loop() {
		if err := WriteReport(io.Discard, french, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInvoice(b *testing.B) {
	d := sampleInvoice()
	for b.Loop() {
		if err := Sales(io.Discard, french, d); err != nil {
			b.Fatal(err)
		}
	}
}

// TestTheTitlesOfColumnsAreOfOneSize: a long one is wrapped between its words, whole, where it was made tiny; one word
// too long for its column makes all of them smaller, to a bound.
func TestTheTitlesOfColumnsAreOfOneSize(t *testing.T) {
	lay := func(titles ...string) *reportPrinter {
		c, err := newCanvas(info{made: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), landscape: true})
		if err != nil {
			t.Fatal(err)
		}
		s := &reportPrinter{document: document{canvas: c}, r: Report{Columns: []ReportColumn{{Title: "Droit", Width: 52}}}}
		for _, title := range titles {
			s.r.Columns = append(s.r.Columns, ReportColumn{Title: title, Width: 20})
		}
		for len(s.r.Columns) < 13 {
			s.r.Columns = append(s.r.Columns, ReportColumn{Title: "Achats", Width: 20})
		}
		if err := s.layColumns(); err != nil {
			t.Fatal(err)
		}
		return s
	}
	short := lay()
	if short.head != textHead || short.high != reportTitles {
		t.Errorf("short titles: %+v, %v high", short.head, short.high)
	}
	s := lay("Ressources humaines", "Assistant commercial")
	if !slices.Equal(s.heads[1], []string{"Ressources", "humaines"}) || !slices.Equal(s.heads[2], []string{"Assistant", "commercial"}) {
		t.Errorf("wrapped as %q", s.heads)
	}
	if s.head.size < textHead.size*headLeast*0.99 || s.high <= reportTitles {
		t.Errorf("set in %v, %v high", s.head.size, s.high)
	}
	for i, lines := range s.heads {
		for _, line := range lines {
			if w := s.measure(line, s.head); w > s.w[i] {
				t.Errorf("%q is %.1f mm wide in %.1f", line, w, s.w[i])
			}
		}
	}
}
