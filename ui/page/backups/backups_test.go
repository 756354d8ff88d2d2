package backups

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/aside"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// engine has the copies that a test says.
type engine struct {
	backup.Engine
	status backup.Status
	points map[string][]backup.Point
	kept   []aside.Kept
	gone   []string       // names of what was removed
	next   *backup.Status // what is so from the second time it is asked, nil for no change
	now    int            // how often a copy was asked for
	drill  error          // what a trial restore says
}

func (e *engine) Drill(context.Context, string) (backup.Status, error) { return e.status, e.drill }

func (e *engine) Begin(_ context.Context, n backup.NewDestination) (backup.Step, error) {
	if n.Again && n.Values == nil {
		e.gone = append(e.gone, "again "+n.ID)
	}
	return backup.Step{}, nil
}

func (e *engine) Finish(context.Context) (backup.Destination, error) {
	return backup.Destination{ID: "d1"}, nil
}

func (e *engine) Now(context.Context) (backup.Status, error) {
	e.now++
	return e.status, nil
}

func (e *engine) Status(context.Context) (backup.Status, error) {
	st := e.status
	if e.next != nil {
		e.status, e.next = *e.next, nil
	}
	return st, nil
}

func (e *engine) Points(_ context.Context, id string) ([]backup.Point, error) {
	return e.points[id], nil
}

func (e *engine) Kept(context.Context) ([]aside.Kept, error) { return e.kept, nil }

func (e *engine) RemoveKept(_ context.Context, name string) error {
	e.gone, e.kept = append(e.gone, name), nil
	return nil
}

// shown is the page over a book whose health is the service's.
func shown(t *testing.T, copies *engine) (*backups, *uitest.Shell, *verify.Service[*store.Tx]) {
	t.Helper()
	w := storetest.NewWorld(t)
	service := verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
	})
	verify.Bind(w.Registry, service)
	backup.Bind(w.Registry, copies)
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["backups"](e, page.Route{}).(*backups)
	sh.Show(p.Object())
	return p, sh, service
}

func (e *engine) Destinations() (out []backup.Destination) {
	for _, c := range e.status.Copies {
		out = append(out, c.Destination)
	}
	return out
}

// TestTheSheetNamesEveryPlace, also when the page is opened to print it, and says what to do with its file.
func TestTheSheetNamesEveryPlace(t *testing.T) {
	w := storetest.NewWorld(t)
	copies := &engine{status: backup.Status{Copies: []backup.Copy{
		{Destination: backup.Destination{ID: "usb", Label: "Disque", Folder: "/media/a"}},
		{Destination: backup.Destination{ID: "paul", Label: "Coffre de Paul", Folder: "zafe", Reach: "5e"}},
	}}}
	backup.Bind(w.Registry, copies)
	setup.Bind(w.Registry)
	plan.Bind(w.Registry, w.Store, copies)
	w.Update(func(tx *store.Tx) error {
		return setup.SaveIdentity(tx, setup.Identity{RecoveryKey: recovery.Key{1}.String(), VaultID: op.NewID(time.Now())})
	})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	sh.Show(Routes()["backups"](e, page.Route{Arg: toPrint}).Object())
	typedBack := func(want ...setup.Place) { // that it was shown says nothing
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			p, _, err := setup.PrintedOf(tx)
			if slices.Equal(p.Places, want) || !slices.Equal(p.Shown, want) {
				t.Errorf("shown: %+v", p)
			}
			return err
		})
		progress, err := setup.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		groups := map[string]string{}
		for _, n := range progress.SheetGroups {
			groups[strconv.Itoa(n)] = strings.Split(recovery.Key{1}.String(), "-")[n]
		}
		if _, err := setup.CheckSheet.Call(w.Ctx(), w.As("owner"), setup.CheckRequest{Groups: groups}); err != nil {
			t.Fatal(err)
		}
	}
	usb, paul := setup.Place{Name: "Disque – /media/a"}, setup.Place{Name: "Coffre de Paul – zafe", Reach: "5e"}
	typedBack(usb, paul)
	copies.status.SheetKnown = true
	copies.status.Copies = append(copies.status.Copies, backup.Copy{Destination: backup.Destination{ID: "k", Label: "Koofr"}})
	p := Routes()["backups"](e, page.Route{}).(*backups)
	sh.Show(p.Object())
	if print := p.buttons("Imprimer la feuille"); len(print) != 1 || !p.says("imprimée : Koofr.") {
		t.Error("a place that is not on the sheet is not told")
	} else if print[0].Tapped(nil); len(p.buttons("Vérifier ma feuille")) != 1 || !p.says("Koofr en plus") {
		t.Error("that it is to be checked is not told after it was shown")
	}
	if p.Refresh(); len(p.buttons("Vérifier ma feuille")) != 1 {
		t.Error("a sheet that was only shown is taken for printed")
	}
	typedBack(usb, paul, setup.Place{Name: "Koofr – "})
	if p.Refresh(); len(p.buttons("Imprimer la feuille")) != 0 {
		t.Error("the sheet that was printed lacks it")
	}
	if len(sh.Toasts) != 2 || !strings.Contains(sh.Toasts[0], "effacez le fichier") {
		t.Errorf("told %q, failed %v", sh.Toasts, sh.Failed)
	}
}

