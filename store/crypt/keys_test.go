package crypt

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// cheap keeps Argon2id fast; the product never uses it.
var cheap = KDF{Time: 1, MemoryKiB: 64, Threads: 1}

var (
	recovery = bytes.Repeat([]byte{7}, 20)
	device   = bytes.Repeat([]byte{8}, 32)
)

// makeKeys creates a key file with one slot of each kind.
func makeKeys(t testing.TB) (string, *Keys) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "company.keys")
	k, err := CreateKeys(path, "book-1", testRoot, PasswordSlot("Marie", "caf\u00e9 cr\u00e8me", cheap),
		SecretSlot(KindRecovery, "1", recovery), SecretSlot(kindDevice, "PC", device))
	if err != nil {
		t.Fatal(err)
	}
	return path, k
}

func openKeys(t testing.TB, path string) *Keys {
	t.Helper()
	k, err := OpenKeys(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysUnlock(t *testing.T) {
	path, _ := makeKeys(t)
	k := openKeys(t, path)
	if k.Book() != "book-1" || k.Gen() != 1 || len(k.Slots()) != 3 {
		t.Errorf("book %q, generation %d, slots %v", k.Book(), k.Gen(), k.Slots())
	}
	for _, c := range []struct {
		name string
		f    func() (Root, error)
		want error
	}{
		{"password", func() (Root, error) { return k.UnlockPassword("caf\u00e9 cr\u00e8me") }, nil},
		{"decomposed", func() (Root, error) { return k.UnlockPassword("cafe\u0301 cre\u0300me") }, nil},
		{"recovery", func() (Root, error) { return k.UnlockSecret(KindRecovery, recovery) }, nil},
		{"device", func() (Root, error) { return k.UnlockSecret(kindDevice, device) }, nil},
		{"wrong password", func() (Root, error) { return k.UnlockPassword("cafe creme") }, ErrNoSlot},
		{"wrong kind", func() (Root, error) { return k.UnlockSecret(KindKeyring, device) }, ErrNoSlot},
		{"short", func() (Root, error) { return k.UnlockSecret(KindRecovery, recovery[:19]) }, ErrNoSlot},
		{"as password", func() (Root, error) { return k.UnlockSecret(KindPassword, recovery) }, ErrNoSlot},
	} {
		root, err := c.f()
		if !errors.Is(err, c.want) || (err == nil) != (root == testRoot) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, p := range []string{path, path + ".bak"} {
		if st, err := os.Stat(p); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", p, st.Mode(), err)
		}
	}
	if _, err := CreateKeys(path, "book-1", testRoot, SecretSlot(kindDevice, "", device)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created twice: %v", err)
	}
}

// TestKeysBadSlots are slots that cannot be made.
func TestKeysBadSlots(t *testing.T) {
	_, k := makeKeys(t)
	for name, n := range map[string]NewSlot{
		"empty password":  PasswordSlot("", "", cheap),
		"no threads":      PasswordSlot("", "x", KDF{Time: 1, MemoryKiB: 64}),
		"2 GiB":           PasswordSlot("", "x", KDF{Time: 1, MemoryKiB: 2 << 20, Threads: 1}),
		"short secret":    SecretSlot(KindRecovery, "", device[:16]),
		"unknown kind":    SecretSlot("thumb", "", device),
		"password secret": SecretSlot(KindPassword, "", device),
		"line feed":       PasswordSlot("a\nb", "x", cheap),
		"not UTF-8":       PasswordSlot("\xff", "x", cheap),
		"long label":      PasswordSlot(strings.Repeat("x", 101), "x", cheap),
	} {
		if _, err := k.Add(testRoot, n); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if k.Gen() != 1 || len(k.Slots()) != 3 {
		t.Errorf("changed: generation %d, %d slots", k.Gen(), len(k.Slots()))
	}
	if _, err := k.Add(testRoot, PasswordSlot("<Dupont & Fils> \"é\"", "x", cheap)); err != nil {
		t.Error(err)
	}
	for _, id := range []int{1, 2, 3} {
		if err := k.Remove(testRoot, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Remove(testRoot, 4); err == nil {
		t.Error("the last slot was removed")
	}
	k = openKeys(t, k.path)
	if _, err := k.UnlockPassword("x"); err != nil || k.Slots()[0].Label != "<Dupont & Fils> \"é\"" {
		t.Errorf("%v, %v", err, k.Slots())
	}
}

func TestKeysEdit(t *testing.T) {
	path, k := makeKeys(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Add(testRoot, PasswordSlot("Marie", "nouveau", cheap)); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(testRoot, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Add(testRoot, SecretSlot(KindKeyring, "PC", device)); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(testRoot, 3); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(testRoot, 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := k.Add(Root{9}, SecretSlot(KindKeyring, "PC", device)); err == nil {
		t.Error("edited with another root key")
	}
	k = openKeys(t, path)
	if k.Gen() != 5 {
		t.Errorf("generation %d", k.Gen())
	}
	if _, err := k.UnlockSecret(kindDevice, device); !errors.Is(err, ErrNoSlot) {
		t.Errorf("removed slot: %v", err)
	}
	if _, err := k.UnlockPassword("caf\u00e9 cr\u00e8me"); !errors.Is(err, ErrNoSlot) {
		t.Errorf("old password: %v", err)
	}
	if root, err := k.UnlockPassword("nouveau"); err != nil || root != testRoot || k.OpenedBy() != 4 {
		t.Errorf("new password: %v, slot %d", err, k.OpenedBy())
	}

	// The copy as it was before must not bring the old password back.
	if err := os.WriteFile(path+".bak", before, 0o600); err != nil {
		t.Fatal(err)
	}
	k = openKeys(t, path)
	if _, err := k.UnlockPassword("caf\u00e9 cr\u00e8me"); !errors.Is(err, ErrNoSlot) {
		t.Errorf("old password from an old copy: %v", err)
	}
	if _, err := k.UnlockPassword("nouveau"); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(path)
	b, _ := os.ReadFile(path + ".bak")
	if !bytes.Equal(a, b) {
		t.Error("the old copy was not repaired")
	}
}

// TestKeysFlip flips every bit of the key file: it is recognised as damaged, and never as a wrong
// password. For some of its bytes, and for all in a soak, the book is then opened: with a good copy it
// opens and the file is repaired; with both changed alike it is refused.
func TestKeysFlip(t *testing.T) { flipKeys(t, 20) }

// flipKeys opens the book for every stride-th byte and returns how many bits were flipped.
func flipKeys(t *testing.T, stride int) int {
	path, _ := makeKeys(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(p string, b []byte) {
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, err := parseKeys(bad); err == nil {
				t.Fatalf("byte %d (%q), bit %d: accepted", i, good[i], bit)
			}
		}
		if i%stride != 0 {
			continue
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1
		put(path, bad)
		put(path+".bak", good)
		k := openKeys(t, path)
		if _, err := k.UnlockSecret(kindDevice, device); err != nil {
			t.Fatalf("byte %d: %v although the copy is good", i, err)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, good) {
			t.Fatalf("byte %d: not repaired", i)
		}
		put(path, bad)
		put(path+".bak", bad)
		if _, err := OpenKeys(path, nil); !errors.Is(err, ErrTampered) && !errors.Is(err, ErrNewer) {
			t.Fatalf("byte %d (%q): %v", i, good[i], err)
		}
	}
	return 8 * len(good)
}

// TestKeysForged edits the file with the checksum put right, as an attacker would.
func TestKeysForged(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*keyDoc)
		want error
	}{
		{"slot deleted", func(k *keyDoc) { k.Slots = k.Slots[1:] }, ErrTampered},
		{"label", func(k *keyDoc) { k.Slots[2].Label = "X" }, ErrNoSlot},
		{"other label", func(k *keyDoc) { k.Slots[0].Label = "X" }, ErrTampered},
		{"generation", func(k *keyDoc) { k.Gen++ }, ErrTampered},
		{"book", func(k *keyDoc) { k.Book = "book-2" }, ErrNoSlot},
		{"kind", func(k *keyDoc) { k.Slots[2].Kind = KindKeyring }, ErrNoSlot},
		{"64 GiB", func(k *keyDoc) { k.Slots[0].Memory = 64 << 20 }, ErrTampered},
		{"no memory", func(k *keyDoc) { k.Slots[0].Memory = 0 }, ErrTampered},
		{"weakened", func(k *keyDoc) { k.Slots[0].Memory = 32 }, ErrTampered},
		{"time", func(k *keyDoc) { k.Slots[0].Time = 1 << 30 }, ErrTampered},
		{"version", func(k *keyDoc) { k.Version = 2 }, ErrNewer},
	} {
		path, k := makeKeys(t)
		doc := *k.doc
		doc.Slots = append([]slotEntry(nil), doc.Slots...)
		c.edit(&doc)
		doc.Sum = doc.sum()
		for _, p := range []string{path, path + ".bak"} {
			if err := os.WriteFile(p, doc.encode(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		k, err := OpenKeys(path, nil)
		if err == nil {
			_, err = k.UnlockSecret(kindDevice, device)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestKeysMissing(t *testing.T) {
	path, _ := makeKeys(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	var events []Event
	k, err := OpenKeys(path, func(e Event) { events = append(events, e) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.UnlockSecret(kindDevice, device); err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || events[0].Kind != EventKeysRepaired || events[0].File != path {
		t.Errorf("events: %v", events)
	}
	for _, p := range []string{path, path + ".bak"} {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenKeys(path, nil); !errors.Is(err, ErrMissingKeys) {
		t.Errorf("both removed: %v", err)
	}
}

// TestKeysPowerCut cuts the power at every step of changing the key file: afterwards one of the two
// files opens, with the change if it was confirmed.
func TestKeysPowerCut(t *testing.T) {
	seed, _ := seeded(t)
	path, k := makeKeys(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := newSimDisk(map[string][]byte{path: data, copyPath(path): data})
	d.begin()
	k.disk = d
	d.acknowledge(1)
	for i := 2; i <= 3; i++ {
		if _, err := k.Add(testRoot, SecretSlot(KindKeyring, "PC", device)); err != nil {
			t.Fatal(err)
		}
		d.acknowledge(i)
	}
	for n := 1; n <= len(d.trace); n++ {
		for chance := range uint64(6) {
			rnd := rand.New(rand.NewPCG(seed, chance))
			if chance == 0 {
				rnd = rand.New(nothing{})
			}
			files, acked := d.crash(n, rnd)
			for _, p := range []string{path, copyPath(path)} {
				_ = os.Remove(p)
				if data, ok := files[p]; ok {
					if err := os.WriteFile(p, data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			k, err := OpenKeys(path, nil)
			if err == nil {
				_, err = k.UnlockSecret(kindDevice, device)
			}
			if err != nil || int(k.Gen()) < acked {
				t.Fatalf("cut at %d of %d: %v, %d changes confirmed", n, len(d.trace), err, acked)
			}
		}
	}
}

// TestKeysOfACopy: some slots of the book's, over what is there of the same root key, and of no other.
func TestKeysOfACopy(t *testing.T) {
	_, k := makeKeys(t)
	recoveryOnly := func(i SlotInfo) bool { return i.Kind == KindRecovery }
	to, _ := makeKeys(t)
	if err := k.CopyTo(to, testRoot, recoveryOnly); err != nil {
		t.Fatal(err)
	}
	if got := openKeys(t, to).Slots(); len(got) != 1 || got[0].Kind != KindRecovery {
		t.Errorf("the copy has %v", got)
	}
	for _, left := range []string{"", ".bak"} {
		foreign := filepath.Join(t.TempDir(), "foreign")
		if _, err := CreateKeys(foreign, "book-1", Root{9}, SecretSlot(KindRecovery, "", recovery)); err != nil {
			t.Fatal(err)
		}
		for _, ext := range []string{"", ".bak"} {
			if ext != left {
				if err := os.WriteFile(foreign+ext, []byte("damaged"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := k.CopyTo(foreign, testRoot, recoveryOnly); !errors.Is(err, ErrTampered) {
			t.Errorf("over %q of another root key: %v", "keys"+left, err)
		}
		if root, err := openKeys(t, foreign).UnlockSecret(KindRecovery, recovery); err != nil || root != (Root{9}) {
			t.Errorf("it no longer opens: %v", err)
		}
	}
}

func TestARootIsOverwritten(t *testing.T) {
	r := NewRoot()
	if r == (Root{}) {
		t.Fatal("drawn as zeros")
	}
	if r.Zero(); r != (Root{}) {
		t.Error("the key stays in memory")
	}
}
