package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// one shows a single widget in a window.
func one(t *testing.T, o fyne.CanvasObject) keyboard {
	t.Helper()
	win := stage(t, theme.Light, 400, 300, func(fyne.Window) fyne.CanvasObject { return kit.VBox(8, o) })
	return keyboard{t, win}
}

func openEdit(t *testing.T, text string) (*kit.LineEdit, keyboard) {
	t.Helper()
	e := kit.NewLineEdit("")
	k := one(t, e)
	e.SetText(text)
	k.win.Canvas().Focus(e)
	return e, k
}

func TestLineEditReplacesWhatIsSelected(t *testing.T) {
	e, k := openEdit(t, "44566")
	k.text("607") // the keyboard arrived: everything is selected
	if e.Text() != "607" {
		t.Fatalf("got %q", e.Text())
	}
	e.SelectAll()
	e.SetText("")
	k.text("607")
	if e.Text() != "607" {
		t.Fatalf("after SetText got %q", e.Text())
	}
}

func TestLineEditKeys(t *testing.T) {
	const (
		left, right, home, end = fyne.KeyLeft, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd
		back, del              = fyne.KeyBackspace, fyne.KeyDelete
	)
	cases := []struct {
		name, start, want string
		do                func(k keyboard)
	}{
		{"type at the end", "abc", "abcd", func(k keyboard) { k.key(end); k.text("d") }},
		{"type at the start", "abc", "dabc", func(k keyboard) { k.key(home); k.text("d") }},
		{
			"left leaves the selection at its start",
			"abc",
			"dabc",
			func(k keyboard) { k.key(left); k.text("d") },
		},
		{"backspace", "abc", "ab", func(k keyboard) { k.key(end, back) }},
		{"backspace at the start", "abc", "abc", func(k keyboard) { k.key(home, back) }},
		{"delete", "abc", "bc", func(k keyboard) { k.key(home, del) }},
		{"delete at the end", "abc", "abc", func(k keyboard) { k.key(end, del) }},
		{"delete the selection", "abc", "", func(k keyboard) { k.key(del) }},
		{
			"shift selects",
			"abcd",
			"aXd",
			func(k keyboard) { k.key(home, right); k.shift(right, right); k.text("X") },
		},
		{
			"shift end selects",
			"abcd",
			"aX",
			func(k keyboard) { k.key(home, right); k.shift(end); k.text("X") },
		},
		{"accents and signs", "", "éèàçù€œÉ«", func(k keyboard) { k.text("éèàçù€œÉ«") }},
		{"control characters are dropped", "", "ab", func(k keyboard) { k.text("a\t\x07b") }},
		{"word to the left", "rue des Forges", "rue Xdes Forges", func(k keyboard) {
			k.key(end)
			k.ctrl(left)
			k.ctrl(left)
			k.text("X")
		}},
		{
			"word to the right",
			"rue des Forges",
			"rue Xdes Forges",
			func(k keyboard) { k.key(home); k.ctrl(right); k.text("X") },
		},
		{"delete a word", "rue des Forges", "rue des ", func(k keyboard) { k.key(end); k.ctrl(back) }},
		{
			"undo a run of typing",
			"",
			"",
			func(k keyboard) { k.text("abc"); k.shortcut(&fyne.ShortcutUndo{}) },
		},
		{"redo", "", "abc", func(k keyboard) {
			k.text("abc")
			k.shortcut(&fyne.ShortcutUndo{})
			k.shortcut(&fyne.ShortcutRedo{})
		}},
		{"undo a deletion", "abc", "abc", func(k keyboard) { k.key(del); k.shortcut(&fyne.ShortcutUndo{}) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e, k := openEdit(t, c.start)
			c.do(k)
			if e.Text() != c.want {
				t.Errorf("got %q, want %q", e.Text(), c.want)
			}
		})
	}
}

func TestLineEditClipboard(t *testing.T) {
	e, k := openEdit(t, "abc")
	board := test.NewClipboard()
	k.shortcut(&fyne.ShortcutCopy{Clipboard: board})
	if board.Content() != "abc" {
		t.Fatalf("copied %q", board.Content())
	}
	k.shortcut(&fyne.ShortcutCut{Clipboard: board})
	board.SetContent("un\tdeux\ntrois")
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if e.Text() != "un deux" {
		t.Fatalf("pasted %q", e.Text())
	}
	e.Password = true
	k.shortcut(&fyne.ShortcutSelectAll{})
	board.SetContent("before")
	k.shortcut(&fyne.ShortcutCopy{Clipboard: board})
	if board.Content() != "before" {
		t.Fatal("a password was copied")
	}
}

