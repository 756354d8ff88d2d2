package host_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/store"
	"zafe/sync/guest"
	"zafe/sync/lan"
)

// kept is what a PC keeps of the book.
type kept struct {
	mu    sync.Mutex
	seen  verify.Seen
	older int // how often it found the book older
}

func (k *kept) Seen() verify.Seen { k.mu.Lock(); defer k.mu.Unlock(); return k.seen }

func (k *kept) See(change func(verify.Seen) verify.Seen) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen = change(k.seen)
	return nil
}

// signing gives the book its identity, and returns how far it is.
func (o *office) signing(t *testing.T) audit.Checkpoint {
	t.Helper()
	pem, err := o.root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{BookID: "one", Root: pem})
	})
	return o.point(t, 0)
}

// point is a checkpoint that the book signed: of now, or of a later event that it lost since.
func (o *office) point(t *testing.T, lost int64) (c audit.Checkpoint) {
	t.Helper()
	o.Update(func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		if err != nil {
			return err
		}
		key, err := id.Signer()
		if err != nil {
			return err
		}
		c, err = witness.Of(tx)
		if lost > 0 {
			c.Event, c.Hash = lost, "0f"
			c = c.Sign(key)
		}
		return err
	})
	return c
}

// morning is a PC that starts to work, and leaves.
func (o *office) morning(t *testing.T, seat lan.Seat, k *kept) {
	t.Helper()
	b, err := guest.Connect(t.Context(), seat, guest.Witness{
		Memory: k, Keep: func(lan.Seat) error { return nil }, Warn: func(what string, err error) { t.Error(what, err) },
		Older: func(seen, _ int64) {
			if seen != 0 {
				k.older++
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func (o *office) status(t *testing.T) witness.Status {
	t.Helper()
	s, err := witness.Get.Call(t.Context(), o.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// said counts the events of an operation.
func (o *office) events(t *testing.T, what string) (n int) {
	t.Helper()
	o.Update(func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == what {
				n++
			}
			return nil
		})
	})
	return n
}

// TestEveryPCIsAWitness: each of ten PCs keeps how far the book went; when it is older, each says so once,
// whatever was done since, until an owner takes it as it is. What an owner had done alarms nobody.
func TestEveryPCIsAWitness(t *testing.T) {
	o := newOffice(t)
	witness.Bind(o.Registry, o.host.Heard, func() {})
	const pcs = 10
	seats, memories := make([]lan.Seat, pcs), make([]*kept, pcs)
	for i := range pcs {
		seats[i], _ = o.pair(t, "PC-"+string(rune('a'+i)))
		memories[i] = &kept{}
	}
	now := o.signing(t)
	addr, _ := o.serve(t)
	all := func() (alarmed int) {
		for i := range pcs {
			seats[i].Addr = addr
			was := memories[i].older
			o.morning(t, seats[i], memories[i])
			if memories[i].older > was {
				alarmed++
			}
		}
		return alarmed
	}
	if n := all(); n != 0 || memories[0].seen.Event != now.Event || memories[0].seen.Signature == "" {
		t.Fatalf("%d alarmed, kept %+v", n, memories[0].seen)
	}
	if w := o.status(t).Witnesses; len(w) != pcs || w[0].Event != now.Event {
		t.Errorf("the host heard of %+v", w)
	}

	// The book went on to event 5000, and is as it was before.
	lost := o.point(t, 5000)
	for _, m := range memories {
		m.seen = verify.Seen{Checkpoint: lost}
	}
	for range 2 {
		if n := all(); n != pcs || o.events(t, "witness.older") != pcs || len(o.status(t).Alerts) != pcs {
			t.Fatalf("%d of %d PCs alarmed, %d events, %d alerts", n, pcs, o.events(t, "witness.older"), len(o.status(t).Alerts))
		}
	}
	if memories[3].seen.Checkpoint != lost {
		t.Errorf("an older one took its place: %+v", memories[3].seen)
	}
	if _, err := witness.Accept.Call(t.Context(), o.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	if n := all(); n != 0 || o.events(t, "witness.older") != pcs || memories[3].seen.Event == lost.Event {
		t.Errorf("after the owner's word %d alarmed, kept %+v", n, memories[3].seen)
	}

	// New work beyond what was seen does not hide that something is missing below.
	deep := o.point(t, 2)
	for _, m := range memories {
		m.seen = verify.Seen{Checkpoint: deep}
	}
	if n := all(); n != pcs {
		t.Errorf("older, then more work: %d alarmed", n)
	}
}

// TestAnOwnersOwnDoingAlarmsNoPC: a restore, going back, a take-over and the way back from it.
func TestAnOwnersOwnDoingAlarmsNoPC(t *testing.T) {
	for name, do := range map[string]func(tx *store.Tx) error{
		"restored": func(tx *store.Tx) error { return errors.Join(relay.Raise(tx, 0, ""), tx.NoteRestored("{}")) },
		"taken over": func(tx *store.Tx) error {
			_, err := relay.TakeOver(tx, relay.Taking{Owner: 1, Name: "Claire", Main: "relay"})
			return err
		},
		"taken back": func(tx *store.Tx) error {
			_, err := relay.TakeOver(tx, relay.Taking{Owner: 1, Name: "Claire", Main: "main", Above: 4, Before: 1})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			witness.Bind(o.Registry, o.host.Heard, func() {})
			seat, _ := o.pair(t, "Comptoir")
			o.signing(t)
			k := &kept{seen: verify.Seen{Checkpoint: o.point(t, 5000)}}
			o.Update(do)
			seat.Addr, _ = o.serve(t)
			o.morning(t, seat, k)
			if k.older != 0 || o.events(t, "witness.older") != 0 || k.seen.Event == 5000 || k.seen.Term == 0 {
				t.Errorf("alarmed %d times, kept %+v", k.older, k.seen)
			}
			k.seen = verify.Seen{Checkpoint: o.point(t, 4000)} // what is older than the new line alarms again
			o.morning(t, seat, k)
			if k.older == 0 || o.events(t, "witness.older") != 1 {
				t.Errorf("on the new line: alarmed %d times, kept %+v", k.older, k.seen)
			}
		})
	}
}

// TestARelayKeepsWhatAnOlderBookLost: the main PC's files were put back as they once were, and the copy here is the
// only one that has what came after.
func TestARelayKeepsWhatAnOlderBookLost(t *testing.T) {
	o := newOffice(t)
	witness.Bind(o.Registry, o.host.Heard, func() {})
	seat, fp := o.pair(t, "Comptoir")
	o.signing(t)
	seat.Addr, _ = o.serve(t)
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp)}) })
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	m := &kept{seen: verify.Seen{Checkpoint: o.point(t, 5000)}}
	why := ""
	f := guest.Follower{
		Path: filepath.Join(t.TempDir(), "relay.json"), Clock: o.Clock.Now,
		Warn: func(_ string, err error) {
			if why = fault.KeyOf(err); why == "relay.older_host" {
				stop()
			}
		},
		Open: func() (guest.Copy, error) {
			stop()
			return nil, errors.New("the copy was to stay as it is")
		},
		Connect: func(ctx context.Context) (*guest.Book, error) {
			return guest.Connect(ctx, seat, guest.Witness{
				Memory: m, Keep: func(lan.Seat) error { return nil }, Warn: func(string, error) {},
			})
		},
	}
	f.Run(ctx, nil)
	if why != "relay.older_host" {
		t.Errorf("it says %q", why)
	}
}
