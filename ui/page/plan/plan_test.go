package plan

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// engine has the copies that a test says.
type engine struct {
	backup.Engine
	st      backup.Status
	drilled []string
}

func (e *engine) Status(context.Context) (backup.Status, error) { return e.st, nil }

func (e *engine) Drill(_ context.Context, id string) (backup.Status, error) {
	e.drilled = append(e.drilled, id)
	return e.st, nil
}

// shown is the page over a book with a copy in another building.
func shown(t *testing.T, role auth.Role) (*planPage, *uitest.Shell, *engine, *storetest.World) {
	t.Helper()
	w := storetest.NewWorld(t)
	e := &engine{st: backup.Status{SheetKnown: true, Copies: []backup.Copy{
		{Destination: backup.Destination{ID: "usb", Label: "Disque"}, LastOK: w.Clock.Now()},
		{
			Destination: backup.Destination{ID: "paul", Label: "Coffre de Paul", Away: true},
			LastOK:      w.Clock.Now(), Oldest: w.Clock.Now().Add(-12 * time.Minute),
		},
	}}}
	backup.Bind(w.Registry, e)
	plan.Bind(w.Registry, w.Store, e)
	setup.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		return tx.AddMeasure(backup.Measure{Kind: backup.TrialMeasure, Place: "paul", Label: "Coffre de Paul", Seq: 1, Millis: 4000})
	})
	env, sh := uitest.New(t, w.As(string(role)), role)
	p := Routes()["plan"](env, page.Route{}).(*planPage)
	sh.Show(p.Object())
	return p, sh, e, w
}

// texts are all that the page says in labels, and its buttons.
func (p *planPage) texts() (out []string) {
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			out = append(out, x.Text())
		case *kit.Button:
			out = append(out, x.Text())
		case *kit.Banner:
			out = append(out, x.Text())
		}
	})
	return out
}

func (p *planPage) press(t *testing.T, text string) {
	t.Helper()
	var found *kit.Button
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", text)
	}
	found.Tapped(nil)
}

// TestAPlaceThatIsNotOnTheSheetIsTold, until the sheet was printed with it.
func TestAPlaceThatIsNotOnTheSheetIsTold(t *testing.T) {
	p, sh, e, w := shown(t, auth.Owner)
	const todo = "Feuille de secours à réimprimer"
	told := func() bool {
		p.Refresh()
		return slices.ContainsFunc(p.texts(), func(s string) bool { return strings.HasPrefix(s, todo) })
	}
	if told() {
		t.Error("nobody knows what the sheet says")
	}
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: recovery.Key{1}.String(), VaultID: op.NewID(time.Now())})
	})
	printed := func(places ...string) {
		t.Helper()
		req := setup.SheetRequest{Lang: "fr", Places: places, Saved: true}
		if _, err := setup.PrintSheet.Fetch(t.Context(), w.As("owner"), req, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	printed(e.st.Copies[0].Where())
	if !told() || !slices.ContainsFunc(p.texts(), func(s string) bool { return strings.Contains(s, "imprimée\u00a0: Coffre de Paul") }) {
		t.Errorf("not told: %q", p.texts())
	}
	p.press(t, "Réimprimer")
	if got := sh.Opened[len(sh.Opened)-1]; got.Name != "backups" || got.Arg != "sheet" {
		t.Errorf("it leads to %+v", got)
	}
	shown := setup.SheetRequest{Lang: "fr", Places: []string{e.st.Copies[0].Where(), e.st.Copies[1].Where()}}
	if _, err := setup.PrintSheet.Fetch(t.Context(), w.As("owner"), shown, io.Discard); err != nil {
		t.Fatal(err)
	}
	p.Refresh()
	if p.press(t, "Vérifier ma feuille"); sh.Opened[len(sh.Opened)-1].Arg != "check" {
		t.Errorf("a sheet that was shown is to be checked: %+v", sh.Opened)
	}
	printed(e.st.Copies[0].Where(), e.st.Copies[1].Where())
	if told() {
		t.Error("told although it is there")
	}
}

// TestThePlanSaysWhenAnotherPCGoesOn with the book, until it does not any more.
func TestThePlanSaysWhenAnotherPCGoesOn(t *testing.T) {
	p, sh, e, _ := shown(t, auth.Owner)
	told := func() bool {
		p.Refresh()
		return slices.ContainsFunc(p.texts(), func(s string) bool { return strings.Contains(s, "L’ordinateur VIEUX continue le même dossier") })
	}
	if told() {
		t.Error("told of nothing")
	}
	e.st.Copies[1].Alarms = []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "VIEUX", "writer", "w1")}
	if !told() {
		t.Errorf("not told: %q", p.texts())
	}
	if p.press(t, "Sauvegardes"); sh.Opened[len(sh.Opened)-1].Name != "backups" {
		t.Errorf("it leads to %+v", sh.Opened)
	}
	if e.st.Copies[1].Alarms = nil; told() {
		t.Error("it stays")
	}
}

