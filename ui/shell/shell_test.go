package shell_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/search"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/shell"
	"zafe/ui/theme"
	"zafe/ui/uitest"
)

// book is a real book in process, whose link to the main PC a test can cut.
type book struct {
	uitest.NoJSON
	op.Caller
	local   bool
	away    bool
	token   string
	watch   func(bool)
	retried int
	retry   error
	closed  int
	unsent  []*backup.Unsent // what each last backup leaves here
}

func (b *book) SetToken(token string)       { b.token = token }
func (b *book) SetAway(away bool)           { b.away = away }
func (b *book) Local() bool                 { return b.local }
func (b *book) Place() string               { return "SRV-ATELIER" }
func (b *book) Watch(f func(bool))          { b.watch = f }
func (b *book) Retry(context.Context) error { b.retried++; return b.retry }
func (b *book) Connected() int              { return 2 }
func (b *book) Serve(context.Context, string, func(string)) error {
	return nil
}

func (b *book) BackUp(context.Context, func(string)) (left *backup.Unsent) {
	if len(b.unsent) > 0 {
		left, b.unsent = b.unsent[0], b.unsent[1:]
	}
	return left
}

func (b *book) Close(_ context.Context, progress func(string)) error {
	b.closed++
	progress("shell.closing.backup")
	return nil
}

// pc keeps preferences and nothing else: the shell asks no more of a machine.
type pc struct {
	machine.Machine
	pref    machine.Preferences
	standby machine.Standby
	logins  []machine.Login
}

func (p *pc) Preferences() machine.Preferences               { return p.pref }
func (p *pc) SavePreferences(pref machine.Preferences) error { p.pref = pref; return nil }
func (p *pc) Version() string                                { return "test" }
func (p *pc) Logins() []machine.Login                        { return p.logins }
func (p *pc) Standby() machine.Standby                       { return p.standby }

// sheet is a page of the tests.
type sheet struct {
	env       *page.Env
	route     page.Route
	object    fyne.CanvasObject
	unsaved   bool
	carry     page.Carry
	refreshes int
	online    []bool
}

func (s *sheet) Object() fyne.CanvasObject { return s.object }
func (s *sheet) Refresh()                  { s.refreshes++ }
func (s *sheet) Unsaved() bool             { return s.unsaved }
func (s *sheet) Carry() page.Carry         { return s.carry }
func (s *sheet) SetOnline(on bool)         { s.online = append(s.online, on) }
func (s *sheet) Commands() []kit.Command {
	return []kit.Command{{
		Key: fyne.KeyN, Mod: fyne.KeyModifierShortcutDefault, Name: "new " + s.route.Name,
		Run: func() { s.unsaved = true },
	}}
}

// desk is a shell with everything a test looks at.
type desk struct {
	*shell.Shell
	t        *testing.T
	options  shell.Options
	pc       pc
	book     *book
	window   fyne.Window
	keys     *kit.Keys
	made     []*sheet
	clock    *storetest.Clock
	ticks    []func()
	later    []func() // answers held back
	hold     bool
	ready    func()
	taken    func(error)
	again    func(user.Me)
	asked    int
	enrolled int // times the second factor was to be switched on
	out      int
	quit     int

	restored int // times the screen that restores was shown
	tookOver int // that which makes this PC the main one
	typed    []page.Carry
	anew     int // the first one

	stopped bool // the system stops the program

	barred []error // what the log-in was told of this PC
}

// newSickDesk is a desk on the PC of its book, whose health is the service's.
func newSickDesk(t *testing.T, role auth.Role) (*desk, *verify.Service[*store.Tx]) {
	t.Helper()
	var service *verify.Service[*store.Tx]
	d := newDeskOver(t, role, nil, func(w *storetest.World) {
		service = verify.New(verify.Settings[*store.Tx]{
			Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
		})
		verify.Bind(w.Registry, service)
	})
	d.book.local = true
	d.Start()
	return d, service
}

func newDesk(t *testing.T, role auth.Role) *desk { return newDeskWith(t, role, nil) }

func newDeskWith(t *testing.T, role auth.Role, first func(*page.Env, func()) fyne.CanvasObject) *desk {
	t.Helper()
	d := newClosedDesk(t, role, first)
	d.Start()
	return d
}

func newClosedDesk(t *testing.T, role auth.Role, first func(*page.Env, func()) fyne.CanvasObject) *desk {
	t.Helper()
	return newDeskOver(t, role, first, func(*storetest.World) {})
}

