package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zafe/app/fr/fec"
)

// verbs are all there are, with the flags their help must name.
var verbs = []struct {
	name  string
	flags []string
}{
	{"", []string{"--dir", "--lang", "--user", "--password-file", "--totp-file", "--recovery-file", "--json"}},
	{"version", nil},
	{"demo", []string{"--size", "--no-gui"}},
	{"init", []string{"--company"}},
	{"serve", []string{"--listen", "--invite"}},
	{"join", []string{"--host", "--code", "--invitation", "--name"}},
	{"firewall", []string{"--add", "--check", "--remove"}},
	{"op", []string{"--list", "--lines", "--request-id"}},
	{"import", []string{"--skip-errors"}},
	{"export", []string{"--output", "--year"}},
	{"backup", nil},
	{"backup add", []string{"--provider", "--label", "--folder", "--set", "--set-file"}},
	{"backup now", nil},
	{"backup list", nil},
	{"backup status", nil},
	{"backup drill", nil},
	{"restore", []string{"--provider", "--point", "--list"}},
	{"verify", nil},
	{"verify-journal", nil},
}

func TestEveryVerbHasHelp(t *testing.T) {
	d := newDesk(t, t.TempDir(), "a")
	root := d.ok("--help")
	for _, v := range verbs {
		args := append(strings.Fields(v.name), "--help")
		help := d.ok(args...)
		if !strings.Contains(help, "Usage:") {
			t.Errorf("zafe %s: no usage: %s", strings.Join(args, " "), help)
		}
		for _, f := range v.flags {
			if !strings.Contains(help, f) {
				t.Errorf("zafe %s: %s is not told", strings.Join(args, " "), f)
			}
		}
		if first, _, _ := strings.Cut(v.name, " "); !strings.Contains(root, first) {
			t.Errorf("%s is not in the list of verbs", first)
		}
	}
	if entries, err := os.ReadDir(d.dir); err == nil && len(entries) > 0 {
		t.Errorf("asking for help made %v", entries)
	}
}

func TestVersion(t *testing.T) {
	d := newDesk(t, t.TempDir(), "a")
	var v struct {
		Version string `json:"version"`
		Level   int    `json:"level"`
	}
	if err := json.Unmarshal([]byte(d.ok("version", "--json")), &v); err != nil || v.Level < 1 || v.Version == "" {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestRefusalsWithoutABook: each is one French sentence, ends with 1 and prints nothing.
func TestRefusalsWithoutABook(t *testing.T) {
	files := t.TempDir()
	bad := write(t, files, "bad.json", `{"owner": 3`)
	unknown := write(t, files, "unknown.json", `{"company": {"name": "X"}}`)
	weak := write(t, files, "weak.json", fmt.Sprintf(
		`{"owner":{"name":"A","login":"a","password":"azerty"},"company":{"name":"X","siren":"812345676"},"recovery_file":%q}`,
		filepath.Join(files, "r")))
	siren := write(t, files, "siren.json", fmt.Sprintf(
		`{"owner":{"name":"A","login":"a","password":%q},"company":{"name":"X","siren":"812345671"},"recovery_file":%q}`,
		ownerPassword, filepath.Join(files, "r")))
	sheet := write(t, files, "sheet", "ZAFE1-AAAA\n")
	marker := write(t, t.TempDir(), "VAULT", "ZAFE-VAULT 1\nid: another\n")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"dossier", []string{"verify"}},
		{"dossier", []string{"op", "customer.list"}},
		{"dossier", []string{"serve", "--listen", "127.0.0.1:0"}},
		{"dossier", []string{"backup", "now"}},
		{"dossier", []string{"export", "fec"}},
		{"opération", []string{"op"}},
		{"JSON", []string{"op", "customer.list", "{"}},
		{"absent.csv", []string{"import", "customers", "absent.csv"}},
		{"absent.json", []string{"init", "--company", "absent.json"}},
		{"bad.json", []string{"init", "--company", bad}},
		{"recovery_file", []string{"init", "--company", unknown}},
		{"mot de passe", []string{"init", "--company", weak}},
		{"SIREN", []string{"init", "--company", siren}},
		{"absent", []string{"--password-file", "absent", "verify"}},
		{"company", []string{"init"}},
		{"code", []string{"join"}},
		{"invitation", []string{"join", "--host", "127.0.0.1:1", "--invitation", "absent"}},
		{"absent", []string{"join", "--invitation", "absent"}},
		{"invitation", []string{"join", "--invitation", bad}},
		{"nothing", []string{"nothing"}},
		{"--nothing", []string{"verify", "--nothing"}},
		{"", []string{"join", "--host", "127.0.0.1:1", "--code", "AAAA-AAAA"}},
		{"", []string{"join", "--host", "not a host", "--code", "AAAA-AAAA"}},
		{"pas de sauvegarde", []string{"restore", "--folder", files, "--recovery-file", sheet}},
		{"clé", []string{"restore", "--folder", filepath.Dir(marker), "--recovery-file", sheet}},
		{"", []string{"restore", "--folder", filepath.Join(files, "absent")}},
		{"nom=valeur", []string{"restore", "--set", "host"}},
		{"fenêtre", nil},
	} {
		d := newDesk(t, t.TempDir(), "a")
		d.refused(c.want, c.args...)
		if left, err := os.ReadDir(d.dir); c.args != nil && c.args[0] == "init" && len(left) > 0 {
			t.Errorf("%q leaves %v behind, %v", c.args, left, err)
		}
	}
}

// sample is the small sample company, made once for a test.
func sample(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, t.TempDir(), "sample")
	d.ok("demo", "--size", "small", "--no-gui")
	return d
}

