package start

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// Forgotten helps a person who lost the password. The recovery sheet gives an owner a new one: in a book
// that is open, with the second factor or after a day's notice; one that is closed it opens. Everybody
// else asks an owner.
func (f *Flow) Forgotten() {
	under, open := f.alone, f.book
	f.forgot(nil, func(ctx context.Context) machine.Book {
		if open != nil && (open.Local() || open.Retry(ctx) == nil) {
			return open
		}
		return f.again(ctx, open, under)
	})
}

// forgot shows the form for the book that find finds, with what was typed in the one before.
func (f *Flow) forgot(typed *forgotten, find func(ctx context.Context) machine.Book) {
	var open machine.Book
	f.work(func(ctx context.Context) error {
		open = find(ctx)
		return nil
	}, func(error) {
		switch joined := f.state.Presence == machine.Joined; {
		case open == nil && joined:
			f.elsewhere()
			return
		case open != nil || !joined: // one that went away with the program that had it is no book of this PC's
			f.book = open
		}
		f.showForgotten(open, typed)
	})
}

// again finds the book of which none is open here, or the one that was there does not answer any more: another program of
// this PC had it, or the main PC is gone.
func (f *Flow) again(ctx context.Context, gone machine.Book, under *alone) machine.Book {
	if gone == nil {
		return f.working(ctx, under)
	}
	if f.state.Presence == machine.Joined {
		return nil
	}
	_ = gone.Close(ctx, nil) // only the line to it is left
	return f.working(ctx, nil)
}

// working returns the book if a program has it open already, or this PC opens it by itself; else nil.
func (f *Flow) working(ctx context.Context, under *alone) machine.Book {
	if b := under.wait(); b != nil {
		return b
	}
	reach := func() (machine.Book, error) { return f.Machine.Open(ctx, machine.Secret{}) }
	if f.state.Presence == machine.Joined {
		reach = func() (machine.Book, error) { return f.Machine.Connect(ctx) }
	}
	b, err := reach()
	if err != nil {
		return nil // closed, or out of reach: that is said by what follows
	}
	return b
}

// elsewhere is for a PC whose main PC does not answer.
func (f *Flow) elsewhere() {
	f.show(f.beside(formWidth, kit.VBox(14, kit.Title(f.t("start.forgotten.title")),
		kit.MutedParagraph(f.t("start.forgotten.elsewhere")), kit.HBox(0, f.backToLogin()))))
}

func (f *Flow) backToLogin() *kit.Button {
	return kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)
}

// forgotten is the form of a new password by the sheet.
type forgotten struct {
	f     *Flow
	open  machine.Book // nil: the sheet opens the book
	sheet *sheetField
	name  *kit.LineEdit
	who   *kit.Field
	pass  *passwordBox
	code  *kit.LineEdit
	proof *kit.Field
	lost  *kit.Check  // neither telephone nor spare code, in a closed book; in an open one the code is left empty
	costs *kit.Banner // what the way through a closed book costs
	why   *kit.Label
	set   *kit.Button

	screen fyne.CanvasObject
}

// showForgotten shows the form, with what was typed in the one before if there was one.
func (f *Flow) showForgotten(open machine.Book, typed *forgotten) {
	p := &forgotten{f: f, open: open, code: kit.NewLineEdit("000 000"), why: refusal()}
	if typed != nil {
		p.sheet, p.name, p.pass = typed.sheet, typed.name, typed.pass
	} else {
		p.sheet, p.name = f.newSheet(), kit.NewLineEdit("")
		p.name.SetText(f.Machine.Preferences().Owner)
		p.pass = f.newPassword(func() []string { return []string{p.name.Text(), f.state.Company} })
	}
	p.who = kit.NewField(f.t("start.forgotten.owner"), p.name).Required()
	p.proof = kit.NewField(f.t("start.forgotten.code"), p.code).Hint(f.t("start.forgotten.code_hint"))
	p.set = kit.NewButton(f.t("start.forgotten.go"), "", kit.Primary, p.submit)
	p.pass.then = func() { p.set.Tapped(nil) }
	p.sheet.changed = func() { refuse(p.why, "") }
	text := "start.forgotten.open"
	form := []fyne.CanvasObject{p.sheet.object, kit.Cols(theme.GapCard, nil, p.who, p.proof), p.pass.object}
	if open == nil {
		text = "start.forgotten.closed"
		p.costs = kit.NewNotice(kit.Warn, "", f.t("start.forgotten.shuts_out"))
		p.lost = kit.NewCheck(f.t("start.forgotten.lost"), p.lostBoth)
		form[1] = p.who
		form = append(form, p.lost, p.costs)
	}
	body := append([]fyne.CanvasObject{kit.VBox(theme.GapLabel, kit.Title(f.t("start.forgotten.title")),
		kit.MutedParagraph(f.t(text)))}, form...)
	body = append(body, p.why, p.set, kit.VBox(theme.GapTight, kit.MutedParagraph(f.t("start.forgotten.others")),
		kit.HBox(0, f.backToLogin())))
	p.screen = f.beside(560, kit.VBox(14, body...))
	f.show(p.screen)
	f.focus(p.sheet.first())
}

