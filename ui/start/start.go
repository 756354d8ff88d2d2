// Package start is everything before the pages: the three doors of a first start, the set-up of a
// company, the restore of a backup, joining the main PC, the log-in with its second factor, and the
// forgotten password. It asks this PC (package machine) and calls operations; it knows no storage.
package start

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/shell"
	"zafe/ui/theme"
)

// Flow leads a person from the start of the program to their pages.
type Flow struct {
	Window  fyne.Window
	Host    *kit.Host
	Machine machine.Machine
	Text    *i18n.Printer
	Clock   func() time.Time
	// Spawn runs work elsewhere and then on the UI goroutine; tests do both at once.
	Spawn func(work, then func())
	// Entered gets the book and who is in it.
	Entered func(b machine.Book, me user.Me)
	// Opened gets the book that this PC opened by itself, before anybody is in it; may be nil.
	Opened func(b machine.Book)
	// Language makes the first screens anew in another language.
	Language func(lang string)

	state machine.State
	book  machine.Book // open, with nobody logged in; nil when it is not open
	over  func(user.Me)
	alone *alone // the opening by this PC itself; nil when it was not tried

	creating bool // the set-up of a new company is under way
	remember bool // keep the login for next time

	name string // who logs in next, as far as it is known better than who did last
	done string // what was just done; the log-in says it until somebody is in, "" for nothing

	barred error // the refusal of a main PC that turned this PC away; the next log-in says it

	leaves    func()      // ends what the screen that is shown does beside, such as the search for main PCs
	unkept    func() bool // recovery codes are on the screen, and nobody said that they are kept
	restoring bool        // a copy is being put in place

	screen  fyne.CanvasObject // shown, or covered
	secret  machine.Book      // where the person is logged in whose secret is on the screen; nil for none
	covered bool              // by Lock
	waits   func()            // what the password that opens the lock goes on with; nil for what is covered
	who     user.User         // who sets up their second factor
	sheet   *sheetField       // made last, that of the screen if it asks for one

	held map[auth.UserID]heldCodes // of those who did not say yet that they are kept

	// Typed is what was typed on the pages that were left for this PC to take over, until the book that goes on has it. On
	// another office's it is forgotten.
	Typed Typed
}

// Typed is what somebody typed in pages that are gone, to be saved once they are in again.
type Typed struct {
	By    user.User
	Pages []page.Carry
}

// heldCodes are recovery codes that wait for their person.
type heldCodes struct {
	who   user.User
	codes []string
}

// After takes over from the flow that led to the pages which were left: recovery codes still wait for their person, and so
// does what was typed.
func (f *Flow) After(was *Flow) { f.held, f.Typed = was.held, was.Typed }

// Run shows the first screen: the doors of an empty PC, or the log-in.
func (f *Flow) Run() {
	f.work(func(ctx context.Context) (err error) {
		f.state, err = f.Machine.State(ctx)
		return err
	}, func(err error) {
		unfinished := f.Machine.Preferences().Unfinished
		switch {
		case err != nil:
			f.broken(err)
		case unfinished != nil:
			f.cutShort(*unfinished)
		case f.state.Presence == machine.Nothing:
			f.Doors()
		default:
			f.Login()
			if f.state.AutoOpen && f.alone == nil && f.book == nil {
				f.openAlone()
			}
		}
	})
}

// Over shows the log-in after the session of login ended: it says so, and the pages wait behind it for whoever comes,
// who is given to again.
func (f *Flow) Over(b machine.Book, login string, again func(user.Me)) {
	f.name = login
	f.logIn(b, again)
}

// LogIn shows the log-in of a book that is open already.
func (f *Flow) LogIn(b machine.Book) { f.logIn(b, nil) }

func (f *Flow) logIn(b machine.Book, over func(user.Me)) {
	f.book, f.over = b, over
	f.work(func(ctx context.Context) (err error) {
		f.state, err = f.Machine.State(ctx)
		return err
	}, func(err error) {
		if err != nil {
			f.broken(err)
			return
		}
		f.Login()
	})
}

