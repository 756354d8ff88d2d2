package start

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/shell"
	"zafe/ui/theme"
)

// Enrol has a person who is logged in switch their second factor on, which what they may do asks for since then; the
// pages wait behind it.
func (f *Flow) Enrol(b machine.Book, over func(user.Me)) {
	f.book, f.over = b, over
	f.enrol(b)
}

// enrol sets up the second factor of a person who must have one: code to scan, first code back,
// recovery codes to keep.
func (f *Flow) enrol(b machine.Book) {
	var me user.Me
	var got user.EnrolResponse
	f.work(func(ctx context.Context) (err error) {
		if me, err = user.Current.Call(ctx, b, op.Empty{}); err != nil {
			return err
		}
		got, err = user.EnrolBegin.Call(ctx, b, op.Empty{})
		return err
	}, func(err error) {
		if err != nil {
			f.broken(err)
			return
		}
		f.who = me.User
		delete(f.held, me.User.ID) // another set will be made
		f.scan(b, got)
	})
}

// scan shows the code to scan and asks for the first one back.
func (f *Flow) scan(b machine.Book, e user.EnrolResponse) {
	why := refusal()
	var code *kit.CodeInput
	confirm := func(digits string) {
		refuse(why, "") // what was said of another one
		var codes user.CodesResponse
		f.work(func(ctx context.Context) (err error) {
			codes, err = user.EnrolConfirm.Call(ctx, b, user.CodeRequest{Code: digits})
			return err
		}, func(err error) {
			if err != nil {
				text := f.Text.Fault(fault.Of(err))
				if wrong := fault.Of(err); wrong.Key == "user.bad_code" { // without a recovery code to take instead: none is made yet
					text = f.Text.T("start.enrol.bad_code", wrong.Args)
				}
				refuse(why, text)
				code.Clear(true)
				return
			}
			f.codes(b, codes.Codes)
		})
	}
	code = kit.NewCodeInput(confirm)
	secret := kit.NewLineEdit("")
	secret.ReadOnly = true
	secret.SetText(inFours(e.Secret))
	picture, err := qrPicture(e.URI)
	if err != nil {
		picture = kit.MutedParagraph(f.t("start.enrol.no_qr"))
	}
	first := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(1, f.t("start.enrol.scan"), true),
		kit.MutedParagraph(f.t("start.enrol.scan_text")), kit.Center(picture),
		kit.NewField(f.t("start.enrol.secret"), secret)))
	second := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(2, f.t("start.enrol.confirm"), true),
		kit.MutedParagraph(f.t("start.enrol.confirm_text")), kit.Center(code), why))
	why2 := f.why("start.enrol.why")
	text := f.t("start.enrol.text")
	if f.over != nil {
		text = f.t("start.enrol.over")
	}
	f.show(f.step(f.t("start.enrol.title"), text,
		kit.VBox(theme.GapCard, kit.Cols(theme.GapCard, nil, first, second), why2), f.abandon(b)))
	f.hide(b)
	f.focus(code)
}

// abandon leaves the enrolment for the log-in: it comes back then.
func (f *Flow) abandon(b machine.Book) fyne.CanvasObject {
	return kit.NewButton(f.t("start.enrol.later"), "sign-out", kit.Ghost, func() {
		b.SetToken("")
		f.Run()
	})
}

// codes shows the recovery codes until the person says they are kept.
func (f *Flow) codes(b machine.Book, codes []string) {
	who := f.who
	hold := func() {
		if f.held == nil {
			f.held = map[auth.UserID]heldCodes{}
		}
		f.held[who.ID] = heldCodes{who, codes}
	}
	hold()
	text := strings.Join(codes, "\n")
	next := kit.NewButton(f.t("common.next"), "", kit.Primary, func() {
		f.enter(b, func(err error) { kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.Of(err))) })
	})
	next.DisableWith(f.t("start.codes.first"))
	kept := kit.NewCheck(f.t("start.codes.kept"), func(on bool) {
		if on {
			delete(f.held, who.ID)
			next.Enable()
		} else {
			hold()
			next.DisableWith(f.t("start.codes.first"))
		}
	})
	var left, right []fyne.CanvasObject
	for i, c := range codes {
		l := kit.NewLabel(c, kit.Style{Size: theme.SizeSub, Weight: kit.Medium})
		if i < (len(codes)+1)/2 {
			left = append(left, l)
		} else {
			right = append(right, l)
		}
	}
	grid := kit.Cols(theme.GapCard, nil, kit.VBox(theme.GapTight, left...), kit.VBox(theme.GapTight,
		right...))
	acts := kit.HBox(theme.GapTight,
		kit.NewButton(f.t("start.codes.save"), "floppy-disk", kit.Secondary, func() { f.keepCodes(text) }),
		kit.NewButton(f.t("start.codes.copy"), "copy", kit.Secondary, func() {
			kit.CopySecret(text)
			kit.Toast(f.Host, kit.Ok, f.t("start.codes.copied"))
		}))
	card := kit.NewCard("", kit.VBox(theme.GapField, grid, acts, kit.Separator(), kept))
	f.show(f.step(f.t("start.codes.title"), f.t("start.codes.text"), kit.VBox(theme.GapCard, card,
		f.why("start.codes.why")), next))
	f.unkept = func() bool { return !kept.On() }
	f.hide(b)
}

// keepCodes writes the codes where the person wants: a key, a printer folder.
func (f *Flow) keepCodes(text string) {
	name := f.t("start.codes.file")
	f.chooser().Target(name, func(path string, err error) {
		if err != nil {
			kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.Of(err)))
			return
		}
		content := shell.Brand + "\n" + f.t("start.codes.title") + "\n\n" + text + "\n"
		f.work(func(context.Context) error {
			err := os.WriteFile(path, []byte(content), 0o600)
			_ = os.Chmod(path, 0o600) // the file was there already; a key knows no rights
			return err
		}, func(err error) {
			if err != nil {
				kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.New(fault.Unavailable,
					"shell.file_unwritable", "file", filepath.Base(path)).Because(err)))
				return
			}
			kit.Toast(f.Host, kit.Ok, f.t("shell.saved", "file", filepath.Base(path)))
		})
	})
}

func (f *Flow) chooser() *shell.Chooser {
	return &shell.Chooser{Window: f.Window, Text: f.Text, Spawn: f.Spawn}
}

// qrPicture draws a text as a QR code.
func qrPicture(text string) (fyne.CanvasObject, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	side := code.Bounds().Dx() * 4 // whole pixels for each module, whatever the text's length
	big, err := barcode.Scale(code, side, side)
	if err != nil {
		return nil, err
	}
	return kit.NewPicture(big, float32(side)+28), nil // with the quiet zone the picture keeps around it
}

// inFours separates a secret in groups, to be read out.
func inFours(s string) string {
	var groups []string
	for len(s) > 4 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), " ")
}
