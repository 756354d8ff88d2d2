package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// copies stand as a test says.
type copies struct {
	st     backup.Status
	points []backup.Point
	err    error
}

func (c *copies) Status(context.Context) (backup.Status, error) { return c.st, c.err }

func (c *copies) Points(_ context.Context, id string) ([]backup.Point, error) {
	if id != "" {
		return nil, errors.New("only this PC's own are asked for")
	}
	return c.points, c.err
}

// carrier keeps what it is given, or refuses it.
type carrier struct {
	mu      sync.Mutex
	letters []notify.Letter
	boxes   []notify.Account
	calls   []string
	refuse  error
}

func (c *carrier) Send(_ context.Context, a notify.Account, l notify.Letter) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse == nil {
		c.letters, c.boxes = append(c.letters, l), append(c.boxes, a)
	}
	return c.refuse
}

func (c *carrier) Call(_ context.Context, url string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, url)
	return c.refuse
}

// office is a book whose notices a test follows.
type office struct {
	*storetest.World
	*copies
	*carrier
	*notify.Service[*store.Tx]
	t    *testing.T
	logs string
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{World: storetest.NewWorld(t), copies: &copies{}, carrier: &carrier{}, t: t}
	o.again()
	notify.Bind(o.Registry, o.Service)
	o.Update(func(tx *store.Tx) error {
		return tx.SetSetting("company", map[string]string{"name": "Menuiserie Karukéra"})
	})
	o.copies.st.Light = backup.Green
	return o
}

// again starts the program anew.
func (o *office) again() {
	o.Service = notify.New(notify.Options[*store.Tx]{
		Work: o.Store, Copies: o.copies, Carrier: o.carrier, Clock: o.Clock.Now, Automatic: true,
		Warn: func(what string, err error) { o.logs += what + ": " + err.Error() + "\n" },
	})
}

const (
	password = "pa55 of the mail box"
	ping     = "https://hc.example/5ecret-token"
)

func settings() notify.SaveRequest {
	return notify.SaveRequest{Settings: notify.Settings{
		Mail: true, To: "claire@exemple.fr", From: "atelier@exemple.fr", Host: "smtp.exemple.fr", Port: 465,
		Security: notify.TLS, Login: "atelier", Lang: "fr", Hours: 4, Watch: true,
	}, Password: password, Ping: ping}
}

func (o *office) save(q notify.SaveRequest) notify.Status {
	o.t.Helper()
	st, err := notify.Save.Call(o.t.Context(), o.As("owner"), q)
	if err != nil {
		o.t.Fatal(err)
	}
	return st
}

func (o *office) status() notify.Status {
	o.t.Helper()
	st, err := notify.Get.Call(o.t.Context(), o.As("owner"), op.Empty{})
	if err != nil {
		o.t.Fatal(err)
	}
	return st
}

// pass lets time go by, with a look each ten minutes, and gives the subjects of the letters that left meanwhile.
func (o *office) pass(d time.Duration) string {
	o.t.Helper()
	before := len(o.letters)
	for end := o.Clock.Now().Add(d); ; o.Clock.Add(10 * time.Minute) {
		o.Letters(o.t.Context())
		if !o.Clock.Now().Before(end) {
			break
		}
	}
	var out []string
	for _, l := range o.letters[before:] {
		_, subject, _ := strings.Cut(plain(l.Subject), "Karukéra : ")
		out = append(out, subject)
	}
	return strings.Join(out, " | ")
}

// plain is a text with the signs of a keyboard.
func plain(s string) string {
	return strings.NewReplacer("’", "'", "\u00a0", " ", "\u202f", " ").Replace(s)
}

// last is the body of the last letter.
func (o *office) last() string { return plain(o.letters[len(o.letters)-1].Body) }

func worry(key string) *fault.Fault { return fault.New(fault.Unavailable, key, "days", 40) }

const (
	danger = "vos copies de sauvegarde sont en danger"
	well   = "vos copies de sauvegarde vont bien à nouveau"
	failed = "un essai de restauration a échoué"
	day    = 24 * time.Hour
)

