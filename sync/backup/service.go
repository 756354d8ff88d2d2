package backup

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"zafe/app/aside"
	"zafe/app/audit"
	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"

	"github.com/rclone/rclone/fs"
)

// StateStore keeps what is known about the copies. It holds no secret; inside the book is still the
// right place, but saving it must not count as a change of the book.
type StateStore interface {
	// Load gives the bytes last saved, or nil when nothing was saved yet.
	Load(ctx context.Context) ([]byte, error)
	// Save replaces them.
	Save(ctx context.Context, data []byte) error
}

// VaultOf says which vault the copies of a book are in, and what opens it.
type VaultOf struct {
	ID          string // kept in the book and on the recovery sheet
	RecoveryKey string // in canonical printed form
	// Inside is the vault's folder inside Settings.Dir and inside each destination: "" for the book's
	// first recovery key. A new key starts a vault of its own, and the old one stays where it is.
	Inside string
}

// Settings are what a Service needs.
type Settings struct {
	Dir          string // folder of the local vault
	Vault        VaultOf
	WriterID     string // made once by vault.WriterID; a restored book gets a new one
	WriterName   string // what the owner calls this PC
	AppVersion   string
	Schema       int // version of the book's schema
	RestoredFrom *vault.Origin
	// SameDisk tells whether a folder of this PC is on the disk that holds the book. It is asked while the folder is
	// there. May be nil.
	SameDisk func(folder string) bool
	// Behind is told, once, that a destination has points of this book that it does not know it made: the book is as
	// it once was. May be nil.
	Behind func(ctx context.Context) error
	// Checkpoint is how far the book is, signed by it, for each copy to keep. May be nil.
	Checkpoint func(ctx context.Context) (audit.Checkpoint, error)
	Source     vault.Source
	Files      vault.Files
	Remotes    *remote.Remotes
	State      StateStore
	Now        func() time.Time // nil means time.Now
}

// Service makes backups of one book. A restore point can be made while older ones are being sent, and
// destinations can be sent to at the same time. What would disturb another job gets "backup.busy".
type Service struct {
	set Settings

	snap sync.Mutex   // one snapshot at a time
	use  sync.RWMutex // pruning the local vault, a new recovery key and a new writer exclude all else

	mu        sync.Mutex // guards what follows
	id        VaultOf    // changes under use as well
	key       *vault.Key // likewise
	know      state
	memory    vault.Known        // manifests that were read
	vault     *vault.Vault       // open while jobs run
	bring     context.CancelFunc // ends the attachments' coming back
	excluding bool               // something waits for all else to end
	jobs      int
	sends     map[string]bool // destinations being sent to
	folder    string          // of the local vault
	most      time.Duration   // how much work the owner accepts to lose
	work      schedule.Work   // since when the copies lack some
}

// Open prepares a service. It makes the local vault the first time; a vault that was there and has
// gone is told by the first job ("backup.vault_gone") and never made anew silently.
func Open(ctx context.Context, set Settings) (*Service, error) {
	if set.Now == nil {
		set.Now = time.Now //nolint:forbidigo // what the zero value means
	}
	s := &Service{set: set, sends: map[string]bool{}, most: schedule.CloudLimit}
	if err := s.take(ctx, set.Vault); err != nil {
		return nil, err
	}
	return s, nil
}

// take works with a vault from now on, and makes the local one the first time.
func (s *Service) take(ctx context.Context, of VaultOf) error {
	key, err := vault.NewKey(of.RecoveryKey)
	if err != nil {
		return err
	}
	know, err := loadState(ctx, s.set.State, of.ID, s.set.Now())
	if err != nil {
		return err
	}
	know.writtenBy(s.writer())
	s.mu.Lock()
	s.id, s.key, s.know, s.folder = of, key, know, filepath.Join(s.set.Dir, of.Inside)
	s.mu.Unlock()
	if !know.Made {
		// A disk that is full or a folder that another program holds keeps nobody out of their book: the
		// first job says what is wrong, and the next start tries again.
		_ = s.NewVault(ctx, filepath.Join(s.set.Dir, of.Inside))
	}
	return nil
}

