package remote

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/cache"
	"github.com/rclone/rclone/fs/config"
	"github.com/rclone/rclone/fs/config/obscure"
	"github.com/rclone/rclone/fs/rc"
	"github.com/rclone/rclone/lib/oauthutil"
)

// Draft is what the owner entered for a destination.
type Draft struct {
	Provider string
	Label    string
	Folder   string            // see Provider.Bucket; for "local" a path of this PC
	Values   map[string]string // by field name; what is absent keeps its default or, in Edit, its value
	ReadOnly bool              // to restore from: nothing is written there, not even for a trial
	Again    bool              // Edit only: log in again, or accept that an SSH server has a new identity
}

// Setup is a destination being made or changed. Nothing is saved and nothing existing is touched
// before Finish; Cancel forgets it. One Setup exists at a time.
type Setup struct {
	remotes  *Remotes
	draft    string // name of the temporary section
	target   string // section to replace, "" for a new destination
	label    string
	folder   string
	answers  rc.Params // given to rclone's questions beforehand
	out      *fs.ConfigOut
	problem  string // what the provider complained about, "" if nothing
	readOnly bool
	finished bool
	// Accept, if set, is asked about the place once it was tried, by the name of the draft, which [Remotes.Open] takes: what
	// it refuses is not kept.
	Accept func(ctx context.Context, draft string) error
}

// usual answers the questions of rclone that a small business need not be asked.
var usual = map[string]string{
	"config_is_local":          "true",  // the browser is on this PC
	"config_shared_client_id":  "true",  // when the program was built without a client of its own
	"config_change_team_drive": "false", // the drive of the person
	"config_type":              "onedrive",
	"config_drive_ok":          "true",
	"config_refresh_token":     "false",
}

// special are settings our copies need, whatever the owner entered.
var special = map[string]map[string]string{
	// The vault has its own hashes, and asking the server for them costs a shell per file. The host
	// key seen now is the only one accepted later.
	"sftp": {"disable_hashcheck": "true", "pin_host_key": "true"},
	// Access to the files this program made only: no review by Google, no look at the rest.
	"drive": {"scope": "drive.file"},
}

// Begin starts making a destination. For a login in the browser it returns when the person is done
// there, or when ctx ends. Faults name the field they are about.
func (r *Remotes) Begin(ctx context.Context, d Draft) (*Setup, error) {
	p, ok := FindProvider(d.Provider)
	if !ok {
		return nil, fault.Field("provider", "backup.provider_unknown")
	}
	at, err := moment(d.Values[versionAt])
	if err != nil {
		return nil, err
	}
	if at != d.Values[versionAt] {
		d.Values = maps.Clone(d.Values)
		d.Values[versionAt] = at
	}
	if d.Values, err = addressed(p.Name, d.Values); err != nil {
		return nil, err
	}
	if err := r.check(p, "", d); err != nil {
		return nil, err
	}
	return r.start(ctx, p, "", d, map[string]string{})
}

// Edit starts changing a destination. Secrets left empty keep their value.
func (r *Remotes) Edit(ctx context.Context, id string, d Draft) (*Setup, error) {
	if _, err := r.Get(id); err != nil {
		return nil, err
	}
	values := r.sections.copySection(id)
	d.Provider = values["type"]
	p, ok := FindProvider(d.Provider)
	if !ok {
		return nil, fault.Field("provider", "backup.provider_unknown")
	}
	entered := maps.Clone(d.Values)
	for _, f := range p.Fields {
		if f.Secret && entered[f.Name] == "" {
			delete(entered, f.Name) // a form never shows a secret: left empty, it stays as it is
		}
	}
	var err error
	if d.Values, err = addressed(p.Name, entered); err != nil {
		return nil, err
	}
	merged := maps.Clone(values)
	maps.Copy(merged, d.Values)
	if err := r.check(p, id, Draft{Label: d.Label, Folder: d.Folder, Values: merged}); err != nil {
		return nil, err
	}
	return r.start(ctx, p, id, d, values)
}

