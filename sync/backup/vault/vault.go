package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	_ "github.com/rclone/rclone/backend/local" // the local vault is read through it
	rclone "github.com/rclone/rclone/fs"
)

// Settings say whose vault this is.
type Settings struct {
	Dir        string // the local vault's folder
	ID         string // the vault's identity, kept in the book and printed on the recovery sheet
	Key        *Key
	WriterID   string // this installation's folder, made by WriterID
	WriterName string // what the owner calls this PC
	AppVersion string
	Schema     int   // version of the book's schema
	PartBytes  int64 // 0 means 64 MiB
	// Known remembers the manifests between two openings, nil for nothing.
	Known *Known
}

// Vault is the local vault of this installation, open for writing. One process has it open at a time.
// In that process one Snapshot may run beside any number of Replicate and Check; Prune must run alone.
type Vault struct {
	set  Settings
	tree *Tree
	lock *flock.Flock

	mu     sync.Mutex
	points []stored // own restore points, oldest first; replaced, never changed in place
	newest uint64   // the highest number among the names of own restore points when it was opened
}

// stored is a manifest with the hash of its plain bytes.
type stored struct {
	Manifest
	sha256 string
}

// Create makes an empty vault in a folder that may exist. The same vault already there is
// "backup.vault_exists", one of a newer program "backup.vault_newer"; any other, or one that does not
// tell whose it is, "backup.other_vault".
func Create(set Settings) error {
	if err := os.MkdirAll(set.Dir, 0o700); err != nil {
		return err
	}
	marker := filepath.Join(set.Dir, markerName)
	switch data, err := os.ReadFile(marker); {
	case err == nil:
		return whose(data, set.ID)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := writeFile(filepath.Join(set.Dir, readmeName), bytes.NewReader(readmeText)); err != nil {
		return err
	}
	return writeFile(marker, bytes.NewReader(markerText(set.ID)))
}

// whose tells why no vault can be made where this marker is.
func whose(marker []byte, id string) error {
	there, err := parseMarker(marker)
	switch {
	case errors.Is(err, faultNewer):
		return err
	case err != nil || there != id:
		return faultOtherVault.Because(err)
	}
	return faultExists
}

// SetAside renames the folder of a vault that is in the way of another; nothing in it is lost. It refuses
// with "backup.busy" while a program works in it and "backup.vault_exists" when the new name is taken.
func SetAside(dir, name string) error {
	lock := flock.New(filepath.Join(dir, ".lock"))
	ok, err := lock.TryLock()
	if err == nil {
		err = lock.Unlock() // no file may be open in a folder that Windows renames
	}
	if err != nil {
		return err
	}
	if !ok {
		return faultBusy
	}
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return faultExists.Because(err)
	}
	return os.Rename(dir, name)
}

// Open opens the local vault. It refuses with "backup.vault_gone" when there is no marker (an
// unplugged disk, an emptied folder: never silently a new vault), "backup.other_vault",
// "backup.wrong_key" and "backup.busy".
func Open(ctx context.Context, set Settings) (*Vault, error) {
	if set.PartBytes == 0 {
		set.PartBytes = 64 << 20
	}
	if !writerPattern.MatchString(set.WriterID) {
		return nil, fmt.Errorf("bad writer id %q", set.WriterID)
	}
	data, err := os.ReadFile(filepath.Join(set.Dir, markerName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, faultEmptied.Because(err)
	}
	if err != nil {
		return nil, err
	}
	id, err := parseMarker(data)
	if err != nil {
		return nil, err
	}
	if id != set.ID {
		return nil, faultOtherVault
	}
	lock := flock.New(filepath.Join(set.Dir, ".lock"))
	if ok, err := lock.TryLock(); err != nil {
		return nil, err
	} else if !ok {
		return nil, faultBusy
	}
	v := &Vault{set: set, lock: lock}
	if err := v.load(ctx); err != nil {
		_ = lock.Unlock()
		return nil, err
	}
	return v, nil
}

// load reads the own manifests and sweeps what a killed run left behind.
func (v *Vault) load(ctx context.Context) error {
	f, err := LocalFolder(ctx, v.set.Dir)
	if err != nil {
		return err
	}
	v.tree = v.At(f)
	v.sweep()
	found, err := v.tree.list(ctx, manifestDir(v.set.WriterID))
	if err != nil {
		return err
	}
	if len(found.names) == 0 && found.foreign > 0 {
		return faultWrongKey
	}
	var points []stored
	for _, point := range found.points(v.set.WriterID) {
		v.newest = max(v.newest, point.Seq)
		s, err := v.tree.recall(ctx, found, point)
		if err != nil {
			continue // a damaged point is reported by Check and left out of the history
		}
		points = append(points, s)
	}
	v.setOwn(points)
	return nil
}

// At reads a copy of this vault whose root is f, knowing what is known of the vault.
func (v *Vault) At(f rclone.Fs) *Tree {
	t := NewTree(f, v.set.Key)
	t.known = v.set.Known
	return t
}

// Newest is the highest number of an own restore point in the vault, readable or not; 0 for none.
func (v *Vault) Newest() uint64 {
	latest, _ := v.Latest()
	return max(v.newest, latest.Seq)
}

// own gives the own restore points as they are now.
func (v *Vault) own() []stored {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.points
}

func (v *Vault) setOwn(points []stored) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.points = points
}

// sweep removes the temporary files of a killed run, and nothing else.
func (v *Vault) sweep() {
	_ = filepath.WalkDir(v.set.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasPrefix(entry.Name(), ".new-") {
			_ = os.Remove(path) //nolint:gosec // a folder of this program alone
		}
		return nil
	})
}

// Close lets other processes open the vault.
func (v *Vault) Close() error { return v.lock.Unlock() }

// Tree gives the vault for reading.
func (v *Vault) Tree() *Tree { return v.tree }

// Latest gives the newest restore point of this installation, or false when there is none.
func (v *Vault) Latest() (Manifest, bool) {
	points := v.own()
	if len(points) == 0 {
		return Manifest{}, false
	}
	return points[len(points)-1].Manifest, true
}

// Manifests lists the restore points of this installation, oldest first.
func (v *Vault) Manifests() []Manifest {
	points := v.own()
	all := make([]Manifest, len(points))
	for i, p := range points {
		all[i] = p.Manifest
	}
	return all
}

func (v *Vault) folder(dir string) (folder, error) {
	return newFolder(filepath.Join(v.set.Dir, filepath.FromSlash(dir)), v.set.Key)
}

// LocalFolder opens a folder of this PC as an rclone fs.Fs without any configuration.
func LocalFolder(ctx context.Context, dir string) (rclone.Fs, error) {
	info, err := rclone.Find("local")
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	options := rclone.ConfigMap(info.Prefix, info.Options, "local", nil)
	return info.NewFs(ctx, "local", abs, options)
}

// jobContext bounds how long rclone insists, so that a dead line is told in minutes, not hours.
func jobContext(ctx context.Context) context.Context {
	ctx, ci := rclone.AddConfig(ctx)
	ci.LowLevelRetries = 4
	ci.ConnectTimeout = rclone.Duration(15 * time.Second)
	ci.Timeout = rclone.Duration(2 * time.Minute)
	return ctx
}
