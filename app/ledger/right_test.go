package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// TestEveryOperationAsksItsRight: with the right, the call gets past the permission, whatever it then
// says; without it, it is forbidden before the request is even read.
func TestEveryOperationAsksItsRight(t *testing.T) {
	b := newBook(t)
	roles := map[string]auth.Role{
		"owner": auth.Owner, "accountant": auth.Accountant, "sales": auth.Sales, "assistant": auth.Assistant,
		"reader": auth.Reader,
	}
	specs := b.Registry.Specs()
	if len(specs) < 29 {
		t.Fatalf("only %d operations", len(specs))
	}
	refused := fault.New(fault.Forbidden, "op.forbidden")
	for _, s := range specs {
		call := func(who string) (err error) {
			ctx := op.WithCredential(b.Ctx(), op.Credential{Token: who})
			if s.Kind == op.Stream {
				_, err = b.Registry.StreamJSON(ctx, s.Name, nil, &bytes.Buffer{})
			} else {
				_, err = b.Registry.DoJSON(ctx, s.Name, nil)
			}
			return err
		}
		for who, role := range roles {
			err := call(who)
			if may := role.Rights().Scope(s.Needs) != auth.None; may == errors.Is(err, refused) {
				t.Errorf("%s as %s: %v", s.Name, who, err)
			}
			var f *fault.Fault
			if errors.As(err, &f) && f.Code == fault.Internal {
				t.Errorf("%s as %s: %v", s.Name, who, err)
			}
		}
		if err := call("nobody"); !errors.Is(err, fault.New(fault.Unauthenticated, "op.login_needed")) {
			t.Errorf("%s as nobody: %v", s.Name, err)
		}
	}
}

// TestWhoMayWhat writes the matrix out for the rights that matter most.
func TestWhoMayWhat(t *testing.T) {
	b := newBook(t)
	for name, want := range map[string]string{
		"entry.post": "owner accountant", "entry.reverse": "owner accountant", "entry.save": "owner accountant",
		"fiscal_year.close": "owner accountant", "fec.export": "owner accountant", "fec.import": "owner accountant",
		"fec.undo_import": "owner accountant", "ledger.match": "owner accountant", "account.save": "owner accountant",
		"ledger.trial_balance": "owner accountant reader", "ledger.key_figures": "owner accountant reader",
		"entry.list": "owner accountant reader", "ledger.aged": "owner accountant reader",
	} {
		s, ok := b.Registry.Spec(name)
		if !ok {
			t.Errorf("no %s", name)
			continue
		}
		got := ""
		for _, r := range []auth.Role{auth.Owner, auth.Accountant, auth.Assistant, auth.Sales, auth.Reader} {
			if r.Rights().Scope(s.Needs) != auth.None {
				got += " " + string(r)
			}
		}
		if got != " "+want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestAnswersAreJSON: lists are [] when empty, never null, and what goes out comes back the same.
func TestAnswersAreJSON(t *testing.T) {
	b := newBook(t)
	ctx := op.WithCredential(b.Ctx(), op.Credential{Token: "owner"})
	for name, in := range map[string]string{
		"account.list": `{"search":"zzz"}`, "journal.list": `{}`, "fiscal_year.list": `{}`, "entry.list": `{}`,
		"ledger.trial_balance":  `{"from":"2026-01-01","to":"2026-12-31","detail":true}`,
		"ledger.general_ledger": `{"account":"411","from":"2026-01-01","to":"2026-12-31"}`,
		"ledger.journal":        `{"journal":"VE","from":"2026-01-01","to":"2026-12-31"}`,
		"ledger.central":        `{"from":"2026-01-01","to":"2026-12-31"}`, "ledger.aged": `{}`,
		"ledger.open_items": `{"account":"411"}`, "ledger.key_figures": `{}`, "fec.import_list": `{}`,
		"ledger.verify": `{}`,
	} {
		out, err := b.Registry.DoJSON(ctx, name, []byte(in))
		if err != nil || !json.Valid(out) || bytes.Contains(out, []byte("null")) {
			t.Errorf("%s: %s %v", name, out, err)
		}
	}
}