// buttons are those with a text that can be seen.
func (b *backups) buttons(text string) (found []*kit.Button) {
	uitest.Walk(b.object, func(o fyne.CanvasObject) {
		if x, ok := o.(*kit.Button); ok && x.Text() == text {
			found = append(found, x)
		}
	})
	return found
}

func TestADamagedBookIsSaidBesideItsCopies(t *testing.T) {
	p, sh, service := shown(t, &engine{})
	if len(p.buttons("Restaurer une sauvegarde")) > 0 {
		t.Error("a sound book is called damaged")
	}
	for _, b := range p.buttons("Restaurer…") {
		b.Tapped(nil)
	}
	if sh.Leaves != 1 {
		t.Error("the points of restoration lead to no restore")
	}
	service.Hurt()
	p.Refresh()
	for _, b := range p.buttons("Restaurer une sauvegarde") {
		b.Tapped(nil)
	}
	if sh.Leaves != 2 {
		t.Error("a damaged book is not said, or leads to no restore")
	}
}

// TestAnEmployeeIsToldNothingThatTheyCannotDo: what an owner is asked to do is for them to say to one.
func TestAnEmployeeIsToldNothingThatTheyCannotDo(t *testing.T) {
	broken := backup.Copy{Destination: backup.Destination{ID: "usb", Label: "Disque bleu"}, Light: backup.Red, Fault: fault.New(fault.Unavailable, "backup.offline")}
	for name, c := range map[string]struct {
		status      backup.Status
		owner, tell string
	}{
		"no place": {backup.Status{Light: backup.Red}, "Ajoutez un disque USB", "demandez à un gérant d’ajouter un disque USB"},
		"one roof": {
			backup.Status{Light: backup.Amber, Copies: []backup.Copy{{Destination: backup.Destination{ID: "nas", Label: "NAS"}}}, Worries: []*fault.Fault{
				fault.New(fault.Conflict, "backup.worry.same_roof"),
			}}, "Ajoutez un endroit dans un autre bâtiment.", "C’est à un gérant de le faire",
		},
		"a place that fails": {backup.Status{Light: backup.Red, Copies: []backup.Copy{broken}}, "Disque bleu", "C’est à un gérant de le faire"},
	} {
		w := storetest.NewWorld(t)
		verify.Bind(w.Registry, verify.New(verify.Settings[*store.Tx]{
			Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
		}))
		backup.Bind(w.Registry, &engine{status: c.status})
		for who, role := range map[string]auth.Role{"owner": auth.Owner, "sales": auth.Sales} {
			e, sh := uitest.New(t, w.As(who), role)
			p := Routes()["backups"](e, page.Route{}).(*backups)
			sh.Show(p.Object())
			said := ""
			uitest.Walk(p.object, func(o fyne.CanvasObject) {
				switch x := o.(type) {
				case *kit.Label:
					said += x.Text() + "\n"
				case *kit.Banner:
					said += x.Text() + "\n"
				}
			})
			if strings.Contains(said, c.tell) != (who == "sales") || who == "owner" && !strings.Contains(said, c.owner) {
				t.Errorf("%s, %s reads: %s", name, who, said)
			}
		}
	}
}

// TestARestoredBookShowsWhereItComesFrom: the points of its places are listed, those on this PC once.
func TestARestoredBookShowsWhereItComesFrom(t *testing.T) {
	at := func(id string, made time.Duration) backup.Point {
		return backup.Point{ID: id, Writer: "ancien", Made: storetest.Noon.Add(made)}
	}
	first, second, third := at("1", 0), at("2", time.Hour), at("3", 2*time.Hour)
	copies := &engine{
		status: backup.Status{
			Light: backup.Amber, Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Disque"}}},
		},
		points: map[string][]backup.Point{"": {second}, "d1": {third, second, first}},
	}
	copies.status.Origin = &second
	p, _, _ := shown(t, copies)
	listed := func() {
		t.Helper()
		if n := len(p.points); n != 3 || p.points[0].ID != "3" || p.points[2].ID != "1" {
			t.Errorf("listed: %v", p.points)
		}
	}
	listed()
	copies.status.Origin = nil // its first own copy has left: what the PC before it sent is still there
	p.Refresh()
	listed()
	if got := p.cell(1, 2).Text; got != "Ce PC, Disque" {
		t.Errorf("the point of both: %q", got)
	}
}

// TestTheStateSaysWhy, whatever the cause, and each of them.
func TestTheStateSaysWhy(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Red, LossSeconds: 60, Saved: storetest.Noon, Copies: []backup.Copy{
		{
			Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Red, LastOK: storetest.Noon,
			Alarms: []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "Atelier")},
		},
		{Destination: backup.Destination{ID: "d2", Label: "Disque"}, Light: backup.Amber},
		{Destination: backup.Destination{ID: "d3", Label: "NAS"}, Light: backup.Amber},
	}}}
	p, _, _ := shown(t, copies)
	for _, want := range []string{
		"Nuage : L'ordinateur Atelier continue", "Disque : rien du poste principal", "Et 1 autre",
	} {
		if !p.says(want) {
			t.Errorf("%q is not said", want)
		}
	}
	copies.status.Worries = []*fault.Fault{
		fault.New(fault.Unavailable, "backup.worry.drill_none"), fault.New(fault.Unavailable, "backup.worry.files_lost", "count", 2),
	}
	p.Refresh()
	var notices []string
	for _, o := range p.worry.Objects {
		notices = append(notices, o.(*kit.Banner).Text())
	}
	if len(notices) != 2 || !strings.Contains(notices[1], "ni sur ce PC ni dans aucune copie") {
		t.Errorf("noticed: %q", notices)
	}
}

