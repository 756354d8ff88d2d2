package kit_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/kit/edit"
	"zafe/ui/theme"
)

// book is a small purchase journal: day, piece, account, title, text, debit, credit.
type book struct {
	lines [][7]string
	keep  bool // accounts stay as they are typed
}

var accounts = [][2]string{
	{"401POI", "Point P"},
	{"401SAM", "Samse"},
	{"445660", "TVA déductible sur autres biens et services"},
	{"606300", "Fournitures d'entretien"},
	{"607000", "Achats de marchandises"},
}

func newBook() *book { return &book{lines: make([][7]string, 1)} }

func (b *book) Rows() int               { return len(b.lines) }
func (b *book) Get(row, col int) string { return b.lines[row][col] }

func (b *book) Mark(row, col int) edit.Mark {
	switch col {
	case 2:
		return edit.Strong
	case 3:
		return edit.ReadOnly
	}
	return edit.Plain
}

func cents(s string) int64 {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\u202f", ""), ",", "")
	v, _ := strconv.ParseInt(s, 10, 64)
	return v
}

func amount(v int64) string {
	s := fmt.Sprintf("%d,%02d", v/100, v%100)
	if v >= 100000 {
		s = fmt.Sprintf("%d\u202f%03d,%02d", v/100000, v/100%1000, v%100)
	}
	return s
}

func (b *book) balance() int64 {
	var sum int64
	for _, l := range b.lines {
		sum += cents(l[5]) - cents(l[6])
	}
	return sum
}

func (b *book) Set(row, col int, text string) error {
	if row == len(b.lines)-1 {
		defer func() { b.grow(row) }()
	}
	switch col {
	case 0:
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > 30 {
			return errors.New("Ce jour n'existe pas en novembre")
		}
	case 2:
		if b.keep {
			break
		}
		for _, a := range accounts {
			if strings.HasPrefix(a[0], text) ||
				strings.HasPrefix(strings.ToLower(a[1]), strings.ToLower(text)) {
				b.lines[row][3] = a[1]
				b.lines[row][2] = a[0]
				return nil
			}
		}
		return errors.New("Compte inconnu : " + text)
	case 5, 6:
		if text == "" {
			break
		}
		whole, part, _ := strings.Cut(strings.ReplaceAll(text, "\u202f", ""), ",")
		v, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
		if err != nil {
			return errors.New("Montant attendu")
		}
		text = amount(v)
	}
	b.lines[row][col] = text
	return nil
}

// grow keeps one empty line at the end.
func (b *book) grow(row int) {
	if b.lines[row] != [7]string{} {
		b.lines = append(b.lines, [7]string{})
	}
}

func (b *book) Prefill(row, col int) string {
	switch {
	case col == 1:
		if row > 0 && b.balance() != 0 {
			return b.lines[row-1][1]
		}
		return "A0413"
	case row > 0 && col != 2 && col < 5 && b.balance() != 0:
		return b.lines[row-1][col]
	case col == 2 && row == 1:
		return "445660"
	case col == 5 && row == 1:
		return amount(cents(b.lines[0][5]) / 5)
	case col == 6 && row == 2:
		return amount(b.balance())
	}
	return ""
}

func (b *book) Next(row, col int) (int, int, bool) {
	switch {
	case col == 2:
		return row, 4, true
	case col == 4 && row == 2:
		return row, 6, true
	case col == 5 && row < 2:
		return row + 1, 2, true
	case col == 6:
		return row + 1, 0, b.balance() != 0
	}
	return row, col + 1, true
}

func (b *book) Complete(row, col int, text string) []edit.Proposal {
	if col != 2 {
		return nil
	}
	var out []edit.Proposal
	for _, a := range accounts {
		if strings.HasPrefix(a[0], text) || strings.Contains(strings.ToLower(a[1]), strings.ToLower(text)) {
			out = append(out, edit.Proposal{Text: a[0], Label: a[1]})
		}
	}
	return out
}

func (b *book) Delete(row int) error {
	if row == len(b.lines)-1 {
		return errors.New("La ligne est vide")
	}
	b.lines = append(b.lines[:row], b.lines[row+1:]...)
	return nil
}

func (b *book) Duplicate(row int) error {
	b.lines[row] = b.lines[row-1]
	return nil
}

func (b *book) Balance(row, col int) (string, bool) {
	v := b.balance()
	if col == 5 {
		v = -v
	}
	return amount(v), v > 0
}

var bookColumns = []kit.EditColumn{
	{Title: "Jour", Width: 54, Align: fyne.TextAlignCenter},
	{Title: "Pièce", Width: 84},
	{Title: "Compte", Width: 92, Pick: true},
	{Title: "Intitulé du compte", Width: 260, Weight: 1},
	{Title: "Libellé de l'écriture", Width: 300, Weight: 1},
	{Title: "Débit", Width: 124, Align: fyne.TextAlignTrailing, Decimal: true},
	{Title: "Crédit", Width: 124, Align: fyne.TextAlignTrailing, Decimal: true},
}

// keyboard types on the focused object of a window as the driver does.
type keyboard struct {
	t   *testing.T
	win fyne.Window
}

