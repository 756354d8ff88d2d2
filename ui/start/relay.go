package start

import (
	"context"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// relayCard leads to the main PC's place when this PC can take it, or says that another PC took this one's. Nothing
// where neither is so, or where the pages wait behind the log-in.
func (f *Flow) relayCard() fyne.CanvasObject {
	switch {
	case f.over != nil:
	case f.state.Fenced && f.state.Taken == "":
		return f.fenced(f.t("start.relay.fenced"))
	case f.state.Fenced:
		return f.fenced(f.t("start.relay.taken", "place", f.state.Taken),
			kit.NewButton(f.t("start.relay.rejoin"), "", kit.Secondary, f.rejoin))
	case f.state.Presence == machine.Joined:
		act := kit.NewButton(f.t("start.relay.act"), "", kit.Link, f.TakeOver)
		o := kit.HBox(0, kit.Caption(f.t("start.relay.down")), act)
		if !f.Machine.Standby().Ready {
			o.Hide()
		}
		return o
	}
	o := kit.Gap(0, 0)
	o.Hide()
	return o
}

// fenced says why the book is only read here, and what can be done about it below: the log-in is narrow.
func (f *Flow) fenced(why string, ways ...fyne.CanvasObject) fyne.CanvasObject {
	ways = append(ways, kit.NewButton(f.t("start.relay.back"), "", kit.Secondary, f.TakeOver))
	return kit.VBox(8, kit.NewNotice(kit.Warn, "", why+" "+f.t("start.relay.taken_more")), kit.HBox(8, ways...))
}

// TakeOver makes this PC the main one: the owner's password, and one button.
func (f *Flow) TakeOver() {
	pass := kit.NewPasswordField("")
	field := kit.NewField(f.t("start.relay.password"), pass).Required()
	pass.OnChanged = func(string) { field.SetError("") }
	why := refusal()
	var act *kit.Button
	act = kit.NewButton(f.t("start.relay.act"), "", kit.Primary, func() {
		refuse(why, "")
		busy(act, true)
		secret := machine.Secret{Password: pass.Text()}
		var b machine.Book
		f.work(func(ctx context.Context) error {
			if err := f.letGo(ctx); err != nil {
				return err
			}
			if err := f.Machine.TakeOver(ctx, secret); err != nil {
				return err
			}
			b, _ = f.Machine.Open(ctx, secret) // what is in the way is told by the log-in
			return nil
		}, func(err error) {
			busy(act, false)
			if err != nil {
				refuse(why, f.Text.Fault(fault.Of(err)))
				f.focus(pass.Edit())
				return
			}
			f.book, f.done = b, f.t("start.relay.done")
			f.Run()
			if b != nil && f.Opened != nil { // the others are let in before anybody is at this one
				f.Opened(b)
			}
		})
	})
	pass.Edit().OnSubmitted = func(string) { act.Tapped(nil) }
	title, text := f.t("start.relay.title"), f.t("start.relay.text", "host", f.state.Host)
	switch {
	case f.state.Fenced && f.state.Taken == "":
		title, text = f.t("start.relay.back"), f.t("start.relay.fenced_text")
	case f.state.Fenced:
		title, text = f.t("start.relay.back"), f.t("start.relay.back_text", "place", f.state.Taken)
	}
	body := []fyne.CanvasObject{kit.VBox(theme.GapLabel, kit.Title(title), kit.MutedParagraph(text))}
	switch at := f.Machine.Standby().Kept; {
	case f.state.Fenced:
	case at.IsZero():
		body = append(body, kit.NewNotice(kit.Warn, "", f.t("start.relay.kept_unknown")))
	default:
		body = append(body, kit.NewNotice(kit.Info, "", f.t("start.relay.kept", "at", f.Text.Instant(at))))
	}
	body = append(body, field, why, act, kit.HBox(0, kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, f.Login)))
	f.show(f.beside(560, kit.VBox(14, body...)))
	f.focus(pass.Edit())
}

// letGo closes the book that is open behind the log-in.
func (f *Flow) letGo(ctx context.Context) error {
	if b := f.alone.wait(); b != nil && f.book == nil {
		f.book = b
	}
	b := f.book
	f.book, f.alone = nil, nil
	if b == nil {
		return nil
	}
	return b.Close(ctx, nil)
}

// rejoin makes this PC work on the book of the one that took over, after a question.
func (f *Flow) rejoin() {
	kit.Confirm(f.Window, f.t("start.relay.rejoin"), f.t("start.relay.rejoin_text", "place", f.state.Taken),
		f.t("start.relay.rejoin"), f.t("common.cancel"), false, func() {
			var kept string
			f.work(func(ctx context.Context) (err error) {
				if err = f.letGo(ctx); err != nil {
					return err
				}
				kept, err = machine.Replacing(f.Machine, func() error { return f.Machine.Rejoin(ctx) })
				return err
			}, func(err error) {
				if err != nil {
					kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.Of(err)))
				} else {
					f.done = f.t("start.relay.rejoined") + f.keptAt(kept)
				}
				f.Run()
			})
		})
}