// Renew lets the book get a new recovery key, and goes on with the vault that renew gives. Nothing else is
// done meanwhile: it waits for jobs under way, but ends BringFiles, and those that come are refused with
// "backup.busy". What was saved stays where it is, under the old key; nothing of it is known to be in the new vault, which the
// next runs fill.
func (s *Service) Renew(ctx context.Context, renew func() (VaultOf, error)) error {
	s.exclude()
	defer s.use.Unlock()
	of, err := renew()
	if err != nil {
		return err
	}
	return s.take(context.WithoutCancel(ctx), of)
}

// Renewed tells whether the copies are under another recovery key than the book's first.
func (s *Service) Renewed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id.Inside != ""
}

// at opens the vault's place at a destination.
func (s *Service) at(ctx context.Context, id string) (fs.Fs, error) {
	s.mu.Lock()
	inside := s.id.Inside
	s.mu.Unlock()
	return s.set.Remotes.Open(ctx, id, inside)
}

// NewVault makes the local vault in a folder, or takes over one of the same identity that is there. It
// is what the owner decides after "backup.vault_gone". The vault of another company that is there is
// renamed, not deleted ("backup.busy" while a program works in it).
func (s *Service) NewVault(ctx context.Context, dir string) error {
	s.mu.Lock()
	s.folder = dir
	s.mu.Unlock()
	set := s.vaultSettings()
	err := vault.Create(set)
	if fault.KeyOf(err) == "backup.other_vault" {
		at := filepath.Clean(dir)
		err = vault.SetAside(at, aside.Name(at, s.set.Now()))
		if err != nil {
			return remote.Classify(err)
		}
		err = vault.Create(set)
	}
	if err != nil && fault.KeyOf(err) != "backup.vault_exists" {
		return err
	}
	return s.note(ctx, func(k *state) { k.Made = true })
}

// Refill makes the local vault again where it was.
func (s *Service) Refill(ctx context.Context) error {
	s.mu.Lock()
	dir := s.folder
	s.mu.Unlock()
	return s.NewVault(ctx, dir)
}

func (s *Service) vaultSettings() vault.Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return vault.Settings{
		Dir: s.folder, ID: s.id.ID, Key: s.key, WriterID: s.set.WriterID,
		WriterName: s.set.WriterName, AppVersion: s.set.AppVersion, Schema: s.set.Schema, Known: &s.memory,
	}
}

// writer is this installation's folder in the vault.
func (s *Service) writer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set.WriterID
}

// Writes tells whether a writer of the vault is this installation.
func (s *Service) Writes(id string) bool { return id == s.writer() }

// with runs a job on the opened local vault, beside others.
func (s *Service) with(ctx context.Context, job func(*vault.Vault) error) error {
	if !s.use.TryRLock() {
		return faultBusy()
	}
	defer s.use.RUnlock()
	return s.opened(ctx, job)
}

// alone runs a job on the opened local vault while no other runs.
func (s *Service) alone(ctx context.Context, job func(*vault.Vault) error) error {
	if !s.use.TryLock() {
		return faultBusy()
	}
	defer s.use.Unlock()
	return s.opened(ctx, job)
}

// exclude takes use for a new key or writer. The attachments that come back, which can take days, go on later.
func (s *Service) exclude() {
	s.mu.Lock()
	s.excluding = true
	if s.bring != nil {
		s.bring()
	}
	s.mu.Unlock()
	s.use.Lock()
	s.mu.Lock()
	s.excluding = false
	s.mu.Unlock()
}

// bringing lets exclude end what stop ends.
func (s *Service) bringing(stop context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bring = stop; s.excluding {
		stop()
	}
}

func faultBusy() error { return fault.New(fault.Conflict, "backup.busy") }

// opened opens the vault for the first of several jobs and closes it after the last.
func (s *Service) opened(ctx context.Context, job func(*vault.Vault) error) (err error) {
	settings := s.vaultSettings()
	s.mu.Lock()
	if s.vault == nil {
		if s.vault, err = vault.Open(ctx, settings); err != nil {
			s.vault = nil
			s.mu.Unlock()
			return remote.Classify(err)
		}
	}
	v := s.vault
	s.jobs++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.jobs--; s.jobs == 0 {
			s.vault = nil
			err = errors.Join(err, v.Close())
		}
	}()
	return job(v)
}

