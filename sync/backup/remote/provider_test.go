package remote

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zafe/app/fault"
)

// keyPattern finds a complete message key in a source: in code it follows a comma or a case.
var keyPattern = regexp.MustCompile(`[,(] ?"(backup\.[a-z0-9_]+)"`)

// ownFamily are the keys only this package asks for; screens keep theirs in the same files.
var ownFamily = regexp.MustCompile(`^backup\.(provider|field|question|dest_|prune_|vault_)`)

// catalogue reads the texts of one language as they ship.
func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../../assets/i18n/" + language + "/backup.json")
	if err != nil {
		t.Fatal(err)
	}
	raw := map[string]any{}
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for key, value := range raw {
		if forms, ok := value.(map[string]any); ok {
			value = forms["other"]
		}
		texts[key], _ = value.(string)
	}
	return texts
}

func TestFirstList(t *testing.T) {
	all := Providers(true)
	if len(all) < len(first) {
		t.Fatalf("%d kinds of storage", len(all))
	}
	for i, f := range first {
		p := all[i]
		if p.Name != f.name || !p.First {
			t.Errorf("place %d has %s, want %s", i, p.Name, f.name)
		}
		var short []string
		for _, field := range p.Fields {
			if !field.Advanced {
				short = append(short, field.Name)
			}
		}
		if !slices.Equal(slices.Compact(short), f.fields) {
			t.Errorf("the short form of %s is %v, want %v", p.Name, short, f.fields)
		}
	}
	for _, p := range all {
		if hidden[p.Name] || p.Name == "memory" {
			t.Errorf("%s is offered", p.Name)
		}
		if p.Title == "" {
			t.Errorf("%s has no title", p.Name)
		}
	}
	if some := Providers(false); len(some) > len(all) || some[0].Name != "local" {
		t.Errorf("the short list has %d of %d", len(some), len(all))
	}
	if _, ok := FindProvider("crypt"); ok {
		t.Error("crypt can be chosen")
	}
}

func TestForms(t *testing.T) {
	find := func(provider, field string) Field {
		t.Helper()
		p, ok := FindProvider(provider)
		i := slices.IndexFunc(p.Fields, func(f Field) bool { return f.Name == field })
		if !ok || i < 0 {
			t.Fatalf("no field %s of %s", field, provider)
		}
		return p.Fields[i]
	}
	kinds := []struct {
		provider, field string
		kind            Kind
		secret          bool
	}{
		{"webdav", "pass", Password, true},
		{"webdav", "vendor", Choice, false},
		{"webdav", "user", Text, false},
		{"sftp", "port", Int, false},
		{"sftp", "key_file", Path, false},
		{"sftp", "key_pem", Password, true},
		{"s3", "secret_access_key", Password, true},
		{"s3", "access_key_id", Text, false},
		{"s3", "upload_cutoff", Size, false},
		{"s3", "env_auth", Bool, false},
		{"azureblob", "key", Password, true},
		{"drive", "use_trash", Bool, false},
	}
	for _, k := range kinds {
		if f := find(k.provider, k.field); k.field != "env_auth" && f.Kind != k.kind || f.Secret != k.secret {
			t.Errorf("%s %s is %s, secret %v; want %s, %v", k.provider, k.field, f.Kind, f.Secret, k.kind, k.secret)
		}
	}
	for _, name := range []string{"drive", "onedrive", "dropbox", "pcloud"} {
		if p, _ := FindProvider(name); !p.Browser {
			t.Errorf("%s does not log in with the browser", name)
		}
	}
	if p, _ := FindProvider("s3"); p.Browser || !p.Bucket {
		t.Error("s3 is taken for another kind of login")
	}
	// A field and its choices depend on the provider chosen inside the form.
	endpoint := find("koofr", "endpoint")
	if endpoint.ShownFor(map[string]string{"provider": "koofr"}) ||
		!endpoint.ShownFor(map[string]string{"provider": "other"}) {
		t.Error("the address of Koofr is asked at the wrong moment")
	}
	region := find("s3", "region")
	ovh := region.ChoicesFor(map[string]string{"provider": "OVHcloud"})
	if !slices.ContainsFunc(ovh, func(o Option) bool { return o.Value == "gra" }) ||
		slices.ContainsFunc(ovh, func(o Option) bool { return o.Value == "us-east-1" }) {
		t.Errorf("regions of OVHcloud: %v", ovh)
	}
	if find("koofr", "provider").Default != "koofr" {
		t.Error("Koofr's form starts without a choice")
	}
}

