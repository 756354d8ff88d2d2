// Package page is the contract between the shell and the pages: what a page is given, what it must
// offer, and the one way it calls an operation. Pages hold no business arithmetic: they show what
// operations answer, and rehearse commands (preview) to show totals before they count.
package page

import (
	"context"
	"io"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
)

// Page is one screen of the shell.
type Page interface {
	// Object is what the shell shows; the same object for the life of the page.
	Object() fyne.CanvasObject
	// Refresh reads the data again: after a change elsewhere, or when the host came back.
	Refresh()
	// Unsaved tells whether leaving would lose something typed; the shell then asks.
	Unsaved() bool
}

// Keyed is a Page with shortcuts of its own: the shell puts them in force while the page is shown,
// and lists them under F1.
type Keyed interface {
	Commands() []kit.Command
}

// Linked is a Page that wants to know when the main PC is lost and back, to switch its write
// buttons. It is told as well when an incident is over, so that what could not be saved is.
type Linked interface {
	SetOnline(online bool)
}

// Living is a Page with facts that change by themselves. Beat is called every few seconds while it is shown and the
// main PC is there; it fails without a word.
type Living interface {
	Beat()
}

// Shared is a Page on a record that others may change meanwhile. Elsewhere is called when what it shows may have
// changed in the book while something typed is not saved: it looks, and lets the person choose.
type Shared interface {
	Elsewhere()
}

// Carried is a Page whose typing outlives the window: where this PC takes over from a main one that is lost, what came
// after the breakdown is on no copy, and is saved in the book that goes on.
type Carried interface {
	// Carry gives what saves that, nil where it cannot be.
	Carry() Carry
}

// Carry saves what was typed, as a new record where the book has another now, and gives the page that shows it.
type Carry func(ctx context.Context, c op.Caller) (Route, error)

// Droppable is a Page that takes files dropped on the window.
type Droppable interface {
	Drop(paths []string)
}

// Route names a page and what it shows. Name is one of the shell's routes ("customers", "invoice").
type Route struct {
	Name string
	ID   int64  // the record shown, 0 for a new one or a list
	Arg  string // what else the page needs: a filter, a kind
}

// Shell is what pages ask of the window around them. Its methods are called on the UI goroutine.
type Shell interface {
	// Go runs work in the background and then done on the UI goroutine. ctx ends when the page is
	// left or the window closes.
	Go(work func(ctx context.Context) error, done func(error))
	// Open shows another page; Back returns to the one before.
	Open(r Route)
	Back()
	// Toast shows a short message; Fail shows a refusal in the user's words.
	Toast(tone kit.Tone, text string)
	Fail(err error)
	// Confirm asks before something that matters; yes runs only on a clear yes.
	Confirm(title, text, action string, danger bool, yes func())
	// StepUp asks for the second factor (or the password) again, then runs then; a cancelled
	// dialog runs nothing.
	StepUp(then func())
	// LookAs shows the book through somebody's eyes, read only, until the person comes back to their own.
	LookAs(id auth.UserID)
	// Renew takes the token under which the session goes on.
	Renew(token string)
	// PickFile lets the user choose a file and gives its name and bytes (at most 32 MiB).
	// extensions are like ".csv"; none means any file.
	PickFile(title string, extensions []string, got func(name string, data []byte))
	// PickPath lets the user choose a file of any size and gives its path.
	PickPath(title string, got func(path string))
	// PickFolder lets the user choose a folder of this PC and gives its path.
	PickFolder(title string, got func(path string))
	// SaveFile lets the user choose where name goes, then write fills it in the background.
	SaveFile(name string, write func(ctx context.Context, w io.Writer) error)
	// ShowDocument writes name (a PDF) to a private temporary place and opens it in the system's
	// viewer.
	ShowDocument(name string, write func(ctx context.Context, w io.Writer) error)
	// Task shows long work in the status bar with progress and a cancel button.
	Task(title string, work func(ctx context.Context, progress func(done, total int64)) error, done func(error))
	// Changed tells that records of a kind changed, so that badges and open lists follow.
	Changed(kind string)
	// Moved tells that what the page shows moved by itself, as under a notice that came: for a moment the page takes no
	// click, which was meant for what stood there before.
	Moved()
	// Restore says what restoring a copy means; on a clear yes it leaves the book for the screen that does.
	Restore()
	// Online tells whether the book can be reached now; write buttons are off while it cannot.
	Online() bool
}

// Env is what every page is given.
type Env struct {
	Caller op.Caller
	Me     user.Me
	Text   *i18n.Printer
	Window fyne.Window
	Shell  Shell

	Version string // of the program
	// Updated: this PC keeps the book as it was before its last update.
	Updated bool
	// Shut is the message that says why this PC's system lets no other PC in, and what to do; "" when it does. nil: it is
	// not the main PC.
	Shut func() string
}

// T is the text of a key in the user's language; args are name, value pairs.
func (e *Env) T(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return e.Text.T(key, m)
}