// lostBoth says which way there is without telephone and spare code, before anything is done: the password that the sheet
// gives at once would lead nowhere.
func (p *forgotten) lostBoth(on bool) {
	f := p.f
	if on {
		p.costs.Set(kit.Info, "", f.t("start.forgotten.lost_text"))
		p.set.SetText(f.t("start.forgotten.lost_go"))
	} else {
		p.costs.Set(kit.Warn, "", f.t("start.forgotten.shuts_out"))
		p.set.SetText(f.t("start.forgotten.go"))
	}
	p.screen.Refresh() // the text has another height
}

func (p *forgotten) submit() {
	refuse(p.why, "")
	p.who.SetError("")
	p.proof.SetError("")
	key, err := p.sheet.key()
	if err != nil || p.pass.check() != nil {
		return // said at the box
	}
	req := user.RecoverRequest{
		Login: strings.TrimSpace(p.name.Text()), Recovery: key, Password: p.pass.text(), Code: p.code.Text(),
	}
	busy(p.set, true)
	var out user.RecoverResponse
	away := false // what had the book open does not answer
	b := p.open
	p.f.work(func(ctx context.Context) (err error) {
		if b == nil {
			if b, err = p.f.Machine.Open(ctx, machine.Secret{Recovery: key}); err != nil {
				return err
			}
			if !p.lost.On() { // who opens the book with the sheet acts for the program itself
				ctx = op.AsSystem(ctx)
			}
		}
		out, err = user.Recover.Call(ctx, b, req)
		if err != nil && fault.Of(err).Code == fault.Unavailable { // one that only asks to wait is there
			away = b.Retry(ctx) != nil
		}
		if fault.KeyOf(err) == "lan.host_unreachable" && !away { // another took its place
			out, err = user.Recover.Call(ctx, b, req)
		}
		if err != nil && p.open == nil { // a closed book stays closed
			_ = b.Close(ctx, nil)
			b = nil
		}
		return err
	}, func(err error) {
		busy(p.set, false)
		p.f.book = b
		if err == nil && p.open == nil && p.f.Opened != nil { // the others work meanwhile, and other owners can refuse
			p.f.Opened(b)
		}
		switch {
		case away:
			kit.Toast(p.f.Host, kit.Warn, p.f.Text.Fault(fault.Of(err)))
			p.f.forgot(p, func(ctx context.Context) machine.Book { return p.f.again(ctx, b, nil) })
		case err != nil:
			p.refused(err)
		case !out.Done:
			p.asked(out)
		default:
			p.f.name, p.f.done = req.Login, p.f.t("start.forgotten.done")
			p.f.Login()
		}
	})
}

// refused says what is wrong at its box.
func (p *forgotten) refused(err error) {
	text := p.f.Text.Fault(fault.Of(err))
	switch fault.Of(err).Field {
	case "recovery":
		p.sheet.refuse(text)
	case "login":
		p.who.SetError(text)
	case "password":
		p.pass.one.SetError(text)
	case "code":
		p.proof.SetError(text)
	default:
		refuse(p.why, text)
	}
}

// asked tells when to come back with the sheet.
func (p *forgotten) asked(out user.RecoverResponse) {
	f, text := p.f, "start.forgotten.asked_text"
	if p.open == nil {
		text = "start.forgotten.asked_closed"
	}
	f.show(f.beside(formWidth, kit.VBox(14, kit.Center(kit.IconTile("hourglass", kit.Info)),
		kit.Title(f.t("start.forgotten.asked")),
		kit.Paragraph(f.t(text, "when", f.Text.Instant(out.After))),
		kit.MutedParagraph(f.t("start.forgotten.asked_why")), kit.HBox(0, f.backToLogin()))))
}
