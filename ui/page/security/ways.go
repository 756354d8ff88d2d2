package security

import (
	"fyne.io/fyne/v2"

	"zafe/app/opening"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// way shows one way to open the book: what it is, against what it protects and against what not. Act
// may be nil.
func (s *security) way(key, icon string, inForce bool, act *kit.Button) fyne.CanvasObject {
	e := s.env
	pill := fyne.CanvasObject(kit.Gap(0, 0))
	if inForce {
		pill = kit.NewPill(e.T("security.in_force"), kit.Ok)
	}
	head := kit.HBox(10, kit.IconTile(icon, kit.Info), kit.Spacer(), pill)
	line := func(text string, tone kit.Tone) fyne.CanvasObject {
		return kit.NewLabel(e.T("security.way."+key+"."+text), kit.Style{Color: tone.TextColor(), Wrap: true})
	}
	body := kit.VBox(10, head, kit.Strong(e.T("security.way."+key)),
		kit.MutedParagraph(e.T("security.way."+key+".how")),
		line("for", kit.Ok), line("not", kit.Warn))
	if act != nil {
		body.Add(kit.HBox(8, act, kit.Spacer()))
	}
	return kit.NewCard("", body).Room(theme.GapCard)
}

// alone: the main PC opens the book by itself, by its keyring or by its chip.
func (s *security) alone() fyne.CanvasObject {
	e, pc := s.env, s.status.PC
	key := "alone"
	if pc.By == opening.TPM || pc.By == "" && pc.Offers == opening.TPM {
		key = "chip"
	}
	if pc.By != "" {
		return s.way(key, "desktop-tower", true, nil)
	}
	act := s.Write(kit.NewButton(e.T("security.choose"), "check", kit.Secondary, func() {
		e.Shell.Confirm(e.T("security.alone_title"), e.T("security."+key+"_text"), e.T("security.choose"), false,
			func() { s.set(true) })
	}))
	if pc.Offers == "" {
		act.DisableWith(e.T("security.no_keyring"))
	}
	return s.way(key, "desktop-tower", false, act)
}

// owner: an owner gives their password when the main PC starts.
func (s *security) owner() fyne.CanvasObject {
	return s.way("owner", "user", s.status.Way == opening.Phrase, s.byPassword())
}

// delegated: an owner or a start delegate does.
func (s *security) delegated() fyne.CanvasObject {
	return s.way("delegated", "users", s.status.Way == opening.Delegates, s.byPassword())
}

// byPassword turns the opening by the main PC off; nil when it is.
func (s *security) byPassword() *kit.Button {
	e := s.env
	if s.status.PC.By == "" {
		return nil
	}
	return s.Write(kit.NewButton(e.T("security.choose"), "check", kit.Secondary, func() {
		e.Shell.Confirm(e.T("security.off_title"), e.T("security.off_text"), e.T("security.choose"), false,
			func() { s.set(false) })
	}))
}
