package start

import (
	"context"
	"slices"

	"fyne.io/fyne/v2/container"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// hide says that what is on the screen is a secret of the person who is logged in to a book: see Lock.
func (f *Flow) hide(b machine.Book) { f.secret = b }

// Lock covers what nobody else is to see, such as the recovery codes, when the person leaves this PC. Their password brings
// it back as it was. Where nobody is logged in the screen stays, and the recovery sheet typed on it is cleared.
func (f *Flow) Lock() {
	if f.sheet != nil {
		f.sheet.clear()
	}
	b := f.secret
	if b == nil || f.covered {
		return
	}
	f.covered = true
	putBack := kit.SetAside(f.Window.Canvas())
	pass := kit.NewPasswordField("")
	field := kit.NewField(f.t("shell.proof.password"), pass)
	var open *kit.Button
	try := func() {
		if pass.Text() == "" || open.Disabled() {
			return
		}
		busy(open, true)
		var out user.TokenResponse
		f.work(func(ctx context.Context) (err error) {
			out, err = user.Confirm.Call(ctx, b, user.ConfirmRequest{Password: pass.Text()})
			return err
		}, func(err error) {
			busy(open, false)
			switch {
			case err == nil:
				b.SetToken(out.Token)
				f.covered = false
				f.Host.SetContent(f.screen)
				putBack()
				f.goOn()
			case loggedOut(err):
				f.uncover(b) // the codes wait for the same person
			default:
				field.SetError(f.Text.Fault(fault.Of(err)))
				pass.SetText("")
			}
		})
	}
	pass.Edit().OnSubmitted = func(string) { try() }
	open = kit.NewButton(f.t("shell.locked.open"), "lock-open", kit.Primary, try)
	leave := kit.NewButton(f.t("shell.locked.other"), "sign-out", kit.Ghost, func() { f.uncover(b) })
	box := kit.VBox(14, kit.Center(kit.IconTile("lock", kit.Info)),
		kit.VBox(theme.GapLabel, kit.Title(f.t("shell.locked.title")), kit.Strong(f.who.Name)),
		kit.MutedParagraph(f.t("shell.locked.motto")), field, open, kit.HBox(0, leave))
	// Nothing else is at hand, not even another language: it would make the screen anew that waits.
	f.Host.SetContent(kit.Cols(0, []float32{0.39, 0.61}, f.brand(),
		kit.Backdrop(theme.Surface, container.New(&middle{width: formWidth}, box))))
	f.focus(pass.Edit())
}

// loggedOut tells whether a refusal says that the session is over, for whatever reason.
func loggedOut(err error) bool {
	return slices.Contains([]string{
		"user.session_over", "user.session_role", "user.ended", "user.closed", "op.login_needed",
	}, fault.KeyOf(err))
}

// uncover leaves what is covered for the log-in.
func (f *Flow) uncover(b machine.Book) {
	f.covered, f.waits = false, nil
	b.SetToken("")
	f.Run()
}
