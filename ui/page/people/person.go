package people

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// person is the dialog that creates or changes somebody.
type person struct {
	page              *people
	env               *page.Env
	was               user.User // ID 0 for somebody new
	name, login, mail *kit.LineEdit
	role              *kit.Select
	secret            *kit.PasswordField
	active            *kit.Switch
	ends              *kit.DateField
	fields            map[string]*kit.Field
	modal             *kit.Modal
	typed             bool // the log-in was typed, and no longer follows the name
}

func today() civil.Date { return civil.Of(time.Now()) } //nolint:forbidigo // the date on this screen

// edit creates or changes a person.
func (p *people) edit(u user.User) {
	e := p.env
	if !e.Can(user.Save.Spec) {
		return
	}
	d := &person{
		page: p, env: e, was: u, typed: u.ID != 0, secret: kit.NewPasswordField(""),
		name: kit.NewLineEdit(""), login: kit.NewLineEdit(""), mail: kit.NewLineEdit(""),
	}
	d.name.SetText(u.Name)
	d.login.SetText(u.Login)
	d.mail.SetText(u.Email)
	var options []kit.Option
	for _, r := range p.roles {
		o := kit.Option{Key: string(r.Key), Text: r.Name}
		if r.Ready {
			key := "role." + string(r.Key)
			o.Text, o.Detail = e.T(key), e.T(key+".help")
		}
		options = append(options, o)
	}
	d.role = kit.NewSelect(options, func(string) { d.rule() })
	d.role.SetKey(string(auth.Assistant))
	title := e.T("people.new")
	if u.ID != 0 {
		d.role.SetKey(string(u.Role))
		title = u.Name
	}
	d.active = kit.NewSwitch(e.T("people.may_log_in"), e.T("people.may_log_in_note"), func(bool) { d.rule() })
	d.active.SetOn(!u.Disabled)
	parse := func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }
	d.ends = kit.NewDateField(parse, e.Text.Date, today, func(civil.Date) {})
	d.ends.SetDate(u.EndsOn)
	d.show(title)
}

func (d *person) show(title string) {
	e := d.env
	d.fields = map[string]*kit.Field{
		"name":     kit.NewField(e.T("people.column.name"), d.name).Required(),
		"login":    kit.NewField(e.T("people.column.login"), d.login).Required(),
		"email":    kit.NewField(e.T("people.email"), d.mail),
		"role":     kit.NewField(e.T("people.column.role"), d.role),
		"password": kit.NewField(e.T("people.password"), d.secret),
		"ends_on":  kit.NewField(e.T("people.ends"), d.ends).Hint(e.T("people.ends_hint")),
	}
	propose := kit.NewButton(e.T("start.password.propose"), "lightning", kit.Link, func() {
		page.Passphrase(e, d.secret.SetText)
	})
	body := kit.VBox(12,
		kit.FormGrid(2, d.fields["name"], d.fields["login"], d.fields["email"], d.fields["role"]), d.fields["password"],
		kit.HBox(0, propose, kit.Spacer()), kit.FormGrid(2, d.fields["ends_on"]))
	if d.was.ID == 0 {
		d.fields["password"].Required()
	} else {
		body.Add(d.active)
	}
	if u := d.was; u.ID != 0 && !u.Disabled && u.ID != e.Me.User.ID && e.Can(user.ViewAs.Spec) {
		body.Add(kit.HBox(0, kit.NewButton(e.T("view.act_as", "name", u.Name), "eye", kit.Link, func() {
			d.modal.Close()
			e.Shell.LookAs(u.ID)
		}), kit.Spacer()))
	}
	d.ends.OnRefused = func(err error) { d.fields["ends_on"].SetError(e.Text.Fault(err)) }
	d.secret.Strength = d.strength
	d.name.OnChanged = func(text string) {
		if !d.typed {
			d.login.SetText(user.LoginFor(text))
		}
	}
	d.login.OnChanged = func(string) { d.typed = true }
	buttons := []fyne.CanvasObject{kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { d.modal.Close() })}
	buttons = append(buttons, d.page.acts(d.was, func() { d.modal.Close() })...)
	buttons = append(buttons, kit.NewButton(e.T("common.save"), "check", kit.Primary, d.save))
	page.Hush(e, body, propose)
	for _, b := range buttons[1:] {
		page.Hush(e, body, b.(*kit.Button))
	}
	d.modal = kit.NewModal(title, 640, body, buttons...).OnEnter(func() { page.Writable(e, d.save) })
	d.rule()
	d.modal.Show(e.Window)
	d.modal.Focus(d.name)
}

// after is the person as the dialog would leave them.
func (d *person) after() user.User {
	u := d.was
	u.Name, u.Login, u.Email = d.name.Text(), d.login.Text(), d.mail.Text()
	u.Role, u.Disabled = auth.Role(d.role.Key()), u.ID != 0 && !d.active.On()
	u.EndsOn = d.ends.Date()
	for _, r := range d.page.roles {
		if r.Key == u.Role {
			u.NeedsSecondFactor = r.SecondFactor
		}
	}
	return u
}

// strength rates what is typed by the rule of the role that is chosen.
func (d *person) strength(text string) (int, string) {
	n, _ := d.check(text)
	return int(n), d.env.T("password.strength." + strconv.Itoa(int(n)))
}

