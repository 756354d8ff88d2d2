package start

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/recovery"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// The length of the groups of a recovery key: the last one holds the checksum.
const (
	groupLength = 4
	groupLast   = 6
)

// sheetField is the recovery key as it stands on the sheet: a box for each group. A key pasted in any
// box fills them all.
type sheetField struct {
	object *kit.Field
	text   *i18n.Printer
	boxes  []*kit.LineEdit
	then   func() // Enter in the last box
}

func (f *Flow) newSheet() *sheetField {
	s := &sheetField{text: f.Text}
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
	s.object = kit.NewField(f.t("start.sheet.key"), kit.Cols(theme.GapLabel, weights,
		row...)).Required().Hint(f.t("start.sheet.hint"))
	return s
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

// typed passes what is too long for a box on to the next ones, and goes on when it is full.
func (s *sheetField) typed(f *Flow, i int) {
	s.object.SetError("")
	all := symbols(s.boxes[i].Text())
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

// set shows a key known already.
func (s *sheetField) set(key string) {
	all := symbols(strings.TrimPrefix(key, recovery.Prefix))
	for i, e := range s.boxes {
		n := min(lengthOf(i), len(all))
		e.SetText(string(all[:n]))
		all = all[n:]
	}
}

// key reads the key, and shows at its box which group is mistyped. Faults recovery.group,
// recovery.length, recovery.checksum.
func (s *sheetField) key() (string, error) {
	var groups []string
	for _, e := range s.boxes {
		e.SetInvalid(false)
		groups = append(groups, e.Text())
	}
	k, err := recovery.Parse(strings.Join(groups, "-"))
	if err == nil {
		return k.String(), nil
	}
	s.object.SetError(s.text.Fault(fault.Of(err)))
	var wrong recovery.ErrGroup
	if errors.As(err, &wrong) && wrong.N >= 1 && wrong.N <= len(s.boxes) {
		for i, e := range s.boxes {
			e.SetInvalid(i == wrong.N-1)
		}
	}
	return "", err
}
