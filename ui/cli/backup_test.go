package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheBackupVerbsSpeakToPeople: in sentences, or in JSON where asked for; each place by its name; and what the PC
// before this one sent can be restored still.
func TestTheBackupVerbsSpeakToPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("makes two companies and a restore")
	}
	a, sheet, place := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	says := func(d *desk, want string, args ...string) string {
		t.Helper()
		out := strings.ReplaceAll(d.ok(args...), "\u00a0", " ")
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(out, part) || strings.Contains(out, `"`) || strings.Contains(out, "{") {
				t.Errorf("%v says %q, want %q", args, out, part)
			}
		}
		return out
	}
	direct.refused("données de Zafè", "backup", "add", "--folder", filepath.Join(a.dir, "copies"))
	says(direct, "Aucune copie ailleurs|Dernière restauration prouvée : aucune", "backup", "status")
	says(direct, "Coffre est ajoutée", "backup", "add", "--label", "Coffre", "--folder", place)
	says(direct, "Point de restauration fait|Coffre : tout y est", "backup", "now")
	says(direct, "Coffre : restauration d’essai réussie|Dernière restauration prouvée le", "backup", "drill")
	if out := direct.ok("backup", "status"); strings.Contains(out, "Aucune restauration") {
		t.Errorf("after a trial: %q", out)
	}
	says(direct, "Ce PC, Coffre", "backup", "list")
	for _, verb := range []string{"list", "status", "now"} {
		if out := direct.ok("backup", verb, "--json"); !json.Valid([]byte(out)) {
			t.Errorf("%s in JSON: %q", verb, out)
		}
	}

	c, other, _ := newCompany(t)
	c.as("--recovery-file", other).refused("autre entreprise", "backup", "add", "--folder", place)

	b := newDesk(t, t.TempDir(), "b", "--recovery-file", sheet, "--user", "claire",
		"--password-file", write(t, t.TempDir(), "new", newPassword+"\n"))
	b.ok("restore", "--folder", place)
	b.flags = []string{"--recovery-file", sheet}
	if strings.Contains(b.ok("op", "destination.list"), `"destinations": []`) {
		b.ok("backup", "add", "--label", "Coffre", "--folder", place)
	}
	b.ok("backup", "now")
	lines := strings.Split(strings.TrimSpace(b.ok("backup", "list")), "\n")
	if last := lines[len(lines)-1]; len(lines) < 2 || strings.Contains(last, "Ce PC") || !strings.Contains(lines[0], "(actuel)") {
		t.Errorf("on the new PC: %q", lines)
	}
	if err := os.Rename(place, place+"-away"); err != nil {
		t.Fatal(err)
	}
	if _, said, code := b.run("", "backup", "now"); code != 1 || !strings.Contains(said, "\u00a0: Le disque ou le dossier") {
		t.Errorf("the place is not named: %q", said)
	}
}
