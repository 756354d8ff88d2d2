package crypt

import (
	"errors"
	"os"
	"testing"
)

// keyAttack is a row of TAMPER.md about the key file and its copy.
type keyAttack struct {
	what string
	do   func(f *keyFiles)
	want outcome
}

// What becomes of the key file apart from the outcomes of other files.
const (
	repaired outcome = "noticed with an event: opens with the intact copy, from which the other is rewritten"
	unforged outcome = "harmless: opens"
)

// keyFiles are a key file and its copy with three slots, a password, a recovery key and a device, as
// they were before the device was added, and as they are now.
type keyFiles struct {
	t        *testing.T
	path     string
	old, now []byte
}

func newKeyFiles(t *testing.T) *keyFiles {
	t.Helper()
	path, k := makeKeys(t)
	f := &keyFiles{t: t, path: path}
	f.old = f.read()
	if _, err := k.Add(testRoot, PasswordSlot("Marie", "nouveau", cheap)); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(testRoot, 1); err != nil {
		t.Fatal(err)
	}
	f.now = f.read()
	return f
}

func (f *keyFiles) read() []byte {
	data, err := os.ReadFile(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	return data
}

// put writes the file and its copy; nil removes one.
func (f *keyFiles) put(file, backup []byte) {
	for p, data := range map[string][]byte{f.path: file, copyPath(f.path): backup} {
		err := os.WriteFile(p, data, 0o600)
		if data == nil {
			err = os.Remove(p)
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// forge changes what both files say and puts their checksum right, which needs no key.
func (f *keyFiles) forge(edit func(*keyDoc)) {
	doc, err := parseKeys(f.now)
	if err != nil {
		f.t.Fatal(err)
	}
	edit(doc)
	doc.Sum = doc.sum()
	f.put(doc.encode(), doc.encode())
}

func flipped(data []byte) []byte { return edited(data, func(d []byte) { d[len(d)/2] ^= 1 }) }

// observe does it, opens with the device's secret and says what came of it. That the password taken
// away does not open is seen each time, unless both files are as they were then.
func (a keyAttack) observe(t *testing.T) outcome {
	t.Helper()
	f := newKeyFiles(t)
	a.do(f)
	events := 0
	k, err := OpenKeys(f.path, func(e Event) {
		if events++; e.Kind != EventKeysRepaired {
			t.Errorf("%s: event %v", a.what, e)
		}
	})
	var root Root
	if err == nil {
		if _, err := k.UnlockPassword("caf\u00e9 cr\u00e8me"); err == nil && a.want != anchorGen {
			t.Errorf("%s: the password that was taken away opens", a.what)
		}
		root, err = k.UnlockSecret(kindDevice, device)
	}
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return refusal(fault.Kind)
	case err != nil || root != testRoot:
		return outcome("error: wrong key or " + err.Error())
	case events > 0 && k.Gen() == 3:
		return repaired
	case k.Gen() < 3:
		return anchorGen
	}
	return unforged
}

var keyAttacks = []keyAttack{
	{"one bit flipped in the file", func(f *keyFiles) { f.put(flipped(f.now), f.now) }, repaired},
	{"one bit flipped in the copy", func(f *keyFiles) { f.put(f.now, flipped(f.now)) }, repaired},
	{"one bit flipped in both", func(f *keyFiles) { f.put(flipped(f.now), flipped(f.now)) }, refusal(ErrTampered)},
	{"the file removed", func(f *keyFiles) { f.put(nil, f.now) }, repaired},
	{"the copy removed", func(f *keyFiles) { f.put(f.now, nil) }, repaired},
	{"both removed", func(f *keyFiles) { f.put(nil, nil) }, refusal(ErrMissingKeys)},
	{"both emptied", func(f *keyFiles) { f.put([]byte{}, []byte{}) }, refusal(ErrTampered)},
	{"the file put back to an older one", func(f *keyFiles) { f.put(f.old, f.now) }, repaired},
	{"the copy put back to an older one", func(f *keyFiles) { f.put(f.now, f.old) }, repaired},
	{"both put back to an older one", func(f *keyFiles) { f.put(f.old, f.old) }, anchorGen},
	{"an older file, its copy damaged", func(f *keyFiles) { f.put(f.old, flipped(f.now)) }, anchorGen},
	{
		"an older file claiming the highest number, its checksum put right",
		func(f *keyFiles) {
			doc, _ := parseKeys(f.old)
			doc.Gen = 9
			doc.Sum = doc.sum()
			f.put(doc.encode(), f.now)
		},
		repaired,
	},
	{"a slot removed, checksum put right", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots = k.Slots[:2] })
	}, refusal(ErrTampered)},
	{"the slot that opens removed, checksum put right", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots = append(k.Slots[:1:1], k.Slots[2]) })
	}, refusal(ErrNoSlot)},
	{"a slot of an older file added again", func(f *keyFiles) {
		old, _ := parseKeys(f.old)
		f.forge(func(k *keyDoc) { k.Slots = append(old.Slots[:1:1], k.Slots...) })
	}, refusal(ErrTampered)},
	{"a slot with a password of the attacker added", func(f *keyFiles) {
		f.forge(func(k *keyDoc) {
			n := PasswordSlot("X", "x", cheap)
			s, _ := n.seal(9, k.Book, Root{66})
			k.Slots, k.Last = append(k.Slots, s), 9
		})
	}, refusal(ErrTampered)},
	{"the slot that opens under another label", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[1].Label = "X" })
	}, refusal(ErrNoSlot)},
	{"another slot under another label", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[0].Label = "X" })
	}, refusal(ErrTampered)},
	{"the slot that opens under another number", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[1], k.Slots[2] = k.Slots[2], k.Slots[1]; k.Slots[1].ID, k.Slots[2].ID = 3, 4 })
	}, refusal(ErrNoSlot)},
	{"the slot that opens with another salt", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[1].Salt = flipped(k.Slots[1].Salt) })
	}, refusal(ErrNoSlot)},
	{"the identifier of another book", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Book = "book-2" })
	}, refusal(ErrNoSlot)},
	{"the number of changes raised", func(f *keyFiles) { f.forge(func(k *keyDoc) { k.Gen++ }) }, refusal(ErrTampered)},
	{"parameters of a password weakened", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[2].Memory = 32 })
	}, refusal(ErrTampered)},
	{"parameters that would exhaust the memory", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Slots[2].Memory = 64 << 20 })
	}, refusal(ErrTampered)},
	{"marked as written by a newer version", func(f *keyFiles) {
		f.forge(func(k *keyDoc) { k.Version = 2 })
	}, refusal(ErrNewer)},
	{"larger than 64 KiB", func(f *keyFiles) {
		f.put(make([]byte, keyFileMax+1), make([]byte, keyFileMax+1))
	}, refusal(ErrTampered)},
	{"spelled with another space", func(f *keyFiles) {
		data := append([]byte{f.now[0], ' '}, f.now[1:]...)
		f.put(data, data)
	}, refusal(ErrTampered)},
}
