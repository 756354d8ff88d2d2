package start

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// createPage is the first step of the set-up: who the owner is. It makes the book; everything after
// is an operation on it, which can be resumed at any later start.
type createPage struct {
	f                           *Flow
	company, name, login, email *kit.LineEdit
	fields                      map[string]*kit.Field
	pass                        *passwordBox
	why                         *kit.Label
	next                        *kit.Button
	spin                        *kit.Spinner
	typed                       bool // the login was typed, and no longer follows the name
}

// Create shows the first step of the set-up.
func (f *Flow) Create() {
	p := &createPage{
		f: f, company: kit.NewLineEdit(f.t("start.you.company_hint")),
		name:  kit.NewLineEdit(f.t("start.you.name_hint")),
		login: kit.NewLineEdit(""), email: kit.NewLineEdit(f.t("start.you.email_hint")), why: refusal(),
		spin: kit.NewSpinner(),
	}
	p.spin.Hide()
	p.pass = f.newPassword(func() []string {
		return []string{p.company.Text(), p.name.Text(), p.login.Text(), p.email.Text()}
	})
	p.name.OnChanged = func(text string) {
		if !p.typed {
			p.login.SetText(user.LoginFor(text))
		}
	}
	p.login.OnChanged = func(string) { p.typed = true }
	p.fields = map[string]*kit.Field{
		"company": kit.NewField(f.t("start.you.company"), p.company).Required(),
		"name":    kit.NewField(f.t("start.you.name"), p.name).Required(),
		"login": kit.NewField(f.t("start.login.name"),
			p.login).Required().Hint(f.t("start.you.login_hint")),
		"email": kit.NewField(f.t("start.you.email"), p.email),
	}
	p.next = kit.NewButton(f.t("start.you.go"), "", kit.Primary, p.submit)
	p.pass.then = p.submit
	f.chain(p.company, p.name, p.login, p.email, p.pass.first.Edit())
	card := kit.NewCard("", kit.VBox(theme.GapField,
		p.fields["company"], kit.FormGrid(3, p.fields["name"], p.fields["login"], p.fields["email"]),
		p.pass.object, p.why))
	content := kit.VBox(theme.GapCard, card,
		kit.NewNotice(kit.Warn, f.t("start.you.warn"), f.t("start.you.warn_text")), f.why("start.you.why"))
	back := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Doors)
	f.show(layStep(f.stepBar(0), kit.Title(f.t("start.you.title")), kit.MutedParagraph(f.t("start.you.text")),
		content,
		[]fyne.CanvasObject{back}, []fyne.CanvasObject{p.spin, p.next}))
	f.focus(p.company)
}

func (p *createPage) submit() {
	f := p.f
	p.fields["company"].SetError(missing(f, p.company.Text(), "company.name_missing"))
	p.fields["name"].SetError(missing(f, p.name.Text(), "user.name_missing"))
	p.fields["login"].SetError(missing(f, p.login.Text(), "user.login_missing"))
	err := p.pass.check()
	if err != nil || p.fields["company"].Refusal() != "" || p.fields["name"].Refusal() != "" ||
		p.fields["login"].Refusal() != "" {
		return
	}
	n := machine.NewBook{
		Company: strings.TrimSpace(p.company.Text()), Name: strings.TrimSpace(p.name.Text()),
		Login: strings.TrimSpace(p.login.Text()),
		Email: strings.TrimSpace(p.email.Text()), Password: p.pass.text(), Lang: f.Text.Lang(),
	}
	busy(p.next, true)
	p.spin.Show()
	p.spin.Start()
	refuse(p.why, "")
	var b machine.Book
	f.work(func(ctx context.Context) (err error) {
		b, err = f.Machine.Create(ctx, n)
		return err
	}, func(err error) {
		busy(p.next, false)
		p.spin.Stop()
		p.spin.Hide()
		if err != nil {
			p.failed(err)
			return
		}
		f.creating, f.book = true, b
		f.enter(b, p.failed)
	})
}

// failed says what is wrong at its box when it has one.
func (p *createPage) failed(err error) {
	text := p.f.Text.Fault(fault.Of(err))
	if flt, ok := errors.AsType[*fault.Fault](err); ok {
		if field := p.fields[flt.Field]; field != nil {
			field.SetError(text)
			return
		}
		if flt.Field == "password" || strings.HasPrefix(flt.Key, "password.") {
			p.pass.one.SetError(text)
			return
		}
	}
	refuse(p.why, text)
}
