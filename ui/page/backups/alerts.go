package backups

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// askAlerts reads who hears of it when the copies are no longer well.
func (b *backups) askAlerts() {
	if !b.env.Can(notify.Get.Spec) {
		return
	}
	page.Call(b.env, notify.Get, op.Empty{}, func(st notify.Status, err error) {
		if err != nil {
			return // it is shown another time
		}
		if b.notices != nil && reflect.DeepEqual(st, *b.notices) { //nolint:govet // faults are values
			return
		}
		b.notices = &st
		if len(b.copies.Objects) > 0 { // how the copies stand is known
			b.places(b.status)
		}
	})
}

// alerts says who hears of it, what became of the last notices, and leads to the settings.
func (b *backups) alerts() fyne.CanvasObject {
	e, n := b.env, b.notices
	head := e.T("alerts.row_off")
	if n.Mail {
		head = e.T("alerts.row", "to", n.To)
	}
	text := kit.VBox(0, kit.NewLabel(head, kit.Style{Weight: kit.Medium, Shrink: true}))
	under := func(line string, wrong bool) {
		style := kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}
		if wrong {
			style.Color = theme.ErrorText
		}
		text.Add(kit.NewLabel(line, style))
	}
	switch {
	case n.Mail && n.MailFault != nil:
		under(e.T("alerts.mail_failed", "why", e.Text.Fault(n.MailFault)), true)
	case n.Mail && n.Mailed.IsZero():
		under(e.T("alerts.not_mailed"), false)
	case n.Mail:
		under(e.T("alerts.mailed", "when", e.Text.Instant(n.Mailed)), false)
	case !n.Watch:
		under(e.T("alerts.row_off_note"), false)
	}
	switch {
	case n.Watch && n.CallFault != nil:
		under(e.T("alerts.call_failed", "why", e.Text.Fault(n.CallFault)), true)
	case n.Watch && n.Called.IsZero():
		under(e.T("alerts.not_called", "host", n.Watcher), false)
	case n.Watch:
		under(e.T("alerts.called", "host", n.Watcher, "when", e.Text.Instant(n.Called)), false)
	}
	tone := kit.Neutral
	if n.Mail && n.MailFault != nil || n.Watch && n.CallFault != nil {
		tone = kit.Error
	}
	return kit.Row(12, kit.IconTile("bell", tone), text,
		kit.NewIconButton("pencil-simple", e.T("alerts.set"), b.setAlerts))
}

// alertForm asks where notices go.
type alertForm struct {
	env      *page.Env
	was      notify.Status
	mail     *kit.Switch
	watch    *kit.Switch
	edits    map[string]*kit.LineEdit
	fields   map[string]*kit.Field
	password *kit.PasswordField
	security *kit.Select
	hours    *kit.Select
	mailbox  *fyne.Container // shown while letters are on
	watcher  *fyne.Container // shown while there is a watcher
	said     *fyne.Container // what became of the trial
	trial    *kit.Button     // shown while letters or the watcher are on
	object   fyne.CanvasObject
	resize   func()
}

// hoursOffered are the delays that are offered.
var hoursOffered = []int{1, 4, 12, 24}

func newAlertForm(e *page.Env, was notify.Status, resize func()) *alertForm {
	f := &alertForm{
		env: e, was: was, edits: map[string]*kit.LineEdit{}, fields: map[string]*kit.Field{}, resize: resize,
		said: kit.VBox(0),
	}
	f.trial = kit.NewButton(e.T("alerts.try"), "paper-plane-tilt", kit.Secondary, f.try)
	f.mail = kit.NewSwitch(e.T("alerts.mail"), e.T("alerts.mail_note"), func(bool) { f.show() })
	f.watch = kit.NewSwitch(e.T("alerts.watch"), e.T("alerts.watch_note"), func(bool) { f.show() })
	f.mail.SetOn(was.Mail)
	f.watch.SetOn(was.Watch)
	f.password = kit.NewPasswordField("")
	f.fields["password"] = kit.NewField(e.T("alerts.password"), f.password)
	if was.PasswordKept {
		f.fields["password"].Hint(e.T("alerts.password_kept"))
	}
	f.mailbox = kit.VBox(theme.GapField,
		kit.FormGrid(2, f.text("to", cmp.Or(was.To, e.Me.User.Email)).Hint(e.T("alerts.to_hint")), f.delays(),
			f.text("from", was.From), f.text("host", was.Host), f.secured(), f.port(),
			f.text("login", was.Login).Hint(e.T("alerts.login_hint")), f.fields["password"]))
	f.edits["from"].OnChanged = f.guess
	f.watcher = kit.VBox(0, f.text("ping", ""))
	f.edits["ping"].Placeholder = "https://"
	if was.Watch {
		f.fields["ping"].Hint(e.T("alerts.ping_kept", "host", was.Watcher))
	}
	f.object = kit.VBox(theme.GapField, f.mail, f.mailbox, kit.Separator(), f.watch, f.watcher)
	f.show()
	return f
}

func (f *alertForm) text(name, value string) *kit.Field {
	f.edits[name] = kit.NewLineEdit("")
	f.edits[name].SetText(value)
	f.fields[name] = kit.NewField(f.env.T("alerts."+name), f.edits[name])
	return f.fields[name]
}

func (f *alertForm) port() *kit.Field {
	return f.text("port", strconv.Itoa(cmp.Or(f.was.Port, notify.TLS.Port())))
}

