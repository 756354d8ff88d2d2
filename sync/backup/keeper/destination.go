package keeper

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
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
	}
	for _, c := range f.ChoicesFor(values) {
		out.Choices = append(out.Choices, appbackup.Choice{Value: c.Value, Help: c.Help})
	}
	return out
}

// Form implements Engine: for a destination being changed the boxes show what it has.
func (k *Keeper) Form(_ context.Context, provider, id string, values map[string]string) ([]appbackup.Field, error) {
	if id == "" {
		fields, err := Form(provider, values)
		return asked(provider, values, fields), err
	}
	saved, _, err := k.set.Remotes.Values(id)
	if err != nil {
		return nil, err
	}
	maps.Copy(saved, values)
	fields, err := Form(provider, saved)
	fields = asked(provider, saved, fields)
	for i := range fields {
		if v, ok := saved[fields[i].Name]; ok {
			fields[i].Default = v
		}
	}
	return fields, err
}

// asked adds what only the owner knows to the boxes of a place that copies go to.
func asked(provider string, values map[string]string, fields []appbackup.Field) []appbackup.Field {
	if !remote.Near(provider, values) {
		return fields
	}
	return append(fields, appbackup.Field{
		Name: remote.AwayKey, Kind: string(remote.Bool), Default: "false",
		LabelKey: "backup.away.label", HelpKey: "backup.away.help",
	})
}

// Begin implements Engine. One destination is made at a time: a second start forgets the first.
func (k *Keeper) Begin(ctx context.Context, n appbackup.NewDestination) (appbackup.Step, error) {
	k.Cancel()
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
	k.mu.Lock()
	k.setup = s
	k.mu.Unlock()
	return StepOf(s), nil
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
	defer k.mu.Unlock()
	k.setup = nil
	k.plan.Add(k.set.Clock(), d.ID, false, time.Time{}, time.Time{})
	k.plan.Mended(d.ID)
	return appbackup.Destination(d), nil
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
