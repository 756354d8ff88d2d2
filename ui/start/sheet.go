package start

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/recovery"
	"zafe/app/recovery/scan"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// The length of the groups of a recovery key: the last one holds the checksum.
const (
	groupLength = 4
	groupLast   = 6
)

// sheetField is the recovery key as it stands on the sheet: a box for each group. A key pasted in any
// box fills them all. A key shared between sheets is typed from two of them, each in one line.
type sheetField struct {
	object *fyne.Container // what is asked for, and the link to the other
	whole  *kit.Field
	text   *i18n.Printer
	boxes  []*kit.LineEdit
	shared [2]*kit.Field
	shares [2]*kit.LineEdit
	other  *kit.Button
	photo  *kit.Button
	erase  fyne.CanvasObject // what is to become of the photo, once one was read
	parted bool              // two shares are asked for
	then   func()            // Enter in the last box
	// changed hears, if set, of another key than the one that was refused.
	changed func()
}

func (f *Flow) newSheet() *sheetField {
	s := &sheetField{text: f.Text, object: kit.VBox(theme.GapLabel)}
	var row []fyne.CanvasObject
	weights := make([]float32, 0, recovery.GroupCount)
	for i := range recovery.GroupCount {
		e := kit.NewLineEdit(strings.Repeat("X", lengthOf(i)))
		e.Translate = upper
		e.OnChanged = func(string) { s.typed(f, i) }
		e.OnSubmitted = func(string) { s.entered(f, i) }
		e.OnKey = func(ev *fyne.KeyEvent) bool { return s.erased(f, i, ev) }
		s.boxes = append(s.boxes, e)
		row = append(row, e)
		weights = append(weights, float32(lengthOf(i))+1)
	}
	s.whole = kit.NewField(f.t("start.sheet.key"), kit.Cols(theme.GapLabel, weights,
		row...)).Required().Hint(f.t("start.sheet.hint"))
	for i := range s.shares {
		e := kit.NewLineEdit(recovery.SharePrefix + "-XXXX-XXXX-…")
		e.Translate = upper
		e.OnChanged = func(string) {
			s.shared[i].SetError("")
			s.heard()
		}
		s.shares[i], s.shared[i] = e, kit.NewField(f.t("start.sheet.share", "n", i+1), e).Required()
	}
	s.shared[1].Hint(f.t("start.sheet.share_hint"))
	s.shares[0].OnSubmitted = func(string) { f.focus(s.shares[1]) }
	s.shares[1].OnSubmitted = func(string) {
		if s.then != nil {
			s.then()
		}
	}
	s.other = kit.NewButton("", "", kit.Link, func() { s.ask(!s.parted); f.focus(s.first()) })
	s.photo = kit.NewButton(f.t("start.sheet.photo"), "qr-code", kit.Link, func() { s.pick(f) })
	s.erase = kit.NewNotice(kit.Info, "", f.t("start.sheet.photo_hint"))
	s.erase.Hide()
	s.ask(false)
	f.sheet = s
	return s
}

// clear forgets what was typed, and says so.
func (s *sheetField) clear() {
	typed := false
	for _, e := range slices.Concat(s.boxes, s.shares[:]) {
		typed = typed || e.Text() != ""
		e.SetText("")
		e.SetInvalid(false)
	}
	if typed {
		s.shared[0].SetError("") // that of another text
		s.refuse(s.text.T("start.sheet.cleared", nil))
	}
}

// pick reads a picture of the sheet that the person chooses, in the place of typing.
func (s *sheetField) pick(f *Flow) {
	f.chooser().Pick(f.t("start.sheet.photo_title"), scan.Extensions(), func(_ string, picture []byte, err error) {
		if err != nil {
			s.refuse(s.text.Fault(fault.Of(err)))
			return
		}
		busy(s.photo, true)
		var text string
		f.work(func(context.Context) (err error) {
			text, err = scan.Read(picture)
			return err
		}, func(err error) {
			busy(s.photo, false)
			if err != nil {
				s.refuse(s.text.Fault(fault.Of(err)))
				return
			}
			s.take(f, text)
		})
	})
}

// take shows what a picture said as if it had been typed: a second share stands behind the first.
func (s *sheetField) take(f *Flow, text string) {
	s.erase.Show()
	share := recovery.IsShare(text)
	if s.parted != share {
		s.ask(share)
	}
	s.refuse("")
	s.heard()
	if !share {
		s.boxes[0].SetText(text)
		s.typed(f, 0)
		return
	}
	line := 0
	if first := s.shares[0].Text(); first != "" && first != text && s.shares[1].Text() == "" {
		line = 1
	}
	s.shares[line].SetText(text)
	s.shared[line].SetError("")
	f.focus(s.shares[1])
}

// ask shows the boxes of a key, or the lines of two shares.
func (s *sheetField) ask(parted bool) {
	s.parted = parted
	if parted {
		s.other.SetText(s.text.T("start.sheet.by_key", nil))
		s.object.Objects = []fyne.CanvasObject{s.shared[0], s.shared[1], kit.HBox(theme.GapCard, s.photo, s.other), s.erase}
	} else {
		s.other.SetText(s.text.T("start.sheet.by_shares", nil))
		s.object.Objects = []fyne.CanvasObject{s.whole, kit.HBox(theme.GapCard, s.photo, s.other), s.erase}
	}
	s.object.Refresh()
}

