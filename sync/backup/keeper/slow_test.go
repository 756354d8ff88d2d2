package keeper_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/store/storetest"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/servetest"
)

// line is a way to a server on which, while it is held, nothing sent arrives: the slowest of uploads.
type line struct {
	addr    string
	held    atomic.Bool
	deletes atomic.Bool // only they are held
	asked   atomic.Bool // to delete something
}

// holds tells whether a part of what is sent must wait.
func (l *line) holds(sent []byte) bool {
	deletes := bytes.HasPrefix(sent, []byte("DELETE "))
	if deletes {
		l.asked.Store(true)
	}
	return l.held.Load() || deletes && l.deletes.Load()
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	l := &line{addr: ln.Addr().String()}
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			go l.serve(client, to)
		}
	}()
	return l
}

func (l *line) serve(client net.Conn, to string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go l.carry(client, server, func([]byte) bool { return false })
	l.carry(server, client, l.holds)
}

func (l *line) carry(dst, src net.Conn, held func([]byte) bool) {
	defer func() { _ = dst.Close() }()
	buf := make([]byte, 16<<10)
	for {
		n, err := src.Read(buf)
		if err != nil {
			return
		}
		for held(buf[:n]) {
			time.Sleep(5 * time.Millisecond)
		}
		if _, err := dst.Write(buf[:n]); err != nil {
			return
		}
	}
}

// twoPlaces adds a slow WebDAV server and a fast disk, in this order, to a keeper.
func twoPlaces(t *testing.T, k *keeper.Keeper) (slow *line) {
	t.Helper()
	dav, err := url.Parse(servetest.WebDAV(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	slow = newLine(t, dav.Host)
	t.Cleanup(func() { slow.held.Store(false); slow.deletes.Store(false) })
	for _, d := range []appbackup.NewDestination{
		{Provider: "webdav", Label: "Lent", Folder: "zafe", Values: map[string]string{
			"url": "http://" + slow.addr, "vendor": "other", "user": servetest.User, "pass": servetest.Password,
		}},
		{Provider: "local", Label: "Disque", Folder: t.TempDir()},
	} {
		if step, err := k.Begin(t.Context(), d); err != nil || step.Question != nil {
			t.Fatal(step, err)
		}
		if _, err := k.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return slow
}

// until waits for a state of the copies while the clock goes fast.
func until(t *testing.T, k *keeper.Keeper, clock *storetest.Clock, what string,
	good func(slow, fast appbackup.Copy, st appbackup.Status) bool,
) {
	t.Helper()
	var st appbackup.Status
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if st, err = k.Status(t.Context()); err != nil || len(st.Copies) != 2 {
			t.Fatal(st, err)
		}
		slow, fast := st.Copies[0], st.Copies[1]
		if slow.Label != "Lent" {
			slow, fast = fast, slow
		}
		if good(slow, fast, st) {
			return
		}
		clock.Add(5 * time.Second)
		k.Changed()
	}
	t.Fatalf("not in time: %s; %+v", what, st)
}

func TestASlowPlaceDelaysNothingElse(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	slow := twoPlaces(t, k)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { k.Run(ctx); close(ended) }()
	b.change(t)
	slow.held.Store(true)
	until(t, k, clock, "one place is slow, the other has all", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !st.Unsaved && !f.Lacks && f.Running == nil && s.Lacks && s.Running != nil && s.Fault == nil &&
			st.Running != nil && st.Running.Destination == "Lent"
	})
	first, err := k.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.change(t)
	until(t, k, clock, "the next point, and the other place has it", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return st.Saved.After(first.Saved) && !st.Unsaved && !f.Lacks && s.Running != nil
	})
	slow.held.Store(false)
	until(t, k, clock, "the slow place has the point made meanwhile", func(s, _ appbackup.Copy, st appbackup.Status) bool {
		return !s.Lacks && s.Running == nil && st.Running == nil
	})
	b.change(t)
	slow.held.Store(true)
	until(t, k, clock, "the last is under way", func(s, f appbackup.Copy, _ appbackup.Status) bool {
		return s.Running != nil && s.Lacks && !f.Lacks
	})
	stop()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("a slow upload keeps the program from ending")
	}
	if st, err := k.Status(t.Context()); err != nil || st.Running != nil {
		t.Errorf("%+v %v", st.Running, err)
	}
}

