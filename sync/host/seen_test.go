package host_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/lan"
)

// owners makes people who are told, the first of whom gives the codes.
func (o *office) owners() {
	o.Update(func(tx *store.Tx) error {
		for _, name := range []string{"Claire", "Marc"} {
			u := user.User{Login: strings.ToLower(name), Name: name, Role: auth.Owner, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
}

// said are the events of a kind, oldest first, and the notices of a person.
func (o *office) said(t *testing.T, event string, to auth.UserID) (events, notices []string) {
	t.Helper()
	err := o.Store.View(o.Ctx(), func(tx *store.Tx) error {
		es, err := tx.Events("", 0, 0, 100)
		if err != nil {
			return err
		}
		for _, e := range es {
			if e.Op == event {
				events = append([]string{strings.TrimSpace(e.ActorName + " " + e.Payload)}, events...)
			}
		}
		ns, err := tx.Notices(to)
		for _, n := range ns {
			notices = append(notices, fmt.Sprintf("%s %s %s", n.Kind, n.Name, n.Detail))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return events, notices
}

// TestWrongCodesAreInTheJournal: one a minute of an address, and each that used the code up; the owners are told of
// these. None of them is a reason to make a backup.
func TestWrongCodesAreInTheJournal(t *testing.T) {
	const tried, burnt = `{"by":1,"from":"127.0.0.1","why":"code"}`, `{"by":1,"from":"127.0.0.1","why":"code_burnt"}`
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	wrong := func(times int) {
		t.Helper()
		if _, err := o.invite(t); err != nil {
			t.Fatal(err)
		}
		for try := range times {
			_, err := lan.Join(t.Context(), addr, "0000-0000", "PC", storetest.Noon)
			if want := []string{"pair.bad_code", "pair.bad_code", "pair.code_burnt"}[try]; fault.KeyOf(err) != want {
				t.Fatal(want, err)
			}
		}
	}
	before := o.changes(t)
	wrong(3)
	wrong(2)
	o.Clock.Add(time.Minute)
	wrong(1)
	events, notices := o.said(t, "device.pair_refused", 2)
	if got := strings.Join(events, " "); got != tried+" "+burnt+" "+tried {
		t.Errorf("in the journal: %s", got)
	}
	if got := strings.Join(notices, ", "); got != "code Claire 127.0.0.1, code_burnt Claire 127.0.0.1, code Claire 127.0.0.1" {
		t.Errorf("an owner is told: %s", got)
	}
	if now := o.changes(t); now != before {
		t.Errorf("worth a backup: change %d, was %d", now, before)
	}
}

// changes is the number of the last change worth a backup.
func (o *office) changes(t *testing.T) (n uint64) {
	t.Helper()
	err := o.Store.View(o.Ctx(), func(tx *store.Tx) (err error) { n, err = tx.LastChange(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWhoLetAPCInIsNamed in the journal, and the other owners are told.
func TestWhoLetAPCInIsNamed(t *testing.T) {
	o := newOffice(t)
	o.owners()
	addr, _ := o.serve(t)
	code, err := o.invite(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lan.Join(t.Context(), addr, code.Code, "PC-Marie", storetest.Noon); err != nil {
		t.Fatal(err)
	}
	events, notices := o.said(t, "device.enrolled", 2)
	_, own := o.said(t, "device.enrolled", 1)
	if len(events) != 1 || events[0] != "Claire" || len(own) != 0 || len(notices) != 1 || notices[0] != "pc Claire PC-Marie" {
		t.Errorf("events %q, told %q, themself %q", events, notices, own)
	}
}

// TestWhenAPCWasAtWorkIsKept, written down now and then and not at each call, and never a reason to make a backup.
func TestWhenAPCWasAtWorkIsKept(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	addr, _ := o.serve(t)
	seat.Addr = addr
	r, err := seat.Reach(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	seen := func() (d appdevice.Device) {
		t.Helper()
		err := o.Store.View(o.Ctx(), func(tx *store.Tx) (err error) {
			d, _, err = tx.DeviceByFingerprint(string(fp))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first, changes := seen().LastSeen, o.changes(t)
	o.Clock.Add(9 * time.Minute)
	commits := o.Store.Commits()
	for range 20 {
		if err := r.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := seen().LastSeen; !got.Equal(first) || o.Store.Commits() != commits {
		t.Errorf("seen at %v, %d writes for 20 calls", got, o.Store.Commits()-commits)
	}
	o.Clock.Add(2 * time.Minute)
	for n := 0; !seen().LastSeen.Equal(o.Clock.Now()); n++ {
		if n > 500 {
			t.Fatalf("still seen at %v, it is %v", seen().LastSeen, o.Clock.Now())
		}
		if err := r.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	commits = o.Store.Commits()
	for range 20 {
		if err := r.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// One that waited while the first was written may find nothing to do.
	if n := o.Store.Commits() - commits; n > 1 || o.changes(t) != changes {
		t.Errorf("%d more writes, last change %d, was %d", n, o.changes(t), changes)
	}
}
