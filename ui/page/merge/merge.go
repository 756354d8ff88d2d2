// Package merge lets a person settle what they typed in a form with what somebody else wrote in the same record
// meanwhile: keep theirs, take the other's, or choose field by field with both side by side. Nothing typed is lost
// unless they say so, and even then it can be put back. It knows no record: a form says which fields it has.
package merge

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Field is something of a record that the form shows.
type Field[R any] struct {
	Name string              // as on the form
	Text func(R) string      // as people read it, "" for nothing; two that read alike are alike
	Take func(to *R, from R) // gives to what from has
}

// Plain is the field of a text.
func Plain[R any](name string, at func(*R) *string) Field[R] {
	return Field[R]{name, func(r R) string { return strings.TrimSpace(*at(&r)) }, func(to *R, from R) { *at(to) = *at(&from) }}
}

// Compact is the field of a number that people write with spaces or without.
func Compact[R any](name string, at func(*R) *string) Field[R] {
	f := Plain(name, at)
	f.Text = func(r R) string { return strings.Join(strings.Fields(*at(&r)), "") }
	return f
}

// now tells today from another day.
var now = time.Now //nolint:forbidigo // the time on this screen

// Case is a record that two people have changed.
type Case[R any] struct {
	Env    *page.Env
	Fields []Field[R]
	Was    R // as it was read
	Theirs R // as the book has it now
	Who    string
	At     time.Time
	// Back tells that nobody changed it: the book went back, as when another PC became the main one or a backup was restored,
	// and lacks what was saved here since. Was is then what the book has, so that all that is shown here counts as typed.
	Back bool

	// Mine is what is typed now, for people go on; false for what cannot be kept, which the form shows.
	Mine func() (R, bool)
	// Bar is where the question stands, hidden while there is none, and Moved has what is around it make room.
	Bar   func() *fyne.Container
	Moved func()
	// Put fills the form with a record of the version that the book has, as typed and not saved.
	Put func(R)
	// Save keeps what the form has.
	Save func()
	// Show fills the form with the book's.
	Show func(R)
}

// differing are the fields that do not read the same on both sides, with whether each of them changed it.
func (c Case[R]) differing(typed R) []row[R] {
	var out []row[R]
	for _, f := range c.Fields {
		was, mine, theirs := f.Text(c.Was), f.Text(typed), f.Text(c.Theirs)
		if mine != theirs {
			out = append(out, row[R]{f, mine, theirs, mine != was, theirs != was})
		}
	}
	return out
}

// row is one field that differs.
type row[R any] struct {
	Field[R]
	mine, theirs string
	byMe, byThem bool
}

// Ask puts the question over the form. Where nothing typed differs from what the book has, it is shown at once.
func (c Case[R]) Ask() {
	mine, good := c.Mine()
	rows := c.differing(mine)
	if good && !slices.ContainsFunc(rows, func(r row[R]) bool { return r.byMe }) {
		c.done()
		c.Show(c.Theirs)
		return
	}
	e := c.Env
	c.say(kit.NewNotice(kit.Warn, c.title(), c.about(rows),
		kit.NewButton(c.word("merge.theirs", "merge.book"), "arrows-clockwise", kit.Ghost, c.takeTheirs).Small(),
		kit.NewButton(e.T("merge.mine"), "", kit.Ghost, c.keepMine).Small(),
		kit.NewButton(e.T("merge.compare"), "git-merge", kit.Secondary, c.compare).Small()))
}

// word is what the other side is called: somebody's, or the book's.
func (c Case[R]) word(theirs, book string) string {
	if c.Back {
		return c.Env.T(book)
	}
	return c.Env.T(theirs, "who", c.Who)
}

// title says who changed the record, and when.
func (c Case[R]) title() string {
	e := c.Env
	if c.Back {
		return e.T("merge.went_back")
	}
	if civil.Of(c.At.Local()) == civil.Of(now()) {
		return e.T("merge.today", "who", c.Who, "at", e.Text.Clock(c.At))
	}
	return e.T("merge.earlier", "who", c.Who, "at", e.Text.Instant(c.At))
}

// about names what differs: what both changed, else what the other one did.
func (c Case[R]) about(rows []row[R]) string {
	var both, theirs, mine []string
	for _, r := range rows {
		if r.byMe {
			mine = append(mine, r.Name)
		}
		if r.byMe && r.byThem {
			both = append(both, r.Name)
		}
		if r.byThem {
			theirs = append(theirs, r.Name)
		}
	}
	switch {
	case c.Back:
		return c.Env.T("merge.lacks", "fields", strings.Join(mine, ", "))
	case len(both) > 0:
		return c.Env.T("merge.both", "fields", strings.Join(both, ", "))
	case len(theirs) > 0:
		return c.Env.T("merge.apart", "fields", strings.Join(theirs, ", "))
	default:
		return c.Env.T("merge.kept")
	}
}

// with is the book's record with what was typed in the rows that are chosen.
func (c Case[R]) with(typed R, rows []row[R], mine func(i int) bool) R {
	out := c.Theirs
	for i, r := range rows {
		if mine(i) {
			r.Take(&out, typed)
		}
	}
	return out
}

