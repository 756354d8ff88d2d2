// Package checkup is what a check of an open book goes through: its key files, its seal, its attachments and
// what the areas say must hold. When a book is checked, and what becomes of the outcome, is zafe/app/verify's
// business.
package checkup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/verify"
	"zafe/store"
)

// Settings are those of a check of st, without the PC around it.
func Settings(st *store.Store, clock func() time.Time) verify.Settings[*store.Tx] {
	return verify.Settings[*store.Tx]{
		Work: st, Clock: clock, Notices: func() []verify.Finding { return findings(st.Notices()) },
		Steps: []verify.Step{
			{Name: "keys", Run: keys(st)}, {Name: "seal", Run: seal(st)}, {Name: "files", Run: files(st)},
		},
		Checks: areas(),
	}
}

// Invariants are the findings of the areas in words that an update compares; see [store.Options].
func Invariants(tx *store.Tx) (out []string, err error) {
	for _, check := range areas() {
		found, err := check.Run(tx)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			out = append(out, fmt.Sprint(f.Key, f.Args))
		}
	}
	return out, nil
}

func areas() []verify.Check[*store.Tx] {
	return []verify.Check[*store.Tx]{{Name: "ledger", Run: inLedger}, {Name: "billing", Run: inBilling}}
}

func inLedger(tx *store.Tx) (out []verify.Finding, err error) {
	found, err := ledger.Verify(tx)
	for _, f := range found {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out, err
}

func inBilling(tx *store.Tx) (out []verify.Finding, err error) {
	found, err := billing.Verify(tx)
	for _, f := range found {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out, err
}

type step = func(ctx context.Context, progress func(done, total int64)) (verify.Found, error)

func keys(st *store.Store) step {
	return func(ctx context.Context, _ func(int64, int64)) (f verify.Found, err error) {
		err = st.VerifyKeys(ctx)
		if bad, ok := errors.AsType[*fault.Fault](err); ok {
			f.Findings, err = []verify.Finding{{Key: bad.Key, Args: bad.Args}}, nil
		}
		f.Count = 2 // the file and its copy
		return f, err
	}
}

func seal(st *store.Store) step {
	return func(ctx context.Context, progress func(done, total int64)) (verify.Found, error) {
		rep, err := st.VerifySeal(ctx, progress)
		f := verify.Found{Count: rep.Pages, Stop: len(rep.Faults) > 0}
		f.Findings = findings(rep.Faults)
		return f, err
	}
}

func findings(faults []*fault.Fault) (out []verify.Finding) {
	for _, f := range faults {
		out = append(out, verify.Finding{Key: f.Key, Args: f.Args})
	}
	return out
}

// files checks the attachments.
func files(st *store.Store) step {
	return func(ctx context.Context, progress func(done, total int64)) (f verify.Found, err error) {
		f.Findings, err = st.VerifyFiles(ctx, func(done, total int64) {
			f.Count++
			progress(done, total)
		})
		return f, err
	}
}
