package start_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/recovery"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/start"
	"zafe/ui/theme"
	"zafe/ui/uitest"
)

const secretWords = "girafe-volcan-tisane-neuf"

// cheap keeps the log-ins of tests fast; the code is the real one.
var cheap = user.Hashing{Passes: 1, MemoryKiB: 64, Threads: 1}

func policy(word string, context []string, second bool) error {
	_, err := password.Check(word, context, second)
	return err
}

type noSlots struct{}

func (noSlots) PasswordSlots(string) []int                                   { return nil }
func (noSlots) PasswordLabels() []string                                     { return nil }
func (noSlots) PasswordOpens(int, string) bool                               { return false }
func (noSlots) SlotNoted(context.Context, int) (bool, error)                 { return false, nil }
func (noSlots) RecoveryOpens(key [20]byte) bool                              { return key == storetest.Recovery }
func (noSlots) RemoveSlot(context.Context, int) error                        { return nil }
func (noSlots) AddPasswordSlot(context.Context, string, string) (int, error) { return 1, nil }

// book is a real book in process.
type book struct {
	uitest.NoJSON
	op.Caller
	token  string
	closed int
}

func (b *book) SetToken(token string)                                  { b.token = token }
func (b *book) SetAway(bool)                                           {}
func (b *book) Local() bool                                            { return true }
func (b *book) Place() string                                          { return "PC" }
func (b *book) Watch(func(bool))                                       {}
func (b *book) Retry(context.Context) error                            { return nil }
func (b *book) Connected() int                                         { return 0 }
func (b *book) BackUp(context.Context, func(string)) *backup.Unsent    { return nil }
func (b *book) Close(context.Context, func(string)) error              { b.closed++; return nil }
func (b *book) Serve(context.Context, string, func(addr string)) error { return nil }

// pc is this PC, over a real book with the real log-in.
type pc struct {
	t      *testing.T
	state  machine.State
	book   *book
	clock  *storetest.Clock
	pref   machine.Preferences
	opened []machine.Secret
	joined []string
	near   []string // main PCs on the network

	looking context.Context // of the search for more
	late    func(addr string)
	placed  []backup.NewDestination
	keys    []string

	own     string // folder of its own copies
	earlier machine.Earlier
	back    []string // passwords with which it went back
	aside   string   // the book set aside last

	standby   machine.Standby
	rival     machine.Rival
	unreached error
	relaying  []string // what was done about the main PC, and with which password
	behind    bool     // the copy lacks what this PC saw

	restoring func() error // runs while a copy is put in place; nil for nothing
}

