package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"zafe/app/bin"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/verify"
	"zafe/store/blob"
	"zafe/store/crypt"
)

const (
	nameKeyName = "file_name_key"

	// A content that nothing refers to any more is kept as long, for whoever took it off by mistake and for
	// the backups, which keep what a restore point needs.
	fileRetention = 30 * 24 * time.Hour
	// A file without a row, as a power cut leaves it, is removed once it is as old.
	fileGrace      = 24 * time.Hour
	fileSweepFirst = time.Minute // after the opening
	fileSweepEvery = 24 * time.Hour
)

var _ file.Tx[*blob.Content] = (*Tx)(nil)

// openFiles opens the folder of contents. The key of their names is made with the book and comes back with it.
func (s *Store) openFiles(ctx context.Context) error {
	var key blob.NameKey
	var raw []byte
	err := s.View(ctx, func(tx *Tx) error { _, err := tx.Setting(nameKeyName, &raw); return err })
	if err != nil {
		return err
	}
	if copy(key[:], raw) != len(key) {
		key = blob.NewNameKey()
		if err := s.Update(ctx, func(tx *Tx) error { return tx.SetSetting(nameKeyName, key[:]) }); err != nil {
			return err
		}
	}
	s.files = blob.New(filepath.Join(s.dir, filesDir), key)
	s.files.Changed = s.journal.file
	if err := s.files.Tidy(); err != nil { // what is left over keeps nobody from working
		s.opts.tell("half-written attachments could not be removed: " + err.Error())
	}
	s.background.Go(func() { s.sweeps(s.life) })
	return nil
}

// ReceiveFile takes a content in until io.EOF, sealed and flushed, in constant memory: it belongs to nothing
// until AddAttachment. Faults store.disk_full, store.disk.
func (s *Store) ReceiveFile(ctx context.Context, r io.Reader) (*blob.Content, error) {
	// What is half received when the book's files are exchanged would be missing among the new ones.
	if err := s.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	c, err := s.files.Receive(ctx, r)
	return c, classify(err)
}

const attachmentColumns = `a.id, a.kind, a.subject, a.name, a.media, f.size, f.digest, a.added_at, a.added_by,
	a.added_name, f.name FROM attachment a JOIN file f ON f.id = a.file`

// attachments reads attachments, and looks whether their contents are there.
func (t *Tx) attachments(where string, args ...any) ([]file.Attachment, error) {
	read := func(scan func(...any) error, a *file.Attachment) error {
		var name string
		err := scan(&a.ID, &a.Subject.Kind, &a.Subject.ID, &a.Name, &a.Media, &a.Size, &a.Digest,
			toInstant{&a.At}, &a.By, &a.ByName, &name)
		if err == nil {
			a.Here, err = t.st.files.Has(name, a.Size)
		}
		return err
	}
	return all(t, `SELECT `+attachmentColumns+` `+where, args, read)
}

// Attachments lists what is attached to a record, oldest first.
func (t *Tx) Attachments(s file.Subject) ([]file.Attachment, error) {
	return t.attachments(`WHERE a.kind = ? AND a.subject = ? ORDER BY a.id`, s.Kind, s.ID)
}

// Attachment returns an attachment and whether it exists.
func (t *Tx) Attachment(id file.ID) (file.Attachment, bool, error) {
	found, err := t.attachments(`WHERE a.id = ?`, id)
	if err != nil || len(found) == 0 {
		return file.Attachment{}, false, err
	}
	return found[0], true, nil
}

// storedFile is the row of a content.
type storedFile struct {
	id     int64
	name   string
	digest string
	size   int64
	key    crypt.StreamKey
	month  string
}

const storedColumns = `id, name, digest, size, key, substr(added_at, 1, 7)`

func scanStored(scan func(...any) error, f *storedFile) error {
	var key []byte
	err := scan(&f.id, &f.name, &f.digest, &f.size, &key, &f.month)
	copy(f.key[:], key)
	return err
}

// fileRow returns the row of the content with a digest and whether there is one.
func (t *Tx) fileRow(digest string) (storedFile, bool, error) {
	found, err := all(t, `SELECT `+storedColumns+` FROM file WHERE digest = ?`, []any{digest}, scanStored)
	if err != nil || len(found) == 0 {
		return storedFile{}, false, err
	}
	return found[0], true, nil
}