func newDeskOver(t *testing.T, role auth.Role, first func(*page.Env, func()) fyne.CanvasObject,
	bind func(*storetest.World),
) *desk {
	t.Helper()
	kit.After = kit.Never
	w := storetest.NewWorld(t, company.Bind[*store.Tx], ledger.Bind[*store.Tx], search.Bind[*store.Tx],
		bindConfirm)
	bind(w)
	d := &desk{t: t, book: &book{Caller: w.As(map[auth.Role]string{
		auth.Owner: "owner",
		auth.Sales: "sales", auth.Technician: "technician",
	}[role])}, clock: w.Clock}
	app := test.NewTempApp(t)
	theme.Apply(app, theme.Light)
	text := i18n.For(i18n.French)
	shell.UseLanguage(text)
	host := kit.NewHost(kit.Gap(1, 1))
	d.window = test.NewTempWindow(t, host)
	d.window.SetPadded(false)
	d.window.Resize(fyne.NewSize(1440, 900))
	host.Attach(d.window)
	d.keys = kit.InstallKeys(d.window)
	pages := shell.Table{}
	routes := map[string]shell.Builder{}
	for _, name := range []string{
		"home", "customers", "customer", "quotes", "quote", "books", "people",
		"settings", "security", "incident", "account",
	} {
		routes[name] = d.build
	}
	pages.Register(routes)
	d.options = shell.Options{
		Window: d.window, Host: host, Keys: d.keys, Machine: &d.pc, Book: d.book, Me: uitest.Me(role),
		Text:  text,
		Pages: pages, Clock: w.Clock.Now, Spawn: d.spawn, Tick: d.tick,
		Relogin:   func(_ string, again func(user.Me)) { d.again, d.asked = again, d.asked+1 },
		Enrol:     func(again func(user.Me)) { d.again, d.enrolled = again, d.enrolled+1 },
		LoggedOut: func() { d.out++ }, Quit: func() { d.quit++ }, Restore: func() { d.restored++ },
		TakeOver: func(typed []page.Carry) { d.tookOver++; d.typed = typed }, Anew: func() { d.anew++ },
		Barred: func(err error) { d.barred = append(d.barred, err) },
		First:  first, Serve: d.serve, Turn: d.turn,
	}
	d.Shell = shell.New(d.options)
	return d
}

// turn makes the window anew, for another pair of eyes.
func (d *desk) turn(me user.Me, eyes *shell.Eyes) *shell.Shell {
	o := d.options
	o.Me, o.Eyes = me, eyes
	d.Shell = shell.New(o)
	d.Start()
	return d.Shell
}

func (d *desk) build(e *page.Env, r page.Route) page.Page {
	s := &sheet{env: e, route: r, object: kit.Body(r.Name)}
	d.made = append(d.made, s)
	return s
}

func (d *desk) spawn(work, then func()) {
	work()
	if d.hold {
		d.later = append(d.later, then)
		return
	}
	then()
}

func (d *desk) serve(_ machine.Book, ready func(), failed func(error)) {
	d.ready, d.taken = ready, failed
}

func (d *desk) tick(_ context.Context, _ time.Duration, act func()) { d.ticks = append(d.ticks, act) }

// seconds lets time pass for everything that looks at the clock.
func (d *desk) seconds(n int) {
	for range n {
		d.clock.Add(time.Second)
		for _, act := range d.ticks {
			act()
		}
	}
}

func (d *desk) last() *sheet { return d.made[len(d.made)-1] }

func (d *desk) key(k fyne.KeyName, mod fyne.KeyModifier) bool { return d.keys.Handle(k, mod) }

// press runs the button of the dialog that stands on top.
func (d *desk) press(text string) {
	d.t.Helper()
	b := find(d.window.Canvas().Overlays().Top(), text)
	if b == nil {
		d.t.Fatalf("no button %q", text)
	}
	b.Tapped(nil)
}

// find looks for a button by its text.
func find(o fyne.CanvasObject, text string) *kit.Button {
	var out *kit.Button
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text && b.Visible() {
			out = b
		}
	})
	return out
}

// sampleSecret makes the codes of the sample company's owner.
const sampleSecret = "ZAFEDEMOCLAIREAAAAAAAAAAAAAAAAA2"

// bindConfirm answers the proof of identity: only this password is right, and the sample's code at the time at which
// every test begins.
// spareCode is a recovery code of whoever is at a desk.
const spareCode = "ABCD-EFGH-JKLM-NPQR"