func (d *person) check(text string) (password.Strength, *fault.Fault) {
	u := d.after()
	n, err := password.Check(text, []string{u.Login, u.Name, u.Email}, u.SecondFactorHelps())
	return n, fault.Of(err)
}

// rule says the least length there is for the role that is chosen.
func (d *person) rule() {
	hint := "people.password_hint"
	if d.was.ID != 0 {
		hint = "people.password_reset"
	}
	d.fields["password"].Hint(d.env.T(hint, "min", password.Least(d.after().SecondFactorHelps())))
	d.secret.SetText(d.secret.Text())
}

// refused says all that is wrong, each beside its box, and tells whether anything is: nobody looks for
// a code on their phone to learn it.
func (d *person) refused(req user.SaveRequest) bool {
	wrong := req.Refusals()
	if req.Password != "" {
		if _, f := d.check(req.Password); f != nil {
			wrong = append(wrong, f.At("password"))
		}
	} else if d.was.ID != 0 && user.PasswordDue(d.was, d.after()) {
		wrong = append(wrong, fault.Field("password", "user.password_missing"))
	}
	taken := slices.ContainsFunc(d.page.users, func(u user.User) bool {
		return u.ID != d.was.ID && strings.EqualFold(u.Login, req.Login)
	})
	if taken {
		wrong = append(wrong, fault.Field("login", "user.login_taken", "login", req.Login))
	}
	for _, f := range d.fields {
		f.SetError("")
	}
	for _, f := range wrong {
		d.fields[f.Field].SetError(d.env.Text.Fault(f))
	}
	return len(wrong) > 0
}

func (d *person) save() {
	if !d.ends.Commit() {
		return // it says so itself
	}
	e, u := d.env, d.after()
	req := user.SaveRequest{
		ID: u.ID, Login: u.Login, Name: u.Name, Email: u.Email, Role: u.Role, Password: d.secret.Text(),
		Disabled: u.Disabled, EndsOn: u.EndsOn,
	}
	if d.refused(req) {
		return
	}
	page.Call(e, user.Save, req, func(_ user.User, err error) {
		if f := fault.Of(err); f != nil {
			if f.Key == "approval.two" && !req.Disabled {
				d.second(req, e.Text.Fault(f))
				return
			}
			d.fail(err)
			return
		}
		d.modal.Close()
		e.Shell.Toast(kit.Ok, e.T("people.saved", "name", req.Name))
		d.page.Refresh()
	})
}

// fail says what is refused, beside its box if it has one.
func (d *person) fail(err error) {
	f := fault.Of(err)
	if field := d.fields[f.Field]; field != nil {
		field.SetError(d.env.Text.Fault(f))
		return
	}
	d.env.Shell.Fail(err)
}

// second offers to ask a second person for what the role gives, and saves the rest at once: somebody new with a closed
// account, which opens once that person agrees.
func (d *person) second(req user.SaveRequest, why string) {
	e, rest := d.env, req
	give := user.GiveRequest{Role: req.Role, EndsOn: req.EndsOn}
	for _, r := range d.page.roles {
		if r.Key == req.Role {
			give.Rights = r.Rights
		}
	}
	how := "people.two"
	if rest.Role, rest.Disabled, rest.EndsOn = d.was.Role, d.was.Disabled, d.was.EndsOn; req.ID == 0 {
		how = "people.two_new"
		rest.Role, rest.Disabled, rest.EndsOn = req.Role, true, req.EndsOn
	}
	e.Shell.Confirm(e.T("approvals.two"), why+"\n\n"+e.T(how), e.T("approvals.ask"), false, func() {
		page.Call(e, user.Save, rest, func(u user.User, err error) {
			if err != nil {
				d.fail(err)
				return
			}
			d.was, give.ID = u, u.ID // what is asked once more is no second account
			body, err := json.Marshal(give)
			if err != nil {
				e.Shell.Fail(err)
				return
			}
			page.Do(e, approval.Ask, approval.AskRequest{Op: user.Give.Name, Request: body}, func(op.Empty) {
				d.modal.Close()
				e.Shell.Toast(kit.Ok, e.T("approvals.sent"))
				d.page.Refresh()
			})
		})
	})
}

// acts are what can be done to a person beside changing them; closed leaves the dialog.
func (p *people) acts(u user.User, closed func()) (buttons []fyne.CanvasObject) {
	e := p.env
	if u.ID != 0 && u.SecondOn && e.Can(user.ResetSecondFactor.Spec) {
		text := e.T("people.reset_second_text", "name", u.Name)
		act := e.T("people.reset_second")
		buttons = append(buttons, kit.NewButton(act, "", kit.Secondary, func() {
			e.Shell.Confirm(act, text, act, true, func() {
				page.Do(e, user.ResetSecondFactor, user.IDRequest{ID: u.ID}, func(op.Empty) {
					closed()
					p.Refresh()
				})
			})
		}))
	}
	if u.ID != 0 && e.Can(user.SignOutEverywhere.Spec) {
		buttons = append(buttons, kit.NewButton(e.T("people.sign_out"), "sign-out", kit.Secondary, func() {
			page.Do(e, user.SignOutEverywhere, user.IDRequest{ID: u.ID}, func(op.Empty) {
				e.Shell.Toast(kit.Ok, e.T("people.signed_out", "name", u.Name))
			})
		}))
	}
	return buttons
}
