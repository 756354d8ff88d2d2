package start

import (
	"context"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// assist is in the place of the log-in on the PC of somebody who helps from outside: the PC itself is what they are
// known by, so that nothing is typed. why is what came of the last try, nil before the first.
func (f *Flow) assist(why error) {
	spin := kit.NewSpinner()
	spin.Hide()
	notice := kit.NewNotice(kit.Info, "", f.t("support.enter_text", "until", f.Text.Clock(f.state.HelpsUntil))).Icon("eye")
	over := f.helped(why)
	switch {
	case over:
		notice = kit.NewNotice(kit.Info, "", f.t("support.over"))
	case why != nil:
		notice = kit.NewNotice(kit.Error, "", f.Text.Fault(fault.Of(why)))
	}
	var enter *kit.Button
	enter = kit.NewButton(f.t("support.enter"), "eye", kit.Primary, func() {
		busy(enter, true)
		spin.Show()
		spin.Start()
		f.help()
	})
	forget := kit.NewButton(f.t("support.forget"), "", kit.Link, f.leave)
	if over {
		enter.Hide()
	}
	f.show(f.beside(formWidth+60, kit.VBox(14,
		kit.VBox(theme.GapLabel, kit.Title(f.t("support.title")), kit.Muted(f.t("start.login.company", "company", f.state.Company))),
		notice, enter, kit.HBox(0, kit.Spacer(), forget, kit.Spacer()),
		kit.Fixed(0, 24, kit.HBox(0, kit.Spacer(), spin, kit.Spacer())))))
	if over {
		return
	}
	f.focus(enter)
	f.lookOut(func(_ machine.Book, err error) { // an owner may have ended it, and time goes by
		if f.helped(err) {
			f.assist(err)
		}
	})
}

// helped tells whether the time to help is over, by what came of a try.
func (f *Flow) helped(why error) bool {
	key := fault.KeyOf(why)
	return key == "support.over" || key == "lan.device_refused" || !f.Clock().Before(f.state.HelpsUntil)
}

// help reaches the main PC and goes on to the pages.
func (f *Flow) help() {
	b := f.book
	f.work(func(ctx context.Context) (err error) {
		if b == nil {
			b, err = f.Machine.Connect(ctx)
		}
		return err
	}, func(err error) {
		if b != nil {
			f.book = b
		}
		if err != nil {
			f.assist(err)
			return
		}
		f.enter(b, f.assist)
	})
}
