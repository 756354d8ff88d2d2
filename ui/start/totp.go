package start

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// totp asks for the second factor. With a secret, the sample company's, it types the code itself.
func (f *Flow) totp(b machine.Book, secret string) {
	var code *kit.CodeInput
	why := refusal()
	spare := kit.NewLineEdit(f.t("start.totp.spare_hint"))
	useSpare := false
	var check *kit.Button
	try := func() {
		typed := code.Text()
		if useSpare {
			typed = strings.TrimSpace(spare.Text())
		}
		if typed == "" {
			return
		}
		busy(check, true)
		refuse(why, "") // what was said of another one
		f.second(b, typed, func(err error) {
			busy(check, false)
			refuse(why, f.Text.Fault(fault.Of(err)))
			if loggedOut(err) {
				b.SetToken("")
				f.Login()
				return
			}
			code.Clear(true)
		})
	}
	code = kit.NewCodeInput(func(string) { try() })
	spare.OnSubmitted = func(string) { try() }
	check = kit.NewButton(f.t("start.totp.go"), "", kit.Primary, try)
	title := kit.NewLabel(f.t("start.totp.title"), kit.Style{
		Size: theme.SizeTitle, Weight: kit.Bold,
		Align: fyne.TextAlignCenter, Shrink: true,
	})
	text := kit.NewLabel(f.t("start.totp.text"), kit.Style{
		Color: theme.Muted, Align: fyne.TextAlignCenter,
		Shrink: true,
	})
	box := kit.VBox(0, kit.Center(code))
	var other *kit.Button
	other = kit.NewButton(f.t("start.totp.spare"), "key", kit.Ghost, func() {
		useSpare = !useSpare
		if useSpare {
			box.Objects = []fyne.CanvasObject{spare}
			text.SetText(f.t("start.totp.spare_text"))
			other.SetText(f.t("start.totp.phone"))
			defer f.focus(spare)
		} else {
			box.Objects = []fyne.CanvasObject{kit.Center(code)}
			text.SetText(f.t("start.totp.text"))
			other.SetText(f.t("start.totp.spare"))
			defer f.focus(code)
		}
		box.Refresh()
	})
	back := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, func() { b.SetToken(""); f.Login() })
	mark := kit.Center(kit.IconTile("shield-check", kit.Info))
	lost := kit.NewButton(f.t("start.totp.lost"), "", kit.Link, func() { b.SetToken(""); f.Forgotten() })
	f.show(f.beside(formWidth, kit.VBox(14, mark, title, text, box, why, kit.Gap(0, 6), check, kit.HBox(0,
		back, kit.Spacer(), other), kit.HBox(0, kit.Spacer(), lost, kit.Spacer()))))
	f.focus(code)
	if secret == "" {
		return
	}
	digits, err := user.CodeAt(secret, f.Clock())
	if err != nil {
		return // the sample's own secret: the person can still type
	}
	for _, d := range digits {
		code.TypedRune(d)
	}
}

func (f *Flow) second(b machine.Book, code string, failed func(error)) {
	var in user.LoginResponse
	f.work(func(ctx context.Context) (err error) {
		in, err = user.SecondFactor.Call(ctx, b, user.CodeRequest{Code: code})
		return err
	}, func(err error) {
		if err != nil {
			failed(err)
			return
		}
		b.SetToken(in.Token)
		f.enter(b, failed)
	})
}
