package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
)

// vastEnv names the folder of the book that a process of its own opens and leafs through.
const vastEnv = "ZAFE_VAST_BOOK"

// TestMain lets the program of the tests stand in for the one that browses.
func TestMain(m *testing.M) {
	if dir := os.Getenv(vastEnv); dir != "" {
		if err := browse(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// seen is what browsing cost.
type seen struct {
	Opens []float64          `json:"opens"` // milliseconds each
	Pages map[string]float64 `json:"pages"` // milliseconds
	Peak  float64            `json:"peak"`  // MB the process ever held
}

// browse opens a book five times, then looks at what a person looks at.
func browse(dir string) error {
	ctx := context.Background()
	out := seen{Pages: map[string]float64{}}
	o := store.Options{Clock: func() time.Time { return storetest.Noon }, Zone: time.UTC, SlotCost: storetest.Cheap}
	var s *store.Store
	for range 5 {
		if s != nil {
			if err := s.Close(); err != nil {
				return err
			}
		}
		begun := time.Now()
		opened, err := store.Open(ctx, dir, store.WithRecovery(storetest.Recovery), o)
		if err != nil {
			return err
		}
		s = opened
		out.Opens = append(out.Opens, millis(begun))
	}
	w := storetest.Over(s, ledger.Bind[*store.Tx])
	for _, p := range pages(ctx, w.As("owner")) {
		begun := time.Now()
		if err := p.look(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		out.Pages[p.name] = millis(begun)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	var kb float64
	if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
		if _, err := fmt.Sscan(string(rest), &kb); err != nil {
			return err
		}
	}
	out.Peak = kb / 1000
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		return err
	}
	return s.Close()
}

func millis(since time.Time) float64 {
	return float64(time.Since(since).Microseconds()) / 1000
}

type look struct {
	name string
	look func() error
}

// pages are the screens of a year's books, as they are first shown.
func pages(ctx context.Context, c op.Caller) []look {
	from, to := civil.New(2025, 1, 1), civil.New(2025, 12, 31)
	return []look{
		{"figures", func() error { _, err := ledger.Figures.Call(ctx, c, op.Empty{}); return err }},
		{"entries", func() error { _, err := ledger.EntryListing.Call(ctx, c, ledger.EntryListRequest{}); return err }},
		{"trial balance", func() error {
			_, err := ledger.TrialBalanceOf.Call(ctx, c, ledger.TrialBalanceRequest{From: from, To: to})
			return err
		}},
		{"account, first page", func() error {
			_, err := ledger.GeneralLedgerOf.Call(ctx, c, ledger.GeneralLedgerRequest{Account: "512000", From: from, To: to})
			return err
		}},
		{"account, 5000 lines", func() error {
			_, err := ledger.GeneralLedgerOf.Call(ctx, c,
				ledger.GeneralLedgerRequest{Account: "411000", From: from, To: to, Limit: 5000})
			return err
		}},
		{"aged balance", func() error { _, err := ledger.AgedOf.Call(ctx, c, ledger.AgedRequest{}); return err }},
	}
}

// BenchmarkFiveMillion measures how a book of five million lines opens (by a key that costs no
// derivation) and what memory a process takes that looks at its pages.
func BenchmarkFiveMillion(b *testing.B) {
	const years, lines = 25, 200_000
	w := newBook(b)
	for y := 2025; y > 2025-years; y-- {
		if _, err := w.imports(fmt.Sprintf("732829320FEC%d1231.txt", y), bigFile(y, lines)); err != nil {
			b.Fatal(err)
		}
	}
	dir := w.Store.Dir()
	if err := w.Store.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "book.db"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), vastEnv+"="+dir)
		cmd.Stderr = os.Stderr
		said, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		var got seen
		if err := json.Unmarshal(said, &got); err != nil {
			b.Fatal(err)
		}
		slices.Sort(got.Opens)
		b.ReportMetric(got.Opens[len(got.Opens)/2], "open-ms")
		b.ReportMetric(got.Peak, "peak-MB")
		b.Logf("%d MB; openings %v ms; pages %v ms", info.Size()>>20, got.Opens, got.Pages)
	}
}
