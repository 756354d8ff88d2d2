package start

import (
	"context"
	"strings"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/recovery"
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
	sheet := newSheetField(f.t)
	name := kit.NewLineEdit("")
	name.SetText(f.Machine.Preferences().Login)
	pass := f.newPassword(func() []string { return []string{name.Text(), f.state.Company} })
	why := refusal()
	var set *kit.Button
	set = kit.NewButton(f.t("start.forgotten.go"), "", kit.Primary, func() {
		key, err := sheet.key()
		if err == nil {
			err = pass.check()
		}
		if err != nil {
			refuse(why, f.Text.Fault(fault.Of(err)))
			return
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
	f.show(f.beside(460, kit.VBox(14,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.forgotten.title")), kit.MutedParagraph(f.t("start.forgotten.text"))),
		sheet.object, kit.NewField(f.t("start.login.name"), name).Required(), pass.object, why, set, kit.HBox(0, back))))
	f.focus(sheet.edit)
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
			ID: u.ID, Login: u.Login, Name: u.Name, Email: u.Email, Role: u.Role, Password: password, Disabled: u.Disabled,
		})
		return err
	}
	return fault.Field("login", "user.not_found")
}

// sheetField is the box for the recovery key, checked group by group while it is typed.
type sheetField struct {
	object *kit.Field
	edit   *kit.LineEdit
}

func newSheetField(t func(string, ...any) string) *sheetField {
	s := &sheetField{edit: kit.NewLineEdit(recovery.Prefix + "-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXXXX")}
	s.edit.Icon = "key"
	s.object = kit.NewField(t("start.sheet.key"), s.edit).Hint(t("start.sheet.hint")).Required()
	s.edit.OnChanged = func(text string) { s.object.SetError("") }
	return s
}

// key reads the key. Faults recovery.group (which names it), recovery.length, recovery.checksum.
func (s *sheetField) key() (string, error) {
	k, err := recovery.Parse(s.edit.Text())
	if err != nil {
		return "", err
	}
	return k.String(), nil
}