// TestNothingIsSaidToBeElsewhereThatIsNot: a line is down, the light is still green, and the work of now is here alone.
func TestNothingIsSaidToBeElsewhereThatIsNot(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Green, SheetKnown: true, Saved: storetest.Noon, Copies: []backup.Copy{{
		Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Green, LastOK: storetest.Noon,
	}}}}
	p, _, _ := shown(t, copies)
	for _, want := range []string{"Protégé", "toutes les copies sont en place"} {
		if !p.says(want) {
			t.Errorf("sent: %q is not said", want)
		}
	}
	if note := lastNote(p.status); note != "backups.all_in" {
		t.Errorf("sent: %s", note)
	}
	c := &copies.status.Copies[0]
	copies.status.LossSeconds, c.Lacks, c.Fault = 60, true, fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")
	p.Refresh()
	for _, not := range []string{"Protégé", "toutes les copies sont en place"} {
		if p.says(not) {
			t.Errorf("out of reach: %q is said", not)
		}
	}
	for _, want := range []string{"Envoi en attente", "Nuage : "} {
		if !p.says(want) {
			t.Errorf("out of reach: %q is not said", want)
		}
	}
	if note := lastNote(p.status); note != "backups.kept_here" {
		t.Errorf("out of reach: %s", note)
	}
	copies.status.LossSeconds, copies.status.Saved = 0, storetest.Noon.Add(time.Minute)
	if note := lastNote(copies.status); note != "backups.kept_here" {
		t.Errorf("a point that could not leave, without new work: %s", note)
	}
}

// TestCopiesOfAnEarlierSheetAreSpokenOf where the points are listed, once there may be some.
func TestCopiesOfAnEarlierSheetAreSpokenOf(t *testing.T) {
	for _, renewed := range []bool{false, true} {
		p, _, _ := shown(t, &engine{status: backup.Status{Light: backup.Green, SheetKnown: true, Renewed: renewed}})
		if p.earlier.Visible() != renewed {
			t.Errorf("renewed %v: said %v", renewed, p.earlier.Visible())
		}
	}
}

// TestMarkedPointsAreExplained: one with a doubtful date, and one of an earlier sheet, which leads to no look; a clock that
// is wrong is said above, and no copy is said to be complete at a time it was not.
func TestMarkedPointsAreExplained(t *testing.T) {
	clock := fault.New(fault.Unavailable, "backup.worry.clock_behind", "now", storetest.Noon, "last", storetest.Noon.AddDate(2, 0, 0))
	copies := &engine{
		status: backup.Status{
			Light: backup.Amber, SheetKnown: true, Renewed: true, Saved: storetest.Noon.AddDate(2, 0, 0), Clock: clock, DrillUndated: true,
			Worries: []*fault.Fault{clock}, Copies: []backup.Copy{{
				Destination: backup.Destination{ID: "d1", Label: "Disque"}, Light: backup.Green, LastOK: storetest.Noon, Undated: true,
			}},
		},
		points: map[string][]backup.Point{"": {
			{ID: "3", Writer: "Caisse", WriterID: "a", Seq: 1, Made: storetest.Noon.AddDate(2, 0, 0), Doubt: true, Age: backup.Age{Event: 9}},
			{ID: "2", Writer: "Caisse", WriterID: "a", Seq: 8, Made: storetest.Noon.Add(-time.Hour), Before: storetest.Noon, Age: backup.Age{Event: 5}},
		}},
	}
	p, sh, _ := shown(t, copies)
	sh.Window.Resize(fyne.NewSize(1200, 800))
	if !p.doubts.Visible() || !p.marked.Visible() || p.earlier.Visible() {
		t.Errorf("doubts %v, marked %v, earlier %v", p.doubts.Visible(), p.marked.Visible(), p.earlier.Visible())
	}
	if got := p.cell(0, 0).Text; !strings.HasSuffix(got, "?") || strings.HasSuffix(p.cell(1, 0).Text, "?") {
		t.Errorf("dates %q, %q", got, p.cell(1, 0).Text)
	}
	if got := p.cell(1, 2).Text; !strings.HasPrefix(got, "feuille d’avant le ") {
		t.Errorf("the point of an earlier sheet is at %q", got)
	}
	if p.says("Jamais") || !p.says("Date inconnue") {
		t.Error("a trial that passed by a clock that was wrong is said never to have been")
	}
	if !p.says("Complète, date inconnue") || !p.says("réglez sa date et son heure") {
		t.Error("the clock is not spoken of")
	}
	if p.look(1); len(sh.Opened) != 0 || len(sh.Toasts) != 1 {
		t.Errorf("opened %v, said %v", sh.Opened, sh.Toasts)
	}
}

// TestASheetThatIsKnownCanBeCheckedAgain whenever its owner likes.
func TestASheetThatIsKnownCanBeCheckedAgain(t *testing.T) {
	for known, want := range map[bool]string{true: "quiet", false: "beside printing"} {
		copies := &engine{status: backup.Status{Light: backup.Green, SheetKnown: known, Copies: []backup.Copy{{
			Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Green, LastOK: storetest.Noon,
		}}}}
		p, _, _ := shown(t, copies)
		if n := len(p.buttons("Vérifier ma feuille")); n != 1 {
			t.Errorf("%s: %d buttons", want, n)
		}
	}
}

