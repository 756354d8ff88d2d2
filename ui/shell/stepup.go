package shell

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// proof is the box for the second factor, or for a recovery code in its place, or for the password of a person who has
// none.
type proof struct {
	object *fyne.Container
	focus  fyne.Focusable
	code   *kit.CodeInput
	spare  *kit.LineEdit
	pass   *kit.PasswordField
	field  *kit.Field
}

func (s *Shell) newProof(given func()) *proof {
	p := &proof{}
	if !s.Me.User.SecondOn {
		return s.newPassword(given)
	}
	p.code = kit.NewCodeInput(func(string) { given() })
	p.focus = p.code
	p.field = kit.NewField(s.t("shell.proof.code"), p.code)
	other := kit.HBox(0)
	other.Add(kit.NewButton(s.t("shell.proof.recovery"), "", kit.Link, func() {
		p.code, p.spare = nil, kit.NewLineEdit("")
		p.spare.OnSubmitted = func(string) { given() }
		p.field = kit.NewField(s.t("shell.proof.recovery_code"), p.spare)
		p.object.Objects = []fyne.CanvasObject{p.field}
		p.object.Refresh()
		kit.Focus(p.spare)
	}))
	return s.filled(p, other)
}

// newPassword is the box for the password, whoever has a second factor: what opens a locked screen.
func (s *Shell) newPassword(given func()) *proof {
	p := &proof{pass: kit.NewPasswordField("")}
	p.pass.Edit().OnSubmitted = func(string) { given() }
	p.focus = p.pass.Edit()
	p.field = kit.NewField(s.t("shell.proof.password"), p.pass)
	return s.filled(p)
}

// filled puts the ways to fill a proof in under its box.
func (s *Shell) filled(p *proof, ways ...fyne.CanvasObject) *proof {
	if fill := s.sample(p); fill != nil {
		ways = append(ways, kit.HBox(0, fill, kit.Spacer()))
	}
	p.object = kit.VBox(theme.GapTight, append([]fyne.CanvasObject{p.field}, ways...)...)
	return p
}

// sample is the button that fills in the proof of one of the sample company's people, whose phone nobody has; nil
// elsewhere. A code is sent as soon as it is whole: it is typed when asked for, not by itself.
func (s *Shell) sample(p *proof) *kit.Button {
	logins := s.Machine.Logins()
	at := slices.IndexFunc(logins, func(l machine.Login) bool { return l.Login == s.Me.User.Login })
	if at < 0 || p.code != nil && logins[at].TOTP == "" {
		return nil
	}
	return kit.NewButton(s.t("shell.proof.sample"), "key", kit.Link, func() {
		if p.pass != nil {
			p.pass.SetText(logins[at].Password)
			return
		}
		digits, err := user.CodeAt(logins[at].TOTP, s.Clock())
		if err != nil {
			return // the sample's own secret: the person can still type
		}
		p.code.Clear(false)
		for _, d := range digits {
			p.code.TypedRune(d)
		}
	})
}

func (p *proof) request() user.ConfirmRequest {
	if p.code != nil {
		return user.ConfirmRequest{Code: p.code.Text()}
	}
	if p.spare != nil {
		return user.ConfirmRequest{Code: p.spare.Text()}
	}
	return user.ConfirmRequest{Password: p.pass.Text()}
}

func (p *proof) refuse(s *Shell, err error) {
	why := s.Text.Fault(err)
	if s.idle.locked && s.relieves() { // its button is behind the lock
		why = s.t("shell.locked.relieve")
	}
	p.field.SetError(why)
	if p.code != nil {
		p.code.Clear(true)
		return
	}
	if p.spare != nil {
		return
	}
	p.pass.SetText("")
	p.pass.SetInvalid(true)
}

// confirm sends the proof; a session that is over ends the question.
func (s *Shell) confirm(p *proof, ok, over func()) {
	req := p.request()
	if req.Code == "" && req.Password == "" {
		return
	}
	var out user.TokenResponse
	s.run(func(ctx context.Context) (err error) {
		out, err = user.Confirm.Call(ctx, s.Book, req)
		return err
	}, func(err error) {
		switch fault.KeyOf(err) {
		case "":
			s.Book.SetToken(out.Token)
			ok()
		case "user.session_over", "user.session_role", "op.login_needed", "user.ended", "user.closed":
			over()
			s.Fail(err)
		default:
			p.refuse(s, err)
		}
	})
}

// stepUp asks again who is there, then goes on; a cancelled dialog runs nothing.
func (s *Shell) stepUp(then func()) {
	var m *kit.Modal
	var p *proof
	try := func() {
		s.confirm(p, func() { m.Close(); then() }, func() { m.Close() })
	}
	p = s.newProof(try)
	body := kit.VBox(theme.GapField, kit.MutedParagraph(s.t("shell.proof.why")), p.object)
	m = kit.NewModal(s.t("shell.proof.title"), 420, body,
		kit.NewButton(s.t("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(s.t("shell.proof.go"), "", kit.Primary, try)).Mark("shield-check",
		kit.Info).OnEnter(try)
	m.Show(s.Window)
	m.Focus(p.focus)
}
