package start

import (
	"context"
	"strings"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// Join pairs this PC with the main PC: its address, the code it shows, a name for this PC.
func (f *Flow) Join() {
	addr := kit.NewLineEdit("192.168.1.20")
	addr.Icon = "desktop-tower"
	code := kit.NewLineEdit("ABCD-1234")
	code.Icon = "key"
	code.Translate = upper
	name := kit.NewLineEdit("")
	name.SetText(f.Machine.Name())
	addrField := kit.NewField(f.t("start.join.addr"), addr).Required()
	codeField := kit.NewField(f.t("start.join.code"), code).Required()
	nameField := kit.NewField(f.t("start.join.name"), name).Hint(f.t("start.join.name_hint"))
	why := refusal()
	spin := kit.NewSpinner()
	spin.Hide()
	var pair *kit.Button
	try := func() {
		addrField.SetError(missing(f, addr.Text(), "start.join.addr_missing"))
		codeField.SetError(missing(f, code.Text(), "start.join.code_missing"))
		if addrField.Refusal() != "" || codeField.Refusal() != "" {
			return
		}
		refuse(why, "")
		busy(pair, true)
		spin.Show()
		spin.Start()
		f.work(func(ctx context.Context) error {
			return f.Machine.Join(ctx, strings.TrimSpace(addr.Text()), strings.TrimSpace(code.Text()),
				strings.TrimSpace(name.Text()))
		}, func(err error) {
			busy(pair, false)
			spin.Stop()
			spin.Hide()
			if err != nil {
				refuse(why, f.Text.Fault(fault.Of(err)))
				return
			}
			kit.Toast(f.Host, kit.Ok, f.t("start.join.done"))
			f.Run()
		})
	}
	pair = kit.NewButton(f.t("start.join.go"), "plugs-connected", kit.Primary, try)
	code.OnSubmitted = func(string) { try() }
	back := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Doors)
	find := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(1, f.t("start.join.find"), true),
		kit.MutedParagraph(f.t("start.join.find_text")), kit.Cols(theme.GapCard, nil, addrField, nameField)))
	prove := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(2, f.t("start.join.prove"), true),
		kit.MutedParagraph(f.t("start.join.prove_text")), codeField, why))
	login := kit.NewCard("", kit.StepTitle(3, f.t("start.join.login"), false))
	body := kit.VBox(theme.GapCard,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.join.title")),
			kit.MutedParagraph(f.t("start.join.text"))),
		find, prove, login, kit.HBox(theme.GapTight, back, kit.Spacer(), spin, pair), f.why("start.join.why"))
	f.show(f.beside(640, body))
	f.focus(addr)
}

func upper(r rune) rune { return []rune(strings.ToUpper(string(r)))[0] }

// missing is the sentence for an empty box, "" for a filled one.
func missing(f *Flow, text, key string) string {
	if strings.TrimSpace(text) != "" {
		return ""
	}
	return f.t(key)
}
