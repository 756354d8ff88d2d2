package plan_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/tooltest"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// engine has the copies that a test says.
type engine struct {
	st    backup.Status
	reads func(ctx context.Context) error // the book, as a keeper does
}

func (e *engine) Status(ctx context.Context) (backup.Status, error) {
	if e.reads != nil {
		return e.st, e.reads(ctx)
	}
	return e.st, nil
}

// office is a book whose copies a test says.
type office struct {
	*storetest.World
	*engine
	t *testing.T
}

func open(t *testing.T) *office {
	t.Helper()
	w, e := storetest.NewWorld(t), new(engine)
	plan.Bind(w.Registry, w.Store, e)
	o := &office{w, e, t}
	o.person("claire", auth.Owner)
	return o
}

func (o *office) update(do func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.Store.Update(o.t.Context(), do); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) person(login string, role auth.Role) {
	o.update(func(tx *store.Tx) error {
		_, err := tx.SaveUser(user.User{Login: login, Name: login, Role: role, CreatedAt: tx.Now()})
		return err
	})
}

func (o *office) measure(m backup.Measure) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error { return tx.AddMeasure(m) })
}

func (o *office) get() plan.Plan {
	o.t.Helper()
	p, err := plan.Get.Call(o.t.Context(), o.As("owner"), op.Empty{})
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// place is a copy to which all was sent, or all but the work of the last minutes.
func (o *office) place(id string, away, onDisk bool, lacks time.Duration) backup.Copy {
	c := backup.Copy{Destination: backup.Destination{ID: id, Label: id, Away: away}, OnDisk: onDisk, LastOK: o.Clock.Now()}
	if lacks > 0 {
		c.Oldest = o.Clock.Now().Add(-lacks)
	}
	return c
}

// told is a scenario in a line: whether it is safe, what is lost, from where it comes back, what lacks.
func told(p plan.Plan, id plan.ID) string {
	s, fr := p.Of(id), i18n.For(i18n.French)
	return strings.Join([]string{p.Lost(fr, s), p.Returns(fr, s), s.From, strings.Join(s.Lacks, " ")}, "|")
}

// TestEachScenarioFollowsFromTheFacts: which copies are left, how old they are, what was measured of them, who opens.
func TestEachScenarioFollowsFromTheFacts(t *testing.T) {
	o := open(t)
	look := func(when string, want map[plan.ID]string) {
		t.Helper()
		p := o.get()
		if len(p.Scenarios) != len(plan.IDs()) {
			t.Fatalf("%s: %d scenarios", when, len(p.Scenarios))
		}
		for id, w := range want {
			if got := told(p, id); got != w {
				t.Errorf("%s, %s: %q, want %q", when, id, got, w)
			}
		}
	}
	look("without a copy", map[plan.ID]string{
		plan.Broken: "tout|jamais||copy sheet", plan.Burnt: "tout|jamais||away sheet", plan.Stolen: "tout|jamais||away sheet",
		plan.Ransomware: "tout|jamais||away sheet", plan.Password: "l’accès|jamais||sheet",
		plan.Death: "l’accès|jamais||owner sheet", plan.Sheet: "rien|tout de suite||", plan.Provider: "rien|tout de suite||none",
	})
	here, usb, cloud := o.place("here", false, true, 0), o.place("usb", false, false, 0), o.place("cloud", true, false, 12*time.Minute)
	never := backup.Copy{Destination: backup.Destination{ID: "never", Label: "never", Away: true}}
	o.st.Copies = []backup.Copy{here, never}
	look("on the disk of the book alone", map[plan.ID]string{
		plan.Broken: "tout|jamais||first sheet", plan.Burnt: "tout|jamais||first sheet", plan.Provider: "rien|tout de suite||first",
	})
	o.st.Origin = &backup.Point{Made: o.Clock.Now().Add(-time.Hour)}
	o.st.Copies = []backup.Copy{never}
	look("restored, and nothing sent since", map[plan.ID]string{
		plan.Broken: "pas mesuré|pas mesuré||before sheet", plan.Burnt: "pas mesuré|pas mesuré||before sheet",
		plan.Provider: "rien|tout de suite||second",
	})
	if p := o.get(); p.Places != 0 || p.Waiting != 1 || !p.Before.Equal(o.st.Origin.Made) {
		t.Errorf("restored: %+v", p)
	}
	o.st.Origin = nil
	o.st.Copies, o.st.SheetKnown = []backup.Copy{here, never, cloud, usb}, true
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Place: "cloud", Seq: 1, Millis: 90_000, Bytes: 10, Files: backup.FilesRead{All: 30}})
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Place: "cloud", Seq: 1, Millis: 1, Fault: "backup.totals_differ"})
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Place: "cloud", Seq: 1, Millis: 2, Older: true})
	look("with copies", map[plan.ID]string{
		plan.Broken: "rien|pas mesuré|usb|proof", plan.Burnt: "12\u00a0min|1\u00a0min, plus l’installation|cloud|",
		plan.Stolen:     "12\u00a0min|1\u00a0min, plus l’installation|cloud|",
		plan.Ransomware: "12\u00a0min|1\u00a0min, plus l’installation|cloud|apart",
		plan.Password:   "rien|tout de suite||", plan.Death: "rien|tout de suite||owner", plan.Provider: "rien|tout de suite||",
	})
	p := o.get()
	b := p.Of(plan.Burnt).Back
	if b == nil || b.FilesMillis != 270_000 || b.Event == 0 || p.Places != 3 || p.Away != 1 || len(p.Trials) != 3 || p.Trials[2].Event != b.Event {
		t.Errorf("%+v, %+v", b, p)
	}
	if got := p.Of(plan.Broken).Copies; !slices.Equal(got, []string{"cloud", "usb"}) {
		t.Errorf("left when the PC breaks: %q", got)
	}
	disk := o.place("disk", true, false, time.Hour)
	disk.Provider = "local"
	o.st.Copies = append(o.st.Copies, disk)
	look("with a disk that lies elsewhere", map[plan.ID]string{
		plan.Ransomware: "12\u00a0min|1\u00a0min, plus l’installation|cloud|",
	})
	o.st.Copies = o.st.Copies[:4]
	second := o.place("second", true, false, 5*time.Minute)
	o.st.Copies = append(o.st.Copies, second)
	o.person("luc", auth.Owner)
	o.st.SheetKnown = false
	look("with a fresher copy and a second owner", map[plan.ID]string{
		plan.Burnt: "tout, sans la feuille|jamais, sans la feuille|second|sheet proof", plan.Death: "rien|tout de suite||sheet",
	})
	o.Clock.Add(time.Hour)
	o.st.SheetKnown = true
	look("an hour later", map[plan.ID]string{plan.Burnt: "1\u00a0h\u00a005|pas mesuré|second|proof"})
}

