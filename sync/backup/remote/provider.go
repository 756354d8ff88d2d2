package remote

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
)

// Kind says which widget a field needs.
type Kind string

// The kinds of field.
const (
	Text     Kind = "text"
	Password Kind = "password"
	Bool     Kind = "bool"
	Int      Kind = "int"
	Size     Kind = "size"     // bytes with a suffix, e.g. "64Mi"
	Duration Kind = "duration" // e.g. "5m"
	Choice   Kind = "choice"   // one of Choices and nothing else
	Suggest  Kind = "suggest"  // one of Choices or free text
	Path     Kind = "path"     // a file or folder of this PC
)

// Provider is one kind of storage.
type Provider struct {
	Name    string // rclone's name, e.g. "s3"
	Title   string // rclone's description, English
	HelpKey string // message key of our own help, "" if we have none
	// TitleKey is the message key of our own title, "" if we have none.
	TitleKey string
	Tier     int  // rclone's own grade: 1 is best; 0 unknown
	First    bool // shown in the first list, in its order
	Browser  bool // the login happens in the browser
	Bucket   bool // its folder starts with the name of a bucket
	Fields   []Field
}

// Field is one option of a provider or one question of its set-up.
type Field struct {
	Name     string
	LabelKey string // message key of our own label, "" if we have none: then show Name
	HelpKey  string // message key of our own help, "" if we have none: then show Help
	Help     string // rclone's help, English
	Kind     Kind
	Required bool
	Advanced bool
	Secret   bool // never shown once saved
	Reading  bool // only of a place that one restores from: where copies go it would refuse them
	Default  string
	choices  []choice
	only     string // rclone's filter on the value of the field "provider"
}

type choice struct {
	Option
	only string
}

// Option is one value of a choice.
type Option struct {
	Value string
	Help  string // rclone's text, English; "true" and "false" are "common.yes" and "common.no"
}

// ShownFor says whether the field applies, given what was entered in the others.
func (f Field) ShownFor(values map[string]string) bool {
	return fs.MatchProvider(f.only, values["provider"])
}

// ChoicesFor lists the values to offer, given what was entered in the other fields.
func (f Field) ChoicesFor(values map[string]string) []Option {
	var all []Option
	for _, c := range f.choices {
		if fs.MatchProvider(c.only, values["provider"]) {
			all = append(all, c.Option)
		}
	}
	return all
}

// hidden are the kinds of storage that are not a place of their own, keep nothing, or only read.
var hidden = map[string]bool{
	"alias": true, "combine": true, "union": true, "chunker": true, "compress": true,
	"hasher": true, "cache": true, "crypt": true, "archive": true, "http": true, "memory": true,
	"tardigrade": true,
}

// kind is a kind of storage with the fields of its short form.
type kind struct {
	name   string
	fields []string
}

// first lists the kinds of storage of the first list with the fields of their short form, in order.
// Each of them has texts of our own in assets/i18n/*/backup.json.
var first = []kind{
	{"local", nil},
	{"drive", nil},
	{"onedrive", nil},
	{"dropbox", nil},
	{"pcloud", nil},
	{"koofr", []string{"provider", "endpoint", "user", "password"}},
	{"s3", []string{"provider", "access_key_id", "secret_access_key", "region", "endpoint"}},
	{"webdav", []string{"url", "vendor", "user", "pass"}},
	{"sftp", []string{"host", "port", "user", "pass", "key_file"}},
	{"swift", []string{"user", "key", "auth", "tenant", "region"}},
	{"azureblob", []string{"account", "key"}},
}

// bucketed are the kinds of storage whose folder starts with a bucket or container.
var bucketed = map[string]bool{
	"s3": true, "swift": true, "azureblob": true, "b2": true, "storj": true,
	"google cloud storage": true, "oracleobjectstorage": true, "qingstor": true, "internetarchive": true,
}

// required are fields rclone takes as optional but without which nothing works for our users.
var required = map[string][]string{
	"s3":        {"access_key_id", "secret_access_key"},
	"sftp":      {"user"},
	"swift":     {"user", "key", "auth"},
	"azureblob": {"account", "key"},
}

// Providers lists the kinds of storage: the first list in its order, then the others by title. Tiers 4
// and 5, which rclone itself does not recommend, come last and only when all is set.
func Providers(all bool) []Provider {
	var list []Provider
	for _, info := range fs.Registry {
		if hidden[info.Name] || info.Hide {
			continue
		}
		p := describe(info)
		if all || p.First || p.Tier <= 3 {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Provider) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)),
			cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)))
	})
	return list
}

// FindProvider gives one kind of storage by rclone's name.
func FindProvider(name string) (Provider, bool) {
	info, err := fs.Find(name)
	if err != nil || hidden[info.Name] {
		return Provider{}, false
	}
	return describe(info), true
}

func firstIndex(name string) int {
	for i, f := range first {
		if f.name == name {
			return i
		}
	}
	return -1
}

func rank(p Provider) int {
	if p.First {
		return firstIndex(p.Name)
	}
	return len(first) + max(p.Tier-3, 0)
}

