package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/storetest"
)

// The people of an office, and their passwords before and after its update.
const (
	claireWord = "un mot de passe d'essai de Claire"
	brunoWord  = "le premier mot de Bruno"
	brunoNext  = "le second mot de Bruno"
	doraWord   = "sept bateaux bleus au large"
)

var pcSecret = []byte("what this PC keeps, of 32 bytes.")

func lax(string, []string, bool) error { return nil }

// staffed opens the book in dir as a program does, and runs fn with its operations.
func staffed(t *testing.T, dir string, fn func(*store.Store, op.Caller) error) {
	t.Helper()
	st, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	clock := &storetest.Clock{}
	clock.Set(storetest.Noon)
	svc := user.NewService[*store.Tx](st, clock.Now, cheapHash, lax, st)
	reg := op.New[*store.Tx](st, svc, clock.Now, func(op.Record) {})
	user.Bind(reg, svc)
	err = svc.Settle(t.Context())
	if err == nil {
		err = fn(st, op.Local[*store.Tx]{Registry: reg})
	}
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
}

var cheapHash = user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}

func saves(t *testing.T, c op.Caller, p user.SaveRequest) error {
	_, err := user.Save.Call(op.AsSystem(t.Context()), c, p)
	return err
}

func logsIn(t *testing.T, c op.Caller, login, word string) error {
	_, err := user.Login.Call(t.Context(), c, user.LoginRequest{Login: login, Password: word})
	return err
}

// leftOffice is a book of two owners, updated; then the second changed their password, and a start delegate
// came. This PC keeps a secret of it.
func leftOffice(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "book")
	sec := secrets
	sec.Label, sec.Password = user.SlotLabel(1), claireWord
	s, err := store.Create(t.Context(), dir, sec, cheap, func(tx *store.Tx) error {
		u, err := user.NewOwner(t.Context(), user.SaveRequest{Login: "claire", Name: "C", Password: claireWord},
			cheapHash, lax)
		u.CreatedAt = tx.Now()
		_, saveErr := tx.SaveUser(u)
		return errors.Join(err, saveErr)
	})
	if err := errors.Join(err, s.SetSecretSlot(t.Context(), crypt.KindKeyring, pcSecret), s.Close()); err != nil {
		t.Fatal(err)
	}
	staffed(t, dir, func(_ *store.Store, c op.Caller) error {
		return saves(t, c, user.SaveRequest{Login: "bruno", Name: "B", Role: auth.Owner, Password: brunoWord})
	})
	back := store.AddMigration(later, laterSQL)
	defer back()
	staffed(t, dir, func(_ *store.Store, c op.Caller) error {
		_, err := user.SetDelegate.Call(op.AsSystem(t.Context()), c, user.DelegateRequest{ID: 3, On: true})
		if fault.KeyOf(err) != "user.not_found" {
			t.Errorf("a third person is there already: %v", err)
		}
		err = errors.Join(
			saves(t, c, user.SaveRequest{ID: 2, Login: "bruno", Name: "B", Role: auth.Owner, Password: brunoNext}),
			saves(t, c, user.SaveRequest{Login: "dora", Name: "D", Role: auth.Assistant, Password: doraWord}))
		if err != nil {
			return err
		}
		_, err = user.SetDelegate.Call(op.AsSystem(t.Context()), c, user.DelegateRequest{ID: 3, On: true})
		return errors.Join(err, logsIn(t, c, "dora", doraWord))
	})
	return dir
}

// anybody may go back.
func anybody(*store.Tx, string) error { return nil }

// claireGoesBack is what the program does when she asks for it.
func claireGoesBack(ctx context.Context, dir string, o store.Options) error {
	return store.GoBack(ctx, dir, store.WithPassword(claireWord), o, anybody, func(tx *store.Tx, label string) error {
		if label != user.SlotLabel(1) {
			return errors.New("opened by " + label)
		}
		_, err := user.Reset(ctx, tx, "claire", claireWord, cheapHash, lax)
		return err
	})
}

// opened lists which of the passwords open the book in dir.
func opened(t *testing.T, dir string) (words []string) {
	t.Helper()
	for _, w := range []string{claireWord, brunoWord, brunoNext, doraWord} {
		s, err := store.Open(t.Context(), dir, store.WithPassword(w), cheap)
		if fault.KeyOf(err) == "store.wrong_password" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, w)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return words
}

// entered lists which of the passwords log in.
func entered(t *testing.T, dir string) (words []string) {
	t.Helper()
	staffed(t, dir, func(_ *store.Store, c op.Caller) error {
		for _, p := range [][2]string{
			{"claire", claireWord}, {"bruno", brunoWord}, {"bruno", brunoNext}, {"dora", doraWord},
		} {
			switch err := logsIn(t, c, p[0], p[1]); fault.KeyOf(err) {
			case "":
				words = append(words, p[1])
			case "user.bad_login":
			default:
				return err
			}
		}
		return nil
	})
	return words
}

