package user_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

const (
	oldWord = "un mot de passe"
	newWord = "un tout autre"
)

// mortal is a book whose program is killed after some writes to it or to its key file: from then on
// nothing it does has any effect.
type mortal struct {
	*store.Store
	left int
}

var errKilled = errors.New("killed")

func (m *mortal) dead() bool { m.left--; return m.left < 0 }

func (m *mortal) View(ctx context.Context, fn func(*store.Tx) error) error {
	if m.left < 0 {
		return errKilled
	}
	return m.Store.View(ctx, fn)
}

func (m *mortal) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if m.dead() {
		return errKilled
	}
	return m.Store.Update(ctx, fn)
}

func (m *mortal) AddPasswordSlot(ctx context.Context, label, password string) (int, error) {
	if m.dead() {
		return 0, errKilled
	}
	return m.Store.AddPasswordSlot(ctx, label, password)
}

func (m *mortal) RemoveSlot(ctx context.Context, number int) error {
	if m.dead() {
		return errKilled
	}
	return m.Store.RemoveSlot(ctx, number)
}

// sealed is a book in a folder, opened and closed as a program would.
type sealed struct {
	t     *testing.T
	dir   string
	clock *storetest.Clock
}

func (s *sealed) options() store.Options {
	return store.Options{Clock: s.clock.Now, Zone: time.UTC, SlotCost: storetest.Cheap}
}