func describe(info *fs.RegInfo) Provider {
	index := firstIndex(info.Name)
	p := Provider{Name: info.Name, Title: info.Description, First: index >= 0, Bucket: bucketed[info.Name]}
	if p.First {
		p.TitleKey, p.HelpKey = "backup.provider."+p.Name+".title", "backup.provider."+p.Name+".help"
	}
	if info.Overview != nil {
		p.Tier, _ = strconv.Atoi(strings.TrimPrefix(info.Overview.Tier, "Tier ")) // 0 if it has none
	}
	p.Browser = info.Options.Get("token") != nil && info.Options.Get("client_id") != nil
	for i := range info.Options {
		o := &info.Options[i]
		if o.Hide&fs.OptionHideConfigurator != 0 || o.Name == "description" {
			continue
		}
		f := fieldOf(o)
		f.Required = f.Required || slices.Contains(required[p.Name], f.Name)
		if p.First {
			f.Advanced = !slices.Contains(first[index].fields, f.Name)
		}
		if p.First && !f.Advanced || slices.Contains(explained[p.Name], f.Name) {
			f.LabelKey, f.HelpKey = fieldKeys(p.Name, f.Name)
		}
		if p.Name == "webdav" && f.Name == "vendor" {
			f.chosen("backup.webdav.", "other", "nextcloud", "owncloud", "infinitescale", "sharepoint", "sharepoint-ntlm", "fastmail")
		}
		if f.Name == versionAt {
			f.Reading, f.Default = true, "" // rclone's is a word
		}
		p.Fields = append(p.Fields, f)
	}
	order := explained[p.Name]
	if p.First {
		order = slices.Concat(first[index].fields, order)
	}
	slices.SortStableFunc(p.Fields, func(a, b Field) int { return cmp.Compare(fieldRank(order, a), fieldRank(order, b)) })
	return p
}

// chosen makes a field a choice between values that have titles of our own, the first one being proposed. rclone knows
// them, and offers them as examples only.
func (f *Field) chosen(titles string, values ...string) {
	f.Kind, f.Default, f.choices = Choice, values[0], nil
	for _, v := range values {
		f.choices = append(f.choices, choice{Option: Option{Value: v, Help: titles + v}})
	}
}

// versionAt is the option of the kinds of storage that can be read as they were.
const versionAt = "version_at"

// moment is a date or an instant of versionAt as rclone reads it, from one that is written as here or there: fault
// backup.date_bad.
func moment(text string) (string, error) {
	text = strings.TrimSpace(text)
	if d, err := time.Parse("2/1/2006", text); err == nil {
		text = d.Format(time.DateOnly)
	}
	if _, err := fs.ParseTime(text); text != "" && err != nil {
		return "", fault.Field(versionAt, "backup.date_bad")
	}
	return text, nil
}

// fieldKeys are the message keys of our own texts of a field.
func fieldKeys(provider, field string) (label, help string) {
	short := slices.ContainsFunc(first, func(f kind) bool { return f.name == provider && slices.Contains(f.fields, field) })
	if !short && slices.Contains(anywhere, field) {
		provider = "any"
	}
	key := "backup.field." + provider + "." + field
	return key + ".label", key + ".help"
}

func fieldRank(order []string, f Field) int {
	if i := slices.Index(order, f.Name); i >= 0 {
		return i
	}
	return len(order)
}

// fieldOf turns an rclone option into a field.
func fieldOf(o *fs.Option) Field {
	f := Field{
		Name: o.Name, Help: o.Help, Kind: kindOf(o), Required: o.Required, Advanced: o.Advanced,
		Secret: o.IsPassword || secretName(o), Default: o.String(), only: o.Provider,
	}
	for _, e := range o.Examples {
		f.choices = append(f.choices, choice{Option: Option{Value: e.Value, Help: e.Help}, only: e.Provider})
	}
	if f.Default == "" && len(f.choices) > 0 && o.Name == "provider" {
		f.Default = f.choices[0].Value
	}
	return f
}

// secretName finds the secrets rclone marks as sensitive only.
func secretName(o *fs.Option) bool {
	if !o.Sensitive {
		return false
	}
	for _, word := range []string{"key", "secret", "token", "pass", "credential", "pem"} {
		if strings.Contains(o.Name, word) && !strings.HasSuffix(o.Name, "_id") {
			return true
		}
	}
	return false
}

func kindOf(o *fs.Option) Kind {
	switch {
	case o.IsPassword:
		return Password
	case len(o.Examples) > 0 && o.Exclusive:
		return Choice
	case o.Type() == "bool":
		return Bool
	case len(o.Examples) > 0:
		return Suggest
	case secretName(o):
		return Password
	case strings.HasSuffix(o.Name, "_file"):
		return Path
	}
	switch o.Type() {
	case "int", "int64", "uint", "uint32":
		return Int
	case "SizeSuffix":
		return Size
	case "Duration":
		return Duration
	}
	return Text
}