// TestWhatBecameOfATrialIsSaid, by the name of the place, whatever is wrong with another.
func TestWhatBecameOfATrialIsSaid(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Red, Copies: []backup.Copy{
		{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Green, LastOK: storetest.Noon},
		{Destination: backup.Destination{ID: "d2", Label: "Disque"}, Light: backup.Red, Fault: fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")},
	}}}
	p, sh, _ := shown(t, copies)
	p.following = true // nobody waits for the next moment here
	p.try(copies.status.Copies[0])
	if len(sh.Toasts) != 1 || !strings.HasPrefix(sh.Toasts[0], "Nuage") {
		t.Errorf("passed: %q, %v", sh.Toasts, sh.Failed)
	}
	copies.drill = fault.New(fault.Conflict, "backup.totals_differ")
	p.try(copies.status.Copies[0])
	if len(sh.Failed) != 1 || !strings.HasPrefix(p.env.Text.Fault(sh.Failed[0]), "Nuage") {
		t.Errorf("failed: %q, %v", sh.Toasts, sh.Failed)
	}
	copies.status.Copies[0].Broken = fault.New(fault.Conflict, "backup.broken.trial", "label", "Nuage", "at", storetest.Noon)
	if p.try(copies.status.Copies[0]); len(sh.Failed) != 2 || fault.KeyOf(sh.Failed[1]) != "backup.broken.trial" {
		t.Errorf("what becomes of it is not said: %v", sh.Failed)
	}
	copies.status.Copies[0].Broken, sh.Failed = nil, sh.Failed[:1]
	if p.backUp(); len(sh.Failed) != 2 || !strings.HasPrefix(p.env.Text.Fault(sh.Failed[1]), "Disque") {
		t.Errorf("a copy that did not leave: %v", sh.Failed)
	}
}

// says tells whether a text can be read on the page.
func (b *backups) says(text string) bool {
	plain := strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ")
	found := false
	uitest.Walk(b.object, func(o fyne.CanvasObject) {
		l, ok := o.(*kit.Label)
		found = found || ok && strings.Contains(plain.Replace(l.Text()), text)
	})
	return found
}

// TestAPlaceThatHasThePointsOfThePCBeforeSaysSo: after a restore, beside the points listed from it.
func TestAPlaceThatHasThePointsOfThePCBeforeSaysSo(t *testing.T) {
	old := backup.Point{ID: "1", Writer: "ancien", Made: storetest.Noon}
	copies := &engine{status: backup.Status{
		Light: backup.Amber, Origin: &old,
		Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Disque"}, Light: backup.Amber}},
	}}
	p, _, _ := shown(t, copies)
	if !p.says("Rien de ce PC n'y est encore") {
		t.Error("an empty place is not said to be")
	}
	copies.points = map[string][]backup.Point{"d1": {old}}
	p.Refresh()
	if p.says("Rien de ce PC n'y est encore") || p.says("aucune copie") || !p.says("Copies de ancien") ||
		!p.says("Disque : rien du poste principal n'y est encore") {
		t.Error("the place contradicts the points listed from it")
	}
}

// TestCopiesThatBeginAgainAlarmNobody: under a new sheet the page is calm and says why, and follows by itself
// until the first copy is there.
func TestCopiesThatBeginAgainAlarmNobody(t *testing.T) {
	disk := backup.Destination{ID: "d1", Label: "Disque"}
	copies := &engine{
		status: backup.Status{Light: backup.Green, SheetKnown: true, Copies: []backup.Copy{{
			Destination: disk, Light: backup.Green, Lacks: true, Again: true,
		}}},
		next: &backup.Status{Light: backup.Green, SheetKnown: true, Saved: storetest.Noon, Copies: []backup.Copy{{
			Destination: disk, Light: backup.Green, LastOK: storetest.Noon,
		}}},
	}
	first := copies.status
	p, _, _ := shown(t, copies)
	if p.says("Les copies recommencent") || !p.says("Complète le") {
		t.Error("the page did not follow until the copy was there")
	}
	p.following = true // stay at the moment before
	p.show(first)
	for _, text := range []string{
		"Les copies recommencent sous la nouvelle clé", "lisibles avec l'ancienne feuille", "Recommence sous la nouvelle clé",
	} {
		if !p.says(text) {
			t.Errorf("nothing says %q", text)
		}
	}
}

// TestWhatIsKeptAsideIsRemovedOnAClearYes: where it is and how large are said before.
func TestWhatIsKeptAsideIsRemovedOnAClearYes(t *testing.T) {
	copies := &engine{kept: []aside.Kept{{
		Name: "book.aside-20261122-101500", Folder: "/home/claire/zafe/book.aside-20261122-101500", Thing: aside.Book,
		At: storetest.Noon, Bytes: 2_000_000,
	}}}
	p, sh, _ := shown(t, copies)
	if !p.says("Ancien dossier, remplacé le") || !p.says("/home/claire/zafe/book.aside-20261122-101500 · 2 Mo") {
		t.Error("what is kept is not shown")
	}
	sh.Yes = false
	p.buttons("Supprimer")[0].Tapped(nil)
	if len(copies.gone) != 0 || len(sh.Asked) != 1 {
		t.Fatalf("removed %v without a yes, asked %v", copies.gone, sh.Asked)
	}
	sh.Yes = true
	p.buttons("Supprimer")[0].Tapped(nil)
	if !slices.Equal(copies.gone, []string{"book.aside-20261122-101500"}) || len(p.buttons("Supprimer")) != 0 {
		t.Errorf("removed %v, still shown: %v", copies.gone, len(p.buttons("Supprimer")))
	}
}

