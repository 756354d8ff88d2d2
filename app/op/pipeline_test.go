package op_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
)

type addRequest struct {
	Kind string `json:"kind"`
	Fail bool   `json:"fail,omitempty"`
}

func (r addRequest) Validate() error {
	if r.Kind == "" {
		return fault.Field("kind", "test.kind_missing")
	}
	return nil
}

type addResponse struct {
	Number int64 `json:"number"`
}

var (
	add = op.Op[addRequest, addResponse]{Spec: op.Spec{
		Name: "test.add", Kind: op.Command, Needs: auth.InvoiceIssue, Since: 1, Doc: "Takes a number.",
	}}
	last = op.Op[addRequest, addResponse]{Spec: op.Spec{
		Name: "test.last", Kind: op.Query, Needs: auth.SalesRead, Since: 1, Doc: "Reads the last number.",
	}}
	export = op.Op[op.Empty, op.Download]{Spec: op.Spec{
		Name: "test.export", Kind: op.Stream, Needs: auth.LedgerExport, Fresh: true, Since: 1, Doc: "Writes a file.",
	}}
	boom = op.Op[op.Empty, op.Empty]{Spec: op.Spec{
		Name: "test.boom", Kind: op.Query, Needs: auth.Public, Since: 1, Doc: "Panics.",
	}}
)

// act does its work outside the book: it counts itself.
var act = op.Op[addRequest, addResponse]{Spec: op.Spec{
	Name: "test.act", Kind: op.Action, Needs: auth.InvoiceIssue, Since: 1, Doc: "Acts outside the book.",
}}

func bindAct(done *int64, then func(ctx context.Context) error) func(*op.Registry[*store.Tx]) {
	return func(r *op.Registry[*store.Tx]) {
		op.BindAction(r, act, func(ctx context.Context, _ addRequest) (addResponse, error) {
			*done++
			return addResponse{*done}, then(ctx)
		})
	}
}

func nothing(context.Context) error { return nil }

func TestAnActionIsDoneOncePerRequestAndNeverRehearsed(t *testing.T) {
	var done int64
	w := storetest.NewWorld(t, bindAct(&done, nothing))
	if _, err := act.Call(op.WithPreview(w.Ctx()), w.As("owner"), addRequest{Kind: "k"}); fault.KeyOf(err) != "op.bad_request" {
		t.Errorf("preview: %v", err)
	}
	if done != 0 {
		t.Error("a preview acted")
	}
	ctx := op.WithRequestID(w.Ctx(), "gesture-1")
	for range 2 {
		if got, err := act.Call(ctx, w.As("owner"), addRequest{Kind: "k"}); err != nil || got.Number != 1 {
			t.Fatalf("%v %v", got, err)
		}
	}
	if _, err := act.Call(ctx, w.As("owner"), addRequest{Kind: "other"}); fault.KeyOf(err) != "op.key_reused" {
		t.Errorf("other input under the same key: %v", err)
	}
	if es := events(t, w); done != 1 || len(es) != 1 {
		t.Errorf("done %d times, %d events", done, len(es))
	}
}

func TestAnActionIsRecordedThoughTheCallerLeft(t *testing.T) {
	var done int64
	var leave context.CancelFunc
	w := storetest.NewWorld(t, bindAct(&done, func(context.Context) error { leave(); return nil }))
	ctx, cancel := context.WithCancel(w.Ctx())
	leave = cancel
	if _, err := act.Call(ctx, w.As("owner"), addRequest{Kind: "k"}); err != nil {
		t.Error(err)
	}
	if es := events(t, w); len(es) != 1 {
		t.Errorf("%d events", len(es))
	}
}

