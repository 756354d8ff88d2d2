package settings

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// account is a person's own page: who they are, password, second factor.
type account struct {
	*page.Gate
	env     *page.Env
	object  *kit.Page
	codesUp bool // recovery codes are shown, which nobody can show again
}

func newAccount(e *page.Env) page.Page {
	a := &account{Gate: page.NewGate(e), env: e}
	a.object = kit.NewPage(kit.NewHeader(e.T("account.title"), e.T("account.under")), kit.NewScroll(a.cards()))
	return a
}

// Object implements page.Page.
func (a *account) Object() fyne.CanvasObject { return a.object }

// Unsaved implements page.Page.
func (a *account) Unsaved() bool { return a.codesUp }

// Refresh implements page.Page.
func (a *account) Refresh() {
	page.Do(a.env, user.Current, op.Empty{}, func(m user.Me) {
		a.env.Me = m
		a.object.SetBody(kit.NewScroll(a.cards()))
	})
}

func (a *account) cards() fyne.CanvasObject {
	e, u := a.env, a.env.Me.User
	a.Forget()
	second := e.T("account.second_off")
	tone := kit.Warn
	if u.SecondOn {
		second, tone = e.T("account.second_on"), kit.Ok
	}
	who := kit.NewCard(e.T("account.who"), kit.VBox(8,
		kit.Line(e.T("people.column.name"), u.Name), kit.Line(e.T("people.column.login"), u.Login),
		kit.Line(e.T("people.column.role"), u.RoleTitle(e.Text))))
	factor := kit.NewCard(e.T("account.second"), kit.VBox(12, kit.HBox(8, kit.NewPill(second, tone), kit.Spacer()),
		kit.MutedParagraph(e.T("account.second_note")), kit.HBox(8, a.factorButtons(u)...)))
	return kit.VBox(theme.GapCard, kit.Cols(theme.GapCard, nil, who, factor), a.password())
}

func (a *account) factorButtons(u user.User) []fyne.CanvasObject {
	e := a.env
	if !u.SecondOn {
		on := kit.NewButton(e.T("account.switch_on"), "qr-code", kit.Secondary, a.enrol)
		return []fyne.CanvasObject{a.Write(on)}
	}
	return []fyne.CanvasObject{
		a.Write(kit.NewButton(e.T("account.new_phone"), "qr-code", kit.Secondary, a.enrol)),
		a.Write(kit.NewButton(e.T("account.new_codes"), "key", kit.Secondary, func() {
			page.Do(e, user.RenewCodes, op.Empty{}, func(c user.CodesResponse) { a.codes(c.Codes) })
		})),
	}
}

// password changes one's own password.
func (a *account) password() fyne.CanvasObject {
	e, u := a.env, a.env.Me.User
	old, fresh := kit.NewPasswordField(""), kit.NewPasswordField("")
	fresh.Strength = func(text string) (int, string) {
		s, err := password.Check(text, []string{u.Login, u.Name, u.Email}, u.SecondFactorHelps())
		if err != nil {
			return int(s), e.Text.Fault(fault.Of(err))
		}
		return int(s), ""
	}
	fields := map[string]*kit.Field{
		"old": kit.NewField(e.T("account.old"), old), "new": kit.NewField(e.T("account.new"), fresh),
	}
	change := a.Write(kit.NewButton(e.T("account.change"), "check", kit.Secondary, func() {
		fields["old"].SetError("")
		fields["new"].SetError("")
		page.Call(e, user.ChangePassword, user.PasswordRequest{Old: old.Text(), New: fresh.Text()}, func(_ op.Empty, err error) {
			if f := fault.Of(err); f != nil {
				if fields[f.Field] != nil {
					fields[f.Field].SetError(e.Text.Fault(f))
					return
				}
				e.Shell.Fail(err)
				return
			}
			old.SetText("")
			fresh.SetText("")
			e.Shell.Toast(kit.Ok, e.T("account.changed"))
		})
	}))
	return kit.NewCard(e.T("account.password"), kit.VBox(12, kit.FormGrid(2, fields["old"], fields["new"]), kit.HBox(8, change, kit.Spacer())))
}

// enrol shows the QR code of a new secret and puts it in force with a first code.
func (a *account) enrol() {
	e := a.env
	page.Call(e, user.EnrolBegin, op.Empty{}, func(r user.EnrolResponse, err error) {
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		body := kit.VBox(12, kit.Paragraph(e.T("account.scan")))
		if code, err := qr.Encode(r.URI, qr.M, qr.Auto); err == nil {
			if big, err := barcode.Scale(code, 220, 220); err == nil {
				body.Add(kit.Center(kit.NewPicture(big, 220)))
			}
		}
		secret := kit.NewLineEdit("")
		secret.ReadOnly = true
		secret.SetText(r.Secret)
		body.Add(kit.NewField(e.T("account.secret"), secret))
		wrong := kit.NewLabel("", kit.Style{Color: theme.ErrorText, Wrap: true})
		var m *kit.Modal
		var input *kit.CodeInput
		input = kit.NewCodeInput(func(code string) {
			page.Call(e, user.EnrolConfirm, user.CodeRequest{Code: code}, func(c user.CodesResponse, err error) {
				if err != nil {
					wrong.SetText(e.Text.Fault(fault.Of(err)))
					input.Clear(true)
					return
				}
				m.Close()
				a.Refresh()
				a.codes(c.Codes)
			})
		})
		body.Add(kit.Center(input))
		body.Add(wrong)
		m = kit.NewModal(e.T("account.second"), 480, body, kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }))
		m.Show(e.Window)
		m.Focus(input)
	})
}

// codes shows the recovery codes once.
func (a *account) codes(codes []string) {
	e := a.env
	var m *kit.Modal
	area := kit.VBox(6, kit.Paragraph(e.T("account.codes_note")))
	for _, c := range codes {
		area.Add(kit.NewLabel(c, kit.Style{Weight: kit.Medium}))
	}
	copyAll := kit.NewButton(e.T("account.copy"), "copy", kit.Secondary, func() {
		fyne.CurrentApp().Clipboard().SetContent(strings.Join(codes, "\n"))
		e.Shell.Toast(kit.Ok, e.T("account.copied"))
	})
	kept := kit.NewButton(e.T("account.kept"), "check", kit.Primary, func() { m.Close() })
	m = kit.NewModal(e.T("account.codes"), 440, area, copyAll, kept).Lock()
	m.OnClosed = func() { a.codesUp = false }
	a.codesUp = true
	m.Show(e.Window)
}
