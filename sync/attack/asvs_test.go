package attack

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write ASVS.md")

// item is a line of asvs.tsv or attacks.tsv: number, level, state, what it asks for, what proves it and a note.
type item struct {
	id, level, state, what string
	proofs                 []string // folder:Test, or lint:linter
	note                   string
}

// states are what a line may say. What is not proven, or not built, is never called proven.
var states = map[string]string{
	"yes":    "proven",
	"part":   "proven in part",
	"rule":   "kept by a linter",
	"no":     "not proven yet",
	"later":  "not applicable yet",
	"unused": "not used",
}

func readItems(t *testing.T, path string) (all []item) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		c := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), make([]string, 6)...)
		i := item{c[0], c[1], c[2], c[3], strings.Fields(c[4]), c[5]}
		proven := i.state == "yes" || i.state == "part" || i.state == "rule"
		switch {
		case seen[i.id]:
			t.Errorf("%s is there twice", i.id)
		case states[i.state] == "" || i.what == "":
			t.Errorf("%s: %q", i.id, line)
		case i.state == "later" && len(i.proofs) > 0: // there it is what is not built
			i.note, i.proofs = strings.TrimSuffix(c[4]+"; "+i.note, "; "), nil
		case proven != (len(i.proofs) > 0):
			t.Errorf("%s: %s by %q", i.id, states[i.state], i.proofs)
		case i.state == "part" && i.note == "":
			t.Errorf("%s: what is missing is not said", i.id)
		}
		seen[i.id] = true
		all = append(all, i)
	}
	return all
}

// sources finds tests by folder and name.
type sources map[string][]byte

// has tells whether a folder has a test, or a fuzz target, of a name.
func (s sources) has(t *testing.T, folder, name string) bool {
	t.Helper()
	if _, read := s[folder]; !read {
		files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			s[folder] = append(s[folder], data...)
		}
	}
	return regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(\w+ \*testing\.[TF]\)`).Match(s[folder])
}

// TestHowSoonLibrariesAreMendedIsSaid: for each kind of fault, a time in days, none longer than that of a lesser one.
func TestHowSoonLibrariesAreMendedIsSaid(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(readme), "### Libraries and their faults\n")
	if !found {
		t.Fatal("nothing is said")
	}
	last := 0
	for _, fault := range []string{"critical", "high", "any other", "none known"} {
		m := regexp.MustCompile(`(?m)^\| ` + fault + `[^|]*\| (\d+) days`).FindStringSubmatch(table)
		if m == nil {
			t.Fatalf("%s: no time", fault)
		}
		days, err := strconv.Atoi(m[1])
		if err != nil || days < last {
			t.Errorf("%s: %s days", fault, m[1])
		}
		last = days
	}
}

// TestNoVersionIsOverdue: how old a library may be, and how long a fault may stay, counts from a version that people
// have (V15.2.1). As long as none is published there is nothing to be late with; the first one makes this red until what is
// said of it is proven by govulncheck.
func TestNoVersionIsOverdue(t *testing.T) {
	changes, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	versions := regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(string(changes), -1)
	published := len(versions) == 0
	for _, v := range versions {
		published = published || !strings.HasSuffix(v[1], ", unreleased")
	}
	for _, i := range readItems(t, "asvs.tsv") {
		if i.id == "V15.2.1" && (i.state == "later") == published {
			t.Errorf("a version is published: %t; %s is %q", published, i.id, states[i.state])
		}
	}
}

// noAttack are the tests of this package that are none.
var noAttack = map[string]bool{
	"TestTheReportIsTrue": true, "TestNoVersionIsOverdue": true, "TestOlderProgramsAreServed": true, "TestMain": true,
}

// TestTheReportIsTrue: ASVS.md is what the lists say, each test and linter that they name is there, and each attack of
// this package is in one of them.
func TestTheReportIsTrue(t *testing.T) {
	items, attacks := readItems(t, "asvs.tsv"), readItems(t, "attacks.tsv")
	if len(items) != 197+20 || len(attacks) != 47 {
		t.Errorf("%d items, %d attacks", len(items), len(attacks))
	}
	linters, err := os.ReadFile("../../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	code, named := sources{}, map[string]bool{}
	for _, i := range append(items, attacks...) {
		for _, p := range i.proofs {
			folder, name, _ := strings.Cut(p, ":")
			named[p] = true
			switch linter := folder == "lint"; {
			case linter != (i.state == "rule"):
				t.Errorf("%s: %s is no proof of %q", i.id, p, states[i.state])
			case linter && !bytes.Contains(linters, []byte("    - "+name+"\n")):
				t.Errorf("%s: %s is not asked", i.id, name)
			case !linter && (!code.has(t, folder, name) || strings.HasPrefix(name, "TestSoak")):
				t.Errorf("%s: there is no %s in every run of the suite", i.id, p)
			}
		}
	}
	code.has(t, "sync/attack", "")
	for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(\w+ \*testing\.T\)`).FindAllSubmatch(code["sync/attack"], -1) {
		if name := string(m[1]); !noAttack[name] && !named["sync/attack:"+name] {
			t.Errorf("%s proves nothing that is listed", name)
		}
	}
	want := report(items, attacks)
	if *update {
		if err := os.WriteFile("ASVS.md", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("ASVS.md"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("ASVS.md is not what the lists say (%v): go test ./sync/attack -run TheReport -update", err)
	}
}

// report is ASVS.md.
func report(items, attacks []item) []byte {
	var b bytes.Buffer
	b.WriteString(`# What is proven of the OWASP ASVS

Made from asvs.tsv and attacks.tsv by a test, which fails when a test that is named here does not exist. Every test that
is named runs in the suite (.ci/test), which is red when one of them is: what is called proven is so in every green run.
"Not applicable yet" is about a part that is not built; "not proven yet" is about what is there and no test shows.

OWASP ASVS 5.0.0, levels 1 and 2, each item in words of our own. Its chapters on OAuth (V10) and WebRTC (V17), 36 items,
are about what Zafè does not use.

`)
	summary(&b, "items", items)
	b.WriteString("\n")
	summary(&b, "attacks", attacks)
	b.WriteString("\n## Items\n\n| Item | Level | What | State | By |\n|---|---|---|---|---|\n")
	for _, i := range items {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", i.id, i.level, i.what, states[i.state], i.by())
	}
	b.WriteString("\n## Attacks\n\n| No. | Attack | State | By |\n|---|---|---|---|\n")
	for _, i := range attacks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", i.id, i.what, states[i.state], i.by())
	}
	return b.Bytes()
}

// by is what proves an item, and the note.
func (i item) by() string {
	var parts []string
	for _, p := range i.proofs {
		folder, name, _ := strings.Cut(p, ":")
		parts = append(parts, folder+" "+name)
	}
	by := strings.Join(parts, ", ")
	if by != "" && i.note != "" {
		by += ": "
	}
	return by + i.note
}

// summary says how many are in which state.
func summary(b *bytes.Buffer, what string, items []item) {
	fmt.Fprintf(b, "| %d %s | |\n|---|---|\n", len(items), what)
	for _, state := range []string{"yes", "part", "rule", "no", "later", "unused"} {
		n := 0
		for _, i := range items {
			if i.state == state {
				n++
			}
		}
		if n > 0 {
			fmt.Fprintf(b, "| %s | %d |\n", states[state], n)
		}
	}
}
