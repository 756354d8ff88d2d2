package start

import (
	"cmp"
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// formWidth is the width of the log-in.
const formWidth = 380

// loginPage is the name and the password.
type loginPage struct {
	f     *Flow
	name  *kit.LineEdit
	pass  *kit.PasswordField
	keep  *kit.Check
	where *kit.Label
	mend  *kit.Button // leads to what can be done for a book that does not open
	why   error       // that it does not open
	again *kit.Button // leads a PC that was shut out to the pairing
	relay fyne.CanvasObject
	enter *kit.Button
	spin  *kit.Spinner
	doing *kit.Label // the part of a long opening that is under way
	totp  string     // secret of the sample company's person, to type the code for them
	host  *hostCard

	turned string // what the main PC said to turn this PC away; "" when it does not
}

// Login shows the log-in of the book of this PC, or of the main PC.
func (f *Flow) Login() {
	if !f.state.HelpsUntil.IsZero() {
		f.assist(nil)
		return
	}
	p := &loginPage{f: f, where: refusal(), spin: kit.NewSpinner(), doing: kit.Muted("")}
	p.doing.Hide()
	f.Machine.OnOpening(func(key string) {
		fyne.Do(func() {
			p.doing.SetText(f.t(key))
			p.doing.Show()
		})
	})
	p.name = kit.NewLineEdit(f.t("start.login.name"))
	p.name.Icon = "user"
	p.pass = kit.NewPasswordField(f.t("start.login.password"))
	p.pass.Edit().Icon = "lock"
	p.pass.Edit().OnSubmitted = func(string) { p.submit() }
	p.name.OnSubmitted = func(string) { f.focus(p.pass.Edit()) }
	p.keep = kit.NewCheck(f.t("start.login.keep"), nil)
	p.enter = kit.NewButton(f.t("start.login.go"), "", kit.Primary, p.submit)
	p.spin.Hide()
	p.mend = kit.NewButton(f.t("start.login.mend"), "lifebuoy", kit.Secondary, func() { f.guide(p.why) })
	p.mend.Hide()
	p.again = kit.NewButton(f.t("start.login.again"), "plugs-connected", kit.Secondary, f.Join)
	p.again.Hide()
	wound := p.wound()
	p.relay = f.relayCard()
	p.host = f.hostCard()
	last := f.Machine.Preferences().Login
	p.keep.SetOn(last != "")
	p.name.SetText(cmp.Or(f.name, last))
	under := f.t("start.login.under")
	if f.state.Company != "" {
		under = f.t("start.login.company", "company", f.state.Company)
	}
	forgotten := kit.NewButton(f.t("start.login.forgotten"), "", kit.Link, f.Forgotten)
	body := []fyne.CanvasObject{kit.VBox(theme.GapLabel, kit.Title(f.t("start.login.title")),
		kit.Muted(under)), p.host.object, p.relay, p.told(), wound}
	body = append(body, p.samples(),
		kit.NewField(f.t("start.login.name"), p.name), kit.NewField(f.t("start.login.password"), p.pass),
		p.keep, p.enter, p.where, p.mend, p.again, // what is wrong stands under the button, which so stays in its place
		kit.HBox(0, kit.Spacer(), forgotten, kit.Spacer()), kit.Fixed(0, 24, kit.HBox(0,
			kit.Spacer(), p.spin, p.doing, kit.Spacer())))
	if f.state.Earlier && f.over == nil {
		back := kit.NewButton(f.t("start.back.title"), "", kit.Link, f.Back)
		body = append(body, kit.HBox(0, kit.Spacer(), back, kit.Spacer()))
	}
	width := float32(formWidth)
	if f.state.Demo {
		width += 60 // for the row of people
	}
	f.show(f.beside(width, kit.VBox(14, body...)))
	if f.barred != nil {
		p.host.say(f.t("start.login.main"), kit.Error)
		p.failed(f.barred)
		p.turned, f.barred = p.where.Text(), nil
	}
	if f.state.Presence == machine.Joined {
		f.lookOut(p.found)
	}
	if p.name.Text() == "" {
		f.focus(p.name)
	} else {
		f.focus(p.pass.Edit())
	}
}

// wound says that the book is known to be damaged, though it may open, and leads to what can be done. Nothing
// where the pages wait behind the log-in: they say it.
func (p *loginPage) wound() fyne.CanvasObject {
	f := p.f
	if f.state.Damaged.IsZero() || f.over != nil {
		o := kit.Gap(0, 0)
		o.Hide()
		return o
	}
	p.why = foundDamaged
	p.mend.Show()
	return kit.NewNotice(kit.Error, "", f.t("start.login.damaged", "when", f.Text.Instant(f.state.Damaged)))
}

// told says why there is a log-in where the pages were, or what was just done, until somebody is in.
func (p *loginPage) told() fyne.CanvasObject {
	if p.f.over != nil {
		return kit.NewNotice(kit.Info, "", p.f.t("start.login.over"))
	}
	if p.f.done == "" {
		o := kit.Gap(0, 0)
		o.Hide()
		return o
	}
	return kit.NewNotice(kit.Ok, "", p.f.done)
}

// found takes note of whether the main PC is there, and where: another may have taken its place.
func (p *loginPage) found(b machine.Book, err error) {
	f := p.f
	switch {
	case err == nil:
		f.state.Host = b.Place()
		p.host.name.SetText(b.Place())
		p.host.say(f.t("start.login.there"), kit.Neutral)
		if p.where.Text() == p.turned { // it let this PC in again
			refuse(p.where, "")
		}
		p.turned = ""
		p.again.Hide()
	case fault.Of(err).Code == fault.Unavailable:
		p.host.say(f.t("start.login.silent"), kit.Warn)
	default:
		p.host.say(f.t("start.login.main"), kit.Error)
		p.turned = f.Text.Fault(fault.Of(err))
		refuse(p.where, p.turned)
		p.shutOut(err)
	}
}

// shutOut offers a PC that was shut out to be paired again, unless pages of before wait behind the log-in.
func (p *loginPage) shutOut(err error) {
	if fault.KeyOf(err) == "lan.device_refused" && p.f.over == nil {
		p.again.Show()
	}
}

// hostCard names the PC that has the book.
type hostCard struct {
	object       fyne.CanvasObject
	name, detail *kit.Label
	icon         *fyne.Container
}

// say tells what is known of that PC.
func (c *hostCard) say(text string, tone kit.Tone) {
	if tone == kit.Neutral {
		tone = kit.Info
	}
	c.icon.Objects[0] = kit.IconTile("desktop-tower", tone)
	c.icon.Refresh()
	c.detail.SetText(text)
	c.object.Refresh()
}

func (f *Flow) hostCard() *hostCard {
	name, detail := f.Machine.Name(), f.t("start.login.here")
	var change fyne.CanvasObject = kit.Gap(1, 1)
	switch {
	case f.state.Fenced:
		detail = f.t("start.login.fenced")
	case f.state.Presence == machine.Joined:
		name, detail = f.state.Host, f.t("start.login.main") // that it is the right one is known once it answered
		change = kit.NewButton(f.t("start.login.change"), "", kit.Link, f.leave)
	}
	c := &hostCard{name: kit.Strong(name), icon: container.NewStack(kit.IconTile("desktop-tower", kit.Info))}
	c.detail = kit.NewLabel(detail, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true})
	line := kit.Pad(8, 10, 8, 10, kit.Row(10, c.icon, kit.VBox(0, c.name, c.detail), change))
	c.object = kit.Backdrop(theme.PrimarySoft, line)
	return c
}

