// Command perf lets a kit of performance bars run the ledger as it runs its peers: one process, one
// question. The book is sealed; it is opened by its recovery key, so that no key derivation is measured.
//
//	perf import BOOK FEC...  perf tb BOOK YYYYMMDD  perf gl BOOK ACCOUNT  perf aged BOOK YYYYMMDD
//	perf vat BOOK YEAR       perf fec BOOK YEAR      perf browse BOOK ACCOUNT
//	perf fill BOOK LINES
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/crypt"
)

const fileBytesMax = 30 << 20 // an import takes a little more

var recovery = [20]byte{1, 2, 3}

type owner struct{}

func (owner) Authenticate(context.Context, op.Credential) (auth.Actor, error) {
	return auth.Actor{User: 1, Name: "Owner", Login: "owner", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: time.Now()}, nil
}

func main() {
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	err := run(context.Background(), os.Args[1:], out)
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) < 3 {
		return errors.New("usage: perf VERB BOOK ARGUMENT...")
	}
	verb, dir, arg := args[0], args[1], args[2]
	switch verb {
	case "import":
		return load(ctx, dir, args[2:])
	case "fill":
		return fill(ctx, dir, arg)
	case "browse":
		return browse(ctx, dir, arg, out)
	}
	s, err := store.Open(ctx, dir, store.WithRecovery(recovery), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if verb == "gl" {
		return account(ctx, caller(s), arg, out)
	}
	return s.View(ctx, func(tx *store.Tx) error {
		switch verb {
		case "tb":
			return trial(tx, first(tx), date(arg), "", func(r ledger.TrialRow) {
				fmt.Fprintf(out, "%s\t%s\t%s\n", r.Account, r.Debit, r.Credit)
			})
		case "aged":
			return aged(tx, date(arg), out)
		case "vat":
			return vat(tx, date(arg+"0101"), out)
		case "fec":
			return year(tx, date(arg+"1231"), out)
		}
		return fmt.Errorf("unknown verb %s", verb)
	})
}

func caller(s *store.Store) op.Caller {
	r := op.New[*store.Tx](s, owner{}, time.Now, func(op.Record) {})
	ledger.Bind(r)
	return op.Local[*store.Tx]{Registry: r, Credential: func() op.Credential { return op.Credential{} }}
}

// load makes a book of FEC files; one too large for an import goes in by parts.
func load(ctx context.Context, dir string, files []string) error {
	sec := store.Secrets{
		BookID: "perf", Label: "owner", Password: "password", Recovery: recovery,
		Cost: crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1},
	}
	s, err := store.Create(ctx, dir, sec, store.Options{}, func(tx *store.Tx) error {
		return ledger.Seed(tx, nil, nil)
	})
	if err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, part := range parts(data) {
			y := date(filepath.Base(name)[3:11]).Year
			_, err := ledger.FECImport.Call(ctx, caller(s), ledger.FECImportRequest{
				Name: filepath.Base(name), Data: part, Period: civil.YearOf(civil.New(y, 1, 1)),
			})
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return s.Close()
}

// parts cuts a file between entries.
func parts(data []byte) [][]byte {
	head := data[:bytes.IndexByte(data, '\n')+1]
	rest := data[len(head):]
	var out [][]byte
	for len(rest) > fileBytesMax {
		cut := bytes.LastIndexByte(rest[:fileBytesMax], '\n') + 1
		for num(rest[cut:]) == num(rest[bytes.LastIndexByte(rest[:cut-1], '\n')+1:]) {
			cut = bytes.LastIndexByte(rest[:cut-1], '\n') + 1
		}
		out, rest = append(out, bytes.Join([][]byte{head, rest[:cut]}, nil)), rest[cut:]
	}
	return append(out, bytes.Join([][]byte{head, rest}, nil))
}

// num is the journal and number of the entry a line belongs to.
func num(line []byte) string {
	f := bytes.SplitN(line, []byte("\t"), 4)
	return string(f[0]) + "\t" + string(f[2])
}

func date(s string) civil.Date {
	d, err := civil.Parse(s[:4] + "-" + s[4:6] + "-" + s[6:8])
	if err != nil {
		panic(err)
	}
	return d
}

func first(tx *store.Tx) civil.Date {
	ys, err := tx.FiscalYears()
	if err != nil || len(ys) == 0 {
		panic("no fiscal year")
	}
	return ys[0].Period.From
}

func trial(tx *store.Tx, from, to civil.Date, prefix string, row func(ledger.TrialRow)) error {
	t, err := ledger.Trial(tx, ledger.TrialBalanceRequest{From: from, To: to, Prefix: prefix})
	for _, r := range t.Rows {
		row(r)
	}
	return err
}

func vat(tx *store.Tx, year civil.Date, out io.Writer) error {
	for range 12 {
		month := strings.ReplaceAll(year.String()[:7], "-", "")
		for _, prefix := range []string{"4456", "4457"} {
			if err := trial(tx, year, year.AddMonths(1).AddDays(-1), prefix, func(r ledger.TrialRow) {
				fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", month, r.Account, r.Debit, r.Credit)
			}); err != nil {
				return err
			}
		}
		year = year.AddMonths(1)
	}
	return nil
}

func aged(tx *store.Tx, at civil.Date, out io.Writer) error {
	a, err := ledger.AgedBalance(tx, ledger.AgedRequest{At: at, Prefix: "411"})
	slices.SortFunc(a.Rows, func(x, y ledger.AgedRow) int { return strings.Compare(x.Aux, y.Aux) })
	for _, r := range a.Rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Aux, r.Total, r.NotDue, r.Days30, r.Days60, r.Days90,
			r.Older, r.Unmatched)
	}
	return err
}

func account(ctx context.Context, c op.Caller, number string, out io.Writer) error {
	req := ledger.GeneralLedgerRequest{
		Account: number, From: civil.New(2023, 1, 1), To: civil.New(2025, 12, 31), Limit: 5000,
	}
	for {
		page, err := ledger.GeneralLedgerOf.Call(ctx, c, req)
		if err != nil {
			return err
		}
		for _, l := range page.Lines {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Date, l.Journal, l.Ref, l.Label, l.Debit, l.Credit, l.Balance)
		}
		if !page.More {
			return nil
		}
		req.After = page.Next
	}
}

func year(tx *store.Tx, end civil.Date, out io.Writer) error {
	ys, err := tx.FiscalYears()
	if err != nil {
		return err
	}
	for _, y := range ys {
		if y.Period.To == end {
			return ledger.WriteFEC(tx, y, out)
		}
	}
	return errors.New("no such year")
}
