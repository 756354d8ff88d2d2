// Package account is each person's own page: who they are, their password and second factor, where they are logged
// in, and when their screen locks.
package account

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"account": func(e *page.Env, _ page.Route) page.Page { return newAccount(e) },
	}
}

// account is a person's own page.
type account struct {
	*page.Gate
	env     *page.Env
	object  *kit.Page
	where   user.SessionsResponse
	old     *kit.PasswordField
	fresh   *kit.PasswordField
	codesUp bool // recovery codes are shown, which nobody can show again
}

func newAccount(e *page.Env) *account {
	a := &account{Gate: page.NewGate(e), env: e}
	a.object = kit.NewPage(kit.NewHeader(e.T("account.title"), e.T("account.under")), kit.Gap(1, 1))
	a.old, a.fresh = kit.NewPasswordField(""), kit.NewPasswordField("")
	a.object.SetBody(kit.NewScroll(a.cards()))
	a.Refresh()
	return a
}

// Object implements page.Page.
func (a *account) Object() fyne.CanvasObject { return a.object }

// Unsaved implements page.Page.
func (a *account) Unsaved() bool { return a.codesUp || a.old.Text() != "" || a.fresh.Text() != "" }

// Refresh implements page.Page.
func (a *account) Refresh() {
	page.Do(a.env, user.Current, op.Empty{}, func(m user.Me) {
		a.env.Me = m
		page.Do(a.env, user.Sessions, user.SessionsRequest{}, func(r user.SessionsResponse) {
			a.where = r
			a.object.SetBody(kit.NewScroll(a.cards()))
		})
	})
}

func (a *account) cards() fyne.CanvasObject {
	e, u := a.env, a.env.Me.User
	a.Forget()
	lines := []fyne.CanvasObject{
		kit.Line(e.T("people.column.name"), u.Name), kit.Line(e.T("people.column.login"), u.Login),
		kit.Line(e.T("people.column.role"), u.RoleTitle(e.Text)),
	}
	if !u.EndsOn.IsZero() {
		lines = append(lines, kit.Line(e.T("account.ends"), e.Text.Date(u.EndsOn)))
	}
	who := kit.NewCard(e.T("account.who"), kit.VBox(theme.GapTight, lines...))
	return kit.VBox(theme.GapCard, kit.Cols(theme.GapCard, nil, who, a.factor(u)), kit.Cols(theme.GapCard, nil,
		a.sessions(), a.places()), kit.Cols(theme.GapCard, nil, a.password(), a.lock(u)))
}

// codesFew is how many recovery codes are few enough to say so.
const codesFew = 3

// factor is the second factor, and what is left of the recovery codes.
func (a *account) factor(u user.User) fyne.CanvasObject {
	e := a.env
	if !u.SecondOn {
		return kit.NewCard(e.T("account.second"), kit.VBox(12,
			kit.HBox(8, kit.NewPill(e.T("account.second_off"), kit.Warn), kit.Spacer()),
			kit.MutedParagraph(e.T("account.second_note")),
			kit.HBox(8, a.Write(kit.NewButton(e.T("account.switch_on"), "qr-code", kit.Secondary, a.enrol)), kit.Spacer())))
	}
	left := e.Me.CodesLeft
	tone := kit.Neutral
	if left <= codesFew {
		tone = kit.Warn
	}
	pills := kit.HBox(8, kit.NewPill(e.T("account.second_on"), kit.Ok),
		kit.NewPill(e.Text.N("account.codes_left", left, nil), tone), kit.Spacer())
	phone := a.Write(kit.NewButton(e.T("account.new_phone"), "qr-code", kit.Secondary, a.enrol))
	codes := a.Write(kit.NewButton(e.T("account.new_codes"), "key", kit.Secondary, func() {
		page.Do(e, user.RenewCodes, op.Empty{}, func(c user.CodesResponse) {
			a.Refresh()
			a.codes(c.Codes)
		})
	}))
	return kit.NewCard(e.T("account.second"), kit.VBox(12, pills, kit.MutedParagraph(e.T("account.second_note")),
		kit.HBox(8, phone, codes, kit.Spacer())))
}

// pc is the name of a PC as people know it.
func (a *account) pc(device, name string) string {
	switch {
	case device == "":
		return a.env.T("history.here")
	case name == "":
		return a.env.T("history.elsewhere")
	default:
		return name
	}
}

// sessions is where one is logged in now, each of which can be closed but the one at hand.
func (a *account) sessions() fyne.CanvasObject {
	e := a.env
	body := kit.VBox(theme.GapTight)
	for _, ss := range a.where.Sessions {
		text := kit.VBox(0, kit.Strong(a.pc(ss.Device, ss.Name)),
			kit.Caption(e.T("account.session", "since", e.Text.Instant(ss.Since), "active", e.Text.Instant(ss.Active))))
		var end fyne.CanvasObject = kit.NewPill(e.T("account.here"), kit.Ok)
		if !ss.Current {
			end = a.Write(kit.NewButton(e.T("account.close"), "", kit.Ghost, func() {
				page.Do(e, user.CloseSession, user.SessionRequest{ID: ss.ID}, func(op.Empty) { a.Refresh() })
			}))
		}
		icon, tone := "desktop", kit.Info
		if ss.Locked {
			icon, tone = "lock", kit.Neutral
		}
		body.Add(kit.Row(10, kit.IconTile(icon, tone), text, end))
	}
	all := a.Write(kit.NewButton(e.T("account.close_others"), "sign-out", kit.Secondary, a.closeOthers))
	if len(a.where.Sessions) < 2 {
		all.DisableWith(e.T("account.alone"))
	}
	body.Add(kit.Gap(1, 4))
	body.Add(kit.HBox(0, all, kit.Spacer()))
	return kit.NewCard(e.T("account.sessions"), body)
}