func (e *engine) Acknowledge(_ context.Context, id string) (backup.Status, error) {
	e.gone = append(e.gone, "acknowledged "+id)
	return e.status, nil
}

func (e *engine) EndRival(_ context.Context, writer string) (backup.Status, error) {
	e.gone = append(e.gone, "rival ended: "+writer)
	return e.status, nil
}

func (e *engine) Refill(_ context.Context, id string) (backup.Status, error) {
	e.gone = append(e.gone, "refilled "+id)
	return e.status, nil
}

func (e *engine) Continue(context.Context) (backup.Status, error) {
	e.gone = append(e.gone, "continued")
	return e.status, nil
}

// TestEveryAlarmHasAWayOut, which asks again where something could be lost.
func TestEveryAlarmHasAWayOut(t *testing.T) {
	refused := func(key string) *fault.Fault { return fault.New(fault.Conflict, key) }
	for name, c := range map[string]struct {
		copy   backup.Copy
		local  *fault.Fault
		button string
		asks   bool
		want   string
	}{
		"an emptied place": {backup.Copy{Fault: refused("backup.vault_gone")}, nil, "Recommencer ici", true, "refilled d1"},
		"this PC":          {backup.Copy{}, refused("backup.vault_gone"), "Recommencer ici", true, "refilled "},
		"an older state": {
			backup.Copy{Alarms: []*fault.Fault{refused("backup.alarm.rolled_back")}},
			nil,
			"J’ai cherché, c’est compris", false, "acknowledged d1",
		},
		"a put-back PC": {
			backup.Copy{Alarms: []*fault.Fault{refused("backup.alarm.put_back")}},
			nil,
			"Continuer avec ce dossier", true, "continued",
		},
		"another PC that went on": {
			backup.Copy{Alarms: []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rival", "name", "Neuf", "writer", "w2")}},
			nil,
			"Il ne continue plus", true, "rival ended: w2",
		},
		"a server with another identity": {
			backup.Copy{Fault: refused("backup.dest_hostkey")}, nil, "Accepter la nouvelle identité", true, "again d1",
		},
		"a login that is over": {backup.Copy{Fault: refused("backup.dest_expired")}, nil, "Se reconnecter", false, "again d1"},
	} {
		t.Run(name, func(t *testing.T) {
			c.copy.Destination, c.copy.Light = backup.Destination{ID: "d1", Label: "Disque", Provider: "sftp"}, backup.Red
			copies := &engine{status: backup.Status{
				Light: backup.Red, SheetKnown: true, Copies: []backup.Copy{c.copy}, LastFault: c.local,
			}}
			p, sh, _ := shown(t, copies)
			p.following = true // nobody waits for the next moment here
			found := p.buttons(c.button)
			if len(found) != 1 {
				t.Fatalf("%d buttons", len(found))
			}
			if c.asks {
				sh.Yes = false
				found[0].Tapped(nil)
				if sh.Yes = true; len(copies.gone) > 0 {
					t.Fatal("it is done without a question")
				}
			}
			found[0].Tapped(nil)
			if len(copies.gone) != 1 || copies.gone[0] != c.want {
				t.Errorf("%q, failed %v", copies.gone, sh.Failed)
			}
		})
	}
}

func (e *engine) Providers(bool) []backup.Provider {
	return []backup.Provider{{Name: "sftp", First: true}, {Name: "box", Browser: true}}
}

func (e *engine) Form(context.Context, string, string, map[string]string) (backup.FormResponse, error) {
	return backup.FormResponse{Fields: []backup.Field{
		{Name: "user", Kind: "text"}, {Name: "pass", Kind: "password", Secret: true},
	}}, nil
}

// TestAPlaceThatWasJustAddedIsSpokenOf, not another one whose disk is away.
func TestAPlaceThatWasJustAddedIsSpokenOf(t *testing.T) {
	away := backup.Copy{
		Destination: backup.Destination{ID: "usb", Label: "Clé bleue"}, Light: backup.Green, Lacks: true,
		Fault: fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/media/usb"),
	}
	added := backup.Copy{Destination: backup.Destination{ID: "nas", Label: "NAS"}, Light: backup.Green, LastOK: storetest.Noon}
	copies := &engine{status: backup.Status{Light: backup.Green, SheetKnown: true, Copies: []backup.Copy{away, added}}}
	p, sh, _ := shown(t, copies)
	p.following = true
	p.backUpTo(added.Destination)
	if len(sh.Failed) > 0 || len(sh.Toasts) != 1 || sh.Toasts[0] != "NAS : la copie y est." {
		t.Errorf("told %q, failed %v", sh.Toasts, sh.Failed)
	}
	sh.Toasts = nil
	for what, is := range map[string]backup.Copy{
		"stopped before it began":     {Destination: added.Destination, Light: backup.Green, Lacks: true},
		"stopped with an older copy":  {Destination: added.Destination, Light: backup.Green, Lacks: true, LastOK: storetest.Noon},
		"another PC's copy":           {Destination: added.Destination, Light: backup.Green},
		"not in the list, being gone": {Destination: backup.Destination{ID: "other"}, Light: backup.Green, LastOK: storetest.Noon},
	} {
		copies.status.Copies[1] = is
		if p.backUpTo(added.Destination); len(sh.Toasts) > 0 || len(sh.Failed) > 0 {
			t.Errorf("%s: told %q, failed %v", what, sh.Toasts, sh.Failed)
			sh.Toasts = nil
		}
	}
	copies.status.Copies[1] = added
	copies.status.Copies[1].Fault = fault.New(fault.Forbidden, "backup.dest_forbidden")
	if p.backUpTo(added.Destination); len(sh.Failed) != 1 || !strings.Contains(p.env.Text.Fault(sh.Failed[0]), "NAS") {
		t.Errorf("failed %v", sh.Failed)
	}
	if p.backUp(); len(sh.Failed) != 2 || !strings.Contains(p.env.Text.Fault(sh.Failed[1]), "Clé bleue") {
		t.Errorf("of all places: failed %v", sh.Failed)
	}
}

// TestWhereAPointIsIsNotCut on a small screen, where a disk that is away was seen some days ago.
func TestWhereAPointIsIsNotCut(t *testing.T) {
	kit.After = kit.Never
	made := storetest.Noon
	p, sh, _ := shown(t, &engine{
		status: backup.Status{Light: backup.Green, SheetKnown: true, Copies: []backup.Copy{
			{Destination: backup.Destination{ID: "usb", Label: "Clé bleue"}, Light: backup.Green, LastOK: made},
		}},
		points: map[string][]backup.Point{"": {{ID: "1", Writer: "pc", Made: made}}},
	})
	p.points = []backup.Sited{{Point: backup.Point{ID: "1", Writer: "pc", Made: made}, At: []string{"elsewhere"}}}
	p.unread["usb"] = fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/media/usb")
	p.grid.Reload()
	sh.Window.Resize(fyne.NewSize(1280-208, 720-28))
	said := false
	uitest.Walk(p.grid, func(o fyne.CanvasObject) {
		x, is := o.(*canvas.Text)
		said = said || is && strings.HasPrefix(x.Text, "Clé bleue (vu le ") && strings.HasSuffix(x.Text, ")")
	})
	if !said {
		t.Error("it is cut")
	}
}

// TestThePageOpensWithTheFormOfANewPlace where it is asked to, as by the recovery plan.
func TestThePageOpensWithTheFormOfANewPlace(t *testing.T) {
	w := storetest.NewWorld(t)
	backup.Bind(w.Registry, &engine{})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	sh.Show(Routes()["backups"](e, page.Route{Arg: toAdd}).Object())
	found := false
	for _, o := range sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			l, is := o.(*kit.Button)
			found = found || is && l.Text() == "Essayer et enregistrer"
		})
	}
	if !found {
		t.Error("no form")
	}
}

