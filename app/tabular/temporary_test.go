package tabular

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestALargeWorkbookLeavesTheMemoryNowhere: a sheet larger than what the library keeps in memory by itself.
// The time of a folder tells whether a file ever was in it.
func TestALargeWorkbookLeavesTheMemoryNowhere(t *testing.T) {
	data := largeWorkbook(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readWorkbook("large.xlsx", data, "")
	if err != nil || len(s.Rows) == 0 {
		t.Fatalf("%d rows, %v", len(s.Rows), err)
	}
	after, err := os.Stat(dir)
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("something was written to the temporary folder (%v)", err)
	}
}

// largeWorkbook has few rows in a sheet of 20 MB: the rest is a comment.
func largeWorkbook(t *testing.T) []byte {
	t.Helper()
	x := excelize.NewFile()
	for i := range 10 {
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &[]any{"Nom", "Ville"}); err != nil {
			t.Fatal(err)
		}
	}
	small, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	in, err := zip.NewReader(bytes.NewReader(small.Bytes()), int64(small.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			body = append(body, "<!--"+strings.Repeat("x", 20<<20)+"-->"...)
		}
		to, err := w.Create(f.Name)
		if err == nil {
			_, err = to.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
