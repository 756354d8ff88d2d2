package shell

import (
	"maps"
	"slices"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// know takes note of who the person is now; it says whether the window was made anew for it.
func (s *Shell) know(me user.Me) bool {
	if s.Eyes != nil || s.Me.Support {
		return false
	}
	s.dated = s.dated || !maps.Equal(s.Me.May, me.May) || s.Me.User.Role != me.User.Role
	s.Me = me
	return s.renew()
}

// renew makes the window anew, at the page shown, where the person may do other things than it was made for, or has them
// switch their second factor on: at once, or at the first second in which nothing is lost by it. It says whether it made
// the window anew.
func (s *Shell) renew() bool {
	at, unsaved := s.current(), false
	for _, f := range s.history {
		if f.page != nil && f.page.Unsaved() {
			f.typed, unsaved = true, true
		}
	}
	switch {
	case s.Eyes != nil || s.Me.Support:
		return false
	case s.Me.MustEnrol:
		s.enrol()
		return false
	case !s.dated || at == nil || s.engaged() || unsaved:
		return false
	case at.typed && at.route.ID == 0: // it shows what was new and is saved, which its route does not name
		return false
	}
	s.anew(at.route)
	return true
}

// engaged tells that the window cannot be made anew now, whatever its pages hold: it is locked, shows a log-in or a dialog,
// or long work goes on in it.
func (s *Shell) engaged() bool {
	return s.idle.locked || s.asking || len(s.tasks.Objects) > 0 || s.Window.Canvas().Overlays().Top() != nil
}

// anew makes the window with what the person may do now, at a page where they still may go.
func (s *Shell) anew(at page.Route) {
	s.end()
	n := s.Turn(s.Me, nil)
	if f := n.current(); f != nil && f.route != at && slices.ContainsFunc(areas, func(a area) bool {
		return a.key == n.area(at) && n.may(a)
	}) {
		n.open(at)
	}
	kit.Toast(n.Host, kit.Info, n.t("shell.rights_changed"))
}

// unproven has the person switch their second factor on when the main PC wants one before anything else, as after their
// role got rights that ask for it, and tells whether it did.
func (s *Shell) unproven(err error) bool {
	if fault.KeyOf(err) != "op.second_factor_needed" || s.Eyes != nil || s.Me.Support {
		return false
	}
	s.enrol()
	return true
}

// enrol shows the switching on of the second factor over the pages, which come back as they were, unless it is shown.
func (s *Shell) enrol() {
	if s.asking || s.idle.locked {
		return
	}
	s.asking = true
	s.putBack = kit.SetAside(s.Window.Canvas())
	s.Enrol(s.comeBack)
}
