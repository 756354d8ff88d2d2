package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
)

const testKey = "ZAFE1-ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-6789-ABCDEF"

// book is a real SQLite file with attachments, served as the store would, and a sink of its restore.
type book struct {
	t        testing.TB
	path     string
	change   uint64
	files    map[string][]byte
	image    []byte
	mu       sync.Mutex // guards restored
	restored map[string][]byte
	refuse   error // what Commit says
}

func newBook(t testing.TB) *book {
	b := &book{
		t: t, path: filepath.Join(t.TempDir(), "book.sqlite"), files: map[string][]byte{},
		restored: map[string][]byte{},
	}
	b.sql(`CREATE TABLE line(id INTEGER PRIMARY KEY, label TEXT);
		WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<800)
		INSERT INTO line SELECT i, hex(randomblob(100)) FROM n;`)
	return b
}

func (b *book) sql(script string) string {
	b.t.Helper()
	cmd := exec.Command("sqlite3", b.path)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("sqlite3: %v: %s", err, out)
	}
	b.change++
	return strings.TrimSpace(string(out))
}

func (b *book) attach(text string) {
	sum := sha256.Sum256([]byte(text))
	b.files[hex.EncodeToString(sum[:])] = []byte(text)
	b.change++
}

func (b *book) bytes() []byte {
	data, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

func (b *book) Pages(_ context.Context, begin func(int, uint32) error,
	page func(uint32, []byte) error,
) error {
	data := b.bytes()
	if err := begin(4096, uint32(len(data)/4096)); err != nil {
		return err
	}
	for i := range len(data) / 4096 {
		if err := page(uint32(i+1), data[i*4096:(i+1)*4096]); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) Head() (uint64, error) { return b.change, nil }

func (b *book) Checks(context.Context) (vault.Checks, error) {
	return vault.Checks{Change: b.change}, nil
}

func (b *book) Attachments(context.Context) (all []vault.Attachment, err error) {
	for hash, data := range b.files {
		all = append(all, vault.Attachment{Hash: hash, Size: int64(len(data)), Month: "2026-11"})
	}
	return all, nil
}

func (b *book) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(b.files[hash])), nil
}

func (b *book) Begin(context.Context, int, uint32) error { b.image = nil; return nil }
func (b *book) Page(_ uint32, data []byte) error         { b.image = append(b.image, data...); return nil }

func (b *book) Commit(context.Context, vault.Manifest) error {
	return b.refuse
}
func (b *book) Abort() { b.image = nil }
func (b *book) Has(_ context.Context, a vault.Attachment) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.restored[a.Hash]
	return ok, nil
}

func (b *book) Put(_ context.Context, a vault.Attachment, r io.Reader) error {
	data, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.restored[a.Hash] = data
	}
	return err
}

func (b *book) Settle(context.Context) error { return nil }

// clock is a time the test moves.
type clock struct{ now time.Time }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

