package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// broken is a closed book with rows, and where the one it replaces goes.
type broken struct {
	t   *testing.T
	dir string
	o   store.Options
}

func newBroken(t *testing.T) *broken {
	s := checkpointed(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := &broken{t: t, dir: s.Dir()}
	b.o = store.Options{SlotCost: storetest.Cheap, Aside: b.dir + ".aside"}
	return b
}

func (b *broken) file(name string) string { return filepath.Join(b.dir, name) }

func (b *broken) read(name string) []byte {
	b.t.Helper()
	data, err := os.ReadFile(b.file(name))
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

func (b *broken) write(name string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(b.file(name), data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *broken) remove(name string) {
	b.t.Helper()
	if err := os.Remove(b.file(name)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *broken) open() (*store.Store, error) {
	return store.Open(b.t.Context(), b.dir, store.WithPassword(storetest.Password), b.o)
}

// work adds rows, as another day would.
func (b *broken) work() {
	b.t.Helper()
	s, err := b.open()
	if err != nil {
		b.t.Fatal(err)
	}
	err = s.Update(b.t.Context(), func(tx *store.Tx) error { return tx.SetSetting("row3", "another day") })
	if err = errors.Join(err, s.Close()); err != nil {
		b.t.Fatal(err)
	}
}

// accept repairs; the check notes the event, as the program does.
func (b *broken) accept(place bool, check func(*store.Store) error) error {
	return store.Accept(b.t.Context(), b.dir, store.WithPassword(storetest.Password), b.o, store.Repair{
		Head: 1 << 40, Place: place, Check: func(ctx context.Context, s *store.Store, d store.Damage) error {
			if s.OpenedBy() != "owner" || d.File != "book.db-ledger" {
				b.t.Errorf("opened by %q, %+v", s.OpenedBy(), d)
			}
			if check != nil {
				if err := check(s); err != nil {
					return err
				}
			}
			return s.Update(ctx, func(tx *store.Tx) error { return tx.NoteAccepted(7, "Claire", d.Why) })
		},
	})
}

func (b *broken) refused(want string, place bool) {
	b.t.Helper()
	before, err := os.ReadDir(filepath.Dir(b.dir))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.accept(place, nil); fault.KeyOf(err) != want {
		b.t.Errorf("got %v, want %s", err, want)
	}
	after, err := os.ReadDir(filepath.Dir(b.dir))
	if err != nil || len(after) != len(before) {
		b.t.Errorf("left behind: %v, there were %v (%v)", after, before, err)
	}
}

func TestABookWithoutItsLedgerCanBeAccepted(t *testing.T) {
	for name, damage := range map[string]func(*broken){
		"missing":      func(b *broken) { b.remove("book.db-ledger") },
		"empty":        func(b *broken) { b.write("book.db-ledger", nil) },
		"nonsense":     func(b *broken) { b.write("book.db-ledger", make([]byte, 9000)) },
		"first record": func(b *broken) { d := b.read("book.db-ledger"); d[70] ^= 1; b.write("book.db-ledger", d) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroken(t)
			damage(b)
			lost, statErr := os.ReadFile(b.file("book.db-ledger"))
			if _, err := b.open(); err == nil {
				t.Fatal("it opens by itself")
			}
			if err := b.accept(false, nil); err != nil {
				t.Fatalf("rehearsal: %v", err)
			}
			if _, err := b.open(); err == nil {
				t.Fatal("the rehearsal repaired it")
			}
			if err := b.accept(true, nil); err != nil {
				t.Fatal(err)
			}
			s, err := b.open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			err = s.View(t.Context(), func(tx *store.Tx) error {
				head, err := tx.Head()
				if head.Op != "book.accepted" || head.Actor != 7 || head.ActorName != "Claire" || head.Payload == "" {
					t.Errorf("the chain ends with %+v", head)
				}
				var row string
				if ok, err := tx.Setting("row3", &row); !ok || err != nil || len(row) != 3000 {
					t.Errorf("the rows are not there: %v %v", ok, err)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if rep, err := s.VerifySeal(t.Context(), nil); err != nil || len(rep.Faults) > 0 || rep.Head <= 1<<40 {
				t.Errorf("afterwards: %+v %v", rep, err)
			}
			kept, err := os.ReadFile(filepath.Join(b.o.Aside, "book.db-ledger"))
			if string(kept) != string(lost) || (err == nil) != (statErr == nil) {
				t.Errorf("what was there is not kept aside: %v", err)
			}
			if _, err := os.Stat(filepath.Join(b.o.Aside, "book.db")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNothingIsAcceptedThatTheFilesSpeakAgainst: the rule of Accept, case by case.
func TestNothingIsAcceptedThatTheFilesSpeakAgainst(t *testing.T) {
	t.Run("a sound book", func(t *testing.T) { newBroken(t).refused("store.repair_needless", true) })
	t.Run("an older page under its ledger", func(t *testing.T) {
		b := newBroken(t)
		old := b.read("book.db")
		b.work()
		now := b.read("book.db")
		changed := 0
		for at := 0; at+4096 <= len(old); at += 4096 {
			if string(old[at:at+4096]) != string(now[at:at+4096]) && at > 0 {
				copy(now[at:], old[at:at+4096])
				changed++
				break
			}
		}
		if changed == 0 {
			t.Fatal("the day changed no page")
		}
		b.write("book.db", now)
		b.refused("store.repair_refused", true)
		b.refused("store.repair_refused", false)
	})
	t.Run("an older database under its ledger", func(t *testing.T) {
		b := newBroken(t)
		old := b.read("book.db")
		b.work()
		b.write("book.db", old)
		b.refused("store.repair_refused", true)
	})
	t.Run("a damaged page", func(t *testing.T) {
		b := newBroken(t)
		d := b.read("book.db")
		d[3*4096+9] ^= 1
		b.write("book.db", d)
		b.refused("store.repair_refused", true)
		b.remove("book.db-ledger")
		b.refused("store.repair_refused", true)
	})
	t.Run("no database", func(t *testing.T) {
		b := newBroken(t)
		b.remove("book.db")
		b.refused("store.repair_refused", true)
	})
	t.Run("an older key file", func(t *testing.T) {
		b := newBroken(t)
		keys, twin := b.read("company.keys"), b.read("company.keys.bak")
		s, err := b.open()
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.AddPasswordSlot(t.Context(), "other", "encore un mot de passe")
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		b.write("company.keys", keys)
		b.write("company.keys.bak", twin)
		b.remove("book.db-ledger")
		b.refused("store.old_keys", true)
	})
	t.Run("the wrong password", func(t *testing.T) {
		b := newBroken(t)
		b.remove("book.db-ledger")
		err := store.Accept(t.Context(), b.dir, store.WithPassword("something else"), b.o, store.Repair{Place: true})
		if fault.KeyOf(err) != "store.wrong_password" {
			t.Errorf("%v", err)
		}
	})
	t.Run("an open book", func(t *testing.T) {
		b := newBroken(t)
		s, err := b.open()
		if err != nil {
			t.Fatal(err)
		}
		b.refused("store.in_use", true)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("what the check refuses", func(t *testing.T) {
		b := newBroken(t)
		b.remove("book.db-ledger")
		planted := errors.New("planted")
		if err := b.accept(true, func(*store.Store) error { return planted }); !errors.Is(err, planted) {
			t.Errorf("%v", err)
		}
		if _, err := os.Stat(b.file("book.db-ledger")); err == nil {
			t.Error("repaired all the same")
		}
		if _, err := os.Stat(b.o.Aside); err == nil {
			t.Error("the book was set aside")
		}
	})
}
