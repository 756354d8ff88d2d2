package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/company"
	appdevice "zafe/app/device"
	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/host"
	"zafe/sync/lan"
)

// office is a host of a real book.
type office struct {
	*storetest.World
	host  *host.Host[*store.Tx]
	root  device.Root
	warns []string
	guard *host.Guard
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: storetest.NewWorld(t)}
	var err error
	if o.root, err = device.NewRoot(storetest.Noon); err != nil {
		t.Fatal(err)
	}
	pem, err := o.root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	o.guard = o.newGuard(t, pem)
	o.host, err = host.New(host.Settings[*store.Tx]{
		Book: o.Store, BookID: "one", Root: pem, Registry: o.Registry, Version: "test", Clock: o.Clock.Now,
		Raise: func() bool { return true }, Feed: o.Store.Feed, Guard: o.guard,
		Log:  func(what string, err error) { t.Logf("%s: %v", what, err) },
		Warn: func(what string, err error) { o.warns = append(o.warns, what+": "+err.Error()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	appdevice.Bind(o.Registry, o.host)
	return o
}

// serve serves the office until stop is called or the test ends, and returns where.
func (o *office) serve(t *testing.T) (addr string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	at, over := make(chan string, 1), make(chan error, 1)
	go func() { over <- o.host.Serve(ctx, "127.0.0.1:0", func(addr string) { at <- addr }) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	select {
	case addr = <-at:
	case err := <-over:
		t.Fatal(err)
	}
	return addr, stop
}

func (o *office) invite(t *testing.T) (appdevice.Invitation, error) {
	t.Helper()
	return o.host.Invite(1)
}

// TestTheMainPCIsCalledAsItsOwnerSays: one that took over was given its name as a PC of the office; no other PC is given
// the name that the main one has.
func TestTheMainPCIsCalledAsItsOwnerSays(t *testing.T) {
	o := newOffice(t)
	addr, _ := o.serve(t)
	code, err := o.invite(t)
	if err != nil {
		t.Fatal(err)
	}
	seat, err := lan.Join(t.Context(), addr, code.Code, "PC-Marie", storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	r, err := seat.Reach(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	called := func(want string) {
		t.Helper()
		if h, err := r.Hello(t.Context()); err != nil || h.Name != want {
			t.Errorf("called %q, want %q, %v", h.Name, want, err)
		}
	}
	rename := func(id appdevice.ID, name, want string) {
		t.Helper()
		_, err := appdevice.Rename.Call(o.Ctx(), o.As("owner"), appdevice.RenameRequest{ID: id, Name: name})
		if fault.KeyOf(err) != want {
			t.Errorf("%d as %q: %v", id, name, err)
		}
	}
	called("SRV")
	rename(1, "srv", "device.name_taken")
	_, own, err := o.guard.Seat()
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error { return appdevice.Enrol(tx, own, "SRV", 1) })
	rename(1, "srv", "device.name_taken")
	rename(2, "Comptoir", "")
	called("Comptoir")
	rename(1, "comptoir", "device.name_taken")
	rename(2, "SRV", "")
	called("SRV")
}

// TestTheMainPCKeepsItsNameFromPCsOfTheSameMaker: one that is paired under it gets a number, so that the main one has it
// once the book knows it.
func TestTheMainPCKeepsItsNameFromPCsOfTheSameMaker(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	code, err := o.invite(t)
	if err != nil {
		t.Fatal(err)
	}
	seat, err := lan.Join(t.Context(), addr, code.Code, "SRV", storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lan.JoinInvited(t.Context(), newRemote(t).path, o.file(t, addr), "srv", storetest.Noon); err != nil {
		t.Fatal(err)
	}
	if got := o.paired(t); !slices.Equal(got, []string{"SRV (2)", "srv (3)"}) {
		t.Errorf("they are called %q", got)
	}
	o.Update(func(tx *store.Tx) error {
		pcs, err := tx.Devices()
		return errors.Join(err, tx.SetSetting("relay", relay.Post{Relay: pcs[0].Fingerprint}))
	})
	if err := o.host.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := seat.Reach(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	if h, err := r.Hello(t.Context()); err != nil || h.Name != "SRV" {
		t.Errorf("the main PC is called %q, %v", h.Name, err)
	}
}

// An invited PC is in, is told which book it is and how far it went, and is out once the owner says so.
func TestAPCComesInAndIsShutOut(t *testing.T) {
	o := newOffice(t)
	o.Update(func(tx *store.Tx) error {
		profile := company.Default()
		profile.Name = "Atelier Dupont"
		return tx.SetSetting("company", profile)
	})
	if _, err := o.invite(t); fault.KeyOf(err) != "device.not_serving" {
		t.Errorf("before it serves: %v", err)
	}
	addr, stop := o.serve(t)
	code, err := o.invite(t)
	if err != nil || len(code.Addresses) == 0 {
		t.Fatalf("%+v, %v", code, err)
	}
	seat, err := lan.Join(t.Context(), addr, code.Code, "PC-Marie", storetest.Noon)
	if err != nil || seat.Company != "Atelier Dupont" {
		t.Fatalf("%+v, %v", seat, err)
	}
	r, err := seat.Reach(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	hello, err := r.Hello(t.Context())
	if err != nil || hello.Book != "one" || hello.Version != "test" || hello.Name != "SRV" || hello.Event == 0 || o.host.Connected() != 1 {
		t.Errorf("%+v, %d connected, %v", hello, o.host.Connected(), err)
	}
	if hello.Name == "" || len(hello.Done) > 0 {
		t.Errorf("a main PC that took over from none tells %+v", hello)
	}
	o.Update(func(tx *store.Tx) error {
		for _, did := range []string{"customer.save", "session.login", "invoice.issue", "customer.save"} {
			kind, _, _ := strings.Cut(did, ".")
			if _, err := tx.AppendEvent(audit.Event{Op: did, SubjectKind: kind, SubjectID: 1}); err != nil {
				return err
			}
		}
		return tx.SetSetting("relay", relay.Post{Term: 1, Before: hello.Event, Was: "another"})
	})
	took, err := r.Hello(t.Context())
	if err != nil || took.Counted || len(took.Done) > 0 {
		t.Errorf("any PC of the office is told what was done: %+v, %v", took.Done, err)
	}
	o.Update(func(tx *store.Tx) error {
		pcs, err := tx.Devices()
		if err != nil {
			return err
		}
		return tx.SetSetting("relay", relay.Post{Term: 1, Before: hello.Event, Was: pcs[0].Fingerprint})
	})
	took, err = r.Hello(t.Context())
	if want := []relay.Done{{Op: "customer.save", N: 2}, {Op: "invoice.issue", N: 1}}; err != nil || !took.Counted || !slices.Equal(took.Done, want) {
		t.Errorf("done since it took over: %+v, %v", took.Done, err)
	}
	owner := op.AsActor(t.Context(), auth.Actor{User: 1, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: o.Clock.Now()})
	local := op.Local[*store.Tx]{Registry: o.Registry}
	all, err := appdevice.List.Call(owner, local, op.Empty{})
	if err != nil || len(all.Devices) != 1 || all.Devices[0].Name != "PC-Marie" {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := appdevice.Revoke.Call(owner, local, appdevice.IDRequest{ID: all.Devices[0].ID}); err != nil {
		t.Fatal(err)
	}
	if err := r.Retry(t.Context()); err == nil {
		t.Error("a PC that was shut out is answered")
	}
	for _, fp := range []string{all.Devices[0].Fingerprint, "unknown"} {
		if ok, err := o.host.Allowed(t.Context(), device.Fingerprint(fp)); ok || err != nil {
			t.Errorf("%s is let in: %v", fp, err)
		}
	}
	r.Client.Close()
	stop()
	if _, err := o.invite(t); fault.KeyOf(err) != "device.not_serving" {
		t.Errorf("once it serves no more: %v", err)
	}
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	o := newOffice(t)
	addr, _ := o.serve(t)
	err := newOffice(t).host.Serve(t.Context(), addr, func(string) { t.Error("it serves") })
	if fault.KeyOf(err) != "lan.port_taken" {
		t.Error(err)
	}
}

// The programs of this PC find the one that has the book by a file, and no longer once it ends.
func TestTheProgramsOfThisPCFindEachOther(t *testing.T) {
	o := newOffice(t)
	path := filepath.Join(t.TempDir(), "running.json")
	warn := func(what string, err error) { t.Error(what, err) }
	if r := host.Reach(t.Context(), path, "here", warn); r != nil {
		t.Fatal("nobody has the book, and is reached")
	}
	ctx, stop := context.WithCancel(context.Background())
	serve, err := o.host.Answer(path)
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() { defer close(over); serve(ctx) }()
	killed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := host.Reach(t.Context(), path, "here", warn)
	if r == nil {
		t.Fatal("it is not reached")
	}
	if err := r.Raise(t.Context()); err != nil || r.Place() != "here" || o.host.Connected() != 0 {
		t.Errorf("%q, %d of the office, %v", r.Place(), o.host.Connected(), err)
	}
	r.Client.Close()
	stop()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) || len(o.warns) != 0 {
		t.Errorf("left behind: %v, %q", err, o.warns)
	}
	// A program that was killed leaves the file, whose key opens no other one.
	next, nextPath := newOffice(t), filepath.Join(t.TempDir(), "running.json")
	if serve, err = next.host.Answer(nextPath); err != nil {
		t.Fatal(err)
	}
	nextCtx, end := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); serve(nextCtx) }()
	defer func() { end(); <-done }()
	var old, now lan.Seat
	if err := errors.Join(json.Unmarshal(killed, &old), durable.ReadJSON(nextPath, &now)); err != nil {
		t.Fatal(err)
	}
	now.Key = old.Key
	stolen := filepath.Join(t.TempDir(), "stolen.json")
	if err := durable.WriteJSON(stolen, now); err != nil {
		t.Fatal(err)
	}
	if r := host.Reach(t.Context(), stolen, "here", func(string, error) {}); r != nil {
		t.Error("the key of a killed program reaches another one")
	}
	if err := os.WriteFile(path, killed, 0o600); err != nil {
		t.Fatal(err)
	}
	warned := 0
	if r := host.Reach(t.Context(), path, "here", func(string, error) { warned++ }); r != nil || warned != 1 {
		t.Errorf("reached %v, warned %d times", r, warned)
	}
}