// first is where typing begins.
func (s *sheetField) first() *kit.LineEdit {
	if s.parted {
		return s.shares[0]
	}
	return s.boxes[0]
}

func lengthOf(i int) int {
	if i == recovery.GroupCount-1 {
		return groupLast
	}
	return groupLength
}

// symbols are the characters of the key in a text, without what separates them.
func symbols(text string) []rune {
	var out []rune
	for _, r := range strings.ToUpper(text) {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			out = append(out, r)
		}
	}
	return out
}

// heard tells that what was refused is no longer what stands there.
func (s *sheetField) heard() {
	if s.changed != nil {
		s.changed()
	}
}

// typed passes what is too long for a box on to the next ones, and goes on when it is full.
func (s *sheetField) typed(f *Flow, i int) {
	s.whole.SetError("")
	for _, e := range s.boxes {
		e.SetInvalid(false)
	}
	s.heard()
	all := symbols(s.boxes[i].Text())
	if text := s.boxes[i].Text(); recovery.IsShare(text) || i == 1 && recovery.IsShare(s.boxes[0].Text()+text) {
		if i == 1 {
			text = s.boxes[0].Text() + text
		}
		s.boxes[0].SetText("")
		s.boxes[i].SetText("")
		s.ask(true)
		f.focus(s.shares[0])
		s.shares[0].SetText(text) // behind the focus, which selects all
		return
	}
	if whole := recovery.GroupCount*groupLength + groupLast - groupLength; len(all) >= whole {
		_, key, printed := strings.Cut(string(all), recovery.Prefix) // behind what the box held
		if !printed {
			key = string(all)
		}
		all, i = []rune(key), 0
	}
	// The sheet prints ZAFE1 before the first group: typed as it stands, it runs over into the second box.
	before := ""
	if i == 1 {
		before = s.boxes[0].Text()
	}
	if rest, ok := strings.CutPrefix(before+string(all), recovery.Prefix); ok && i <= 1 {
		s.boxes[i].SetText("")
		all, i = []rune(rest), 0
		s.boxes[0].SetText("")
	}
	for len(all) > lengthOf(i) && i < len(s.boxes)-1 {
		s.boxes[i].SetText(string(all[:lengthOf(i)]))
		all, i = all[lengthOf(i):], i+1
	}
	if string(all) != s.boxes[i].Text() {
		s.boxes[i].SetText(string(all))
	}
	if len(all) == lengthOf(i) && i < len(s.boxes)-1 {
		i++
	}
	f.focus(s.boxes[i])
}

func (s *sheetField) entered(f *Flow, i int) {
	if i < len(s.boxes)-1 {
		f.focus(s.boxes[i+1])
	} else if s.then != nil {
		s.then()
	}
}

// erased goes back to the box before when there is nothing left to erase.
func (s *sheetField) erased(f *Flow, i int, ev *fyne.KeyEvent) bool {
	if ev.Name == fyne.KeyBackspace && i > 0 && s.boxes[i].Text() == "" {
		f.focus(s.boxes[i-1])
		return true
	}
	return false
}

// refuse says what is wrong with the key that was typed.
func (s *sheetField) refuse(text string) {
	if s.parted {
		s.shared[1].SetError(text)
	} else {
		s.whole.SetError(text)
	}
}

// key reads the key, or two shares of it, as [recovery.Parse] takes them, and shows where it is mistyped: at the box of
// its group, or at the line of the share. The faults are those of [recovery.Parse].
func (s *sheetField) key() (string, error) {
	if s.parted {
		return s.join()
	}
	var groups []string
	for _, e := range s.boxes {
		e.SetInvalid(false)
		groups = append(groups, e.Text())
	}
	k, err := recovery.Parse(strings.Join(groups, "-"))
	if err == nil {
		return k.String(), nil
	}
	s.refuse(s.text.Fault(fault.Of(err)))
	var wrong recovery.ErrGroup
	if errors.As(err, &wrong) && wrong.N >= 1 && wrong.N <= len(s.boxes) {
		for i, e := range s.boxes {
			e.SetInvalid(i == wrong.N-1)
		}
	}
	return "", err
}

// join checks that the two shares make a key. It returns them both: that the sheet of the key itself can be read is
// not known from them.
func (s *sheetField) join() (string, error) {
	var read [2]recovery.Share
	for i, e := range s.shares {
		share, err := recovery.ParseShare(e.Text())
		if strings.TrimSpace(e.Text()) == "" {
			err = fault.New(fault.Invalid, "recovery.share_alone")
		}
		if err != nil {
			s.shared[i].SetError(s.text.Fault(fault.Of(err)))
			return "", err
		}
		read[i] = share
	}
	if _, err := recovery.Join(read[0], read[1]); err != nil {
		s.refuse(s.text.Fault(fault.Of(err)))
		return "", err
	}
	return read[0].String() + "+" + read[1].String(), nil
}
