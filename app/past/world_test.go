package past_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/store"
	"zafe/store/rebuild"
	"zafe/store/source"
	"zafe/store/storetest"
)

// world is a book with restore points, kept as the pages they were, and the service that opens them.
type world struct {
	*storetest.World
	t       *testing.T
	service *past.Service
	parent  string // where points are opened
	points  map[string]*point
	warned  []string
	fetched int // contents asked of the copies

	began chan struct{} // told when an opening has begun, and then waited for; nil not to
	goOn  chan struct{}
}

type point struct {
	backup.Point
	size   int
	pages  [][]byte
	totals backup.Totals
	files  map[string]string // contents of attachments by their hash
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		World: storetest.NewWorld(t, company.Bind, party.Bind, catalog.Bind, imports.Bind, ledger.Bind, billing.Bind),
		t:     t, parent: t.TempDir(), points: map[string]*point{},
	}
	w.service = past.New(w, w.Clock.Now, func(what string, err error) {
		w.warned = append(w.warned, what)
		t.Error(what, err)
	})
	t.Cleanup(w.service.End)
	file.Bind(w.Registry, w.Store.ReceiveFile)
	past.Bind(w.Registry, w.Store, w.service, w.Store.ReceiveFile)
	return w
}

// save makes a restore point of the book as it is.
func (w *world) save(id string) {
	w.t.Helper()
	p := &point{Point: backup.Point{ID: id, Made: w.Clock.Now(), Writer: "PC"}, files: map[string]string{}}
	begin := func(size int, _ uint32) error { p.size = size; return nil }
	err := w.Store.Pages(w.Ctx(), begin, func(_ uint32, data []byte) error {
		p.pages = append(p.pages, append([]byte{}, data...))
		return nil
	})
	var totalsErr error
	p.totals, totalsErr = source.Book{Store: w.Store}.Checks(w.Ctx())
	contents := source.Files{Store: w.Store}
	all, filesErr := contents.Attachments(w.Ctx())
	if err := errors.Join(err, totalsErr, filesErr); err != nil {
		w.t.Fatal(err)
	}
	for _, a := range all {
		in, err := contents.Open(w.Ctx(), a.Hash)
		if err != nil {
			w.t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err := errors.Join(err, in.Close()); err != nil {
			w.t.Fatal(err)
		}
		p.files[a.Hash] = string(data)
	}
	w.points[id] = p
}

// copied is a restore point that is open, as the program makes one.
type copied struct {
	op.Local[*store.Tx]
	*rebuild.Past
	point *point
	w     *world
}

func (c copied) Point() backup.Point { return c.point.Point }

// Content implements past.Copy.
func (c copied) Content(ctx context.Context, digest string, take func(context.Context, io.Reader) error) error {
	c.w.fetched++
	a, err := c.Attachment(ctx, digest)
	if err != nil {
		return err
	}
	return take(ctx, strings.NewReader(c.point.files[a.Hash]))
}

// Open implements past.Engine.
func (w *world) Open(ctx context.Context, _, id string, progress func(backup.Progress)) (past.Copy, error) {
	progress(backup.Progress{Stage: "book", Done: 1, Total: 2})
	if w.began != nil {
		w.began <- struct{}{}
		select {
		case <-w.goOn:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p := w.points[id]
	if p == nil {
		return nil, fault.New(fault.NotFound, "backup.point_gone")
	}
	into := rebuild.NewPast(w.parent, store.Options{Clock: w.Clock.Now}, func(what string, err error) { w.t.Error(what, err) })
	err := into.Begin(ctx, p.size, uint32(len(p.pages)))
	for i, data := range p.pages {
		if err == nil {
			err = into.Page(uint32(i+1), data)
		}
	}
	if err == nil {
		err = into.Commit(ctx, rebuild.Copy{Point: p.Point, Matches: func(t backup.Totals) bool { return t == p.totals }})
	}
	if err != nil {
		into.Abort()
		return nil, err
	}
	reg := op.New[*store.Tx](into, nil, w.Clock.Now, func(op.Record) {})
	reg.Reading = true
	party.Bind(reg)
	catalog.Bind(reg)
	billing.Bind(reg)
	file.Bind(reg, w.Store.ReceiveFile)
	return copied{op.Local[*store.Tx]{Registry: reg}, into, p, w}, nil
}

// opened are the folders in which points are open.
func (w *world) opened() int {
	w.t.Helper()
	entries, err := os.ReadDir(w.parent)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(entries)
}

// open opens a point as the owner.
func (w *world) open(id string) {
	w.t.Helper()
	st := do(w, past.Open, w.owner(), past.OpenRequest{Point: id})
	if st.Point == nil || st.Point.ID != id || !st.Mine || st.By != "Claire" {
		w.t.Fatalf("%+v", st)
	}
}

func (w *world) owner() op.Caller { return w.As("owner") }

// holding is a caller with some rights.
func (w *world) holding(user auth.UserID, rights auth.Rights) op.Caller {
	return actor{op.Local[*store.Tx]{Registry: w.Registry}, auth.Actor{
		User: user, Name: "Hugo", Rights: rights, FreshAt: w.Clock.Now(),
	}}
}

// actor calls in the name of somebody that a test makes up.
type actor struct {
	op.Local[*store.Tx]
	who auth.Actor
}

func (a actor) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	return a.Local.Do(op.AsActor(ctx, a.who), s, req, resp)
}

func do[Req, Resp any](w *world, o op.Op[Req, Resp], c op.Caller, req Req) Resp {
	w.t.Helper()
	out, err := o.Call(w.Ctx(), c, req)
	if err != nil {
		w.t.Fatalf("%s: %v", o.Name, err)
	}
	return out
}

// refused performs an operation that must be refused with a key.
func refused[Req, Resp any](w *world, o op.Op[Req, Resp], c op.Caller, req Req, key string) {
	w.t.Helper()
	if _, err := o.Call(w.Ctx(), c, req); fault.KeyOf(err) != key {
		w.t.Errorf("%s: %v, want %s", o.Name, err, key)
	}
}

// last is the last event in the journal.
func (w *world) last() (e audit.Event) {
	w.t.Helper()
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { e, err = tx.Head(); return err })
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}