func bindConfirm(r *op.Registry[*store.Tx]) {
	op.BindAction(r, user.Confirm, func(_ context.Context, req user.ConfirmRequest) (user.TokenResponse, error) {
		if code, err := user.CodeAt(sampleSecret, storetest.Noon); err == nil && req.Code == code || req.Code == spareCode {
			return user.TokenResponse{Token: "another"}, nil
		}
		if req.Password != "right" {
			return user.TokenResponse{}, fault.Field("password", "user.bad_password")
		}
		return user.TokenResponse{Token: "another"}, nil
	})
}

func TestRegisteringAPageTwicePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	table := shell.Table{}
	table.Register(map[string]shell.Builder{"home": nil})
	table.Register(map[string]shell.Builder{"home": nil})
}

func TestShortcutsFollowThePageAndTheRights(t *testing.T) {
	d := newDesk(t, auth.Sales)
	if len(d.made) != 1 || d.last().route.Name != "home" {
		t.Fatalf("starts at %+v", d.made)
	}
	ctrl := fyne.KeyModifierShortcutDefault
	d.key("2", ctrl)
	if d.last().route.Name != "customers" {
		t.Fatalf("Ctrl+2 opens %s", d.last().route.Name)
	}
	d.key(fyne.KeyN, ctrl)
	if !d.last().unsaved || d.made[0].unsaved {
		t.Error("Ctrl+N is not the page's own")
	}
	// home, customers, quotes: a salesperson has neither books, people nor settings.
	if d.key("4", ctrl) {
		t.Error("Ctrl+4 leads somewhere the person may not go")
	}
}

func TestLeavingAsksAboutWhatIsNotSaved(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	home.env.Shell.Open(page.Route{Name: "customer", ID: 7})
	card := d.last()
	if card.route.ID != 7 {
		t.Fatalf("opened %+v", card.route)
	}
	card.unsaved = true
	card.env.Shell.Back()
	if home.refreshes != 0 {
		t.Fatal("left without asking")
	}
	d.press("Rester sur la page")
	card.env.Shell.Back()
	d.press("Quitter sans enregistrer")
	if home.refreshes != 1 {
		t.Error("the page before was not read again")
	}
}

func TestAnswersToAPageThatWasLeftAreDropped(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	home.env.Shell.Open(page.Route{Name: "customer"})
	card := d.last()
	d.hold = true
	told := 0
	card.env.Shell.Go(func(context.Context) error { return nil }, func(error) { told++ })
	var ctx context.Context
	card.env.Shell.Go(func(c context.Context) error { ctx = c; return nil }, func(error) { told++ })
	card.env.Shell.Back()
	for _, then := range d.later {
		then()
	}
	if told != 0 {
		t.Errorf("%d answers reached a page that was left", told)
	}
	if ctx.Err() == nil {
		t.Error("the work of a page that was left goes on")
	}
	card.env.Shell.Open(page.Route{Name: "quotes"})
	if d.last().route.Name == "quotes" {
		t.Error("a page that was left opened another")
	}
}

func TestALostMainPCIsCountedDownAndComesBack(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	d.book.retry = errors.New("still away")
	d.book.watch(false)
	if home.env.Shell.Online() || len(home.online) != 1 || home.online[0] {
		t.Fatalf("the page was not told: %v", home.online)
	}
	if find(d.window.Content(), "Prendre le relais") != nil {
		t.Error("a PC without a copy offers to take over")
	}
	d.seconds(1 + 2 + 4 + 8 + 15 + 15)
	if d.book.retried != 6 {
		t.Errorf("%d tries in 45 s, want 6 (1, 2, 4, 8, 15, 15 s)", d.book.retried)
	}
	before := home.refreshes
	d.book.retry = nil
	d.seconds(15)
	if !home.env.Shell.Online() || home.refreshes != before+1 || !home.online[len(home.online)-1] {
		t.Errorf("back: online %v, %d refreshes, told %v", home.env.Shell.Online(), home.refreshes-before,
			home.online)
	}
}

// TestTheRelayOffersToTakeOverWhereOneIs: nobody looks for it at the log-in while the main PC is lost.
func TestTheRelayOffersToTakeOverWhereOneIs(t *testing.T) {
	d := newDesk(t, auth.Sales)
	d.pc.standby.Ready = true
	d.book.watch(false)
	act := find(d.window.Content(), "Prendre le relais")
	if act == nil {
		t.Fatal("it is not offered")
	}
	d.last().unsaved = true // what is typed since is on no copy, and this page cannot save it: the person stays or goes
	act.Tapped(nil)
	if d.tookOver != 0 || !shown(d, d.Text.T("shell.relay.text", nil)) {
		t.Fatalf("%d, what is lost is not said", d.tookOver)
	}
	find(d.window.Canvas().Overlays().Top(), "Prendre le relais").Tapped(nil)
	if d.tookOver != 1 || d.book.closed != 1 || len(d.typed) != 0 {
		t.Errorf("the screen was shown %d times, the book closed %d times", d.tookOver, d.book.closed)
	}
}

