package keeper_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/store/storetest"
	"zafe/sync/backup"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// ledger is the smallest of books: a few pages in memory that change with each piece of work.
type ledger struct{ change uint64 }

const (
	ledgerPage  = 512 // bytes
	ledgerPages = 24
)

func (l *ledger) Pages(_ context.Context, begin func(int, uint32) error, page func(uint32, []byte) error) error {
	if err := begin(ledgerPage, ledgerPages); err != nil {
		return err
	}
	for pgno := range uint32(ledgerPages) {
		if err := page(pgno+1, l.page(pgno)); err != nil {
			return err
		}
	}
	return nil
}

// page is written anew every 24 changes.
func (l *ledger) page(pgno uint32) []byte {
	data := make([]byte, ledgerPage)
	binary.BigEndian.PutUint64(data, (l.change+uint64(pgno))/ledgerPages)
	return data
}

func (l *ledger) Checks(context.Context) (vault.Checks, error) {
	return vault.Checks{Change: l.change}, nil
}

func (l *ledger) Head() (uint64, error) { return l.change, nil }

// image is the ledger as it was after some change.
func (l *ledger) image(change uint64) (all []byte) {
	for pgno := range uint32(ledgerPages) {
		all = append(all, (&ledger{change}).page(pgno)...)
	}
	return all
}

// nowhere is a restore that keeps the image only.
type nowhere struct {
	image []byte
	m     vault.Manifest
}

func (n *nowhere) Begin(context.Context, int, uint32) error { n.image = nil; return nil }
func (n *nowhere) Page(_ uint32, data []byte) error         { n.image = append(n.image, data...); return nil }

func (n *nowhere) Commit(_ context.Context, m vault.Manifest) error {
	n.m = m
	return nil
}
func (n *nowhere) Abort() {}

// unmeasured keeps no measure.
type unmeasured struct{}

func (unmeasured) Note(context.Context, appbackup.Measure) error { return nil }
func (unmeasured) Proof(context.Context, uint64) (*appbackup.Measure, error) {
	return nil, nil //nolint:nilnil // none
}

func (unmeasured) ChangeAfter(context.Context, uint64) (time.Time, error) { return time.Time{}, nil }

// shop is a keeper that works for years within seconds.
type shop struct {
	t      *testing.T
	k      *keeper.Keeper
	clock  *storetest.Clock
	ledger *ledger
	vault  string // folder of the local vault
	disk   string // folder of the copy
	copy   string // its destination
	made   []appbackup.Point
}