func newPC(t *testing.T, presence machine.Presence, people ...user.SaveRequest) *pc {
	t.Helper()
	s, clock := storetest.New(t)
	users := user.NewService[*store.Tx](s, clock.Now, cheap, policy, noSlots{})
	reg := op.New[*store.Tx](s, users, clock.Now, func(r op.Record) {
		if r.Cause != nil {
			t.Logf("%s: %v", r.Op, r.Cause)
		}
	})
	user.Bind(reg, users)
	p := &pc{
		t: t, clock: clock, state: machine.State{Presence: presence, Company: "Menuiserie Durand"},
		book: &book{},
	}
	p.book.Caller = op.Local[*store.Tx]{
		Registry:   reg,
		Credential: func() op.Credential { return op.Credential{Token: p.book.token} },
	}
	for _, req := range people {
		u, err := user.NewOwner(t.Context(), req, cheap, policy)
		if err != nil {
			t.Fatal(err)
		}
		if req.Role != "" {
			u.Role = req.Role
		}
		if err := s.Update(t.Context(), func(tx *store.Tx) error {
			_,
				err := tx.SaveUser(u)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *pc) State(context.Context) (machine.State, error) { return p.state, nil }
func (p *pc) Create(context.Context, machine.NewBook) (machine.Book, error) {
	return nil, fault.New(fault.Conflict, "store.book_there")
}

func (p *pc) Open(_ context.Context, s machine.Secret) (machine.Book, error) {
	p.opened = append(p.opened, s)
	if s.Password != secretWords && s.Recovery == "" {
		return nil, fault.New(fault.Unauthenticated, "store.wrong_password")
	}
	return p.book, nil
}

func (p *pc) Earlier(_ context.Context, s machine.Secret) (machine.Earlier, error) {
	if s.Password != secretWords {
		return machine.Earlier{}, fault.Field("password", "store.wrong_password")
	}
	return p.earlier, nil
}

func (p *pc) GoBack(_ context.Context, s machine.Secret) error {
	p.back, p.aside = append(p.back, s.Password), "/data/book.aside-20261122-101500"
	return nil
}

func (p *pc) Join(_ context.Context, addr, code, name string) error {
	p.joined = append(p.joined, addr+" "+code+" "+name)
	if code != "ABCD-1234" {
		return fault.New(fault.Unauthenticated, "pair.bad_code")
	}
	p.state = machine.State{Presence: machine.Joined, Host: addr}
	return nil
}

func (p *pc) Find(ctx context.Context, found func(addr string)) {
	p.looking, p.late = ctx, found
	for _, addr := range p.near {
		found(addr)
	}
}

func (p *pc) JoinInvited(_ context.Context, file []byte, name string) error {
	p.joined = append(p.joined, string(file)+" "+name)
	if string(file) != "invitation" {
		return fault.New(fault.Conflict, "pair.invitation_used")
	}
	p.state = machine.State{Presence: machine.Joined, Host: "192.168.1.20"}
	return nil
}

func (p *pc) Firewall() (machine.Firewall, error) { return machine.AnyoneIn, nil }
func (p *pc) LetIn(context.Context, bool) error   { return nil }

func (p *pc) Follow(context.Context, []string) {}
func (p *pc) Standby() machine.Standby         { return p.standby }

func (p *pc) TakeOver(_ context.Context, s machine.Secret, behind bool) error {
	if s.Password != secretWords && s.Recovery != sheet.String() {
		return fault.Field("password", "store.wrong_password")
	}
	if p.behind && !behind {
		return fault.New(fault.Conflict, "relay.copy_behind", "at", storetest.Noon, "n", 3)
	}
	p.relaying = append(p.relaying, "took over")
	p.state = machine.State{Presence: machine.Here}
	return nil
}

func (p *pc) Rival(context.Context) (machine.Rival, error) { return p.rival, p.unreached }

func (p *pc) Rejoin(context.Context) error {
	p.relaying, p.aside = append(p.relaying, "rejoined"), "/data/book.aside-20261122-101500"
	p.state = machine.State{Presence: machine.Joined, Host: p.state.Taken}
	return nil
}

func (p *pc) Connect(context.Context) (machine.Book, error)  { return p.book, nil }
func (p *pc) Leave() error                                   { return nil }
func (p *pc) Preferences() machine.Preferences               { return p.pref }
func (p *pc) SavePreferences(pref machine.Preferences) error { p.pref = pref; return nil }
func (p *pc) OwnCopies() string                              { return p.own }
func (p *pc) Aside() string                                  { return p.aside }
func (p *pc) Name() string                                   { return "PC-COMPTA" }
func (p *pc) Version() string                                { return "test" }
func (p *pc) Raise(context.Context) bool                     { return false }
func (p *pc) Repair(context.Context, machine.RepairRequest) (machine.Repaired, error) {
	return machine.Repaired{}, fault.New(fault.Conflict, "store.repair_needless")
}
func (p *pc) OnRaise(func())                                              {}
func (p *pc) Reference() []op.Entry                                       { return nil }
func (p *pc) OnOpening(func(string))                                      {}
func (p *pc) Logins() []machine.Login                                     { return nil }
func (p *pc) Demo(context.Context, string, func(done, total int64)) error { return nil }
func (p *pc) Providers(bool) []backup.Provider {
	return []backup.Provider{
		{Name: "local", TitleKey: "backup.provider.local.title", First: true},
		{Name: "s3", TitleKey: "backup.provider.s3.title", First: true, Bucket: true},
	}
}

func (p *pc) Form(provider string, _ map[string]string) ([]backup.Field, error) {
	if provider != "s3" {
		return nil, nil
	}
	return []backup.Field{{
		Name: "version_at", Kind: "text", Advanced: true, Reading: true, LabelKey: "backup.field.s3.version_at.label",
	}}, nil
}

func (p *pc) ReachVault(_ context.Context, d backup.NewDestination, _ func(backup.Question) (string, bool),
) (machine.Place, error) {
	if d.Folder == emptyFolder {
		return nil, fault.New(fault.NotFound, "backup.no_vault")
	}
	p.placed = append(p.placed, d)
	return place{p}, nil
}

// emptyFolder has no backups.
const emptyFolder = "/media/empty"

type place struct{ pc *pc }

func (at place) Open(_ context.Context, key string) (machine.Vault, error) {
	at.pc.keys = append(at.pc.keys, key)
	return vault{pc: at.pc}, nil
}

func (p *pc) RecoveryKey(context.Context, machine.Book) (string, error) { return "", nil }

// vault has one copy, in a place with others under a later sheet.
type vault struct {
	machine.Vault
	pc *pc
}

func (vault) Newer() bool { return true }

func (vault) Points(context.Context, int) ([]backup.Point, int, error) {
	return []backup.Point{{
		ID: "1", Writer: "SRV", Made: storetest.Noon, Bytes: 585_000,
		Invoice: "F-2026-0412", Invoices: 412,
	}}, 0, nil
}

func (v vault) Restore(_ context.Context, _, _, _ string, progress func(backup.Progress)) (machine.Restored, error) {
	if v.pc.restoring != nil {
		if err := v.pc.restoring(); err != nil {
			return machine.Restored{}, err
		}
	}
	if v.pc.state.Presence == machine.Here {
		v.pc.aside = "/data/book.aside-20261122-101500"
	}
	return machine.Restored{Login: "claire", Events: 54, Invoices: 412}, nil
}

// screen is the window of a test.
type screen struct {
	t       *testing.T
	flow    *start.Flow
	window  fyne.Window
	entered []user.Me
	opened  []machine.Book // by the PC itself
}

func show(t *testing.T, p *pc) *screen { return showOn(t, p, p) }

// showOn shows the screens of a machine that differs from a PC in some way.
func showOn(t *testing.T, p *pc, m machine.Machine) *screen {
	t.Helper()
	kit.After = kit.Never
	app := test.NewTempApp(t)
	theme.Apply(app, theme.Light)
	kit.SetWords(uitest.Words())
	host := kit.NewHost(kit.Gap(1, 1))
	s := &screen{t: t, window: test.NewTempWindow(t, host)}
	s.window.SetPadded(false)
	s.window.Resize(fyne.NewSize(1440, 900))
	host.Attach(s.window)
	s.flow = &start.Flow{
		Window: s.window, Host: host, Machine: m, Text: i18n.For(i18n.French), Clock: p.clock.Now,
		Opened: func(b machine.Book) { s.opened = append(s.opened, b) },
		Spawn:  func(work, then func()) { work(); then() }, Language: func(string) {},
		Entered: func(_ machine.Book, me user.Me) { s.entered = append(s.entered, me) },
	}
	s.flow.Run()
	return s
}

// has tells whether a text stands on the screen.
func (s *screen) has(part string) bool {
	found := false
	see := func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *kit.Label:
			found = found || strings.Contains(o.Text(), part)
		case *kit.Banner:
			found = found || strings.Contains(o.Text(), part)
		case *kit.Field:
			found = found || strings.Contains(o.Refusal(), part)
		}
	}
	for _, o := range append(s.window.Canvas().Overlays().List(), s.window.Content()) {
		uitest.Walk(o, see)
	}
	return found
}

func (s *screen) press(text string) {
	s.t.Helper()
	var button *kit.Button
	for _, o := range append(s.window.Canvas().Overlays().List(), s.window.Content()) {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok && b.Text() == text && button == nil {
				button = b
			}
		})
	}
	if button == nil {
		s.t.Fatalf("no button %q", text)
	}
	button.Tapped(nil)
}