// TestWhatIsTypedGoesWithWhoTakesOver: it is saved and shown in the window that is made anew, and stays while it cannot be.
func TestWhatIsTypedGoesWithWhoTakesOver(t *testing.T) {
	d := newDesk(t, auth.Sales)
	d.pc.standby.Ready = true
	d.book.watch(false)
	var why error
	saved := 0
	d.last().unsaved, d.last().carry = true, func(context.Context, op.Caller) (page.Route, error) {
		saved++
		return page.Route{Name: "customer", ID: 7}, why
	}
	find(d.window.Content(), "Prendre le relais").Tapped(nil)
	if d.tookOver != 1 || len(d.typed) != 1 {
		t.Fatalf("%d, %d go along", d.tookOver, len(d.typed))
	}
	next := newDesk(t, auth.Sales)
	var left []page.Carry
	why = fault.New(fault.Forbidden, "op.not_allowed")
	next.Resume(d.typed, func(c page.Carry) { left = append(left, c) })
	if saved != 1 || len(left) != 1 || next.last().route.ID == 7 {
		t.Fatalf("refused: %d, %d left", saved, len(left))
	}
	why = nil
	next.Resume(left, func(page.Carry) { t.Error("it is left") })
	if saved != 2 || next.last().route.ID != 7 {
		t.Errorf("saved %d times, at %+v", saved, next.last().route)
	}
}

// TestAPCThatIsTheMainOneNoMore only reads, says so over every page, and leads to where its owner decides.
func TestAPCThatIsTheMainOneNoMore(t *testing.T) {
	d := newClosedDesk(t, auth.Owner, nil)
	d.book.local = true
	d.Start()
	home := d.last()
	d.taken(fault.New(fault.Conflict, "relay.taken_over", "place", "10.9.0.2:24653"))
	if home.env.Shell.Online() || len(home.online) != 1 || home.online[0] {
		t.Errorf("the page writes on: %v", home.online)
	}
	if shown(d, "le port") {
		t.Error("a port is blamed")
	}
	said := false
	uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Banner); ok && b.Visible() && strings.Contains(b.Text(), "10.9.0.2:24653") {
			said = true
		}
	})
	act := find(d.window.Content(), "Choisir…")
	if !said || act == nil {
		t.Fatal("it is not said")
	}
	d.seconds(60)
	if home.env.Shell.Online() {
		t.Error("it forgets")
	}
	act.Tapped(nil)
	if d.anew != 1 || d.book.closed != 1 {
		t.Errorf("the first screen was shown %d times, the book closed %d times", d.anew, d.book.closed)
	}
}

func TestIdlenessLocksAndTheRightProofUnlocks(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	d.seconds(299)
	if shown(d, "Session verrouillée") {
		t.Fatal("locked before five minutes")
	}
	d.seconds(2)
	if !shown(d, "Session verrouillée") || !hidden(d, home.object) {
		t.Fatal("not locked, or data still there")
	}
	if d.key(fyne.KeyK, fyne.KeyModifierShortcutDefault) {
		t.Error("a shortcut runs while locked")
	}
	typePassword(d, "wrong")
	d.press("Déverrouiller")
	if !shown(d, "Session verrouillée") {
		t.Fatal("a wrong password unlocks")
	}
	typePassword(d, "right")
	d.press("Déverrouiller")
	if shown(d, "Session verrouillée") || hidden(d, home.object) {
		t.Error("still locked")
	}
}

func TestTheSetUpComesFirstAndSurvivesALock(t *testing.T) {
	setUp := kit.Body("set-up")
	var finish func()
	d := newDeskWith(t, auth.Owner, func(_ *page.Env,
		done func(),
	) fyne.CanvasObject {
		finish = done
		return setUp
	})
	if len(d.made) != 0 || hidden(d, setUp) {
		t.Fatal("a page is shown before the set-up is finished")
	}
	d.seconds(301)
	typePassword(d, "right")
	d.press("Déverrouiller")
	if hidden(d, setUp) {
		t.Fatal("the set-up is gone after a lock")
	}
	finish()
	if len(d.made) != 1 || d.last().route.Name != "home" || !hidden(d, setUp) {
		t.Error("the pages do not follow the set-up")
	}
	done := newDeskWith(t, auth.Owner, func(_ *page.Env,
		done func(),
	) fyne.CanvasObject {
		done()
		return setUp
	})
	if len(done.made) != 1 || !hidden(done, setUp) || hidden(done, done.last().object) {
		t.Error("a set-up finished long ago is shown")
	}
}

