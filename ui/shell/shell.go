package shell

import (
	"context"
	"runtime"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/company"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Brand is the product's name, the same in every language.
const Brand = "Zafè"

// Options are what a Shell is made of.
type Options struct {
	Window  fyne.Window
	Host    *kit.Host // root of the window
	Keys    *kit.Keys
	Machine machine.Machine
	Book    machine.Book
	Me      user.Me
	Text    *i18n.Printer
	Pages   Table
	Clock   func() time.Time
	// Spawn runs work elsewhere and then on the UI goroutine; tests do both at once.
	Spawn func(work, then func())
	// First may stand before the pages, over the whole window, until it calls done: the set-up.
	First func(env *page.Env, done func()) fyne.CanvasObject
	// Relogin says that the session is over and asks who is there, the one with login most likely, then calls again; the
	// shell keeps the pages meanwhile.
	Relogin func(login string, again func(user.Me))
	// Enrol has a person who now must have a second factor switch it on, then calls again; the shell keeps the pages
	// meanwhile.
	Enrol func(again func(user.Me))
	// LoggedOut is called after the person left; the book stays open.
	LoggedOut func()
	// Barred is called instead when the main PC turned this PC away, with its refusal.
	Barred func(err error)
	// Rebuild makes the window anew, in another language.
	Rebuild func(me user.Me)
	// Eyes is set while an owner looks through the eyes of Me, and Turn makes the window anew for another pair of eyes,
	// or for the owner's own when eyes is nil.
	Eyes *Eyes
	Turn func(me user.Me, eyes *Eyes) *Shell
	// Quit ends the program once the book is closed.
	Quit func()
	// Asks tells whether somebody is there to be asked while the program ends; nil: nobody is.
	Asks func() bool
	// Begun is when the program began, at the first log-in after that: work from before that is on this PC only had not
	// left when the program ended, and is told.
	Begun time.Time
	// Updated: the machine keeps the book as it was before its last update.
	Updated bool
	// Restore shows the screen that restores a copy, once the book is closed; nil where there is none.
	Restore func()
	// TakeOver shows the screen that makes this PC the main one, once the book is closed; nil where there is none. What was
	// typed and not saved goes with it, to be saved once its person is in: see Resume.
	TakeOver func(typed []page.Carry)
	// Anew shows the first screen, once the book is closed; nil where there is none.
	Anew func()
	// Tick runs act on the UI goroutine at intervals until ctx ends; nil never does.
	Tick func(ctx context.Context, d time.Duration, act func())
	// Listen tells what others change after an event, until ctx ends or it is cut, then why; both on the UI goroutine.
	// nil: nobody tells.
	Listen func(ctx context.Context, after int64, heard func(change.News), ended func(error))
	// Serve answers the other PCs for the program's life, and tells when it does and when it cannot;
	// nil: nobody comes.
	Serve func(b machine.Book, ready func(), failed func(error))
}

// Shell is the window of a person who is logged in.
type Shell struct {
	Options
	ctx     context.Context // ends with the window or the session
	cancel  context.CancelFunc
	nav     *kit.NavBar
	root    fyne.CanvasObject // the pages with all that is around them
	front   fyne.CanvasObject // what the window shows when it is not locked: root, or the set-up
	place   *fyne.Container   // holds the page shown
	top     *topBar
	tasks   *fyne.Container
	status  *kit.StatusBar
	banner  *kit.Banner // that the main PC is lost
	relieve *kit.Button // in it, where this PC can take its place
	wound   *kit.Banner // that the book is damaged
	outside *kit.Banner // that another PC is the main one now
	mass    *kit.Banner // that somebody is held, for the owners
	letters *kit.Banner // that there is something to know about the accounts
	danger  *kit.Banner // that the copies are in danger, for who cannot mend them
	shield  *kit.Shield // over the page, and what stands over it, while they move
	history []*frame    // the last one is shown
	drop    []func()    // take the shell's shortcuts out
	link    link
	ears    ears
	facts   facts
	halt    halt
	aid     aid
	idle    idle
	files   *Chooser
	quits   bool   // the program ends
	asking  bool   // the log-in is over the pages, or the switching on of a second factor
	waits   int    // requests that waited for the person's word when last looked at
	dated   bool   // the window is of somebody who might do other things, and is made anew once nothing is unsaved
	putBack func() // shows the dialogs again that the log-in took off

	told, given, longer *kit.Modal      // what a person is told at the log-in, each open once; see notices
	gone                map[letter]bool // notices that were read in this window
}

// New makes the window's content and shows it, at home or at the set-up.
func New(o Options) *Shell {
	clearDocuments()
	s := &Shell{Options: o, gone: map[letter]bool{}}
	s.told, s.given, s.longer = &kit.Modal{}, &kit.Modal{}, &kit.Modal{} // none is open
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.link.online = true
	s.files = &Chooser{Window: o.Window, Text: o.Text, Spawn: o.Spawn}
	s.place, s.shield = container.NewStack(), kit.NewShield()
	s.tasks = kit.VBox(0)
	s.status = kit.NewStatusBar()
	s.nav = kit.NewNavBar(Brand, "", s.items(false), s.items(true), s.visit)
	s.nav.SetUser(o.Me.User.Name, o.Me.User.RoleTitle(o.Text))
	s.nav.OnUser = s.userMenu
	s.top = s.newTopBar()
	s.relieve = kit.NewButton(s.t("start.relay.act"), "", kit.Ghost, s.askToTakeOver)
	s.banner = kit.NewBanner(kit.Warn, "", "", s.relieve,
		kit.NewButton(s.t("shell.link.retry"), "arrows-clockwise", kit.Ghost, s.retry)).Icon("wifi-slash")
	s.banner.Hide()
	s.wound = kit.NewBanner(kit.Error, s.t("shell.damaged.banner"), s.t("shell.damaged.banner_text"),
		kit.NewButton(s.t("shell.damaged.act"), "", kit.Ghost, s.explain)).Icon("shield-warning")
	s.wound.Hide()
	s.outside = kit.NewBanner(kit.Error, "", "", kit.NewButton(s.t("shell.outside.decide"), "", kit.Ghost,
		func() { s.leaving(s.history, s.leaveToDecide) }))
	s.outside.Hide()
	s.danger = kit.NewBanner(kit.Error, s.t("alerts.banner"), "",
		kit.NewButton(s.t("alerts.seen"), "", kit.Ghost, s.seen)).Icon("shield-warning")
	s.danger.Hide()
	s.newHalt()
	s.newAid()
	s.newMass()
	s.newLetters()
	s.idle.init(s)
	// What is said of a lost main PC takes the place of the search and of what makes something new, of no use then: a page
	// that moved down would have the next click beside the field it was meant for, and what is typed after it lost.
	over := container.NewStack(s.top.object, s.banner)
	column := kit.VFill(0, 8, s.halt.banner, s.aid.banner, s.mass, s.letters, s.wound, s.outside, s.danger, over, s.place, s.tasks)
	s.root = container.NewStack(s.idle.sense, kit.Shell(s.nav, s.overall(), container.NewStack(column, s.shield), s.status))
	s.commands()
	return s
}

// appear shows a banner over the page, or takes it away. The page moves by that: for a moment it takes no click, which
// was meant for what stood there before.
func (s *Shell) appear(b *kit.Banner, on bool) {
	if b.Visible() == on {
		return
	}
	if on {
		b.Show()
	} else {
		b.Hide()
	}
	s.shield.Hold()
}

// Start shows the first page, and begins to follow the book: link, backups, idleness.
func (s *Shell) Start() {
	s.Window.SetOnDropped(s.dropped)
	s.follow()
	s.name()
	if s.First == nil {
		s.home()
		return
	}
	env := s.newFrame(page.Route{Name: "setup"}).env
	s.front = container.NewStack(s.idle.sense, s.First(env, func() { s.leaveAll(); s.name(); s.home() }))
	if s.current() == nil { // else it was finished already
		s.Host.SetContent(s.front)
	} else {
		s.front = s.root
	}
}

func (s *Shell) home() {
	s.front = s.root
	s.Host.SetContent(s.root)
	s.facts.poll(s)
	for _, a := range areas {
		if s.may(a) {
			s.jump(page.Route{Name: a.key})
			break
		}
	}
	if s.facts.damaged() {
		s.explain()
	}
	s.notices()
}

// name shows the company's name in the bar and the title of the window.
func (s *Shell) name() {
	if !s.Me.Can(company.Get.Needs) { // asked for all the same, it is in the journal as an attempt of theirs
		return
	}
	var p company.Profile
	s.run(func(ctx context.Context) (err error) {
		p, err = company.Get.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		if err != nil {
			return // the bar keeps the product's name alone
		}
		s.nav.SetBrand(Brand, p.Name)
		s.Window.SetTitle(p.Name + " – " + Brand)
	})
}

// t is the text of a key; args are name, value pairs.
func (s *Shell) t(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return s.Text.T(key, m)
}

// run works for the window itself: it goes on when the page is left.
func (s *Shell) run(work func(context.Context) error, done func(error)) {
	var err error
	s.Spawn(func() { err = work(s.ctx) }, func() {
		if s.ctx.Err() == nil && !s.barred(err) {
			done(err)
		}
	})
}

// may tells whether an area can be visited: its page exists and the person has a right on it.
func (s *Shell) may(a area) bool {
	if _, ok := s.Pages[a.key]; !ok {
		return false
	}
	return slices.ContainsFunc(a.needs, s.Me.Can)
}

// pcsAlone tells whether an entry shows the PCs and nobody's account, as to who looks after those alone.
func (s *Shell) pcsAlone(a area) bool { return a.key == "people" && !s.Me.Can(auth.UserManage) }

// title is what an entry of the left bar is called to the person.
func (s *Shell) title(a area) string {
	if s.pcsAlone(a) {
		return s.t("people.pcs")
	}
	return s.t("shell.nav." + a.key)
}

func (s *Shell) items(bottom bool) []kit.NavItem {
	var out []kit.NavItem
	for _, a := range areas {
		if a.bottom == bottom && s.may(a) {
			out = append(out, kit.NavItem{Key: a.key, Text: s.title(a), Icon: a.icon})
		}
	}
	return out
}

func (s *Shell) visit(key string) {
	from := ""
	if f := s.current(); f != nil {
		from = s.area(f.route)
	}
	s.nav.SetKey(from) // until the page really changes: the person may stay
	s.leaving(s.history, func() { s.jump(page.Route{Name: key}) })
}

func (s *Shell) area(r page.Route) string {
	if p, ok := parent[r.Name]; ok {
		return p
	}
	return r.Name
}

// end stops everything the shell does, when the person leaves: no dialog of theirs stays for the next one.
func (s *Shell) end() {
	kit.CloseLayers(s.Window.Canvas())
	s.leaveAll()
	s.cancel()
	for _, d := range s.drop {
		d()
	}
	// Copies of what the book holds. A viewer of Windows may still keep one open: the next start
	// removes it.
	clearDocuments()
}

// LogOut closes the session and shows the log-in. A screen that is locked stays so until then.
func (s *Shell) LogOut() {
	s.leaving(s.history, func() {
		if s.Eyes != nil {
			s.Book.SetToken(s.Eyes.Token) // the look ends with the session that it was opened from
		}
		s.deafen()
		s.Spawn(func() {
			// A session that cannot be closed on the main PC ends there by itself.
			_, _ = user.Logout.Call(s.ctx, s.Book, op.Empty{})
		}, func() {
			if s.ctx.Err() != nil {
				return // asked twice
			}
			s.Book.SetToken("")
			s.Book.SetAway(false)
			s.end()
			s.LoggedOut()
		})
	})
}

// ApplyTheme shows the colours a person prefers: "light", "dark", or "" to follow the system, which
// on a Linux session without a settings service means light.
func ApplyTheme(name string) {
	modes := map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark}
	mode := modes[name]
	if mode == theme.System && runtime.GOOS == "linux" && !portal() {
		mode = theme.Light
	}
	theme.Apply(fyne.CurrentApp(), mode)
}
