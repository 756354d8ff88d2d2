package shell

import (
	"zafe/app/backup"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

// ail takes note of the book's health. Everybody at work on a damaged one has a banner over every page, as what
// they enter may have to be entered again; it is explained once, and whenever they ask.
func (s *Shell) ail(h verify.Health) {
	before := s.facts.health
	s.facts.health = h
	if h.State == before.State {
		return
	}
	if h.State != verify.Damaged {
		s.appear(s.wound, false)
		s.root.Refresh()
		return
	}
	s.appear(s.wound, true)
	s.root.Refresh()
	if s.front == s.root && !s.asking {
		s.explain()
	}
}

// damaged tells whether the book is known to be damaged.
func (f *facts) damaged() bool { return f.health.State == verify.Damaged }

// mends tells whether the person restores copies, and the book is on this PC.
func (s *Shell) mends() bool {
	return s.Book.Local() && s.Restore != nil && s.Me.Can(backup.Begin.Needs)
}

// explain says what restoring a copy means, and why it has to be when the book is damaged. A clear yes leaves
// the book for the screen that restores one.
func (s *Shell) explain() {
	title, tone := s.t("shell.restore.title"), kit.Info
	body := kit.VBox(theme.GapField)
	if s.facts.damaged() {
		title, tone = s.t("shell.damaged.title"), kit.Error
		body.Add(kit.Paragraph(s.t("shell.damaged.what", "when", s.Text.Instant(s.facts.health.Since))))
	}
	var m *kit.Modal
	if !s.mends() {
		body.Add(kit.Paragraph(s.t("shell.damaged.others")))
		m = kit.NewModal(title, 560, body,
			kit.NewButton(s.t("common.close"), "", kit.Primary, func() { m.Close() })).Mark("shield-warning", tone)
		m.Show(s.Window)
		return
	}
	body.Add(kit.Paragraph(s.t("shell.restore.how")))
	body.Add(kit.MutedParagraph(s.t("shell.restore.needs")))
	kind := kit.Secondary
	if s.facts.damaged() {
		kind = kit.Primary
	}
	m = kit.NewModal(title, 560, body,
		kit.NewButton(s.t("shell.restore.later"), "", kit.Ghost, func() { m.Close() }),
		kit.NewButton(s.t("shell.restore.go"), "clock-counter-clockwise", kind, func() {
			m.Close()
			s.leaving(s.history, s.leaveToRestore)
		})).Mark("shield-warning", tone)
	m.Show(s.Window)
}

// leaveToRestore closes the book and hands over to the screen that restores a copy. A damaged book may close
// badly: that is no reason to keep it.
func (s *Shell) leaveToRestore() {
	s.end()
	Leave(LeaveOptions{
		Window: s.Window, Text: s.Text, Book: s.Book, Spawn: s.Spawn, Tick: s.Tick, Quit: s.Restore,
		Abandon: s.facts.damaged(),
	})
}
