package bin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/demo"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// shop is a book with people (owner 1 Claire, 2 Sonia, 3 Yann, 4 Lucie, 5 Marc, 6 Ines, and owners more) and customers
// that are Claire's.
func shop(t *testing.T, customers, owners int) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind, party.Bind, catalog.Bind, imports.Bind, ledger.Bind, billing.Bind)
	file.Bind(w.Registry, w.Store.ReceiveFile)
	bin.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		roles := []auth.Role{auth.Owner, auth.Accountant, auth.Sales, auth.Sales, auth.Assistant, auth.Reader}
		for range owners - 1 {
			roles = append(roles, auth.Owner)
		}
		for i, r := range roles {
			u := user.User{Login: fmt.Sprintf("u%d", i+1), Name: fmt.Sprintf("Personne %d", i+1), Role: r, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return setup.Seed(tx)
	})
	must(t, company.Save, w.As("owner"), demo.Company())
	must(t, ledger.FiscalYearOpen, w.As("owner"), ledger.YearOpenRequest{Period: civil.YearOf(civil.New(2026, 1, 1))})
	var b strings.Builder
	b.WriteString("Nom;Code\n")
	for i := range customers {
		fmt.Fprintf(&b, "Client %d;Z%05d\n", i+1, i+1)
	}
	must(t, party.Import, w.As("owner"), party.ImportRequest{Upload: imports.Upload{Name: "a.csv", Data: []byte(b.String())}})
	return w
}

func must[Req, Resp any](t *testing.T, o op.Op[Req, Resp], c op.Caller, req Req) Resp {
	t.Helper()
	resp, err := o.Call(t.Context(), c, req)
	if err != nil {
		t.Fatalf("%s: %v", o.Name, err)
	}
	return resp
}

// archive puts customers away and returns the key of the first refusal, and how many went.
func archive(t *testing.T, w *storetest.World, who string, from, to int) (key string, gone int) {
	t.Helper()
	for id := from; id <= to; id++ {
		if _, err := party.Archive.Call(t.Context(), w.As(who), party.IDRequest{ID: party.CustomerID(id)}); err != nil {
			return fault.KeyOf(err), gone
		}
		gone++
	}
	return "", gone
}

func there(t *testing.T, w *storetest.World) int {
	t.Helper()
	return len(must(t, party.List, w.As("owner"), party.ListRequest{Limit: 500}).Rows)
}

