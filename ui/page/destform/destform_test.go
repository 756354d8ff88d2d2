package destform_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	"zafe/ui/uitest"
)

// engine is a place that asks one question before it is ready.
type engine struct {
	backup.Engine
	begun     []backup.NewDestination
	answers   []string
	cancelled int
	refuse    error
}

func (e *engine) Providers(bool) []backup.Provider {
	return []backup.Provider{
		{Name: "local", TitleKey: "backup.provider.local.title", First: true},
		{Name: "s3", TitleKey: "backup.provider.s3.title", First: true, Bucket: true},
		{Name: "box", Title: "Box"},
		{Name: "drive", Title: "Drive", First: true, Browser: true, Shared: true},
	}
}

// every is a form with each of the nine kinds of field; "more" only shows for one choice.
func every(values map[string]string) []backup.Field {
	out := []backup.Field{
		{Name: "choice", Kind: "choice", Choices: []backup.Choice{{Value: "a", Help: "One"}, {
			Value: "b",
			Help:  "Two",
		}}},
		{Name: "text", Kind: "text", Required: true},
		{Name: "pass", Kind: "password", Secret: true},
		{Name: "flag", Kind: "bool"},
		{Name: "int", Kind: "int"},
		{Name: "size", Kind: "size"},
		{Name: "lapse", Kind: "duration"},
		{Name: "suggest", Kind: "suggest", Choices: []backup.Choice{{Value: "gra"}}},
		{
			Name: "path",
			Kind: "path",
		},
		{Name: "rare", Kind: "text", Advanced: true},
	}
	if values["choice"] == "b" {
		out = append(out, backup.Field{Name: "more", Kind: "text"})
	}
	return out
}

func (e *engine) Form(_ context.Context, provider, _ string, values map[string]string) (backup.FormResponse, error) {
	if provider == "local" {
		return backup.FormResponse{}, nil
	}
	return backup.FormResponse{Fields: every(values)}, nil
}

func (e *engine) SameDisk(folder string) bool { return folder == "/home/claire" }

func (e *engine) Begin(_ context.Context, n backup.NewDestination) (backup.Step, error) {
	e.begun = append(e.begun, n)
	if e.refuse != nil {
		return backup.Step{}, e.refuse
	}
	return backup.Step{Question: &backup.Question{Field: backup.Field{
		Name: "drive", Kind: "text",
		Default: "personal",
	}}}, nil
}

func (e *engine) Answer(_ context.Context, value string) (backup.Step, error) {
	e.answers = append(e.answers, value)
	return backup.Step{}, nil
}

func (e *engine) Finish(context.Context) (backup.Destination, error) {
	return backup.Destination{ID: "d1", Label: e.begun[0].Label}, nil
}

func (e *engine) Cancel() { e.cancelled++ }

func open(t *testing.T) (*engine, *page.Env, *uitest.Shell) {
	t.Helper()
	e := &engine{}
	w := storetest.NewWorld(t, func(r *op.Registry[*store.Tx]) { backup.Bind(r, e) })
	env, sh := uitest.New(t, w.As("owner"), auth.Owner)
	return e, env, sh
}

func press(t *testing.T, o fyne.CanvasObject, text string) {
	t.Helper()
	var button *kit.Button
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			button = b
		}
	})
	if button == nil {
		t.Fatalf("no button %q", text)
	}
	button.Tapped(nil)
}

// field finds a labelled control; nil when it is not shown.
func field(o fyne.CanvasObject, control func(fyne.CanvasObject) bool, nth int) fyne.CanvasObject {
	var all []fyne.CanvasObject
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if control(o) {
			all = append(all, o)
		}
	})
	if nth >= len(all) {
		return nil
	}
	return all[nth]
}

func isEdit(o fyne.CanvasObject) bool   { _, ok := o.(*kit.LineEdit); return ok }
func isSelect(o fyne.CanvasObject) bool { _, ok := o.(*kit.Select); return ok }

func TestTheFolderOfThisPCIsChosenOrTyped(t *testing.T) {
	e, env, sh := open(t)
	f := destform.New(destform.ForEnv(env, nil))
	sh.Show(f.Object())
	if f.Check() {
		t.Fatal("nothing chosen passes")
	}
	press(t, f.Object(), env.T("backup.provider.local.title"))
	if f.Check() {
		t.Fatal("an empty folder passes")
	}
	sh.Name = "/media/usb"
	press(t, f.Object(), env.T("dest.browse"))
	if !f.Check() {
		t.Fatal("a chosen folder is refused")
	}
	if n := f.Value(); n.Provider != "local" || n.Folder != "/media/usb" ||
		n.Label != env.T("backup.provider.local.title") {
		t.Errorf("value %+v", n)
	}
	if len(e.begun) != 0 {
		t.Error("the form made something by itself")
	}
}