// checkpoint is how far the book is, nil when it cannot sign that.
func (s *Service) checkpoint(ctx context.Context) (*audit.Checkpoint, error) {
	if s.set.Checkpoint == nil {
		return nil, nil
	}
	c, err := s.set.Checkpoint(ctx)
	if err != nil || c.Signature == "" {
		return nil, err
	}
	return &c, nil
}

// Newest is how far the book was when the newest restore point of this installation on this PC was begun; nil when
// none says so.
func (s *Service) Newest(ctx context.Context) (c *audit.Checkpoint, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		m, _ := v.Latest()
		c = m.Checkpoint
		return nil
	})
	return c, err
}

// Snapshot makes a restore point in the local vault.
func (s *Service) Snapshot(ctx context.Context, watch vault.Watch) (taken vault.Taken, err error) {
	if !s.snap.TryLock() {
		return taken, faultBusy()
	}
	defer s.snap.Unlock()
	err = s.with(ctx, func(v *vault.Vault) error {
		now := s.set.Now()
		if err := s.noteNumbers(ctx, v); err != nil {
			return err
		}
		run := vault.Run{
			Now: now, Drill: s.lastDrill(), RestoredFrom: s.set.RestoredFrom, After: s.savedSeq(), Watch: watch,
			NextExpected: now.Add(s.promised()).UTC().Truncate(time.Second),
		}
		run.Full, run.Ended = s.fullNext(), s.ended()
		if run.Checkpoint, err = s.checkpoint(ctx); err != nil {
			return err
		}
		if taken, err = v.Snapshot(ctx, s.set.Source, s.set.Files, run); err != nil {
			return remote.Classify(err)
		}
		err = s.note(ctx, func(k *state) {
			k.leapt(now)
			k.Saved = Mark{Seq: taken.Manifest.Seq, Change: taken.Manifest.Checks.Change, At: now}
			k.Full = k.Full && !run.Full
		})
		return errors.Join(err, s.bury(ctx, v))
	})
	return taken, err
}

// bury takes away the restore points of this PC that a newer one stands for, their objects having been damaged.
func (s *Service) bury(ctx context.Context, v *vault.Vault) error {
	s.mu.Lock()
	due := s.know.Bury
	s.mu.Unlock()
	if !due {
		return nil
	}
	if err := v.Bury(ctx); err != nil {
		return remote.Classify(err)
	}
	return s.note(ctx, func(k *state) { k.Bury = false })
}

// Sent is the result of sending the restore points to one destination.
type Sent struct {
	Destination remote.Destination
	vault.Sent
	Disk  string // the one it is on now, "" where it is none of this PC
	Prove bool   // what was damaged there was mended: a trial restore says whether all of it was
	Err   error  // a fault, nil when the newest point is there
}

// Send makes a destination follow the local vault. The result is also remembered for Status. Err is
// nil only when the newest point was found there whole; older points whose objects are lost on this PC
// too are in Lost and in CopyStatus.Holes.
func (s *Service) Send(ctx context.Context, id string, watch vault.Watch) Sent {
	return s.SendAs(ctx, id, Manner{}, watch)
}

// Manner is how something is sent.
type Manner struct {
	// Most is how many bytes may leave, as [vault.Sending.Most] says, 0 for no limit: then what a trial restore found
	// damaged is mended, too.
	Most int64
	// Look says that all that should be there is looked for, however lately it was.
	Look bool
}

// SendAs is Send in a manner. Err is "backup.line_waits" while something waits; where only attachments do, the newest
// point is there without them.
func (s *Service) SendAs(ctx context.Context, id string, how Manner, watch vault.Watch) Sent {
	d, err := s.set.Remotes.Get(id)
	sent := Sent{Destination: d, Err: err}
	if err != nil {
		return sent
	}
	if sent.Err = s.stopped(); sent.Err != nil {
		return sent
	}
	if !s.begin(id) {
		sent.Err = faultBusy()
		return sent
	}
	defer s.end(id)
	sent.Err = s.with(ctx, func(v *vault.Vault) error { return s.send(ctx, v, &sent, how, watch) })
	return sent
}

// begin notes that a destination is being sent to; false if it is already.
func (s *Service) begin(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sends[id] {
		return false
	}
	s.sends[id] = true
	return true
}

