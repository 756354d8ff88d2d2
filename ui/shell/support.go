package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/support"
	"zafe/ui/kit"
)

// supportEvery is how often an owner's window asks whether somebody from outside is in, beside being told.
const supportEvery = 5 * time.Second

// aid is what an owner's window knows of somebody who helps from outside.
type aid struct {
	access support.Access // who is in; no ID for nobody
	banner *kit.Banner
	asking bool
}

func (s *Shell) newAid() {
	s.aid.banner = kit.NewBanner(kit.Warn, "", "",
		kit.NewButton(s.t("support.more"), "", kit.Ghost, func() { s.over("support") }),
		kit.NewButton(s.t("support.end"), "lock", kit.Ghost, s.endSupport))
	s.aid.banner.Hide()
}

// lookForSupport asks the book who is in, for an owner.
func (s *Shell) lookForSupport() {
	if !s.Me.Can(support.List.Needs) || s.Eyes != nil || s.aid.asking || !s.link.online || s.idle.locked {
		return
	}
	s.aid.asking = true
	var all support.ListResponse
	s.run(func(ctx context.Context) (err error) {
		all, err = support.List.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		s.aid.asking = false
		if err == nil {
			s.helped(all)
		}
	})
}

// helped shows who is in over every page.
func (s *Shell) helped(all support.ListResponse) {
	was := s.aid.access
	s.aid.access = support.Access{}
	for _, a := range all.Accesses {
		if a.In(s.Clock()) {
			s.aid.access = a
		}
	}
	a := s.aid.access
	switch {
	case a.ID == was.ID && a.Reads == was.Reads:
		return
	case a.ID == 0:
		s.appear(s.aid.banner, false)
		kit.Toast(s.Host, kit.Info, s.t("support.ended", "name", was.Who))
	default:
		s.aid.banner.Set(kit.Warn, s.t("support.banner", "name", a.Who),
			s.t("support.banner_text", "since", s.Text.Clock(a.EnteredAt), "until", s.Text.Clock(a.EndsAt),
				"reads", s.Text.N("support.reads", a.Reads, nil)))
		s.aid.banner.Icon("eye")
		s.appear(s.aid.banner, true)
	}
	s.root.Refresh()
}

// endSupport puts who helps out at once.
func (s *Shell) endSupport() {
	id := s.aid.access.ID
	s.run(func(ctx context.Context) error {
		_, err := support.End.Call(ctx, s.Book, support.Request{ID: id})
		return err
	}, func(err error) {
		if err != nil {
			s.Fail(err)
			return
		}
		s.lookForSupport()
		if f := s.current(); f != nil && f.route.Name == "support" {
			f.page.Refresh()
		}
	})
}

// helpBanner says over every page of who helps that they only read, and that it is noted.
func (s *Shell) helpBanner() fyne.CanvasObject {
	return kit.NewBanner(kit.Warn, s.t("support.helper"), s.t("support.helper_text"),
		kit.NewButton(s.t("support.leave"), "sign-out", kit.Ghost, s.LogOut)).Icon("eye")
}

// helpOver leaves the pages of who helped once that is over, and tells whether it is.
func (s *Shell) helpOver(err error) bool {
	key := fault.KeyOf(err)
	if !s.Me.Support || key != "support.over" && key != "lan.device_refused" || s.ctx.Err() != nil {
		return false
	}
	kit.Toast(s.Host, kit.Info, s.t("support.over"))
	s.deafen()
	s.end()
	s.LoggedOut()
	return true
}