// AddAttachment attaches a content and returns the attachment with its id. The same content is kept once: its
// file is in place before any row names it. Fault file.already, unless its file was lost and is back now.
func (t *Tx) AddAttachment(a file.Attachment, c *blob.Content) (file.Attachment, error) {
	f, known, err := t.fileRow(c.Digest())
	if err != nil {
		return a, err
	}
	if !known {
		if err := c.Place(); err != nil {
			return a, classify(err)
		}
		f.id, err = t.insert(`INSERT INTO file(name, digest, size, key, added_at, unused_at) VALUES (?,?,?,?,?,'')`,
			c.Name, c.Digest(), c.Size, c.Key[:], instant(t.now))
		if err != nil {
			return a, err
		}
		return t.link(a, f.id)
	}
	here, err := t.st.files.Has(f.name, f.size)
	if err == nil && !here {
		err = c.PlaceAs(t.ctx, f.key)
	}
	if err != nil {
		return a, classify(err)
	}
	there, err := t.attachments(`WHERE a.kind = ? AND a.subject = ? AND a.file = ?`, a.Subject.Kind,
		a.Subject.ID, f.id)
	switch {
	case err != nil:
		return a, err
	case len(there) > 0 && here:
		return a, fault.New(fault.Conflict, "file.already", "name", there[0].Name)
	case len(there) > 0:
		return there[0], nil
	}
	if _, err := t.exec(`UPDATE file SET unused_at = '' WHERE id = ?`, f.id); err != nil {
		return a, err
	}
	return t.link(a, f.id)
}

// link makes a content an attachment.
func (t *Tx) link(a file.Attachment, content int64) (file.Attachment, error) {
	id, err := t.insert(`INSERT INTO attachment(file, kind, subject, name, media, added_at, added_by, added_name)
		VALUES (?,?,?,?,?,?,?,?)`, content, a.Subject.Kind, a.Subject.ID, a.Name, a.Media, instant(a.At), a.By,
		a.ByName)
	a.ID = file.ID(id)
	return a, err
}

// DropAttachment takes an attachment away.
func (t *Tx) DropAttachment(id file.ID) error {
	_, err := t.exec(`DELETE FROM attachment WHERE id = ?`, id)
	return err
}

// CarryAttachments gives what is attached to a draft of the ledger to the entry it became.
func (t *Tx) CarryAttachments(draft, entry ledger.EntryID) error {
	_, err := t.exec(`UPDATE attachment SET subject = ? WHERE kind = 'entry' AND subject = ?`, entry, draft)
	return err
}

// OpenAttachment opens the content of an attachment. Faults file.not_here; file.damaged while it is read.
func (t *Tx) OpenAttachment(a file.Attachment) (io.ReadCloser, error) {
	f, known, err := t.fileRow(a.Digest)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, fault.New(fault.NotFound, "file.not_found")
	}
	return t.st.holdFile(t.ctx, f, a.Name)
}

// holdFile opens a content that may be read after the transaction.
func (s *Store) holdFile(ctx context.Context, f storedFile, name string) (io.ReadCloser, error) {
	if err := s.gate.enter(ctx); err != nil {
		return nil, err
	}
	in, err := s.openFile(f, name)
	if err != nil {
		s.gate.leave()
		return nil, err
	}
	return &heldReader{ReadCloser: in, leave: sync.OnceFunc(s.gate.leave)}, nil
}

func (s *Store) openFile(f storedFile, name string) (io.ReadCloser, error) {
	in, err := s.files.Read(f.name, f.key)
	if err != nil {
		return nil, fileFault(err, name)
	}
	return namedReader{in, name}, nil
}

// namedReader tells what is wrong with a content under the name people know.
type namedReader struct {
	io.ReadCloser
	name string
}

func (n namedReader) Read(p []byte) (int, error) {
	c, err := n.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fileFault(err, n.name)
	}
	return c, err
}

