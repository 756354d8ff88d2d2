package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"zafe/app/audit"
)

// The formats of a restore point, the number in its manifest. A higher one is refused. A point has the lowest that
// tells of it, which older programs read.
const (
	plainFormat   = 1 // each attachment is a file, and all of the book was read
	packsFormat   = 2 // some lie in packs
	partlyFormat  = 3 // not all of the book was read: there is no DBSHA256
	formatVersion = partlyFormat
)

// historyMax is how many of the older points a manifest names: more than retention keeps of one writer. Where
// retention waits, for a trial restore that passes, manifests grow no more.
const historyMax = 128

// Manifest describes one restore point completely. Its existence is the commit of the backup.
type Manifest struct {
	Format     int       `json:"format"`
	VaultID    string    `json:"vault_id"`
	WriterID   string    `json:"writer_id"`
	WriterName string    `json:"writer_name"`
	Seq        uint64    `json:"seq"`
	Created    time.Time `json:"created"`
	AppVersion string    `json:"app_version"`
	Schema     int       `json:"schema_version"`
	PrevSHA256 string    `json:"prev_sha256,omitempty"`
	History    []Link    `json:"history,omitempty"` // the newest 128 of the points kept when this one was made
	PageSize   int       `json:"page_size"`         // bytes
	Pages      uint32    `json:"pages"`
	DBSHA256   string    `json:"db_sha256,omitempty"` // of the whole logical image; "" when PagesSHA256 proves it
	// PagesSHA256 is of the hashes of all pages, 16 bytes of the SHA-256 of each, as in Hashes; "" beside DBSHA256.
	PagesSHA256  string    `json:"pages_sha256,omitempty"`
	Full         Object    `json:"full"`
	FullCreated  time.Time `json:"full_created"`
	FullPages    uint32    `json:"full_pages"`
	Hashes       Object    `json:"hashes"` // 16 bytes of SHA-256 per page of the full image
	Diff         *Object   `json:"diff,omitempty"`
	Files        FileSet   `json:"files"`
	Checks       Checks    `json:"checks"`
	ChecksAfter  *Checks   `json:"checks_after,omitempty"` // set when somebody was working meanwhile
	SealHead     uint64    `json:"seal_head,omitempty"`    // [Source.Head] before the pages were read; 0 in older backups
	NextExpected time.Time `json:"next_expected,omitzero"`
	Drill        *Drill    `json:"drill,omitempty"`
	RestoredFrom *Origin   `json:"restored_from,omitempty"`
	// Checkpoint is how far the book was before the pages were read, signed by it; nil in older backups.
	Checkpoint *audit.Checkpoint `json:"checkpoint,omitempty"`
	// Ended are the installations that go on with the book no more, by the owner's word, each with the number of the newest
	// point that it had made: those are of no line that others should follow.
	Ended map[string]uint64 `json:"ended,omitempty"`
}

// Link ties a manifest to an older one, so that a hole made by somebody shows.
type Link struct {
	Seq    uint64 `json:"seq"`
	SHA256 string `json:"sha256"`
}

// Object is one content of the writer's db folder. Large ones are stored in parts of at most 64 MiB
// that are joined by concatenation; then Parts is set and Name itself is not a file.
type Object struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Parts  []Part `json:"parts,omitempty"`
}

// Part is one stored file of a split object.
type Part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// FileSet sums up the attachments of a restore point. List is nil when there are none.
type FileSet struct {
	Count     int     `json:"count"`
	Bytes     int64   `json:"bytes"`
	SetSHA256 string  `json:"set_sha256,omitempty"`
	List      *Object `json:"list,omitempty"`
}

// Drill says which restore point last passed a complete trial restore, and when.
type Drill struct {
	Seq uint64    `json:"last_ok_seq"`
	At  time.Time `json:"last_ok_at"`
}

// Origin says which restore point a book was restored from.
type Origin struct {
	Writer string `json:"writer"`
	Seq    uint64 `json:"seq"`
}

// Point gives the restore point this manifest describes.
func (m Manifest) Point() Point {
	return Point{Writer: m.WriterID, Seq: m.Seq, At: m.Created.UTC().Truncate(time.Second)}
}

// BookBytes is the size of the restored database in bytes.
func (m Manifest) BookBytes() int64 { return int64(m.PageSize) * int64(m.Pages) }

// Matches says whether the totals of a restored book are those the manifest promises. When somebody
// worked while the backup was made, the totals may lie anywhere between the two readings.
func (m Manifest) Matches(c Checks) bool {
	if c == m.Checks {
		return true
	}
	if m.ChecksAfter == nil {
		return false
	}
	if c == *m.ChecksAfter {
		return true
	}
	return c.Change >= m.Checks.Change && c.Change <= m.ChecksAfter.Change &&
		c.InvoiceCount >= m.Checks.InvoiceCount && c.InvoiceCount <= m.ChecksAfter.InvoiceCount
}

// stored lists the files of an object.
func (o Object) stored() []Part {
	if len(o.Parts) > 0 {
		return o.Parts
	}
	return []Part{{Name: o.Name, Bytes: o.Bytes, SHA256: o.SHA256}}
}

// objects lists every object of the writer's db folder this point needs.
func (m Manifest) objects() []Object {
	all := []Object{m.Full, m.Hashes}
	if m.Diff != nil {
		all = append(all, *m.Diff)
	}
	if m.Files.List != nil {
		all = append(all, *m.Files.List)
	}
	return all
}

// names adds the stored names of all objects this point needs.
func (m Manifest) names(to map[string]bool) {
	for _, o := range m.objects() {
		for _, p := range o.stored() {
			to[p.Name] = true
		}
	}
}

func (m Manifest) encode() ([]byte, error) { return json.MarshalIndent(m, "", " ") }

func decodeManifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, err
	}
	if m.Format < plainFormat || m.Format > formatVersion {
		return Manifest{}, faultNewer.Because(fmt.Errorf("format %d", m.Format))
	}
	if m.PageSize < 512 || m.PageSize > 65536 || m.Pages == 0 || m.Full.Name == "" {
		return Manifest{}, fmt.Errorf("manifest %d is incomplete", m.Seq)
	}
	return m, nil
}

func sumHex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