func (s *Service) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sends, id)
}

func (s *Service) send(ctx context.Context, v *vault.Vault, sent *Sent, how Manner, watch vault.Watch,
) error {
	id := sent.Destination.ID
	now := s.set.Now()
	latest, _ := v.Latest()
	if err := s.recognise(ctx, id); err != nil {
		return err
	}
	if err := s.noteNumbers(ctx, v); err != nil {
		return err
	}
	told := s.sending(ctx, id, how, watch) // what was tried before this time
	if err := s.noteBegun(ctx, id, latest.Seq); err != nil {
		return err
	}
	err := s.try(ctx, v, sent, told)
	if err == nil {
		sent.Disk, err = s.settle(ctx, sent.Destination)
	}
	if behindErr := s.behind(ctx, sent.Ahead); behindErr != nil {
		return behindErr
	}
	noteErr := s.note(ctx, func(k *state) {
		c := k.copyOf(id, now)
		c.Tried = now
		c.fail(err)
		if sent.Waits > 0 {
			c.Known, c.Waits = true, Waits{Book: latest.Created, Bytes: sent.Waits}
		}
		if k.ahead(id, sent.Ahead, now); err == nil {
			c.OnDisk = sent.Destination.Provider == "local" && s.set.SameDisk != nil &&
				s.set.SameDisk(sent.Destination.Folder)
			c.whole(latest, now)
			if !told.Whole {
				c.Looked = now
			}
			c.Rivals, c.Holes = sent.Rivals, len(sent.Check.Missing)+len(sent.Check.Wrong)
		}
		if sent.RolledBack {
			c.RolledBack = now
		}
		if told.Mend != "" && sent.Check.Objects > 0 && c.Hurt == told.Mend { // it was all read, and mended
			c.Mends++
			c.Stuck = sent.Stuck > 0
			// What could not be sent is looked at again once the next restore point stored it anew, and then no more.
			if sent.Anew = sent.Anew && !c.Anew; sent.Anew {
				c.Anew, k.Bury = true, true
				k.Full = k.Full || told.Mend == vault.MendBook
				return
			}
			sent.Prove = c.Mends <= mendsMost && (sent.Mended > 0 || c.Anew || sent.Gone.Any())
			c.Hurt, c.Anew = "", false
		}
	})
	if err != nil {
		return err
	}
	return errors.Join(noteErr, s.askShelter(ctx, v, sent.Destination))
}

func (s *Service) try(ctx context.Context, v *vault.Vault, sent *Sent, told vault.Sending) error {
	f, err := s.at(ctx, sent.Destination.ID)
	if err != nil {
		return err
	}
	sent.Sent, err = v.Replicate(ctx, f, told)
	if err != nil {
		return remote.Told(ctx, f, err)
	}
	if sent.Waits > 0 {
		return fault.New(fault.Unavailable, "backup.line_waits")
	}
	if !sent.Check.Newest {
		return lacking(sent.Check)
	}
	return nil
}

// lacking says what a copy lacks.
func lacking(r vault.CheckReport) error {
	if r.Files > 0 {
		return fault.New(fault.Conflict, "backup.files_missing", "count", r.Files)
	}
	return fault.New(fault.Conflict, "backup.copy_incomplete", "count", len(r.Missing)+len(r.Wrong))
}

// Report is the result of a complete run.
type Report struct {
	Taken vault.Taken
	Sent  []Sent // one per destination, in their order
}

// BackUp makes a restore point and sends it to every destination, each on its own: one that fails does
// not stop the others. The error is about the restore point only; look at each Sent.
func (s *Service) BackUp(ctx context.Context, watch vault.Watch) (Report, error) {
	taken, err := s.Snapshot(ctx, watch)
	if err != nil {
		return Report{}, err
	}
	report := Report{Taken: taken}
	for _, d := range s.set.Remotes.List() {
		report.Sent = append(report.Sent, s.Send(ctx, d.ID, watch))
	}
	return report, nil
}