func TestAnEndedSessionAsksForTheLogInAndKeepsThePages(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	home.env.Shell.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	home.env.Shell.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	if d.asked != 1 {
		t.Fatalf("the log-in was shown %d times", d.asked)
	}
	made := len(d.made)
	d.again(uitest.Me(auth.Owner))
	if len(d.made) != made || home.refreshes == 0 || hidden(d, home.object) {
		t.Error("the page did not come back as it was")
	}
	if n := len(home.online); n == 0 || !home.online[n-1] {
		t.Error("what could not be saved without a session is not saved")
	}
}

// TestWhoseLastDayIsOverIsToldSo once, over the log-in, whatever was refused first; so is who was put out or
// given another role.
func TestWhoseLastDayIsOverIsToldSo(t *testing.T) {
	toldOnce(t, fault.New(fault.Unauthenticated, "user.ended", "day", civil.New(2026, 11, 23)), "23/11/2026")
	toldOnce(t, fault.New(fault.Unauthenticated, "user.closed"), "demandez à un gérant de le rouvrir")
	toldOnce(t, fault.New(fault.Unauthenticated, "user.session_role", "who", "Claire"), "Claire a changé votre rôle")
}

func toldOnce(t *testing.T, over error, part string) {
	t.Helper()
	d := newDesk(t, auth.Owner)
	d.last().env.Shell.Fail(over)
	d.last().env.Shell.Fail(over)
	windows, said := d.Window.Canvas().Overlays().List(), ""
	uitest.Walk(d.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			said += l.Text() + "\n"
		}
	})
	if d.asked != 1 || len(windows) != 1 || !strings.Contains(said, part) {
		t.Errorf("the log-in was shown %d times, under %d windows: %s", d.asked, len(windows), said)
	}
}

// TestARefusalIsReadOverAWindow: a message of the page would lie behind the veil of a window that is open.
func TestARefusalIsReadOverAWindow(t *testing.T) {
	d := newDesk(t, auth.Owner)
	refuse := func() { d.last().env.Shell.Fail(fault.New(fault.Unavailable, "store.disk")) }
	over := func() int { return len(d.Window.Canvas().Overlays().List()) }
	refuse()
	if over() != 0 {
		t.Fatal("a refusal of a page came as a window")
	}
	kit.NewModal("x", 300, kit.Paragraph("x")).Show(d.Window)
	refuse()
	if over() != 2 {
		t.Errorf("%d windows: the refusal lies behind the veil", over())
	}
}

func TestClosingAsksThenClosesTheBookOnce(t *testing.T) {
	d := newDesk(t, auth.Owner)
	d.last().unsaved = true
	d.Close()
	if d.book.closed != 0 {
		t.Fatal("closed without asking")
	}
	d.press("Quitter sans enregistrer")
	if d.book.closed != 1 || d.quit != 1 {
		t.Errorf("closed %d times, quit %d", d.book.closed, d.quit)
	}
}

func TestATakenPortIsSaidAndTriedAgain(t *testing.T) {
	d := newClosedDesk(t, auth.Owner, nil)
	var again func()
	kit.After = func(_ time.Duration, fn func()) func() bool {
		again = fn
		return func() bool { return true }
	}
	d.book.local = true
	d.Start()
	said := func() (yes bool) {
		uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
			if l, ok := o.(*canvas.Text); ok && strings.Contains(l.Text, "24653") {
				yes = true
			}
		})
		return yes
	}
	if said() {
		t.Fatal("said before it happened")
	}
	for range 2 {
		again = nil
		d.taken(fault.New(fault.Unavailable, "lan.port_taken", "addr", ":24653"))
		if !said() || again == nil {
			t.Fatal("not said, or not tried again")
		}
		again()
	}
	d.ready()
	if said() {
		t.Error("still said once the port is there")
	}
}

func shown(d *desk, text string) bool {
	found := false
	for _, o := range d.window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && l.Text() == text {
				found = true
			}
		})
	}
	return found
}

func hidden(d *desk, object fyne.CanvasObject) bool {
	found := false
	uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) { found = found || o == object })
	return !found
}

func typePassword(d *desk, text string) {
	uitest.Walk(d.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if p, ok := o.(*kit.PasswordField); ok {
			p.SetText(text)
		}
	})
}
