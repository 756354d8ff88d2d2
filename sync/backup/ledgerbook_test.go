package backup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/backup/vault"
)

// ledgerBook is a sealed book of the real store with entries and attachments, given to the backups as the
// program gives it.
type ledgerBook struct {
	*storetest.World
	t testing.TB
}

func newLedgerBook(t testing.TB) *ledgerBook {
	t.Helper()
	b := &ledgerBook{World: storetest.NewWorld(t, ledger.Bind[*store.Tx]), t: t}
	b.Update(func(tx *store.Tx) error {
		err := ledger.Seed(tx, []ledger.Account{{Number: "512", Title: "Banques"}, {Number: "707", Title: "Ventes"}},
			[]ledger.Journal{{Code: "OD", Title: "Divers", Kind: ledger.GeneralJournal}})
		if err == nil {
			_, err = ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, 1, 1)))
		}
		return err
	})
	return b
}

// work posts entries and attaches contents that do not compress.
func (b *ledgerBook) work(attachments, bytes int) {
	b.t.Helper()
	ctx := b.Ctx()
	sale := ledger.EntrySaveRequest{Journal: "OD", Date: civil.New(2026, 11, 21), Ref: "P", RefDate: civil.New(2026, 11, 21)}
	for i := range 3 {
		amount := money.Amount(1 + mathrand.IntN(100_000))
		sale.Label = fmt.Sprintf("Vente %d", i)
		sale.Lines = []ledger.Line{{Account: "512", Debit: amount}, {Account: "707", Credit: amount}}
		draft, err := ledger.EntrySave.Call(ctx, b.As("owner"), sale)
		if err == nil {
			_, err = ledger.EntryPost.Call(ctx, b.As("owner"), ledger.PostRequest{IDs: []ledger.EntryID{draft.ID}})
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	for range attachments {
		data := make([]byte, bytes)
		_, _ = rand.Read(data)
		b.attach(data)
	}
}

func (b *ledgerBook) attach(data []byte) {
	b.t.Helper()
	c, err := b.Store.ReceiveFile(b.Ctx(), strings.NewReader(string(data)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Update(func(tx *store.Tx) error {
		_, err := tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: file.Customer, ID: 1}, Name: "plan.pdf", Media: "application/pdf",
			Size: c.Length(), Digest: c.Digest(), At: tx.Now(), By: 1, ByName: "Claire",
		}, c)
		return err
	})
	if err := c.Discard(); err != nil {
		b.t.Fatal(err)
	}
}

// Pages implements vault.Source.
func (b *ledgerBook) Pages(ctx context.Context, begin func(int, uint32) error, page func(uint32, []byte) error) error {
	return b.Store.Pages(ctx, begin, page)
}

// MarkedPages implements vault.MarkedSource.
func (b *ledgerBook) MarkedPages(ctx context.Context,
	begin func(int, uint32, *vault.Marks) ([]uint32, bool, error), page func(uint32, []byte) error,
) error {
	return b.Store.MarkedPages(ctx, begin, page)
}

// Head implements vault.Source.
func (b *ledgerBook) Head() (uint64, error) { return b.Store.Head() }

// Checks implements vault.Source.
func (b *ledgerBook) Checks(ctx context.Context) (c vault.Checks, err error) {
	err = b.Store.View(ctx, func(tx *store.Tx) error { c, err = checksOf(tx); return err })
	return c, err
}

func checksOf(tx *store.Tx) (vault.Checks, error) {
	t, err := tx.Totals()
	return vault.Checks{
		Change: t.Change, LastInvoice: t.LastInvoice, InvoiceCount: t.Invoices,
		SumDebit: int64(t.Debit), SumCredit: int64(t.Credit), AuditHead: t.Head,
	}, err
}

// Attachments implements vault.Files.
func (b *ledgerBook) Attachments(ctx context.Context) ([]vault.Attachment, error) {
	files, err := b.Store.Files(ctx)
	all := make([]vault.Attachment, len(files))
	for i, f := range files {
		all[i] = vault.Attachment{Hash: f.Digest, Size: f.Size, Month: f.Month}
	}
	return all, err
}

// Open implements vault.Files.
func (b *ledgerBook) Open(ctx context.Context, hash string) (io.ReadCloser, error) {
	return b.Store.OpenFile(ctx, hash)
}

// proof is what a restored book must have in common with the book it was saved from.
type proof struct {
	image       string // SHA-256 of the pages
	trial       string // trial balance
	events      int64  // in the chain, walked from its beginning
	head        string // hash of the last of them
	attachments int
}

// prove reads a book from end to end. Anything wrong in it ends the test.
func prove(t testing.TB, s *store.Store) (p proof) {
	t.Helper()
	ctx := context.Background()
	sum := sha256.New()
	err := s.Pages(ctx, func(int, uint32) error { return nil }, func(_ uint32, data []byte) error {
		_, err := sum.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.image = hex.EncodeToString(sum.Sum(nil))
	balance, err := ledger.TrialBalanceOf.Call(ctx, storetest.Over(s, ledger.Bind[*store.Tx]).As("owner"),
		ledger.TrialBalanceRequest{From: civil.New(2026, 1, 1), To: civil.New(2026, 12, 31)})
	if err != nil || balance.Total.Debit != balance.Total.Credit {
		t.Fatalf("%+v %v", balance.Total, err)
	}
	p.trial = fmt.Sprintf("%+v", balance)
	service := verify.New(verify.Settings[*store.Tx]{
		Work: readOnly{s}, Clock: func() time.Time { return storetest.Noon },
	})
	report, err := service.Run(ctx)
	if err != nil || len(report.Findings) > 0 {
		t.Fatalf("the book is not sound: %+v %v", report, err)
	}
	p.events, p.head = report.Events, report.Head
	wrong, err := s.VerifyFiles(ctx, nil)
	if err != nil || len(wrong) > 0 {
		t.Fatalf("attachments: %+v %v", wrong, err)
	}
	files, err := s.Files(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.attachments = len(files)
	return p
}

// readOnly lets a check read a book and keeps its outcome out of it.
type readOnly struct{ *store.Store }

// Update implements op.Work.
func (readOnly) Update(context.Context, func(*store.Tx) error) error { return nil }

// blank is a PC that has nothing: a book is restored into its folder.
type blank struct {
	dir      string
	into     *store.Restoring
	manifest vault.Manifest
	book     *store.Store // open after Commit
}

func newBlank(t testing.TB) *blank {
	p := &blank{dir: filepath.Join(t.TempDir(), "book")}
	t.Cleanup(p.close)
	return p
}

func (p *blank) close() {
	if p.book != nil {
		_ = p.book.Close()
		p.book = nil
	}
}

func (p *blank) options() store.Options {
	return store.Options{Clock: func() time.Time { return storetest.Noon }, Zone: time.UTC, SlotCost: storetest.Cheap}
}

// Begin implements vault.BookSink.
func (p *blank) Begin(ctx context.Context, _ int, _ uint32) error {
	secrets := store.Secrets{
		BookID: "restored", Label: "owner", Password: storetest.Password, Recovery: storetest.Recovery,
		Cost: storetest.Cheap,
	}
	p.into = store.StartRestore(ctx, p.dir, secrets, p.options(), func(tx *store.Tx) error {
		got, err := checksOf(tx)
		if err == nil && !p.manifest.Matches(got) {
			err = fault.New(fault.Conflict, "backup.totals_differ")
		}
		return err
	})
	return nil
}

// Page implements vault.BookSink.
func (p *blank) Page(_ uint32, data []byte) error { return p.into.Page(data) }

// Commit implements vault.BookSink.
func (p *blank) Commit(_ context.Context, m vault.Manifest) (err error) {
	p.manifest = m
	p.book, err = p.into.Finish()
	return err
}

// Abort implements vault.BookSink.
func (p *blank) Abort() {
	if p.into != nil {
		p.into.Abort()
	}
}

// Has implements vault.FileSink.
func (p *blank) Has(ctx context.Context, a vault.Attachment) (bool, error) {
	needed, err := p.book.NeedsFile(ctx, a.Hash)
	return !needed, err
}

// Put implements vault.FileSink.
func (p *blank) Put(ctx context.Context, a vault.Attachment, content io.Reader) error {
	return p.book.RestoreFile(ctx, a.Hash, content)
}

// Proves implements vault.ProvingSink.
func (*blank) Proves() {}

// Settle implements vault.FileSink.
func (p *blank) Settle(ctx context.Context) error { return p.book.SettleFiles(ctx) }
