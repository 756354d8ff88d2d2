package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/sync/backup/vault"
)

// shell runs a command the way a person who follows README.txt does.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "RCLONE_CONFIG="+filepath.Join(dir, "rclone.conf"))
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", script, err, problems.String())
	}
	return strings.TrimSpace(out.String())
}

// The vault can be opened without this program: Debian's rclone and zstd, Python and the steps of
// README.txt bring the book and its attachments back.
func TestStockTools(t *testing.T) {
	for _, tool := range []string{"rclone", "zstd", "python3", "sqlite3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, c, _ := newService(t, b)
	_, dir := addFolder(t, s, "USB")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	b.sql("UPDATE line SET label='changed' WHERE id%100=0; INSERT INTO line(label) VALUES('last')")
	c.pass(time.Hour)
	report, err := s.BackUp(ctx, nil)
	if err != nil || report.Sent[0].Err != nil {
		t.Fatal(err, report.Sent)
	}
	home := t.TempDir()
	shell(t, home, fmt.Sprintf(`rclone config create zafe crypt remote=%s filename_encryption=standard \
		directory_name_encryption=false filename_encoding=base32 password="$(rclone obscure '%s')"`, dir, testKey))
	manifests := strings.Fields(shell(t, home, "rclone lsf -R zafe:w | grep '/manifest/.*json' | sort"))
	if len(manifests) != 2 {
		t.Fatalf("manifests %v", manifests)
	}
	var m vault.Manifest
	if err := json.Unmarshal([]byte(shell(t, home, "rclone cat zafe:w/"+manifests[1])), &m); err != nil {
		t.Fatal(err)
	}
	if m.Diff == nil {
		t.Fatal("the newest point has no difference to lay over the image")
	}
	db := "zafe:w/" + m.WriterID + "/db/"
	shell(t, home, "rclone cat "+db+m.Full.Name+" | zstd -d > book.sqlite")
	shell(t, home, "rclone cat "+db+m.Diff.Name+" | zstd -d > book.pages")
	shell(t, home, readmeScript(t, dir, m.Pages))
	if sum := shell(t, home, "sha256sum book.sqlite | cut -d' ' -f1"); sum != m.DBSHA256 {
		t.Errorf("the book came back as %s, the manifest says %s", sum, m.DBSHA256)
	}
	query := "PRAGMA integrity_check; SELECT count(*) FROM line"
	if got := shell(t, home, "sqlite3 book.sqlite '"+query+"'"); got != "ok\n801" {
		t.Errorf("sqlite3 says %q", got)
	}
	list := strings.Fields(shell(t, home, "rclone cat "+db+m.Files.List.Name))
	shell(t, home, "rclone copy zafe:files ./files")
	got, err := os.ReadFile(filepath.Join(home, "files", list[2], list[0]))
	if err != nil || string(got) != "contract" {
		t.Errorf("the attachment came back as %q %v", got, err)
	}
}

// readmeScript takes the Python lines out of the README.txt that lies in the copy.
func readmeScript(t *testing.T, dir string, pages uint32) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(data), "<<'PY'\n")
	script, _, end := strings.Cut(rest, "     PY\n")
	if !ok || !end {
		t.Fatal("README.txt has no Python lines")
	}
	var lines []string
	for line := range strings.Lines(script) {
		lines = append(lines, strings.TrimPrefix(line, "     "))
	}
	script = strings.Replace(strings.Join(lines, ""), "PAGES = 0", "PAGES = "+strconv.Itoa(int(pages)), 1)
	return "python3 - <<'PY'\n" + script + "PY\n"
}

// livePages reads the pages of a book in use through SQLite itself, inside one read transaction, as
// the store does.
type livePages struct{ *book }

func (l livePages) Pages(ctx context.Context, begin func(int, uint32) error,
	page func(uint32, []byte) error,
) error {
	image, err := exec.CommandContext(ctx, "python3", "-c", `
import sqlite3, sys
book = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
book.execute("BEGIN")
book.execute("SELECT count(*) FROM line").fetchone()
sys.stdout.buffer.write(book.serialize())`, l.path).Output()
	if err != nil {
		return err
	}
	if err := begin(4096, uint32(len(image)/4096)); err != nil {
		return err
	}
	for i := range len(image) / 4096 {
		if err := page(uint32(i+1), image[i*4096:(i+1)*4096]); err != nil {
			return err
		}
	}
	return nil
}

// A book two programs write to, as fast as they can, is saved consistently.
func TestBackUpWhileOthersWrite(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.sql(`PRAGMA journal_mode=WAL;
		CREATE TABLE account(id INTEGER PRIMARY KEY, cents INTEGER);
		INSERT INTO account VALUES(1, 500000),(2, 500000);`)
	s, c, _ := newService(t, b)
	s.set.Source = livePages{b}
	_, dir := addFolder(t, s, "USB")
	stop := make(chan struct{})
	writers := make(chan error, 2)
	for range 2 {
		go func() { writers <- b.write(stop) }()
	}
	for range 4 {
		report, err := s.BackUp(ctx, nil)
		if err != nil || report.Sent[0].Err != nil {
			t.Error(err, report.Sent)
		}
		c.pass(time.Hour)
	}
	close(stop)
	for range 2 {
		if err := <-writers; err != nil {
			t.Fatal(err)
		}
	}
	tree, err := OpenFolder(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil || len(contents.Writers[0].Points) != 4 {
		t.Fatalf("%+v %v", contents, err)
	}
	seen := map[string]bool{}
	for _, p := range contents.Writers[0].Points {
		sink := newSink(t)
		if _, err := Restore(ctx, tree, p, sink, nil); err != nil {
			t.Fatal(err)
		}
		sink.path = filepath.Join(t.TempDir(), "restored.sqlite")
		if err := os.WriteFile(sink.path, sink.image, 0o600); err != nil {
			t.Fatal(err)
		}
		got := sink.sql("PRAGMA integrity_check; SELECT sum(cents) FROM account; " +
			"SELECT cents FROM account WHERE id=1;")
		lines := strings.Split(got, "\n")
		if lines[0] != "ok" || lines[1] != "1000000" {
			t.Errorf("%s: %q", p, got)
		}
		seen[lines[2]] = true
	}
	if len(seen) < 3 {
		t.Errorf("the writers did not write: %v", seen)
	}
}

// write moves money between two accounts until stop.
func (b *book) write(stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		var script strings.Builder
		script.WriteString(".timeout 20000\n")
		for range 50 {
			script.WriteString(`BEGIN IMMEDIATE; UPDATE account SET cents=cents-7 WHERE id=1;
				UPDATE account SET cents=cents+7 WHERE id=2;
				UPDATE line SET label=hex(randomblob(90)) WHERE id=abs(random())%800; COMMIT;`)
		}
		cmd := exec.Command("sqlite3", b.path)
		cmd.Stdin = strings.NewReader(script.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
	}
}
