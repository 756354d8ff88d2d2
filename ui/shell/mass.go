package shell

import (
	"context"

	"zafe/app/approval"
	"zafe/app/bin"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// newMass makes the banner that tells an owner that somebody is held.
func (s *Shell) newMass() {
	s.mass = kit.NewBanner(kit.Error, "", "", kit.NewButton(s.t("bin.decide"), "", kit.Ghost, func() {
		if f := s.current(); f == nil || f.route.Name != "approvals" {
			s.open(page.Route{Name: "approvals"})
		}
	}))
	s.mass.Hide()
}

// lookForHolds asks, for an owner, who is held because they took away or wrote over very many records; at the beginning,
// when something is heard of it, and with each poll. What cannot be asked stays as it was.
func (s *Shell) lookForHolds() {
	if !s.Me.Can(bin.Look.Needs) || !s.link.online || s.idle.locked {
		return
	}
	var o bin.Overview
	s.run(func(ctx context.Context) (err error) {
		o, err = bin.Look.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		if err == nil {
			s.held(o.Waiting())
		}
	})
}

// held shows the youngest hold over every page, as long as there is one.
func (s *Shell) held(holds []bin.Hold) {
	if len(holds) == 0 {
		s.appear(s.mass, false)
	} else {
		h := holds[0]
		tone, key := kit.Error, "bin.banner_text"
		if h.Left == 0 {
			tone, key = kit.Warn, "bin.banner_back"
		}
		s.mass.Set(tone, s.t("bin.banner"), s.t(key, "name", h.Name, "rows", h.Rows, "at", s.Text.Instant(h.At)))
		s.mass.Icon("shield-warning")
		s.appear(s.mass, true)
	}
	s.root.Refresh()
}

// lookForApprovals tells of a request that waits for the person's word since they last heard of it.
func (s *Shell) lookForApprovals() {
	var r approval.ListResponse
	s.run(func(ctx context.Context) (err error) {
		r, err = approval.List.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		if err != nil {
			return // the next one tells
		}
		before, by := s.waits, ""
		s.waits = 0
		for _, p := range r.Pending {
			if p.ForMe() {
				s.waits, by = s.waits+1, p.By
			}
		}
		if f := s.current(); s.waits > before && (f == nil || f.route.Name != "approvals") {
			kit.ToastAction(s.Host, kit.Info, s.Text.N("shell.approvals", s.waits, map[string]any{"by": by}),
				s.t("home.act.approvals"), func() { s.over("approvals") })
		}
	})
}