// red is how the copies stand when one of them is late.
func red(o *office) backup.Status {
	return backup.Status{Light: backup.Red, Copies: []backup.Copy{{
		Destination: backup.Destination{ID: "d1", Label: "Disque bleu"}, Light: backup.Red,
		LastOK: o.Clock.Now().AddDate(0, 0, -9), Fault: fault.New(fault.Unavailable, "backup.dest_offline"),
	}, {Destination: backup.Destination{ID: "d2", Label: "Nuage"}, Light: backup.Green, LastOK: o.Clock.Now()}}}
}

// TestALetterADayAndCause: after the hours that were chosen, again each day, at once for a cause that is new, and one
// when all is well; a red that passes by itself is not told.
func TestALetterADayAndCause(t *testing.T) {
	o := open(t)
	o.Clock.Set(storetest.Noon.AddDate(0, 0, 10)) // no month ends meanwhile
	o.save(settings())
	step := func(what string, st backup.Status, d time.Duration, want string) {
		t.Helper()
		o.copies.st = st
		if got := o.pass(d); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		o.Clock.Add(time.Minute)
	}
	late, green := red(o), backup.Status{Light: backup.Green}
	amber := backup.Status{Light: backup.Amber, Worries: []*fault.Fault{worry("backup.worry.same_roof")}}
	step("green", green, 3*day, "")
	step("amber", amber, 2*day, "")
	step("red for a while", late, 3*time.Hour, "")
	step("green again", green, time.Hour, "")
	step("red anew", late, 3*time.Hour, "")
	step("red for four hours", late, 2*time.Hour, danger)
	step("the same day", late, 20*time.Hour, "")
	more := late
	more.Worries = []*fault.Fault{worry("backup.worry.drill_old")}
	step("another cause", more, time.Hour, danger)
	step("both, three days on", more, 3*day, danger+" | "+danger+" | "+danger)
	step("amber", amber, 2*day, "")
	step("green", green, 2*day, well)
	step("red a second time", late, 5*time.Hour, danger)
	step("and gone", green, 10*time.Minute, well)
	if o.logs != "" {
		t.Errorf("warned of %q", o.logs)
	}
}

// TestWhatALetterSays: the causes in its reader's words, and nothing more of the book than its company.
func TestWhatALetterSays(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.copies.st = red(o)
	o.pass(4 * time.Hour)
	l := o.letters[0]
	for _, want := range []string{
		"Disque bleu : Cet ordinateur n'est pas relié", "Dernière copie complète le 12/11/2026", "de votre dossier (Menuiserie Karukéra) ne vous protègent plus",
		"page Sauvegardes", "rien de vos clients",
	} {
		if !strings.Contains(o.last(), want) {
			t.Errorf("%q is not in %s", want, o.last())
		}
	}
	if strings.Contains(l.Body, "Nuage") || strings.Contains(l.Body, "!") || strings.Contains(l.Body, "<no value>") {
		t.Error(l.Body)
	}
	if l.To != "claire@exemple.fr" || l.From != "atelier@exemple.fr" || !l.At.Equal(o.Clock.Now()) ||
		o.boxes[0] != (notify.Account{Host: "smtp.exemple.fr", Port: 465, Security: notify.TLS, Login: "atelier", Password: password}) {
		t.Errorf("%+v by %+v", l, o.boxes[0])
	}
	q := settings()
	q.Lang = "en"
	o.save(q)
	o.Clock.Add(day)
	if o.pass(0); !strings.HasSuffix(o.letters[1].Subject, "Karukéra: your backup copies are in danger") {
		t.Error(o.letters[1].Subject)
	}
}

// TestAFailedTrialRestoreIsToldAtOnce, once a day as long as it lasts.
func TestAFailedTrialRestoreIsToldAtOnce(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.copies.st = backup.Status{Light: backup.Red, Worries: []*fault.Fault{worry("backup.worry.drill_failed")}, DrillFailed: o.Clock.Now()}
	if got := o.pass(0); got != failed {
		t.Errorf("at once: %q", got)
	}
	o.copies.st.DrillFailed = o.Clock.Now().Add(6 * time.Hour)
	if got := o.pass(20 * time.Hour); got != "" {
		t.Errorf("a second failure of the day: %q", got)
	}
	if got := o.pass(day); got != failed {
		t.Errorf("the next day: %q", got)
	}
	o.copies.st = backup.Status{Light: backup.Green}
	if got := o.pass(day); got != well {
		t.Errorf("once it passed: %q", got)
	}
}