func fileFault(err error, name string) error {
	var cf *crypt.Fault
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.Unavailable, "file.not_here", "name", name).Because(err)
	case errors.As(err, &cf), errors.Is(err, blob.ErrOther):
		return fault.New(fault.Unavailable, "file.damaged", "name", name).Because(err)
	}
	return classify(err)
}

// SweepFiles forgets what has been in the bin, and contents that nothing has referred to, for 30 days, and removes
// files of which the book knows nothing. It runs by itself once a day.
func (s *Store) SweepFiles(ctx context.Context) error {
	const unused = ` NOT EXISTS (SELECT 1 FROM attachment a WHERE a.file = file.id)`
	work := false
	err := s.View(ctx, func(tx *Tx) (err error) {
		if work, err = tx.exists(`SELECT 1 FROM file WHERE` + unused + ` LIMIT 1`); err != nil || work {
			return err
		}
		work, err = tx.exists(`SELECT 1 FROM lost WHERE at < ? LIMIT 1`, instant(tx.now.Add(-bin.Kept)))
		return err
	})
	if err != nil {
		return err
	}
	if work {
		err = s.Update(ctx, func(tx *Tx) error {
			if err := tx.forgetLost(); err != nil {
				return err
			}
			_, err := tx.exec(`UPDATE file SET unused_at = ? WHERE unused_at = '' AND`+unused, instant(tx.now))
			if err != nil {
				return err
			}
			_, err = tx.exec(`DELETE FROM file WHERE unused_at <> '' AND unused_at < ? AND`+unused,
				instant(tx.now.Add(-fileRetention)))
			return err
		})
	}
	if err != nil {
		return err
	}
	return s.sweepStrays(ctx)
}

// sweepStrays removes files without a row. Only the one writer gives a file its name, in the transaction of its
// row: while a write transaction of the sweep looks, there is none on its way.
func (s *Store) sweepStrays(ctx context.Context) error {
	before := s.now().Add(-fileGrace)
	names, err := s.strays(ctx, before)
	if err != nil || len(names) == 0 {
		return err
	}
	return s.Update(ctx, func(tx *Tx) error {
		again, err := tx.without(names)
		for _, name := range again {
			err = errors.Join(err, s.files.Remove(name))
		}
		return classify(err)
	})
}

func (s *Store) strays(ctx context.Context, before time.Time) (names []string, err error) {
	old, err := s.files.Older(before)
	if err != nil || len(old) == 0 {
		return nil, classify(err)
	}
	err = s.View(ctx, func(tx *Tx) (err error) { names, err = tx.without(old); return err })
	return names, err
}

// without keeps, of the names of files, those that no row has.
func (t *Tx) without(names []string) ([]string, error) {
	return all(t, `SELECT value FROM json_each(?) WHERE value NOT IN (SELECT name FROM file)`,
		[]any{jsonList(names)}, func(scan func(...any) error, name *string) error { return scan(name) })
}

// sweeps runs SweepFiles soon after the opening and every day.
func (s *Store) sweeps(ctx context.Context) {
	wait := time.NewTimer(fileSweepFirst)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
			wait.Reset(fileSweepEvery)
		}
		if err := s.SweepFiles(ctx); err != nil && fault.KeyOf(err) != "store.closed" {
			s.opts.tell("attachments were not tidied: " + err.Error())
		}
	}
}

// StoredFile is a content that something refers to, as the backups know it.
type StoredFile struct {
	Digest string // lower-case hexadecimal SHA-256
	Size   int64  // bytes
	Month  string // "2026-11": when it was attached first
}

// Files lists the contents that something refers to.
func (s *Store) Files(ctx context.Context) ([]StoredFile, error) {
	all, err := s.contents(ctx)
	out := make([]StoredFile, len(all))
	for i, f := range all {
		out[i] = f.known()
	}
	return out, err
}

// MissingFiles lists the contents that something refers to and that are not on the disk.
func (s *Store) MissingFiles(ctx context.Context) ([]StoredFile, error) {
	all, err := s.contents(ctx)
	if err != nil {
		return nil, err
	}
	var out []StoredFile
	for _, f := range all {
		here, err := s.files.Has(f.name, f.size)
		if err != nil {
			return nil, classify(err)
		}
		if !here {
			out = append(out, f.known())
		}
	}
	return out, nil
}