// leave forgets the main PC after a question: joining again takes a new code.
func (f *Flow) leave() {
	kit.Confirm(f.Window, f.t("start.leave.title"), f.t("start.leave.text", "host", f.state.Host),
		f.t("start.leave.act"),
		f.t("common.cancel"), true, func() {
			f.work(func(context.Context) error { return f.Machine.Leave() }, func(err error) {
				if err != nil {
					f.broken(err)
					return
				}
				f.book, f.held, f.Typed = nil, nil, Typed{}
				f.Run()
			})
		})
}

// samples offers the sample company's people; nothing elsewhere.
func (p *loginPage) samples() fyne.CanvasObject {
	logins := p.f.Machine.Logins()
	if !p.f.state.Demo || len(logins) == 0 {
		o := kit.Gap(0, 0)
		o.Hide()
		return o
	}
	var options []kit.Option
	for _, l := range logins {
		options = append(options, kit.Option{Key: l.Login, Text: p.f.t("role." + l.Role)})
	}
	chips := kit.NewChips(options, func(key string) {
		p.fill(key)
		p.f.focus(p.pass.Edit()) // Return goes on
	})
	p.fill(logins[0].Login)
	return kit.VBox(theme.GapTight, kit.Caption(p.f.t("start.login.demo")), chips)
}