// TestAReceiptEachMonth tells the last point, the head of the journal, and what was promised and measured.
func TestAReceiptEachMonth(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.points = []backup.Point{{Seq: 41, Made: o.Clock.Now(), Writer: "PC-ATELIER"}, {Seq: 40}}
	o.copies.st.Rules.Loss = backup.Hour
	o.copies.st.Copies = red(o).Copies[1:]
	o.Update(func(tx *store.Tx) error {
		return errors.Join(
			tx.AddMeasure(backup.Measure{Kind: backup.LossMeasure, Millis: 600_000}),
			tx.AddMeasure(backup.Measure{Kind: backup.LossMeasure, Millis: 60_000}),
			tx.AddMeasure(backup.Measure{Kind: backup.TrialMeasure, Place: "d2", Millis: 90_000}),
			tx.AddMeasure(backup.Measure{Kind: backup.TrialMeasure, Place: "d2", Millis: 1, Fault: "backup.totals_differ"}))
	})
	var head string
	o.Update(func(tx *store.Tx) error {
		e, err := tx.Head()
		head = "n° " + civilNumber(e.ID) + ", empreinte " + e.Hash.String()
		return err
	})
	if got := o.pass(8 * day); got != "" {
		t.Fatalf("in the month: %q", got)
	}
	if got := o.pass(2 * day); got != "reçu de vos copies de sauvegarde, novembre 2026" {
		t.Fatalf("the month after: %q", got)
	}
	for _, want := range []string{
		"n° 41, fait le 21/11/2026", "par PC-ATELIER", "Nuage : copie complète le 21/11/2026", head,
		"au pire 1 h de travail", "en 15 min", "au pire 10 min de travail", "réussies : 1 ; échouées : 1", "a pris : 1 min",
	} {
		if !strings.Contains(o.last(), want) {
			t.Errorf("%q is not in %s", want, o.last())
		}
	}
	if got := o.pass(20 * day); got != "" {
		t.Errorf("a second one: %q", got)
	}
	o.Clock.Set(o.Clock.Now().AddDate(0, 5, 0))
	if got := o.pass(2 * day); got != "reçu de vos copies de sauvegarde, décembre 2026" {
		t.Errorf("after months without power: %q", got)
	}
	q := settings()
	q.Mail = false
	o.save(q)
	o.Clock.Set(o.Clock.Now().AddDate(0, 2, 0))
	o.save(settings())
	if got := o.pass(2 * day); got != "" {
		t.Errorf("of months when nobody was to be told: %q", got)
	}
	o.Clock.Set(o.Clock.Now().AddDate(-2, 0, 0))
	if got := o.pass(2 * day); got != "" {
		t.Errorf("the clock was ahead: %q", got)
	}
}

func civilNumber(n int64) string { b, _ := json.Marshal(n); return string(b) }