func TestTheFormFollowsWhatIsChosenAndNamesWhatIsWrong(t *testing.T) {
	_, env, sh := open(t)
	f := destform.New(destform.ForEnv(env, nil))
	sh.Show(f.Object())
	press(t, f.Object(), env.T("backup.provider.s3.title"))
	edits := func() (n int) {
		for field(f.Object(), isEdit, n) != nil {
			n++
		}
		return n
	}
	before := edits()
	choice, ok := field(f.Object(), isSelect, 0).(*kit.Select)
	if !ok {
		t.Fatal("no choice")
	}
	choice.OnChanged("b")
	if edits() != before+1 {
		t.Errorf("%d boxes after the choice, %d before: the dependent one is missing", edits(), before)
	}
	folder, _ := field(f.Object(), isEdit, 0).(*kit.LineEdit)
	folder.SetText("bucket/zafe")
	if f.Check() {
		t.Error("a required box may stay empty")
	}
	if !f.SetError(fault.Field("values.text", "backup.field_required")) || !f.SetError(fault.Field("folder",
		"backup.field_required")) {
		t.Error("a refusal is not shown at its box")
	}
	if f.SetError(fault.New(fault.Unavailable, "backup.dest_offline")) {
		t.Error("a refusal without a box is swallowed")
	}
	if got := f.Value().Values["choice"]; got != "b" {
		t.Errorf("choice %q", got)
	}
}

func TestMakingADestinationPassesTheQuestionsOn(t *testing.T) {
	e, env, sh := open(t)
	var made backup.Destination
	var failed error
	done := func(d backup.Destination, err error) { made, failed = d, err }
	n := backup.NewDestination{Provider: "box", Label: "Box", Folder: "Zafe", Values: map[string]string{}}
	destform.Make(env, n, true, done)
	press(t, sh.Window.Canvas().Overlays().Top(), env.T("common.next"))
	if failed != nil || made.ID != "d1" || len(e.answers) != 1 || e.answers[0] != "personal" {
		t.Fatalf("made %+v, %v, answers %v", made, failed, e.answers)
	}
	destform.Make(env, n, true, done)
	press(t, sh.Window.Canvas().Overlays().Top(), env.T("common.cancel"))
	if fault.KeyOf(failed) != "op.cancelled" || e.cancelled == 0 {
		t.Errorf("given up: %v, cancelled %d", failed, e.cancelled)
	}
	e.refuse = fault.Field("folder", "backup.dest_not_found")
	destform.Make(env, n, false, done)
	if fault.KeyOf(failed) != "backup.dest_not_found" || len(sh.Window.Canvas().Overlays().List()) != 0 {
		t.Errorf("refused: %v", failed)
	}
}

// TestAFolderOnTheDiskOfTheBookIsWarnedOf: it is taken all the same.
func TestAFolderOnTheDiskOfTheBookIsWarnedOf(t *testing.T) {
	_, env, sh := open(t)
	f := destform.New(destform.ForEnv(env, nil))
	sh.Show(f.Object())
	press(t, f.Object(), env.T("backup.provider.local.title"))
	warned := func() bool {
		return field(f.Object(), func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Banner); return ok }, 0) != nil
	}
	for _, c := range []struct {
		folder string
		warn   bool
	}{{"/media/usb", false}, {"/home/claire", true}, {"/media/usb", false}} {
		sh.Name = c.folder
		press(t, f.Object(), env.T("dest.browse"))
		if warned() != c.warn || !f.Check() {
			t.Errorf("%s: warned %t, or refused", c.folder, warned())
		}
	}
}