func TestLineEditLimits(t *testing.T) {
	e, k := openEdit(t, "")
	e.MaxLength = 4
	k.text("123456")
	if e.Text() != "1234" {
		t.Fatalf("MaxLength: %q", e.Text())
	}
	k.shortcut(&fyne.ShortcutSelectAll{})
	k.text("9")
	if e.Text() != "9" {
		t.Fatalf("replacing a full field: %q", e.Text())
	}
	e.ReadOnly = true
	k.text("1")
	k.key(fyne.KeyBackspace)
	if e.Text() != "9" {
		t.Fatalf("read-only changed to %q", e.Text())
	}
	e.ReadOnly = false
	e.Translate = kit.PointToComma
	k.text("5.2")
	if e.Text() != "95,2" {
		t.Fatalf("the point of the keypad gives %q", e.Text())
	}
}

func TestLineEditTellsChangesOfTheUserOnly(t *testing.T) {
	e, k := openEdit(t, "")
	var got []string
	e.OnChanged = func(s string) { got = append(got, s) }
	e.SetText("x")
	k.text("y")
	submitted := ""
	e.OnSubmitted = func(s string) { submitted = s }
	k.key(fyne.KeyReturn)
	if len(got) != 1 || got[0] != "xy" || submitted != "xy" {
		t.Fatalf("changes %q, submitted %q", got, submitted)
	}
}

func TestLineEditMouse(t *testing.T) {
	e, _ := openEdit(t, "rue des Forges")
	at := fyne.NewPos(45, 14)
	click(e, at)
	caret, anchor := e.Caret()
	if caret != anchor || caret == 0 || caret == 14 {
		t.Fatalf("one click: caret %d, anchor %d", caret, anchor)
	}
	click(e, at)
	if e.SelectedText() != "des" {
		t.Fatalf("two clicks select %q", e.SelectedText())
	}
	click(e, at)
	if e.SelectedText() != "rue des Forges" {
		t.Fatalf("three clicks select %q", e.SelectedText())
	}
	e2, _ := openEdit(t, "rue des Forges")
	e2.MouseDown(
		&desktop.MouseEvent{
			Button:     desktop.MouseButtonPrimary,
			PointEvent: fyne.PointEvent{Position: fyne.NewPos(0, 10)},
		},
	)
	e2.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(390, 10)}})
	if e2.SelectedText() != "rue des Forges" {
		t.Fatalf("drag selects %q", e2.SelectedText())
	}
}

// Whatever is typed, undoing everything brings the first text back.
func TestLineEditUndoesEverything(t *testing.T) {
	e, k := openEdit(t, "")
	keys := []fyne.KeyName{
		fyne.KeyLeft,
		fyne.KeyRight,
		fyne.KeyHome,
		fyne.KeyEnd,
		fyne.KeyBackspace,
		fyne.KeyDelete,
	}
	rapid.Check(t, func(r *rapid.T) {
		start := rapid.StringMatching(`[a-zé ]{0,8}`).Draw(r, "start")
		e.SetText(start)
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			if rapid.Bool().Draw(r, "type") {
				k.text(rapid.StringMatching(`[a-zà9 ]`).Draw(r, "rune"))
			} else {
				k.key(rapid.SampledFrom(keys).Draw(r, "key"))
			}
			caret, anchor := e.Caret()
			if n := len([]rune(e.Text())); caret < 0 || caret > n || anchor < 0 || anchor > n {
				r.Fatalf("caret %d, anchor %d in %q", caret, anchor, e.Text())
			}
		}
		for range 60 {
			k.shortcut(&fyne.ShortcutUndo{})
		}
		if e.Text() != start {
			r.Fatalf("undone to %q, started from %q", e.Text(), start)
		}
	})
}

func TestCaretStopsBlinking(t *testing.T) {
	e, k := openEdit(t, "")
	on, goOn := kit.BlinkStep(e, 20)
	if on || !goOn {
		t.Fatalf("first step: shown %v, goes on %v", on, goOn)
	}
	if on, goOn = kit.BlinkStep(e, 1); !on || goOn {
		t.Fatalf("last step: shown %v, goes on %v", on, goOn)
	}
	k.win.Canvas().Unfocus()
	if _, goOn = kit.BlinkStep(e, 20); goOn {
		t.Fatal("the caret blinks without the focus")
	}
}