func (f *alertForm) delays() *kit.Field {
	offered := hoursOffered
	if h := f.was.Hours; h > 0 && !slices.Contains(offered, h) { // chosen by a verb
		offered = append(slices.Clone(offered), h)
	}
	var options []kit.Option
	for _, h := range offered {
		options = append(options, kit.Option{Key: strconv.Itoa(h), Text: f.env.Text.N("alerts.hours_after", h, nil)})
	}
	f.hours = kit.NewSelect(options, nil)
	f.hours.SetKey(strconv.Itoa(cmp.Or(f.was.Hours, hoursOffered[1])))
	f.fields["hours"] = kit.NewField(f.env.T("alerts.hours"), f.hours)
	return f.fields["hours"]
}

func (f *alertForm) secured() *kit.Field {
	var options []kit.Option
	for _, s := range []notify.Security{notify.TLS, notify.StartTLS, notify.Plain} {
		options = append(options, kit.Option{Key: string(s), Text: f.env.T("alerts.security." + string(s))})
	}
	f.security = kit.NewSelect(options, func(key string) {
		f.edits["port"].SetText(strconv.Itoa(notify.Security(key).Port()))
	})
	f.security.SetKey(string(cmp.Or(f.was.Security, notify.TLS)))
	f.fields["security"] = kit.NewField(f.env.T("alerts.security"), f.security)
	return f.fields["security"]
}

// guess fills in the server of an address whose provider is known.
func (f *alertForm) guess(address string) {
	s, known := notify.ServerOf(strings.TrimSpace(address))
	if !known {
		return
	}
	f.edits["host"].SetText(s.Host)
	f.security.SetKey(string(s.Security))
	f.edits["port"].SetText(strconv.Itoa(s.Port))
	f.edits["login"].SetText(strings.TrimSpace(address))
}

// show leaves out what is not asked for.
func (f *alertForm) show() {
	f.mailbox.Hidden, f.watcher.Hidden, f.trial.Hidden = !f.mail.On(), !f.watch.On(), !f.mail.On() && !f.watch.On()
	f.object.Refresh()
	f.resize()
}

// value is what is typed; false when the port is no number.
func (f *alertForm) value() (notify.SaveRequest, bool) {
	typed := func(name string) string { return strings.TrimSpace(f.edits[name].Text()) }
	hours, _ := strconv.Atoi(f.hours.Key()) // one of those offered
	q := notify.SaveRequest{Settings: notify.Settings{
		Mail: f.mail.On(), To: typed("to"), From: typed("from"), Host: typed("host"),
		Security: notify.Security(f.security.Key()), Login: typed("login"), Lang: f.env.Text.Lang(), Hours: hours,
		Watch: f.watch.On(),
	}, Password: f.password.Text()}
	if q.Watch {
		q.Ping = typed("ping")
	}
	port, err := strconv.Atoi(typed("port"))
	q.Port = port
	if err != nil && q.Mail {
		f.fields["port"].SetError(f.env.T("notify.port"))
	}
	return q, err == nil || !q.Mail
}

// refuse shows what is wrong at its field, or below.
func (f *alertForm) refuse(err error) {
	why := f.env.Text.Fault(err)
	if field := f.fields[fault.Of(err).Field]; field != nil {
		field.SetError(why)
		return
	}
	f.say(kit.Error, why)
}

func (f *alertForm) say(tone kit.Tone, text string) {
	f.said.Objects = nil
	if text != "" {
		f.said.Objects = []fyne.CanvasObject{kit.NewNotice(tone, "", text)}
	}
	f.said.Refresh()
	f.resize()
}

// try sends a letter and calls the watcher by what is typed. The server may take its time: that is said, and a second factor is asked for
// only then.
func (f *alertForm) try() {
	e := f.env
	f.say(kit.Neutral, "")
	q, good := f.value()
	if err := q.Validate(); good && err != nil {
		f.refuse(err)
		good = false
	}
	if !good || f.trial.Disabled() {
		return
	}
	f.trial.Disable()
	f.say(kit.Info, e.T("alerts.trying"))
	e.Shell.Go(func(ctx context.Context) error {
		_, err := notify.Try.Call(ctx, e.Caller, q)
		return err
	}, func(err error) {
		f.trial.Enable()
		f.say(kit.Neutral, "")
		switch {
		case fault.KeyOf(err) == "op.fresh_needed":
			e.Shell.StepUp(f.try)
		case err != nil:
			f.refuse(err)
		default:
			var said []string
			if q.Mail {
				said = append(said, e.T("alerts.tried", "to", q.To))
			}
			if q.Watch {
				said = append(said, e.T("alerts.tried_watch"))
			}
			f.say(kit.Ok, strings.Join(said, " "))
		}
	})
}

// setAlerts is the window where the owner says where notices go.
func (b *backups) setAlerts() {
	e := b.env
	var m *kit.Modal
	f := newAlertForm(e, *b.notices, func() {
		if m != nil {
			m.Resize()
		}
	})
	save := kit.NewButton(e.T("common.save"), "check", kit.Primary, func() {
		q, good := f.value()
		if !good {
			return
		}
		page.Call(e, notify.Save, q, func(st notify.Status, err error) {
			if err != nil {
				f.refuse(err)
				return
			}
			m.Close()
			b.notices = &st
			b.places(b.status)
			e.Shell.Toast(kit.Ok, e.T("alerts.saved"))
		})
	})
	cancel := kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
	body := kit.VBox(theme.GapField, kit.Fixed(0, alertRoom, kit.NewScroll(f.object)), f.said)
	m = kit.NewModal(e.T("alerts.title"), 680, body, f.trial, cancel, save)
	m.Show(e.Window)
}

// alertRoom is the height of the form, which a small screen has beside what the trial says.
const alertRoom = 430