// Barred shows the log-in after the main PC turned this PC away: it says so, and leads to another one.
func (f *Flow) Barred(b machine.Book, why error) {
	f.barred = why
	f.LogIn(b)
}

// Ousted shows the log-in of a main PC anew, if it is shown, after another PC took its place.
func (f *Flow) Ousted(b machine.Book) {
	if f.book == b && f.book != nil && f.over == nil {
		f.LogIn(b)
	}
}

// Again shows the first screen anew, in the language of Text.
func (f *Flow) Again() {
	if f.book != nil {
		f.Login()
		return
	}
	f.Run()
}

// Book is the book left open when the window closes at the log-in; nil when there is none.
func (f *Flow) Book() machine.Book { return f.book }

func (f *Flow) work(work func(context.Context) error, done func(error)) {
	var err error
	f.Spawn(func() { err = work(context.Background()) }, func() { done(err) })
}

// t is the text of a key; args are name, value pairs.
func (f *Flow) t(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return f.Text.T(key, m)
}

func (f *Flow) show(o fyne.CanvasObject) {
	f.unkept, f.secret, f.screen = nil, nil, o
	f.left()
	if !f.covered { // else what opens the lock shows it
		f.Host.SetContent(o)
	}
}

// left ends what the screen that was shown does beside.
func (f *Flow) left() {
	if f.leaves != nil {
		f.leaves()
		f.leaves = nil
	}
}

// Leaving runs leave, which closes the window, after a question when a restore would be cut short, or when
// recovery codes, which are shown once, or what waits to be saved would be lost.
func (f *Flow) Leaving(leave func()) {
	if f.restoring {
		kit.Confirm(f.Window, f.t("start.restore.leave_title"), f.t("start.restore.leave_text"),
			f.t("start.restore.leave"), f.t("start.restore.stay"), true, leave)
		return
	}
	switch {
	case f.unkept != nil && f.unkept():
		kit.Confirm(f.Window, f.t("start.codes.leave_title"), f.t("start.codes.leave_text"),
			f.t("start.codes.leave"), f.t("start.codes.stay"), true, leave)
	case len(f.held) > 0:
		kit.Confirm(f.Window, f.t("start.codes.leave_title"), f.t("start.codes.held_text", "names", f.awaited()),
			f.t("start.codes.leave"), f.t("common.cancel"), true, leave)
	case len(f.Typed.Pages) > 0:
		kit.Confirm(f.Window, f.t("shell.unsaved.title"), f.t("shell.relay.waits", "name", f.Typed.By.Name),
			f.t("shell.unsaved.leave"), f.t("common.cancel"), true, leave)
	default:
		leave()
	}
}

