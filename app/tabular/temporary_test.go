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

	"zafe/app/fault"
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

// largeWorkbook has few rows in a sheet of 20 MB: the rest are comments.
func largeWorkbook(t *testing.T) []byte {
	t.Helper()
	return withSheet(t, func(sheet string) string {
		return sheet + strings.Repeat("<!--"+strings.Repeat("x", 512<<10)+"-->", 40)
	})
}

// TestASmallFileTakesLittleMemory: elements in one another, or of many attributes, are kept by the library.
func TestASmallFileTakesLittleMemory(t *testing.T) {
	const rows = "<sheetData>"
	for name, c := range map[string]struct {
		change func(sheet string) string
		want   string
	}{
		"as it was": {func(sheet string) string { return sheet }, ""},
		"deep": {func(sheet string) string {
			return strings.Replace(sheet, rows, rows+strings.Repeat("<row>", depthMax), 1)
		}, "tabular.damaged"},
		"deep after a text": {func(sheet string) string { return "x " + strings.Repeat("<a>", 2*depthMax) + sheet }, "tabular.damaged"},
		"deep after closings": {func(sheet string) string {
			return strings.Repeat("</a>", 5*depthMax) + strings.Repeat("<a>", 2*depthMax) + sheet
		}, "tabular.damaged"},
		"many cells": {func(sheet string) string {
			return strings.Replace(sheet, rows, rows+"<row>"+strings.Repeat("<c/>", rowCellsMax+1)+"</row>", 1)
		}, "tabular.damaged"},
		"many rows of many cells": {func(sheet string) string {
			const end = "</sheetData>"
			return strings.Replace(sheet, end, strings.Repeat("<row>"+strings.Repeat("<c/>", 100)+"</row>", 300)+end, 1)
		}, ""},
		"many elements that are no sheet": {func(sheet string) string {
			return "<sst>" + strings.Repeat("<si/>", elementsMax) + "</sst>" + sheet
		}, "tabular.damaged"},
		"many attributes": {func(sheet string) string {
			return strings.Replace(sheet, rows, rows+"<row"+strings.Repeat(` a=">"`, elementBytesMax/5)+">", 1)
		}, "tabular.damaged"},
	} {
		s, err := Read(name+".xlsx", withSheet(t, c.change))
		if fault.KeyOf(err) != c.want || (err == nil) != (len(s.Rows) > 0) {
			t.Errorf("%s: %d rows, %v", name, len(s.Rows), err)
		}
	}
}

// withSheet is a workbook of few rows whose sheet was changed.
func withSheet(t *testing.T, change func(sheet string) string) []byte {
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
			body = []byte(change(string(body)))
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