// fields are the boxes that can be typed in, from top to bottom.
func (s *screen) fields() []*kit.LineEdit {
	var out []*kit.LineEdit
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.LineEdit); ok {
			out = append(out, e)
		}
	})
	return out
}

// pick presses a button that asks for a file, and chooses one.
func (s *screen) pick(button, path string) {
	s.t.Helper()
	s.t.Setenv("DBUS_SESSION_BUS_ADDRESS", "") // in the window
	s.press(button)
	var at *kit.LineEdit
	uitest.Walk(s.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.LineEdit); ok && at == nil {
			at = e
		}
	})
	at.OnSubmitted(path)
}

func (s *screen) code(digits string) {
	s.t.Helper()
	var input *kit.CodeInput
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.CodeInput); ok {
			input = c
		}
	})
	if input == nil {
		s.t.Fatal("no code asked")
	}
	for _, r := range digits {
		input.TypedRune(r)
	}
}

// tick ticks the box of the screen.
func (s *screen) tick() {
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Check); ok {
			c.Tapped(nil)
		}
	})
}

var owner = user.SaveRequest{Login: "claire", Name: "Claire Durand", Role: auth.Owner, Password: secretWords}

func (s *screen) login(name, word string) {
	f := s.fields()
	f[0].SetText(name)
	f[1].SetText(word)
	s.press("Se connecter")
}

