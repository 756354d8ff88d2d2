package past_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/store"
)

// TestNothingIsWrittenToThePast, by whom ever and whichever way.
func TestNothingIsWrittenToThePast(t *testing.T) {
	w := newWorld(t)
	c := do(w, party.Save, w.owner(), bakery()).Customer
	w.save("p1")
	book, err := w.Open(w.Ctx(), "", "p1", func(backup.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	ctx := op.AsSystem(w.Ctx())
	c.Name = "Autre"
	if _, err := party.Save.Call(ctx, book, c); fault.KeyOf(err) != "op.read_only" {
		t.Errorf("saved: %v", err)
	}
	if _, err := party.Save.Call(op.WithPreview(ctx), book, c); fault.KeyOf(err) != "op.read_only" {
		t.Errorf("rehearsed: %v", err)
	}
	content := strings.NewReader("x")
	req := file.AttachRequest{Subject: file.Subject{Kind: file.Customer, ID: int64(c.ID)}, Name: "x.txt", Size: 1}
	if _, err := file.Attach.Send(ctx, book, req, content); fault.KeyOf(err) != "op.read_only" || content.Len() != 1 {
		t.Errorf("attached: %v, %d bytes left", err, content.Len())
	}
	inside := book.(copied).Past
	if err := inside.Update(ctx, func(*store.Tx) error { return nil }); fault.KeyOf(err) != "op.read_only" {
		t.Errorf("updated: %v", err)
	}
	if err := inside.View(ctx, func(tx *store.Tx) error { return tx.SetSetting("x", 1) }); err == nil {
		t.Error("written while it is looked at")
	}
	if got, err := party.Get.Call(ctx, book, party.IDRequest{ID: c.ID}); err != nil || got.Name == "Autre" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOnePointIsOpenAtATime: one's own gives way to another, somebody else's does not.
func TestOnePointIsOpenAtATime(t *testing.T) {
	w := newWorld(t)
	w.save("p1")
	w.Clock.Add(time.Hour)
	w.save("p2")
	w.open("p1")
	refused(w, past.Open, w.As("machines"), past.OpenRequest{Point: "p2"}, "past.in_use")
	if st := do(w, past.Open, w.As("machines"), past.OpenRequest{Point: "p1"}); st.Mine || st.By != "Claire" || w.opened() != 1 {
		t.Errorf("the same point: %+v, %d open", st, w.opened())
	}
	w.open("p2")
	if w.opened() != 1 {
		t.Errorf("%d points are open", w.opened())
	}
	if e := w.last(); e.Op != "past.open" || e.Payload != `{"point":"p2","made":"2026-11-21T13:00:00Z"}` {
		t.Errorf("%+v", e)
	}
	refused(w, past.Open, w.owner(), past.OpenRequest{Point: "p3"}, "backup.point_gone")
	refused(w, past.Customers, w.owner(), party.ListRequest{}, "past.closed")
	w.open("p1")
	if st := do(w, past.Close, w.As("machines"), op.Empty{}); st.Point != nil || w.opened() != 0 {
		t.Errorf("%+v, %d left", st, w.opened())
	}
}

// TestAPointThatNobodyLooksAtIsClosed: one that is looked at stays.
func TestAPointThatNobodyLooksAtIsClosed(t *testing.T) {
	w := newWorld(t)
	w.save("p1")
	w.open("p1")
	for range 3 {
		w.Clock.Add(past.IdleMax - time.Second)
		w.service.Tidy()
		do(w, past.Customers, w.owner(), party.ListRequest{})
	}
	w.Clock.Add(past.IdleMax)
	w.service.Tidy()
	refused(w, past.Customers, w.owner(), party.ListRequest{}, "past.closed")
	if w.opened() != 0 {
		t.Error("it is still on the disk")
	}
}

// TestAnOpeningTellsHowFarItIsAndIsGivenUp: meanwhile no other begins, and nothing stays of it.
func TestAnOpeningTellsHowFarItIsAndIsGivenUp(t *testing.T) {
	w := newWorld(t)
	w.save("p1")
	w.began, w.goOn = make(chan struct{}), make(chan struct{})
	end := make(chan error)
	begin := func() {
		go func() {
			_, err := past.Open.Call(context.Background(), w.owner(), past.OpenRequest{Point: "p1"})
			end <- err
		}()
		<-w.began
	}
	begin()
	st := do(w, past.Status, w.owner(), op.Empty{})
	if o := st.Opening; o == nil || o.Stage != "book" || o.Done != 1 || o.Total != 2 || st.Point != nil {
		t.Errorf("%+v", st)
	}
	refused(w, past.Open, w.owner(), past.OpenRequest{Point: "p1"}, "past.busy")
	do(w, past.Close, w.owner(), op.Empty{})
	if err := <-end; fault.KeyOf(err) != "op.cancelled" {
		t.Errorf("given up: %v", err)
	}
	begin()
	w.service.End() // the book closes
	if err := <-end; fault.KeyOf(err) != "op.cancelled" || w.opened() != 0 {
		t.Errorf("at the end: %v, %d left", err, w.opened())
	}
	refused(w, past.Open, w.owner(), past.OpenRequest{Point: "p1"}, "store.closed")
}