// all is the book's record with all that was typed. What nobody typed here stays as the other one left it.
func (c Case[R]) all(typed R) R {
	rows := c.differing(typed)
	return c.with(typed, rows, func(i int) bool { return rows[i].byMe })
}

// settle goes on with a record.
func (c Case[R]) settle(r R) {
	page.Writable(c.Env, func() {
		c.done()
		c.Put(r)
		c.Save()
	})
}

func (c Case[R]) keepMine() {
	if mine, good := c.Mine(); good {
		c.settle(c.all(mine))
	}
}

// takeTheirs shows the book's, and keeps what was typed at hand.
func (c Case[R]) takeTheirs() {
	typed, _ := c.Mine() // what can be read of it
	mine := c.all(typed)
	c.done()
	c.Show(c.Theirs)
	c.say(kit.NewNotice(kit.Info, c.word("merge.taken", "merge.taken_book"), c.Env.T("merge.taken_text"),
		kit.NewButton(c.Env.T("merge.back"), "arrow-u-up-left", kit.Ghost, func() {
			c.done()
			c.Put(mine)
		}).Small(),
		kit.NewButton(c.Env.T("common.close"), "", kit.Ghost, c.done).Small()))
}

func (c Case[R]) say(notice fyne.CanvasObject) {
	bar := c.Bar()
	bar.Objects = []fyne.CanvasObject{notice}
	bar.Show()
	c.Moved()
	c.Env.Shell.Moved()
}

func (c Case[R]) done() {
	bar := c.Bar()
	if !bar.Visible() {
		return
	}
	bar.Objects = nil
	bar.Hide()
	c.Moved()
	c.Env.Shell.Moved()
}

// widths shares the room of the comparison: the field, both sides, the choice.
var widths = []float32{1, 1.8, 1.8, 1.5}

// compare shows both sides of each field that differs. What only one of them changed is chosen already.
func (c Case[R]) compare() {
	mine, good := c.Mine()
	if !good {
		return
	}
	e, rows := c.Env, c.differing(mine)
	table := kit.VBox(theme.GapTight, kit.Cols(theme.GapCard, widths, kit.Caption(e.T("merge.field")),
		kit.Caption(e.T("merge.side.mine")), kit.Caption(c.word("merge.side.theirs", "merge.side.book")), kit.Caption(e.T("merge.choice"))),
		kit.Separator())
	choices := make([]*kit.Choice, len(rows))
	for i, r := range rows {
		choices[i] = kit.NewRadio([]kit.Option{
			{Key: "mine", Text: e.T("merge.pick.mine")}, {Key: "theirs", Text: c.word("merge.pick.theirs", "merge.pick.book")},
		}, nil)
		if r.byThem && !r.byMe {
			choices[i].SetKey("theirs")
		}
		table.Add(kit.Cols(theme.GapCard, widths, kit.NewLabel(r.Name, kit.Style{Weight: kit.Medium, Wrap: true}),
			c.side(r.mine, r.byMe), c.side(r.theirs, r.byThem), choices[i]))
		table.Add(kit.Separator())
	}
	var m *kit.Modal
	save := func() {
		m.Close()
		c.settle(c.with(mine, rows, func(i int) bool { return choices[i].Key() == "mine" }))
	}
	body := kit.Fixed(0, min(room(rows), most), kit.NewScroll(table))
	m = kit.NewModal(c.title(), width, kit.VBox(theme.GapField, kit.MutedParagraph(e.T("merge.compare_text")), body),
		kit.NewButton(e.T("merge.later"), "", kit.Ghost, func() { m.Close() }),
		kit.NewButton(e.T("merge.save"), "floppy-disk", kit.Primary, save)).Mark("git-merge", kit.Info)
	m.Show(e.Window)
	m.Focus(choices[0].Chosen())
}

// The size of the comparison: it fits a small screen, and scrolls.
const (
	width       float32 = 940
	most        float32 = 420
	headHeight  float32 = 40
	rowHeight   float32 = 12 // around its text
	lineHeight  float32 = 20
	radioHeight float32 = 56 // of both choices
	lineLetters         = 34
)

// room is about the height that rows take.
func room[R any](rows []row[R]) float32 {
	h := headHeight
	for _, r := range rows {
		h += rowHeight + max(radioHeight, lineHeight*float32(max(lines(r.mine), lines(r.theirs))))
	}
	return h
}

// lines is about how many lines a text takes.
func lines(text string) (n int) {
	for line := range strings.Lines(text + "\n") {
		n += 1 + len([]rune(line))/lineLetters
	}
	return n
}

// side is what one of them has; what they changed stands out.
func (c Case[R]) side(text string, changed bool) fyne.CanvasObject {
	if text == "" {
		return kit.NewLabel(c.Env.T("merge.empty"), kit.Style{Color: theme.Faint, Wrap: true})
	}
	if changed {
		return kit.NewLabel(text, kit.Style{Weight: kit.Medium, Wrap: true})
	}
	return kit.NewLabel(text, kit.Style{Color: theme.Muted, Wrap: true})
}