func newService(t testing.TB, b *book) (*Service, *clock, Settings) {
	t.Helper()
	remotes, err := remote.Use(context.Background(), &remote.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{now: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)}
	set := Settings{
		Dir: filepath.Join(t.TempDir(), "vault"), Vault: VaultOf{ID: "company-1", RecoveryKey: testKey},
		WriterID: "pc-00000001", WriterName: "Caisse", AppVersion: "1.0", Schema: 1, Source: b, Files: b,
		Remotes: remotes, State: &remote.Memory{}, Now: func() time.Time { return c.now },
	}
	s, err := Open(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	return s, c, set
}

// addFolder makes a folder of this PC a destination, as the wizard does.
func addFolder(t testing.TB, s *Service, label string) (id, dir string) {
	t.Helper()
	ctx := context.Background()
	dir = filepath.Join(t.TempDir(), "copy")
	setup, err := s.set.Remotes.Begin(ctx, remote.Draft{Provider: "local", Label: label, Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	d, err := setup.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return d.ID, dir
}

func wantFault(t *testing.T, err error, key string) {
	t.Helper()
	f := new(fault.Fault)
	if !errors.As(err, &f) || f.Key != key {
		t.Fatalf("got %v, want the fault %s", err, key)
	}
}

func TestBackUpAndRestore(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, c, set := newService(t, b)
	if status := s.Status(b.change); status.Overall != schedule.Red || !status.Unsaved {
		t.Errorf("without any copy: %+v", status)
	}
	usb, dir := addFolder(t, s, "Clé USB")
	s.Promise(2 * time.Hour)
	report, err := s.BackUp(ctx, nil)
	if err != nil || len(report.Sent) != 1 || report.Sent[0].Err != nil {
		t.Fatalf("%+v %v", report, err)
	}
	if want := c.now.Add(2 * time.Hour); !report.Taken.Manifest.NextExpected.Equal(want) {
		t.Errorf("next expected %v", report.Taken.Manifest.NextExpected)
	}
	status := s.Status(b.change)
	first := status.Copies[0]
	if status.Overall != schedule.Green || status.Unsaved || first.ID != usb || first.Lacks {
		t.Errorf("after a backup: %+v", status)
	}
	image := b.bytes()
	b.sql("DELETE FROM line")
	c.pass(8 * 24 * time.Hour)
	if status := s.Status(b.change); status.Overall != schedule.Amber || !status.Copies[0].Lacks {
		t.Errorf("eight days later: %+v", status)
	}

	// A bare PC: the folder and the sheet are enough.
	tree, err := OpenFolder(ctx, filepath.Dir(dir), testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	point := contents.Points()[0]
	restored, err := Restore(ctx, tree, point, b, nil)
	if err != nil || !bytes.Equal(b.image, image) || restored.Files.Restored != 1 {
		t.Fatalf("%+v %v", restored, err)
	}
	if again, err := Restore(ctx, tree, point, b, nil); err != nil || again.Files.Already != 1 {
		t.Errorf("a second restore: %+v %v", again.Files, err)
	}

	// The same through the destination, and after a restart of the program.
	s2, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if tree, err = OpenCopy(ctx, set.Remotes, usb, testKey); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, tree, point, b, nil); err != nil {
		t.Fatal(err)
	}
	points, err := s2.Points(ctx, "")
	if err != nil || len(points) != 1 || points[0].WriterName != "Caisse" {
		t.Errorf("points %+v %v", points, err)
	}
	plan := s2.Schedule(schedule.Default, b.change)
	if !plan.Unsaved() {
		t.Error("the schedule forgot the unsaved change over a restart")
	}
}

// TestEachCopySaysHowFarTheBookWas, in the format that older programs read; a book that cannot sign says nothing.
func TestEachCopySaysHowFarTheBookWas(t *testing.T) {
	ctx := context.Background()
	s, _, _ := newService(t, newBook(t))
	point := audit.Checkpoint{Book: "one", Event: 7, Hash: "0f", At: time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)}
	s.set.Checkpoint = func(context.Context) (audit.Checkpoint, error) { return point, nil }
	for _, signature := range []string{"", "aa"} {
		if newest, err := s.Newest(ctx); err != nil || newest != nil {
			t.Errorf("before: %+v, %v", newest, err)
		}
		point.Signature = signature
		taken, err := s.Snapshot(ctx, nil)
		if err != nil || taken.Manifest.Format != 1 || (taken.Manifest.Checkpoint != nil) != (signature != "") {
			t.Errorf("%+v, %v", taken.Manifest, err)
		}
	}
	if newest, err := s.Newest(ctx); err != nil || newest == nil || *newest != point {
		t.Errorf("%+v, %v", newest, err)
	}
	s.set.Checkpoint = func(context.Context) (audit.Checkpoint, error) { return point, errors.New("no book") }
	if _, err := s.Snapshot(ctx, nil); err == nil {
		t.Error("a copy without what it should say")
	}
}

func TestRestoreIsRefused(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, _, _ := newService(t, b)
	_, dir := addFolder(t, s, "USB")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err := OpenFolder(ctx, filepath.Join(dir, "nowhere"), testKey)
	wantFault(t, err, "backup.disk_absent")
	_, err = OpenFolder(ctx, t.TempDir(), testKey)
	wantFault(t, err, "backup.no_vault")
	tree, err := OpenFolder(ctx, dir, "ZAFE1-ANOTHER-SHEET")
	if err != nil {
		t.Fatal(err)
	}
	_, err = tree.Read(ctx)
	wantFault(t, err, "backup.wrong_key")
}

func TestOneDestinationFailsTheOtherWorks(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, _, _ := newService(t, b)
	gone, dir := addFolder(t, s, "Clé")
	good, _ := addFolder(t, s, "Disque")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	b.sql("UPDATE line SET label='x' WHERE id=1")
	report, err := s.BackUp(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, report.Sent[0].Err, "backup.disk_absent")
	if report.Sent[1].Err != nil {
		t.Error(report.Sent[1].Err)
	}
	status := s.Status(b.change)
	if status.Copies[0].ID != gone || status.Copies[0].Fault == nil || !status.Copies[0].Lacks ||
		status.Copies[1].ID != good || status.Copies[1].Fault != nil || status.Copies[1].Lacks {
		t.Errorf("%+v", status.Copies)
	}

	// The disk comes back empty: that is an alarm, until the owner says to fill it again.
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.Send(ctx, gone, nil).Err, "backup.vault_gone")
	if err := s.Forget(ctx, gone); err != nil {
		t.Fatal(err)
	}
	if sent := s.Send(ctx, gone, nil); sent.Err != nil || sent.Check.Points != 2 {
		t.Errorf("%+v", sent)
	}
}

func TestLocalVaultGone(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, _, set := newService(t, b)
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(set.Dir); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Snapshot(ctx, nil)
	wantFault(t, err, "backup.vault_gone")
	if err := s.NewVault(ctx, set.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
}

func TestDrillAndPrune(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	s, c, _ := newService(t, b)
	id, dir := addFolder(t, s, "USB")
	for range 40 {
		b.sql("UPDATE line SET label=hex(randomblob(4)) WHERE id=7")
		if _, err := s.BackUp(ctx, nil); err != nil {
			t.Fatal(err)
		}
		c.pass(20 * time.Minute)
	}
	_, err := s.Prune(ctx, true)
	wantFault(t, err, "backup.prune_no_drill")

	b.refuse = errors.New("the totals differ")
	_, err = s.Drill(ctx, id, vault.Point{}, b, nil)
	wantFault(t, err, "backup.drill_failed")
	if status := s.Status(b.change); status.Overall != schedule.Red || status.DrillFailed.IsZero() {
		t.Errorf("after a drill whose totals differ: %+v", status)
	}
	b.refuse = nil
	done, err := s.Drill(ctx, id, vault.Point{}, b, nil)
	if err != nil || done.Files.Restored+done.Files.Already != 1 || !bytes.Equal(b.image, b.bytes()) {
		t.Fatalf("%+v %v", done.Files, err)
	}
	status := s.Status(b.change)
	if status.Drill == nil || status.Drill.Seq != 40 || !status.DrillFailed.IsZero() {
		t.Errorf("%+v", status)
	}
	for range 20 {
		b.attach(b.sql("SELECT hex(randomblob(9))"))
	}
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	read := 0
	for range drillShares { // a quarter each week
		done, err := s.Drill(ctx, id, vault.Point{}, b, nil)
		if err != nil || done.Files.Restored == 21 {
			t.Fatalf("%+v %v", done.Files, err)
		}
		read += done.Files.Restored
		c.pass(7 * 24 * time.Hour)
	}
	if read != 21 {
		t.Errorf("%d of 21 attachments were read in four weeks", read)
	}
	deleted, err := s.Prune(ctx, true)
	if err != nil || deleted < 10 {
		t.Fatalf("%d deleted, %v", deleted, err)
	}
	if there, err := s.PruneAt(ctx, id, true); err != nil || there != deleted {
		t.Fatalf("%d deleted at the copy, %v", there, err)
	}
	tree, err := OpenFolder(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil || len(contents.Writers[0].Points) != 41-deleted {
		t.Fatalf("the copy has %d points, the vault %d: %v", len(contents.Writers[0].Points), 41-deleted, err)
	}
	for _, p := range contents.Writers[0].Points {
		if _, err := tree.RestoreBook(ctx, p, b, nil); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.Objects != 0 {
		t.Errorf("after pruning there was something to send: %+v", sent)
	}

	// A drill that finds damage blocks pruning and turns everything red.
	stored, err := filepath.Glob(filepath.Join(dir, "w", "*", "db", "*"))
	if err != nil || len(stored) == 0 {
		t.Fatal(err)
	}
	for _, path := range stored {
		if err := os.Truncate(path, 40); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Drill(ctx, id, vault.Point{}, b, nil)
	wantFault(t, err, "backup.object_damaged")
	if status := s.Status(b.change); status.Overall != schedule.Red {
		t.Errorf("after a failed drill the light is %s", status.Overall)
	}
	_, err = s.Prune(ctx, true)
	wantFault(t, err, "backup.prune_no_drill")
}

// TestAPointWithoutItsLargeAttachmentsIsNotCalledWhole: its book is known to be there, the copy lacks work all the same,
// and a trial restore takes the point before it.
func TestAPointWithoutItsLargeAttachmentsIsNotCalledWhole(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, c, _ := newService(t, b)
	id, _ := addFolder(t, s, "Nuage")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	b.attach(strings.Repeat("plan", 50_000))
	b.sql("UPDATE line SET label='x' WHERE id=7")
	taken, err := s.Snapshot(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	sent := s.SendAs(ctx, id, Manner{Most: 100_000}, nil)
	wantFault(t, sent.Err, "backup.line_waits")
	at := s.Status(b.change).Copies[0]
	if want := (Waits{Book: taken.Manifest.Created, Bytes: sent.Waits}); at.Waits != want || sent.Waits < 200_000 ||
		!at.Lacks || at.LastOK.Seq != 1 || at.Light != schedule.Green {
		t.Errorf("%+v", at)
	}
	if done, err := s.Drill(ctx, id, vault.Point{}, b, nil); err != nil || done.Point.Seq != 1 {
		t.Errorf("point %d was tried: %v", done.Point.Seq, err)
	}
	if sent := s.Send(ctx, id, nil); sent.Err != nil || sent.Objects != 1 {
		t.Errorf("%+v", sent)
	}
	if at := s.Status(b.change).Copies[0]; at.Waits != (Waits{}) || at.Lacks || at.LastOK.Seq != 2 {
		t.Errorf("%+v", at)
	}
}
