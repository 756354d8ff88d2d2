package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zafe/app/recovery"
	"zafe/app/tooltest"
	"zafe/store"
	"zafe/store/storetest"
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

// Two PCs keep copies in one place, in parts and packs, and Debian's rclone and zstd, Python and SQLite bring both
// books and their attachments back by the lines of the README.txt that lies there: nothing of this program is needed.
func TestStockTools(t *testing.T) {
	for _, tool := range []string{"rclone", "zstd", "python3", "sqlite3"} {
		tooltest.Program(t, tool)
	}
	dir := filepath.Join(t.TempDir(), "copy")
	var all []vault.Manifest
	for _, writer := range []string{"pc-00000001", "pc-00000002"} {
		b := newLedgerBook(t)
		src := vault.Source(b)
		if len(all) > 0 {
			src = readAsAWhole{b}
		}
		all = append(all, saveInParts(t, writer, dir, b, src))
	}
	for i, m := range all {
		if m.Diff == nil || len(m.Full.Parts) < 2 || len(m.Diff.Parts) < 2 {
			t.Fatalf("a point of parts was wanted: %+v", m)
		}
		home := t.TempDir()
		steps := readmeSteps(t, dir)
		pages := strconv.Itoa(int(m.Pages))
		follow := func(step string, with ...string) string {
			i := slices.IndexFunc(steps, func(s string) bool { return strings.Contains(s, step) })
			if i < 0 {
				t.Fatalf("README.txt does not say how to %q in %q", step, steps)
			}
			script := strings.NewReplacer(append(with, "WRITER", m.WriterID, "/path/to/this/folder", dir,
				"THE-RECOVERY-KEY", stockKey, "PAGES = 0 ", "PAGES = "+pages+" ")...).Replace(steps[i])
			return shell(t, home, script)
		}
		key, err := recovery.Parse(stockKey)
		if err != nil {
			t.Fatal(err)
		}
		shares := key.Shares()
		joined := follow("THE-FIRST-SHARE", "THE-FIRST-SHARE", shares[2].String(), "THE-OTHER-SHARE", shares[i].String())
		if joined != stockKey {
			t.Fatalf("two shares make %q", joined)
		}
		follow("rclone config create")
		points := strings.Fields(follow("rclone lsf -R zafe:w"))
		if newest := m.WriterID + "/manifest/" + m.Point().String() + ".json"; !slices.Contains(points, newest) {
			t.Fatalf("%s is not among %v", newest, points)
		}
		var read vault.Manifest
		text := follow("rclone cat zafe:w/WRITER/manifest", "NNNNNNNN-DATE-WRITER.json", m.Point().String()+".json")
		if err := json.Unmarshal([]byte(text), &read); err != nil || read.DBSHA256 != m.DBSHA256 ||
			read.PagesSHA256 != m.PagesSHA256 || (m.DBSHA256 == "") != (i == 0) {
			t.Fatal(text, err)
		}
		follow("> book.sqlite", "NNNNNNNN.sqlite.zst", m.Full.Name)
		follow("> book.pages", "NNNNNNNN.pages.zst", m.Diff.Name)
		follow("PAGES = 0")
		sum, want := shell(t, home, "sha256sum book.sqlite | cut -d' ' -f1"), m.DBSHA256
		if want == "" { // of the point that was made without reading all of the book
			sum, want = follow("SIZE = 4096"), m.PagesSHA256
		}
		if sum != want {
			t.Errorf("the book came back as %s, the manifest says %s", sum, want)
		}
		query := "PRAGMA integrity_check; SELECT sum(debit), sum(credit) FROM entry_line"
		want = fmt.Sprintf("ok\n%d|%d", m.Checks.SumDebit, m.Checks.SumCredit)
		if got := shell(t, home, "sqlite3 book.sqlite '"+query+"'"); got != want {
			t.Errorf("sqlite3 says %q, want %q", got, want)
		}
		follow("rclone copy zafe:files")
		follow("while read -r sum", "NNNNNNNN.files", m.Files.List.Name)
		list := strings.Split(shell(t, home, "rclone cat zafe:w/"+m.WriterID+"/db/"+m.Files.List.Name), "\n")
		packed := 0
		for j, line := range list {
			of := strings.Fields(line)
			if len(of) > 3 {
				packed++
			}
			path := filepath.Join("files", of[2], of[0])
			if sum := shell(t, home, "sha256sum "+path+" | cut -d' ' -f1"); sum != of[0] {
				t.Errorf("attachment %d of writer %d came back as %s", j, i, sum)
			}
		}
		if len(list) != 13 || packed != 12 {
			t.Errorf("%d attachments, %d of them in packs", len(list), packed)
		}
	}
}

// stockKey is a recovery key as it is printed.
const stockKey = "ZAFE1-000G-40R4-0M30-E209-185G-R38E-1W81-24GK-BC1MH1"

// noise is a text that does not compress to less than three quarters.
func noise(length int) string {
	var text strings.Builder
	for text.Len() < length {
		text.WriteString(rand.Text())
	}
	return text.String()
}

// saveInParts makes two restore points of a book in small parts, the second with a difference, and sends them.
func saveInParts(t *testing.T, writer, dir string, b *ledgerBook, src vault.Source) vault.Manifest {
	t.Helper()
	ctx := context.Background()
	key, err := vault.NewKey(stockKey)
	if err != nil {
		t.Fatal(err)
	}
	set := vault.Settings{
		Dir: filepath.Join(t.TempDir(), "vault"), ID: "company-1", Key: key, WriterID: writer,
		AppVersion: "1.0", Schema: 1, PartBytes: 8 << 10,
	}
	if err := vault.Create(set); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	b.Update(func(tx *store.Tx) error { // much that does not change, or the difference would be a new image
		return tx.SetSetting("pad", noise(60_000))
	})
	for i := range 2 {
		for range 1 + 4*i { // a difference larger than a part
			b.work(0, 0)
		}
		b.work(12-11*i, 30_000) // so many at once lie in a pack
		if _, err := v.Snapshot(ctx, src, b, vault.Run{Now: storetest.Noon.Add(time.Duration(i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	to, err := vault.LocalFolder(ctx, dir)
	if err == nil {
		_, err = v.Replicate(ctx, to, vault.Sending{})
	}
	if err != nil {
		t.Fatal(err)
	}
	m, _ := v.Latest()
	return m
}

// readmeSteps takes the commands out of the README.txt that lies in the copy: what is set in by five spaces or
// more. Those that stand alone on a line are steps of their own, as a person reads them; the others go together.
func readmeSteps(t *testing.T, dir string) (steps []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	const margin = "     "
	whole := false // the line before goes on
	for line := range strings.Lines(string(data)) {
		code, ok := strings.CutPrefix(line, margin)
		switch {
		case !ok:
			whole = false
			continue
		case whole:
			steps[len(steps)-1] += code
		default:
			steps = append(steps, code)
		}
		last := steps[len(steps)-1]
		whole = strings.HasSuffix(code, "\\\n") || strings.Contains(last, "<<'PY'") && !strings.HasSuffix(last, "\nPY\n") ||
			strings.Contains(last, "; do\n") && !strings.HasSuffix(last, "\ndone\n")
	}
	if len(steps) < 6 {
		t.Fatalf("README.txt has the steps %q", steps)
	}
	return steps
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