// Values gives what the form of a destination shows: everything entered except secrets. set tells
// which secrets have a value.
func (r *Remotes) Values(id string) (values map[string]string, set map[string]bool, err error) {
	if _, err := r.Get(id); err != nil {
		return nil, nil, err
	}
	stored := r.sections.copySection(id)
	p, _ := FindProvider(stored["type"])
	values, set = map[string]string{}, map[string]bool{}
	for _, f := range p.Fields {
		value, ok := stored[f.Name]
		switch {
		case !ok:
		case f.Secret:
			set[f.Name] = value != ""
		default:
			values[f.Name] = value
		}
	}
	for _, name := range ownKeys {
		if value, ok := stored[name]; ok {
			values[name] = value
		}
	}
	return values, set, nil
}

func (r *Remotes) check(p Provider, id string, d Draft) error {
	if err := r.labelFree(id, d.Label); err != nil {
		return err
	}
	if strings.TrimSpace(d.Folder) == "" {
		return fault.Field("folder", "backup.field_required")
	}
	if _, err := LimitsOf(d.Values); err != nil {
		return err
	}
	if p.Name == "local" {
		return checkLocal(d.Folder, d.ReadOnly)
	}
	for _, f := range p.Fields {
		if f.Required && f.Default == "" && f.ShownFor(d.Values) && strings.TrimSpace(d.Values[f.Name]) == "" {
			return fault.Field(f.Name, "backup.field_required")
		}
	}
	return nil
}

// start fills the temporary section and runs rclone's state machine up to its first question.
func (r *Remotes) start(ctx context.Context, p Provider, id string, d Draft,
	old map[string]string,
) (*Setup, error) {
	if !r.setup.TryLock() {
		return nil, fault.New(fault.Conflict, "backup.setup_busy")
	}
	s := &Setup{
		remotes: r, draft: draftPrefix + "1", target: id, label: strings.TrimSpace(d.Label),
		folder: cleanFolder(p, d.Folder), answers: rc.Params{}, readOnly: d.ReadOnly,
	}
	params := rc.Params{}
	for name, value := range usual {
		s.answers[name] = value
	}
	if d.Again {
		s.answers["config_refresh_token"] = "true"
	}
	for name, value := range d.Values {
		params[name] = strings.TrimSpace(value)
	}
	maps.Copy(params, paramsOf(special[p.Name]))
	if err := s.login(ctx, p, old, d.Again, params); err != nil {
		s.Cancel()
		return nil, Classify(err)
	}
	maps.Copy(params, s.answers)
	section := maps.Clone(old)
	section["type"] = p.Name
	if d.Again || moved(old, params) {
		delete(section, "host_keys") // another machine, or the owner accepts its new identity
	}
	r.sections.put(s.draft, section)
	out, err := config.UpdateRemote(ctx, s.draft, params,
		config.UpdateRemoteOpt{NonInteractive: true, Obscure: true})
	if err != nil {
		s.Cancel()
		return nil, Classify(err)
	}
	if err := s.settle(ctx, out); err != nil {
		s.Cancel()
		return nil, err
	}
	return s, nil
}

// moved says whether the values lead to another machine than before.
func moved(old map[string]string, params rc.Params) bool {
	for _, name := range []string{"host", "port"} {
		if value, ok := params[name]; ok && value != old[name] {
			return true
		}
	}
	return false
}

// login gets a token through a client of our own, where the program was built with one.
func (s *Setup) login(ctx context.Context, p Provider, old map[string]string, again bool,
	params rc.Params,
) error {
	client, ok := ownClient(p.Name)
	if !ok || old["token"] != "" && !again {
		return nil
	}
	token, err := client.login(ctx, oauthutil.OpenURL)
	if err != nil {
		return err
	}
	params["client_id"], params["client_secret"], params["token"] = client.ID, client.Secret, token
	s.answers["config_refresh_token"] = "false"
	return nil
}

// Question gives the next question of the provider, or nil when it has none left. problem is the
// provider's complaint about the previous answer, in its own words, or "".
func (s *Setup) Question() (question *Field, problem string) {
	if s.out == nil || s.out.State == "" || s.out.Option == nil {
		return nil, s.problem
	}
	f := fieldOf(s.out.Option)
	f.LabelKey, f.HelpKey = questionKeys(f.Name)
	return &f, s.problem
}

// asked are the provider's questions we have texts for.
var asked = []string{"config_driveid", "config_team_drive", "config_verification_code", "config_2fa"}

func questionKeys(name string) (label, help string) {
	if !slices.Contains(asked, name) {
		return "", ""
	}
	return "backup.question." + name + ".label", "backup.question." + name + ".help"
}

