package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
)

func wantFault(t *testing.T, err error, key string) {
	t.Helper()
	f := new(fault.Fault)
	if !errors.As(err, &f) || f.Key != key {
		t.Fatalf("got %v, want the fault %s", err, key)
	}
}

func TestSnapshotAndRestore(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 3000), newDrawer()
	d.add("2026-10", "facture d'achat")
	d.add("2026-11", "contrat")
	d.add("2026-11", "")
	m1 := take(t, v, b, d, testNow)
	image1 := b.bytes()
	if m1.Diff != nil || len(m1.Full.Parts) < 2 || m1.Files.Count != 3 {
		t.Fatalf("first point: diff %v, %d parts, %d files", m1.Diff, len(m1.Full.Parts), m1.Files.Count)
	}

	b.sql("UPDATE line SET label='changed' WHERE id%500=0; INSERT INTO line(label,cents) VALUES('new',1);")
	m2 := take(t, v, b, d, testNow.Add(time.Hour))
	image2 := b.bytes()
	if m2.Diff == nil || m2.Diff.Bytes >= m1.Full.Bytes/4 || m2.Full.Name != m1.Full.Name {
		t.Fatalf("second point is no small difference: %+v", m2.Diff)
	}
	if m1.SealHead < 1000 || m2.SealHead <= m1.SealHead {
		t.Errorf("heads of the seal: %d, then %d", m1.SealHead, m2.SealHead)
	}
	if m2.Files.List.Name != m1.Files.List.Name || m2.PrevSHA256 == "" || len(m2.History) != 1 {
		t.Fatalf("second point: list %s, history %v", m2.Files.List.Name, m2.History)
	}

	b.sql("DELETE FROM line WHERE id>400; VACUUM;")
	m3 := take(t, v, b, d, testNow.Add(2*time.Hour))
	image3 := b.bytes()
	if len(image3) >= len(image1) {
		t.Fatal("the test book did not shrink")
	}

	c, err := v.Tree().Read(ctx)
	if err != nil || len(c.Writers) != 1 || len(c.Writers[0].Points) != 3 || c.VaultID != "company-1" {
		t.Fatalf("read: %+v %v", c, err)
	}
	if latest := c.Points()[0]; latest != m3.Point() {
		t.Fatalf("latest is %v, want %v", latest, m3.Point())
	}
	restore(t, v.Tree(), m1.Point(), image1)
	restore(t, v.Tree(), m2.Point(), image2)
	s := restore(t, v.Tree(), m3.Point(), image3)
	if len(s.files) != 3 || !bytes.Equal(s.files[d.all[1].Hash], []byte("contrat")) {
		t.Fatalf("attachments came back as %v", s.files)
	}
	if !s.manifest.Matches(Checks{
		Change: b.change, LastInvoice: "F2026-0042", InvoiceCount: 42,
		SumDebit: 100, SumCredit: 100,
	}) {
		t.Fatal("the totals of the restored book do not match its manifest")
	}
}

func TestNewFullImage(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 2000), newDrawer()
	take(t, v, b, d, testNow)
	steps := []struct {
		name   string
		change string
		at     time.Time
		full   bool
	}{
		{"nothing changed", "", testNow.Add(time.Hour), false},
		{"little changed", "UPDATE line SET cents=1 WHERE id<20", testNow.Add(2 * time.Hour), false},
		{"most changed", "UPDATE line SET label=hex(randomblob(100))", testNow.Add(3 * time.Hour), true},
		{"a new month", "", testNow.AddDate(0, 0, 12), true},
		{"the same month", "", testNow.AddDate(0, 0, 13), false},
		{"the clock went back", "", testNow.AddDate(0, -1, 0), true},
	}
	for _, step := range steps {
		if step.change != "" {
			b.sql(step.change)
		}
		m := take(t, v, b, d, step.at)
		if full := m.Diff == nil; full != step.full {
			t.Errorf("%s: full image %v, want %v", step.name, full, step.full)
		}
		restore(t, v.Tree(), m.Point(), b.bytes())
	}
}

func TestLostHashesMakeAFullImage(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 500), newDrawer()
	m := take(t, v, b, d, testNow)
	stored := filepath.Join(v.set.Dir, "w", v.set.WriterID, "db", v.set.Key.seal(m.Hashes.Name))
	if err := os.Truncate(stored, 40); err != nil {
		t.Fatal(err)
	}
	if m := take(t, v, b, d, testNow.Add(time.Hour)); m.Diff != nil {
		t.Fatal("a difference was made against page hashes that cannot be read")
	}
}

