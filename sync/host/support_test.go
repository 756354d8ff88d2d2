package host_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/company"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/host"
	"zafe/sync/lan"
)

// helped is a host as the program assembles it, over a book of two owners.
type helped struct {
	*office
	book   *storetest.World
	pem    []byte
	keeper *support.Keeper[*store.Tx]
	addr   string
	stop   func()
}

func newHelped(t *testing.T) *helped {
	t.Helper()
	w := storetest.NewWorld(t)
	w.Update(func(tx *store.Tx) error {
		for _, name := range []string{"claire", "paul"} {
			_, err := tx.SaveUser(user.User{Login: name, Name: name, Role: auth.Owner, SecondOn: true, CreatedAt: tx.Now()})
			if err != nil {
				return err
			}
		}
		profile := company.Default()
		profile.Name = "Atelier Dupont"
		return tx.SetSetting("company", profile)
	})
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	h := &helped{book: w, pem: pem}
	h.start(t)
	return h
}

// start is what the program does when it begins: nothing is remembered but what is in the book.
func (h *helped) start(t *testing.T) {
	t.Helper()
	w := *h.book
	users := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, nil, w.Store)
	h.keeper = support.NewKeeper[*store.Tx](w.Store, users, w.Clock.Now)
	w.Registry = op.New[*store.Tx](w.Store, h.keeper, w.Clock.Now, func(op.Record) {})
	h.office = &office{World: &w}
	h.guard = h.newGuard(t, h.pem)
	var err error
	h.host, err = host.New(host.Settings[*store.Tx]{
		Book: w.Store, BookID: "one", Root: h.pem, Registry: w.Registry, Version: "test", Clock: w.Clock.Now,
		Feed: w.Store.Feed, Guard: h.guard, Still: h.keeper.GoesOn,
		Log:  func(what string, err error) { t.Logf("%s: %v", what, err) },
		Warn: func(what string, err error) { t.Errorf("%s: %v", what, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	support.Bind(w.Registry, h.keeper, h.host)
	company.Bind(w.Registry)
	user.Bind(w.Registry, users)
	change.Bind(w.Registry, change.New(0, h.keeper.GoesOn))
	h.addr, h.stop = h.serve(t)
}

// owner calls as Claire, who has just proven who she is.
func (h *helped) owner() (context.Context, op.Caller) {
	return op.AsActor(h.Ctx(), auth.Actor{
		User: 1, Name: "claire", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: h.Clock.Now(),
	}), op.Local[*store.Tx]{Registry: h.Registry}
}

func (h *helped) open(t *testing.T) support.Opened {
	t.Helper()
	ctx, c := h.owner()
	out, err := support.Open.Call(ctx, c, support.OpenRequest{
		Granted: support.Granted{Who: "Jean, SoftCo", Reason: "Un tableau vide"}, Minutes: 120,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *helped) join(t *testing.T, code string) (*lan.Remote, error) {
	t.Helper()
	seat, err := lan.Join(t.Context(), h.addr, code, "PC-Jean", storetest.Noon)
	if err != nil {
		return nil, err
	}
	if seat.Until.IsZero() {
		t.Error("the PC does not know that it is there for a while")
	}
	return h.reach(t, seat), nil
}

func (h *helped) reach(t *testing.T, seat lan.Seat) *lan.Remote {
	t.Helper()
	seat.Addr = h.addr
	r, err := seat.Open(h.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Client.Close)
	return r
}

func (h *helped) last(t *testing.T) support.Access {
	t.Helper()
	ctx, c := h.owner()
	out, err := support.List.Call(ctx, c, op.Empty{})
	if err != nil || len(out.Accesses) == 0 {
		t.Fatal(out, err)
	}
	return out.Accesses[0]
}

func read(r op.Caller) string {
	_, err := company.Get.Call(context.Background(), r, op.Empty{})
	return fault.KeyOf(err)
}

// listens follows what changes until it is cut, and gives why.
func listens(t *testing.T, r op.Caller) (ended <-chan string) {
	t.Helper()
	out, begun := make(chan string, 1), make(chan bool, 100)
	go func() {
		err := change.Follow.Watch(t.Context(), r, change.FollowRequest{}, func(change.News) { begun <- true })
		out <- fault.KeyOf(err)
	}()
	select {
	case <-begun:
	case why := <-out:
		t.Fatal("nothing is heard: ", why)
	}
	return out
}

func cut(t *testing.T, ended <-chan string) {
	t.Helper()
	select {
	case why := <-ended:
		if why == "" {
			t.Error("it ended as if it were over")
		}
	case <-time.After(time.Minute):
		t.Error("who helped still listens")
	}
}

// TestACodeLetsOnePCInOnce: by the code of an access and no other way, once, in its ten minutes, with three tries.
func TestACodeLetsOnePCInOnce(t *testing.T) {
	h := newHelped(t)
	ctx, c := h.owner()
	if _, err := lan.Join(t.Context(), h.addr, "AAAA-AAAA", "PC-Jean", storetest.Noon); fault.KeyOf(err) != "pair.no_code" {
		t.Errorf("without any code: %v", err)
	}
	out := h.open(t)
	if !out.Access.Awaits(h.Clock.Now()) || out.Access.EndsAt.Sub(h.Clock.Now()) != 2*time.Hour {
		t.Errorf("%+v", out.Access)
	}
	again := support.OpenRequest{Granted: support.Granted{Who: "X", Reason: "Y"}, Minutes: 30}
	if _, err := support.Open.Call(ctx, c, again); fault.KeyOf(err) != "support.open_already" {
		t.Errorf("two at a time: %v", err)
	}
	if _, err := h.join(t, out.Invitation.Code); err != nil {
		t.Fatal(err)
	}
	if _, err := h.join(t, out.Invitation.Code); fault.KeyOf(err) != "pair.no_code" {
		t.Errorf("a second PC: %v", err)
	}
	a := h.last(t)
	if !a.In(h.Clock.Now()) || a.PC != "PC-Jean" || a.ByName != "claire" || a.Device == "" {
		t.Errorf("%+v", a)
	}
	var told []user.Notice
	h.Update(func(tx *store.Tx) (err error) { told, err = tx.Notices(2); return err })
	if len(told) != 1 || told[0].Kind != user.NoticeSupport || told[0].Detail != "Jean, SoftCo" {
		t.Errorf("the other owner is told %+v", told)
	}
	if _, err := support.End.Call(ctx, c, support.Request{ID: a.ID}); err != nil {
		t.Fatal(err)
	}

	late := h.open(t)
	h.Clock.Add(11 * time.Minute)
	if _, err := h.join(t, late.Invitation.Code); fault.KeyOf(err) != "pair.no_code" {
		t.Errorf("after ten minutes: %v", err)
	}
	guessed := h.open(t) // in the place of the one that lapsed
	for i := range 3 {
		want := []string{"pair.bad_code", "pair.bad_code", "pair.code_burnt"}[i]
		if _, err := h.join(t, fmt.Sprintf("AAAA-AAA%d", i)); fault.KeyOf(err) != want {
			t.Errorf("guess %d: %v", i, err)
		}
	}
	if _, err := h.join(t, guessed.Invitation.Code); fault.KeyOf(err) != "pair.no_code" {
		t.Errorf("after three guesses: %v", err)
	}
	if _, err := support.End.Call(ctx, c, support.Request{ID: guessed.Access.ID}); err != nil {
		t.Fatal(err)
	}
	withdrawn := h.open(t)
	if _, err := support.End.Call(ctx, c, support.Request{ID: withdrawn.Access.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.join(t, withdrawn.Invitation.Code); err == nil {
		t.Error("a code that was taken back lets in")
	}
}

// TestAnAccessClosesItselfAfterARestart: the program that has the book may be off and on again meanwhile; at the end
// what they listen to is cut, the PC is out, and the journal says so.
func TestAnAccessClosesItselfAfterARestart(t *testing.T) {
	h := newHelped(t)
	seat, err := lan.Join(t.Context(), h.addr, h.open(t).Invitation.Code, "PC-Jean", storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if key := read(h.reach(t, seat)); key != "" {
		t.Fatal(key)
	}
	h.stop()
	h.Clock.Add(time.Hour)
	h.start(t)
	r := h.reach(t, seat)
	if key := read(r); key != "" {
		t.Fatal("after a restart: ", key)
	}
	if err := h.keeper.Close(t.Context(), h.host); err != nil || !h.last(t).EndedAt.IsZero() {
		t.Fatalf("closed before its time: %+v, %v", h.last(t), err)
	}
	ended := listens(t, r)
	h.Clock.Add(time.Hour)
	cut(t, ended) // though nobody closed it yet
	if key := read(r); key != "lan.device_refused" {
		t.Errorf("at the end: %q", key)
	}
	h.stop()
	h.start(t)
	if err := h.keeper.Close(t.Context(), h.host); err != nil {
		t.Fatal(err)
	}
	a := h.last(t)
	if a.EndedAt.IsZero() || a.EndedBy != "" || a.Reads != 2 {
		t.Errorf("%+v", a)
	}
	ctx, c := h.owner()
	rec, err := support.Get.Call(ctx, c, support.Request{ID: a.ID})
	if err != nil || len(rec.Acts) != 2 || rec.Acts[0].Op != "company.get" {
		t.Errorf("%+v, %v", rec, err)
	}
	var ops []string
	h.Update(func(tx *store.Tx) error {
		events, err := tx.Events(support.Kind, int64(a.ID), 0, 10)
		for _, e := range events {
			ops = append(ops, e.Op)
		}
		return err
	})
	if want := "[support.over support.read support.read support.enter support.open]"; fmt.Sprint(ops) != want {
		t.Errorf("the journal has %v, want %s", ops, want)
	}
	if key := read(h.reach(t, seat)); key != "lan.device_refused" {
		t.Errorf("after that: %q", key)
	}
}

// TestAnOwnerEndsItAtOnce: also by shutting the PC out, which ends the access with it.
func TestAnOwnerEndsItAtOnce(t *testing.T) {
	h := newHelped(t)
	ctx, c := h.owner()
	r, err := h.join(t, h.open(t).Invitation.Code)
	if err != nil {
		t.Fatal(err)
	}
	ended := listens(t, r)
	a, err := support.End.Call(ctx, c, support.Request{ID: h.last(t).ID})
	if err != nil || a.EndedBy != "claire" {
		t.Fatal(a, err)
	}
	cut(t, ended)
	if key := read(r); key == "" {
		t.Error("who was put out reads on")
	}

	if r, err = h.join(t, h.open(t).Invitation.Code); err != nil {
		t.Fatal(err)
	}
	h.Update(func(tx *store.Tx) error {
		open, _, err := tx.SupportOpen()
		if err != nil {
			return err
		}
		d, _, err := tx.DeviceByFingerprint(open.Device)
		if err != nil {
			return err
		}
		d.State = appdevice.Revoked
		_, err = tx.SaveDevice(d)
		return err
	})
	if key := read(r); key != "lan.device_refused" {
		t.Errorf("the PC was shut out: %q", key)
	}
	if err := h.keeper.Close(t.Context(), h.host); err != nil || h.last(t).EndedAt.IsZero() {
		t.Errorf("%+v, %v", h.last(t), err)
	}
}

// TestAPCOfTheOfficeStaysOne: the code of an access does not turn a PC that works there into that of a stranger.
func TestAPCOfTheOfficeStaysOne(t *testing.T) {
	h := newHelped(t)
	h.Update(func(tx *store.Tx) error {
		if _, err := tx.SaveDevice(appdevice.Device{Fingerprint: "marie", Name: "PC-Marie", State: appdevice.Active, FirstSeen: tx.Now(), LastSeen: tx.Now()}); err != nil {
			return err
		}
		id, err := tx.AddSupport(support.Access{
			Granted: support.Granted{Who: "X", Reason: "Y"}, By: 1, MadeAt: tx.Now(), EndsAt: tx.Now().Add(time.Hour),
		})
		if err != nil {
			return err
		}
		a, err := tx.Support(id)
		a.CodeUntil = tx.Now().Add(time.Minute)
		if err == nil {
			err = tx.SaveSupport(a, 0)
		}
		if err != nil {
			return err
		}
		if err := support.Enter(tx, nil, id, "marie", "PC-Marie"); fault.KeyOf(err) != "pair.refused" {
			t.Errorf("a PC of the office: %v", err)
		}
		return nil
	})
}