// TestARefusedPasswordIsTypedAnewFromItsRow: the keyboard is in its box at once. Where one logs in by a key, no password is
// spoken of; where one does in the browser, that is opened instead.
func TestARefusedPasswordIsTypedAnewFromItsRow(t *testing.T) {
	refused := backup.Copy{
		Destination: backup.Destination{ID: "d1", Label: "NAS", Provider: "sftp", Folder: "zafe"}, Light: backup.Red,
		LastOK: storetest.Noon, Fault: fault.New(fault.Forbidden, "backup.dest_login"),
	}
	copies := &engine{status: backup.Status{Light: backup.Red, SheetKnown: true, Copies: []backup.Copy{refused}}}
	p, sh, _ := shown(t, copies)
	p.following = true
	if !p.says("Le serveur refuse") {
		t.Error("that the log-in is refused is not said")
	}
	uitest.Press(t, p.object, "Saisir le nouveau mot de passe")
	box, typing := sh.Window.Canvas().Focused().(*kit.LineEdit)
	if !typing || !box.Password {
		t.Errorf("the keyboard is in %#v", sh.Window.Canvas().Focused())
	}
	refused.Keyed = true
	copies = &engine{status: backup.Status{Light: backup.Red, SheetKnown: true, Copies: []backup.Copy{refused}}}
	p, sh, _ = shown(t, copies)
	p.following = true
	uitest.Press(t, p.object, "Corriger les identifiants")
	if box, typing := sh.Window.Canvas().Focused().(*kit.LineEdit); typing && box.Password {
		t.Error("a password is asked for where one logs in by a key")
	}
	if sh.Window.Canvas().Overlays().Top() == nil {
		t.Error("no form")
	}
	refused.Provider, refused.Keyed = "box", false
	copies = &engine{status: backup.Status{Light: backup.Red, SheetKnown: true, Copies: []backup.Copy{refused}}}
	p, sh, _ = shown(t, copies)
	p.following = true
	uitest.Press(t, p.object, "Corriger les identifiants")
	if !slices.Equal(copies.gone, []string{"again d1"}) {
		t.Errorf("%q, failed %v", copies.gone, sh.Failed)
	}
}

func (e *engine) SetLoss(_ context.Context, most backup.Loss) (backup.Status, error) {
	e.status.Rules.Loss = most
	return e.status, nil
}

func (e *engine) SetSpeed(_ context.Context, s backup.Speed) (backup.Status, error) {
	e.status.Rules.Speed = s
	return e.status, nil
}

func (e *engine) Pause(_ context.Context, q backup.PauseRequest) (backup.Status, error) {
	e.status.Paused = q.Until(storetest.Noon)
	return e.status, nil
}