func TestSomebodyWorksMeanwhile(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 500), newDrawer()
	image := b.bytes()
	once := false
	b.during = func() {
		if !once {
			once = true
			b.sql("UPDATE line SET cents=0")
		}
	}
	m := take(t, v, b, d, testNow)
	if m.ChecksAfter == nil {
		t.Fatal("the manifest hides that the book changed meanwhile")
	}
	restore(t, v.Tree(), m.Point(), image)
	if bytes.Equal(image, b.bytes()) {
		t.Fatal("nothing changed")
	}
	if m.Matches(Checks{Change: m.ChecksAfter.Change + 1, InvoiceCount: 42}) {
		t.Fatal("totals of a later book match")
	}
}

func TestNothingInClear(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 200), newDrawer()
	b.sql("INSERT INTO line(label,cents) VALUES('MARTIN-SECRET-CUSTOMER',1)")
	d.add("2026-11", "MARTIN-SECRET-CUSTOMER contract")
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	take(t, v, b, d, testNow)
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if len(after) > len(before)+3 {
		t.Errorf("temporary files appeared: %v", after)
	}
	files := 0
	err := filepath.Walk(v.set.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, secret := range []string{"SECRET", "SQLite format", "F2026-0042", testKey, "Caisse", d.all[0].Hash} {
			if bytes.Contains(data, []byte(secret)) || strings.Contains(path, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
		return nil
	})
	if err != nil || files < 6 {
		t.Fatalf("%d files, %v", files, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	v, b := newVault(t), newBook(t, 50)
	take(t, v, b, newDrawer(), testNow)
	set := v.set

	_, err := Open(ctx, set)
	wantFault(t, err, "backup.busy")
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	wantFault(t, Create(set), "backup.vault_exists")

	other := set
	other.ID = "company-2"
	wantFault(t, Create(other), "backup.other_vault")
	_, err = Open(ctx, other)
	wantFault(t, err, "backup.other_vault")

	wrong := set
	if wrong.Key, err = NewKey("ZAFE1-OTHER"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(ctx, wrong)
	wantFault(t, err, "backup.wrong_key")

	if err := os.Remove(filepath.Join(set.Dir, "VAULT")); err != nil {
		t.Fatal(err)
	}
	_, err = Open(ctx, set)
	wantFault(t, err, "backup.vault_gone")
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	empty := t.TempDir()
	f, err := LocalFolder(ctx, empty)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Locate(ctx, f, sharedKey())
	wantFault(t, err, "backup.no_vault")
	wantFault(t, There(ctx, f), "backup.no_vault")

	if err := Create(testSettings(empty)); err != nil {
		t.Fatal(err)
	}
	if err := There(ctx, f); err != nil {
		t.Errorf("an empty vault is not seen: %v", err)
	}
	_, err = NewTree(f, sharedKey()).Read(ctx)
	wantFault(t, err, "backup.vault_empty")

	v, b := newVault(t), newBook(t, 50)
	m := take(t, v, b, newDrawer(), testNow)
	wrong, err := NewKey("ZAFE1-OTHER")
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewTree(v.tree.fs, wrong).Read(ctx)
	wantFault(t, err, "backup.wrong_key")

	junk := filepath.Join(v.set.Dir, "w", v.set.WriterID, "manifest", "holiday.jpg")
	if err := os.WriteFile(junk, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := v.Tree().Read(ctx)
	if err != nil || c.Writers[0].Foreign != 1 || len(c.Writers[0].Points) != 1 {
		t.Fatalf("with a foreign file: %+v %v", c, err)
	}

	// The owner points one level too high, and the marker was lost.
	if err := os.Remove(filepath.Join(v.set.Dir, "VAULT")); err != nil {
		t.Fatal(err)
	}
	parent, err := LocalFolder(ctx, filepath.Dir(v.set.Dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := There(ctx, parent); err != nil {
		t.Errorf("a vault one level below is not seen: %v", err)
	}
	tree, err := Locate(ctx, parent, sharedKey())
	if err != nil {
		t.Fatal(err)
	}
	restore(t, tree, m.Point(), b.bytes())
	_, err = tree.Describe(ctx, Point{Writer: "nobody", Seq: 1, At: testNow})
	wantFault(t, err, "backup.point_gone")
}

func TestDamagedAttachmentDoesNotStopTheBackup(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.add("2026-11", "good")
	bad := d.add("2026-11", "bad")
	gone := d.add("2026-11", "gone")
	d.content[bad.Hash] = []byte("BAD")
	delete(d.content, gone.Hash)
	taken, err := v.Snapshot(context.Background(), b, d, Run{Now: testNow})
	if err != nil || len(taken.Damaged) != 2 || taken.Manifest.Files.Count != 1 {
		t.Fatalf("%v, damaged %v, kept %d", err, taken.Damaged, taken.Manifest.Files.Count)
	}
	s := restore(t, v.Tree(), taken.Manifest.Point(), b.bytes())
	if len(s.files) != 1 {
		t.Fatalf("restored %d files", len(s.files))
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	take(t, v, newBook(t, 50), newDrawer(), testNow)
	write(t, filepath.Join(v.set.Dir, "VAULT"), []byte("ZAFE-VAULT 2\r\nid: company-1\r\n"))
	_, err := v.Tree().Read(ctx)
	wantFault(t, err, "backup.vault_newer")
	write(t, filepath.Join(v.set.Dir, "VAULT"), []byte("ZAFE-VAULT 1\r\nid: company-1\r\n"))
	if c, err := v.Tree().Read(ctx); err != nil || c.VaultID != "company-1" {
		t.Errorf("a marker with Windows line ends: %+v %v", c, err)
	}
	write(t, filepath.Join(v.set.Dir, "VAULT"), []byte("something else"))
	_, err = v.Tree().Read(ctx)
	wantFault(t, err, "backup.no_vault")
	m, _ := v.Latest()
	m.Format = formatVersion + 1
	data, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	_, err = decodeManifest(data)
	wantFault(t, err, "backup.vault_newer")
}

// TestTheNewestPointIsNoMatterOfAClock: of one PC the number decides, between two the line of the book, then its events; a
// date that lies in the future of who reads is believed of nobody.
func TestTheNewestPointIsNoMatterOfAClock(t *testing.T) {
	one := Writer{ID: "a", Points: []Point{{"a", 1, testNow.AddDate(5, 0, 0)}, {"a", 2, testNow}}}
	two := Writer{ID: "b", Points: []Point{{"b", 1, testNow.Add(time.Hour)}}}
	ahead := Writer{ID: "c", Points: []Point{{"c", 1, testNow.AddDate(2, 0, 0)}}}
	of := func(w Writer, age appbackup.Age) Writer { w.age = age; return w }
	newest := func(what, want string, doubts int, writers ...Writer) {
		t.Helper()
		c := Contents{Writers: writers, read: testNow.Add(2 * time.Hour)}
		if got := c.Points()[0]; got.String() != want {
			t.Errorf("%s: %s", what, got)
		}
		for _, doubt := range c.Doubtful() {
			if doubt {
				doubts--
			}
		}
		if doubts != 0 {
			t.Errorf("%s: %d dates are doubted too few", what, doubts)
		}
	}
	newest("one PC", one.Points[1].String(), 1, one)
	newest("two PCs", two.Points[0].String(), 1, one, two)
	newest("one that is always ahead", two.Points[0].String(), 1, ahead, two)
	newest("one that is always ahead, and took over", ahead.Points[0].String(), 1,
		of(ahead, appbackup.Age{Term: 2, Event: 1}), of(two, appbackup.Age{Term: 1, Event: 9}))
	newest("one that is ahead by an hour, and stopped", one.Points[1].String(), 1,
		of(one, appbackup.Age{Event: 9}), of(two, appbackup.Age{Event: 8}))
	newest("a reader whose clock is behind", two.Points[0].String(), 0, Writer{ID: "b", Points: []Point{
		{"b", 1, testNow.Add(time.Hour)},
	}})
	c := Contents{Writers: []Writer{two, ahead}, read: testNow.AddDate(-9, 0, 0)}
	if got := c.Points()[0]; got != ahead.Points[0] {
		t.Errorf("a reader whose clock is behind all of them: %s", got)
	}
}

func TestWriterID(t *testing.T) {
	for pc, want := range map[string]string{
		"Caisse": "caisse-01020304", "PC de l'été": "pc-de-l-t-01020304", "": "pc-01020304", "日本": "pc-01020304",
		"A very long computer name indeed": "a-very-long-computer-01020304",
	} {
		got := WriterID(pc, [4]byte{1, 2, 3, 4})
		if got != want || !writerPattern.MatchString(got) {
			t.Errorf("WriterID(%q) = %q, want %q", pc, got, want)
		}
	}
}