// TestARelayWhoseCopyDiffersIsTold once for each finding, whatever the copies elsewhere do, and not months after.
func TestARelayWhoseCopyDiffersIsTold(t *testing.T) {
	const differed = "la copie du poste relais différait du dossier"
	o := open(t)
	o.Clock.Set(storetest.Noon.AddDate(0, 0, 10)) // no month ends meanwhile
	o.save(settings())
	compared := func(differ int) {
		o.Update(func(tx *store.Tx) error { return relay.Compared(tx, differ) })
	}
	o.Update(func(tx *store.Tx) error {
		err := device.Enrol(tx, "fingerprint", "PC-CAISSE", 1)
		return errors.Join(err, tx.SetSetting("relay", relay.Post{Relay: "fingerprint"}))
	})
	step := func(what string, d time.Duration, want string) {
		t.Helper()
		if got := o.pass(d); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	compared(0)
	step("all the same", day, "")
	compared(3)
	at := o.Clock.Now()
	step("a difference", day, differed)
	for _, want := range []string{"« PC-CAISSE »", "(Menuiserie Karukéra)", "différaient (3)", "Utilisateurs et postes"} {
		if !strings.Contains(o.last(), want) {
			t.Errorf("%q is not in %s", want, o.last())
		}
	}
	if l := o.letters[0]; strings.Contains(l.Body, "<no value>") || l.At.Sub(at) > 10*time.Minute {
		t.Errorf("%+v", l)
	}
	o.again() // the program starts anew
	step("the same finding", 2*day, "")
	compared(0)
	compared(1)
	step("another one", day, differed)
	q := settings()
	q.Mail = false
	o.save(q)
	compared(0)
	compared(1)
	step("nobody is written to", 3*day, "")
	o.save(settings())
	step("three days late", day, differed)
	o.save(q)
	compared(0)
	compared(1)
	step("nobody is written to once more", 8*day, "")
	o.save(settings())
	step("too long ago", day, "")
	q = settings()
	q.Lang = "en"
	o.save(q)
	compared(0)
	compared(1)
	o.pass(0)
	if l := o.letters[len(o.letters)-1]; !strings.HasSuffix(plain(l.Subject), "Karukéra: the relay PC's copy differed from the book") ||
		!strings.Contains(l.Body, "some files differed (1)") {
		t.Errorf("%+v", l)
	}
}

// TestALetterThatDoesNotLeave is told, tried again less and less often, and leaves once it can.
func TestALetterThatDoesNotLeave(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.copies.st = red(o)
	o.refuse = fault.New(fault.Unavailable, "notify.login_refused", "host", "smtp.exemple.fr").Because(errors.New("535 no"))
	o.pass(4*time.Hour - 10*time.Minute)
	if o.logs != "" {
		t.Fatal(o.logs)
	}
	o.Clock.Add(10 * time.Minute)
	tries := 0
	for range 180 { // minutes
		before := len(o.logs)
		o.Letters(t.Context())
		if len(o.logs) > before {
			tries++
		}
		o.Clock.Add(time.Minute)
	}
	if tries != 6 { // after 0, 1, 6, 21, 81 and 141 minutes
		t.Errorf("%d tries", tries)
	}
	if st := o.status(); fault.KeyOf(st.MailFault) != "notify.login_refused" || !st.Mailed.IsZero() {
		t.Errorf("%+v", st)
	}
	o.refuse = nil
	if got := o.pass(2 * time.Hour); got != danger {
		t.Errorf("once the server takes it: %q", got)
	}
	if st := o.status(); st.MailFault != nil || st.Mailed.IsZero() {
		t.Errorf("%+v", st)
	}
	o.refuse = errors.New("no")
	o.Clock.Add(day)
	o.pass(0)
	o.refuse = nil
	o.save(settings()) // the owner mends it: no wait
	if got := o.pass(0); got != danger {
		t.Errorf("once it was mended: %q", got)
	}
}

// full is a book on a full disk: what it has can be read.
type full struct{ op.Work[*store.Tx] }

func (full) Update(context.Context, func(*store.Tx) error) error { return errors.New("disk full") }

// TestAFullDiskSendsNothingTwice: what cannot be noted is remembered as long as the program runs.
func TestAFullDiskSendsNothingTwice(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.Work = full{o.Store}
	o.copies.st, o.copies.err = red(o), nil
	if got := o.pass(20 * time.Hour); got != danger {
		t.Errorf("%q", got)
	}
	o.Work = o.Store
	if got := o.pass(3 * time.Hour); got != "" {
		t.Errorf("with room again: %q", got)
	}
	if got := o.pass(6 * time.Hour); got != danger {
		t.Errorf("the next day: %q", got)
	}
	o.again()
	if got := o.pass(12 * time.Hour); got != "" {
		t.Errorf("after a start: %q", got)
	}
}

// TestAClockThatWasAheadHoldsNothingBack.
func TestAClockThatWasAheadHoldsNothingBack(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.copies.st = red(o)
	right := o.Clock.Now()
	o.Clock.Set(right.AddDate(1, 0, 0))
	o.refuse = errors.New("no")
	o.pass(5 * time.Hour)
	o.refuse = nil
	if got := o.pass(2 * time.Hour); !strings.HasPrefix(got, danger) {
		t.Fatalf("%q", got)
	}
	o.Clock.Add(day)
	o.refuse = errors.New("no")
	o.pass(0)
	o.refuse = nil
	o.Clock.Set(right)
	if got := o.pass(5 * time.Hour); got != danger {
		t.Errorf("%q", got)
	}
}

// TestTheWatcherIsCalledForWhatIsProved alone: never at the start, once for what comes meanwhile, and again later when
// it does not answer.
func TestTheWatcherIsCalledForWhatIsProved(t *testing.T) {
	o := open(t)
	o.save(settings())
	ctx := t.Context()
	o.Signal(ctx)
	o.Letters(ctx)
	o.Service.Close(ctx)
	if len(o.calls) != 0 {
		t.Fatalf("called at the start: %v", o.calls)
	}
	o.Proved()
	o.Proved()
	o.Signal(ctx)
	o.Signal(ctx)
	if st := o.status(); len(o.calls) != 1 || o.calls[0] != ping || !st.Called.Equal(o.Clock.Now()) || st.CallFault != nil {
		t.Fatalf("%v, %+v", o.calls, st)
	}
	o.refuse = fault.New(fault.Unavailable, "notify.silent", "host", "hc.example")
	o.Proved()
	for range 7 { // minutes
		o.Signal(ctx)
		o.Clock.Add(time.Minute)
	}
	if st := o.status(); len(o.calls) != 4 || fault.KeyOf(st.CallFault) != "notify.silent" {
		t.Errorf("%d calls, %+v", len(o.calls), st)
	}
	o.refuse = nil
	o.Clock.Add(time.Hour)
	o.Signal(ctx)
	o.Signal(ctx)
	if st := o.status(); len(o.calls) != 5 || st.CallFault != nil {
		t.Errorf("%d calls, %+v", len(o.calls), st)
	}
	o.Proved()
	o.Service.Close(ctx)
	if len(o.calls) != 6 {
		t.Error("what the end of the program sent is not told")
	}
	q := settings()
	q.Watch = false
	o.save(q)
	o.Proved()
	o.Signal(ctx)
	q.Watch, q.Ping = true, ping
	o.save(q)
	o.Signal(ctx)
	if len(o.calls) != 6 {
		t.Error("called without a watcher, or for what was before there was one")
	}
}

// TestTheSampleCompanyTellsNobody by itself.
func TestTheSampleCompanyTellsNobody(t *testing.T) {
	o := open(t)
	o.save(settings())
	o.Service.Automatic = false
	o.Proved()
	o.Run(t.Context()) // ends at once
	o.Service.Close(t.Context())
	if len(o.calls)+len(o.letters) > 0 {
		t.Error(o.calls, o.letters)
	}
}

// TestTheRhythmOfAProgram: letters wait for the copies that were missed, and are then looked after each minute; a
// watcher is called at once.
func TestTheRhythmOfAProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var looks []time.Duration
		var called time.Duration
		s := notify.New(notify.Options[tx]{
			Work: quick{settings()}, Clock: time.Now, Automatic: true, Warn: func(what string, err error) { t.Error(what, err) },
			Copies:  looked(func() { looks = append(looks, time.Since(begun)) }),
			Carrier: calling(func() { called = time.Since(begun) }),
		})
		ctx, stop := context.WithTimeout(t.Context(), 8*time.Minute+time.Second)
		defer stop()
		go func() {
			time.Sleep(90 * time.Second)
			s.Proved()
		}()
		s.Run(ctx)
		if called != 90*time.Second || len(looks) != 4 || looks[0] != notify.AtStart || looks[1] != notify.AtStart+notify.Look {
			t.Errorf("called after %v, looked after %v", called, looks)
		}
	})
}

