//go:build !headless

// Package ui is the desktop: it opens the window, leads the person in (package start) and shows the
// pages (package shell). It knows this PC through package machine and the book through operations.
package ui

import (
	"context"
	"os"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/user"
	"zafe/ui/away"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/shell"
	"zafe/ui/start"
	"zafe/ui/theme"
)

// The size of the window: what it opens at, and the least the pages are made for.
const (
	widthFirst, heightFirst float32 = 1440, 900
	widthLeast, heightLeast float32 = 1120, 640
)

// desktop is the program's one window.
type desktop struct {
	ctx     context.Context
	app     fyne.App
	window  fyne.Window
	host    *kit.Host
	keys    *kit.Keys
	machine machine.Machine
	text    *i18n.Printer
	pages   shell.Table
	flow    *start.Flow
	shell   *shell.Shell
	begun   time.Time    // until the first log-in
	leaves  bool         // the program ends, from the screens before the pages
	served  machine.Book // the book the other PCs are let in to
}

// Run opens the desktop and returns when it is closed. When another window works on this PC's book, that
// one comes to the front instead. Faults: ui.no_screen, ui.no_opengl.
func Run(ctx context.Context, m machine.Machine) error {
	if m.Raise(ctx) {
		return nil
	}
	if err := screen(); err != nil {
		return err
	}
	d := &desktop{ctx: ctx, app: app.NewWithID("fr.zafe.desktop"), machine: m, pages: pages(), begun: machine.Now()}
	pref := m.Preferences()
	d.text = i18n.For(language(pref.Lang))
	shell.ApplyTheme(pref.Theme)
	d.app.SetIcon(theme.AppIcon())
	shell.UseLanguage(d.text)
	d.open(pref)
	m.OnRaise(func() {
		fyne.Do(func() {
			d.window.Show()
			d.window.RequestFocus()
		})
	})
	stop := context.AfterFunc(ctx, func() { fyne.Do(d.close) })
	defer stop()
	following, leave := context.WithCancel(ctx)
	go away.Watch(following, func() { fyne.Do(d.lock) })
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		m.Follow(following, nil)
	}()
	d.app.Run()
	leave()
	<-followed
	return nil
}

// language is the one preferred on this PC, else the system's.
func language(preferred string) string {
	for _, l := range []string{preferred, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if strings.HasPrefix(l, i18n.English) {
			return i18n.English
		}
		if l != "" {
			return i18n.French
		}
	}
	return i18n.French
}

func (d *desktop) open(pref machine.Preferences) {
	d.window = d.app.NewWindow(shell.Brand)
	d.host = kit.NewHost(kit.Backdrop(theme.Surface, kit.Gap(widthLeast, heightLeast)))
	d.window.SetPadded(false)
	d.window.SetMaster()
	d.window.SetContent(d.host)
	d.host.Attach(d.window)
	d.keys = kit.InstallKeys(d.window)
	size := fyne.NewSize(widthFirst, heightFirst)
	if pref.Width >= widthLeast && pref.Height >= heightLeast {
		size = fyne.NewSize(pref.Width, pref.Height)
	}
	d.window.Resize(size)
	d.window.CenterOnScreen()
	d.window.SetCloseIntercept(d.close)
	d.start()
	d.flow.Run()
	d.window.Show()
}

// start prepares the screens before the pages.
func (d *desktop) start() {
	was := d.flow
	d.flow = &start.Flow{
		Window: d.window, Host: d.host, Machine: d.machine, Text: d.text, Clock: machine.Now, Spawn: spawn,
		Entered: func(b machine.Book, me user.Me) { d.enter(b, me, true) },
		Opened:  d.serveEarly,
		Language: func(lang string) {
			d.speak(lang)
			p := d.machine.Preferences()
			p.Lang = lang
			d.keep(p)
			d.flow.Text = d.text
			d.flow.Again()
		},
	}
	if was != nil {
		d.flow.After(was)
	}
}

// speak changes the language of the program.
func (d *desktop) speak(lang string) {
	d.text = i18n.For(lang)
	shell.UseLanguage(d.text)
}

func (d *desktop) keep(p machine.Preferences) {
	if err := d.machine.SavePreferences(p); err != nil {
		kit.Toast(d.host, kit.Warn, d.text.Fault(err))
	}
}

// enter shows the pages of a person, or the set-up while it is not finished.
func (d *desktop) enter(b machine.Book, me user.Me, first bool) {
	d.show(b, me, nil, first)
	if first {
		d.older(me)
	}
}

