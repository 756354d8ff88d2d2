package kit_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

const ctrl = fyne.KeyModifierShortcutDefault

func TestShortcutsWorkInsideAField(t *testing.T) {
	e := kit.NewLineEdit("")
	g := kit.NewEditGrid(bookColumns, newBook())
	s := kit.NewSelect(kit.Options("a", "A"), nil)
	b := kit.NewButton("B", "", kit.Primary, nil)
	area := kit.NewTextArea("", 2)
	k := one(t, kit.VBox(4, e, s, b, kit.Fixed(0, 120, g), area))
	saved, helped := 0, 0
	keys := kit.InstallKeys(k.win)
	keys.Add(
		kit.Command{Key: fyne.KeyS, Mod: ctrl, Run: func() { saved++ }},
		kit.Command{Key: fyne.KeyF1, Run: func() { helped++ }})
	focus := []func(){
		func() { kit.Focus(e) }, func() { kit.Focus(s) }, func() { kit.Focus(b) },
		g.Focus, area.Focus,
	}
	for i, f := range focus {
		f()
		k.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: ctrl})
		k.key(fyne.KeyF1)
		if saved != i+1 || helped != i+1 {
			t.Fatalf("focus %d: saved %d, helped %d", i, saved, helped)
		}
	}
}

func TestPageCommandsWinAndLeave(t *testing.T) {
	k := one(t, kit.Body(""))
	keys := kit.InstallKeys(k.win)
	got := ""
	keys.Add(kit.Command{Key: fyne.KeyN, Mod: ctrl, Run: func() { got += "window " }})
	allowed := false
	remove := keys.Add(kit.Command{
		Key: fyne.KeyN, Mod: ctrl, Run: func() { got += "page " },
		Enabled: func() bool { return allowed },
	})
	keys.Handle(fyne.KeyN, ctrl)
	allowed = true
	keys.Handle(fyne.KeyN, ctrl)
	remove()
	keys.Handle(fyne.KeyN, ctrl)
	if got != "window page window " {
		t.Fatalf("ran %q", got)
	}
	if keys.Handle(fyne.KeyQ, ctrl) {
		t.Fatal("an unknown shortcut was handled")
	}
}

func TestModalTakesTheKeys(t *testing.T) {
	e := kit.NewLineEdit("")
	k := one(t, e)
	keys := kit.InstallKeys(k.win)
	saved, quick := 0, 0
	keys.Add(kit.Command{Key: fyne.KeyS, Mod: ctrl, Run: func() { saved++ }},
		kit.Command{Key: fyne.KeyF1, InModal: true, Run: func() { quick++ }})
	kit.Focus(e)
	closed := false
	inside := kit.NewLineEdit("")
	accepted := 0
	m := kit.NewModal("Question", 400, inside, kit.NewButton("OK", "", kit.Primary, nil)).
		OnEnter(func() { accepted++ })
	m.OnClosed = func() { closed = true }
	m.Show(k.win)
	m.Focus(inside)
	k.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: ctrl})
	k.key(fyne.KeyF1, fyne.KeyReturn)
	if saved != 0 || quick != 1 || accepted != 1 {
		t.Fatalf("saved %d, help %d, accepted %d", saved, quick, accepted)
	}
	k.text("abc")
	k.key(fyne.KeyEscape)
	if !closed || m.Shown() {
		t.Fatal("Esc does not close the dialog")
	}
	if k.win.Canvas().Focused() != fyne.Focusable(e) {
		t.Fatal("what had the focus did not get it back")
	}
	k.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: ctrl})
	if saved != 1 {
		t.Fatal("shortcuts do not come back")
	}
}

// TestAFormIsNotLostByOneKey: two fields that were filled in are asked about, what the program put there, one word or a
// secret are not.
func TestAFormIsNotLostByOneKey(t *testing.T) {
	k := one(t, kit.Body(""))
	kit.SetWords(kit.Words{Unsaved: "Fermer ?", Leave: "Fermer", Stay: "Continuer"})
	name, place, pass := kit.NewLineEdit(""), kit.NewLineEdit(""), kit.NewLineEdit("")
	pass.Password = true
	place.SetText("put there")
	form := func() *kit.Modal {
		m := kit.NewModal("Formulaire", 400, kit.VBox(0, kit.NewField("Nom", name), kit.NewField("Lieu", place),
			kit.NewField("Secret", pass)))
		m.Show(k.win)
		return m
	}
	m := form()
	for _, e := range []*kit.LineEdit{name, pass} {
		m.Focus(e)
		k.text("abc")
	}
	k.key(fyne.KeyEscape)
	if m.Shown() {
		t.Fatal("asked about one field")
	}
	m = form()
	m.Focus(place)
	k.text("!")
	k.key(fyne.KeyEscape, fyne.KeyEscape) // the second one answers the question with no
	if !m.Shown() || len(k.win.Canvas().Overlays().List()) != 1 {
		t.Fatal("the form is lost, or its question stays")
	}
	k.key(fyne.KeyEscape, fyne.KeyTab, fyne.KeyReturn)
	if m.Shown() || len(k.win.Canvas().Overlays().List()) != 0 {
		t.Errorf("the form is still there: %v", k.win.Canvas().Overlays().List())
	}
}