// TestACopyThatDoesNotComeBackCountsForNothing: it is no way back, no proof and no place, and that is said.
func TestACopyThatDoesNotComeBackCountsForNothing(t *testing.T) {
	o := open(t)
	o.st.SheetKnown = true
	cloud, usb := o.place("cloud", true, false, 0), o.place("usb", true, false, time.Hour)
	for _, id := range []string{"usb", "cloud"} {
		o.measure(backup.Measure{Kind: backup.TrialMeasure, Place: id, Label: id, Seq: 1, Millis: 90_000, Bytes: 10})
	}
	o.st.Copies = []backup.Copy{cloud, usb}
	o.st.Proof = &o.get().Trials[0] // from the cloud
	if got := told(o.get(), plan.Burnt); got != "rien|1\u00a0min, plus l’installation|cloud|" {
		t.Errorf("sound: %q", got)
	}
	cloud.Broken = fault.New(fault.Conflict, "backup.broken.trial", "label", "cloud", "at", o.Clock.Now())
	o.st.Copies, o.st.DrillFailed = []backup.Copy{cloud, usb}, o.Clock.Now()
	p := o.get()
	if got := told(p, plan.Burnt); got != "1\u00a0h|1\u00a0min, plus l’installation|usb|broken" {
		t.Errorf("with a copy that does not come back: %q", got)
	}
	s := p.Of(plan.Burnt)
	if !slices.Equal(s.Broken, []string{"cloud"}) || !slices.Equal(s.Copies, []string{"usb"}) {
		t.Errorf("%q, %q", s.Broken, s.Copies)
	}
	if p.Places != 1 || p.Away != 1 || p.Broken != 1 || p.Waiting != 0 || p.Proof == nil || p.Proof.Place != "usb" {
		t.Errorf("%+v", p)
	}
	said := slices.ContainsFunc(p.Facts(i18n.For(i18n.French), s), func(f plan.Fact) bool {
		return f.Label == "À ne pas utiliser" && f.Value == "cloud"
	})
	if !said {
		t.Error("the facts do not say which not to use")
	}
	if got := told(p, plan.Provider); got != "rien|tout de suite||second" {
		t.Errorf("as the second place: %q", got)
	}
	o.st.Copies = []backup.Copy{cloud}
	p = o.get()
	for _, id := range []plan.ID{plan.Broken, plan.Stolen, plan.Burnt} {
		if got := told(p, id); got != "tout|jamais||broken" {
			t.Errorf("alone, %s: %q", id, got)
		}
	}
	if p.Proof != nil || p.Proven() || p.Away != 0 {
		t.Errorf("alone: %+v", p)
	}
}