// agrees checks that the book in dir opens by the passwords that log in: by none but these at any time, and by
// all of these once their people have logged in.
func agrees(t *testing.T, dir string, before, want []string) {
	t.Helper()
	if got := opened(t, dir); !slices.Equal(got, before) {
		t.Errorf("the book opens by %q", got)
	}
	if got := entered(t, dir); !slices.Equal(got, want) {
		t.Errorf("it is entered by %q", got)
	}
	if got := opened(t, dir); !slices.Equal(got, want) {
		t.Errorf("after the log-ins it opens by %q", got)
	}
	s, err := store.Open(t.Context(), dir, store.WithSecret(crypt.KindKeyring, pcSecret), cheap)
	if err != nil {
		t.Fatal("this PC:", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestWhoOpensLogsInAfterGoingBack: nobody's password outlives its row, and nobody is shut out who was in it.
func TestWhoOpensLogsInAfterGoingBack(t *testing.T) {
	dir := leftOffice(t)
	newer := store.AddMigration(later, laterSQL)
	now := []string{claireWord, brunoNext, doraWord}
	agrees(t, dir, now, now)
	newer()
	o := cheap
	o.Aside = dir + ".aside"
	if err := claireGoesBack(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	agrees(t, dir, []string{claireWord}, []string{claireWord, brunoWord})
	staffed(t, dir, func(st *store.Store, c op.Caller) error {
		err := saves(t, c, user.SaveRequest{Login: "eve", Name: "E", Role: auth.Owner, Password: "les mots d'Ève"})
		if got := st.PasswordSlots(user.SlotLabel(3)); len(got) != 1 {
			t.Errorf("who has the number of somebody forgotten has %d slots", len(got))
		}
		return err
	})
}

// TestWhoOpensLogsInAfterGoingBackWasKilled at any step of it.
func TestWhoOpensLogsInAfterGoingBackWasKilled(t *testing.T) {
	for _, c := range []struct {
		step string
		done bool
	}{{"copy", false}, {"ready", false}, {"aside", false}, {"place", true}} {
		t.Run(c.step, func(t *testing.T) {
			dir := leftOffice(t)
			killed(t, "claire", dir, c.step)
			if c.done {
				agrees(t, dir, []string{claireWord}, []string{claireWord, brunoWord})
				return
			}
			newer := store.AddMigration(later, laterSQL)
			defer newer()
			now := []string{claireWord, brunoNext, doraWord}
			agrees(t, dir, now, now)
		})
	}
}

// TestABookOlderThanItsKeyFile, its files put back from elsewhere: what logs in opens it from then on, not the
// password that is behind the slot.
func TestABookOlderThanItsKeyFile(t *testing.T) {
	dir := leftOffice(t)
	newer := store.AddMigration(later, laterSQL)
	defer newer()
	was := t.TempDir()
	if err := os.CopyFS(was, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	staffed(t, dir, func(_ *store.Store, c op.Caller) error {
		return saves(t, c, user.SaveRequest{ID: 2, Login: "bruno", Name: "B", Role: auth.Owner, Password: brunoWord})
	})
	for _, n := range []string{"company.keys", "company.keys.bak"} {
		keys, err := os.ReadFile(filepath.Join(dir, n))
		if err := errors.Join(err, os.WriteFile(filepath.Join(was, n), keys, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	agrees(t, was, []string{claireWord, brunoWord, doraWord}, []string{claireWord, brunoNext, doraWord})
}

// TestWhoMayNotGoBackIsToldAtOnce, before the book is copied; where the present book cannot be read, the one of
// before decides.
func TestWhoMayNotGoBackIsToldAtOnce(t *testing.T) {
	dir := leftOffice(t)
	newer := store.AddMigration(later, laterSQL)
	defer newer()
	refusal := fault.New(fault.Forbidden, "test.refused")
	may := func(_ *store.Tx, label string) error {
		if label != user.SlotLabel(3) {
			t.Errorf("asked about %q", label)
		}
		return refusal
	}
	var steps []string
	o := store.Stepping(cheap, func(step string) error { steps = append(steps, step); return nil })
	o.Aside = dir + ".aside"
	unlock := store.WithPassword(doraWord)
	init := func(*store.Tx, string) error { return errors.New("reached") }
	if _, err := store.LookBack(t.Context(), dir, unlock, o, may); !errors.Is(err, refusal) {
		t.Error(err)
	}
	err := store.GoBack(t.Context(), dir, unlock, o, may, init)
	if !errors.Is(err, refusal) || len(steps) > 0 {
		t.Errorf("%v after the steps %v", err, steps)
	}
	if err := os.Truncate(filepath.Join(dir, "book.db"), 8192); err != nil {
		t.Fatal(err)
	}
	if err := store.GoBack(t.Context(), dir, unlock, o, may, init); err == nil || err.Error() != "reached" {
		t.Error(err)
	}
}