// TestThePlanSaysWhichPlaceTakesNothing, and why; a disk in its drawer is no fault.
func TestThePlanSaysWhichPlaceTakesNothing(t *testing.T) {
	p, _, e, _ := shown(t, auth.Owner)
	told := func() bool {
		p.Refresh()
		want := p.env.T("plan.failing", "label", e.st.Copies[1].Label)
		return slices.ContainsFunc(p.texts(), func(s string) bool { return strings.HasPrefix(s, want) })
	}
	e.st.Copies[1].Fault = fault.New(fault.Unavailable, "backup.dest_login")
	if !told() {
		t.Errorf("not told: %q", p.texts())
	}
	if e.st.Copies[1].Plug = backup.Unplugged; told() {
		t.Error("told of a disk that is not plugged in")
	}
}

// TestNothingOfThePlanIsCut on the screens that people have, whatever the plan has to say.
func TestNothingOfThePlanIsCut(t *testing.T) {
	kit.After = kit.Never
	p, sh, e, w := shown(t, auth.Owner)
	e.st.SheetKnown = false // only the sheet opens what is there, and nobody has shown that it exists
	sealed := e.st
	untouched := e.st
	untouched.SheetKnown = true
	untouched.Origin = &backup.Point{Made: w.Clock.Now()}
	untouched.Copies = []backup.Copy{{Destination: backup.Destination{ID: "paul", Label: "Coffre de Paul", Away: true}}}
	for name, st := range map[string]backup.Status{"sealed": sealed, "before the first copy": untouched, "no place": {}} {
		for _, lang := range []string{i18n.French, i18n.English} {
			e.st, p.env.Text = st, i18n.For(lang)
			whole := map[string]bool{p.env.T("plan.cases"): true, p.env.T("plan.act.restore"): true} // they end so themselves
			fresh := newPage(p.env).(*planPage)
			sh.Show(fresh.Object())
			for _, size := range []fyne.Size{{Width: 1280, Height: 720}, {Width: 1440, Height: 900}} {
				sh.Window.Resize(fyne.NewSize(size.Width-208, size.Height-28))
				uitest.Walk(fresh.Object(), func(o fyne.CanvasObject) {
					if x, ok := o.(*canvas.Text); ok && strings.HasSuffix(x.Text, "…") && !whole[x.Text] {
						t.Errorf("%s, %s, %.0f: %q", name, lang, size.Width, x.Text)
					}
				})
			}
		}
	}
}