// TestADayOfTheBackup: from 31 March on, for a week, until a trial restore passed.
// TestAnOldOrSlowTrialProvesNothing: what is promised was shown, and lately.
func TestAnOldOrSlowTrialProvesNothing(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	p := plan.Plan{At: now, Promise: backup.Terms{Back: 15 * time.Minute}}
	for name, of := range map[string]struct {
		proof *backup.Measure
		want  bool
	}{
		"none":      {nil, false},
		"yesterday": {&backup.Measure{At: now.AddDate(0, 0, -1), Millis: 240_000}, true},
		"slow":      {&backup.Measure{At: now.AddDate(0, 0, -1), Millis: 7_200_000}, false},
		"long ago":  {&backup.Measure{At: now.AddDate(0, -2, 0), Millis: 240_000}, false},
	} {
		if p.Proof = of.proof; p.Proven() != of.want {
			t.Errorf("%s: %v", name, p.Proven())
		}
	}
}

func TestADayOfTheBackup(t *testing.T) {
	o := open(t)
	at := func(month time.Month, day int) plan.Plan {
		o.Clock.Set(time.Date(2027, month, day, 12, 0, 0, 0, time.Local))
		return o.get()
	}
	if at(3, 30).Invite || !at(3, 31).Invite || !at(4, 6).Invite || at(4, 7).Invite {
		t.Error("not from 31 March to 6 April")
	}
	at(3, 30)
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Seq: 1})
	if !at(3, 31).Invite {
		t.Error("what was tried the day before is not tried since")
	}
	at(4, 1)
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Seq: 1, Fault: "backup.drill_failed"})
	if !at(4, 1).Invite {
		t.Error("a trial that failed ends the invitation")
	}
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Seq: 1})
	if p := at(4, 2); p.Invite || !p.Trials[0].Passed() {
		t.Errorf("tried, and still invited: %+v", p.Trials)
	}
}

// TestMonths: the worst of each month, with the lines that prove it; a month without a measure has none.
func TestMonths(t *testing.T) {
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 10, 0, 0, 0, time.Local) }
	loss := func(event int64, at time.Time, minutes int64) backup.Measure {
		return backup.Measure{Event: event, At: at, Kind: backup.LossMeasure, Millis: minutes * 60_000, Promised: 7_200_000}
	}
	trial := func(event int64, at time.Time, seconds int64, bad string) backup.Measure {
		return backup.Measure{Event: event, At: at, Kind: backup.TrialMeasure, Millis: seconds * 1000, Promised: 900_000, Fault: bad}
	}
	got := plan.Months(civil.New(2026, 11, 22), []backup.Measure{
		loss(1, time.Date(2025, 11, 30, 10, 0, 0, 0, time.Local), 500), // over a year ago
		loss(2, time.Date(2025, 12, 1, 10, 0, 0, 0, time.Local), 0),
		loss(3, at(10, 5), 20), loss(4, at(10, 5), 90), loss(5, at(10, 6), 30),
		trial(6, at(10, 7), 4, ""), trial(7, at(10, 14), 9, "backup.totals_differ"), trial(8, at(10, 21), 5, ""),
		trial(9, at(11, 1), 3, "backup.totals_differ"),
	})
	if len(got) != 12 || got[0].First != civil.New(2025, 12, 1) || got[0].LossEvent != 2 || got[0].LossDays != 1 {
		t.Fatalf("%+v", got)
	}
	if m := got[10]; m.Loss != 90*time.Minute || m.LossEvent != 4 || m.LossDays != 2 || m.LossPromised != 2*time.Hour ||
		m.Back != 5*time.Second || m.BackEvent != 8 || m.BackPromised != 15*time.Minute || m.Passed != 2 || m.Failed != 1 {
		t.Errorf("October: %+v", m)
	}
	if m := got[11]; m.LossEvent != 0 || m.BackEvent != 0 || m.Failed != 1 {
		t.Errorf("November: %+v", m)
	}
	if m := got[5]; m != (plan.Month{First: civil.New(2026, 5, 1)}) {
		t.Errorf("May: %+v", m)
	}
}

