package vault

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A difference needs the pages that are not as in the full image. The book can tell which did not change since it
// was read as a whole (Marks): what it says is kept beside the vault, sealed like all of it but not part of it, and
// is good for the full image that it names alone. Whatever is doubtful, the book is read as a whole, and its pages are
// compared by their hashes: so it is once a day in any case, which finds what a disk lost, too.

const (
	wholeEvery = 24 * time.Hour
	marksMagic = "ZAFEMARKS1\n"
)

// marksFile is where the marks of a writer are kept, in the folder of the vault.
func marksFile(writer string) string { return ".marks-" + writer }

// marksHead is what comes before the marks, eight bytes each.
type marksHead struct {
	Full  string    `json:"full"` // SHA-256 of the full image
	File  string    `json:"file"`
	Read  time.Time `json:"read"` // when the book was read as a whole
	Pages int       `json:"pages"`
}

// unchanged are the marks of pages that hold what they hold in the full image.
type unchanged Marks

// keepMarks remembers, after a reading of the whole book, what it told.
func (v *Vault) keepMarks(m Manifest, img image) {
	if img.sha256 != "" {
		v.saveMarks(m, img.marks)
	}
}

// saveMarks keeps the marks of the pages that are as in the full image of a point, 0 for the others. That they cannot
// be kept costs time, no more: the next backup reads the whole book.
func (v *Vault) saveMarks(m Manifest, marks *Marks) {
	path := filepath.Join(v.set.Dir, marksFile(v.set.WriterID))
	if marks == nil {
		_ = os.Remove(path)
		return
	}
	head, err := json.Marshal(marksHead{Full: m.Full.SHA256, File: marks.File, Read: m.Created, Pages: len(marks.Pages)})
	if err != nil {
		return
	}
	plain := append([]byte(marksMagic), head...)
	plain = append(plain, '\n')
	for _, mark := range marks.Pages {
		plain = binary.BigEndian.AppendUint64(plain, mark)
	}
	if sealed, err := v.set.Key.encrypt(bytes.NewReader(plain)); err == nil {
		_ = writeFile(path, sealed)
	}
}

// loadMarks gives what saveMarks kept, nil when it is not about that full image, too old, or not as it was written.
func (v *Vault) loadMarks(full Object, now time.Time) *unchanged {
	f, err := os.Open(filepath.Join(v.set.Dir, marksFile(v.set.WriterID)))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	plain, err := v.set.Key.decrypt(f)
	if err != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(plain, 1<<30))
	if err != nil {
		return nil
	}
	rest, ok := bytes.CutPrefix(data, []byte(marksMagic))
	line, rest, cut := bytes.Cut(rest, []byte{'\n'})
	var head marksHead
	if !ok || !cut || json.Unmarshal(line, &head) != nil || head.Full != full.SHA256 || len(rest) != 8*head.Pages {
		return nil
	}
	if age := now.Sub(head.Read); age < 0 || age >= wholeEvery {
		return nil
	}
	u := &unchanged{File: head.File, Pages: make([]uint64, head.Pages)}
	for i := range u.Pages {
		u.Pages[i] = binary.BigEndian.Uint64(rest[8*i:])
	}
	return u
}

// changed lists the pages that are to be read, as the book's marks tell now; false when all are: nothing is known, the
// book is another file, or so much changed that reading page by page is no gain.
func (u *unchanged) changed(pages uint32, now *Marks) (some []uint32, ok bool) {
	if u == nil || now == nil || now.File != u.File || len(now.Pages) != int(pages) {
		return nil, false
	}
	for i, mark := range now.Pages {
		if mark == 0 || i >= len(u.Pages) || u.Pages[i] != mark {
			some = append(some, uint32(i+1))
		}
	}
	return some, len(some) < int(pages)/2
}
