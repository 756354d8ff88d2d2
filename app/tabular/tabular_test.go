package tabular

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"zafe/app/fault"
	"zafe/app/i18n"
)

const clients = "Société;Ville;Solde\r\nL’Œuvre d’été;Pointe-à-Pitre;1 234,56 €\r\n\"Dupont; Fils\";Besançon;-3,5\r\n"

func encode(t *testing.T, name, text string) []byte {
	t.Helper()
	var out string
	var err error
	switch name {
	case "Windows-1252":
		out, err = charmap.Windows1252.NewEncoder().String(text)
	case "ISO-8859-15":
		out, err = charmap.ISO8859_15.NewEncoder().String(strings.ReplaceAll(text, "’", "'"))
	case "CP850":
		out, err = charmap.CodePage850.NewEncoder().String(strings.NewReplacer("’", "'", "Œ", "Oe", "€", "E").Replace(text))
	case "UTF-16":
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	case "UTF-16 big":
		out, err = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	case "UTF-8 BOM":
		out = "\ufeff" + text
	default:
		out = text
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return []byte(out)
}

func TestEncodings(t *testing.T) {
	for as, want := range map[string]string{
		"UTF-8": "UTF-8", "UTF-8 BOM": "UTF-8", "Windows-1252": "Windows-1252", "ISO-8859-15": "ISO-8859-15",
		"CP850": "CP850", "UTF-16": "UTF-16", "UTF-16 big": "UTF-16",
	} {
		text := clients
		if strings.HasPrefix(as, "UTF-16") {
			text = strings.Repeat(clients, 3) // a file without mark needs some text to be recognised
		}
		s, err := Read("clients.csv", encode(t, as, text))
		if err != nil || s.Encoding != want || s.Separator != ';' {
			t.Errorf("%s: read as %s, %q, %v", as, s.Encoding, s.Separator, err)
			continue
		}
		if s.Header[0] != "Société" || s.Rows[0][1] != "Pointe-à-Pitre" || s.Rows[1][0] != "Dupont; Fils" || s.Rows[1][1] != "Besançon" {
			t.Errorf("%s: %q %q", as, s.Header, s.Rows)
		}
	}
}

func TestSeparators(t *testing.T) {
	for text, want := range map[string]rune{
		"a;b\n1,5;2,5\n":                      ';',
		"a\tb\n1,5\t2,5\n":                    '\t',
		"a|b\n1|2\n":                          '|',
		"a,b\n\"1;5\",2\n":                    ',',
		"a,b;c,d\n1,1;2,2\n3;4\n":             ';',
		"seul\n1\n2\n":                        ';',
		"sep=|\na|b;c;d\n1|2;3;4\n":           '|',
		"Relevé, compte, 12\n\na;b\n1;2\n3;4": ';',
	} {
		s, err := Read("x.csv", []byte(text))
		if err != nil || s.Separator != want {
			t.Errorf("%q: %q, %v", text, s.Separator, err)
		}
	}
}

func TestHeaderAndLines(t *testing.T) {
	text := "Compte n° 123;;\n\nDate;Libellé;Montant\n01/02/2026;\"Virement\nDupont\";12,5\n\n;;\n03/02/2026;Frais;1;en trop\n02/02/2026;Court\n"
	s, err := Read("releve.csv", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Header, []string{"Date", "Libellé", "Montant", ""}) || len(s.Preamble) != 1 {
		t.Errorf("header %q after %q", s.Header, s.Preamble)
	}
	if len(s.Rows) != 3 || !slices.Equal(s.Lines, []int{4, 8, 9}) {
		t.Errorf("rows %q at %v", s.Rows, s.Lines)
	}
	if s.Rows[0][1] != "Virement\nDupont" || s.Rows[1][3] != "en trop" || !slices.Equal(s.Rows[2], []string{"02/02/2026", "Court", "", ""}) {
		t.Errorf("rows %q", s.Rows)
	}
	if s, err = Read("x.csv", []byte("sep=;\na;b\n1;2")); err != nil || s.Lines[0] != 3 {
		t.Errorf("lines %v, %v", s.Lines, err)
	}
	if s, err = Read("mac.csv", []byte("a;b\r1;2\r")); err != nil || len(s.Rows) != 1 {
		t.Errorf("old Mac: %v, %v", s, err)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":    {nil, "tabular.empty"},
		"blank":      {[]byte(" \r\n \n"), "tabular.empty"},
		"separators": {[]byte(";;;\n;;\n"), "tabular.empty"},
		"pdf":        {[]byte("%PDF-1.7\n"), "tabular.not_a_table"},
		"zeros":      {[]byte("abc\x00def;\x01"), "tabular.not_a_table"},
		"xls":        {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"), "tabular.old_excel"},
		"ods":        {[]byte("PK\x03\x04........mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "tabular.open_document"},
		"broken zip": {[]byte("PK\x03\x04 broken"), "tabular.damaged"},
		"quote":      {[]byte("a;b\n\"open;2\n" + strings.Repeat("3;4\n", cellLinesMax+1)), "tabular.quote"},
		"wide":       {[]byte(strings.Repeat("a;", ColumnsMax) + "a\n"), "tabular.too_many_columns"},
		"long cell":  {[]byte("a;b\n" + strings.Repeat("x", CellBytesMax+1) + ";2\n"), "tabular.cell_too_long"},
		"rows":       {[]byte(strings.Repeat("a\n", RowsMax+2)), "tabular.too_many_rows"},
		"size":       {make([]byte, SizeBytesMax+1), "tabular.too_large"},
		"wide, long": {[]byte("a\n" + strings.Repeat("a\n", 900_000) + strings.Repeat("a;", 100) + "a\n"), "tabular.too_many_rows"},
	} {
		s, err := Read(name, c.data)
		if fault.KeyOf(err) != c.want || s.Rows != nil {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		for _, lang := range i18n.Languages() {
			if text := i18n.For(lang).Fault(err); strings.ContainsAny(text, "…") || strings.HasPrefix(text, "!") {
				t.Errorf("%s: sentence %q", name, text)
			}
		}
	}
}

// workbook builds an Excel file and gives each cell a format, 0 being general.
func workbook(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbook(t *testing.T) {
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	data := workbook(t, func(f *excelize.File) {
		set := func(cell string, value any, format string, builtin int) {
			if err := f.SetCellValue("Ventes", cell, value); err != nil {
				t.Fatal(err)
			}
			style := &excelize.Style{NumFmt: builtin}
			if format != "" {
				style.CustomNumFmt = &format
			}
			id, err := f.NewStyle(style)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStyle("Ventes", cell, cell, id); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.NewSheet("Ventes"); err != nil {
			t.Fatal(err)
		}
		for i, title := range []string{"Texte", "Court", "Français", "Mois", "Heure", "Montant", "Code", "Somme", "Grand"} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 1)
			set(cell, title, "", 0)
		}
		set("A3", "L’été ", "", 0)
		set("B3", at.Truncate(24*time.Hour), "", 14)
		set("C3", at.Truncate(24*time.Hour), "dd/mm/yyyy", 0)
		set("D3", at.Truncate(24*time.Hour), "d-mmm-yy", 0)
		set("E3", at, "dd/mm/yyyy hh:mm", 0)
		set("F3", 1234.56, "#,##0.00 \"€\"", 0)
		set("G3", 1000, "00000", 0)
		set("H3", 0.1+0.2, "", 0)
		set("I3", 9e14, "", 0)
	})
	s, err := Read("ventes.xlsx", data)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"L’été", "2026-11-21", "2026-11-21", "2026-11-21", "2026-11-21 14:05:00", "1234.56", "01000", "0.3", "900000000000000"}
	if len(s.Rows) != 1 || !slices.Equal(s.Rows[0], want) || s.Lines[0] != 3 {
		t.Errorf("got  %q at %v\nwant %q", s.Rows, s.Lines, want)
	}
	if s.SheetName != "Ventes" || !slices.Equal(s.Sheets, []string{"Sheet1", "Ventes"}) || s.Separator != 0 || s.Header[4] != "Heure" {
		t.Errorf("%+v", s)
	}
	if _, err := ReadSheet("ventes.xlsx", data, "Sheet1"); fault.KeyOf(err) != "tabular.empty" {
		t.Errorf("empty sheet: %v", err)
	}
	if _, err := ReadSheet("ventes.xlsx", data, "Achats"); fault.KeyOf(err) != "tabular.no_such_sheet" {
		t.Errorf("no such sheet: %v", err)
	}
	empty := workbook(t, func(*excelize.File) {})
	if _, err := Read("x.xlsx", empty); fault.KeyOf(err) != "tabular.empty" {
		t.Errorf("empty workbook: %v", err)
	}
	if _, err := Read("x.xlsx", data[:len(data)/2]); fault.KeyOf(err) != "tabular.damaged" {
		t.Errorf("half a workbook: %v", err)
	}
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-zé0-9;,"|' ]{0,8}[a-zé0-9"]`)
		width := rapid.IntRange(2, 6).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 4, 20).Draw(t, "rows")
		for i := range rows {
			for j := range rows[i] {
				rows[i][j] = strings.TrimSpace(rows[i][j])
			}
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma = '\t'
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		s, err := Read("x.csv", out.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", out.String(), err)
		}
		if s.Separator == '\t' && !slices.Equal(s.Header, rows[0]) {
			t.Fatalf("header %q, want %q", s.Header, rows[0])
		}
		for i, row := range s.Rows {
			if s.Separator == '\t' && !slices.Equal(row, rows[i+1]) {
				t.Fatalf("row %d: %q, want %q", i, row, rows[i+1])
			}
		}
	})
}

func TestGuess(t *testing.T) {
	fields := []Field{
		{"name", []string{"nom", "raison sociale", "client", "société"}},
		{"number", []string{"numéro", "numéro de facture", "facture"}},
		{"date", []string{"date", "date de facture"}},
		{"due", []string{"échéance", "date échéance"}},
		{"email", []string{"courriel", "adresse e-mail", "mail"}},
		{"gross", []string{"montant ttc", "total ttc"}},
		{"net", []string{"montant ht", "total ht"}},
	}
	for _, c := range []struct {
		header []string
		want   map[string]int
	}{
		{
			[]string{"Raison sociale", "N° de facture", "Date", "Date d'échéance", "E-mail", "Total TTC", "Total HT"},
			map[string]int{"name": 0, "number": 1, "date": 2, "due": 3, "email": 4, "gross": 5, "net": 6},
		},
		{
			[]string{"DATE_FACTURE", "NumeroFacture", "Montants T.T.C.", "CLIENTS", "ECHEANCE"},
			map[string]int{"date": 0, "number": 1, "gross": 2, "name": 3, "due": 4},
		},
		{[]string{"", "Divers", "Remarques"}, map[string]int{}},
		{[]string{"Nom", "Nom"}, map[string]int{"name": 0}},
	} {
		if got := Guess(c.header, fields); !maps.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.header, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(clients))
	f.Add([]byte("sep=,\na,b\n\"1,2\n"))
	f.Add([]byte("\xff\xfea\x00;\x00b\x00\n\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read("fuzz", data)
		if err != nil {
			if fault.Of(err).Code == fault.Internal {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if len(s.Lines) != len(s.Rows) {
			t.Errorf("%d lines for %d rows", len(s.Lines), len(s.Rows))
		}
		for _, row := range s.Rows {
			if len(row) != len(s.Header) {
				t.Errorf("row %q under %q", row, s.Header)
			}
		}
		Guess(s.Header, []Field{{"a", []string{"b"}}})
	})
}