func TestTheFirstLogInSetsUpTheSecondFactor(t *testing.T) {
	p := newPC(t, machine.Here, owner)
	s := show(t, p)
	s.login("claire", "mauvais")
	if !s.has("Mot de passe incorrect") || len(s.entered) > 0 {
		t.Fatal("a wrong password is not refused in words")
	}
	s.login("claire", secretWords)
	if !s.has("Le premier code prouve") {
		t.Fatal("the second factor is not set up")
	}
	secret := strings.ReplaceAll(s.fields()[0].Text(), " ", "")
	s.code("000000")
	if s.has("Vos codes de secours") {
		t.Fatal("a wrong code is accepted")
	}
	if !s.has("Ce code n’est pas le bon") || s.has("prenez un code de secours") {
		t.Error("it is not said, or sends to the recovery codes that nobody has yet")
	}
	code, err := user.CodeAt(secret, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.code(code)
	if !s.has("Vos codes de secours") {
		t.Fatal("the right code is refused")
	}
	codes := s.visible()
	if codes == "" {
		t.Fatal("no codes are seen")
	}
	s.flow.Lock() // the PC goes to sleep
	s.flow.Lock() // and its screen is locked
	if s.visible() != "" || !s.has("Session verrouillée") || !s.has("Claire Durand") {
		t.Fatal("the codes stay on the screen")
	}
	s.fields()[0].SetText("mauvais")
	if s.press("Déverrouiller"); s.visible() != "" || !s.has("pas votre mot de passe") {
		t.Fatal("another password shows them")
	}
	s.fields()[0].SetText(secretWords)
	if s.press("Déverrouiller"); s.visible() != codes || !s.has("Vos codes de secours") {
		t.Fatal("the person cannot go on where they were")
	}
	s.flow.Lock()
	s.press("Se déconnecter")
	p.clock.Add(time.Minute)
	s.login("claire", secretWords)
	if s.flow.Lock(); s.visible() != "" || s.has("Session verrouillée") {
		t.Fatal("shown before the second factor, or the log-in is locked")
	}
	if code, err = user.CodeAt(secret, p.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if s.code(code); s.visible() != codes {
		t.Fatal("the codes are lost")
	}
	s.press("Suivant")
	closed := false
	s.flow.Leaving(func() { closed = true })
	if len(s.entered) > 0 || closed {
		t.Fatal("the codes may be left without saying that they are kept")
	}
	s.press("Revenir aux codes")
	s.tick()
	if s.flow.Leaving(func() { closed = true }); !closed {
		t.Fatal("the window stays although the codes are kept")
	}
	s.press("Suivant")
	if len(s.entered) != 1 || s.entered[0].User.Name != "Claire Durand" || p.pref.Login != "" {
		t.Fatalf("entered %+v, remembered %q without being asked to", s.entered, p.pref.Login)
	}
	again(t, p, secret)
}

// again logs the same person in a second time: now the code is asked.
func again(t *testing.T, p *pc, secret string) {
	t.Helper()
	p.clock.Add(time.Minute)
	p.book.token = ""
	s := show(t, p)
	s.tick()
	s.login("claire", secretWords)
	if !s.has("Vérification en deux étapes") {
		t.Fatal("the code is not asked")
	}
	code, err := user.CodeAt(secret, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.code(code)
	if len(s.entered) != 1 || p.pref.Login != "claire" {
		t.Errorf("the right code opens %d times, remembered %q", len(s.entered), p.pref.Login)
	}
}

func TestJoiningSaysWhatIsWrongThenLogsIn(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	s.press("Rejoindre")
	s.press("Apparier")
	if len(p.joined) != 0 || !s.has("Recopiez l’adresse") {
		t.Fatalf("an empty form is sent: %v", p.joined)
	}
	f := s.fields()
	f[0].SetText("192.168.1.20")
	f[2].SetText("ABCD-9999")
	s.press("Apparier")
	if !s.has("Ce n’est pas le bon code") {
		t.Fatal("a wrong code is not told")
	}
	f[2].SetText(" ABCD-1234 ")
	s.press("Apparier")
	if want := "192.168.1.20 ABCD-1234 PC-COMPTA"; len(p.joined) != 2 || p.joined[1] != want {
		t.Errorf("joined %q, want %q", p.joined, want)
	}
	if !s.has("192.168.1.20") || !s.has("Connexion") {
		t.Error("the log-in does not follow")
	}
}

// TestMainPCsOnTheNetworkAreListed: the first one is chosen, another by a tap, and what somebody types stays.
func TestMainPCsOnTheNetworkAreListed(t *testing.T) {
	p := newPC(t, machine.Nothing)
	p.near = []string{"192.168.1.20:24653", "10.0.0.7:4000"}
	s := show(t, p)
	s.press("Rejoindre")
	f := s.fields()
	if got := f[0].Text(); got != "192.168.1.20" {
		t.Fatalf("the one that was found is not chosen: %q", got)
	}
	f[2].SetText("ABCD-1234")
	near := s.near()
	if near.Key() != "192.168.1.20" {
		t.Errorf("%q is marked", near.Key())
	}
	near.SetKey("10.0.0.7:4000")
	near.OnChanged("10.0.0.7:4000")
	if got := f[0].Text(); got != "10.0.0.7:4000" {
		t.Fatalf("another one is not chosen: %q", got)
	}
	s.press("Apparier")
	if want := "10.0.0.7:4000 ABCD-1234 PC-COMPTA"; len(p.joined) != 1 || p.joined[0] != want {
		t.Errorf("joined %q, want %q", p.joined, want)
	}
}

// near is the list of main PCs.
func (s *screen) near() (list *kit.Choice) {
	s.t.Helper()
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Choice); ok {
			list = c
		}
	})
	if list == nil {
		s.t.Fatal("no list of main PCs")
	}
	return list
}

