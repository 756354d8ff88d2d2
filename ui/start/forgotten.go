package start

import (
	"context"
	"strings"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// Forgotten helps a person who lost the password: on the main PC the recovery sheet gives an owner a
// new one; everybody else asks an owner.
func (f *Flow) Forgotten() {
	back := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)
	if f.state.Presence == machine.Joined {
		f.show(f.beside(formWidth, kit.VBox(14, kit.Title(f.t("start.forgotten.title")),
			kit.MutedParagraph(f.t("start.forgotten.elsewhere")), kit.HBox(0, back))))
		return
	}
	sheet := f.newSheet()
	name := kit.NewLineEdit("")
	name.SetText(f.Machine.Preferences().Login)
	pass := f.newPassword(func() []string { return []string{name.Text(), f.state.Company} })
	why := refusal()
	var set *kit.Button
	set = kit.NewButton(f.t("start.forgotten.go"), "", kit.Primary, func() {
		refuse(why, "")
		key, err := sheet.key()
		if err != nil || pass.check() != nil {
			return // said at the box
		}
		busy(set, true)
		f.reset(key, strings.TrimSpace(name.Text()), pass.text(), func(err error) {
			busy(set, false)
			if err != nil {
				refuse(why, f.Text.Fault(fault.Of(err)))
				return
			}
			kit.Toast(f.Host, kit.Ok, f.t("start.forgotten.done"))
			f.Login()
		})
	})
	pass.then = func() { set.Tapped(nil) }
	f.show(f.beside(560, kit.VBox(14,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.forgotten.title")),
			kit.MutedParagraph(f.t("start.forgotten.text"))),
		sheet.object, kit.NewField(f.t("start.login.name"), name).Required(), pass.object, why, set,
		kit.HBox(0, back))))
	f.focus(sheet.boxes[0])
}

// reset opens the book with the recovery key and gives an owner a new password. The second factor
// stays: the sheet alone does not let anyone work.
func (f *Flow) reset(key, login, password string, done func(error)) {
	f.work(func(ctx context.Context) error {
		if f.book != nil {
			if err := f.book.Close(ctx, nil); err != nil {
				return err
			}
			f.book = nil
		}
		b, err := f.Machine.Open(ctx, machine.Secret{Recovery: key})
		if err != nil {
			return err
		}
		f.book = b
		return f.newPasswordOf(op.AsSystem(ctx), b, login, password)
	}, done)
}

func (f *Flow) newPasswordOf(ctx context.Context, b machine.Book, login, password string) error {
	people, err := user.List.Call(ctx, b, op.Empty{})
	if err != nil {
		return err
	}
	for _, u := range people.Users {
		if !strings.EqualFold(u.Login, login) && !strings.EqualFold(u.Email, login) {
			continue
		}
		_, err := user.Save.Call(ctx, b, user.SaveRequest{
			ID: u.ID, Login: u.Login, Name: u.Name, Email: u.Email, Role: u.Role, Password: password,
			Disabled: u.Disabled,
		})
		return err
	}
	return fault.Field("login", "user.not_found")
}