func TestLockedModalStays(t *testing.T) {
	k := one(t, kit.Body(""))
	b := kit.NewButton("Plus tard", "", kit.Secondary, nil)
	m := kit.NewModal("Restauration", 400, kit.Body("…"), b).Lock()
	m.Show(k.win)
	m.Focus(b)
	k.key(fyne.KeyEscape)
	if !m.Shown() {
		t.Fatal("Esc closed a locked dialog")
	}
	m.Close()
	if m.Shown() {
		t.Fatal("Close does not close")
	}
}

func TestConfirmIsSafeByDefault(t *testing.T) {
	k := one(t, kit.Body(""))
	done := 0
	kit.Confirm(k.win, "Supprimer ?", "Tout sera perdu.", "Supprimer", "Garder", true, func() { done++ })
	k.key(fyne.KeyReturn)
	if done != 0 || k.win.Canvas().Overlays().Top() != nil {
		t.Fatal("Enter on a destructive question must keep")
	}
	m := kit.Confirm(k.win, "Supprimer ?", "Tout sera perdu.", "Supprimer", "Garder", true, func() { done++ })
	k.win.Canvas().Unfocus()
	k.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if done != 0 {
		t.Fatal("Enter without a focus deletes")
	}
	m.Close()
	kit.Confirm(k.win, "Valider ?", "", "Valider", "Annuler", false, func() { done++ })
	k.key(fyne.KeyReturn)
	if done != 1 {
		t.Fatalf("Enter on a plain question ran %d times", done)
	}
}

func TestLongTextsDoNotEnlargeTheWindow(t *testing.T) {
	long := ""
	for range 60 {
		long += "un texte bien trop long pour la fenêtre "
	}
	head := kit.NewHeader(long, long, kit.NewButton("Enregistrer", "", kit.Primary, nil))
	f := kit.NewField(long, kit.NewLineEdit(long))
	f.SetError(long)
	body := kit.VBox(8, kit.NewCard(long, kit.Paragraph(long)), f, kit.NewNotice(kit.Warn, "Attention", long))
	if m := kit.NewPage(head, body).MinSize(); m.Width > 800 || m.Height > 500 {
		t.Fatalf("a page needs %v", m)
	}
	page := kit.NewPage(head, body).Bar(kit.NewChips(kit.Options("a", long, "b", long), nil))
	win := stage(t, theme.Light, 1280, 720, func(fyne.Window) fyne.CanvasObject {
		return shell(page, "home", kit.NewBanner(kit.Warn, "Connexion perdue", "Nouvel essai dans 8 s"))
	})
	if m := win.Content().MinSize(); m.Width > 1024 || m.Height > 600 {
		t.Fatalf("the window needs %v", m)
	}
}

func TestTextsBreakWhereFrenchAllows(t *testing.T) {
	for text, width := range map[string]float32{
		"un fichier depuis Excel : les colonnes": 140, "êtes-vous sûr ? oui": 88, "le disque « Coffre »": 76,
		"une remise de 12 % environ": 92,
	} {
		p := kit.Paragraph(text)
		one(t, kit.Fixed(width, 200, p))
		p.Resize(fyne.NewSize(width, 200))
		lines := parts(p)
		if len(lines) < 2 {
			t.Errorf("%q is on one line at %v", text, width)
		}
		for i, o := range lines {
			line := []rune(o.(*canvas.Text).Text)
			if i > 0 && strings.ContainsRune(":;?!%»", line[0]) || line[len(line)-1] == '«' {
				t.Errorf("%q breaks into %q", text, string(line))
			}
		}
	}
}

func TestToastsLeave(t *testing.T) {
	k := one(t, kit.Body(""))
	undone := false
	kit.ToastAction(k.win.Content(), kit.Ok, "Archivé", "Annuler", func() { undone = true })
	button := findButton(k.win.Content(), "Annuler")
	if button == nil {
		t.Fatal("the message offers no way back")
	}
	button.Tapped(nil)
	if !undone || findButton(k.win.Content(), "Annuler") != nil {
		t.Fatal("the act did not run or the message stays")
	}
}