// TestALateMainPCDoesNotTakeTheBoxAway from who types an address, and none is shown once the screen was left.
func TestALateMainPCDoesNotTakeTheBoxAway(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	s.press("Rejoindre")
	s.fields()[0].SetText("192.168.1.3")
	p.late("192.168.1.20:24653")
	if got := s.fields()[0].Text(); got != "192.168.1.3" || !s.near().Visible() || s.near().Key() == "192.168.1.20" {
		t.Errorf("typed 192.168.1.3, the box says %q and %q is marked", got, s.near().Key())
	}
	s.press("Retour")
	if p.looking.Err() == nil {
		t.Error("it is looked for main PCs behind another screen")
	}
}

// TestJoiningWithAnInvitationFile: nothing has to be typed, and what is wrong with the file is told.
func TestJoiningWithAnInvitationFile(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s.press("Rejoindre")
	s.pick("J’ai un fichier d’invitation", file("used.zafe-invitation", "used"))
	if !s.has("a déjà servi") {
		t.Fatal("a file that was used is not told")
	}
	s.pick("J’ai un fichier d’invitation", file("good.zafe-invitation", "invitation"))
	if want := "invitation PC-COMPTA"; len(p.joined) != 2 || p.joined[1] != want {
		t.Errorf("joined %q, want %q", p.joined, want)
	}
	if !s.has("192.168.1.20") || !s.has("Connexion") {
		t.Error("the log-in does not follow")
	}
}