// quick is a book without a disk: a real one does not know the time of a bubble.
type quick struct{ q notify.SaveRequest }

type tx struct {
	notify.Tx
	q notify.SaveRequest
}

func (x tx) Setting(key string, dst any) (bool, error) {
	if key != "notify.config" {
		return false, nil
	}
	data, err := json.Marshal(x.q)
	return true, errors.Join(err, json.Unmarshal(data, dst))
}

func (tx) SetSetting(string, any) error { return nil }

func (b quick) View(_ context.Context, fn func(tx) error) error   { return fn(tx{q: b.q}) }
func (b quick) Update(_ context.Context, fn func(tx) error) error { return fn(tx{q: b.q}) }

type looked func()

func (l looked) Status(context.Context) (backup.Status, error) {
	l()
	return backup.Status{Light: backup.Green}, nil
}
func (looked) Points(context.Context, string) ([]backup.Point, error) { return nil, nil }

type calling func()

func (calling) Send(context.Context, notify.Account, notify.Letter) error { return nil }
func (c calling) Call(context.Context, string) error                      { c(); return nil }

// TestSecretsGoNowhereElse: no answer, event or log has them, and the password goes to the server it was given for.
func TestSecretsGoNowhereElse(t *testing.T) {
	o := open(t)
	st := o.save(settings())
	if !st.PasswordKept || st.Watcher != "hc.example" || !st.Mail || st.Host != "smtp.exemple.fr" {
		t.Errorf("%+v", st)
	}
	if _, err := notify.Try.Call(t.Context(), o.As("owner"), settings()); err != nil {
		t.Fatal(err)
	}
	var journal string
	o.Update(func(tx *store.Tx) error {
		es, err := tx.Events("", 0, 0, 10)
		for _, e := range es {
			journal += e.Op + " " + e.Payload + e.Digest + "\n"
		}
		return err
	})
	answer, _ := json.Marshal([]notify.Status{st, o.status()})
	for _, secret := range []string{password, "5ecret"} {
		if strings.Contains(string(answer)+journal+o.logs, secret) {
			t.Errorf("%q is in %s %s %s", secret, answer, journal, o.logs)
		}
	}
	if !strings.Contains(journal, `notify.save {"host":"smtp.exemple.fr","to":"exemple.fr","watcher":"hc.example"}`) ||
		!strings.Contains(journal, "notify.try") || strings.Contains(journal, "claire@") {
		t.Error(journal)
	}

	kept := settings()
	kept.Password, kept.Ping, kept.To = "", "", "compta@exemple.fr"
	if _, err := notify.Try.Call(t.Context(), o.As("owner"), kept); err != nil || o.boxes[1].Password != password {
		t.Errorf("%v, %+v", err, o.boxes)
	}
	o.save(kept)
	o.Proved()
	if o.Signal(t.Context()); !slices.Equal(o.calls, []string{ping, ping, ping}) { // two of them on trial
		t.Errorf("%v", o.calls)
	}
	for what, change := range map[string]func(q *notify.SaveRequest){
		"another server":     func(q *notify.SaveRequest) { q.Host = "smtp.voleur.example" },
		"another port":       func(q *notify.SaveRequest) { q.Port = 2525 },
		"another log-in":     func(q *notify.SaveRequest) { q.Login = "autre" },
		"another encryption": func(q *notify.SaveRequest) { q.Security = notify.StartTLS },
	} {
		q := kept
		change(&q)
		_, err := notify.Save.Call(t.Context(), o.As("owner"), q)
		_, tried := notify.Try.Call(t.Context(), o.As("owner"), q)
		if fault.KeyOf(err) != "notify.password_again" || fault.KeyOf(tried) != "notify.password_again" || fault.Of(err).Field != "password" {
			t.Errorf("%s: %v, %v", what, err, tried)
		}
	}
	off := kept
	off.Mail, off.Watch, off.Host, off.Ping = false, false, "smtp.voleur.example", ping
	o.save(off)
	off.Mail, off.Ping = true, ""
	if _, err := notify.Save.Call(t.Context(), o.As("owner"), off); fault.KeyOf(err) != "notify.password_missing" {
		t.Errorf("a secret was kept for another server: %v", err)
	}
	if st := o.status(); st.PasswordKept || st.Watcher != "" {
		t.Errorf("%+v", st)
	}
	again := settings()
	again.Ping = ""
	if _, err := notify.Save.Call(t.Context(), o.As("owner"), again); fault.KeyOf(err) != "notify.ping_missing" {
		t.Errorf("a watcher that was turned off is not forgotten: %v", err)
	}
	if _, err := notify.Try.Call(t.Context(), o.As("owner"), again); fault.KeyOf(err) != "notify.ping_missing" {
		t.Errorf("a trial calls a watcher that was turned off: %v", err)
	}
}

