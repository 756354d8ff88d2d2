package shell

import (
	"context"
	"io"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// pane is the shell as one page sees it: what a page asked for before it was left is not told to it.
type pane struct {
	s *Shell
	f *frame
}

var _ page.Shell = (*pane)(nil)

func (p *pane) alive() bool { return p.f.ctx.Err() == nil }

// shown tells whether the page is the one in front: a late answer must not carry the person away.
func (p *pane) shown() bool { return p.alive() && (p.s.current() == p.f || p.f.page == nil) }

// Go implements page.Shell.
func (p *pane) Go(work func(ctx context.Context) error, done func(error)) {
	var err error
	p.s.Spawn(func() { err = work(p.f.ctx) }, func() {
		if p.alive() && !p.s.barred(err) {
			done(err)
			p.s.unproven(err)
		}
	})
}

// Open implements page.Shell.
func (p *pane) Open(r page.Route) {
	if p.shown() {
		p.s.open(r)
	}
}

// Back implements page.Shell.
func (p *pane) Back() {
	if p.shown() {
		p.s.back()
	}
}

// Toast implements page.Shell.
func (p *pane) Toast(tone kit.Tone, text string) { kit.Toast(p.s.Host, tone, text) }

// Fail implements page.Shell.
func (p *pane) Fail(err error) { p.s.Fail(err) }

// Confirm implements page.Shell.
func (p *pane) Confirm(title, text, action string, danger bool, yes func()) {
	kit.Confirm(p.s.Window, title, text, action, p.s.t("common.cancel"), danger, yes)
}

// StepUp implements page.Shell.
func (p *pane) StepUp(then func()) { p.s.stepUp(then) }

// Renew implements page.Shell.
func (p *pane) Renew(token string) { p.s.Book.SetToken(token) }

// LookAs implements page.Shell.
func (p *pane) LookAs(id auth.UserID) { p.s.lookAs(id) }

// PickFile implements page.Shell.
func (p *pane) PickFile(title string, extensions []string, got func(string, []byte)) {
	p.s.files.Pick(title, extensions, func(name string, data []byte, err error) {
		if err != nil {
			p.s.Fail(err)
			return
		}
		if p.alive() {
			got(name, data)
		}
	})
}

// PickPath implements page.Shell.
func (p *pane) PickPath(title string, got func(path string)) {
	p.s.files.Path(title, nil, func(path string, err error) {
		if err != nil {
			p.s.Fail(err)
			return
		}
		if p.alive() {
			got(path)
		}
	})
}

// PickFolder implements page.Shell.
func (p *pane) PickFolder(title string, got func(path string)) {
	p.s.files.Folder(title, func(path string) {
		if p.alive() {
			got(path)
		}
	})
}

// SaveFile implements page.Shell.
func (p *pane) SaveFile(name string, write func(context.Context, io.Writer) error) {
	p.s.save(name, write)
}

// ShowDocument implements page.Shell.
func (p *pane) ShowDocument(name string, write func(context.Context, io.Writer) error) {
	p.s.showDocument(name, write)
}

// Task implements page.Shell.
func (p *pane) Task(title string, work func(context.Context, func(done, total int64)) error,
	done func(error),
) {
	p.s.task(title, work, func(err error) {
		if p.alive() {
			done(err)
		}
	})
}

// Changed implements page.Shell.
func (p *pane) Changed(kind string) { p.s.changed(kind) }

// Moved implements page.Shell.
func (p *pane) Moved() {
	if p.shown() {
		p.s.shield.Hold()
	}
}

// changed brings what the window itself shows up to date.
func (s *Shell) changed(kind string) {
	switch kind {
	case "backup", "destination", "book":
		s.facts.again = s.facts.running
		s.facts.poll(s)
	case "me":
		s.knowMe()
	case "incident":
		s.lookForIncident()
	case "hold":
		s.lookForHolds()
	case "company":
		s.name()
	case "fiscal_year":
		s.facts.year(s)
	}
}

// knowMe reads who the person is anew: when their screen locks may have changed, or what they may do.
func (s *Shell) knowMe() {
	var me user.Me
	s.run(func(ctx context.Context) (err error) {
		me, err = user.Current.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		if err == nil { // else the next log-in tells
			s.know(me)
		}
	})
}

// Restore implements page.Shell.
func (p *pane) Restore() { p.s.explain() }

// Online implements page.Shell.
func (p *pane) Online() bool { return p.s.works() }

// Fail shows a refusal in the person's words. A session that is over asks for the log-in and keeps
// the pages; a breakdown stays on the screen with its reference until it is read.
func (s *Shell) Fail(err error) {
	f := fault.Of(err)
	if f == nil || f.Key == "op.cancelled" {
		return
	}
	if s.helpOver(f) || s.barred(f) || s.unproven(f) {
		return
	}
	if f.Code == fault.Unauthenticated && (f.Key == "user.session_over" || f.Key == "op.login_needed") {
		s.relogin() // which says so
		return
	}
	switch f.Key {
	case "user.ended", "user.closed":
		s.ended(s.t("shell.ended"), f)
		return
	case "user.session_role":
		s.ended(s.t("shell.role_changed"), f)
		return
	}
	if f.Key == "op.locked" {
		s.Lock() // the main PC was the first to see that nobody is there
		return
	}
	if f.Key == "store.damaged" {
		s.facts.poll(s) // the work has just met it
	}
	if f.Key == "incident.on" {
		s.lookForIncident() // so that the banner is there with the refusal
	}
	text := s.Text.Fault(f)
	if hint := s.Text.FaultHint(f); hint != "" {
		text += " " + hint
	}
	if f.Code == fault.Internal {
		kit.Alert(s.Window, kit.Error, s.t("shell.broken"), text, s.t("common.close"))
		return
	}
	if s.Window.Canvas().Overlays().Top() != nil { // a toast would lie behind its veil
		kit.Alert(s.Window, kit.Error, s.t("shell.not_done"), text, s.t("common.close"))
		return
	}
	kit.Toast(s.Host, kit.Error, text)
}

// barred leaves the pages for the log-in when the main PC turned this PC away, as one that was revoked, and tells whether
// it did: nothing of the book is to be read any more where its owner took it away.
func (s *Shell) barred(err error) bool {
	if s.Me.Support || fault.KeyOf(err) != "lan.device_refused" {
		return false
	}
	if s.ctx.Err() != nil {
		return true // it is left already
	}
	s.deafen()
	s.Book.SetToken("")
	s.end()
	s.Barred(err)
	return true
}

// ended tells somebody, once, why their session is over, before the log-in of whoever comes.
func (s *Shell) ended(title string, f *fault.Fault) {
	if s.relogin() {
		kit.Alert(s.Window, kit.Warn, title, s.Text.Fault(f), s.t("common.close"))
	}
}

// relogin shows the log-in over the pages, which come back as they were, unless it is shown. It says whether it was the
// one to do so, and the reason is to be told.
func (s *Shell) relogin() bool {
	if s.Eyes != nil {
		s.lookOver()
		return false
	}
	if s.asking {
		return false
	}
	s.asking = true
	if s.idle.locked { // the log-in takes its place
		s.idle.lift()
	}
	s.putBack = kit.SetAside(s.Window.Canvas())
	s.Relogin(s.Me.User.Login, s.comeBack)
	return true
}

// comeBack shows the pages again after a new log-in. Another person starts at home.
func (s *Shell) comeBack(me user.Me) {
	s.asking = false
	s.idle.back(s)
	if me.User.ID != s.Me.User.ID {
		s.end()
		s.Rebuild(me)
		return
	}
	s.Host.SetContent(s.front)
	s.putBack()
	if s.know(me) {
		return
	}
	s.gates() // what could not be saved without a session is saved now
	s.facts.poll(s)
	s.notices()
	if f := s.current(); f != nil && !f.page.Unsaved() {
		f.page.Refresh()
	}
}
