package destform

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Make makes or changes a destination: it begins, passes the provider's questions on, tries the place
// for real and keeps it. done gets fault op.cancelled when the person gave up.
func Make(e *page.Env, n backup.NewDestination, browser bool, done func(backup.Destination, error)) {
	m := &maker{e: e, done: done, asking: kit.Later{Wait: linkEvery}}
	m.wait(browser)
	var step backup.Step
	m.run(func(ctx context.Context) (err error) {
		step, err = backup.Begin.Call(ctx, e.Caller, n)
		return err
	}, func() { m.follow(step) }, func() { Make(e, n, browser, done) })
}

// Sure runs then once it is sure that the place is meant: of a folder on the disk that holds the book it asks,
// whether the form had the time to warn of it or not. One that was a destination already is not asked about.
func Sure(e *page.Env, n backup.NewDestination, before *backup.Destination, then func()) {
	if n.Provider != Local || before != nil && before.Folder == n.Folder {
		then()
		return
	}
	page.Call(e, backup.Disk, backup.FolderRequest{Folder: n.Folder}, func(r backup.DiskResponse, err error) {
		if err != nil || !r.Same { // what cannot be told is no reason to stop
			then()
			return
		}
		text := e.T("dest.same_disk") + " " + e.T("dest.same_disk_note")
		e.Shell.Confirm(e.T("dest.same_disk_title"), text, e.T("dest.same_disk_keep"), true, then)
	})
}

// maker is a destination being made.
type maker struct {
	e       *page.Env
	modal   *kit.Modal
	spin    *kit.Progress
	link    *fyne.Container // where the browser was sent
	asking  kit.Later
	done    func(backup.Destination, error)
	stopped bool
}

// wait covers the page while the place is tried; with a browser it says where to go on.
func (m *maker) wait(browser bool) {
	text := m.e.T("dest.trying")
	if browser {
		text = m.e.T("dest.browser")
	}
	m.spin = kit.NewProgress(m.e.T("dest.trying_title"), nil)
	m.spin.Set(m.e.T("dest.trying_title"), "", -1)
	cancel := kit.NewButton(m.e.T("common.cancel"), "", kit.Secondary, m.cancel)
	m.link = kit.VBox(theme.GapTight)
	m.modal = kit.NewModal(m.e.T("dest.trying_title"), 460, kit.VBox(theme.GapField, kit.MutedParagraph(text),
		m.spin, m.link), cancel).Lock()
	m.modal.Show(m.e.Window)
	if browser {
		m.asking.Do(m.askLink)
	}
}

// linkEvery is how often one asks where the browser was sent, until that is known.
const linkEvery = 2 * time.Second

// askLink gives the address of the log-in, as soon as there is one, to whoever sees no browser open.
func (m *maker) askLink() {
	var r backup.LinkResponse
	m.e.Shell.Go(func(ctx context.Context) (err error) {
		r, err = backup.Link.Call(ctx, m.e.Caller, op.Empty{})
		return err
	}, func(err error) {
		switch {
		case m.stopped || err != nil:
		case r.Link == "":
			m.asking.Do(m.askLink)
		default:
			m.showLink(r.Link)
		}
	})
}

func (m *maker) showLink(link string) {
	edit := kit.NewLineEdit("")
	edit.SetText(link)
	copied := kit.NewButton(m.e.T("dest.link_copy"), "copy", kit.Secondary, func() {
		kit.Copy(link)
		m.e.Shell.Toast(kit.Ok, m.e.T("dest.link_copied"))
	}).Small()
	m.link.Objects = []fyne.CanvasObject{
		kit.MutedParagraph(m.e.T("dest.link")), edit, kit.HBox(0, copied, kit.Spacer()),
	}
	m.link.Refresh()
	m.modal.Resize()
}

// cancel forgets the destination; what is under way ends with its own fault, which nobody sees.
func (m *maker) cancel() {
	if m.stopped {
		return
	}
	m.close()
	m.stopped = true
	m.e.Shell.Go(func(ctx context.Context) error {
		_, err := backup.Cancel.Call(ctx, m.e.Caller, op.Empty{})
		return err
	}, func(error) { m.done(backup.Destination{}, fault.New(fault.Unavailable, "op.cancelled")) })
}

func (m *maker) close() {
	m.asking.Stop()
	m.spin.Hide()
	m.modal.Close()
}

// run performs one exchange; again starts over once the second factor was given anew.
func (m *maker) run(work func(context.Context) error, ok, again func()) {
	m.e.Shell.Go(work, func(err error) {
		switch {
		case m.stopped:
		case fault.KeyOf(err) == "op.fresh_needed":
			m.close()
			m.e.Shell.StepUp(again)
		case err != nil:
			m.close()
			m.stopped = true
			m.done(backup.Destination{}, err)
		default:
			ok()
		}
	})
}

// follow asks the next question, or finishes.
func (m *maker) follow(s backup.Step) {
	if s.Question != nil {
		Ask(m.e.Window, m.e.Text, *s.Question, func(value string, ok bool) {
			if !ok {
				m.cancel()
				return
			}
			var next backup.Step
			answer := func(ctx context.Context) (err error) {
				next, err = backup.AnswerQuestion.Call(ctx, m.e.Caller, backup.AnswerRequest{Value: value})
				return err
			}
			m.run(answer, func() { m.follow(next) }, func() { m.follow(s) })
		})
		return
	}
	var d backup.Destination
	m.run(func(ctx context.Context) (err error) {
		d, err = backup.Finish.Call(ctx, m.e.Caller, op.Empty{})
		return err
	}, func() {
		m.close()
		m.stopped = true
		m.done(d, nil)
	}, func() { m.follow(s) })
}

// Ask shows a provider's question over a window; answer gets the value, or false when the person
// gave up.
func Ask(w fyne.Window, text *i18n.Printer, q backup.Question, answer func(value string, ok bool)) {
	value := q.Field.Default
	control := newControl(text, q.Field, value, func(v string) { value = v }, func() {}, nil)
	label := q.Field.Name
	if q.Field.LabelKey != "" && text.Has(q.Field.LabelKey) {
		label = text.T(q.Field.LabelKey, nil)
	}
	field := kit.NewField(label, control)
	body := kit.VBox(theme.GapField)
	if help := fieldHelp(text, q.Field); help != "" {
		body.Add(kit.MutedParagraph(help))
	}
	body.Add(field)
	if q.Problem != "" {
		field.SetError(q.Problem)
	}
	var m *kit.Modal
	answered := false
	reply := func(ok bool) {
		if answered {
			return
		}
		answered = true
		m.Close()
		answer(value, ok)
	}
	m = kit.NewModal(text.T("dest.question", nil), 480, body,
		kit.NewButton(text.T("common.cancel", nil), "", kit.Secondary, func() { reply(false) }),
		kit.NewButton(text.T("common.next", nil), "", kit.Primary,
			func() { reply(true) })).OnEnter(func() { reply(true) })
	m.OnClosed = func() {
		if !answered {
			answered = true
			answer("", false)
		}
	}
	m.Show(w)
}