// TestEachScenarioHasItsFactsAndAButton, which leads where it says.
func TestEachScenarioHasItsFactsAndAButton(t *testing.T) {
	p, sh, _, _ := shown(t, auth.Owner)
	if len(p.plan.Scenarios) != 8 {
		t.Fatalf("%d scenarios", len(p.plan.Scenarios))
	}
	for i, s := range p.plan.Scenarios {
		p.cases.Select(i)
		says := p.texts()
		if !slices.Contains(says, "Imprimer la fiche") || len(ways[s.ID]) == 0 || icons[s.ID] == "" {
			t.Errorf("%s has no way out: %q", s.ID, says)
		}
		for _, w := range ways[s.ID] {
			before := len(sh.Opened) + sh.Leaves + len(sh.Files)
			p.press(t, p.env.T(w.key))
			if len(sh.Opened)+sh.Leaves+len(sh.Files) == before {
				t.Errorf("%s: %s leads nowhere", s.ID, w.key)
			}
			if at := sh.Opened; w.key == "plan.act.key" && at[len(at)-1] != (page.Route{Name: "security", Arg: "sheet"}) {
				t.Errorf("%s: another key than the sheet's: %+v", s.ID, at[len(at)-1])
			}
		}
		if s.ID == plan.Burnt && (!slices.Contains(says, "12\u00a0min") || !slices.Contains(says, "Coffre de Paul")) {
			t.Errorf("burnt: %q", says)
		}
		if got := p.caseCell(i, 1).Text; got != p.plan.Lost(p.env.Text, s) {
			t.Errorf("%s: %q", s.ID, got)
		}
	}
	if p.trialCell(0, 1).Text != "Coffre de Paul" || p.trialCell(0, 4).Tone != kit.Ok {
		t.Errorf("the trial: %+v", p.trialCell(0, 1))
	}
}

// TestATrialIsMadeFromThePlan, of the copy that a fire would leave.
func TestATrialIsMadeFromThePlan(t *testing.T) {
	p, _, e, _ := shown(t, auth.Owner)
	p.press(t, "Essayer une restauration")
	if !slices.Equal(e.drilled, []string{"paul"}) {
		t.Errorf("tried %q", e.drilled)
	}
}

// TestThePlanReminds of the paper after a year, and of the day of the backup.
func TestThePlanReminds(t *testing.T) {
	p, sh, e, w := shown(t, auth.Owner)
	if len(p.notice.Objects) > 0 {
		t.Errorf("%q", p.texts())
	}
	w.Clock.Set(time.Date(2027, 3, 31, 9, 0, 0, 0, time.Local))
	if p.Refresh(); !p.plan.Invite || len(p.notice.Objects) != 1 {
		t.Error("nobody is invited on 31 March")
	}
	w.Update(func(tx *store.Tx) error {
		return tx.SetSetting("setup", setup.Progress{SheetKnown: true, SheetOn: civil.New(2026, 3, 31)})
	})
	if p.Refresh(); len(p.notice.Objects) != 1 {
		t.Fatal("the sheet is not asked for after a year")
	}
	p.press(t, "Vérifier ma feuille")
	if last := sh.Opened[len(sh.Opened)-1]; last.Name != "backups" || last.Arg != "check" {
		t.Errorf("it leads to %+v", last)
	}
	w.Update(func(tx *store.Tx) error { // a place was added since it was printed
		id := setup.Identity{RecoveryKey: recovery.Key{1}.String(), VaultID: op.NewID(time.Now())}
		return setup.SaveIdentity(tx, id)
	})
	req := setup.SheetRequest{Lang: "fr", Places: []string{e.st.Copies[0].Where()}, Saved: true}
	if _, err := setup.PrintSheet.Fetch(t.Context(), w.As("owner"), req, io.Discard); err != nil {
		t.Fatal(err)
	}
	if p.Refresh(); len(p.notice.Objects) != 2 {
		t.Error("that it is to be checked is hidden behind that it is to be printed again")
	}
	p.press(t, "Réimprimer")
	p.press(t, "Vérifier ma feuille")
	e.st.SheetKnown = false
	e.st.Copies = e.st.Copies[:1]
	if p.Refresh(); len(p.notice.Objects) != 1 {
		t.Error("a sheet that was never checked is not said")
	}
}

