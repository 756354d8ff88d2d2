package opener_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/opening"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/keyring"
	"zafe/store/opener"
	"zafe/store/storetest"
)

const password = "un mot de passe"

// ring is the keyring of a session: the one part that is not ours. It fails once it was asked left
// times.
type ring struct {
	secrets map[string][]byte
	left    int
	fails   error
}

func (r *ring) ask() error {
	if r.left--; r.left < 0 {
		return r.fails
	}
	return nil
}

func (r *ring) Get(book string) ([]byte, error) {
	if err := r.ask(); err != nil {
		return nil, err
	}
	secret, ok := r.secrets[book]
	if !ok {
		return nil, keyring.ErrAbsent
	}
	return slices.Clone(secret), nil
}

func (r *ring) Set(book string, secret []byte) error {
	if err := r.ask(); err != nil {
		return err
	}
	r.secrets[book] = slices.Clone(secret)
	return nil
}

func (r *ring) Delete(book string) error {
	if err := r.ask(); err != nil {
		return err
	}
	delete(r.secrets, book)
	return nil
}

// desk is a PC with a closed book.
type desk struct {
	t    *testing.T
	dir  string
	ring *ring
	pc   *opener.PC
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	r := &ring{secrets: map[string][]byte{}, left: 1 << 30}
	d := &desk{t: t, dir: filepath.Join(t.TempDir(), "book"), ring: r}
	d.pc = &opener.PC{
		Keepers: []opener.Keeper{{Kind: crypt.KindKeyring, Ring: r}}, Warn: func(string, error) {},
	}
	sec := store.Secrets{
		BookID: "one", Label: "user:1", Password: password, Recovery: storetest.Recovery, Cost: storetest.Cheap,
	}
	st, err := store.Create(t.Context(), d.dir, sec, d.options(), func(*store.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	d.close(st)
	return d
}

func (d *desk) options() store.Options {
	c := &storetest.Clock{}
	c.Set(storetest.Noon)
	return store.Options{Clock: c.Now, Zone: time.UTC, SlotCost: storetest.Cheap}
}

func (d *desk) open(unlock store.Unlock) (*store.Store, error) {
	return store.Open(d.t.Context(), d.dir, unlock, d.options())
}

func (d *desk) close(st *store.Store) {
	d.t.Helper()
	if err := st.Close(); err != nil {
		d.t.Fatal(err)
	}
}

// alone tells whether the book opens without anybody; then also what the page says of it.
func (d *desk) alone() (opens bool, pc opening.PC) {
	d.t.Helper()
	st, err := d.open(d.pc.Unlock(""))
	if fault.KeyOf(err) == "store.wrong_secret" {
		if st, err = d.open(d.pc.Unlock(password)); err != nil {
			d.t.Fatal("nor by the password", err)
		}
	} else if opens = err == nil; !opens {
		d.t.Fatal(err)
	}
	defer d.close(st)
	return opens, d.pc.Keys(st).PC(d.t.Context())
}

// set turns the opening by itself on or off.
func (d *desk) set(on bool) error {
	d.t.Helper()
	st, err := d.open(store.WithPassword(password))
	if err != nil {
		d.t.Fatal(err)
	}
	defer d.close(st)
	return d.pc.Keys(st).SetAutomatic(d.t.Context(), on)
}

func TestABookOpensByItselfUntilItIsTurnedOff(t *testing.T) {
	d := newDesk(t)
	if opens, _ := d.alone(); opens {
		t.Fatal("a new book opens by itself")
	}
	for _, on := range []bool{true, true, false, false, true} { // on again: a fresh secret
		if err := d.set(on); err != nil {
			t.Fatal(err)
		}
		opens, pc := d.alone()
		want := opening.PC{Offers: opening.Keyring, Works: on}
		if on {
			want.By = opening.Keyring
		}
		if opens != on || pc != want {
			t.Errorf("set %t: opens %t, %+v", on, opens, pc)
		}
		h, err := store.HeaderOf(d.dir)
		if err != nil || h.Book != "one" || d.pc.Alone(h) != on {
			t.Errorf("set %t: header %+v, %v", on, h, err)
		}
		if (len(d.ring.secrets) == 1) != on {
			t.Errorf("set %t: the keyring holds %d secrets", on, len(d.ring.secrets))
		}
	}
}

// TestWhateverTheKeyringSaysThePasswordOpens, and the page tells that the PC does not open it.
func TestWhateverTheKeyringSaysThePasswordOpens(t *testing.T) {
	for name, spoil := range map[string]func(*ring){
		"another secret": func(r *ring) { r.secrets["one"] = make([]byte, 32) },
		"a short one":    func(r *ring) { r.secrets["one"] = []byte{1} },
		"gone":           func(r *ring) { clear(r.secrets) },
		"no keyring":     func(r *ring) { r.left, r.fails = 0, keyring.ErrNone },
		"silent":         func(r *ring) { r.left, r.fails = 0, keyring.ErrSilent },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if err := d.set(true); err != nil {
				t.Fatal(err)
			}
			spoil(d.ring)
			opens, pc := d.alone()
			if opens || pc.By == "" || pc.Works || (pc.Offers != "") != (d.ring.fails == nil) {
				t.Errorf("opens %t, %+v", opens, pc)
			}
		})
	}
}

