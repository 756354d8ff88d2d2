package op_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
)

var reform = op.Op[addRequest, addResponse]{Spec: op.Spec{
	Name: "test.reform", Kind: op.Command, Needs: auth.InvoiceIssue, Risky: true, Since: 1, Doc: "Changes much.",
}}

// TestWhatComesBeforeARiskyOperation: once it is sure that it is done, for so long at most, and never against it.
func TestWhatComesBeforeARiskyOperation(t *testing.T) {
	var before []string
	w := storetest.NewWorld(t, bind, func(r *op.Registry[*store.Tx]) {
		op.Bind(r, reform, func(_ context.Context, tx *store.Tx, req addRequest) (addResponse, error) {
			before = append(before, "done")
			n, err := tx.NextNumber(req.Kind, "2026")
			return addResponse{Number: n}, err
		})
	})
	w.Registry.BeforeRisk(func(ctx context.Context, name string) {
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > time.Minute {
			t.Error("it can be held up for ever")
		}
		if err := w.Store.Update(ctx, func(*store.Tx) error { return nil }); err != nil {
			t.Errorf("the book cannot be read meanwhile: %v", err)
		}
		before = append(before, name)
	})
	call := func(ctx context.Context, role string, o op.Op[addRequest, addResponse], req addRequest, want ...string) {
		t.Helper()
		before = nil
		_, _ = o.Call(ctx, w.As(role), req)
		if !slices.Equal(before, want) {
			t.Errorf("%s by %q: %v, want %v", o.Name, role, before, want)
		}
	}
	fine := addRequest{Kind: "k"}
	call(w.Ctx(), "owner", reform, fine, "test.reform", "done")
	call(w.Ctx(), "owner", add, fine)
	call(op.WithPreview(w.Ctx()), "owner", reform, fine, "done")
	call(w.Ctx(), "reader", reform, fine)
	call(w.Ctx(), "owner", reform, addRequest{})
}

// TestAFenceThatCameMeanwhile: what was let in is asked again when it changes the book.
func TestAFenceThatCameMeanwhile(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	asked := 0
	w.Registry.Fence = func(context.Context, *op.Spec) error {
		if asked++; asked > 1 {
			return fault.New(fault.Conflict, "relay.fenced")
		}
		return nil
	}
	if _, err := add.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k"}); fault.KeyOf(err) != "relay.fenced" {
		t.Errorf("%v", err)
	}
	w.Registry.Fence = nil
	if got, err := add.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k"}); err != nil || got.Number != 1 {
		t.Errorf("what was refused left a mark: %+v, %v", got, err)
	}
}
