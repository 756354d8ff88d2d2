package shell

import (
	"context"
	"time"

	"zafe/app/incident"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// incidentEvery is how often a window asks whether everybody was put in read-only. A save that is refused because of
// it asks at once, so that nobody waits for the banner to know.
const incidentEvery = 5 * time.Second

// halt is what a window knows of an incident.
type halt struct {
	state  incident.State
	banner *kit.Banner
	asking bool
}

func (s *Shell) newHalt() {
	s.halt.banner = kit.NewBanner(kit.Error, "", "",
		kit.NewButton(s.t("incident.what_to_do"), "", kit.Ghost, s.openIncident))
	s.halt.banner.Hide()
}

func (s *Shell) openIncident() {
	if f := s.current(); f == nil || f.route.Name != "incident" {
		s.open(page.Route{Name: "incident"})
	}
}

// lookForIncident asks the book. What cannot be asked stays as it was: a lost main PC has its own banner.
func (s *Shell) lookForIncident() {
	if s.halt.asking || !s.link.online || s.idle.locked {
		return
	}
	s.halt.asking = true
	var st incident.State
	s.run(func(ctx context.Context) (err error) {
		st, err = incident.Get.Call(ctx, s.Book, op.Empty{})
		return err
	}, func(err error) {
		s.halt.asking = false
		if err == nil {
			s.halted(st)
		} else {
			s.helpOver(err)
		}
	})
}

// halted shows the state of the incident over every page.
func (s *Shell) halted(st incident.State) {
	was := s.halt.state
	if was.On == st.On && was.Since.Equal(st.Since) {
		return
	}
	s.halt.state = st
	if !st.On {
		s.appear(s.halt.banner, false)
		kit.Toast(s.Host, kit.Ok, s.t("incident.over"))
		s.gates() // what could not be saved is saved now
	} else {
		s.halt.banner.Set(kit.Error, s.t("incident.banner"),
			s.t("incident.banner_text", "since", st.Since, "name", st.By))
		s.halt.banner.Icon("lock")
		s.appear(s.halt.banner, true)
	}
	s.root.Refresh()
	if f := s.current(); f != nil && f.route.Name == "incident" {
		f.page.Refresh()
	}
}

// beginIncident puts everybody in read-only, after one question, and shows what to do next.
func (s *Shell) beginIncident() {
	if s.halt.state.On {
		s.openIncident()
		return
	}
	kit.Confirm(s.Window, s.t("incident.begin"), s.t("incident.begin_text"), s.t("incident.begin_yes"),
		s.t("common.cancel"), false, func() { // it can be ended: Enter says yes
			var st incident.State
			s.run(func(ctx context.Context) (err error) {
				st, err = incident.Begin.Call(ctx, s.Book, op.Empty{})
				return err
			}, func(err error) {
				if err != nil {
					s.Fail(err)
					return
				}
				s.halted(st)
				s.openIncident()
			})
		})
}