// icon is the icon button with a tip.
func icon(root fyne.CanvasObject, tip string) (found *kit.IconButton) {
	uitest.Walk(root, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.IconButton); ok && b.AccessibilityLabel() == tip {
			found = b
		}
	})
	return found
}

// TestAPauseIsSaidWithItsEndAndItsWayOut on the page of the copies.
func TestAPauseIsSaidWithItsEndAndItsWayOut(t *testing.T) {
	copies := &engine{status: backup.Status{
		Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Disque"}}},
	}}
	p, _, _ := shown(t, copies)
	if len(p.buttons("Reprendre")) > 0 {
		t.Error("a pause that nobody asked for")
	}
	p.pause(backup.PauseRequest{Minutes: 60})
	if !copies.status.Paused.Equal(storetest.Noon.Add(time.Hour)) || len(p.buttons("Reprendre")) != 1 {
		t.Fatalf("paused until %v, %d ways out", copies.status.Paused, len(p.buttons("Reprendre")))
	}
	p.buttons("Reprendre")[0].Tapped(nil)
	if !copies.status.Paused.IsZero() || len(p.buttons("Reprendre")) > 0 {
		t.Error("the pause goes on")
	}
}

// TestTheOwnerChoosesWhatMayBeLost in the page's own words.
func TestTheOwnerChoosesWhatMayBeLost(t *testing.T) {
	copies := &engine{status: backup.Status{
		Light: backup.Green, LossSeconds: 720, SheetKnown: true,
		Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Disque"}, Light: backup.Green}},
	}}
	p, sh, _ := shown(t, copies)
	says := func(want ...string) {
		t.Helper()
		all := ""
		uitest.Walk(p.object, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				all += l.Text() + "|"
			}
		})
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%q is not said in %q", w, all)
			}
		}
	}
	says("Au pire, une journée de travail à ressaisir", "12\u00a0min de travail n’est encore que sur le poste principal")
	if menu := icon(p.object, "Réglages"); menu == nil {
		t.Fatal("no way to the rules")
	}
	p.rules()
	var save *kit.Button
	for _, o := range sh.Window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *kit.Choice:
				x.SetKey(string(backup.HalfDay))
			case *kit.Select:
				x.SetKey("2000")
			case *kit.Button:
				if x.Text() == "Enregistrer" {
					save = x
				}
			}
		})
	}
	save.Tapped(nil)
	want := backup.Rules{Loss: backup.HalfDay, Speed: backup.Speed{DayKbit: 2000, NightKbit: 2000}}
	if copies.status.Rules != want {
		t.Errorf("chosen: %+v", copies.status.Rules)
	}
	says("Au pire, une demi-journée de travail à ressaisir")
}

// TestAPointIsOpenedFromTheNearestPlaceThatHasIt: this PC before a destination.
func TestAPointIsOpenedFromTheNearestPlaceThatHasIt(t *testing.T) {
	first, second := backup.Point{ID: "1", Made: storetest.Noon}, backup.Point{ID: "2", Made: storetest.Noon.Add(time.Hour)}
	copies := &engine{
		status: backup.Status{
			Light: backup.Amber, Origin: &first, Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Label: "Disque"}}},
		},
		points: map[string][]backup.Point{"": {second}, "d1": {second, first}},
	}
	copies.status.LossSeconds = -1
	p, sh, _ := shown(t, copies)
	if !p.says("le travail fait depuis la sauvegarde du") {
		t.Error("after a restore all is told as lost, though the copies before it are there")
	}
	want := []page.Route{{Name: "past", Arg: "\n2"}, {Name: "past", Arg: "d1\n1"}}
	for range 20 { // whichever place is looked at first
		sh.Opened = nil
		p.buttons("Ouvrir cette sauvegarde")[0].Tapped(nil)
		p.grid.OnOpen(1)
		if !slices.Equal(sh.Opened, want) {
			t.Fatalf("opened %+v, want %+v", sh.Opened, want)
		}
	}
}

// TestAMeteredConnectionIsSaidWithTheWayOut: what waits for another one is sent by one press.
func TestAMeteredConnectionIsSaidWithTheWayOut(t *testing.T) {
	cloud := backup.Copy{Destination: backup.Destination{ID: "d1", Label: "En ligne", Provider: "webdav"}, Lacks: true}
	copies := &engine{status: backup.Status{SmallBytes: 5_000_000, Copies: []backup.Copy{cloud}}}
	p, _, _ := shown(t, copies)
	const said, send = "seuls les envois de 5 Mo", "Envoyer quand même"
	if p.says(said) || !strings.Contains(p.lineNote(), "suspendez les envois") {
		t.Error("a system that says nothing has a metered connection")
	}
	copies.status.Line = backup.LineMetered
	p.Refresh()
	if !p.says(said) || len(p.buttons(send)) != 0 {
		t.Error("a metered connection is not said, or offers to send what does not wait")
	}
	copies.status.Copies[0].Metered = true
	p.Refresh()
	if !p.says("Attend une connexion non limitée") || len(p.buttons(send)) != 1 {
		t.Fatal("what waits is not said")
	}
	copies.status.Copies[0].Book, copies.status.Copies[0].WaitBytes = storetest.Noon, 6_000_000
	if p.Refresh(); !p.says("y est, sans 6 Mo de pièces jointes") || p.says("Rien de ce PC") {
		t.Error("it is not said that the book has left before its attachments")
	}
	p.following = true // nobody waits for the next moment here
	p.buttons(send)[0].Tapped(nil)
	if copies.now != 1 {
		t.Errorf("sent %d times", copies.now)
	}
	copies.status.Copies[0].Provider = "local"
	if p.Refresh(); p.says(said) {
		t.Error("a disk is no connection")
	}
	copies.status.ComingHeld = true
	if p.Refresh(); !p.says("pièces jointes de la restauration attendent") || len(p.buttons("Tout faire passer quand même")) != 1 {
		t.Error("that the attachments of a restore wait is not said")
	}
}

