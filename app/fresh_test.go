package app_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
)

// guarded are the operations that ask again who is there (security: step-up): exports, who may do what, PCs, keys,
// places of copies, what opens closed days or undoes many records at once. company.save asks by itself for the
// bank details.
var guarded = []string{
	"approval.ask", "approval.decide", "backup.continue", "backup.end_rival", "bin.free", "customer.export", "delegate.give", "delegate.set", "destination.answer", "destination.begin",
	"destination.finish", "destination.refill", "destination.remove", "device.invite", "device.invite_file", "device.revoke",
	"fec.export", "fec.undo_import", "fiscal_year.close", "fiscal_year.close_period", "import.undo", "incident.end", "kept.remove", "notify.save", "notify.try",
	"opening.automatic", "opening.rotate", "password.refuse",
	"past.take_customer", "past.take_draft", "past.take_file", "past.take_item", "recovery.shares", "recovery.sheet", "relay.name", "role.delete", "role.save",
	"event.export", "leave.cancel", "leave.now", "leave.schedule", "witness.accept",
	"sentry.decide", "support.open", "session.close", "session.close_others", "session.view_as", "team.delete", "team.save",
	"totp.renew_codes", "user.reset_second_factor", "user.give", "user.save", "user.sign_out",
}

// call performs an operation of any kind with an empty request.
func call(ctx context.Context, r *op.Registry[*store.Tx], s op.Spec) error {
	var err error
	switch s.Kind {
	case op.Stream, op.Watch:
		_, err = r.StreamJSON(ctx, s.Name, nil, io.Discard)
	case op.Upload:
		_, err = r.UploadJSON(ctx, s.Name, nil, strings.NewReader("x"))
	default:
		_, err = r.DoJSON(ctx, s.Name, nil)
	}
	return err
}

// TestWhatMattersAsksAgainWhoIsThere: each operation with Fresh refuses an owner whose second factor was given long
// ago, before it looks at anything else; no other does.
func TestWhatMattersAsksAgainWhoIsThere(t *testing.T) {
	r := registry(t)
	ctx := op.WithCredential(t.Context(), op.Credential{Token: "stale"})
	var asks []string
	for _, s := range r.Specs() {
		if !s.Fresh {
			continue
		}
		asks = append(asks, s.Name)
		if s.Kind == op.Query || s.Needs == auth.Public {
			t.Errorf("%s: a %s for %s cannot ask who is there", s.Name, s.Kind, s.Needs)
		}
		if err := call(ctx, r, s); fault.KeyOf(err) != "op.fresh_needed" {
			t.Errorf("%s went on for a stale session: %v", s.Name, err)
		}
	}
	for _, name := range guarded {
		if !slices.Contains(asks, name) {
			t.Errorf("%s no longer asks", name)
		}
	}
	for _, name := range asks {
		if !slices.Contains(guarded, name) {
			t.Errorf("%s asks: name it above", name)
		}
	}
}
