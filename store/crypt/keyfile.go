package crypt

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
)

// keyFileMax bounds what is read of a key file.
const keyFileMax = 64 << 10

// keyDoc is the content of a key file. Its one valid spelling is the one encode gives.
type keyDoc struct {
	Format  string      `json:"format"`
	Version int         `json:"version"`
	Book    string      `json:"book"`
	Gen     uint64      `json:"gen"`
	Last    int         `json:"last_slot"` // highest slot number ever given
	Slots   []slotEntry `json:"slots"`
	MAC     []byte      `json:"mac"` // HMAC-SHA-256 under the root key over all above
	Sum     []byte      `json:"sum"` // SHA-256 over all above: tells damage from a wrong password
}

func (k *keyDoc) encode() []byte {
	b, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		panic("crypt: key file: " + err.Error()) // only basic types
	}
	return append(b, '\n')
}

// mac computes the authentication code of the document without its last two fields.
func (k *keyDoc) mac(root Root) []byte {
	c := *k
	c.MAC, c.Sum = nil, nil
	key := root.Sub("key-file")
	h := hmac.New(sha256.New, key[:])
	h.Write(c.encode())
	return h.Sum(nil)
}

func (k *keyDoc) sum() []byte {
	c := *k
	c.Sum = nil
	s := sha256.Sum256(c.encode())
	return s[:]
}

// parseKeys reads a key file without knowing the root key. What it accepts is intact, not genuine.
func parseKeys(data []byte) (*keyDoc, error) {
	if len(data) > keyFileMax {
		return nil, errors.New("too large")
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format != "zafe-keys" {
		return nil, errors.New("not a key file")
	}
	if head.Version > formatVersion {
		return nil, ErrNewer
	}
	k := &keyDoc{}
	if err := json.Unmarshal(data, k); err != nil {
		return nil, errors.New("not a key file")
	}
	if k.Version != formatVersion || len(k.Slots) > slotsMax || len(k.Book) > bookBytesMax || !plainText(k.Book) {
		return nil, errors.New("malformed")
	}
	if !bytes.Equal(data, k.encode()) || subtle.ConstantTimeCompare(k.Sum, k.sum()) != 1 {
		return nil, errors.New("damaged")
	}
	for i := range k.Slots {
		if err := k.Slots[i].check(); err != nil {
			return nil, err
		}
		if k.Slots[i].ID > k.Last || i > 0 && k.Slots[i].ID <= k.Slots[i-1].ID {
			return nil, errors.New("slots out of order")
		}
	}
	return k, nil
}

// Keys is a book's key file and its copy. It is safe for concurrent use.
type Keys struct {
	disk disk
	path string

	mu      sync.Mutex
	docs    []*keyDoc // intact candidates, newest first
	raw     [2][]byte // both files as found, nil if missing or unreadable
	doc     *keyDoc   // the genuine one, once unlocked
	by      int       // slot that unlocked
	onEvent func(Event)
}

// SlotInfo is what a slot says about itself.
type SlotInfo struct {
	ID    int
	Kind  string
	Label string
	KDF   KDF // zero unless a password slot
}

func (s *slotEntry) info() SlotInfo { return SlotInfo{s.ID, s.Kind, s.Label, s.kdf()} }

// copyPath is where the second copy lies.
func copyPath(path string) string { return path + ".bak" }

// CreateKeys makes the key file of a new book, and its copy, with at least one slot. It fails with
// fs.ErrExist if there is one already.
func CreateKeys(path, book string, root Root, slots ...NewSlot) (*Keys, error) {
	if len(slots) == 0 || book == "" || len(book) > bookBytesMax || !plainText(book) {
		return nil, errors.New("crypt: a key file needs a book and a slot")
	}
	k := &Keys{disk: osDisk{}, path: path}
	for _, p := range []string{path, copyPath(path)} {
		if _, err := k.disk.size(p); !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, &fs.PathError{Op: "create", Path: p, Err: fs.ErrExist})
		}
	}
	k.doc = &keyDoc{Format: "zafe-keys", Version: formatVersion, Book: book}
	err := k.edit(root, func(doc *keyDoc) error {
		for i := range slots {
			s, err := slots[i].seal(i+1, book, root)
			if err != nil {
				return err
			}
			doc.Slots, doc.Last = append(doc.Slots, s), s.ID
		}
		return nil
	})
	if err != nil { // neither file was there before
		_, _ = k.disk.remove(path), k.disk.remove(copyPath(path))
		return nil, err
	}
	return k, nil
}