func TestTheRecoveryKeyIsReadGroupByGroup(t *testing.T) {
	key := recovery.Key{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	boxes := s.fields()
	if len(boxes) != recovery.GroupCount {
		t.Fatalf("%d boxes for %d groups", len(boxes), recovery.GroupCount)
	}
	printed := recovery.Prefix + " " + strings.Join(key.Groups(), " ")
	for _, asPrinted := range []string{printed, strings.TrimPrefix(printed, recovery.Prefix+" ")} {
		for _, b := range boxes {
			b.SetText("")
		}
		s.window.Canvas().Focus(boxes[0])
		for _, r := range asPrinted {
			s.window.Canvas().Focused().TypedRune(r)
		}
		for i, g := range key.Groups() {
			if boxes[i].Text() != g {
				t.Errorf("box %d holds %q after %q was typed, want %q", i+1, boxes[i].Text(), asPrinted, g)
			}
		}
	}
	clipboard := fyne.CurrentApp().Clipboard()
	clipboard.SetContent(strings.ToLower(key.String()))
	boxes[2].TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	for i, g := range key.Groups() {
		if boxes[i].Text() != g {
			t.Errorf("box %d holds %q after a paste, want %q", i+1, boxes[i].Text(), g)
		}
	}
	wrong := []byte(key.Groups()[3])
	wrong[0] = map[bool]byte{true: '1', false: '0'}[wrong[0] == '0']
	boxes[3].SetText(string(wrong))
	s.press("Voir les copies")
	if len(p.keys) != 0 || !s.has("groupe 4") {
		t.Fatal("the mistyped group is not named")
	}
	boxes[3].SetText(key.Groups()[3])
	s.press("Voir les copies")
	if len(p.keys) != 1 || p.keys[0] != key.String() || p.placed[0].Folder != "/media/usb" {
		t.Fatalf("asked %v with %v", p.placed, p.keys)
	}
	if !s.has("Quelle copie restaurer") {
		t.Error("the copies are not shown")
	}
}

// TestTwoSharedSheetsOpen as the whole one does: typed into its boxes, a share asks for another. They are handed on as
// shares: the sheet of the whole key was not read.
func TestTwoSharedSheetsOpen(t *testing.T) {
	key := recovery.Key{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	shares := key.Shares()
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	s.window.Canvas().Focus(s.fields()[0])
	for _, r := range strings.ToLower(shares[2].String()) {
		s.window.Canvas().Focused().TypedRune(r)
	}
	lines := s.fields()
	if len(lines) != 2 || lines[0].Text() != shares[2].String() {
		t.Fatalf("%d fields, the first holds %q", len(lines), lines[0].Text())
	}
	s.press("Voir les copies")
	if len(p.keys) != 0 || !s.has("deuxième feuille") {
		t.Fatal("one share is taken for the key")
	}
	for text, says := range map[string]string{
		recovery.Key{9}.Shares()[0].String():   "ne vont pas ensemble",
		shares[2].String():                     "même feuille, la n° 3",
		shares[0].String()[:20] + "0000-0000-": "incomplète",
	} {
		lines[1].SetText(text)
		s.press("Voir les copies")
		if len(p.keys) != 0 || !s.has(says) {
			t.Errorf("%q is not said of %q", says, text)
		}
	}
	lines[1].SetText(shares[0].String())
	s.press("Voir les copies")
	if len(p.keys) != 1 || p.keys[0] != shares[2].String()+"+"+shares[0].String() {
		t.Fatalf("asked with %v", p.keys)
	}
}

// TestTheSheetIsAskedForAsTheOwnerHasIt: whole, then shared, then whole again.
func TestTheSheetIsAskedForAsTheOwnerHasIt(t *testing.T) {
	s := show(t, newPC(t, machine.Nothing))
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	s.press("J’ai des feuilles partagées")
	if n := len(s.fields()); n != 2 {
		t.Errorf("%d fields for two shares", n)
	}
	s.press("J’ai la feuille entière")
	if n := len(s.fields()); n != recovery.GroupCount {
		t.Errorf("%d boxes for the key", n)
	}
}

// TestGoingBackBeforeAnUpdate: the password first, what it costs in numbers, then a question.
func TestGoingBackBeforeAnUpdate(t *testing.T) {
	p := newPC(t, machine.Here, owner)
	const link = "Revenir à avant la mise à jour"
	s := show(t, p)
	if s.offers(link) {
		t.Fatal("offered where nothing is kept")
	}
	p.state.Earlier = true
	p.earlier = machine.Earlier{At: storetest.Noon, Changes: 12, Invoices: 3, LastInvoice: "F-2026-0042", Counted: true}
	s.flow.Run()
	s.press(link)
	s.fields()[0].SetText("autre chose")
	s.press("Voir ce qui serait perdu")
	if !s.has("Ce mot de passe n’ouvre pas") || len(p.back) > 0 {
		t.Fatal("anybody can look")
	}
	s.fields()[0].SetText(secretWords)
	s.press("Voir ce qui serait perdu")
	for _, part := range []string{"12", "3", "F-2026-0042", "jamais deux fois"} {
		if !s.asks(part) {
			t.Errorf("the question does not say %q", part)
		}
	}
	if len(p.back) > 0 {
		t.Fatal("gone before the answer")
	}
	s.press("Revenir en arrière")
	if len(p.back) != 1 || p.back[0] != secretWords {
		t.Errorf("gone back with %v", p.back)
	}
	if !s.has("pas avec l’ancienne") {
		t.Error("nobody says which program opens it")
	}
	if !s.offers("Se connecter") || !s.has("/data/book.aside-20261122-101500") {
		t.Error("no log-in afterwards, or it does not say where the other book is kept")
	}
}

// offers tells whether a button is there.
func (s *screen) offers(text string) bool {
	found := false
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = true
		}
	})
	return found
}

// asks tells whether a text stands in a dialog.
func (s *screen) asks(part string) bool {
	found := false
	for _, o := range s.window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), part) {
				found = true
			}
		})
	}
	return found
}

// TestTheOwnerWhoWantsToBeRememberedIs: also after others logged in.
func TestTheOwnerWhoWantsToBeRememberedIs(t *testing.T) {
	for _, keep := range []bool{true, false} {
		p := newPC(t, machine.Here, owner)
		p.pref.Owner = "ancien"
		s := show(t, p)
		if keep {
			s.tick()
		}
		s.login("claire", secretWords)
		secret := strings.ReplaceAll(s.fields()[0].Text(), " ", "")
		code, err := user.CodeAt(secret, p.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		s.code(code)
		want := ""
		if keep {
			want = "claire"
		}
		if p.pref.Login != want || p.pref.Owner != want {
			t.Errorf("remembered %q, owner %q, want %q", p.pref.Login, p.pref.Owner, want)
		}
	}
}