// helper marks the caller; scenes of the gallery type without a test.
func (k keyboard) helper() {
	if k.t != nil {
		k.t.Helper()
	}
}

func (k keyboard) text(s string) {
	k.helper()
	for _, r := range s {
		f := k.win.Canvas().Focused()
		if f == nil {
			k.t.Fatalf("nothing has the focus to type %q", s)
		}
		f.TypedRune(r)
	}
}

func (k keyboard) key(names ...fyne.KeyName) {
	k.helper()
	for _, name := range names {
		f := k.win.Canvas().Focused()
		if f == nil {
			k.t.Fatalf("nothing has the focus for %s", name)
		}
		if tab, ok := f.(fyne.Tabbable); name == fyne.KeyTab && (!ok || !tab.AcceptsTab()) {
			k.win.Canvas().FocusNext()
			continue
		}
		f.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

func (k keyboard) shift(names ...fyne.KeyName) {
	k.helper()
	down := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	for _, name := range names {
		f := k.win.Canvas().Focused()
		if d, ok := f.(desktop.Keyable); ok {
			d.KeyDown(down)
			f.TypedKey(&fyne.KeyEvent{Name: name})
			d.KeyUp(down)
		} else {
			f.TypedKey(&fyne.KeyEvent{Name: name})
		}
	}
}

func (k keyboard) shortcut(s fyne.Shortcut) {
	k.helper()
	f, ok := k.win.Canvas().Focused().(fyne.Shortcutable)
	if !ok {
		k.t.Fatalf("the focus takes no shortcut")
	}
	f.TypedShortcut(s)
}

func (k keyboard) ctrl(name fyne.KeyName) {
	k.shortcut(&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierControl})
}

func openBook(t *testing.T) (*book, *kit.EditGrid, keyboard) {
	b := newBook()
	var g *kit.EditGrid
	win := stage(t, theme.Light, 1100, 500, func(fyne.Window) fyne.CanvasObject {
		g = kit.NewEditGrid(bookColumns, b)
		return g
	})
	g.Focus()
	return b, g, keyboard{t, win}
}

const enter = fyne.KeyReturn

func typePurchase(k keyboard) {
	k.text("20")
	k.key(enter, enter)
	k.text("607")
	k.key(enter)
	k.text("Bois Point P fact. 8841")
	k.key(enter)
	k.text("1250.50")
	k.key(enter, enter, enter, enter)
	k.text("poin")
	k.key(enter, enter, enter)
}

func TestEditGridTypesAPurchaseWithoutTheMouse(t *testing.T) {
	b, g, k := openBook(t)
	done := false
	g.OnDone = func() { done = true }
	typePurchase(k)
	want := [][7]string{
		{"20", "A0413", "607000", "Achats de marchandises", "Bois Point P fact. 8841", "1\u202f250,50", ""},
		{
			"",
			"",
			"445660",
			"TVA déductible sur autres biens et services",
			"Bois Point P fact. 8841",
			"250,10",
			"",
		},
		{"", "", "401POI", "Point P", "Bois Point P fact. 8841", "", "1\u202f500,60"},
	}
	for i, line := range want {
		if i >= len(b.lines) || b.lines[i] != line {
			t.Errorf("line %d:\n got %q\nwant %q", i, b.lines[min(i, len(b.lines)-1)], line)
		}
	}
	if b.balance() != 0 || !done {
		t.Errorf("balance %d, done %v", b.balance(), done)
	}
}

func TestEditGridRefusedValueKeepsTheCaret(t *testing.T) {
	b, g, k := openBook(t)
	k.text("31")
	k.key(enter)
	if row, col := g.Cell(); row != 0 || col != 0 {
		t.Fatalf("caret moved to %d,%d after a refusal", row, col)
	}
	if g.Refusal() == "" || g.Field().Text() != "31" {
		t.Fatalf("refusal %q, text %q", g.Refusal(), g.Field().Text())
	}
	k.key(fyne.KeyEscape)
	if g.Refusal() != "" || g.Field().Text() != "" {
		t.Fatal("Esc does not undo a refused value")
	}
	k.text("12")
	k.key(fyne.KeyTab)
	if b.lines[0][0] != "12" {
		t.Fatal("Tab does not take the value")
	}
	if _, col := g.Cell(); col != 1 {
		t.Fatalf("Tab went to column %d", col)
	}
}

func TestEditGridProposalsAreNotTakenByLeaving(t *testing.T) {
	b, g, k := openBook(t)
	k.text("20")
	k.key(enter)
	if g.Field().Text() != "A0413" {
		t.Fatalf("no proposal for the piece: %q", g.Field().Text())
	}
	k.shift(fyne.KeyTab)
	if b.lines[0][1] != "" {
		t.Fatal("a proposal was taken by going back")
	}
	if _, col := g.Cell(); col != 0 {
		t.Fatalf("Shift+Tab went to column %d", col)
	}
	k.key(fyne.KeyTab)
	k.text("B7")
	k.key(enter)
	if b.lines[0][1] != "B7" {
		t.Fatalf("typing did not replace the proposal: %q", b.lines[0][1])
	}
}

func TestEditGridChoosesAmongProposals(t *testing.T) {
	b, g, k := openBook(t)
	g.Goto(0, 2)
	k.text("401")
	k.key(fyne.KeyDown)
	k.key(enter)
	if b.lines[0][2] != "401SAM" {
		t.Fatalf("account %q", b.lines[0][2])
	}
	g.Goto(1, 2)
	k.text("401")
	k.key(fyne.KeyEscape)
	if g.Field().Text() != "401" {
		t.Fatal("the first Esc does more than close the proposals")
	}
	k.key(fyne.KeyEscape)
	if g.Field().Text() != "" {
		t.Fatal("the second Esc does not undo")
	}
}

func TestEditGridLineKeys(t *testing.T) {
	b, g, k := openBook(t)
	typePurchase(k)
	g.Goto(1, 4)
	k.text("Frais")
	k.key(enter)
	g.Goto(2, 4)
	k.ctrl(fyne.KeyD)
	k.key(enter)
	if b.lines[2][4] != "Frais" {
		t.Fatalf("Ctrl+D copied %q", b.lines[2][4])
	}
	g.Goto(1, 4)
	k.ctrl(fyne.KeyDelete)
	if len(b.lines) != 3 || b.lines[1][2] != "401POI" {
		t.Fatalf("Ctrl+Delete left %q", b.lines)
	}
	k.key(fyne.KeyUp)
	if row, _ := g.Cell(); row != 0 {
		t.Fatalf("Up went to line %d", row)
	}
	g.Goto(2, 5)
	k.key(fyne.KeyF9)
	if g.Field().Text() != "250,10" {
		t.Fatalf("F9 proposes %q", g.Field().Text())
	}
	k.key(enter)
	if b.balance() != 0 {
		t.Fatalf("the piece is not balanced: %d", b.balance())
	}
	g.Goto(3, 4)
	k.key(fyne.KeyF8)
	if b.lines[3][4] != b.lines[2][4] {
		t.Fatal("F8 did not copy the line above")
	}
}

func TestEditGridUndoesCellAfterCell(t *testing.T) {
	b, _, k := openBook(t)
	k.text("20")
	k.key(enter)
	k.text("B7")
	k.key(enter)
	k.shortcut(&fyne.ShortcutUndo{})
	if b.lines[0][1] != "" {
		t.Fatalf("piece is %q after undo", b.lines[0][1])
	}
}

func TestEditGridEqualsAsksForTheBalance(t *testing.T) {
	b, g, k := openBook(t)
	b.lines = [][7]string{{"", "", "607000", "", "", "10,00", ""}, {}}
	g.Reload()
	g.Goto(1, 6)
	k.text("=")
	if g.Field().Text() != "10,00" {
		t.Fatalf("= proposes %q", g.Field().Text())
	}
	k.text("3")
	if g.Field().Text() != "3" {
		t.Fatalf("typing over the balance gives %q", g.Field().Text())
	}
	k.text("+")
	if g.Field().Text() != "3+" {
		t.Fatalf("+ after a digit is arithmetic, got %q", g.Field().Text())
	}
}

func TestEditGridPastesCellsOfASpreadsheet(t *testing.T) {
	b, g, k := openBook(t)
	board := test.NewClipboard()
	board.SetContent("3\tA1\t606\r\n4\tA2\t607\r\n")
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if b.lines[0][2] != "606300" || b.lines[1][0] != "4" || b.lines[1][2] != "607000" {
		t.Fatalf("pasted %q", b.lines)
	}
	board.SetContent("3\tA1\t999\n")
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if g.Refusal() == "" {
		t.Fatal("a refused value pasted in silence")
	}
}

func TestEditGridClickMovesAndTakes(t *testing.T) {
	b, g, k := openBook(t)
	k.text("20")
	click(g, fyne.NewPos(100, 40))
	if _, col := g.Cell(); col != 1 || b.lines[0][0] != "20" {
		t.Fatalf("click: column %d, day %q", col, b.lines[0][0])
	}
}

func click(o desktop.Mouseable, at fyne.Position) {
	ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	ev.Position, ev.AbsolutePosition = at, at
	o.MouseDown(ev)
	o.MouseUp(ev)
}

// TestEditGridOffersAnArticle: in an empty cell Enter takes what is marked and Tab keeps the text; what
// is corrected stays what was typed.
func TestEditGridOffersAnArticle(t *testing.T) {
	b, g, k := openBook(t)
	g.Columns[2] = kit.EditColumn{Title: "Article", Width: 92, Offer: true}
	for i, c := range []struct {
		there string
		key   fyne.KeyName
		want  string
	}{
		{"", enter, "401POI"},
		{"", fyne.KeyTab, "401"},
		{"4", enter, "401"},
	} {
		b.keep = true
		b.lines[0][2] = c.there
		g.Goto(0, 2)
		k.text("401")
		k.key(c.key)
		if got := b.lines[0][2]; got != c.want {
			t.Errorf("%d: %q, want %q", i, got, c.want)
		}
	}
}
