package opener_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/keyring"
	"zafe/store/storetest"
)

var cheap = user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}

func lax(string, []string, bool) error { return nil }

const second = "le mot de Lucie"

// office is an open book with two owners whose passwords open it, and a caller in the first one's name.
// oldVault is the vault of the first recovery key.
const oldVault = "019aa5d0-1000-7000-8000-00000000c0de"

type office struct {
	*desk
	store *store.Store
	reg   *op.Registry[*store.Tx]
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{desk: newDesk(t)}
	o.pc.SlotCost = storetest.Cheap
	st, err := o.open(store.WithPassword(password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.close(st) })
	o.store = st
	clock := o.options().Clock
	svc := user.NewService[*store.Tx](st, clock, cheap, lax, st)
	o.reg = op.New[*store.Tx](st, svc, clock, func(op.Record) {})
	user.Bind(o.reg, svc)
	opening.Bind(o.reg, st, svc, o.pc.Keys(st))
	setup.Bind(o.reg)
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		u, err := user.NewOwner(t.Context(), user.SaveRequest{Login: "claire", Name: "C", Password: password}, cheap, lax)
		u.CreatedAt = tx.Now()
		_, saveErr := tx.SaveUser(u)
		id := setup.Identity{RecoveryKey: recovery.Key(storetest.Recovery).String(), VaultID: oldVault}
		return errors.Join(err, saveErr, setup.SaveIdentity(tx, id))
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = user.Save.Call(op.AsSystem(t.Context()), op.Local[*store.Tx]{Registry: o.reg}, user.SaveRequest{
		Login: "lucie", Name: "L", Role: auth.Owner, Password: second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) as(login, word string) op.Caller {
	o.t.Helper()
	local := op.Local[*store.Tx]{Registry: o.reg}
	in, err := user.Login.Call(o.t.Context(), local, user.LoginRequest{Login: login, Password: word})
	if err != nil {
		o.t.Fatal(err)
	}
	// Owners must have a second factor: the tests give one to nobody, and take the role as it is.
	return actor{local, in.Token, o}
}

// actor calls as the person of a session, with a second factor given just now.
type actor struct {
	op.Local[*store.Tx]
	token string
	o     *office
}

func (a actor) rotate(word string) (opening.Rotated, error) {
	return a.rotateWith(opening.RotateRequest{Password: word})
}

// prove asks for a proof some time after the second factor was given.
func (a actor) prove(word string, later time.Duration) (opening.Proven, error) {
	ctx := op.AsActor(a.o.t.Context(), auth.Actor{
		User: 1, Name: "Claire", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: a.o.options().Clock().Add(-later),
	})
	return opening.Prove.Call(ctx, a.Local, opening.ProveRequest{Password: word})
}

func (a actor) rotateWith(req opening.RotateRequest) (opening.Rotated, error) {
	ctx := op.AsActor(a.o.t.Context(), auth.Actor{
		User: 1, Name: "Claire", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: a.o.options().Clock(),
	})
	return opening.Rotate.Call(ctx, a.Local, req)
}

// openedBy lists which of some passwords open the book.
func (o *office) openedBy(words ...string) (which []bool) {
	for _, w := range words {
		opens := false
		for _, label := range o.store.PasswordLabels() {
			for _, n := range o.store.PasswordSlots(label) {
				opens = opens || o.store.PasswordOpens(n, w)
			}
		}
		which = append(which, opens)
	}
	return which
}

func TestANewKeyKeepsWhoAskedAndAsksTheOthersToLogIn(t *testing.T) {
	o := newOffice(t)
	claire := o.as("claire", password).(actor)
	if err := o.pc.Keys(o.store).SetAutomatic(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	old := o.ring.secrets["one"]
	for at, fresh := range map[time.Duration]bool{0: true, auth.FreshFor - 2*time.Second: false} {
		proof, err := claire.prove(password, at)
		if err != nil || proof.Fresh != fresh {
			t.Errorf("proven %v after the second factor: %+v %v", at, proof, err)
		}
	}
	if _, err := claire.prove("un autre", 0); fault.KeyOf(err) != "user.bad_password" || fault.Of(err).Field != "password" {
		t.Errorf("a wrong password: %v", err)
	}
	if got := o.events("opening.prove"); got != 0 {
		t.Errorf("%d events of nothing done", got)
	}
	if _, err := claire.rotate("un autre"); fault.KeyOf(err) != "user.bad_password" {
		t.Fatalf("with a wrong password: %v", err)
	}
	if got := o.openedBy(password, second); !got[0] || !got[1] {
		t.Fatal("before:", got)
	}
	out, err := claire.rotate(password)
	if err != nil || out.AutomaticLost {
		t.Fatal(out, err)
	}
	if got := o.openedBy(password, second); !got[0] || got[1] {
		t.Error("after the new key:", got)
	}
	if o.store.SecretOpens(opening.Keyring, old) || !o.store.SecretOpens(opening.Keyring, o.ring.secrets["one"]) {
		t.Error("the secret of this PC was not renewed")
	}
	if !o.store.RecoveryOpens(storetest.Recovery) {
		t.Error("the recovery sheet no longer opens the book")
	}
	o.as("lucie", second)
	if got := o.openedBy(password, second); !got[0] || !got[1] {
		t.Error("after the other's log-in:", got)
	}
	if got := o.events("opening.rotate"); got != 1 {
		t.Errorf("%d events", got)
	}
}

func (o *office) events(name string) (n int) {
	o.t.Helper()
	err := o.store.View(o.t.Context(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == name {
				n++
			}
			return nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// TestAPCThatCannotBeGivenANewSecretIsSaid: its old one opens nothing any more.
func TestAPCThatCannotBeGivenANewSecretIsSaid(t *testing.T) {
	o := newOffice(t)
	if err := o.pc.Keys(o.store).SetAutomatic(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	claire := o.as("claire", password).(actor)
	o.ring.left, o.ring.fails = 1, keyring.ErrSilent // answers the look at it, not the renewal
	out, err := claire.rotate(password)
	if err != nil || !out.AutomaticLost {
		t.Error(out, err)
	}
	if o.store.HasSlot(opening.Keyring) {
		t.Error("a slot is there for a secret nobody has")
	}
}

// TestANewSheetReplacesTheOldOne: the old one opens nothing any more, and the new one has to be proven.
func TestANewSheetReplacesTheOldOne(t *testing.T) {
	o := newOffice(t)
	claire := o.as("claire", password).(actor)
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.SetSetting("setup", setup.Progress{Step: setup.Done, SheetKnown: true, SheetOn: tx.Today()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claire.rotateWith(opening.RotateRequest{Password: password, Sheet: true}); err != nil {
		t.Fatal(err)
	}
	var sheet strings.Builder
	ctx := op.AsActor(t.Context(), auth.Actor{User: 1, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: o.options().Clock()})
	file, err := setup.PrintSheet.Fetch(ctx, claire.Local, setup.SheetRequest{Lang: "fr"}, &sheet)
	if err != nil || !strings.HasPrefix(sheet.String(), "%PDF") {
		t.Error(err)
	}
	var id setup.Identity
	var p setup.Progress
	err = o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		if id, _, err = setup.IdentityOf(tx); err != nil {
			return err
		}
		p, err = setup.ProgressOf(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := recovery.Parse(id.RecoveryKey)
	if err != nil {
		t.Fatal(err)
	}
	if o.store.RecoveryOpens(storetest.Recovery) || !o.store.RecoveryOpens(key) {
		t.Error("the sheet that opens the book is not the new one alone")
	}
	if id.VaultID == "" || !strings.HasPrefix(id.VaultFolder, "cle-2") {
		t.Errorf("its copies go to vault %q in %q", id.VaultID, id.VaultFolder)
	}
	number := id.VaultFolder[len(id.VaultFolder)-4:]
	if want := "-" + strings.ToUpper(number) + ".pdf"; id.Replaced != oldVault || !strings.HasSuffix(file.Name, want) ||
		!strings.Contains(file.Name, op.TimeOf(id.VaultID).Local().Format("2006-01-02-15h04")) {
		t.Errorf("the sheet %q replaces that of vault %q", file.Name, id.Replaced)
	}
	if p.SheetKnown || !p.SheetOn.IsZero() || p.Step != setup.Done {
		t.Errorf("the new sheet counts as proven: %+v", p)
	}
	if got := o.openedBy(password, second); !got[0] || got[1] {
		t.Error("passwords:", got)
	}
}

// hasty is a keyring whose caller gives up while it answers.
type hasty struct {
	*ring
	leave func()
}

func (h hasty) Set(book string, secret []byte) error {
	h.leave()
	return h.ring.Set(book, secret)
}

// TestAnOpeningChangedHalfWayIsInTheJournal: the slot was made, and those of before are still there.
func TestAnOpeningChangedHalfWayIsInTheJournal(t *testing.T) {
	o := newOffice(t)
	claire := o.as("claire", password).(actor)
	ctx, leave := context.WithCancel(op.AsActor(t.Context(), auth.Actor{
		User: 1, Name: "Claire", Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: o.options().Clock(),
	}))
	defer leave()
	o.ring.left, o.ring.fails = 0, keyring.ErrNone
	if _, err := opening.SetAutomatic.Call(ctx, claire.Local, opening.AutomaticRequest{On: true}); err == nil {
		t.Fatal("a keyring that is not there keeps a secret")
	}
	if got := o.events("opening.automatic"); got != 0 {
		t.Errorf("%d events where nothing changed", got)
	}
	o.ring.left = 1 << 30
	o.pc.Keepers[0].Ring = hasty{o.ring, leave}
	if _, err := opening.SetAutomatic.Call(ctx, claire.Local, opening.AutomaticRequest{On: true}); err == nil {
		t.Fatal("it was not ended")
	}
	if !o.store.HasSlot(opening.Keyring) || o.events("opening.automatic") != 1 {
		t.Errorf("the slot is there: %v, %d events", o.store.HasSlot(opening.Keyring), o.events("opening.automatic"))
	}
}
