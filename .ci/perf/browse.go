package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/store"
)

// browsePages is how many pages of an account, of a journal and of the entries are turned.
const browsePages = 200

// browse opens a book and goes through it as a person does, and prints how long each took and the most memory that
// the process had; without a number of an account it only opens it.
func browse(ctx context.Context, dir, number string, out io.Writer) (err error) {
	began := time.Now()
	s, err := store.Open(ctx, dir, store.WithRecovery(recovery), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	took := func(what string, n int) {
		fmt.Fprintf(out, "%s\t%d\t%.1f ms\n", what, n, float64(time.Since(began).Microseconds())/1000)
		began = time.Now()
	}
	took("open", 1)
	c := caller(s)
	if _, err := ledger.FiscalYearListing.Call(ctx, c, op.Empty{}); err != nil {
		return err
	}
	took("years, with how much is in each", 1)
	if number == "" { // no more than that
		return peak(out)
	}
	from, to := civil.New(2023, 1, 1), civil.New(2025, 12, 31)
	for _, detail := range []bool{false, true} {
		req := ledger.TrialBalanceRequest{From: from, To: to, Detail: detail}
		if _, err := ledger.TrialBalanceOf.Call(ctx, c, req); err != nil {
			return err
		}
		took("trial balance", 1)
	}
	account := ledger.GeneralLedgerRequest{Account: number, From: from, To: to}
	n := 0
	for range browsePages {
		page, err := ledger.GeneralLedgerOf.Call(ctx, c, account)
		if err != nil {
			return err
		}
		n += len(page.Lines)
		account.After = page.Next
	}
	took("lines of an account, by pages", n)
	entries := ledger.EntryListRequest{}
	n = 0
	for range browsePages {
		page, err := ledger.EntryListing.Call(ctx, c, entries)
		if err != nil {
			return err
		}
		n += len(page.Entries)
		entries.Before = page.Next
	}
	took("entries, by pages", n)
	if _, err := ledger.EntryListing.Call(ctx, c, ledger.EntryListRequest{Text: "zzzz nowhere"}); err != nil {
		return err
	}
	took("entries that hold a word that none does", 1)
	return peak(out)
}

// peak prints the most memory that the process had, where the system says.
func peak(out io.Writer) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM:") {
			fmt.Fprint(out, line)
		}
	}
	return nil
}