func newSealed(t *testing.T) *sealed {
	t.Helper()
	s := &sealed{t: t, dir: filepath.Join(t.TempDir(), "book"), clock: &storetest.Clock{}}
	s.clock.Set(storetest.Noon)
	owner, err := user.NewOwner(t.Context(), user.SaveRequest{
		Login: "claire", Name: "Claire", Password: oldWord,
	}, cheap, lax)
	if err != nil {
		t.Fatal(err)
	}
	sec := store.Secrets{
		BookID: "test", Label: user.SlotLabel(1), Password: oldWord, Recovery: storetest.Recovery, Cost: storetest.Cheap,
	}
	st, err := store.Create(t.Context(), s.dir, sec, s.options(), func(tx *store.Tx) error {
		_, err := tx.SaveUser(owner)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.close(st)
	return s
}

func (s *sealed) open(password string) (*store.Store, error) {
	return store.Open(s.t.Context(), s.dir, store.WithPassword(password), s.options())
}

func (s *sealed) close(st *store.Store) {
	s.t.Helper()
	if err := st.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// registry is that of a program over a book.
func (s *sealed) registry(m *mortal) *op.Registry[*store.Tx] {
	svc := user.NewService[*store.Tx](m, s.clock.Now, cheap, lax, m)
	r := op.New[*store.Tx](m, svc, s.clock.Now, func(op.Record) {})
	user.Bind(r, svc)
	return r
}

func (s *sealed) login(r *op.Registry[*store.Tx], password string) (op.Caller, error) {
	in, err := user.Login.Call(s.t.Context(), op.Local[*store.Tx]{Registry: r}, user.LoginRequest{
		Login: "claire", Password: password,
	})
	return op.Local[*store.Tx]{Registry: r, Credential: func() op.Credential {
		return op.Credential{Token: in.Token}
	}}, err
}

// enters tells whether a password opens the book and logs in; if both, it must then be the only one
// that opens it.
func (s *sealed) enters(password string) bool {
	s.t.Helper()
	st, err := s.open(password)
	if fault.KeyOf(err) == "store.wrong_password" {
		return false
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer s.close(st)
	_, err = s.login(s.registry(&mortal{Store: st, left: 1000}), password)
	if err == nil {
		there := st.PasswordSlots(user.SlotLabel(1))
		if len(there) != 1 || !st.PasswordOpens(there[0], password) {
			s.t.Errorf("after a log-in %d passwords open the book", len(there))
		}
	}
	return err == nil
}

func TestAKilledChangeOfPasswordLeavesOneThatOpensAndLogsIn(t *testing.T) {
	changes := map[string]func(c op.Caller, ctx context.Context) error{
		"one's own": func(c op.Caller, ctx context.Context) error {
			_, err := user.ChangePassword.Call(ctx, c, user.PasswordRequest{Old: oldWord, New: newWord})
			return err
		},
		"by another owner": func(c op.Caller, ctx context.Context) error {
			_, err := user.Save.Call(op.AsSystem(ctx), c, user.SaveRequest{
				ID: 1, Login: "claire", Name: "Claire", Role: auth.Owner, Password: newWord,
			})
			return err
		},
	}
	for name, change := range changes {
		for writes := range 5 {
			t.Run(fmt.Sprintf("%s, %d writes", name, writes), func(t *testing.T) {
				s := newSealed(t)
				st, err := s.open(oldWord)
				if err != nil {
					t.Fatal(err)
				}
				m := &mortal{Store: st, left: 1000}
				c, err := s.login(s.registry(m), oldWord)
				if err != nil {
					t.Fatal(err)
				}
				m.left = writes
				err = change(c, t.Context())
				if whole := writes >= 3; whole != (err == nil) {
					t.Fatalf("after %d writes: %v", writes, err)
				}
				s.close(st)
				before, after := s.enters(oldWord), s.enters(newWord)
				if before == after {
					t.Errorf("old enters: %v, new enters: %v", before, after)
				}
				if after != (writes >= 2) {
					t.Errorf("after %d writes new enters: %v", writes, after)
				}
			})
		}
	}
}

func TestARefusedChangeOfPasswordOpensNothing(t *testing.T) {
	s := newSealed(t)
	st, err := s.open(oldWord)
	if err != nil {
		t.Fatal(err)
	}
	r := s.registry(&mortal{Store: st, left: 1000})
	c := op.Local[*store.Tx]{Registry: r}
	for _, login := range []string{"marc", "claire"} {
		_, err = user.Save.Call(op.AsSystem(t.Context()), c, user.SaveRequest{
			Login: login, Name: "Marc", Role: auth.Sales, Password: "le mot de marc",
		})
	}
	if fault.KeyOf(err) != "user.login_taken" {
		t.Fatal(err)
	}
	_, err = user.Save.Call(op.AsSystem(t.Context()), c, user.SaveRequest{
		ID: 1, Login: "marc", Name: "Claire", Role: auth.Owner, Password: newWord,
	})
	if fault.KeyOf(err) != "user.login_taken" {
		t.Fatal(err)
	}
	s.close(st)
	if _, err := s.open(newWord); fault.KeyOf(err) != "store.wrong_password" {
		t.Errorf("a password that was refused opens the book: %v", err)
	}
	if !s.enters(oldWord) {
		t.Error("the old password no longer enters")
	}
}

// TestALogInDuringAChangeTakesNoSlotAway: the log-in finds two passwords that open the book, and the
// old one still in the row.
func TestALogInDuringAChangeTakesNoSlotAway(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, oldWord)
	race := &racing{Store: w.Store}
	svc := user.NewService[*store.Tx](race, w.Clock.Now, cheap, lax, w.Store)
	reg := op.New[*store.Tx](race, svc, w.Clock.Now, func(op.Record) {})
	user.Bind(reg, svc)
	c := op.Local[*store.Tx]{Registry: reg}
	loggedIn := make(chan error, 1)
	race.before = func() {
		go func() {
			_, err := user.Login.Call(w.Ctx(), c, user.LoginRequest{Login: "claire", Password: oldWord})
			loggedIn <- err
		}()
		time.Sleep(300 * time.Millisecond) // a log-in that does not wait for the change is done by then
	}
	_, err := user.Save.Call(op.AsSystem(w.Ctx()), c, user.SaveRequest{
		ID: claire.ID, Login: "claire", Name: "Claire", Role: auth.Owner, Password: newWord,
	})
	if err := errors.Join(err, <-loggedIn); err != nil {
		t.Fatal(err)
	}
	there := w.Store.PasswordSlots(user.SlotLabel(claire.ID))
	if len(there) != 1 || !w.Store.PasswordOpens(there[0], newWord) {
		t.Errorf("%d slots, none opened by the new password", len(there))
	}
}

func TestALogInGivesAndTakesTheRightToOpenTheBook(t *testing.T) {
	w := newWorld(t)
	claire, marc := w.add("claire", auth.Owner, oldWord), w.add("marc", auth.Sales, newWord)
	label := func(u user.User) string { return user.SlotLabel(u.ID) }
	for _, number := range w.Store.PasswordSlots(label(claire)) { // as after a restore by another owner
		if err := w.Store.RemoveSlot(w.Ctx(), number); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Store.AddPasswordSlot(w.Ctx(), label(marc), newWord); err != nil { // of when he was an owner
		t.Fatal(err)
	}
	for login, password := range map[string]string{"claire": oldWord, "marc": newWord} {
		if _, err := w.login(login, password, ""); err != nil {
			t.Fatal(err)
		}
	}
	if there := w.Store.PasswordSlots(label(claire)); len(there) != 1 || !w.Store.PasswordOpens(there[0], oldWord) {
		t.Errorf("an owner's password opens %d slots", len(there))
	}
	if there := w.Store.PasswordSlots(label(marc)); len(there) != 0 {
		t.Error("the password of a person who is no owner opens the book")
	}
}

// TestASlotOfNobodyGoesAtTheStart: a book older than its key file has slots of people it does not know; the next
// person it gets would have the number of one.
func TestASlotOfNobodyGoesAtTheStart(t *testing.T) {
	s := newSealed(t)
	st, err := s.open(oldWord)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(st)
	for _, label := range []string{user.SlotLabel(7), "other"} {
		if _, err := st.AddPasswordSlot(t.Context(), label, newWord); err != nil {
			t.Fatal(err)
		}
	}
	svc := user.NewService[*store.Tx](st, s.clock.Now, cheap, lax, st)
	if err := svc.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string]int{user.SlotLabel(1): 1, user.SlotLabel(7): 0, "other": 1} {
		if got := st.PasswordSlots(label); len(got) != want {
			t.Errorf("%s has %d slots", label, len(got))
		}
	}
}