// Answer answers the question and runs up to the next one.
func (s *Setup) Answer(ctx context.Context, value string) error {
	if q, _ := s.Question(); q == nil {
		return errors.New("no question was asked")
	}
	if s.out.Option.IsPassword {
		hidden, err := obscure.Obscure(value)
		if err != nil {
			return err
		}
		value = hidden
	}
	out, err := s.run(ctx, s.out.State, value)
	if err != nil {
		return err
	}
	return s.settle(ctx, out)
}

// run goes on with rclone's state machine.
func (s *Setup) run(ctx context.Context, state, result string) (*fs.ConfigOut, error) {
	out, err := config.UpdateRemote(ctx, s.draft, s.answers, config.UpdateRemoteOpt{
		NonInteractive: true,
		Continue:       true, State: state, Result: result,
	})
	return out, Classify(err)
}

// settle keeps the provider's complaint and goes on to the question that follows it, or to the end.
func (s *Setup) settle(ctx context.Context, out *fs.ConfigOut) (err error) {
	s.problem = ""
	for range 10 {
		s.out = out
		if out == nil {
			return nil
		}
		if out.Error != "" {
			s.problem = out.Error
		}
		if out.State == "" || out.Option != nil {
			return nil
		}
		if out, err = s.run(ctx, out.State, out.Result); err != nil {
			return err
		}
	}
	return fault.New(faultOther.Code, faultOther.Key, "detail", s.problem)
}

// Finish tries the destination for real (see Probe) and saves it. The Setup is over when it worked;
// otherwise it can be tried again or cancelled.
func (s *Setup) Finish(ctx context.Context) (Destination, error) {
	if question, _ := s.Question(); question != nil || s.finished {
		return Destination{}, errors.New("the set-up is not at its end")
	}
	if s.problem != "" {
		return Destination{}, fault.New(faultOther.Code, faultOther.Key, "detail", s.problem)
	}
	sections := s.remotes.sections
	sections.SetValue(s.draft, labelKey, s.label)
	sections.SetValue(s.draft, folderKey, s.folder)
	if typ, _ := sections.GetValue(s.draft, "type"); typ == "local" && !s.readOnly {
		if err := makeLocal(s.folder); err != nil {
			return Destination{}, Classify(err)
		}
	}
	if _, err := s.remotes.probe(ctx, s.draft, s.readOnly); err != nil {
		return Destination{}, err
	}
	if s.Accept != nil {
		if err := s.Accept(ctx, s.draft); err != nil {
			return Destination{}, err
		}
	}
	id := s.target
	if id == "" {
		id = s.remotes.nextID()
	}
	values := sections.copySection(s.draft)
	delete(values, "pin_host_key") // from now on only the key just seen
	sections.put(id, values)
	cache.ClearConfig(id)
	s.Cancel()
	if err := sections.save(ctx); err != nil {
		return Destination{}, err
	}
	return s.remotes.Get(id)
}

// Cancel forgets the set-up. It may be called at any time, also after Finish.
func (s *Setup) Cancel() {
	if s.finished {
		return
	}
	s.finished = true
	s.remotes.sections.DeleteSection(s.draft)
	cache.ClearConfig(s.draft)
	s.remotes.setup.Unlock()
}

// LoginLink gives the address the browser was sent to for a login under way, to show it when no
// browser opened; "" when none is under way.
func LoginLink(ctx context.Context) string {
	if link := ownLink.Load(); link != nil && *link != "" {
		return *link
	}
	call := rc.Calls.Get("config/oauthstatus")
	if call == nil {
		return ""
	}
	out, err := call.Fn(ctx, rc.Params{})
	if err != nil {
		return ""
	}
	link, _ := out["authUrl"].(string)
	return link
}

func paramsOf(values map[string]string) rc.Params {
	params := rc.Params{}
	for name, value := range values {
		params[name] = value
	}
	return params
}

// cleanFolder keeps a path of this PC as it is and makes others relative to the login's root.
func cleanFolder(p Provider, folder string) string {
	folder = strings.TrimSpace(folder)
	if p.Name == "local" {
		return folder
	}
	return strings.TrimSuffix(strings.ReplaceAll(folder, `\`, "/"), "/")
}