// newShop is a keeper of a ledger that begins on a Monday, with a copy in a folder.
func newShop(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() { // thousands of flushes to a disk
		if dir, err = os.MkdirTemp("/dev/shm", "zafe-"); err != nil { //nolint:usetesting // in memory
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	s := &shop{
		t: t, clock: new(storetest.Clock), ledger: new(ledger),
		vault: filepath.Join(dir, "pc", "vault"), disk: filepath.Join(dir, "disk"),
	}
	s.clock.Set(time.Date(2023, 1, 2, 7, 30, 0, 0, time.UTC))
	remotes, err := remote.Use(t.Context(), &remote.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	service, err := backup.Open(t.Context(), backup.Settings{
		Dir: s.vault, WriterID: "pc-1", WriterName: "PC", Source: s.ledger, Files: none{},
		Vault: backup.VaultOf{ID: "v", RecoveryKey: sheet}, Remotes: remotes, State: &remote.Memory{}, Now: s.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.k, err = keeper.New(t.Context(), keeper.Settings{
		Rules: &remote.Memory{}, Service: service, Remotes: remotes, Clock: s.clock.Now, Dir: s.vault,
		Measures:   unmeasured{},
		Change:     func(context.Context) (uint64, error) { return s.ledger.change, nil },
		SheetKnown: func(context.Context) (bool, error) { return true, nil },
		Drill:      func() vault.BookSink { return &nowhere{} },
		Log:        func(what string, err error) { t.Errorf("%s: %s: %v", s.clock.Now(), what, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.disk, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = s.k.Begin(t.Context(), appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: s.disk})
	d, err2 := s.k.Finish(t.Context())
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	s.copy = d.ID
	return s
}

// day works and saves at some hours of a day.
func (s *shop) day(day time.Time, hours []time.Duration) {
	s.t.Helper()
	for _, hour := range hours {
		s.clock.Set(day.Add(hour))
		s.ledger.change++
		st, err := s.k.Now(s.t.Context())
		if err != nil || st.Copies[0].Fault != nil {
			s.t.Fatal(s.clock.Now(), err, st.Copies)
		}
		s.made = append(s.made, appbackup.Point{Seq: uint64(len(s.made) + 1), Made: st.Saved})
	}
}

// prove tries a restore from the copy.
func (s *shop) prove() {
	s.t.Helper()
	if _, err := s.k.Drill(s.t.Context(), s.copy); err != nil {
		s.t.Fatal(err)
	}
}

// kept is what retention must leave of what was made, told in other words than the product's own: the newest
// five, and the last of each of the newest 24 hours, 30 days, 12 weeks, 24 months and 10 years with work.
func (s *shop) kept() []uint64 {
	keep := map[uint64]bool{}
	for _, p := range s.made[max(0, len(s.made)-5):] {
		keep[p.Seq] = true
	}
	for layout, count := range map[string]int{"2006-01-02 15": 24, "2006-01-02": 30, "week": 12, "2006-01": 24, "2006": 10} {
		var lasts []uint64
		for i, p := range s.made {
			if i+1 == len(s.made) || period(p.Made, layout) != period(s.made[i+1].Made, layout) {
				lasts = append(lasts, p.Seq)
			}
		}
		for _, seq := range lasts[max(0, len(lasts)-count):] {
			keep[seq] = true
		}
	}
	return slices.Sorted(maps.Keys(keep))
}

func period(at time.Time, layout string) string {
	if layout == "week" {
		y, w := at.ISOWeek()
		return fmt.Sprint(y, w)
	}
	return at.Format(layout)
}

// there restores every point that a folder lists and gives their numbers.
func (s *shop) there(folder string) (seqs []uint64) {
	s.t.Helper()
	at, err := backup.FindInFolder(s.t.Context(), folder)
	if err != nil {
		s.t.Fatal(err)
	}
	tree, err := at.Open(s.t.Context(), sheet)
	if err != nil {
		s.t.Fatal(err)
	}
	contents, err := tree.Read(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range contents.Writers[0].Points {
		got := &nowhere{}
		m, err := tree.RestoreBook(s.t.Context(), p, got, nil)
		if err != nil || !slices.Equal(got.image, s.ledger.image(m.Checks.Change)) || m.Checks.Change != p.Seq {
			s.t.Errorf("%s in %s: %v", p, folder, err)
		}
		seqs = append(seqs, p.Seq)
	}
	return seqs
}

// threeYears makes some points a day for three years, each sent to a copy, and the copy is tried once a week at
// most. What is left in the end, here and there, is exactly what retention keeps, and all of it comes back.
func threeYears(t *testing.T, points func(day, last time.Time) int) {
	s := newShop(t)
	last := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	var hours []time.Duration
	for i := range 8 {
		hours = append(hours, 8*time.Hour+time.Duration(i)*75*time.Minute)
	}
	most, tried := 0, time.Time{}
	for day := s.clock.Now().Truncate(24 * time.Hour); !day.After(last); day = day.AddDate(0, 0, 1) {
		n := points(day, last)
		if n == 0 {
			continue
		}
		s.day(day, hours[:n])
		if day.Sub(tried) >= 7*24*time.Hour {
			s.prove()
			tried = day
		}
		there, err := s.k.Points(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(there))
	}
	want := s.kept()
	for _, folder := range []string{s.vault, s.disk} {
		if got := s.there(folder); !slices.Equal(got, want) {
			t.Errorf("%s has %d of %d points, want %d:\n got %v\nwant %v", folder, len(got), len(s.made), len(want), got, want)
		}
	}
	if t.Logf("%d points made, %d kept, at most %d of an evening", len(s.made), len(want), most); most > 105+8 {
		t.Errorf("there were %d points one evening", most)
	}
}

// TestThreeYearsOfWork makes a point on the first day of each month, and eight on that of a quarter and of each of
// the last days.
func TestThreeYearsOfWork(t *testing.T) {
	threeYears(t, func(day, last time.Time) int {
		switch {
		case last.Sub(day) < 5*24*time.Hour, day.Day() == 1 && day.Month()%3 == 1:
			return 8
		case day.Day() == 1:
			return 1
		}
		return 0
	})
}

// TestSoakThreeYearsOfWork makes eight points on every working day.
func TestSoakThreeYearsOfWork(t *testing.T) {
	if os.Getenv("ZAFE_SOAK") == "" {
		t.Skip("takes minutes")
	}
	threeYears(t, func(day, _ time.Time) int {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			return 0
		}
		return 8
	})
}

// none is a book without attachments.
type none struct{}

func (none) Attachments(context.Context) ([]vault.Attachment, error) { return nil, nil }

func (none) Open(context.Context, string) (io.ReadCloser, error) { return nil, os.ErrNotExist }