// TestAMonthWithTwoPromises: the worst is shown beside the promise of its day, whichever was made later.
func TestAMonthWithTwoPromises(t *testing.T) {
	hour := int64(3_600_000)
	measure := func(event int64, day int, took, promised int64) backup.Measure {
		return backup.Measure{
			Event: event, At: time.Date(2026, 11, day, 10, 0, 0, 0, time.Local), Kind: backup.LossMeasure,
			Millis: took * hour, Promised: promised * hour,
		}
	}
	for name, all := range map[string][]backup.Measure{
		"one hour, then a day": {measure(1, 2, 20, 1), measure(2, 2, 5, 1), measure(3, 21, 10, 24)},
		"a day, then one hour": {measure(3, 2, 10, 24), measure(1, 21, 20, 1), measure(2, 21, 5, 1), measure(4, 22, 0, 24)},
	} {
		m := plan.Months(civil.New(2026, 11, 22), all)[11]
		if m.Loss != 20*time.Hour || m.LossPromised != time.Hour || m.LossEvent != 1 || m.LossOver != 1 {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// text is what a PDF says.
func text(t *testing.T, pdf []byte) string {
	t.Helper()
	said := tooltest.Say(t, pdf, "pdftotext", "-layout", "FILE", "-")
	return strings.Join(strings.Fields(strings.ReplaceAll(said, "\u00a0", " ")), " ")
}

// TestTheAttestationIsTheJournals: it prints what the journal has, and nothing once a line of it was changed.
func TestTheAttestationIsTheJournals(t *testing.T) {
	o := open(t)
	o.measure(backup.Measure{Kind: backup.LossMeasure, Millis: 47 * 60_000, Promised: 7_200_000})
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Seq: 1, Millis: 4000, Promised: 900_000})
	print := func() (string, error) {
		var b bytes.Buffer
		_, err := plan.Attest.Fetch(t.Context(), o.As("technician"), plan.AttestRequest{Lang: "fr"}, &b)
		if err != nil {
			return "", err
		}
		return text(t, b.Bytes()), nil
	}
	for _, who := range []string{"reader", "accountant"} {
		_, err := plan.Attest.Fetch(t.Context(), o.As(who), plan.AttestRequest{Lang: "fr"}, io.Discard)
		if fault.KeyOf(err) != "op.forbidden" {
			t.Errorf("%s has it: %v", who, err)
		}
	}
	got, err := print()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"novembre 2026 2h 47 min 1 (0) 15 min 4s réussis : 1, échoués : 0 1 et 2", "octobre 2026 pas mesuré pas mesuré pas mesuré", "odoo.com/cloud-sla"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if n := strings.Count(got, "pas mesuré"); n != 33 {
		t.Errorf("%d parts are not measured, of eleven months", n)
	}
	if strings.Contains(got, "!plan.") {
		t.Error("a message is missing")
	}
	for name, change := range map[string]func(e *audit.Event) bool{
		"changed": func(e *audit.Event) bool { e.Payload = strings.Replace(e.Payload, "4000", "400", 1); return true },
		"gone":    func(e *audit.Event) bool { return e.ID != 2 },
	} {
		err := o.Store.View(t.Context(), func(tx *store.Tx) error { return plan.Intact(forged{tx, change}) })
		if fault.KeyOf(err) != "plan.chain_broken" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheAttestationCountsWhatHappened: the last word after each restore of the period, and no trial.
func TestTheAttestationCountsWhatHappened(t *testing.T) {
	o := open(t)
	restore := func(causes ...plan.Cause) {
		o.update(func(tx *store.Tx) error {
			return errors.Join(tx.NoteRestored("{}"), plan.AskCause(tx, tx.Now(), tx.Now()))
		})
		for _, c := range causes {
			o.say(c)
		}
	}
	says := func() string {
		var b bytes.Buffer
		if _, err := plan.Attest.Fetch(t.Context(), o.As("owner"), plan.AttestRequest{Lang: "fr"}, &b); err != nil {
			t.Fatal(err)
		}
		return text(t, b.Bytes())
	}
	restore(plan.CauseFire)
	o.Clock.Set(o.Clock.Now().AddDate(1, 1, 0)) // that one is too long ago
	if got := says(); !strings.Contains(got, "a dit : aucune.") {
		t.Errorf("nothing happened in the period: %q", got)
	}
	restore(plan.CauseTheft, plan.CauseRansom) // it was not a theft
	restore(plan.CauseRansom)
	restore(plan.CauseOther)
	restore()
	if got := says(); !strings.Contains(got, "Un rançongiciel : 2.") || strings.Contains(got, "Un vol") {
		t.Errorf("it counts %q", got)
	}
}

// forged is a journal that somebody has worked on.
type forged struct {
	*store.Tx
	change func(e *audit.Event) bool // false: the line is gone
}

func (f forged) EachEvent(after int64, fn func(audit.Event) error) error {
	return f.Tx.EachEvent(after, func(e audit.Event) error {
		if !f.change(&e) {
			return nil
		}
		return fn(e)
	})
}

// TestASheetOfEachScenario fits a page, in both languages, and says the facts.
func TestASheetOfEachScenario(t *testing.T) {
	o := open(t)
	o.st.Copies = []backup.Copy{o.place("Coffre de Paul", true, false, 12*time.Minute), o.place("Disque", false, false, 0)}
	o.st.SheetKnown = true
	for _, lang := range []string{"fr", "en"} {
		for _, id := range plan.IDs() {
			var b bytes.Buffer
			req := plan.SheetRequest{Scenario: id, Lang: lang}
			d, err := plan.PrintSheet.Fetch(t.Context(), o.As("owner"), req, &b)
			if err != nil || !strings.HasSuffix(d.Name, ".pdf") {
				t.Fatalf("%s: %+v %v", id, d, err)
			}
			got := text(t, b.Bytes())
			if strings.Contains(got, "!plan.") || strings.Count(b.String(), "/Type /Page\n")+strings.Count(b.String(), "/Type/Page ") > 1 {
				t.Errorf("%s: %q", id, got)
			}
			if id == plan.Burnt && lang == "fr" && !strings.Contains(got, "Travail perdu, maintenant 12 min") {
				t.Errorf("%s: %q", id, got)
			}
			if len(o.get().Of(id).Steps(i18n.For(lang))) < 2 {
				t.Errorf("%s: nothing to do", id)
			}
		}
	}
	_, err := plan.PrintSheet.Fetch(t.Context(), o.As("owner"), plan.SheetRequest{Scenario: "flood", Lang: "fr"}, new(bytes.Buffer))
	if fault.KeyOf(err) != "plan.scenario_unknown" {
		t.Error(err)
	}
}

// TestManySheetsAtOnce: each asks how the copies stand, which reads the book. As many as may read at once, all asking
// at the same moment, wait for nobody.
func TestManySheetsAtOnce(t *testing.T) {
	const sheets = 12
	o := open(t)
	var done sync.WaitGroup
	var asking atomic.Int32
	all := make(chan struct{})
	o.reads = func(ctx context.Context) error {
		if asking.Add(1) == sheets {
			close(all)
		}
		select {
		case <-all:
		case <-ctx.Done():
			return ctx.Err()
		}
		return o.Store.View(ctx, func(*store.Tx) error { return nil })
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range sheets {
		done.Go(func() {
			_, err := plan.PrintSheet.Fetch(ctx, o.As("owner"), plan.SheetRequest{Scenario: plan.Burnt, Lang: "fr"}, io.Discard)
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

// TestADiskThatIsPluggedInBurnsWithThePC, though its owner takes it home at night: what is left is what another disk has that
// takes turns with it.
func TestADiskThatIsPluggedInBurnsWithThePC(t *testing.T) {
	o := open(t)
	o.st.SheetKnown = true
	key := o.place("key", true, false, 0)
	key.Provider, key.Plug = "local", backup.Unplugged
	o.measure(backup.Measure{Kind: backup.TrialMeasure, Place: "key", Label: "key", Seq: 1, Millis: 90_000, Bytes: 10})
	look := func(what, want string, away int) {
		t.Helper()
		o.st.Copies = []backup.Copy{key}
		p := o.get()
		if got := told(p, plan.Burnt); got != want || p.Away != away {
			t.Errorf("%s: %q, %d away", what, got, p.Away)
		}
	}
	look("in a pocket", "rien|1\u00a0min, plus l’installation|key|", 1)
	key.Plug = backup.PluggedIn
	key.Disks = []backup.TurnDisk{{Folder: "/media/a", LastOK: o.Clock.Now(), Here: true}}
	look("plugged in", "tout|jamais||here", 0)
	key.Disks = append(key.Disks, backup.TurnDisk{Folder: "/media/b", LastOK: o.Clock.Now().Add(-48 * time.Hour)})
	look("the other one in a pocket", "2 jours|1\u00a0min, plus l’installation|key|", 1)
}