// Can tells whether the person may call an operation; buttons for what one may not do are not shown. Who helps from
// outside asks questions only.
func (e *Env) Can(s op.Spec) bool {
	return e.Me.Can(s.Needs) && (!e.Me.Support || s.Kind == op.Query || s.Kind == op.Watch)
}

// Still tells that nothing can be typed here for good, whoever may: the window is a look through somebody's eyes, or it is
// who helps from outside. The main PC that is out of reach is something else: what is typed then is saved later.
func (e *Env) Still() bool { return e.Me.Viewer != "" || e.Me.Support }

// Types tells whether what the person would type in a form can be saved by an operation. A form where it cannot is shown
// all the same, and takes nothing (kit.Still).
func (e *Env) Types(s op.Spec) bool { return e.Can(s) && !e.Still() }

// Keys is the text of a message that names the keys of a list, but for who may not make a record there: they are told of
// no key for it.
func (e *Env) Keys(key string, makes op.Spec) string {
	if !e.Types(makes) {
		key = "common.keys_read"
	}
	return e.T(key)
}

// Call performs an operation in the background and gives its answer on the UI goroutine. A Command
// carries a fresh request id, kept through step-up and retries, so that a lost answer never does the
// work twice. When the operation wants a recent second factor it is asked for and the call goes on; what
// the request itself shows to be wrong is refused before.
func Call[Req, Resp any](e *Env, o op.Op[Req, Resp], req Req, done func(Resp, error)) {
	call(e, o, req, requestID(o.Spec), false, done)
}

// Preview rehearses a Command and gives what it would have answered; nothing is changed.
func Preview[Req, Resp any](e *Env, o op.Op[Req, Resp], req Req, done func(Resp, error)) {
	call(e, o, req, "", true, done)
}

// Carrying is a Carry of a request to save a draft. anew gives the request to save it as another one, where a refusal says
// that the book has not that draft. Like Call's, a lost answer never does the work twice.
func Carrying[Req, Resp any](
	o op.Op[Req, Resp], req Req, anew func(error) (Req, bool), at func(Resp) Route,
) Carry {
	id, second := requestID(o.Spec), requestID(o.Spec)
	return func(ctx context.Context, c op.Caller) (Route, error) {
		saved, err := o.Call(op.WithRequestID(ctx, id), c, req)
		if other, ok := anew(err); ok {
			saved, err = o.Call(op.WithRequestID(ctx, second), c, other)
		}
		return at(saved), err
	}
}

// Do performs an operation, shows a refusal by itself, and runs ok on success.
func Do[Req, Resp any](e *Env, o op.Op[Req, Resp], req Req, ok func(Resp)) {
	Call(e, o, req, func(resp Resp, err error) {
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		ok(resp)
	})
}

func call[Req, Resp any](e *Env, o op.Op[Req, Resp], req Req, id string, preview bool, done func(Resp, error)) {
	var resp Resp
	if v, ok := any(req).(op.Validator); ok {
		if err := v.Validate(); err != nil {
			done(resp, err) // said before a second factor is asked for
			return
		}
	}
	e.Shell.Go(func(ctx context.Context) (err error) {
		if id != "" {
			ctx = op.WithRequestID(ctx, id)
		}
		if preview {
			ctx = op.WithPreview(ctx)
		}
		resp, err = o.Call(ctx, e.Caller, req)
		return err
	}, func(err error) {
		if fault.KeyOf(err) == "op.fresh_needed" {
			e.Shell.StepUp(func() { call(e, o, req, id, preview, done) })
			return
		}
		done(resp, err)
	})
}

func requestID(s op.Spec) string {
	if s.Kind != op.Command {
		return ""
	}
	return op.NewID(time.Now()) //nolint:forbidigo // only makes ids sort
}

// Fill performs an operation that fills lists, shows a refusal by itself, and runs ok on success. See Answered.
func Fill[Req, Resp any](e *Env, o op.Op[Req, Resp], req Req, ok func(Resp), lists ...*kit.Grid) {
	Call(e, o, req, func(resp Resp, err error) {
		Answered(e, err, lists...)
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		ok(resp)
	})
}

// Answered tells lists how the question that fills them ended. One without a row, of which it was refused, says so
// until an answer comes: that is not the same as none.
func Answered(e *Env, err error, lists ...*kit.Grid) {
	for _, l := range lists {
		if err != nil {
			l.SetUnread(Unread(e, err))
		} else {
			l.SetUnread(nil)
		}
	}
}

// Unread stands where there is nothing because the question was refused.
func Unread(e *Env, err error) fyne.CanvasObject {
	return kit.NewEmpty("warning-circle", e.T("common.unread"), e.Text.Fault(err), nil)
}

// Fetch gives a writer function for SaveFile and ShowDocument that streams an operation's file.
func Fetch[Req any](e *Env, o op.Op[Req, op.Download], req Req) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) error {
		_, err := o.Fetch(ctx, e.Caller, req, w)
		return err
	}
}
