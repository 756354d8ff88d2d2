package start

import (
	"context"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// Back leads to the book as it was before its last update: the owner's password, what that would lose in
// numbers, and a question.
func (f *Flow) Back() { f.closed(f.back) }

func (f *Flow) back() {
	pass := kit.NewPasswordField("")
	field := kit.NewField(f.t("start.back.password"), pass).Required()
	pass.OnChanged = func(string) { field.SetError("") }
	why := refusal()
	var look *kit.Button
	done := func(err error) bool {
		busy(look, false)
		if err != nil {
			refuse(why, f.Text.Fault(fault.Of(err)))
			f.focus(pass.Edit())
		}
		return err == nil
	}
	look = kit.NewButton(f.t("start.back.look"), "", kit.Primary, func() {
		refuse(why, "")
		busy(look, true)
		secret := machine.Secret{Password: pass.Text()}
		var e machine.Earlier
		f.work(func(ctx context.Context) (err error) {
			e, err = f.Machine.Earlier(ctx, secret)
			return err
		}, func(err error) {
			if !done(err) {
				return
			}
			kit.Confirm(f.Window, f.t("start.back.title"), f.lost(e), f.t("start.back.go"), f.t("common.cancel"), true,
				func() { f.goBack(secret, look, done) })
		})
	})
	pass.Edit().OnSubmitted = func(string) { look.Tapped(nil) }
	f.show(f.beside(560, kit.VBox(14,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.back.title")), kit.MutedParagraph(f.t("start.back.text"))),
		field, why, look, kit.HBox(0, kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)))))
	f.focus(pass.Edit())
}

// lost says what going back costs.
func (f *Flow) lost(e machine.Earlier) string {
	switch {
	case !e.Counted:
		return f.t("start.back.uncounted")
	case e.Invoices > 0:
		return f.t("start.back.lost_invoices", "at", f.Text.Instant(e.At), "changes", e.Changes,
			"invoices", e.Invoices, "last", e.LastInvoice)
	default:
		return f.t("start.back.lost", "at", f.Text.Instant(e.At), "changes", e.Changes)
	}
}

func (f *Flow) goBack(s machine.Secret, act *kit.Button, done func(error) bool) {
	busy(act, true)
	var kept string
	f.work(func(ctx context.Context) (err error) {
		kept, err = machine.Replacing(f.Machine, func() error { return f.Machine.GoBack(ctx, s) })
		return err
	}, func(err error) {
		if done(err) {
			f.done = f.t("start.back.done") + f.keptAt(kept)
			f.LogIn(nil) // and nothing that opens by itself: what was done is read first
		}
	})
}

// keptAt is the sentence that says where the book is kept that another took the place of; "" for none.
func (f *Flow) keptAt(folder string) string {
	if folder == "" {
		return ""
	}
	return " " + f.t("start.kept", "folder", folder)
}