// TestTheSheetIsCheckedByWhoMay: that it is to be printed again does not offer its check to who may not make it.
func TestTheSheetIsCheckedByWhoMay(t *testing.T) {
	p, _, _, _ := shown(t, auth.Owner)
	p.plan.SheetLacks, p.plan.SheetDue = []string{"Koofr"}, true
	if p.remind(); len(p.notice.Objects) != 2 {
		t.Fatalf("%q", p.texts())
	}
	may := setup.CheckSheet.Spec.Needs
	t.Cleanup(func() { setup.CheckSheet.Spec.Needs = may })
	setup.CheckSheet.Spec.Needs = "nobody.has_it"
	if p.remind(); len(p.notice.Objects) != 1 || slices.Contains(p.texts(), "Vérifier ma feuille") {
		t.Errorf("%q", p.texts())
	}
}

// TestTheSheetOfTheSampleIsNotVouchedFor: nobody printed one.
func TestTheSheetOfTheSampleIsNotVouchedFor(t *testing.T) {
	p, _, _, w := shown(t, auth.Owner)
	checked := func() string { return p.plan.Checked(p.env.Text) }
	if p.Refresh(); checked() != "vérifiée" {
		t.Errorf("a real one: %q", checked())
	}
	w.Update(func(tx *store.Tx) error { return setup.SaveIdentity(tx, setup.Identity{Demo: true}) })
	if p.Refresh(); checked() != "aucune feuille imprimée" {
		t.Errorf("told %q", checked())
	}
}

// TestAReaderReadsThePlan, and changes nothing.
func TestAReaderReadsThePlan(t *testing.T) {
	p, _, _, _ := shown(t, auth.Reader)
	for _, text := range p.texts() {
		if text == "Essayer une restauration" || text == "Ajouter une destination" {
			t.Errorf("a reader may %q", text)
		}
	}
	if len(p.plan.Scenarios) != 8 {
		t.Error("a reader sees no plan")
	}
}

// TestNothingIsPromisedWithoutACopy, and what is not there is not counted.
func TestNothingIsPromisedWithoutACopy(t *testing.T) {
	p, _, e, _ := shown(t, auth.Owner)
	if a, b := p.promised(), p.places(); !strings.HasPrefix(a, "promis") || b != "sur 2 destinations" {
		t.Errorf("with copies: %q, %q", a, b)
	}
	e.st.Copies = nil
	p.Refresh()
	if a, b := p.promised(), p.places(); !strings.HasPrefix(a, "rien n’est promis") || b != "aucune destination" {
		t.Errorf("without a copy: %q, %q", a, b)
	}
}

// TestAfterARestoreTheOwnerSaysWhatHappened: the answer shows what is to be done, each with its box and its page.
func TestAfterARestoreTheOwnerSaysWhatHappened(t *testing.T) {
	p, sh, _, w := shown(t, auth.Owner)
	if slices.Contains(p.texts(), "Un vol") {
		t.Error("a book that was never restored is asked about")
	}
	w.Update(func(tx *store.Tx) error { return plan.AskCause(tx, tx.Now(), tx.Now()) })
	p.Refresh()
	p.press(t, "Un vol")
	f := p.plan.Follow
	if f == nil || f.Cause != plan.CauseTheft || len(sh.Failed) > 0 {
		t.Fatalf("%+v, %v", f, sh.Failed)
	}
	var boxes []*kit.Check
	var revoke *kit.Button
	uitest.Walk(p.env.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Check:
			boxes = append(boxes, x)
		case *kit.Button:
			if x.Text() == "Postes" {
				revoke = x
			}
		}
	})
	if len(boxes) != len(f.Acts) || revoke == nil {
		t.Fatalf("%d boxes for %d acts, button %v", len(boxes), len(f.Acts), revoke)
	}
	for i, b := range boxes[1:] {
		if b.Tapped(nil); p.plan.Follow.Left() != len(f.Acts)-i-1 {
			t.Errorf("after %d: %+v", i+1, p.plan.Follow)
		}
	}
	if revoke.Tapped(nil); len(sh.Opened) == 0 || sh.Opened[len(sh.Opened)-1].Name != "people" {
		t.Errorf("opened %v", sh.Opened)
	}
	p.press(t, "Voir la liste")
	uitest.Walk(p.env.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Check); ok && !b.On() {
			b.Tapped(nil)
		}
	})
	if p.plan.Follow != nil || slices.Contains(p.texts(), "Voir la liste") {
		t.Error("all is done, and the list is still offered")
	}
}

