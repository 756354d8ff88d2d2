package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zafe/app/i18n"
)

// layers says, for each folder, what its packages may never reach, directly or through others, besides what the
// folder above may not. "@" is this module.
var layers = map[string][]string{
	"assets": {"@/app", "@/store", "@/ui", "@/sync"},
	"app":    {"@/store", "@/ui", "@/sync", "fyne.io/", "database/sql", "net/http", "modernc.org/", "github.com/rclone/"},
	"store":  {"@/ui", "@/sync", "fyne.io/", "net/http", "github.com/rclone/"},
	"sync":   {"@/ui", "@/store", "fyne.io/", "modernc.org/"},
	"ui":     {"@/store", "@/sync", "database/sql", "modernc.org/", "github.com/rclone/"},

	// The two ends of an office and the backups are three things, which main.go joins to one book.
	"sync/host":   {"@/sync/guest", "@/sync/backup", "github.com/rclone/"},
	"sync/guest":  {"@/sync/host", "@/sync/backup", "github.com/rclone/"},
	"sync/backup": {"@/sync/host", "@/sync/guest", "@/sync/lan", "@/sync/pair", "@/sync/device"},
	// What a book is made, mended and judged by knows nothing of the PC that it is on.
	"store/newbook": thisPC, "store/rebuild": thisPC, "store/repair": thisPC, "store/checkup": thisPC,
	"store/witness": thisPC, "store/source": thisPC, "store/kept": thisPC,
	// The seal stands alone: whoever reviews its cryptography reads nothing else.
	"store/crypt": {"@/app", "@/assets", "@/store/blob", "@/store/harden", "@/store/keyring"},
}

var thisPC = []string{"@/store/folder", "@/store/harden", "@/store/keyring", "@/store/opener"}

// allowed are single packages let through a ban, each with its reason.
var allowed = map[string]string{
	"zafe/store/crypt zafe/app/durable": "ten lines that flush a folder",
}

const tags = "migrated_fynedo,fastdev"

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestLayers(t *testing.T) {
	seen := map[string]int{}
	for _, line := range goList(t, "-tags", tags, "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...") {
		pkg, deps, _ := strings.Cut(line, " ")
		for folder := range layers {
			if !under(pkg, "zafe/"+folder) {
				continue
			}
			seen[folder]++
			for dep := range strings.FieldsSeq(deps) {
				if why := broken(folder, dep); why != "" && allowed[pkg+" "+dep] == "" {
					t.Errorf("%s reaches %s (%s is barred)", pkg, dep, why)
				}
			}
		}
	}
	for folder, bans := range layers {
		if seen[folder] == 0 {
			t.Errorf("no package under %s: the check is blind", folder)
		}
		for _, ban := range bans {
			own, ours := strings.CutPrefix(ban, "@/")
			if _, err := os.Stat(filepath.Join("..", own)); ours && err != nil {
				t.Errorf("%s is barred to %s and is not there: %v", ban, folder, err)
			}
		}
	}
}

// under tells whether a package is in a folder.
func under(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func broken(folder, dep string) string {
	for _, ban := range layers[folder] {
		if under(dep, strings.TrimSuffix(strings.Replace(ban, "@", "zafe", 1), "/")) {
			return ban
		}
	}
	return ""
}

// TestLibcIsTheOneSQLiteWasTranslatedFor: another libc version may corrupt memory silently.
func TestLibcIsTheOneSQLiteWasTranslatedFor(t *testing.T) {
	ours := goList(t, "-m", "-f", "{{.Version}}", "modernc.org/libc")[0]
	gomod := goList(t, "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")[0]
	body, err := os.ReadFile(gomod)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`modernc.org/libc (v\S+)`).FindSubmatch(body)
	if m == nil || string(m[1]) != ours {
		t.Fatalf("modernc.org/libc is %s, sqlite wants %s", ours, m)
	}
}

func TestSyncFolderHoldsNoPackage(t *testing.T) {
	files, err := filepath.Glob("../sync/*.go")
	if err != nil || len(files) > 0 {
		t.Fatalf("a package named sync would shadow the standard one: %v %v", files, err)
	}
}

func TestTopLevel(t *testing.T) {
	want := map[string]bool{
		"main.go": true, "app": true, "store": true, "ui": true, "sync": true, "assets": true, "go.mod": true,
		"go.sum": true, "FyneApp.toml": true, "README.md": true, "Makefile": true, "LICENSE": true, "CHANGELOG.md": true,
	}
	cmd := exec.CommandContext(t.Context(), "git", "ls-files")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Skip("not a git checkout")
	}
	for name := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		top, _, _ := strings.Cut(name, "/")
		if !want[top] && !strings.HasPrefix(top, ".") {
			t.Errorf("%s does not belong at the top", top)
		}
	}
}

// TestEveryMessageKeyExists: a key used in the code and missing in a catalogue would be shown raw.
func TestEveryMessageKeyExists(t *testing.T) {
	if p := i18n.Problems(); len(p) > 0 {
		t.Errorf("catalogues:\n%s", strings.Join(p, "\n"))
	}
	have := map[string]bool{}
	for _, k := range i18n.Keys(i18n.French) {
		have[k] = true
	}
	// Keys in refusals, and keys written out in calls of the interface's T, t, N and say.
	call := regexp.MustCompile(`fault\.(?:New\(\s*fault\.\w+|Field\(\s*[^,()]+),\s*"([a-z0-9_.]+)"|` +
		`\.(?:T|t|N|say)\("([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"`)
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		for _, m := range call.FindAllSubmatch(body, -1) {
			if key := string(m[1]) + string(m[2]); !have[key] {
				t.Errorf("%s: message %q is in no catalogue", path, key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
