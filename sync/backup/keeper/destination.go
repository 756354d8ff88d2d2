package keeper

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
)

// Providers implements Engine.
func (k *Keeper) Providers(all bool) []appbackup.Provider { return Providers(all) }

// Providers lists the kinds of storage: also for a restore, when there is no book yet.
func Providers(all bool) []appbackup.Provider {
	ps := remote.Providers(all)
	out := make([]appbackup.Provider, 0, len(ps))
	for _, p := range ps {
		out = append(out, appbackup.Provider{
			Name: p.Name, Title: p.Title, TitleKey: p.TitleKey, HelpKey: p.HelpKey,
			First: p.First, Browser: p.Browser, Bucket: p.Bucket, Shared: remote.BuiltInLogin(p.Name),
		})
	}
	return out
}

// Form gives the boxes of a provider that apply to what was entered so far. Fault
// backup.provider_unknown.
func Form(provider string, values map[string]string) ([]appbackup.Field, error) {
	p, ok := remote.FindProvider(provider)
	if !ok {
		return nil, fault.Field("provider", "backup.provider_unknown")
	}
	var out []appbackup.Field
	for _, f := range p.Fields {
		if f.ShownFor(values) {
			out = append(out, field(f, values))
		}
	}
	return out, nil
}

func field(f remote.Field, values map[string]string) appbackup.Field {
	out := appbackup.Field{
		Name: f.Name, LabelKey: f.LabelKey, HelpKey: f.HelpKey, Help: f.Help, Kind: string(f.Kind),
		Required: f.Required, Advanced: f.Advanced, Secret: f.Secret, Default: f.Default,
		Reading: f.Reading,
	}
	for _, c := range f.ChoicesFor(values) {
		out.Choices = append(out.Choices, appbackup.Choice{Value: c.Value, Help: c.Help})
	}
	return out
}

// Form implements Engine: for a destination being changed the boxes show what it has.
func (k *Keeper) Form(_ context.Context, provider, id string, values map[string]string) (appbackup.FormResponse, error) {
	saved := map[string]string{}
	if id != "" {
		var err error
		if saved, _, err = k.set.Remotes.Values(id); err != nil {
			return appbackup.FormResponse{}, err
		}
	}
	maps.Copy(saved, values)
	fields, err := Form(provider, saved)
	if err != nil {
		return appbackup.FormResponse{}, err
	}
	fields = append(fields, asked(provider, saved)...)
	for i := range fields {
		if v, ok := saved[fields[i].Name]; ok && id != "" {
			fields[i].Default = v
		}
	}
	limits, _ := remote.LimitsOf(saved) // what is wrong in them is said when it is to be kept
	out := appbackup.FormResponse{Fields: fields}
	out.Late = late(k.set.Service.Late(remote.Destination{Provider: provider, Limits: limits}))
	return out, nil
}

func late(amber, red time.Duration) appbackup.Late {
	return appbackup.Late{AmberSeconds: int64(amber / time.Second), RedSeconds: int64(red / time.Second)}
}

// allowed are the limits that are offered for a place, by the value they are part of; one chosen by a verb is offered
// as it is.
var allowed = []struct {
	name    string
	offered []string
}{
	{remote.EveryKey, []string{"0", "1h", "4h", "12h", "24h", "168h"}},
	{remote.HoursKey, []string{"0", "8-19", "12-14", "19-8", "22-6"}},
	{remote.SpeedKey, []string{"0", "1000", "2000", "5000", "10000", "20000", "50000"}},
	{remote.RoomKey, []string{"0", "1", "2", "5", "10", "20", "50", "100"}},
}

// asked are the boxes of what only the owner knows or decides about a place that copies go to.
func asked(provider string, values map[string]string) (fields []appbackup.Field) {
	if remote.Near(provider, values) {
		fields = append(fields, appbackup.Field{
			Name: remote.AwayKey, Kind: string(remote.Bool), Default: "false",
			LabelKey: "backup.away.label", HelpKey: "backup.away.help",
		})
	}
	for _, a := range allowed {
		if a.name == remote.SpeedKey && provider == "local" {
			continue // a disk is no line that others need
		}
		key := "backup.limit." + strings.TrimPrefix(a.name, "zafe_")
		f := appbackup.Field{
			Name: a.name, Kind: string(remote.Choice), Default: "0", Own: true, LabelKey: key + ".label", HelpKey: key + ".help",
		}
		offered := a.offered
		if v := values[a.name]; v != "" && !slices.Contains(offered, v) {
			offered = append(slices.Clone(offered), v)
		}
		for _, v := range offered {
			f.Choices = append(f.Choices, appbackup.Choice{Value: v, Help: key + "." + v})
		}
		fields = append(fields, f)
	}
	return fields
}

// Begin implements Engine. One destination is made at a time: a second start forgets the first.
func (k *Keeper) Begin(ctx context.Context, n appbackup.NewDestination) (appbackup.Step, error) {
	k.Cancel()
	if n.Provider == "local" && within(filepath.Dir(k.set.Dir), n.Folder) {
		return appbackup.Step{}, fault.Field("folder", "backup.folder_inside")
	}
	d := Draft(n)
	var s *remote.Setup
	var err error
	if n.ID == "" {
		s, err = k.set.Remotes.Begin(ctx, d)
	} else {
		s, err = k.set.Remotes.Edit(ctx, n.ID, d)
	}
	if err != nil {
		return appbackup.Step{}, err
	}
	s.Accept = func(ctx context.Context, draft string) error {
		if err := k.set.Service.Free(ctx, draft); err != nil {
			return fault.Field("folder", fault.KeyOf(err)).Because(err)
		}
		return nil
	}
	before, _ := k.set.Remotes.Get(n.ID) // of a new one there is none
	k.mu.Lock()
	k.setup, k.before = s, before
	k.mu.Unlock()
	return StepOf(s), nil
}