// TestEachCauseIsOffered with its list, every line of which is in words.
func TestEachCauseIsOffered(t *testing.T) {
	p, _, _, w := shown(t, auth.Owner)
	if len(causes) != len(plan.Causes()) {
		t.Errorf("%d of %d causes are offered", len(causes), len(plan.Causes()))
	}
	for _, c := range plan.Causes() {
		w.Update(func(tx *store.Tx) error { return plan.AskCause(tx, tx.Now(), tx.Now()) })
		p.Refresh()
		p.press(t, p.env.T("plan.cause."+string(c)))
		window := p.env.Window.Canvas().Overlays().Top()
		if (window != nil) == (c == plan.CauseOther) {
			t.Errorf("%s: a list: %v", c, window != nil)
		}
		uitest.Walk(window, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), "plan.") {
				t.Errorf("%s says %q", c, l.Text())
			}
		})
		kit.CloseLayers(p.env.Window.Canvas())
	}
}

// TestTheTileCountsEveryPlace, those that wait for their first copy too; and what no restore would bring back is told.
func TestTheTileCountsEveryPlace(t *testing.T) {
	p, _, e, _ := shown(t, auth.Owner)
	text := func() string { return strings.ReplaceAll(p.places(), "\u00a0", " ") }
	e.st.Copies = e.st.Copies[:2]
	e.st.Copies[1].LastOK = time.Time{}
	if p.Refresh(); text() != "sur 2 destinations, dont 1 attend sa première copie" {
		t.Errorf("%q", text())
	}
	e.st.Copies = e.st.Copies[:1]
	if p.Refresh(); text() != "sur 1 destination" {
		t.Errorf("%q", text())
	}
	e.st.Worries = []*fault.Fault{fault.New(fault.Unavailable, "backup.worry.files_lost", "count", 1)}
	p.Refresh()
	if len(p.notice.Objects) == 0 || !strings.Contains(p.notice.Objects[0].(*kit.Banner).Text(), "ne reviendraient pas") ||
		!slices.Contains(p.plan.Of(plan.Broken).Lacks, "files") {
		t.Errorf("%+v", p.plan)
	}
}

// TestWhatGrowsOlderGoesOnByItself, and nothing that is read moves away or is built anew by it.
func TestWhatGrowsOlderGoesOnByItself(t *testing.T) {
	p, sh, e, w := shown(t, auth.Owner)
	sh.Window.Resize(fyne.NewSize(1120, 640))
	for i, s := range p.plan.Scenarios {
		if s.ID == plan.Burnt {
			p.cases.Select(i)
		}
	}
	p.text.ScrollTo(40)
	read, at := p.text, p.text.Offset()
	if at == 0 {
		t.Fatal("all of it is in view: the test proves nothing")
	}
	old, grown := "12\u00a0min", "14\u00a0min"
	says := func(text string) int {
		return len(slices.DeleteFunc(p.texts(), func(s string) bool { return s != text }))
	}
	if says(old) == 0 {
		t.Fatalf("%q", p.texts())
	}
	w.Clock.Add(2 * time.Minute)
	if p.Beat(); says(grown) == 0 || says(old) > 0 || p.text != read || p.text.Offset() != at {
		t.Errorf("built anew %t, scrolled %v: %q", p.text != read, p.text.Offset(), p.texts())
	}
	e.st.Copies[1].Oldest = time.Time{}
	if p.Beat(); says(grown) > 0 || p.text.Offset() != at {
		t.Errorf("all of it left meanwhile; scrolled %v: %q", p.text.Offset(), p.texts())
	}
}