func TestTheRefusalSaysWhatTheKeyringDid(t *testing.T) {
	d := newDesk(t)
	for err, key := range map[error]string{
		keyring.ErrNone: "opening.no_keyring", keyring.ErrSilent: "opening.keyring_silent",
		errors.New("locked"): "opening.no_keyring",
	} {
		d.ring.left, d.ring.fails = 0, err
		if got := fault.KeyOf(d.set(true)); got != key {
			t.Errorf("%v: %s", err, got)
		}
	}
	if opens, pc := d.alone(); opens || pc.By != "" {
		t.Error("a slot was made for a secret that nobody keeps")
	}
}

// TestKilledWhileTurnedOnOrOff: between any two steps, the book opens by the password, and turning it
// on or off again ends well. A kill between two writes is the folder as it was between them.
func TestKilledWhileTurnedOnOrOff(t *testing.T) {
	for _, on := range []bool{true, false} {
		for kept := range 3 { // what the dead program had done: nothing, the keyring or the slot, both
			t.Run(fmt.Sprintf("on %t step %d", on, kept), func(t *testing.T) {
				d := newDesk(t)
				if err := d.set(true); err != nil {
					t.Fatal(err)
				}
				before, secret := d.files(), d.ring.secrets["one"]
				if err := d.set(on); err != nil {
					t.Fatal(err)
				}
				if half := kept == 1; on && half || kept == 0 {
					d.putBack(before) // the slot was not changed yet
				}
				if half := kept == 1; !on && half || kept == 0 {
					d.ring.secrets["one"] = secret // the keyring was not
				}
				opens, _ := d.alone()
				if want := kept == 0 || kept == 2 && on; opens != want {
					t.Errorf("opens %t, want %t", opens, want)
				}
				for _, again := range []bool{on, !on} {
					if err := d.set(again); err != nil {
						t.Fatal(err)
					}
					if opens, _ := d.alone(); opens != again {
						t.Errorf("set %t afterwards: opens %t", again, opens)
					}
				}
			})
		}
	}
}

// files are the contents of the book's folder.
func (d *desk) files() map[string][]byte {
	d.t.Helper()
	all := map[string][]byte{}
	list, err := os.ReadDir(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range list {
		if all[f.Name()], err = os.ReadFile(filepath.Join(d.dir, f.Name())); err != nil {
			d.t.Fatal(err)
		}
	}
	return all
}

func (d *desk) putBack(files map[string][]byte) {
	d.t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(d.dir, name), data, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

// TestAnOldKeyFilePutBackIsRefused: the secret that was taken away would open again.
func TestAnOldKeyFilePutBackIsRefused(t *testing.T) {
	d := newDesk(t)
	if err := d.set(true); err != nil {
		t.Fatal(err)
	}
	old, secret := d.files(), d.ring.secrets["one"]
	if err := d.set(false); err != nil {
		t.Fatal(err)
	}
	for name := range old {
		if !slices.Contains([]string{"company.keys", "company.keys.bak"}, name) {
			delete(old, name)
		}
	}
	d.putBack(old)
	d.ring.secrets["one"] = secret
	if _, err := d.open(d.pc.Unlock("")); fault.KeyOf(err) != "store.old_keys" {
		t.Errorf("opened: %v", err)
	}
}

// TestTheNextOneKeepsWhatTheFirstCannot: a host without a session has its chip alone. Once there is a
// session, turning it on again moves the secret, and leaves no other way in.
func TestTheNextOneKeepsWhatTheFirstCannot(t *testing.T) {
	d := newDesk(t)
	chip := &ring{secrets: map[string][]byte{}, left: 1 << 30}
	d.pc.Keepers = append(d.pc.Keepers, opener.Keeper{Kind: crypt.KindTPM, Ring: chip})
	d.ring.left, d.ring.fails = 0, keyring.ErrNone
	if err := d.set(true); err != nil {
		t.Fatal(err)
	}
	want := opening.PC{Offers: opening.TPM, By: opening.TPM, Works: true}
	if opens, pc := d.alone(); !opens || pc != want {
		t.Errorf("by the chip: opens %t, %+v", opens, pc)
	}
	d.ring.left = 1 << 30
	if err := d.set(true); err != nil {
		t.Fatal(err)
	}
	want = opening.PC{Offers: opening.Keyring, By: opening.Keyring, Works: true}
	if opens, pc := d.alone(); !opens || pc != want || len(chip.secrets) != 0 {
		t.Errorf("by the keyring: opens %t, %+v, the chip keeps %d", opens, pc, len(chip.secrets))
	}
}

func TestSlotsKnowSinceWhenTheyAreThere(t *testing.T) {
	d := newDesk(t)
	if err := d.set(true); err != nil {
		t.Fatal(err)
	}
	st, err := d.open(d.pc.Unlock(""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close(st)
	slots, err := st.Slots(t.Context())
	if err != nil || len(slots) != 3 {
		t.Fatal(slots, err)
	}
	for i, kind := range []string{crypt.KindRecovery, crypt.KindPassword, crypt.KindKeyring} {
		if slots[i].Kind != kind || !slots[i].Since.Equal(storetest.Noon) {
			t.Errorf("%+v", slots[i])
		}
	}
}