func (p *loginPage) fill(login string) {
	for _, l := range p.f.Machine.Logins() {
		if l.Login == login {
			p.name.SetText(l.Login)
			p.pass.SetText(l.Password)
			p.totp = l.TOTP
		}
	}
}

func (p *loginPage) submit() {
	if p.enter.Disabled() {
		return // an answer is on its way
	}
	req := user.LoginRequest{Login: p.name.Text(), Password: p.pass.Text()}
	if err := req.Validate(); err != nil {
		p.failed(err)
		return
	}
	p.wait(true)
	var b machine.Book
	var in user.LoginResponse
	under := p.f.alone
	p.f.work(func(ctx context.Context) (err error) {
		if b, err = p.f.reach(ctx, req, under); err != nil {
			return err
		}
		b.SetToken("") // that of a session which is over; a main PC that never knew it would refuse all that comes with it
		in, err = user.Login.Call(ctx, b, req)
		if fault.KeyOf(err) == "lan.host_unreachable" && b.Retry(ctx) == nil { // another took its place
			in, err = user.Login.Call(ctx, b, req)
		}
		return err
	}, func(err error) {
		p.wait(false)
		if b != nil {
			p.f.book, p.f.alone = b, nil
		}
		if err != nil {
			p.failed(err)
			return
		}
		p.f.remember = p.keep.On()
		b.SetToken(in.Token)
		if in.Next == user.Code {
			p.f.totp(b, p.totp)
			return
		}
		p.f.enter(b, p.failed)
	})
}

// reach opens the book of this PC or connects to the main PC, unless that is done or under way.
func (f *Flow) reach(ctx context.Context, req user.LoginRequest, under *alone) (machine.Book, error) {
	switch {
	case f.book == nil:
	case f.state.Presence == machine.Joined || f.book.Local() || f.book.Retry(ctx) == nil:
		return f.book, nil
	default: // the program of this PC that had it open ended
		_ = f.letGo(ctx) // only the line to it is left
	}
	if f.state.Presence == machine.Joined {
		return f.Machine.Connect(ctx)
	}
	if b := under.wait(); b != nil {
		return b, nil
	}
	secret := machine.Secret{Password: req.Password}
	if f.state.Demo {
		secret.Password = f.Machine.Logins()[0].Password // any of the sample people may come first
	}
	b, err := f.Machine.Open(ctx, secret)
	if fault.KeyOf(err) == "store.wrong_password" {
		return nil, fault.New(fault.Unauthenticated, "start.owner_first")
	}
	return b, err
}

func (p *loginPage) wait(on bool) {
	busy(p.enter, on)
	if on {
		p.spin.Show()
		p.spin.Start()
	} else {
		p.spin.Stop()
		p.spin.Hide()
		p.doing.Hide()
	}
}

func (p *loginPage) failed(err error) {
	refuse(p.where, p.f.Text.Fault(fault.Of(err)))
	p.shutOut(err)
	if trouble(err) != "" {
		p.why = err
	}
	if p.f.state.Presence == machine.Joined && p.f.Machine.Standby().Ready { // the copy may have come since
		p.relay.Show()
	}
	if p.why == nil {
		p.mend.Hide()
	} else {
		p.mend.Show()
	}
	var f *fault.Fault
	if errors.As(err, &f) && f.Field == "login" {
		p.f.focus(p.name)
		return
	}
	p.pass.Edit().SelectAll()
	p.f.focus(p.pass.Edit())
}
