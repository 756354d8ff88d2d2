package start

import (
	"cmp"
	"context"
	"strings"

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
		return f.fenced(f.t("start.relay.taken", "place", f.state.TakenBy),
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

// TakeOver makes this PC the main one, behind a book that is left or at the log-in.
func (f *Flow) TakeOver() {
	f.work(func(ctx context.Context) (err error) {
		f.state, err = f.Machine.State(ctx)
		return err
	}, func(err error) {
		if err != nil {
			f.broken(err)
			return
		}
		f.newTakeover().show()
	})
}

// takeover is the screen: an owner's password or the sheet, and one button.
type takeover struct {
	*Flow
	pass    *kit.PasswordField
	sheet   *sheetField
	bySheet bool
	secret  *fyne.Container // the boxes of the one that is used
	other   *kit.Button
	why     *kit.Label
	act     *kit.Button
	there   *kit.Banner // what was done on the PC that took over
}

func (f *Flow) newTakeover() *takeover {
	t := &takeover{Flow: f, pass: kit.NewPasswordField(""), why: refusal(), sheet: f.newSheet(), secret: kit.VBox(0)}
	t.sheet.changed = func() { refuse(t.why, "") }
	t.other = kit.NewButton("", "", kit.Link, func() {
		t.bySheet = !t.bySheet
		refuse(t.why, "")
		t.ask()
	})
	t.act = kit.NewButton(f.t("start.relay.act"), "", kit.Primary, func() { t.take(false) })
	if f.state.Fenced {
		t.act = kit.NewButton(f.t("start.relay.back"), "", kit.Primary, t.takeBack)
		t.there = kit.NewNotice(kit.Warn, "", f.t("start.relay.there_asking"))
	}
	t.pass.Edit().OnSubmitted = func(string) { t.act.Tapped(nil) }
	t.sheet.then = func() { t.act.Tapped(nil) }
	return t
}

// ask shows the boxes of the password or of the sheet.
func (t *takeover) ask() {
	if t.bySheet {
		t.other.SetText(t.t("start.relay.by_password"))
		t.secret.Objects = []fyne.CanvasObject{t.sheet.object}
	} else {
		t.other.SetText(t.t("start.accept.by_sheet"))
		t.secret.Objects = []fyne.CanvasObject{kit.NewField(t.t("start.relay.password"), t.pass).Required()}
	}
	t.secret.Refresh()
	t.toType()
}

// toType puts the caret where the secret is typed.
func (t *takeover) toType() {
	if t.bySheet {
		t.focus(t.sheet.first())
	} else {
		t.focus(t.pass.Edit())
	}
}

func (t *takeover) show() {
	title, text := t.t("start.relay.title"), t.t("start.relay.text", "host", t.state.Host)
	switch {
	case t.state.Fenced && t.state.Taken == "":
		title, text = t.t("start.relay.back"), t.t("start.relay.fenced_text")
	case t.state.Fenced:
		title, text = t.t("start.relay.back"), t.t("start.relay.back_text", "place", t.state.TakenBy)
	}
	body := []fyne.CanvasObject{kit.VBox(theme.GapLabel, kit.Title(title), kit.MutedParagraph(text))}
	switch at := t.Machine.Standby().Kept; {
	case t.state.Fenced:
		body = append(body, t.there)
		t.askThere()
	case at.IsZero():
		body = append(body, kit.NewNotice(kit.Warn, "", t.t("start.relay.kept_unknown")))
	default:
		body = append(body, kit.NewNotice(kit.Info, "", t.t("start.relay.kept", "at", t.Text.Instant(at))))
	}
	body = append(body, t.secret, kit.HBox(0, t.other), t.why, t.act,
		kit.HBox(0, kit.NewButton(t.t("common.back"), "caret-left", kit.Ghost, t.Login)))
	t.Flow.show(t.beside(560, kit.VBox(14, body...)))
	t.ask()
}

// thereMax is how many kinds of operations are named.
const thereMax = 6

// askThere says what was done on the PC that took over, which stays there.
func (t *takeover) askThere() {
	var r machine.Rival
	t.work(func(ctx context.Context) (err error) {
		r, err = t.Machine.Rival(ctx)
		return err
	}, func(err error) {
		place := cmp.Or(r.Name, t.state.TakenBy, t.t("start.relay.there_other"))
		switch {
		case err == nil && !r.Counted:
			t.there.Set(kit.Warn, "", t.t("start.relay.there_untold", "place", place))
			return
		case err != nil:
			t.there.Set(kit.Warn, "", t.t("start.relay.there_unknown", "place", place))
			return
		case len(r.Done) == 0:
			t.there.Set(kit.Info, "", t.t("start.relay.there_nothing", "place", place))
			return
		}
		var all int64
		var kinds []string
		for i, d := range r.Done {
			all += d.N
			if i < thereMax {
				kinds = append(kinds, t.t("event."+d.Op)+" ("+t.Text.Number(d.N)+")")
			}
		}
		if len(r.Done) > thereMax {
			kinds = append(kinds, "…")
		}
		t.there.Set(kit.Warn, "", t.Text.N("start.relay.there", int(all), map[string]any{
			"place": place, "kinds": strings.Join(kinds, ", "),
		}))
	})
}

// takeBack takes the lead back after a question that says what stays behind.
func (t *takeover) takeBack() {
	kit.Confirm(t.Window, t.t("start.relay.back_ask"), t.there.Text()+" "+t.t("start.relay.back_sure"),
		t.t("start.relay.back_yes"), t.t("common.cancel"), true, func() { t.take(false) })
}

// take takes over; behind tells that the owner knows that the copy lacks work.
func (t *takeover) take(behind bool) {
	refuse(t.why, "")
	secret := machine.Secret{Password: t.pass.Text()}
	if t.bySheet {
		key, err := t.sheet.key()
		if err != nil {
			return // said at the box
		}
		secret = machine.Secret{Recovery: key}
	}
	busy(t.act, true)
	var b machine.Book
	t.work(func(ctx context.Context) error {
		if err := t.letGo(ctx); err != nil {
			return err
		}
		if err := t.Machine.TakeOver(ctx, secret, behind); err != nil {
			return err
		}
		b, _ = t.Machine.Open(ctx, secret) // what is in the way is told by the log-in
		return nil
	}, func(err error) {
		busy(t.act, false)
		switch f := fault.Of(err); {
		case err == nil:
			t.taken(b)
		case f.Key == "relay.copy_behind":
			kit.Confirm(t.Window, t.t("start.relay.behind"), t.Text.Fault(f), t.t("start.relay.behind_act"),
				t.t("common.cancel"), true, func() { t.take(true) })
		default:
			refuse(t.why, t.Text.Fault(f))
			t.toType()
		}
	})
}

func (t *takeover) taken(b machine.Book) {
	t.book, t.done = b, t.t("start.relay.done")
	t.Run()
	if b != nil && t.Opened != nil { // the others are let in before anybody is at this one
		t.Opened(b)
	}
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
	kit.Confirm(f.Window, f.t("start.relay.rejoin"), f.t("start.relay.rejoin_text", "place", f.state.TakenBy),
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