func TestAnActionThatFailsLateHasRecordedWhatItChanged(t *testing.T) {
	var done int64
	w := storetest.NewWorld(t)
	bindAct(&done, func(ctx context.Context) error {
		err := w.Store.Update(ctx, func(tx *store.Tx) error { return op.RecordIn(ctx, tx) })
		return errors.Join(err, fault.New(fault.Unavailable, "test.late"))
	})(w.Registry)
	if _, err := act.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k"}); fault.KeyOf(err) != "test.late" {
		t.Error(err)
	}
	if es := events(t, w); len(es) != 1 || es[0].Op != "test.act" || es[0].Actor != 1 {
		t.Errorf("events %+v", es)
	}
}

// busy counts the transactions an operation starts.
type busy struct {
	*store.Store
	n int
}

func (b *busy) View(ctx context.Context, fn func(*store.Tx) error) error {
	b.n++
	return b.Store.View(ctx, fn)
}

func (b *busy) Update(ctx context.Context, fn func(*store.Tx) error) error {
	b.n++
	return b.Store.Update(ctx, fn)
}

type system struct{}

func (system) Authenticate(context.Context, op.Credential) (auth.Actor, error) {
	return auth.System, nil
}

func TestWhatCannotBeReadStartsNoTransaction(t *testing.T) {
	s, clock := storetest.New(t)
	b := &busy{Store: s}
	r := op.New[*store.Tx](b, system{}, clock.Now, func(op.Record) {})
	bind(r)
	for _, name := range []string{"test.add", "test.last"} {
		if _, err := r.DoJSON(t.Context(), name, []byte(`{"kind":""}`)); fault.KeyOf(err) != "test.kind_missing" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.StreamJSON(t.Context(), "test.export", []byte(`{"typo":1}`), io.Discard); fault.KeyOf(err) != "op.field_unknown" {
		t.Error(err)
	}
	if b.n != 0 {
		t.Errorf("%d transactions for requests that say nothing", b.n)
	}
}

// TestAnswersFromElsewhereHoldNoReader: each asks the book by itself; if the pipeline held a reader
// meanwhile, enough of them at once would wait for each other for ever.
func TestAnswersFromElsewhereHoldNoReader(t *testing.T) {
	w := storetest.NewWorld(t)
	const many = 24 // more than the book has readers
	var ready sync.WaitGroup
	ready.Add(many)
	op.BindElsewhere(w.Registry, last, func(ctx context.Context, req addRequest) (resp addResponse, err error) {
		ready.Done()
		ready.Wait()
		err = w.Store.View(ctx, func(tx *store.Tx) (err error) {
			resp.Number, err = tx.LastNumber(req.Kind, "2026")
			return err
		})
		return resp, err
	})
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if _, err := last.Call(w.Ctx(), w.As("reader"), addRequest{Kind: "k"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, err := last.Call(w.Ctx(), w.As(""), addRequest{Kind: "k"}); fault.KeyOf(err) != "op.login_needed" {
		t.Errorf("nobody: %v", err)
	}
}

func bind(r *op.Registry[*store.Tx]) {
	op.Bind(r, add, func(ctx context.Context, tx *store.Tx, req addRequest) (addResponse, error) {
		n, err := tx.NextNumber(req.Kind, "2026")
		if err != nil {
			return addResponse{}, err
		}
		op.Note(ctx, "number", n, "", "")
		if req.Fail {
			return addResponse{}, fault.New(fault.Conflict, "test.failed")
		}
		return addResponse{Number: n}, nil
	})
	op.Bind(r, last, func(_ context.Context, tx *store.Tx, req addRequest) (addResponse, error) {
		n, err := tx.LastNumber(req.Kind, "2026")
		return addResponse{Number: n}, err
	})
	op.BindStream(r, export, func(_ context.Context, _ *store.Tx, _ op.Empty, w io.Writer) (op.Download, error) {
		_, err := io.WriteString(w, "bytes")
		return op.Download{Name: "a.txt", Type: "text/plain"}, err
	})
	op.Bind(r, boom, func(context.Context, *store.Tx, op.Empty) (op.Empty, error) { panic("planted") })
}

func lastNumber(t *testing.T, w *storetest.World) int64 {
	t.Helper()
	got, err := last.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k"})
	if err != nil {
		t.Fatal(err)
	}
	return got.Number
}

func events(t *testing.T, w *storetest.World) []audit.Event {
	t.Helper()
	var out []audit.Event
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error { out = append(out, e); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPermissionComesBeforeDecoding(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	_, err := w.Registry.DoJSON(w.Ctx(), "test.add", []byte("not json"))
	if fault.KeyOf(err) != "op.login_needed" {
		t.Errorf("nobody: %v", err)
	}
	ctx := op.WithCredential(w.Ctx(), op.Credential{Token: "reader"})
	if _, err = w.Registry.DoJSON(ctx, "test.add", []byte("not json")); fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("reader: %v", err)
	}
	ctx = op.WithCredential(w.Ctx(), op.Credential{Token: "owner"})
	if _, err = w.Registry.DoJSON(ctx, "test.add", []byte("not json")); fault.KeyOf(err) != "op.bad_request" {
		t.Errorf("owner: %v", err)
	}
	_, err = w.Registry.DoJSON(ctx, "test.add", []byte(`{"kind":"k","typo":1}`))
	if f := fault.Of(err); f == nil || f.Key != "op.field_unknown" || f.Args["name"] != "typo" {
		t.Errorf("unknown field: %v", err)
	}
	_, err = w.Registry.DoJSON(ctx, "test.add", []byte(`{"kind":1}`))
	if f := fault.Of(err); f == nil || f.Key != "op.bad_request" || f.Args["detail"] != "kind" || f.Field != "kind" {
		t.Errorf("a number for a text: %v", err)
	}
}

func TestValidationNamesTheField(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	_, err := add.Call(w.Ctx(), w.As("owner"), addRequest{})
	if f := fault.Of(err); f == nil || f.Field != "kind" {
		t.Fatalf("got %v", err)
	}
}

func TestFailureAndPreviewBurnNoNumberAndLeaveNoEvent(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	if _, err := add.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k", Fail: true}); fault.KeyOf(err) != "test.failed" {
		t.Fatal(err)
	}
	got, err := add.Call(op.WithPreview(w.Ctx()), w.As("owner"), addRequest{Kind: "k"})
	if err != nil || got.Number != 1 {
		t.Fatalf("preview: %v %v", got, err)
	}
	if n := lastNumber(t, w); n != 0 {
		t.Errorf("last number %d after a failure and a preview", n)
	}
	if es := events(t, w); len(es) != 0 {
		t.Errorf("%d events", len(es))
	}
}

func TestCommandLeavesOneEvent(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	if _, err := add.Call(w.Ctx(), w.As("owner"), addRequest{Kind: "k"}); err != nil {
		t.Fatal(err)
	}
	es := events(t, w)
	if len(es) != 1 || es[0].Op != "test.add" || es[0].Actor != 1 || es[0].SubjectID != 1 {
		t.Fatalf("events %+v", es)
	}
}

func TestSameRequestIDWorksOnce(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	ctx := op.WithRequestID(w.Ctx(), "gesture-1")
	for range 3 {
		got, err := add.Call(ctx, w.As("owner"), addRequest{Kind: "k"})
		if err != nil || got.Number != 1 {
			t.Fatalf("%v %v", got, err)
		}
	}
	if n := lastNumber(t, w); n != 1 {
		t.Errorf("last number %d", n)
	}
	if _, err := add.Call(ctx, w.As("owner"), addRequest{Kind: "other"}); fault.KeyOf(err) != "op.key_reused" {
		t.Errorf("other input under the same key: %v", err)
	}
	if got, err := add.Call(ctx, w.As("assistant"), addRequest{Kind: "k"}); fault.KeyOf(err) != "op.key_reused" {
		t.Errorf("somebody else got the answer: %v %v", got, err)
	}
	if es := events(t, w); len(es) != 1 {
		t.Errorf("%d events", len(es))
	}
}

func TestStreamIsAuditedAndNeedsAFreshFactor(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	var b writer
	d, err := export.Fetch(w.Ctx(), w.As("owner"), op.Empty{}, &b)
	if err != nil || string(b) != "bytes" || d.Name != "a.txt" {
		t.Fatalf("%v %v %q", d, err, b)
	}
	if es := events(t, w); len(es) != 1 || es[0].Op != "test.export" {
		t.Errorf("events %+v", es)
	}
	if _, err := export.Fetch(w.Ctx(), w.As("sales"), op.Empty{}, io.Discard); fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("sales: %v", err)
	}
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

func TestPanicIsAnInternalFaultWithAReference(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	_, err := boom.Call(w.Ctx(), w.As(""), op.Empty{})
	f := fault.Of(err)
	if f == nil || f.Code != fault.Internal || f.Args["ref"] == "" {
		t.Fatalf("got %v", err)
	}
}

func TestCancelledContextIsNotADefect(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	ctx, cancel := context.WithCancel(w.Ctx())
	cancel()
	_, err := add.Call(ctx, w.As("owner"), addRequest{Kind: "k"})
	if !errors.Is(err, fault.New(fault.Unavailable, "op.cancelled")) {
		t.Fatalf("got %v", err)
	}
}

func TestUnknownOperationAndOldClient(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	if _, err := w.Registry.DoJSON(w.Ctx(), "no.such", nil); fault.KeyOf(err) != "op.unknown" {
		t.Error(err)
	}
	ctx := op.WithLevel(w.Ctx(), 0)
	if _, err := w.Registry.DoJSON(ctx, "test.boom", nil); fault.KeyOf(err) != "op.version" {
		t.Error(err)
	}
}

func TestWrongRowsPanicAtStartUp(t *testing.T) {
	w := storetest.NewWorld(t, bind)
	handler := func(context.Context, *store.Tx, op.Empty) (op.Empty, error) { return op.Empty{}, nil }
	for name, s := range map[string]op.Spec{
		"twice":         add.Spec,
		"no permission": {Name: "x.y", Kind: op.Query, Since: 1, Doc: "d"},
		"no document":   {Name: "x.y", Kind: op.Query, Needs: auth.Public, Since: 1},
		"future level":  {Name: "x.y", Kind: op.Query, Needs: auth.Public, Since: op.Level + 1, Doc: "d"},
		"unknown right": {Name: "x.y", Kind: op.Query, Needs: "ledger.reed", Since: 1, Doc: "d"},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			op.Bind(w.Registry, op.Op[op.Empty, op.Empty]{Spec: s}, handler)
		}()
	}
}

type unknownClass struct {
	Secret string `json:"secret" class:"nothing"`
}

type classInMap struct {
	Of map[string]struct {
		IBAN string `json:"iban" class:"bank"`
	} `json:"of"`
}

// TestFieldsNobodyCouldMaskPanicAtStartUp: a class without a right, and one where masking does not reach.
func TestFieldsNobodyCouldMaskPanicAtStartUp(t *testing.T) {
	w := storetest.NewWorld(t)
	refused := func(name string, bind func()) {
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", name)
			}
		}()
		bind()
	}
	spec := op.Spec{Name: "x.y", Kind: op.Query, Needs: auth.Public, Since: 1, Doc: "d"}
	refused("unknown class", func() {
		op.Bind(w.Registry, op.Op[op.Empty, unknownClass]{Spec: spec},
			func(context.Context, *store.Tx, op.Empty) (unknownClass, error) { return unknownClass{}, nil })
	})
	spec.Name = "x.z"
	refused("class in a map", func() {
		op.Bind(w.Registry, op.Op[op.Empty, classInMap]{Spec: spec},
			func(context.Context, *store.Tx, op.Empty) (classInMap, error) { return classInMap{}, nil })
	})
}