// TestWhatCannotWorkIsRefused at its field, before anything is kept.
func TestWhatCannotWorkIsRefused(t *testing.T) {
	o := open(t)
	for _, c := range []struct {
		field, key string
		change     func(q *notify.SaveRequest)
	}{
		{"to", "notify.address", func(q *notify.SaveRequest) { q.To = "claire" }},
		{"to", "notify.address", func(q *notify.SaveRequest) { q.To = "Claire <claire@exemple.fr>" }},
		{"to", "notify.address", func(q *notify.SaveRequest) { q.To = "claire@exemple.fr\r\nBcc: x@y.fr" }},
		{"from", "notify.address", func(q *notify.SaveRequest) { q.From = "élise@exemple.fr" }},
		{"host", "notify.host", func(q *notify.SaveRequest) { q.Host = "" }},
		{"host", "notify.host", func(q *notify.SaveRequest) { q.Host = "unix:///run/mail" }},
		{"host", "notify.host", func(q *notify.SaveRequest) { q.Host = "smtp.exemple.fr:465" }},
		{"port", "notify.port", func(q *notify.SaveRequest) { q.Port = 0 }},
		{"port", "notify.port", func(q *notify.SaveRequest) { q.Port = 70_000 }},
		{"security", "notify.security", func(q *notify.SaveRequest) { q.Security = "" }},
		{"security", "notify.plain", func(q *notify.SaveRequest) { q.Security = notify.Plain }},
		{"security", "notify.plain", func(q *notify.SaveRequest) { q.Security, q.Host = notify.Plain, "192.168.1.2" }},
		{"hours", "notify.hours", func(q *notify.SaveRequest) { q.Hours = 0 }},
		{"lang", "user.lang_unknown", func(q *notify.SaveRequest) { q.Lang = "de" }},
		{"password", "notify.long", func(q *notify.SaveRequest) { q.Password = "a\r\nb" }},
		{"login", "notify.long", func(q *notify.SaveRequest) { q.Login = strings.Repeat("x", 300) }},
		{"ping", "notify.ping", func(q *notify.SaveRequest) { q.Ping = "http://hc.example/x" }},
		{"ping", "notify.ping", func(q *notify.SaveRequest) { q.Ping = "https://" }},
		{"ping", "notify.ping", func(q *notify.SaveRequest) { q.Ping = "https://u:p@hc.example/" }},
		{"ping", "notify.ping_missing", func(q *notify.SaveRequest) { q.Ping = "" }},
	} {
		q := settings()
		c.change(&q)
		_, err := notify.Save.Call(t.Context(), o.As("owner"), q)
		if f := fault.Of(err); f == nil || f.Field != c.field || f.Key != c.key {
			t.Errorf("want %s at %s: %v", c.key, c.field, err)
		}
	}
	if st := o.status(); st != (notify.Status{}) {
		t.Errorf("kept: %+v", st)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		q := settings()
		q.Security, q.Host = notify.Plain, host
		if err := q.Validate(); err != nil {
			t.Error(host, err)
		}
	}
	q := settings()
	q.Mail = false
	q.Watch = false
	if _, err := notify.Try.Call(t.Context(), o.As("owner"), q); fault.KeyOf(err) != "notify.off" {
		t.Error(err)
	}
	q.Watch, q.Ping = true, ping
	called, sent := len(o.calls), len(o.boxes)
	if _, err := notify.Try.Call(t.Context(), o.As("owner"), q); err != nil || len(o.calls) != called+1 ||
		o.calls[called] != ping || len(o.boxes) != sent {
		t.Errorf("the watcher alone: %v, %q, %d letters", err, o.calls, len(o.boxes)-sent)
	}
}

// TestEverybodyKnowsWhomToTell, and nothing else of the copies.
func TestEverybodyKnowsWhomToTell(t *testing.T) {
	o := open(t)
	o.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "claire", Name: "Claire Martin", Role: auth.Owner},
			{Login: "yann", Name: "Yann", Role: auth.Sales},
			{Login: "parti", Name: "Parti", Role: auth.Owner, Disabled: true},
			{Login: "fini", Name: "Fini", Role: auth.Owner, EndsOn: civil.New(2026, 1, 1)},
		} {
			u.CreatedAt = tx.Now()
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	ask := func() notify.Light {
		t.Helper()
		l, err := notify.LightOf.Call(t.Context(), o.As("sales"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := ask(); l.Light != backup.Green || len(l.Tell) > 0 {
		t.Errorf("%+v", l)
	}
	o.copies.st = red(o)
	if l := ask(); l.Light != backup.Red || len(l.Tell) != 1 || l.Tell[0] != "Claire Martin" {
		t.Errorf("%+v", l)
	}
}
