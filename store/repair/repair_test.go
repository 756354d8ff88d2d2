package repair_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/repair"
	"zafe/store/storetest"
)

// lost makes a book without its ledger that a person's password opens.
func lost(t *testing.T, who user.User) (dir string, o store.Options) {
	t.Helper()
	dir, o = made(t, who)
	if err := os.Remove(filepath.Join(dir, "book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	return dir, o
}

// made makes a book that a person's password opens.
func made(t *testing.T, who user.User) (dir string, o store.Options) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "book")
	clock := &storetest.Clock{}
	clock.Set(storetest.Noon)
	o = store.Options{Clock: clock.Now, SlotCost: storetest.Cheap, Aside: dir + ".aside"}
	sec := store.Secrets{
		BookID: "one", Label: user.SlotLabel(1), Password: storetest.Password, Recovery: storetest.Recovery,
		Cost: storetest.Cheap,
	}
	who.Login, who.Name, who.CreatedAt = "claire", "Claire", storetest.Noon
	st, err := store.Create(t.Context(), dir, sec, o, func(tx *store.Tx) error {
		_, err := tx.SaveUser(who)
		_, noteErr := tx.AppendEvent(audit.Event{Op: "test.done"})
		return errors.Join(err, noteErr, setup.SaveIdentity(tx, setup.Identity{BookID: "one"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, o
}

// further is more of a book than there is.
func further(book string) verify.Seen {
	return verify.Seen{Checkpoint: audit.Checkpoint{Book: book, Event: 9, Hash: "00"}}
}

func TestWhoMayHaveABookAccepted(t *testing.T) {
	password, sheet := store.WithPassword(storetest.Password), store.WithRecovery(storetest.Recovery)
	owner, nothing := user.User{Role: auth.Owner}, verify.Seen{}
	for name, c := range map[string]struct {
		who    user.User
		unlock store.Unlock
		seen   verify.Seen
		want   string
	}{
		"an owner":                  {owner, password, nothing, ""},
		"the recovery sheet":        {owner, sheet, nothing, ""},
		"a start delegate":          {user.User{Role: auth.Sales}, password, nothing, "store.owner_only"},
		"an owner shut out":         {user.User{Role: auth.Owner, Disabled: true}, password, nothing, "store.owner_only"},
		"of one that went further":  {owner, password, further("one"), "store.repair_older"},
		"another book went further": {owner, password, further("two"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := lost(t, c.who)
			got, err := repair.Accept(t.Context(), dir, c.unlock, o, c.seen, "", true)
			if fault.KeyOf(err) != c.want {
				t.Fatal(err)
			}
			if _, err := os.Stat(o.Aside); (err == nil) != (c.want == "") {
				t.Error("aside:", err)
			}
			if c.want == "" && (got.File != "book.db-ledger" || got.Why != "missing" || got.Events != 1 || got.Pages == 0 ||
				got.Aside != o.Aside) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestARehearsalChangesNothingAndAnAcceptedBookSaysSo(t *testing.T) {
	dir, o := lost(t, user.User{Role: auth.Owner})
	unlock := store.WithPassword(storetest.Password)
	for _, place := range []bool{false, true} {
		got, err := repair.Accept(t.Context(), dir, unlock, o, verify.Seen{}, "", place)
		if err != nil || (got.Aside != "") != place {
			t.Fatalf("%+v, %v", got, err)
		}
		st, err := store.Open(t.Context(), dir, unlock, o)
		if (err == nil) != place {
			t.Fatalf("placed %t: %v", place, err)
		}
		if err != nil {
			continue
		}
		var kept audit.Event
		err = st.View(t.Context(), func(tx *store.Tx) (err error) { kept, err = tx.Head(); return err })
		if err = errors.Join(err, st.Close()); err != nil || kept.Op != "book.accepted" || kept.ActorName != "Claire" {
			t.Errorf("%+v, %v", kept, err)
		}
	}
}

func TestNothingToGoBackTo(t *testing.T) {
	dir, o := lost(t, user.User{Role: auth.Owner})
	unlock := store.WithPassword(storetest.Password)
	_, err := repair.LookBack(t.Context(), dir, unlock, o)
	for _, err := range []error{err, repair.GoBack(t.Context(), dir, unlock, o, storetest.Password, nil)} {
		if fault.KeyOf(err) != "store.no_earlier" {
			t.Error(err)
		}
	}
}

// TestWhoTakesOverKeepsItsName: its backups go under the one that an owner gave it, its own where nobody did.
func TestWhoTakesOverKeepsItsName(t *testing.T) {
	dir, o := made(t, user.User{Role: auth.Owner})
	unlock := store.WithPassword(storetest.Password)
	for _, want := range []string{"DESKTOP-4F2A", "Caisse du fond"} {
		_, _, err := repair.TakeOver(t.Context(), dir, unlock, o, repair.Taking{
			WriterID: "b", WriterName: "DESKTOP-4F2A", Main: "ff",
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(t.Context(), dir, unlock, o)
		if err != nil {
			t.Fatal(err)
		}
		err = st.Update(t.Context(), func(tx *store.Tx) error {
			id, _, err := setup.IdentityOf(tx)
			if id.WriterName != want {
				t.Errorf("called %q, want %q", id.WriterName, want)
			}
			return errors.Join(err, device.Enrol(tx, "ff", "Caisse du fond", 0))
		})
		if err = errors.Join(err, st.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACopyThatLacksWhatWasSeen takes over only where the owner knows.
func TestACopyThatLacksWhatWasSeen(t *testing.T) {
	dir, o := made(t, user.User{Role: auth.Owner})
	take := func(seen verify.Seen) (relay.Post, error) {
		_, post, err := repair.TakeOver(t.Context(), dir, store.WithPassword(storetest.Password), o, repair.Taking{
			WriterID: "b", WriterName: "Comptoir", Main: "ff", Seen: seen,
		})
		return post, err
	}
	_, err := take(verify.Seen{Checkpoint: audit.Checkpoint{Book: "one", Event: 4}})
	if f := fault.Of(err); fault.KeyOf(err) != "relay.copy_behind" || f.Args["n"] != int64(3) || f.Args["at"] != storetest.Noon {
		t.Fatalf("a copy of one event where four were seen: %v", err)
	}
	if post, err := take(verify.Seen{Checkpoint: audit.Checkpoint{Book: "two", Event: 4}}); err != nil || post.Term != 1 {
		t.Errorf("another book went further: %+v, %v", post, err)
	}
	if post, err := take(verify.Seen{Checkpoint: audit.Checkpoint{Book: "one", Event: 2}}); err != nil || post.Term != 2 || post.Before != 2 {
		t.Errorf("nothing is missing: %+v, %v", post, err)
	}
}