// awaited are the names of those whose recovery codes wait for them.
func (f *Flow) awaited() string {
	var names []string
	for _, h := range f.held {
		names = append(names, h.who.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (f *Flow) focus(o fyne.Focusable) { f.Window.Canvas().Focus(o) }

// broken is for a PC whose own files cannot be read: there is nothing to log in to.
func (f *Flow) broken(err error) {
	again := kit.NewButton(f.t("start.retry"), "arrows-clockwise", kit.Primary, f.Run)
	f.show(f.beside(400, kit.NewEmpty("warning-circle", f.t("start.broken"), f.Text.Fault(fault.Of(err)),
		again)))
}

// enter finishes a log-in: who is it, and on to the pages.
func (f *Flow) enter(b machine.Book, failed func(error)) {
	var me user.Me
	f.work(func(ctx context.Context) (err error) {
		if me, err = user.Current.Call(ctx, b, op.Empty{}); err != nil {
			return err
		}
		p := f.Machine.Preferences()
		p.Login, p.Theme = "", me.User.Theme
		if f.remember || f.creating {
			p.Login = me.User.Login
		}
		if me.User.Role == auth.Owner {
			p.Owner = p.Login
		}
		if me.User.Lang != "" {
			p.Lang = me.User.Lang
		}
		return f.Machine.SavePreferences(p)
	}, func(err error) {
		f.waits = func() { f.entered(b, me, err, failed) }
		if !f.covered { // else what opens the lock goes on
			f.goOn()
		}
	})
}

// goOn goes on with what waited for the lock to be opened.
func (f *Flow) goOn() {
	waits := f.waits
	f.waits = nil
	if waits != nil {
		waits()
	}
}

// entered goes on with what came of a log-in.
func (f *Flow) entered(b machine.Book, me user.Me, err error, failed func(error)) {
	if err == nil {
		f.name, f.done = "", ""
	}
	switch {
	case err != nil:
		failed(err)
	case me.MustEnrol:
		f.enrol(b)
	case f.held[me.User.ID].codes != nil: // they left before they said that they have them
		f.who = me.User
		f.codes(b, f.held[me.User.ID].codes)
	case f.over != nil:
		f.left()
		over := f.over
		f.over, f.book, f.secret = nil, nil, nil
		over(me)
	default:
		f.left()
		f.book, f.secret = nil, nil
		f.Entered(b, me)
	}
}

// brand is the dark panel at the left of the first screens.
func (f *Flow) brand() fyne.CanvasObject {
	return kit.NewBrandPanel(shell.Brand, f.t("start.motto"),
		f.t("start.version", "version", f.Machine.Version(), "name", f.Machine.Name()),
		kit.BrandPoint{
			Icon: "hard-drives", Text: f.t("start.point.data"),
			Detail: f.t("start.point.data_more"),
		},
		kit.BrandPoint{
			Icon: "shield-check", Text: f.t("start.point.people"),
			Detail: f.t("start.point.people_more"),
		},
		kit.BrandPoint{
			Icon: "desktop-tower", Text: f.t("start.point.office"),
			Detail: f.t("start.point.office_more"),
		})
}

// beside shows an object of a width in the middle of the white side, next to the brand.
func (f *Flow) beside(width float32, o fyne.CanvasObject) fyne.CanvasObject {
	lang := kit.NewButton(f.other(), "globe", kit.Ghost, func() { f.Language(f.otherLang()) })
	corner := kit.Pad(14, 20, 0, 20, kit.HBox(0, kit.Spacer(), lang))
	middle := kit.NewScroll(container.New(&middle{width: width}, o))
	right := kit.Backdrop(theme.Surface, kit.VFill(0, 1, corner, middle))
	return kit.Cols(0, []float32{0.39, 0.61}, f.brand(), right)
}

func (f *Flow) otherLang() string {
	if f.Text.Lang() == i18n.French {
		return i18n.English
	}
	return i18n.French
}

func (f *Flow) other() string {
	if f.Text.Lang() == i18n.French {
		return "English"
	}
	return "Français"
}

// middle centres one object of a fixed width, as high as it needs; it is never cut at the top. With a
// top it starts there, so that the steps of an assistant do not jump. Where it stands it stays while it
// fits: a line that comes moves nothing above it.
type middle struct {
	width, top float32

	y    float32
	room fyne.Size // for which y was found
}

// MinSize implements fyne.Layout.
func (m *middle) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(m.width, m.height(o[0])+40)
}

func (m *middle) height(o fyne.CanvasObject) float32 {
	// Texts that wrap know their height once they have their width, and what holds them after that.
	for range 3 {
		h := o.MinSize().Height
		if o.Size() == fyne.NewSize(m.width, h) {
			break
		}
		o.Resize(fyne.NewSize(m.width, h))
	}
	return o.MinSize().Height
}

// Layout implements fyne.Layout.
func (m *middle) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := m.height(o[0])
	o[0].Resize(fyne.NewSize(m.width, h))
	y := max(float32(int((size.Height-h)*0.46)), 8)
	if m.top > 0 {
		y = min(y, m.top)
	}
	if m.room == size && m.y+h <= size.Height {
		y = m.y
	}
	m.y, m.room = y, size
	o[0].Move(fyne.NewPos(float32(int((size.Width-m.width)/2)), y))
}
