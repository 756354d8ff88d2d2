package start

import (
	"crypto/rand"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/password"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// passwordBox is a new password typed twice, with its strength and a phrase proposed.
type passwordBox struct {
	f             *Flow
	object        fyne.CanvasObject
	first, second *kit.PasswordField
	then          func() // Enter in the second box
	one, two      *kit.Field
	context       func() []string
}

// newPassword makes the box; context is what an attacker would know of the person.
func (f *Flow) newPassword(context func() []string) *passwordBox {
	p := &passwordBox{
		f: f, context: context, first: kit.NewPasswordField(""),
		second: kit.NewPasswordField(""),
	}
	p.first.Strength = func(text string) (int, string) {
		n, err := password.Check(text, context(), true)
		if err != nil && text != "" {
			return min(int(n), 2), f.Text.Fault(fault.Of(err))
		}
		return int(n), f.t("password.strength." + string(rune('0'+int(n))))
	}
	p.one = kit.NewField(f.t("start.password.new"), p.first).Required()
	p.two = kit.NewField(f.t("start.password.again"), p.second).Required()
	p.first.Edit().OnSubmitted = func(string) { f.focus(p.second.Edit()) }
	p.second.Edit().OnSubmitted = func(string) {
		if p.then != nil {
			p.then()
		}
	}
	p.first.OnChanged = func(string) { p.one.SetError("") }
	p.second.OnChanged = func(string) { p.two.SetError("") }
	propose := kit.NewButton(f.t("start.password.propose"), "lightning", kit.Link, p.propose)
	p.object = kit.VBox(theme.GapTight, kit.Cols(theme.GapCard, nil, p.one, p.two), kit.HBox(0, propose,
		kit.Spacer()))
	return p
}

// propose fills both boxes with a phrase and shows it: the person writes it down.
func (p *passwordBox) propose() {
	phrase, err := password.Passphrase(rand.Reader)
	if err != nil {
		p.one.SetError(p.f.Text.Fault(fault.Of(err)))
		return
	}
	p.first.SetText(phrase)
	p.second.SetText(phrase)
	p.one.SetError("")
	p.two.SetError("")
	kit.Alert(p.f.Window, kit.Info, p.f.t("start.password.phrase"), p.f.t("start.password.phrase_text",
		"phrase", phrase), p.f.t("start.password.noted"))
}

// check refuses a weak password, or two that differ, and says so at the box.
func (p *passwordBox) check() error {
	if _, err := password.Check(p.first.Text(), p.context(), true); err != nil {
		p.one.SetError(p.f.Text.Fault(fault.Of(err)))
		return err
	}
	if p.first.Text() != p.second.Text() {
		err := fault.Field("password", "start.password.differ")
		p.two.SetError(p.f.Text.Fault(err))
		return err
	}
	return nil
}

func (p *passwordBox) text() string { return p.first.Text() }