// events counts those of the journal with a name.
func events(t *testing.T, w *storetest.World, name string) (n int) {
	t.Helper()
	err := w.Store.View(t.Context(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == name {
				n++
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTheFiftyFirstIsHeld: nothing of it happens, all after it neither, whatever it is; other work goes on, for others
// too. The owners know, and one click puts all back.
func TestTheFiftyFirstIsHeld(t *testing.T) {
	w := shop(t, 60, 2)
	item := must(t, catalog.Save, w.As("owner"), catalog.Item{
		Label: "Fenêtre", Unit: "H87", Price: money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods, SalesAccount: "707000",
	}).Item
	key, gone := archive(t, w, "owner", 1, 60)
	if key != "bin.held" || gone != bin.Most || there(t, w) != 10 {
		t.Fatalf("%q after %d, %d are there", key, gone, there(t, w))
	}
	w.Clock.Add(2 * bin.Window) // time alone frees nobody
	item.Label = "Porte"
	if _, err := catalog.Save.Call(t.Context(), w.As("owner"), item); fault.KeyOf(err) != "bin.held" {
		t.Errorf("an item: %v", err)
	}
	must(t, catalog.Save, w.As("owner"), catalog.Item{
		Label: "Volet", Unit: "H87", Price: money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods, SalesAccount: "707000",
	})
	c := must(t, party.Get, w.As("owner"), party.IDRequest{ID: 60})
	must(t, party.Save, w.As("assistant"), c)

	o := must(t, bin.Look, w.As("owner"), op.Empty{})
	if len(o.Waiting()) != 1 {
		t.Fatalf("%+v", o)
	}
	h := o.Holds[0]
	if h.User != 1 || h.Rows != bin.Most || h.Left != bin.Most || len(h.Sample) == 0 || o.Week.Gone != bin.Most || o.Week.Changed != 1 {
		t.Errorf("%+v, %+v", h, o.Week)
	}
	if n := events(t, w, "bin.held"); n != 1 {
		t.Errorf("%d events of the hold", n)
	}
	w.Update(func(tx *store.Tx) error {
		told, err := tx.Notices(7)
		if err != nil || len(told) != 1 || told[0].Kind != user.NoticeMassOf || told[0].Detail != "50" {
			t.Errorf("the other owner: %+v, %v", told, err)
		}
		return nil
	})
	r := must(t, bin.Restore, w.As("owner"), bin.RestoreRequest{Hold: h.ID})
	if r.Back != bin.Most || len(r.Left) != 0 || there(t, w) != 60 || events(t, w, "bin.back") != bin.Most {
		t.Errorf("%+v, %d are there", r, there(t, w))
	}
	if key, _ := archive(t, w, "owner", 1, 1); key != "bin.held" {
		t.Errorf("putting back frees: %q", key)
	}
	if _, err := bin.Restore.Call(t.Context(), w.As("owner"), bin.RestoreRequest{Hold: h.ID}); fault.KeyOf(err) != "bin.gone" {
		t.Errorf("twice: %v", err)
	}
}

// TestAMinuteRolls: fifty in one minute and more in the next is work.
func TestAMinuteRolls(t *testing.T) {
	w := shop(t, 101, 1)
	for i, step := range []struct {
		from, to int
		wait     time.Duration
		key      string
	}{
		{1, 25, 40 * time.Second, ""},
		{26, 50, 19 * time.Second, ""}, // all fifty are of the last minute
		{51, 50, 2 * time.Second, ""},  // the first half is not any more
		{51, 75, 0, ""},
		{76, 76, 0, "bin.held"},
	} {
		if key, _ := archive(t, w, "owner", step.from, step.to); key != step.key {
			t.Fatalf("step %d: %q", i, key)
		}
		w.Clock.Add(step.wait)
	}
}

// TestWhoFrees: another owner where there is one; the only one with a proof that is younger than the hold. Nobody else.
func TestWhoFrees(t *testing.T) {
	w := shop(t, 120, 2)
	if key, _ := archive(t, w, "owner", 1, 51); key != "bin.held" {
		t.Fatal(key)
	}
	id := must(t, bin.Look, w.As("owner"), op.Empty{}).Holds[0].ID
	for who, want := range map[string]string{"owner": "bin.own", "accountant": "op.forbidden", "stale": "op.fresh_needed"} {
		if _, err := bin.Free.Call(t.Context(), w.As(who), bin.FreeRequest{ID: id}); fault.KeyOf(err) != want {
			t.Errorf("%s: %v, want %s", who, err, want)
		}
	}
	other := op.AsActor(t.Context(), auth.Actor{User: 7, Name: "Personne 7", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: w.Clock.Now()})
	if _, err := bin.Free.Call(other, w.As("owner"), bin.FreeRequest{ID: id}); err != nil {
		t.Fatal(err)
	}
	if _, err := bin.Free.Call(other, w.As("owner"), bin.FreeRequest{ID: id}); fault.KeyOf(err) != "bin.gone" {
		t.Errorf("twice: %v", err)
	}
	w.Clock.Add(time.Second)
	if key, gone := archive(t, w, "owner", 52, 120); key != "bin.held" || gone != bin.Most {
		t.Errorf("after: %q, %d", key, gone)
	}

	w = shop(t, 60, 1)
	if key, _ := archive(t, w, "owner", 1, 51); key != "bin.held" {
		t.Fatal(key)
	}
	id = must(t, bin.Look, w.As("owner"), op.Empty{}).Holds[0].ID
	if _, err := bin.Free.Call(t.Context(), w.As("owner"), bin.FreeRequest{ID: id}); fault.KeyOf(err) != "op.fresh_needed" {
		t.Errorf("with the proof of before: %v", err)
	}
	w.Clock.Add(time.Second) // the proof of As is that of now
	must(t, bin.Free, w.As("owner"), bin.FreeRequest{ID: id})
	if key, _ := archive(t, w, "owner", 52, 60); key != "" {
		t.Errorf("freed: %q", key)
	}
}

// TestAtTheSameTime: many calls at once let no more through, and make one hold.
func TestAtTheSameTime(t *testing.T) {
	w := shop(t, 80, 1)
	var gone, held atomic.Int32
	var all sync.WaitGroup
	for id := range 80 {
		all.Go(func() {
			switch _, err := party.Archive.Call(t.Context(), w.As("owner"), party.IDRequest{ID: party.CustomerID(id + 1)}); fault.KeyOf(err) {
			case "":
				gone.Add(1)
			case "bin.held":
				held.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if gone.Load() != bin.Most || held.Load() != 30 || there(t, w) != 30 || events(t, w, "bin.held") != 1 {
		t.Errorf("%d gone, %d held, %d there, %d holds", gone.Load(), held.Load(), there(t, w), events(t, w, "bin.held"))
	}
}

// TestItOutlivesAProgram: another one over the same book goes on counting, and holds who is held.
func TestItOutlivesAProgram(t *testing.T) {
	w := shop(t, 60, 1)
	if key, _ := archive(t, w, "owner", 1, 49); key != "" {
		t.Fatal(key)
	}
	again := storetest.Over(w.Store, party.Bind, bin.Bind)
	for want, id := range map[string]party.CustomerID{"": 50} {
		if _, err := party.Archive.Call(t.Context(), again.As("owner"), party.IDRequest{ID: id}); fault.KeyOf(err) != want {
			t.Fatal(err)
		}
	}
	if _, err := party.Archive.Call(t.Context(), again.As("owner"), party.IDRequest{ID: 51}); fault.KeyOf(err) != "bin.held" {
		t.Fatal(err)
	}
	third := storetest.Over(w.Store, party.Bind, bin.Bind)
	if _, err := party.Archive.Call(t.Context(), third.As("owner"), party.IDRequest{ID: 51}); fault.KeyOf(err) != "bin.held" {
		t.Errorf("held no more: %v", err)
	}
}

// TestWhatIsNotCounted: rehearsals, what was refused, new records, and an import with its undoing.
func TestWhatIsNotCounted(t *testing.T) {
	w := shop(t, 60, 1)
	c := must(t, party.Get, w.As("owner"), party.IDRequest{ID: 1})
	for range bin.Most + 1 {
		if _, err := party.Save.Call(op.WithPreview(t.Context()), w.As("owner"), c); err != nil {
			t.Fatal(err)
		}
		old := c
		old.Version--
		if _, err := party.Save.Call(t.Context(), w.As("owner"), old); fault.KeyOf(err) != "party.changed_meanwhile" {
			t.Fatal(err)
		}
		must(t, party.Save, w.As("owner"), party.Customer{Kind: party.Person, Name: "Neuf"})
	}
	batch := must(t, imports.List, w.As("owner"), imports.ListRequest{})[0]
	must(t, imports.Undo, w.As("owner"), imports.UndoRequest{ID: batch.ID})
	if rows := must(t, bin.List, w.As("owner"), op.Empty{}).Rows; len(rows) != 0 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestEveryKindComesBack as it was before the first of several changes, with what was attached; and what somebody else
// changed since stays theirs.
func TestEveryKindComesBack(t *testing.T) {
	w := shop(t, 2, 1)
	owner := w.As("owner")
	attach := func(s file.Subject, text string) file.Attachment {
		t.Helper()
		a, err := file.Attach.Send(t.Context(), owner, file.AttachRequest{Subject: s, Name: text + ".txt", Size: int64(len(text))}, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	c := must(t, party.Get, owner, party.IDRequest{ID: 1})
	changed := c
	for _, name := range []string{"Un", "Deux"} {
		changed.Name = name
		changed = must(t, party.Save, owner, changed).Customer
	}
	must(t, party.Archive, owner, party.IDRequest{ID: 1})
	theirs := must(t, party.Get, owner, party.IDRequest{ID: 2})
	theirs.Name = "Trois"
	theirs = must(t, party.Save, owner, theirs).Customer
	theirs.Name = "Quatre"
	must(t, party.Save, w.As("assistant"), theirs)

	item := must(t, catalog.Save, owner, catalog.Item{
		Label: "Fenêtre", Unit: "H87", Price: money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods, SalesAccount: "707000",
	}).Item
	dearer := item
	dearer.Price = 9 * money.UnitEuro
	must(t, catalog.Save, owner, dearer)
	must(t, catalog.Archive, owner, catalog.IDRequest{ID: item.ID})

	draft := must(t, billing.SaveInvoice, owner, billing.SaveRequest{
		Header: billing.Header{Customer: 2, Subject: "Portail"},
		Lines:  []billing.Line{{Kind: billing.ItemLine, Item: item.ID, Description: "Fenêtre", Quantity: 2 * money.Unit, UnitPrice: money.UnitEuro, VATRate: 85_000}},
	})
	attach(file.Subject{Kind: file.Document, ID: int64(draft.ID)}, "plan")
	emptied := must(t, billing.SaveInvoice, owner, billing.SaveRequest{ID: draft.ID, Version: draft.Version, Header: billing.Header{Customer: 2}})
	must(t, billing.DeleteDraft, owner, billing.IssueRequest{ID: draft.ID, Version: emptied.Version})

	entry := must(t, ledger.EntrySave, owner, ledger.EntrySaveRequest{Journal: "OD", Date: civil.New(2026, 11, 1), Label: "Régularisation"})
	attach(file.Subject{Kind: file.Entry, ID: int64(entry.ID)}, "pièce")
	must(t, ledger.EntryDelete, owner, ledger.EntryDeleteRequest{ID: entry.ID, Version: entry.Version})

	contract := attach(file.Subject{Kind: file.Customer, ID: 2}, "contrat")
	must(t, file.Detach, owner, file.Request{ID: contract.ID})

	if _, err := bin.List.Call(t.Context(), w.As("reader"), op.Empty{}); err != nil {
		t.Fatal(err)
	} else if rows := must(t, bin.List, w.As("reader"), op.Empty{}).Rows; len(rows) != 0 {
		t.Errorf("a reader sees %+v", rows)
	}
	var ids []bin.RowID
	for _, r := range must(t, bin.List, owner, op.Empty{}).Rows {
		if r.User == 1 {
			ids = append(ids, r.ID)
		}
	}
	if _, err := bin.Restore.Call(t.Context(), w.As("sales"), bin.RestoreRequest{IDs: ids}); fault.KeyOf(err) != "bin.gone" {
		t.Errorf("somebody else's: %v", err)
	}
	r := must(t, bin.Restore, owner, bin.RestoreRequest{IDs: ids})
	if len(r.Left) != 1 || r.Left[0].Kind != "customer" || r.Left[0].Why.Key != "party.changed_meanwhile" {
		t.Errorf("%+v", r)
	}
	if now := must(t, party.Get, owner, party.IDRequest{ID: 1}); now.Name != c.Name || now.Archived || now.Code != c.Code {
		t.Errorf("customer: %+v", now)
	}
	if now := must(t, party.Get, owner, party.IDRequest{ID: 2}); now.Name != "Quatre" {
		t.Errorf("what somebody else wrote is gone: %+v", now)
	}
	if now := must(t, catalog.Get, owner, catalog.IDRequest{ID: item.ID}); now.Price != item.Price || now.Archived {
		t.Errorf("item: %+v", now)
	}
	docs := must(t, billing.List, owner, billing.ListRequest{Limit: 10}).Rows
	if len(docs) != 1 || docs[0].Gross != draft.Gross || docs[0].Gross == 0 {
		t.Fatalf("documents: %+v, want %d", docs, draft.Gross)
	}
	content(t, w, file.Subject{Kind: file.Document, ID: int64(docs[0].ID)}, "plan")
	content(t, w, file.Subject{Kind: file.Customer, ID: 2}, "contrat")
	drafts := must(t, ledger.EntryListing, owner, ledger.EntryListRequest{Drafts: true, Limit: 10}).Entries
	if len(drafts) != 1 || drafts[0].Label != entry.Label {
		t.Fatalf("entries: %+v", drafts)
	}
	content(t, w, file.Subject{Kind: file.Entry, ID: int64(drafts[0].ID)}, "pièce")
}

func content(t *testing.T, w *storetest.World, s file.Subject, want string) {
	t.Helper()
	l := must(t, file.Listing, w.As("owner"), file.ListRequest{Subject: s})
	if len(l.Attachments) != 1 {
		t.Errorf("%v: %+v", s, l.Attachments)
		return
	}
	var b strings.Builder
	if _, err := file.Get.Fetch(t.Context(), w.As("owner"), file.Request{ID: l.Attachments[0].ID}, &b); err != nil || b.String() != want {
		t.Errorf("%v: %q, %v", s, b.String(), err)
	}
}

// TestARightThatIsGoneHidesTheName: who could read the books when they deleted an entry, and no longer may, is not told
// what it was called.
func TestARightThatIsGoneHidesTheName(t *testing.T) {
	w := shop(t, 1, 1)
	w.Update(func(tx *store.Tx) error {
		var all error
		for i, kind := range []string{"customer", "entry", "entry_line", "item"} {
			all = errors.Join(all, tx.AddLost(bin.Entry{
				Row: bin.Row{At: tx.Now(), User: 3, Op: "x", Kind: kind, Record: int64(i + 1), Name: kind}, Was: []byte("{}"),
			}))
		}
		return all
	})
	rows := must(t, bin.List, w.As("own"), op.Empty{}).Rows
	if len(rows) != 1 || rows[0].Kind != "customer" {
		t.Errorf("%+v", rows)
	}
	if rows := must(t, bin.List, w.As("owner"), op.Empty{}).Rows; len(rows) != 4 {
		t.Errorf("the owner reads %+v", rows)
	}
}

// TestThirtyDays: what is older is gone from the list and from the book.
func TestThirtyDays(t *testing.T) {
	w := shop(t, 3, 1)
	if key, _ := archive(t, w, "owner", 1, 1); key != "" {
		t.Fatal(key)
	}
	w.Clock.Add(bin.Kept)
	id := must(t, bin.List, w.As("owner"), op.Empty{}).Rows[0].ID
	w.Clock.Add(time.Second)
	if rows := must(t, bin.List, w.As("owner"), op.Empty{}).Rows; len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	if _, err := bin.Restore.Call(t.Context(), w.As("owner"), bin.RestoreRequest{IDs: []bin.RowID{id}}); fault.KeyOf(err) != "bin.gone" {
		t.Error(err)
	}
	if err := w.Store.SweepFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Update(func(tx *store.Tx) error {
		n, err := tx.CountLost(1, time.Time{})
		if n != 0 || err != nil {
			t.Errorf("%d rows are kept, %v", n, err)
		}
		return err
	})
}

// TestWhoLosesSaysSo: an operation that takes something away without Destroys is a programmer's error, not a hole.
func TestWhoLosesSaysSo(t *testing.T) {
	quiet := op.Op[op.Empty, op.Empty]{Spec: op.Spec{Name: "test.quiet", Kind: op.Command, Needs: auth.Anyone, Since: 1, Doc: "Says nothing."}}
	w := storetest.NewWorld(t, bin.Bind, func(r *op.Registry[*store.Tx]) {
		op.Bind(r, quiet, func(ctx context.Context, _ *store.Tx, _ op.Empty) (op.Empty, error) {
			return op.Empty{}, op.Lose(ctx, op.Lost{Kind: "customer", ID: 1})
		})
	})
	if _, err := quiet.Call(t.Context(), w.As("owner"), op.Empty{}); fault.Of(err).Code != fault.Internal {
		t.Error(err)
	}
}
