package start

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/shell"
	"zafe/ui/theme"
)

// invitationExt is how the name of an invitation file ends.
const invitationExt = ".zafe-invitation"

// foundMax is how many main PCs are shown: an office has one.
const foundMax = 4

// Join pairs this PC with the main PC: one that answers on the network or its address, the code it shows, a name for
// this PC; or an invitation file. One that was shut out by the main PC comes back so.
func (f *Flow) Join() {
	addr := kit.NewLineEdit("192.168.1.20")
	addr.Icon = "desktop-tower"
	addr.SetText(strings.TrimSuffix(f.state.HostAddr, shell.ServeAddr))
	code := kit.NewLineEdit("ABCD-1234")
	code.Icon = "key"
	code.Translate = upper
	name := kit.NewLineEdit("")
	name.SetText(f.Machine.Name())
	addrField := kit.NewField(f.t("start.join.addr"), addr).Required()
	codeField := kit.NewField(f.t("start.join.code"), code).Required()
	nameField := kit.NewField(f.t("start.join.name"), name).Hint(f.t("start.join.name_hint"))
	j := &joining{Flow: f, why: refusal(), spin: kit.NewSpinner()}
	j.spin.Hide()
	own := func() string { return strings.TrimSpace(name.Text()) }
	var pair *kit.Button
	try := func() {
		addrField.SetError(missing(f, addr.Text(), "start.join.addr_missing"))
		codeField.SetError(missing(f, code.Text(), "start.join.code_missing"))
		if addrField.Refusal() != "" || codeField.Refusal() != "" {
			return
		}
		j.by(pair, func(ctx context.Context) error {
			return f.Machine.Join(ctx, strings.TrimSpace(addr.Text()), strings.TrimSpace(code.Text()), own())
		})
	}
	pair = kit.NewButton(f.t("start.join.go"), "plugs-connected", kit.Primary, try)
	code.OnSubmitted = func(string) { try() }
	before := f.Doors
	if f.state.Presence == machine.Joined {
		before = f.Login
	}
	back := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, before)
	near := newNearby(f, addr)
	find := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(1, f.t("start.join.find"), true),
		kit.MutedParagraph(f.t("start.join.find_text")), near.row, kit.Cols(theme.GapCard, nil, addrField, nameField)))
	prove := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(2, f.t("start.join.prove"), true),
		kit.MutedParagraph(f.t("start.join.prove_text")), codeField, j.why))
	login := kit.NewCard("", kit.StepTitle(3, f.t("start.join.login"), false))
	body := kit.VBox(theme.GapCard,
		kit.VBox(theme.GapLabel, kit.Title(f.t("start.join.title")),
			kit.MutedParagraph(f.t("start.join.text"))),
		find, prove, login, kit.HBox(theme.GapTight, back, kit.Spacer(), j.spin, j.invited(own), pair), f.why("start.join.why"))
	f.show(f.beside(640, body))
	if addr.Text() == "" {
		f.focus(addr)
	} else {
		f.focus(code)
	}
	near.search()
}

// nearby are the main PCs that answer on the network. One that is chosen is the address in the box, as if it were typed.
type nearby struct {
	*Flow
	addr   *kit.LineEdit
	row    *fyne.Container
	said   *kit.Label
	choice *kit.Choice
	all    []kit.Option
}

func newNearby(f *Flow, addr *kit.LineEdit) *nearby {
	n := &nearby{Flow: f, addr: addr, said: kit.Caption(f.t("start.join.searching"))}
	n.choice = kit.NewRadio(nil, addr.SetText)
	n.choice.Hide()
	n.row = kit.VBox(theme.GapTight, n.said, n.choice)
	addr.OnChanged = n.choice.SetKey
	return n
}

// search looks for main PCs until another screen is shown.
func (n *nearby) search() {
	ctx, stop := context.WithCancel(context.Background())
	n.Flow.leaves = stop
	n.Spawn(func() {
		n.Machine.Find(ctx, func(addr string) {
			fyne.Do(func() {
				if ctx.Err() == nil {
					n.found(addr)
				}
			})
		})
	}, func() {})
}

// found shows one more. The first one is chosen for who typed nothing yet.
func (n *nearby) found(addr string) {
	addr = strings.TrimSuffix(addr, shell.ServeAddr)
	if len(n.all) == foundMax {
		return
	}
	n.all = append(n.all, kit.Option{Key: addr, Text: addr})
	n.choice.SetOptions(n.all)
	n.choice.SetKey(n.addr.Text())
	n.said.SetText(n.t("start.join.found"))
	n.choice.Show()
	if n.addr.Text() == "" {
		n.addr.SetText(addr)
		n.choice.SetKey(addr)
	}
	n.row.Refresh()
}

// joining is the screen on which this PC joins a main PC.
type joining struct {
	*Flow
	why  *kit.Label
	spin *kit.Spinner
}

// by joins in one of the ways, and goes on to the log-in.
func (j *joining) by(pressed *kit.Button, join func(context.Context) error) {
	refuse(j.why, "")
	busy(pressed, true)
	j.spin.Show()
	j.spin.Start()
	j.work(func(ctx context.Context) error {
		if err := join(ctx); err != nil {
			return err
		}
		_ = j.letGo(ctx) // it goes by the key that was shut out: how it ends is nothing to anybody
		return nil
	}, func(err error) {
		busy(pressed, false)
		j.spin.Stop()
		j.spin.Hide()
		if err != nil {
			refuse(j.why, j.Text.Fault(fault.Of(err)))
			return
		}
		j.held, j.Typed = nil, Typed{}
		kit.Toast(j.Host, kit.Ok, j.t("start.join.done"))
		j.Run()
	})
}

// invited is the way with an invitation file, under a name for this PC.
func (j *joining) invited(name func() string) *kit.Button {
	var b *kit.Button
	b = kit.NewButton(j.t("start.join.invited"), "envelope-simple", kit.Secondary, func() {
		j.chooser().Pick(j.t("start.join.invited_pick"), []string{invitationExt}, func(_ string, file []byte, err error) {
			if err != nil {
				refuse(j.why, j.Text.Fault(fault.Of(err)))
				return
			}
			j.by(b, func(ctx context.Context) error { return j.Machine.JoinInvited(ctx, file, name()) })
		})
	})
	return b
}

func upper(r rune) rune { return []rune(strings.ToUpper(string(r)))[0] }

// missing is the sentence for an empty box, "" for a filled one.
func missing(f *Flow, text, key string) string {
	if strings.TrimSpace(text) != "" {
		return ""
	}
	return f.t(key)
}
