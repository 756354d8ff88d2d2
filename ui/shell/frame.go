package shell

import (
	"context"

	"fyne.io/fyne/v2"

	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
)

// historyMax bounds the pages kept behind the one shown.
const historyMax = 12

// frame is a page with its life: its context ends when the page is left.
type frame struct {
	route  page.Route
	env    *page.Env
	page   page.Page
	ctx    context.Context
	cancel context.CancelFunc
	drop   func() // takes its shortcuts out
	typed  bool   // something was typed and not saved at once
}

func (s *Shell) newFrame(r page.Route) *frame {
	f := &frame{route: r, drop: func() {}}
	f.ctx, f.cancel = context.WithCancel(s.ctx)
	f.env = &page.Env{
		Caller: s.Book, Me: s.Me, Text: s.Text, Window: s.Window, Shell: &pane{s, f}, Version: s.Machine.Version(),
		Updated: s.Updated,
	}
	if s.Book.Local() {
		f.env.Shut = s.shut
	}
	return f
}

// shut is Env's Shut. A system whose rules cannot be read is asked for nothing.
func (s *Shell) shut() string {
	switch state, err := s.Machine.Firewall(); {
	case err != nil:
		return ""
	case state == machine.NoRule:
		return "firewall.pending"
	case state == machine.Blocked:
		return "firewall.blocked"
	}
	return ""
}

func (s *Shell) current() *frame {
	if len(s.history) == 0 {
		return nil
	}
	return s.history[len(s.history)-1]
}

// dropped gives files dropped on the window to the page shown, unless something lies over it.
func (s *Shell) dropped(_ fyne.Position, uris []fyne.URI) {
	f := s.current()
	if f == nil || s.Window.Canvas().Overlays().Top() != nil {
		return
	}
	d, ok := f.page.(page.Droppable)
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	if ok && len(paths) > 0 {
		d.Drop(paths)
	}
}

// open puts a new page before the one shown. A route without a page is ignored: nothing links to it.
func (s *Shell) open(r page.Route) {
	build, ok := s.Pages[r.Name]
	if !ok {
		return
	}
	f := s.newFrame(r)
	s.cover()
	s.history = append(s.history, f)
	if len(s.history) > historyMax && !s.history[0].page.Unsaved() {
		s.history[0].cancel()
		s.history = s.history[1:]
	}
	f.page = build(f.env, r)
	s.show(f)
}

// over opens a page over the one shown, from where one comes back to it.
func (s *Shell) over(name string) {
	if f := s.current(); f != nil && f.route.Name != name {
		s.open(page.Route{Name: name})
	}
}

// jump leaves every page for another.
func (s *Shell) jump(r page.Route) {
	if s.dated && !s.engaged() {
		s.anew(r)
		return
	}
	s.leaveAll()
	s.open(r)
}

// cover takes the shown page's shortcuts out before another comes over it.
func (s *Shell) cover() {
	if f := s.current(); f != nil {
		f.drop()
		f.drop = func() {}
	}
}

func (s *Shell) show(f *frame) {
	s.place.Objects = []fyne.CanvasObject{f.page.Object()}
	s.place.Refresh()
	s.nav.SetKey(s.area(f.route))
	if k, ok := f.page.(page.Keyed); ok {
		f.drop = s.Keys.Add(k.Commands()...)
	}
	if l, ok := f.page.(page.Linked); ok && !s.works() {
		l.SetOnline(false)
	}
}

// back shows the page before, or home, after the question about what was not saved.
func (s *Shell) back() {
	f := s.current()
	if f == nil {
		return
	}
	s.leaving([]*frame{f}, func() {
		if len(s.history) < 2 {
			if area := s.area(f.route); area != f.route.Name {
				s.jump(page.Route{Name: area})
			}
			return
		}
		s.cover()
		f.cancel()
		s.history = s.history[:len(s.history)-1]
		before := s.current()
		s.show(before)
		before.page.Refresh()
	})
}

// leaving runs leave after the person agreed to lose what was typed and not saved in the frames.
func (s *Shell) leaving(frames []*frame, leave func()) {
	for _, f := range frames {
		if f.page != nil && f.page.Unsaved() {
			kit.Confirm(s.Window, s.t("shell.unsaved.title"), s.t("shell.unsaved.text"),
				s.t("shell.unsaved.leave"), s.t("shell.unsaved.stay"), true, leave)
			return
		}
	}
	leave()
}

func (s *Shell) leaveAll() {
	s.cover()
	for _, f := range s.history {
		f.cancel()
	}
	s.history = nil
}
