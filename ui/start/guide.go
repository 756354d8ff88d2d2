package start

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// choices are, for each way in which a book does not open, what can be done, the best first. What another
// program, another version or a file put back settles ends with a new try.
var choices = map[string][]string{
	"ledger":     {"restore", "accept"},
	"log":        {"put_back", "restore"},
	"database":   {"put_back", "restore"},
	"page":       {"restore"},
	"check":      {"restore", "enter"},
	"keys":       {"put_back", "restore"},
	"old_keys":   {"put_back", "restore"},
	"other_keys": {"put_back", "restore"},
	"apart":      {"put_back", "restore"},
	"old_ledger": {"put_back", "restore"},
	"newer":      {"update"},
	"in_use":     {"window"},
}

// foundDamaged is for a book that opens, and yet is known to be damaged.
var foundDamaged = fault.New(fault.Unavailable, "store.damaged", "file", "")

// trouble names the way in which a book does not open, "" for another refusal. Accepting the book as it is
// is a choice for a lost or damaged ledger alone: any other file contradicts a ledger that is there.
func trouble(err error) string {
	f := fault.Of(err)
	if f == nil {
		return ""
	}
	file, _ := f.Args["file"].(string)
	if f == foundDamaged {
		return "check"
	}
	lost := f.Key == "store.file_missing" || f.Key == "store.damaged"
	switch {
	case lost && strings.HasSuffix(file, "-ledger"):
		return "ledger"
	case f.Key == "store.file_missing" && strings.HasSuffix(file, "-wal"):
		return "log"
	case f.Key == "store.file_missing":
		return "database"
	case f.Key == "store.keys_missing", f.Key == "store.damaged" && strings.Contains(file, ".keys"):
		return "keys"
	case f.Key == "store.damaged":
		return "page"
	case f.Key == "store.old_keys", f.Key == "store.other_keys", f.Key == "store.apart", f.Key == "store.old_ledger":
		return strings.TrimPrefix(f.Key, "store.")
	case f.Key == "store.newer_book":
		return "newer"
	case f.Key == "store.in_use":
		return "in_use"
	}
	return ""
}

// guide says in plain words why the book of this PC does not open, what is at stake, and what to do, in
// order.
func (f *Flow) guide(err error) {
	kind := trouble(err)
	file, _ := fault.Of(err).Args["file"].(string)
	body := kit.VBox(theme.GapCard,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.guide."+kind)),
			kit.MutedParagraph(f.t("start.guide."+kind+".text", "file", file))),
		kit.NewNotice(kit.Warn, "", f.t("start.guide."+kind+".stake")))
	for i, c := range choices[kind] {
		kindOf := kit.Secondary
		if i == 0 {
			kindOf = kit.Primary
		}
		body.Add(f.choice(c, kindOf))
	}
	body.Add(kit.HBox(0, kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)))
	f.show(f.beside(620, body))
}

// choice is one thing to do, with its button.
func (f *Flow) choice(name string, kind kit.Kind) fyne.CanvasObject {
	icon, run := "arrows-clockwise", f.Login
	switch name {
	case "restore":
		icon, run = "clock-counter-clockwise", f.Restore
	case "accept":
		icon, run = "shield-warning", f.accept
	}
	b := kit.NewButton(f.t("start.choice."+name+".act"), "", kind, run)
	text := kit.VBox(theme.GapLabel, kit.Sub(f.t("start.choice."+name)),
		kit.MutedParagraph(f.t("start.choice."+name+".more")))
	return kit.NewCard("", kit.Row(16, kit.IconTile(icon, kit.Info), text, kit.Fixed(120, 0, b))).Room(18)
}

// acceptPage is the owner's word that the book is to be taken as it is.
type acceptPage struct {
	f        *Flow
	pass     *kit.PasswordField
	sheet    *sheetField
	bySheet  bool
	secret   *fyne.Container
	other    *kit.Button
	agree    *kit.Check
	why      *kit.Label
	do, back *kit.Button
	spin     *kit.Spinner
}

// accept asks for the owner's password again, or the recovery sheet, and for a clear word.
func (f *Flow) accept() {
	p := &acceptPage{f: f, why: refusal(), secret: kit.VBox(0), spin: kit.NewSpinner()}
	p.pass = kit.NewPasswordField(f.t("start.login.password"))
	p.pass.Edit().Icon = "lock"
	p.sheet = f.newSheet()
	p.other = kit.NewButton("", "", kit.Link, func() {
		p.bySheet = !p.bySheet
		p.ask()
	})
	p.agree = kit.NewCheck(f.t("start.accept.agree"), func(on bool) { busy(p.do, !on) })
	p.do = kit.NewButton(f.t("start.accept.go"), "", kit.Danger, p.run)
	p.do.Disable()
	p.back = kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)
	p.spin.Hide()
	p.ask()
	f.show(f.beside(560, kit.VBox(14,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.accept.title")), kit.MutedParagraph(f.t("start.accept.text"))),
		kit.NewNotice(kit.Warn, "", f.t("start.accept.risk")),
		p.secret, kit.HBox(0, p.other), p.agree, p.why,
		kit.HBox(8, p.back, kit.Spacer(), p.spin, p.do))))
	f.focus(p.pass.Edit())
}

// ask shows the boxes of the password or of the sheet.
func (p *acceptPage) ask() {
	f := p.f
	if p.bySheet {
		p.other.SetText(f.t("start.accept.by_password"))
		p.secret.Objects = []fyne.CanvasObject{p.sheet.object}
	} else {
		p.other.SetText(f.t("start.accept.by_sheet"))
		p.secret.Objects = []fyne.CanvasObject{kit.NewField(f.t("start.accept.password"), p.pass).Required()}
	}
	p.secret.Refresh()
}

func (p *acceptPage) run() {
	f := p.f
	refuse(p.why, "")
	secret := machine.Secret{Password: p.pass.Text()}
	if p.bySheet {
		key, err := p.sheet.key()
		if err != nil {
			return // said at the box
		}
		secret = machine.Secret{Recovery: key}
	} else if secret.Password == "" {
		f.focus(p.pass.Edit())
		return
	}
	p.wait(true)
	var done machine.Repaired
	f.work(func(ctx context.Context) (err error) {
		done, err = f.Machine.Repair(ctx, machine.RepairRequest{Secret: secret, Accept: true})
		return err
	}, func(err error) {
		p.wait(false)
		if err != nil {
			refuse(p.why, f.Text.Fault(fault.Of(err)))
			return
		}
		f.done = f.t("start.accept.done", "events", f.Text.Number(done.Events)) + f.keptAt(done.Aside)
		f.Login()
		if done.Cut {
			kit.Alert(f.Window, kit.Warn, f.t("start.accept.cut"), f.t("verify.log_cut"), f.t("common.close"))
		}
	})
}

func (p *acceptPage) wait(on bool) {
	busy(p.do, on)
	busy(p.back, on)
	if on {
		p.spin.Show()
		p.spin.Start()
	} else {
		p.spin.Stop()
		p.spin.Hide()
	}
}
