package remote

import (
	"aapreinit"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"zafe/app/backup"
	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/cache"
	"github.com/rclone/rclone/fs/config"
	"github.com/rclone/rclone/lib/oauthutil"
)

// Keys of ours in a destination's section; rclone ignores what it does not know.
const (
	labelKey  = "zafe_label"
	folderKey = "zafe_folder"
)

// shelf are the kinds of S3 storage, by rclone's names, that anybody may run on a shelf of their own. The others are
// let by their makers, in buildings of theirs.
var shelf = []string{
	"", "Other", "Ceph", "Exaba", "FlashBlade", "HCP", "Minio", "Rclone", "RelAix", "Scality", "SeaweedFS",
	"SpectraLogic", "Zadara",
}

// AwayKey is the value of a destination, "true" or "false", that says whether it is in another building than the
// book. It is asked for what may be [Near]; the others are with a company that lets storage, and away.
const AwayKey = "zafe_away"

// near are the kinds of storage that may stand beside the PC.
var near = []string{"local", "sftp", "webdav", "smb", "ftp"}

// Near tells whether a storage of a kind, with what was entered for it, may stand in the building of the PC.
func Near(provider string, values map[string]string) bool {
	return slices.Contains(near, provider) || provider == "s3" && slices.Contains(shelf, values["provider"]) ||
		provider == "swift"
}

// Destination is one configured place for copies.
type Destination struct {
	ID       string // internal, stable, e.g. "d3"
	Label    string // what the owner calls it, unique
	Provider string // rclone's name of the kind of storage, e.g. "s3"
	Folder   string // folder there; for bucket storage the bucket comes first
	Away     bool   // in another building than the book, as far as the owner said
	Limits   backup.Limits
	Reach    string // a fingerprint of its kind, its folder, its address and its log-in, without what is secret of it
	Keyed    bool   // one logs in there by an SSH key: no password is kept
}

// Remotes is the list of destinations.
type Remotes struct {
	sections *sections
	setup    sync.Mutex // one wizard at a time: OAuth listens on a fixed port
}

// Use loads the destinations and makes rclone use them. OpenURL opens the browser for a login; nil
// means the system's default way. A former Remotes must not be in use any more.
func Use(ctx context.Context, store ConfigStore, openURL func(string) error) (*Remotes, error) {
	s, err := loadSections(ctx, store)
	if err != nil {
		return nil, err
	}
	// SetData is silently ignored while the path is empty, and a real path could be read.
	if err := config.SetConfigPath(filepath.Join(os.TempDir(), aapreinit.NoConfig)); err != nil {
		return nil, err
	}
	cache.Clear()
	config.SetData(s)
	if openURL != nil {
		oauthutil.OpenURL = openURL
	}
	return &Remotes{sections: s}, nil
}

// MoveTo saves the destinations into another store from now on, e.g. the book that was just restored.
func (r *Remotes) MoveTo(ctx context.Context, store ConfigStore) error {
	r.sections.mu.Lock()
	r.sections.store, r.sections.last = store, nil
	r.sections.mu.Unlock()
	return r.sections.save(ctx)
}

// SaveError is the error of the last attempt to save a refreshed login, nil when all is saved.
func (r *Remotes) SaveError() error { return r.sections.lastError() }

// List gives the destinations in the order they were made.
func (r *Remotes) List() []Destination {
	var all []Destination
	for _, id := range r.sections.GetSectionList() {
		if d, err := r.Get(id); err == nil {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Destination) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Get gives one destination, or "backup.dest_unknown".
func (r *Remotes) Get(id string) (Destination, error) {
	values := r.sections.copySection(id)
	if values == nil || strings.HasPrefix(id, draftPrefix) {
		return Destination{}, fault.New(fault.NotFound, "backup.dest_unknown")
	}
	d := Destination{ID: id, Label: values[labelKey], Provider: values["type"], Folder: values[folderKey]}
	d.Away = values[AwayKey] == "true" || !Near(d.Provider, values)
	d.Limits, _ = LimitsOf(values) // they were checked before they were kept
	d.Reach = reach(values)
	d.Keyed = d.Provider == "sftp" && values["pass"] == ""
	return d, nil
}

// Remove forgets a destination and its login. What it holds stays there.
func (r *Remotes) Remove(ctx context.Context, id string) error {
	if _, err := r.Get(id); err != nil {
		return err
	}
	r.sections.DeleteSection(id)
	cache.ClearConfig(id)
	return r.sections.save(ctx)
}

// Rename gives a destination another label. A label in use is "backup.name_used".
func (r *Remotes) Rename(ctx context.Context, id, label string) error {
	if _, err := r.Get(id); err != nil {
		return err
	}
	if err := r.labelFree(id, label); err != nil {
		return err
	}
	r.sections.SetValue(id, labelKey, strings.TrimSpace(label))
	return r.sections.save(ctx)
}

// Move notes that the folder of a destination is at another place now: its disk was plugged in elsewhere.
func (r *Remotes) Move(ctx context.Context, id, folder string) error {
	if _, err := r.Get(id); err != nil {
		return err
	}
	r.sections.SetValue(id, folderKey, folder)
	return r.sections.save(ctx)
}

func (r *Remotes) labelFree(id, label string) error {
	label = strings.TrimSpace(label)
	if label == "" {
		return fault.Field("label", "backup.field_required")
	}
	for _, d := range r.List() {
		if d.ID != id && strings.EqualFold(d.Label, label) {
			return fault.Field("label", "backup.name_used", "name", d.Label)
		}
	}
	return nil
}

// Open opens the folder of a destination, or a folder inside it, which need not exist yet. Errors are
// faults (see Classify); a folder of this PC whose disk is not there is "backup.disk_absent".
func (r *Remotes) Open(ctx context.Context, id, inside string) (fs.Fs, error) {
	values := r.sections.copySection(id)
	if values == nil {
		return nil, fault.New(fault.NotFound, "backup.dest_unknown")
	}
	folder := values[folderKey]
	if values["type"] == "local" {
		if _, err := os.Stat(folder); err != nil {
			return nil, fault.New(fault.Unavailable, "backup.disk_absent", "folder", folder).Because(err)
		}
	}
	if inside != "" {
		folder = strings.TrimSuffix(folder, "/") + "/" + inside
	}
	if values["type"] != "local" && !strings.HasSuffix(folder, "/") {
		folder += "/" // a bucket storage that refuses us would otherwise be taken for a file
	}
	f, err := fs.NewFs(ctx, id+":"+folder)
	if err != nil {
		return nil, Classify(err)
	}
	return f, nil
}

// nextID gives an identifier no destination has.
func (r *Remotes) nextID() string {
	for n := 1; ; n++ {
		id := fmt.Sprintf("d%d", n)
		if !r.sections.HasSection(id) {
			return id
		}
	}
}