func (a *account) closeOthers() {
	e := a.env
	title := e.T("account.close_others")
	e.Shell.Confirm(title, e.T("account.close_others_text"), title, true, func() {
		page.Do(e, user.CloseOthers, op.Empty{}, func(out user.TokenResponse) {
			e.Shell.Renew(out.Token)
			e.Shell.Toast(kit.Ok, e.T("account.closed_others"))
			a.Refresh()
		})
	})
}

// placesShown bounds the PCs that are listed; of more, those used last.
const placesShown = 6

// places are the PCs on which one has logged in.
func (a *account) places() fyne.CanvasObject {
	e := a.env
	note := e.T("account.places_note")
	if e.Me.User.Role == auth.Owner {
		note = e.T("account.places_own")
	}
	body := kit.VBox(theme.GapTight, kit.MutedParagraph(note))
	for _, p := range a.where.Places[:min(placesShown, len(a.where.Places))] {
		body.Add(kit.Line(a.pc(p.Device, p.Name), e.T("account.place", "first", e.Text.Instant(p.First),
			"last", e.Text.Instant(p.Last))))
	}
	return kit.NewCard(e.T("account.places"), body)
}

// delays are the minutes that can be chosen for the lock.
var delays = []int{5, 10, 15, 20, 30}

// lock is when one's screen locks.
func (a *account) lock(u user.User) fyne.CanvasObject {
	e := a.env
	now := int(u.LocksAfter().Minutes())
	var options []kit.Option
	for _, m := range delays {
		if m <= u.LockMost() {
			options = append(options, kit.Option{Key: strconv.Itoa(m), Text: e.Text.N("account.minutes", m, nil)})
		}
	}
	choice := kit.NewSelect(options, nil)
	choice.SetKey(strconv.Itoa(now))
	if e.Still() {
		choice.Disable()
	}
	choice.OnChanged = func(key string) {
		minutes, err := strconv.Atoi(key)
		if err != nil || minutes == now {
			return
		}
		req := user.PreferencesRequest{Lang: u.Lang, Theme: u.Theme, LockAfter: minutes}
		page.Call(e, user.SavePreferences, req, func(_ op.Empty, err error) {
			if err != nil {
				choice.SetKey(strconv.Itoa(now)) // what is in force
				e.Shell.Fail(err)
				return
			}
			e.Shell.Changed("me")
			e.Shell.Toast(kit.Ok, e.T("account.lock_saved"))
			a.Refresh()
		})
	}
	return kit.NewCard(e.T("account.lock"), kit.VBox(12, kit.NewField(e.T("account.lock_after"), choice),
		kit.MutedParagraph(e.T("account.lock_note"))))
}

// password changes one's own password.
func (a *account) password() fyne.CanvasObject {
	e, u := a.env, a.env.Me.User
	old, fresh := a.old, a.fresh
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
		req := user.PasswordRequest{Old: old.Text(), New: fresh.Text()}
		page.Call(e, user.ChangePassword, req, func(out user.TokenResponse, err error) {
			if f := fault.Of(err); f != nil {
				if fields[f.Field] != nil {
					fields[f.Field].SetError(e.Text.Fault(f))
					return
				}
				e.Shell.Fail(err)
				return
			}
			e.Shell.Renew(out.Token)
			old.SetText("")
			fresh.SetText("")
			e.Shell.Toast(kit.Ok, e.T("account.changed"))
			a.Refresh()
		})
	}))
	propose := a.Write(kit.NewButton(e.T("start.password.propose"), "lightning", kit.Link, func() {
		page.Passphrase(e, fresh.SetText)
	}))
	page.Hush(e, kit.VBox(0, fields["old"], fields["new"]))
	return kit.NewCard(e.T("account.password"), kit.VBox(12, kit.FormGrid(2, fields["old"], fields["new"]),
		kit.HBox(8, change, propose, kit.Spacer())))
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
		kit.CopySecret(strings.Join(codes, "\n"))
		e.Shell.Toast(kit.Ok, e.T("account.copied"))
	})
	kept := kit.NewButton(e.T("account.kept"), "check", kit.Primary, func() { m.Close() })
	m = kit.NewModal(e.T("account.codes"), 440, area, copyAll, kept).Lock()
	m.OnClosed = func() {
		a.codesUp = false
		e.Shell.Changed("me") // the second factor may open what waited for it
	}
	a.codesUp = true
	m.Show(e.Window)
}
