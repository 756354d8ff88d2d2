package cli_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/tooltest"
)

// TestNothingIsWrittenBesideTheDataFolder: the program works on a whole disk that keeps aside what is written to it,
// anywhere. That is the data folder, whose files are known, and what somebody asked for: no log elsewhere, nothing
// in the home of who works, nothing in the system's folders.
func TestNothingIsWrittenBesideTheDataFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ZAFE_BINARY", path)
	tooltest.Program(t, "chroot")
	if !tooltest.Alone(t) {
		return
	}
	disk, written := overlay(t)
	d := newDesk(t, t.TempDir(), "pc")
	d.dir, d.network = "/srv/zafe/data", []string{"chroot", disk}
	papers := filepath.Join(disk, "srv/zafe/papers")
	for _, dir := range []string{papers, filepath.Join(disk, d.temp), filepath.Join(disk, filepath.Dir(path))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(filepath.Join(disk, path), program, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.ok("demo", "--size", "small", "--no-gui")
	write(t, papers, "clients.csv", "Nom;Ville\r\n"+zorglub+";Le Moule\r\n")
	d.ok("import", "customers", "/srv/zafe/papers/clients.csv")
	d.ok("op", "document.pdf", `{"id": 2}`, "-o", "/srv/zafe/papers/facture.pdf")
	d.ok("export", "fec", "--year", "2025", "--output", "/srv/zafe/papers")
	d.refused("", "op", "customer.get", `{"id": 4242}`)
	d.ok("backup", "now")
	d.ok("backup", "drill")
	d.ok("verify")
	h := d.serve("127.0.0.1:0")
	time.Sleep(8 * time.Second) // what runs by itself has begun
	h.stop(t)
	if out, err := exec.CommandContext(t.Context(), "chroot", disk, "sh", "-c", "echo x >/var/seen").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}

	known := map[string]bool{"book": false, "vault": false, "local.json": false, "zafe.log": false}
	seen, own := false, strings.TrimPrefix(path, "/")
	for _, name := range files(t, written) {
		data, inside := strings.CutPrefix(name, "srv/zafe/data/")
		top, _, _ := strings.Cut(data, "/")
		_, is := known[top]
		switch {
		case name == "var/seen":
			seen = true
		case inside && is:
			known[top] = true
		case inside:
			t.Errorf("the data folder has %s, which is not known", data)
		case name != own && !strings.HasPrefix(name, "srv/zafe/papers/"):
			t.Errorf("/%s was written", name)
		}
	}
	for name, there := range known {
		if !there || !seen {
			t.Errorf("%s is there: %t; what is written elsewhere is seen: %t", name, there, seen)
		}
	}
}

// overlay gives the whole disk as it is, to be written to, and the folder that keeps what is written. The kernel's own
// tables are there as well, and no other disks.
func overlay(t *testing.T) (disk, written string) {
	t.Helper()
	base := "/run/overlay" // in the memory that the test has there for itself
	disk, written = filepath.Join(base, "disk"), filepath.Join(base, "written")
	for _, dir := range []string{disk, written, filepath.Join(base, "work")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"mount", "-t", "overlay", "overlay", "-o", "lowerdir=/,upperdir=" + written + ",workdir=" + base + "/work", disk},
		{"mount", "--rbind", "/proc", disk + "/proc"},
		{"ip", "link", "set", "lo", "up"},
	} {
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			tooltest.Lacks(t, "no disk that keeps aside what is written to it: ", err, string(out))
		}
	}
	return disk, written
}

// files are those under a folder, and what stands for one that was taken away.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
