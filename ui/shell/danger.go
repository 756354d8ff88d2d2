package shell

import (
	"zafe/app/backup"
	"zafe/app/notify"
)

// warn tells who cannot mend the copies that they are red, and whom to tell, over every page; once for each time they
// get so.
func (s *Shell) warn(l notify.Light) {
	red := l.Light == backup.Red
	if red == s.facts.red {
		return
	}
	s.facts.red = red
	if !red {
		s.seen()
		return
	}
	text := s.t("alerts.banner_text")
	if len(l.Tell) > 0 {
		text = s.t("alerts.banner_tell", "names", s.Text.List(l.Tell))
	}
	s.danger.SetText(text)
	s.appear(s.danger, true)
	s.root.Refresh()
}

// seen takes the warning away.
func (s *Shell) seen() {
	s.appear(s.danger, false)
	s.root.Refresh()
}
