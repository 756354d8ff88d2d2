package print

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zafe/app/tooltest"
)

// pdfText returns the text of a document as a reader copies it, its spaces plain.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	return narrow.Replace(tooltest.Say(t, pdf, "pdftotext", "-layout", "FILE", "-"))
}

// flat returns the text with every run of blanks as one space.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// checkStructure verifies what can be verified without any tool: header,
// identifier, and a cross-reference table whose every offset is true.
func checkStructure(t *testing.T, pdf []byte) {
	t.Helper()
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.7\n")) ||
		!bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
		t.Fatal("not a PDF 1.7 file")
	}
	if !regexp.MustCompile(`/ID \[<([0-9A-F]{32})><([0-9A-F]{32})>\]`).Match(pdf) {
		t.Fatal("no file identifier")
	}
	m := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(pdf)
	if m == nil {
		t.Fatal("no startxref")
	}
	at, _ := strconv.Atoi(string(m[1]))
	lines := strings.Split(string(pdf[at:]), "\n")
	if lines[0] != "xref" {
		t.Fatalf("startxref points at %q", lines[0])
	}
	var count int
	if _, err := fmt.Sscanf(lines[1], "0 %d", &count); err != nil || count < 5 {
		t.Fatalf("cross-reference of %q objects", lines[1])
	}
	for i := 1; i < count; i++ {
		offset, err := strconv.Atoi(lines[2+i][:10])
		want := fmt.Sprintf("%d 0 obj", i)
		if err != nil || !bytes.HasPrefix(pdf[offset:], []byte(want)) {
			t.Fatalf("object %d is not at %q", i, lines[2+i])
		}
	}
	for _, bad := range []string{"/JavaScript", "/Encrypt", "/SMask", "/utf8a", "/Type1"} {
		if bytes.Contains(pdf, []byte(bad)) {
			t.Errorf("the file has %s", bad)
		}
	}
}

// shared holds the samples once a test has made them.
var shared map[string][]byte

// allSamples are the documents every general test looks at.
func allSamples(t *testing.T) map[string][]byte {
	t.Helper()
	if shared == nil {
		shared = newSamples(t)
	}
	return shared
}

func newSamples(t *testing.T) map[string][]byte {
	t.Helper()
	draft := sampleInvoice()
	draft.Draft, draft.Number = true, ""
	return map[string][]byte{
		"invoice":   salesBytes(t, sampleInvoice()),
		"quote":     salesBytes(t, sampleQuote()),
		"credit":    salesBytes(t, sampleCreditNote()),
		"franchise": salesBytes(t, sampleFranchise()),
		"long":      salesBytes(t, sampleLong(60)),
		"draft":     salesBytes(t, draft),
		"recovery": pdfBytes(
			t,
			func(b *bytes.Buffer) error { return Recovery(b, french, sampleRecovery()) },
		),
		"codes": pdfBytes(
			t,
			func(b *bytes.Buffer) error { return RecoveryCodes(b, french, sampleCodes()) },
		),
		"balance": pdfBytes(
			t,
			func(b *bytes.Buffer) error { return WriteReport(b, french, sampleBalance(24)) },
		),
		"statement": pdfBytes(
			t,
			func(b *bytes.Buffer) error { return WriteStatement(b, french, sampleStatement(40)) },
		),
	}
}

func TestStructure(t *testing.T) {
	for name, pdf := range allSamples(t) {
		t.Run(name, func(t *testing.T) {
			checkStructure(t, pdf)
			tooltest.Say(t, pdf, "qpdf", "--check", "FILE") // exits 3 on a mere warning
		})
	}
}

func TestFontsAreEmbeddedSubsets(t *testing.T) {
	for name, pdf := range allSamples(t) {
		t.Run(name, func(t *testing.T) {
			rows := strings.Split(strings.TrimSpace(tooltest.Say(t, pdf, "pdffonts", "FILE")), "\n")[2:]
			if len(rows) == 0 {
				t.Fatal("no font")
			}
			for _, row := range rows {
				f := strings.Fields(row) // name, type (two words), encoding, emb, sub, uni
				if !regexp.MustCompile(`^ZAFEA[A-D]\+IBMPlexSans-`).MatchString(f[0]) {
					t.Errorf("font %s", f[0])
				}
				if got := strings.Join(f[4:7], " "); got != "yes yes yes" {
					t.Errorf("%s: embedded, subset, unicode = %s", f[0], got)
				}
			}
			if len(pdf) > 150_000 {
				t.Errorf("%d bytes: are the fonts still subsets?", len(pdf))
			}
		})
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	want := allSamples(t)
	for range 2 {
		for name, pdf := range newSamples(t) {
			if !bytes.Equal(pdf, want[name]) {
				t.Errorf("%s differs from one run to the next", name)
			}
		}
	}
}

func TestGoldenText(t *testing.T) {
	for name, pdf := range allSamples(t) {
		t.Run(name, func(t *testing.T) {
			got := pdfText(t, pdf)
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if flat(got) != flat(string(want)) {
				t.Errorf("the text changed (run with -update to accept):\n%s", got)
			}
			if strings.Contains(got, "!print.") || strings.Contains(got, "…") {
				t.Error("a message is missing or lacks an argument")
			}
		})
	}
}