// OpenKeys reads the key file and its copy; one of them is enough. It fails with [ErrMissingKeys] if both
// are gone, [ErrTampered] if neither is intact, [ErrNewer] if they come from a later version, and with the
// error of the disk if neither is intact and one cannot be read. onEvent may be nil.
func OpenKeys(path string, onEvent func(Event)) (*Keys, error) {
	k := &Keys{disk: osDisk{}, path: path, onEvent: onEvent}
	missing, newer, why := 0, false, ""
	var failed error
	for i, p := range []string{path, copyPath(path)} {
		data, err := readFile(k.disk, p, keyFileMax)
		var large *Fault
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing++
			continue
		case errors.As(err, &large):
			data = []byte{}
		case err != nil:
			failed = errors.Join(failed, err)
			continue
		}
		k.raw[i] = data
		doc, err := parseKeys(data)
		if err != nil {
			newer, why = newer || errors.Is(err, ErrNewer), err.Error()
			continue
		}
		k.docs = append(k.docs, doc)
	}
	switch {
	case len(k.docs) > 0:
	case failed != nil:
		return nil, failed
	case missing == 2:
		return nil, &Fault{Kind: ErrMissingKeys, File: path}
	case newer:
		return nil, &Fault{Kind: ErrNewer, File: path}
	default:
		return nil, &Fault{Kind: ErrTampered, File: path, What: why + "; so is the copy, or it is missing"}
	}
	slices.SortStableFunc(k.docs, func(a, b *keyDoc) int {
		switch {
		case a.Gen > b.Gen:
			return -1
		case a.Gen < b.Gen:
			return 1
		}
		return 0
	})
	if len(k.docs) == 2 && bytes.Equal(k.docs[0].encode(), k.docs[1].encode()) {
		k.docs = k.docs[:1]
	}
	return k, nil
}

// UnlockPassword returns the root key if a password slot opens. It fails with [ErrNoSlot] if none
// does and with [ErrTampered] if one opens in a file that was edited.
func (k *Keys) UnlockPassword(password string) (Root, error) {
	return k.unlock(KindPassword, normal(password))
}

// UnlockSecret returns the root key if a slot of the given kind opens; errors as UnlockPassword.
func (k *Keys) UnlockSecret(kind string, secret []byte) (Root, error) {
	if size := secretSizes[kind]; size == 0 || len(secret) != size {
		return Root{}, &Fault{Kind: ErrNoSlot, File: k.path}
	}
	return k.unlock(kind, secret)
}

func (k *Keys) unlock(kind string, secret []byte) (Root, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	docs := k.docs
	if k.doc != nil {
		docs = []*keyDoc{k.doc}
	}
	edited := false
	for _, doc := range docs {
		for i := range doc.Slots {
			s := &doc.Slots[i]
			if s.Kind != kind {
				continue
			}
			root, ok := s.open(doc.Book, secret)
			if !ok {
				continue
			}
			if !hmac.Equal(doc.MAC, doc.mac(root)) {
				edited = true
				break
			}
			if revoked(docs, doc, root) {
				break
			}
			k.by = s.ID
			k.adopt(doc)
			return root, nil
		}
	}
	if edited {
		return Root{}, &Fault{Kind: ErrTampered, File: k.path, What: "authentication code does not match"}
	}
	return Root{}, &Fault{Kind: ErrNoSlot, File: k.path}
}

// adopt settles on the genuine document and repairs the copies that differ from it. A failure to
// repair is told, not returned: the book can be opened.
func (k *Keys) adopt(doc *keyDoc) {
	if k.doc != nil {
		return
	}
	k.doc = doc
	data := doc.encode()
	for i, p := range []string{k.path, copyPath(k.path)} {
		if bytes.Equal(k.raw[i], data) {
			continue
		}
		e := Event{Kind: EventKeysRepaired, File: p, What: "rewritten from the other copy"}
		if err := replaceFile(k.disk, p, data); err != nil {
			e = Event{Kind: EventFault, File: p, What: "could not be repaired", Err: err}
		}
		if k.onEvent != nil {
			k.onEvent(e)
		}
	}
}