// TestMessagesStandWhereNothingIsPressed: right of the search box, above the header of the page and left of
// the buttons of the top bar, in the smallest window the pages are made for.
func TestMessagesStandWhereNothingIsPressed(t *testing.T) {
	k := one(t, kit.Body(""))
	k.win.Resize(fyne.NewSize(1280, 720))
	messages := func() (out []fyne.CanvasObject) {
		find(k.win.Content(), func(o fyne.CanvasObject) bool {
			if b, ok := o.(*kit.IconButton); ok && b.Visible() {
				out = append(out, o)
			}
			return false
		})
		return out
	}
	kit.Toast(k.win.Content(), kit.Ok, "Client enregistré")
	kit.Toast(k.win.Content(), kit.Ok, "Le fichier « Relevé de compte – novembre 2026.pdf » est enregistré dans Documents.")
	if n := len(messages()); n != 1 {
		t.Fatalf("%d messages: one that only informs gives its place to the next", n)
	}
	d := fyne.CurrentApp().Driver()
	pos := d.AbsolutePositionForObject(messages()[0])
	if right := pos.X + 36; right > 1075 || pos.Y > 78-28 {
		t.Errorf("the message ends at %v, over the buttons", pos)
	}
	text := find(k.win.Content(), func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Label); return ok && o.Position().X == 46 })
	if left := d.AbsolutePositionForObject(text).X - 46; left < 590 {
		t.Errorf("the message begins at %v, over the search box", left)
	}
	kit.Toast(k.win.Content(), kit.Error, "Le disque est plein")
	kit.Toast(k.win.Content(), kit.Ok, "Client enregistré")
	if n := len(messages()); n != 2 {
		t.Errorf("%d messages: an error stays beside the next", n)
	}
}

func TestScrollShowsTheFocusedField(t *testing.T) {
	var fields []fyne.CanvasObject
	for range 40 {
		fields = append(fields, kit.NewField("Champ", kit.NewLineEdit("")))
	}
	s := kit.NewScroll(kit.VBox(12, fields...))
	win := stage(t, theme.Light, 400, 300, func(fyne.Window) fyne.CanvasObject { return s })
	for range 30 {
		win.Canvas().FocusNext()
	}
	if s.Offset() < 500 {
		t.Fatalf("the thirtieth field is out of view, offset %v", s.Offset())
	}
}

func findButton(o fyne.CanvasObject, text string) *kit.Button {
	if b, ok := o.(*kit.Button); ok && b.Text() == text {
		return b
	}
	for _, c := range parts(o) {
		if b := findButton(c, text); b != nil {
			return b
		}
	}
	return nil
}

// TestALongGreyLineGoesOnUnderTheActions instead of being cut before them.
func TestALongGreyLineGoesOnUnderTheActions(t *testing.T) {
	act := kit.NewButton("Enregistrer un règlement", "", kit.Primary, nil)
	head := kit.NewHeader("Devis D-2026-0001", "validé", act, kit.NewButton("Imprimer le devis", "", kit.Secondary, nil))
	one(t, kit.VFill(0, 1, head, kit.Gap(1, 1)))
	head.Resize(fyne.NewSize(620, head.MinSize().Height))
	low := head.MinSize().Height
	under := "Cuisine sur mesure  ·  validé le 22/11/2026 04:43 par Marguerite Petit-Jean"
	head.SetUnder(under)
	head.Resize(fyne.NewSize(620, head.MinSize().Height))
	if head.MinSize().Height <= low {
		t.Error("no room for the line")
	}
	text := find(head, func(o fyne.CanvasObject) bool {
		s, ok := o.(*canvas.Text)
		return ok && s.Text == under
	})
	if text == nil {
		t.Fatal("the line is cut")
	}
	_, bottom := at(act)
	if top, _ := at(text); top < bottom {
		t.Errorf("the line begins at %v, over the buttons that end at %v", top, bottom)
	}
}

// TestAnEmptyListInALowCardKeepsItsWords: the drawing goes first.
func TestAnEmptyListInALowCardKeepsItsWords(t *testing.T) {
	const text = "Faites votre premier devis, ou votre première facture : elle paraîtra ici."
	e := kit.NewEmpty("receipt", "Aucune facture", text, nil)
	one(t, kit.Fixed(400, 90, e))
	e.Resize(fyne.NewSize(400, 90))
	from, _ := at(e)
	for _, o := range parts(e) {
		top, bottom := at(o)
		if o.Visible() && (top < from-1 || bottom > from+91) {
			t.Errorf("%T goes from %v to %v, out of the card", o, top-from, bottom-from)
		}
	}
	e.Resize(fyne.NewSize(400, 300))
	drawn := find(e, func(o fyne.CanvasObject) bool { i, ok := o.(*canvas.Image); return ok && i.Visible() })
	if drawn == nil {
		t.Error("no drawing where there is room for it")
	}
}
