package history_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
)

// nasty are names that a spreadsheet or CSV would change.
var nasty = []string{
	"Claire", "", `=HYPERLINK("x")`, "-1", "@x", "'quoted'", "''", `'"x"`, `"x"`, "a;b", "two\nlines", "cr\r\nlf", "\rx",
	" room ", "\tx", "＝1+1", "＠SUM(1)", "\xff", "Évrard", `\.`, `{"n":1,"t":"a;b"}`,
}

// exported is the journal of a book with an event of each nasty name, as a file.
func exported(t *testing.T) []byte {
	t.Helper()
	w := storetest.NewWorld(t, history.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		for i, name := range nasty {
			e := audit.Event{Op: "test.done", ActorName: name, Payload: name, SubjectKind: "invoice", SubjectID: int64(-i)}
			if _, err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return setup.SaveIdentity(tx, setup.Identity{BookID: "one", Root: []byte("a root")})
	})
	var out bytes.Buffer
	d, err := history.Export.Fetch(w.Ctx(), w.As("owner"), history.ExportRequest{Lang: "fr"}, &out)
	if err != nil || !strings.HasPrefix(d.Name, "Journal ") {
		t.Fatalf("%+v, %v", d, err)
	}
	return out.Bytes()
}

func TestAnExportedJournalProvesItself(t *testing.T) {
	file := exported(t)
	c, err := history.Check(bytes.NewReader(file))
	// The export is an event too.
	if err != nil || c.Events != int64(len(nasty))+1 || c.Book != "one" || len(c.Key) != 64 || c.Last.IsZero() {
		t.Fatalf("%+v, %v", c, err)
	}
	for line := range strings.SplitSeq(string(file), "\n") {
		for cell := range strings.SplitSeq(line, ";") {
			if first, _ := utf8.DecodeRuneInString(strings.Trim(cell, `"`+" ")); strings.ContainsRune("=@＝＠", first) {
				t.Errorf("a spreadsheet computes %s", cell)
			}
		}
	}
}

// TestTheFirstLineThatWasWorkedOnIsNamed by its place in the file and its event.
func TestTheFirstLineThatWasWorkedOnIsNamed(t *testing.T) {
	lines := strings.SplitAfter(string(exported(t)), "\n")
	const at = 2 // index of the line of event 2, whose name is empty
	if !strings.HasPrefix(lines[at], "2;") {
		t.Fatalf("line 3 is %q", lines[at])
	}
	const broken = "history.file_broken"
	edit := func(change func(l []string) []string) string {
		return strings.Join(change(append([]string(nil), lines...)), "")
	}
	cell := func(i int) string {
		return edit(func(l []string) []string {
			cells := strings.Split(strings.TrimSuffix(l[at], "\n"), ";")
			cells[i] += "1"
			l[at] = strings.Join(cells, ";") + "\n"
			return l
		})
	}
	end := len(lines) - 2 // SplitAfter leaves an empty one
	files := map[string]struct {
		file, want string
	}{
		"a line gone":     {edit(func(l []string) []string { return append(l[:at], l[at+1:]...) }), broken + " 3 2"},
		"two lines moved": {edit(func(l []string) []string { l[at], l[at-1] = l[at-1], l[at]; return l }), broken + " 2 1"},
		"cut between":     {edit(func(l []string) []string { return l[:at+1] }), "history.file_cut"},
		"cut within":      {edit(func(l []string) []string { l[at] = l[at][:20]; return l[:at+1] }), broken + " 3 2"},
		"an end gone":     {edit(func(l []string) []string { return l[:end] }), "history.file_cut"},
		"another's end":   {edit(func(l []string) []string { return append(l[:end-1], l[end]) }), "history.file_end"},
		"more after it":   {edit(func(l []string) []string { return append(l, l[at]) }), "history.file_end"},
		"an end changed":  {strings.Replace(strings.Join(lines, ""), ";one;", ";two;", 1), "history.file_end"},
		"another file":    {"Nom;Code\nA;B\n", "history.file_not"},
		"nothing":         {"", "history.file_not"},
	}
	for i := range 13 {
		files[fmt.Sprint("cell ", i)] = struct{ file, want string }{cell(i), broken + " 3 2"}
	}
	for name, c := range files {
		t.Run(name, func(t *testing.T) {
			_, err := history.Check(strings.NewReader(c.file))
			got := fault.KeyOf(err)
			if f := fault.Of(err); got == broken {
				got = fmt.Sprint(got, " ", f.Args["line"], " ", f.Args["event"])
			}
			if got != c.want {
				t.Errorf("%s, want %s: %v", got, c.want, err)
			}
		})
	}
}

// TestWhoMayTakeTheJournalAway: what the lines say of the ledger is for who may read it.
func TestWhoMayTakeTheJournalAway(t *testing.T) {
	w := storetest.NewWorld(t, history.Bind[*store.Tx])
	for who, want := range map[string]string{"owner": "", "machines": "op.forbidden", "stale": "op.fresh_needed"} {
		_, err := history.Export.Fetch(w.Ctx(), w.As(who), history.ExportRequest{}, &bytes.Buffer{})
		if fault.KeyOf(err) != want {
			t.Errorf("%s: %v, want %q", who, err, want)
		}
	}
}

// FuzzCheck: whatever a file holds, it is read to its end or refused.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("a;b;c;d;e;f;g;h;i;j;k;l;m\nzafe-journal-end-v1;2026-11-22T09:30:00.123Z;one;0;;0;00;;;;;;\n"))
	f.Add([]byte("\"\n;"))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := history.Check(bytes.NewReader(file))
		if key := fault.KeyOf(err); err != nil && !strings.HasPrefix(key, "history.file_") {
			t.Errorf("%s: %v", key, err)
		}
		if err == nil && c.Events > 0 && c.Last.IsZero() {
			t.Errorf("%+v", c)
		}
	})
}