// revoked reports whether a genuine document newer than doc exists: then a slot found only in doc
// was taken away, and a crash or somebody kept the older copy.
func revoked(docs []*keyDoc, doc *keyDoc, root Root) bool {
	return slices.ContainsFunc(docs, func(d *keyDoc) bool {
		return d.Gen > doc.Gen && hmac.Equal(d.MAC, d.mac(root))
	})
}

// edit changes a copy of the document, counts the generation, authenticates and writes both files.
func (k *Keys) edit(root Root, change func(*keyDoc) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.doc == nil || k.doc.Gen > 0 && !hmac.Equal(k.doc.MAC, k.doc.mac(root)) {
		return errors.New("crypt: the key file is not unlocked with this root key")
	}
	doc := *k.doc
	doc.Slots = slices.Clone(doc.Slots)
	if err := change(&doc); err != nil {
		return err
	}
	if len(doc.Slots) == 0 || len(doc.Slots) > slotsMax {
		return fmt.Errorf("crypt: %d slots", len(doc.Slots))
	}
	doc.Gen++
	doc.MAC, doc.Sum = doc.mac(root), nil
	doc.Sum = doc.sum()
	data := doc.encode()
	if _, err := parseKeys(data); err != nil {
		return fmt.Errorf("crypt: key file: %w", err)
	}
	if err := replaceFile(k.disk, k.path, data); err != nil {
		return err
	}
	k.doc = &doc
	return replaceFile(k.disk, copyPath(k.path), data)
}

// CopyTo writes to path, and beside it, the key file of a copy of the book, with some of the slots only. It
// fails with [ErrTampered] where there is one under another root key: that of another book.
func (k *Keys) CopyTo(path string, root Root, keep func(SlotInfo) bool) error {
	for _, p := range []string{path, copyPath(path)} {
		data, err := readFile(k.disk, p, keyFileMax)
		if err != nil {
			continue // what cannot be read is replaced
		}
		if doc, err := parseKeys(data); err == nil && !hmac.Equal(doc.MAC, doc.mac(root)) {
			return &Fault{Kind: ErrTampered, File: p, What: "of another root key"}
		}
	}
	k.mu.Lock()
	c := &Keys{disk: k.disk, path: path, doc: k.doc}
	k.mu.Unlock()
	return c.edit(root, func(doc *keyDoc) error {
		doc.Slots = slices.DeleteFunc(doc.Slots, func(s slotEntry) bool { return !keep(s.info()) })
		return nil
	})
}

// Add makes a slot and returns its number.
func (k *Keys) Add(root Root, n NewSlot) (int, error) {
	number := 0
	err := k.edit(root, func(doc *keyDoc) error {
		doc.Last++
		number = doc.Last
		s, err := n.seal(number, doc.Book, root)
		doc.Slots = append(doc.Slots, s)
		return err
	})
	return number, err
}

// Remove deletes a slot. The last one stays.
func (k *Keys) Remove(root Root, number int) error {
	return k.edit(root, func(doc *keyDoc) error {
		n := len(doc.Slots)
		doc.Slots = slices.DeleteFunc(doc.Slots, func(s slotEntry) bool { return s.ID == number })
		if len(doc.Slots) == n {
			return fs.ErrNotExist
		}
		return nil
	})
}

// present is the document to show: the genuine one, or the newest intact one.
func (k *Keys) present() *keyDoc {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.doc != nil {
		return k.doc
	}
	return k.docs[0]
}

// Gen counts the changes of the key file. Kept inside the database too, it tells when an older key
// file, with passwords that were taken away, is put back.
func (k *Keys) Gen() uint64 { return k.present().Gen }

// Book is the identifier given to [CreateKeys].
func (k *Keys) Book() string { return k.present().Book }

// Of tells whether one of the intact files says that it is of a book. Before unlocking an attacker may have written it.
func (k *Keys) Of(book string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(append(slices.Clone(k.docs), k.doc), func(d *keyDoc) bool { return d != nil && d.Book == book })
}

// OpenedBy is the number of the slot that unlocked, 0 if none did yet.
func (k *Keys) OpenedBy() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.by
}

// Slots lists the slots, oldest first. Before unlocking it is what an intact file says, which an
// attacker may have written.
func (k *Keys) Slots() []SlotInfo {
	doc := k.present()
	list := make([]SlotInfo, len(doc.Slots))
	for i := range doc.Slots {
		list[i] = doc.Slots[i].info()
	}
	return list
}
