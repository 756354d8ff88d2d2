package app_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

// FuzzRequests gives what may come from the network to every operation on the book: it is done or refused with a
// fault that says what is wrong. A panic, or an error that nobody thought of, is neither.
func FuzzRequests(f *testing.F) {
	w := storetest.NewWorld(f, company.Bind[*store.Tx], party.Bind[*store.Tx], catalog.Bind[*store.Tx],
		imports.Bind[*store.Tx], search.Bind[*store.Tx], ledger.Bind[*store.Tx], billing.Bind[*store.Tx],
		history.Bind[*store.Tx], role.Bind[*store.Tx])
	specs := slices.SortedFunc(slices.Values(w.Registry.Specs()), func(a, b op.Spec) int {
		return cmp.Compare(a.Name, b.Name)
	})
	types := w.Registry.Types()
	for i, s := range specs {
		f.Add(uint16(i), []byte("{}"))
		if every, err := json.Marshal(reflect.New(types[s.Name][0]).Interface()); err == nil {
			f.Add(uint16(i), every)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, request []byte) {
		s := specs[int(which)%len(specs)]
		if s.Kind == op.Stream || s.Kind == op.Upload {
			return
		}
		ctx := op.WithCredential(t.Context(), op.Credential{Token: "owner"})
		_, err := w.Registry.DoJSON(ctx, s.Name, request)
		if known := fault.Of(err); err != nil && (known.Code == fault.Internal || known.Key == "") {
			t.Errorf("%s: %v: %v", s.Name, known, known.Unwrap())
		}
	})
}
