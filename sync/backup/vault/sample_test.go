package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = "ZAFE1-ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-6789-ABCDEF"

var testNow = time.Date(2026, 11, 20, 14, 15, 0, 0, time.UTC)

// sharedKey derives the test key once: scrypt is slow on purpose.
var sharedKey = sync.OnceValue(func() *Key {
	k, err := NewKey(testKey)
	if err != nil {
		panic(err)
	}
	return k
})

// book is a real SQLite file whose pages are served as the store would.
type book struct {
	t      testing.TB
	path   string
	change uint64
	during func() // called between two pages
}

func newBook(t testing.TB, rows int) *book {
	b := &book{t: t, path: filepath.Join(t.TempDir(), "book.sqlite")}
	b.sql(fmt.Sprintf(`PRAGMA page_size=4096;
		CREATE TABLE line(id INTEGER PRIMARY KEY, label TEXT, cents INTEGER);
		WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<%d)
		INSERT INTO line SELECT i, hex(randomblob(100)), i*7 FROM n;`, rows))
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
		if b.during != nil {
			b.during()
		}
		if err := page(uint32(i+1), data[i*4096:(i+1)*4096]); err != nil {
			return err
		}
	}
	return nil
}

// Head grows with the book.
func (b *book) Head() (uint64, error) { return 1000 + b.change, nil }

func (b *book) Checks(context.Context) (Checks, error) {
	return Checks{
		Change: b.change, LastInvoice: "F2026-0042", InvoiceCount: 42,
		SumDebit: 100, SumCredit: 100,
	}, nil
}

// drawer is a set of attachments.
type drawer struct {
	all     []Attachment
	content map[string][]byte
}

func newDrawer() *drawer { return &drawer{content: map[string][]byte{}} }

func (d *drawer) add(month, text string) Attachment {
	sum := sha256.Sum256([]byte(text))
	a := Attachment{Hash: hex.EncodeToString(sum[:]), Size: int64(len(text)), Month: month}
	d.all = append(d.all, a)
	d.content[a.Hash] = []byte(text)
	return a
}

func (d *drawer) Attachments(context.Context) ([]Attachment, error) { return d.all, nil }

func (d *drawer) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	data, ok := d.content[hash]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// shelf is a sink that remembers what it got.
type shelf struct {
	image     []byte
	manifest  Manifest
	committed bool
	aborted   bool
	mu        sync.Mutex // guards what follows
	files     map[string][]byte
	settled   int // files when Settle was called last
}

func (s *shelf) Begin(context.Context, int, uint32) error {
	s.image, s.files = nil, map[string][]byte{}
	return nil
}
func (s *shelf) Page(_ uint32, data []byte) error { s.image = append(s.image, data...); return nil }
func (s *shelf) Commit(_ context.Context, m Manifest) error {
	s.manifest, s.committed = m, true
	return nil
}
func (s *shelf) Abort() { s.aborted = true }
func (s *shelf) Has(_ context.Context, a Attachment) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.files[a.Hash]
	return ok, nil
}

func (s *shelf) Put(_ context.Context, a Attachment, r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[a.Hash] = data
	return nil
}

func (s *shelf) Settle(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled = len(s.files)
	return nil
}

func testSettings(dir string) Settings {
	return Settings{
		Dir: dir, ID: "company-1", Key: sharedKey(), WriterID: "pc1-00000001", WriterName: "Caisse",
		AppVersion: "1.0", Schema: 3, PartBytes: 64 << 10,
	}
}

func newVault(t testing.TB) *Vault {
	t.Helper()
	set := testSettings(filepath.Join(t.TempDir(), "vault"))
	if err := Create(set); err != nil {
		t.Fatal(err)
	}
	return reopen(t, set)
}

func reopen(t testing.TB, set Settings) *Vault {
	t.Helper()
	v, err := Open(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func take(t testing.TB, v *Vault, b *book, d *drawer, at time.Time) Manifest {
	t.Helper()
	taken, err := v.Snapshot(context.Background(), b, d, Run{Now: at})
	if err != nil {
		t.Fatal(err)
	}
	if len(taken.Damaged) > 0 {
		t.Fatalf("damaged attachments: %v", taken.Damaged)
	}
	return taken.Manifest
}

// restore brings a point back and fails the test unless the book equals want.
func restore(t testing.TB, tree *Tree, p Point, want []byte) *shelf {
	t.Helper()
	s := &shelf{}
	m, err := tree.RestoreBook(context.Background(), p, s, nil)
	if err != nil {
		t.Fatalf("restore %s: %v", p, err)
	}
	if !s.committed || s.aborted || !bytes.Equal(s.image, want) {
		t.Fatalf("restore %s: committed %v aborted %v, %d bytes, want %d", p, s.committed, s.aborted,
			len(s.image), len(want))
	}
	if _, err := tree.RestoreFiles(context.Background(), m, s, nil); err != nil {
		t.Fatalf("restore files of %s: %v", p, err)
	}
	return s
}