func TestNowAndCloseSendToAllSideBySide(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	slow := twoPlaces(t, k)
	b.change(t)
	slow.held.Store(true)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := k.Now(ctx); done <- err }()
	until(t, k, clock, "the fast place has all", func(s, f appbackup.Copy, _ appbackup.Status) bool {
		return !f.Lacks && s.Running != nil
	})
	stop() // the person closes the window
	if err := <-done; err == nil {
		t.Error("a stopped backup passes for whole")
	}
	go func() { _, err := k.Now(t.Context()); done <- err }()
	until(t, k, clock, "again under way", func(s, _ appbackup.Copy, _ appbackup.Status) bool { return s.Running != nil })
	k.Stop()
	if err := <-done; err != nil {
		t.Errorf("one place was stopped: %v", err)
	}
	go func() { done <- k.Close(t.Context()) }()
	until(t, k, clock, "the last sending", func(s, _ appbackup.Copy, _ appbackup.Status) bool { return s.Running != nil })
	slow.held.Store(false)
	if err := <-done; err != nil {
		t.Error(err)
	}
	until(t, k, clock, "all is everywhere", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !s.Lacks && !f.Lacks && !st.Unsaved && s.LastOK.Equal(s.Tried)
	})
}

// Removing old restore points at a slow place keeps nobody waiting: the next points are made and sent elsewhere
// meanwhile. And it can be given up.
func TestASlowRemovalHoldsNobody(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	slow := twoPlaces(t, k)
	save := func() appbackup.Status {
		t.Helper()
		b.change(t)
		clock.Add(time.Minute)
		st, err := k.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	var st appbackup.Status
	for range 9 {
		st = save()
	}
	disk := st.Copies[slices.IndexFunc(st.Copies, func(c appbackup.Copy) bool { return c.Label == "Disque" })]
	if _, err := k.Drill(t.Context(), disk.ID); err != nil {
		t.Fatal(err)
	}
	slow.deletes.Store(true)
	done := make(chan error, 2)
	now := func() { _, err := k.Now(t.Context()); done <- err }
	b.change(t)
	go now()
	until(t, k, clock, "the removal is under way", func(s, f appbackup.Copy, _ appbackup.Status) bool {
		return slow.asked.Load() && !s.Lacks && s.Running != nil && f.Running == nil
	})
	b.change(t)
	go now()
	until(t, k, clock, "the next point is made and elsewhere", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !st.Unsaved && !f.Lacks && f.Running == nil && s.Lacks
	})
	select {
	case err := <-done:
		t.Fatalf("nothing was slow: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	k.Stop()
	for range 2 {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("the removal cannot be stopped")
		}
		slow.deletes.Store(false) // or the next one's would be held as well
	}
	save()
	until(t, k, clock, "all is everywhere", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !s.Lacks && !f.Lacks && s.Running == nil
	})
}

func TestNothingIsSentBeforeTheFirstRestorePoint(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	twoPlaces(t, k)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { k.Run(ctx); close(ended) }()
	clock.Add(100 * time.Second) // the destinations are due, the book is not
	for range 20 {
		k.Changed()
		time.Sleep(50 * time.Millisecond)
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range st.Copies {
			if !c.Tried.IsZero() || c.Fault != nil {
				t.Fatalf("%s was sent nothing: %v", c.Label, c.Fault)
			}
		}
	}
	until(t, k, clock, "all is everywhere", func(s, f appbackup.Copy, st appbackup.Status) bool {
		return !s.Lacks && !f.Lacks && !st.Unsaved && s.Fault == nil && f.Fault == nil
	})
	stop()
	<-ended
}