// within tells whether a folder, which need not be there yet, is another one or inside it, whatever links lead there: the
// copies would be lost with the book, and would be copied with it.
func within(dir, folder string) bool {
	if !filepath.IsAbs(folder) {
		return false // refused as such
	}
	rel, err := filepath.Rel(followed(dir), followed(folder))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// followed follows the links of a path as far as it is there.
func followed(path string) string {
	rest, at := "", path
	if whole, err := filepath.Abs(path); err == nil { // the data folder may have been given from here
		at = whole
	}
	for {
		if found, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(found, rest)
		}
		up := filepath.Dir(at)
		if up == at {
			return filepath.Join(at, rest)
		}
		at, rest = up, filepath.Join(filepath.Base(at), rest)
	}
}

// Draft is what the engine below wants of a new destination.
func Draft(n appbackup.NewDestination) remote.Draft {
	return remote.Draft{Provider: n.Provider, Label: n.Label, Folder: n.Folder, Values: n.Values, Again: n.Again}
}

// StepOf tells where a set-up stands.
func StepOf(s *remote.Setup) appbackup.Step {
	q, problem := s.Question()
	if q == nil {
		return appbackup.Step{}
	}
	return appbackup.Step{Question: &appbackup.Question{Field: field(*q, nil), Problem: problem}}
}

func (k *Keeper) pending() (*remote.Setup, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setup == nil {
		return nil, fault.New(fault.Conflict, "backup.no_setup")
	}
	return k.setup, nil
}

// Answer implements Engine.
func (k *Keeper) Answer(ctx context.Context, value string) (appbackup.Step, error) {
	s, err := k.pending()
	if err != nil {
		return appbackup.Step{}, err
	}
	if err := s.Answer(ctx, value); err != nil {
		return appbackup.Step{}, err
	}
	return StepOf(s), nil
}

// Finish implements Engine.
func (k *Keeper) Finish(ctx context.Context) (appbackup.Destination, error) {
	s, err := k.pending()
	if err != nil {
		return appbackup.Destination{}, err
	}
	d, err := s.Finish(ctx)
	if err != nil {
		return appbackup.Destination{}, err
	}
	k.mu.Lock()
	before := k.before
	k.mu.Unlock()
	if before.ID == d.ID && d.Provider == "local" && before.Folder != d.Folder {
		if err := k.set.Service.OtherDisk(ctx, d.ID); err != nil {
			return appbackup.Destination{}, err
		}
	}
	var drilled time.Time
	if before.ID == d.ID && before.Reach == d.Reach { // as with a new password: the proof of before holds
		drilled = k.drilled(d.ID)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.setup, k.before = nil, remote.Destination{}
	k.bringAgain()
	k.lookAgain()
	k.plan.Add(k.set.Clock(), d.ID, false, time.Time{}, drilled)
	k.plan.Obey(d.ID, backup.RhythmOf(d), time.Time{})
	k.plan.Mended(d.ID)
	return appbackup.Destination(d), nil
}

// drilled is when the last trial restore from a place passed, zero where one is due whenever that was.
func (k *Keeper) drilled(id string) time.Time {
	for _, c := range k.set.Service.Status(0).Copies {
		if c.ID == id && !c.Unproved {
			return c.Drilled
		}
	}
	return time.Time{}
}

// Cancel implements Engine.
func (k *Keeper) Cancel() {
	k.mu.Lock()
	s := k.setup
	k.setup = nil
	k.mu.Unlock()
	if s != nil {
		s.Cancel()
	}
}

// LoginLink implements Engine.
func (k *Keeper) LoginLink(ctx context.Context) string { return remote.LoginLink(ctx) }

// Destinations implements Engine.
func (k *Keeper) Destinations() []appbackup.Destination {
	ds := k.set.Remotes.List()
	out := make([]appbackup.Destination, 0, len(ds))
	for _, d := range ds {
		out = append(out, appbackup.Destination(d))
	}
	return out
}

// Probe implements Engine.
func (k *Keeper) Probe(ctx context.Context, id string) (appbackup.Health, error) {
	h, err := k.set.Remotes.Probe(ctx, id)
	return appbackup.Health{Empty: h.Empty, Vault: h.Vault, Free: h.Free}, err
}

// SameDisk implements Engine.
func (k *Keeper) SameDisk(folder string) bool { return SameDisk(k.set.Dir, folder) }

// SameDisk tells whether a folder is on the disk of another one, as far as the system says. Of a folder that is not
// there yet, the one that it will be made in counts.
func SameDisk(dir, folder string) bool {
	if folder == "" || !filepath.IsAbs(folder) {
		return false
	}
	for {
		here, err := os.Stat(folder)
		up := filepath.Dir(folder)
		switch {
		case err == nil:
			book, err := os.Stat(dir)
			return err == nil && sameDisk(dir, book, folder, here)
		case up == folder:
			return false
		}
		folder = up
	}
}

// Rename implements Engine.
func (k *Keeper) Rename(ctx context.Context, id, label string) error {
	return k.set.Remotes.Rename(ctx, id, label)
}

// Remove implements Engine.
func (k *Keeper) Remove(ctx context.Context, id string) error {
	if err := k.set.Remotes.Remove(ctx, id); err != nil {
		return err
	}
	k.mu.Lock()
	k.plan.Remove(id)
	k.mu.Unlock()
	return k.set.Service.Forget(ctx, id)
}