// TestAFolderOnTheDiskOfTheBookIsTakenOnAClearYes: also by who is faster than the warning in the form.
func TestAFolderOnTheDiskOfTheBookIsTakenOnAClearYes(t *testing.T) {
	_, env, sh := open(t)
	local := func(folder string) backup.NewDestination {
		return backup.NewDestination{Provider: destform.Local, Folder: folder}
	}
	for name, c := range map[string]struct {
		n      backup.NewDestination
		before *backup.Destination
		asks   bool
	}{
		"another disk": {n: local("/media/usb")}, "this disk": {n: local("/home/claire"), asks: true},
		"online":     {n: backup.NewDestination{Provider: "box", Folder: "/home/claire"}},
		"as it was":  {n: local("/home/claire"), before: &backup.Destination{Folder: "/home/claire"}},
		"moved here": {n: local("/home/claire"), before: &backup.Destination{Folder: "/media/usb"}, asks: true},
	} {
		for _, yes := range []bool{true, false} {
			sh.Yes, sh.Asked = yes, nil
			taken := false
			destform.Sure(env, c.n, c.before, func() { taken = true })
			if asked := len(sh.Asked) > 0; asked != c.asks || taken != (yes || !c.asks) {
				t.Errorf("%s, %t: asked %t, taken %t", name, yes, asked, taken)
			}
		}
	}
}

// TestASharedIdentityIsToldBeforeAnybodyReliesOnIt: the provider may end it.
func TestASharedIdentityIsToldBeforeAnybodyReliesOnIt(t *testing.T) {
	for name, shared := range map[string]bool{"Drive": true, "backup.provider.s3.title": false} {
		_, env, sh := open(t)
		f := destform.New(destform.ForEnv(env, nil))
		sh.Show(f.Object())
		if env.Text.Has(name) {
			name = env.T(name)
		}
		press(t, f.Object(), name)
		told := field(f.Object(), func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Banner); return ok }, 0) != nil
		if told != shared {
			t.Errorf("%s: told %t", name, told)
		}
	}
}

// TestRareBoxesAreFolded: those with texts of ours behind one press, those that are rclone's own, in English, behind a
// second one that says so; a date in the past is asked for only to restore.
func TestRareBoxesAreFolded(t *testing.T) {
	fields := []backup.Field{
		{Name: "version_at", Kind: "text", Advanced: true, Reading: true, LabelKey: "backup.field.s3.version_at.label"},
		{Name: "port", Kind: "int", Advanced: true, LabelKey: "backup.field.sftp.port.label"},
		{Name: "macs", Kind: "text", Advanced: true, Help: "Space separated list of MACs."},
	}
	for _, reading := range []bool{false, true} {
		_, env, sh := open(t)
		o := destform.ForEnv(env, nil)
		o.Reading = reading
		o.Fields = func(context.Context, string, map[string]string) (backup.FormResponse, error) {
			return backup.FormResponse{Fields: fields}, nil
		}
		f := destform.New(o)
		sh.Show(f.Object())
		press(t, f.Object(), env.T("backup.provider.s3.title"))
		shown := func() (texts []string) {
			uitest.Walk(f.Object(), func(o fyne.CanvasObject) {
				switch x := o.(type) {
				case *kit.Label:
					texts = append(texts, x.Text())
				case *kit.Field:
					texts = append(texts, x.Label())
				case *kit.Button:
					texts = append(texts, x.Text())
				}
			})
			return texts
		}
		has := func(text string) bool { return slices.Contains(shown(), text) }
		if got := has(env.T("backup.field.s3.version_at.label")); got != reading {
			t.Errorf("restoring %t: a date is asked for: %t", reading, got)
		}
		if has("macs") || has("Port") || has(env.T("dest.foreign")) {
			t.Errorf("rare boxes are shown: %q", shown())
		}
		press(t, f.Object(), env.T("dest.advanced"))
		if !has("Port") || has("macs") {
			t.Errorf("after one press: %q", shown())
		}
		press(t, f.Object(), env.T("dest.foreign"))
		if !has("macs") || !has(env.T("dest.english")) {
			t.Errorf("after two: %q", shown())
		}
	}
}

// TestGoingOnWithoutAPlaceIsSaid, until one is chosen.
func TestGoingOnWithoutAPlaceIsSaid(t *testing.T) {
	_, env, sh := open(t)
	f := destform.New(destform.ForEnv(env, nil))
	sh.Show(f.Object())
	says := func() (said bool) {
		uitest.Walk(f.Object(), func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), "Choisissez d’abord un endroit") {
				said = true
			}
		})
		return said
	}
	if says() {
		t.Error("said before anybody goes on")
	}
	if f.Check() || !says() {
		t.Error("nothing is said")
	}
	press(t, f.Object(), env.T("backup.provider.local.title"))
	press(t, f.Object(), env.T("dest.change"))
	if says() {
		t.Error("it stays when a place was chosen")
	}
}
