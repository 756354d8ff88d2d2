package shell

import (
	"maps"
	"slices"

	"zafe/app/fault"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// know takes note of who the person is now. Where they may do other things than before, the window is made anew, at the
// page shown, or once what is typed and not saved is done with; it says whether it was.
func (s *Shell) know(me user.Me) bool {
	if s.Eyes != nil || s.Me.Support {
		return false
	}
	s.dated = s.dated || !maps.Equal(s.Me.May, me.May) || s.Me.User.Role != me.User.Role
	s.Me = me
	if me.MustEnrol {
		s.enrol()
		return false
	}
	at := s.current()
	if !s.dated || at == nil || slices.ContainsFunc(s.history, func(f *frame) bool {
		return f.page != nil && f.page.Unsaved()
	}) {
		return false
	}
	s.anew(at.route)
	return true
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