// Check compares names and sizes at a destination with the local vault, sending nothing. What it found is remembered
// for Status, as by Send.
func (s *Service) Check(ctx context.Context, id string) (report vault.CheckReport, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		if err := s.recognise(ctx, id); err != nil {
			return err
		}
		if err := s.noteNumbers(ctx, v); err != nil {
			return err
		}
		latest, _ := v.Latest() // a point made during the comparison is not part of it
		told := s.sending(ctx, id, Manner{}, nil)
		report, err = s.compare(ctx, v, id, told)
		if behindErr := s.behind(ctx, report.Ahead); behindErr != nil {
			return behindErr
		}
		now := s.set.Now()
		err = errors.Join(err, s.note(ctx, func(k *state) {
			c := k.copyOf(id, now)
			k.ahead(id, report.Ahead, now)
			if c.Tried = now; err != nil {
				c.fail(err)
				return
			}
			c.Holes, c.Looked = len(report.Missing)+len(report.Wrong), now
			switch {
			case report.Newest:
				c.whole(latest, now)
			case latest.Seq <= told.LastSeq:
				c.Short = vault.Gone{Files: report.Files, Objects: c.Holes - report.Stored}
			}
		}))
		if d, unknown := s.set.Remotes.Get(id); unknown == nil && err == nil {
			err = s.askShelter(ctx, v, d)
		}
		return errors.Join(err, s.stopped())
	})
	return report, err
}

func (s *Service) compare(ctx context.Context, v *vault.Vault, id string, told vault.Sending) (vault.CheckReport, error) {
	f, err := s.at(ctx, id)
	if err != nil {
		return vault.CheckReport{}, err
	}
	report, err := v.Check(ctx, v.At(f), told)
	return report, remote.Classify(err)
}

// Free tells whether a destination, or the draft of one, can take the copies of this book, as its first sending finds
// out: "backup.other_vault" when another company's are there. What keeps from looking is no refusal.
func (s *Service) Free(ctx context.Context, id string) error {
	err := s.with(ctx, func(v *vault.Vault) error {
		tree, err := s.treeAt(ctx, v, id)
		if err != nil {
			return err
		}
		return v.Ours(ctx, tree)
	})
	if fault.KeyOf(err) == "backup.other_vault" {
		return err
	}
	return nil
}

// pointsOfOthers bounds what is listed of the writers that are not this one: more than retention keeps of two.
const pointsOfOthers = 250

// Points lists the restore points of the local vault ("") or of a destination, newest first: those of this
// writer, and the newest of others, such as this PC was before its book was restored. Of the local vault, those whose
// objects were found damaged and taken away are left out.
func (s *Service) Points(ctx context.Context, id string) (points []vault.Manifest, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		if id == "" {
			serves, err := v.Serves(ctx)
			if err != nil {
				return err
			}
			points = slices.DeleteFunc(v.Manifests(), func(m vault.Manifest) bool { return !serves(m) })
		}
		tree, err := s.treeAt(ctx, v, id)
		if err == nil {
			points, err = s.pointsIn(ctx, tree, points, id == "")
		}
		if fault.KeyOf(err) == "backup.no_vault" && s.fillsAnew(id) { // nothing is there yet under the new key
			err = nil
		}
		return remote.Classify(err)
	})
	appbackup.NewestFirst(points, func(m vault.Manifest) appbackup.Dated { return m.Dated(s.set.Now()) })
	return points, err
}

// fillsAnew tells whether a place has the copies of an earlier recovery key only.
func (s *Service) fillsAnew(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.know.Copies[id]
	return c != nil && c.Again
}

// pointsIn adds to the points that are known already those of the other writers of a tree, or of all of them
// unless its own are known. One that cannot be read is left out: it cannot be restored either.
func (s *Service) pointsIn(ctx context.Context, tree *vault.Tree, known []vault.Manifest, own bool,
) ([]vault.Manifest, error) {
	contents, err := tree.Read(ctx)
	if fault.KeyOf(err) == "backup.vault_empty" {
		return known, nil
	}
	if err != nil {
		return known, err
	}
	writer := s.writer()
	others := slices.DeleteFunc(contents.Points(), func(p vault.Point) bool {
		return p.Writer == writer && own
	})
	more, err := tree.DescribeAll(ctx, contents, others[:min(len(others), pointsOfOthers)], func(vault.Point, error) {})
	return append(known, more...), err
}