func (f storedFile) known() StoredFile {
	return StoredFile{Digest: f.digest, Size: f.size, Month: f.month}
}

// lookUp returns the row of a content.
func (s *Store) lookUp(ctx context.Context, digest string) (f storedFile, known bool, err error) {
	err = s.View(ctx, func(tx *Tx) error { f, known, err = tx.fileRow(digest); return err })
	return f, known, err
}

// NeedsFile tells whether the book refers to a content that is not on the disk.
func (s *Store) NeedsFile(ctx context.Context, digest string) (bool, error) {
	f, known, err := s.lookUp(ctx, digest)
	if err != nil || !known {
		return false, err
	}
	here, err := s.files.Has(f.name, f.size)
	return !here, classify(err)
}

// OpenFile opens a content by its digest. Faults file.not_found, file.not_here; file.damaged while it is read.
func (s *Store) OpenFile(ctx context.Context, digest string) (io.ReadCloser, error) {
	f, known, err := s.lookUp(ctx, digest)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, fault.New(fault.NotFound, "file.not_found")
	}
	name, err := s.nameOf(ctx, f.id)
	if err != nil {
		return nil, err
	}
	return s.holdFile(ctx, f, name)
}

// heldReader keeps the book's files where they are while one of them is read.
type heldReader struct {
	io.ReadCloser
	leave func()
}

func (h *heldReader) Close() error {
	defer h.leave()
	return h.ReadCloser.Close()
}

// RestoreFile takes a content that the book refers to back under the name and the key of its row: it is there after
// SettleFiles. It keeps nothing unless content ended with io.EOF and was the right one.
func (s *Store) RestoreFile(ctx context.Context, digest string, content io.Reader) error {
	f, known, err := s.lookUp(ctx, digest)
	if err != nil {
		return err
	}
	if !known {
		return fault.New(fault.NotFound, "file.not_found")
	}
	if err := s.gate.enter(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	return classify(s.files.Bring(ctx, content, f.name, f.key))
}

// SettleFiles gives what RestoreFile took its place, once it is on the disk. What the exchange of the book's files
// for others made impossible, or the disk, has to be brought again.
func (s *Store) SettleFiles(ctx context.Context) error {
	if err := s.gate.enter(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	return classify(s.files.Settle())
}

// contents returns the rows of all contents that something refers to.
func (s *Store) contents(ctx context.Context) (out []storedFile, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		out, err = all(tx, `SELECT `+storedColumns+` FROM file
			WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.file = file.id) ORDER BY id`, nil, scanStored)
		return err
	})
	return out, err
}

// VerifyFiles reads every content that something refers to and compares it with what was attached. progress,
// which may be nil, is told bytes done and bytes in all. Findings: file.verify_missing, file.verify_damaged.
func (s *Store) VerifyFiles(ctx context.Context, progress func(done, total int64)) ([]verify.Finding, error) {
	all, err := s.contents(ctx)
	if err != nil {
		return nil, err
	}
	var found []verify.Finding
	var done, total int64
	for _, f := range all {
		total += f.size
	}
	for _, f := range all {
		if err := s.gate.enter(ctx); err != nil {
			return nil, err
		}
		err := fileFault(s.files.Check(ctx, f.name, f.key, f.size, f.digest), "")
		s.gate.leave()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if key := fileFindings[fault.KeyOf(err)]; key != "" {
			name, err := s.nameOf(ctx, f.id)
			if err != nil {
				return nil, err
			}
			found = append(found, verify.Finding{Key: key, Args: map[string]any{"name": name}})
		} else if err != nil {
			return nil, err
		}
		if done += f.size; progress != nil {
			progress(done, total)
		}
	}
	return found, nil
}

// fileFindings are the findings that refusals to open a content make.
var fileFindings = map[string]string{
	"file.not_here": "file.verify_missing", "file.damaged": "file.verify_damaged",
}

// nameOf is under which name people know a content.
func (s *Store) nameOf(ctx context.Context, id int64) (name string, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		_, err := tx.one(`SELECT name FROM attachment WHERE file = ? ORDER BY id LIMIT 1`, []any{id}, &name)
		return err
	})
	return name, err
}