// TestTheBarsTakeNoMoreThanTheirLines: the places and the restore points keep the room under them.
func TestTheBarsTakeNoMoreThanTheirLines(t *testing.T) {
	p, sh, _ := shown(t, &engine{})
	p.progress(&backup.Running{Stage: "send", Done: 31_000_000, Total: 120_000_000, Destination: "En ligne"})
	p.comes(&backup.Running{Stage: "files", Done: 310_000_000, Total: 1_200_000_000, Files: 12, Of: 340})
	sh.Window.Resize(fyne.NewSize(1072, 648))
	for _, bar := range []*kit.Progress{p.bar, p.coming} {
		if h, least := bar.Size().Height, bar.MinSize().Height; h < 1 || h > least {
			t.Errorf("a bar of %v is %v high", least, h)
		}
	}
	if h := p.grid.Size().Height; h < 200 {
		t.Errorf("%v are left for the restore points", h)
	}
}

// TestABeatLeavesWhatStands: a button that is pressed, or has the keyboard, is not another one at each beat.
func TestABeatLeavesWhatStands(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Red, SheetKnown: true, Copies: []backup.Copy{{
		Destination: backup.Destination{ID: "d1", Label: "Disque"}, Light: backup.Red,
		Alarms: []*fault.Fault{fault.New(fault.Conflict, "backup.alarm.rolled_back")},
	}}}}
	p, _, _ := shown(t, copies)
	found := func() *kit.Button {
		t.Helper()
		b := p.buttons("J’ai cherché, c’est compris")
		if len(b) != 1 {
			t.Fatalf("%d buttons", len(b))
		}
		return b[0]
	}
	was := found()
	copies.status.LossSeconds = 5
	if p.Beat(); found() != was {
		t.Error("the page is made anew though nothing has changed")
	}
	copies.status.LossSeconds = 90
	if p.Beat(); found() == was {
		t.Error("the page shows what was so a minute ago")
	}
	p.SetOnline(false)
	if !found().Disabled() || !p.now.Disabled() {
		t.Error("what was made anew can be pressed while the main PC is out of reach")
	}
}

// TestTheShieldIsToldWhatThePageFound, so that it never says less for a while.
func TestTheShieldIsToldWhatThePageFound(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Green, SheetKnown: true, Copies: []backup.Copy{{Light: backup.Green}}}}
	p, sh, _ := shown(t, copies)
	sh.Kinds = nil
	if p.Beat(); slices.Contains(sh.Kinds, "backup") {
		t.Error("told of nothing new")
	}
	copies.status.Light = backup.Red
	if p.Beat(); !slices.Contains(sh.Kinds, "backup") {
		t.Error("the page is red and the shield is not asked for")
	}
}

// TestTheTileAndTheListSayTheSameOfAPoint that no place took, whatever was done since.
func TestTheTileAndTheListSayTheSameOfAPoint(t *testing.T) {
	refused := fault.New(fault.Forbidden, "backup.dest_denied")
	sent := storetest.Noon.Add(-time.Hour)
	copies := &engine{status: backup.Status{
		Light: backup.Red, SheetKnown: true, Saved: storetest.Noon, Unsaved: true, LossSeconds: 3600,
		Copies: []backup.Copy{
			{Destination: backup.Destination{ID: "d1", Label: "Nuage"}, Light: backup.Red, LastOK: sent, Lacks: true, Fault: refused},
			{Destination: backup.Destination{ID: "d2", Label: "Coffre"}, Light: backup.Red, LastOK: sent, Lacks: true, Fault: refused},
		},
	}, points: map[string][]backup.Point{"": {{ID: "p1", Made: storetest.Noon}}}}
	p, _, _ := shown(t, copies)
	tile, list := p.env.T(lastNote(p.status)), p.cell(0, 2).Text
	if !strings.EqualFold(tile, "sur "+list) {
		t.Errorf("%q, and of the same point %q", tile, list)
	}
}

// TestANoticeThatComesTakesTheNextClick: it moves the cards and their buttons down. The first reading moves nothing that
// anybody aimed at.
func TestANoticeThatComesTakesTheNextClick(t *testing.T) {
	copies := &engine{status: backup.Status{Light: backup.Green, SheetKnown: true, Copies: []backup.Copy{{Light: backup.Green}}}}
	p, sh, _ := shown(t, copies)
	if p.Beat(); sh.Moves != 0 {
		t.Error("nothing came")
	}
	copies.status.Light, copies.status.Worries = backup.Amber, []*fault.Fault{fault.New(fault.Unavailable, "backup.worry.roof")}
	if p.Beat(); sh.Moves != 1 {
		t.Errorf("a notice came: %d", sh.Moves)
	}
	copies.status.Light, copies.status.Worries = backup.Green, nil
	if p.Beat(); sh.Moves != 2 {
		t.Errorf("it went: %d", sh.Moves)
	}
}