// show makes the window of a person, whose eyes may be those that an owner looks through.
func (d *desktop) show(b machine.Book, me user.Me, eyes *shell.Eyes, first bool) *shell.Shell {
	if me.User.Lang != "" && me.User.Lang != d.text.Lang() {
		d.speak(me.User.Lang)
	}
	d.flow.Text = d.text
	if me.User.Theme != "" { // a person who chose none keeps this PC's
		shell.ApplyTheme(me.User.Theme)
	}
	o := shell.Options{
		Window: d.window, Host: d.host, Keys: d.keys, Machine: d.machine, Book: b, Me: me, Text: d.text,
		Pages: d.pages,
		Clock: machine.Now, Spawn: spawn, Tick: tick, Serve: d.serve, Quit: d.quit, Asks: d.asks, Listen: listening(b),
		Relogin:   func(login string, again func(user.Me)) { d.flow.Over(b, login, again) },
		Enrol:     func(again func(user.Me)) { d.flow.Enrol(b, again) },
		LoggedOut: func() { d.shell = nil; d.start(); d.flow.LogIn(b) },
		Barred:    func(err error) { d.shell = nil; d.start(); d.flow.Barred(b, err) },
		Restore:   func() { d.shell = nil; d.start(); d.flow.Mend() },
		TakeOver: func(typed []page.Carry) {
			d.shell = nil
			d.start()
			d.flow.Typed = start.Typed{By: me.User, Pages: typed}
			d.flow.TakeOver()
		},
		Anew:    func() { d.shell = nil; d.start(); d.flow.Run() },
		Rebuild: func(me user.Me) { d.enter(b, me, false) },
		Eyes:    eyes,
		Turn:    func(me user.Me, eyes *shell.Eyes) *shell.Shell { return d.show(b, me, eyes, false) },
	}
	if st, err := d.machine.State(d.ctx); err == nil && b.Local() {
		o.Updated = st.Earlier
	}
	if first && b.Local() {
		o.Begun, d.begun = d.begun, time.Time{}
		o.First = d.flow.SetUp(me)
	}
	d.shell = shell.New(o)
	d.shell.Start()
	if typed := d.flow.Typed; eyes == nil && me.User.ID == typed.By.ID && o.First == nil {
		d.flow.Typed.Pages = nil
		d.shell.Resume(typed.Pages, func(c page.Carry) { d.flow.Typed.Pages = append(d.flow.Typed.Pages, c) })
	}
	return d.shell
}

// older says when the book shows less than this PC had seen of it.
func (d *desktop) older(me user.Me) {
	st, err := d.machine.State(d.ctx)
	if err != nil || !st.Older {
		return
	}
	var m *kit.Modal
	text := d.text.T("start.older.text", nil)
	if me.User.Role == auth.Owner { // who is not told to tell an owner
		text = d.text.T("start.older.owner", nil)
	}
	ok := kit.NewButton(d.text.T("common.close", nil), "", kit.Primary, func() { m.Close() })
	m = kit.NewModal(d.text.T("start.older", nil), 520, kit.Paragraph(text), ok).
		Mark("warning", kit.Warn)
	m.Show(d.window)
}

// lock hides the pages, when there are any, and what else nobody is to see, as their person left this PC.
func (d *desktop) lock() {
	if d.shell != nil {
		d.shell.Lock()
	}
	d.flow.Lock()
}

// close leaves whatever is on the screen.
func (d *desktop) close() {
	if size := d.window.Canvas().Size(); size.Width >= widthLeast && size.Height >= heightLeast {
		p := d.machine.Preferences()
		p.Width, p.Height = size.Width, size.Height
		d.keep(p)
	}
	switch {
	case d.shell != nil && d.asks():
		d.shell.Close()
	case d.shell != nil:
		d.shell.Quits()
	case d.asks():
		d.flow.Leaving(d.leave)
	default:
		d.leave()
	}
}

// leave ends the program from the screens before the pages.
func (d *desktop) leave() {
	if d.flow.Book() == nil {
		d.quit()
		return
	}
	if d.leaves { // the window was closed again
		return
	}
	d.leaves = true
	shell.Leave(shell.LeaveOptions{
		Window: d.window, Text: d.text, Book: d.flow.Book(), Spawn: spawn, Tick: tick, Quit: d.quit,
		Clock: machine.Now, Ask: d.asks,
	})
}

// asks tells whether somebody is to be asked while the program ends: not once the system stops it.
func (d *desktop) asks() bool { return d.ctx.Err() == nil }

func (d *desktop) quit() { d.app.Quit() }

// serve answers the other PCs until the program ends; a second log-in finds it serving already.
func (d *desktop) serve(b machine.Book, ready func(), failed func(error)) {
	if d.served == b {
		return
	}
	d.served = b
	go func() {
		err := b.Serve(d.ctx, shell.ServeAddr, func(string) { fyne.Do(ready) })
		fyne.Do(func() {
			d.served = nil
			failed(err)
		})
	}()
}

// serveAgain is how long to wait before a port that was taken is tried again.
const serveAgain = 30 * time.Second

// serveEarly lets the other PCs in while nobody has logged in at this one: after a power cut, nobody may
// be there. From the first log-in on the pages look after the port.
func (d *desktop) serveEarly(b machine.Book) {
	if !b.Local() || d.flow.Book() != b || d.ctx.Err() != nil {
		return
	}
	d.serve(b, func() {}, func(err error) {
		if key := fault.KeyOf(err); d.shell == nil && (key == "relay.taken_over" || key == "relay.fenced") {
			d.flow.Ousted(b)
			return
		}
		kit.After(serveAgain, func() { d.serveEarly(b) })
	})
}

// spawn runs work elsewhere and then on the UI goroutine.
func spawn(work, then func()) {
	go func() {
		work()
		fyne.Do(then)
	}()
}

// listening tells what others change in a book, on the UI goroutine.
func listening(b machine.Book) func(context.Context, int64, func(change.News), func(error)) {
	return func(ctx context.Context, after int64, heard func(change.News), ended func(error)) {
		go func() {
			err := change.Listen(ctx, b, after, change.Silence, func(n change.News) { fyne.Do(func() { heard(n) }) })
			fyne.Do(func() { ended(err) })
		}()
	}
}

// tick runs act on the UI goroutine at intervals until ctx ends.
func tick(ctx context.Context, every time.Duration, act func()) {
	go func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				fyne.Do(act)
			}
		}
	}()
}