// Every text the code can ask for exists in both languages, with the same places.
func TestTexts(t *testing.T) {
	wanted := map[string]bool{}
	for _, p := range Providers(true) {
		if p.First {
			wanted[p.TitleKey], wanted[p.HelpKey] = true, true
			for _, f := range p.Fields {
				if f.LabelKey != "" {
					wanted[f.LabelKey], wanted[f.HelpKey] = true, true
				}
			}
		}
	}
	for provider, fields := range explained { // also of those that this build leaves out
		for _, f := range fields {
			label, help := fieldKeys(provider, f)
			wanted[label], wanted[help] = true, true
		}
	}
	for _, name := range asked {
		label, help := questionKeys(name)
		wanted[label], wanted[help] = true, true
	}
	for key := range keysInCode(t) {
		wanted[key] = true
	}
	for _, stage := range []string{"attachments", "book", "compare", "send", "check", "files"} {
		wanted["backup.stage."+stage] = true
	}
	for _, light := range []string{"green", "amber", "red"} {
		wanted["backup.light."+light] = true
	}
	fr, en := catalogue(t, "fr"), catalogue(t, "en")
	for key := range wanted {
		for language, texts := range map[string]map[string]string{"fr": fr, "en": en} {
			if strings.TrimSpace(texts[key]) == "" {
				t.Errorf("%s has no text for %s", language, key)
			}
		}
	}
	for key := range fr {
		if !wanted[key] && ownFamily.MatchString(key) {
			t.Errorf("nobody asks for %s", key)
		}
		if strings.Count(fr[key], "{{") != strings.Count(en[key], "{{") {
			t.Errorf("the two texts of %s have different places", key)
		}
	}
}

// TestNoBoxIsWithoutHelp: what nobody can do without says what it is, in our words where it is a kind of the first list;
// what we explain is a box of that kind.
func TestNoBoxIsWithoutHelp(t *testing.T) {
	for _, p := range Providers(true) {
		for _, f := range p.Fields {
			if f.Required && f.LabelKey == "" && (p.First || strings.TrimSpace(f.Help) == "") {
				t.Errorf("%s %s must be filled and says nothing", p.Name, f.Name)
			}
		}
		for _, name := range explained[p.Name] {
			i := slices.IndexFunc(p.Fields, func(f Field) bool { return f.Name == name })
			if i < 0 || p.Fields[i].LabelKey == "" || p.Fields[i].HelpKey == "" {
				t.Errorf("%s has no box %s, or it has no text", p.Name, name)
			}
		}
	}
	for _, name := range []string{
		"sftp", "webdav", "s3", "drive", "onedrive", "dropbox", "pcloud", "smb", "ftp", "azureblob",
		"swift", "jottacloud", "box", "koofr", "protondrive",
	} {
		if len(explained[name]) == 0 {
			t.Errorf("nothing of %s is explained", name)
		}
	}
}

// TestADateIsReadAsItIsWrittenHere, and one that is none is refused at its box.
func TestADateIsReadAsItIsWrittenHere(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " 03/11/2026 ": "2026-11-03", "3/1/2026": "2026-01-03", "2026-11-03": "2026-11-03",
		"2026-11-03T08:30:00Z": "2026-11-03T08:30:00Z",
	} {
		if got, err := moment(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"hier", "31/02/2026"} {
		_, err := moment(text)
		if f := fault.Of(err); err == nil || f.Key != "backup.date_bad" || f.Field != versionAt {
			t.Errorf("%q: %v", text, err)
		}
	}
	r, err := Use(t.Context(), &Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Begin(t.Context(), Draft{Provider: "s3", Label: "x", Folder: "b", ReadOnly: true, Values: map[string]string{versionAt: "hier"}})
	if fault.KeyOf(err) != "backup.date_bad" {
		t.Errorf("begun with %v", err)
	}
}

// keysInCode finds the fault keys in the sources of this package and its neighbours.
func keysInCode(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	for _, dir := range []string{".", "..", "../vault", "../schedule"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			data, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range keyPattern.FindAllStringSubmatch(string(data), -1) {
				keys[m[1]] = true
			}
		}
	}
	if len(keys) < 30 {
		t.Fatalf("only %d keys found", len(keys))
	}
	return keys
}
