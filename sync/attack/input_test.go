package attack

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWhatIsNotARequestIsRefused: attack 31. It never reaches an operation, so there is nothing to be in the journal.
func TestWhatIsNotARequestIsRefused(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	const depth = 200_000
	for name, body := range map[string]string{
		"no JSON": "zafe", "half": `{"id":1`, "two": `{"id":1}{"id":2}`, "a list": `[{"id":1}]`, "a word": `"id"`, "a number": `1`,
		"another field":       `{"id":1,"admin":true}`,
		"a field twice":       `{"id":1,"id":2}`,
		"a field in capitals": `{"id":1,"ID":2}`,
		"a proto":             `{"__proto__":{"admin":true},"id":1}`,
		"not a number":        `{"id":NaN}`, "infinity": `{"id":Infinity}`, "too large a number": `{"id":1e400}`,
		"a part of a number": `{"id":1.5}`, "beyond 64 bits": `{"id":92233720368547758080}`, "a text": `{"id":"1"}`,
		"a list for a number": `{"id":[1]}`, "hexadecimal": `{"id":0x1}`, "a comment": `{/*x*/"id":1}`,
		"a mark of order": "\ufeff" + `{"id":1}`, "single quotes": `{'id':1}`, "a comma more": `{"id":1,}`,
		"UTF-16":        "{\x00\"\x00i\x00d\x00\"\x00:\x001\x00}\x00",
		"deep":          `{"id":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}",
		"deep and open": strings.Repeat(`{"id":`, depth),
	} {
		a := v.office.raw("customer.get", v.claire, []byte(body))
		want := "op.bad_request"
		if name == "another field" || name == "a proto" {
			want = "op.field_unknown"
		}
		if a.err != nil || a.status != 400 || a.key != want {
			t.Errorf("%s: %d %.200s %v", name, a.status, a.body, a.err)
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
	v.office.works(t, v.claire)
}

// TestNoColumnOfTheBookIsAssigned: attack 16. The columns of the book that are no field of a request are given to the
// operations that change something, a third of them to each, at every level of it, and refused before it begins.
func TestNoColumnOfTheBookIsAssigned(t *testing.T) {
	v := attacked(t)
	v.fresh(t)
	schema, err := os.ReadFile("../../store/schema.golden.sql")
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s+([a-z_]+)\s+(?:INTEGER|TEXT|BLOB|REAL)`).FindAllSubmatch(schema, -1) {
		columns[string(m[1])] = true
	}
	if len(columns) < 150 {
		t.Fatalf("%d columns", len(columns))
	}
	since := v.journal(t)
	tried := 0
	for third, s := range specs(t, v) {
		if s.Kind != "command" && s.Kind != "action" || s.Needs == "public" {
			continue
		}
		for level, fields := range levels(s.Request) {
			for n, column := range slices.Sorted(maps.Keys(columns)) {
				if n%3 != third%3 || slices.Contains(fields, column) {
					continue
				}
				var request any = object{column: 1}
				if level != "" {
					for _, part := range slices.Backward(strings.Split(level, ".")) {
						if name, list := strings.CutSuffix(part, "[]"); list {
							request = object{name: []any{request}}
						} else {
							request = object{part: request}
						}
					}
				}
				if a := v.office.op(s.Name, v.claire, request); a.err != nil || a.key != "op.field_unknown" {
					t.Fatalf("%s takes %v: %d %s %v", s.Name, request, a.status, a.body, a.err)
				}
				tried++
			}
		}
	}
	t.Logf("%d requests", tried)
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}

// levels are the objects of a request and the fields of each, as the reference writes them: "lines[].unit string".
func levels(request []string) map[string][]string {
	all := map[string][]string{"": nil}
	for _, line := range request {
		path, kind, _ := strings.Cut(line, " ")
		if strings.HasSuffix(kind, "map") {
			path += ".*"
		}
		for {
			at := strings.LastIndex(path, ".")
			if at < 0 {
				all[""] = append(all[""], strings.TrimSuffix(path, "[]"))
				break
			}
			if field := path[at+1:]; field != "*" {
				all[path[:at]] = append(all[path[:at]], strings.TrimSuffix(field, "[]"))
			}
			path = path[:at]
		}
	}
	for line := range all { // what has free keys takes any
		if slices.ContainsFunc(request, func(s string) bool { return strings.HasPrefix(s, line+" ") }) {
			delete(all, line)
		}
	}
	return all
}

// TestWhatTheBookSaysOfARecordIsNotTaken: attack 16, of fields that a request has because the record has them, and 13,
// of a record that is somebody else's. The one change that is made is in the journal.
func TestWhatTheBookSaysOfARecordIsNotTaken(t *testing.T) {
	v := attacked(t)
	yann := v.in(t, v.desk, "yann")
	since := v.journal(t)
	var made struct{ Customer object }
	v.desk.ask(t, "customer.save", yann, object{"kind": "company", "name": "Quincaillerie Attaquée"}, 200, &made)
	before := made.Customer
	forged := object{}
	maps.Copy(forged, before)
	forged["name"], forged["archived"], forged["updated_by"] = "Quincaillerie Changée", true, "Personne"
	forged["updated_at"] = "2001-01-01T00:00:00Z"
	v.desk.ask(t, "customer.save", yann, forged, 200, &made)
	for k, value := range made.Customer {
		same := fmt.Sprint(value) == fmt.Sprint(before[k])
		if may := k == "name" || k == "version" || k == "updated_at"; !may && !same || k == "updated_at" && strings.HasPrefix(fmt.Sprint(value), "2001") {
			t.Errorf("%s became %v, was %v", k, value, before[k])
		}
	}
	// To give it to somebody else, or take somebody else's, is not for who has their own alone.
	forged["owner"], forged["version"] = 1, made.Customer["version"]
	if a := v.desk.op("customer.save", yann, forged); a.status == 200 || a.err != nil {
		t.Errorf("given away: %d %s", a.status, a.body)
	}
	var theirs struct{ Rows []object }
	v.office.ask(t, "customer.list", v.claire, object{"limit": 200}, 200, &theirs)
	none := v.desk.op("customer.get", yann, object{"id": 999_999})
	tried := 0
	var me struct{ User struct{ ID float64 } }
	v.desk.ask(t, "session.me", yann, nil, 200, &me)
	for _, c := range theirs.Rows {
		if c["owner"] == me.User.ID {
			continue
		}
		tried++
		if a := v.desk.op("customer.get", yann, object{"id": c["id"]}); a.body != none.body || a.status != 404 {
			t.Errorf("somebody else's: %d %s", a.status, a.body)
		}
	}
	if tried == 0 {
		t.Error("the sample has no customer of anybody else's")
	}
	if got := since(); count(got, "customer.save") != 2 {
		t.Errorf("the journal has %v", got)
	}
}

// TestTextIsNeverAQuestionToTheBook: attack 32. It is looked for as it is written, and an order is one of those there are.
func TestTextIsNeverAQuestionToTheBook(t *testing.T) {
	v := attacked(t)
	var all struct{ Total int }
	v.office.ask(t, "customer.list", v.claire, object{"limit": 1}, 200, &all)
	for _, text := range []string{
		`' OR '1'='1`, `" OR ""="`, `'; DROP TABLE customer; --`, `%`, `_`, `\`, `*`, `a*`, `"`, `""`, `NEAR(a b)`, `a AND`, `NOT`,
		`(`, `^a`, `name:a`, `{a b}`, "a\x00b", `a' UNION SELECT password FROM user --`, `-1`, strings.Repeat("a ", 5000),
		`' AND randomblob(1000000000) --`,
	} {
		for name, request := range map[string]object{
			"customer.list": {"text": text, "limit": 5}, "search.find": {"text": text, "limit": 5},
			"document.list": {"text": text, "limit": 5}, "event.list": {"text": text, "limit": 5},
			"item.list": {"text": text, "limit": 5}, "account.list": {"search": text, "limit": 5},
		} {
			if a := v.office.op(name, v.claire, request); a.err != nil || a.status != 200 && a.status != 400 {
				t.Errorf("%s for %.30q: %d %.200s %v", name, text, a.status, a.body, a.err)
			}
		}
		for _, name := range []string{"customer.list", "document.list", "item.list"} {
			if a := v.office.op(name, v.claire, object{"sort": text}); a.err != nil || a.status != 400 {
				t.Errorf("%s in the order %.30q: %d %.200s %v", name, text, a.status, a.body, a.err)
			}
		}
	}
	var after struct{ Total int }
	v.office.ask(t, "customer.list", v.claire, object{"limit": 1}, 200, &after)
	if after != all || all.Total == 0 {
		t.Errorf("%d customers, were %d", after.Total, all.Total)
	}
}

// TestNamesOfFilesLeadNowhere: attacks 37 and 40. What is attached bears a harmless name, and no file is made but in the
// book. Each is in the journal.
func TestNamesOfFilesLeadNowhere(t *testing.T) {
	v := attacked(t)
	since, before := v.journal(t), outside(t, v.dir)
	var list struct{ Rows []struct{ ID int64 } }
	v.office.ask(t, "customer.list", v.claire, object{"limit": 1}, 200, &list)
	subject := object{"kind": "customer", "id": list.Rows[0].ID}
	kept := 0
	for _, name := range []string{
		"../../../evil.txt", `..\..\evil.txt`, "/etc/cron.d/evil", `C:\Windows\evil.txt`, "evil.txt:ads", "NUL", "con.txt", "a\x00b.txt",
		"a\r\nContent-Type: text/html", "\u202etxt.exe", ".", "..", "", "-rf", "a/b", "évil|`id`;$(id)", "\x1b[2Jx.txt",
		strings.Repeat("é", 300) + ".txt", "~/x", ".htaccess", "x.pdf.exe", "facture.lnk", "a.scr",
	} {
		a := v.office.attach(v.claire, object{"subject": subject, "name": name, "size": 4}, []byte("test"))
		if a.err != nil || a.status >= 500 {
			t.Errorf("%q: %d %s %v", name, a.status, a.body, a.err)
		}
		if a.status != 200 {
			continue
		}
		kept++
		var got struct{ Name string }
		if err := a.into(&got); err != nil || strings.ContainsAny(got.Name, "/\\:\x00\r\n\x1b|\u202e") ||
			strings.Trim(got.Name, ". ") == "" || len(got.Name) > 255 {
			t.Errorf("%q is kept as %q, %v", name, got.Name, err)
		}
	}
	if got := since(); kept == 0 || count(got, "file.attach") != kept {
		t.Errorf("%d are kept, the journal has %d", kept, count(got, "file.attach"))
	}
	if after := outside(t, v.dir); !slices.Equal(before, after) {
		t.Errorf("files %v, were %v", after, before)
	}
	if left := outside(t, v.temp); len(left) > 0 {
		t.Errorf("in the temporary folder: %v", left)
	}
}

// outside are the files of a folder, but for the attachments of a book, whose names are random.
func outside(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it went meanwhile
		}
		in, _ := filepath.Rel(dir, path)
		if !d.IsDir() && !strings.HasPrefix(in, filepath.Join("book", "files")) && !strings.Contains(in, "-wal") && !strings.Contains(in, "-shm") {
			all = append(all, in)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNothingForgesALineOfTheLog: attack 35. What was typed is not in the log at all; every line of it is JSON.
func TestNothingForgesALineOfTheLog(t *testing.T) {
	v := attacked(t)
	logged := v.logged(t)
	const mark = "zqforge"
	evil := []string{
		"\n" + `{"level":"ERROR","msg":"` + mark + `"}`, "\r\n" + mark, "\x1b[31m" + mark + "\x1b]0;x\x07", `","level":"` + mark, "\u2028" + mark,
		"\u0085" + mark, "\x00" + mark,
	}
	for _, text := range evil {
		v.thief.op("session.login", "", object{"login": text, "password": text})
		v.office.op("customer.list", v.claire, object{"text": text, text: 1})
		v.office.op("device.rename", v.claire, object{"id": 1, "name": text})
		r := v.office.request("/op/x", v.claire, strings.NewReader("{}"))
		r.URL.Path = "/op/" + text
		v.office.send(r)
		r = v.office.request("/op/customer.list", v.claire, strings.NewReader("{}"))
		r.Header.Set("Zafe-Level", "1")
		r.Header.Set("User-Agent", strings.Map(func(r rune) rune {
			if r < ' ' {
				return -1
			}
			return r
		}, text))
		v.office.send(r)
	}
	log := logged()
	lines := 0
	for line := range strings.Lines(log) {
		lines++
		var l struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Time == "" || l.Msg == mark || l.Level == "ERROR" {
			t.Errorf("line %q: %v", line, err)
		}
		if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\x00\r\n\u2028\u0085") {
			t.Errorf("line %q has what a terminal obeys", line)
		}
	}
	if lines < 3*len(evil) {
		t.Errorf("%d lines", lines)
	}
	if strings.Contains(log, mark) {
		t.Errorf("what was typed is in the log: %s", log[strings.Index(log, mark)-200:][:300])
	}
}

// bomb is a workbook of a few KiB that is far larger unpacked.
func bomb(t *testing.T, sheet func(w io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	add := func(name string, write func(w io.Writer)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(w)
	}
	text := func(s string) func(io.Writer) { return func(w io.Writer) { _, _ = io.WriteString(w, s) } }
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	add("[Content_Types].xml", text(head+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`))
	add("_rels/.rels", text(head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+
		`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`))
	add("xl/workbook.xml", text(head+`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" `+
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`))
	add("xl/_rels/workbook.xml.rels", text(head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+
		`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`))
	add("xl/worksheets/sheet1.xml", sheet)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestABombGoesOffNowhere: attacks 38 and 39, as customers to import. They are refused, the main PC grows little, and a
// colleague works on. A preview changes nothing, and a refused import leaves no event.
func TestABombGoesOffNowhere(t *testing.T) {
	v := attacked(t)
	v.fresh(t)
	const (
		most = 512 << 20 // 256 MiB are let in unzipped, which are there as rows too, before the garbage goes
		rows = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
		cell = `<row r="1"><c r="A1" t="inlineStr"><is><t>`
	)
	since := v.journal(t)
	blank := bytes.Repeat([]byte(" "), 1<<20)
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for n := range 30_000 {
		if _, err := z.Create(fmt.Sprintf("xl/%d.xml", n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"one cell of 300 MiB": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, rows+cell)
			for range 300 {
				_, _ = w.Write(blank)
			}
		}),
		"more rows than there may be": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, rows)
			part := bytes.Repeat([]byte(`<row><c><v>1</v></c></row>`), 10_000)
			for range 110 {
				_, _ = w.Write(part)
			}
		}),
		"entities of entities": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">`)
			for c := 'b'; c < 'j'; c++ {
				_, _ = fmt.Fprintf(w, `<!ENTITY %c "%s">`, c, strings.Repeat("&"+string(c-1)+";", 10))
			}
			_, _ = io.WriteString(w, `]>`+rows+cell+"&i;</t></is></c></row></sheetData></worksheet>")
		}),
		"a file of this PC": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`+rows+cell+"&a;</t></is></c></row></sheetData></worksheet>")
		}),
		"30 000 entries": many.Bytes(),
		"one row of ten million cells": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, rows+"<row>"+strings.Repeat("<c/>", 10_000_000))
		}),
		"deep": bomb(t, func(w io.Writer) {
			_, _ = io.WriteString(w, rows+strings.Repeat("<row>", 2_000_000))
		}),
	}
	for name, data := range files {
		start := time.Now()
		grew := v.watched(t, func() {
			for _, op := range []string{"customer.import_preview", "customer.import"} {
				a := v.office.op(op, v.claire, object{"name": "clients.xlsx", "data": data})
				if a.err != nil || a.status < 400 || a.status >= 500 || strings.Contains(a.body, "root:") {
					t.Errorf("%s of %s (%d KiB): %d %.300s %v", op, name, len(data)>>10, a.status, a.body, a.err)
				}
			}
		})
		t.Logf("%s, %d KiB: it grew by %d MiB in %s", name, len(data)>>10, grew>>20, time.Since(start))
		if grew > most {
			t.Errorf("%s: it grew by %d MiB", name, grew>>20)
		}
	}
	v.office.works(t, v.claire)
	if got := since(); count(got, "customer.import") > 0 {
		t.Errorf("the journal has %v", got)
	}
	if left := outside(t, v.temp); len(left) > 0 {
		t.Errorf("in the temporary folder: %v", left)
	}
}