func TestSampleCompany(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	out := d.ok("demo", "--size", "small", "--no-gui") // a second time opens the same one
	for _, login := range []string{"claire", "sonia", "yann", "marc"} {
		if !strings.Contains(out, login) {
			t.Errorf("%s is not told in %q", login, out)
		}
	}
	d.ok("verify")
	for _, year := range []string{"2024", "2025", "2026"} {
		d.ok("export", "fec", "--year", year, "--output", d.temp)
		name := "812345676FEC" + year + "1231.txt"
		data, err := os.ReadFile(filepath.Join(d.temp, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range fec.Check(name, data).List {
			// An invoice of December paid in January is matched across two files.
			if p.Key != "fec.match_unbalanced" {
				t.Errorf("FEC of %s: %+v", year, p)
			}
		}
		if n := bytes.Count(data, []byte("\n")); n < 500 {
			t.Errorf("FEC of %s: %d lines", year, n)
		}
	}
	refusalsOfABook(t, d)
	damagedBooks(t, d)
}

// refusalsOfABook: what a book refuses, each time with one sentence.
func refusalsOfABook(t *testing.T, d *desk) {
	sheet := write(t, d.temp, "sheet", "ZAFE1-VQJA-KJK1-ZSP2-ZJ7B-A1Q8-MTB1-R13Z-X248-GDJHJQ\n")
	wrong := write(t, d.temp, "wrong", "not the password\n")
	right := write(t, d.temp, "right", "essai-zafe-claire\n")
	table := write(t, d.temp, "table.csv", "Nom;Ville\nX;Y\n")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"mot de passe", []string{"verify", "--user", "claire", "--password-file", wrong}},
		{"mot de passe", []string{"verify", "--user", "nobody", "--password-file", right}},
		{"clé", []string{"verify", "--recovery-file", sheet}},
		{"--totp-file", []string{"verify", "--user", "claire", "--password-file", right}},
		{"--totp-file", []string{"verify", "--user", "claire", "--password-file", right, "--totp-file", wrong}},
		{"zafe op --list", []string{"op", "no.operation"}},
		{", customer.list", []string{"op", "customer.lst"}},
		{"no_field", []string{"op", "customer.list", `{"no_field": 1}`}},
		{"", []string{"op", "customer.get", `{"id": 999999}`}},
		{"", []string{"op", "customer.list", `[]`}},
		{"--help", []string{"import", "nothing", table}},
		{"--help", []string{"export", "nothing"}},
		{"1999", []string{"export", "fec", "--year", "1999"}},
		{"", []string{"export", "fec", "--output", filepath.Join(d.temp, "absent", "file")}},
		{"", []string{"import", "fec", table}},
		{"", []string{"backup", "add", "--provider", "nothing"}},
		{"", []string{
			"backup", "add", "--provider", "sftp", "--folder", "x", "--set", "host=127.0.0.1", "--set", "port=1",
			"--set", "user=x", "--set", "pass=x",
		}},
		{"", []string{"serve", "--listen", "not an address"}},
		{"", []string{"join", "--host", "127.0.0.1:1", "--code", "AAAA-AAAA"}},
		{"", []string{"restore", "--folder", d.temp, "--recovery-file", sheet}},
	} {
		d.refused(c.want, c.args...)
	}
	for _, in := range []string{"nonsense\n", `{"request":{}}` + "\n", `{"op":"no.operation"}` + "\n"} {
		_, refusal, code := d.run(in, "op", "--lines")
		sentence(t, "op --lines: "+in, refusal, code)
	}
	if out, refusal, code := d.run("{\"limit\":1}", "op", "customer.list", "-"); code != 0 || !strings.Contains(out, "C0000") {
		t.Errorf("op -: %d %s %s", code, out, refusal)
	}
}

// damagedBooks: a book that is not whole is not opened.
func damagedBooks(t *testing.T, d *desk) {
	for name, damage := range map[string]func(c *desk) error{
		"no ledger":   func(c *desk) error { return os.Remove(c.book("book.db-ledger")) },
		"no keys":     func(c *desk) error { return removeAll(c.book("company.keys"), c.book("company.keys.bak")) },
		"no database": func(c *desk) error { return os.Remove(c.book("book.db")) },
		"empty keys": func(c *desk) error {
			return writeAll("", c.book("company.keys"), c.book("company.keys.bak"))
		},
		"not keys": func(c *desk) error {
			return writeAll(strings.Repeat("nonsense", 100), c.book("company.keys"), c.book("company.keys.bak"))
		},
		"not a book": func(c *desk) error { return writeAll(strings.Repeat("nonsense", 9000), c.book("book.db")) },
		"empty book": func(c *desk) error { return writeAll("", c.book("book.db")) },
		"not a ledger": func(c *desk) error {
			return writeAll(strings.Repeat("nonsense", 9000), c.book("book.db-ledger"))
		},
		"broken preferences": func(c *desk) error { return writeAll("{", filepath.Join(c.dir, "local.json")) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newDesk(t, t.TempDir(), "copy")
			if err := os.CopyFS(c.dir, os.DirFS(d.dir)); err != nil {
				t.Fatal(err)
			}
			if err := damage(c); err != nil {
				t.Fatal(err)
			}
			c.refused("", "verify")
		})
	}
}

func removeAll(paths ...string) error {
	for _, p := range paths {
		if err := os.Remove(p); err != nil {
			return err
		}
	}
	return nil
}

func writeAll(text string, paths ...string) error {
	for _, p := range paths {
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
